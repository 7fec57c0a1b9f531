"""Scheduled jobs: one file each, ``async def run(parts, *, now)``; `JOBS` is the one list behind the scheduler.

Jobs that belong to a local hour are not scheduled by it: they run every minute from a UTC tick and are keyed by local
date, so that a night of 23 or 25 hours neither skips nor doubles them (docs/adr/0005).
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from jobs import handover, housekeeping, measure, refresh, spikes, wake, weekly
from jobs.parts import Parts


class Run(Protocol):
    def __call__(self, parts: Parts, *, now: datetime) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True)
class Job:
    """A job and how often it ticks."""

    name: str
    every: timedelta
    run: Run


JOBS: tuple[Job, ...] = (
    Job("weekly", timedelta(minutes=1), weekly.run),
    Job("refresh", timedelta(minutes=1), refresh.run),
    Job("wake", timedelta(seconds=20), wake.run),
    Job("handover", timedelta(minutes=1), handover.run),
    Job("measure", timedelta(minutes=1), measure.run),
    Job("spikes", timedelta(minutes=1), spikes.run),
    Job("housekeeping", timedelta(hours=1), housekeeping.run),
)
"""Besides these, every community has a look of its own at its own ``poll_every``; see `jobs.look`."""
