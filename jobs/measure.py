"""Once an hour for each community that counts: followers, reach, views, reactions, shares, as platforms give them."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.domain.errors import SourceError
from bot.sources import Measured
from bot.store import communities, measures
from jobs.parts import Parts

EVERY = timedelta(hours=1)
AT_ONCE = 3
"""Communities measured in one tick, so that a thousand are spread over the hour."""

log = logging.getLogger(__name__)


async def run(parts: Parts, *, now: datetime) -> None:
    counting = [key for key, source in parts.sources.items() if isinstance(source, Measured)]
    if not counting:
        return
    paused = await parts.store.read(communities.paused)
    due = await parts.store.read(lambda db: measures.due(db, counting, now - EVERY))
    share = max(AT_ONCE, len(counting) // 50)
    for key in [key for key in due if key not in paused][:share]:
        await _measure(parts, key, now)


async def _measure(parts: Parts, key: str, now: datetime) -> None:
    source = parts.sources[key]
    assert isinstance(source, Measured)  # noqa: S101
    try:
        measured = await source.measure(now=now)
    except SourceError as error:
        # The looks at the page raise the alarm; figures that are missing for an hour are only noted.
        log.info("job=measure community=%s code=%s: %s", key, error.code, error.detail[:300])
        measured = ()
    today = now.astimezone(parts.zone).date()
    await parts.store.write(lambda db: measures.keep(db, key, measured, today, now))
