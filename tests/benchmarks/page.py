"""CPU of looking at a page on which nothing moved, against an aiohttp GET and a lexbor parse of the same page."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from selectolax.lexbor import LexborHTMLParser

from bot.sources import Http, SourceOptions, make_source
from tests.benchmarks import samples
from tests.benchmarks.measure import Figure, Goal
from tests.benchmarks.processes import Outside, outside

CHECKS = 40
"""Looks of each side before the other has its turn."""
TURNS = 5
BOARD = "forumdisplay.php?fid=2&sortby=lastpost&order=desc&datecut=9999"
TOPIC = "showthread.php?tid=1&mode=linear&page=last"


async def run(rounds: int, folder: Path) -> list[Figure]:
    async with outside() as world:
        board = await _figure("unchanged board page", world, "forumdisplay.php?fid=2", BOARD, rounds)
        topic = await _figure("unchanged topic page", world, "showthread.php?tid=1", TOPIC, rounds)
    return [board, topic]


async def _figure(what: str, world: Outside, watched: str, page: str, rounds: int) -> Figure:
    """A source that watches ``watched`` reads exactly ``page`` when nothing moved."""
    forum = f"{world.address}/forum/"
    options = SourceOptions(key="forum", url=forum + watched, timezone="Europe/Kyiv")
    async with Http(allow_private=True, gap=0.0) as http, aiohttp.ClientSession() as session:
        source = make_source("mybb", options=options, http=http)
        memory: dict[str, str] = {}
        for _ in range(2):
            memory = (await source.fetch(memory=memory, now=samples.NOW)).memory

        async def look() -> None:
            await source.fetch(memory=memory, now=samples.NOW)

        async def bare() -> None:
            async with session.get(forum + page) as response:
                LexborHTMLParser(await response.read())

        async with session.get(forum + page) as response:
            size = len(await response.read())
        await _expect_one_request(world, look)
        pairs = [await _round(look, bare) for _ in range(rounds)]
    ours, theirs = zip(*pairs, strict=True)
    note = (
        f"CPU of this process for one look by the MyBB source that finds nothing new: one GET of {size / 1000:.0f} KB "
        "of the weight of stock MyBB, and its reading; bare is aiohttp GET + LexborHTMLParser of that page"
    )
    return Figure(what, "ms CPU", ours, theirs, Goal(2.0), note)


async def _expect_one_request(world: Outside, look: Callable[[], Awaitable[None]]) -> None:
    before = await world.order("forum/count")
    await look()
    if (made := await world.order("forum/count") - before) != 1:
        raise RuntimeError(f"an unchanged look made {made} requests: not what is to be compared")


async def _round(look: Callable[[], Awaitable[None]], bare: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Milliseconds of CPU per look and per bare check, taken by turns."""
    ours = theirs = 0.0
    for _ in range(TURNS):
        ours += await _cpu(look)
        theirs += await _cpu(bare)
    return ours / (CHECKS * TURNS) * 1000, theirs / (CHECKS * TURNS) * 1000


async def _cpu(check: Callable[[], Awaitable[None]]) -> float:
    began = time.process_time()
    for _ in range(CHECKS):
        await check()
    return time.process_time() - began
