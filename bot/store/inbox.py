"""Updates from Telegram, kept from their arrival until they are handled: a crash loses none, a repeat is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlite_utils import Database

from bot.store.rows import changed, seconds


def put(db: Database, updates: Mapping[int, str], now: datetime) -> set[int]:
    """Keep updates, payloads by id; returns the ids that were not received before."""
    sql = "INSERT OR IGNORE INTO inbox (update_id, payload, received_at) VALUES (?, ?, ?)"
    return {
        update_id for update_id, payload in updates.items() if changed(db, sql, [update_id, payload, seconds(now)]) == 1
    }


def done(db: Database, update_ids: Collection[int]) -> None:
    """Handled: the payloads go, the ids stay to recognise a repeat."""
    db.conn.executemany(
        "UPDATE inbox SET done = 1, payload = NULL WHERE update_id = ?", [(update_id,) for update_id in update_ids]
    )


def undone(db: Database) -> list[str]:
    """Payloads that a stopped process left unhandled, oldest first."""
    return [row[0] for row in db.execute("SELECT payload FROM inbox WHERE done = 0 ORDER BY update_id").fetchall()]


def trim(db: Database, before: datetime) -> None:
    """Forget handled ids older than any repeat Telegram may send."""
    db.execute("DELETE FROM inbox WHERE done = 1 AND received_at < ?", [seconds(before)])
