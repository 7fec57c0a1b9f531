"""What is to be said in Telegram: rows first, network second.

A delivery without a chat id goes to the team group, wherever that is bound at the time. One delivery per (chat, kind,
key) waits at a time: a card that changes three times before its turn is edited once, to its newest state.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlite_utils import Database

from bot.cards import Card
from bot.store.rows import Row, all_rows, changed, one_row, seconds


class Kind(StrEnum):
    CARD = "card"
    BOARD = "board"
    DIGEST = "digest"
    DRAFT = "draft"
    TEXT = "text"
    NOTED = "noted"
    PING = "ping"
    ALARM = "alarm"
    INCIDENT = "incident"
    PHOTO = "photo"


class Priority(IntEnum):
    """Smaller goes first within a chat."""

    ANSWER = 0
    ALARM = 1
    EDIT = 2
    NEW = 3
    BOARD = 4


@dataclass(frozen=True, slots=True)
class Delivery:
    id: int
    chat_id: int | None
    kind: Kind
    key: str
    payload: dict[str, Any]
    priority: Priority
    attempts: int


@dataclass(frozen=True, slots=True)
class Message:
    """A message of ours that stands in a chat, and what it shows."""

    chat_id: int
    message_id: int
    kind: Kind
    key: str
    shown: str | None
    current: bool


def card(
    db: Database, thread_id: int, now: datetime, priority: Priority = Priority.EDIT, *, after: timedelta = timedelta()
) -> None:
    """The thread's card shows something else now: post it, or edit it; the board and the digest follow.

    ``after`` lets a change wait for the next one that is worth an edit: Telegram counts them. Where the thread is
    folded beneath the card of a near-identical one, it is that card that shows it.
    """
    first_id = folded_beneath(db, thread_id)
    if first_id is None:
        put(db, None, Kind.CARD, str(thread_id), {}, priority, now + after)
    else:
        put(db, None, Kind.CARD, str(first_id), {}, Priority.EDIT, now + after)
    put(db, None, Kind.BOARD, "", {}, Priority.BOARD, now)
    if is_folded(db, thread_id):
        put(db, None, Kind.DIGEST, "", {}, Priority.EDIT, now)


def redrawn_at_once(db: Database, thread_id: int, now: datetime) -> None:
    """The card alone shows something else, and somebody who tapped it waits to see that."""
    put(db, None, Kind.CARD, str(thread_id), {}, Priority.EDIT, now)


def redraw(db: Database, thread_id: int, now: datetime) -> None:
    """Only the passing of time changes the card: it waits behind everything that happens."""
    put(db, None, Kind.CARD, str(thread_id), {}, Priority.BOARD, now)


def text(
    db: Database,
    chat_id: int | None,
    card: Card,
    now: datetime,
    *,
    key: str,
    reply_to: int | None = None,
    edit: int | None = None,
    silent: bool = True,
    priority: Priority = Priority.ANSWER,
) -> None:
    """A finished message; ``key`` makes a repetition of the same cause one message, ``edit`` changes a standing one."""
    buttons = [
        [[button.label, button.action, button.url, button.copy, button.style] for button in row] for row in card.buttons
    ]
    payload = {"html": card.html, "buttons": buttons, "reply_to": reply_to, "edit": edit, "silent": silent}
    put(db, chat_id, Kind.TEXT, key, payload, priority, now)


def photo(
    db: Database,
    chat_id: int | None,
    picture: str,
    values: Mapping[str, Any],
    now: datetime,
    *,
    key: str,
    lang: str | None = None,
    reply_to: int | None = None,
    silent: bool = True,
) -> None:
    """A picture with words beneath it, drawn when it is sent: ``picture`` names its painter, who gets ``values``.

    ``lang`` is the reader's own language, None the group's.
    """
    payload = {"picture": picture, "values": dict(values), "lang": lang, "reply_to": reply_to, "silent": silent}
    put(db, chat_id, Kind.PHOTO, key, payload, Priority.ANSWER, now)


def draft(db: Database, reply_id: int, now: datetime) -> None:
    """The message that shows a reply on its way: post it, or edit it."""
    put(db, None, Kind.DRAFT, str(reply_id), {}, Priority.ANSWER, now)


def put(
    db: Database,
    chat_id: int | None,
    kind: Kind,
    key: str,
    payload: dict[str, Any],
    priority: Priority,
    now: datetime,
) -> None:
    db.execute(
        """INSERT INTO delivery (chat_id, kind, key, payload, priority, due_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (ifnull(chat_id, 0), kind, key) WHERE state = 'pending'
        DO UPDATE SET payload = excluded.payload, priority = min(priority, excluded.priority),
        due_at = min(due_at, excluded.due_at)""",
        [chat_id, kind, key, json.dumps(payload, ensure_ascii=False), priority, seconds(now), seconds(now)],
    )


def chats_due(db: Database, but: Collection[int | None] = ()) -> list[tuple[int | None, float]]:
    """Chats with something pending (None is the group), each with the unix seconds at which the first is due.

    Those of ``but`` are left out, and cost nothing however much waits for them.
    """
    # From one address in the index to the next: what lies between them is not read.
    addresses = db.execute(
        """WITH RECURSIVE found (address) AS (
            SELECT min(ifnull(chat_id, 0)) FROM delivery WHERE state = 'pending'
            UNION ALL
            SELECT (SELECT min(ifnull(chat_id, 0)) FROM delivery
                WHERE state = 'pending' AND ifnull(chat_id, 0) > address) FROM found WHERE address IS NOT NULL
        ) SELECT address FROM found WHERE address IS NOT NULL"""
    ).fetchall()
    wanted = [address for (address,) in addresses if (address or None) not in but]
    due = "SELECT min(due_at) FROM delivery WHERE state = 'pending' AND ifnull(chat_id, 0) = ?"
    return [(address or None, db.execute(due, [address]).fetchone()[0]) for address in wanted]


def next_for(db: Database, chat_id: int | None, now: datetime) -> Delivery | None:
    """The most urgent delivery of the chat that is due."""
    row = one_row(
        db,
        """SELECT * FROM delivery WHERE state = 'pending' AND ifnull(chat_id, 0) = ? AND due_at <= ?
        ORDER BY priority, id LIMIT 1""",
        [chat_id or 0, seconds(now)],
    )
    return _delivery(row) if row else None


def pending_cards(db: Database, new_only_for: int) -> list[int]:
    """Threads whose first card is pending for the group ``new_only_for``, oldest first; not those asked for by hand."""
    rows = db.execute(
        """SELECT CAST(key AS INTEGER) FROM delivery
        WHERE state = 'pending' AND ifnull(chat_id, 0) = 0 AND kind = 'card' AND priority > ?
        AND key NOT IN (SELECT key FROM message WHERE chat_id = ? AND kind = 'card' AND current = 1)
        ORDER BY id""",
        [Priority.ANSWER, new_only_for],
    ).fetchall()
    return [row[0] for row in rows]


def sending(db: Database, delivery_id: int) -> bool:
    return (
        changed(
            db,
            "UPDATE delivery SET state = 'sending', attempts = attempts + 1 WHERE id = ? AND state = 'pending'",
            [delivery_id],
        )
        == 1
    )


def sent(db: Database, delivery_id: int, now: datetime) -> None:
    db.execute(
        "UPDATE delivery SET state = 'sent', sent_at = ?, payload = '{}' WHERE id = ?",
        [seconds(now), delivery_id],
    )


def failed(db: Database, delivery_id: int, error: str) -> None:
    db.execute("UPDATE delivery SET state = 'failed', error = ? WHERE id = ?", [error, delivery_id])


def again(db: Database, delivery_id: int, due_at: float, error: str) -> None:
    """Put an unsent delivery back; where a newer one for the same thing waits already, that one stands for both."""
    if not changed(
        db,
        "UPDATE OR IGNORE delivery SET state = 'pending', due_at = ?, error = ? WHERE id = ?",
        [due_at, error, delivery_id],
    ):
        db.execute("UPDATE delivery SET state = 'superseded' WHERE id = ?", [delivery_id])


def recover(db: Database) -> int:
    """After a crash: what was being sent goes out again. Returns how many."""
    ids = [row[0] for row in db.execute("SELECT id FROM delivery WHERE state = 'sending'").fetchall()]
    for delivery_id in ids:
        again(db, delivery_id, 0.0, "the process stopped while sending")
    return len(ids)


def due_now(db: Database) -> None:
    """What the group did not take is tried again at once: it takes messages again."""
    db.execute("UPDATE delivery SET due_at = 0 WHERE state = 'pending' AND chat_id IS NULL AND attempts > 0")


def readdress(db: Database, old: int, new: int) -> None:
    """What is under way to a chat that moved goes to where it is now."""
    db.execute(
        "UPDATE OR IGNORE delivery SET chat_id = ? WHERE chat_id = ? AND state IN ('pending', 'sending')", [new, old]
    )


def drop(db: Database, kind: Kind, keys: Sequence[str]) -> None:
    """Pending deliveries to the group that something else now says."""
    for key in keys:
        db.execute(
            """UPDATE delivery SET state = 'superseded'
            WHERE state = 'pending' AND chat_id IS NULL AND kind = ? AND key = ?""",
            [kind, key],
        )


def trim(db: Database, before: datetime) -> None:
    db.execute("DELETE FROM delivery WHERE state IN ('sent', 'superseded') AND created_at < ?", [seconds(before)])


def current(db: Database, chat_id: int, kind: Kind, key: str) -> Message | None:
    """The message that stands for this thing in the chat now."""
    row = one_row(
        db,
        "SELECT * FROM message WHERE chat_id = ? AND kind = ? AND key = ? AND current = 1",
        [chat_id, kind, key],
    )
    return _message(row) if row else None


def message(db: Database, chat_id: int, message_id: int) -> Message | None:
    row = one_row(db, "SELECT * FROM message WHERE chat_id = ? AND message_id = ?", [chat_id, message_id])
    return _message(row) if row else None


def posted(
    db: Database, chat_id: int, message_id: int, kind: Kind, key: str, shown: str, bucket: int | None = None
) -> None:
    """A message stands in the chat; an older one for the same thing is history from now on."""
    db.execute("UPDATE message SET current = 0 WHERE chat_id = ? AND kind = ? AND key = ?", [chat_id, kind, key])
    db.execute(
        "INSERT OR REPLACE INTO message (chat_id, message_id, kind, key, shown, bucket) VALUES (?, ?, ?, ?, ?, ?)",
        [chat_id, message_id, kind, key, shown, bucket],
    )


def double(db: Database, chat_id: int, message_id: int, kind: Kind, key: str) -> None:
    """A message that stands beside the current one for the same thing, because we never heard that it was taken."""
    db.execute(
        "INSERT OR IGNORE INTO message (chat_id, message_id, kind, key, current) VALUES (?, ?, ?, ?, 0)",
        [chat_id, message_id, kind, key],
    )


def shown(db: Database, chat_id: int, message_id: int, shown: str, bucket: int | None = None) -> None:
    db.execute(
        "UPDATE message SET shown = ?, bucket = ? WHERE chat_id = ? AND message_id = ?",
        [shown, bucket, chat_id, message_id],
    )


def not_current(db: Database, chat_id: int, message_id: int) -> None:
    """The message was deleted or can't be edited: the next delivery posts a new one."""
    db.execute("UPDATE message SET current = 0 WHERE chat_id = ? AND message_id = ?", [chat_id, message_id])


def buckets(db: Database, chat_id: int) -> list[Row]:
    """Cards of threads that wait: ``thread_id``, ``waiting_since`` (unix seconds), ``bucket`` shown now."""
    return all_rows(
        db,
        """SELECT thread.id AS thread_id, thread.waiting_since, message.bucket FROM thread
        JOIN message ON message.chat_id = ? AND message.kind = 'card' AND message.current = 1
        AND message.key = CAST(thread.id AS TEXT)
        WHERE thread.waiting_since IS NOT NULL AND thread.status IN ('waiting', 'claimed')""",
        [chat_id],
    )


def fold(db: Database, thread_ids: Sequence[int]) -> None:
    """These threads wait in the digest instead of on cards of their own."""
    drop(db, Kind.CARD, [str(thread_id) for thread_id in thread_ids])
    db.conn.executemany("INSERT OR IGNORE INTO folded (thread_id) VALUES (?)", [(one,) for one in thread_ids])


def unfold(db: Database, thread_ids: Sequence[int], now: datetime) -> None:
    """Give these threads their own cards."""
    for thread_id in thread_ids:
        db.execute("DELETE FROM folded WHERE thread_id = ?", [thread_id])
        # ANSWER: somebody asked for this very card, so it is not to be folded again.
        put(db, None, Kind.CARD, str(thread_id), {}, Priority.ANSWER, now)


def folded(db: Database) -> list[int]:
    """Folded threads that still wait, oldest first."""
    rows = db.execute(
        """SELECT thread_id FROM folded JOIN thread ON thread.id = thread_id WHERE thread.status = 'waiting'
        ORDER BY thread.waiting_since"""
    ).fetchall()
    return [row[0] for row in rows]


def folded_beneath(db: Database, thread_id: int) -> int | None:
    """The thread on whose card this near-identical one is counted, None where it has a card of its own."""
    row = db.execute("SELECT first_id FROM alike WHERE thread_id = ? AND shown = 0", [thread_id]).fetchone()
    return int(row[0]) if row else None


def is_folded(db: Database, thread_id: int) -> bool:
    return db.execute("SELECT 1 FROM folded WHERE thread_id = ?", [thread_id]).fetchone() is not None


def _delivery(row: Row) -> Delivery:
    return Delivery(
        row["id"],
        row["chat_id"],
        Kind(row["kind"]),
        row["key"],
        json.loads(row["payload"]),
        Priority(row["priority"]),
        row["attempts"],
    )


def _message(row: Row) -> Message:
    return Message(row["chat_id"], row["message_id"], Kind(row["kind"]), row["key"], row["shown"], bool(row["current"]))
