"""uCoz forum pages → values: boards and topics. Pure: markup in, values out.

Addresses are ``/forum/F``, ``/forum/F-0-PAGE``, ``/forum/F-T-PAGE`` and, for one post, ``/forum/F-T-P-16-TIME`` with
the unix time of its writing; dates in words stand beside, in the site's own zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.domain.clean import clean
from bot.domain.errors import PageUnreadable
from bot.domain.model import SeenPost
from bot.sources.dates import Dates, page_dates
from bot.sources.forum_pages import BoardPage, Markup, TopicPage, TopicRow, counted, holds, number, utf8
from bot.sources.text import readable
from bot.sources.ucoz_refusals import is_member, refuse_wall

__all__ = ["fid_in", "parse_board", "parse_topic", "root_of", "tid_in"]

_PLACE = re.compile(r"/forum/(?P<fid>\d+)(?:-(?P<tid>\d+))?(?:-(?P<third>\d+))?(?:-(?P<verb>\d+))?(?:-(?P<time>\d+))?")
_POST_LINK = "16"
"""The verb of an address that leads to one post."""
_POST_ID = re.compile(r"ucoz-forum-post-(\d+)")
_PAGES = re.compile(r"\D(\d+)\s+(?:из|з|із|of)\s+(\d+)", re.I)
_DATE = re.compile(r"(?:Дата|Date|Дані)?\s*:?\s*(?P<date>[^|]+?)\s*(?:\||$)")
_BODIES = '[id^="ucoz-forum-post-"]'
_QUOTE = ".bbQuoteBlock"
_NOT_SAID = frozenset({"bbQuoteBlock", "signatureView", "postSignature", "eBlockAd", "uSpoilerButBl"})
_BOARD = ".gTableTop, .threadsTable, .forumNameTd, a.threadLink, .threadNametd"
_SMILIES = {
    "smile": ":)", "wink": ";)", "sad": ":(", "cool": "8)", "biggrin": ":D", "tongue": ":p", "angry": ">(",
    "cry": ":'(", "ohmy": ":o", "surprised": "o_O", "happy": "^_^", "wacko": "%)", "dry": "<_<",
}  # fmt: skip
"""What a person typed, by the name that the picture has: our own answer must be found word for word."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all posts of one page share; ``quoted`` fills as posts are read."""

    base_url: str
    tid: str
    title: str
    dates: Dates
    names: dict[str, str]
    own: str
    """The address of the topic itself."""
    quoted: dict[str, frozenset[str]] = field(default_factory=dict)

    def post(self, found: _Found) -> SeenPost:
        quotes = [(_quoted_id(quote), _quoted_name(quote)) for quote in _outer_quotes(found.body)]
        pids = [pid for pid, _ in quotes if pid]
        self.quoted[found.pid] = frozenset(pids)
        authors = [name or self.names.get(pid, "") for pid, name in quotes]
        at = found.at or self.dates.read(found.date)
        text = readable(found.body, base_url=self.base_url, skip_classes=_NOT_SAID, smilies=_SMILIES)
        return SeenPost(
            external_id=found.pid,
            container_id=self.tid,
            author_id=found.author or None,
            author_name=found.author,
            text=text,
            url=self._address(found),
            published_at=min(at, self.dates.now) if at else self.dates.now,
            parent_id=pids[0] if pids else None,
            quoted_authors=tuple(dict.fromkeys(filter(None, authors))),
            title=self.title,
            published_guess=at is None,
        )

    def _address(self, found: _Found) -> str:
        # Joining two addresses takes longer than all else that is read of a post.
        whole = found.address.startswith("http")
        return found.address if whole else urljoin(self.base_url, found.address or self.own)


@dataclass(frozen=True, slots=True)
class _Found:
    """One post as the page lays it out; ``at`` from its address, else ``date`` in the page's words."""

    pid: str
    author: str
    date: str
    at: datetime | None
    address: str
    body: LexborNode


def parse_board(html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "") -> BoardPage:
    """A board's page → its topics, as listed. Raises `SourceError` kinds for walls and pages of another kind."""
    whole = utf8(html)
    page = LexborHTMLParser(whole)
    links = page.css("a.threadLink")
    if not links:
        refuse_wall(page)
        if not page.css_matches(_BOARD) or page.css_matches(_BODIES) or b"</html>" not in whole.lower():
            raise PageUnreadable("no topic and no sign of a board on the page")
    rows = [(link, _row_of(link)) for link in links]
    shown = [_words(_last_link(row)) for _, row in rows if row is not None]
    dates = page_dates(shown, now=now, zone=zone, order=date_order)
    topics: dict[str, TopicRow] = {}
    for link, row in rows:
        topic = _topic(link, row, dates) if row is not None else None
        if topic is not None:
            topics.setdefault(topic.tid, topic)
    return BoardPage(tuple(topics.values()), _pages(page)[1], is_member(page), zone)


def parse_topic(
    html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "", tid: str = ""
) -> TopicPage:
    """A topic's page → its posts. ``tid`` is the topic asked for, else it is taken from the address.

    Raises `SourceError` kinds for walls (`LoginAsked`, `PageGone`, …) and `PageUnreadable` when no post is there.
    """
    page = LexborHTMLParser(html)
    found = {post.pid: post for post in _posts(page)}
    if not found:
        refuse_wall(page)
        raise PageUnreadable("no post on the page")
    tid = tid or tid_in(base_url) or next((place for post in found.values() if (place := tid_in(post.address))), "")
    if not tid:
        raise PageUnreadable("the page does not say which topic it is")
    dates = page_dates([post.date for post in found.values()], now=now, zone=zone, order=date_order)
    names = {post.pid: post.author for post in found.values()}
    reading = _Reading(base_url, tid, _title(page), dates, names, f"/forum/{fid_in(base_url) or 0}-{tid}-1")
    posts = tuple(reading.post(post) for post in sorted(found.values(), key=lambda post: number(post.pid)))
    here, pages = _pages(page) if holds(html, "pagesInfo", "switch") else (1, 1)
    return TopicPage(tid, reading.title, posts, reading.quoted, here, pages, is_member(page))


def fid_in(address: str) -> str | None:
    """The board's number in an address."""
    match = _PLACE.search(address)
    return match["fid"] if match else None


def tid_in(address: str) -> str | None:
    """The topic's number in an address; None for a board's."""
    match = _PLACE.search(address)
    return match["tid"] if match and number(match["tid"] or "") else None


def root_of(address: str) -> str:
    """The site that an address of its forum belongs to, with the closing slash."""
    return address.partition("/forum/")[0].rstrip("/") + "/"


# --- rows of a board ------------------------------------------------------------------------------------------


def _row_of(link: LexborNode) -> LexborNode | None:
    above = link.parent
    while above is not None and above.tag != "tr":
        above = above.parent
    return above


def _topic(link: LexborNode, row: LexborNode, dates: Dates) -> TopicRow | None:
    tid = tid_in(link.attributes.get("href") or "")
    if tid is None:
        return None
    last = _last_link(row)
    at = _moment_in((last.attributes.get("href") or "") if last is not None else "") or dates.read(_words(last))
    replies = row.css_first(".threadPostTd")
    when, last_by = str(int(at.timestamp())) if at else _words(last), _words(row.css_first(".threadLastPostUser"))
    return TopicRow(
        tid,
        clean(_words(link)),
        f"{_words(replies)}/{when}/{last_by}",
        min(at, dates.now) if at else None,
        row.css_matches(".threadPinnedLabel, .threadFixed, img[src*='fixed'], img[src*='pinned']"),
        counted(row.css_first(".threadViewTd")),
        counted(replies),
    )


def _last_link(row: LexborNode) -> LexborNode | None:
    return row.css_first(".threadLastPostLink") or row.css_first(".threadLastPostTd a[href*='-16-']")


# --- posts of a topic -----------------------------------------------------------------------------------------


def _posts(page: LexborHTMLParser) -> Iterator[_Found]:
    for body in page.css(_BODIES):
        match = _POST_ID.fullmatch(body.id or "")
        table = _table_of(body)
        if match is None or table is None:
            continue
        address = _address(table)
        yield _Found(match[1], _author(table), _date(table), _moment_in(address), address, body)


def _table_of(body: LexborNode) -> LexborNode | None:
    """What holds a post with its head: its table, or in newer templates its block."""
    above = body.parent
    while above is not None and "postTable" not in (above.attributes.get("class") or "").split():
        above = above.parent
    return above


def _author(table: LexborNode) -> str:
    named = table.css_first(".postUser")
    return " ".join(clean(_words(named)).split())


def _address(table: LexborNode) -> str:
    """The address of the post itself, which a prompt shows when its number is tapped."""
    link = table.css_first(".postNumberLink")
    if link is None:
        return ""
    told = f"{link.attributes.get('onclick') or ''} {link.attributes.get('href') or ''}"
    found = next((match for match in _PLACE.finditer(told) if match["verb"] == _POST_LINK), None)
    return found[0] if found else ""


def _date(table: LexborNode) -> str:
    """The words after «Дата:» in the head of a post, the weekday left out."""
    for head in table.css(".postTdTop, .postDate, .postTop"):
        words = _words(head)
        if (match := _DATE.search(words)) and re.search(r"\d", match["date"]):
            said = match["date"].partition(", ")
            return said[2] if said[2] and not re.search(r"\d", said[0]) else match["date"]
    return ""


def _moment_in(address: str) -> datetime | None:
    match = _PLACE.search(address)
    if match is None or match["verb"] != _POST_LINK or not match["time"] or len(match["time"]) > 11:
        return None
    return datetime.fromtimestamp(int(match["time"]), UTC)


def _outer_quotes(body: LexborNode) -> list[LexborNode]:
    quotes = {quote.mem_id: quote for quote in body.css(_QUOTE)}
    return [quote for quote in quotes.values() if not _is_inside(quote, quotes)]


def _is_inside(quote: LexborNode, quotes: dict[int, LexborNode]) -> bool:
    above = quote.parent
    while above is not None:
        if above.mem_id in quotes:
            return True
        above = above.parent
    return False


def _quoted_id(quote: LexborNode) -> str:
    link = quote.css_first(".bbQuoteName a[href]")
    match = _PLACE.search((link.attributes.get("href") or "") if link is not None else "")
    return match["third"] if match and match["verb"] == _POST_LINK and match["third"] else ""


def _quoted_name(quote: LexborNode) -> str:
    named = quote.css_first(".bbQuoteName .qName")
    return " ".join(clean(_words(named)).strip("() ").split())


# --- the page around its posts --------------------------------------------------------------------------------


def _title(page: LexborHTMLParser) -> str:
    bars = page.css("a.forumBarA")
    heading = bars[-1] if bars else page.css_first(".forumThreadTitle") or page.css_first("h1")
    return clean(_words(heading))


def _pages(page: LexborHTMLParser) -> tuple[int, int]:
    """The number of this page and of the last one."""
    told = page.css_first(".pagesInfo")
    if told is not None and (match := _PAGES.search(f" {_words(told)}")):
        return max(number(match[1]), 1), max(number(match[2]), 1)
    here = number(_words(page.css_first(".switchActive")))
    return max(here, 1), max([here, 1, *(number(_words(node)) for node in page.css(".switchDigit"))])


def _words(node: LexborNode | None) -> str:
    return " ".join(node.text().split()) if node is not None else ""
