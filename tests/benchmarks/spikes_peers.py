"""What the detector stands beside: the ideal test, which is told everything, and the plain rules that others use."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from bot.domain.spikes import JUMPS
from tests.benchmarks.spikes_world import Floats, Ints

WINDOW = 30
DAYS = 7


def log_ratios(posts: Ints, usual: Floats, dispersion: float) -> Floats:
    """For [jump, minute, column], how much better the jump explains the posts: negative binomial, minute by minute."""
    size = usual / (dispersion - 1)
    ratios: Floats = -(np.array(JUMPS).reshape(-1, 1, 1) - 1) * size * np.log(dispersion)
    k = 0
    where = np.nonzero(posts)
    while len(where[0]):
        chosen = size[where]
        for at, times in enumerate(JUMPS):
            ratios[at][where] += np.log((times * chosen + k) / (chosen + k))
        k += 1
        still = posts[where] > k
        where = tuple(axis[still] for axis in where)
    return ratios


@dataclass(slots=True)
class Ideal:
    """Page's sum of log-likelihood ratios (CUSUM), told the true rate, the true dispersion and the true jump."""

    dispersion: float
    sums: Floats

    def step(self, posts: Ints, rate: Floats) -> Floats:
        """The sum for each jump, minute and column."""
        gains = log_ratios(posts, rate, self.dispersion)
        return self._summed(gains)

    def _summed(self, gains: Floats) -> Floats:
        path = np.empty_like(gains)
        for at in range(gains.shape[1]):
            self.sums = np.maximum(0, self.sums + gains[:, at])
            path[:, at] = self.sums
        return path


@dataclass(slots=True)
class Plain:
    """The posts of the last half hour, and by how many standard deviations they exceed the mean of seven days."""

    columns: int
    minutes: Ints = field(init=False)
    windows: list[Ints] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.minutes = np.zeros((WINDOW, self.columns), int)

    def step(self, posts: Ints) -> tuple[Floats, Floats]:
        """(posts in the window, standard deviations above the mean) for each minute and column."""
        mean, deviation = self._week()
        counts = self.counted(posts)
        self.minutes = posts[-WINDOW:]
        self.windows = [*self.windows[1 - DAYS * 48 :], counts[29], counts[59]][-DAYS * 48 :]
        return counts, (counts - mean) / deviation

    def counted(self, posts: Ints) -> Floats:
        sums = np.concatenate(
            [np.zeros((1, posts.shape[1]), int), np.concatenate([self.minutes, posts]).cumsum(axis=0)]
        )
        counts: Floats = (sums[WINDOW + 1 :] - sums[1 : len(posts) + 1]).astype(float)
        return counts

    def _week(self) -> tuple[Floats, Floats]:
        if len(self.windows) < 48:
            return np.full(self.columns, 1e9), np.ones(self.columns)
        week = np.array(self.windows)
        return week.mean(axis=0), np.maximum(week.std(axis=0), 0.3)

    def tiled(self, times: int) -> Plain:
        copy = Plain(self.columns * times)
        copy.minutes = np.tile(self.minutes, (1, times))
        copy.windows = [np.tile(window, times) for window in self.windows]
        return copy
