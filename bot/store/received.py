"""Messages that were brought by idempotency key: what came under a key is taken once, and answered alike ever after."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.store.rows import seconds


def known(db: Database, community: str, key: str) -> tuple[str, str] | None:
    """The (body's hash, post's external id) that came under this key; None for a new key."""
    row = db.execute(
        "SELECT body_hash, external_id FROM received WHERE community = ? AND key = ?", [community, key]
    ).fetchone()
    return (row[0], row[1]) if row else None


def keep(db: Database, community: str, key: str, body_hash: str, external_id: str, now: datetime) -> None:
    db.execute(
        """INSERT OR IGNORE INTO received (community, key, body_hash, external_id, received_at)
        VALUES (?, ?, ?, ?, ?)""",
        [community, key, body_hash, external_id, seconds(now)],
    )


def trim(db: Database, before: datetime) -> None:
    db.execute("DELETE FROM received WHERE received_at < ?", [seconds(before)])
