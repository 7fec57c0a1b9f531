"""Who is on call: overrides and announced handovers; the rota itself is the settings'."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bot.domain.model import Agent
from bot.domain.rota import Layer, Override, Rota, on_call_at
from bot.store import agents
from bot.store.rows import all_rows, at, changed, inserted, one_row, seconds

_REACH = timedelta(days=62)
"""Overrides that ended longer ago than this belong to no schedule that anybody asks for."""


@dataclass(frozen=True, slots=True)
class OnCall:
    """Telegram ids of those to turn to, in this order; None where nobody is. Each of them is in the group."""

    primary: int | None
    backup: int | None
    lead: int | None


def on_call(db: Database, rota: Rota, zone: ZoneInfo, now: datetime) -> OnCall:
    """Who is on call at ``now``. One who is not in the group is passed over: then the backup stands first."""
    layers = on_call_at(rota, overrides(db, now), now, zone)
    here = [agent.user_id for people in layers if (agent := _present(db, people))]
    here = list(dict.fromkeys(here))
    lead = min((agent.user_id for agent in agents.leads(db)), default=None)
    return OnCall(here[0] if here else None, here[1] if here[1:] else None, lead)


def person(db: Database, named: str) -> Agent | None:
    """The agent whom the rota calls ``named`` (``@username`` or an id in digits), present or not; None if unknown."""
    if named.isdecimal():
        found = agents.get(db, int(named))
        return found.agent if found else None
    row = one_row(
        db, "SELECT user_id FROM agent WHERE lower(username) = ? ORDER BY present DESC", [named.lstrip("@").lower()]
    )
    found = agents.get(db, row["user_id"]) if row else None
    return found.agent if found else None


def overrides(db: Database, now: datetime) -> tuple[Override, ...]:
    """All that did not end long before ``now``; one that was taken back stood until then."""
    rows = all_rows(
        db,
        """SELECT id, person, layer, starts_at, min(ends_at, ifnull(cancelled_at, ends_at)) AS ends_at
        FROM shift_override WHERE ends_at > ? AND ifnull(cancelled_at, ends_at) > starts_at""",
        [seconds(now - _REACH)],
    )
    return tuple(
        Override(row["id"], str(row["person"]), at(row["starts_at"]), at(row["ends_at"]), Layer(row["layer"]))
        for row in rows
    )


def take(db: Database, user_id: int, layer: Layer, start: datetime, end: datetime, by: int, now: datetime) -> int:
    """Put ``user_id`` on call from ``start`` to ``end``; returns the override's id."""
    return inserted(
        db,
        """INSERT INTO shift_override (person, layer, starts_at, ends_at, made_by, made_at)
        VALUES (?, ?, ?, ?, ?, ?)""",
        [user_id, layer, seconds(start), seconds(end), by, seconds(now)],
    )


def cancel(db: Database, override_id: int, by: int, now: datetime, *, lead: bool) -> bool:
    """Take an override back: whoever made it or stands in it, or a lead. False when it is too late or not theirs."""
    return (
        changed(
            db,
            """UPDATE shift_override SET cancelled_at = ?, cancelled_by = ? WHERE id = ? AND cancelled_at IS NULL
            AND ends_at > ? AND (? OR made_by = ? OR person = ?)""",
            [seconds(now), by, override_id, seconds(now), lead, by, by],
        )
        == 1
    )


def announce(db: Database, what: str, now: datetime) -> bool:
    """True for the one caller that may announce ``what``: a handover or a gap, named by layer and moment."""
    return changed(db, "INSERT OR IGNORE INTO shift_said (what, said_at) VALUES (?, ?)", [what, seconds(now)]) == 1


def announced(db: Database, what: str) -> bool:
    return one_row(db, "SELECT 1 FROM shift_said WHERE what = ?", [what]) is not None


def _present(db: Database, people: tuple[str, ...]) -> Agent | None:
    found = (person(db, named) for named in people)
    return next((agent for agent in found if agent and agent.present), None)
