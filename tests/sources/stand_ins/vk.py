"""A strict local VK: one community with a wall and a board, in memory, speaking API 5.199 over HTTP.

Answers have the shape of the vendor's schema. Parameters that a method does not have, values out of bounds and tokens
of the wrong kind are refused, so that a client's slip is seen here and not on the platform.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from aiohttp import web

Shown = dict[str, Any]
_One = TypeVar("_One")

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
GROUP = 777
COMPANY = -GROUP
CUSTOMER, OTHER, ADMIN = 5001, 5002, 5009
USER_TOKEN, SERVICE_TOKEN, GROUP_TOKEN = "SECRET-user-token", "SECRET-service-token", "SECRET-group-token"
PEOPLE = {CUSTOMER: ("Тестовий", "Абонент"), OTHER: ("Оксана", "Прикладна"), ADMIN: ("Вигаданий", "Редактор")}

_PAGED = frozenset({"count", "offset", "extended"})
_METHODS: dict[str, tuple[str, frozenset[str]]] = {
    "groups.getById": ("user group service", frozenset({"group_id", "group_ids", "fields"})),
    "wall.get": ("user service", _PAGED | {"owner_id", "domain", "filter", "fields"}),
    "wall.getById": ("user service", frozenset({"posts", "extended", "copy_history_depth", "fields"})),
    "wall.getComments": (
        "user service",
        _PAGED
        | {"owner_id", "post_id", "need_likes", "start_comment_id", "sort", "preview_length", "fields", "comment_id"}
        | {"thread_items_count"},
    ),
    "board.getTopics": ("user service", _PAGED | {"group_id", "topic_ids", "order", "preview", "preview_length"}),
    "board.getComments": (
        "user service",
        _PAGED | {"group_id", "topic_id", "need_likes", "start_comment_id", "sort"},
    ),
    "stats.get": (
        "user",
        frozenset(
            {"group_id", "app_id", "timestamp_from", "timestamp_to", "interval", "intervals_count"}
            | {"filters", "stats_groups", "extended"}
        ),
    ),
    "wall.createComment": (
        "user group",
        frozenset({"owner_id", "post_id", "from_group", "message", "reply_to_comment", "attachments", "guid"}),
    ),
    "board.createComment": (
        "user",
        frozenset({"group_id", "topic_id", "message", "attachments", "from_group", "sticker_id", "guid"}),
    ),
}
"""Each method's kinds of token and its parameters, as the schema lists them. ``owner_id`` of ``wall.get`` is in VK's
documentation and in every client; the schema of 5.199 leaves it out and lets ``domain`` be a number."""


@dataclass
class VkError(Exception):
    code: int
    message: str


@dataclass
class Comment:
    number: int
    author: int
    text: str
    date: int
    reply_to: int | None = None
    top: int | None = None
    deleted: bool = False
    attachments: list[Shown] = field(default_factory=list)


@dataclass
class Entry:
    """A wall's post or a board's topic (then ``text`` is its title)."""

    number: int
    author: int
    text: str
    date: int
    comments: list[Comment] = field(default_factory=list)
    pinned: bool = False
    closed: bool = False
    extra: Shown = field(default_factory=dict)

    @property
    def living(self) -> list[Comment]:
        return [one for one in self.comments if not one.deleted]

    @property
    def updated(self) -> int:
        return max([self.date, *(one.date for one in self.comments)])


@dataclass
class Fault:
    """What goes wrong with the next ``times`` calls of ``method`` (all methods where it is empty).

    ``what`` is "500", "429", "html", "cut", "slow", "too_large", "lost" (done, but the answer never arrives) or the
    code of a VK error, said as ``words``.
    """

    what: str | int
    method: str = ""
    times: int = 1
    words: str = "words of VK"


@dataclass
class SmallVk:
    posts: dict[int, Entry] = field(default_factory=dict)
    topics: dict[int, Entry] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    calls: list[tuple[str, Shown]] = field(default_factory=list)
    answers: list[tuple[str, Shown]] = field(default_factory=list)
    written: list[Shown] = field(default_factory=list)
    guids: dict[str, int] = field(default_factory=dict)
    runs_it: bool = True
    hidden_posts: set[int] = field(default_factory=set)
    deactivated: str = ""
    members: int | None = 1200
    reach: int | None = 340
    numbers: int = 100

    # --- what people do -------------------------------------------------------------------------------------

    def post(self, text: str, author: int = COMPANY, ago: timedelta = timedelta(hours=1), **extra: Any) -> str:
        number = self._next()
        pinned = bool(extra.pop("pinned", False))
        self.posts[number] = Entry(number, author, text, _unix(ago), pinned=pinned, extra=extra)
        return f"wall{COMPANY}_{number}"

    def topic(self, title: str, author: int = ADMIN, ago: timedelta = timedelta(hours=1), pinned: bool = False) -> str:
        number = self._next()
        self.topics[number] = Entry(number, author, title, _unix(ago), pinned=pinned)
        return f"topic{COMPANY}_{number}"

    def comment(
        self, under: str, text: str, author: int = CUSTOMER, ago: timedelta = timedelta(minutes=5), **more: Any
    ) -> str:
        """A comment under a post or topic, or (on the wall) an answer to a comment."""
        entry = self.entry(under)
        answered = int(under.rpartition("_r")[2]) if "_r" in under else None
        top = next((one.top or one.number for one in entry.comments if one.number == answered), None)
        made = Comment(self._next(), author, text, _unix(ago), answered, top, **more)
        entry.comments.append(made)
        return f"{under.partition('_r')[0]}_r{made.number}"

    def entry(self, own_id: str) -> Entry:
        place = own_id.partition("_r")[0]
        return (self.posts if place.startswith("wall") else self.topics)[int(place.rpartition("_")[2])]

    def said(self, own_id: str) -> Comment:
        number = int(own_id.rpartition("_r")[2])
        return next(one for one in self.entry(own_id).comments if one.number == number)

    def remove(self, own_id: str) -> None:
        """As a moderator does: a comment with answers leaves a gap that is shown, one without leaves nothing."""
        entry = self.entry(own_id)
        if "_r" not in own_id:
            (self.posts if own_id.startswith("wall") else self.topics).pop(entry.number)
            return
        gone = self.said(own_id)
        if any(one.top == gone.number for one in entry.comments):
            gone.deleted = True
        else:
            entry.comments.remove(gone)

    # --- the wire -------------------------------------------------------------------------------------------

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method = request.path.removeprefix("/method/")
        parameters: Shown = {**request.query, **(await request.post() if request.method == "POST" else {})}
        self.asked.append(method)
        self.calls.append((method, parameters))
        fault = next((one for one in self.faults if one.times > 0 and one.method in {"", method}), None)
        if fault is not None:
            fault.times -= 1
            if isinstance(fault.what, str):
                return await self._spoilt(request, fault.what, method, parameters)
        return web.json_response(self._body(request, method, parameters, fault))

    def _body(self, request: web.Request, method: str, parameters: Shown, fault: Fault | None = None) -> Shown:
        try:
            if fault is not None and isinstance(fault.what, int):
                raise VkError(fault.what, fault.words)
            self._admit(request, method, parameters)
            body = {"response": self._methods()[method](parameters)}
        except VkError as error:
            echoed = [{"key": name, "value": str(value)} for name, value in {"method": method, **parameters}.items()]
            told = {"error_code": error.code, "error_msg": error.message, "request_params": echoed}
            return {"error": told}
        self.answers.append((method, json.loads(json.dumps(body))))
        return body

    async def _spoilt(self, request: web.Request, what: str, method: str, parameters: Shown) -> web.StreamResponse:
        if what == "slow":
            for _ in range(250):
                if request.transport is None or request.transport.is_closing():
                    break
                await asyncio.sleep(0.02)
        if what == "lost":
            self._body(request, method, parameters)
            if request.transport is not None:
                request.transport.abort()
        if what == "cut":
            whole = json.dumps(self._body(request, method, parameters)).encode()
            return web.Response(body=whole[: len(whole) // 2], content_type="application/json")
        page = "<!doctype html><title>VK</title><form>Вхід. Телефон або пошта</form>"
        spoilt: dict[str, Callable[[], web.Response]] = {
            "500": lambda: web.Response(status=500, text="oops"),
            "429": lambda: web.Response(status=429, headers={"Retry-After": "7"}),
            "html": lambda: web.Response(text=page, content_type="text/html"),
            "too_large": lambda: web.Response(body=b" " * 6_000_000, content_type="application/json"),
        }
        return spoilt.get(what, web.Response)()

    def _admit(self, request: web.Request, method: str, parameters: Shown) -> None:
        """The token, the version and the parameters, checked as strictly as it goes."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        kind = {USER_TOKEN: "user", SERVICE_TOKEN: "service", GROUP_TOKEN: "group"}.get(token)
        if scheme != "Bearer" or kind is None or "access_token" in parameters:
            raise VkError(5, "User authorization failed: invalid access_token (4).")
        if method not in _METHODS:
            raise VkError(3, "Unknown method passed")
        kinds, names = _METHODS[method]
        if kind not in kinds.split():
            code = {"group": 27, "service": 28}.get(kind, 15)
            raise VkError(code, f"authorization failed: method is unavailable with {kind} auth.")
        if parameters.get("v") != "5.199":
            raise VkError(8, "Invalid request: v (version) is required")
        strange = set(parameters) - names - {"v", "lang"}
        if strange:
            raise VkError(100, f"One of the parameters specified was missing or invalid: {strange} is no parameter")
        if (request.method == "POST") != method.endswith("createComment"):
            raise VkError(9999, "Not supported http method")

    def _methods(self) -> dict[str, Callable[[Shown], object]]:
        return {
            "groups.getById": self._group,
            "wall.get": self._wall,
            "wall.getById": self._wall_by_id,
            "wall.getComments": self._wall_comments,
            "board.getTopics": self._topics,
            "board.getComments": self._board_comments,
            "wall.createComment": self._write_on_wall,
            "board.createComment": self._write_on_board,
            "stats.get": self._stats,
        }

    # --- reading --------------------------------------------------------------------------------------------

    def _group(self, asked: Shown) -> Shown:
        if asked.get("group_id") != str(GROUP):
            return {"groups": [], "profiles": []}
        group = {**_group_node(), "is_admin": int(self.runs_it)}
        if "members_count" in asked.get("fields", "").split(",") and self.members is not None:
            group["members_count"] = self.members
        return {"groups": [group | ({"deactivated": self.deactivated} if self.deactivated else {})], "profiles": []}

    def _stats(self, asked: Shown) -> list[Shown]:
        _expect(asked, "group_id", str(GROUP))
        _expect(asked, "interval", "day")
        if not self.runs_it:
            raise VkError(7, "Permission to perform this action is denied")
        day: Shown = {"period_from": _unix(timedelta(days=1)), "period_to": _unix(timedelta())}
        reach = (
            {} if self.reach is None else {"reach": {"reach": self.reach, "reach_subscribers": 12, "mobile_reach": 9}}
        )
        return [day | reach]

    def _wall(self, asked: Shown) -> Shown:
        _expect(asked, "owner_id", str(COMPANY))
        posts = sorted(self.posts.values(), key=lambda post: (post.pinned, post.date, post.number), reverse=True)
        shown = _page(posts, asked, 20)
        return {"count": len(posts), "items": [_post_node(post) for post in shown], **_who(shown)}

    def _wall_by_id(self, asked: Shown) -> Shown:
        numbers = [int(one.rpartition("_")[2]) for one in asked["posts"].split(",")]
        shown = [self.posts[number] for number in numbers if number in self.posts]
        return {"items": [_post_node(post) for post in shown], **_who(shown)}

    def _wall_comments(self, asked: Shown) -> Shown:
        _expect(asked, "owner_id", str(COMPANY))
        post = self.posts.get(_whole(asked, "post_id"))
        if post is None:
            raise VkError(15, "Access denied: post was not found check post_id param")
        if post.number in self.hidden_posts:
            raise VkError(212, "Access to post comments denied")
        inside, top = _whole(asked, "thread_items_count", most=10), _whole(asked, "comment_id") or None
        level = [one for one in post.comments if one.top == top]
        shown = _page(_sorted(level, asked), asked, 10)
        nested = [one for one in post.comments if one.top in {shown_one.number for shown_one in shown}]
        items = [_wall_comment(post, one, inside) for one in shown]
        counts = {"count": len(post.living) if top is None else len(level), "current_level_count": len(level)}
        flags = {"can_post": not post.closed, "show_reply_button": True, "groups_can_post": not post.closed}
        return {**counts, "items": items, **flags, **_who([*shown, *nested])}

    def _topics(self, asked: Shown) -> Shown:
        _expect(asked, "group_id", str(GROUP))
        topics = sorted(self.topics.values(), key=lambda topic: (topic.pinned, topic.updated), reverse=True)
        if asked.get("topic_ids"):
            topics = [
                self.topics[number] for one in asked["topic_ids"].split(",") if (number := int(one)) in self.topics
            ]
        elif asked.get("order") != "1":
            raise VkError(100, "the order would be the administrator's")
        shown = topics if asked.get("topic_ids") else _page(topics, asked, 40)
        nodes = [_topic_node(topic) for topic in shown]
        return {"count": len(topics), "items": nodes, "default_order": 1, "can_add_topics": 0}

    def _board_comments(self, asked: Shown) -> Shown:
        _expect(asked, "group_id", str(GROUP))
        topic = self.topics.get(_whole(asked, "topic_id"))
        if topic is None:
            raise VkError(100, "One of the parameters specified was missing or invalid: topic not found")
        shown = _page(_sorted(topic.comments, asked), asked, 20)
        return {"count": len(topic.comments), "items": [_board_comment(one) for one in shown], **_who(shown)}

    # --- writing --------------------------------------------------------------------------------------------

    def _write_on_wall(self, asked: Shown) -> Shown:
        _expect(asked, "owner_id", str(COMPANY))
        _expect(asked, "from_group", str(GROUP))
        post = self.posts.get(_whole(asked, "post_id"))
        if post is None:
            raise VkError(15, "Access denied: post was not found check post_id param")
        if post.closed:
            raise VkError(213, "Access to status replies denied")
        under = f"wall{COMPANY}_{post.number}"
        answered = _whole(asked, "reply_to_comment")
        if answered and answered not in {one.number for one in post.living}:
            raise VkError(100, "One of the parameters specified was missing or invalid: reply_to_comment")
        number = self._kept(asked, f"{under}_r{answered}" if answered else under)
        made = next(one for one in post.comments if one.number == number)
        return {"comment_id": number, "parents_stack": [made.top] if made.top else []}

    def _write_on_board(self, asked: Shown) -> int:
        _expect(asked, "group_id", str(GROUP))
        _expect(asked, "from_group", "1")
        topic = self.topics.get(_whole(asked, "topic_id"))
        if topic is None or topic.closed or not self.runs_it:
            raise VkError(15, "Access denied")
        return self._kept(asked, f"topic{COMPANY}_{topic.number}")

    def _kept(self, asked: Shown, under: str) -> int:
        """The new comment's number; the same once more where the ``guid`` was seen before."""
        if not asked["message"].strip() or not asked["guid"]:
            raise VkError(100, "One of the parameters specified was missing or invalid: message")
        self.written.append(asked)
        if asked["guid"] not in self.guids:
            made = self.comment(under, asked["message"].strip(), COMPANY, timedelta())
            self.guids[asked["guid"]] = int(made.rpartition("_r")[2])
        return self.guids[asked["guid"]]

    def _next(self) -> int:
        self.numbers += 1
        return self.numbers


def photo(number: int) -> Shown:
    """A photo as it hangs under a post."""
    return {"type": "photo", "photo": {"id": number, "owner_id": CUSTOMER, "album_id": -7, "date": 1, "text": ""}}


def _unix(ago: timedelta) -> int:
    return int((NOW - ago).timestamp())


def _expect(asked: Shown, name: str, value: str) -> None:
    if asked.get(name) != value:
        raise VkError(100, f"One of the parameters specified was missing or invalid: {name} is {asked.get(name)!r}")


def _whole(asked: Shown, name: str, most: int = 10**9) -> int:
    told = asked.get(name, "0")
    if not told.isdecimal() or int(told) > most:
        raise VkError(100, f"One of the parameters specified was missing or invalid: {name} is {told!r}")
    return int(told)


def _page(found: list[_One], asked: Shown, default: int) -> list[_One]:
    start, count = _whole(asked, "offset"), _whole(asked, "count", most=100) or default
    return found[start : start + count]


def _post_node(post: Entry) -> Shown:
    comments = {"count": len(post.living), "can_post": int(not post.closed), "groups_can_post": not post.closed}
    node: Shown = {"inner_type": "wall_wallpost", "type": "post", "post_type": "post", "id": post.number}
    node |= {"owner_id": COMPANY, "from_id": post.author, "date": post.date, "text": post.text}
    node |= {"marked_as_ads": 0, "comments": comments, "attachments": [], "hash": "hash-of-sharing"}
    return node | ({"is_pinned": 1} if post.pinned else {}) | post.extra


def _wall_comment(post: Entry, one: Comment, inside: int) -> Shown:
    node: Shown = {"id": one.number, "from_id": 0 if one.deleted else one.author, "date": one.date}
    node |= {"text": "" if one.deleted else one.text, "post_id": post.number, "owner_id": COMPANY}
    node |= {"parents_stack": [one.top] if one.top else []}
    if one.deleted:
        node["deleted"] = True
    if one.attachments:
        node["attachments"] = one.attachments
    if one.reply_to is not None and one.top is not None:
        answered = next((other for other in post.comments if other.number == one.reply_to), None)
        node |= {"reply_to_comment": one.reply_to} | ({"reply_to_user": answered.author} if answered else {})
    if one.top is None:
        answers = [other for other in post.comments if other.top == one.number]
        node["thread"] = {
            "count": len(answers),
            "items": [_wall_comment(post, other, 0) for other in answers[:inside]],
            "can_post": True,
            "show_reply_button": True,
            "groups_can_post": True,
        }
    return node


def _topic_node(topic: Entry) -> Shown:
    node: Shown = {"id": topic.number, "title": topic.text, "created": topic.date, "created_by": topic.author}
    node |= {"updated": topic.updated, "updated_by": topic.author, "comments": len(topic.comments)}
    return node | {"is_closed": int(topic.closed), "is_fixed": int(topic.pinned)}


def _board_comment(one: Comment) -> Shown:
    node: Shown = {"id": one.number, "from_id": one.author, "date": one.date, "text": one.text, "can_edit": 0}
    return node | ({"attachments": one.attachments} if one.attachments else {})


def _sorted(comments: Iterable[Comment], asked: Shown) -> list[Comment]:
    if asked.get("sort", "asc") not in {"asc", "desc"}:
        raise VkError(100, "One of the parameters specified was missing or invalid: sort")
    return sorted(comments, key=lambda one: one.number, reverse=asked.get("sort") == "desc")


def _who(shown: Iterable[Entry | Comment]) -> Shown:
    """The people and communities that an extended answer explains."""
    authors = {one.author for one in shown}
    profiles = [
        {"id": author, "first_name": first, "last_name": last, "is_closed": False, "can_access_closed": True}
        for author, (first, last) in PEOPLE.items()
        if author in authors
    ]
    return {"profiles": profiles, "groups": [_group_node()] if COMPANY in authors else []}


def _group_node() -> Shown:
    return {"id": GROUP, "name": "Вигаданий Оператор", "screen_name": "sample_operator", "is_closed": 0, "type": "page"}
