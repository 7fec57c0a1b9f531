"""The Graph API's answers: JSON → posts, and its error codes → our error tree. Pure: bytes in, values out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.domain.clean import clean
from bot.domain.errors import (
    PageGone,
    PageUnreadable,
    ReplyRejected,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import SeenPost
from bot.sources.answer import Answer, redact, refuse_status

Node = Mapping[str, Any]

_THROTTLES = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
_PERMISSION = re.compile(r"\b((?:pages|business|public)_[a-z_]+)\b")
_USAGE_HEADERS = ("X-Business-Use-Case-Usage", "X-App-Usage", "X-Page-Usage")
_MAX_REGAIN = 24 * 3600.0
_GONE_SUBCODE = 33


class Duplicate(ReplyRejected):
    """506: the page said these very words a moment ago."""


_REFUSALS: Mapping[int, type[SourceError]] = {
    102: TokenRefused,
    104: TokenRefused,
    190: TokenRefused,
    368: ReplyRejected,
    506: Duplicate,
    803: PageGone,
    2635: PageGone,
}
_BAD_PARAMETER = 100


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page of a feed, newest first. ``marks`` says for each post id when it was last active and how many comments
    it has: while that stays the same, its comments need not be read. ``after`` is the next cursor, or empty."""

    posts: tuple[SeenPost, ...]
    marks: dict[str, str]
    after: str


@dataclass(frozen=True, slots=True)
class CommentsPage:
    """One page of comments. ``after`` is the next cursor, or empty."""

    posts: tuple[SeenPost, ...]
    after: str


def parse_feed(raw: bytes, *, now: datetime) -> FeedPage:
    """A feed answer → posts. Raises `PageUnreadable` for what is no such answer."""
    body = _object(raw)
    posts: list[SeenPost] = []
    marks: dict[str, str] = {}
    for node in _nodes(body):
        own_id = _word(node, "id")
        if own_id is None:
            continue
        posts.append(_post(node, own_id, own_id, None, now))
        marks[own_id] = f"{_word(node, 'updated_time') or ''}/{_comment_count(node)}"
    _refuse_nameless(body, posts)
    return FeedPage(tuple(posts), marks, next_cursor(body))


def parse_comments(raw: bytes, *, container_id: str, now: datetime) -> CommentsPage:
    """A comments answer → posts under ``container_id``. Nested comments keep the comment they answer as ``parent_id``,
    the others the post. Raises `PageUnreadable` for what is no such answer."""
    body = _object(raw)
    posts: list[SeenPost] = []
    for node in _nodes(body):
        own_id, parent_id = _comment_ids(node, container_id)
        if own_id is not None:
            posts.append(_post(node, own_id, container_id, parent_id, now))
    _refuse_nameless(body, posts)
    return CommentsPage(tuple(posts), next_cursor(body))


def parse_node(raw: bytes) -> Node:
    """A single object's answer. Raises `PageUnreadable` for what is no JSON object."""
    return _object(raw)


def parse_listed(raw: bytes) -> list[Node]:
    """The objects of a list answer. Raises `PageUnreadable` for what is no such answer."""
    return _nodes(_object(raw))


def parse_insight(raw: bytes, metric: str) -> float | None:
    """The newest value that an insights answer gives of ``metric``; None where it gives none.

    Raises `PageUnreadable` for what is no such answer.
    """
    for node in _nodes(_object(raw)):
        if _word(node, "name") != metric:
            continue
        total, values = node.get("total_value"), node.get("values")
        listed = [total] if isinstance(total, dict) else values if isinstance(values, list) else []
        found = [one.get("value") for one in listed if isinstance(one, dict)]
        numbers = [float(one) for one in found if isinstance(one, int | float) and not isinstance(one, bool)]
        return numbers[-1] if numbers else None
    return None


def figure(node: Node, *path: str) -> float | None:
    """A count within ``node``, as ``figure(post, "shares", "count")``; None where it is not there."""
    value: object = node
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return float(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def parent_of(node: Node) -> str | None:
    parent = node.get("parent")
    return _word(parent, "id") if isinstance(parent, dict) else None


def moment(text: object) -> datetime | None:
    """``2026-11-23T03:14:15+0000`` → aware UTC; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def refuse_error(answer: Answer, *, writing: bool = False) -> Answer:
    """The same answer when it is a success; else raises what its error code means.

    A code decides before the HTTP status: Graph says 400 for nearly everything.
    """
    error = _error_of(answer)
    if error is None:
        return refuse_status(answer)
    raise _meaning(error, answer, writing)


def _error_of(answer: Answer) -> Node | None:
    if b'"error"' not in answer.body[:4096] and answer.status < 400:
        return None
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else None


def _meaning(error: Node, answer: Answer, writing: bool) -> SourceError:
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    said = redact(clean(str(error.get("message") or error.get("error_user_msg") or "")))[:300]
    detail = f"Graph error {code}" + (f"/{subcode}" if subcode >= 0 else "") + f": {said}"
    if code in _THROTTLES:
        return SourceBusy(detail, retry_after=_regain(answer) or answer.retry_after)
    if code in _REFUSALS:
        return _REFUSALS[code](detail)
    if code == _BAD_PARAMETER and "app secret proof" in said:
        return TokenRefused(detail)
    if code in {3, 10} or 200 <= code <= 299:
        named = ", ".join(dict.fromkeys(_PERMISSION.findall(said)))
        return TokenRefused(f"missing permission {named}: {detail}" if named else detail)
    if subcode == _GONE_SUBCODE or "does not exist" in said or "Unknown path" in said:
        return PageGone(detail)
    return _temporary(error, answer, detail) or (ReplyRejected(detail) if writing else PageUnreadable(detail))


def _temporary(error: Node, answer: Answer, detail: str) -> SourceError | None:
    passing = error.get("code") in {1, 2} or error.get("is_transient") is True or answer.status >= 500
    return SourceDown(detail, retry_after=answer.retry_after) if passing else None


def _regain(answer: Answer) -> float | None:
    """Seconds until Graph regains patience, from its usage headers (they speak in minutes)."""
    waits: list[float] = []
    for name in _USAGE_HEADERS:
        try:
            told = json.loads(answer.headers.get(name, "null"))
        except (ValueError, RecursionError):
            continue
        for uses in told.values() if isinstance(told, dict) else ():
            for use in uses if isinstance(uses, list) else ():
                minutes = use.get("estimated_time_to_regain_access") if isinstance(use, dict) else None
                if isinstance(minutes, int | float) and minutes > 0:
                    waits.append(min(float(minutes) * 60, _MAX_REGAIN))
    return max(waits, default=None)


def _object(raw: bytes) -> Node:
    start = raw[:200].lstrip()
    if start[:1] == b"<":
        raise PageUnreadable("HTML where JSON was expected")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise PageUnreadable(f"broken JSON: {type(error).__name__} at byte {len(raw)}") from error
    if not isinstance(body, dict):
        raise PageUnreadable(f"a JSON object was expected, not {type(body).__name__}")
    return body


def _nodes(body: Node) -> list[Node]:
    listed = body.get("data")
    if not isinstance(listed, list):
        raise PageUnreadable("the answer has no list of posts")
    return [node for node in listed if isinstance(node, dict)]


def _refuse_nameless(body: Node, posts: list[SeenPost]) -> None:
    if body.get("data") and not posts:
        raise PageUnreadable("no post of the answer has an id: the token may not see them")


def next_cursor(body: Node) -> str:
    """The cursor, never ``paging.next`` itself: that address holds the access token."""
    paging = body.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return (_word(cursors, "after") or "") if isinstance(cursors, dict) else ""


def _post(node: Node, own_id: str, container_id: str, parent_id: str | None, now: datetime) -> SeenPost:
    author = node.get("from")
    author = author if isinstance(author, dict) else {}
    at = moment(node.get("created_time"))
    return SeenPost(
        external_id=own_id,
        container_id=container_id,
        author_id=_word(author, "id"),
        author_name=clean(_word(author, "name") or ""),
        text=_text(node),
        url=_word(node, "permalink_url") or f"https://www.facebook.com/{own_id}",
        published_at=min(at, now) if at else now,
        parent_id=parent_id,
        published_guess=at is None,
    )


def _text(node: Node) -> str:
    text = clean(_word(node, "message") or _word(node, "story") or "")
    if text:
        return text
    several = node.get("attachments")
    pieces = several.get("data") if isinstance(several, dict) else [node.get("attachment")]
    shown = [_attachment(one) for one in pieces if isinstance(one, dict)] if isinstance(pieces, list) else []
    return "\n".join(shown)


def _attachment(node: Node) -> str:
    words = [_word(node, "title") or _word(node, "type") or "", _word(node, "url") or ""]
    return clean("📎 " + " ".join(word for word in words if word))


def _comment_ids(node: Node, container_id: str) -> tuple[str | None, str]:
    """A comment's own id and the one it answers; from its permalink where a weak token hides the ids."""
    own_id, parent_id = _word(node, "id"), parent_of(node)
    if own_id is None:
        asked = parse_qs(urlsplit(_word(node, "permalink_url") or "").query)
        top, nested = asked.get("comment_id", [""])[0], asked.get("reply_comment_id", [""])[0]
        post = container_id.rpartition("_")[2]
        own_id = f"{post}_{nested or top}" if top else None
        parent_id = parent_id or (f"{post}_{top}" if nested else None)
    return own_id, parent_id or container_id


def _comment_count(node: Node) -> int:
    comments = node.get("comments")
    summary = comments.get("summary") if isinstance(comments, dict) else None
    return _number(summary.get("total_count")) if isinstance(summary, dict) else -1


def _word(node: Node, name: str) -> str | None:
    value = node.get(name)
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int:
    return value if isinstance(value, int) else -1
