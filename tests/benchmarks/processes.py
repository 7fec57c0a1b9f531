"""The processes of a benchmark: the outside world, the real bot and its bare peer, started and stopped in order."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import aiohttp

from bot.app.telegram import ALLOWED_UPDATES, POLL_SECONDS
from bot.sandbox.telegram import GROUP_ID, TOKEN
from bot.sandbox.town import Facebook
from bot.sandbox.town.people import OFFICIAL_ACCOUNT, OFFICIAL_SECRET

STOP_WITHIN = 10.0
START_WITHIN = 30.0
Process = asyncio.subprocess.Process


@dataclass(frozen=True, slots=True)
class Outside:
    """The running outside world."""

    address: str
    session: aiohttp.ClientSession

    async def order(self, lever: str, wish: Any = None) -> Any:
        """Pull a lever of `tests.benchmarks.outside` and wait for what it gives; without a wish it is asked by GET."""
        url = f"{self.address}/levers/{lever}"
        sent = self.session.get(url) if wish is None else self.session.post(url, json=wish)
        async with sent as response:
            response.raise_for_status()
            return await response.json() if response.content_type == "application/json" else None


@asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    process = await _spawn("tests.benchmarks.outside", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        address = (await asyncio.wait_for(process.stdout.readline(), START_WITHIN)).decode().strip()
        if not address:
            raise RuntimeError("the outside world did not start")
        async with aiohttp.ClientSession() as session:
            yield Outside(address, session)
    finally:
        await stopped(process)


@asynccontextmanager
async def polling(side: str, world: Outside, folder: Path) -> AsyncIterator[Process]:
    """The bot of a side, from its first poll until the block ends; ``folder`` is its own."""
    polled = asyncio.create_task(world.order(f"{side}/polled"))
    # The order must have arrived before the bot can poll.
    await asyncio.sleep(0.05)
    process = await start(side, world, folder)
    try:
        await _first(polled, process, folder)
        yield process
    finally:
        polled.cancel()
        await stopped(process)


@asynccontextmanager
async def crowd_watchers(
    world: Outside, folder: Path, config: str, count: int, every: int
) -> AsyncIterator[dict[str, Process]]:
    """Both sides watching ``count`` communities every ``every`` seconds; ``config`` is the real side's."""
    running: dict[str, Process] = {}
    try:
        with _log(folder / "bare") as log:
            watched = f"--watch={world.address}/crowd/bare/{{}}/forumdisplay.php?fid=2"
            numbers = (watched, f"--watch-count={count}", f"--watch-every={every}")
            running["bare"] = await _bare(world, folder / "bare", log, *numbers)
        with _log(folder / "real") as log:
            path = folder / "real" / "config.toml"
            path.write_text(config, encoding="utf-8")
            running["real"] = await _spawn("bot", "run", "--config", str(path), environ=SECRETS, stdout=log, stderr=log)
        yield running
    finally:
        await asyncio.gather(*map(stopped, running.values()))


async def start(side: str, world: Outside, folder: Path) -> Process:
    """Start the side's bot; its log is ``bot.log`` in the folder."""
    with _log(folder) as log:
        if side == "bare":
            return await _bare(world, folder, log)
        config = folder / "config.toml"
        config.write_text(_config(world.address, folder), encoding="utf-8")
        return await _spawn("bot", "run", "--config", str(config), environ=SECRETS, stdout=log, stderr=log)


async def _bare(world: Outside, folder: Path, log: BinaryIO, *more: str) -> Process:
    fixed = (f"{world.address}/bare", TOKEN, str(folder / "bare.db"), f"--timeout={POLL_SECONDS}", *more)
    return await _spawn("tests.benchmarks.bare", *fixed, "--allowed", *ALLOWED_UPDATES, stdout=log, stderr=log)


async def stopped(process: Process) -> None:
    """End a process of ours, as a supervisor would."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _first(polled: asyncio.Task[Any], process: Process, folder: Path) -> None:
    ended = asyncio.create_task(process.wait())
    await asyncio.wait((polled, ended), timeout=START_WITHIN, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if not polled.done():
        log = (folder / "bot.log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"the bot did not begin to poll:\n{log[-3000:]}")
    polled.result()


async def _spawn(module: str, *arguments: str, environ: Mapping[str, str] | None = None, **pipes: Any) -> Process:
    # An installed bot has its bytecode cached, whatever this shell says.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, env={**inherited, **(environ or {})}, **pipes
    )


def _log(folder: Path) -> BinaryIO:
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / "bot.log").open("wb")


SECRETS = {
    "VIDHUK_TELEGRAM_TOKEN": TOKEN,
    "VIDHUK_FB_BENCH_TOKEN": Facebook.page_token,
    "VIDHUK_FORUM_BENCH_PASSWORD": OFFICIAL_SECRET,
}


def _config(address: str, folder: Path) -> str:
    """Two communities, looked at as often as a team would have it."""
    return f"""
[team]
name = "Вимір"
language = "uk"
timezone = "Europe/Kyiv"

[telegram]
chat_id = {GROUP_ID}
api_url = "{address}/real"

[store]
path = "{(folder / "vidhuk.db").as_posix()}"

[http]
allow_private = true
gap = "5ms"

[[community]]
key = "fb-bench"
name = "Сторінка"
platform = "facebook"
page = "{Facebook.page_id}"
api_url = "{address}/graph/v26.0"
official = ["{Facebook.page_id}"]
poll_every = "60s"

[[community]]
key = "forum-bench"
name = "Форум"
platform = "mybb"
url = "{address}/forum/forumdisplay.php?fid=2"
official = ["{OFFICIAL_ACCOUNT}"]
username = "{OFFICIAL_ACCOUNT}"
poll_every = "60s"
"""
