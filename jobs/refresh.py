"""Cards say how long somebody waits in steps: a card whose step has passed is shown anew, and so is one on which
somebody began to choose and went away.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.cards import wait_bucket
from bot.store import Database, deliveries, pickers, settings
from jobs.parts import Parts

AT_ONCE = 5
"""Cards refreshed a minute at most: the group's twenty a minute are for what happens."""

CHOOSING = timedelta(minutes=2)
"""How long a card may show choices in place of its buttons: others want to claim it."""


async def run(parts: Parts, *, now: datetime) -> None:
    def passed(db: Database) -> list[int]:
        group = settings.group(db)
        rows = deliveries.buckets(db, group) if group is not None else []
        return [
            row["thread_id"] for row in rows if wait_bucket(now.timestamp() - row["waiting_since"]) != row["bucket"]
        ]

    due = (await parts.store.read(passed))[:AT_ONCE]
    left = await parts.store.read(lambda db: pickers.overdue(db, now - CHOOSING))

    def redraw(db: Database) -> None:
        for thread_id in due:
            deliveries.redraw(db, thread_id, now)
        for thread_id in left:
            pickers.close(db, thread_id)
            deliveries.redrawn_at_once(db, thread_id, now)

    if due or left:
        await parts.store.write(redraw, ring=True)
