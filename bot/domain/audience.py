"""The audience's figures of a period, from each day's last measures. docs/definitions.md prints the formulas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.domain.model import Metric


@dataclass(frozen=True, slots=True)
class DayMeasure:
    """The last value that a local day gave of one metric; ``container_id`` is "" for the community as a whole."""

    community: str
    container_id: str
    metric: Metric
    day: date
    value: float


@dataclass(frozen=True, slots=True)
class Audience:
    """One community's audience over a period; every figure None where the platform gave none.

    ``followers`` and ``rating`` as they last stood, ``followers_change`` since the period before, ``reach`` the sum of
    the days' reach, ``views``, ``reactions``, ``comments`` and ``shares`` how much these counters grew.
    """

    community: str
    followers: int | None = None
    followers_change: int | None = None
    reach: int | None = None
    views: int | None = None
    reactions: int | None = None
    comments: int | None = None
    shares: int | None = None
    rating: float | None = None

    @property
    def empty(self) -> bool:
        return all(getattr(self, name) is None for name in self.__slots__ if name != "community")


def audiences(rows: Iterable[DayMeasure], first: date, last: date) -> tuple[Audience, ...]:
    """The figures of the local days ``first`` to ``last``, by community, from their measures and earlier ones.

    What was measured before ``first`` is only what growth counts from; days after ``last`` are left out.
    """
    series: defaultdict[str, _Series] = defaultdict(_Series)
    for row in sorted(rows, key=lambda row: row.day):
        if row.day <= last:
            series[row.community].add(row)
    found = (one.audience(community, first) for community, one in sorted(series.items()))
    return tuple(one for one in found if not one.empty)


class _Series:
    """One community's values in time, by metric and container."""

    def __init__(self) -> None:
        self._days: defaultdict[Metric, defaultdict[str, list[DayMeasure]]] = defaultdict(lambda: defaultdict(list))

    def add(self, row: DayMeasure) -> None:
        self._days[row.metric][row.container_id].append(row)

    def audience(self, community: str, first: date) -> Audience:
        followers = self._whole(Metric.FOLLOWERS, first)
        return Audience(
            community,
            followers=round(followers[-1].value) if followers else None,
            followers_change=self._grown(Metric.FOLLOWERS, "", first),
            reach=_total(row.value for row in self._whole(Metric.REACH, first)),
            views=self._views(first),
            reactions=self._growth(Metric.REACTIONS, first),
            comments=self._growth(Metric.COMMENTS, first),
            shares=self._growth(Metric.SHARES, first),
            rating=rating[-1].value if (rating := self._whole(Metric.RATING, first)) else None,
        )

    def _whole(self, metric: Metric, first: date) -> list[DayMeasure]:
        """The community's own values within the period."""
        return [row for row in self._days[metric][""] if row.day >= first]

    def _views(self, first: date) -> int | None:
        """How much the counter grew, or where there is none the sum of the days' views."""
        grown = self._growth(Metric.VIEWS, first)
        return grown if grown is not None else _total(row.value for row in self._whole(Metric.DAY_VIEWS, first))

    def _growth(self, metric: Metric, first: date) -> int | None:
        """The community's own counter where there is one, else the sum over its containers."""
        whole = self._grown(metric, "", first)
        if whole is not None:
            return whole
        parts = [self._grown(metric, container, first) for container in self._days[metric]]
        return _total(part for part in parts if part is not None)

    def _grown(self, metric: Metric, container: str, first: date) -> int | None:
        """From the last value before the period, else the first one in it, to the last one in it.

        None where the period holds no value, or a single one with nothing to compare it with.
        """
        rows = self._days[metric][container]
        within = [row for row in rows if row.day >= first]
        before = [row for row in rows if row.day < first]
        if not within or (not before and len(within) == 1):
            return None
        return round(within[-1].value - (before[-1] if before else within[0]).value)


def _total(values: Iterable[float]) -> int | None:
    listed = list(values)
    return round(sum(listed)) if listed else None
