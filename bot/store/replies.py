"""Replies: recorded before they are sent, and counted only once they were read back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.errors import ReplyStale, ReplyUnknown
from bot.domain.model import Agent, Published, Reply, ReplyStatus
from bot.store import events
from bot.store.rows import Row, all_rows, at, changed, moment, one_row, seconds

_JOINED = "SELECT reply.*, thread.community FROM reply JOIN thread ON thread.id = reply.thread_id"
_UNSETTLED = "('draft', 'queued', 'sending', 'published', 'unknown')"
SHOWN_WITHIN = timedelta(minutes=2)
"""How long a draft that Telegram has not shown yet waits for it: its agent could neither read nor cancel it."""
_READY_AT = f"""CASE WHEN reply.status = 'draft' AND NOT EXISTS
    (SELECT 1 FROM message WHERE message.kind = 'draft' AND message.key = CAST(reply.id AS TEXT))
    THEN max(reply.due_at, reply.created_at + {SHOWN_WITHIN.total_seconds()}) ELSE reply.due_at END"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply with where it came from: the agent's message, and the text as it goes to the page."""

    reply: Reply
    community: str
    published_text: str
    chat_id: int
    message_id: int
    sent_at: datetime | None


def draft(
    db: Database,
    thread_id: int,
    agent: Agent,
    text: str,
    published_text: str,
    due_at: datetime,
    now: datetime,
    *,
    chat_id: int,
    message_id: int,
) -> int | None:
    """Keep a draft; None when this very message made one before."""
    made = changed(
        db,
        """INSERT OR IGNORE INTO reply
        (thread_id, agent_id, agent_name, text, published_text, status, created_at, due_at, chat_id, message_id)
        VALUES (?, ?, ?, ?, ?, 'draft', ?, ?, ?, ?)""",
        [
            thread_id,
            agent.user_id,
            agent.name,
            text,
            published_text,
            seconds(now),
            seconds(due_at),
            chat_id,
            message_id,
        ],
    )
    if not made:
        return None
    events.add(db, "drafted", now, thread_id=thread_id, agent_id=agent.user_id)
    row = db.execute("SELECT id FROM reply WHERE chat_id = ? AND message_id = ?", [chat_id, message_id]).fetchone()
    return int(row[0])


def get(db: Database, reply_id: int) -> Kept | None:
    row = one_row(db, f"{_JOINED} WHERE reply.id = ?", [reply_id])
    return _kept(row) if row else None


def of_message(db: Database, chat_id: int, message_id: int) -> Kept | None:
    """The reply that an agent's message became."""
    row = one_row(db, f"{_JOINED} WHERE reply.chat_id = ? AND reply.message_id = ?", [chat_id, message_id])
    return _kept(row) if row else None


def under_way(db: Database, thread_id: int) -> Reply | None:
    """The thread's newest reply, while it is on its way or stands refused."""
    row = one_row(
        db,
        "SELECT * FROM reply WHERE thread_id = ? AND status != 'cancelled' ORDER BY id DESC LIMIT 1",
        [thread_id],
    )
    if row is None or row["status"] == ReplyStatus.VERIFIED:
        return None
    return _reply(row)


def edit(db: Database, reply_id: int, text: str, published_text: str) -> bool:
    """Change the text of a draft, or of one handed back to be published by hand; False once it is on its way."""
    return bool(
        changed(
            db,
            "UPDATE reply SET text = ?, published_text = ? WHERE id = ? AND status IN ('draft', 'handed')",
            [text, published_text, reply_id],
        )
    )


def cancel(db: Database, reply_id: int, now: datetime, *, by: int) -> bool:
    """Take a draft, a queued or a refused reply back; False once it is on its way."""
    done = changed(
        db,
        "UPDATE reply SET status = 'cancelled' WHERE id = ? AND status IN ('draft', 'queued', 'refused', 'handed')",
        [reply_id],
    )
    if done:
        events.add(db, "cancelled", now, agent_id=by, detail=str(reply_id))
    return bool(done)


def cancel_all_of(db: Database, agent_id: int, now: datetime) -> list[int]:
    """An agent left: what they wrote and was not sent yet is taken back. Returns the replies."""
    waiting = all_rows(
        db, "SELECT id FROM reply WHERE agent_id = ? AND status IN ('draft', 'queued') ORDER BY id", [agent_id]
    )
    return [row["id"] for row in waiting if cancel(db, row["id"], now, by=agent_id)]


def send_now(db: Database, reply_id: int, now: datetime) -> bool:
    """End a draft's undo window; False once it is over."""
    return bool(changed(db, "UPDATE reply SET due_at = ? WHERE id = ? AND status = 'draft'", [seconds(now), reply_id]))


def send_again(db: Database, reply_id: int, now: datetime, *, replaces: bool = False) -> bool:
    """A person decided to publish a refused reply, or one of unknown fate, once more; with ``replaces`` in the place of
    the answer that stands there."""
    return bool(
        changed(
            db,
            """UPDATE reply SET status = 'queued', refusal = NULL, due_at = ?, attempts = 0, replaces = max(replaces, ?)
            WHERE id = ? AND status IN ('refused', 'unknown', 'queued')""",
            [seconds(now), replaces, reply_id],
        )
    )


def shown(db: Database, reply_id: int, due_at: datetime) -> None:
    """The draft stands before its agent only now: the undo window begins here."""
    db.execute(
        "UPDATE reply SET due_at = max(due_at, ?) WHERE id = ? AND status = 'draft'", [seconds(due_at), reply_id]
    )


def due(db: Database, now: datetime) -> list[Kept]:
    """Drafts past their undo window and replies to try again, oldest first."""
    rows = all_rows(
        db,
        f"{_JOINED} WHERE reply.status IN ('draft', 'queued') AND {_READY_AT} <= ? ORDER BY reply.due_at, reply.id",
        [seconds(now)],
    )
    return [_kept(row) for row in rows]


def to_read_back(db: Database, now: datetime) -> list[Kept]:
    """Replies that the platform took, or may have taken, and that nobody saw on the page yet."""
    rows = all_rows(
        db,
        f"{_JOINED} WHERE reply.status IN ('published', 'unknown') AND reply.due_at <= ? ORDER BY reply.id",
        [seconds(now)],
    )
    return [_kept(row) for row in rows]


def next_due(db: Database) -> float | None:
    """Unix seconds at which the next reply has something to be done; None when none is under way."""
    row = db.execute(
        f"SELECT min({_READY_AT}) FROM reply WHERE status IN ('draft', 'queued', 'published', 'unknown')"
    ).fetchone()
    return row[0] if row else None


def start(db: Database, reply_id: int, target: str, now: datetime) -> bool:
    """The one sender's mark before the network: whoever gets True publishes, nobody else."""
    return bool(
        changed(
            db,
            """UPDATE reply SET status = 'sending', attempts = attempts + 1, sent_at = ?, target = ?
            WHERE id = ? AND status IN ('draft', 'queued')""",
            [seconds(now), target, reply_id],
        )
    )


def published(db: Database, reply_id: int, what: Published, check_at: datetime) -> None:
    """The platform took it; it is read back at ``check_at``."""
    db.execute(
        """UPDATE reply SET status = 'published', external_id = ?, url = ?, published_at = ?, due_at = ?, refusal = NULL
        WHERE id = ? AND status IN ('sending', 'unknown')""",
        [
            what.external_id,
            what.url,
            seconds(what.published_at) if what.published_at else None,
            seconds(check_at),
            reply_id,
        ],
    )


def verified(db: Database, reply_id: int, external_id: str, url: str, published_at: datetime) -> bool:
    """Seen on the page; True for the one who saw it first."""
    return bool(
        changed(
            db,
            """UPDATE reply SET status = 'verified', external_id = ?, url = ?, published_at = ?, refusal = NULL
            WHERE id = ? AND status IN ('sending', 'published', 'unknown', 'handed', 'refused', 'queued')""",
            [external_id, url, seconds(published_at), reply_id],
        )
    )


def unseen(db: Database, reply_id: int, check_at: datetime) -> None:
    """Not on the page yet: look again at ``check_at``."""
    db.execute(
        """UPDATE reply SET due_at = ?, attempts = attempts + 1
        WHERE id = ? AND status IN ('published', 'unknown')""",
        [seconds(check_at), reply_id],
    )


def look_later(db: Database, reply_id: int, check_at: datetime) -> None:
    """Nobody may look now: at ``check_at`` again, without counting this as a look in vain."""
    db.execute(
        "UPDATE reply SET due_at = ? WHERE id = ? AND status IN ('published', 'unknown')",
        [seconds(check_at), reply_id],
    )


def refused(db: Database, reply_id: int, code: str, now: datetime) -> None:
    """Permanently not published: back to its agent."""
    if changed(
        db,
        f"UPDATE reply SET status = 'refused', refusal = ? WHERE id = ? AND status IN {_UNSETTLED}",
        [code, reply_id],
    ):
        events.add(db, "refused", now, detail=f"{reply_id} {code}")


def unknown(db: Database, reply_id: int, code: str, check_at: datetime) -> None:
    """It may stand on the page: look before anything else."""
    db.execute(
        f"UPDATE reply SET status = 'unknown', refusal = ?, due_at = ? WHERE id = ? AND status IN {_UNSETTLED}",
        [code, seconds(check_at), reply_id],
    )


def again(db: Database, reply_id: int, code: str, due_at: datetime) -> None:
    """Certainly not published, for a reason that passes: try again at ``due_at``."""
    db.execute(
        "UPDATE reply SET status = 'queued', refusal = ?, due_at = ? WHERE id = ? AND status = 'sending'",
        [code, seconds(due_at), reply_id],
    )


def handed(db: Database, reply_id: int, now: datetime) -> bool:
    """Given back to the agent to publish by hand; the page is watched for it."""
    return bool(
        changed(
            db,
            "UPDATE reply SET status = 'handed', sent_at = ? WHERE id = ? AND status = 'draft'",
            [seconds(now), reply_id],
        )
    )


def set_aside(db: Database, due_before: datetime) -> list[int]:
    """Drafts whose time passed long before we started: the process was down, or the database is an older copy.

    What they say may be outdated, or stand on the page already, so their agents decide. Returns the replies.
    """
    rows = db.execute(
        """UPDATE reply SET status = 'refused', refusal = ?
        WHERE status IN ('draft', 'queued') AND due_at < ? RETURNING id""",
        [ReplyStale.code, seconds(due_before)],
    ).fetchall()
    return [row[0] for row in rows]


def recover(db: Database, now: datetime) -> list[int]:
    """After a crash: what was being sent may have arrived. Never blindly again: it is read back first."""
    rows = db.execute(
        """UPDATE reply SET status = 'unknown', refusal = ?, due_at = ?
        WHERE status = 'sending' RETURNING id""",
        [ReplyUnknown.code, seconds(now)],
    ).fetchall()
    return [row[0] for row in rows]


def ours(db: Database, community: str, container_id: str) -> list[Kept]:
    """Our replies under a container that stand, or may stand, on the page: all that were tried or handed out."""
    rows = all_rows(
        db,
        f"""{_JOINED} WHERE thread.community = ? AND thread.container_id = ?
        AND reply.status NOT IN ('draft', 'cancelled') ORDER BY reply.id""",
        [community, container_id],
    )
    return [_kept(row) for row in rows]


def _kept(row: Row) -> Kept:
    return Kept(
        reply=_reply(row),
        community=row["community"],
        published_text=row["published_text"],
        chat_id=row["chat_id"],
        message_id=row["message_id"],
        sent_at=moment(row["sent_at"]),
    )


def _reply(row: Row) -> Reply:
    return Reply(
        id=row["id"],
        thread_id=row["thread_id"],
        agent_id=row["agent_id"],
        agent_name=row["agent_name"],
        text=row["text"],
        status=ReplyStatus(row["status"]),
        due_at=at(row["due_at"]),
        external_id=row["external_id"],
        url=row["url"],
        published_at=moment(row["published_at"]),
        refusal=row["refusal"],
        replaces=bool(row["replaces"]),
        attempts=row["attempts"],
    )
