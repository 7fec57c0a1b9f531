"""A thousand communities in one process, none with anything new: CPU, punctuality and memory of the real bot.

The bot runs as `vidhuk run`; its bare peer runs APScheduler with a thousand jobs that fetch the same pages. Both run at
the same time, so that both meet the same machine, and both are watched from outside: processes by their CPU time and
resident set, looks by their arrival at the server.
"""

from __future__ import annotations

import asyncio
import math
import time
from pathlib import Path

import psutil

from bot.sandbox.telegram import GROUP_ID
from tests.benchmarks.measure import Figure, Goal
from tests.benchmarks.processes import Outside, Process, crowd_watchers, outside

COMMUNITIES = 1000
EVERY = 60
"""Seconds between two looks at one community."""
WARM = 125.0
"""Seconds until the first look at each community is over, which reads topics too, and the second has begun."""
SIDES = ("real", "bare")
NOTE = (
    f"{COMMUNITIES} MyBB boards of 40 KB on which nothing moves, each looked at every {EVERY} s by one `vidhuk run`; "
    "its third minute. Bare is APScheduler with as many jobs, each an aiohttp GET of the same page, beside PTB "
    "polling and an open sqlite-utils database"
)
LATE = "how far the time between two looks at a community is from what was set, 99 of 100 at most"


async def run(rounds: int, folder: Path) -> list[Figure]:
    """One round, however many are asked for: it takes four minutes."""
    async with outside() as world, crowd_watchers(world, folder, _config(world, folder), COMMUNITIES, EVERY) as running:
        await asyncio.sleep(WARM)
        _alive(running, folder)
        cpu = {side: _cpu(running[side]) for side in SIDES}
        began = time.monotonic()
        await asyncio.sleep(EVERY)
        shares = {side: (_cpu(running[side]) - cpu[side]) / (time.monotonic() - began) * 100 for side in SIDES}
        resident = {side: psutil.Process(running[side].pid).memory_info().rss / 1e6 for side in SIDES}
        _alive(running, folder)
        late = {side: _p99(await world.order(f"crowd/{side}")) for side in SIDES}
    return [
        Figure(f"CPU of {COMMUNITIES} communities", "% of a core", [shares["real"]], [shares["bare"]], None, NOTE),
        Figure("the same against 25 % of a core", "% of a core", [shares["real"]], [25.0], Goal(1.0)),
        Figure("jitter of looks, p99", "ms", [late["real"]], [late["bare"]], Goal(2.0), LATE),
        Figure("memory against bare + 60 MB", "MB", [resident["real"]], [resident["bare"] + 60], Goal(1.0)),
    ]


def _cpu(process: Process) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


def _alive(running: dict[str, Process], folder: Path) -> None:
    for side, process in running.items():
        if process.returncode is not None:
            log = (folder / side / "bot.log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"the {side} side ended by itself:\n{log[-2000:]}")


def _p99(arrivals: list[list[float]]) -> float:
    """Milliseconds by which the time between two looks is off, 99 of 100 at most.

    A board is asked for by other jobs too (its figures), so of its requests the one nearest to the due moment counts.
    """
    off = []
    for times in arrivals:
        second = _nearest(times, times[0] + EVERY)
        off.append(abs(_nearest(times, second + EVERY) - second - EVERY) * 1e3)
    if len(off) < COMMUNITIES:
        raise RuntimeError(f"only {len(off)} of {COMMUNITIES} communities were looked at")
    return sorted(off)[math.ceil(len(off) * 0.99) - 1]


def _nearest(times: list[float], due: float) -> float:
    return min(times, key=lambda at: abs(at - due))


def _config(world: Outside, folder: Path) -> str:
    head = f"""
[team]
name = "Вимір"

[telegram]
chat_id = {GROUP_ID}
api_url = "{world.address}/real"

[store]
path = "{(folder / "real" / "vidhuk.db").as_posix()}"

[http]
allow_private = true
gap = "0s"
"""
    return head + "".join(
        f"""
[[community]]
key = "board-{number}"
name = "Форум {number}"
platform = "mybb"
url = "{world.address}/crowd/real/{number}/forumdisplay.php?fid=2"
poll_every = "{EVERY}s"
write = false
"""
        for number in range(COMMUNITIES)
    )
