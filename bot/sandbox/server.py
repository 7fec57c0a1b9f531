"""The outside world on one local port: Telegram, the town's pages, and the page in which people watch them all."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.sandbox.telegram import GROUP_ID, TOKEN, World
from bot.sandbox.telegram import add_to as add_telegram
from bot.sandbox.town import Facebook, Forum, Town
from bot.sandbox.town import add_to as add_town
from bot.sandbox.town.people import OFFICIAL_ACCOUNT, OFFICIAL_SECRET
from bot.sandbox.town.reviews_api import ROOT
from bot.sandbox.town.vk import USER_TOKEN

STATIC = Path(__file__).parent / "static"
DEFAULT_PORT = 8080
HOST = "127.0.0.1"


class Bell:
    """Rings after every answered request: what the bot changes out here, it changes by a request."""

    def __init__(self) -> None:
        self._next: asyncio.Future[None] | None = None

    def ring(self) -> None:
        waiting, self._next = self._next, None
        if waiting is not None:
            waiting.set_result(None)

    async def next(self) -> None:
        """Wait until it rings once more."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._next)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The running outside world; ``address`` is its origin, without a slash."""

    world: World
    facebook: Facebook
    forum: Forum
    town: Town
    bell: Bell
    address: str

    def config(self, folder: Path, *, language: str = "uk", undo_window: str = "6s") -> str:
        """A config.toml that leads a bot here; its secrets stand in `secrets`."""
        return f"""# The sandbox's world: everything here is local and invented.
[team]
name = "Київстар (пісочниця)"
language = "{language}"
timezone = "Europe/Kyiv"

[telegram]
chat_id = {GROUP_ID}
api_url = "{self.address}"

[store]
path = "{(folder / "vidhuk.db").as_posix()}"

[reply]
undo_window = "{undo_window}"
signature = "— {{agent}}, Київстар"

[http]
allow_private = true
gap = "20ms"

[[community]]
key = "fb-demo"
name = "Київстар у Facebook"
platform = "facebook"
page = "{self.facebook.page_id}"
api_url = "{self.address}/graph/v26.0"
official = ["{self.facebook.page_id}"]
poll_every = "2s"

[[community]]
key = "forum-demo"
name = "Форум пісочниці"
platform = "mybb"
url = "{self.address}/forum/forumdisplay.php?fid=2"
official = ["{OFFICIAL_ACCOUNT}"]
username = "{OFFICIAL_ACCOUNT}"
poll_every = "2s"

[[community]]
key = "vk-demo"
name = "Київстар ВК"
platform = "vk"
page = "{self.town.vk.page_id}"
api_url = "{self.address}/vk/method"
poll_every = "2s"

[[community]]
key = "board-demo"
name = "Старий форум"
platform = "vbulletin"
url = "{self.address}/vb/forumdisplay.php?f=2"
charset = "windows-1251"
official = ["{OFFICIAL_ACCOUNT}"]
username = "{OFFICIAL_ACCOUNT}"
poll_every = "2s"

[[community]]
key = "play-demo"
name = "Застосунок у магазині"
platform = "googleplay"
page = "{self.town.reviews.package}"
api_url = "{self.address}{ROOT}"
poll_every = "2s"
"""

    @property
    def secrets(self) -> dict[str, str]:
        """The environment that goes with `config`."""
        return {
            "VIDHUK_TELEGRAM_TOKEN": TOKEN,
            "VIDHUK_FB_DEMO_TOKEN": self.facebook.page_token,
            "VIDHUK_FORUM_DEMO_PASSWORD": OFFICIAL_SECRET,
            "VIDHUK_VK_DEMO_TOKEN": USER_TOKEN,
            "VIDHUK_BOARD_DEMO_PASSWORD": OFFICIAL_SECRET,
            "VIDHUK_PLAY_DEMO_TOKEN": self.town.play.key_file(self.address),
        }


@asynccontextmanager
async def opened(
    port: int | None = None,
    *,
    language: str = "uk",
    world: World | None = None,
    facebook: Facebook | None = None,
    forum: Forum | None = None,
) -> AsyncIterator[Sandbox]:
    """The sandbox, serving until the block ends.

    A ``port`` that was asked for and is taken raises OSError; without one, a free port serves where 8080 is taken, and
    0 is always a free one. Tests hand in a ``world``, ``facebook`` or ``forum`` with clocks and limits of their own.
    """
    world = world or World()
    facebook = facebook or Facebook()
    # Short limits: a visitor of the demo must be able to write twice a minute.
    forum = forum or Forum(flood_seconds=5, language="ukrainian" if language == "uk" else "english")
    bell = Bell()
    app = web.Application(middlewares=[_ringing(bell)])
    add_telegram(app, world)
    town = add_town(app, facebook, forum)
    town.old_forum.language = forum.language
    app.router.add_get("/", _page)
    app.router.add_static("/static/", STATIC)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        yield Sandbox(world, facebook, forum, town, bell, f"http://{HOST}:{await _listen(runner, port)}")
    finally:
        await runner.cleanup()


async def serve(port: int | None) -> None:
    """Run the outside world alone and print how to lead a bot to it; until cancelled."""
    async with opened(port) as sandbox:
        print(sandbox.config(Path.cwd()))
        for name, value in sandbox.secrets.items():
            print(f"# export {name}={shlex.quote(value)}")
        print(f"# The page to watch: {sandbox.address}/", flush=True)
        await asyncio.Event().wait()


def _ringing(bell: Bell) -> Middleware:
    @web.middleware
    async def rings(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        finally:
            bell.ring()

    return rings


async def _listen(runner: web.AppRunner, port: int | None) -> int:
    wanted = DEFAULT_PORT if port is None else port
    try:
        await web.TCPSite(runner, HOST, wanted).start()
    except OSError:
        if port is not None:
            raise
        await web.TCPSite(runner, HOST, 0).start()
    return int(runner.addresses[0][1])


async def _page(request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")
