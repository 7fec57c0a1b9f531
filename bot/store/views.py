"""A thread as its card shows it, put together from everything the store knows of it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlite_utils import Database

from bot.domain.model import AnswerKind, Community, Note, ThreadStatus, ThreadView
from bot.store import agents, labels, posts, replies, waves
from bot.store.rows import all_rows, at, moment, one_row
from bot.store.verdicts import loaded


def view(db: Database, thread_id: int, communities: Mapping[str, Community]) -> ThreadView | None:
    """All that the thread's card shows."""
    row = one_row(db, "SELECT * FROM thread WHERE id = ?", [thread_id])
    if row is None:
        return None
    own = posts.of_thread(db, thread_id)
    opening = posts.get(db, row["opening_id"])
    since = [post for post in own if post.id != opening.id and post.published_at >= opening.published_at]
    community = communities.get(row["community"])
    held = agents.get(db, row["agent_id"]) if row["agent_id"] is not None and row["claimed_at"] is not None else None
    return ThreadView(
        id=thread_id,
        community=row["community"],
        community_name=community.name if community else row["community"],
        platform=community.platform if community else "",
        can_write=community.write if community else False,
        status=ThreadStatus(row["status"]),
        url=opening.url,
        title=row["title"],
        author_name=row["author_name"],
        opening=opening,
        latest=since[-1] if since else None,
        edited=any(post.edited_at for post in (opening, *since)),
        verdict=loaded(row["verdict"]),
        waiting_since=moment(row["waiting_since"]),
        agent=held.agent if held else None,
        claimed_at=moment(row["claimed_at"]),
        snoozed_until=moment(row["snoozed_until"]),
        answered_at=moment(row["answered_at"]),
        answer_kind=AnswerKind(row["answer_kind"]) if row["answer_kind"] else None,
        answer_agent=row["answer_agent"] or "",
        answer_text=row["answer_text"] or "",
        answer_url=row["answer_url"] or "",
        answer_seconds=row["answer_seconds"],
        perhaps_answered=bool(row["perhaps_answered"]),
        reply=replies.under_way(db, thread_id),
        notes=_notes(db, thread_id),
        posts_waiting=1 + len(since),
        dismissed_by=row["dismissed_by"] or "",
        turned=bool(row["turned"]),
        gone=opening.gone_at is not None,
        labels=labels.of_post(db, opening.id),
        copies=waves.copies(db, thread_id, communities),
    )


def _notes(db: Database, thread_id: int) -> tuple[Note, ...]:
    rows = all_rows(db, "SELECT agent_name, text, written_at FROM note WHERE thread_id = ? ORDER BY id", [thread_id])
    return tuple(Note(row["agent_name"], row["text"], at(row["written_at"])) for row in rows)
