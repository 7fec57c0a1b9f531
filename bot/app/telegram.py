"""The Telegram side of the process: polling that loses no update, and that notices when it has gone silent."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from importlib.util import find_spec
from typing import Any

import httpx
import telegram
from telegram import Update
from telegram.ext import Application, ApplicationBuilder
from telegram.request import HTTPXRequest

from bot.domain.clock import Clock
from bot.store import Store, inbox

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member")
"""chat_member comes only when asked for: it is how we learn at once that somebody left."""
POLL_SECONDS = 25
STALLED = 150.0
"""Seconds without any end of a poll, good or bad, after which polling counts as stalled."""
CONFLICTS = 5
"""Refusals in a row, because another process polls with the same token, after which we give up."""
MARKED_TOGETHER = 10
"""Updates of a rush that are marked as handled in one transaction: as many may be handled again after a crash."""

if find_spec("sniffio") is None:
    # httpcore tries this import several times in each request, and one that fails is searched for anew every time.
    sys.modules["sniffio"] = None  # type: ignore[assignment]

log = logging.getLogger(__name__)
App = Application[Any, Any, Any, Any, Any, Any]


class Inbox(asyncio.Queue[object]):
    """The updater's queue; every update is kept in the store before Telegram is told that it arrived."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__()
        self._store = store
        self._clock = clock
        self._fresh: set[int] = set()

    async def keep(self, updates: list[dict[str, Any]]) -> None:
        """Keep what one poll brought, in one transaction; raises `telegram.error.TelegramError` when that fails."""
        payloads = {update["update_id"]: json.dumps(update) for update in updates}
        try:
            self._fresh |= await self._store.write(lambda db: inbox.put(db, payloads, self._clock.now()))
        except Exception as error:
            # The updater retries on Telegram's errors alone, and asks for the same updates again.
            raise telegram.error.TelegramError(f"the updates could not be kept: {error}") from error

    async def put(self, item: object) -> None:
        """Queue an update that was kept and not received before; a repeat is dropped."""
        if isinstance(item, Update):
            if item.update_id not in self._fresh:
                return
            self._fresh.remove(item.update_id)
        await super().put(item)

    async def replay(self, bot: telegram.Bot) -> int:
        """Queue what an earlier process received and did not handle; returns how many."""
        left = await self._store.read(inbox.undone)
        for payload in left:
            await super().put(Update.de_json(json.loads(payload), bot))
        return len(left)


class KeptApplication(Application[Any, Any, Any, Any, Any, Any]):
    """An application that marks updates as handled once their handlers have run: at once, in a rush a few together."""

    store: Store

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._handled: list[int] = []

    async def process_update(self, update: object) -> None:
        await super().process_update(update)
        if isinstance(update, Update):
            self._handled.append(update.update_id)
            if self.update_queue.empty() or len(self._handled) >= MARKED_TOGETHER:
                # The next update need not wait for the mark; `stop` does.
                self.create_task(self._mark(), update)

    async def stop(self) -> None:
        await super().stop()
        await self._mark()

    async def _mark(self) -> None:
        handled, self._handled = self._handled, []
        if handled:
            await self.store.write(lambda db: inbox.done(db, handled))


class Polling:
    """What the polling tells of itself: a conflict that lasts and a silence that lasts are fatal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._conflicts = 0
        self._last = clock.monotonic()
        self.fatal = asyncio.Event()
        self.why = ""

    def failed(self, error: telegram.error.TelegramError) -> None:
        """python-telegram-bot's callback for an error in polling; it retries by itself."""
        self._last = self._clock.monotonic()
        log.warning("polling failed: %s", error.message)
        if isinstance(error, telegram.error.Conflict):
            self._conflicts += 1
            if self._conflicts >= CONFLICTS:
                self.stop("another process polls Telegram with the same token; stop it, or give this one its own bot")

    def polled(self) -> None:
        self._last = self._clock.monotonic()
        self._conflicts = 0

    def silent_s(self) -> float:
        """Seconds since the last poll ended well."""
        return self._clock.monotonic() - self._last

    def stop(self, why: str) -> None:
        self.why = why
        self.fatal.set()

    async def watch(self) -> None:
        """Python-telegram-bot retries a time-out without telling anyone: watch the age of the last poll's end."""
        while True:
            await self._clock.wait(self.fatal, STALLED / 5)
            silent = self._clock.monotonic() - self._last
            if silent > STALLED:
                self.stop(f"no poll of Telegram has ended for {silent:.0f} s; exiting for the supervisor to restart")
                return


class PollRequest(HTTPXRequest):
    """The HTTP client of polling alone: tells `Polling` of every answer, and has the `Inbox` keep what it brings."""

    polling: Polling
    inbox: Inbox

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(*args, **kwargs)
        if status == 200:
            self.polling.polled()
            if updates := self.parse_json_payload(body).get("result"):
                await self.inbox.keep(updates)
        return status, body


def build(token: str, api_url: str, store: Store, clock: Clock, polling: Polling) -> tuple[App, Inbox]:
    """The application with its inbox, not yet initialised."""
    # python-telegram-bot's own switch to times as timedelta, which its next major version brings anyway.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    # One set of authorities for both clients: reading it takes a megabyte and 20 ms.
    shared = {"verify": httpx.create_ssl_context()}
    polls = PollRequest(connection_pool_size=1, read_timeout=POLL_SECONDS + 10, httpx_kwargs=shared)
    polls.polling = polling
    polls.inbox = box = Inbox(store, clock)
    builder = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api_url.rstrip('/')}/bot")
        .base_file_url(f"{api_url.rstrip('/')}/file/bot")
        .job_queue(None)
        .update_queue(box)
        .get_updates_request(polls)
        .request(HTTPXRequest(connection_pool_size=256, httpx_kwargs=shared))
        .application_class(KeptApplication)
    )
    application = builder.build()
    assert isinstance(application, KeptApplication)  # noqa: S101
    application.store = store
    return application, box
