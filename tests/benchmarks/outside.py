"""The outside world of the benchmarks, a process of its own: two Telegrams that count no limits, and the town.

``/real`` and ``/bare`` are the Bot APIs of two worlds alike, so that both bots may poll at once and take turns. Times
are taken here, at the server: a tap begins when its update is queued and ends when its answer arrives.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from typing import Any

import aiohttp
from aiohttp import web

from bot.sandbox.telegram import World
from bot.sandbox.telegram import add_to as add_telegram
from bot.sandbox.telegram.model import CallbackQuery
from bot.sandbox.town import Facebook, Forum
from bot.sandbox.town import add_to as add_town
from tests.benchmarks import samples
from tests.benchmarks.weight import POSTS, TOPICS, weighed

HOST = "127.0.0.1"
SIDES = ("real", "bare")
OLDEST = 20 * 24 * 3600.0
"""Seconds since the forum's last post: so old that no look reads its topics again by itself."""
REST = 0.02
"""Seconds between a tap's answer and the next single tap: the bot is idle again."""


class TimedWorld(World):
    """Notes when each tap was answered."""

    def __init__(self) -> None:
        super().__init__()
        self.limits.enabled = False
        self._answers: dict[str, asyncio.Future[float]] = {}

    def tapped(self, person_id: int, message_id: int, data: str) -> asyncio.Future[float]:
        """Tap a button in the group; the future gives the moment of the answer."""
        query_id = self.tap(person_id, self.group.id, message_id, data)
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._answers[query_id] = future
        return future

    def answer(self, query: CallbackQuery, text: str, *, alert: bool) -> None:
        now = time.perf_counter()
        super().answer(query, text, alert=alert)
        if alert:
            raise RuntimeError(f"the tap was refused: {text}")
        if (future := self._answers.pop(query.id, None)) is not None:
            future.set_result(now)


class Crowd:
    """A forum under a thousand addresses: the same pages to everyone, and when each board was asked for.

    Its board weighs 40 KB; its topics have one post, so that the first look at a thousand boards ends in time.
    """

    def __init__(self) -> None:
        self._pages: dict[str, bytes] = {}
        self._asked: dict[str, dict[str, list[float]]] = {side: {} for side in SIDES}

    async def page(self, request: web.Request) -> web.Response:
        rest = f"{request.match_info['rest']}?{request.query_string}"
        if rest.startswith("forumdisplay"):
            boards = self._asked[request.match_info["side"]]
            boards.setdefault(request.match_info["number"], []).append(time.monotonic())
        if rest not in self._pages:
            real = f"{request.url.origin()}/lean/forum/{rest}"
            async with aiohttp.ClientSession() as session, session.get(real) as answer:
                page = await answer.text()
            self._pages[rest] = (weighed(page) if rest.startswith("forumdisplay") else page).encode()
        return web.Response(body=self._pages[rest], content_type="text/html", charset="utf-8")

    async def arrivals(self, request: web.Request) -> web.Response:
        """When each of the side's boards was asked for, in seconds."""
        return web.json_response(list(self._asked[request.match_info["side"]].values()))


class Levers:
    """What the benchmarks order over HTTP."""

    def __init__(self, worlds: dict[str, TimedWorld]) -> None:
        self._worlds = worlds
        self.served = 0

    async def burst(self, request: web.Request) -> web.Response:
        """Queue all the taps ``[person, message, data]`` at once; gives the seconds until the last answer."""
        world, taps = await self._ordered(request)
        answers = [world.tapped(*tap) for tap in taps]
        began = time.perf_counter()
        return web.json_response(max(await asyncio.gather(*answers)) - began)

    async def singly(self, request: web.Request) -> web.Response:
        """Tap one after the other, with a rest between; gives the seconds that each waited for its answer."""
        world, taps = await self._ordered(request)
        waits = []
        for tap in taps:
            await asyncio.sleep(REST)
            began = time.perf_counter()
            waits.append(await world.tapped(*tap) - began)
        return web.json_response(waits)

    async def polled(self, request: web.Request) -> web.Response:
        """Answers when the side's bot next asks for updates."""
        await self._worlds[request.match_info["side"]].queue.next_poll()
        return web.Response()

    async def count(self, request: web.Request) -> web.Response:
        """How many requests the forum has served."""
        return web.json_response(self.served)

    async def _ordered(self, request: web.Request) -> tuple[TimedWorld, list[list[Any]]]:
        return self._worlds[request.match_info["side"]], await request.json()


def application() -> web.Application:
    worlds = {side: TimedWorld() for side in SIDES}
    levers = Levers(worlds)

    @web.middleware
    async def forum_pages(request: web.Request, handler: Any) -> web.StreamResponse:
        response: web.StreamResponse = await handler(request)
        if request.path.startswith("/forum/"):
            levers.served += 1
            if isinstance(response, web.Response) and response.text:
                response.text = weighed(response.text)
        return response

    app = web.Application(middlewares=[forum_pages], client_max_size=10_000_000)
    for side, world in worlds.items():
        part = web.Application()
        add_telegram(part, world)
        app.add_subapp(f"/{side}", part)
    add_town(app, Facebook(), _forum(POSTS))
    lean = web.Application()
    add_town(lean, Facebook(), _forum(1))
    app.add_subapp("/lean", lean)
    crowd = Crowd()
    app.router.add_get("/crowd/{side}/{number}/{rest:.*}", crowd.page)
    app.router.add_get("/levers/crowd/{side}", crowd.arrivals)
    app.router.add_post("/levers/{side}/burst", levers.burst)
    app.router.add_post("/levers/{side}/singly", levers.singly)
    app.router.add_get("/levers/{side}/polled", levers.polled)
    app.router.add_get("/levers/forum/count", levers.count)
    return app


def _forum(posts: int) -> Forum:
    """A board whose list is a page of about 40 KB, and so is every topic with `POSTS` posts."""
    forum = Forum(topics_per_page=TOPICS, posts_per_page=POSTS, merge_minutes=0)
    at = time.time() - OLDEST
    authors = [account.name for account in forum.accounts.values() if account is not forum.official]
    for number, post in enumerate(samples.posts(TOPICS, now=samples.NOW)):
        began = at - number * 3600
        opened = forum.new_topic(authors[number % len(authors)], post.text[:80], post.text, at=began - 1800)
        for answer in range(posts - 1):
            author = authors[(number + answer + 1) % len(authors)]
            forum.reply(opened.tid, author, post.text, at=began - 1800 + 60 * answer)
    return forum


async def main() -> None:
    """Serve on a free port until killed; prints the origin."""
    # A bot that ends leaves requests half sent; a real failure here answers 500, which the benchmark notices.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    print(f"http://{HOST}:{runner.addresses[0][1]}", flush=True)
    # The benchmark holds our stdin: however it ends, we end with it.
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
