"""Look at one community: fetch what is new and take it in. A page that fails is looked at less and less often."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from bot.domain.errors import SourceError
from jobs.parts import Parts

LONGEST_REST = timedelta(minutes=15)


async def run(parts: Parts, key: str, *, now: datetime) -> timedelta:
    """One look; returns how long to rest until the next."""
    every = parts.poll_every[key]
    try:
        look = await parts.sources[key].fetch(memory=await parts.intake.memory(key), now=now)
    except SourceError as error:
        failures = await parts.alarms.failed(key, error, now=now)
        return rest_after(failures, every, error.retry_after)
    await parts.intake.take(key, look, now=now)
    await parts.alarms.fine(key, now=now)
    return every


def rest_after(failures: int, every: timedelta, retry_after: float | None) -> timedelta:
    """Doubling with each failure in a row up to a quarter of an hour, with jitter; at least what the page asked for."""
    longest = max(every, LONGEST_REST)
    rest = min(longest, every * 2.0 ** min(failures, 10))
    # Jitter keeps communities of one host from returning all at once when it recovers.
    jittered = rest * random.uniform(0.8, 1.0)  # noqa: S311
    return max(jittered, timedelta(seconds=retry_after or 0))
