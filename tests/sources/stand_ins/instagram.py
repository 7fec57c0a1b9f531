"""A strict local Instagram: one professional account's media with comments and replies, by the Graph API over HTTP.

Two levels only: a reply to a reply is refused by its own id, as Instagram does; fields that a node lacks are an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

Node = dict[str, Any]
Fault = Callable[[], web.StreamResponse]

ACCOUNT, USERNAME, TOKEN = "17841400000000001", "sample_operator", "SECRET-ig-token"
CUSTOMER = {"id": "9001", "username": "sample_abonent"}

MEDIA_FIELDS = {"id", "caption", "permalink", "timestamp", "username", "comments_count", "like_count", "media_type"}
COMMENT_FIELDS = {"id", "text", "timestamp", "username", "from", "hidden", "replies", "parent_id", "like_count"}
ACCOUNT_FIELDS = {"id", "username", "name", "followers_count", "media_count"}


def refused(code: int, message: str = "words", subcode: int = 0, status: int = 400) -> Fault:
    error: Node = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    if subcode:
        error["error_subcode"] = subcode
    return lambda: web.json_response({"error": error}, status=status)


@dataclass
class Comment:
    id: str
    media: str
    author: Node | None
    text: str
    at: datetime
    top: str = ""
    hidden: bool = False


@dataclass
class SmallInstagram:
    """``failure`` answers every request, ``on_reply`` only writes (``keeps``: whether the reply stands then).

    ``shown`` is how many replies come along with a comment, ``largest`` the most a page holds.
    """

    clock: datetime
    media: dict[str, Node] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    insights: dict[str, int] = field(default_factory=dict)
    failure: Fault | None = None
    on_reply: Fault | None = None
    keeps: bool = True
    shown: int = 50
    largest: int = 50
    numbers: int = 100
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    seen_fields: set[str] = field(default_factory=set)

    def post(self, caption: str = "Новий тариф", ago: timedelta = timedelta(hours=2)) -> str:
        own_id = self._next()
        link = f"https://www.instagram.com/p/{own_id}/"
        self.media[own_id] = {"id": own_id, "caption": caption, "permalink": link, "like_count": 12}
        self.media[own_id] |= {"timestamp": self._stamp(ago), "username": USERNAME, "media_type": "IMAGE"}
        return own_id

    def comment(
        self, media: str, text: str, author: Node | None = None, top: str = "", ago: timedelta = timedelta(minutes=5)
    ) -> str:
        own_id = self._next()
        self.comments[own_id] = Comment(own_id, media, author or CUSTOMER, text, self.clock - ago, top)
        return own_id

    def remove(self, own_id: str) -> None:
        for gone in [one.id for one in self.comments.values() if own_id in {one.id, one.top}]:
            del self.comments[gone]

    # --- the wire -----------------------------------------------------------------------------------------

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/v26.0/")
        self.asked.append((request.method, path, dict(request.query)))
        if self.failure is not None:
            return self.failure()
        if request.headers.get("Authorization") != f"Bearer {TOKEN}" or "access_token" in request.query:
            return refused(190, "Invalid OAuth access token", status=401)()
        own_id, _, edge = path.partition("/")
        if request.method == "POST":
            return await self._take(request, own_id, edge)
        return self._get(request, own_id, edge)

    def _get(self, request: web.Request, own_id: str, edge: str) -> web.StreamResponse:
        match edge:
            case "media" if own_id == ACCOUNT:
                fields = self._fields(request, MEDIA_FIELDS)
                newest = sorted(self.media.values(), key=lambda one: str(one["timestamp"]), reverse=True)
                return self._listed(request, [self._medium(one, fields) for one in newest])
            case "insights" if own_id == ACCOUNT:
                return self._insight(request)
            case "comments" if own_id in self.media:
                return self._listed(request, self._under(own_id, "", self._fields(request, COMMENT_FIELDS)))
            case "replies" if own_id in self.comments:
                medium = self.comments[own_id].media
                return self._listed(request, self._under(medium, own_id, self._fields(request, COMMENT_FIELDS)))
            case "":
                return self._single(request, own_id)
        return _no_object(own_id)

    def _single(self, request: web.Request, own_id: str) -> web.StreamResponse:
        if own_id == ACCOUNT:
            known = {"id": ACCOUNT, "username": USERNAME, "followers_count": 800}
            asked = self._fields(request, ACCOUNT_FIELDS)
            return web.json_response({name: value for name, value in known.items() if name in asked})
        if own_id in self.comments:
            return web.json_response(self._shown(self.comments[own_id], self._fields(request, COMMENT_FIELDS)))
        return _no_object(own_id)

    def _fields(self, request: web.Request, known: set[str]) -> set[str]:
        asked = set(re.findall(r"[a-z_]+", re.sub(r"\.limit\(\d+\)|\{.*?\}", "", request.query["fields"])))
        inner = set(re.findall(r"[a-z_]+", "".join(re.findall(r"\{(.*?)\}", request.query["fields"]))))
        assert asked <= known, f"Tried accessing nonexisting field {asked - known}"
        assert inner <= COMMENT_FIELDS
        self.seen_fields |= asked | inner
        return asked

    def _medium(self, node: Node, fields: set[str]) -> Node:
        count = sum(one.media == node["id"] for one in self.comments.values())
        return {name: value for name, value in {**node, "comments_count": count}.items() if name in fields}

    def _under(self, medium: str, top: str, fields: set[str]) -> list[Node]:
        found = [one for one in self.comments.values() if (one.media, one.top) == (medium, top)]
        return [self._shown(one, fields) for one in sorted(found, key=lambda one: one.at, reverse=True)]

    def _shown(self, one: Comment, fields: set[str]) -> Node:
        author = one.author or {}
        node: Node = {
            "id": one.id,
            "text": one.text,
            "timestamp": self._stamp(self.clock - one.at),
            "hidden": one.hidden,
        }
        node |= {"username": author.get("username", "")}
        if author.get("id"):
            node["from"] = author
        if one.top:
            node["parent_id"] = one.top
        inside = self._under(one.media, one.id, fields - {"replies"}) if "replies" in fields else []
        if inside:
            node["replies"] = {"data": inside[: self.shown]}
            if len(inside) > self.shown:
                node["replies"]["paging"] = {
                    "cursors": {"after": str(self.shown)},
                    "next": f"https://x/?access_token={TOKEN}",
                }
        return {name: value for name, value in node.items() if name in fields | {"replies"}}

    def _listed(self, request: web.Request, nodes: list[Node]) -> web.StreamResponse:
        start, limit = int(request.query.get("after", "0")), min(int(request.query.get("limit", "25")), self.largest)
        body: Node = {"data": nodes[start : start + limit]}
        if start + limit < len(nodes):
            after = str(start + limit)
            body["paging"] = {"cursors": {"after": after}, "next": f"https://x/?access_token={TOKEN}"}
        return web.json_response(body)

    def _insight(self, request: web.Request) -> web.StreamResponse:
        metric = request.query["metric"]
        assert (request.query["period"], request.query["metric_type"]) == ("day", "total_value")
        if "," in metric or metric not in self.insights:
            return refused(100, "(#100) metric must be one of the following values")()
        total = {"value": self.insights[metric]}
        return web.json_response({"data": [{"name": metric, "period": "day", "total_value": total, "id": "x"}]})

    async def _take(self, request: web.Request, own_id: str, edge: str) -> web.StreamResponse:
        one = self.comments.get(own_id)
        form = await request.post()
        assert set(form) == {"message"}
        if edge != "replies" or one is None:
            return _no_object(own_id)
        if one.top or one.hidden:
            return refused(100, "(#100) This comment cannot be replied to")()
        if self.on_reply is not None and not self.keeps:
            return self.on_reply()
        made = self.comment(one.media, str(form["message"]), {"id": ACCOUNT, "username": USERNAME}, own_id, timedelta())
        return self.on_reply() if self.on_reply is not None else web.json_response({"id": made})

    def _next(self) -> str:
        self.numbers += 1
        return f"1790000000000{self.numbers}"

    def _stamp(self, ago: timedelta) -> str:
        return (self.clock - ago).strftime("%Y-%m-%dT%H:%M:%S+0000")


def _no_object(own_id: str) -> web.StreamResponse:
    return refused(100, f"Object with ID '{own_id}' does not exist", 33)()
