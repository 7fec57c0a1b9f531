"""Who is on call, by the rows: overrides, those who left, what is announced once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from bot.domain.rota import Layer, Rota, Turns
from bot.store import agents, shifts
from bot.store.shifts import OnCall
from tests.fakes import NOON
from tests.floor import AGENT, KYIV, LEAD, OTHER, Floor

pytest_plugins = ("tests.floor",)

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
SINCE = date(2026, 1, 5)
ROTA = Rota(
    (
        Turns(("@Taras_demo",), SINCE, time(9), WEEK),
        Turns((str(OTHER.user_id),), SINCE, time(9), WEEK, Layer.BACKUP),
    )
)


@pytest.fixture(autouse=True)
async def roster(floor: Floor) -> None:
    for agent in (LEAD, AGENT, OTHER):
        await floor.store.write(lambda db, agent=agent: agents.put(db, agent, NOON))  # type: ignore[misc]


async def on_call(floor: Floor, after: timedelta = timedelta(), rota: Rota = ROTA) -> OnCall:
    return await floor.store.read(lambda db: shifts.on_call(db, rota, KYIV, NOON + after))


async def test_people_are_found_by_username_in_any_case_and_by_number(floor: Floor) -> None:
    assert await on_call(floor) == OnCall(AGENT.user_id, OTHER.user_id, LEAD.user_id)


async def test_nobody_is_on_call_without_a_rota(floor: Floor) -> None:
    assert await on_call(floor, rota=Rota()) == OnCall(None, None, LEAD.user_id)


async def test_one_who_left_is_passed_over_to_the_backup(floor: Floor) -> None:
    await floor.store.write(lambda db: agents.put(db, replace(AGENT, present=False), NOON))
    assert await on_call(floor) == OnCall(OTHER.user_id, None, LEAD.user_id)


async def test_an_override_stands_for_its_time_and_not_a_second_longer(floor: Floor) -> None:
    await floor.store.write(
        lambda db: shifts.take(db, LEAD.user_id, Layer.PRIMARY, NOON, NOON + HOUR, LEAD.user_id, NOON)
    )
    assert (await on_call(floor)).primary == LEAD.user_id
    assert (await on_call(floor, HOUR - timedelta(seconds=1))).primary == LEAD.user_id
    assert (await on_call(floor, HOUR)).primary == AGENT.user_id


async def test_only_who_made_it_stands_in_it_or_leads_takes_an_override_back_and_once(floor: Floor) -> None:
    end = NOON + HOUR
    made = await floor.store.write(
        lambda db: shifts.take(db, AGENT.user_id, Layer.PRIMARY, NOON, end, AGENT.user_id, NOON)
    )

    async def cancel(by: int, *, lead: bool = False) -> bool:
        return await floor.store.write(lambda db: shifts.cancel(db, made, by, NOON, lead=lead))

    assert not await cancel(OTHER.user_id)
    assert await cancel(LEAD.user_id, lead=True)
    assert not await cancel(AGENT.user_id)
    assert await floor.store.read(lambda db: shifts.overrides(db, NOON)) == ()


async def test_a_handover_is_announced_by_one_caller(floor: Floor) -> None:
    assert await floor.store.write(lambda db: shifts.announce(db, "primary:1", NOON))
    assert not await floor.store.write(lambda db: shifts.announce(db, "primary:1", NOON))
    assert await floor.store.read(lambda db: shifts.announced(db, "primary:1"))
