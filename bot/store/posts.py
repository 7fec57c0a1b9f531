"""Posts: each stored once per (community, external id); a text hash notices edits."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.model import Post, SeenPost
from bot.store.rows import Row, all_rows, at, moment, seconds

_INSERT = """INSERT INTO post (community, external_id, container_id, parent_id, quoted, author_id, author_name, text,
    text_hash, url, title, published_at, guessed, seen_at, official, stars)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_EDIT = """UPDATE post SET old_text = text, text = ?, text_hash = ?, edited_at = ?, stars = ?, gone_at = NULL,
    triaged = 0
    WHERE community = ? AND external_id = ?"""


@dataclass(frozen=True, slots=True)
class Taken:
    """How many posts of a batch were new, edited, or known already."""

    new: int
    edited: int
    known: int


def take(
    db: Database,
    community: str,
    batch: Sequence[tuple[SeenPost, str]],
    official: Collection[str],
    now: datetime,
) -> Taken:
    """Store a batch of (post, text hash). A post seen before is touched only where its text changed."""
    fresh = {post.external_id: (post, text_hash) for post, text_hash in batch}
    marks = ",".join("?" * len(fresh))
    stored: dict[str, str] = dict(
        db.execute(
            f"SELECT external_id, text_hash FROM post WHERE community = ? AND external_id IN ({marks})",
            (community, *fresh),
        ).fetchall()
    )
    new: list[tuple[object, ...]] = []
    edited: list[tuple[object, ...]] = []
    seen_at = seconds(now)
    for external_id, (post, text_hash) in fresh.items():
        known = stored.get(external_id)
        if known is None:
            new.append(_values(community, post, text_hash, seen_at, official))
        elif known != text_hash:
            edited.append((post.text, text_hash, seen_at, post.stars, community, external_id))
    if new:
        db.conn.executemany(_INSERT, new)
    if edited:
        db.conn.executemany(_EDIT, edited)
    return Taken(len(new), len(edited), len(fresh) - len(new) - len(edited))


def _values(
    community: str, post: SeenPost, text_hash: str, seen_at: float, official: Collection[str]
) -> tuple[object, ...]:
    return (
        community,
        post.external_id,
        post.container_id,
        post.parent_id,
        json.dumps(post.quoted_authors, ensure_ascii=False) if post.quoted_authors else None,
        post.author_id,
        post.author_name,
        post.text,
        text_hash,
        post.url,
        post.title,
        # A page whose clock runs ahead must not put a question into the future.
        min(post.published_at.timestamp(), seen_at),
        post.published_guess,
        seen_at,
        post.author_id in official if post.author_id is not None else False,
        post.stars,
    )


def untriaged(db: Database, community: str, limit: int = 200) -> list[tuple[Post, str | None]]:
    """Posts that triage has not judged yet, oldest first, each with its text before the edit (or None)."""
    rows = all_rows(
        db,
        "SELECT * FROM post WHERE community = ? AND triaged = 0 ORDER BY published_at, id LIMIT ?",
        [community, limit],
    )
    return [(_post(row), row["old_text"]) for row in rows]


def judged(db: Database, post_id: int, thread_id: int | None) -> None:
    db.execute(
        "UPDATE post SET triaged = 1, old_text = NULL, thread_id = coalesce(?, thread_id) WHERE id = ?",
        [thread_id, post_id],
    )


def get(db: Database, post_id: int) -> Post:
    return _post(all_rows(db, "SELECT * FROM post WHERE id = ?", [post_id])[0])


def of_thread(db: Database, thread_id: int) -> list[Post]:
    """The customer's own posts in the thread, oldest first."""
    rows = all_rows(db, "SELECT * FROM post WHERE thread_id = ? ORDER BY published_at, id", [thread_id])
    return [_post(row) for row in rows if not row["official"]]


def known_in(db: Database, community: str, container_ids: Collection[str]) -> set[str]:
    """External ids of the posts that stand in these containers as far as we know."""
    marks = ",".join("?" * len(container_ids))
    rows = db.execute(
        f"""SELECT external_id FROM post
        WHERE community = ? AND container_id IN ({marks}) AND gone_at IS NULL""",
        (community, *container_ids),
    ).fetchall()
    return {row[0] for row in rows}


def gone(db: Database, community: str, external_ids: Collection[str], now: datetime) -> list[int]:
    """Mark posts as vanished from their page; returns the threads they belong to. Nothing is deleted."""
    threads: set[int] = set()
    for external_id in external_ids:
        rows = db.execute(
            """UPDATE post SET gone_at = ? WHERE community = ? AND external_id = ? AND gone_at IS NULL
            RETURNING thread_id, official""",
            [seconds(now), community, external_id],
        ).fetchall()
        threads.update(row[0] for row in rows if row[0] is not None and not row[1])
    return sorted(threads)


def back(db: Database, community: str, external_ids: Collection[str]) -> list[int]:
    """Posts seen again after they were thought gone; returns the threads they belong to."""
    if not external_ids:
        return []
    marks = ",".join("?" * len(external_ids))
    rows = db.execute(
        f"""UPDATE post SET gone_at = NULL WHERE community = ? AND external_id IN ({marks})
        AND gone_at IS NOT NULL RETURNING thread_id""",
        (community, *external_ids),
    ).fetchall()
    return sorted({row[0] for row in rows if row[0] is not None})


def _post(row: Row) -> Post:
    return Post(
        id=row["id"],
        community=row["community"],
        external_id=row["external_id"],
        container_id=row["container_id"],
        thread_id=row["thread_id"],
        parent_id=row["parent_id"],
        author_id=row["author_id"],
        author_name=row["author_name"],
        text=row["text"],
        url=row["url"],
        title=row["title"],
        published_at=at(row["published_at"]),
        seen_at=at(row["seen_at"]),
        official=bool(row["official"]),
        edited_at=moment(row["edited_at"]),
        gone_at=moment(row["gone_at"]),
        quoted_authors=tuple(json.loads(row["quoted"])) if row["quoted"] else (),
        stars=row["stars"],
    )
