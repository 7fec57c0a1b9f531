"""One community of each kind, each a strict stand-in on loopback: where one asks, and where the answer stands."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.sources.signing import IDEMPOTENCY, sign
from tests.sources.stand_ins import appstore, discourse, feed, googleplay, instagram, nodebb, receiver, vk, youtube
from tests.sources.stand_ins.forums import CUSTOMER, OFFICIAL, PASSWORD, ForumStandIn
from tests.sources.stand_ins.ips import IPSForum
from tests.sources.stand_ins.phpbb import PhpBBForum
from tests.sources.stand_ins.smf import SMFForum
from tests.sources.stand_ins.ucoz import UCozSite
from tests.sources.stand_ins.vbulletin import VBulletinForum
from tests.sources.stand_ins.xenforo import XenForoForum

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Asks = Callable[[str], Awaitable[None]]
_SITE = "SECRET-of-the-site"


@dataclass
class Kind:
    """One platform: ``table`` are the lines of its ``[[community]]`` with ``{origin}`` in them, ``secrets`` its part of
    the environment, ``asks`` puts a customer's question there, ``stands`` tells what the company has said there."""

    routes: Mapping[str, Handler]
    table: str
    asks: Callable[[str], object]
    stands: Callable[[], list[str]]
    secrets: Callable[[str], Mapping[str, str]] = field(default=lambda origin: {})
    lets_through: Callable[[], object] = field(default=lambda: None)
    """What a moderator does with the answer, where there is one."""
    extra: str = ""
    """Lines before all communities."""


def now() -> datetime:
    return datetime.now(UTC)


def kinds() -> dict[str, Callable[[], Kind]]:
    return {
        "vk": _vk,
        "youtube": _youtube,
        "instagram": _instagram,
        "googleplay": _googleplay,
        "appstore": _appstore,
        "webhook": _webhook,
        "phpbb": lambda: _forum("phpbb", PhpBBForum(now=now()), "/viewforum.php?f=2"),
        "smf": lambda: _forum("smf", SMFForum(now=now()), "/index.php?board=2.0"),
        "vbulletin": lambda: _forum(
            "vbulletin", VBulletinForum(looks="3", charset="windows-1251", now=now()), "/forumdisplay.php?f=2"
        ),
        "xenforo": lambda: _forum("xenforo", XenForoForum(now=now()), "/forums/pytannia.2/"),
        "ucoz": lambda: _forum("ucoz", UCozSite(charset="windows-1251", now=now()), "/forum/2"),
        "ips": lambda: _forum("ips", IPSForum(now=now()), "/forum/2-pytannia/"),
        "discourse": _discourse,
        "nodebb": _nodebb,
        "feed": _feed,
    }


async def opened(stack: AsyncExitStack, kind: Kind) -> str:
    """Serve the stand-in; returns its origin."""
    app = web.Application(client_max_size=10_000_000)
    for path, handler in kind.routes.items():
        app.router.add_route("*", path, handler)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    stack.push_async_callback(server.close)
    return str(server.make_url("")).rstrip("/")


def _forum(platform: str, forum: ForumStandIn, path: str) -> Kind:
    return Kind(
        routes=forum.routes(),
        table=f'platform = "{platform}"\nurl = "{{origin}}{path}"\nusername = "{OFFICIAL}"\ntimezone = "UTC"\n',
        asks=lambda text: forum.write(7, CUSTOMER, text, timedelta(seconds=30)),
        stands=lambda: [post.text for post in forum.shown(7) if post.author == OFFICIAL],
        secrets=lambda origin: {"PASSWORD": PASSWORD},
    )


def _vk() -> Kind:
    small = vk.SmallVk()
    wall = small.post("Новий тариф")
    return Kind(
        routes={"/method/{method}": small.answer},
        table=f'platform = "vk"\npage = "{vk.GROUP}"\napi_url = "{{origin}}/method"\n',
        asks=lambda text: small.comment(wall, text),
        stands=lambda: [one.text for one in small.entry(wall).comments if one.author == vk.COMPANY],
        secrets=lambda origin: {"TOKEN": vk.USER_TOKEN},
    )


def _youtube() -> Kind:
    tube = youtube.SmallYouTube(now())
    return Kind(
        routes={"/youtube/v3/{resource}": tube.answer},
        table=f'platform = "youtube"\npage = "{youtube.CHANNEL}"\napi_url = "{{origin}}/youtube/v3"\n',
        asks=lambda text: tube.comment(text, ago=timedelta(seconds=30)),
        stands=lambda: [one.text for one in tube.written()],
        secrets=lambda origin: {"TOKEN": youtube.TOKEN},
    )


def _instagram() -> Kind:
    insta = instagram.SmallInstagram(now())
    media = insta.post()
    return Kind(
        routes={"/v26.0/{path:.*}": insta.answer},
        table=f'platform = "instagram"\npage = "{instagram.ACCOUNT}"\napi_url = "{{origin}}/v26.0"\n',
        asks=lambda text: insta.comment(media, text, ago=timedelta(seconds=30)),
        stands=lambda: [
            one.text for one in insta.comments.values() if (one.author or {}).get("id") == instagram.ACCOUNT
        ],
        secrets=lambda origin: {"TOKEN": instagram.TOKEN},
    )


def _googleplay() -> Kind:
    return play_kind(googleplay.SmallPlay(now()))


def play_kind(play: googleplay.SmallPlay) -> Kind:
    """The store that a scene plays with by itself."""
    return Kind(
        routes={"/token": play.token, googleplay.ROOT + "/{rest:.*}": play.api},
        table=f'platform = "googleplay"\npage = "{googleplay.PACKAGE}"\napi_url = "{{origin}}{googleplay.ROOT}"\n',
        asks=lambda text: play.review(text, 1, ago=timedelta(seconds=30)),
        stands=lambda: [one.answer for one in play.reviews.values() if one.answer],
        secrets=lambda origin: {"TOKEN": play.key(origin)},
    )


def _appstore() -> Kind:
    store = appstore.SmallStore(now())
    keys = f'key_id = "{appstore.KEY_ID}"\nissuer = "{appstore.ISSUER}"\n'
    return Kind(
        routes={"/v1/{rest:.*}": store.api},
        table=f'platform = "appstore"\npage = "{appstore.APP}"\napi_url = "{{origin}}"\n{keys}',
        asks=lambda text: store.review(text, 2, ago=timedelta(seconds=30)),
        stands=lambda: [one.text for one in store.reviews.values() if one.text],
        secrets=lambda origin: {"TOKEN": appstore.PEM},
        lets_through=store.release_all,
    )


def _webhook() -> Kind:
    taker, port = receiver.Receiver(now(), secret=_SITE), unused_port()

    async def asks(text: str) -> None:
        body = json.dumps({"id": uuid.uuid4().hex, "text": text, "author": {"name": CUSTOMER}}).encode()
        headers = {**sign(_SITE, body, now()), IDEMPOTENCY: uuid.uuid4().hex, "Content-Type": "application/json"}
        address = f"http://127.0.0.1:{port}/in/webhook"
        async with aiohttp.ClientSession() as session, session.post(address, data=body, headers=headers) as answer:
            assert answer.status == 202, await answer.text()

    return Kind(
        routes={"/answers": taker.answer},
        table='platform = "webhook"\nurl = "{origin}/answers"\n',
        asks=asks,
        stands=lambda: [said["text"] for said in taker.taken.values()],
        secrets=lambda origin: {"TOKEN": _SITE},
        extra=f'[web]\nlisten = "127.0.0.1:{port}"\n',
    )


def _discourse() -> Kind:
    forum = discourse.Discourse(now(), OFFICIAL)
    return Kind(
        routes=forum.routes(),
        table=f'platform = "discourse"\nurl = "{{origin}}/c/support/7"\nusername = "{OFFICIAL}"\n',
        asks=lambda text: forum.write(5, "abonent", text, timedelta(seconds=30)),
        stands=lambda: [post.raw for post in forum.topics[5].shown() if post.username == OFFICIAL],
        secrets=lambda origin: {"TOKEN": forum.key},
    )


def _nodebb() -> Kind:
    forum = nodebb.NodeBB(now(), OFFICIAL)
    return Kind(
        routes=forum.routes(),
        table=f'platform = "nodebb"\nurl = "{{origin}}/category/5/pytannia"\nusername = "{OFFICIAL}"\n',
        asks=lambda text: forum.write(7, "abonent", text, timedelta(seconds=30)),
        stands=lambda: [post.content for post in forum.topics[7].posts if post.username == OFFICIAL],
        secrets=lambda origin: {"PASSWORD": forum.password},
    )


def _feed() -> Kind:
    site = feed.SmallSite()

    def asks(text: str) -> None:
        site.items.insert(0, feed.Item("q1", "Питання", text, now() - timedelta(seconds=30)))

    return Kind(
        routes={"/feed": site.answer},
        table='platform = "feed"\nurl = "{origin}/feed"\nwrite = false\n',
        asks=asks,
        stands=list,
    )
