"""Judging posts: how many a second on one core, how soon the first, and what it adds to memory."""

from __future__ import annotations

import asyncio
import csv
import sys
import time
from pathlib import Path

from bot.language import classify
from tests.benchmarks.measure import Figure

POSTS = Path(__file__).parents[1] / "language" / "posts.tsv"
TIMES = 10
LONG = "Чому не працює інтернет третій день, підкажіть будь ласка? " * 1_700
LOAD = """
import time, psutil, numpy, bot.domain.clean, bot.domain.triage
process = psutil.Process()
before, began = process.memory_info().rss, time.perf_counter()
from bot.language import classify
classify("Чому не працює інтернет?")
first = time.perf_counter() - began
import csv, sys
with open(sys.argv[1], encoding="utf-8") as file:
    posts = [row["text"] or "" for row in csv.DictReader(file, delimiter="\\t", quoting=csv.QUOTE_NONE)]
for post in posts: classify(post)
print(first * 1e3, (process.memory_info().rss - before) / 1e6)
"""
NOTE = (
    "posts written for the tests, 60 characters on average, words met before as in a running bot; goal 4,000 a second. "
    "Loading is from import to the first verdict in a new process that has NumPy and the domain, goal 100 ms; memory "
    "is added to that process, goal 60 MB; the long post has 100,000 characters, goal 5 ms"
)


async def run(rounds: int, folder: Path) -> list[Figure]:
    posts = _posts()
    for post in posts:
        classify(post)
    rates, long, loads, memory = [], [], [], []
    for _ in range(rounds):
        rates.append(len(posts) * TIMES / _seconds(posts * TIMES))
        long.append(_seconds([LONG]) * 1e3)
        load, added = await _fresh()
        loads.append(load)
        memory.append(added)
    return [
        Figure("posts judged", "posts/s", rates, note=NOTE),
        Figure("a post of 100,000 characters", "ms", long),
        Figure("loading the language model", "ms", loads),
        Figure("memory of the language model", "MB", memory),
    ]


def _posts() -> list[str]:
    with POSTS.open(encoding="utf-8", newline="") as file:
        return [row["text"] or "" for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def _seconds(posts: list[str]) -> float:
    began = time.process_time()
    for post in posts:
        classify(post)
    return time.process_time() - began


async def _fresh() -> tuple[float, float]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LOAD, str(POSTS), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    out, _ = await process.communicate()
    load, added = map(float, out.split())
    return load, added
