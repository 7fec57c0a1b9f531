"""What the pages of every forum engine have in common: the values they are read into, their forms, their quotes.

Pure: markup in, values out. An engine's own selectors stand in its ``<engine>_pages.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.domain.errors import PageUnreadable
from bot.domain.model import SeenPost

Markup = str | bytes
"""A page: decoded, or its bytes where they are UTF-8 already (decoding 50 KB with one emoji in it makes 200 KB)."""

_NUMBER = re.compile(r"\d{1,3}(?:[\s.,]\d{3})*(?!\d)|\d+")
_REFRESH = re.compile(r"url\s*=\s*['\"]?(.+?)['\"]?\s*$", re.I)


class LoginAsked(PageUnreadable):
    """The page shows itself to logged-in members only."""


@dataclass(frozen=True, slots=True)
class TopicRow:
    """One topic as a board lists it. ``mark`` changes when somebody posts in it (not when a post is edited or merged).

    ``last_at`` is the time of its last post, None where the page's words could not be read.
    """

    tid: str
    title: str
    mark: str
    last_at: datetime | None
    sticky: bool = False
    views: int | None = None
    replies: int | None = None
    """As the board counts them; None where it does not show them."""


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One page of a board. ``member`` is True when it was served to a logged-in account; ``zone`` is the page's own.

    ``step`` is how many topics stand on one page, 0 where the page does not say (engines that count pages need none).
    """

    topics: tuple[TopicRow, ...]
    pages: int
    member: bool
    zone: tzinfo
    step: int = 0


@dataclass(frozen=True, slots=True)
class TopicPage:
    """One page of a topic, oldest post first. ``quoted`` names for each post id the ids its quotes point at.

    ``step`` is how many posts stand on one page, 0 where the page does not say (engines that count pages need none).
    """

    tid: str
    title: str
    posts: tuple[SeenPost, ...]
    quoted: dict[str, frozenset[str]]
    page: int
    pages: int
    member: bool
    step: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a browser would send it untouched; ``action`` is absolute."""

    action: str
    fields: tuple[tuple[str, str], ...]

    def filled(self, **values: str) -> list[tuple[str, str]]:
        """Its fields with ``values`` put in place of theirs, or added."""
        kept = [(name, value) for name, value in self.fields if name not in values]
        return [*kept, *values.items()]

    def value(self, name: str) -> str:
        return next((value for key, value in self.fields if key == name), "")


def parse_form(html: Markup, base_url: str, *needed: str) -> Form | None:
    """The first form with all the fields ``needed``, every hidden input, ticked box and chosen option copied."""
    return find_form(LexborHTMLParser(html), base_url, *needed)


def find_form(page: LexborHTMLParser, base_url: str, *needed: str, among: str = "form") -> Form | None:
    """`parse_form` on a page that is parsed already; ``among`` is the selector of the forms to look at."""
    for form in page.css(among):
        fields = tuple(_fields(form))
        if {name for name, _ in fields} >= set(needed):
            return Form(_join(base_url, (form.attributes.get("action") or "").strip()), fields)
    return None


def refresh_address(page: LexborHTMLParser, base_url: str) -> str:
    """Where the page's meta refresh leads, absolute; empty without one."""
    meta = page.css_first('meta[http-equiv="refresh"], meta[http-equiv="Refresh"], meta[http-equiv="REFRESH"]')
    match = _REFRESH.search((meta.attributes.get("content") or "") if meta is not None else "")
    try:
        return urljoin(base_url, match[1].strip()) if match else ""
    except ValueError:
        return ""


def holds(html: Markup, *marks: str) -> bool:
    """Whether any of these words of markup stands in the page: cheaper than a selection that finds nothing."""
    if isinstance(html, bytes):
        return any(mark.encode() in html for mark in marks)
    return any(mark in html for mark in marks)


def present(page: LexborHTMLParser, places: tuple[str, ...]) -> tuple[str, ...]:
    """Those of ``places`` that select anything on the page: the others need not be sought in each of its posts."""
    return tuple(place for place in places if page.css_matches(place))


def outer_quotes(body: LexborNode) -> list[LexborNode]:
    """The quotes of a post, without those inside other quotes."""
    return [quote for quote in body.css("blockquote") if not _inside_quote(quote, body)]


def is_directly_in(node: LexborNode, quote: LexborNode) -> bool:
    """Whether ``node`` belongs to ``quote`` itself and not to a quote inside it."""
    above = node.parent
    while above is not None and above.tag != "blockquote":
        above = above.parent
    return above is not None and above.mem_id == quote.mem_id


def number(text: str) -> int:
    """The number that an id is; 0 for an id that is none."""
    return int(text) if text.isdecimal() else 0


def counted(node: LexborNode | None) -> int | None:
    """The number in a cell of a board («1,234», «1 234», «12K» is none); None where there is none."""
    words = "".join((node.text() if node is not None else "").split()).replace(",", "").replace(".", "")
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 12 else None


def first_number(node: LexborNode | None) -> int | None:
    """The number that a cell begins with («8 008 Переглядів»); None where it begins otherwise."""
    match = _NUMBER.match(node.text().strip() if node is not None else "")
    digits = re.sub(r"\D", "", match[0]) if match else ""
    return int(digits) if digits and len(digits) < 12 else None


def utf8(html: Markup) -> bytes:
    """The page as bytes, for cheap searches in it."""
    return html if isinstance(html, bytes) else html.encode("utf-8", "replace")


def _inside_quote(quote: LexborNode, body: LexborNode) -> bool:
    above = quote.parent
    while above is not None and above.mem_id != body.mem_id:
        if above.tag == "blockquote":
            return True
        above = above.parent
    return False


def _fields(form: LexborNode) -> Iterable[tuple[str, str]]:
    for node in form.css("input[name], textarea[name], select[name]"):
        name = node.attributes.get("name") or ""
        if node.tag == "textarea":
            yield name, node.text().removeprefix("\n")
        elif node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            if chosen is not None:
                yield name, chosen.attributes.get("value") or ""
        elif _is_sent(node):
            yield name, node.attributes.get("value", "on" if "checked" in node.attributes else "") or ""


def _is_sent(field: LexborNode) -> bool:
    kind = (field.attributes.get("type") or "text").lower()
    if kind in {"checkbox", "radio"}:
        return "checked" in field.attributes
    return kind not in {"submit", "button", "image", "reset", "file"}


def _join(base_url: str, action: str) -> str:
    try:
        return urljoin(base_url, action)
    except ValueError as error:
        raise PageUnreadable("the form leads to an address that is none") from error
