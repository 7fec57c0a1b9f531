"""How much of what Telegram allows a group is used: the bot's pace against the enforcing server, in simulated time."""

from __future__ import annotations

from pathlib import Path

from bot.chat import GROUP_PER_MINUTE, Pace
from bot.sandbox.telegram import GROUP_ID
from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.limits import RateLimits
from tests.benchmarks.measure import Figure, Goal

MINUTES = 60
LATE = 0.05
"""Seconds that a message is on its way to the server."""
NOTE = (
    f"{MINUTES} simulated minutes with a message always waiting: bot.chat.Pace decides when, the sandbox's limits "
    "judge; the first burst is left out, and a single 429 breaks this benchmark"
)


async def run(rounds: int, folder: Path) -> list[Figure]:
    # Bursts of the allowance follow each other: from the beginning of one to that of another is a fair span.
    beginnings = _sent()[GROUP_PER_MINUTE::GROUP_PER_MINUTE]
    rate = (len(beginnings) - 1) * GROUP_PER_MINUTE / (beginnings[-1] - beginnings[0]) * 60
    return [Figure("group throughput", "a minute", [rate], [GROUP_PER_MINUTE], Goal(0.95, least=True), NOTE)]


def _sent() -> list[float]:
    """The seconds at which messages were taken."""
    now = 0.0
    limits = RateLimits(lambda: now + LATE)
    pace = Pace(group=True)
    sent: list[float] = []
    while True:
        now += pace.wait(now)
        if now >= MINUTES * 60:
            return sent
        try:
            limits.spend(GROUP_ID, is_group=True)
        except ApiError as error:
            raise RuntimeError(f"429 after {len(sent)} messages, at {now:.1f} s: {error.description}") from error
        pace.sent(now)
        sent.append(now)
