"""The search for the least of a smooth function of many numbers (L-BFGS), the same steps on every machine."""

from __future__ import annotations

from collections.abc import Callable

from bot.language.exact import Matrix, dot

MEMORY = 6
"""How many steps the search remembers."""

ENOUGH = 1e-5
"""The search ends where a round gains a smaller share than this."""


def least(start: Matrix, function: Callable[[Matrix], tuple[float, Matrix]], rounds: int) -> Matrix:
    """The place of the least, from ``start`` in at most ``rounds``; ``function`` gives value and slope at a place."""
    place = start
    value, slope = function(place)
    steps: list[tuple[Matrix, Matrix, float]] = []
    for _ in range(rounds):
        way = _way(slope, steps)
        fall = dot(way, slope)
        if fall >= 0:
            way, steps = -slope, []
            fall = dot(way, slope)
        length = 1.0 if steps else min(1.0, 1.0 / (dot(slope, slope) ** 0.5 + 1e-12))
        for _ in range(20):
            new_place = place + length * way
            new_value, new_slope = function(new_place)
            if new_value <= value + 1e-4 * length * fall:
                break
            length *= 0.5
        else:
            return place
        step, turn = new_place - place, new_slope - slope
        bend = dot(step, turn)
        if bend > 1e-12:
            steps = [*steps, (step, turn, bend)][-MEMORY:]
        gained = value - new_value
        place, value, slope = new_place, new_value, new_slope
        if gained < ENOUGH * abs(value):
            break
    return place


def _way(slope: Matrix, steps: list[tuple[Matrix, Matrix, float]]) -> Matrix:
    """Downhill, bent by what the last steps taught."""
    way = -slope
    shares = []
    for step, turn, bend in reversed(steps):
        share = dot(step, way) / bend
        shares.append(share)
        way = way - share * turn
    if steps:
        step, turn, bend = steps[-1]
        way = way * (bend / dot(turn, turn))
    for (step, turn, bend), share in zip(steps, reversed(shares), strict=True):
        way = way + (share - dot(turn, way) / bend) * step
    return way
