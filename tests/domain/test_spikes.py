"""When an alarm rings, what it says, when it is over; on quiet pages, in bad weather, and by clocks that jump."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.baseline import Baseline
from bot.domain.negbin import tail
from bot.domain.series import Series, Span, minute_of, moment_of
from bot.domain.spikes import (
    HORIZONS,
    WEIGHTS,
    Scope,
    Settings,
    Spike,
    Watch,
    judge,
    jump_ratios,
    over,
    portion,
    weights,
)

KYIV = ZoneInfo("Europe/Kyiv")
START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def flat(half_hour: float, days: float = 84) -> Baseline:
    """As many posts usual at any time."""
    return Baseline((half_hour / 30,) * 168, 1.2, KYIV, days)


def quiet(half_hour: float, hours: int = 24) -> Series:
    """A day up to START with exactly the usual, evenly spread."""
    every = round(30 / half_hour) if half_hour else 0
    first = minute_of(START) - hours * 60
    return Series(first, [int(bool(every) and minute % every == 0) for minute in range(hours * 60)])


class Desk:
    """A watch with its series, and a clock that is moved by hand."""

    def __init__(self, half_hour: float = 4, **kept: object) -> None:
        self.series, self.baseline, self.now = quiet(half_hour), flat(half_hour), START
        self.watch = Watch(**kept)  # type: ignore[arg-type]
        self.opened: list[Spike] = []

    def minutes(self, counts: list[int], broken: tuple[Span, ...] = ()) -> None:
        for posts in counts:
            before = self.watch.spike
            self.series.counts.append(posts)
            self.now += MINUTE
            spike = self.watch.look(self.series, self.baseline, self.now, broken)
            if spike and not before:
                self.opened.append(spike)


def usual_minutes(many: int) -> list[int]:
    return [int(minute % 8 == 0) for minute in range(many)]


def test_an_ordinary_day_rings_no_alarm() -> None:
    desk = Desk()
    desk.minutes(usual_minutes(1440))
    assert desk.opened == []


def test_tenfold_complaints_ring_within_minutes_and_say_what_can_be_checked() -> None:
    desk = Desk()
    desk.minutes([1, 2, 1, 2, 1, 2, 1, 2])
    spike = desk.watch.spike
    assert spike is not None
    assert desk.opened[0].opened <= START + 8 * MINUTE
    assert abs(spike.since - START) <= 2 * MINUTE
    assert spike.seen == desk.series.seen(minute_of(spike.start), minute_of(spike.end))
    assert spike.usual == pytest.approx(1.07, abs=0.3)
    assert spike.chance == pytest.approx(tail(spike.seen, spike.usual, 1.2))
    assert spike.chance < 1e-4
    assert spike.times > 5


def test_the_figures_go_on_with_the_window() -> None:
    desk = Desk()
    desk.minutes([1] * 60)
    spike = desk.watch.spike
    assert spike is not None
    assert spike.end - spike.start == timedelta(minutes=30)
    assert spike.seen == 30
    assert spike.usual == pytest.approx(4, rel=0.2)
    assert spike.opened == desk.opened[0].opened


def test_chance_reads_as_one_in_so_many() -> None:
    spike = Spike(Scope(), 25, 4.1, 1 / 40_312, START, START, START, START)
    assert spike.one_in == 40_000
    assert Spike(Scope(), 9, 0.1, 0.0, START, START, START, START).one_in == 1_000_000_000
    assert Spike(Scope(), 0, 9.0, 1.0, START, START, START, START).one_in == 1


def test_an_outage_is_one_spike_and_ends_when_it_is_calm() -> None:
    desk = Desk()
    desk.minutes([1] * 90)
    assert len(desk.opened) == 1
    desk.minutes(usual_minutes(30))
    assert desk.watch.spike is not None
    desk.minutes(usual_minutes(40))
    assert desk.watch.spike is None
    assert len(desk.opened) == 1


def test_an_outage_that_comes_back_within_the_hour_is_the_same_one() -> None:
    desk = Desk()
    desk.minutes([1] * 60 + usual_minutes(60))
    assert desk.watch.spike is None
    desk.minutes([2] * 10)
    again = desk.watch.spike
    assert again is not None
    assert (again.opened, again.since) == (desk.opened[0].opened, desk.opened[0].since)


def test_an_outage_of_another_day_is_another_one() -> None:
    desk = Desk()
    desk.minutes([1] * 60 + usual_minutes(1440) + [2] * 10)
    assert desk.watch.spike is not None
    assert desk.watch.spike.since > START + timedelta(hours=24)
    assert len(desk.opened) == 2


def test_over_is_asked_of_the_window_too() -> None:
    desk = Desk()
    desk.minutes([1] * 60)
    spike = desk.opened[0]
    assert not over(spike, desk.series, desk.baseline, desk.now, Settings())
    desk.series.counts += usual_minutes(60)
    assert over(spike, desk.series, desk.baseline, desk.now + timedelta(hours=1), Settings())


def test_a_mute_ends_the_spike_and_holds_until_its_hour() -> None:
    desk = Desk()
    desk.minutes([1] * 20)
    desk.watch.mute(desk.now + timedelta(minutes=30), desk.now)
    assert desk.watch.spike is None
    desk.minutes([1] * 29)
    assert desk.watch.spike is None
    desk.minutes([1] * 30)
    assert desk.watch.spike is not None


def test_without_a_day_of_history_nothing_is_a_spike() -> None:
    desk = Desk()
    desk.baseline = flat(4, days=0.5)
    desk.minutes([9] * 30)
    assert desk.opened == []


def test_a_name_never_heard_needs_more_than_a_few_posts() -> None:
    desk = Desk(0)
    desk.minutes([1, 0, 1, 0, 1] + [0] * 30)
    assert desk.opened == []
    desk.minutes([1, 1, 1, 0, 1, 1, 1, 1, 1])
    assert len(desk.opened) == 1


def test_fewer_posts_than_the_minimum_never_ring() -> None:
    desk = Desk(0, settings=Settings(minimum=12))
    desk.minutes([1] * 11)
    assert desk.opened == []


def test_a_broken_time_says_nothing() -> None:
    lump = Span(START + 5 * MINUTE, START + 10 * MINUTE)
    desk = Desk()
    desk.minutes([0] * 5 + [8] * 5 + usual_minutes(60), (lump,))
    assert desk.opened == []
    seeing = Desk()
    seeing.minutes([0] * 5 + [8] * 5)
    assert len(seeing.opened) == 1


def test_a_broken_night_does_not_make_the_morning_a_spike() -> None:
    desk = Desk()
    silence = Span(START, START + timedelta(hours=8))
    desk.minutes([0] * 480 + usual_minutes(240), (silence,))
    assert desk.opened == []


def test_posts_that_come_to_be_known_late_count_all_the_same() -> None:
    desk = Desk()
    desk.minutes([0] * 20)
    assert desk.opened == []
    for minute in range(20):
        desk.series.add(START + minute * MINUTE, 1)
    assert desk.watch.look(desk.series, desk.baseline, desk.now) is not None


def test_looking_twice_changes_nothing() -> None:
    once, twice = Desk(), Desk()
    for posts in [*usual_minutes(50), *[1] * 40, *usual_minutes(90)]:
        once.minutes([posts])
        twice.minutes([posts])
        twice.watch.look(twice.series, twice.baseline, twice.now)
        assert twice.watch.spike == once.watch.spike


@pytest.mark.parametrize("jump", [-90, -3000, 20_000])
def test_a_clock_that_jumped_leaves_a_watch_that_works(jump: int) -> None:
    desk = Desk()
    desk.minutes(usual_minutes(120))
    other = desk.now + jump * MINUTE
    desk.watch.look(desk.series, desk.baseline, other)
    desk.now += max(0, jump) * MINUTE
    desk.series.counts += usual_minutes(max(0, jump))
    desk.minutes(usual_minutes(120))
    assert desk.opened == []
    desk.minutes([2] * 15)
    assert len(desk.opened) == 1


def test_a_clock_put_back_before_the_last_spike_does_not_blind_the_watch() -> None:
    desk = Desk()
    desk.now += timedelta(days=3)
    desk.series.counts += usual_minutes(3 * 1440)
    desk.minutes([2] * 40 + usual_minutes(100))
    assert len(desk.opened) == 1
    assert desk.watch.spike is None
    series = quiet(4)
    series.counts += [2] * 20
    assert desk.watch.look(series, desk.baseline, START + 20 * MINUTE) is not None


def test_after_a_restart_the_spike_that_was_on_is_still_the_same() -> None:
    desk = Desk()
    desk.minutes([1] * 60)
    before = desk.watch.spike
    desk.watch = Watch(spike=before)
    desk.minutes([1] * 30)
    after = desk.watch.spike
    assert before is not None
    assert after is not None
    assert (after.opened, after.since) == (before.opened, before.since)
    assert after.usual == pytest.approx(before.usual, rel=0.05)
    desk.minutes(usual_minutes(75))
    assert desk.watch.spike is None
    assert len(desk.opened) == 1


def test_after_hours_of_sleep_the_outage_that_is_on_is_found_at_the_first_look() -> None:
    desk = Desk()
    desk.minutes([0])
    desk.series.counts += usual_minutes(320) + [1] * 40
    assert desk.watch.look(desk.series, desk.baseline, START + timedelta(minutes=361)) is not None


def test_a_watch_without_memory_judges_the_same() -> None:
    desk = Desk()
    desk.minutes([1] * 20)
    judged = judge(desk.series, desk.baseline, desk.now, Settings(), Scope(community="page"))
    assert judged is not None
    assert desk.watch.spike is not None
    assert judged.scope == Scope(community="page")
    assert judged.seen == pytest.approx(desk.watch.spike.seen, abs=3)


@pytest.mark.parametrize("night", [datetime(2027, 3, 28, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_on_the_nights_when_the_clocks_change_nobody_is_woken(night: datetime) -> None:
    rates = tuple((2 if 2 <= cell % 24 < 6 else 12) / 30 for cell in range(168))
    baseline, draw = Baseline(rates, 1.05, KYIV, 84), random.Random(4)  # noqa: S311
    first = minute_of(night) - 1440
    series, watch = Series(first, []), Watch()
    for minute in range(first, first + 2880):
        series.counts.append(int(draw.random() < baseline.at(minute)))
        assert watch.look(series, baseline, moment_of(minute + 1)) is None


def test_a_spike_that_lasts_all_day_becomes_the_usual_in_the_end() -> None:
    desk = Desk(20)
    desk.minutes([2 if minute % 2 else 1 for minute in range(60 * 24)])
    assert len(desk.opened) == 1
    assert desk.watch.spike is None


def test_the_times_of_alarms_are_told_for_baselines() -> None:
    desk = Desk()
    desk.minutes([1] * 60 + usual_minutes(120))
    (span,) = desk.watch.alarmed()
    assert span.start == desk.opened[0].opened - timedelta(hours=1)
    assert START + timedelta(minutes=60) < span.end < desk.now


def test_scopes_that_share_their_alarms_are_each_more_careful() -> None:
    assert portion(Settings(), 10).threshold == pytest.approx(10 * Settings().threshold)
    assert portion(Settings(), 0) == Settings()


@given(st.floats(0.0001, 10_000))
def test_weights_lie_between_their_known_points(level: float) -> None:
    for at, weight in enumerate(weights(level)):
        known = [each[at] for _, each in WEIGHTS]
        assert min(known) - 1e-9 <= weight <= max(known) + 1e-9


@given(st.floats(0, 400), st.floats(0.001, 200), st.floats(1, 2000))
def test_more_posts_are_never_less_alarming(seen: float, usual: float, precision: float) -> None:
    here, more = jump_ratios(seen, usual, precision), jump_ratios(seen + 1, usual, precision)
    assert all(after > before for before, after in zip(here, more, strict=True))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=30, max_size=30), st.integers(1, 14), st.integers(1, 5))
def test_a_post_more_in_the_last_minutes_never_silences_an_alarm(counts: list[int], ago: int, more: int) -> None:
    series, baseline = quiet(4), flat(4)
    series.counts += counts
    now = START + 30 * MINUTE
    before = judge(series, baseline, now, Settings())
    series.add(now - ago * MINUTE, more)
    after = judge(series, baseline, now, Settings())
    assert before is None or after is not None


def test_horizons_reach_from_a_minute_to_hours() -> None:
    assert HORIZONS[0] == 1
    assert HORIZONS[-1] == 240
    assert list(HORIZONS) == sorted(set(HORIZONS))
