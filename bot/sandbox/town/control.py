"""Puts the town on a server, and gives tests the levers: mishaps on order, requests seen, writing as anybody."""

import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox.town import faults
from bot.sandbox.town.facebook import Facebook, Refused
from bot.sandbox.town.faults import NAMES, PLACES, Fault, Handler
from bot.sandbox.town.forum import Forum, NotTaken
from bot.sandbox.town.forum_web import ForumWeb
from bot.sandbox.town.graph import Graph
from bot.sandbox.town.reviews import Reviews
from bot.sandbox.town.reviews_api import ROOT, ReviewsApi
from bot.sandbox.town.reviews_page import ReviewsPage
from bot.sandbox.town.vb import CHARSET, OldForum
from bot.sandbox.town.vk import VkWall
from bot.sandbox.town.vk_api import VkApi
from bot.sandbox.town.wall import PAGES, Wall, spoken

_KEPT_REQUESTS = 2_000
_KEPT_BODY = 4_000
_OWN_PAGE = "X-Sandbox-Page"
"""Header of a human page that renews itself: neither noted nor spoilt, mishaps are for the bot."""


@dataclass(slots=True)
class Seen:
    """One request to the Graph stand-in or the forum; ``at`` is unix seconds, ``status`` 0 until answered."""

    where: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str
    at: float
    status: int = 0
    fault: str = ""


def old_forum() -> Forum:
    """The forum of the town that runs on an old engine, in windows-1251."""
    return Forum(name="Старий форум (пісочниця)", charset=CHARSET, flood_seconds=5, language="ukrainian")


@dataclass
class Town:
    """The communities together with the mishaps that wait for their next requests."""

    facebook: Facebook
    forum: Forum
    vk: VkWall = field(default_factory=VkWall)
    reviews: Reviews = field(default_factory=Reviews)
    old_forum: Forum = field(default_factory=old_forum)
    play: ReviewsApi = field(init=False)
    waiting: dict[str, Fault] = field(default_factory=dict)
    seen: "deque[Seen]" = field(default_factory=lambda: deque(maxlen=_KEPT_REQUESTS))

    def __post_init__(self) -> None:
        self.play = ReviewsApi(self.reviews)

    def order(self, where: str, fault: Fault | None) -> None:
        """Spoil the next requests to ``where`` (one of ``PLACES``); ``None`` calls everything off there."""
        if fault is None:
            self.waiting.pop(where, None)
        else:
            self.waiting[where] = fault

    def watch(self, where: str, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """A route's handler that notes the request and lets an ordered mishap happen."""

        async def watched(request: web.Request) -> web.StreamResponse:
            if _OWN_PAGE in request.headers:
                return await handler(request, None)
            seen = await self._note(where, request)
            waiting = self.waiting.get(where)
            fault = waiting if waiting is not None and waiting.takes(request) else None
            seen.fault = fault.name if fault else ""
            answer = await faults.play(request, fault, handler)
            seen.status = answer.status
            return answer

        return watched

    async def _note(self, where: str, request: web.Request) -> Seen:
        body = (await request.read()).decode("utf-8", "replace")[:_KEPT_BODY] if request.can_read_body else ""
        headers = {name.lower(): value for name, value in request.headers.items()}
        query, now = dict(request.query), self.facebook.clock()
        seen = Seen(where, request.method, request.path, query, headers, body, now)
        self.seen.append(seen)
        return seen


def add_to(app: web.Application, facebook: Facebook, forum: Forum) -> Town:
    """Add the town's routes: ``/graph`` and ``/fb``, ``/forum``, ``/vk``, ``/play``, ``/vb``; ``/town`` has the levers.

    The ``Town`` is for in-process tests.
    """
    town = Town(facebook, forum)
    graph = town.watch("graph", Graph(facebook).handle)
    wall = Wall(facebook)
    app.router.add_route("*", "/graph/{path:.*}", graph)
    app.add_routes(wall.routes())
    app.add_routes(ForumWeb(forum).routes(town.watch))
    app.router.add_route("*", "/vk/method/{method}", town.watch("vk", VkApi(town.vk).handle))
    app.add_routes(Wall(town.vk, "vk").routes())
    app.router.add_post("/play/token", town.watch("play", town.play.token))
    app.router.add_route("*", ROOT + "/applications/{rest:.*}", town.watch("play", town.play.handle))
    app.add_routes(ReviewsPage(town.reviews).routes())
    app.add_routes(OldForum(town.old_forum).routes(town.watch))
    levers = _Levers(town, wall)
    app.router.add_post("/town/control", levers.control)
    app.router.add_get("/town/requests", levers.requests)
    app.router.add_post("/town/post", levers.post)
    app.router.add_static("/town/static/", PAGES)
    return town


class _Levers:
    def __init__(self, town: Town, wall: Wall) -> None:
        self.town = town
        self.wall = wall

    async def control(self, request: web.Request) -> web.StreamResponse:
        """``{where, fault|null, times?, path?, method?, seconds?, code?, retry_after?, to?}`` orders a mishap;
        ``{where: "forum", topic, closed}`` closes or opens a topic."""
        try:
            wish = json.loads(await request.text())
            self._obey(wish)
        except (ValueError, TypeError, AttributeError, KeyError) as wrong:
            return web.json_response({"error": f"not understood: {wrong}"}, status=422)
        return web.json_response({"ok": True})

    async def requests(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response([asdict(seen) for seen in self.town.seen])

    async def post(self, request: web.Request) -> web.StreamResponse:
        """``{where, author, text, parent?|topic?, subject?, official?}`` → ``{id, url, topic?}``."""
        try:
            words = await spoken(request)
            if words.get("where") == "forum":
                return web.json_response(self._to_forum(words, request))
            entry = self.wall.say(words | {"to": words.get("parent", words.get("to", ""))})
        except (Refused, NotTaken) as no:
            return web.json_response({"refused": no.reason}, status=422)
        url = self.town.facebook.link(entry, str(request.url.origin()))
        return web.json_response({"id": entry.id, "url": url})

    def _to_forum(self, words: dict[str, str], request: web.Request) -> dict[str, Any]:
        forum, text = self.town.forum, words.get("text", "")
        author = forum.official.name if words.get("official") else words.get("author", "")
        topic = words.get("topic", words.get("parent", ""))
        if topic:
            post = forum.reply(int(topic) if topic.isdecimal() else 0, author, text)
        else:
            post = forum.new_topic(author, words.get("subject") or text[:60], text)
        link = f"{forum.base_url or str(request.url.origin())}/forum/showthread.php?tid={post.tid}&pid={post.pid}"
        return {"id": str(post.pid), "topic": str(post.tid), "url": f"{link}#pid{post.pid}"}

    def _obey(self, wish: dict[str, Any]) -> None:
        where = wish.pop("where")
        if where not in PLACES:
            raise ValueError(f"where must be one of {PLACES}")
        if "topic" in wish:
            self.town.forum.close(int(wish["topic"]), closed=bool(wish.get("closed", True)))
            return
        name = wish.pop("fault")
        if name is not None and name not in NAMES:
            raise ValueError(f"fault must be one of {sorted(NAMES)} or null")
        self.town.order(where, Fault(name, **wish) if name is not None else None)
