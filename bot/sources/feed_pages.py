"""RSS and Atom → posts. Pure: bytes in, values out; slow for large feeds, so it runs in a thread."""

from __future__ import annotations

import html
import io
import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from xml.parsers import expat

from selectolax.lexbor import LexborHTMLParser

from bot.domain.clean import clean, text_hash
from bot.domain.errors import PageUnreadable
from bot.domain.model import SeenPost
from bot.sources.dates import Dates
from bot.sources.text import readable

Entry = Mapping[str, Any]

MOST = 200
"""Entries of one feed that are read, the newest; feeds rarely hold more than fifty."""
_GUESSABLE = 256_000
"""Broken XML up to this many bytes is read by guessing, whose time grows with the square of the length."""

_CLOSED = re.compile(rb"</(?:[\w-]+:)?(?:rss|feed|rdf)\s*>", re.I)
_DECLARED = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,100}?\bencoding\s*=", re.I)
_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'
_PROLOGUE = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,100}\?>)?")
_CHARSET = re.compile(r"charset\s*=", re.I)
_SESSIONS = frozenset({"sid", "s", "phpsessid"})
_TOPIC_KEYS = ("topic", "t", "tid", "threadid", "showtopic")
_ANSWER = re.compile(r"(?:^|(?<=• ))\s*(?:Re|Відп|Ответ|Відповідь)(?:\[\d+\])?\s*:\s*", re.I)
_MAILED = re.compile(r"\S+@\S+\s*\((?P<after>.{1,100})\)|(?P<before>.{1,100}?)\s*[(<]\S+@\S+[)>]")
_ZONE = re.compile(r"(?:\bZ|\d{2}Z|[+-]\d{2}:?\d{2}|\b(?:GMT|UTC?|[ECMP][SD]T))\s*$")
_NAMED_ZONE = re.compile(r"\s+[A-Z]{3,5}\s*$")
_BREAKS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RecursionError)
"""What feedparser is known to raise over hostile input, though it promises nothing of the kind."""
_QUOTED = re.compile(
    r"(?:Quote from:\s*|Цитата:\s*|Цитата\s+)?@?(?P<name>.{1,80}?)\s*"
    r"(?:\b(?:wrote|said|писав|писала|пише|написав|написала|написал|пишет|on|від|от)\b.*)?[:↑\s]*",
    re.I | re.S,
)


@dataclass(frozen=True, slots=True)
class FeedPage:
    """What a feed says: its title, and its newest entries as posts, newest first."""

    title: str
    posts: tuple[SeenPost, ...]


def parse_feed(
    body: bytes,
    *,
    url: str,
    now: datetime,
    content_type: str = "",
    zone: tzinfo = UTC,
    charset: str = "utf-8",
    order: str = "",
) -> FeedPage:
    """A feed as it came from ``url``. Raises `PageUnreadable` for what is no feed, or only a piece of one.

    ``zone`` and ``order`` are for dates that do not say theirs, ``charset`` for bytes that do not.
    """
    body = _decoded(body, content_type, charset)
    parsed = _parsed(body, url, content_type)
    if not parsed.get("version"):
        raise PageUnreadable("HTML or something else, where a feed was expected")
    if parsed.get("bozo") and not _CLOSED.search(body[-20_000:]):
        raise PageUnreadable("the feed ends in the middle")
    dates = Dates(now, zone, order)
    posts = {post.external_id: post for post in (_post(dict(entry), url, dates) for entry in parsed["entries"]) if post}
    if parsed["entries"] and not posts:
        raise PageUnreadable("no entry of the feed can be read")
    newest = sorted(posts.values(), key=lambda post: post.published_at, reverse=True)[:MOST]
    return FeedPage(clean(html.unescape(_word(parsed.get("feed", {}), "title"))), tuple(newest))


def _parsed(body: bytes, url: str, content_type: str) -> Mapping[str, Any]:
    # Imported late: most teams watch no feed.
    import feedparser  # type: ignore[import-untyped] # noqa: PLC0415

    if len(body) > _GUESSABLE:
        _refuse_broken(body)
    headers = {"content-type": content_type or "application/xml", "content-location": url}
    try:
        # A stream, never the bytes themselves: those might be taken for the name of a file.
        found: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except _BREAKS as error:
        raise PageUnreadable(f"the feed cannot be read: {type(error).__name__}") from error
    return found


def _refuse_broken(body: bytes) -> None:
    try:
        expat.ParserCreate().Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise PageUnreadable(f"broken XML, and too long to be guessed: {error}") from error


def _decoded(body: bytes, content_type: str, charset: str) -> bytes:
    """The same bytes where they or the server say what they are in; else as UTF-8 that says so."""
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        body = body.decode("utf-16", "replace").encode()
    elif _CHARSET.search(content_type) or _DECLARED.match(body[:300]):
        return body
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        body = body.decode(charset, "replace").encode()
    # Without a word on the charset, text/xml is taken for ASCII and the rest is guessed at.
    return _DECLARATION + _PROLOGUE.sub(b"", body)


def _post(entry: Entry, feed_url: str, dates: Dates) -> SeenPost | None:
    link = _link(entry, feed_url)
    title = _title(entry)
    tree, text, plain = _text(entry, link or feed_url)
    name = _author(entry)
    at = _moment(entry, dates)
    own_id = _own_id(entry, link, f"{title}\n{text}")
    if not own_id or not (title or text):
        return None
    return SeenPost(
        external_id=own_id,
        container_id=_container(link, title) or own_id,
        author_id=name or None,
        author_name=name,
        text=text or title,
        # The feed's own address may hold a key: without its query it holds none.
        url=link or urlsplit(feed_url)._replace(query="", fragment="").geturl(),
        published_at=at or dates.now,
        quoted_authors=() if plain or tree is None else _quoted(tree),
        title=title,
        published_guess=at is None,
    )


def _link(entry: Entry, feed_url: str) -> str:
    """The entry's own http(s) address, without a visitor's session; empty where it has none."""
    own_id = _word(entry, "id")
    return _address(_word(entry, "link"), feed_url) or (_address(own_id, feed_url) if _is_address(own_id) else "")


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def _address(said: str, base: str) -> str:
    try:
        parts = urlsplit(urljoin(base, said.strip())) if said.strip() else urlsplit("")
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc or re.search(r"[\s<>\"]", said.strip()):
        return ""
    if not any(name.lower() in _SESSIONS for name, _ in query):
        return parts.geturl()
    kept = urlencode([(name, value) for name, value in query if name.lower() not in _SESSIONS])
    return parts._replace(query=kept).geturl()


def _own_id(entry: Entry, link: str, words: str) -> str:
    """The entry's id as the feed gives it; where that is an address (phpBB), without a visitor's session in it."""
    said = clean(_word(entry, "id"))
    if _is_address(said):
        said = _address(said, said) or said
    return (said or link or (f"text:{text_hash(words)}" if words.strip() else ""))[:500]


def _container(link: str, title: str) -> str:
    """What the entry stands under: a forum's topic by its address, or by its subject without "Re:"."""
    parts = urlsplit(link)
    asked = dict(parse_qsl(parts.query))
    for key in _TOPIC_KEYS:
        number = re.match(r"\d+", asked.get(key, ""))
        if number:
            return f"{parts.netloc}{parts.path}?{key}={number[0]}"
    if not re.search(r"[?&]p=\d|#p\d", link):
        return ""
    # phpBB's feed names the post alone; its topic is known by the subject.
    subject = _ANSWER.sub("", title).strip()
    return f"{parts.netloc} {subject}"[:500] if subject else ""


def _title(entry: Entry) -> str:
    detail = entry.get("title_detail")
    kind = _word(detail, "type") if isinstance(detail, dict) else ""
    said = _word(entry, "title")
    if kind.endswith("html"):
        return _plain(said, "")
    return " ".join(clean(html.unescape(said)).split())


def _text(entry: Entry, base: str) -> tuple[LexborHTMLParser | None, str, bool]:
    """The entry's longest form: its tree where it is HTML, the text a person reads, and whether it is plain."""
    contents = entry.get("content")
    listed = [part for part in contents if isinstance(part, dict)] if isinstance(contents, list) else []
    detail = entry.get("summary_detail")
    chosen = next((part for part in (*listed, detail) if isinstance(part, dict) and _word(part, "value").strip()), None)
    if chosen is None:
        return None, "", True
    value = _word(chosen, "value")
    if _word(chosen, "type") == "text/plain":
        return None, clean(value), True
    tree = LexborHTMLParser(value.encode("utf-8", "replace"))
    _unsign(tree)
    return tree, readable(tree.body, base_url=base) if tree.body else "", False


def _unsign(tree: LexborHTMLParser) -> None:
    """Take away phpBB's own last line, "Statistics: Posted by Name — Mon Nov 23, 2026 12:46 am"."""
    last = tree.css("p")[-1:]
    if last and last[0].css_first("a[href*='memberlist.php?mode=viewprofile']"):
        last[0].decompose()


def _quoted(tree: LexborHTMLParser) -> tuple[str, ...]:
    """Whom the post quotes itself: names on quotes that stand in no other quote."""
    names: list[str] = []
    for cite in tree.css("blockquote cite"):
        depth, node = 0, cite.parent
        while node is not None and depth < 2:
            depth += node.tag == "blockquote"
            node = node.parent
        found = _QUOTED.fullmatch(" ".join((cite.text() or "")[:200].split())) if depth == 1 else None
        if found:
            names.append(clean(found["name"]))
    return tuple(dict.fromkeys(name for name in names if name))


def _author(entry: Entry) -> str:
    """The name as a person reads it, without a mail address beside it. (feedparser's own splitting tears names.)"""
    said = _plain(_word(entry, "author"), "")[:200]
    mailed = _MAILED.fullmatch(said)
    return ((mailed["after"] or mailed["before"]) if mailed else said).strip()


def _plain(markup: str, base: str) -> str:
    tree = LexborHTMLParser(markup.encode("utf-8", "replace")) if "<" in markup or "&" in markup else None
    if tree is None or tree.body is None:
        return " ".join(clean(markup).split())
    for link in tree.css("a"):
        link.unwrap()
    return " ".join(readable(tree.body, base_url=base).split())


def _moment(entry: Entry, dates: Dates) -> datetime | None:
    """When the entry was published, else last changed. A date that names no zone, or one that only people know
    ("EET"), is in the forum's own."""
    for name in ("published", "updated", "created"):
        raw, parts = _word(entry, name).strip(), entry.get(f"{name}_parsed")
        if not raw and parts is None:
            continue
        at = _utc(parts)
        if at is not None and not _ZONE.search(raw):
            at = at.replace(tzinfo=dates.zone).astimezone(UTC)
        if at is None:
            at = _offset(raw, dates) or dates.read(_NAMED_ZONE.sub("", raw))
        if at is not None:
            return min(at, dates.now)
    return None


def _utc(parts: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parts), UTC)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, IndexError, OSError):
        return None


def _offset(raw: str, dates: Dates) -> datetime | None:
    """A date in words that only its offset is in figures of, as in "Пн, 23 лист 2026 10:00:00 +0200"."""
    found = re.search(r"([+-])(\d{2}):?(\d{2})\s*$", raw)
    if not found:
        return None
    fixed = datetime.strptime(f"{found[1]}{found[2]}{found[3]}", "%z").tzinfo if int(found[2]) < 15 else None
    return Dates(dates.now, fixed, dates.order).read(raw[: found.start()]) if fixed else None


def _word(node: Any, name: str) -> str:
    value = node.get(name) if hasattr(node, "get") else None
    return value if isinstance(value, str) else ""
