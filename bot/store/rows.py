"""Small things that every noun of the store shares: rows as dictionaries, times as numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]


def all_rows(db: Database, sql: str, params: Iterable[Any] = ()) -> list[Row]:
    cursor = db.execute(sql, tuple(params))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def one_row(db: Database, sql: str, params: Iterable[Any] = ()) -> Row | None:
    cursor = db.execute(sql, tuple(params))
    row = cursor.fetchone()
    if row is None:
        return None
    return dict(zip([column[0] for column in cursor.description], row, strict=True))


def changed(db: Database, sql: str, params: Iterable[Any] = ()) -> int:
    """Run a conditional UPDATE or INSERT and say how many rows it touched."""
    return int(db.execute(sql, tuple(params)).rowcount)


def inserted(db: Database, sql: str, params: Iterable[Any] = ()) -> int:
    """Run an INSERT and return the new row's id."""
    return int(db.execute(sql, tuple(params)).lastrowid or 0)


def seconds(moment: datetime) -> float:
    return moment.timestamp()


def moment(stored: float | None) -> datetime | None:
    return None if stored is None else datetime.fromtimestamp(stored, UTC)


def at(stored: float) -> datetime:
    return datetime.fromtimestamp(stored, UTC)
