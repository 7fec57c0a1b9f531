"""/stats [day|week|month], /week, /top: the team's figures."""

from __future__ import annotations

from bot import cards
from bot.cards.said import plain_text
from bot.domain import periods
from bot.domain.periods import Period
from bot.domain.stats import TeamFigures
from handlers.parts import Asked, Parts

_SPANS = {"day": periods.day_of, "week": periods.week_of, "month": periods.month_of}
_IN_UKRAINIAN = {"день": "day", "тиждень": "week", "місяць": "month"}


async def stats(asked: Asked) -> None:
    word = asked.words[0].casefold() if asked.words else "week"
    span = _SPANS.get(_IN_UKRAINIAN.get(word, word))
    if span is None:
        await asked.answer(plain_text(asked.say("stats.which")))
        return
    this, before = await _pair(asked.parts, span(asked.parts.clock.now(), asked.parts.zone))
    names = {key: community.name for key, community in asked.parts.communities.items()}
    audience = await asked.parts.reports.audience(this.period, asked.parts.zone)
    await asked.answer(
        cards.stats_text(this, before, names=names, audience=audience, say=asked.say, zone=asked.parts.zone)
    )


async def week(asked: Asked) -> None:
    this, before = await _pair(asked.parts, periods.week_of(asked.parts.clock.now(), asked.parts.zone))
    names = {key: community.name for key, community in asked.parts.communities.items()}
    audience = await asked.parts.reports.audience(this.period, asked.parts.zone)
    await asked.answer(
        cards.week_text(this, before, names=names, audience=audience, say=asked.say, zone=asked.parts.zone)
    )


async def top(asked: Asked) -> None:
    now = asked.parts.clock.now()
    figures = await asked.parts.reports.figures(periods.week_of(now, asked.parts.zone), now=now)
    await asked.answer(cards.top_text(figures, say=asked.say, zone=asked.parts.zone))


async def _pair(parts: Parts, period: Period) -> tuple[TeamFigures, TeamFigures]:
    """The period's figures, and those of the one before up to the same day and hour."""
    now = parts.clock.now()
    before = periods.previous_so_far(period, now, parts.zone)
    return await parts.reports.figures(period, now=now), await parts.reports.figures(before, now=before.end)
