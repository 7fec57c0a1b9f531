"""The parts of jobs, on a real store, with a page that a test fills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.model import Health, Look, Published, ReplyTarget, SeenPost
from jobs.parts import Parts


@dataclass
class Page:
    """A page at the wire: shows its posts, or fails as the test says."""

    posts: list[SeenPost] = field(default_factory=list)
    fails: Exception | None = None
    memories: list[dict[str, str]] = field(default_factory=list)

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        self.memories.append(memory)
        if self.fails is not None:
            raise self.fails
        return Look(tuple(self.posts), memory={"looks": str(len(self.memories))})

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        raise AssertionError("a job publishes nothing")

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        raise AssertionError("a job looks for no reply")

    async def check(self, *, now: datetime) -> Health:
        raise AssertionError("a job checks nothing")


@dataclass
class At:
    """A process at work: its parts, its page, and how to begin anew on the same file."""

    parts: Parts
    page: Page
    build: Callable[[], Parts]

    def anew(self) -> At:
        return At(self.build(), self.page, self.build)
