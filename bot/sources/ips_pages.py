"""Invision Community 4 and 5 and IP.Board 3 pages → values: boards and topics. Pure: markup in, values out.

Anchored on post ids (``#elComment_N``, in version 3 ``.post_block#post_id_N``): blocks of similar topics wear the same
classes and have none. Dates stand beside their words in ISO form.
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
from bot.sources.forum_pages import (
    BoardPage,
    Markup,
    TopicPage,
    TopicRow,
    counted,
    holds,
    number,
    outer_quotes,
    present,
    utf8,
)
from bot.sources.ips_refusals import MEMBER_MARKS, is_member, refuse_wall
from bot.sources.text import readable

__all__ = ["Listed", "parse_board", "parse_topic", "tid_in"]

_TID = re.compile(r"(?:/topic/|showtopic=)(\d+)")
_POST_ID = re.compile(r"(?:elComment_|post_id_)(\d+)")
_POSTS = 'article[id^="elComment_"], .post_block[id^="post_id_"]'
_BODIES = ('[data-role="commentContent"]', ".post.entry-content", '[itemprop="commentText"]')
_AUTHORS = (
    ".cAuthorPane_author",
    ".ipsEntry__username",
    ".author_info .author",
    "li.author",
    '[itemprop="creator name"]',
)
_LINK = 'a[href*="#entry"], a[href*="findpost"]'
_DATES = ("time[datetime]", "abbr.published[title]", "abbr[itemprop]")
_ROWS = "[data-rowid], tr[data-tid], tr.__topic"
_BOARD = '.cTopicList, [data-controller*="forum"], .ipsDataList, .topic_list, #forum_table, .ipsData--topic-list'
_LINKS = '.ipsDataItem_title a[href*="topic"], .ipsData__title a[href*="topic"], a.topic_title, a[id^="tid-link-"]'
_NOT_SAID = frozenset(
    {"ipsQuote", "ipsBlockquote", "ipsType_blendLinks_edit", "edit", "nexusad", "ipsHide", "citation"}
)
_OFFSET = re.compile(r"[?&]st=(\d+)")
_PAGE_OF = re.compile(r"(\d+)\s+(?:of|из|з|із)\s+(\d+)", re.I)


@dataclass(frozen=True, slots=True)
class Listed:
    """A board's page, and where its topics stand: the addresses by topic id."""

    page: BoardPage
    places: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all posts of one page share; ``quoted`` fills as posts are read."""

    base_url: str
    tid: str
    title: str
    dates: Dates
    names: dict[str, str]
    has_links: bool
    """Whether the page has version 3's links to single posts."""
    quoted: dict[str, frozenset[str]] = field(default_factory=dict)

    def post(self, pid: str, node: LexborNode, body: LexborNode, date: LexborNode | None) -> SeenPost:
        quotes = outer_quotes(body)
        pids = [found for quote in quotes if (found := _quoted_id(quote))]
        self.quoted[pid] = frozenset(pids)
        authors = [_quoted_name(quote) or self.names.get(_quoted_id(quote), "") for quote in quotes]
        name, at = self.names[pid], _moment(date, self.dates)
        return SeenPost(
            external_id=pid,
            container_id=self.tid,
            author_id=name or None,
            author_name=name,
            text=readable(body, base_url=self.base_url, skip_classes=_NOT_SAID),
            url=_address(node if self.has_links else None, pid, self.base_url),
            published_at=at or self.dates.now,
            parent_id=pids[0] if pids else None,
            quoted_authors=tuple(dict.fromkeys(filter(None, authors))),
            title=self.title,
            published_guess=at is None,
        )


def parse_board(html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "") -> Listed:
    """A board's page → its topics, as listed. Raises `SourceError` kinds for walls and pages of another kind."""
    whole = utf8(html)
    page = LexborHTMLParser(whole)
    rows = [(row, link) for row in page.css(_ROWS) if (link := _link_of(row)) is not None]
    if not rows:
        refuse_wall(page)
        if not page.css_matches(_BOARD) or page.css_matches(_POSTS) or b"</html>" not in whole.lower():
            raise PageUnreadable("no topic and no sign of a board on the page")
    dates = page_dates([_words(_last_date(row)) for row, _ in rows], now=now, zone=zone, order=date_order)
    topics: dict[str, TopicRow] = {}
    places: dict[str, str] = {}
    for row, link in rows:
        topic = _topic(row, link, dates)
        if topic is not None and topic.tid not in topics:
            topics[topic.tid] = topic
            places[topic.tid] = urljoin(base_url, (link.attributes.get("href") or "").partition("#")[0])
    board = BoardPage(tuple(topics.values()), _pages(page)[1], is_member(page), zone)
    return Listed(board, places)


def parse_topic(
    html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "", tid: str = ""
) -> TopicPage:
    """A topic's page → its posts. ``tid`` is the topic asked for, else it is taken from the address.

    Raises `SourceError` kinds for walls (`LoginAsked`, `PageGone`, …) and `PageUnreadable` when no post is there.
    """
    page = LexborHTMLParser(html)
    found = {pid: (node, body, _date(node)) for node, pid, body in _posts(page)}
    if not found:
        refuse_wall(page)
        raise PageUnreadable("no post on the page")
    tid = tid or tid_in(base_url) or ""
    if not tid:
        raise PageUnreadable("the page does not say which topic it is")
    worded = [_words(date) for _, _, date in found.values() if _exact(date) is None]
    dates = page_dates(worded, now=now, zone=zone, order=date_order)
    names = {pid: _author(node) for pid, (node, _, _) in found.items()}
    reading = _Reading(base_url, tid, _title(page), dates, names, page.css_matches(_LINK))
    posts = tuple(reading.post(pid, *found[pid]) for pid in sorted(found, key=number))
    paged = holds(html, "agination")
    here, pages = _pages(page) if paged else (1, 1)
    member = holds(html, *MEMBER_MARKS) and is_member(page)
    return TopicPage(tid, reading.title, posts, reading.quoted, here, pages, member, _step(page) if paged else 0)


def tid_in(address: str) -> str | None:
    """The topic's number in an address."""
    match = _TID.search(address)
    return match[1] if match else None


# --- rows of a board ------------------------------------------------------------------------------------------


def _link_of(row: LexborNode) -> LexborNode | None:
    return next((link for link in row.css(_LINKS) if tid_in(link.attributes.get("href") or "")), None)


def _topic(row: LexborNode, link: LexborNode, dates: Dates) -> TopicRow | None:
    tid = tid_in(link.attributes.get("href") or "")
    if tid is None:
        return None
    date, (replies, views) = _last_date(row), _counts(row)
    at = _moment(date, dates)
    last_by = _words(row.css_first(".ipsDataItem_lastPoster .ipsType_break, .ipsData__last-primary, .last_post li"))
    mark = f"{replies}/{int(at.timestamp()) if at else _words(date)}/{last_by}"
    sticky = row.css_matches(".fa-thumb-tack, .fa-thumbtack, .ipsBadge_pinned, .ipsBadge--pinned, .topic_prefix_pinned")
    return TopicRow(tid, clean(_words(link)), mark, at, sticky, views, replies)


def _last_date(row: LexborNode) -> LexborNode | None:
    """The date of the last post: the one of the opening post stands before it."""
    places = ".ipsDataItem_lastPoster, .ipsData__last, .col_f_post, .last_post"
    inner = [date for place in row.css(places) for date in place.css("time[datetime], abbr[title], li:last-child")]
    return next((date for date in inner if date.tag in {"time", "abbr"}), inner[-1] if inner else None)


def _counts(row: LexborNode) -> tuple[int | None, int | None]:
    """Replies and views: told apart by what the page calls them, else by their order."""
    told: dict[str, int | None] = {}
    for cell in row.css(".ipsDataItem_stats > *, .ipsData__stats > li, .col_f_views li"):
        figure = counted(cell.css_first(".ipsDataItem_stats_number, [data-ips-text], .desc, .ipsType_number, span"))
        is_views = re.search(r"view|перегляд|просмотр", _words(cell), re.I) or "views" in (
            cell.attributes.get("class") or ""
        )
        told.setdefault("views" if is_views else "replies", figure)
    return told.get("replies"), told.get("views")


# --- posts of a topic -----------------------------------------------------------------------------------------


def _posts(page: LexborHTMLParser) -> Iterator[tuple[LexborNode, str, LexborNode]]:
    bodies = present(page, _BODIES)
    for node in page.css(_POSTS):
        match = _POST_ID.fullmatch(node.id or "")
        body = next(filter(None, map(node.css_first, bodies)), None)
        if match is not None and body is not None:
            yield node, match[1], body


def _author(node: LexborNode) -> str:
    for place in _AUTHORS:
        pane = node.css_first(place)
        if pane is not None:
            named = pane.css_first("a") or pane
            if words := " ".join(clean(_words(named)).split()):
                return words
    return ""


def _date(node: LexborNode) -> LexborNode | None:
    return next(filter(None, map(node.css_first, _DATES)), None)


def _moment(node: LexborNode | None, dates: Dates) -> datetime | None:
    """A date by its ISO form, else by its words; never after now."""
    if node is None:
        return None
    exact = _exact(node)
    return min(exact, dates.now) if exact is not None else dates.read(_words(node))


def _exact(node: LexborNode | None) -> datetime | None:
    """The moment that a date's ISO form says, with its zone."""
    said = node.attributes if node is not None else {}
    for name in ("datetime", "title"):
        try:
            at = datetime.fromisoformat((said.get(name) or "").strip())
        except ValueError:
            continue
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    return None


def _address(node: LexborNode | None, pid: str, base_url: str) -> str:
    """The post's own address: version 3 prints it, later ones find a comment by its number."""
    link = node.css_first(_LINK) if node is not None else None
    if link is not None:
        return urljoin(base_url, link.attributes.get("href") or "")
    bare = base_url.partition("#")[0].partition("?do=")[0]
    mark = "&" if "?" in bare else "?"
    return f"{bare}{mark}do=findComment&comment={pid}"


def _quoted_id(quote: LexborNode) -> str:
    for name in ("data-ipsquote-contentcommentid", "data-cid", "data-pid"):
        said = (quote.attributes.get(name) or "").strip()
        if said.isdecimal():
            return said
    return ""


def _quoted_name(quote: LexborNode) -> str:
    for name in ("data-ipsquote-username", "data-author"):
        if said := clean(quote.attributes.get(name) or ""):
            return " ".join(said.split())
    return ""


# --- the page around its posts --------------------------------------------------------------------------------


def _title(page: LexborHTMLParser) -> str:
    heading = page.css_first("h1.ipsType_pageTitle, h1.ipsPageHeader__title, h1.ipsType_pagetitle, h1")
    return clean(_words(heading))


def _pages(page: LexborHTMLParser) -> tuple[int, int]:
    """The number of this page and of the last one."""
    bar = page.css_first(".ipsPagination[data-pages], [data-ipspagination-pages]")
    if bar is not None:
        last = number(
            (bar.attributes.get("data-pages") or bar.attributes.get("data-ipspagination-pages") or "").strip()
        )
        here = number(_words(bar.css_first(".ipsPagination_active, .ipsPagination__active")))
        return max(here, 1), max(here, last, 1)
    told = page.css_first(".pagination .pagejump, .pagination .page_jump")
    if told is not None and (match := _PAGE_OF.search(_words(told))):
        return max(number(match[1]), 1), max(number(match[2]), 1)
    return 1, 1


def _step(page: LexborHTMLParser) -> int:
    """How many posts version 3 puts on a page, as its links count them; 0 where they count pages."""
    links = (_OFFSET.search(link.attributes.get("href") or "") for link in page.css(".pagination a[href]"))
    return min((number(match[1]) for match in links if match and number(match[1])), default=0)


def _words(node: LexborNode | None) -> str:
    return " ".join(node.text().split()) if node is not None else ""
