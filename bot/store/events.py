"""The desk's log: who did what to which thread, and when. Rows are only added."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.store.rows import seconds


def add(
    db: Database,
    kind: str,
    now: datetime,
    *,
    thread_id: int | None = None,
    agent_id: int | None = None,
    detail: str = "",
) -> None:
    db.execute(
        "INSERT INTO event (at, thread_id, agent_id, kind, detail) VALUES (?, ?, ?, ?, ?)",
        [seconds(now), thread_id, agent_id, kind, detail],
    )
