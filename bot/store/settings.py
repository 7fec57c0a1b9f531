"""What the team set by commands, and what must survive a restart: the bound group, its language, the bot's name."""

from __future__ import annotations

from sqlite_utils import Database

from bot.store.rows import one_row

GROUP = "group"
LANGUAGE = "language"
BOT_USERNAME = "bot_username"
BOT_IS_ADMIN = "bot_is_admin"


def get(db: Database, name: str) -> str | None:
    row = one_row(db, "SELECT value FROM setting WHERE name = ?", [name])
    return str(row["value"]) if row else None


def put(db: Database, name: str, value: str) -> None:
    db.execute(
        "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, value],
    )


def group(db: Database) -> int | None:
    """The bound group's chat id, or None until /setup."""
    value = get(db, GROUP)
    return int(value) if value else None
