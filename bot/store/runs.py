"""Which job ran on which local date: the key that makes a daily or weekly job run once, DST nights included."""

from __future__ import annotations

from datetime import date, datetime

from sqlite_utils import Database

from bot.store.rows import changed, seconds


def done(db: Database, job: str, local_date: date) -> bool:
    """Whether ``job`` ran for ``local_date`` already."""
    row = db.execute("SELECT 1 FROM job_run WHERE job = ? AND local_date = ?", [job, local_date.isoformat()]).fetchone()
    return row is not None


def first_time(db: Database, job: str, local_date: date, now: datetime) -> bool:
    """True for the one caller that may run ``job`` for ``local_date``."""
    return (
        changed(
            db,
            "INSERT OR IGNORE INTO job_run (job, local_date, ran_at) VALUES (?, ?, ?)",
            [job, local_date.isoformat(), seconds(now)],
        )
        == 1
    )
