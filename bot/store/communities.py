"""What we remember of each watched community between looks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.store import outages
from bot.store.rows import Row, all_rows, changed, moment, one_row, seconds


@dataclass(frozen=True, slots=True)
class CommunityState:
    """A community's memory and health."""

    memory: dict[str, str]
    first_look_at: datetime | None
    last_ok_at: datetime | None
    failing_since: datetime | None
    error_code: str | None
    failures: int
    """Looks that failed in a row."""
    alarmed: bool
    paused_at: datetime | None = None


def state(db: Database, key: str) -> CommunityState:
    """The community's state; a blank one when it was never looked at."""
    row = one_row(db, "SELECT * FROM community WHERE key = ?", [key])
    return _from(row) if row else CommunityState({}, None, None, None, None, 0, False)


def all_states(db: Database) -> dict[str, CommunityState]:
    return {row["key"]: _from(row) for row in all_rows(db, "SELECT * FROM community")}


def looked(db: Database, key: str, memory: dict[str, str], now: datetime) -> None:
    """Note a successful look and what the source wants to remember."""
    db.execute(
        """INSERT INTO community (key, memory, first_look_at, last_ok_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET memory = excluded.memory, last_ok_at = excluded.last_ok_at,
        first_look_at = coalesce(first_look_at, excluded.first_look_at)""",
        [key, json.dumps(memory, ensure_ascii=False), seconds(now), seconds(now)],
    )


def failed(db: Database, key: str, code: str, now: datetime) -> CommunityState:
    """Note a failed look; returns the state after it."""
    db.execute(
        """INSERT INTO community (key, failing_since, error_code, failures) VALUES (?, ?, ?, 1)
        ON CONFLICT (key) DO UPDATE SET error_code = excluded.error_code, failures = failures + 1,
        failing_since = coalesce(failing_since, excluded.failing_since)""",
        [key, seconds(now), code],
    )
    return state(db, key)


def alarm_once(db: Database, key: str) -> bool:
    """True for the one caller that may sound the alarm of this outage."""
    return changed(db, "UPDATE community SET alarmed = 1 WHERE key = ? AND alarmed = 0", [key]) == 1


def recovered(db: Database, key: str) -> bool:
    """Clear the failure; True when an alarm had been sounded and a recovery is to be told."""
    told = state(db, key).alarmed
    db.execute(
        "UPDATE community SET alarmed = 0, failures = 0, failing_since = NULL, error_code = NULL WHERE key = ?", [key]
    )
    return told


def paused(db: Database) -> frozenset[str]:
    """The communities that a lead has paused: neither looked at nor written to."""
    return frozenset(row[0] for row in db.execute("SELECT key FROM community WHERE paused_at IS NOT NULL").fetchall())


def is_paused(db: Database, key: str) -> bool:
    return db.execute("SELECT 1 FROM community WHERE key = ? AND paused_at IS NOT NULL", [key]).fetchone() is not None


def pause(db: Database, key: str, by: int, now: datetime) -> bool:
    """Pause a community; False when it was paused already. An outage under way ends: nobody looks any more."""
    done = changed(
        db,
        """INSERT INTO community (key, paused_at, paused_by) VALUES (?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET paused_at = excluded.paused_at, paused_by = excluded.paused_by
        WHERE paused_at IS NULL""",
        [key, seconds(now), by],
    )
    if done:
        recovered(db, key)
        outages.ended(db, key, now)
    return done == 1


def resume(db: Database, key: str) -> bool:
    """Look again; False when it was not paused."""
    return changed(db, "UPDATE community SET paused_at = NULL WHERE key = ? AND paused_at IS NOT NULL", [key]) == 1


def _from(row: Row) -> CommunityState:
    return CommunityState(
        memory=json.loads(row["memory"]),
        first_look_at=moment(row["first_look_at"]),
        last_ok_at=moment(row["last_ok_at"]),
        failing_since=moment(row["failing_since"]),
        error_code=row["error_code"],
        failures=row["failures"],
        alarmed=bool(row["alarmed"]),
        paused_at=moment(row["paused_at"]),
    )
