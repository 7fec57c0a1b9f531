"""When a community could not be read: such times are silence of ours, not of the customers."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.store.rows import seconds


def began(db: Database, community: str, code: str, since: datetime) -> None:
    """An outage is under way; a second call says nothing new."""
    db.execute(
        """INSERT INTO outage (community, code, began_at) VALUES (?, ?, ?)
        ON CONFLICT (community) WHERE ended_at IS NULL DO UPDATE SET code = excluded.code""",
        [community, code, seconds(since)],
    )


def ended(db: Database, community: str, now: datetime) -> None:
    db.execute("UPDATE outage SET ended_at = ? WHERE community = ? AND ended_at IS NULL", [seconds(now), community])


def between(db: Database, community: str, start: datetime, end: datetime) -> list[tuple[float, float]]:
    """The outages that touch the span, as unix seconds; one that lasts still ends with the span."""
    rows = db.execute(
        """SELECT began_at, ifnull(ended_at, ?) FROM outage
        WHERE community = ? AND began_at < ? AND ifnull(ended_at, ?) > ? ORDER BY began_at""",
        [seconds(end), community, seconds(end), seconds(end), seconds(start)],
    ).fetchall()
    return [(float(began_at), float(ended_at)) for began_at, ended_at in rows]
