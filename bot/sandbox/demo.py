"""``vidhuk demo``: the sandbox, the real bot process against it, and a story to watch."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
import webbrowser
from contextlib import suppress
from pathlib import Path

from bot.sandbox import story
from bot.sandbox.server import Sandbox, opened

STOP_WITHIN = 10.0
"""Seconds the bot has to stop cleanly."""
LAST_LINES = 20


class BotDiedError(RuntimeError):
    """The bot's process ended by itself; the message holds the end of its log."""


async def run(port: int | None, browser: bool, lang: str) -> None:
    """Play the demo until Ctrl-C or SIGTERM; raises OSError when ``port`` is taken."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with opened(port, language=lang) as sandbox:
        story.set_the_scene(sandbox, time.time())
        with tempfile.TemporaryDirectory(prefix="vidhuk-demo-") as folder:
            bot = await _start_bot(sandbox, Path(folder), lang)
            try:
                await _play(sandbox, bot, Path(folder), browser, lang, stop)
            finally:
                await _stop_bot(bot)


async def _play(
    sandbox: Sandbox, bot: asyncio.subprocess.Process, folder: Path, browser: bool, lang: str, stop: asyncio.Event
) -> None:
    address = f"{sandbox.address}/?lang={lang}"
    print(f"Vidhuk's sandbox is open: {address}", flush=True)
    print("Write as a customer on the right, answer as an agent on the left. Ctrl-C ends it.", flush=True)
    if browser:
        await asyncio.to_thread(webbrowser.open, address)
    telling = asyncio.create_task(story.tell(sandbox))
    ends = {asyncio.create_task(stop.wait()), asyncio.create_task(bot.wait())}
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if bot.returncode is not None and not stop.is_set():
            raise BotDiedError(_last_words(folder / "bot.log"))
    finally:
        for task in (telling, *ends):
            task.cancel()


async def _start_bot(sandbox: Sandbox, folder: Path, lang: str) -> asyncio.subprocess.Process:
    config = folder / "config.toml"
    config.write_text(sandbox.config(folder, language=lang), encoding="utf-8")
    with (folder / "bot.log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            "--config",
            str(config),
            env={**os.environ, **sandbox.secrets},
            stdout=log,
            stderr=log,
            # Ctrl-C belongs to the demo, which then stops the bot in order.
            start_new_session=True,
        )


async def _stop_bot(bot: asyncio.subprocess.Process) -> None:
    if bot.returncode is None:
        with suppress(ProcessLookupError):
            bot.terminate()
        try:
            await asyncio.wait_for(bot.wait(), STOP_WITHIN)
        except TimeoutError:
            bot.kill()
            await bot.wait()


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
    return "the bot stopped by itself; its last words:\n" + "\n".join(lines)
