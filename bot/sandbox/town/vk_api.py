"""The wall by VK's API 5.199, under ``/vk/method/``: the methods a reader and answerer of comments needs.

As strict as VK: a method's parameters and their bounds, the version, the token's place, POST for what writes. A
``guid`` that was seen before gives the same comment again.
"""

from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from bot.sandbox.town.facebook import Entry, Refused
from bot.sandbox.town.faults import Fault
from bot.sandbox.town.platform_faults import mishap
from bot.sandbox.town.vk import USER_TOKEN, VkWall

Shown = dict[str, Any]

_PAGED = frozenset({"count", "offset", "extended", "fields"})
_KNOWN: dict[str, frozenset[str]] = {
    "groups.getById": frozenset({"group_id", "group_ids", "fields"}),
    "stats.get": frozenset({"group_id", "timestamp_from", "timestamp_to", "interval", "intervals_count", "extended"}),
    "wall.get": _PAGED | {"owner_id", "domain", "filter"},
    "wall.getById": frozenset({"posts", "extended", "copy_history_depth", "fields"}),
    "wall.getComments": _PAGED
    | {"owner_id", "post_id", "need_likes", "start_comment_id", "sort", "preview_length", "comment_id"}
    | {"thread_items_count"},
    "wall.createComment": frozenset(
        {"owner_id", "post_id", "from_group", "message", "reply_to_comment", "attachments", "guid"}
    ),
}
_MOST = 100


class _No(Exception):
    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class VkApi:
    """Serves one ``VkWall``."""

    def __init__(self, wall: VkWall) -> None:
        self.wall = wall
        self._guids: dict[str, int] = {}
        self._methods: dict[str, Callable[[Shown], object]] = {
            "groups.getById": self._group,
            "stats.get": self._stats,
            "wall.get": self._posts,
            "wall.getById": self._by_id,
            "wall.getComments": self._comments,
            "wall.createComment": self._write,
        }

    async def handle(self, request: web.Request, fault: Fault | None) -> web.StreamResponse:
        """One call of a method."""
        spoilt = mishap(fault)
        if spoilt is not None:
            return spoilt
        asked: Shown = {**request.query, **(await request.post() if request.method == "POST" else {})}
        method = request.match_info["method"]
        try:
            self._admit(request, method, asked)
            return web.json_response({"response": self._methods[method](asked)})
        except _No as no:
            echoed = [{"key": name, "value": str(value)} for name, value in {"method": method, **asked}.items()]
            told = {"error_code": no.code, "error_msg": no.words, "request_params": echoed}
            return web.json_response({"error": told})

    def _admit(self, request: web.Request, method: str, asked: Shown) -> None:
        if request.headers.get("Authorization") != f"Bearer {USER_TOKEN}" or "access_token" in asked:
            raise _No(5, "User authorization failed: invalid access_token (4).")
        if method not in _KNOWN:
            raise _No(3, "Unknown method passed")
        if asked.get("v") != "5.199":
            raise _No(8, "Invalid request: v (version) is required")
        strange = set(asked) - _KNOWN[method] - {"v", "lang"}
        if strange:
            raise _invalid(f"{sorted(strange)} is no parameter")
        if (request.method == "POST") != (method == "wall.createComment"):
            raise _No(9999, "Not supported http method")

    # --- reading -------------------------------------------------------------------------------------------

    def _group(self, asked: Shown) -> Shown:
        if asked.get("group_id") != self.wall.page_id:
            return {"groups": [], "profiles": []}
        group = self._group_node() | {"is_admin": 1}
        if "members_count" in asked.get("fields", "").split(","):
            group["members_count"] = 48_200
        return {"groups": [group], "profiles": []}

    def _stats(self, asked: Shown) -> list[Shown]:
        _expect(asked, "group_id", self.wall.page_id)
        now = int(self.wall.clock())
        reach = {"reach": 5_400, "reach_subscribers": 3_100, "mobile_reach": 4_000}
        return [{"period_from": now - 86_400, "period_to": now, "reach": reach}]

    def _posts(self, asked: Shown) -> Shown:
        self._expect_owner(asked)
        posts = self.wall.posts()
        shown = _part(posts, asked, 20)
        return {"count": len(posts), "items": [self._post_node(one) for one in shown], **self._who(shown)}

    def _by_id(self, asked: Shown) -> Shown:
        named = [int(one.rpartition("_")[2]) for one in str(asked.get("posts", "")).split(",") if "_" in one]
        found = [post for number in named if (post := self.wall.post_of(number)) is not None]
        return {"items": [self._post_node(one) for one in found], **self._who(found)}

    def _comments(self, asked: Shown) -> Shown:
        self._expect_owner(asked)
        post = self._post(asked)
        inside = _whole(asked, "thread_items_count", most=10)
        top = self._top(post, asked)
        level = [one for one in self._living(post) if one.parent_id == (top.id if top else None)]
        if asked.get("sort", "asc") not in {"asc", "desc"}:
            raise _invalid("sort")
        ordered = sorted(level, key=lambda one: one.number, reverse=asked.get("sort") == "desc")
        shown = _part(ordered, asked, 10)
        nested = [one for one in self._living(post) if one.parent_id in {upper.id for upper in shown}]
        return {
            "count": len(level) if top else len(self._living(post)),
            "current_level_count": len(level),
            "items": [self._comment_node(post, one, inside) for one in shown],
            "can_post": not post.closed,
            "show_reply_button": True,
            "groups_can_post": not post.closed,
            **self._who([*shown, *nested]),
        }

    # --- writing -------------------------------------------------------------------------------------------

    def _write(self, asked: Shown) -> Shown:
        self._expect_owner(asked)
        _expect(asked, "from_group", self.wall.page_id)
        post = self._post(asked)
        if post.closed:
            raise _No(213, "Access to status replies denied")
        answered = _whole(asked, "reply_to_comment")
        under = self.wall.comment_of(post, answered) if answered else post
        if under is None:
            raise _invalid("reply_to_comment")
        text, guid = str(asked.get("message", "")).strip(), str(asked.get("guid", ""))
        if not text:
            raise _invalid("message")
        if guid and guid in self._guids:
            return {"comment_id": self._guids[guid], "parents_stack": []}
        try:
            made = self.wall.official_comment(under.id, text)
        except Refused as no:
            raise _invalid(no.reason) from no
        self._guids[guid] = made.number
        top = self.wall.find(made.parent_id) if made.parent_id else None
        return {"comment_id": made.number, "parents_stack": [top.number] if top else []}

    # --- nodes ---------------------------------------------------------------------------------------------

    def _post_node(self, post: Entry) -> Shown:
        counts = {
            "count": len(self._living(post)),
            "can_post": int(not post.closed),
            "groups_can_post": not post.closed,
        }
        node: Shown = {"inner_type": "wall_wallpost", "type": "post", "post_type": "post", "id": post.number}
        node |= {"owner_id": self._owner, "from_id": self.wall.author_number(post), "date": int(post.created_at)}
        node |= {"text": post.text, "marked_as_ads": 0, "comments": counts, "attachments": [], "hash": "sandbox"}
        node |= {"views": {"count": 40}, "likes": {"count": 3}, "reposts": {"count": 0}}
        return node | ({"edited": int(post.edited_at)} if post.edited_at else {})

    def _comment_node(self, post: Entry, one: Entry, inside: int) -> Shown:
        top = self.wall.find(one.parent_id) if one.parent_id else None
        node: Shown = {"id": one.number, "from_id": self.wall.author_number(one), "date": int(one.created_at)}
        node |= {"text": one.text, "post_id": post.number, "owner_id": self._owner}
        node |= {"parents_stack": [top.number] if top else []}
        if top is not None:
            return node | {"reply_to_comment": top.number, "reply_to_user": self.wall.author_number(top)}
        answers = [other for other in self._living(post) if other.parent_id == one.id]
        node["thread"] = {
            "count": len(answers),
            "items": [self._comment_node(post, other, 0) for other in answers[:inside]],
            "can_post": True,
            "show_reply_button": True,
            "groups_can_post": True,
        }
        return node

    def _who(self, shown: Iterable[Entry]) -> Shown:
        """The people and the community that an extended answer explains."""
        people = {one.author.id: one for one in shown if one.author.id != self.wall.page_id}
        ours = any(one.author.id == self.wall.page_id for one in shown)
        profiles = [
            {"id": self.wall.author_number(one), **_names(one.author.name), "is_closed": False}
            | {"can_access_closed": True}
            for one in people.values()
        ]
        return {"profiles": profiles, "groups": [self._group_node()] if ours else []}

    def _group_node(self) -> Shown:
        node: Shown = {"id": int(self.wall.page_id), "name": self.wall.page_name, "screen_name": "sandbox_operator"}
        return node | {"is_closed": 0, "type": "page"}

    # --- small things --------------------------------------------------------------------------------------

    @property
    def _owner(self) -> int:
        return -int(self.wall.page_id)

    def _living(self, post: Entry) -> list[Entry]:
        return [one for one in self.wall.comments(post.id) if not one.hidden]

    def _expect_owner(self, asked: Shown) -> None:
        _expect(asked, "owner_id", str(self._owner))

    def _post(self, asked: Shown) -> Entry:
        post = self.wall.post_of(_whole(asked, "post_id"))
        if post is None:
            raise _No(15, "Access denied: post was not found check post_id param")
        return post

    def _top(self, post: Entry, asked: Shown) -> Entry | None:
        number = _whole(asked, "comment_id")
        found = self.wall.comment_of(post, number) if number else None
        if number and found is None:
            raise _No(15, "Access denied: comment not found")
        return found


def _names(name: str) -> Shown:
    first, _, last = name.partition(" ")
    return {"first_name": first, "last_name": last}


def _invalid(what: str) -> _No:
    return _No(100, f"One of the parameters specified was missing or invalid: {what}")


def _expect(asked: Shown, name: str, value: str) -> None:
    if asked.get(name) != value:
        raise _invalid(f"{name} is {asked.get(name)!r}")


def _whole(asked: Shown, name: str, most: int = 10**9) -> int:
    told = str(asked.get(name, "0"))
    if not told.isdecimal() or int(told) > most:
        raise _invalid(f"{name} is {told!r}")
    return int(told)


def _part(found: list[Entry], asked: Shown, default: int) -> list[Entry]:
    start, count = _whole(asked, "offset"), _whole(asked, "count", most=_MOST) or default
    return found[start : start + count]
