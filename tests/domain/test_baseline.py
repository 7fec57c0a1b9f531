"""What is usual, from histories long, short, empty, broken and poisoned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.baseline import HOURS, Baseline, hour_of_week, pooled
from bot.domain.series import Series, Span, minute_of, moment_of

KYIV = ZoneInfo("Europe/Kyiv")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def history(weeks: float, per_hour: dict[int, int] | int, now: datetime = NOW) -> Series:
    """Ten-minute buckets up to ``now``: so many posts an hour at each local hour of the day, evenly spread."""
    end = minute_of(now)
    start = end - round(weeks * 7 * 1440)
    counts = []
    for minute in range(start, end, 10):
        local = moment_of(minute).astimezone(KYIV)
        posts = per_hour if isinstance(per_hour, int) else per_hour.get(local.hour, 0)
        counts.append((posts + 5 - local.minute // 10) // 6)
    return Series(start, counts, 10)


def test_of_nothing_next_to_nothing_is_usual_on_a_towns_rhythm() -> None:
    baseline = Baseline.learn(Series(minute_of(NOW)), NOW, KYIV)
    assert baseline.days == 0
    assert sum(baseline.rates) * 60 == pytest.approx(HOURS)  # one an hour, whatever the hour
    assert baseline.rates[20] > 5 * baseline.rates[3]


def test_a_year_of_silence_is_silence() -> None:
    baseline = Baseline.learn(history(52, 0), NOW, KYIV)
    assert baseline.expected(NOW, NOW + timedelta(minutes=30)) < 0.01
    assert baseline.days == 84


def test_a_steady_history_gives_its_own_rate() -> None:
    baseline = Baseline.learn(history(12, 6), NOW, KYIV)
    assert baseline.expected(NOW, NOW + timedelta(hours=1)) == pytest.approx(6, rel=0.1)
    assert baseline.level == pytest.approx(3, rel=0.02)


def test_each_hour_of_the_day_has_its_own_rate() -> None:
    baseline = Baseline.learn(history(12, {hour: 40 if 9 <= hour < 21 else 2 for hour in range(24)}), NOW, KYIV)
    noon = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
    night = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    assert baseline.expected(noon, noon + timedelta(hours=1)) == pytest.approx(40, rel=0.1)
    assert baseline.expected(night, night + timedelta(hours=1)) == pytest.approx(2, rel=0.3)


@pytest.mark.parametrize("night", [datetime(2027, 3, 28, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_on_the_nights_when_the_clocks_change_hours_are_local_ones(night: datetime) -> None:
    hours = [hour_of_week(minute_of(night) // 60 + step, KYIV) % 24 for step in range(4)]
    assert hours == ([2, 4, 5, 6] if night.month == 3 else [3, 3, 4, 5])


def test_a_rate_learned_in_winter_holds_at_the_same_local_hour_in_summer() -> None:
    baseline = Baseline.learn(history(12, {12: 60}), NOW, KYIV)
    winter, summer = datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2027, 6, 29, 9, tzinfo=UTC)
    assert winter.astimezone(KYIV).hour == summer.astimezone(KYIV).hour == 12
    hour = timedelta(hours=1)
    assert baseline.expected(winter, winter + hour) == pytest.approx(baseline.expected(summer, summer + hour))


def test_the_parts_of_a_time_add_up() -> None:
    baseline = Baseline.learn(history(12, {hour: hour for hour in range(24)}), NOW, KYIV)
    quarter = minute_of(NOW) // 15
    for one in range(quarter, quarter + 96):
        assert baseline.of_quarter(one) == pytest.approx(baseline.between(one * 15, one * 15 + 15))


def test_what_is_excluded_is_as_if_it_had_not_been() -> None:
    with_outage = history(12, 6)
    outage = Span(NOW - timedelta(days=3), NOW - timedelta(days=2))
    for minute in range(outage.first, outage.last, 10):
        with_outage.counts[(minute - with_outage.start) // 10] = 500
    clean = Baseline.learn(history(12, 6), NOW, KYIV, [outage])
    assert Baseline.learn(with_outage, NOW, KYIV, [outage]) == clean


def test_a_time_in_which_the_source_was_broken_is_not_a_quiet_one() -> None:
    holed = history(4, 6)
    broken = Span(NOW - timedelta(days=10), NOW - timedelta(days=5))
    for minute in range(broken.first, broken.last, 10):
        holed.counts[(minute - holed.start) // 10] = 0
    baseline = Baseline.learn(holed, NOW, KYIV, [broken])
    assert baseline.level == pytest.approx(3, rel=0.1)
    assert baseline.days == 23


def test_one_wild_day_that_nobody_excluded_changes_little() -> None:
    wild = history(12, 6)
    for minute in range(minute_of(NOW - timedelta(days=3)), minute_of(NOW - timedelta(days=2)), 10):
        wild.counts[(minute - wild.start) // 10] = 100
    assert Baseline.learn(wild, NOW, KYIV).level < 3 * 1.35


def test_an_alarm_that_rings_every_week_is_learned_in_the_end() -> None:
    saturdays = history(12, 2)
    spans = []
    for week in range(12):
        begin = datetime(2026, 11, 21, 1, 0, tzinfo=UTC) - timedelta(weeks=week)
        spans.append(Span(begin, begin + timedelta(hours=3)))
        for minute in range(spans[-1].first, spans[-1].last, 10):
            saturdays.counts[(minute - saturdays.start) // 10] = 3
    next_one = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
    usual = Baseline.learn(saturdays, NOW, KYIV, alarmed=spans).expected(next_one, next_one + timedelta(hours=1))
    assert usual > 6
    excluded = Baseline.learn(saturdays, NOW, KYIV, spans).expected(next_one, next_one + timedelta(hours=1))
    assert excluded < 2


def test_a_short_history_is_drawn_towards_other_communities() -> None:
    others = pooled([Baseline.learn(history(12, {9: 30}), NOW, KYIV), Baseline.learn(history(12, {9: 60}), NOW, KYIV)])
    assert others is not None
    young = Baseline.learn(history(1 / 7, {9: 40}), NOW, KYIV, prior=others)
    alone = Baseline.learn(history(1 / 7, {9: 40}), NOW, KYIV)
    morning, evening = datetime(2026, 11, 24, 7, tzinfo=UTC), datetime(2026, 11, 24, 17, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert young.expected(morning, morning + hour) > 2 * alone.expected(morning, morning + hour)
    assert young.expected(evening, evening + hour) < alone.expected(evening, evening + hour) / 2


def test_of_no_communities_nothing_is_pooled() -> None:
    assert pooled([]) is None


def test_posts_that_come_in_bursts_are_more_dispersed() -> None:
    steady = Series(minute_of(NOW) - 40320, [1] * 4032, 10)
    bursts = Series(minute_of(NOW) - 40320, [10 if at % 10 == 0 else 0 for at in range(4032)], 10)
    assert Baseline.learn(steady, NOW, KYIV).dispersion == 1.05
    assert Baseline.learn(bursts, NOW, KYIV).dispersion > 4
