"""A claim tap end to end: from the queued callback_query to its answer at the server, against bare PTB."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from telegram import Bot

from bot.chat import Chat
from bot.domain.model import Community, Look
from bot.intake import Intake
from bot.outbox import Renderer
from bot.outbox.render import Drawn
from bot.sandbox.telegram import AGENTS, GROUP_ID, TOKEN
from bot.store import Database, Store, deliveries
from bot.store.deliveries import Delivery, Kind, Priority
from tests.benchmarks import samples
from tests.benchmarks.measure import Figure, Goal, p95
from tests.benchmarks.processes import Outside, outside, polling

WARM_UP = 40
BURST, BURSTS = 100, 4
"""Taps queued at once, and how often in a round; the sides take turns from burst to burst."""
SINGLE = 100
KEY = "fb-bench"
WATCHED = {KEY: Community(KEY, "Сторінка", "facebook", frozenset({"official"}))}
SHAPE = (
    "each tap on the «Беру» of another waiting thread's real card, by one of four known agents; the real bot process "
    "with its store (FULL commit) vs a PTB process that only answers; one server process, same polling settings"
)
Tap = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Measured:
    """One side's round: taps a second of a burst, and the 95th percentile of single taps in milliseconds."""

    rate: float
    p95: float


async def run(rounds: int, folder: Path) -> list[Figure]:
    async with outside() as world:
        sides = [await _round(world, folder / str(number), number) for number in range(rounds)]
    real, bare = [side["real"] for side in sides], [side["bare"] for side in sides]
    rates = [one.rate for one in real], [one.rate for one in bare]
    waits = [one.p95 for one in real], [one.p95 for one in bare]
    return [
        Figure(
            "claim taps, queued",
            "taps/s",
            *rates,
            Goal(0.6, least=True),
            f"{BURST} taps at once, {BURSTS} times; {SHAPE}",
        ),
        Figure("claim tap, p95", "ms", *waits, Goal(3.0), f"{SINGLE} taps one by one, the bot idle between"),
    ]


async def _round(world: Outside, folder: Path, number: int) -> dict[str, Measured]:
    """Both bots are up, and take turns; who begins changes with the round."""
    taps = await _cards(world, folder / "real" / "vidhuk.db")
    async with polling("real", world, folder / "real"), polling("bare", world, folder / "bare"):
        sides = ("real", "bare") if number % 2 else ("bare", "real")
        for side in sides:
            await world.order(f"{side}/singly", taps[side][:WARM_UP])
        bursts = dict.fromkeys(sides, 0.0)
        for first in range(WARM_UP, WARM_UP + BURST * BURSTS, BURST):
            for side in sides:
                bursts[side] += await world.order(f"{side}/burst", taps[side][first : first + BURST])
        waits = {side: await world.order(f"{side}/singly", taps[side][-SINGLE:]) for side in sides}
    return {side: Measured(BURST * BURSTS / bursts[side], p95(waits[side]) * 1000) for side in sides}


async def _cards(world: Outside, path: Path) -> dict[str, list[Tap]]:
    """A store with threads that wait, their cards standing in both groups; gives the taps that claim them."""
    path.parent.mkdir(parents=True)
    now = datetime.now(UTC)
    store = Store.open(path)
    intake = Intake(store, WATCHED, {KEY: timedelta(days=1)}, samples.plain_verdict)
    seen = samples.posts(WARM_UP + BURST * BURSTS + SINGLE, now=now)
    await intake.take(KEY, Look(tuple(seen), {}), now=now)
    drawn = await store.read(lambda db: _drawn(db, now))
    taps: dict[str, list[Tap]] = {}
    for side in ("real", "bare"):
        async with Bot(TOKEN, base_url=f"{world.address}/{side}/bot") as bot:
            chat = Chat(bot)
            sent = [(await chat.send(GROUP_ID, one.card), key, one) for key, one in drawn]
        taps[side] = [
            (AGENTS[at % len(AGENTS)], message_id, f"claim:{key}") for at, (message_id, key, _) in enumerate(sent)
        ]
        if side == "real":
            await store.write(_all_posted(sent, now))
    await store.close()
    return taps


def _drawn(db: Database, now: datetime) -> list[tuple[str, Drawn]]:
    renderer = Renderer(WATCHED, language="uk", zone=ZoneInfo("Europe/Kyiv"))
    keys = [row[0] for row in db.execute("SELECT key FROM delivery WHERE kind = 'card' ORDER BY id").fetchall()]
    found = []
    for key in keys:
        drawn = renderer.draw(db, Delivery(0, None, Kind.CARD, key, {}, Priority.NEW, 0), GROUP_ID, now)
        assert drawn is not None
        found.append((key, drawn))
    return found


def _all_posted(sent: list[tuple[int, str, Drawn]], now: datetime) -> Callable[[Database], Any]:
    def work(db: Database) -> None:
        for message_id, key, drawn in sent:
            deliveries.posted(db, GROUP_ID, message_id, Kind.CARD, key, drawn.shown, drawn.bucket)
        db.execute("UPDATE delivery SET state = 'sent', sent_at = ?, payload = '{}'", [now.timestamp()])

    return work
