"""The group became a supergroup, or the team took another group."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.store import deliveries, settings, threads

_AT_MOST = 1000


def group(db: Database, old: int, new: int, now: datetime) -> None:
    """Follow a group from ``old`` to ``new`` everywhere, in the caller's transaction.

    A supergroup numbers its messages anew: what stood in the old group is history, and whoever waits gets a card anew.
    """
    deliveries.readdress(db, old, new)
    if settings.group(db) != old:
        return
    db.execute("UPDATE message SET current = 0 WHERE chat_id = ?", [old])
    bind(db, new, now)


def bind(db: Database, new: int, now: datetime) -> None:
    """Make ``new`` the team's group: its board and the cards of all who wait are to be posted there."""
    settings.put(db, settings.GROUP, str(new))
    for row in threads.waiting(db, limit=_AT_MOST):
        deliveries.card(db, row["id"], now, deliveries.Priority.NEW)
    deliveries.put(db, None, deliveries.Kind.BOARD, "", {}, deliveries.Priority.BOARD, now)
