"""Facebook Pages through the Graph API: the feed with visitors' posts, comments as a stream, replies as comments."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.clean import squeeze
from bot.domain.errors import (
    NothingFound,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyRejected,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import Health, Look, Measure, Metric, Published, ReplyTarget, SeenPost
from bot.sources.answer import Answer
from bot.sources.graph import (
    CommentsPage,
    Duplicate,
    FeedPage,
    figure,
    moment,
    parent_of,
    parse_comments,
    parse_feed,
    parse_listed,
    parse_node,
)
from bot.sources.graph_api import GraphApi
from bot.sources.http import Http
from bot.sources.options import SourceOptions

__all__ = ["Facebook", "parse_comments", "parse_feed"]

_FEED_FIELDS = (
    "id,message,story,created_time,updated_time,permalink_url,from{id,name},attachments{type,title,url},"
    "comments.filter(stream).limit(0).summary(true)"
)
_COMMENT_FIELDS = "id,message,created_time,permalink_url,from{id,name},parent{id},attachment{type,title,url}"
_COUNTED_FIELDS = "id,shares,reactions.limit(0).summary(true),comments.filter(stream).limit(0).summary(true)"
_COUNTED = {
    Metric.SHARES: ("shares", "count"),
    Metric.REACTIONS: ("reactions", "summary", "total_count"),
    Metric.COMMENTS: ("comments", "summary", "total_count"),
}
_FEED_LIMIT = 50
_COMMENT_LIMIT = 100
_COMMENT_PAGES = 20
"""Most pages of one post's comments in one look; the rest follows at the next."""
_READS = 25
"""Most posts whose comments are read in one look."""
_SWEEPS = 2
"""Of these, how many although nothing seems new: edits and removals do not always show in the summary."""
_SWEEP_EVERY = 30 * 60
_DEEP_EVERY = 10 * 60
"""Seconds between looks at the feed's second page, where older posts stand."""
_OVERLAP = 15 * 60
"""Seconds read again before the newest comment known: late arrivals, and clocks that disagree."""
_CONFIRMATIONS = 3
"""Most posts missing from the feed that are asked for by themselves in one look."""
_FIND_PAGES = 3
_REMEMBERED = 150


@dataclass(slots=True)
class _Known:
    """What memory holds of one post, times in unix seconds: ``mark`` as in `FeedPage`, the ``newest`` comment read,
    the last reading in ``full``, the post's own ``created`` time."""

    mark: str = ""
    newest: int = 0
    full: int = 0
    created: int = 0

    @classmethod
    def load(cls, text: str) -> _Known:
        mark, *numbers = text.split("|")
        counted = [int(number) if number.isdecimal() else 0 for number in numbers]
        return cls(mark, *counted) if len(counted) == 3 else cls()

    def dump(self) -> str:
        return f"{self.mark}|{self.newest}|{self.full}|{self.created}"


@dataclass(slots=True)
class _Looking:
    """One look on its way."""

    now: datetime
    known: dict[str, _Known]
    posts: list[SeenPost] = field(default_factory=list)
    complete: set[str] = field(default_factory=set)
    read: int = 0

    @property
    def clock(self) -> int:
        return int(self.now.timestamp())

    def remembered(self) -> dict[str, str]:
        newest = sorted(self.known.items(), key=lambda pair: pair[1].created, reverse=True)[:_REMEMBERED]
        return {f"p:{post_id}": one.dump() for post_id, one in newest}


class Facebook:
    """One Page. ``options.page`` is its id, ``options.token`` the Page's token, sent in the Authorization header.

    ``external_id`` is the Graph id of a post or comment, ``container_id`` the post's; the page's own posts are posts
    too, with the page's id as author. ``author_id`` is None where the token may not see authors.
    """

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self._options = options
        self._graph = GraphApi(options.api_url, options.token, http)
        self._page = options.page
        self._ours = options.official | {options.page}

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """Feed first (one call that also says where comments are new), then only the comments that changed."""
        known = {key[2:]: _Known.load(value) for key, value in memory.items() if key.startswith("p:")}
        look = _Looking(now, known)
        deep_at = int(memory.get("deep", "0")) if memory.get("deep", "0").isdecimal() else 0
        deep = look.clock - deep_at >= _DEEP_EVERY
        feed = await self._feed(now, pages=2 if deep else 1)
        changed = any(self._of(look, post).mark != feed.marks[post.external_id] for post in feed.posts)
        changed |= await self._note_gone(look, feed)
        await self._read_comments(look, feed)
        remembered = look.remembered() | {"deep": str(look.clock if deep else deep_at)}
        if not changed and not look.read and memory:
            return Look((), remembered, unchanged=True)
        return Look((*feed.posts, *look.posts), remembered, containers_read=frozenset(look.complete))

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """A comment under the target. A text that Facebook calls a repetition is looked for first: it may be ours."""
        try:
            fields = {"message": text, "fields": "id,permalink_url,created_time"}
            answer = await self._graph.send(f"{target.external_id}/comments", fields)
        except Duplicate as error:
            found = await self.find(target, text, now=now)
            if found is None:
                raise ReplyRejected(error.detail) from error
            return Published(found.external_id, found.url, found.published_at)
        except PageGone as error:
            if await self._exists(target.external_id):
                raise ReplyClosed(f"the post is there but takes no comment: {error.detail}") from error
            raise
        return _published(answer)

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """Our comment with this text among the container's newest, under the target or the comment it belongs to."""
        wanted = squeeze(text)
        same = [
            post
            async for post in self._newest_comments(target.container_id, now)
            if (post.author_id is None or post.author_id in self._ours) and squeeze(post.text) == wanted
        ]
        under = next((post for post in same if post.parent_id == target.external_id), None)
        if under is not None or not same or target.external_id == target.container_id:
            return under
        # An answer to a nested comment stands beside it: both hang on the same top-level comment.
        try:
            parent = parent_of(await self._graph.node(target.external_id, "parent{id}"))
        except PageGone:
            return None
        return next((post for post in same if parent is not None and post.parent_id == parent), None)

    async def check(self, *, now: datetime) -> Health:
        """The page's name, its newest post, and whose token it is."""
        page = await self._graph.node(self._page, "id,name")
        feed = await self._feed(now, pages=1, limit=1)
        name = str(page.get("name") or self._page)
        newest = feed.posts[0] if feed.posts else None
        holder = await self._holder()
        if not self._options.write:
            return Health(True, f"{name}: readable", newest)
        if holder is not None and holder != page.get("id"):
            return Health(False, f"{name}: readable, but the token is not the page's own and cannot publish", newest)
        hidden = newest is not None and newest.author_id is None
        if hidden:
            return Health(False, f"{name}: readable, but the token does not see who writes", newest)
        return Health(True, f"{name}: readable, the token is the page's own", newest)

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        """Followers, the last full day's reach and views, and what each recent post was shared, liked and commented."""
        page = await self._graph.node(self._page, "followers_count")
        reach = await self._graph.insight(self._page, "page_total_media_view_unique")
        views = await self._graph.insight(self._page, "page_media_view")
        feed = await self._graph.get(f"{self._page}/feed", fields=_COUNTED_FIELDS, limit=str(_FEED_LIMIT))
        posts = [node for node in parse_listed(feed.body) if isinstance(node.get("id"), str)]
        return (
            Measure(Metric.FOLLOWERS, figure(page, "followers_count")),
            Measure(Metric.REACH, reach),
            Measure(Metric.DAY_VIEWS, views),
            *(Measure(metric, figure(node, *path), node["id"]) for node in posts for metric, path in _COUNTED.items()),
        )

    # --- one look -----------------------------------------------------------------------------------------

    def _of(self, look: _Looking, post: SeenPost) -> _Known:
        return look.known.get(post.external_id) or _Known()

    async def _note_gone(self, look: _Looking, feed: FeedPage) -> bool:
        """Posts that should stand in this part of the feed, do not, and do not exist by themselves either, are gone
        with everything under them. (Facebook leaves posts out of a feed now and then.)"""
        listed = {post.external_id for post in feed.posts}
        oldest = min((int(post.published_at.timestamp()) for post in feed.posts), default=look.clock)
        missed = [key for key, one in look.known.items() if one.created > oldest and key not in listed]
        gone: set[str] = set()
        for post_id in missed[:_CONFIRMATIONS]:
            try:
                await self._graph.get(post_id, fields="id")
            except PageGone:
                gone.add(post_id)
                del look.known[post_id]
        if not feed.posts and look.known:
            raise NothingFound("the feed is empty, although its posts are there")
        look.complete.update(gone)
        return bool(gone)

    async def _read_comments(self, look: _Looking, feed: FeedPage) -> None:
        for post, full in self._worth_reading(look, feed):
            one = self._of(look, post)
            try:
                finished = await self._read_one(look, post, one, full=full)
            except PageGone:
                look.known.pop(post.external_id, None)
                continue
            except (SourceBusy, SourceDown):
                # What was read so far is kept; the rest has kept its old mark and comes at the next look.
                if not look.read:
                    raise
                return
            look.read += 1
            one.mark = feed.marks[post.external_id] if finished else ""
            look.known[post.external_id] = one

    def _worth_reading(self, look: _Looking, feed: FeedPage) -> list[tuple[SeenPost, bool]]:
        """Which posts' comments to read, and whether from the beginning."""
        changed: list[tuple[SeenPost, bool]] = []
        stale: list[tuple[int, SeenPost]] = []
        for post in feed.posts:
            mark, one = feed.marks[post.external_id], self._of(look, post)
            if mark.endswith("/0"):
                look.known[post.external_id] = _Known(mark, 0, look.clock, int(post.published_at.timestamp()))
                look.complete.add(post.external_id)
            elif mark != one.mark or mark.endswith("/-1"):
                fewer = _count(mark) < _count(one.mark)
                changed.append((post, fewer or one.newest == 0 or look.clock - one.full >= _SWEEP_EVERY))
            elif look.clock - one.full >= _SWEEP_EVERY:
                stale.append((one.full, post))
        oldest = sorted(stale, key=lambda pair: pair[0])[:_SWEEPS]
        return [*changed[: _READS - len(oldest)], *((post, True) for _, post in oldest)]

    async def _read_one(self, look: _Looking, post: SeenPost, one: _Known, *, full: bool) -> bool:
        """Read a post's comments into the look; False when the bound came before the end."""
        one.created = int(post.published_at.timestamp())
        since = 0 if full else max(one.newest - _OVERLAP, 0)
        after = ""
        for _ in range(_COMMENT_PAGES):
            page = await self._comments(post.external_id, look.now, since=since, after=after)
            look.posts.extend(page.posts)
            one.newest = max([one.newest, *(int(seen.published_at.timestamp()) for seen in page.posts)])
            after = page.after
            if not after:
                break
        if full and not after:
            one.full = look.clock
            look.complete.add(post.external_id)
        return not after

    # --- calls --------------------------------------------------------------------------------------------

    async def _feed(self, now: datetime, *, pages: int, limit: int = _FEED_LIMIT) -> FeedPage:
        posts: list[SeenPost] = []
        marks: dict[str, str] = {}
        after = ""
        for _ in range(pages):
            answer = await self._graph.get(
                f"{self._page}/feed", fields=_FEED_FIELDS, limit=str(limit), **_cursor(after)
            )
            page = parse_feed(answer.body, now=now)
            posts.extend(post for post in page.posts if post.external_id not in marks)
            marks.update(page.marks)
            after = page.after
            if not after:
                break
        return FeedPage(tuple(posts), marks, after)

    async def _comments(
        self, post_id: str, now: datetime, *, since: int = 0, after: str = "", newest_first: bool = False
    ) -> CommentsPage:
        answer = await self._graph.get(
            f"{post_id}/comments",
            fields=_COMMENT_FIELDS,
            filter="stream",
            order="reverse_chronological" if newest_first else "chronological",
            limit=str(_COMMENT_LIMIT),
            **({"since": str(since)} if since else {}),
            **_cursor(after),
        )
        page = parse_comments(answer.body, container_id=post_id, now=now)
        # Facebook is free to ignore the order, so a page never counts on it.
        return replace(page, posts=tuple(_once(page.posts)))

    async def _newest_comments(self, post_id: str, now: datetime) -> AsyncIterator[SeenPost]:
        after = ""
        for _ in range(_FIND_PAGES):
            page = await self._comments(post_id, now, after=after, newest_first=True)
            for post in page.posts:
                yield post
            after = page.after
            if not after:
                return

    async def _holder(self) -> str | None:
        """The id of whom the token speaks for; None where Graph does not say."""
        try:
            node = await self._graph.node("me", "id")
        except (PageGone, TokenRefused):
            return None
        held = node.get("id")
        return held if isinstance(held, str) else None

    async def _exists(self, object_id: str) -> bool:
        try:
            return await self._graph.exists(object_id)
        except SourceError:
            return False


def _published(answer: Answer) -> Published:
    try:
        node = parse_node(answer.body)
    except PageUnreadable as error:
        raise ReplyUnknown(f"sent, but the answer is not Graph's: {error.detail}") from error
    own_id, url = node.get("id"), node.get("permalink_url")
    return Published(
        external_id=own_id if isinstance(own_id, str) else None,
        url=url if isinstance(url, str) else None,
        published_at=moment(node.get("created_time")),
    )


def _count(mark: str) -> int:
    """How many comments a mark of `FeedPage` speaks of."""
    number = mark.rpartition("/")[2]
    return int(number) if number.isdecimal() else -1


def _cursor(after: str) -> dict[str, str]:
    return {"after": after} if after else {}


def _once(posts: Iterable[SeenPost]) -> Iterable[SeenPost]:
    return {post.external_id: post for post in posts}.values()
