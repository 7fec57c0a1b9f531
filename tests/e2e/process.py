"""The real bot as a process of its own: ``python -m bot run`` with a configuration file."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STOPS_WITHIN = 10.0
"""Seconds: the promise of the issue."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that ran to its end."""

    code: int
    out: str
    err: str


class BotProcess:
    """One configured bot; it can be started again and again, on the same database."""

    def __init__(self, config: Path, secrets: Mapping[str, str], *, on_end: Callable[[], None]) -> None:
        self.config = config
        self.log_file = config.with_name("bot.log")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("VIDHUK_")},
            **secrets,
            "VIDHUK_STRICT_TEXTS": "1",
            "PYTHONUNBUFFERED": "1",
            "LANG": "C.UTF-8",
        }
        self._on_end = on_end
        self._process: asyncio.subprocess.Process | None = None

    def knows(self, secrets: Mapping[str, str]) -> None:
        """More secrets in its environment, from its next start on."""
        self._environment |= secrets

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """All that the bot has written, over all its lives."""
        return self.log_file.read_text("utf-8", "replace") if self.log_file.exists() else ""

    async def start(self) -> None:
        assert not self.running
        with self.log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", "--config", str(self.config)),
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        asyncio.ensure_future(self._process.wait()).add_done_callback(lambda _: self._on_end())

    async def stops(self) -> int:
        """Ask it to stop as a supervisor does; returns the exit code, or fails after `STOPS_WITHIN`."""
        assert self._process is not None
        self._process.terminate()
        return await asyncio.wait_for(self._process.wait(), STOPS_WITHIN)

    async def is_killed(self) -> None:
        """As by ``kill -9`` or a power cut: nothing in it gets a chance to tidy up."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def ends(self) -> int:
        """Wait until it ends by itself; returns the exit code."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), 30)

    async def run(self, *command: str, within: float = 60) -> Ended:
        """Run another ``vidhuk`` command with the same configuration and secrets; seconds it may take."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *command, "--config", str(self.config)),
            cwd=ROOT,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), within)
        assert process.returncode is not None
        return Ended(process.returncode, out.decode(), err.decode())
