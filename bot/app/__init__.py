"""The composition root: builds everything in one exit stack and runs it until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

from telegram.error import TelegramError

from bot.app import memory, menu
from bot.app.asked import backup, stats, stats_text
from bot.app.checking import CheckRow, check
from bot.app.logs import set_up_logs
from bot.app.parts import Built, build
from bot.app.schedule import Waker, schedule
from bot.app.telegram import ALLOWED_UPDATES, POLL_SECONDS, App, Inbox, Polling
from bot.app.telegram import build as build_telegram
from bot.chat import Chat, mapped
from bot.config import Settings
from bot.domain.clock import Clock, SystemClock
from bot.domain.errors import ChatError, VidhukError
from bot.sources import Http
from bot.store import Store
from handlers import register

__all__ = ["CheckRow", "backup", "check", "run", "stats", "stats_text"]

log = logging.getLogger(__name__)


class Stopped(VidhukError):
    """The process ends because it can't do its work; a supervisor may start it anew."""

    code = "stopped"


async def run(settings: Settings, *, clock: Clock | None = None, stop: asyncio.Event | None = None) -> None:
    """Run the bot until SIGTERM, Ctrl-C or ``stop``.

    Raises `StoreHeld`, `StoreBroken`, `ChatTokenRefused` when it can't start and `Stopped` when it can't go on.
    """
    clock = clock or SystemClock()
    stop = stop or asyncio.Event()
    _stop_on_signals(stop)
    memory.one_heap()
    # The store works for less than a millisecond at a time; by default its threads might wait five for their turn.
    sys.setswitchinterval(0.001)
    set_up_logs(settings.secrets)
    for warning in settings.warnings:
        log.warning("%s", warning)
    async with AsyncExitStack() as stack:
        store = Store.open(settings.store.path)
        stack.push_async_callback(store.close)
        http = await stack.enter_async_context(
            Http(allow_private=settings.http.allow_private, gap=settings.http.gap.total_seconds())
        )
        polling = Polling(clock)
        token = settings.telegram.token.get_secret_value()
        application, inbox = build_telegram(token, settings.telegram.api_url, store, clock, polling)
        if not await _connect(application, clock, stop):
            return
        stack.push_async_callback(application.shutdown)
        built = build(settings, store, Chat(application.bot), http, clock)
        register(application, built.handlers)
        await _serve(stack, application, inbox, built, polling, clock, stop)
        await application.updater.stop()  # type: ignore[union-attr]
    log.info("stopped")


async def _connect(application: App, clock: Clock, stop: asyncio.Event) -> bool:
    """Say hello to Telegram, for as long as it takes; False when told to stop meanwhile."""
    wait = 1.0
    while True:
        try:
            await application.initialize()
        except TelegramError as error:
            problem = mapped(error)
            if problem.permanent:
                raise problem from error
            log.warning("Telegram does not answer (%s); trying again in %.0f s", problem.detail, wait)
        else:
            return True
        if await clock.wait(stop, wait):
            return False
        wait = min(wait * 2, 30.0)


async def _serve(
    stack: AsyncExitStack,
    application: App,
    inbox: Inbox,
    built: Built,
    polling: Polling,
    clock: Clock,
    stop: asyncio.Event,
) -> None:
    """Start every part and wait for the end: a stop that was asked for, or a part that died."""
    tasks = _Tasks()
    stack.push_async_callback(tasks.end)
    try:
        await built.team.start(now=clock.now())
    except ChatError as error:
        log.warning("Telegram did not tell about the group: %s", error.detail)
    if replayed := await inbox.replay(application.bot):
        log.info("updates=%d left by the last run are handled first", replayed)
    tasks.begin("deliver", built.deliverer.run())
    tasks.begin("publish", built.publisher.run())
    tasks.begin("watch", polling.watch())
    tasks.begin("memory", memory.keep_small(clock))
    await application.start()
    stack.push_async_callback(application.stop)
    assert application.updater is not None  # noqa: S101
    await application.updater.start_polling(
        timeout=POLL_SECONDS, allowed_updates=ALLOWED_UPDATES, bootstrap_retries=-1, error_callback=polling.failed
    )
    scheduler = schedule(built.jobs, clock)
    scheduler.start()
    stack.callback(scheduler.shutdown, wait=False)
    if built.web is not None:
        server = built.web(Waker(scheduler, clock), polling.silent_s)
        await server.start()
        stack.push_async_callback(server.stop)
    tasks.begin("menu", menu.publish(application.bot, await built.team.language()), ends=True)
    log.info("watching communities=%d", len(built.jobs.sources))
    await tasks.until(stop, polling.fatal)
    if polling.fatal.is_set():
        raise Stopped(polling.why)


class _Tasks:
    """The tasks of a running bot; one that dies ends the process rather than leaving it half alive."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._passing: set[asyncio.Task[Any]] = set()

    def begin(self, name: str, work: Coroutine[Any, Any, None], *, ends: bool = False) -> None:
        task = asyncio.create_task(work, name=name)
        (self._passing if ends else self._running).add(task)

    async def until(self, *events: asyncio.Event) -> None:
        """Wait for one of the events; raises what a task died of."""
        waits = {asyncio.create_task(event.wait()) for event in events}
        done, _ = await asyncio.wait(waits | self._running, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        for task in done & self._running:
            if task.get_name() != "watch":
                task.result()

    async def end(self) -> None:
        everything = self._running | self._passing
        for task in everything:
            task.cancel()
        if everything:
            await asyncio.wait(everything, timeout=9)


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(name, stop.set)
        except (NotImplementedError, RuntimeError):
            # Not in the main thread: whoever runs us there stops us by the event.
            return
