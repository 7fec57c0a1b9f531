"""XenForo 1 and 2 pages → values: boards and threads. Pure: markup in, values out.

Anchored on post ids (``li.message#post-N``, ``[data-content=post-N]``). Dates come as seconds since 1970 where the page
has them; version 1 prints those older than some days in words of the forum's language and zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.domain.clean import clean
from bot.domain.errors import PageUnreadable
from bot.domain.model import SeenPost
from bot.sources.dates import Dates, page_dates
from bot.sources.forum_pages import BoardPage, Markup, TopicPage, TopicRow, counted, holds, number, present, utf8
from bot.sources.text import readable
from bot.sources.xenforo_refusals import base_of, refuse_wall

__all__ = ["parse_board", "parse_topic", "root_of", "tid_in"]

_TID = re.compile(r"(?:^|[/?])threads/(?:[^/?#&]*\.)?(\d+)(?=$|[/?#&])")
_ROOT = re.compile(r"^(.*?)(?:forums|threads|posts|login|goto)/")
_POST_ID = re.compile(r"(?:js-)?post-(\d+)")
_QUOTED_ID = re.compile(r"goto/post\?id=(\d+)|^post:\s*(\d+)|#post-(\d+)")
_SAID = re.compile(r"^(?P<name>.{1,60}?)\s+(?:said|wrote|сказа\S*|написа\S*|пише|пишет)\s*:?\s*↑?$", re.S)
_QUOTES = ".bbCodeQuote, .bbCodeBlock--quote"
_NOT_SAID = frozenset({"bbCodeQuote", "bbCodeBlock--quote", "messageTextEndMarker", "bbCodeBlock-expandLink"})
_UNSEEN = frozenset({"deleted", "moderated", "is-deleted", "is-moderated", "redirect", "placeholder"})
_AD = re.compile(r"р\s+е\s+к\s+л\s+а\s+м\s+а", re.I)
_POSTS = 'li.message[id^="post-"], .message[data-content^="post-"]'
_BODIES = (".messageText", ".message-body .bbWrapper", ".bbWrapper")
_AUTHORS = (".messageUserInfo .username", ".message-name", ".username")
_DATES = (
    ".datePermalink .DateTime",
    ".messageMeta .DateTime",
    ".message-attribution-main time",
    ".message-attribution time",
    "time.u-dt",
)
_FILES = ".attachedFiles .filename a, .message-attachments .file-name, .attachmentList .file-name"
_ROWS = 'li.discussionListItem[id^="thread-"], .structItem--thread'
_BOARD = '.discussionList, .discussionListItems, html[data-template^="forum_view"]'
_ONLY_DIGITS = re.compile(r"\d{5,11}")


@dataclass(frozen=True, slots=True)
class _Found:
    """One post as the page lays it out."""

    pid: str
    author: str
    date: LexborNode | None
    body: LexborNode
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all posts of one page share; ``quoted`` fills as posts are read."""

    base_url: str
    root: str
    tid: str
    title: str
    dates: Dates
    names: dict[str, str]
    quoted: dict[str, frozenset[str]] = field(default_factory=dict)

    def post(self, found: _Found) -> SeenPost:
        quotes = [(_quoted_id(quote), quote) for quote in _outer_quotes(found.body)]
        pids = [pid for pid, _ in quotes if pid]
        self.quoted[found.pid] = frozenset(pids)
        authors = [_quoted_author(quote) or self.names.get(pid, "") for pid, quote in quotes]
        at = _moment(found.date, self.dates)
        text = _without_ads(readable(found.body, base_url=self.base_url, skip_classes=_NOT_SAID))
        return SeenPost(
            external_id=found.pid,
            container_id=self.tid,
            author_id=found.author or None,
            author_name=found.author,
            text="\n".join([text, *(f"📎 {name}" for name in found.files)]).strip(),
            url=f"{self.root}posts/{found.pid}/",
            published_at=at or self.dates.now,
            parent_id=pids[0] if pids else None,
            quoted_authors=tuple(dict.fromkeys(filter(None, authors))),
            title=self.title,
            published_guess=at is None,
        )


def parse_board(html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "") -> BoardPage:
    """A board's page → its threads, as listed. Raises `SourceError` kinds for walls and pages of another kind."""
    whole = utf8(html)
    page = LexborHTMLParser(whole)
    rows = [row for row in page.css(_ROWS) if not _classes(row) & _UNSEEN]
    if not rows:
        refuse_wall(page)
        if not page.css_matches(_BOARD) or page.css_matches(_POSTS) or b"</html>" not in whole.lower():
            raise PageUnreadable("no thread and no sign of a board on the page")
    shown = [_last_date(row) for row in rows]
    dates = page_dates([_words(node) for node in shown], now=now, zone=zone, order=date_order)
    found = (_topic(row, date, dates) for row, date in zip(rows, shown, strict=True))
    topics: dict[str, TopicRow] = {}
    for topic in filter(None, found):
        topics.setdefault(topic.tid, topic)
    return BoardPage(tuple(topics.values()), _pages(page)[1], _is_member(page), zone)


def parse_topic(
    html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "", tid: str = ""
) -> TopicPage:
    """A thread's page → its posts. ``tid`` is the thread asked for, else it is taken from the address.

    Raises `SourceError` kinds for walls (`LoginAsked`, `PageGone`, …) and `PageUnreadable` when no post is there.
    """
    page = LexborHTMLParser(html)
    found = {post.pid: post for post in reversed(list(_posts(page)))}
    if not found:
        refuse_wall(page)
        raise PageUnreadable("no post on the page")
    tid = tid or tid_in(base_url) or _tid_of(page)
    dates = page_dates([_words(post.date) for post in found.values()], now=now, zone=zone, order=date_order)
    names = {post.pid: post.author for post in found.values()}
    base = base_of(page, base_url) if holds(html, "<base") else base_url
    reading = _Reading(base, root_of(base_url), tid, _title(page), dates, names)
    posts = tuple(reading.post(post) for post in sorted(found.values(), key=lambda post: number(post.pid)))
    here, pages = _pages(page) if holds(html, "ageNav") else (1, 1)
    return TopicPage(tid, reading.title, posts, reading.quoted, here, pages, _is_member(page))


def tid_in(address: str) -> str | None:
    """The thread id that an address points at."""
    match = _TID.search(address)
    return match[1] if match else None


def root_of(address: str) -> str:
    """The part of an address that stands before ``threads/``: with ``index.php?`` where the forum has that."""
    match = _ROOT.match(address.partition("#")[0])
    return match[1] if match else address.partition("?")[0].rpartition("/")[0] + "/"


# --- the page around its posts --------------------------------------------------------------------------------


def _is_member(page: LexborHTMLParser) -> bool:
    return page.css_matches('html.LoggedIn, html[data-logged-in="true"]')


def _pages(page: LexborHTMLParser) -> tuple[int, int]:
    """The number of this page and of the last one."""
    bar = page.css_first(".PageNav[data-last]")
    if bar is not None:
        here, last = (number((bar.attributes.get(name) or "").strip()) for name in ("data-page", "data-last"))
        return max(here, 1), max(here, last, 1)
    bar = page.css_first(".pageNav-main")
    if bar is None:
        return 1, 1
    current = bar.css_first(".pageNav-page--current")
    here = number(_words(current))
    return max(here, 1), max([here, 1, *(number(_words(node)) for node in bar.css("a"))])


def _title(page: LexborHTMLParser) -> str:
    heading = page.css_first("h1.p-title-value") or page.css_first(".titleBar h1")
    if heading is not None:
        for label in heading.css(".label, .prefix, .label-append"):
            label.decompose()
        if words := clean(_words(heading)):
            return words
    # Some styles put page numbers and counters into their heading.
    told = page.css_first('meta[property="og:title"]')
    return clean((told.attributes.get("content") or "") if told is not None else "") or clean(
        _words(page.css_first("h1"))
    )


def _tid_of(page: LexborHTMLParser) -> str:
    links = page.css('link[rel="canonical"], form[action*="threads/"], .PageNav[data-baseurl]')
    places = ("href", "action", "data-baseurl")
    found = (tid_in(link.attributes.get(place) or "") for link in links for place in places)
    tid = next(filter(None, found), None)
    if tid is None:
        raise PageUnreadable("the page does not say which thread it is")
    return tid


# --- rows of a board ------------------------------------------------------------------------------------------


def _topic(row: LexborNode, date: LexborNode | None, dates: Dates) -> TopicRow | None:
    links = row.css('.title a[href*="threads/"], .structItem-title a[href*="threads/"]')
    link = next((link for link in links if tid_in(link.attributes.get("href") or "")), None)
    tid = tid_in(link.attributes.get("href") or "") if link is not None else None
    if link is None or tid is None:
        return None
    replies = row.css_first(".stats .major dd") or row.css_first(".structItem-cell--meta dd")
    last_by = row.css_first(".lastPost .username") or row.css_first(".structItem-cell--latest .username")
    at = _moment(date, dates)
    # Minutes: a date in words has no seconds, and the same date comes both ways as it grows old.
    when = str(int(at.timestamp()) // 60) if at else _words(date)
    mark = f"{_words(replies)}/{when}/{_words(last_by)}"
    views = row.css_first(".stats .minor dd") or row.css_first(".structItem-cell--meta dl + dl dd")
    return TopicRow(tid, clean(_words(link)), mark, at, _is_sticky(row), counted(views), counted(replies))


def _last_date(row: LexborNode) -> LexborNode | None:
    return row.css_first(".lastPost .DateTime") or row.css_first(".structItem-cell--latest time")


def _is_sticky(row: LexborNode) -> bool:
    above = row.parent
    return (
        "sticky" in _classes(row)
        or row.css_matches(".structItem-status--sticky")
        or (above is not None and "structItemContainer-group--sticky" in _classes(above))
    )


# --- posts of a thread ----------------------------------------------------------------------------------------


def _posts(page: LexborHTMLParser) -> Iterator[_Found]:
    bodies, dates, with_files = present(page, _BODIES), present(page, _DATES), page.css_matches(_FILES)
    for post in page.css(_POSTS):
        match = _POST_ID.fullmatch(post.attributes.get("data-content") or post.id or "")
        body = next(filter(None, map(post.css_first, bodies)), None)
        if match is None or body is None or _classes(post) & _UNSEEN:
            continue
        files = dict.fromkeys(filter(None, map(_words, post.css(_FILES) if with_files else ())))
        date = next(filter(None, map(post.css_first, dates)), None)
        yield _Found(match[1], _author(post), date, body, tuple(files))


def _author(post: LexborNode) -> str:
    said = " ".join(clean(post.attributes.get("data-author") or "").split())
    nodes = (post.css_first(place) for place in _AUTHORS)
    return said or next(filter(None, (clean(_words(node)) for node in nodes)), "")


def _moment(node: LexborNode | None, dates: Dates) -> datetime | None:
    """A date by its seconds, else by its ISO form, else by its words; never after now."""
    if node is None:
        return None
    for name in ("data-timestamp", "data-time"):
        said = (node.attributes.get(name) or "").strip()
        if _ONLY_DIGITS.fullmatch(said):
            return min(datetime.fromtimestamp(int(said), UTC), dates.now)
    try:
        at = datetime.fromisoformat(node.attributes.get("datetime") or "")
    except ValueError:
        at = None
    if at is not None and at.tzinfo is not None:
        return min(at.astimezone(UTC), dates.now)
    return dates.read(node.attributes.get("title") or "") or dates.read(_words(node))


def _outer_quotes(body: LexborNode) -> list[LexborNode]:
    """The quotes of a post, without those inside other quotes."""
    quotes = {quote.mem_id: quote for quote in body.css(_QUOTES)}
    return [quote for quote in quotes.values() if not _is_inside(quote, quotes, body)]


def _is_inside(quote: LexborNode, quotes: dict[int, LexborNode], body: LexborNode) -> bool:
    above = quote.parent
    while above is not None and above.mem_id != body.mem_id:
        if above.mem_id in quotes:
            return True
        above = above.parent
    return False


def _quote_head(quote: LexborNode) -> LexborNode | None:
    """The line above a quote's words; the first in the page's order is the quote's own."""
    head = quote.css_first(".attribution, .bbCodeBlock-title")
    words = quote.css_first(".quoteContainer, .bbCodeBlock-content")
    if head is None or words is None or not words.css_matches(".attribution, .bbCodeBlock-title"):
        return head
    inner = {node.mem_id for node in words.css(".attribution, .bbCodeBlock-title")}
    return None if head.mem_id in inner else head


def _quoted_id(quote: LexborNode) -> str:
    head = _quote_head(quote)
    link = head.css_first("a[href]") if head is not None else None
    places = [quote.attributes.get("data-source") or "", (link.attributes.get("href") or "") if link else ""]
    found = (match for match in map(_QUOTED_ID.search, places) if match)
    return next((next(filter(None, match.groups())) for match in found), "")


def _quoted_author(quote: LexborNode) -> str:
    said = quote.attributes.get("data-author") or quote.attributes.get("data-quote") or ""
    if not said and (match := _SAID.match(_words(_quote_head(quote)))):
        said = match["name"]
    return " ".join(clean(said).split())


def _without_ads(text: str) -> str:
    """A post without the marks that a forum's advertising leaves between its lines."""
    if not _AD.search(text):
        return text
    lines = (_AD.sub("", words).strip() if _AD.search(words) else words for words in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _words(node: LexborNode | None) -> str:
    return " ".join(node.text().split()) if node is not None else ""


def _classes(node: LexborNode) -> frozenset[str]:
    return frozenset((node.attributes.get("class") or "").split())
