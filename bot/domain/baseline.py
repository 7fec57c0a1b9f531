"""How many negative posts are usual at an hour of the week, learned from a history that may be short, thin or broken.

The rate of each of the 168 local hours is drawn towards what is known better: the hour towards its like on other
days, that towards the day, that towards the whole week's level on the rhythm of ``prior`` (other communities', or a
town's). Each step is the mean of a Gamma law: the fewer posts there were, the stronger the pull. docs/spikes.md says
it in words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.domain.negbin import LEAST_DISPERSION
from bot.domain.series import Series, Span, minute_of, moment_of

HOURS = 168
WEEKS = 12
"""How far back a baseline looks."""
HALF_LIFE_WEEKS = 4.0
"""A week so old counts half."""

_DOUBTED = 0.3
"""What an hour with an alarm counts."""

_TOWN = (
    *(0.35, 0.2, 0.12, 0.1, 0.1, 0.15, 0.3, 0.6, 0.9, 1.1, 1.2, 1.25),
    *(1.3, 1.3, 1.3, 1.3, 1.35, 1.4, 1.5, 1.6, 1.6, 1.5, 1.2, 0.7),
)
"""A town's day, hour by hour, until the community's own is known."""

_UNKNOWN_RATE = 1 / 60
_UNKNOWN_HOURS = 6.0
"""What stands in for history where there is none: so many hours at one post an hour."""
_PRIOR_HOURS = 24.0
_DAY_PULL, _LIKE_PULL, _CELL_PULL = 20.0, 3.0, 12.0
"""How many posts of its own a day, an hour of like days, and an hour of the week need to weigh as much as what they are
drawn towards."""
_USUAL_DISPERSION = 1.4
_DISPERSION_PULL = 200.0


@lru_cache(maxsize=1 << 16)
def hour_of_week(hour: int, zone: ZoneInfo) -> int:
    """Which of the 168 local hours, from Monday's midnight, the middle of an hour since 1970 falls in."""
    local = moment_of(hour * 60 + 30).astimezone(zone)
    return local.weekday() * 24 + local.hour


@dataclass(frozen=True, slots=True)
class Baseline:
    """The usual volume: ``rates`` in posts per minute for each local hour of the week, from Monday's midnight.

    ``dispersion`` is variance ÷ mean, above 1; ``days`` tells how much history stands behind it.
    """

    rates: tuple[float, ...]
    dispersion: float
    zone: ZoneInfo
    days: float

    @classmethod
    def learn(
        cls,
        history: Series,
        now: datetime,
        zone: ZoneInfo,
        excluded: Sequence[Span] = (),
        alarmed: Sequence[Span] = (),
        prior: Baseline | None = None,
    ) -> Baseline:
        """What is usual, by the last twelve weeks of ``history`` before ``now``.

        ``excluded`` are times in which the source was broken, holidays, campaigns and proven incidents: as if they had
        not been. ``alarmed`` times count little, but they count: or a false alarm would repeat itself every week. An
        hour far above the rest counts as a moderately busy one. ``prior`` lends its rhythm, level and dispersion.
        """
        known = _known(history, minute_of(now), excluded)
        dispersion = _dispersion(history, known, prior)
        shape = _shape(prior)
        doubted = {hour for span in alarmed for hour in range(span.first // 60, -(-span.last // 60))}
        hours = _hours(history, known, doubted, minute_of(now), zone)
        rates = _fitted(_tamed(hours), shape, prior, dispersion)
        rates = _fitted([hour.calmed(rates[hour.cell], dispersion) for hour in hours], shape, prior, dispersion)
        days = sum(last - first for first, last in known) / 1440
        return cls(tuple(rate / 60 for rate in rates), dispersion, zone, days)

    @property
    def level(self) -> float:
        """Posts in half an hour, the week's mean."""
        return 30 * _mean(self.rates)

    def at(self, minute: int) -> float:
        """The posts usual in a minute since 1970; between the middles of two hours, what lies between."""
        hour, past = divmod(minute - 30, 60)
        share = (past + 0.5) / 60
        here, next_ = self.rates[hour_of_week(hour, self.zone)], self.rates[hour_of_week(hour + 1, self.zone)]
        return here + (next_ - here) * share

    def of_quarter(self, quarter: int) -> float:
        """The posts usual in a quarter of an hour, counted from 1970: what ``at`` gives for its minutes, summed."""
        hour, past = divmod(quarter - 2, 4)
        here, next_ = self.rates[hour_of_week(hour, self.zone)], self.rates[hour_of_week(hour + 1, self.zone)]
        return 15 * (here + (next_ - here) * (past + 0.5) / 4)

    def between(self, first: int, last: int) -> float:
        """The posts usual from minute ``first`` up to ``last``."""
        return sum(map(self.at, range(first, last)))

    def expected(self, start: datetime, end: datetime) -> float:
        """The posts usual from ``start`` up to ``end``, in whole minutes."""
        return self.between(minute_of(start), minute_of(end))


def pooled(baselines: Sequence[Baseline]) -> Baseline | None:
    """What communities have in common: their mean rhythm, the middle of their levels and dispersions. None of none.

    To be lent to a community whose own history is short.
    """
    if not baselines:
        return None
    levels = sorted(_mean(one.rates) for one in baselines)
    level = math.exp(_mean([math.log(max(value, 1e-6)) for value in levels]))
    shapes = [_shape(one) for one in baselines]
    rhythm = [_mean([shape[cell] for shape in shapes]) for cell in range(HOURS)]
    dispersion = sorted(one.dispersion for one in baselines)[len(baselines) // 2]
    return Baseline(tuple(level * share for share in rhythm), dispersion, baselines[0].zone, 0.0)


@dataclass(frozen=True, slots=True)
class _Hour:
    """What is known of one hour: posts, the part of the hour known, and how much it counts by its age."""

    cell: int
    posts: float
    part: float
    weight: float

    def calmed(self, rate: float, dispersion: float) -> _Hour:
        usual = rate * self.part
        most = 1.5 * usual + 3 * math.sqrt(dispersion * usual) + 1
        return self.capped(most)

    def capped(self, most: float) -> _Hour:
        return self if self.posts <= most else replace(self, posts=most)


def _known(history: Series, now: int, excluded: Sequence[Span]) -> list[tuple[int, int]]:
    """The stretches of whole buckets that count, in order."""
    step = history.step
    begin = max(history.start, (now - WEEKS * 7 * 1440) // step * step)
    end = min(history.end, now // step * step)
    known: list[tuple[int, int]] = []
    for first, last in sorted((span.first // step * step, -(-span.last // step) * step) for span in excluded):
        if begin < min(first, end):
            known.append((begin, min(first, end)))
        begin = max(begin, last)
    return [*known, (begin, end)] if begin < end else known


def _dispersion(history: Series, known: Iterable[tuple[int, int]], prior: Baseline | None) -> float:
    """By how much neighbouring stretches of time differ: blind to what changes slowly, so the rhythm needs no model."""
    usual = prior.dispersion if prior else _USUAL_DISPERSION
    squares, posts = usual * _DISPERSION_PULL, _DISPERSION_PULL
    for first, last in known:
        stretch = _stretches(history, first, last)
        for one, other in pairwise(stretch):
            apart = min(abs(one - other), 3 + 3 * math.sqrt(one + other))
            squares += apart * apart
            posts += one + other
    return max(LEAST_DISPERSION, squares / posts)


def _stretches(history: Series, first: int, last: int) -> Sequence[int]:
    """The posts of each ten minutes, or of each bucket where those are longer."""
    step = history.step
    counts = history.counts[(first - history.start) // step : (last - history.start) // step]
    wide = max(1, 10 // step)
    if wide == 1:
        return counts
    return [sum(counts[at : at + wide]) for at in range(0, len(counts) - wide + 1, wide)]


def _hours(
    history: Series, known: Iterable[tuple[int, int]], doubted: AbstractSet[int], now: int, zone: ZoneInfo
) -> list[_Hour]:
    hours = []
    for first, last in known:
        for hour in range(first // 60, -(-last // 60)):
            begin, end = max(first, hour * 60), min(last, hour * 60 + 60)
            weight = 0.5 ** ((now - begin) / (HALF_LIFE_WEEKS * 7 * 1440)) * (_DOUBTED if hour in doubted else 1)
            posts = history.seen(begin, end)
            hours.append(_Hour(hour_of_week(hour, zone), posts, (end - begin) / 60, weight))
    return hours


def _tamed(hours: Sequence[_Hour]) -> list[_Hour]:
    """Hours far above the middle one of that time of day, cut: so that no single wild day shapes the first draft."""
    by_clock: dict[int, list[float]] = {}
    for hour in hours:
        by_clock.setdefault(hour.cell % 24, []).append(hour.posts)
    most = {clock: 4 * sorted(posts)[len(posts) // 2] + 6 for clock, posts in by_clock.items()}
    return [hour.capped(most[hour.cell % 24]) for hour in hours]


def _shape(prior: Baseline | None) -> list[float]:
    """The rhythm of a week, 1 on average."""
    if prior is None:
        level = _mean(_TOWN)
        return [_TOWN[cell % 24] / level for cell in range(HOURS)]
    level = max(_mean(prior.rates), 1e-9)
    return [max(rate / level, 1e-3) for rate in prior.rates]


def _fitted(hours: Iterable[_Hour], shape: Sequence[float], prior: Baseline | None, dispersion: float) -> list[float]:
    """Posts per hour in each hour of the week, from the whole to the part."""
    posts, parts = [0.0] * HOURS, [0.0] * HOURS
    for hour in hours:
        posts[hour.cell] += hour.weight * hour.posts
        parts[hour.cell] += hour.weight * hour.part
    strength = _PRIOR_HOURS if prior else _UNKNOWN_HOURS
    level = (_mean(prior.rates) if prior else _UNKNOWN_RATE) * 60
    usual = sum(part * share for part, share in zip(parts, shape, strict=True))
    level = (level * strength + sum(posts)) / (strength + usual)
    rates = [level * share for share in shape]
    for group, pull in ((_day, _DAY_PULL), (_like, _LIKE_PULL), (_itself, _CELL_PULL)):
        rates = _drawn(rates, posts, parts, group, pull * dispersion)
    return rates


def _drawn(
    rates: Sequence[float],
    posts: Sequence[float],
    parts: Sequence[float],
    group: Callable[[int], Iterable[tuple[int, float]]],
    pull: float,
) -> list[float]:
    """Each cell's rate times what its group had ÷ what the group should have had, drawn towards 1."""
    drawn = []
    for cell in range(HOURS):
        had = should = pull
        for other, share in group(cell):
            had += share * posts[other]
            should += share * parts[other] * rates[other]
        drawn.append(rates[cell] * had / should)
    return drawn


def _day(cell: int) -> Iterable[tuple[int, float]]:
    first = cell - cell % 24
    return ((other, 1.0) for other in range(first, first + 24))


def _like(cell: int) -> Iterable[tuple[int, float]]:
    """The same hour, and by half its neighbours, of the days that are like this one: working days, or the day alone."""
    day, hour = divmod(cell, 24)
    days = range(5) if day < 5 else (day,)
    return ((one * 24 + (hour + step) % 24, share) for one in days for step, share in ((-1, 0.5), (0, 1.0), (1, 0.5)))


def _itself(cell: int) -> Iterable[tuple[int, float]]:
    return ((cell - 1) % HOURS, 0.25), (cell, 1.0), ((cell + 1) % HOURS, 0.25)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
