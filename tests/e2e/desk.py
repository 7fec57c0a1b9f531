"""A day at the desk: the sandbox's world, the real bot that works in it, and what one waits for and looks at."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.sandbox.server import Sandbox, opened
from bot.sandbox.telegram import BOT_ID, GROUP_ID, TOKEN, World
from bot.sandbox.telegram.model import Call
from bot.sandbox.town import Facebook, Forum
from bot.sandbox.town.control import Seen
from bot.sandbox.town.faults import Fault
from bot.sandbox.town.people import OFFICIAL_ACCOUNT, OFFICIAL_SECRET
from tests.e2e.people import Member, Person, Visitor
from tests.e2e.process import BotProcess
from tests.e2e.shown import Shown

Found = TypeVar("Found")
PATIENCE = 30.0
"""Seconds that one thing may take to happen: the chat's pace and a busy machine included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a desk is furnished; durations as in config.toml."""

    language: str = "uk"
    undo: str = "100ms"
    signature: str = ""
    group: int | None = GROUP_ID
    """``chat_id`` of the settings; None leaves it to /setup."""
    bot_role: str = "administrator"
    """The bot's own place in the group; "" for not in it."""
    flood_seconds: int = 0
    facebook: bool = True
    forum: bool = True
    page: str = ""
    """Another page's id than the one that there is."""
    fb_keys: str = ""
    """More lines of the Facebook community's table."""
    forum_keys: str = ""
    forum_engine: str = "mybb"
    tables: str = ""
    """More tables of the settings."""
    token: str = TOKEN
    password: str = OFFICIAL_SECRET
    starts: bool = True
    """Whether the bot is started, and has looked at every page once, before the scene begins."""


class Desk:
    """What a scene works with. Everything is looked at from outside: chats, pages, requests and exit codes."""

    def __init__(self, sandbox: Sandbox, bot: BotProcess, setup: Setup, folder: Path) -> None:
        self.sandbox, self.bot, self.setup, self.folder = sandbox, bot, setup, folder
        self.world, self.facebook, self.forum, self.town = (
            sandbox.world,
            sandbox.facebook,
            sandbox.forum,
            sandbox.town,
        )
        self.oksana, self.taras, self.ivan, self.maria, self.stranger = (
            Person(self, number) for number in sorted(self.world.people)
        )
        self.hanna, self.petro, self.lesia = (
            Visitor(self, name) for name in ("Ганна Вигадана", "Петро Уявний", "Леся Пробна")
        )
        self.shukach, self.sova, self.sample = (
            Member(self, name) for name in ("shukach_4g", "nichna_sova", "sample_ivan")
        )
        self._forgiven: list[str] = []

    # --- waiting ------------------------------------------------------------------------------------------

    async def until(self, holds: Callable[[], Found | None], what: str, *, within: float = PATIENCE) -> Found:
        """Wait until ``holds()`` is true, looking again after every request of the bot; returns what it gave."""
        try:
            async with asyncio.timeout(within):
                while not (found := holds()):
                    await self.sandbox.bell.next()
                return found
        except TimeoutError:
            raise AssertionError(f"waited {within:.0f} s in vain: {what}") from None

    async def watches(self) -> None:
        """Wait until the bot polls Telegram and has looked at every page once more."""
        polled = self.world.queue.last_poll_at
        await self.until(lambda: self.world.queue.last_poll_at != polled, "the bot polls Telegram")
        await self.looks()

    async def looks(self, times: int = 1) -> None:
        """Wait until the bot has begun ``times`` more looks at every page, and so ended all but the last."""
        wanted = [("graph", "/feed")] * self.setup.facebook + [("forum", "forumdisplay")] * self.setup.forum
        before = {where: self._looks(where, path) for where, path in wanted}
        for where, path in wanted:
            await self.until(
                lambda where=where, path=path: self._looks(where, path) >= before[where] + times,  # type: ignore[misc]
                f"{times} more looks at {where}",
            )

    def _looks(self, where: str, path: str) -> int:
        return sum(seen.where == where and path in seen.path for seen in self.town.seen)

    async def card(self, words: str, *, within: float = PATIENCE) -> Shown:
        """The card that shows these words, once it stands in the group."""
        return await self.until(lambda: self.card_now(words), f"a card with «{words}»", within=within)

    def card_now(self, words: str) -> Shown | None:
        """The newest card that shows these words."""
        return next((card for card in reversed(self.cards()) if words in card.text), None)

    async def posted(self, words: str, *, chat: int | None = None, within: float = PATIENCE) -> Shown:
        """A message of the bot with these words, in the group or in ``chat``."""
        where = chat or self.group

        def stands() -> Shown | None:
            return next((one for one in self.said(where) if words in one.text), None)

        return await self.until(stands, f"a message with «{words}»", within=within)

    async def answer(self, to: Shown) -> Shown:
        """The bot's first message that replies to ``to``."""
        return await self.until(
            lambda: next((one for one in self.said(to.chat_id) if one.replies_to == to.message_id), None),
            f"an answer to «{to.text}»",
        )

    # --- looking ------------------------------------------------------------------------------------------

    @property
    def group(self) -> int:
        return self.world.group.id

    def said(self, chat: int | None = None) -> list[Shown]:
        """The bot's own messages in a chat as they stand now, oldest first; service messages left out."""
        where = chat or self.group
        return [
            Shown(self, where, one["message_id"])
            for one in self.world.messages(where)
            if one["from"]["id"] == BOT_ID and ("text" in one or "photo" in one)
        ]

    def cards(self) -> list[Shown]:
        """The cards in the group: messages with a button that acts on a thread, or that leads to its page alone."""
        return [one for one in self.said() if one.is_card]

    @property
    def pinned(self) -> Shown:
        """The pinned message: the board."""
        return Shown(self, self.group, self.world.group.pinned[-1])

    @property
    def board(self) -> str:
        """The text of the pinned board; empty where nothing is pinned."""
        return self.pinned.text if self.world.group.pinned else ""

    def calls(self, method: str) -> list[Call]:
        return [call for call in self.world.calls if call.method == method]

    def requests(self, where: str, method: str = "GET", path: str = "") -> list[Seen]:
        return [one for one in self.town.seen if one.where == where and one.method == method and path in one.path]

    # --- mishaps ------------------------------------------------------------------------------------------

    def spoil(self, where: str, name: str, **how: Any) -> None:
        """Order a mishap of the next requests to "graph" or "forum"; see `bot.sandbox.town.faults.Fault`."""
        self.town.order(where, Fault(name, **how))

    def mend(self, where: str) -> None:
        self.town.order(where, None)

    def forgive(self, pattern: str) -> None:
        """A call or a line of the log that matches is meant to fail in this scene."""
        self._forgiven.append(pattern)

    def faults(self) -> list[str]:
        """What no scene may have: calls that Telegram refused, errors in the log, anything but GET and POST."""
        wrong = [f"{call.method}: {call.error}" for call in self.world.calls if call.error]
        wrong += [line for line in self.bot.log.splitlines() if " ERROR " in line or line.startswith("Traceback")]
        wrong += [f"{one.method} {one.path}" for one in self.town.seen if one.method not in ("GET", "POST")]
        return [line for line in wrong if not any(re.search(pattern, line) for pattern in self._forgiven)]

    def transcript(self) -> str:
        """The end of the group's chat and of the bot's log, for a failed test's report."""
        said = [
            f"  {one['message_id']} {one['from']['first_name']}: {one.get('text', '(no text)')[:300]!r}"
            f" {list(Shown(self, self.group, one['message_id']).labels)}"
            for one in self.world.messages(self.group)[-25:]
        ]
        return "\n".join(["The group:", *said, "The bot's log:", *self.bot.log.splitlines()[-40:]])


@asynccontextmanager
async def opened_desk(setup: Setup) -> AsyncIterator[Desk]:
    """A desk with its own world and bot; at the end the bot stops cleanly, and nothing unforeseen has gone wrong."""
    world = World()
    if setup.bot_role != "administrator":
        world.group.members[BOT_ID] = setup.bot_role or "left"
    forum = Forum(flood_seconds=setup.flood_seconds, language="ukrainian")
    async with opened(0, world=world, facebook=Facebook(), forum=forum) as sandbox:
        with tempfile.TemporaryDirectory(prefix="vidhuk-e2e-") as name:
            folder = Path(name)
            config = folder / "config.toml"
            config.write_text(config_text(setup, sandbox, folder), "utf-8")
            bot = BotProcess(config, _secrets(setup, sandbox), on_end=sandbox.bell.ring)
            desk = Desk(sandbox, bot, setup, folder)
            try:
                if setup.starts:
                    await bot.start()
                    await desk.watches()
                yield desk
                if bot.running:
                    assert await bot.stops() == 0
                assert not (wrong := desk.faults()), "\n".join(wrong)
            except Exception as error:
                error.add_note(desk.transcript())
                raise
            finally:
                if bot.running:
                    await bot.is_killed()


def config_text(setup: Setup, sandbox: Sandbox, folder: Path) -> str:
    """The config.toml of a desk."""
    page = sandbox.facebook.page_id
    parts = [
        f'[team]\nname = "Команда проби"\nlanguage = "{setup.language}"',
        f'[telegram]\napi_url = "{sandbox.address}"' + (f"\nchat_id = {setup.group}" if setup.group else ""),
        f'[store]\npath = "{(folder / "vidhuk.db").as_posix()}"',
        f'[reply]\nundo_window = "{setup.undo}"\nsignature = "{setup.signature}"',
        '[http]\nallow_private = true\ngap = "10ms"',
    ]
    if setup.facebook:
        parts.append(
            '[[community]]\nkey = "fb"\nname = "Сторінка"\nplatform = "facebook"\npoll_every = "1s"\n'
            f'page = "{setup.page or page}"\napi_url = "{sandbox.address}/graph/v26.0"\nofficial = ["{page}"]\n'
            + setup.fb_keys
        )
    if setup.forum:
        parts.append(
            f'[[community]]\nkey = "forum"\nname = "Форум"\nplatform = "{setup.forum_engine}"\npoll_every = "1s"\n'
            f'url = "{sandbox.address}/forum/forumdisplay.php?fid=2"\nofficial = ["{OFFICIAL_ACCOUNT}"]\n'
            f'username = "{OFFICIAL_ACCOUNT}"\n' + setup.forum_keys
        )
    if setup.tables:
        parts.append(setup.tables)
    return "\n\n".join(parts) + "\n"


def _secrets(setup: Setup, sandbox: Sandbox) -> dict[str, str]:
    return {
        "VIDHUK_TELEGRAM_TOKEN": setup.token,
        "VIDHUK_FB_TOKEN": sandbox.facebook.page_token,
        "VIDHUK_FORUM_PASSWORD": setup.password,
    }
