"""``bot.domain.spikes.Watch`` for many columns at once, an hour at a time. A test holds it to the shipped one."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bot.domain import pace, spikes
from bot.domain.baseline import Baseline, hour_of_week
from bot.domain.series import Span, moment_of
from tests.benchmarks.spikes_world import ZONE, Floats, Ints

_WITHIN = (np.arange(60) + 0.5) / 60
_BACK = spikes.HORIZONS[-1]
KEPT = 24
"""Quarters whose pace is kept: more than the longest horizon."""


@dataclass(slots=True)
class Opened:
    """A spike of a column, in minutes since 1970; ``again`` where it is the last one's sequel."""

    column: int
    since: int
    minute: int
    again: bool
    ended: int | None = None


@dataclass(slots=True)
class Twin:
    """The state of all columns before hour ``hour``, counted from 1970."""

    hour: int
    columns: int
    settings: spikes.Settings
    rates: Floats = field(init=False)
    dispersion: Floats = field(init=False)
    days: Floats = field(init=False)
    weights: Floats = field(init=False)
    """By jump and column."""
    posts: Ints = field(init=False)
    """The last 255 minutes and more, by columns."""
    usuals: Floats = field(init=False)
    times: Floats = field(init=False)
    doubts: Floats = field(init=False)
    """The pace before each of the last quarters and the one that is on, by columns."""
    zone: ZoneInfo = ZONE
    known: int = 0
    opened: list[Opened] = field(default_factory=list)
    recent: list[Opened] = field(default_factory=list)
    on: dict[int, Opened] = field(default_factory=dict)
    last: dict[int, Opened] = field(default_factory=dict)
    top: Floats = field(init=False)
    """The most evidence of the hour, by columns; 0 where it can't have been an alarm."""

    def __post_init__(self) -> None:
        self.rates = np.full((168, self.columns), 1e-9)
        self.dispersion = np.full(self.columns, 1.4)
        self.days = np.zeros(self.columns)
        self.weights = np.ones((len(spikes.JUMPS), self.columns))
        self.posts = np.zeros((300, self.columns), int)
        self.usuals = np.full((300, self.columns), spikes.LEAST_USUAL)
        self.times = np.ones((KEPT, self.columns))
        self.doubts = np.full((KEPT, self.columns), pace.restlessness(0))
        self.top = np.zeros(self.columns)

    def learn(self, column: int, baseline: Baseline) -> None:
        self.rates[:, column] = baseline.rates
        self.dispersion[column] = baseline.dispersion
        self.days[column] = baseline.days
        self.weights[:, column] = spikes.weights(baseline.level)
        self.zone = baseline.zone

    def alarmed(self, column: int) -> list[Span]:
        """As ``Watch.alarmed``, of all time."""
        return [
            Span(moment_of(one.minute - spikes.REST), moment_of(one.ended))
            for one in self.opened
            if one.column == column and one.ended is not None
        ]

    def step(self, posts: Ints) -> None:
        """One hour, 60 minutes by columns; a quarter at a time, as the pace goes."""
        rates = self._baseline()
        self.top = np.zeros(self.columns)
        for quarter in range(4):
            part = slice(quarter * 15, quarter * 15 + 15)
            self._tell(self.hour * 4 + quarter - 1)
            self.posts = np.concatenate([self.posts[15:], posts[part]])
            self.usuals = np.concatenate([self.usuals[15:], np.maximum(rates[part], spikes.LEAST_USUAL)])
            self._judge(self.hour * 60 + quarter * 15)
        self.hour += 1

    def _baseline(self) -> Floats:
        before, here, after = (self.rates[hour_of_week(self.hour + step, self.zone)] for step in (-1, 0, 1))
        share = _WITHIN[:, None]
        early = before + (here - before) * (share + 0.5)
        rates: Floats = np.where(share < 0.5, early, here + (after - here) * (share - 0.5))
        return rates

    def _quarter(self, quarter: int) -> Floats:
        hour, past = divmod(quarter - 2, 4)
        here, after = (self.rates[hour_of_week(hour + step, self.zone)] for step in (0, 1))
        usual: Floats = 15 * (here + (after - here) * (past + 0.5) / 4)
        return usual

    def _tell(self, quarter: int) -> None:
        """The quarter that has just passed; the first one is before the world."""
        self.known += 1
        if self.known == 1:
            self.doubts[-1] = self._restless
            return
        usual = np.maximum(self._quarter(quarter), spikes.LEAST_USUAL * 15)
        posts = self.posts[-15:].sum(axis=0)
        times, doubts = later(self.times[-1], self.doubts[-1], self._restless)
        known = doubts * usual
        gain = known / (known * usual + self.dispersion * usual * times)
        told = np.clip(times + gain * (posts - usual * times), *pace.LIMITS)
        tells = self._telling(quarter)
        self.times = np.concatenate([self.times[1:], np.where(tells, told, times)[None]])
        self.doubts = np.concatenate([self.doubts[1:], np.where(tells, doubts * (1 - gain * usual), doubts)[None]])

    @property
    def _restless(self) -> Floats:
        restless: Floats = pace.WANDER**2 + pace.YOUTH / (1 + self.days) ** 1.5
        return restless

    def _telling(self, quarter: int) -> NDArray[np.bool_]:
        tells = np.ones(self.columns, bool)
        first, last = quarter * 15, quarter * 15 + 15
        self.recent = [one for one in self.recent if one.ended is None or one.ended > first]
        for one in self.recent:
            end = one.minute + spikes.NEW_USUAL
            if one.since < last and first < (end if one.ended is None else min(one.ended, end)):
                tells[one.column] = False
        return tells

    def _judge(self, minute: int) -> None:
        """The fifteen minutes from ``minute``, of which posts and usuals are the last ones."""
        threshold = self.settings.threshold
        paces = (self.times, self.doubts, self._restless)
        spread = self.dispersion + spikes.BURSTS * (self.dispersion - 1)
        totals = evidences(self.posts, self.usuals, spread, paces, self.weights, threshold)
        totals[:, self.days < 1] = 0
        self.top = np.maximum(self.top, totals.max(axis=0))
        for column in set(self.on) | set(np.nonzero(totals.max(axis=0) >= threshold)[0].tolist()):
            self._slowly(column, minute, totals[:, column])

    def _slowly(self, column: int, minute: int, totals: Floats) -> None:
        """Minute by minute, as there is a spike or one may open."""
        seen = np.concatenate([[0], self.posts[:, column].cumsum()])
        usual = np.concatenate([[0.0], self.usuals[:, column].cumsum()])
        for at in range(15):
            ends, now = len(self.posts) - 15 + at + 1, minute + at + 1
            spike = self.on.get(column)
            if spike is not None:
                if self._is_over(spike, now, ends, seen, usual):
                    spike.ended = now
                    self.last[column] = self.on.pop(column)
                continue
            if totals[at] < self.settings.threshold:
                continue
            if seen[ends] - seen[ends - self.settings.window_minutes] < self.settings.minimum:
                continue
            total, since = self._since(column, now, at, seen, usual)
            if total >= self.settings.threshold:
                self._open(column, now, since)

    def _since(self, column: int, now: int, at: int, seen: Ints, usual: Floats) -> tuple[float, int]:
        """The evidence of what is after the last spike, and when it most likely began."""
        last = self.last.get(column)
        room = _BACK if last is None or last.ended is None else now - last.ended
        spread, ends = spikes.spread_of(float(self.dispersion[column])), len(self.posts) - 15 + at + 1
        total, best, since = 0.0, -np.inf, now - 1
        for width, back in zip(spikes.WIDTHS, spikes.HORIZONS, strict=True):
            if back > room:
                break
            place = placed(at, back)
            state = pace.Pace(float(self.times[place, column]), float(self.doubts[place, column]))
            posts, mean = float(seen[ends] - seen[ends - back]), float(usual[ends] - usual[ends - back])
            ratios = spikes.jump_ratios(
                posts / spread, mean * state.times / spread, state.precision(back, float(self._restless[column]))
            )
            total += sum(
                width * share * np.exp(min(60, one)) for share, one in zip(self.weights[:, column], ratios, strict=True)
            )
            if max(ratios) > best:
                best, since = max(ratios), now - back
        return total, since

    def _open(self, column: int, minute: int, since: int) -> None:
        last = self.last.get(column)
        again = last is not None and last.ended is not None and minute - last.ended < spikes.REST
        spike = Opened(column, since, minute, again)
        self.on[column] = spike
        self.opened.append(spike)
        self.recent.append(spike)
        self._unbend(column, (minute - 1) // 15 - since // 15)

    def _unbend(self, column: int, quarters: int) -> None:
        """What the pace would be had nothing been told in the last quarters."""
        for place in range(KEPT - quarters, KEPT):
            before = pace.Pace(self.times[place - 1, column], self.doubts[place - 1, column])
            after = before.later(self._restless[column])
            self.times[place, column], self.doubts[place, column] = after.times, after.doubt

    def _is_over(self, spike: Opened, minute: int, ends: int, seen: Ints, usual: Floats) -> bool:
        if minute - spike.minute < spikes.CALM:
            return False
        last = np.arange(ends - spikes.CALM + 1, ends + 1)
        first = last - self.settings.window_minutes
        place = np.array([placed(int(end) - ends + (minute - 1) % 15, 0) for end in last])
        mean = (usual[last] - usual[first]) * self.times[place, spike.column]
        return bool(np.all(seen[last] - seen[first] <= mean + np.sqrt(self.dispersion[spike.column] * mean)))

    def tiled(self, times: int) -> Twin:
        """A copy with every column so many times, to see what would happen if."""
        copy = Twin(self.hour, self.columns * times, self.settings, known=self.known, zone=self.zone)
        for name in ("rates", "dispersion", "days", "weights", "posts", "usuals", "times", "doubts"):
            mine = getattr(self, name)
            setattr(copy, name, np.tile(mine, (1, times) if mine.ndim > 1 else times))
        for turn in range(times):
            for mine, theirs in ((self.on, copy.on), (self.last, copy.last)):
                for column, one in mine.items():
                    at = column + turn * self.columns
                    theirs[at] = Opened(at, one.since, one.minute, one.again, one.ended)
                    copy.recent.append(theirs[at])
        return copy


def later(times: Floats, doubts: Floats, restless: Floats) -> tuple[Floats, Floats]:
    """``Pace.later``."""
    return 1 + (times - 1) * pace.KEPT, restless + (doubts - restless) * pace.KEPT**2


def placed(at: int, back: int) -> int:
    """Where among the kept paces stands that of ``back`` minutes before the end of minute ``at`` of the quarter."""
    minute = at + 1 - back if back else at
    return KEPT - 1 + minute // 15


def evidences(
    posts: Ints,
    usuals: Floats,
    spread: Floats,
    paces: tuple[Floats, Floats, Floats],
    weights: Floats,
    threshold: float,
) -> Floats:
    """``_View.evidence`` of the last 15 minutes, by columns; left at 0 where it can't reach ``threshold``."""
    seen = np.concatenate([np.zeros((1, posts.shape[1])), posts.cumsum(axis=0)]) / spread
    mean = np.concatenate([np.zeros((1, posts.shape[1])), usuals.cumsum(axis=0)]) / spread
    many = len(posts)
    ends = slice(many - 14, many + 1)
    had = [seen[ends] - seen[many - 14 - back : many + 1 - back] for back in spikes.HORIZONS]
    places = [np.array([placed(at, back) for at in range(15)]) for back in spikes.HORIZONS]
    should = [
        (mean[ends] - mean[many - 14 - back : many + 1 - back]) * paces[0][place]
        for back, place in zip(spikes.HORIZONS, places, strict=True)
    ]
    least = np.log(threshold / _BACK / weights.sum(axis=0))
    may = np.zeros(had[0].shape, bool)
    for n, m in zip(had, should, strict=True):
        above = np.maximum(n, m)
        may |= above * np.log(above / m) - (above - m) >= least
    where = np.nonzero(may)
    totals = np.zeros(may.shape)
    if not len(where[0]):
        return totals
    total = np.zeros(len(where[0]))
    drift = paces[2] * (1 - pace.KEPT**2) * pace.DRIFT / pace.QUARTER
    for width, back, place, n_all, m_all in zip(spikes.WIDTHS, spikes.HORIZONS, places, had, should, strict=True):
        n, m = n_all[where], m_all[where]
        known = 1 / (paces[1][place[where[0]], where[1]] + drift[where[1]] * back)
        base = np.log(known + m)
        for jump, weight in zip(spikes.JUMPS, weights[:, where[1]], strict=True):
            ratio = n * np.log(jump) - (known + n) * (np.log(known + jump * m) - base)
            total += width * weight * np.exp(np.minimum(60, ratio))
    totals[where] = total
    return totals
