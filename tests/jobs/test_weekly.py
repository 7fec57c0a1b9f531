"""The week's figures: on Monday at nine by the team's clock, once, whatever the clocks and the process do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.store import settings
from jobs import weekly
from tests.floor import Floor, WatchedClock
from tests.jobs.at_work import At

pytest_plugins = ("tests.floor",)

MINUTE = timedelta(minutes=1)
PLAIN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
AFTER_25_HOURS = datetime(2026, 10, 26, 7, 0, tzinfo=UTC)
"""The Monday after the clocks went back: nine is at seven UTC, a week before it was at six."""
AFTER_23_HOURS = datetime(2027, 3, 29, 6, 0, tzinfo=UTC)
"""The Monday after the clocks went forward."""


@pytest.fixture(autouse=True)
async def said_at_once(floor: Floor) -> None:
    """A report that waits absorbs its own repetition; here none waits, so that each one shows."""
    await floor.change(
        """CREATE TRIGGER said_at_once AFTER INSERT ON delivery WHEN NEW.key LIKE 'week:%'
        BEGIN UPDATE delivery SET state = 'sent' WHERE id = NEW.id; END"""
    )


async def reports(floor: Floor) -> list[str]:
    return [row[0] for row in await floor.sql("SELECT key FROM delivery WHERE key LIKE 'week:%' ORDER BY id")]


async def tick(at: At, start: datetime, end: datetime, step: timedelta = MINUTE) -> None:
    """Run the job at every tick from ``start`` to ``end``, as the scheduler does."""
    while start <= end:
        await weekly.run(at.parts, now=start)
        start += step


@pytest.mark.parametrize("nine", [PLAIN, AFTER_25_HOURS, AFTER_23_HOURS], ids=["plain", "25 hours", "23 hours"])
async def test_it_comes_at_nine_and_not_a_minute_sooner(at: At, floor: Floor, nine: datetime) -> None:
    await tick(at, nine - timedelta(hours=10), nine - MINUTE, step=timedelta(minutes=7))
    await weekly.run(at.parts, now=nine - timedelta(seconds=1))
    assert await reports(floor) == []
    await weekly.run(at.parts, now=nine)
    assert len(await reports(floor)) == 1


@pytest.mark.parametrize("nine", [PLAIN, AFTER_25_HOURS, AFTER_23_HOURS], ids=["plain", "25 hours", "23 hours"])
async def test_it_comes_once_in_the_whole_week_around_each_change_of_the_clocks(
    at: At, floor: Floor, nine: datetime
) -> None:
    await tick(at, nine - timedelta(days=6), nine + timedelta(days=6), step=timedelta(minutes=13))
    assert len(await reports(floor)) == 1


async def test_it_comes_every_monday_across_both_changes_of_the_clocks(at: At, floor: Floor) -> None:
    await tick(at, PLAIN - timedelta(weeks=6), PLAIN + timedelta(weeks=20), step=timedelta(minutes=55))
    dates = [key.removeprefix("week:") for key in await reports(floor)]
    assert len(dates) == 27
    assert all(datetime.fromisoformat(date).weekday() == 0 for date in dates)
    assert {"2026-10-26", "2027-03-29"} <= set(dates)


async def test_a_restart_at_nine_does_not_repeat_it(at: At, floor: Floor) -> None:
    await weekly.run(at.parts, now=PLAIN)
    await weekly.run(at.anew().parts, now=PLAIN + timedelta(seconds=1))
    assert len(await reports(floor)) == 1


async def test_ticks_that_overlap_give_one_report(at: At, floor: Floor) -> None:
    await asyncio.gather(*(weekly.run(at.parts, now=PLAIN + timedelta(seconds=number)) for number in range(10)))
    assert await reports(floor) == ["week:2026-11-23"]


@pytest.mark.parametrize(("hours", "comes"), [(0.5, True), (11.9, True), (12, False), (30, False)])
async def test_a_bot_that_was_down_at_nine_reports_until_the_evening(
    at: At, floor: Floor, hours: float, comes: bool
) -> None:
    await weekly.run(at.parts, now=PLAIN + timedelta(hours=hours))
    assert len(await reports(floor)) == comes


async def test_without_a_group_nothing_is_said_and_nothing_is_missed(at: At, floor: Floor) -> None:
    await floor.change("DELETE FROM setting WHERE name = ?", settings.GROUP)
    await weekly.run(at.parts, now=PLAIN)
    assert await reports(floor) == []
    await floor.change("INSERT INTO setting VALUES (?, '-100')", settings.GROUP)
    await weekly.run(at.parts, now=PLAIN + MINUTE)
    assert len(await reports(floor)) == 1


async def test_it_tells_of_the_week_that_ended_beside_the_one_before(at: At, floor: Floor, clock: WatchedClock) -> None:
    clock.advance((PLAIN - timedelta(days=3) - clock.now()).total_seconds())
    for _ in range(3):
        await floor.ask()
    clock.advance(timedelta(days=3).total_seconds())
    await floor.ask()
    await weekly.run(at.parts, now=clock.now())
    ((payload,),) = await floor.sql("SELECT payload FROM delivery WHERE key LIKE 'week:%'")
    assert "16.11" in payload
    assert "22.11" in payload
    assert "3" in payload


async def test_a_report_that_fails_is_not_marked_as_done(at: At, floor: Floor) -> None:
    await floor.change("ALTER TABLE question RENAME TO away")
    with pytest.raises(Exception, match="question"):
        await weekly.run(at.parts, now=PLAIN)
    await floor.change("ALTER TABLE away RENAME TO question")
    await weekly.run(at.parts, now=PLAIN + MINUTE)
    assert len(await reports(floor)) == 1
