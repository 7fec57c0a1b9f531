"""A platform at the wire that does what a test wrote, and a publisher at work on it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from bot.desk import Desk
from bot.domain.errors import ReplyUnknown
from bot.domain.model import Health, Look, Published, ReplyStatus, ReplyTarget, SeenPost
from bot.outbox import Publisher
from bot.sandbox.telegram import GROUP_ID
from bot.sources import Source
from bot.store import deliveries, replies
from bot.store.deliveries import Kind
from tests.fakes import seen
from tests.floor import AGENT, PATIENCE, UNDO, Floor, Outbox, WatchedClock

TEXT = "Вже лагодимо вежу, завтра запрацює."
LOST = ReplyUnknown("the connection broke after the form was sent")


@dataclass
class Script:
    """A platform at the wire: answers as the test wrote, and lets no text stand twice."""

    now: WatchedClock
    answers: deque[Exception | None] = field(default_factory=deque)
    """For each publication: an error, or None. `LOST` takes the text and loses the answer."""
    page: list[SeenPost] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    found: list[float] = field(default_factory=list)
    """Monotonic seconds of every look for a reply."""
    hidden: bool = False
    blind: Exception | None = None
    gate: asyncio.Event | None = None

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        raise AssertionError("the publisher does not look at pages")

    async def check(self, *, now: datetime) -> Health:
        raise AssertionError("the publisher checks nothing")

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        self.published.append(text)
        answer = self.answers.popleft() if self.answers else None
        if answer is None or answer is LOST:
            assert text not in [post.text for post in self.page], "published twice"
            number = f"o{len(self.page) + 1}"
            self.page.append(
                seen(number, text, author="official", author_id="official", container=target.container_id, at=now)
            )
        if self.gate is not None:
            await self.gate.wait()
        if answer is not None:
            raise answer
        return Published(self.page[-1].external_id, self.page[-1].url)

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        self.found.append(self.now.monotonic())
        if self.blind is not None:
            raise self.blind
        standing = [post for post in self.page if post.text == text and post.container_id == target.container_id]
        return standing[-1] if standing and not self.hidden else None


class Scene(Outbox):
    """A publisher at work beside a desk."""

    def __init__(self, floor: Floor, desk: Desk, clock: WatchedClock) -> None:
        super().__init__(clock, floor.store)
        self.floor = floor
        self.desk = desk
        self.source = Script(clock)
        self.aside = Script(clock)
        self.sources: dict[str, Source] = {"forum": self.source, "aside": self.aside}

    async def draft(self, thread_id: int, text: str = TEXT, *, message_id: int = 600) -> int:
        """An agent replies, and sees the draft at once."""
        told = await self.desk.reply(
            thread_id, AGENT, text, chat_id=GROUP_ID, message_id=message_id, now=self.clock.now()
        )
        assert told is None
        ((reply_id,),) = await self.floor.sql("SELECT id FROM reply WHERE message_id = ?", message_id)
        await self.store.write(
            lambda db: deliveries.posted(db, GROUP_ID, 1000 + message_id, Kind.DRAFT, str(reply_id), "x"), ring=True
        )
        return int(reply_id)

    async def sent(self, text: str = TEXT) -> int:
        """A draft whose undo window has passed, with all that is due done."""
        reply_id = await self.draft(await self.floor.ask(), text)
        await self.pass_(UNDO.total_seconds(), step=UNDO.total_seconds())
        return reply_id

    async def leap(self) -> None:
        """On to the next thing that the publisher has to do."""
        await self.settle()
        due = await self.store.read(replies.next_due)
        assert due is not None
        self.clock.advance(max(1.0, due - self.clock.now().timestamp()))
        await self.settle()

    async def status(self, reply_id: int = 1) -> ReplyStatus:
        return (await self.floor.reply(reply_id)).reply.status

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.create_task(Publisher(self.store, self.sources, self.clock).run())
        try:
            async with asyncio.timeout(PATIENCE):
                yield task
        finally:
            if not task.cancelling():
                task.cancel()
            with suppress(asyncio.CancelledError):
                await task
