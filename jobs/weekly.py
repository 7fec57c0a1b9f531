"""Monday, nine in the morning, local time: the week that ended, once."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot import cards
from bot.cards import Card
from bot.domain import periods
from bot.store import Database, deliveries, runs
from bot.texts import texts_for
from jobs.parts import Parts

NAME = "weekly"
HOUR = time(9)
LATEST = timedelta(hours=12)
"""A bot that was down at nine still reports until the evening; on Tuesday it is no news any more."""


async def run(parts: Parts, *, now: datetime) -> None:
    today = now.astimezone(parts.zone).date()
    group = await parts.team.group()
    if group is None or not due(now.astimezone(parts.zone)):
        return
    if await parts.store.read(lambda db: runs.done(db, NAME, today)):
        return
    card = await _report(parts, now)

    def work(db: Database) -> None:
        # One transaction: a crash leaves neither a mark without a report nor a report without a mark.
        if runs.first_time(db, NAME, today, now):
            deliveries.text(db, None, card, now, key=f"week:{today}")

    await parts.store.write(work, ring=True)


async def _report(parts: Parts, now: datetime) -> Card:
    """The week before the one that ``now`` falls in, beside the one before that."""
    week = periods.previous(periods.week_of(now, parts.zone), parts.zone)
    before = periods.previous(week, parts.zone)
    figures = await parts.reports.figures(week, now=now)
    earlier = await parts.reports.figures(before, now=before.end)
    names = {key: community.name for key, community in parts.communities.items()}
    say = texts_for(await parts.team.language())
    audience = await parts.reports.audience(week, parts.zone)
    return cards.week_text(figures, earlier, names=names, audience=audience, say=say, zone=parts.zone)


def due(local: datetime) -> bool:
    """True on Mondays from nine o'clock on, for `LATEST`."""
    begins = local.replace(hour=HOUR.hour, minute=HOUR.minute, second=0, microsecond=0)
    return local.weekday() == 0 and begins <= local < begins + LATEST
