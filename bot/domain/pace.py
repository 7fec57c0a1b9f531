"""How things go just now against the baseline: a busy Monday, a campaign, a rhythm not yet known.

The usual volume is the baseline times the pace. The pace wanders about 1 and is followed a quarter of an hour at a time
by Kalman's rule: each quarter's posts correct it by as much as they can be trusted more than what was believed before.
A quiet page has hardly a pace; a busy one bends within an hour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

QUARTER = 15
WANDER = 0.2
"""The standard deviation of the pace about 1."""
HOURS = 8.0
"""In which it forgets where it was."""
YOUTH = 1.0
"""The variance added where the baseline has no days behind it; it shrinks with the days, to the power of 1.5."""
KEPT = math.exp(-1 / (4 * HOURS))
DRIFT = 0.5
"""The part of the wandering within a stretch of time that its sum shows."""
LIMITS = (0.3, 3.0)


def restlessness(days: float) -> float:
    """The variance of the pace where nothing of it is known, by a baseline of so many days."""
    return WANDER**2 + YOUTH / float((1 + days) ** 1.5)


@dataclass(frozen=True, slots=True)
class Pace:
    """By what the baseline is to be multiplied, and the variance of that."""

    times: float
    doubt: float

    def later(self, restless: float) -> Pace:
        """A quarter of an hour later, when nothing was told."""
        return Pace(1 + (self.times - 1) * KEPT, restless + (self.doubt - restless) * KEPT**2)

    def told(self, posts: int, usual: float, dispersion: float, restless: float) -> Pace:
        """After a quarter of an hour with ``posts``, where the baseline has ``usual``."""
        before = self.later(restless)
        known = before.doubt * usual
        gain = known / (known * usual + dispersion * usual * before.times)
        times = before.times + gain * (posts - usual * before.times)
        return Pace(min(LIMITS[1], max(LIMITS[0], times)), before.doubt * (1 - gain * usual))

    def precision(self, minutes: float, restless: float) -> float:
        """How well the usual volume of the next ``minutes`` is known: the shape of a Gamma law of that variance."""
        return 1 / (self.doubt + restless * (1 - KEPT**2) * DRIFT * minutes / QUARTER)
