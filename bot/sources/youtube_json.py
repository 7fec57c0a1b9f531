"""YouTube's answers: JSON → posts, and its reasons for refusing → our error tree. Pure: bytes in, values out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.clean import clean
from bot.domain.errors import (
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyRejected,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import SeenPost
from bot.sources.answer import Answer, redact, refuse_status

Node = Mapping[str, Any]

_DAILY = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_HURRIED = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"})
_CLOSED = frozenset({"commentsDisabled", "parentCommentIsPrivate", "operationNotSupported"})
_KEYS = frozenset({"keyInvalid", "keyExpired", "API_KEY_INVALID", "UNAUTHENTICATED", "authError"})
_PASSING = frozenset({"backendError", "internalError"})
_HURRY_WAIT = 60.0
_TAG = re.compile(r"<[^<>]{0,300}>")


class QuotaGone(SourceBusy):
    """The project's units of this day are spent."""


@dataclass(frozen=True, slots=True)
class ReplyPlace:
    """Where replies stand: the thread, and the channel and video it belongs to (empty where not known)."""

    thread_id: str
    channel_id: str = ""
    video_id: str = ""


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A comment thread as a list shows it: its top comment, and those replies that YouTube chose to put inside.

    ``total`` is how many replies there are. ``mark`` stays the same while nothing visible here changes.
    """

    thread_id: str
    top: SeenPost
    inside: tuple[SeenPost, ...]
    total: int
    mark: str

    @property
    def whole(self) -> bool:
        return self.total <= len(self.inside)

    @property
    def last_at(self) -> datetime:
        return max(post.published_at for post in (self.top, *self.inside))


@dataclass(frozen=True, slots=True)
class ThreadsPage:
    """One page of comment threads. ``after`` is the next page's token, or empty."""

    rows: tuple[ThreadRow, ...]
    after: str


@dataclass(frozen=True, slots=True)
class RepliesPage:
    """One page of a thread's replies. ``after`` is the next page's token, or empty."""

    posts: tuple[SeenPost, ...]
    after: str


def parse_threads(raw: bytes, *, now: datetime) -> ThreadsPage:
    """A ``commentThreadListResponse``. Raises `PageUnreadable` for what is no such answer."""
    body, nodes = _listed(raw, "youtube#commentThreadListResponse")
    rows = {row.thread_id: row for row in (_row(node, now) for node in nodes) if row}
    if nodes and not rows:
        raise PageUnreadable("no comment thread of the answer can be read")
    return ThreadsPage(tuple(rows.values()), _word(body, "nextPageToken"))


def parse_replies(raw: bytes, *, under: ReplyPlace, now: datetime) -> RepliesPage:
    """A ``commentListResponse``: the replies of one thread. Raises `PageUnreadable` for what is no such answer."""
    body, nodes = _listed(raw, "youtube#commentListResponse")
    posts = [_post(node, under, now) for node in nodes]
    seen = {post.external_id: post for post in posts if post}
    if nodes and not seen:
        raise PageUnreadable("no reply of the answer can be read")
    return RepliesPage(tuple(seen.values()), _word(body, "nextPageToken"))


def parse_comment(raw: bytes, *, under: ReplyPlace, now: datetime) -> SeenPost:
    """A single ``comment``, as an insert gives it back. Raises `PageUnreadable` for anything else."""
    post = _post(_object(raw), under, now)
    if post is None:
        raise PageUnreadable("the answer is no comment")
    return post


def parse_channels(raw: bytes) -> list[tuple[str, str]]:
    """The ids and titles of a ``channelListResponse`` (which has no ``items`` at all where nothing was found)."""
    _, items = _listed(raw, "youtube#channelListResponse")
    return [(_word(node, "id"), clean(_word(_part(node, "snippet"), "title"))) for node in _nodes(items)]


def place_at(thread_id: str, url: str) -> ReplyPlace:
    """The place of a thread, from the address of one of its comments."""
    video = re.search(r"[?&]v=([\w-]+)", url)
    channel = re.search(r"/channel/([\w-]+)", url)
    return ReplyPlace(thread_id, channel[1] if channel else "", video[1] if video else "")


def threaded(top: SeenPost | None, replies: Iterable[SeenPost]) -> tuple[SeenPost, ...]:
    """The replies, oldest first, each with the comment it answers as ``parent_id``.

    YouTube hangs every reply on the top comment; whom it answers stands as an @name at its beginning. Where that name
    wrote in the thread before, its latest comment is the parent.
    """
    done: list[SeenPost] = []
    before: list[SeenPost] = [] if top is None else [top]
    for post in sorted(replies, key=lambda one: one.published_at):
        addressed = [one for one in before if addresses(post.text, one.author_name)]
        # "@Іван" begins "@Іван-2" too: of two names that fit, the longer one was meant.
        found = max(addressed, key=lambda one: (len(one.author_name), one.published_at), default=None)
        done.append(post if found is None else replace(post, parent_id=found.external_id))
        before.append(post)
    return tuple(done)


def addresses(text: str, name: str) -> bool:
    """Whether ``text`` begins with ``@name``."""
    bare = name.removeprefix("@").casefold()
    start = text.casefold()
    if not bare or not start.startswith(f"@{bare}"):
        return False
    return not re.match(r"[\w-]", start[len(bare) + 1 :])


def refuse_error(answer: Answer, *, writing: bool = False) -> Answer:
    """The same answer when it is a success; else raises what its reason means."""
    error = _error_of(answer)
    if error is None:
        return refuse_status(answer)
    raise _meaning(error, answer, writing)


def _error_of(answer: Answer) -> Node | None:
    if answer.status < 400 and b'"error"' not in answer.body[:200]:
        return None
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else None


def _meaning(error: Node, answer: Answer, writing: bool) -> SourceError:
    said, listed = redact(clean(_TAG.sub("", _word(error, "message"))))[:300], _reasons(error)
    code, reasons = error.get("code"), frozenset(listed)
    status = code if isinstance(code, int) else answer.status
    detail = f"YouTube {status} {listed[0] if listed else ''}: {said}"
    if reasons & _DAILY:
        return QuotaGone(detail)
    if reasons & _HURRIED or status == 429:
        return SourceBusy(detail, retry_after=answer.retry_after or _HURRY_WAIT)
    if reasons & _PASSING or status >= 500:
        return SourceDown(detail, retry_after=answer.retry_after)
    return _refusal(reasons, status, said, writing)(detail)


def _refusal(reasons: frozenset[str], status: int, said: str, writing: bool) -> type[SourceError]:
    if reasons & _CLOSED:
        return ReplyClosed
    if status == 404 or any(reason.endswith("NotFound") for reason in reasons):
        return PageGone
    if reasons & _KEYS or status in {401, 403} or "API key" in said:
        return TokenRefused
    return ReplyRejected if writing else PageUnreadable


def _reasons(error: Node) -> list[str]:
    """Every reason an error gives, Google's older form first, then the newer one, then its status."""
    listed = [node for name in ("errors", "details") for node in _nodes(error.get(name))]
    found = [_word(node, "reason") for node in listed]
    return [clean(reason)[:60] for reason in (*found, _word(error, "status")) if reason]


def _row(node: object, now: datetime) -> ThreadRow | None:
    if not isinstance(node, dict):
        return None
    snippet = _part(node, "snippet")
    top_node = _part(snippet, "topLevelComment")
    thread_id = _word(node, "id") or _word(top_node, "id")
    own = _part(top_node, "snippet")
    channel = _word(snippet, "channelId") or _word(own, "channelId")
    place = ReplyPlace(thread_id, channel, _word(snippet, "videoId") or _word(own, "videoId"))
    top = _post(top_node, place, now)
    if top is None or not thread_id:
        return None
    inside_nodes = _nodes(_part(node, "replies").get("comments"))
    inside = [(post, one) for one in inside_nodes if (post := _post(one, place, now))]
    total = snippet.get("totalReplyCount")
    count = total if isinstance(total, int) and not isinstance(total, bool) else len(inside)
    mark = _mark(count, [top_node, *(one for _, one in inside)])
    return ThreadRow(thread_id, top, tuple(post for post, _ in inside), count, mark)


def _post(node: object, place: ReplyPlace, now: datetime) -> SeenPost | None:
    if not isinstance(node, dict):
        return None
    own_id, snippet = _word(node, "id"), _part(node, "snippet")
    if not own_id or not snippet:
        return None
    at = _moment(snippet.get("publishedAt"))
    return SeenPost(
        external_id=own_id,
        container_id=place.thread_id,
        author_id=_word(_part(snippet, "authorChannelId"), "value") or None,
        author_name=clean(_word(snippet, "authorDisplayName")),
        text=_text(snippet),
        url=_address(own_id, place),
        published_at=min(at, now) if at else now,
        parent_id=None if own_id == place.thread_id else _word(snippet, "parentId") or place.thread_id,
        published_guess=at is None,
    )


def _text(snippet: Node) -> str:
    """The words as typed where YouTube shows them to us, else as displayed. A picture's address is left out: it is
    signed for six hours, and each look would take the new one for an edit."""
    text = clean(_word(snippet, "textOriginal") or _word(snippet, "textDisplay"))
    return text or ("📎" if _word(snippet, "imageUrl") else "")


def _address(comment_id: str, place: ReplyPlace) -> str:
    if place.video_id:
        return f"https://www.youtube.com/watch?v={place.video_id}&lc={comment_id}"
    return f"https://www.youtube.com/channel/{place.channel_id}/community?lc={comment_id}"


def _mark(total: int, comments: Sequence[Node]) -> str:
    """How many replies there are, and a digest of who stands here and when each was last edited."""
    stamps = sorted(f"{_word(one, 'id')} {_word(_part(one, 'snippet'), 'updatedAt')}" for one in comments)
    return f"{total}-{hashlib.blake2b(chr(10).join(stamps).encode(errors='replace'), digest_size=5).hexdigest()}"


def _moment(text: object) -> datetime | None:
    """``2026-11-23T08:14:15Z``, with or without fractions → aware UTC; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _listed(raw: bytes, kind: str) -> tuple[Node, list[object]]:
    """A list answer and its items; YouTube may leave an empty list out."""
    body = _object(raw)
    items = body.get("items", [])
    if _word(body, "kind") != kind or not isinstance(items, list):
        raise PageUnreadable(f"the answer is no {kind.partition('#')[2]}")
    return body, items


def _object(raw: bytes) -> Node:
    if raw[:200].lstrip()[:1] == b"<":
        raise PageUnreadable("HTML where JSON was expected")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise PageUnreadable(f"broken JSON: {type(error).__name__} in {len(raw)} bytes") from error
    if not isinstance(body, dict):
        raise PageUnreadable(f"a JSON object was expected, not {type(body).__name__}")
    return body


def _nodes(value: object) -> list[Node]:
    return [node for node in value if isinstance(node, dict)] if isinstance(value, list) else []


def _part(node: Node, name: str) -> Node:
    value = node.get(name)
    return value if isinstance(value, dict) else {}


def _word(node: Node, name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""
