"""Monday, nine in the morning, local time: the week that ended, once."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot import cards
from bot.domain import periods
from bot.store import runs
from bot.texts import texts_for
from jobs.parts import Parts

HOUR = time(9)
LATEST = timedelta(hours=12)
"""A bot that was down at nine still reports until the evening; on Tuesday it is no news any more."""


async def run(parts: Parts, *, now: datetime) -> None:
    local = now.astimezone(parts.zone)
    group = await parts.team.group()
    if group is None or not due(local):
        return
    if not await parts.store.write(lambda db: runs.first_time(db, "weekly", local.date(), now)):
        return
    this_week = periods.week_of(now, parts.zone)
    week = periods.previous(this_week, parts.zone)
    before = periods.previous(week, parts.zone)
    figures = await parts.reports.figures(week, now=now)
    earlier = await parts.reports.figures(before, now=before.end)
    names = {key: community.name for key, community in parts.communities.items()}
    say = texts_for(await parts.team.language())
    card = cards.week_text(figures, earlier, names=names, say=say, zone=parts.zone)
    await parts.speaker.say(group, card, key=f"week:{local.date()}")


def due(local: datetime) -> bool:
    """True on Mondays from nine o'clock on, for `LATEST`."""
    begins = local.replace(hour=HOUR.hour, minute=HOUR.minute, second=0, microsecond=0)
    return local.weekday() == 0 and begins <= local < begins + LATEST
