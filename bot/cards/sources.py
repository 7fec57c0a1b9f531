"""/sources: how each watched page is doing, and for leads the buttons that pause it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.board import paging
from bot.cards.markup import lines, words
from bot.cards.plain import Button, Card, Rows
from bot.cards.thread import platform_icon
from bot.texts import Html, Texts

_NAME = 40
_A_ROW = 2


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One community's health. ``lag_s``: median seconds from a post's publication to our noticing it, over the last
    day; None where nothing was posted. ``last_post_at`` is when its newest post was noticed."""

    key: str
    name: str
    platform: str
    last_ok_at: datetime | None
    lag_s: float | None = None
    failing_since: datetime | None = None
    error_code: str | None = None
    paused_at: datetime | None = None
    last_post_at: datetime | None = None

    @property
    def trouble(self) -> int:
        """What sorts the list: failing first, then never seen, then paused, then well."""
        if self.paused_at is not None:
            return 2
        if self.failing_since is not None:
            return 0
        return 1 if self.last_ok_at is None else 3


def sources_page(
    rows: Sequence[SourceRow],
    page: int,
    pages: int,
    *,
    total: int,
    failing: int,
    paused: int,
    lead: bool,
    say: Texts,
    now: datetime,
    zone: ZoneInfo,
) -> Card:
    """One page of the communities, trouble first; buttons are ``pause:<key>``, ``resume:<key>``, ``sources:<page>``."""
    if not rows:
        return Card(say.html("sources.none"))
    head = say.html("sources.head", n=say.number(total))
    state = say.html("sources.well") if not failing and not paused else ""
    if failing or paused:
        state = say.html("sources.state", failing=say.number(failing), paused=say.number(paused))
    listed = [_row(row, say, now, zone) for row in rows]
    buttons = (*(_switches(rows, say) if lead else ()), *paging("sources", page, pages, say))
    return Card(lines(head, state, "", *listed), buttons)


def _row(row: SourceRow, say: Texts, now: datetime, zone: ZoneInfo) -> Html:
    named = {"icon": platform_icon(row.platform), "community": words(row.name, _NAME), "key": row.key}
    if row.paused_at is not None:
        return say.html("sources.paused", **named, time=say.clock(row.paused_at, zone, now))
    if row.failing_since is not None:
        why = say(f"error.{row.error_code}") if say.knows(f"error.{row.error_code}") else say("error.unknown")
        return say.html("sources.failing", **named, time=say.clock(row.failing_since, zone, now), why=why)
    if row.last_ok_at is None:
        return say.html("sources.unseen", **named)
    line = say.html("sources.fine", **named, time=say.clock(row.last_ok_at, zone, now))
    if row.lag_s is None:
        return line
    return say.html("sources.lag", line=line, span=say.span(row.lag_s))


def _switches(rows: Sequence[SourceRow], say: Texts) -> Rows:
    made = [
        Button(say("button.resume", key=row.key), action=f"resume:{row.key}")
        if row.paused_at is not None
        else Button(say("button.pause", key=row.key), action=f"pause:{row.key}")
        for row in rows
    ]
    return tuple(tuple(made[start : start + _A_ROW]) for start in range(0, len(made), _A_ROW))
