"""What becomes of a new post: a question for the team, quiet, or part of the baseline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.model import ClosedWhy, Reason, Verdict


class Becomes(StrEnum):
    """What a post becomes by triage."""

    QUESTION = "question"
    """It opens a question: a card, or one more post on the author's open card."""
    QUIET = "quiet"
    """Stored and counted; nobody is asked to answer."""
    BASELINE = "baseline"
    """Stood there long before we first looked: stored, never a card."""


OFFICIAL = "official"
BASELINE = "baseline"
UNSURE = "unsure"
CODES = frozenset({OFFICIAL, BASELINE, UNSURE})
"""The codes of reasons that triage itself gives; all others come from the verdict."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a post becomes and why; ``why`` is never empty.

    ``closed_why`` is the reason a thread that this post begins is stored with, None where it waits for an answer.
    """

    becomes: Becomes
    why: tuple[Reason, ...]

    @property
    def opens(self) -> bool:
        return self.becomes is Becomes.QUESTION

    @property
    def closed_why(self) -> ClosedWhy | None:
        return {Becomes.QUIET: ClosedWhy.QUIET, Becomes.BASELINE: ClosedWhy.BASELINE}.get(self.becomes)


def judge(
    verdict: Verdict,
    *,
    official: bool,
    published_at: datetime,
    now: datetime,
    lookback: timedelta,
    first_look: bool,
) -> Decision:
    """Decides over one post. Datetimes are aware, in UTC.

    An official post never opens a question, whatever its words. A post published more than ``lookback`` before
    ``now`` is baseline at the first look at its community only: later, a post that comes late is still answered.
    A verdict that is not sure opens a question: nobody waits unseen.
    """
    if official:
        return Decision(Becomes.QUIET, (Reason(OFFICIAL),))
    if first_look and now - published_at > lookback:
        return Decision(Becomes.BASELINE, (Reason(BASELINE),))
    if verdict.needs_reply:
        return Decision(Becomes.QUESTION, verdict.why)
    if not verdict.sure:
        return Decision(Becomes.QUESTION, (Reason(UNSURE), *verdict.why))
    return Decision(Becomes.QUIET, verdict.why)
