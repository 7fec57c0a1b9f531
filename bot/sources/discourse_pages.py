"""Discourse's JSON → values: lists of topics, topics, posts, refusals. Pure: bytes in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.domain.clean import clean
from bot.domain.errors import (
    AddressRefused,
    PageGone,
    PageUnreadable,
    ReplyFlood,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import Published, SeenPost
from bot.sources.answer import Answer, redact, refuse_status
from bot.sources.board_look import Row, Rows, TopicRefused
from bot.sources.emoji_names import emoji_named
from bot.sources.json_page import Node, count, inner, json_object, json_or_nothing, key, moment, objects, word
from bot.sources.text import readable

_READ_TYPES = frozenset({1, 2})
"""Regular and moderators' posts; 3 is a note of the engine ("closed this topic"), 4 a whisper among staff."""
_NOT_READ = frozenset({"quote", "onebox-body", "onebox-metadata", "meta", "cooked-selection-barrier"})
"""Quotes of others, previews of linked pages, sizes of pictures."""
_READ_ONLY = "read_only"
_LONGEST = 300


class GuestRefused(TopicRefused):
    """A guest may not see this: 403 without a key."""


@dataclass(frozen=True, slots=True)
class TopicPage:
    """What an answer shows of a topic. ``stream`` is the ids of all its posts, oldest first (empty in an answer that
    gives chosen posts only); ``open`` is False for a closed or archived topic."""

    tid: str
    title: str
    stream: tuple[str, ...]
    posts: tuple[Node, ...]
    open: bool


@dataclass(slots=True)
class Reading:
    """Turns the posts of one topic into `SeenPost`. ``ids`` and ``names`` fill as posts are read: post number → id,
    and → author."""

    base: str
    now: datetime
    title: str = ""
    ids: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def posts(self, nodes: Iterable[Node]) -> list[SeenPost]:
        """The posts that a visitor can read, oldest first, each once."""
        nodes = {key(node, "id"): node for node in nodes if key(node, "id")}.values()
        for node in nodes:
            self.ids[count(node, "post_number")] = key(node, "id")
            self.names[count(node, "post_number")] = word(node, "username")
        shown = sorted((node for node in nodes if is_shown(node)), key=lambda node: count(node, "post_number"))
        return [self._post(node) for node in shown]

    def _post(self, node: Node) -> SeenPost:
        tid, number = key(node, "topic_id"), count(node, "post_number")
        name, at = clean(word(node, "username")), moment(node.get("created_at"))
        body = LexborHTMLParser(word(node, "cooked"))
        quotes = _quotes(body)
        answered = count(node, "reply_to_post_number")
        quoted = [int(quote["data-post"]) for quote in quotes if _is_of(quote, tid)]
        authors = [
            word(inner(node, "reply_to_user"), "username") or self.names.get(answered, ""),
            *(quote.get("data-username", "") for quote in quotes),
        ]
        return SeenPost(
            external_id=key(node, "id"),
            container_id=tid,
            author_id=name or None,
            author_name=name,
            text=_text(body, self.base),
            url=f"{self.base}/t/{tid}/{number}",
            published_at=min(at, self.now) if at else self.now,
            parent_id=next(filter(None, (self.ids.get(one) for one in (answered, *quoted))), None),
            quoted_authors=tuple(dict.fromkeys(filter(None, map(clean, authors)))),
            title=self.title,
            published_guess=at is None,
        )


def parse_list(raw: bytes) -> Rows:
    """A list of topics (``latest.json``). Raises `PageUnreadable` for what is no such list."""
    listed = json_object(raw).get("topic_list")
    if not isinstance(listed, dict):
        raise PageUnreadable("the answer has no list of topics")
    topics = tuple(_row(node) for node in objects(listed, "topics") if key(node, "id"))
    return Rows(topics, more=bool(word(listed, "more_topics_url")))


def parse_topic(raw: bytes) -> TopicPage:
    """A topic (``/t/N.json``), or chosen posts of it (``/t/N/posts.json``).

    Raises `PageGone` for a deleted topic, as staff still see it, and `PageUnreadable` for other things.
    """
    topic = json_object(raw)
    if topic.get("deleted_at"):
        raise PageGone("the topic was deleted")
    posts = tuple(objects(inner(topic, "post_stream"), "posts"))
    stream = inner(topic, "post_stream").get("stream")
    ids = [str(one) for one in stream if isinstance(one, int)] if isinstance(stream, list) else []
    if ids and not posts:
        raise PageUnreadable("the topic names its posts and shows none")
    closed = topic.get("closed") is True or topic.get("archived") is True
    title = clean(word(topic, "title") or word(topic, "fancy_title"))
    return TopicPage(key(topic, "id"), title, tuple(ids), posts, not closed)


def is_shown(node: Node) -> bool:
    """Whether a visitor can read the post: not deleted by its author or by staff, not hidden, no note of the engine."""
    if node.get("user_deleted") is True or node.get("deleted_at") or node.get("hidden") is True:
        return False
    return node.get("post_type", 1) in _READ_TYPES


def parse_published(answer: Answer, base: str) -> Published:
    """What became of a reply that was accepted: its post; nothing known of it where it waits for a moderator."""
    try:
        told = json_object(answer.body)
    except PageUnreadable as error:
        raise ReplyUnknown(f"sent, but the answer is not Discourse's: {error.detail}") from error
    if word(told, "action") == "enqueued":
        return Published()
    node = inner(told, "post") or told
    if not key(node, "id") or not key(node, "topic_id"):
        raise ReplyUnknown("sent, but the answer names no post")
    url = f"{base}/t/{key(node, 'topic_id')}/{count(node, 'post_number')}"
    return Published(key(node, "id"), url, moment(node.get("created_at")))


def refuse(answer: Answer, *, with_key: bool) -> Answer:
    """The same answer when it is a success; else raises what its status and ``error_type`` mean, when reading."""
    if answer.status < 300:
        return answer
    said = f"HTTP {answer.status}: {_said(answer)}"
    if answer.status == 429:
        raise SourceBusy(said, retry_after=_wait(answer))
    if answer.status in {401, 403} and json_or_nothing(answer.body):
        raise TokenRefused(said) if with_key else GuestRefused(said)
    return refuse_status(answer)


def refuse_reply(answer: Answer) -> Answer:
    """The same answer when the reply was taken; else raises why not. Raises `ReplyUnknown` where nobody can tell."""
    if answer.status < 300:
        return answer
    told, said = json_or_nothing(answer.body), f"HTTP {answer.status}: {_said(answer)}"
    if answer.status == 429:
        raise ReplyFlood(said, retry_after=_wait(answer))
    kind = _REPLY_KINDS.get(answer.status)
    if answer.status < 400:
        raise AddressRefused(f"the forum leads elsewhere: HTTP {answer.status} to {redact(answer.location)}")
    if answer.status in {403, 503} and not told:
        try:
            refuse_status(answer)  # a challenge of the site's guard, or its proxy's own page
        except SourceDown as error:
            raise ReplyUnknown(said) from error
    if word(told, "error_type") == _READ_ONLY:
        raise SourceDown(said, retry_after=answer.retry_after)
    if answer.status >= 500:
        raise ReplyUnknown(said)
    raise (kind or ReplyRejected)(said)


_REPLY_KINDS: Mapping[int, type[SourceError]] = {403: ReplyForbidden, 404: PageGone, 410: PageGone, 422: ReplyRejected}


def _row(node: Node) -> Row:
    last = moment(node.get("bumped_at")) or moment(node.get("last_posted_at")) or moment(node.get("created_at"))
    posts = count(node, "posts_count")
    active = word(node, "bumped_at") + "/" + word(node, "last_posted_at")
    return Row(
        tid=key(node, "id"),
        mark=f"{posts}/{count(node, 'highest_post_number')}/{active}",
        last_at=last,
        posts=posts,
        sticky=node.get("pinned") is True or node.get("pinned_globally") is True,
        views=count(node, "views") if "views" in node else None,
    )


def _quotes(body: LexborHTMLParser) -> list[dict[str, str]]:
    """The attributes of a post's quotes, without those that stand inside other quotes."""
    found = [node for node in body.css("aside.quote") if not _is_nested(node)]
    return [{name: value or "" for name, value in node.attributes.items()} for node in found]


def _is_nested(quote: LexborNode) -> bool:
    above = quote.parent
    while above is not None:
        if above.tag in {"aside", "blockquote"}:
            return True
        above = above.parent
    return False


def _is_of(quote: Mapping[str, str], tid: str) -> bool:
    return quote.get("data-post", "").isdecimal() and quote.get("data-topic") in {tid, None, ""}


def _text(body: LexborHTMLParser, base: str) -> str:
    if body.body is None:
        return ""
    for picture in body.css("img.emoji"):
        label = picture.attributes.get("alt") or picture.attributes.get("title") or ""
        picture.attrs["alt"] = emoji_named(label)
    return readable(body.body, base_url=f"{base}/", skip_classes=_NOT_READ)


def _said(answer: Answer) -> str:
    """Discourse's own words of a refusal, on one line; they are in the forum's language."""
    told = json_or_nothing(answer.body)
    errors = told.get("errors")
    words = [str(one) for one in errors] if isinstance(errors, list) else [word(told, "message")]
    kind = word(told, "error_type")
    line = redact(" ".join(clean(" ".join([kind and f"({kind})", *words])).split()))
    return line[:_LONGEST] or redact(answer.url)


def _wait(answer: Answer) -> float | None:
    told = inner(json_or_nothing(answer.body), "extras").get("wait_seconds")
    known = isinstance(told, int | float) and not isinstance(told, bool) and told > 0
    return min(float(told), 24 * 3600.0) if known and told is not None else answer.retry_after
