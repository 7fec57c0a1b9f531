"""A week's figures among a million questions, against reading the same week from an index that covers it."""

from __future__ import annotations

import random
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from bot.domain.model import Community
from bot.domain.periods import Period, week_of
from bot.domain.stats import p90
from bot.reports import Reports
from bot.store import Store
from tests.benchmarks.measure import Figure
from tests.benchmarks.samples import NOW

QUESTIONS = 1_000_000
WEEKS = 52
AGENTS = 20
ZONE = ZoneInfo("Europe/Kyiv")
COMMUNITIES = {"forum": Community("forum", "Форум", "mybb", frozenset())}
NOTE = (
    f"Reports.figures of one week, as /week asks for them, among {QUESTIONS:,} questions of {WEEKS} weeks; bare reads "
    "agent and response time from a covering index and takes median and p90 per agent in Python"
)


async def run(rounds: int, folder: Path) -> list[Figure]:
    path = folder / "year.db"
    await Store.open(path).close()
    _fill(path)
    week = week_of(NOW - timedelta(days=70), ZONE)
    store = Store.open(path)
    reports = Reports(store, COMMUNITIES)
    bare = sqlite3.connect(path)
    ours, theirs = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        figures = await reports.figures(week, now=NOW)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        board = _read(bare, week)
        theirs.append(time.perf_counter() - began)
        assert {agent.agent_id: agent.frt_median_s for agent in figures.agents} == board
    bare.close()
    await store.close()
    return [Figure("week of 1 M questions", "s", ours, theirs, note=NOTE)]


def _fill(path: Path) -> None:
    """The questions, each asked, claimed and answered; and the same as the bare reader would have them."""
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA synchronous = OFF")
    conn.execute("CREATE TABLE bare (asked REAL, agent INTEGER, secs REAL)")
    conn.executemany(
        "INSERT INTO agent (user_id, name, lead, present, checked_at) VALUES (?, ?, 0, 1, 0)",
        [(number, f"Агент {number}") for number in range(AGENTS)],
    )
    conn.executemany(
        """INSERT INTO question (thread_id, post_id, community, asked_at, seen_at, claimed_at, claimed_by, answered_at,
        answered_by, answer_kind, negative) VALUES (1, 1, 'forum', ?, ?, ?, ?, ?, ?, 'reply', 0)""",
        ((asked, asked, asked + 60, agent, asked + secs, agent) for asked, agent, secs in _questions()),
    )
    conn.executemany("INSERT INTO bare VALUES (?, ?, ?)", _questions())
    conn.execute("CREATE INDEX bare_covering ON bare (asked, agent, secs)")
    conn.commit()
    conn.close()


def _questions() -> Iterator[tuple[float, int, float]]:
    """Asked (unix seconds), the agent, and the seconds until the answer: halves, so that differences are exact."""
    chance = random.Random(11)  # noqa: S311
    first = (NOW - timedelta(weeks=WEEKS)).timestamp()
    step = WEEKS * 7 * 86400 / QUESTIONS
    for number in range(QUESTIONS):
        yield int(first + number * step), chance.randrange(AGENTS), chance.randrange(60, 20_000) / 2


def _read(conn: sqlite3.Connection, week: Period) -> dict[int, float]:
    """Each agent's median; the p90 is taken too, as the leaderboard would."""
    taken: defaultdict[int, list[float]] = defaultdict(list)
    span = (week.start.timestamp(), week.end.timestamp())
    for agent, secs in conn.execute("SELECT agent, secs FROM bare WHERE asked >= ? AND asked < ?", span):
        taken[agent].append(secs)
    for times in taken.values():
        times.sort()
        p90(times)
    return {agent: median(times) for agent, times in taken.items()}
