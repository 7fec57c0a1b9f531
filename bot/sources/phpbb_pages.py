"""phpBB 3.0–3.3 pages → values: boards, topics, outcomes. Pure: markup in, values out.

Two skins are read, prosilver and 3.0's subsilver2: `bot.sources.phpbb_posts` has how each lays out a post. Dates are
taken from ``time[datetime]`` (3.2 and later), else from the page's words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.domain.clean import clean
from bot.domain.errors import PageUnreadable
from bot.domain.model import SeenPost
from bot.sources.dates import Dates, page_dates
from bot.sources.forum_pages import BoardPage, Markup, TopicPage, TopicRow, first_number, utf8
from bot.sources.phpbb_posts import OLD_QUOTES, Found, classes_of, own_words, pid_in, prosilver, quotes_of, subsilver
from bot.sources.phpbb_refusals import refuse_wall
from bot.sources.text import readable

__all__ = ["fid_in", "parse_board", "parse_topic", "pid_in", "post_url", "tid_in"]

_TID = re.compile(r"viewtopic\.php\?(?:[^#]*&)?t=(\d+)|-t(\d+)(?:-\d+)?\.html")
_FID = re.compile(r"(?:viewforum|viewtopic)\.php\?(?:[^#]*&)?f=(\d+)")
_START = re.compile(r"[?&]start=(\d+)")
_SID = re.compile(rb"[?&;]sid=([0-9a-f]{32})")
_BOARD = 'body.section-viewforum, h2 a[href*="viewforum.php"], a[href*="posting.php?mode=post"], #forum-search'
_CUT_LINK = re.compile(r"(\S+) \.\.\. (\S+) \((\S+)\)")
_ROW_HEIGHT = 8
"""How far above a topic's link its row may stand."""
_FOOTER = 8_000
"""Bytes at the page's end in which it names its time zone."""
_ZONE_NAME = re.compile(r'title="([A-Z][A-Za-z_]+/[A-Za-z_/]+|UTC)"[^>]*>\s*UTC')
_ZONE_OFFSET = re.compile(r"\bUTC(?:\s*([+\-−])\s*(\d{1,2})(?::(\d{2}))?)?(?!\w)")
_SUMMER = re.compile(r"DST|летнее|літн", re.I)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all posts of one page share; ``quoted`` fills as posts are read."""

    base_url: str
    link: str
    tid: str
    title: str
    dates: Dates
    names: dict[str, str]
    quoted: dict[str, frozenset[str]] = field(default_factory=dict)

    def post(self, found: Found) -> SeenPost:
        pids, authors = quotes_of(found.body, self.names)
        self.quoted[found.pid] = frozenset(pids)
        at = _moment(found.exact, found.shown, self.dates)
        text = _with_whole_links(readable(found.body, base_url=self.base_url, skip_classes=OLD_QUOTES))
        return SeenPost(
            external_id=found.pid,
            container_id=self.tid,
            author_id=found.author or None,
            author_name=found.author,
            text="\n".join([text, *(f"📎 {name}" for name in found.files)]).strip(),
            url=self.link.replace("{pid}", found.pid),
            published_at=at or self.dates.now,
            parent_id=pids[0] if pids else None,
            quoted_authors=tuple(dict.fromkeys(filter(None, authors))),
            title=self.title,
            published_guess=at is None,
        )


def parse_board(html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "") -> BoardPage:
    """A viewforum page → its topics, as listed. Raises `SourceError` kinds for walls and pages of another kind."""
    whole = utf8(html)
    page = LexborHTMLParser(_content(whole))
    rows = [(link, row) for link in page.css("a.topictitle") if (row := _row_of(link)) is not None]
    if not rows:
        refuse_wall(page)
        if page.css_matches(".post") or not LexborHTMLParser(whole).css_matches(_BOARD):
            raise PageUnreadable("no topic and no sign of a board on the page")
    shown = [_last_date(row) for _, row in rows]
    dates = _dates(whole, shown, now, zone, date_order)
    found = (_topic(link, row, date, dates) for (link, row), date in zip(rows, shown, strict=True))
    topics = {topic.tid: topic for topic in found if topic is not None}
    _, pages, step = _pages(page)
    return BoardPage(tuple(topics.values()), pages, _is_member(whole), dates.zone, step)


def parse_topic(
    html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "", tid: str = ""
) -> TopicPage:
    """A viewtopic page → its posts. ``tid`` is the topic asked for, else it is taken from the address or the page.

    Raises `SourceError` kinds for walls (`LoginAsked`, `PageGone`, …) and `PageUnreadable` when no post is there.
    """
    whole = utf8(html)
    page = LexborHTMLParser(_content(whole))
    found = list(prosilver(page, files=b"attachbox" in whole)) or list(subsilver(page))
    if not found:
        refuse_wall(page)
        raise PageUnreadable("no post on the page")
    tid = tid or _tid_of(page, base_url)
    shown = [(post.exact, post.shown) for post in found]
    dates = _dates(whole, shown, now, zone, date_order)
    reading = _Reading(
        base_url, post_url(base_url, "{pid}"), tid, _title(page), dates, {post.pid: post.author for post in found}
    )
    posts = tuple(reading.post(post) for post in found)
    number, pages, step = _pages(page)
    return TopicPage(tid, reading.title, posts, reading.quoted, number, pages, _is_member(whole), step)


def post_url(base_url: str, pid: str) -> str:
    """The address of one post, without a session in it."""
    return urljoin(base_url, f"viewtopic.php?p={pid}#p{pid}")


def tid_in(address: str) -> str | None:
    """The topic id that an address points at."""
    match = _TID.search(address)
    return next(filter(None, match.groups()), None) if match else None


def fid_in(address: str) -> str | None:
    """The board id that an address names."""
    match = _FID.search(address)
    return match[1] if match else None


# --- the page around its posts --------------------------------------------------------------------------------


def _content(html: bytes) -> bytes:
    """The page without header, footer and session ids: what is worth parsing, the same at each look."""
    start, end = html.find(b'<div id="page-body"'), html.rfind(b'<div id="page-footer"')
    if start >= 0:
        html = html[start:end] if end > start else html[start:]
    session = _SID.search(html)
    if session is None:
        return html
    sid = b"sid=" + session[1]
    for part, left in ((b"?" + sid + b"&amp;", b"?"), (b"&amp;" + sid, b""), (b"?" + sid, b"")):
        html = html.replace(part, left)
    return html


def _is_member(html: bytes) -> bool:
    return b"mode=logout" in html


def _dates(html: bytes, shown: list[tuple[str, str]], now: datetime, zone: tzinfo, date_order: str) -> Dates:
    words = [text for exact, text in shown if not exact]
    if not words:
        return Dates(now, zone, date_order)  # every date is exact: the page's own zone does not matter
    return page_dates(words, now=now, zone=_page_zone(html, now, zone), order=date_order)


def _page_zone(html: bytes, now: datetime, zone: tzinfo) -> tzinfo:
    """The zone that the footer names ("All times are UTC+02:00"), else ``zone``."""
    footer = html[-_FOOTER:].decode("utf-8", "replace").replace("\xa0", " ").replace("&nbsp;", " ")
    if named := _ZONE_NAME.search(footer):
        try:
            return ZoneInfo(named[1])
        except (KeyError, ValueError):
            return zone
    match = _ZONE_OFFSET.search(footer)
    if match is None:
        return zone
    hours, minutes = int(match[2] or 0), int(match[3] or 0)
    shift = timedelta(hours=hours, minutes=minutes) * (-1 if match[1] in {"-", "−"} else 1)
    if _SUMMER.search(footer[match.end() : match.end() + 60]):
        shift += timedelta(hours=1)
    if abs(shift) > timedelta(hours=14) or now.astimezone(zone).utcoffset() == shift:
        return zone
    return timezone(shift)


def _moment(exact: str, shown: str, dates: Dates) -> datetime | None:
    if exact:
        try:
            at = datetime.fromisoformat(exact)
        except ValueError:
            at = None
        if at is not None and at.tzinfo is not None:
            return min(at.astimezone(dates.now.tzinfo), dates.now)
    return dates.read(shown)


def _pages(page: LexborHTMLParser) -> tuple[int, int, int]:
    """The number of this page, of the last one, and how many topics or posts stand on one (0: not told)."""
    bar = page.css_first(".action-bar .pagination, .topic-actions .pagination")
    nodes = bar.css("a, strong, li.active") if bar is not None else page.css("td.nav strong, td.gensmall b > a")
    here, last, step = 0, 1, 0
    for node in nodes:
        text = node.text().strip()
        if not text.isdecimal():
            continue
        last = max(last, int(text))
        start = _START.search(node.attributes.get("href") or "")
        if start is not None and int(text) > 1:
            step = int(start[1]) // (int(text) - 1)
        elif node.tag != "a" and not here:
            here = int(text)
    return here or 1, last, step


def _title(page: LexborHTMLParser) -> str:
    for place in (".topic-title", 'h2 a[href*="viewtopic.php"]', "a.titles", "h2"):
        node = page.css_first(place)
        if node is not None and (words := clean(node.text())):
            return " ".join(words.split())
    return ""


def _tid_of(page: LexborHTMLParser, base_url: str) -> str:
    links = page.css('.topic-title a, h2 a, a.titles, a[href*="mode=reply"]')
    hrefs = (link.attributes.get("href") or "" for link in links)
    found = tid_in(base_url) or next(
        filter(None, (tid_in(href.replace("posting", "viewtopic")) for href in hrefs)), None
    )
    if found is None:
        raise PageUnreadable("the page does not say which topic it is")
    return found


# --- rows of a board ------------------------------------------------------------------------------------------


def _row_of(link: LexborNode) -> LexborNode | None:
    row = link.parent
    for _ in range(_ROW_HEIGHT):
        if row is None or row.tag == "tr" or (row.tag == "li" and "row" in classes_of(row)):
            return row
        row = row.parent
    return None


def _topic(link: LexborNode, row: LexborNode, date: tuple[str, str], dates: Dates) -> TopicRow | None:
    tid = tid_in(link.attributes.get("href") or "")
    if tid is None or _looks(row, "topic_moved"):
        return None  # the stub of a topic that moved to another board
    replies = row.css_first("dd.posts") or row.css_first("p.topicdetails")
    count = re.match(r"\s*([\d.,\s]*)", replies.text() if replies is not None else "")
    last = [pid for node in row.css('a[href*="#p"]') if (pid := pid_in(node.attributes.get("href") or ""))]
    mark = f"{re.sub(r'[^0-9]', '', count[1] if count else '')}/{last[-1] if last else ''}"
    sticky = bool(classes_of(row) & {"sticky", "announce", "global-announce"}) or _looks(row, "sticky", "announce")
    answers, views = first_number(replies), first_number(row.css_first("dd.views"))
    return TopicRow(tid, clean(link.text()), mark, _moment(*date, dates), sticky, views, answers)


def _last_date(row: LexborNode) -> tuple[str, str]:
    """The last post's date, in ISO (or empty) and in words."""
    last = row.css_first("dd.lastpost, .lastpost")
    if last is None:
        details = [words for node in row.css("p.topicdetails") if not (words := own_words(node)).strip().isdecimal()]
        return "", next(filter(None, details), "")
    exact = last.css_first("time[datetime]")
    if exact is not None:
        return exact.attributes.get("datetime") or "", exact.text()
    return "", own_words(last.css_first("span") or last).rpartition("»")[2]


def _looks(row: LexborNode, *names: str) -> bool:
    """Whether the row's icon is one of ``names``, as a class, a background or a picture."""
    icons = row.css("dl, td.row1 > img, td > img")
    said = " ".join(f"{n.attributes.get('class')} {n.attributes.get('style')} {n.attributes.get('src')}" for n in icons)
    return any(name in said for name in names)


def _with_whole_links(text: str) -> str:
    """The text with each link once: phpBB shows "beginning ... end" of a long address as its label."""
    if " ... " not in text:
        return text

    def whole(cut: re.Match[str]) -> str:
        return cut[3] if cut[3].startswith(cut[1]) and cut[3].endswith(cut[2]) else cut[0]

    return _CUT_LINK.sub(whole, text)
