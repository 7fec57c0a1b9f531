"""Once an hour each community that counts is measured; one that fails is only noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.errors import SourceDown
from bot.domain.model import Measure, Metric
from bot.store import communities
from jobs import measure
from tests.floor import LEAD, Floor, WatchedClock
from tests.jobs.at_work import At, Page

pytest_plugins = ("tests.floor",)


class Counting(Page):
    """A page whose platform also counts."""

    asked = 0

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        self.asked += 1
        if self.fails is not None:
            raise self.fails
        return (Measure(Metric.FOLLOWERS, 100.0 + self.asked), Measure(Metric.REACH, None))


async def test_followers_are_kept_by_the_local_day(at: At, floor: Floor, clock: WatchedClock) -> None:
    page = Counting()
    parts = replace(at.parts, sources={"forum": page})
    await measure.run(parts, now=clock.now())
    await measure.run(parts, now=clock.now() + timedelta(minutes=30))
    assert page.asked == 1
    await measure.run(parts, now=clock.now() + timedelta(minutes=61))
    assert await floor.sql("SELECT metric, local_date, value FROM measure") == [("followers", "2026-11-23", 102.0)]


async def test_late_in_the_evening_the_local_day_is_what_counts(at: At, floor: Floor) -> None:
    parts = replace(at.parts, sources={"forum": Counting()})
    await measure.run(parts, now=datetime.fromisoformat("2026-11-23T22:30:00+00:00"))
    assert await floor.sql("SELECT local_date FROM measure") == [("2026-11-24",)]


async def test_a_page_that_does_not_answer_is_asked_again_in_an_hour_without_an_alarm(
    at: At, floor: Floor, clock: WatchedClock
) -> None:
    page = Counting(fails=SourceDown("502"))
    parts = replace(at.parts, sources={"forum": page})
    for minutes in (0, 10, 61):
        await measure.run(parts, now=clock.now() + timedelta(minutes=minutes))
    assert page.asked == 2
    assert await floor.sql("SELECT count(*) FROM delivery WHERE kind = 'alarm'") == [(0,)]


async def test_a_page_that_does_not_count_is_not_asked(at: At, floor: Floor, clock: WatchedClock) -> None:
    await measure.run(at.parts, now=clock.now())
    assert await floor.sql("SELECT count(*) FROM community WHERE measured_at IS NOT NULL") == [(0,)]


async def test_a_paused_community_is_not_measured(at: At, floor: Floor, clock: WatchedClock) -> None:
    page = Counting()
    await floor.store.write(lambda db: communities.pause(db, "forum", LEAD.user_id, clock.now()))
    await measure.run(replace(at.parts, sources={"forum": page}), now=clock.now())
    assert page.asked == 0
