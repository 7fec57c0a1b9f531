"""Open threads as lists show them: the board, the queue, the digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlite_utils import Database

from bot.cards import BoardRow
from bot.domain.model import Community
from bot.store import settings, threads
from bot.store.rows import Row, at


def listed(
    db: Database, communities: Mapping[str, Community], *, limit: int, offset: int = 0, agent_id: int | None = None
) -> list[BoardRow]:
    """Open threads, oldest first; see `bot.store.threads.waiting`."""
    group = settings.group(db)
    return [
        _listed(db, row, communities, group)
        for row in threads.waiting(db, limit=limit, offset=offset, agent_id=agent_id)
    ]


def of_threads(db: Database, communities: Mapping[str, Community], thread_ids: Sequence[int]) -> list[BoardRow]:
    """These open threads, in the given order."""
    group = settings.group(db)
    found = (threads.waiting_one(db, thread_id) for thread_id in thread_ids)
    return [_listed(db, row, communities, group) for row in found if row]


def card_link(db: Database, thread_id: int, group: int | None) -> str:
    """The address of a thread's card for members of the supergroup; "" where there is none."""
    if group is None or not str(group).startswith("-100"):
        return ""
    row = db.execute(
        "SELECT message_id FROM message WHERE chat_id = ? AND kind = 'card' AND key = ? AND current = 1",
        [group, str(thread_id)],
    ).fetchone()
    return f"https://t.me/c/{str(group).removeprefix('-100')}/{row[0]}" if row else ""


def _listed(db: Database, row: Row, communities: Mapping[str, Community], group: int | None) -> BoardRow:
    community = communities.get(row["community"])
    return BoardRow(
        row["id"],
        community.name if community else row["community"],
        row["author_name"],
        row["text"],
        at(row["waiting_since"]),
        row["agent_name"],
        card_link(db, row["id"], group),
    )
