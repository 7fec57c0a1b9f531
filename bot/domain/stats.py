"""The team's figures, computed from one row per question. docs/definitions.md prints every formula used here."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.model import AnswerKind
from bot.domain.periods import Period


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question: when it was asked, and what became of it.

    ``answered_at`` is the published_at of the first official reply, seen on the page; ``agent_id`` is whom the answer
    credits (None for an answer written on the page itself). ``claimed_by`` is the agent who took it first and
    did not give it back.
    """

    asked_at: datetime
    community: str
    platform: str
    answered_at: datetime | None = None
    kind: AnswerKind | None = None
    agent_id: int | None = None
    agent_name: str = ""
    claimed_at: datetime | None = None
    claimed_by: int | None = None
    claimer_name: str = ""
    dismissed: bool = False
    opened_negative: bool = False
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Questions and what became of them. ``response_rate`` is from 0 to 1, None when nothing was asked."""

    questions: int
    answered: int
    unanswered: int
    response_rate: float | None
    difference: int
    """Answered minus unanswered: what a team is ranked by."""


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """What one agent did with the questions of the period; times in seconds, None where there is nothing to measure."""

    agent_id: int
    name: str
    answered: int
    frt_median_s: float | None
    frt_p90_s: float | None
    claim_median_s: float | None
    opened_negative: int
    """How many of the questions this agent answered had opened negative."""
    turned: int


@dataclass(frozen=True, slots=True)
class CommunityFigures:
    """One community's part of the period."""

    community: str
    platform: str
    counts: Counts
    frt_median_s: float | None


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """The whole team's period, as known at ``now``; times in seconds."""

    period: Period
    now: datetime
    questions: int
    answered: int
    unanswered: int
    response_rate: float | None
    difference: int
    frt_median_s: float | None
    frt_p90_s: float | None
    claim_median_s: float | None
    opened_negative: int
    turned: int
    agents: tuple[AgentFigures, ...]
    """By name; agents who neither answered nor claimed anything are not here."""
    communities: tuple[CommunityFigures, ...]
    """The greatest difference first."""


def counts_of(questions: int, answered: int) -> Counts:
    """Both counts, the response rate answered ÷ questions, and the difference answered − unanswered."""
    unanswered = questions - answered
    rate = answered / questions if questions else None
    return Counts(questions, answered, unanswered, rate, answered - unanswered)


def median(ordered: Sequence[float]) -> float | None:
    """The middle of ascending values, or the mean of the two middle ones; None of nothing."""
    if not ordered:
        return None
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def p90(ordered: Sequence[float]) -> float | None:
    """The nearest-rank 90th percentile of ascending values: the ⌈0.9 n⌉-th one. Nine of ten took no longer."""
    if not ordered:
        return None
    return ordered[math.ceil(len(ordered) * 9 / 10) - 1]


@dataclass(slots=True)
class _Tally:
    """What is counted while the rows pass by, for the team, an agent or a community."""

    name: str = ""
    questions: int = 0
    answered: int = 0
    opened_negative: int = 0
    turned: int = 0
    frt: list[float] = field(default_factory=list)
    claims: list[float] = field(default_factory=list)


def _since_asked(row: QuestionRow, moment: datetime) -> float:
    """Seconds from the question to ``moment``; a clock that ran backwards counts as no time."""
    return max(0.0, (moment - row.asked_at).total_seconds())


class _Count:
    """The one pass over the rows."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.team = _Tally()
        self.agents: defaultdict[int, _Tally] = defaultdict(_Tally)
        self.communities: defaultdict[tuple[str, str], _Tally] = defaultdict(_Tally)

    def add(self, row: QuestionRow) -> None:
        community = self.communities[row.community, row.platform]
        self.team.questions += 1
        community.questions += 1
        if row.opened_negative:
            self.team.opened_negative += 1
            self.team.turned += row.turned
        if row.claimed_at is not None and row.claimed_at <= self.now:
            self._add_claim(row, _since_asked(row, row.claimed_at))
        if row.answered_at is not None and row.answered_at <= self.now:
            seconds = _since_asked(row, row.answered_at)
            for tally in (self.team, community):
                tally.answered += 1
                tally.frt.append(seconds)
            if row.agent_id is not None and row.kind in _CREDITED:
                self._credit(row, row.agent_id, seconds)

    def _add_claim(self, row: QuestionRow, seconds: float) -> None:
        self.team.claims.append(seconds)
        if row.claimed_by is not None:
            claimer = self.agents[row.claimed_by]
            claimer.name = row.claimer_name or claimer.name
            claimer.claims.append(seconds)

    def _credit(self, row: QuestionRow, agent_id: int, seconds: float) -> None:
        agent = self.agents[agent_id]
        agent.name = row.agent_name or agent.name
        agent.answered += 1
        agent.frt.append(seconds)
        if row.opened_negative:
            agent.opened_negative += 1
            agent.turned += row.turned


_CREDITED = frozenset({AnswerKind.REPLY, AnswerKind.HANDED})


def _agent_figures(agent_id: int, tally: _Tally) -> AgentFigures:
    tally.frt.sort()
    tally.claims.sort()
    return AgentFigures(
        agent_id=agent_id,
        name=tally.name,
        answered=tally.answered,
        frt_median_s=median(tally.frt),
        frt_p90_s=p90(tally.frt),
        claim_median_s=median(tally.claims),
        opened_negative=tally.opened_negative,
        turned=tally.turned,
    )


def _community_figures(key: tuple[str, str], tally: _Tally) -> CommunityFigures:
    tally.frt.sort()
    return CommunityFigures(key[0], key[1], counts_of(tally.questions, tally.answered), median(tally.frt))


def figures(rows: Iterable[QuestionRow], period: Period, now: datetime) -> TeamFigures:
    """The figures of the questions asked in ``period``, with the answers and claims that existed at ``now``.

    Rows outside the period and dismissed questions are passed over. The rows may come in any order and are read once.
    """
    count = _Count(now)
    for row in rows:
        if not row.dismissed and row.asked_at in period:
            count.add(row)
    team = count.team
    team.frt.sort()
    team.claims.sort()
    agents = (_agent_figures(agent_id, tally) for agent_id, tally in count.agents.items())
    communities = (_community_figures(key, tally) for key, tally in count.communities.items())
    counts = counts_of(team.questions, team.answered)
    return TeamFigures(
        period=period,
        now=now,
        questions=counts.questions,
        answered=counts.answered,
        unanswered=counts.unanswered,
        response_rate=counts.response_rate,
        difference=counts.difference,
        frt_median_s=median(team.frt),
        frt_p90_s=p90(team.frt),
        claim_median_s=median(team.claims),
        opened_negative=team.opened_negative,
        turned=team.turned,
        agents=tuple(sorted(agents, key=lambda agent: (agent.name.casefold(), agent.agent_id))),
        communities=tuple(sorted(communities, key=lambda one: (-one.counts.difference, one.community.casefold()))),
    )
