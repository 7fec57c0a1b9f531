"""Updates from Telegram, kept from their arrival until they are handled: a crash loses none, a repeat is known."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.store.rows import changed, seconds


def put(db: Database, update_id: int, payload: str, now: datetime) -> bool:
    """Keep an update; False when it was received before."""
    return (
        changed(
            db,
            "INSERT OR IGNORE INTO inbox (update_id, payload, received_at) VALUES (?, ?, ?)",
            [update_id, payload, seconds(now)],
        )
        == 1
    )


def done(db: Database, update_id: int) -> None:
    """Handled: the payload goes, the id stays to recognise a repeat."""
    db.execute("UPDATE inbox SET done = 1, payload = NULL WHERE update_id = ?", [update_id])


def undone(db: Database) -> list[str]:
    """Payloads that a stopped process left unhandled, oldest first."""
    return [row[0] for row in db.execute("SELECT payload FROM inbox WHERE done = 0 ORDER BY update_id").fetchall()]


def trim(db: Database, before: datetime) -> None:
    """Forget handled ids older than any repeat Telegram may send."""
    db.execute("DELETE FROM inbox WHERE done = 1 AND received_at < ?", [seconds(before)])
