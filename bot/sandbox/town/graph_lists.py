"""Lists of the Graph API: filters, time bounds, limits and cursors, for a page's feed and for comments."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.sandbox.town import graph_errors
from bot.sandbox.town.facebook import Entry, Facebook

DEFAULT_LIMIT = 25
LARGEST_LIMIT = 100
_Order = tuple[float, int]


@dataclass(frozen=True)
class Slice:
    """A page of a list. ``before`` and ``after`` are its cursors; ``more`` says that older calls will continue."""

    entries: list[Entry]
    before: str
    after: str
    more: bool


def feed(facebook: Facebook, parameters: Mapping[str, str], *, own: bool) -> Slice:
    """The page's posts, newest first; with ``own`` only those the page wrote itself.

    As on the real server a full slice promises a next one, even when nothing is left: that one is empty.
    """
    entries = [post for post in facebook.posts() if not own or post.author.id == facebook.page_id]
    entries = _between(entries, parameters)
    return _cut(entries, parameters, newest_first=True, promise_when_full=True)


def comments(facebook: Facebook, of: Entry, parameters: Mapping[str, str]) -> Slice:
    """Comments under a post or a comment: ``filter`` toplevel (default: nested answers hidden) or stream."""
    order = _choice(parameters, "order", ("chronological", "reverse_chronological"))
    entries = _filtered(facebook, of, parameters)
    newest_first = order == "reverse_chronological"
    if newest_first:
        entries = entries[::-1]
    return _cut(_between(entries, parameters), parameters, newest_first=newest_first, promise_when_full=False)


def total(facebook: Facebook, of: Entry, parameters: Mapping[str, str]) -> int:
    """How many comments the chosen filter shows, whatever the limit."""
    return len(_filtered(facebook, of, parameters))


def _filtered(facebook: Facebook, of: Entry, parameters: Mapping[str, str]) -> list[Entry]:
    wanted = _choice(parameters, "filter", ("toplevel", "stream"))
    entries = facebook.comments(of.id)
    if of.is_post and wanted == "toplevel":
        entries = [entry for entry in entries if entry.parent_id is None]
    return entries


def moment(value: str, name: str) -> float:
    """A ``since``/``until`` value, unix seconds or ISO 8601 → unix seconds. Raises ``GraphError`` 100."""
    try:
        if value.strip().lstrip("-").isdigit():
            return float(value)
        at = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        raise graph_errors.bad_parameter(f"Param {name} must be a valid datetime or unix timestamp") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _between(entries: list[Entry], parameters: Mapping[str, str]) -> list[Entry]:
    since, until = parameters.get("since", ""), parameters.get("until", "")
    if since:
        bound = moment(since, "since")
        entries = [entry for entry in entries if entry.created_at >= bound]
    if until:
        bound = moment(until, "until")
        entries = [entry for entry in entries if entry.created_at <= bound]
    return entries


def _cut(entries: list[Entry], parameters: Mapping[str, str], *, newest_first: bool, promise_when_full: bool) -> Slice:
    limit = _limit(parameters)
    after, before = parameters.get("after", ""), parameters.get("before", "")
    if after:
        edge = _place(after)
        entries = [e for e in entries if (e.order < edge if newest_first else e.order > edge)]
    elif before:
        edge = _place(before)
        entries = [e for e in entries if (e.order > edge if newest_first else e.order < edge)][-limit:]
    shown = entries[:limit]
    more = len(entries) > limit or (promise_when_full and len(shown) == limit)
    if not shown:
        return Slice([], "", "", more=False)
    return Slice(shown, _cursor(shown[0]), _cursor(shown[-1]), more)


def _limit(parameters: Mapping[str, str]) -> int:
    text = parameters.get("limit", "") or str(DEFAULT_LIMIT)
    if not text.isdecimal():
        raise graph_errors.bad_parameter("Param limit must be an integer")
    limit = int(text)
    if limit > LARGEST_LIMIT:
        raise graph_errors.bad_parameter(f"The 'limit' parameter should not exceed {LARGEST_LIMIT}")
    return limit or DEFAULT_LIMIT


def _choice(parameters: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = parameters.get(name, allowed[0]).lower()
    if value not in allowed:
        listed = ", ".join(one.upper() for one in allowed)
        raise graph_errors.bad_parameter(f"Param {name} must be one of {{{listed}}} - got {value!r}.")
    return value


def _cursor(entry: Entry) -> str:
    return base64.urlsafe_b64encode(f"{entry.created_at!r}:{entry.number}".encode()).decode().rstrip("=")


def _place(cursor: str) -> _Order:
    try:
        at, _, number = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        return (float(at), int(number))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise graph_errors.bad_parameter("Invalid cursors values") from None
