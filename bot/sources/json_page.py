"""JSON as forum engines answer it, read without trust: objects, words, numbers, moments. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.errors import PageUnreadable

Node = Mapping[str, Any]

_YEAR_2000 = 946_684_800_000
"""In milliseconds: a smaller number is no time of a post."""


def json_object(raw: bytes) -> Node:
    """The object that ``raw`` holds. Raises `PageUnreadable` for HTML, for JSON cut off, and for other values."""
    if raw[:200].lstrip()[:1] == b"<":
        raise PageUnreadable("HTML where JSON was expected")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise PageUnreadable(f"broken JSON: {type(error).__name__} in {len(raw)} bytes") from error
    if not isinstance(body, dict):
        raise PageUnreadable(f"a JSON object was expected, not {type(body).__name__}")
    return body


def json_or_nothing(raw: bytes) -> Node:
    """The object that ``raw`` holds, empty for anything else: refusals come as JSON, as HTML and as bare words."""
    try:
        return json_object(raw)
    except PageUnreadable:
        return {}


def inner(node: Node, name: str) -> Node:
    """The object under ``name``; empty where there is none."""
    value = node.get(name)
    return value if isinstance(value, dict) else {}


def objects(node: Node, name: str) -> list[Node]:
    """The objects listed under ``name``. Raises `PageUnreadable` where there is no list."""
    value = node.get(name)
    if not isinstance(value, list):
        raise PageUnreadable(f"the answer has no list of {name}")
    return [one for one in value if isinstance(one, dict)]


def word(node: Node, name: str) -> str:
    """The text under ``name``; empty where there is none."""
    value = node.get(name)
    return value if isinstance(value, str) else ""


def count(node: Node, name: str) -> int:
    """The whole number under ``name``; 0 where there is none."""
    value = node.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def key(node: Node, name: str) -> str:
    """The id under ``name``, a number or a text on the wire; empty where there is none."""
    value = node.get(name)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    return str(value)


def moment(value: object) -> datetime | None:
    """An ISO text, or milliseconds since 1970 → aware UTC; None for anything else."""
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= _YEAR_2000:
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
