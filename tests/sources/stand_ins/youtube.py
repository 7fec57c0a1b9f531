"""A small YouTube: one channel's comment threads in memory, spoken to by the Data API v3 over HTTP.

Strict: a parameter that the API does not know, or a combination it refuses, is a 400. Faults are switches.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import Any

from aiohttp import web

Node = dict[str, Any]
Fault = Callable[[], web.StreamResponse]

CHANNEL, TITLE = "UCsampleOperator0000000", "Вигаданий Оператор"
TOKEN, READER, OTHERS, EXPIRED, KEY = (
    "SECRET-owner",
    "SECRET-reader",
    "SECRET-other",
    "SECRET-expired",
    "AIzaSECRET-key",
)

_ALLOWED = {
    "commentThreads": {
        "part",
        "allThreadsRelatedToChannelId",
        "id",
        "maxResults",
        "order",
        "pageToken",
        "textFormat",
    },
    "comments": {"part", "parentId", "maxResults", "pageToken", "textFormat"},
    "channels": {"part", "id", "mine"},
    "playlistItems": {"part", "playlistId", "maxResults", "pageToken"},
    "videos": {"part", "id"},
}
_SINGLE_FILTERS = ("allThreadsRelatedToChannelId", "id", "parentId", "mine", "playlistId")
UPLOADS = CHANNEL.replace("UC", "UU", 1)


def refused(status: int, reason: str, message: str = "refused", **headers: str) -> Fault:
    """A fault as Google words it."""
    error = {"code": status, "message": message, "errors": [{"message": message, "domain": "x", "reason": reason}]}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.json_response({"error": error}, status=status, headers=named)


@dataclass
class Comment:
    """A top comment (``parent`` is None) or a reply to one."""

    id: str
    author: str | None
    name: str
    text: str
    at: datetime
    parent: str | None = None
    video: str = "vid00000001"
    edited: datetime | None = None
    held: bool = False
    picture: str = ""


@dataclass
class SmallYouTube:
    """``failure`` answers every request, ``on_insert`` only writes (``keeps`` says whether the comment stands then).

    ``shown`` is how many replies a thread shows of its own, ``largest`` the most a page holds; ``strict_ids`` refuses a
    whole request by ids where one of them is gone.
    """

    clock: datetime
    comments: dict[str, Comment] = field(default_factory=dict)
    failure: Fault | None = None
    on_insert: Fault | None = None
    on_replies: Fault | None = None
    keeps: bool = True
    shown: int = 2
    largest: int = 100
    strict_ids: bool = False
    statistics: Node = field(default_factory=lambda: {"subscriberCount": "5400", "viewCount": "98000"})
    videos: dict[str, Node] = field(default_factory=dict)
    """Each video's statistics, newest first."""
    uploads: str = UPLOADS
    units: int = 0
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[str, Node]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    # --- what people do -----------------------------------------------------------------------------------

    def comment(self, text: str, name: str = "@abonent", ago: timedelta = timedelta(hours=1), **more: Any) -> str:
        own_id = f"Ug{next(self._numbers):06d}AaABAg"
        self.comments[own_id] = Comment(own_id, f"UC{name}", name, text, self.clock - ago, **more)
        return own_id

    def reply(self, under: str, text: str, name: str = "@oksana", ago: timedelta = timedelta(), **more: Any) -> str:
        own_id = f"{under}.9r{next(self._numbers):06d}"
        author = CHANNEL if name == "@operator" else f"UC{name}"
        self.comments[own_id] = Comment(own_id, author, name, text, self.clock - ago, parent=under, **more)
        return own_id

    def edit(self, own_id: str, text: str) -> None:
        self.comments[own_id].text, self.comments[own_id].edited = text, self.clock

    def remove(self, own_id: str) -> None:
        for gone in [one for one in self.comments.values() if own_id in {one.id, one.parent}]:
            del self.comments[gone.id]

    def written(self) -> list[Comment]:
        return [one for one in self.comments.values() if one.author == CHANNEL]

    def calls(self, resource: str) -> int:
        return sum(asked == resource for _, asked, _ in self.asked)

    # --- the API ------------------------------------------------------------------------------------------

    async def answer(self, request: web.Request) -> web.StreamResponse:
        resource = request.path.removeprefix("/youtube/v3/")
        query = dict(request.query)
        self.asked.append((request.method, resource, query))
        self.headers.append(dict(request.headers))
        self.units += 50 if request.method == "POST" else 1
        if self.failure is not None:
            return self.failure()
        if (trouble := self._authorised(request)) is not None:
            return trouble()
        if request.method == "POST" and resource == "comments":
            return await self._insert(request)
        if (trouble := self._misused(resource, query)) is not None:
            return trouble()
        answers = {
            "commentThreads": self._threads,
            "comments": self._replies,
            "channels": self._channels,
            "playlistItems": self._uploads,
            "videos": self._videos,
        }
        return answers[resource](query, request)

    def _authorised(self, request: web.Request) -> Fault | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        key = request.headers.get("X-Goog-Api-Key", "")
        if token in {TOKEN, READER, OTHERS}:
            return None
        if key == KEY and request.method == "GET" and "mine" not in request.query:
            return None
        if key and key != KEY:
            return refused(400, "badRequest", "API key not valid. Please pass a valid API key.")
        return refused(401, "authError", "Request had invalid authentication credentials.")

    def _misused(self, resource: str, query: dict[str, str]) -> Fault | None:
        if resource not in _ALLOWED:
            return lambda: web.Response(status=404, text="<html>Not found</html>", content_type="text/html")
        if unknown := set(query) - _ALLOWED[resource]:
            return refused(400, "unexpectedParameter", f"Unknown name {sorted(unknown)}")
        if "part" not in query:
            return refused(400, "missingRequiredParameter", "part")
        most = query.get("maxResults", "20")
        if not (most.isdigit() and 1 <= int(most) <= 100) or ("id" in query and "maxResults" in query):
            return refused(400, "invalidValue", "maxResults")
        if sum(name in query for name in _SINGLE_FILTERS) != 1 or len(query.get("id", "").split(",")) > 50:
            return refused(400, "incompatibleParameters", "one filter is needed, of at most 50 ids")
        return None

    async def _insert(self, request: web.Request) -> web.StreamResponse:
        snippet = (await request.json())["snippet"]
        assert set(snippet) == {"parentId", "textOriginal"}
        assert dict(request.query) == {"part": "snippet"}
        parent, text = snippet["parentId"], snippet["textOriginal"]
        if request.headers.get("Authorization") == f"Bearer {READER}":
            return refused(403, "insufficientPermissions", "Insufficient Permission")()
        if parent not in self.comments or self.comments[parent].parent:
            return refused(404, "parentCommentNotFound", "The specified parent comment could not be found.")()
        if not text or len(text) > 10_000:
            return refused(400, "commentTextTooLong" if text else "commentTextRequired")()
        if self.on_insert is not None and not self.keeps:
            return self.on_insert()
        own_id = self.reply(parent, text, "@operator")
        if self.on_insert is not None:
            return self.on_insert()
        return self._said("Comment", self._shown(self.comments[own_id], plain=True))

    def _threads(self, query: dict[str, str], request: web.Request) -> web.StreamResponse:
        tops = [one for one in self.comments.values() if one.parent is None and not one.held]
        if "id" in query:
            ids = query["id"].split(",")
            found = [one for one in tops if one.id in ids]
            if self.strict_ids and len(found) < len(ids):
                return refused(404, "commentThreadNotFound", "One or more threads cannot be found.")()
            nodes, after = found, ""
        elif query["allThreadsRelatedToChannelId"] != CHANNEL:
            return refused(404, "channelNotFound", "The channel could not be found.")()
        else:
            newest = sorted(tops, key=lambda one: one.at, reverse=query.get("order", "time") == "time")
            nodes, after = self._paged(newest, query)
        body: Node = {
            "kind": "youtube#commentThreadListResponse",
            "etag": "e",
            "pageInfo": {"totalResults": len(nodes), "resultsPerPage": len(nodes)},
            "items": [self._thread(one, query) for one in nodes],
        }
        return self._said("CommentThreadListResponse", body | ({"nextPageToken": after} if after else {}))

    def _replies(self, query: dict[str, str], request: web.Request) -> web.StreamResponse:
        if self.on_replies is not None:
            return self.on_replies()
        if query["parentId"] not in self.comments:
            return refused(404, "commentNotFound", "The comment could not be found.")()
        nodes, after = self._paged(self._under(query["parentId"]), query)
        plain = query.get("textFormat") == "plainText"
        body: Node = {
            "kind": "youtube#commentListResponse",
            "etag": "e",
            "pageInfo": {"resultsPerPage": len(nodes)},
            "items": [self._shown(one, plain) for one in nodes],
        }
        return self._said("CommentListResponse", body | ({"nextPageToken": after} if after else {}))

    def _channels(self, query: dict[str, str], request: web.Request) -> web.StreamResponse:
        body: Node = {"kind": "youtube#channelListResponse", "etag": "e", "pageInfo": {"totalResults": 1}}
        ours = request.headers.get("Authorization") != f"Bearer {OTHERS}"
        asked = query.get("id", CHANNEL if ours else "UCotherChannel")
        if asked in {CHANNEL, "UCotherChannel"}:
            title = TITLE if asked == CHANNEL else "Чужий канал"
            parts: Node = {
                "snippet": {"title": title},
                "statistics": self.statistics,
                "contentDetails": {"relatedPlaylists": {"uploads": self.uploads} if self.uploads else {}},
            }
            wanted = {name: parts[name] for name in query["part"].split(",")}
            body["items"] = [{"kind": "youtube#channel", "etag": "e", "id": asked, **wanted}]
        return self._said("ChannelListResponse", body)

    def _uploads(self, query: dict[str, str], request: web.Request) -> web.StreamResponse:
        if query["playlistId"] != UPLOADS or not self.videos:
            return refused(404, "playlistNotFound", "The playlist cannot be found.")()
        nodes = [
            {"kind": "youtube#playlistItem", "etag": "e", "id": f"p-{video}", "contentDetails": {"videoId": video}}
            for video in list(self.videos)[: int(query.get("maxResults", "5"))]
        ]
        body: Node = {"kind": "youtube#playlistItemListResponse", "etag": "e", "items": nodes}
        return self._said("PlaylistItemListResponse", body | {"pageInfo": {"totalResults": len(self.videos)}})

    def _videos(self, query: dict[str, str], request: web.Request) -> web.StreamResponse:
        asked = query["id"].split(",")
        nodes = [
            {"kind": "youtube#video", "etag": "e", "id": video, "statistics": counted}
            for video, counted in self.videos.items()
            if video in asked
        ]
        return self._said("VideoListResponse", {"kind": "youtube#videoListResponse", "etag": "e", "items": nodes})

    def _under(self, top: str) -> list[Comment]:
        replies = [one for one in self.comments.values() if one.parent == top and not one.held]
        return sorted(replies, key=lambda one: (one.at, one.id), reverse=True)

    def _paged(self, nodes: list[Comment], query: dict[str, str]) -> tuple[list[Comment], str]:
        start, size = int(query.get("pageToken", "p0")[1:]), min(int(query.get("maxResults", "20")), self.largest)
        end = start + size
        return nodes[start:end], f"p{end}" if end < len(nodes) else ""

    def _thread(self, top: Comment, query: dict[str, str]) -> Node:
        plain, replies = query.get("textFormat") == "plainText", self._under(top.id)
        snippet = {
            "channelId": CHANNEL,
            "videoId": top.video,
            "topLevelComment": self._shown(top, plain),
            "canReply": True,
            "totalReplyCount": len(replies),
            "isPublic": True,
        }
        node: Node = {"kind": "youtube#commentThread", "etag": "e", "id": top.id, "snippet": snippet}
        if "replies" in query["part"].split(",") and replies[: self.shown]:
            node["replies"] = {"comments": [self._shown(one, plain) for one in replies[: self.shown]]}
        return node

    def _shown(self, one: Comment, plain: bool) -> Node:
        snippet: Node = {
            "authorDisplayName": one.name,
            "authorProfileImageUrl": "https://img.example/a.jpg",
            "authorChannelUrl": f"http://www.youtube.com/{one.name}",
            "channelId": CHANNEL,
            "textDisplay": one.text if plain else escape(one.text).replace("\n", "<br>"),
            "canRate": True,
            "viewerRating": "none",
            "likeCount": 0,
            "publishedAt": _stamp(one.at),
            "updatedAt": _stamp(one.edited or one.at),
        }
        if one.author is not None:
            snippet["authorChannelId"] = {"value": one.author}
        if one.parent is not None:
            snippet["parentId"] = one.parent
        if one.author == CHANNEL:
            snippet["textOriginal"] = one.text
        if one.picture:
            snippet["imageUrl"] = f"{one.picture}?signed={next(self._numbers)}"
        return {"kind": "youtube#comment", "etag": "e", "id": one.id, "snippet": snippet}

    def _said(self, schema: str, body: Node) -> web.StreamResponse:
        self.answers.append((schema, body))
        return web.json_response(body)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
