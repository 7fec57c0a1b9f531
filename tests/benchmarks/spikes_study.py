"""One year of the world, watched by the detector and by what it is compared with; and outages tried in it.

A trial is a branch: the state of everything is copied, an outage is laid over what comes, and the copy is thrown away.
So the year itself has only its own outages, and a trial costs a few hours of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.domain.baseline import Baseline, hour_of_week
from bot.domain.series import Series, moment_of
from bot.domain.spikes import JUMPS, Settings
from tests.benchmarks.spikes_peers import Ideal, Plain
from tests.benchmarks.spikes_twin import Twin
from tests.benchmarks.spikes_world import START, ZONE, Floats, Hour, Ints, World

LEARN_DAYS = (1, 2, 4, 7, 14, 21, 28, 42, 56, 84, 112, 140, 168, 196, 224, 252, 280, 308, 336)
TRIAL_HOURS = 5
FROM_WEEK = 8
DAY, NIGHT = range(9, 21), range(1, 5)
NEAR = 0.2
"""A trial at a level begins where the true rate is within so much of it."""
METHODS = ("ideal", "vidhuk", "sigma", "fixed")


@dataclass(slots=True)
class Thresholds:
    """Where each method alarms: by jump and column for the ideal, by column for the plain rules."""

    ideal: Floats
    sigma: Floats
    fixed: Floats


@dataclass(slots=True)
class Tops:
    """The highest of each hour, [hour, column] or [hour, jump, column]."""

    ideal: list[Floats] = field(default_factory=list)
    sigma: list[Floats] = field(default_factory=list)
    fixed: list[Floats] = field(default_factory=list)


@dataclass(slots=True)
class Trials:
    """Delays in minutes, [jump, column] of each trial: infinite where nothing rang, NaN where nothing was tried."""

    delays: dict[str, list[Floats]] = field(default_factory=lambda: {method: [] for method in METHODS})


class Study:
    """A world run once. ``thresholds`` None: nothing is tried, only tops are kept, to tune by."""

    def __init__(
        self, world: World, settings: Settings, thresholds: Thresholds | None, trials: int, night: bool = False
    ) -> None:
        self.world, self.thresholds, self.night = world, thresholds, night
        self.twin = Twin(START, world.columns, settings)
        self.ideal = Ideal(world.dispersion, np.zeros((len(JUMPS), world.columns)))
        self.plain = Plain(world.columns)
        self.tops, self.trials = Tops(), Trials()
        self.history = np.zeros((world.hours * 6, world.columns), np.int32)
        self.random = np.random.default_rng(7)
        self._starts = self._chosen(trials, NIGHT if night else DAY)
        self._branches: list[Branch] = []

    def _chosen(self, trials: int, hours: range) -> set[int]:
        fit = [
            hour
            for hour in range(FROM_WEEK * 168, self.world.hours - TRIAL_HOURS - 1)
            if hour_of_week(START + hour, ZONE) % 24 in hours and hour_of_week(START + hour, ZONE) < 120
        ]
        return set(self.random.choice(fit, min(trials, len(fit)), replace=False).tolist()) if trials and fit else set()

    def run(self) -> None:
        for index, hour in enumerate(self.world.run()):
            if self.thresholds is None:
                self._tops(hour)
                continue
            if index % 24 == 0 and index // 24 in LEARN_DAYS:
                self._learn(index)
            if index in self._starts:
                self._branches.append(Branch(self, index))
            self._branches = [branch for branch in self._branches if branch.go_on(hour)]
            self._step(index, hour)

    def _step(self, index: int, hour: Hour) -> None:
        posts = hour.posts + hour.more
        self.history[index * 6 : index * 6 + 6] = posts.reshape(6, 10, -1).sum(axis=1)
        self.twin.step(posts)
        self._tops(hour)

    def _tops(self, hour: Hour) -> None:
        self.tops.ideal.append(self.ideal.step(hour.posts, hour.rate).max(axis=1).astype(np.float32))
        counts, sigmas = self.plain.step(hour.posts)
        self.tops.fixed.append(counts.max(axis=0).astype(np.float32))
        self.tops.sigma.append(sigmas.max(axis=0).astype(np.float32))

    def _learn(self, index: int) -> None:
        now = moment_of((START + index) * 60)
        first = max(0, index - 12 * 168)
        for column in range(self.world.columns):
            history = Series((START + first) * 60, self.history[first * 6 : index * 6, column].tolist(), 10)
            self.twin.learn(column, Baseline.learn(history, now, ZONE, alarmed=self.twin.alarmed(column)))


class Branch:
    """An outage of each jump on every column from a minute within hour ``index``, watched for some hours."""

    def __init__(self, study: Study, index: int) -> None:
        self.study, self.begin, self.hour = study, study.random.uniform(0, 60), 0
        world, many = study.world, len(JUMPS)
        self.twin, self.plain = study.twin.tiled(many), study.plain.tiled(many)
        self.ideal = study.ideal.sums.copy()
        self.delays = {method: np.full((many, world.columns), np.inf) for method in METHODS}
        span = (index - 4.0, index + TRIAL_HOURS + 1.0)
        self.near = not study.night
        self.barred = {e.column for e in world.events if e.kind in ("outage", "joke") and e.touches(*span)}

    def go_on(self, hour: Hour) -> bool:
        """Another hour; False when the last is over."""
        world, many = self.study.world, len(JUMPS)
        if self.hour == 0:
            off = np.abs(hour.rate[int(self.begin)] * 30 / world.levels - 1) > NEAR
            self.barred |= set(np.nonzero(off & self.near)[0].tolist())
        minutes = np.arange(60) + self.hour * 60
        part = np.clip(minutes + 1 - self.begin, 0, 1)[:, None]
        more = [world.drawn(hour.rate * (jump - 1) * part) if part.any() else 0 * hour.posts for jump in JUMPS]
        self._ideally(hour, more, minutes)
        posts = np.concatenate([hour.posts + extra for extra in more], axis=1)
        counts, sigmas = self.plain.step(posts)
        bounds = self.study.thresholds
        assert bounds is not None
        self._note("fixed", counts >= np.tile(bounds.fixed, many), minutes)
        self._note("sigma", sigmas >= np.tile(bounds.sigma, many), minutes)
        was_on = set(self.twin.on)
        self._ours(posts, minutes, was_on)
        self.hour += 1
        if self.hour <= TRIAL_HOURS:
            return True
        for method in METHODS:
            self.delays[method][:, list(self.barred)] = np.nan
            self.study.trials.delays[method].append(self.delays[method])
        return False

    def _ours(self, posts: Ints, minutes: Ints, was_on: set[int]) -> None:
        known = len(self.twin.opened)
        self.twin.step(posts)
        flat = self.delays["vidhuk"].reshape(-1)
        for one in self.twin.opened[known:]:
            delay = one.minute - self.twin.hour * 60 + 60 + minutes[0] - self.begin
            if delay > 0 and np.isinf(flat[one.column]):
                flat[one.column] = delay

    def _ideally(self, hour: Hour, more: list[Ints], minutes: Ints) -> None:
        bounds = self.study.thresholds
        assert bounds is not None
        for at, extra in enumerate(more):
            one = Ideal(self.study.world.dispersion, self.ideal)
            path = one.step(hour.posts + extra, hour.rate)
            self._note_jump("ideal", at, path[at] >= bounds.ideal[at], minutes)
            if at == 0:
                ends = np.empty_like(self.ideal)
            ends[at] = path[at, -1]
        self.ideal = ends

    def _note(self, method: str, rings: NDArray[np.bool_], minutes: Ints) -> None:
        columns = self.study.world.columns
        for at in range(len(JUMPS)):
            self._note_jump(method, at, rings[:, at * columns : (at + 1) * columns], minutes)

    def _note_jump(self, method: str, at: int, rings: NDArray[np.bool_], minutes: Ints) -> None:
        """The first ringing minute after the beginning; what rings already has not noticed anything."""
        late = rings & (minutes + 1 > self.begin)[:, None]
        first = np.where(late.any(axis=0), minutes[late.argmax(axis=0)] + 1 - self.begin, np.inf)
        self.delays[method][at] = np.minimum(self.delays[method][at], first)
