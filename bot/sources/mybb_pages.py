"""MyBB 1.6–1.8 pages → values: boards, topics, forms, outcomes. Pure: text in, values out.

Anchored on ids (``tid_N``, ``post_N``, ``pid_N``), which every skin keeps, never on words or template comments.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.domain.clean import clean
from bot.domain.errors import PageUnreadable, ReplyRejected, ReplyUnknown
from bot.domain.model import Published, SeenPost
from bot.sources.dates import Dates, page_dates
from bot.sources.forum_pages import (
    BoardPage,
    Markup,
    TopicPage,
    TopicRow,
    counted,
    is_directly_in,
    outer_quotes,
    parse_form,
    refresh_address,
    utf8,
)
from bot.sources.mybb_refusals import refuse_reply, refuse_wall
from bot.sources.text import readable

__all__ = ["parse_board", "parse_form", "parse_outcome", "parse_topic", "pid_in", "post_url", "tid_in"]

_TID = re.compile(r"(?:[?&]tid=|/?thread-)(\d+)")
_PID_IN_LINK = re.compile(r"#pid(\d+)$|[?&]pid=(\d+)|-post-(\d+)\.html|(?:^|/)post-(\d+)\.html")
_POST_ID = re.compile(r"post_(\d+)")
_TOPIC_ID = re.compile(r"tid_(\d+)")
_MARKUP = re.compile(r"<[^>]*>")
_HAS_TIME = re.compile(r"\d:\d\d")
_ROW_HEIGHT = 8
"""How far above a topic's link its row may stand."""
_EMPTY_BOARD = (
    'td.trow1[colspan], a[href*="sortby="], select[name="sortby"], a[href*="newthread.php"], a.new_thread_button'
)


_SMILIES = {
    "Smile": "🙂",
    "Wink": "😉",
    "Cool": "😎",
    "Big Grin": "😄",
    "Tongue": "😛",
    "Rolleyes": "🙄",
    "Shy": "😳",
    "Sad": "🙁",
    "Angel": "😇",
    "Angry": "😠",
    "Blush": "😊",
    "Confused": "😕",
    "Dodgy": "😒",
    "Heart": "❤️",
    "Huh": "🤨",
    "Sleepy": "😴",
    "Undecided": "😐",
    "Cry": "😢",
    "Sick": "🤢",
}
"""MyBB's own smilies by name: the word "Sad" in a sentence would say something else than the face did."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all posts of one page share. ``names`` are their authors by post id; ``quoted`` fills as posts are read."""

    base_url: str
    link: str
    tid: str
    title: str
    dates: Dates
    names: dict[str, str]
    files: bool
    quoted: dict[str, frozenset[str]] = field(default_factory=dict)

    def post(self, node: LexborNode, post_id: str, body: LexborNode, shown: str) -> SeenPost:
        quotes = [(quote, _quoted_pid(quote)) for quote in outer_quotes(body)]
        pids = [pid for _, pid in quotes if pid]
        self.quoted[post_id] = frozenset(pids)
        authors = [self.names.get(pid or "") or _quoted_author(quote) for quote, pid in quotes]
        name, at = self.names[post_id], self.dates.read(shown)
        text = readable(body, base_url=self.base_url, smilies=_SMILIES)
        return SeenPost(
            external_id=post_id,
            container_id=self.tid,
            author_id=name or None,
            author_name=name,
            text=_with_files(text, node) if self.files else text,
            url=self.link.replace("{pid}", post_id),
            published_at=at or self.dates.now,
            parent_id=pids[0] if pids else None,
            quoted_authors=tuple(dict.fromkeys(filter(None, authors))),
            title=self.title,
            published_guess=at is None,
        )


def parse_board(html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "") -> BoardPage:
    """A forumdisplay page → its topics, as listed. Raises `SourceError` kinds for walls and pages of another kind."""
    html = utf8(html)
    page = LexborHTMLParser(_content(html))
    rows = [(span, row) for span in page.css("[id^=tid_]") if (row := _row_of(span)) is not None]
    if not rows:
        refuse_wall(page)
        if page.css_matches("#posts") or not page.css_matches(_EMPTY_BOARD):
            raise PageUnreadable("no topic and no sign of a board on the page")
    shown = [_date_text(row.css_first(".lastpost")) for _, row in rows]
    dates = _page_dates(html, shown, now, zone, date_order)
    topics = {
        topic.tid: topic
        for (span, row), date in zip(rows, shown, strict=True)
        if (topic := _topic(span, row, date, dates)) is not None
    }
    return BoardPage(tuple(topics.values()), _pages(page)[1], _is_member(html), dates.zone)


def parse_topic(
    html: Markup, base_url: str, now: datetime, zone: tzinfo, date_order: str = "", tid: str = ""
) -> TopicPage:
    """A showthread page → its posts. ``tid`` is the topic asked for, else it is taken from the page.

    Raises `SourceError` kinds for walls (`LoginAsked`, `PageGone`, …) and `PageUnreadable` when no post is there.
    """
    html = utf8(html)
    page = LexborHTMLParser(_content(html))
    found = {post_id: node for node in page.css("[id^=post_]") if (post_id := _post_id(node))}
    bodies = {post_id: body for post_id, node in found.items() if (body := node.css_first(f"#pid_{post_id}"))}
    if not bodies:
        refuse_wall(page)
        raise PageUnreadable("no post on the page")
    tid = tid or _tid_of(page, base_url)
    shown = {post_id: _date_text(_date_node(found[post_id])) for post_id in bodies}
    reading = _Reading(
        base_url=base_url,
        link=post_url(base_url, tid, "{pid}"),
        tid=tid,
        title=_title(page),
        dates=_page_dates(html, shown.values(), now, zone, date_order),
        names={post_id: _author(found[post_id]) for post_id in bodies},
        files=b"attachment.php?aid=" in html,
    )
    posts = [reading.post(found[post_id], post_id, body, shown[post_id]) for post_id, body in bodies.items()]
    number, pages = _pages(page)
    return TopicPage(tid, reading.title, tuple(posts), reading.quoted, number, pages, _is_member(html))


def parse_outcome(html: Markup, base_url: str, location: str = "") -> Published:
    """What became of a reply, from the page after its form was sent (or from the redirect in its place).

    Raises the refusal's own kind, and `ReplyUnknown` where the page shows neither the post nor a refusal.
    """
    page = LexborHTMLParser(html)
    address = (location and urljoin(base_url, location)) or refresh_address(page, base_url)
    if address and (pid := pid_in(address)):
        tid = tid_in(address)
        return Published(pid, post_url(base_url, tid, pid) if tid else address)
    if address and tid_in(address):
        raise ReplyUnknown("the forum took the reply and shows no post: it may wait for a moderator")
    refuse_reply(page)
    if page.css_matches('textarea[name="message"]'):
        raise ReplyRejected("the forum showed the form again without a word")
    raise ReplyUnknown("the forum's answer shows neither the post nor a refusal")


def post_url(base_url: str, tid: str, pid: str) -> str:
    """The address of one post: it works with and without the forum's pretty addresses."""
    return urljoin(base_url, f"showthread.php?tid={tid}&pid={pid}#pid{pid}")


def pid_in(address: str) -> str | None:
    """The post id that an address points at."""
    match = _PID_IN_LINK.search(address.strip())
    return next(filter(None, match.groups()), None) if match else None


def tid_in(address: str) -> str | None:
    """The topic id that an address points at."""
    match = _TID.search(address)
    return match[1] if match else None


def content_digest(html: Markup) -> bytes:
    """A digest of all that a page's reading rests on: its content, and whether a member or a guest was shown it."""
    html = utf8(html)
    return hashlib.blake2b(_content(html), digest_size=16, key=b"member" if _is_member(html) else b"guest").digest()


def _content(html: bytes) -> bytes:
    """The page without header and footer where the skin marks them as stock does: a fifth to a third less to parse."""
    start, end = html.find(b'<div id="content"'), html.rfind(b'<div id="footer"')
    if start < 0:
        return html
    return html[start:end] if end > start else html[start:]


def _page_dates(html: bytes, shown: Iterable[str], now: datetime, zone: tzinfo, date_order: str) -> Dates:
    # The clock stands at the page's very end: found from there, ten times cheaper than through the tree.
    place = html.rfind(b'id="current_time"')
    words = html[place : place + 300].partition(b">")[2].partition(b"</span>")[0] if place > 0 else b""
    clock = _MARKUP.sub(" ", words.decode("utf-8", "replace"))
    return page_dates(shown, clock=clock, now=now, zone=zone, order=date_order)


def _row_of(span: LexborNode) -> LexborNode | None:
    if not _TOPIC_ID.fullmatch(span.id or ""):
        return None
    row = span.parent
    for _ in range(_ROW_HEIGHT):
        if row is None or row.css_matches(".lastpost"):
            return row
        row = row.parent
    return None


def _views(counter: LexborNode | None) -> int | None:
    """What stands in the cell after that of the replies."""
    cell = counter.parent if counter is not None else None
    following = cell.next if cell is not None else None
    while following is not None and following.tag != "td":
        following = following.next
    return counted(following)


def _topic(span: LexborNode, row: LexborNode, date: str, dates: Dates) -> TopicRow | None:
    link = span.css_first("a[href]")
    match = _TOPIC_ID.fullmatch(span.id or "")
    if link is None or match is None:
        return None
    tid = match[1]
    if (tid_in(link.attributes.get("href") or "") or tid) != tid:
        return None  # the stub of a topic that moved to another board
    counter = row.css_first('a[href*="whoposted"], a[onclick*="whoPosted"]')
    replies = re.sub(r"\D", "", counter.text() if counter else "")
    last = row.css_first(".lastpost")
    links = last.css("a") if last else []
    at = dates.read(date)
    # A relative time without its date would change the mark by the minute.
    exact = str(int(at.timestamp()) // 60) if at and _HAS_TIME.search(date) else ""
    mark = f"{replies}/{exact}/{clean(links[-1].text()) if links else ''}"
    sticky = row.css_matches(".forumdisplay_sticky") or "forumdisplay_sticky" in (row.attributes.get("class") or "")
    return TopicRow(tid, clean(link.text()), mark, at, sticky, _views(counter), counted(counter))


def _post_id(node: LexborNode) -> str | None:
    match = _POST_ID.fullmatch(node.id or "")
    return match[1] if match else None


def _date_node(post: LexborNode) -> LexborNode | None:
    dated = post.css_first(".post_date")
    if dated is not None:
        return dated
    # Skins of MyBB 1.6 have no class there, but the edit mark stands beside the date.
    mark = post.css_first("[id^=edited_by_]")
    return mark.parent if mark is not None else None


def _date_text(node: LexborNode | None) -> str:
    """The date as words: a title that holds it in full wins, one with the day alone replaces its "yesterday".

    Only what stands before the edit mark or the first line break counts: the mark has dates of its own.
    """
    words: list[str] = []
    piece = node.first_child if node is not None else None
    while piece is not None:
        if piece.is_text_node:
            words.append(piece.text_content or "")
        elif title := piece.attributes.get("title") or "" if piece.tag == "span" else "":
            if _HAS_TIME.search(title):
                return title.strip()
            words.append(title)
        elif "".join(words).strip():
            break
        piece = piece.next
    return " ".join("".join(words).split())


def _author(post: LexborNode) -> str:
    node = post.css_first(".largetext") or post.css_first(".post_author strong")
    return clean(node.text()) if node is not None else ""


def _with_files(text: str, post: LexborNode) -> str:
    """The text with the names of attached files: a post may be a screenshot alone."""
    names = [link.text().strip() for link in post.css('fieldset a[href*="attachment.php?aid="]')]
    return "\n".join([text, *(f"📎 {name}".strip() for name in names)]).strip()


def _quoted_pid(quote: LexborNode) -> str | None:
    link = quote.css_first("cite a[href]")
    if link is None or not is_directly_in(link, quote):
        return None
    return pid_in(link.attributes.get("href") or "")


def _quoted_author(quote: LexborNode) -> str:
    """The quoted author's name, from "NAME Wrote:" in any language."""
    cite = quote.css_first("cite")
    if cite is None or not is_directly_in(cite, quote):
        return ""
    words = "".join(piece.text_content or "" for piece in cite.iter(include_text=True) if piece.is_text_node)
    name, space, verb = " ".join(words.split()).rpartition(" ")
    return clean(name) if space and verb.endswith(":") else ""


def _title(page: LexborHTMLParser) -> str:
    for place in (".navigation .active", ".thead strong", "title"):
        node = page.css_first(place)
        if node is not None and (words := clean(node.text())):
            return " ".join(words.split())
    return ""


def _tid_of(page: LexborHTMLParser, base_url: str) -> str:
    if found := tid_in(base_url):
        return found
    field = page.css_first('form input[name="tid"]')
    value = (field.attributes.get("value") or "") if field is not None else ""
    if value.isdecimal():
        return value
    links = page.css('a[href*="printthread.php?tid="], a[href*="newreply.php?tid="], a[href*="showthread.php?tid="]')
    found = next(filter(None, (tid_in(link.attributes.get("href") or "") for link in links)), None)
    if found is None:
        raise PageUnreadable("the page does not say which topic it is")
    return found


def _pages(page: LexborHTMLParser) -> tuple[int, int]:
    """The number of this page, and of the last one."""
    bar = page.css_first(".pagination:not(.pagination_breadcrumb)")
    if bar is None:
        return 1, 1
    here = bar.css_first(".pagination_current")
    numbers = [int(text) for node in bar.css("a, .pagination_current") if (text := node.text().strip()).isdecimal()]
    current = here.text().strip() if here is not None else ""
    return int(current) if current.isdecimal() else 1, max(numbers, default=1)


def _is_member(html: bytes) -> bool:
    return b"action=logout" in html
