"""VK's answers (API 5.199): JSON → posts of walls and discussion boards. Pure: bytes in, values out.

Ids are VK's own names of things: ``wall-1_45`` is a post, ``wall-1_45_r46`` a comment under it, ``topic-1_7`` and
``topic-1_7_r8`` the same on a board. Authors are VK's ids as text; a community's is negative.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.domain.clean import clean
from bot.domain.errors import PageUnreadable
from bot.domain.model import SeenPost
from bot.sources.vk_text import SITE, Mention, readable, with_attachments

Node = Mapping[str, Any]
Names = Mapping[int, str]

_ID = re.compile(
    r"(?P<kind>wall|topic)(?P<owner>-?\d{1,12})_(?P<number>\d{1,12})(?:_r(?P<comment>\d{1,12}))?", re.ASCII
)
_NOT_PUBLISHED = frozenset({"postpone", "suggest"})


@dataclass(frozen=True, slots=True)
class Place:
    """What comments stand under: a wall's post or a board's topic (``kind`` "wall" or "topic")."""

    kind: str
    owner: int
    number: int

    def __str__(self) -> str:
        return f"{self.kind}{self.owner}_{self.number}"

    def comment(self, number: int) -> str:
        return f"{self}_r{number}"

    def address(self, comment: int | None = None, thread: int | None = None) -> str:
        """The permalink of the post or topic, or of a comment in it (``thread``: the comment it is nested under)."""
        if comment is None:
            return f"{SITE}{self}"
        nested = f"&thread={thread}" if thread is not None else ""
        return f"{SITE}{self}?{'reply' if self.kind == 'wall' else 'post'}={comment}{nested}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A post or topic as its list shows it. ``mark`` changes when something may be new there; ``count`` is how many
    comments it has; ``created`` and ``last`` are unix times; ``pinned`` ones stand first whatever their age."""

    place: Place
    mark: str
    count: int
    created: int
    last: int
    title: str = ""
    pinned: bool = False
    open: bool = True


@dataclass(frozen=True, slots=True)
class ListPage:
    """A wall's posts or a board's topics, newest first; only a wall's posts are ``posts`` themselves. ``total`` is how
    many there are in all, -1 where VK does not say."""

    listed: tuple[Listed, ...]
    posts: tuple[SeenPost, ...] = ()
    total: int = -1

    @property
    def whole(self) -> bool:
        """Whether nothing stands behind this page."""
        return 0 <= self.total <= len(self.listed)


@dataclass(frozen=True, slots=True)
class CommentsPage:
    """One page of comments. ``taken`` is how many places of the list it covers, ``total`` how many the list has;
    ``ids`` are the comments of this level in the answer's order. ``threads`` says how many answers each comment has
    that came with fewer of them than it has."""

    posts: tuple[SeenPost, ...]
    taken: int
    total: int
    ids: tuple[int, ...] = ()
    threads: Mapping[int, int] = field(default_factory=dict)

    @property
    def newest_first(self) -> bool:
        return len(self.ids) < 2 or self.ids[0] > self.ids[-1]


def place_of(text: str) -> tuple[Place, int | None] | None:
    """An id of ours → its post or topic, and the comment's number; None for what is none."""
    match = _ID.fullmatch(text)
    if match is None:
        return None
    comment = int(match["comment"]) if match["comment"] else None
    return Place(match["kind"], int(match["owner"]), int(match["number"])), comment


def thread_in(url: str) -> int | None:
    """The comment that the comment of this permalink is nested under; None where it is not nested."""
    try:
        told = parse_qs(urlsplit(url).query).get("thread", [""])[0]
    except ValueError:
        return None
    return int(told) if re.fullmatch(r"[0-9]{1,12}", told) else None


def parse_wall(raw: bytes, *, owner: int, now: datetime) -> ListPage:
    """``wall.get`` or ``wall.getById`` → posts. Raises `PageUnreadable` for what is no such answer."""
    body = response_of(raw)
    names = _names(body)
    listed: list[Listed] = []
    posts: list[SeenPost] = []
    for node, number in _numbered(body):
        if node.get("is_deleted") is True or node.get("post_type") in _NOT_PUBLISHED:
            continue
        place = Place("wall", owner, number)
        text, _ = readable(_word(node, "text"))
        post = _post(node, names, now, text=text, own_id=str(place), container_id=str(place), url=place.address())
        posts.append(post)
        listed.append(_listed_post(node, place, post))
    return ListPage(tuple(listed), tuple(posts), _number(body.get("count")))


def parse_topics(raw: bytes, *, owner: int) -> ListPage:
    """``board.getTopics`` → topics. Raises `PageUnreadable` for what is no such answer."""
    body = response_of(raw)
    listed = []
    for node, number in _numbered(body):
        count, created, last = (max(_number(node.get(name)), 0) for name in ("comments", "created", "updated"))
        title = clean(unescape(_word(node, "title")))
        place = Place("topic", owner, number)
        pinned, is_open = _flag(node.get("is_fixed")), not _flag(node.get("is_closed"))
        listed.append(Listed(place, f"{last}.{count}", count, created, last, title, pinned, is_open))
    return ListPage(tuple(listed), total=_number(body.get("count")))


def parse_comments(
    raw: bytes, *, place: Place, now: datetime, title: str = "", thread: int | None = None
) -> CommentsPage:
    """``wall.getComments`` or ``board.getComments`` → posts under ``place``, with the answers that came along.

    ``thread`` is the comment whose answers were asked for. A comment that was removed is no post, but its answers are.
    Raises `PageUnreadable` for what is no such answer.
    """
    body = response_of(raw)
    reading = _Reading(place, title, _names(body), now)
    longer: dict[int, int] = {}
    numbered = _numbered(body)
    for node, number in numbered:
        reading.take(node, number, thread)
        inside = node.get("thread")
        if thread is None and isinstance(inside, dict):
            shown = _with_ids(inside.get("items"))
            for answer, own in shown:
                reading.take(answer, own, number)
            if _number(inside.get("count")) > len(shown):
                longer[number] = _number(inside.get("count"))
    level = _number(body.get("current_level_count"))
    total = level if level >= 0 else max(_number(body.get("count")), 0)
    ids = tuple(number for _, number in numbered)
    return CommentsPage(tuple(reading.posts), len(body["items"]), total, ids, longer)


def parse_community(raw: bytes) -> Node | None:
    """``groups.getById`` → the community, None where VK knows none. Raises `PageUnreadable` for no such answer."""
    groups = _with_ids(response_of(raw).get("groups"))
    return groups[0][0] if groups else None


def response_of(raw: bytes) -> Node:
    """What stands under ``response``, an object; raises `PageUnreadable` for anything else."""
    found = written(raw)
    if not isinstance(found, dict):
        raise PageUnreadable(f"an object was expected in the answer, not {type(found).__name__}")
    return found


def written(raw: bytes) -> object:
    """What stands under ``response``, whatever it is (``board.createComment`` answers with a bare number)."""
    if raw[:200].lstrip()[:1] == b"<":
        raise PageUnreadable("HTML where JSON was expected")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise PageUnreadable(f"broken JSON: {type(error).__name__} at byte {len(raw)}") from error
    if not isinstance(body, dict) or "response" not in body:
        raise PageUnreadable("the answer has neither a response nor an error")
    return body["response"]


@dataclass(slots=True)
class _Reading:
    """The comments of one answer on their way to posts."""

    place: Place
    title: str
    names: Names
    now: datetime
    posts: list[SeenPost] = field(default_factory=list)

    def take(self, node: Node, number: int, thread: int | None) -> None:
        if node.get("deleted") is True:
            return
        text, mentions = readable(_word(node, "text"))
        post = _post(
            node,
            self.names,
            self.now,
            text=text,
            own_id=self.place.comment(number),
            container_id=str(self.place),
            url=self.place.address(number, thread),
            parent_id=self._parent(node, mentions, thread),
            quoted=self._quoted(node, mentions),
            title=self.title,
        )
        self.posts.append(post)

    def _parent(self, node: Node, mentions: tuple[Mention, ...], thread: int | None) -> str | None:
        """The comment answered; under a wall's post a comment that answers none answers the post."""
        answered = _number(node.get("reply_to_comment"))
        if answered > 0:
            return self.place.comment(answered)
        if thread is not None:
            return self.place.comment(thread)
        if self.place.kind == "wall":
            return str(self.place)
        named = next((mention.comment for mention in mentions if mention.comment is not None), None)
        return self.place.comment(named) if named is not None else None

    def _quoted(self, node: Node, mentions: tuple[Mention, ...]) -> tuple[str, ...]:
        """Whom the comment addresses, by the names their own posts carry; the community itself is nobody's name."""
        replied = node.get("reply_to_user")
        owners = [replied if isinstance(replied, int) else None, *(mention.owner for mention in mentions)]
        known = [self.names[owner] for owner in owners if owner and owner in self.names and owner != self.place.owner]
        unknown = [mention for mention in mentions if mention.owner not in {self.place.owner, *self.names}]
        return tuple(dict.fromkeys([*known, *(clean(mention.label) for mention in unknown)]))


def _post(
    node: Node,
    names: Names,
    now: datetime,
    *,
    text: str,
    own_id: str,
    container_id: str,
    url: str,
    parent_id: str | None = None,
    quoted: tuple[str, ...] = (),
    title: str = "",
) -> SeenPost:
    author = node.get("from_id")
    known = isinstance(author, int) and not isinstance(author, bool) and author != 0
    at = _moment(node.get("date"))
    return SeenPost(
        external_id=own_id,
        container_id=container_id,
        author_id=str(author) if known else None,
        author_name=_name(author, names) if isinstance(author, int) and known else "",
        text=with_attachments(text, node),
        url=url,
        published_at=min(at, now) if at else now,
        parent_id=parent_id,
        quoted_authors=quoted,
        title=title,
        published_guess=at is None,
    )


def _listed_post(node: Node, place: Place, post: SeenPost) -> Listed:
    comments = node.get("comments")
    about: Node = comments if isinstance(comments, dict) else {}
    count = _number(about.get("count"))
    words = blake2b(post.text.encode("utf-8", "replace"), digest_size=6).hexdigest()
    created = int(post.published_at.timestamp())
    is_open = about.get("can_post") != 0 or about.get("groups_can_post") is True
    return Listed(place, f"{words}.{count}", count, created, created, "", _flag(node.get("is_pinned")), is_open)


def _names(body: Node) -> dict[int, str]:
    """Names by VK's id, of the people and communities that an extended answer explains."""
    names: dict[int, str] = {}
    for node, number in _with_ids(body.get("profiles")):
        full = " ".join(word for word in (_word(node, "first_name"), _word(node, "last_name")) if word)
        names[number] = clean(unescape(full))
    for node, number in _with_ids(body.get("groups")):
        names[-number] = clean(unescape(_word(node, "name")))
    return {owner: name for owner, name in names.items() if name}


def _name(owner: int, names: Names) -> str:
    return names.get(owner) or (f"id{owner}" if owner > 0 else f"club{-owner}")


def _numbered(body: Node) -> list[tuple[Node, int]]:
    listed = body.get("items")
    if not isinstance(listed, list):
        raise PageUnreadable("the answer has no list of posts")
    found = _with_ids(listed)
    if listed and not found:
        raise PageUnreadable("no post of the answer has an id")
    return found


def _with_ids(listed: object) -> list[tuple[Node, int]]:
    """The objects of a list with their ids; whatever else stands in it is left out."""
    nodes = [node for node in listed if isinstance(node, dict)] if isinstance(listed, list) else []
    return [(node, _number(node.get("id"))) for node in nodes if _number(node.get("id")) > 0]


def _moment(value: object) -> datetime | None:
    seconds = _number(value)
    if seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _flag(value: object) -> bool:
    """VK says 1 in some methods and true in others."""
    return value is True or value == 1


def _word(node: Node, name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    """The integer, or -1 for what is none: VK's own counts and times are never negative, ids of communities are."""
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
