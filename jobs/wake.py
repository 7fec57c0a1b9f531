"""Snoozed threads whose time has come return to the queue."""

from __future__ import annotations

from datetime import datetime

from bot.store import Database, deliveries, threads
from jobs.parts import Parts


async def run(parts: Parts, *, now: datetime) -> None:
    def work(db: Database) -> None:
        for thread_id in threads.snoozed_over(db, now):
            threads.wake(db, thread_id, now)
            deliveries.card(db, thread_id, now)

    if await parts.store.read(lambda db: threads.snoozed_over(db, now)):
        await parts.store.write(work, ring=True)
