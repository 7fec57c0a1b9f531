"""From what strangers wrote to Telegram HTML that is safe, pings nobody and never grows past its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from unicodedata import bidirectional

from bot.cards.plain import cut, utf16, web_address
from bot.domain.clean import clean
from bot.texts import Html

Mask = Callable[[str], str]
"""Hides phone and bank card numbers in a text of any length."""

_EXPANDABLE_LETTERS = 300
_EXPANDABLE_LINES = 6
_READ_OF_A_POST, _READ_OF_A_LINE = 5_000, 1_000
"""Characters that are looked at: more than can be shown, and few, because cutting a row of flags takes n² steps."""
_LINK_LIMIT = 400

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n){2,}")
_MENTION = re.compile(r"@(?=\w)")
_COMMAND = re.compile(r"(?<![\w/])/(?=\w)")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_WORD_JOINER = "\u2060"


def silent(text: str) -> str:
    """The same to the eye, but no @name and no /command in it is one to Telegram."""
    return _COMMAND.sub("/" + _WORD_JOINER, _MENTION.sub("@" + _WORD_JOINER, text))


def escaped_size(text: str) -> int:
    """UTF-16 units that ``text`` takes in HTML."""
    return utf16(escape(text, quote=False))


def words(text: str, units: int, mask: Mask | None = None) -> Html:
    """A name, a title or an excerpt on one line, within ``units`` UTF-16 units of HTML."""
    line = " ".join(_prepared(text, mask, _READ_OF_A_LINE).split())
    safe = Html.of(cut(line, units - 2, escaped_size))
    if any(bidirectional(letter) in _RIGHT_TO_LEFT for letter in safe):
        return Html(f"\u2068{safe}\u2069")
    return safe


def quoted(text: str, units: int, mask: Mask | None = None) -> Html:
    """A passage in a quote, folded when it is long, within ``units`` UTF-16 units of HTML with its tags."""
    prepared = _prepared(text, mask, _READ_OF_A_POST)
    long = len(prepared) > _EXPANDABLE_LETTERS or prepared.count("\n") >= _EXPANDABLE_LINES
    opening, closing = "<blockquote expandable>" if long else "<blockquote>", "</blockquote>"
    room = units - len(opening) - len(closing)
    return Html(f"{opening}{Html.of(cut(prepared, room, escaped_size))}{closing}")


def exact(text: str, tag: str, units: int) -> tuple[Html, bool]:
    """``text`` letter for letter in ``tag`` (code or pre) for copying, and whether all of it fits into ``units``."""
    safe = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", "", text)
    shown = cut(safe, units - 2 * len(tag) - 5, escaped_size)
    return Html(f"<{tag}>{Html.of(shown)}</{tag}>"), shown == safe


def link(url: str, label: Html) -> Html:
    """``label`` leading to ``url``; the label alone where the address cannot stand in a message."""
    good = web_address(url)
    if not good or len(good) > _LINK_LIMIT:
        return label
    return Html(f'<a href="{escape(good)}">{label}</a>')


def lines(*parts: str) -> Html:
    """The parts that are not empty, one under another."""
    return Html("\n".join(part for part in parts if part))


def _prepared(text: str, mask: Mask | None, read: int) -> str:
    whole = cut(_BLANK_LINES.sub("\n\n", clean(text)), read, len)
    return silent(mask(whole) if mask else whole)
