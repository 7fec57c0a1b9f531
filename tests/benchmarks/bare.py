"""The bare peer, a process of its own: the same libraries doing nothing for anybody.

A python-telegram-bot application that polls and answers taps, an aiohttp session, an APScheduler that runs, a
sqlite-utils database that is open. It imports nothing of the product; its polling is set as the product's.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlite_utils import Database
from telegram import Update
from telegram.ext import ApplicationBuilder, CallbackQueryHandler
from telegram.request import HTTPXRequest


async def tapped(update: Update, context: Any) -> None:
    assert update.callback_query is not None
    await update.callback_query.answer()


async def main(chosen: argparse.Namespace) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database = Database(chosen.database)
    database.execute("PRAGMA journal_mode = WAL")
    scheduler = AsyncIOScheduler(job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})
    scheduler.start()
    application = (
        ApplicationBuilder()
        .token(chosen.token)
        .base_url(f"{chosen.api_url}/bot")
        .job_queue(None)
        .get_updates_request(HTTPXRequest(connection_pool_size=1, read_timeout=chosen.timeout + 10))
        .build()
    )
    application.add_handler(CallbackQueryHandler(tapped))
    async with aiohttp.ClientSession() as session, application:
        for number in range(chosen.watch_count):
            _look(scheduler, session, chosen.watch.format(number), chosen.watch_every, number)
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(
            timeout=chosen.timeout, allowed_updates=chosen.allowed, bootstrap_retries=-1
        )
        await stop.wait()
        await application.updater.stop()
        await application.stop()


def _look(scheduler: AsyncIOScheduler, session: aiohttp.ClientSession, url: str, every: int, number: int) -> None:
    async def look() -> None:
        async with session.get(url) as response:
            await response.read()

    first = datetime.now(UTC) + timedelta(milliseconds=50 * number)
    scheduler.add_job(look, IntervalTrigger(seconds=every), next_run_time=first)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("api_url")
    parser.add_argument("token")
    parser.add_argument("database")
    parser.add_argument("--timeout", type=int)
    parser.add_argument("--allowed", nargs="+")
    parser.add_argument("--watch", default="", help="an address with {} for the number of a community")
    parser.add_argument("--watch-count", type=int, default=0)
    parser.add_argument("--watch-every", type=int, default=60)
    return parser.parse_args()


if __name__ == "__main__":
    logging.getLogger("httpx").setLevel(logging.WARNING)
    asyncio.run(main(arguments()))
