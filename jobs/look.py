"""Look at one community: fetch what is new and take it in. A page that fails is looked at less and less often."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta

from bot.domain.errors import PageUnreadable, SourceError
from bot.domain.model import Look
from bot.store import communities
from jobs.parts import Parts

LONGEST_REST = timedelta(minutes=15)

log = logging.getLogger(__name__)


async def run(parts: Parts, key: str, *, now: datetime) -> timedelta:
    """One look; returns how long to rest until the next."""
    every = parts.poll_every[key]
    if parts.store.glance(lambda db: communities.is_paused(db, key)):
        return every
    try:
        look = await _fetched(parts, key, now)
    except SourceError as error:
        failures = await parts.alarms.failed(key, error, now=now)
        return rest_after(failures, every, error.retry_after)
    await parts.intake.take(key, look, now=now)
    await parts.alarms.fine(key, now=now)
    return every


async def _fetched(parts: Parts, key: str, now: datetime) -> Look:
    memory = await parts.intake.memory(key)
    try:
        return await parts.sources[key].fetch(memory=memory, now=now)
    except SourceError:
        raise
    except Exception as error:
        # A parser that stumbles over a page must become an alarm like any other failure, never silence.
        log.exception("job=look community=%s failed unexpectedly", key)
        raise PageUnreadable(f"{type(error).__name__}: {error}") from error


def rest_after(failures: int, every: timedelta, retry_after: float | None) -> timedelta:
    """Doubling with each failure in a row up to a quarter of an hour, with jitter; at least what the page asked for."""
    longest = max(every, LONGEST_REST)
    rest = min(longest, every * 2.0 ** min(failures, 10))
    # Jitter keeps communities of one host from returning all at once when it recovers.
    jittered = rest * random.uniform(0.8, 1.0)  # noqa: S311
    return max(jittered, timedelta(seconds=retry_after or 0))
