"""``python -m tests.benchmarks [NAME …] [--rounds N]``: measure, print, and never fail by time.

Exit code 0 even where a goal is missed, 1 when a benchmark itself broke.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path

from tests.benchmarks.measure import Figure, table

NAMES = (
    "intake",
    "claim",
    "memory",
    "start",
    "page",
    "parse",
    "crowd",
    "throughput",
    "leaderboard",
    "language",
    "spikes",
)
"""Each is a module here with ``async def run(rounds, folder) -> list[Figure]``."""
ROUNDS = 5

Run = Callable[[int, Path], Awaitable[list[Figure]]]


def main() -> int:
    chosen = _arguments()
    cores, version = os.cpu_count(), platform.python_version()
    print(f"Python {version}, SQLite {sqlite3.sqlite_version}, {cores} cores, medians of {chosen.rounds} rounds\n")
    figures: list[Figure] = []
    broken: list[str] = []
    for name in dict.fromkeys([*chosen.names, *chosen.only]) or NAMES:
        try:
            figures += _measured(name, chosen.rounds)
        except Exception:  # one that breaks must not hide the others
            traceback.print_exc()
            broken.append(name)
    if figures:
        print(f"\n{table(figures)}")
    if broken:
        print(f"\nBroken, not slow: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


def _measured(name: str, rounds: int) -> list[Figure]:
    run: Run = import_module(f"tests.benchmarks.{name}").run
    began = time.perf_counter()
    print(f"{name} …", end="", flush=True, file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="vidhuk-bench-", dir=_disk()) as folder:
        figures = asyncio.run(_awaited(run, rounds, Path(folder)))
    print(f" {time.perf_counter() - began:.0f} s", flush=True, file=sys.stderr)
    return figures


async def _awaited(run: Run, rounds: int, folder: Path) -> list[Figure]:
    return await run(rounds, folder)


def _disk() -> str | None:
    """A folder on a disk: /tmp is often memory, where a durable commit costs nothing."""
    return "/var/tmp" if Path("/var/tmp").is_dir() else None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Speed as ratios to a bare peer.")
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*NAMES, []], help=f"of {', '.join(NAMES)}")
    parser.add_argument("--only", nargs="+", default=[], choices=NAMES, metavar="NAME", help="the same")
    parser.add_argument("--rounds", type=_positive, default=ROUNDS, help=f"rounds of each figure (default {ROUNDS})")
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
