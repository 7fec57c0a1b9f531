"""NodeBB's JSON → values: categories, topics, posts, refusals. Pure: bytes in, values out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.domain.clean import clean
from bot.domain.errors import (
    AddressRefused,
    LoginRefused,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyFlood,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceError,
)
from bot.domain.model import Published, SeenPost
from bot.sources.answer import Answer, redact, refuse_status
from bot.sources.board_look import Row, Rows, TopicRefused
from bot.sources.json_page import Node, count, inner, json_object, json_or_nothing, key, moment, objects, word
from bot.sources.text import readable

_POST_LINK = re.compile(r"/post/(\d+)(?:[?#]|$)")
_BARE_SAID = re.compile(r"@[^:\n]{1,60}:")
_LONGEST = 300
_FLOOD = re.compile(
    r"too-many-posts|user-too-new|already.posting|post once every|required to wait|зачека|почека|подожд|частіше \d",
    re.I,
)
_MINUTES = re.compile(r"minute|хвилин|минут", re.I)
_NUMBER = re.compile(r"\d+")
_FLOOD_WAIT = 10.0
_REPLY_WORDS: tuple[tuple[re.Pattern[str], type[SourceError]], ...] = (
    (re.compile(r"topic-locked|topic locked|\blocked\b|закри[тв]|заблоковану тему|закрыт", re.I), ReplyClosed),
    (re.compile(r"topic-deleted|no-topic|invalid-pid|topic.* deleted|does not exist|invalid post", re.I), PageGone),
    (re.compile(r"privileges|muted|banned|not-enough-reputation|need \d+ reputation", re.I), ReplyForbidden),
)
_REPLY_KINDS: Mapping[int, type[SourceError]] = {403: ReplyForbidden, 404: PageGone}


class LoginAsked(TopicRefused):
    """A guest may not see this, or the session ended."""


class MemberRefused(TopicRefused):
    """Our account may not see this."""


@dataclass(frozen=True, slots=True)
class TopicPage:
    """One page of a topic, oldest post first. ``pages`` is how many it has; ``page`` is this one's number.

    ``typed`` is for each post id its text as it was typed: smilies still stand there as ``:)``. ``may_reply`` is what
    the forum says of whom the page was served to.
    """

    posts: tuple[SeenPost, ...]
    typed: dict[str, str]
    page: int
    pages: int
    open: bool
    may_reply: bool


@dataclass(frozen=True, slots=True)
class Session:
    """What ``/api/config`` says: the token for forms, and for whom the page is served."""

    token: str = field(repr=False)
    member: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all posts of one page share: who wrote which post, who has which slug."""

    base: str
    tid: str
    title: str
    now: datetime
    names: dict[str, str]
    slugs: dict[str, str]
    typed: dict[str, str] = field(default_factory=dict)

    def post(self, node: Node) -> SeenPost:
        pid, at = key(node, "pid"), moment(node.get("timestampISO")) or moment(node.get("timestamp"))
        name = self.names[pid]
        body = LexborHTMLParser(word(node, "content"))
        said = _take_said(body)
        answered = key(node, "toPid") or next((pid for pid, _, _ in said if pid), "")
        authors = [
            self.names.get(answered, "") or _name(inner(node, "parent")),
            *(self.names.get(quoted, "") or self.slugs.get(slug, "") or label for quoted, slug, label in said),
        ]
        text = _text(body, self.base)
        self.typed[pid] = _as_typed(body, self.base)
        return SeenPost(
            external_id=pid,
            container_id=self.tid,
            # A guest may call themselves by any name: it is nobody's id.
            author_id=name or None if _is_member(node) else None,
            author_name=name,
            text=text,
            url=f"{self.base}/post/{pid}",
            published_at=min(at, self.now) if at else self.now,
            parent_id=answered or None,
            quoted_authors=tuple(dict.fromkeys(filter(None, authors))),
            title=self.title,
            published_guess=at is None,
        )


def parse_category(raw: bytes) -> Rows:
    """A page of a category (``/api/category/N``). Raises `PageUnreadable` for what is no category."""
    category = json_object(raw)
    topics = tuple(_row(node) for node in objects(category, "topics") if key(node, "tid"))
    paging = inner(category, "pagination")
    return Rows(topics, more=count(paging, "currentPage") < count(paging, "pageCount"))


def parse_topic(raw: bytes, base: str, now: datetime) -> TopicPage:
    """A page of a topic (``/api/topic/N``). Past its last page it has no posts.

    Raises `PageGone` for a deleted topic, `PageUnreadable` for what is no topic.
    """
    topic = json_object(raw)
    nodes = [node for node in objects(topic, "posts") if key(node, "pid")]
    if _is_set(topic, "deleted"):
        raise PageGone("the topic was deleted")
    slugs = {word(inner(node, "user"), "userslug").casefold(): _name(node) for node in nodes}
    reading = _Reading(
        base=base,
        tid=key(topic, "tid"),
        title=clean(word(topic, "titleRaw") or word(topic, "title")),
        now=now,
        names={key(node, "pid"): _name(node) for node in nodes},
        slugs=slugs,
    )
    shown = [node for node in nodes if not _is_set(node, "deleted")]
    paging = inner(topic, "pagination")
    return TopicPage(
        posts=tuple(reading.post(node) for node in sorted(shown, key=lambda node: count(node, "index"))),
        typed=reading.typed,
        page=max(count(paging, "currentPage"), 1),
        pages=max(count(paging, "pageCount"), 1),
        open=not _is_set(topic, "locked"),
        may_reply=inner(topic, "privileges").get("topics:reply") is True,
    )


def parse_session(raw: bytes) -> Session:
    """``/api/config`` → the session. Raises `PageUnreadable` where it gives no token."""
    config = json_object(raw)
    token = word(config, "csrf_token")
    if not token:
        raise PageUnreadable("the forum gives no token for its forms")
    return Session(token, config.get("loggedIn") is True)


def parse_published(answer: Answer, base: str) -> Published:
    """What became of a reply that was accepted: its post; nothing known of it where it waits in the queue."""
    try:
        told = inner(json_object(answer.body), "response")
    except PageUnreadable as error:
        raise ReplyUnknown(f"sent, but the answer is not NodeBB's: {error.detail}") from error
    if told.get("queued") is True:
        return Published()
    pid = key(told, "pid")
    if not pid:
        raise ReplyUnknown("sent, but the answer names no post")
    return Published(pid, f"{base}/post/{pid}", moment(told.get("timestampISO")))


def refuse(answer: Answer) -> Answer:
    """The same answer when it is a success; else raises what its status means, when reading."""
    if answer.status == 401 or (answer.status == 403 and json_or_nothing(answer.body).get("loggedIn") is False):
        raise LoginAsked(f"the forum shows this to logged-in members only: {_said(answer)}")
    if answer.status == 403 and json_or_nothing(answer.body):
        raise MemberRefused(f"our account may not read this: {_said(answer)}")
    refuse_status(answer)
    if answer.headers.get("X-Redirect"):
        where = unquote(answer.headers["X-Redirect"])
        raise AddressRefused(f"the page leads elsewhere: {redact(where)[:200]}")
    return answer


def refuse_login(answer: Answer) -> None:
    """Raises what an unsuccessful answer to the log-in means; silence for a success that leads into the forum."""
    words = _said(answer)
    if answer.status < 300:
        # A password that is too old, or a second step: neither is for a program.
        place = urlsplit(word(json_or_nothing(answer.body), "next")).path
        if re.search(r"/(?:reset|login)/", f"{place}/"):
            raise LoginRefused(f"the log-in leads to another step: {place}")
        return
    if answer.status in {400, 403} and words.strip().casefold() not in {"", "forbidden"}:
        refuse_challenge(answer)
        raise LoginRefused(words)
    refuse_status(answer)


def refuse_reply(answer: Answer) -> Answer:
    """The same answer when the reply was taken; else raises why not. Raises `ReplyUnknown` where nobody can tell."""
    if answer.status < 300:
        return answer
    words = _said(answer)
    said = f"HTTP {answer.status}: {words}"
    told = json_or_nothing(answer.body)
    if answer.status < 400:
        raise AddressRefused(f"the forum leads elsewhere: HTTP {answer.status} to {redact(answer.location)}")
    if answer.status == 429:
        raise ReplyFlood(said, retry_after=answer.retry_after)
    if answer.status == 401 or (answer.status == 403 and not told):
        refuse_challenge(answer)
        raise LoginAsked(said)
    if answer.status >= 500:
        refuse_challenge(answer)
        raise ReplyUnknown(said)
    if _FLOOD.search(words):
        raise ReplyFlood(said, retry_after=_wait(words))
    by_words = next((kind for pattern, kind in _REPLY_WORDS if pattern.search(words)), None)
    raise (by_words or _REPLY_KINDS.get(answer.status) or ReplyRejected)(said)


def refuse_challenge(answer: Answer) -> None:
    """Raises `CaptchaAsked` where the answer is not the forum's but its guard's; silence for any other."""
    if answer.status in {403, 503}:
        try:
            refuse_status(answer)
        except SourceError as error:
            if error.code == "captcha":
                raise


def _row(node: Node) -> Row:
    posts = count(node, "postcount")
    last = moment(node.get("lastposttimeISO")) or moment(node.get("lastposttime"))
    return Row(
        tid=key(node, "tid"),
        mark=f"{posts}/{count(node, 'lastposttime')}/{key(node, 'teaserPid') or key(inner(node, 'teaser'), 'pid')}",
        last_at=last,
        posts=posts,
        sticky=_is_set(node, "pinned"),
        gone=_is_set(node, "deleted"),
        views=count(node, "viewcount") if "viewcount" in node else None,
    )


def _name(node: Node) -> str:
    """The author's user name; empty for a former member and for the guest without a name (NodeBB gives text keys)."""
    name = clean(word(inner(node, "user"), "username"))
    return "" if name.startswith("[[") else name


def _is_member(node: Node) -> bool:
    uid = key(node, "uid") or key(inner(node, "user"), "uid")
    return uid not in {"", "0", "-1"}


def _is_set(node: Node, name: str) -> bool:
    """NodeBB says 1 and true, 0 and false."""
    return node.get(name) in (1, True)


def _take_said(body: LexborHTMLParser) -> list[tuple[str, str, str]]:
    """Take the "@somebody said:" above each quote out of ``body``: (id of the quoted post, author's slug, their name).

    A mention that opens a sentence of the post's own stays.
    """
    found: list[tuple[str, str, str]] = []
    for quote in [node for node in body.css("blockquote") if not _is_nested(node)]:
        above = quote.prev
        while above is not None and above.is_text_node and not (above.text_content or "").strip():
            above = above.prev
        if above is None or above.tag != "p":
            continue
        words = " ".join(above.text().split())
        pids = [match[1] for link in above.css("a[href]") if (match := _POST_LINK.search(_href(link)))]
        if not words.startswith("@") or not ((words.endswith(":") and pids) or _BARE_SAID.fullmatch(words)):
            continue
        mention = above.css_first('a[href*="/user/"]')
        slug = unquote(_href(mention).rstrip("/").rpartition("/")[2]).casefold() if mention is not None else ""
        label = mention.text() if mention is not None else words.partition(" ")[0]
        found.append((pids[0] if pids else "", slug, clean(label).strip("@: ")))
        above.decompose()
    return found


def _is_nested(quote: LexborNode) -> bool:
    above = quote.parent
    while above is not None:
        if above.tag == "blockquote":
            return True
        above = above.parent
    return False


def _href(link: LexborNode) -> str:
    return link.attributes.get("href") or ""


def _text(body: LexborHTMLParser, base: str) -> str:
    return readable(body.body, base_url=f"{base}/") if body.body is not None else ""


def _as_typed(body: LexborHTMLParser, base: str) -> str:
    """The text with its emoji pictures as their titles say: what the author typed for them."""
    pictures = body.css("img.emoji[title]")
    for picture in pictures:
        picture.attrs["alt"] = picture.attributes.get("title") or ""
    return _text(body, base)


def _said(answer: Answer) -> str:
    """NodeBB's own words of a refusal, on one line."""
    told = json_or_nothing(answer.body)
    words = word(inner(told, "status"), "message") or word(told, "error") or word(told, "message")
    if not words and not told and "html" not in answer.headers.get("Content-Type", ""):
        words = answer.text[: 2 * _LONGEST].strip('"')
    elif not words and not told and answer.text.startswith("[[error:"):
        words = answer.text[: 2 * _LONGEST]
    return redact(" ".join(clean(words).split()))[:_LONGEST]


def _wait(words: str) -> float:
    """Seconds until we may write again: the first number (the second is the reputation that would lift the limit)."""
    found = _NUMBER.search(words)
    if found is None:
        return _FLOOD_WAIT
    return min(int(found[0]) * (60 if _MINUTES.search(words) else 1), 86_400) + 1.0
