"""One look at a board whose engine answers with JSON: which topics are worth reading, how far back, what is gone.

An engine is a `Board`: it reads a page of the board's list (`rows`) and a stretch of a topic (`stretch`). What is read
how often is decided here: topics whose mark changed, those just active (edits do not show in the list), now and then a
quiet one in full, and those that vanished from the list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.errors import NothingFound, PageGone, PageUnreadable, SourceBusy, SourceDown
from bot.domain.model import Look, Measure, Metric, SeenPost

_LIST_PAGES = 3
_FIRST_DEPTH = timedelta(days=2)
"""How far back a topic is read that was never read before."""
_OVERLAP = timedelta(minutes=15)
"""Read again before the newest post known: late arrivals, moved posts."""
_TOPICS = 20
"""Most topics read in one look; the others keep their old mark and come at the next."""
_HOT = 60 * 60
"""Seconds after its last post in which a topic is read again although the list shows nothing new."""
_HOT_LEAST, _HOT_SHARE = 60, 0.1
"""Then after a tenth of its last post's age, in seconds, at least 60."""
_COLD = 7 * 24 * 3600
_COLD_EVERY = 30 * 60
_COLD_AT_ONCE = 1
_MISSING_AT_ONCE = 2
_REMEMBERED = 150


class TopicRefused(PageUnreadable):
    """The forum does not show us this: to guests, or to our account."""


@dataclass(frozen=True, slots=True)
class Row:
    """One topic as the list shows it. ``mark`` changes when somebody posts in it, ``posts`` is how many it says it has,
    ``last_at`` when it was last active; ``gone`` is True for the stub of a topic that was taken down."""

    tid: str
    mark: str
    last_at: datetime | None
    posts: int
    sticky: bool = False
    gone: bool = False
    views: int | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of the list, latest activity first. ``more`` is True where another page follows."""

    topics: tuple[Row, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """How far back a topic is wanted: to ``since``, or from its beginning when ``whole``."""

    since: datetime
    whole: bool = False

    def goes_before(self, oldest: datetime | None) -> bool:
        """Whether what stands before a post of ``oldest`` is wanted too (None: nothing is read yet)."""
        return self.whole or oldest is None or oldest > self.since


@dataclass(frozen=True, slots=True)
class Stretch:
    """Posts of one topic, oldest first. ``whole`` is True when they are all that it has."""

    posts: tuple[SeenPost, ...]
    whole: bool


class Board(Protocol):
    """What an engine reads. Both raise `SourceError` kinds; `PageGone` where the topic does not exist (any more),
    `TopicRefused` where we may not see it."""

    async def rows(self, page: int, now: datetime) -> Rows:
        """A page of the board's list; 1 is the first."""

    async def stretch(self, tid: str, wanted: Wanted, now: datetime) -> Stretch:
        """A topic's newest posts, and before them as many as are ``wanted``, within the engine's own bound."""


def measures_of(rows: Rows) -> tuple[Measure, ...]:
    """Views and replies of the topics on one page of the list."""
    return tuple(
        Measure(metric, value, row.tid)
        for row in rows.topics
        if not row.gone
        for metric, value in ((Metric.VIEWS, row.views), (Metric.COMMENTS, max(row.posts - 1, 0)))
    )


@dataclass(slots=True)
class _Known:
    """What memory holds of one topic: its row's ``mark``, how many ``posts`` it had, and unix times: its newest post
    (``newest``), its last activity (``last``), our last reading (``read``)."""

    mark: str = ""
    posts: int = 0
    newest: int = 0
    last: int = 0
    read: int = 0

    @classmethod
    def load(cls, text: str) -> _Known:
        numbers, _, mark = text.partition("|")
        told = [int(part) if part.isdecimal() else 0 for part in [*numbers.split(","), "", "", "", ""][:4]]
        return cls(mark, *told)

    def dump(self) -> str:
        return f"{self.posts},{self.newest},{self.last},{self.read}|{self.mark}"


@dataclass(slots=True)
class _Looking:
    """One look on its way."""

    board: Board
    now: datetime
    known: dict[str, _Known]
    posts: list[SeenPost] = field(default_factory=list)
    complete: set[str] = field(default_factory=set)
    read: int = 0
    all_listed: bool = False

    @property
    def clock(self) -> int:
        return int(self.now.timestamp())

    def result(self) -> Look:
        freshest = sorted(self.known.items(), key=lambda pair: pair[1].last, reverse=True)[:_REMEMBERED]
        memory = {f"t:{tid}": one.dump() for tid, one in freshest}
        return Look(tuple(self.posts), memory, unchanged=not self.read, containers_read=frozenset(self.complete))


async def look_at(board: Board, topic: str | None, memory: dict[str, str], now: datetime) -> Look:
    """Read what is new on the board, or in one ``topic`` of it, and say what to remember."""
    known = {name[2:]: _Known.load(value) for name, value in memory.items() if name.startswith("t:")}
    look = _Looking(board, now, known)
    if topic is not None:
        await _read(look, topic, None, whole=_is_stale(look, topic))
        return look.result()
    rows = await _listed(look)
    for tid, whole in (*_worth_reading(look, rows), *_missing(look, rows)):
        try:
            await _read(look, tid, rows.get(tid), whole=whole)
            if tid not in rows:
                del look.known[tid]  # moved to another board: no longer ours to watch
        except PageGone:
            _forget(look, tid)
        except TopicRefused:
            # A topic that the list no longer shows and that we may not read was moved out of sight.
            if tid in rows:
                raise
            _forget(look, tid)
        except (SourceBusy, SourceDown):
            # What was read so far is kept; the rest has kept its old mark and comes at the next look.
            if not look.read:
                raise
            break
    return look.result()


async def _listed(look: _Looking) -> dict[str, Row]:
    """The board's topics: further pages of the list only while all of a page is news."""
    rows: dict[str, Row] = {}
    for page in range(1, _LIST_PAGES + 1):
        listed = await look.board.rows(page, look.now)
        fresh = [row for row in listed.topics if row.tid not in rows]
        rows.update((row.tid, row) for row in fresh)
        look.all_listed = not listed.more
        seen_before = any(_of(look, row.tid).mark == row.mark for row in fresh if not row.sticky)
        if not look.known or seen_before or not listed.more or not fresh:
            break
    if not rows and look.known:
        raise NothingFound("the board lists no topic where there were some")
    return rows


def _worth_reading(look: _Looking, rows: dict[str, Row]) -> list[tuple[str, bool]]:
    """Which topics to read, and whether from the beginning."""
    changed: list[tuple[str, bool]] = []
    hot: list[tuple[str, bool]] = []
    stale: list[tuple[int, str]] = []
    for tid, row in rows.items():
        one = _of(look, tid)
        if row.gone:
            if tid in look.known:
                _forget(look, tid)
        elif one.mark != row.mark:
            changed.append((tid, row.posts < one.posts))
        elif row.last_at is not None:
            age, since = (look.now - row.last_at).total_seconds(), look.clock - one.read
            if age <= _HOT and since >= max(_HOT_LEAST, age * _HOT_SHARE):
                hot.append((tid, False))
            elif age <= _COLD and since >= _COLD_EVERY:
                stale.append((one.read, tid))
    cold = [(tid, True) for _, tid in sorted(stale)[:_COLD_AT_ONCE]]
    return [*changed, *hot, *cold][:_TOPICS]


def _missing(look: _Looking, rows: dict[str, Row]) -> list[tuple[str, bool]]:
    """Topics that should stand in this part of the list and do not: read, to learn whether they are gone."""
    listed = [int(row.last_at.timestamp()) for row in rows.values() if row.last_at and not row.sticky]
    oldest = 0 if look.all_listed else min(listed, default=look.clock)
    missing = [(tid, False) for tid, one in look.known.items() if tid not in rows and one.last > oldest]
    return missing[:_MISSING_AT_ONCE]


async def _read(look: _Looking, tid: str, row: Row | None, *, whole: bool) -> None:
    one = _of(look, tid)
    since = datetime.fromtimestamp(one.newest, look.now.tzinfo) - _OVERLAP if one.newest else look.now - _FIRST_DEPTH
    stretch = await look.board.stretch(tid, Wanted(since, whole), look.now)
    posts = tuple({post.external_id: post for post in stretch.posts}.values())
    look.posts.extend(posts)
    look.read += 1
    if stretch.whole:
        look.complete.add(tid)
    newest = max([one.newest, *(int(post.published_at.timestamp()) for post in posts)])
    look.known[tid] = _Known(
        mark=row.mark if row else one.mark,
        posts=row.posts if row else len(posts),
        newest=newest,
        last=int(row.last_at.timestamp()) if row and row.last_at else newest,
        read=look.clock,
    )


def _is_stale(look: _Looking, tid: str) -> bool:
    """Whether the one topic watched by itself is due to be read in full (at the first look it never is)."""
    one = _of(look, tid)
    return bool(one.read) and look.clock // _COLD_EVERY != one.read // _COLD_EVERY


def _forget(look: _Looking, tid: str) -> None:
    """A topic that is gone: all its stored posts are."""
    look.known.pop(tid, None)
    look.complete.add(tid)
    look.read += 1


def _of(look: _Looking, tid: str) -> _Known:
    return look.known.get(tid) or _Known()
