"""Alarms to the leads: one when a community can't be read any more, one when it can again."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.domain.errors import SourceError
from bot.store import Database, Store, communities, deliveries, outages

PATIENCE = 3
"""Looks in a row that may fail for a passing reason before the leads hear of it."""

log = logging.getLogger(__name__)


class Alarms:
    """Counts failures per community and sounds each alarm once."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def failed(self, key: str, error: SourceError, *, now: datetime) -> int:
        """A look failed; returns how many failed in a row, for the caller's back-off."""

        def work(db: Database) -> tuple[int, bool]:
            state = communities.failed(db, key, error.code, now)
            outages.began(db, key, error.code, state.failing_since or now)
            sound = (error.permanent or state.failures >= PATIENCE) and communities.alarm_once(db, key)
            if sound:
                since = (state.failing_since or now).timestamp()
                payload = {"community": key, "code": error.code, "detail": error.detail[:300], "since": since}
                deliveries.put(db, None, deliveries.Kind.ALARM, f"{key}:down", payload, deliveries.Priority.ALARM, now)
            return state.failures, sound

        failures, sound = await self._store.write(work, ring=True)
        if failures == 1 or sound:
            log.warning(
                "community=%s failing code=%s failures=%d detail=%s", key, error.code, failures, error.detail[:300]
            )
        return failures

    async def fine(self, key: str, *, now: datetime) -> None:
        """A look went well: if the leads were alarmed, they hear that it is over."""
        if (await self._store.read(lambda db: communities.state(db, key))).failures == 0:
            return

        def work(db: Database) -> None:
            state = communities.state(db, key)
            outages.ended(db, key, now)
            if communities.recovered(db, key):
                since = state.failing_since.timestamp() if state.failing_since else None
                payload = {"community": key, "recovered": True, "since": since}
                deliveries.put(db, None, deliveries.Kind.ALARM, f"{key}:up", payload, deliveries.Priority.ALARM, now)

        await self._store.write(work, ring=True)
        log.info("community=%s reads again", key)
