"""What platforms counted: of each community, container and metric the last value of each local day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlite_utils import Database

from bot.domain.audience import DayMeasure
from bot.domain.model import Measure, Metric
from bot.store.rows import all_rows, seconds

_BEFORE = timedelta(days=35)
"""How far back a value may lie that growth is counted from."""


def keep(db: Database, community: str, measures: Iterable[Measure], local_date: date, now: datetime) -> int:
    """Store what was measured today; returns how many had a value. What is not told any more stays."""
    rows = [
        (community, one.container_id, one.metric.value, local_date.isoformat(), one.value, seconds(now))
        for one in measures
        if one.value is not None
    ]
    db.conn.executemany(
        """INSERT INTO measure (community, container_id, metric, local_date, value, measured_at)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (community, container_id, metric, local_date)
        DO UPDATE SET value = excluded.value, measured_at = excluded.measured_at""",
        rows,
    )
    db.execute(
        """INSERT INTO community (key, measured_at) VALUES (?, ?)
        ON CONFLICT (key) DO UPDATE SET measured_at = excluded.measured_at""",
        [community, seconds(now)],
    )
    return len(rows)


def due(db: Database, communities: Iterable[str], before: datetime) -> list[str]:
    """Those of ``communities`` that were not measured since ``before``, the longest waiting first."""
    measured = dict(db.execute("SELECT key, measured_at FROM community").fetchall())
    waiting = [(measured.get(key) or 0.0, key) for key in communities]
    return [key for at, key in sorted(waiting) if at < seconds(before)]


def of_days(db: Database, first: date, last: date) -> list[DayMeasure]:
    """The measures of these local days, and of each series the last one before them."""
    since = (first - _BEFORE).isoformat()
    rows = all_rows(
        db,
        """SELECT community, container_id, metric, local_date, value FROM measure
        WHERE local_date BETWEEN ? AND ?
        UNION ALL
        SELECT community, container_id, metric, max(local_date), value FROM measure
        WHERE local_date >= ? AND local_date < ? GROUP BY community, container_id, metric""",
        [first.isoformat(), last.isoformat(), since, first.isoformat()],
    )
    return [
        DayMeasure(
            row["community"],
            row["container_id"],
            Metric(row["metric"]),
            date.fromisoformat(row["local_date"]),
            row["value"],
        )
        for row in rows
    ]
