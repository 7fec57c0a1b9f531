"""Posts that triage judged to need nothing and that joined no open thread: nobody sees them unless asked to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.model import Post, Verdict
from bot.store import posts
from bot.store.rows import all_rows, one_row, seconds
from bot.store.verdicts import dumped, loaded


@dataclass(frozen=True, slots=True)
class Quiet:
    """A quiet post with the verdict that made it so; ``post.thread_id`` is never None."""

    post: Post
    verdict: Verdict


def mark(db: Database, post_id: int, verdict: Verdict | None, now: datetime) -> None:
    """The post was judged: quiet by ``verdict``, or None where it asks or joined a question that waits."""
    if verdict is None:
        db.execute("UPDATE post SET quiet = NULL, quiet_at = NULL WHERE id = ? AND quiet_at IS NOT NULL", [post_id])
    else:
        db.execute("UPDATE post SET quiet = ?, quiet_at = ? WHERE id = ?", [dumped(verdict), seconds(now), post_id])


def count(db: Database, since: datetime) -> int:
    return int(db.execute("SELECT count(*) FROM post WHERE quiet_at >= ?", [seconds(since)]).fetchone()[0])


def since(db: Database, moment: datetime, *, limit: int, offset: int = 0) -> list[Quiet]:
    """Posts judged quiet since ``moment``, the newest first."""
    rows = all_rows(
        db,
        "SELECT id, quiet FROM post WHERE quiet_at >= ? ORDER BY quiet_at DESC, id DESC LIMIT ? OFFSET ?",
        [seconds(moment), limit, offset],
    )
    return [Quiet(posts.get(db, row["id"]), loaded(row["quiet"])) for row in rows]


def find(db: Database, post_id: int) -> Quiet | None:
    """The quiet post of that id, None where there is none."""
    row = one_row(db, "SELECT quiet FROM post WHERE id = ? AND quiet_at IS NOT NULL", [post_id])
    return Quiet(posts.get(db, post_id), loaded(row["quiet"])) if row else None


def forget(db: Database, before: datetime) -> None:
    """Why a post was quiet is of no use once it is old; the post itself stays."""
    db.execute("UPDATE post SET quiet = NULL, quiet_at = NULL WHERE quiet_at < ?", [seconds(before)])
