"""Memory of the idle bot, against the bare process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil

from tests.benchmarks.measure import Figure, Goal
from tests.benchmarks.processes import Outside, outside, polling

SETTLED = 4.0
"""Seconds after the first poll: the first look at both communities is over, the menu is published."""
MEGA = 1e6
NOTE = (
    f"resident set {SETTLED:g} s after the first poll; the real bot (`vidhuk run`) watches a page and a forum in the "
    "sandbox and has looked at both; bare is PTB polling + aiohttp session + APScheduler running + sqlite-utils open"
)


async def run(rounds: int, folder: Path) -> list[Figure]:
    ours, theirs = [], []
    async with outside() as world:
        for number in range(rounds):
            real, bare = await asyncio.gather(
                *(_resident(side, world, folder / f"{side}-{number}") for side in ("real", "bare"))
            )
            ours.append(real)
            theirs.append(bare)
    return [Figure("memory of the idle bot", "MB", ours, theirs, Goal(1.3), NOTE)]


async def _resident(side: str, world: Outside, folder: Path) -> float:
    async with polling(side, world, folder) as process:
        await asyncio.sleep(SETTLED)
        if process.returncode is not None:
            raise RuntimeError(f"the {side} bot ended by itself; see its log in {folder}")
        return float(psutil.Process(process.pid).memory_info().rss) / MEGA
