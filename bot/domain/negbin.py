"""The negative binomial law of counts: like Poisson's, but posts call forth posts.

It is parametrised by its mean and its dispersion, variance ÷ mean, which is the same for a minute and for an hour: the
sum of such minutes is such an hour. Poisson's law is the limit at a dispersion of 1.
"""

from __future__ import annotations

import math

LEAST_DISPERSION = 1.05
"""Nearer to Poisson's law the formulas lose their digits, and no page is so regular."""


def tail(seen: int, mean: float, dispersion: float) -> float:
    """The probability of ``seen`` posts or more, from 0 to 1."""
    if seen <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    size, log_rest = _shape(mean, dispersion)
    term = math.exp(_log_mass(seen, size, log_rest))
    ratio = math.exp(log_rest)
    if seen <= mean:
        below, k = 0.0, seen
        while term > 0 and k > 0:
            term *= k / ((k - 1 + size) * ratio)
            below += term
            k -= 1
        return max(0.0, 1.0 - below)
    above, k = 0.0, seen
    while term > above * 1e-12:
        above += term
        term *= (k + size) / (k + 1) * ratio
        k += 1
    return min(1.0, above)


def _shape(mean: float, dispersion: float) -> tuple[float, float]:
    """The size of the law, and the logarithm of 1 − p."""
    spread = max(dispersion, LEAST_DISPERSION)
    return mean / (spread - 1), math.log1p(-1 / spread)


def _log_mass(seen: int, size: float, log_rest: float) -> float:
    log_p = math.log(-math.expm1(log_rest))
    return math.lgamma(seen + size) - math.lgamma(size) - math.lgamma(seen + 1) + size * log_p + seen * log_rest
