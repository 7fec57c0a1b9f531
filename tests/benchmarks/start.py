"""From the start of the process to its first getUpdates at the server, against the bare process."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from tests.benchmarks.measure import Figure, Goal
from tests.benchmarks.processes import Outside, outside, polling

STARTS = 3
"""Starts of each side a round."""
NOTE = (
    f"`vidhuk run` with two communities and a new database, medians of {STARTS} starts a round; bare is a process with "
    "PTB polling + aiohttp session + APScheduler running + sqlite-utils database open"
)


async def run(rounds: int, folder: Path) -> list[Figure]:
    ours, theirs = [], []
    async with outside() as world:
        await _medians(world, folder / "warm-up")
        for number in range(rounds):
            real, bare = await _medians(world, folder / str(number))
            ours.append(real)
            theirs.append(bare)
    return [Figure("start to first poll", "s", ours, theirs, Goal(2.0), NOTE)]


async def _medians(world: Outside, folder: Path) -> tuple[float, float]:
    times: dict[str, list[float]] = {"real": [], "bare": []}
    for number in range(STARTS):
        for side, taken in times.items():
            began = time.perf_counter()
            async with polling(side, world, folder / f"{side}-{number}"):
                taken.append(time.perf_counter() - began)
    return median(times["real"]), median(times["bare"])
