"""Snoozed threads whose time has come return to the queue; copies whose first one is settled get cards of their own."""

from __future__ import annotations

from datetime import datetime

from bot.store import Database, deliveries, threads, waves
from jobs.parts import Parts


async def run(parts: Parts, *, now: datetime) -> None:
    def work(db: Database) -> None:
        for thread_id in threads.snoozed_over(db, now):
            threads.wake(db, thread_id, now)
            deliveries.card(db, thread_id, now)
        for thread_id in waves.left_alone(db, now):
            waves.unfold(db, thread_id)
            deliveries.card(db, thread_id, now, deliveries.Priority.NEW)

    if await parts.store.read(lambda db: threads.snoozed_over(db, now) or waves.left_alone(db, now)):
        await parts.store.write(work, ring=True)
