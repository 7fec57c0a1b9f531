"""vBulletin 3.x and 4.x pages → values: boards and topics. Pure: markup in, values out.

Anchored on post ids (``#post_message_N``) and topic ids (``a#thread_title_N``), which advertisements and lists of
similar topics lack. Dates are words without a zone; the page's foot prints its own clock, whose offset holds for all
of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from selectolax.lexbor import LexborHTMLParser, LexborNode
from yarl import URL

from bot.domain.clean import clean
from bot.domain.errors import PageUnreadable
from bot.domain.model import SeenPost
from bot.sources.dates import Dates, page_dates
from bot.sources.forum_pages import BoardPage, Markup, TopicPage, TopicRow, holds, number, utf8
from bot.sources.text import readable
from bot.sources.vbulletin_refusals import base_of, refuse_wall

__all__ = ["fid_in", "parse_board", "parse_topic", "root_of", "tid_in", "without_session"]

_TID = re.compile(r"[?&;]t=(\d+)|showthread\.php[?/](\d+)|/threads/(\d+)")
_FID = re.compile(r"[?&;]f=(\d+)|forumdisplay\.php[?/](\d+)|/forums/(\d+)")
_SCRIPTS = re.compile(r"(?:forumdisplay|showthread)\.php|(?:forums|threads)/\d")
_PID = re.compile(r"#post(\d+)|[?&;]p=(\d+)")
_MESSAGE_ID = re.compile(r"post_message_(\d+)")
_TITLE_ID = re.compile(r"thread_title_(\d+)")
_SESSION = re.compile(rb"(?:\?|&)(?:amp;)?s=(?P<id>[0-9a-f]{32})(?![0-9a-f])")
_PAGES = re.compile(r"(\d+)\D+(\d+)")
_REPLIES = re.compile(r"\d[\d.,\s]*")
_CLOCK = re.compile(r"GMT\s*[+-]?[\d:.]*(?:[^\d<]|<[^>]*>)*?(?P<h>\d{1,2}):(?P<m>\d\d)\s*(?P<half>[AP]M)?", re.I)
_TIME = re.compile(r"\d{1,2}:\d\d")
_BOARD = "#threadslist, #threadlist, #threads"
_NOT_SAID = frozenset({"smallfont", "bbcode_description"})
_STEP = timedelta(minutes=15)
_CLOCK_TOLERANCE = timedelta(minutes=3)
_DAY = timedelta(days=1)
_FOOT = 40_000
_ROW_HEIGHT = 8
_HOLDERS = 'li[id^="post_"], table[id^="post"], section[id^="post"], div[id^="post"], [id^="edit"]'
_HOLDER_ID = re.compile(r"(?:post_?|edit)(\d+)")
_HEAD_ID = re.compile(r"postmenu_(\d+)")
_ANCHOR = re.compile(r"post(\d+)")
_FILES = 'fieldset a[href*="attachment.php"], .attachments a[href*="attachment.php"]'


@dataclass(frozen=True, slots=True)
class _Found:
    """One post as the page lays it out."""

    pid: str
    author: str
    shown: str
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
    quoted: dict[str, frozenset[str]] = field(default_factory=dict)

    def post(self, found: _Found) -> SeenPost:
        authors, pids = _take_quotes(found.body)
        self.quoted[found.pid] = frozenset(pids)
        at = self.dates.read(found.shown)
        text = readable(found.body, base_url=self.base_url, skip_classes=_NOT_SAID)
        return SeenPost(
            external_id=found.pid,
            container_id=self.tid,
            author_id=found.author or None,
            author_name=found.author,
            text="\n".join([text, *(f"📎 {name}" for name in found.files)]).strip(),
            url=f"{self.root}showthread.php?p={found.pid}#post{found.pid}",
            published_at=at or self.dates.now,
            parent_id=pids[0] if pids else None,
            quoted_authors=tuple(dict.fromkeys(filter(None, authors))),
            title=self.title,
            published_guess=at is None,
        )


def parse_board(html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "") -> BoardPage:
    """A board's page → its topics, as listed. Raises `SourceError` kinds for walls and pages of another kind."""
    whole = without_session(utf8(html))
    page = LexborHTMLParser(whole)
    rows = list(_rows(page))
    if not rows and not page.css_matches(_BOARD):
        refuse_wall(page)
        raise PageUnreadable("no topic and no sign of a board on the page")
    shown = [_last_date(row) for _, row in rows]
    dates = _dates(whole, shown, now, zone, date_order)
    topics = {
        topic.tid: topic
        for (link, row), date in zip(rows, shown, strict=True)
        if (topic := _topic(link, row, date, dates)) is not None
    }
    return BoardPage(tuple(topics.values()), _pages(page)[1], _is_member(whole), dates.zone)


def parse_topic(html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str, tid: str) -> TopicPage:
    """A topic's page → its posts.

    Raises `SourceError` kinds for walls (`LoginAsked`, `PageGone`, …) and `PageUnreadable` when no post is there.
    """
    whole = without_session(utf8(html))
    page = LexborHTMLParser(whole)
    found = {post.pid: post for post in _posts(page)}
    if not found:
        refuse_wall(page)
        raise PageUnreadable("no post on the page")
    dates = _dates(whole, [post.shown for post in found.values()], now, zone, date_order)
    base = base_of(page, base_url) if holds(whole, "<base") else base_url
    reading = _Reading(base, root_of(base_url), tid, _title(page), dates)
    posts = tuple(reading.post(post) for post in sorted(found.values(), key=lambda post: number(post.pid)))
    here, pages = _pages(page) if holds(whole, "pagenav", "popupctrl") else (1, 1)
    return TopicPage(tid, reading.title, posts, reading.quoted, here, pages, _is_member(whole))


def tid_in(address: str) -> str | None:
    """The topic id that an address points at."""
    return _first(_TID.search(address)) or None


def fid_in(address: str) -> str | None:
    """The board id that an address points at."""
    return _first(_FID.search(address)) or None


def root_of(address: str) -> str:
    """The folder of the forum's scripts, with its closing slash, friendly addresses included."""
    match = _SCRIPTS.search(address)
    return address[: match.start()] if match else str(URL(address).join(URL(".")))


def without_session(html: bytes) -> bytes:
    """The page without the session id (``s=``) that rides in the links of a first visit."""
    session = _SESSION.search(html)
    if session is None:
        return html
    # A page has one session: four replacements cost a tenth of a substitution at each of its links.
    sid = b"s=" + session["id"]
    for part in (sid + b"&amp;", sid + b"&", b"?" + sid, b"&amp;" + sid, b"&" + sid):
        html = html.replace(part, b"")
    return html


# --- the page around its posts --------------------------------------------------------------------------------


def _first(match: re.Match[str] | None) -> str:
    return next(filter(None, match.groups()), "") if match else ""


def _words(node: LexborNode | None) -> str:
    return " ".join(clean(node.text()).split()) if node is not None else ""


def _is_member(html: bytes) -> bool:
    return b"do=logout" in html


def _dates(html: bytes, shown: list[str], now: datetime, zone: tzinfo, date_order: str) -> Dates:
    order = page_dates(shown, now=now, zone=zone, order=date_order).order
    return Dates(now, _clock_zone(html[-_FOOT:].decode("utf-8", "replace"), now, zone), order)


def _clock_zone(foot: str, now: datetime, zone: tzinfo) -> tzinfo:
    """The offset by which the page's clock runs; ``zone`` without a clock that could be right."""
    clocks = list(_CLOCK.finditer(foot.replace("&nbsp;", " ")))
    if not clocks:
        return zone
    clock = clocks[-1]
    hour = int(clock["h"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"].lower() == "pm" else 0)
    here = now.astimezone(UTC)
    shift = timedelta(hours=hour, minutes=int(clock["m"])) - timedelta(hours=here.hour, minutes=here.minute)
    rounded = _STEP * round(shift / _STEP)
    if abs(shift - rounded) > _CLOCK_TOLERANCE:
        return zone
    expected = now.astimezone(zone).utcoffset() or timedelta()
    # The clock tells no day: of the offsets that fit, the nearest to the settings' zone.
    offset = min((rounded + days * _DAY for days in (-1, 0, 1)), key=lambda one: abs(one - expected))
    return timezone(offset) if abs(offset) < _DAY else zone


def _pages(page: LexborHTMLParser) -> tuple[int, int]:
    """The number of this page and of the last one."""
    for node in page.css(".pagenav td.vbmenu_control, .pagination a.popupctrl"):
        match = _PAGES.search(node.text())
        if match is not None:
            return int(match[1]), int(match[2])
    return 1, 1


def _title(page: LexborHTMLParser) -> str:
    for place in ("#pagetitle .threadtitle", "td.navbar strong", "title"):
        nodes = page.css(place)
        if nodes and (words := _words(nodes[-1] if place != "title" else nodes[0])):
            return words
    return ""


# --- rows of a board ------------------------------------------------------------------------------------------


def _rows(page: LexborHTMLParser) -> Iterator[tuple[LexborNode, LexborNode]]:
    """Topic links that name their topic by id, each with its row."""
    for link in page.css("a[id^=thread_title_]"):
        row = link.parent
        for _ in range(_ROW_HEIGHT):
            if row is None or row.tag == "tr" or "threadbit" in (row.attributes.get("class") or "").split():
                break
            row = row.parent
        if row is not None:
            yield link, row


def _stats(row: LexborNode) -> str:
    """Version 4's replies and views, one after another."""
    return ", ".join(_words(cell) for cell in row.css(".threadstats li"))


def _topic(link: LexborNode, row: LexborNode, date: str, dates: Dates) -> TopicRow | None:
    match = _TITLE_ID.fullmatch(link.id or "")
    if match is None:
        return None
    # Views stand beside the replies, and change at each visit: ours too.
    cell = row.css_first("td[title]:has(.time), td.alt2[title]")
    stats = row.css_first(".threadstats li")
    said = stats.text() if stats is not None else (cell.attributes.get("title") or "") if cell is not None else ""
    replies = _REPLIES.search(said.partition(", ")[0])
    count = re.sub(r"\D", "", replies[0]) if replies else ""
    newest = next((_first(_PID.search(a.attributes.get("href") or "")) for a in row.css('a[href*="#post"]')), "")
    numbers = [re.sub(r"\D", "", number) for number in _REPLIES.findall(said if stats is None else _stats(row))]
    answers, views = (int(number) if number and len(number) < 12 else None for number in [*numbers, "", ""][:2])
    mark = f"{count}/{newest or date}"
    return TopicRow(match[1], _words(link), mark, dates.read(date), _is_sticky(row), views, answers)


def _last_date(row: LexborNode) -> str:
    """The last post's date: the first line with a time in the cell of the last post."""
    marked = row.css_first("[itemprop=dateModified]")
    if marked is not None:
        return _words(marked)
    for cell in row.css(".threadlastpost dd, td.alt2 .smallfont"):
        for words in _lines(cell):
            if _TIME.search(words):
                return words
    return ""


def _lines(cell: LexborNode) -> list[str]:
    lines = [""]
    for piece in cell.iter(include_text=True):
        if piece.tag == "br":
            lines.append("")
        else:
            lines[-1] += (piece.text_content or "") if piece.is_text_node else piece.text()
    return [" ".join(words.split()) for words in lines]


def _is_sticky(row: LexborNode) -> bool:
    return row.css_matches('.sticky, img[src*="sticky"]')


# --- posts of a topic -----------------------------------------------------------------------------------------


def _posts(page: LexborHTMLParser) -> Iterator[_Found]:
    holders, heads = _by_number(page, _HOLDERS, _HOLDER_ID), _by_number(page, "[id^=postmenu_]", _HEAD_ID)
    anchors = _by_number(page, 'a[name^="post"]', _ANCHOR)
    with_files = page.css_matches(_FILES)
    for message in page.css("[id^=post_message_]"):
        match = _MESSAGE_ID.fullmatch(message.id or "")
        if match is None:
            continue
        pid = match[1]
        post = holders.get(pid)
        files = post.css(_FILES) if with_files and post is not None else []
        names = tuple(dict.fromkeys(filter(None, map(_words, files))))
        body = message.css_first("blockquote.postcontent") or message
        yield _Found(pid, _author(heads.get(pid), post), _date(anchors.get(pid), post), body, names)


def _by_number(page: LexborHTMLParser, places: str, pattern: re.Pattern[str]) -> dict[str, LexborNode]:
    """The first element of each post that ``pattern`` knows by its id or name, by the post's number.

    Sought once for the whole page: in a selection for each post a page of a hundred is walked a hundred times.
    """
    found: dict[str, LexborNode] = {}
    for node in page.css(places):
        if match := pattern.fullmatch(node.id or node.attributes.get("name") or ""):
            found.setdefault(match[1], node)
    return found


def _author(head: LexborNode | None, post: LexborNode | None) -> str:
    """The name, linked (members) or not (guests); empty where there is none."""
    if head is None and post is not None:
        head = post.css_first(".username_container")
    if head is None:
        return ""
    return _words(head.css_first("a.bigusername, a.username, .username") or head)


def _date(anchor: LexborNode | None, post: LexborNode | None) -> str:
    """The date in words: 4 marks it, 3 prints it behind the post's anchor."""
    marked = post.css_first(".postdate .date, [itemprop=dateCreated]") if post is not None else None
    if marked is not None:
        return _words(marked)
    words: list[str] = []
    piece = anchor.next if anchor is not None else None
    while piece is not None:
        if piece.is_text_node or piece.tag in {"span", "em"}:
            words.append((piece.text_content or "") if piece.is_text_node else piece.text())
        piece = piece.next
    return " ".join("".join(words).split())


def _take_quotes(body: LexborNode) -> tuple[list[str], list[str]]:
    """Take the quotes out of a post; the authors and the post ids that the outer ones name."""
    quotes = [
        quote for node in body.css("td.alt2, .bbcode_quote, .postquote") if (quote := _quote(node, body)) is not None
    ]
    kept = {quote.mem_id for quote in quotes}
    outer = {quote.mem_id: quote for quote in quotes if not _is_inside(quote, body, kept)}
    authors: list[str] = []
    pids: list[str] = []
    for quote in outer.values():
        head = (
            quote.css_first(".bbcode_postedby")
            or quote.css_first("td.alt2 > div")
            or quote.css_first("div:has(> strong)")
        )
        link = head.css_first("a[href]") if head is not None else None
        authors.append(_words(head.css_first("strong")) if head is not None else "")
        if link is not None and (pid := _first(_PID.search(link.attributes.get("href") or ""))):
            pids.append(pid)
        quote.decompose()
    return authors, pids


def _quote(node: LexborNode, body: LexborNode) -> LexborNode | None:
    """The whole of a quote, its label included."""
    wanted = "bbcode_container"
    if "postquote" in (node.attributes.get("class") or "").split():  # a style of 3.8 without tables
        wrapper = node.parent
        return wrapper if wrapper is not None and wrapper.mem_id != body.mem_id else node
    above: LexborNode | None = node
    while above is not None and above.mem_id != body.mem_id:
        if node.tag != "td" and wanted in (above.attributes.get("class") or "").split():
            return above
        if node.tag == "td" and above.tag == "table":
            wrapper = above.parent
            has_label = wrapper is not None and wrapper.mem_id != body.mem_id and wrapper.css_matches(".smallfont")
            return wrapper if has_label else above
        above = above.parent
    return node


def _is_inside(quote: LexborNode, body: LexborNode, quotes: set[int]) -> bool:
    above = quote.parent
    while above is not None and above.mem_id != body.mem_id:
        if above.mem_id in quotes:
            return True
        above = above.parent
    return False
