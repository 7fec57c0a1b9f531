"""What the tests of the core stand on: a desk with a page, Telegram over real HTTP, and a clock that knows who rests.

A test file that needs it says ``pytest_plugins = ("tests.floor",)``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import telegram
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram.request import HTTPXRequest

from bot.chat import Chat
from bot.desk import Desk
from bot.domain.model import Agent, Community, SeenPost, ThreadView
from bot.intake import Intake
from bot.sandbox.telegram import BOT_ID, GROUP_ID, IVAN, OKSANA, TARAS, TOKEN, World, add_to
from bot.store import Database, Store, agents, deliveries, replies, settings, threads, views
from bot.store.replies import Kept
from bot.store.threads import Thread
from tests.fakes import NOON, MovableClock, look, seen, verdict

KYIV = ZoneInfo("Europe/Kyiv")
UNDO = timedelta(seconds=15)
LEAD = Agent(OKSANA, "Оксана Прикладна", "oksana_demo", lead=True)
AGENT = Agent(TARAS, "Тарас Зразковий", "taras_demo")
OTHER = Agent(IVAN, "Ivan Sample", "ivan_demo")
COMMUNITIES = {
    "forum": Community("forum", "Форум", "mybb", frozenset({"official"})),
    "aside": Community("aside", "Сторінка без запису", "facebook", frozenset({"official"}), write=False),
}
PATIENCE = 10
"""Seconds of the real clock after which a test that waits has failed."""


class WatchedClock(MovableClock):
    """A movable clock that knows which tasks rest on it, so that a test moves it only when all else is done."""

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self._waits: dict[asyncio.Task[Any] | None, tuple[asyncio.Event, datetime | None]] = {}

    async def wait(self, event: asyncio.Event, seconds: float | None) -> bool:
        task = asyncio.current_task()
        self._waits[task] = (event, None if seconds is None else self.now() + timedelta(seconds=seconds))
        try:
            return await super().wait(event, seconds)
        finally:
            del self._waits[task]

    def rests(self, task: asyncio.Task[Any]) -> bool:
        event, until = self._waits.get(task, (None, None))
        return event is not None and not event.is_set() and (until is None or self.now() < until)


@dataclass
class Outbox:
    """A running deliverer or publisher: `settle` waits until it has done all that is due now."""

    clock: WatchedClock
    store: Store

    async def settle(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while [task for task in asyncio.all_tasks() if _ours(task) and not self.clock.rests(task)]:
                await self.store.read(lambda db: None)

    async def pass_(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass in steps, all work done at each."""
        await self.settle()
        while seconds > 0:
            self.clock.advance(min(step, seconds))
            seconds -= step
            await self.settle()


def _ours(task: asyncio.Task[Any]) -> bool:
    name = getattr(task.get_coro(), "__qualname__", "")
    return not task.done() and name.startswith(("Deliverer.", "Publisher."))


class Floor:
    """A store with a page that customers write on, and what tests ask of the rows."""

    def __init__(self, store: Store, clock: MovableClock) -> None:
        self.store = store
        self.clock = clock
        self.intake = Intake(store, COMMUNITIES, dict.fromkeys(COMMUNITIES, timedelta(days=1)), verdict)
        self._posts: dict[str, SeenPost] = {}

    async def shows(self, *posts: SeenPost, community: str = "forum") -> None:
        """These posts appear (or changed) on the page, and the page is looked at."""
        self._posts |= {post.external_id: post for post in posts}
        await self.intake.take(community, look(*self._posts.values()), now=self.clock.now())

    async def ask(
        self, text: str = "Чому немає мережі?", *, community: str = "forum", ago: float = 0, author: str = "Абонент"
    ) -> int:
        """A new customer asked in a topic of their own; returns the thread."""
        number = len(self._posts) + 1
        asked_at = self.clock.now() - timedelta(seconds=ago)
        post = seen(
            f"{number}", text, author=author, author_id=f"customer-{number}", container=f"topic-{number}", at=asked_at
        )
        await self.shows(post, community=community)
        row = await self.sql("SELECT id FROM thread WHERE container_id = ?", post.container_id)
        return int(row[0][0])

    async def sql(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return await self.store.read(lambda db: db.execute(query, values).fetchall())

    async def change(self, query: str, *values: object) -> None:
        await self.store.write(lambda db: db.execute(query, values))

    async def view(self, thread_id: int) -> ThreadView:
        found = await self.store.read(lambda db: views.view(db, thread_id, COMMUNITIES))
        assert found is not None
        return found

    async def thread(self, thread_id: int) -> Thread:
        found = await self.store.read(lambda db: threads.get(db, thread_id))
        assert found is not None
        return found

    async def reply(self, reply_id: int = 1) -> Kept:
        found = await self.store.read(lambda db: replies.get(db, reply_id))
        assert found is not None
        return found

    async def pending(self, kind: deliveries.Kind = deliveries.Kind.CARD) -> list[str]:
        rows = await self.sql("SELECT key FROM delivery WHERE state = 'pending' AND kind = ? ORDER BY id", kind)
        return [row[0] for row in rows]

    async def all_said(self) -> None:
        """Everything pending counts as delivered."""
        await self.change("UPDATE delivery SET state = 'sent' WHERE state = 'pending'")


def cast_in(db: Database) -> None:
    """The group is bound, its people and the bot's rights are known."""
    settings.put(db, settings.GROUP, str(GROUP_ID))
    settings.put(db, settings.BOT_IS_ADMIN, "1")
    for agent in (LEAD, AGENT, OTHER):
        agents.put(db, agent, NOON)


@pytest.fixture
def clock() -> WatchedClock:
    return WatchedClock()


@pytest.fixture
async def floor(store: Store, clock: WatchedClock) -> Floor:
    await store.write(cast_in)
    return Floor(store, clock)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, COMMUNITIES, undo_window=UNDO, signature="", zone=KYIV)


@pytest.fixture
def world(clock: WatchedClock) -> World:
    """Telegram, with its limits kept by the test's clock."""
    return World(clock=lambda: clock.now().timestamp())


@pytest.fixture
async def bot(world: World) -> AsyncIterator[telegram.Bot]:
    app = web.Application()
    add_to(app, world)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    made = bot_at(str(server.make_url("/")))
    async with made:
        yield made
    await server.close()


def bot_at(base: str, token: str = TOKEN) -> telegram.Bot:
    # Nothing is encrypted here, and reading the certificates of the whole world takes longer than a test.
    plain = {"verify": False}
    return telegram.Bot(
        token,
        base_url=f"{base.rstrip('/')}/bot",
        request=HTTPXRequest(httpx_kwargs=plain),
        get_updates_request=HTTPXRequest(httpx_kwargs=plain),
    )


@pytest.fixture
def chat(bot: telegram.Bot) -> Chat:
    return Chat(bot)


def said(world: World, chat_id: int = GROUP_ID) -> list[str]:
    """What the bot has said in a chat as it stands now, service messages left out."""
    return [
        message["text"] for message in world.messages(chat_id) if message["from"]["id"] == BOT_ID and "text" in message
    ]


def refusals(world: World) -> list[str | None]:
    """Errors that Telegram answered with."""
    return [call.error for call in world.calls if not call.ok]
