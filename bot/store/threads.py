"""Threads and their questions. State changes are conditional UPDATEs: the row count says who won."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.model import (
    Agent,
    AnswerKind,
    ClosedWhy,
    Post,
    Sentiment,
    ThreadStatus,
    Verdict,
)
from bot.store import events
from bot.store.rows import Row, all_rows, at, changed, inserted, moment, one_row, seconds
from bot.store.verdicts import dumped

_HELD = "claimed_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread as the use cases need it."""

    id: int
    community: str
    container_id: str
    author_name: str
    status: ThreadStatus
    closed_why: ClosedWhy | None
    opening_id: int
    opened_negative: bool
    turned: bool
    waiting_since: datetime | None
    agent_id: int | None
    claimed_at: datetime | None
    snoozed_until: datetime | None

    @property
    def open(self) -> bool:
        """Somebody waits: nobody answered yet, whether held, snoozed or free."""
        return self.waiting_since is not None

    @property
    def holder(self) -> int | None:
        """The agent who holds it now."""
        return self.agent_id if self.claimed_at is not None else None


def get(db: Database, thread_id: int) -> Thread | None:
    row = one_row(db, "SELECT * FROM thread WHERE id = ?", [thread_id])
    return _thread(row) if row else None


def find(db: Database, community: str, container_id: str, author_key: str) -> Thread | None:
    row = one_row(
        db,
        "SELECT * FROM thread WHERE community = ? AND container_id = ? AND author_key = ?",
        [community, container_id, author_key],
    )
    return _thread(row) if row else None


def in_container(db: Database, community: str, container_id: str) -> list[Thread]:
    rows = all_rows(
        db,
        "SELECT * FROM thread WHERE community = ? AND container_id = ? ORDER BY id",
        [community, container_id],
    )
    return [_thread(row) for row in rows]


def create(
    db: Database, post: Post, author_key: str, verdict: Verdict, status: ThreadStatus, why: ClosedWhy | None
) -> int:
    """A customer's first post under a container begins a thread; `ask` then opens its question, where it asks."""
    return inserted(
        db,
        """INSERT INTO thread (community, container_id, author_key, author_name, title, status, closed_why, opening_id,
        verdict, opened_negative) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            post.community,
            post.container_id,
            author_key,
            post.author_name,
            post.title,
            status,
            why,
            post.id,
            dumped(verdict),
            verdict.sentiment is Sentiment.NEGATIVE,
        ],
    )


def ask(db: Database, thread_id: int, post: Post, verdict: Verdict, asked_at: datetime, now: datetime) -> None:
    """Open a question: the thread waits from ``asked_at`` on. The agent who answered before stays named.

    Where an earlier question was folded into a digest, this one gets a card: the digest no longer names the thread.
    """
    db.execute("DELETE FROM folded WHERE thread_id = ?", [thread_id])
    negative = verdict.sentiment is Sentiment.NEGATIVE
    db.execute(
        """UPDATE thread SET status = 'waiting', closed_why = NULL, opening_id = ?, verdict = ?,
        opened_negative = max(opened_negative, ?), waiting_since = ?, claimed_at = NULL, snoozed_until = NULL,
        perhaps_answered = 0, dismissed_by = NULL WHERE id = ?""",
        [post.id, dumped(verdict), negative, seconds(asked_at), thread_id],
    )
    db.execute(
        "INSERT INTO question (thread_id, post_id, community, asked_at, seen_at, negative) VALUES (?, ?, ?, ?, ?, ?)",
        [thread_id, post.id, post.community, seconds(asked_at), seconds(now), negative],
    )
    events.add(db, "asked", now, thread_id=thread_id, detail=post.external_id)


def rejudge(db: Database, thread_id: int, verdict: Verdict) -> None:
    """The opening post was edited: its verdict is another one now."""
    db.execute("UPDATE thread SET verdict = ? WHERE id = ?", [dumped(verdict), thread_id])


def claim(db: Database, thread_id: int, agent_id: int, now: datetime) -> bool:
    """Take a free thread that waits; True for the one winner."""
    if not changed(
        db,
        f"""UPDATE thread SET status = 'claimed', agent_id = ?, claimed_at = ?, snoozed_until = NULL
        WHERE id = ? AND waiting_since IS NOT NULL AND NOT ({_HELD})""",
        [agent_id, seconds(now), thread_id],
    ):
        return False
    db.execute(
        """UPDATE question SET claimed_at = ?, claimed_by = ?
        WHERE thread_id = ? AND answered_at IS NULL AND dismissed_at IS NULL AND claimed_at IS NULL""",
        [seconds(now), agent_id, thread_id],
    )
    events.add(db, "claimed", now, thread_id=thread_id, agent_id=agent_id)
    return True


def release(db: Database, thread_id: int, now: datetime, *, by: int) -> bool:
    """Give a held thread back to the queue; True when it was held."""
    if not changed(
        db,
        f"""UPDATE thread SET status = 'waiting', agent_id = NULL, claimed_at = NULL, snoozed_until = NULL
        WHERE id = ? AND waiting_since IS NOT NULL AND {_HELD}""",
        [thread_id],
    ):
        return False
    # An unanswered question that nobody holds was not claimed: time to claim begins anew with the next one.
    db.execute(
        "UPDATE question SET claimed_at = NULL, claimed_by = NULL WHERE thread_id = ? AND answered_at IS NULL",
        [thread_id],
    )
    events.add(db, "released", now, thread_id=thread_id, agent_id=by)
    return True


def release_all_of(db: Database, agent_id: int, now: datetime) -> list[int]:
    """An agent left: what they held waits again. Returns the threads."""
    held = [
        row[0]
        for row in db.execute(
            f"SELECT id FROM thread WHERE agent_id = ? AND waiting_since IS NOT NULL AND {_HELD}",
            [agent_id],
        ).fetchall()
    ]
    for thread_id in held:
        release(db, thread_id, now, by=agent_id)
    return held


def dismiss(db: Database, thread_id: int, agent: Agent, now: datetime) -> bool:
    """Judged by a person to need no reply."""
    if not changed(
        db,
        """UPDATE thread SET status = 'dismissed', waiting_since = NULL, claimed_at = NULL, agent_id = NULL,
        snoozed_until = NULL, dismissed_by = ? WHERE id = ? AND waiting_since IS NOT NULL""",
        [agent.name, thread_id],
    ):
        return False
    db.execute(
        "UPDATE question SET dismissed_at = ? WHERE thread_id = ? AND answered_at IS NULL AND dismissed_at IS NULL",
        [seconds(now), thread_id],
    )
    events.add(db, "dismissed", now, thread_id=thread_id, agent_id=agent.user_id)
    return True


def reopen(db: Database, thread_id: int, now: datetime, *, by: int) -> bool:
    """Undo a dismissal: the question waits again, since it was asked."""
    row = one_row(
        db,
        """SELECT id, asked_at FROM question
        WHERE thread_id = ? AND dismissed_at IS NOT NULL ORDER BY id DESC LIMIT 1""",
        [thread_id],
    )
    if row is None or not changed(
        db,
        """UPDATE thread SET status = 'waiting', waiting_since = ?, dismissed_by = NULL
        WHERE id = ? AND status = 'dismissed'""",
        [row["asked_at"], thread_id],
    ):
        return False
    db.execute("UPDATE question SET dismissed_at = NULL WHERE id = ?", [row["id"]])
    events.add(db, "reopened", now, thread_id=thread_id, agent_id=by)
    return True


def snooze(db: Database, thread_id: int, until: datetime, now: datetime, *, by: int) -> bool:
    """Hide a thread from the queue until ``until``; whoever holds it keeps it."""
    done = changed(
        db,
        "UPDATE thread SET status = 'snoozed', snoozed_until = ? WHERE id = ? AND waiting_since IS NOT NULL",
        [seconds(until), thread_id],
    )
    if done:
        events.add(db, "snoozed", now, thread_id=thread_id, agent_id=by, detail=until.isoformat())
    return bool(done)


def wake(db: Database, thread_id: int, now: datetime, *, by: int | None = None) -> bool:
    done = changed(
        db,
        f"""UPDATE thread SET status = CASE WHEN {_HELD} THEN 'claimed' ELSE 'waiting' END, snoozed_until = NULL
        WHERE id = ? AND status = 'snoozed'""",
        [thread_id],
    )
    if done:
        events.add(db, "woken", now, thread_id=thread_id, agent_id=by)
    return bool(done)


def snoozed_over(db: Database, now: datetime) -> list[int]:
    rows = db.execute("SELECT id FROM thread WHERE status = 'snoozed' AND snoozed_until <= ?", [seconds(now)])
    return [row[0] for row in rows.fetchall()]


@dataclass(frozen=True, slots=True)
class Answer:
    """An official reply that stands on the page."""

    kind: AnswerKind
    published_at: datetime
    text: str
    url: str
    agent_id: int | None = None
    agent_name: str = ""


def answer(db: Database, thread_id: int, reply: Answer, now: datetime) -> bool:
    """The open question is answered; True when one was open."""
    row = one_row(db, "SELECT waiting_since FROM thread WHERE id = ? AND waiting_since IS NOT NULL", [thread_id])
    if row is None:
        return False
    # Forums show minutes: an answer never precedes its question.
    answered_at = max(seconds(reply.published_at), row["waiting_since"])
    db.execute(
        """UPDATE thread SET status = 'answered', answered_at = ?, answer_kind = ?, answer_agent = ?, answer_text = ?,
        answer_url = ?, answer_seconds = ?, waiting_since = NULL, claimed_at = NULL, snoozed_until = NULL,
        perhaps_answered = 0, agent_id = coalesce(?, agent_id) WHERE id = ?""",
        [
            answered_at,
            reply.kind,
            reply.agent_name,
            reply.text,
            reply.url,
            answered_at - row["waiting_since"],
            reply.agent_id,
            thread_id,
        ],
    )
    db.execute(
        """UPDATE question SET answered_at = ?, answered_by = ?, answer_kind = ?
        WHERE thread_id = ? AND answered_at IS NULL AND dismissed_at IS NULL""",
        [answered_at, reply.agent_id, reply.kind, thread_id],
    )
    events.add(db, f"answered:{reply.kind}", now, thread_id=thread_id, agent_id=reply.agent_id)
    return True


def perhaps_answered(db: Database, thread_id: int) -> bool:
    """An official post stands nearby, but nothing shows whom it answers."""
    return bool(
        changed(
            db,
            """UPDATE thread SET perhaps_answered = 1
            WHERE id = ? AND waiting_since IS NOT NULL AND perhaps_answered = 0""",
            [thread_id],
        )
    )


def confirm_answered(db: Database, thread_id: int, now: datetime, *, by: int) -> bool:
    """A person saw that the newest official post under the container answers this thread: it credits nobody."""
    row = one_row(
        db,
        """SELECT post.text, post.url, post.published_at FROM thread JOIN post ON post.community = thread.community
        AND post.container_id = thread.container_id WHERE thread.id = ? AND post.official AND post.gone_at IS NULL
        ORDER BY post.published_at DESC, post.id DESC LIMIT 1""",
        [thread_id],
    )
    if row is None:
        return False
    events.add(db, "confirmed", now, thread_id=thread_id, agent_id=by)
    return answer(db, thread_id, Answer(AnswerKind.PAGE, at(row["published_at"]), row["text"], row["url"]), now)


def turned(db: Database, thread_id: int, now: datetime) -> bool:
    """A thread that opened negative ended positive or thanked."""
    done = changed(db, "UPDATE thread SET turned = 1 WHERE id = ? AND opened_negative AND NOT turned", [thread_id])
    if done:
        db.execute(
            """UPDATE question SET turned = 1 WHERE id =
            (SELECT max(id) FROM question WHERE thread_id = ? AND negative)""",
            [thread_id],
        )
        events.add(db, "turned", now, thread_id=thread_id)
    return bool(done)


def settle(db: Database, before: datetime) -> int:
    """Close threads answered before ``before`` in which nobody wrote since."""
    return changed(
        db,
        "UPDATE thread SET status = 'closed', closed_why = 'done' WHERE status = 'answered' AND answered_at < ?",
        [seconds(before)],
    )


def note(
    db: Database, thread_id: int, agent: Agent, text: str, now: datetime, *, chat_id: int, message_id: int
) -> None:
    """Keep an internal note; an edit of the agent's message edits the note."""
    db.execute(
        """INSERT INTO note (thread_id, agent_id, agent_name, text, written_at, chat_id, message_id)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chat_id, message_id) DO UPDATE SET text = excluded.text""",
        [thread_id, agent.user_id, agent.name, text, seconds(now), chat_id, message_id],
    )


def edit_note(db: Database, chat_id: int, message_id: int, text: str) -> int | None:
    """Change a note's text; returns its thread, or None when that message is no note."""
    row = db.execute(
        "UPDATE note SET text = ? WHERE chat_id = ? AND message_id = ? RETURNING thread_id", [text, chat_id, message_id]
    ).fetchone()
    return int(row[0]) if row else None


_LISTED = """SELECT thread.id, thread.community, thread.author_name, thread.waiting_since, thread.status,
    CASE WHEN thread.claimed_at IS NOT NULL THEN agent.name END AS agent_name, post.text, post.url
    FROM thread JOIN post ON post.id = thread.opening_id LEFT JOIN agent ON agent.user_id = thread.agent_id
    WHERE thread.waiting_since IS NOT NULL"""


def waiting(db: Database, *, limit: int, offset: int = 0, agent_id: int | None = None) -> list[Row]:
    """Open threads that are not snoozed, oldest first; with ``agent_id`` all that this agent holds.

    Columns: ``id``, ``community``, ``author_name``, ``waiting_since`` (unix seconds), ``agent_name`` of the holder or
    None, ``text`` and ``url`` of the opening post.
    """
    order = "ORDER BY thread.waiting_since, thread.id LIMIT ? OFFSET ?"
    if agent_id is None:
        return all_rows(db, f"{_LISTED} AND thread.status != 'snoozed' {order}", [limit, offset])
    return all_rows(db, f"{_LISTED} AND agent_id = ? AND {_HELD} {order}", [agent_id, limit, offset])


def waiting_one(db: Database, thread_id: int) -> Row | None:
    """The same columns of one open thread."""
    return one_row(db, f"{_LISTED} AND thread.id = ?", [thread_id])


def free_count(db: Database) -> int:
    """How many threads wait that nobody holds and nobody put off."""
    row = db.execute(
        f"SELECT count(*) FROM thread WHERE waiting_since IS NOT NULL AND status = 'waiting' AND NOT ({_HELD})"
    ).fetchone()
    return int(row[0])


def waiting_count(db: Database, agent_id: int | None = None) -> int:
    if agent_id is None:
        sql, params = (
            "SELECT count(*) FROM thread WHERE waiting_since IS NOT NULL AND status != 'snoozed'",
            [],
        )
    else:
        sql = f"SELECT count(*) FROM thread WHERE waiting_since IS NOT NULL AND agent_id = ? AND {_HELD}"
        params = [agent_id]
    return int(db.execute(sql, params).fetchone()[0])


def held_counts(db: Database) -> tuple[tuple[str, int], ...]:
    """Name of each holder and how many open threads they hold, the most first."""
    rows = db.execute(
        f"""SELECT agent.name, count(*) FROM thread JOIN agent ON agent.user_id = thread.agent_id
        WHERE waiting_since IS NOT NULL AND {_HELD} GROUP BY agent.user_id ORDER BY count(*) DESC, agent.name"""
    ).fetchall()
    return tuple((str(name), int(count)) for name, count in rows)


def _thread(row: Row) -> Thread:
    return Thread(
        id=row["id"],
        community=row["community"],
        container_id=row["container_id"],
        author_name=row["author_name"],
        status=ThreadStatus(row["status"]),
        closed_why=ClosedWhy(row["closed_why"]) if row["closed_why"] else None,
        opening_id=row["opening_id"],
        opened_negative=bool(row["opened_negative"]),
        turned=bool(row["turned"]),
        waiting_since=moment(row["waiting_since"]),
        agent_id=row["agent_id"],
        claimed_at=moment(row["claimed_at"]),
        snoozed_until=moment(row["snoozed_until"]),
    )
