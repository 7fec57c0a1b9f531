"""Is this a spike? Negative posts against what is usual, as soon as the evidence is worth an alarm and not before.

Each minute weighs three explanations, that the usual volume has doubled, quadrupled or grown tenfold, against the one
that nothing has happened, over every time at which it may have begun in the last hours: a sum of likelihood ratios,
after Shiryaev and Roberts. The usual volume itself is known with an uncertainty, which both sides share. docs/spikes.md
says it in words, with what was measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.baseline import Baseline
from bot.domain.negbin import tail
from bot.domain.pace import QUARTER, Pace, restlessness
from bot.domain.series import MINUTE, Series, Span, minute_of, moment_of

JUMPS = (2.0, 4.0, 10.0)
HORIZONS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 29, 35, 42, 50, 60, 72, 86, 103, 124, 150, 180, 240)
"""Minutes ago at which it may have begun; each stands for those since the one before."""
WIDTHS = tuple(long - short for short, long in pairwise((0, *HORIZONS)))
MONTH_MINUTES = 30 * 24 * 60
WEIGHTS = (
    (0.6, (0.14, 1.1, 2.1)),
    (2.4, (0.11, 0.7, 0.62)),
    (12.0, (1.4, 0.37, 0.24)),
    (60.0, (0.87, 0.16, 0.1)),
)
"""For the week's mean of posts in half an hour, what each jump's evidence weighs: the less, the less often it may ring.

Found by simulation, for one false alarm a month. A small jump can't be seen on a quiet page, so there it weighs little.
"""
BURSTS = 0.5
"""How much more than the dispersion tells a burst weakens the evidence; by simulation."""
LEAST_USUAL = 1 / 3000
"""Posts per minute below which nothing is called usual: a first post ever about a town is not a spike."""

REACH = 4 * 96
"""Quarters that a watch without memory looks back to know the pace."""
KEPT_QUARTERS = 40
CALM = 15
"""Minutes for which the window must have been usual before a spike is over."""
REST = 60
"""Minutes after a spike's end in which a new one is the same one; and before its alarm, in which it may have begun."""
NEW_USUAL = 240
"""Minutes after which an unbroken spike starts to count as how things are now."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is watched: a community, a topic, a place named, any of them together, or with none of them all there is."""

    community: str | None = None
    topic: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """``alarms_a_month``: how many false alarms a scope may give in 30 days; ``window``: what figures are of."""

    alarms_a_month: float = 1.0
    window: timedelta = timedelta(minutes=30)
    minimum: int = 6
    """Posts in the window below which nothing is a spike."""

    @property
    def threshold(self) -> float:
        """The evidence at which an alarm rings."""
        return MONTH_MINUTES / self.alarms_a_month

    @property
    def window_minutes(self) -> int:
        return max(1, self.window // MINUTE)


@dataclass(frozen=True, slots=True)
class Spike:
    """Negative volume above its baseline. It was ``opened`` when the alarm rang; it began, most likely, at ``since``.

    From ``start`` to ``end``, the window or what has passed of it since the beginning, ``seen`` posts were
    negative where ``usual`` are; ``chance`` is the probability of so many or more if nothing has happened.
    """

    scope: Scope
    seen: int
    usual: float
    chance: float
    since: datetime
    opened: datetime
    start: datetime
    end: datetime

    @property
    def times(self) -> float:
        """How many times the usual."""
        return self.seen / max(self.usual, 1e-9)

    @property
    def one_in(self) -> int:
        """The N of “chance 1 in N”, with two digits that matter, at most a thousand million."""
        whole = min(1 / max(self.chance, 1e-9), 1e9)
        unit: int = 10 ** max(0, math.floor(math.log10(whole)) - 1)
        return round(whole / unit) * unit


def portion(settings: Settings, watched: int) -> Settings:
    """The settings of each of ``watched`` scopes that together may give the alarms of one."""
    return replace(settings, alarms_a_month=settings.alarms_a_month / max(1, watched))


def judge(
    series: Series,
    baseline: Baseline,
    now: datetime,
    settings: Settings,
    scope: Scope | None = None,
    broken: Sequence[Span] = (),
) -> Spike | None:
    """The spike that shows at ``now`` in the last hours of ``series`` (minutes): a watch without memory."""
    return Watch(scope or Scope(), settings).look(series, baseline, now, broken)


def over(spike: Spike, series: Series, baseline: Baseline, now: datetime, settings: Settings) -> bool:
    """Has the window been within one standard deviation of the usual for a quarter of an hour, since the alarm rang?"""
    watch = Watch(spike.scope, settings)
    watch.look(series, baseline, now)
    return _View(watch, series, baseline, ()).is_over(minute_of(spike.opened), minute_of(now))


@dataclass(slots=True)
class Watch:
    """The memory of one scope, from minute to minute. Its ``spike`` is the one that is on.

    A spike that begins anew within an hour of its end is the same one: it keeps its ``opened`` and ``since``. After a
    restart, make it anew with the spike that was on, if one was; everything else is found again in the series.
    """

    scope: Scope = field(default_factory=Scope)
    settings: Settings = field(default_factory=Settings)
    spike: Spike | None = None
    muted_until: datetime | None = None
    _last: tuple[Spike, int] | None = None
    """The spike that ended last, and the minute of its end."""
    _spikes: list[tuple[int, int, int | None]] = field(default_factory=list)
    """When each began, in minutes since 1970, when its alarm rang and when it ended; None for the one that is on."""
    _paces: dict[int, Pace] = field(default_factory=dict)
    """The pace before each quarter of an hour of the reach, the last one being ``_quarter``."""
    _quarter: int | None = None
    _usual: dict[int, float] = field(default_factory=dict)
    """The baseline of each of the last hours' minutes, up to ``_known``."""
    _known: int = 0
    _baseline: Baseline | None = None

    def __post_init__(self) -> None:
        if self.spike is not None and not self._spikes:
            self._spikes = [(minute_of(self.spike.since), minute_of(self.spike.opened), None)]

    def look(self, series: Series, baseline: Baseline, now: datetime, broken: Sequence[Span] = ()) -> Spike | None:
        """The spike that is on at ``now``, with its figures as they are now.

        ``series`` holds the minutes of the last four days, or what there is of them, up to ``now``. ``broken`` are
        times in which the source could not be read: they say nothing. Looking twice changes nothing; posts that come
        to be known late count from then on.
        """
        last = minute_of(now)
        view = _View(self, series, baseline, broken)
        view.keep_pace(last)
        if self.spike is not None:
            self._go_on(self.spike, view, last)
        elif not (self.muted_until is not None and now < self.muted_until) and self._is_alarming(view, last):
            self._open(view, last)
        return self.spike

    def mute(self, until: datetime, now: datetime) -> None:
        """Say nothing until then: the spike that is on is over, and none opens."""
        self.muted_until = until
        if self.spike is not None:
            self._close(self.spike, minute_of(now))
            self._last = None

    def alarmed(self) -> list[Span]:
        """The last week's spikes that are over, each with the hour before it: for baselines to doubt."""
        return [Span(moment_of(rang - REST), moment_of(end)) for _, rang, end in self._spikes if end is not None]

    def _is_alarming(self, view: _View, last: int) -> bool:
        posts = view.seen(last - self.settings.window_minutes, last)
        if view.baseline.days < 1 or posts < self.settings.minimum:
            return False
        return view.evidence(last, self._restarted(last)) >= self.settings.threshold

    def _restarted(self, last: int) -> int:
        """The end of the last spike, unless the clock was put back: what was before is not held against a new one."""
        return self._last[1] if self._last and self._last[1] <= last else 0

    def _open(self, view: _View, last: int) -> None:
        since, opened = view.beginning(last, self._restarted(last)), moment_of(last)
        spike = Spike(self.scope, 0, 0.0, 1.0, moment_of(since), opened, opened, opened)
        if self._last is not None and last - self._last[1] < REST:
            spike = replace(spike, since=self._last[0].since, opened=self._last[0].opened)
        self._spikes = [known for known in self._spikes if known[1] > last - 7 * 1440] + [(since, last, None)]
        self._quarter = min(self._quarter or 0, since // QUARTER)
        view.keep_pace(last)
        self.spike = view.figured(spike, last)

    def _go_on(self, spike: Spike, view: _View, last: int) -> None:
        if view.is_over(self._spikes[-1][1], last):
            self._close(spike, last)
        else:
            self.spike = view.figured(spike, last)

    def _close(self, spike: Spike, minute: int) -> None:
        self.spike, self._last = None, (spike, minute)
        self._spikes[-1] = (*self._spikes[-1][:2], minute)


@dataclass(frozen=True, slots=True)
class _View:
    """What a watch sees at one look."""

    watch: Watch
    series: Series
    baseline: Baseline
    broken: Sequence[Span]

    def keep_pace(self, last: int) -> None:
        """Carry the pace to the quarter of the last whole minute; after a long sleep, or a clock put back, anew."""
        watch, quarter = self.watch, (last - 1) // QUARTER
        if watch._baseline is not self.baseline:
            watch._baseline, watch._usual, watch._known = self.baseline, {}, 0
        done = watch._quarter
        if done is None or not done <= quarter <= done + REACH:
            done = max(self.series.start // QUARTER, quarter - REACH)
            watch._paces, watch._usual, watch._known = {done: Pace(1.0, self._restless)}, {}, 0
        for one in range(done, quarter):
            watch._paces[one + 1] = self._next_pace(one, self._pace(one))
            watch._paces.pop(one - KEPT_QUARTERS, None)
        watch._quarter = max(done, quarter)
        self._remember(last)

    @property
    def _restless(self) -> float:
        return restlessness(self.baseline.days)

    def _pace(self, quarter: int) -> Pace:
        return self.watch._paces.get(quarter) or Pace(1.0, self._restless)

    def _next_pace(self, quarter: int, pace: Pace) -> Pace:
        if not self._tells(quarter):
            return pace.later(self._restless)
        posts = self.series.seen(quarter * QUARTER, (quarter + 1) * QUARTER)
        usual = max(self.baseline.of_quarter(quarter), LEAST_USUAL * QUARTER)
        return pace.told(posts, usual, self.baseline.dispersion, self._restless)

    def _remember(self, last: int) -> None:
        watch = self.watch
        first = last - HORIZONS[-1] - 2 * watch.settings.window_minutes
        for minute in range(max(first, watch._known), last):
            watch._usual[minute] = max(self.baseline.at(minute), LEAST_USUAL)
        watch._known = last
        if len(watch._usual) > 1000:
            watch._usual = {minute: usual for minute, usual in watch._usual.items() if minute >= first}

    def evidence(self, last: int, restarted: int) -> float:
        """How much more likely what was seen is if something has happened than if not, summed over when and what."""
        weighing = weights(self.baseline.level)
        return sum(
            width * weight * math.exp(min(60.0, ratio))
            for width, ratios in zip(WIDTHS, self._ratios(last, restarted), strict=False)
            for weight, ratio in zip(weighing, ratios, strict=True)
        )

    def beginning(self, last: int, restarted: int) -> int:
        """The minute from which some jump explains best what was seen."""
        best = [max(ratios) for ratios in self._ratios(last, restarted)]
        return last - (HORIZONS[best.index(max(best))] if best else 1)

    def _ratios(self, last: int, restarted: int) -> list[list[float]]:
        """For each horizon since ``restarted``, how each jump explains what was seen since, in nats."""
        spread, usual_of = spread_of(self.baseline.dispersion), self.watch._usual
        ratios, seen, usual, minute = [], 0, 0.0, last
        for horizon in HORIZONS:
            if last - horizon < restarted:
                break
            while minute > last - horizon:
                minute -= 1
                if not (self.broken and self._is_broken(minute, minute + 1)):
                    seen += self.series.at(minute)
                    usual += usual_of[minute]
            pace = self._pace((last - horizon) // QUARTER)
            ratios.append(
                jump_ratios(seen / spread, usual * pace.times / spread, pace.precision(horizon, self._restless))
            )
        return ratios

    def figured(self, spike: Spike, last: int) -> Spike:
        """The spike with the figures of this minute."""
        first = max(min(minute_of(spike.since), last - 1), last - self.watch.settings.window_minutes)
        seen, usual = self.seen(first, last), self._usual_between(first, last)
        chance = tail(seen, usual, self.baseline.dispersion)
        return replace(spike, seen=seen, usual=usual, chance=chance, start=moment_of(first), end=moment_of(last))

    def is_over(self, opened: int, last: int) -> bool:
        width = self.watch.settings.window_minutes
        if last - opened < CALM:
            return False
        return all(self._is_calm(end - width, end) for end in range(last, last - CALM, -1))

    def _is_calm(self, first: int, last: int) -> bool:
        usual = self._usual_between(first, last)
        return self.seen(first, last) <= usual + math.sqrt(self.baseline.dispersion * usual)

    def seen(self, first: int, last: int) -> int:
        if not self.broken:
            return self.series.seen(first, last)
        return sum(self.series.at(minute) for minute in range(first, last) if not self._is_broken(minute, minute + 1))

    def _usual_between(self, first: int, last: int) -> float:
        """By the pace as it is now, which no spike has bent."""
        usual, times = self.watch._usual, self._pace((last - 1) // QUARTER).times
        minutes = (one for one in range(first, last) if not (self.broken and self._is_broken(one, one + 1)))
        return times * sum(usual[minute] for minute in minutes)

    def _is_broken(self, first: int, last: int) -> bool:
        return any(span.first < last and first < span.last for span in self.broken)

    def _tells(self, quarter: int) -> bool:
        """Is a quarter of an hour known, and not one of a spike?"""
        first, last = quarter * QUARTER, (quarter + 1) * QUARTER
        if first < self.series.start or last > self.series.end or self._is_broken(first, last):
            return False
        return not any(
            since < last and first < min(math.inf if end is None else end, rang + NEW_USUAL)
            for since, rang, end in self.watch._spikes
        )


def weights(level: float) -> tuple[float, ...]:
    """Of ``WEIGHTS``, what lies between, by the logarithms of all."""
    if level <= WEIGHTS[0][0]:
        return WEIGHTS[0][1]
    for (low, least), (high, most) in pairwise(WEIGHTS):
        if level <= high:
            share = math.log(level / low) / math.log(high / low)
            return tuple(one * (other / one) ** share for one, other in zip(least, most, strict=True))
    return WEIGHTS[-1][1]


def spread_of(dispersion: float) -> float:
    """What counts are divided by before Poisson's law is asked: bursts make the far tail heavier than the variance."""
    return dispersion + BURSTS * (dispersion - 1)


def jump_ratios(seen: float, usual: float, precision: float) -> list[float]:
    """The log-likelihood ratio of each jump, where the usual volume is Gamma's with that shape; all ÷ the spread.

    Grows with ``seen``. Both likelihoods are negative binomial: Poisson's, averaged over what the usual may truly be.
    """
    known = precision + usual
    return [seen * math.log(jump) - (precision + seen) * math.log((precision + jump * usual) / known) for jump in JUMPS]
