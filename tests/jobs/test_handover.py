"""A shift that changes is handed over once, on the nights of the clocks too; trouble of the next day is told before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.domain.rota import Layer, Rota, Shift, Turns
from bot.store import agents, shifts, threads
from jobs import handover
from tests.floor import AGENT, LEAD, OTHER, Floor
from tests.jobs.at_work import At

pytest_plugins = ("tests.floor",)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NINE = datetime(2026, 11, 24, 7, tzinfo=UTC)
"""A Tuesday, nine in the morning in Kyiv: Taras goes off, Ivan comes on."""
DAILY = Rota((Turns(("@taras_demo", "@ivan_demo"), date(2026, 9, 28), time(9), timedelta(days=1)),))


@pytest.fixture(autouse=True)
async def roster(floor: Floor) -> None:
    def work(db: object) -> None:
        for agent in (LEAD, AGENT, OTHER):
            agents.put(db, agent, NINE)  # type: ignore[arg-type]

    await floor.store.write(work)
    # A message that waits absorbs its own repetition; here none waits, so that each one shows.
    await floor.change(
        """CREATE TRIGGER said_at_once AFTER INSERT ON delivery BEGIN
        UPDATE delivery SET state = 'sent' WHERE id = NEW.id; END"""
    )


def with_rota(at: At, rota: Rota) -> At:
    return replace(at, parts=replace(at.parts, rota=rota))


async def said(floor: Floor, kind: str = "handover") -> list[tuple[int | None, str]]:
    rows = await floor.sql(
        "SELECT chat_id, json_extract(payload, '$.html') FROM delivery WHERE key LIKE ? ORDER BY id", f"{kind}:%"
    )
    return [(chat_id, str(html)) for chat_id, html in rows]


async def test_it_says_who_comes_who_goes_and_what_waits(at: At, floor: Floor) -> None:
    at = with_rota(at, DAILY)
    held = await floor.ask("Чому дзвінки зриваються?")
    await floor.ask("Коли буде мережа?", ago=600)
    await floor.store.write(lambda db: threads.claim(db, held, AGENT.user_id, floor.clock.now()))
    await handover.run(at.parts, now=NINE - MINUTE)
    assert await said(floor) == []
    await handover.run(at.parts, now=NINE)
    ((chat_id, html),) = await said(floor)
    assert chat_id is None
    assert f'заступає <a href="tg://user?id={OTHER.user_id}">' in html
    assert f'Зміну здає <a href="tg://user?id={AGENT.user_id}">' in html
    assert "до завтра 09:00" in html
    assert "Вільних питань: 1" in html
    assert "У роботі: Тарас Зразковий, 1" in html


async def test_open_incidents_are_handed_over_too(at: At, floor: Floor) -> None:
    await floor.change(
        """INSERT INTO incident (opened_at, since, start, upto, seen, usual, chance)
        VALUES (1, 1, 1, 2, 25, 4.1, 0.1)"""
    )
    await handover.run(with_rota(at, DAILY).parts, now=NINE)
    ((_, html),) = await said(floor)
    assert "Відкритих збоїв: 1" in html


async def test_whoever_comes_on_has_a_private_copy_if_they_pressed_start(at: At, floor: Floor) -> None:
    await floor.store.write(lambda db: agents.pressed_start(db, OTHER.user_id))
    await handover.run(with_rota(at, DAILY).parts, now=NINE)
    assert [chat_id for chat_id, _ in await said(floor)] == [None, OTHER.user_id]


async def test_a_restart_a_late_tick_and_a_clock_that_jumps_back_say_it_once(at: At, floor: Floor) -> None:
    at = with_rota(at, DAILY)
    for moment in (NINE + HOUR, NINE + HOUR, NINE + MINUTE, NINE - MINUTE, NINE + HOUR):
        await handover.run(with_rota(at.anew(), DAILY).parts, now=moment)
    assert len(await said(floor)) == 1


async def test_a_change_of_hours_ago_is_no_news(at: At, floor: Floor) -> None:
    await handover.run(with_rota(at, DAILY).parts, now=NINE + 3 * HOUR)
    assert await said(floor) == []


@pytest.mark.parametrize(
    "nights",
    [datetime(2026, 10, 23, 12, tzinfo=UTC), datetime(2027, 3, 26, 12, tzinfo=UTC)],
    ids=["25 hours", "23 hours"],
)
async def test_each_day_around_a_change_of_the_clocks_has_one_handover_at_nine(
    at: At, floor: Floor, nights: datetime
) -> None:
    at, moment, seen = with_rota(at, DAILY), nights, []
    while moment < nights + timedelta(days=5):
        before = len(await said(floor))
        await handover.run(at.parts, now=moment)
        if len(await said(floor)) > before:
            seen.append(moment.astimezone(at.parts.zone))
        moment += timedelta(minutes=20)
    assert [(one.hour, one.minute) for one in seen] == [(9, 0)] * 5
    assert len({one.date() for one in seen}) == 5


async def test_a_shift_taken_and_given_back_hands_over_both_ways(at: At, floor: Floor) -> None:
    at, noon = with_rota(at, DAILY), NINE + 3 * HOUR
    made = await floor.store.write(
        lambda db: shifts.take(db, LEAD.user_id, Layer.PRIMARY, noon, noon + 5 * HOUR, LEAD.user_id, noon)
    )
    await handover.run(at.parts, now=noon)
    await floor.store.write(lambda db: shifts.cancel(db, made, LEAD.user_id, noon + HOUR, lead=True))
    await handover.run(at.parts, now=noon + HOUR)
    comes = [html.partition("заступає")[2].partition("</a>")[0] for _, html in await said(floor)]
    assert [str(LEAD.user_id) in comes[0], str(OTHER.user_id) in comes[1], len(comes)] == [True, True, 2]


async def test_a_shift_taken_and_given_back_within_a_minute_is_no_handover(at: At, floor: Floor) -> None:
    noon = NINE + 3 * HOUR
    made = await floor.store.write(
        lambda db: shifts.take(db, LEAD.user_id, Layer.PRIMARY, noon, noon + 5 * HOUR, LEAD.user_id, noon)
    )
    await floor.store.write(lambda db: shifts.cancel(db, made, LEAD.user_id, noon + MINUTE / 3, lead=True))
    await handover.run(with_rota(at, DAILY).parts, now=noon + MINUTE)
    assert await said(floor) == []


async def test_a_gap_is_told_a_day_before_once_to_the_leads(at: At, floor: Floor) -> None:
    at = with_rota(at, Rota((), (Shift("@ivan_demo", NINE - HOUR, NINE + 30 * HOUR),)))
    for minutes in range(0, 60 * 12, 30):
        await handover.run(at.parts, now=NINE + minutes * MINUTE)
    ((chat_id, html),) = await said(floor, "gap")
    assert chat_id is None
    assert "нікого немає" in html
    assert f"tg://user?id={LEAD.user_id}" in html


async def test_two_on_call_and_one_who_left_are_told_once(at: At, floor: Floor) -> None:
    await floor.store.write(lambda db: agents.put(db, replace(OTHER, present=False), NINE))
    day = (NINE + 2 * HOUR, NINE + 90 * HOUR)
    at = with_rota(at, Rota((), (Shift("@ivan_demo", *day), Shift("@taras_demo", *day))))
    for minutes in range(5):
        await handover.run(at.parts, now=NINE + minutes * MINUTE)
    ((_, overlap),) = await said(floor, "overlap")
    ((_, absent),) = await said(floor, "absent")
    assert "одразу кілька людей: Ivan Sample (немає в групі), Тарас Зразковий" in overlap
    assert "у графіку Ivan Sample (немає в групі)" in absent


async def test_the_same_person_under_two_names_is_no_overlap(at: At, floor: Floor) -> None:
    day = (NINE + 2 * HOUR, NINE + 90 * HOUR)
    at = with_rota(at, Rota((), (Shift("@taras_demo", *day), Shift(str(AGENT.user_id), *day))))
    await handover.run(at.parts, now=NINE)
    assert await said(floor, "overlap") == []


async def test_without_a_rota_nothing_is_said(at: At, floor: Floor) -> None:
    await handover.run(at.parts, now=NINE)
    assert await said(floor, "") == []
