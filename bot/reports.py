"""Reports: the queue, what an agent holds, the figures of a day, a week or a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.cards import BoardRow
from bot.domain.audience import Audience, audiences
from bot.domain.model import Community
from bot.domain.periods import Period, local_days
from bot.domain.stats import TeamFigures, figures
from bot.store import Database, Store, measures, questions, threads
from bot.store.listed import listed

PAGE = 10


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of threads; pages count from 1."""

    rows: tuple[BoardRow, ...]
    page: int
    pages: int
    total: int


class Reports:
    """Reads only."""

    def __init__(self, store: Store, communities: Mapping[str, Community]) -> None:
        self._store = store
        self._communities = communities

    async def queue(self, page: int = 1, *, agent_id: int | None = None) -> Page:
        """Who waits, oldest first; with ``agent_id`` what that agent holds, snoozed threads included."""

        def work(db: Database) -> Page:
            total = threads.waiting_count(db, agent_id)
            pages = max(1, -(-total // PAGE))
            shown = min(max(1, page), pages)
            rows = listed(db, self._communities, limit=PAGE, offset=(shown - 1) * PAGE, agent_id=agent_id)
            return Page(tuple(rows), shown, pages, total)

        return await self._store.read(work)

    async def figures(self, period: Period, *, now: datetime) -> TeamFigures:
        """The team's figures of the questions asked in ``period``."""
        return await self._store.read(lambda db: figures_of(db, self._communities, period, now))

    async def audience(self, period: Period, zone: ZoneInfo) -> tuple[Audience, ...]:
        """What the platforms counted over the local days of ``period``, by community."""
        return await self._store.read(lambda db: audience_of(db, period, zone))


def audience_of(db: Database, period: Period, zone: ZoneInfo) -> tuple[Audience, ...]:
    first, last = local_days(period, zone)
    return audiences(measures.of_days(db, first, last), first, last)


def figures_of(db: Database, communities: Mapping[str, Community], period: Period, now: datetime) -> TeamFigures:
    return figures(questions.of_period(db, period, communities), period, now)


def as_json(team: TeamFigures, audience: Sequence[Audience] = ()) -> dict[str, Any]:
    """The figures as plain JSON values: times in seconds, rates from 0 to 1, None where there is nothing to measure."""
    return {
        "from": team.period.start.isoformat(),
        "to": team.period.end.isoformat(),
        "questions": team.questions,
        "answered": team.answered,
        "unanswered": team.unanswered,
        "response_rate": team.response_rate,
        "answered_minus_unanswered": team.difference,
        "first_response_median_s": team.frt_median_s,
        "first_response_p90_s": team.frt_p90_s,
        "time_to_claim_median_s": team.claim_median_s,
        "opened_negative": team.opened_negative,
        "turned": team.turned,
        "agents": [
            {
                "name": agent.name,
                "answered": agent.answered,
                "first_response_median_s": agent.frt_median_s,
                "first_response_p90_s": agent.frt_p90_s,
                "time_to_claim_median_s": agent.claim_median_s,
                "opened_negative": agent.opened_negative,
                "turned": agent.turned,
            }
            for agent in team.agents
        ],
        "communities": [
            {
                "community": one.community,
                "platform": one.platform,
                "questions": one.counts.questions,
                "answered": one.counts.answered,
                "answered_minus_unanswered": one.counts.difference,
                "first_response_median_s": one.frt_median_s,
            }
            for one in team.communities
        ],
        "audience": [asdict(one) for one in audience],
    }
