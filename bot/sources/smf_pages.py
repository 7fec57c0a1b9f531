"""SMF 2.0 and 2.1 pages → values: boards and topics. Pure: markup in, values out.

Anchored on message ids (``.inner#msg_N``, links with ``#msgN``). A board's ``span#msg_N`` names a topic's first
message, not the topic: its id is in the link. Dates are words without a zone, so the page's own clock is read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
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
    is_directly_in,
    number,
    outer_quotes,
    utf8,
)
from bot.sources.smf_refusals import refuse_wall
from bot.sources.text import readable

__all__ = ["mid_in", "parse_board", "parse_topic", "post_url", "tid_in"]

_TID = re.compile(r"[?;&/]topic[=,](\d+)")
_OFFSET = re.compile(r"(?:topic|board)[=,]\d+\.(\d+)")
_MID = re.compile(r"[?;&]msg=(\d+)|[.#]msg(\d+)")
_MESSAGE_ID = re.compile(r"msg_(\d+)")
_SESSION = re.compile(rb"PHPSESSID=([\w,-]{8,128})")
_QUOTED = re.compile(r"^[^:]{3,40}:\s*(?P<name>.+?)(?:\s(?:on|от|від|at|в)\s(?!.*\s(?:on|от|від)\s).*\d.*)?$", re.S)
_NOT_SAID = frozenset({"quoteheader", "quotefooter", "codeheader", "attached"})
_BOARD = '#messageindex, #topic_container, a[href*="action=post;board="], body[class*="action_messageindex"]'
_ROW_HEIGHT = 8
"""How far above a topic's link its row may stand."""
_POST_HEIGHT = 8
_UNSEEN = ".approve_post, .noticebox.approve"
_FILES = '.attached a[href*="dlattach"], .attachments a[href*="dlattach"]'
_CONTENT = b'id="main_content_section"'
_STEP = timedelta(minutes=15)
_CLOCK_TOLERANCE = timedelta(minutes=3)
_CLOCK = re.compile(r'<time datetime="(?P<exact>[^"]+)"[^>]*>(?P<shown>[^<]{6,80})</time>')


@dataclass(frozen=True, slots=True)
class _Found:
    """One post as the page lays it out."""

    mid: str
    author: str
    shown: str
    body: LexborNode
    files: tuple[str, ...]


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

    def post(self, found: _Found) -> SeenPost:
        quotes = [(_quote_link(quote), quote) for quote in outer_quotes(found.body)]
        mids = [mid for link, _ in quotes if link is not None and (mid := mid_in(link.attributes.get("href") or ""))]
        self.quoted[found.mid] = frozenset(mids)
        authors = [self._quoted_author(link, quote) for link, quote in quotes]
        at = self.dates.read(found.shown)
        text = readable(found.body, base_url=self.base_url, skip_classes=_NOT_SAID)
        return SeenPost(
            external_id=found.mid,
            container_id=self.tid,
            author_id=found.author or None,
            author_name=found.author,
            text="\n".join([text, *(f"📎 {name}" for name in found.files)]).strip(),
            url=self.link.replace("{mid}", found.mid),
            published_at=at or self.dates.now,
            parent_id=mids[0] if mids else None,
            quoted_authors=tuple(dict.fromkeys(filter(None, authors))),
            title=self.title,
            published_guess=at is None,
        )

    def _quoted_author(self, link: LexborNode | None, quote: LexborNode) -> str:
        mid = mid_in(link.attributes.get("href") or "") if link is not None else ""
        if name := self.names.get(mid):
            return name
        source = link if link is not None else _cite(quote)
        match = _QUOTED.match(" ".join(source.text().split())) if source is not None else None
        return clean(match["name"]) if match else ""


def parse_board(html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "") -> BoardPage:
    """A board's page → its topics, as listed. Raises `SourceError` kinds for walls and pages of another kind."""
    whole = _without_session(utf8(html))
    page = LexborHTMLParser(_content(whole))
    rows = [(span, row) for span in page.css("span[id^=msg_]") if (row := _row_of(span)) is not None]
    if not rows:
        refuse_wall(page)
        if page.css_matches("div.inner[id^=msg_]") or not LexborHTMLParser(whole).css_matches(_BOARD):
            raise PageUnreadable("no topic and no sign of a board on the page")
    shown = [_last_date(row) for _, row in rows]
    dates = _dates(whole, shown, now, zone, date_order)
    found = (_topic(span, row, date, dates) for (span, row), date in zip(rows, shown, strict=True))
    topics = {topic.tid: topic for topic in found if topic is not None}
    _, pages, step = _pages(page)
    return BoardPage(tuple(topics.values()), pages, _is_member(whole), dates.zone, step)


def parse_topic(
    html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "", tid: str = ""
) -> TopicPage:
    """A topic's page → its posts. ``tid`` is the topic asked for, else it is taken from the address or the page.

    Raises `SourceError` kinds for walls (`LoginAsked`, `PageGone`, …) and `PageUnreadable` when no post is there.
    """
    whole = _without_session(utf8(html))
    page = LexborHTMLParser(_content(whole))
    found = list(_posts(page))
    if not found:
        refuse_wall(page)
        raise PageUnreadable("no post on the page")
    tid = tid or tid_in(base_url) or _tid_of(page)
    dates = _dates(whole, [post.shown for post in found], now, zone, date_order)
    names = {post.mid: post.author for post in found}
    reading = _Reading(base_url, post_url(base_url, tid, "{mid}"), tid, _title(page), dates, names)
    posts = tuple(reading.post(post) for post in sorted(found, key=lambda post: number(post.mid)))
    here, pages, step = _pages(page)
    return TopicPage(tid, reading.title, posts, reading.quoted, here, pages, _is_member(whole), step)


def post_url(base_url: str, tid: str, mid: str) -> str:
    """The address of one message, without a session in it."""
    return urljoin(base_url.partition("index.php")[0], f"index.php?topic={tid}.msg{mid}#msg{mid}")


def tid_in(address: str) -> str | None:
    """The topic id that an address points at."""
    match = _TID.search(address)
    return match[1] if match else None


def mid_in(address: str) -> str:
    """The message id that an address points at, else empty."""
    match = _MID.search(address)
    return next(filter(None, match.groups()), "") if match else ""


# --- the page around its posts --------------------------------------------------------------------------------


def _without_session(html: bytes) -> bytes:
    """The page without the session id that rides in the links of a first visit."""
    session = _SESSION.search(html)
    if session is None:
        return html
    sid = session[0]
    for part in (sid + b"&amp;", sid + b"&", sid + b";", b"&amp;" + sid, b";" + sid, sid):
        html = html.replace(part, b"")
    return html


def _content(html: bytes) -> bytes:
    start, end = html.find(_CONTENT), html.rfind(b'<div id="footer')
    if end < 0:
        end = html.rfind(b'<div id="footer_section"')
    if start < 0:
        return html
    start = html.rfind(b"<", 0, start)
    return html[start:end] if end > start else html[start:]


def _is_member(html: bytes) -> bool:
    return b"action=logout" in html


def _dates(html: bytes, shown: list[str], now: datetime, zone: tzinfo, date_order: str) -> Dates:
    clock, clock_at = _clock(html, now)
    order = page_dates(shown, clock=clock, now=now, zone=zone, order=date_order).order
    return Dates(now, _clock_zone(clock, clock_at, now, zone, order), order)


def _clock(html: bytes, now: datetime) -> tuple[str, datetime]:
    """The page's clock in words, and the moment it stands for (2.1 says it; else ``now``)."""
    header = html[: max(html.find(_CONTENT), 0)]
    place = header.find(b"<time datetime=")
    match = _CLOCK.match(header[place : place + 300].decode("utf-8", "replace")) if place >= 0 else None
    if match is not None:
        try:
            exact = datetime.fromisoformat(match["exact"].replace("Z", "+00:00"))
        except ValueError:
            exact = now
        return match["shown"], exact if exact.tzinfo else now
    place = header.find(b'<div class="user"')
    user = LexborHTMLParser(header[place : place + 3000]) if place >= 0 else None
    lines = user.text(separator="\n").split("\n") if user is not None else []
    return next((words.strip() for words in lines if re.search(r"\d:\d\d", words)), ""), now


def _clock_zone(clock: str, clock_at: datetime, now: datetime, zone: tzinfo, order: str) -> tzinfo:
    """``zone``, unless the page's clock runs at another offset (its guests' or our account's own setting)."""
    # Read as if a day later: a zone ahead of UTC is no date in the future.
    local = Dates(clock_at.astimezone(UTC) + timedelta(days=1), UTC, order).read(clock)
    if local is None or not re.search(r"\d{4}", clock):
        return zone
    shift = local - clock_at
    rounded = _STEP * round(shift / _STEP)
    if abs(shift - rounded) > _CLOCK_TOLERANCE or not timedelta(hours=-12) <= rounded <= timedelta(hours=14):
        return zone
    return zone if now.astimezone(zone).utcoffset() == rounded else timezone(rounded)


def _pages(page: LexborHTMLParser) -> tuple[int, int, int]:
    """The number of this page, of the last one, and how many topics or posts stand on one (0: not told)."""
    bar = page.css_first(".pagelinks")
    here, last, step = 0, 1, 0
    for node in bar.css("a, strong, .current_page") if bar is not None else ():
        text = node.text().strip()
        if not text.isdecimal():
            continue
        last = max(last, int(text))
        if node.tag != "a":
            here = here or int(text)
        elif (offset := _OFFSET.search(node.attributes.get("href") or "")) and int(text) > 1:
            step = int(offset[1]) // (int(text) - 1)
    return here or 1, last, step


def _title(page: LexborHTMLParser) -> str:
    for place in ("#top_subject", ".display_title", ".navigate_section li.last", "h5 a", ".subject_title a"):
        node = page.css_first(place)
        if node is not None and (words := clean(node.text())):
            return " ".join(words.split()).lstrip("►» ")
    return ""


def _tid_of(page: LexborHTMLParser) -> str:
    links = page.css('form[action*="topic="], .pagelinks a[href*="topic="], a[href*="action=printpage;topic="]')
    hrefs = (link.attributes.get("action") or link.attributes.get("href") or "" for link in links)
    found = next(filter(None, map(tid_in, hrefs)), None)
    if found is None:
        raise PageUnreadable("the page does not say which topic it is")
    return found


# --- rows of a board ------------------------------------------------------------------------------------------


def _row_of(span: LexborNode) -> LexborNode | None:
    if not _MESSAGE_ID.fullmatch(span.id or ""):
        return None
    row = span.parent
    for _ in range(_ROW_HEIGHT):
        if row is None or row.css_matches(".lastpost"):
            return row
        row = row.parent
    return None


def _topic(span: LexborNode, row: LexborNode, date: str, dates: Dates) -> TopicRow | None:
    link = span.css_first('a[href*="topic"]')
    tid = tid_in(link.attributes.get("href") or "") if link is not None else None
    if link is None or tid is None:
        return None
    stats = row.css_first(".board_stats, .stats")
    said = stats.text(separator="\n").split("\n") if stats is not None else []
    # Views stand beside the replies, and change at each visit: ours too.
    counts = [digits for words in said if (digits := re.sub(r"\D", "", words))]
    replies = counts[0] if counts else ""
    last = row.css_first('.lastpost a[href*="msg"]')
    newest = mid_in(last.attributes.get("href") or "") if last is not None else ""
    answers, views = (int(count) if count and len(count) < 12 else None for count in [*counts, "", ""][:2])
    mark = f"{replies}/{newest}"
    return TopicRow(tid, clean(link.text()), mark, dates.read(date), _is_sticky(row), views, answers)


def _last_date(row: LexborNode) -> str:
    """The last post's date: what stands before the cell's first line break."""
    last = row.css_first(".lastpost p") or row.css_first(".lastpost")
    words: list[str] = []
    piece = last.first_child if last is not None else None
    while piece is not None and not (piece.tag == "br" and "".join(words).strip()):
        words.append((piece.text_content or "") if piece.is_text_node else piece.text())
        piece = piece.next
    return " ".join("".join(words).split())


def _is_sticky(row: LexborNode) -> bool:
    return any("sticky" in (node.attributes.get("class") or "") for node in (row, *row.css("td")))


# --- posts of a topic -----------------------------------------------------------------------------------------


def _posts(page: LexborHTMLParser) -> Iterator[_Found]:
    unseen, with_files = page.css_matches(_UNSEEN), page.css_matches(_FILES)
    heights = _Heights()
    for body in page.css("div.inner[id]"):
        match = _MESSAGE_ID.fullmatch(body.id or "")
        post = heights.post_of(body) if match else None
        if match is None or post is None or (unseen and post.css_matches(_UNSEEN)):
            continue
        names = post.css(_FILES) if with_files else ()
        files = dict.fromkeys(filter(None, (" ".join(link.text().split()) for link in names)))
        yield _Found(match[1], _author(post), _date(post), body, tuple(files))


class _Heights:
    """How far above a body its post is. A page's posts are built alike: the height of the last one is tried first."""

    def __init__(self) -> None:
        self._last = 0

    def post_of(self, body: LexborNode) -> LexborNode | None:
        """The nearest element around ``body`` that also holds its poster."""
        lower: LexborNode | None = None
        post: LexborNode | None = body
        for _ in range(self._last):
            lower, post = post, post.parent if post is not None else None
        if self._last and post is not None and lower is not None and _holds_poster(post) and not _holds_poster(lower):
            return post
        return self._climb(body)

    def _climb(self, body: LexborNode) -> LexborNode | None:
        post = body.parent
        for height in range(1, _POST_HEIGHT + 1):
            if post is None or _holds_poster(post):
                self._last = height if post is not None else 0
                return post
            post = post.parent
        return None


def _holds_poster(node: LexborNode) -> bool:
    return bool(node.css_matches(".poster"))


def _author(post: LexborNode) -> str:
    head = post.css_first(".poster h4")
    if head is None:
        return ""
    profile = head.css_first('a[href*="action=profile"]')
    return " ".join(clean((profile or head).text()).split())


def _date(post: LexborNode) -> str:
    """The date in words: 2.1 links it, 2.0 puts it behind "Reply #3 on:" and between « and »."""
    link = post.css_first(".postinfo a.smalltext")
    if link is not None:
        return " ".join(link.text().split())
    shown = post.css_first(".keyinfo .smalltext")
    if shown is None:
        return ""
    words = " ".join(shown.text().split()).strip("« »")
    label = shown.css_first("strong")
    said = " ".join(label.text().split()) if label is not None else ""
    return words.removeprefix(said).strip() if said.endswith(":") else words


def _cite(quote: LexborNode) -> LexborNode | None:
    """What stands above a quote's words: its own ``cite`` (2.1), or the header before it (2.0)."""
    cite = quote.css_first("cite")
    if cite is not None and is_directly_in(cite, quote):
        return cite
    before = quote.prev
    while before is not None and before.is_text_node:
        before = before.prev
    return before if before is not None and "quoteheader" in (before.attributes.get("class") or "") else None


def _quote_link(quote: LexborNode) -> LexborNode | None:
    cite = _cite(quote)
    return cite.css_first("a[href]") if cite is not None else None
