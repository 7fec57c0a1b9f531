"""`Card` and `Button`: a message as plain data, and the sizes that Telegram allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import regex

LIMIT = 4096
"""UTF-16 units of a message. Telegram counts after parsing; cards keep the HTML itself within it, which is stricter."""
TOAST_LIMIT = 200
COPY_LIMIT = 256
"""Characters that a copy button can hold."""
_URL_LIMIT = 1024
_GRAPHEME = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class Button:
    """One button, with exactly one of ``action`` (callback data), ``url`` and ``copy`` (text for the clipboard).

    ``style`` is "", "primary", "success" or "danger": a colour, for Telegram that knows of colours.
    """

    label: str
    action: str = ""
    url: str = ""
    copy: str = ""
    style: str = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A message: Telegram HTML and rows of buttons."""

    html: str
    buttons: Rows = ()


def utf16(text: str) -> int:
    """Length in UTF-16 code units, which is how Telegram counts."""
    return len(text) + sum(1 for letter in text if letter > "\uffff")


def web_address(url: str) -> str:
    """``url`` if a button or a link may carry it, else the empty string: Telegram refuses a message for a bad one."""
    if len(url) > _URL_LIMIT or not url.startswith(("http://", "https://")) or not url.isprintable() or " " in url:
        return ""
    try:
        return url if urlsplit(url).hostname else ""
    except ValueError:
        return ""


def rows_of(*rows: tuple[Button | None, ...]) -> Rows:
    """The rows without the buttons that are None, and without rows that are empty then."""
    kept = (tuple(button for button in row if button is not None) for row in rows)
    return tuple(row for row in kept if row)


def cut(text: str, units: int, size: Callable[[str], int] = utf16) -> str:
    """``text`` if its ``size`` is within ``units``; else as many whole graphemes as fit, and «…».

    ``size`` of a text is the sum of the sizes of its graphemes, each at least its number of characters.
    """
    if size(text) <= units:
        return text
    left, kept = units - 1, 0
    # A character takes a unit at least: what stands behind the first ``units`` of them cannot fit.
    for grapheme in _GRAPHEME.finditer(text[:units]):
        left -= size(grapheme.group())
        if left < 0:
            break
        kept = grapheme.end()
    return f"{text[:kept].rstrip()}…"


def toast(text: str) -> str:
    """``text`` short enough for the answer to a tap."""
    return cut(text, TOAST_LIMIT)
