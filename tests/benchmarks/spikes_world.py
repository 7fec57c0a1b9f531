"""A year of synthetic weeks for many communities at once: what is usual in it, and what befalls them.

Everything comes from the seed. Rates are posts per minute; a column is one community. The rhythm of each is its own,
the weather of its days wanders, and there are holidays, campaigns, jokes that go round, anger that grows for days, and
outages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bot.domain.baseline import hour_of_week
from bot.domain.series import minute_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ZONE = ZoneInfo("Europe/Kyiv")
START = minute_of(datetime(2026, 1, 5, tzinfo=UTC)) // 60
"""The first hour, counted from 1970: a Monday's midnight."""
LEVELS = (1.0, 4.0, 20.0, 100.0)
"""Usual negative posts per half hour of a working day."""
HOURS = 52 * 168
WANDER, WANDER_HOURS = 0.15, 12.0
HOLIDAYS, CAMPAIGNS, JOKES, ANGERS, OUTAGES = 11, 4, 3, 3, 8
"""How often each happens in a year."""
MINUTES = (np.arange(60) + 0.5) / 60


@dataclass(frozen=True, slots=True)
class Event:
    """Something that befalls one column from hour ``begin`` for ``hours``; ``times`` is its height."""

    kind: str
    column: int
    begin: float
    hours: float
    times: float

    def touches(self, first: float, last: float) -> bool:
        return self.begin < last and first < self.begin + self.hours


@dataclass(slots=True)
class Hour:
    """One hour of the world: 60 minutes by columns. ``posts`` are without outages, ``more`` is what outages add."""

    hour: int
    rate: Floats
    posts: Ints
    more: Ints


class World:
    """``each`` communities at each of the levels, with posts of a dispersion that is not Poisson's."""

    def __init__(self, seed: int, each: int, dispersion: float = 1.2, hours: int = HOURS) -> None:
        self.random = np.random.default_rng(seed)
        self.levels = np.repeat(np.array(LEVELS), each)
        self.columns, self.hours, self.dispersion = len(self.levels), hours, dispersion
        draw = self.random.normal
        self._peak = draw(16.5, 1.5, self.columns)
        self._depth = np.clip(draw(1.0, 0.15, self.columns), 0.5, 1.4)
        self._second = np.clip(draw(0.25, 0.1, self.columns), 0, 0.5)
        self._shift = draw(14.0, 1.0, self.columns)
        self._weekend = np.clip(draw(0.75, 0.1, (2, self.columns)), 0.4, 1.2)
        self._norm = np.mean([self._day(np.full(1, h))[0] for h in np.arange(9.5, 21, 1.0)], axis=0)
        self.events = [event for column in range(self.columns) for event in self._events(column)]
        self._begins: dict[int, list[Event]] = {}
        for event in self.events:
            self._begins.setdefault(int(event.begin), []).append(event)

    def _events(self, column: int) -> Iterator[Event]:
        rnd = self.random
        scale = self.hours / HOURS
        for _ in range(round(HOLIDAYS * scale)):
            yield Event("holiday", column, 24.0 * rnd.integers(self.hours // 24) - 2, 24, rnd.uniform(0.5, 0.8))
        for _ in range(round(CAMPAIGNS * scale)):
            yield Event("campaign", column, rnd.uniform(0, self.hours), 24 * rnd.uniform(3, 7), rnd.uniform(1.3, 1.7))
        for _ in range(round(JOKES * scale)):
            yield Event("joke", column, rnd.uniform(0, self.hours), rnd.uniform(2, 4), rnd.uniform(3, 5))
        for _ in range(round(ANGERS * scale)):
            yield Event("anger", column, rnd.uniform(0, self.hours), 24 * rnd.uniform(3, 6), rnd.uniform(1.5, 2))
        for _ in range(round(OUTAGES * scale)):
            yield Event("outage", column, rnd.uniform(0, self.hours), rnd.uniform(1, 4), rnd.choice([2.0, 4.0, 10.0]))

    def _day(self, hours: Floats) -> Floats:
        """The rhythm at local hours of a day, by columns."""
        at = hours[:, None]
        first = self._depth * np.cos(2 * np.pi * (at - self._peak) / 24)
        rhythm: Floats = np.exp(first + self._second * np.cos(4 * np.pi * (at - self._shift) / 24))
        return rhythm

    def usual(self, hour: int) -> Floats:
        """The rhythm alone, minute by minute, in posts per minute."""
        cell = hour_of_week(hour, ZONE)
        day, local = divmod(cell, 24)
        rhythm = self._day(local + MINUTES) / self._norm
        if day >= 5:
            rhythm = rhythm * self._weekend[day - 5]
        rate: Floats = rhythm * self.levels / 30
        return rate

    def drawn(self, rate: Floats) -> Ints:
        """Posts at such rates."""
        return self.random.negative_binomial(np.maximum(rate, 1e-12) / (self.dispersion - 1), 1 / self.dispersion)

    def run(self) -> Iterator[Hour]:
        """The year, hour by hour."""
        keep = np.exp(-1 / WANDER_HOURS)
        wander = self.random.normal(0, WANDER, self.columns)
        on: list[Event] = []
        for index in range(self.hours):
            fresh = wander * keep + self.random.normal(0, WANDER * np.sqrt(1 - keep**2), self.columns)
            weather = np.exp(wander + (fresh - wander) * MINUTES[:, None])
            wander = fresh
            rate = self.usual(START + index) * weather
            more = np.zeros_like(rate)
            on = [event for event in on if event.begin + event.hours > index] + self._begins.get(index, [])
            for event in on:
                self._befall(event, index + MINUTES, rate, more)
            yield Hour(
                START + index, rate, self.drawn(rate), self.drawn(more) if more.any() else np.zeros_like(rate, int)
            )

    @staticmethod
    def _befall(event: Event, times: Floats, rate: Floats, more: Floats) -> None:
        past = times - event.begin
        shape = np.where((past >= 0) & (past < event.hours), SHAPES[event.kind](past, event.hours), 0.0)
        if event.kind == "outage":
            more[:, event.column] += rate[:, event.column] * (event.times - 1) * shape
        else:
            rate[:, event.column] *= 1 + (event.times - 1) * shape


def _flat(past: Floats, hours: float) -> Floats:
    return np.ones_like(past)


def _ramped(past: Floats, hours: float) -> Floats:
    """Up in three hours, down in three."""
    return np.clip(np.minimum(past, hours - past) / 3, 0, 1)


def _joke(past: Floats, hours: float) -> Floats:
    """Up in a quarter of an hour, then fading."""
    return np.minimum(past / 0.25, 1) * np.exp(-np.maximum(past - 0.25, 0) / (hours / 4))


def _anger(past: Floats, hours: float) -> Floats:
    """Growing for two thirds of its days, then ebbing."""
    return np.minimum(past / (hours * 2 / 3), (hours - past) / (hours / 3))


SHAPES = {"holiday": _flat, "campaign": _ramped, "joke": _joke, "anger": _anger, "outage": _flat}
