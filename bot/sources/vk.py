"""VK communities (API 5.199): a wall with its comments in full, or a discussion board; replies in the community's name.

``author_id`` is VK's id as text: a person's is positive, a community's negative. `bot.sources.vk_json` says what the
other ids look like.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from bot.domain.errors import (
    NothingFound,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyForbidden,
    ReplyRejected,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import Health, Look, Measure, Metric, Published, ReplyTarget, SeenPost
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.vk_api import PAGE, Api
from bot.sources.vk_errors import CommentsHidden
from bot.sources.vk_figures import members
from bot.sources.vk_json import (
    CommentsPage,
    Listed,
    ListPage,
    Place,
    parse_comments,
    parse_topics,
    parse_wall,
    place_of,
    thread_in,
)
from bot.sources.vk_text import same_words

__all__ = ["VK", "parse_comments", "parse_topics", "parse_wall"]

_LIST, _LIST_DEEP = 30, 100
_DEEP_EVERY = 10 * 60
"""Seconds between looks at the longer list, where older posts and topics stand."""
_PAGES = 10
"""Most pages of one list of comments in one look, newest first."""
_PAGES_FIRST = 4
"""The same where nothing was read before: what is older was there before us."""
_READS = 25
"""Most posts or topics whose comments are read in one look."""
_SWEEPS = 2
"""Of these, how many although nothing seems new: edits do not show in the counts."""
_SWEEP_LEAST, _SWEEP_MOST, _SWEEP_SHARE = 5 * 60, 30 * 60, 0.1
"""Such a one is read again after a tenth of its newest comment's age, in seconds, within these bounds; after the
longest where it takes more than one call."""
_FIND_PAGES = 3
_REMEMBERED = 150
_LONG_REMEMBERED = 30
_WHERE = re.compile(
    r"/(?P<kind>board|topic-|wall-|club|public|event)(?P<group>\d{1,12})(?:_(?P<number>\d{1,12}))?/?", re.A
)
_SHORT_NAME = re.compile(r"/[A-Za-z0-9_.]{2,64}/?")


@dataclass(slots=True)
class _Known:
    """What memory holds of one post or topic: the ``mark`` and ``count`` of its list, the ``newest`` comment's number,
    unix times of its last reading in ``full``, of its own making (``created``) and of its last comment (``last``), and
    how many answers its long ``threads`` had."""

    mark: str = ""
    count: int = 0
    newest: int = 0
    full: int = 0
    created: int = 0
    last: int = 0
    threads: dict[int, int] = field(default_factory=dict)

    @classmethod
    def load(cls, text: str) -> _Known:
        head, _, long = text.partition("|")
        mark, *numbers = head.split(",")
        if len(numbers) != 5:
            return cls()
        count, newest, full, created, last = (int(number) if number.isdecimal() else 0 for number in numbers)
        pairs = (pair.partition("=") for pair in long.split(","))
        threads = {int(top): int(many) for top, _, many in pairs if top.isdecimal() and many.isdecimal()}
        return cls(mark, count, newest, full, created, last, threads)

    def dump(self) -> str:
        longest = sorted(self.threads.items(), reverse=True)[:_LONG_REMEMBERED]
        long = ",".join(f"{top}={many}" for top, many in longest)
        return f"{self.mark},{max(self.count, 0)},{self.newest},{self.full},{self.created},{self.last}|{long}"


@dataclass(slots=True)
class _Looking:
    """One look on its way. ``hidden`` is the refusal of comments that this token may not see."""

    now: datetime
    known: dict[str, _Known]
    posts: list[SeenPost] = field(default_factory=list)
    complete: set[str] = field(default_factory=set)
    read: int = 0
    hidden: CommentsHidden | None = None

    @property
    def clock(self) -> int:
        return int(self.now.timestamp())

    def of(self, place: Place) -> _Known:
        return self.known.get(str(place)) or _Known()

    def remembered(self) -> dict[str, str]:
        freshest = sorted(self.known.items(), key=lambda pair: max(pair[1].created, pair[1].last), reverse=True)
        return {f"p:{own_id}": one.dump() for own_id, one in freshest[:_REMEMBERED]}


@dataclass(slots=True)
class _Reading:
    """The comments of one post or topic on their way: ``one`` is what will be remembered if all goes well, ``before``
    the newest comment's number that an earlier look saw. ``whole`` stays True while no comment was passed by."""

    listed: Listed
    one: _Known
    full: bool
    before: int
    whole: bool = True
    fresh: set[str] = field(default_factory=set)

    @property
    def pages(self) -> int:
        return _PAGES if self.before else _PAGES_FIRST

    def take(self, page: CommentsPage) -> None:
        for post in page.posts:
            _, number = place_of(post.external_id) or (None, None)
            if number is not None and number > self.before:
                self.fresh.add(post.external_id)
            self.one.newest = max(self.one.newest, number or 0)
            self.one.last = max(self.one.last, int(post.published_at.timestamp()))

    def enough(self, page: CommentsPage, thread: int | None) -> bool:
        """Whether only known comments follow this page. A late answer in an old thread stands on a later page: on
        walls all that the list's count promised has to be met."""
        if self.full or not page.newest_first or not page.ids or min(page.ids) > self.before:
            return False
        promised = self.listed.count - self.one.count
        return thread is not None or self.listed.place.kind == "topic" or len(self.fresh) >= promised


class VK:
    """One community. ``options.page`` is its number, ``options.token`` a user's token (for reading alone a service
    token will do). ``options.url`` names its board or one topic of it; empty, or any other address of its, means the
    wall.
    """

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self._options = options
        number = options.page.strip().lstrip("-")
        group = int(number) if re.fullmatch(r"[0-9]{1,12}", number) else 0
        self._owner = -group
        self._ours = options.official | {str(self._owner)}
        self._kind, self._topic = _named(options.url, group)
        self._api = Api(options.api_url, options.token, group, http)

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """The list first (one call that also counts comments), then only the comments that changed."""
        look = _Looking(now, self._known(memory))
        deep_at = int(memory["deep"]) if memory.get("deep", "").isdecimal() else 0
        deep = look.clock - deep_at >= _DEEP_EVERY
        page = await self._list(now, _LIST_DEEP if deep else _LIST)
        changed = any(look.of(one.place).mark != one.mark for one in page.listed)
        changed |= await self._note_gone(look, page)
        await self._read_comments(look, page.listed)
        remembered = look.remembered() | {"deep": str(look.clock if deep else deep_at)}
        if not changed and not look.read and memory:
            return Look((), remembered, unchanged=True)
        return Look((*page.posts, *_once(look.posts)), remembered, containers_read=frozenset(look.complete))

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """A comment in the community's name: under the comment it answers, or on a board addressed to its author."""
        place, comment = self._aim(target)
        try:
            number = await self._api.write(place, comment, target, text)
        except (ReplyClosed, ReplyForbidden, ReplyRejected, PageGone) as error:
            raise await self._why(place, error, now) from error
        return Published(place.comment(number), place.address(number, _thread(place, comment, target)))

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """Our comment with this text among the newest that answer the target."""
        place, comment = self._aim(target)
        wanted = same_words(text)
        async for post in self._newest(place, _thread(place, comment, target), now):
            if post.author_id not in self._ours:
                continue
            words = same_words(post.text)
            if place.kind == "wall" and words == wanted and post.parent_id == target.external_id:
                return post
            # On a board the answer begins with the name of whom it answers.
            if place.kind == "topic" and words.endswith(wanted) and _may_answer(post, comment):
                return post
        return None

    async def check(self, *, now: datetime) -> Health:
        """The community's name, its newest post, and whether the token's account may answer in its name."""
        self._refuse_nowhere()
        community = await self._api.community()
        name = str(community.get("name") or -self._owner)
        if community.get("deactivated"):
            return Health(False, f"{name}: VK has blocked or removed this community")
        newest = await self._newest_post(await self._list(now, _LIST), now)
        if self._options.write and community.get("is_admin") != 1:
            says = "readable, but the token's account does not run the community and cannot answer in its name"
            return Health(False, f"{name}: {says}", newest)
        able = ", the token's account runs the community" if self._options.write else ""
        return Health(True, f"{name}: readable{able}", newest)

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        """Members, the day's reach, and each recent post's views, likes, reposts and comments; each asked alone."""
        self._refuse_nowhere()
        followers = members(await self._api.community(fields="members_count"))
        try:
            reach = await self._api.reach(now)
        except (TokenRefused, PageUnreadable):
            # Statistics are for administrators: without that right the other figures still stand.
            reach = Measure(Metric.REACH, None)
        posts = await self._api.counted_posts(_LIST) if self._kind == "wall" else ()
        return (followers, reach, *posts)

    # --- one look -----------------------------------------------------------------------------------------

    def _known(self, memory: dict[str, str]) -> dict[str, _Known]:
        """What memory holds of the place that the settings name now (they may have named another)."""
        known: dict[str, _Known] = {}
        for key, value in memory.items():
            found = place_of(key[2:]) if key.startswith("p:") else None
            place = found[0] if found else None
            same = place is not None and (place.owner, place.kind) == (self._owner, self._kind)
            if same and place is not None and self._topic in {None, place.number}:
                known[key[2:]] = _Known.load(value)
        return known

    async def _list(self, now: datetime, count: int) -> ListPage:
        """The newest posts or topics; where the settings name one topic, that one."""
        self._refuse_nowhere()
        if self._topic is None:
            return await self._api.newest(self._kind, count, now)
        page = await self._api.existing(self._kind, [self._topic], now)
        if not page.listed:
            raise PageGone(f"topic {self._topic} is not on the board")
        return page

    async def _note_gone(self, look: _Looking, page: ListPage) -> bool:
        """What should stand in this part of the list, does not, and does not exist by its number either, is gone with
        everything under it."""
        shown = {str(one.place) for one in page.listed}
        oldest = -1 if page.whole else min((one.last for one in page.listed if not one.pinned), default=look.clock)
        missed = [key for key, one in look.known.items() if key not in shown and _last(one, key) > oldest][:PAGE]
        places = [found[0].number for key in missed if (found := place_of(key))]
        if not places:
            return False
        there = {str(one.place) for one in (await self._api.existing(self._kind, places, look.now)).listed}
        if there and not page.listed:
            raise NothingFound("the list is empty, although its posts are there")
        gone = set(missed) - there
        for own_id in gone:
            del look.known[own_id]
        look.complete.update(gone)
        return bool(gone)

    async def _read_comments(self, look: _Looking, listed: Sequence[Listed]) -> None:
        for one, full in self._worth_reading(look, listed):
            known = look.of(one.place)
            reading = _Reading(one, replace(known, threads=dict(known.threads)), full, known.newest)
            try:
                await self._read_one(look, reading)
            except PageGone:
                look.known.pop(str(one.place), None)
                continue
            except CommentsHidden as error:
                look.hidden, reading.one.full = error, look.clock
            except (SourceBusy, SourceDown):
                # What was read so far is kept; the rest has kept its old mark and comes at the next look.
                if not look.read:
                    raise
                return
            else:
                look.read += 1
            reading.one.mark, reading.one.count, reading.one.created = one.mark, one.count, one.created
            look.known[str(one.place)] = reading.one
        if look.hidden is not None and not look.read and not any(known.newest for known in look.known.values()):
            raise look.hidden

    def _worth_reading(self, look: _Looking, listed: Sequence[Listed]) -> list[tuple[Listed, bool]]:
        """Which posts' comments to read, and whether from the beginning."""
        changed: list[tuple[Listed, bool]] = []
        stale: list[tuple[int, Listed]] = []
        for one in listed:
            known = look.of(one.place)
            due = look.clock - known.full >= _sweep_after(look.clock - max(known.last, known.created), one.count)
            if one.count == 0:
                look.known[str(one.place)] = _Known(one.mark, 0, 0, look.clock, one.created, one.last)
                look.complete.add(str(one.place))
            elif one.mark != known.mark or one.count < 0:
                changed.append((one, due or one.count < known.count or known.newest == 0))
            elif due:
                stale.append((known.full, one))
        oldest = sorted(stale, key=lambda pair: pair[0])[:_SWEEPS]
        return [*changed[: _READS - len(oldest)], *((one, True) for _, one in oldest)]

    async def _read_one(self, look: _Looking, reading: _Reading) -> None:
        """The comments of one post or topic into the look, newest first, until those known or the end."""
        threads: dict[int, int] = {}
        async for page in self._pages(reading, look.now):
            look.posts.extend(page.posts)
            threads |= page.threads
            for top, many in page.threads.items():
                if not reading.full and reading.one.threads.get(top) == many:
                    reading.whole = False  # nothing new in it, and so it is not read
                    continue
                async for inner in self._pages(reading, look.now, thread=top):
                    look.posts.extend(inner.posts)
        reading.one.threads |= threads
        if reading.full:
            reading.one.full, reading.one.threads = look.clock, threads
        if reading.whole:
            look.complete.add(str(reading.listed.place))

    async def _pages(self, reading: _Reading, now: datetime, thread: int | None = None) -> AsyncIterator[CommentsPage]:
        """Pages of comments, or of the answers to ``thread``. ``reading.whole`` ends False unless they came to the end
        and nothing moved under their feet."""
        offset, total = 0, -1
        title = reading.listed.title
        for _ in range(reading.pages):
            page = await self._api.comments(reading.listed.place, now, offset=offset, thread=thread, title=title)
            reading.take(page)
            yield page
            if total not in {-1, page.total} or (page.taken == 0 and offset < page.total):
                reading.whole = False
            offset, total = offset + page.taken, page.total
            if page.taken == 0 or offset >= total:
                return
            if reading.enough(page, thread):
                break
        reading.whole = False

    # --- the newest, and where a reply goes -----------------------------------------------------------------

    async def _newest(self, place: Place, thread: int | None, now: datetime) -> AsyncIterator[SeenPost]:
        offset = 0
        for _ in range(_FIND_PAGES):
            page = await self._api.comments(place, now, offset=offset, thread=thread)
            for post in page.posts:
                yield post
            offset += page.taken
            if page.taken == 0 or offset >= page.total:
                return

    async def _newest_post(self, page: ListPage, now: datetime) -> SeenPost | None:
        posts = page.posts
        if not posts and page.listed:
            last = max(page.listed, key=lambda one: one.last)
            posts = (await self._api.comments(last.place, now, title=last.title)).posts
        return max(posts, key=lambda post: post.published_at, default=None)

    async def _why(self, place: Place, error: SourceError, now: datetime) -> SourceError:
        """A refusal in better words where the page shows the reason: the post is gone, or takes no comments."""
        try:
            listed = (await self._api.existing(place.kind, [place.number], now)).listed
        except SourceError:
            return error
        if not listed:
            return PageGone(f"{place} is gone: {error.detail}")
        if not listed[0].open and not isinstance(error, PageGone):
            return ReplyClosed(f"{place} takes no comments: {error.detail}")
        return error

    def _aim(self, target: ReplyTarget) -> tuple[Place, int | None]:
        """The post or topic of a target, and the comment's number; only of this very community."""
        found = place_of(target.external_id)
        if found is None or found[0].owner != self._owner or str(found[0]) != target.container_id:
            raise PageGone(f"no place of this community: {target.external_id[:60]}")
        return found

    def _refuse_nowhere(self) -> None:
        if not self._owner:
            raise PageGone("page is to be the community's number")
        if not self._kind:
            raise PageGone("url is to name the board of this community, or a topic of it")


def _named(url: str, group: int) -> tuple[str, int | None]:
    """The kind of place that an address names, "wall" or "topic", and the number of the one topic named; an empty kind
    for an address that is none of this community's."""
    path = urlsplit(url).path.rstrip("/")
    match = _WHERE.fullmatch(path)
    if match is None:
        return "wall" if not path or _SHORT_NAME.fullmatch(path) else "", None
    on_board, number = match["kind"] in {"board", "topic-"}, match["number"]
    if int(match["group"]) != group or (match["kind"] == "topic-") != (number is not None):
        return "", None
    return ("topic", int(number) if number else None) if on_board else ("wall", None)


def _thread(place: Place, comment: int | None, target: ReplyTarget) -> int | None:
    """The top comment of the thread that a reply to this comment stands in; boards have no threads."""
    return None if place.kind == "topic" or comment is None else thread_in(target.url) or comment


def _may_answer(post: SeenPost, comment: int | None) -> bool:
    """On a board: it names the comment it answers, or names none and came later."""
    place, number = place_of(post.external_id) or (None, None)
    if place is None or number is None or comment is None:
        return False
    return post.parent_id == place.comment(comment) or (post.parent_id is None and number > comment)


def _sweep_after(age: int, count: int) -> float:
    return _SWEEP_MOST if count > PAGE else min(max(age * _SWEEP_SHARE, _SWEEP_LEAST), _SWEEP_MOST)


def _last(one: _Known, own_id: str) -> int:
    """The unix time by which its list sorts it: walls by the post's own, boards by the last comment's."""
    return one.created if own_id.startswith("wall") else max(one.last, one.created)


def _once(posts: Sequence[SeenPost]) -> Sequence[SeenPost]:
    """Each post once: comments that arrive while pages are read move the others along."""
    return tuple({post.external_id: post for post in posts}.values())
