"""Instagram through the Graph API: comments and their replies under the account's media, answered as replies.

Instagram keeps two levels: a reply to a reply hangs on the top comment, so it begins with the name of whom it answers.
Comments are never edited there, and hidden ones take no answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.clean import clean, squeeze
from bot.domain.errors import NothingFound, PageGone, PageUnreadable, ReplyClosed, ReplyUnknown, SourceBusy, SourceDown
from bot.domain.model import Health, Look, Measure, Metric, Published, ReplyTarget, SeenPost
from bot.sources.graph import Node, figure, moment, next_cursor, parse_listed, parse_node
from bot.sources.graph_api import GraphApi
from bot.sources.http import Http
from bot.sources.options import SourceOptions

__all__ = ["Instagram"]

_MEDIA_FIELDS = "id,caption,permalink,timestamp,username,comments_count,like_count"
_REPLY_FIELDS = "id,text,timestamp,username,from,hidden"
_COMMENT_FIELDS = f"{_REPLY_FIELDS},replies.limit(50){{{_REPLY_FIELDS}}}"
_MEDIA, _PER_PAGE = 50, 50
_PAGES = 20
"""Most pages of one media's comments in one look."""
_READS = 25
"""Most media whose comments are read in one look."""
_SWEEP_EVERY, _SWEEPS = 30 * 60, 2
"""Media are read again after so long although their count stayed: one comment came and another went."""


@dataclass(slots=True)
class _Looking:
    """One look on its way. ``known`` maps a media's id to ``<comments>|<unix time of the last reading>``."""

    now: datetime
    known: dict[str, str]
    posts: list[SeenPost] = field(default_factory=list)
    complete: set[str] = field(default_factory=set)
    read: int = 0

    @property
    def clock(self) -> int:
        return int(self.now.timestamp())


class Instagram:
    """One professional account: ``options.page`` is its number, ``options.token`` the token of its Facebook Page.

    ``container_id`` is the media's id; the media itself is a post of the account. ``author_id`` is the commenter's id,
    None where Instagram hides it.
    """

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self._options = options
        self._account = options.page
        self._ours = options.official | {options.page}
        self._graph = GraphApi(options.api_url, options.token, http)

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """The newest media (one call that also counts comments), then the comments of those that changed."""
        look = _Looking(now, {key[2:]: value for key, value in memory.items() if key.startswith("m:")})
        media = await self._media()
        if not media and look.known:
            raise NothingFound("the account shows no media where there was some")
        for node, changed in _worth_reading(look, media):
            try:
                await self._read(look, node)
            except PageGone:
                look.complete.add(_id(node))
                continue
            except (SourceBusy, SourceDown):
                # What was read so far is kept; the rest has kept its old count and comes at the next look.
                if not look.read:
                    raise
                break
            look.read += changed
        kept = {f"m:{_id(node)}": look.known[_id(node)] for node in media if _id(node) in look.known}
        if memory and not look.posts and not look.complete:
            return Look((), kept, unchanged=True)
        own = [self._medium(node, now) for node in media if f"m:{_id(node)}" not in memory]
        return Look((*own, *look.posts), kept, containers_read=frozenset(look.complete))

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """A reply under the top comment. Asked first: whether the comment is there, hidden, or a reply itself."""
        node = await self._graph.node(target.external_id, "id,hidden,username,parent_id")
        if node.get("hidden") is True:
            raise ReplyClosed("the comment is hidden: Instagram takes no answer to it")
        parent = node.get("parent_id")
        top = parent if isinstance(parent, str) and parent else target.external_id
        answer = await self._graph.send(
            f"{top}/replies", {"message": _addressed(target, text, nested=top != target.external_id)}
        )
        try:
            own_id = parse_node(answer.body).get("id")
        except PageUnreadable as error:
            raise ReplyUnknown(f"sent, but the answer is not Graph's: {error.detail}") from error
        return Published(own_id if isinstance(own_id, str) else None)

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """Our newest reply with this text under the target's top comment."""
        look = _Looking(now, {})
        await self._read(look, {"id": target.container_id})
        place = {post.external_id: post for post in look.posts}
        asked = place.get(target.external_id)
        top = asked.parent_id if asked is not None and asked.parent_id in place else target.external_id
        wanted = {squeeze(_addressed(target, text, nested=nested)) for nested in (False, True)}
        same = [post for post in look.posts if post.author_id in self._ours and squeeze(post.text) in wanted]
        return max((post for post in same if post.parent_id == top), key=lambda post: post.published_at, default=None)

    async def check(self, *, now: datetime) -> Health:
        """The account's name and its newest comment; whether it may answer, Instagram tells at the first answer."""
        account = await self._graph.node(self._account, "id,username")
        name = str(account.get("username") or self._account)
        media = await self._media()
        newest: SeenPost | None = None
        if media:
            look = _Looking(now, {})
            await self._read(look, media[0])
            newest = max(look.posts, key=lambda post: post.published_at, default=self._medium(media[0], now))
        if newest is not None and newest.author_id is None and self._options.write:
            return Health(False, f"{name}: readable, but the token does not see who writes", newest)
        return Health(True, f"{name}: readable", newest)

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        """Followers, the last full day's reach and views, and the likes and comments of the newest media."""
        account = await self._graph.node(self._account, "followers_count")
        reach = await self._graph.insight(self._account, "reach", metric_type="total_value")
        views = await self._graph.insight(self._account, "views", metric_type="total_value")
        counted = {Metric.REACTIONS: "like_count", Metric.COMMENTS: "comments_count"}
        return (
            Measure(Metric.FOLLOWERS, figure(account, "followers_count")),
            Measure(Metric.REACH, reach),
            Measure(Metric.DAY_VIEWS, views),
            *(
                Measure(metric, figure(node, name), _id(node))
                for node in await self._media()
                for metric, name in counted.items()
            ),
        )

    # --- reading ------------------------------------------------------------------------------------------

    async def _media(self) -> list[Node]:
        answer = await self._graph.get(f"{self._account}/media", fields=_MEDIA_FIELDS, limit=str(_MEDIA))
        return [node for node in parse_listed(answer.body) if _id(node)]

    async def _read(self, look: _Looking, medium: Node) -> None:
        """All comments of one media with their replies, into the look."""
        container, after = _id(medium), ""
        url = str(medium.get("permalink") or "")
        for _ in range(_PAGES):
            asked = {"after": after} if after else {}
            answer = await self._graph.get(
                f"{container}/comments", fields=_COMMENT_FIELDS, limit=str(_PER_PAGE), **asked
            )
            for node in parse_listed(answer.body):
                await self._take(look, node, container, url)
            after = next_cursor(parse_node(answer.body))
            if not after:
                look.complete.add(container)
                break
        look.known[container] = f"{_count(medium)}|{look.clock}"

    async def _take(self, look: _Looking, node: Node, container: str, url: str) -> None:
        """A comment and its replies; where more of them exist than came along, they are read by themselves."""
        if not _id(node):
            return
        look.posts.append(self._post(node, container, container, url, look.now))
        inside = node.get("replies")
        listed, after = _inside(inside), next_cursor(inside) if isinstance(inside, dict) else ""
        for _ in range(_PAGES):
            look.posts.extend(self._post(one, container, _id(node), url, look.now) for one in listed if _id(one))
            if not after:
                return
            answer = await self._graph.get(
                f"{_id(node)}/replies", fields=_REPLY_FIELDS, limit=str(_PER_PAGE), after=after
            )
            listed, after = parse_listed(answer.body), next_cursor(parse_node(answer.body))

    def _medium(self, node: Node, now: datetime) -> SeenPost:
        at = moment(node.get("timestamp"))
        return SeenPost(
            external_id=_id(node),
            container_id=_id(node),
            author_id=self._account,
            author_name=clean(str(node.get("username") or "")),
            text=clean(str(node.get("caption") or "📷")),
            url=str(node.get("permalink") or ""),
            published_at=min(at, now) if at else now,
            published_guess=at is None,
        )

    def _post(self, node: Node, container: str, parent: str, url: str, now: datetime) -> SeenPost:
        at, author = moment(node.get("timestamp")), node.get("from")
        author_id = author.get("id") if isinstance(author, dict) else None
        return SeenPost(
            external_id=_id(node),
            container_id=container,
            author_id=author_id if isinstance(author_id, str) else None,
            author_name=clean(str(node.get("username") or "")),
            text=clean(str(node.get("text") or "")),
            url=f"{url.rstrip('/')}/c/{_id(node)}/" if url else "",
            published_at=min(at, now) if at else now,
            parent_id=parent,
            published_guess=at is None,
        )


def _worth_reading(look: _Looking, media: list[Node]) -> list[tuple[Node, bool]]:
    """Which media's comments to read: those whose count changed, then the ones read longest ago."""
    changed: list[tuple[Node, bool]] = []
    stale: list[tuple[int, Node]] = []
    for node in media:
        count, _, read = look.known.get(_id(node), "").partition("|")
        at = int(read) if read.isdecimal() else 0
        if count != str(_count(node)):
            if _count(node) == 0:
                look.known[_id(node)] = f"0|{look.clock}"
                look.complete.add(_id(node))
            else:
                changed.append((node, True))
        elif _count(node) and look.clock - at >= _SWEEP_EVERY:
            stale.append((at, node))
    oldest = sorted(stale, key=lambda pair: pair[0])[:_SWEEPS]
    return [*changed[:_READS], *((node, False) for _, node in oldest)]


def _addressed(target: ReplyTarget, text: str, *, nested: bool) -> str:
    """The text; to a reply it begins with its author's @name, as Instagram's own button does it."""
    name = target.author_name
    return f"@{name} {text}" if nested and name and not text.startswith(f"@{name}") else text


def _inside(replies: object) -> list[Node]:
    listed = replies.get("data") if isinstance(replies, dict) else None
    return [node for node in listed if isinstance(node, dict)] if isinstance(listed, list) else []


def _id(node: Node) -> str:
    own_id = node.get("id")
    return own_id if isinstance(own_id, str) else ""


def _count(node: Node) -> int:
    count = node.get("comments_count")
    return count if isinstance(count, int) and not isinstance(count, bool) else -1
