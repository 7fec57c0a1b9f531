"""What the command line asks of a store, whether or not a bot is running on it."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from bot import cards
from bot.app.parts import communities_of
from bot.cards.said import without_markup
from bot.config import Settings
from bot.domain import periods
from bot.domain.audience import Audience
from bot.domain.clock import SystemClock
from bot.domain.stats import TeamFigures
from bot.reports import as_json, audience_of, figures_of
from bot.store import open_for_reading
from bot.texts import texts_for


def stats(settings: Settings, start: date, end: date) -> dict[str, Any]:
    """The figures from ``start`` to ``end``, both whole local days, as JSON values."""
    return as_json(*_figures(settings, start, end))


def stats_text(settings: Settings, start: date, end: date) -> str:
    """The same figures as text, without markup."""
    names = {one.key: one.name for one in settings.communities}
    say = texts_for(settings.team.language)
    zone = settings.team.timezone
    figures, audience = _figures(settings, start, end)
    card = cards.stats_text(figures, None, names=names, audience=audience, say=say, zone=zone)
    return without_markup(card.html)


def backup(settings: Settings, path: Path) -> int:
    """Copy the database into a new file, also while a bot writes; returns its size in bytes."""
    db = open_for_reading(settings.store.path)
    with closing(db.conn):
        db.execute("VACUUM INTO ?", [str(path)])
    return path.stat().st_size


def _figures(settings: Settings, start: date, end: date) -> tuple[TeamFigures, tuple[Audience, ...]]:
    period = periods.span_of(start, end, settings.team.timezone)
    db = open_for_reading(settings.store.path)
    with closing(db.conn):
        figures = figures_of(db, communities_of(settings), period, SystemClock().now())
        return figures, audience_of(db, period, settings.team.timezone)
