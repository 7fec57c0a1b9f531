"""The many-columns twin that the simulation runs on decides as the shipped watch does, minute for minute."""

from __future__ import annotations

import numpy as np
import pytest

from bot.domain.baseline import Baseline
from bot.domain.series import Series, moment_of
from bot.domain.spikes import Settings, Watch
from tests.benchmarks.spikes_twin import Twin
from tests.benchmarks.spikes_world import LEVELS, START, ZONE, Event, World

EARLY = START * 60 + 480
"""Minutes by which both have left their beginnings behind, where the one knows what came before and the other not."""


def known(world: World, column: int) -> Baseline:
    """A baseline like the column's own: its rhythm of Monday, all week."""
    rates = tuple(float(world.usual(START + hour)[30, column]) for hour in range(168))
    return Baseline(rates, 1.2, ZONE, 60.0)


@pytest.mark.parametrize("seed", [3, 4])
def test_the_twin_is_the_shipped_detector(seed: int) -> None:
    world = World(seed, 1, 1.2, 96)
    world._begins = {at: [Event("outage", at // 13 % 4, at, 2.5, 2.0 + at % 9)] for at in range(9, 96, 13)}
    often = Settings(alarms_a_month=30)
    twin = Twin(START, world.columns, often)
    watches = [Watch(settings=often) for _ in LEVELS]
    series = [Series(START * 60) for _ in LEVELS]
    baselines = [known(world, column) for column in range(world.columns)]
    for column, baseline in enumerate(baselines):
        twin.learn(column, baseline)
    opened: list[list[tuple[int, int]]] = [[] for _ in LEVELS]
    for hour in world.run():
        posts = hour.posts + hour.more
        twin.step(posts)
        for column, watch in enumerate(watches):
            for at in range(60):
                series[column].counts.append(int(posts[at, column]))
                minute = hour.hour * 60 + at + 1
                before = watch.spike
                after = watch.look(series[column], baselines[column], moment_of(minute))
                if (before is None) != (after is None):
                    opened[column].append((minute, int(after is not None)))
    for column in range(world.columns):
        theirs = [(one.minute, 1) for one in twin.opened if one.column == column]
        theirs += [(one.ended, 0) for one in twin.opened if one.column == column and one.ended is not None]
        assert sorted(one for one in theirs if one[0] > EARLY) == [one for one in opened[column] if one[0] > EARLY]
    assert sum(map(len, opened)) >= 8


def test_a_tiled_twin_goes_on_as_the_one_it_was_copied_from() -> None:
    world = World(5, 1, 1.2, 30)
    twin = Twin(START, world.columns, Settings(alarms_a_month=200))
    for column in range(world.columns):
        twin.learn(column, known(world, column))
    hours = list(world.run())
    for hour in hours[:24]:
        twin.step(hour.posts)
    copy = twin.tiled(3)
    many = len(twin.opened)
    for hour in hours[24:]:
        twin.step(hour.posts)
        copy.step(np.tile(hour.posts, (1, 3)))
    mine = [(one.column, one.minute) for one in twin.opened[many:]]
    theirs = [(one.column, one.minute) for one in copy.opened]
    assert sorted(theirs) == sorted((column + turn * 4, minute) for column, minute in mine for turn in range(3))
