"""The Telegram side of the process: polling that loses no update, and that notices when it has gone silent."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

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

log = logging.getLogger(__name__)
App = Application[Any, Any, Any, Any, Any, Any]


class Inbox(asyncio.Queue[object]):
    """The updater's queue, which keeps each update in the store before Telegram is told that it arrived."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__()
        self._store = store
        self._clock = clock

    async def put(self, item: object) -> None:
        if not isinstance(item, Update):
            await super().put(item)
            return
        try:
            fresh = await self._store.write(lambda db: inbox.put(db, item.update_id, item.to_json(), self._clock.now()))
        except Exception as error:
            # The updater retries on Telegram's errors alone, and asks for the same updates again.
            raise telegram.error.TelegramError(f"the update could not be kept: {error}") from error
        if fresh:
            await super().put(item)

    async def replay(self, bot: telegram.Bot) -> int:
        """Queue what an earlier process received and did not handle; returns how many."""
        left = await self._store.read(inbox.undone)
        for payload in left:
            await super().put(Update.de_json(json.loads(payload), bot))
        return len(left)


class KeptApplication(Application[Any, Any, Any, Any, Any, Any]):
    """An application that marks each update as handled once its handler has run."""

    store: Store

    async def process_update(self, update: object) -> None:
        await super().process_update(update)
        if isinstance(update, Update):
            await self.store.write(lambda db: inbox.done(db, update.update_id))


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
    """The HTTP client of polling alone; tells `Polling` of every answer."""

    polling: Polling | None = None

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(*args, **kwargs)
        if self.polling is not None and status == 200:
            self.polling.polled()
        return status, body


def build(token: str, api_url: str, store: Store, clock: Clock, polling: Polling) -> tuple[App, Inbox]:
    """The application with its inbox, not yet initialised."""
    request = PollRequest(connection_pool_size=1, read_timeout=POLL_SECONDS + 10)
    request.polling = polling
    box = Inbox(store, clock)
    builder = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api_url.rstrip('/')}/bot")
        .base_file_url(f"{api_url.rstrip('/')}/file/bot")
        .job_queue(None)
        .update_queue(box)
        .get_updates_request(request)
        .application_class(KeptApplication)
    )
    application = builder.build()
    assert isinstance(application, KeptApplication)  # noqa: S101
    application.store = store
    return application, box
