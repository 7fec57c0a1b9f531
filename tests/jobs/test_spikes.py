"""The minute's look for spikes, as the scheduler runs it."""

from __future__ import annotations

from datetime import timedelta

from bot.store import incidents
from jobs import JOBS, spikes
from tests.fakes import NOON
from tests.jobs.at_work import At

pytest_plugins = ("tests.floor",)


async def test_it_ticks_every_minute_and_a_quiet_page_opens_nothing(at: At) -> None:
    assert [job.every for job in JOBS if job.name == "spikes"] == [timedelta(minutes=1)]
    await spikes.run(at.parts, now=NOON)
    assert await at.parts.store.read(incidents.opened) == []
