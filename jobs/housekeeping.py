"""Once an hour: settled threads close, and rows that only helped delivery go. What people wrote stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.alike import WAVE
from bot.store import Database, deliveries, inbox, quiet, received, threads, waves
from jobs.parts import Parts

SETTLED = timedelta(days=3)
"""How long an answered thread stays open for a follow-up before it counts as closed (a later one reopens it still)."""
KEPT = timedelta(days=14)


async def run(parts: Parts, *, now: datetime) -> None:
    def work(db: Database) -> None:
        threads.settle(db, now - SETTLED)
        inbox.trim(db, now - KEPT)
        deliveries.trim(db, now - KEPT)
        received.trim(db, now - KEPT)
        quiet.forget(db, now - KEPT)
        waves.trim(db, now - WAVE)

    await parts.store.write(work)
