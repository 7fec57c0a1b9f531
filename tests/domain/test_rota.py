"""Who is on call: turns by the local clock on every night of the year, fixed shifts and overrides over them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.rota import Layer, Override, Rota, Shift, Turns, final_schedule, gaps, on_call_at, overlaps

KYIV = ZoneInfo("Europe/Kyiv")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MONDAY = date(2026, 10, 19)
WEEKLY = Rota((Turns(("@oksana", "@taras"), MONDAY, time(9), WEEK),))
DAILY = Rota((Turns(("@oksana", "@taras"), MONDAY, time(9), DAY),))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=KYIV)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("rota", "border", "hours"),
    [
        (WEEKLY, datetime(2026, 10, 26, 7, tzinfo=UTC), 7 * 24 + 1),
        (DAILY, datetime(2026, 10, 25, 7, tzinfo=UTC), 25),
        (DAILY, datetime(2027, 3, 28, 6, tzinfo=UTC), 23),
    ],
    ids=["week of 25 hours' night", "night of 25 hours", "night of 23 hours"],
)
def test_a_handover_keeps_its_local_hour_on_the_nights_of_the_clocks(rota: Rota, border: datetime, hours: int) -> None:
    turn = final_schedule(rota, (), border - 9 * DAY, border + 9 * DAY, KYIV)
    ended = next(one for one in turn if one.end == border)
    assert ended.end - ended.start == hours * HOUR
    assert ended.end.astimezone(KYIV).hour == 9


def test_turns_go_round_and_nobody_comes_before_the_first() -> None:
    start, end = local(2026, 10, 18, 9), local(2026, 11, 2, 9)
    turns = final_schedule(WEEKLY, (), start, end, KYIV)
    assert [turn.people for turn in turns] == [(), ("@oksana",), ("@taras",)]
    assert [turn.start for turn in turns] == [start, local(2026, 10, 19, 9), local(2026, 10, 26, 9)]
    assert gaps(turns) == turns[:1]


def test_an_hour_that_comes_twice_is_one_persons_and_one_that_is_left_out_is_nobodys() -> None:
    hourly = Rota((Turns(("@a", "@b", "@c"), date(2026, 10, 25), time(0), HOUR),))
    twice = final_schedule(hourly, (), local(2026, 10, 25, 2), local(2026, 10, 25, 5), KYIV)
    assert [(turn.people[0], (turn.end - turn.start) / HOUR) for turn in twice] == [("@c", 1), ("@a", 2), ("@b", 1)]
    hourly = Rota((Turns(("@a", "@b", "@c"), date(2027, 3, 28), time(0), HOUR),))
    left_out = final_schedule(hourly, (), local(2027, 3, 28, 2), local(2027, 3, 28, 6), KYIV)
    assert [(turn.people[0], (turn.end - turn.start) / HOUR) for turn in left_out] == [("@c", 1), ("@b", 1), ("@c", 1)]


def test_the_later_override_counts_and_stands_over_a_fixed_shift_and_the_turn() -> None:
    noon = local(2026, 10, 20, 12)
    rota = Rota(WEEKLY.turns, (Shift("@ivan", noon - HOUR, noon + 6 * HOUR),))
    over = (Override(2, "30", noon, noon + HOUR), Override(1, "20", noon, noon + 2 * HOUR))
    turns = final_schedule(rota, over, noon - 2 * HOUR, noon + 8 * HOUR, KYIV)
    assert [turn.people[0] for turn in turns] == ["@oksana", "@ivan", "30", "20", "@ivan", "@oksana"]
    assert turns[2].start == noon
    assert turns[3].end == noon + 2 * HOUR


def test_two_on_call_is_an_overlap_in_the_order_of_the_settings() -> None:
    noon = local(2026, 10, 20, 12)
    rota = Rota((), (Shift("@a", noon, noon + 2 * HOUR), Shift("@b", noon + HOUR, noon + 2 * HOUR)))
    turns = final_schedule(rota, (), noon, noon + 3 * HOUR, KYIV)
    assert [turn.people for turn in turns] == [("@a",), ("@a", "@b"), ()]
    assert [turn.start for turn in overlaps(turns)] == [noon + HOUR]


def test_each_layer_has_its_own_people() -> None:
    backup = Turns(("@ivan",), MONDAY, time(9), WEEK, Layer.BACKUP)
    both = Rota((*WEEKLY.turns, backup))
    assert on_call_at(both, (), local(2026, 10, 20, 3), KYIV) == (("@oksana",), ("@ivan",))
    assert on_call_at(both, (), local(2026, 10, 27, 3), KYIV) == (("@taras",), ("@ivan",))
    assert on_call_at(WEEKLY, (), local(2026, 10, 27, 3), KYIV) == (("@taras",), ())


def test_without_a_rota_there_is_no_schedule_and_no_gap() -> None:
    assert final_schedule(Rota(), (), local(2026, 10, 20), local(2026, 10, 21), KYIV) == ()
    assert on_call_at(Rota(), (), local(2026, 10, 20), KYIV) == ((), ())


moments = st.integers(0, 211 * 24 * 60).map(lambda minute: datetime(2026, 10, 1, tzinfo=UTC) + minute * HOUR / 60)
names = st.sampled_from(["@a", "@b", "@c", "1", "2"])
layers = st.sampled_from(list(Layer))
spans = st.integers(1, 400).map(lambda quarters: quarters * timedelta(minutes=15))
turns_ = st.builds(
    Turns,
    st.lists(names, min_size=1, max_size=4).map(tuple),
    st.dates(date(2026, 9, 1), date(2027, 3, 1)),
    st.times().map(lambda at: at.replace(microsecond=0, second=0)),
    st.integers(1, 400).map(lambda hours: hours * HOUR),
    layers,
)
shifts = st.builds(lambda who, at, span, layer: Shift(who, at, at + span, layer), names, moments, spans, layers)
overrides = st.builds(
    lambda who, at, span, layer, number: Override(number, who, at, at + span, layer),
    names, moments, spans, layers, st.integers(1, 9),
)  # fmt: skip


@given(st.lists(turns_, max_size=3), st.lists(shifts, max_size=4), st.lists(overrides, max_size=4), moments, spans)
def test_each_layer_covers_the_time_once_without_hole_and_every_border_is_a_change(
    going: list[Turns], fixed: list[Shift], over: list[Override], start: datetime, span: timedelta
) -> None:
    rota = Rota(tuple(going), tuple(fixed))
    schedule = final_schedule(rota, over, start, start + span, KYIV)
    for layer in {turn.layer for turn in schedule} | set(rota.layers):
        turns = [turn for turn in schedule if turn.layer is layer]
        assert (turns[0].start, turns[-1].end) == (start, start + span)
        assert all(turn.start < turn.end for turn in turns)
        assert all(one.end == next_.start and one.people != next_.people for one, next_ in pairwise(turns))


@given(turns_, moments)
def test_someone_of_the_turns_is_on_call_at_any_moment_after_the_first(going: Turns, moment: datetime) -> None:
    people = on_call_at(Rota((going,)), (), moment, KYIV)[list(Layer).index(going.layer)]
    begun = datetime.combine(going.since, going.handover, tzinfo=KYIV).astimezone(UTC) <= moment
    assert (len(people) == 1) is begun
