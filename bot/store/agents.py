"""The roster: members of the bound group, as Telegram last told us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.model import Agent
from bot.store.rows import Row, all_rows, at, changed, one_row, seconds


@dataclass(frozen=True, slots=True)
class Listed:
    """An agent with the moment at which Telegram last confirmed the membership."""

    agent: Agent
    checked_at: datetime


def get(db: Database, user_id: int) -> Listed | None:
    row = one_row(db, "SELECT * FROM agent WHERE user_id = ?", [user_id])
    return Listed(_agent(row), at(row["checked_at"])) if row else None


def put(db: Database, agent: Agent, now: datetime) -> None:
    """Write what Telegram says of a person; their language and whether they pressed Start are kept."""
    db.execute(
        """INSERT INTO agent (user_id, name, username, lead, present, checked_at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, username = excluded.username,
        lead = excluded.lead, present = excluded.present, checked_at = excluded.checked_at""",
        [agent.user_id, agent.name, agent.username, agent.lead, agent.present, seconds(now)],
    )


def leads(db: Database) -> list[Agent]:
    return [_agent(row) for row in all_rows(db, "SELECT * FROM agent WHERE lead AND present")]


def set_language(db: Database, user_id: int, language: str) -> bool:
    return changed(db, "UPDATE agent SET language = ? WHERE user_id = ?", [language, user_id]) == 1


def pressed_start(db: Database, user_id: int, private: bool = True) -> None:
    db.execute("UPDATE agent SET private = ? WHERE user_id = ?", [private, user_id])


def forget_all_checks(db: Database) -> None:
    """Ask Telegram anew about everybody: the group changed, or the bot lost its rights in it."""
    db.execute("UPDATE agent SET checked_at = 0")


def _agent(row: Row) -> Agent:
    return Agent(
        user_id=row["user_id"],
        name=row["name"],
        username=row["username"],
        lead=bool(row["lead"]),
        present=bool(row["present"]),
        language=row["language"],
        private=bool(row["private"]),
    )
