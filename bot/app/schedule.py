"""The clock's side of the process: every job and every community's looks, in one scheduler that runs in UTC."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.domain.clock import Clock
from jobs import JOBS, look
from jobs.parts import Parts

SPREAD = timedelta(milliseconds=50)
"""Between the first looks of one community and the next, so that a thousand do not begin at once."""

WAKES_WITHIN = timedelta(seconds=2)
"""From an event to the look that it wakes: events come in bursts."""

log = logging.getLogger(__name__)


def schedule(parts: Parts, clock: Clock) -> AsyncIOScheduler:
    """A scheduler ready to start. A late tick still runs, several missed ones run once, and none overlaps itself."""
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    for job in JOBS:
        scheduler.add_job(_ticking(job.name, job.run, parts, clock), IntervalTrigger(seconds=job.every.total_seconds()))
    for number, key in enumerate(parts.sources):
        trigger = IntervalTrigger(seconds=parts.poll_every[key].total_seconds())
        first = clock.now() + number * SPREAD
        scheduler.add_job(_looking(key, parts, clock), trigger, id=_look_id(key), next_run_time=first)
    return scheduler


class Waker:
    """Has a community looked at soon, because something was said to have happened there."""

    def __init__(self, scheduler: AsyncIOScheduler, clock: Clock) -> None:
        self._scheduler = scheduler
        self._clock = clock

    def __call__(self, key: str) -> None:
        """Look within `WAKES_WITHIN`; of many calls in that time one look comes. It never puts a look off."""
        job = self._scheduler.get_job(_look_id(key))
        soon = self._clock.now() + WAKES_WITHIN
        if job is not None and job.next_run_time is not None and job.next_run_time > soon:
            job.modify(next_run_time=soon)


def _look_id(key: str) -> str:
    return f"look:{key}"


def _ticking(
    name: str, run: Callable[..., Awaitable[None]], parts: Parts, clock: Clock
) -> Callable[[], Awaitable[None]]:
    async def tick() -> None:
        try:
            await run(parts, now=clock.now())
            parts.ticks[name] = clock.now()
        except asyncio.CancelledError:
            return
        except Exception:
            # A job that fails must not take the others with it, and its next tick is another chance.
            log.exception("job=%s failed", name)

    return tick


def _looking(key: str, parts: Parts, clock: Clock) -> Callable[[], Awaitable[None]]:
    rest_until = datetime.min.replace(tzinfo=UTC)

    async def tick() -> None:
        nonlocal rest_until
        now = clock.now()
        if now < rest_until:
            return
        try:
            rest = await look.run(parts, key, now=now)
        except asyncio.CancelledError:
            # Only the end of the process cancels a look. What it stored is whole; the rest comes at the next one.
            log.info("job=look community=%s ended with the process", key)
            return
        except Exception:
            log.exception("job=look community=%s failed", key)
            return
        if rest > parts.poll_every[key]:
            rest_until = now + rest

    return tick
