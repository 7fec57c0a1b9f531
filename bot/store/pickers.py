"""Which cards show choices in place of their buttons, because an agent is about to put a verdict right."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.store.rows import seconds

_STANDING = "kind = 'card' AND current = 1"


def open_(db: Database, thread_id: int, now: datetime) -> None:
    """The card of the thread shows choices, until one is made or `overdue` finds it."""
    db.execute(f"UPDATE message SET picking_since = ? WHERE {_STANDING} AND key = ?", [seconds(now), str(thread_id)])


def close(db: Database, thread_id: int) -> None:
    db.execute(f"UPDATE message SET picking_since = NULL WHERE {_STANDING} AND key = ?", [str(thread_id)])


def is_open(db: Database, chat_id: int, thread_id: int) -> bool:
    row = db.execute(
        f"SELECT 1 FROM message WHERE chat_id = ? AND {_STANDING} AND key = ? AND picking_since IS NOT NULL",
        [chat_id, str(thread_id)],
    ).fetchone()
    return row is not None


def overdue(db: Database, before: datetime) -> list[int]:
    """Threads whose card has shown choices since before ``before``: whoever opened them went away."""
    rows = db.execute(
        f"SELECT CAST(key AS INTEGER) FROM message WHERE {_STANDING} AND picking_since < ?", [seconds(before)]
    )
    return [row[0] for row in rows.fetchall()]
