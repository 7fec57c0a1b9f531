"""Which topics of a forum are worth reading now, and what is remembered of them. Pure: a board's rows in, ids out.

Forums tell of new posts on the board and of edits nowhere: topics with fresh posts are read again soon, older ones by
and by, and those that vanished from the board to learn whether they are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.model import Look, SeenPost
from bot.sources.forum_pages import TopicPage, TopicRow, number

_FIRST_DEPTH = timedelta(days=2)
"""How far back a topic is read that was never read before."""
_TOPICS = 20
"""Most topics read in one look; the others keep their old mark and come at the next."""
_HOT = 65 * 60
"""Seconds after its last post in which it may still be mended, or a follow-up merged into it, unseen from the board."""
_HOT_LEAST, _HOT_SHARE = 30, 0.1
"""Such a topic is read again after a tenth of its last post's age, in seconds, at least 30."""
_COLD = 7 * 24 * 3600
_COLD_EVERY = 30 * 60
_COLD_AT_ONCE = 1
_MISSING_AT_ONCE = 2
_REMEMBERED = 100


@dataclass(slots=True)
class KnownTopic:
    """What memory holds of one topic: the board's ``mark``, the newest ``pid`` seen, and unix times of the last
    reading (``read``) and of the topic's last post (``last``)."""

    mark: str = ""
    pid: int = 0
    read: int = 0
    last: int = 0

    @classmethod
    def load(cls, text: str) -> KnownTopic:
        numbers, _, mark = text.partition("|")
        pid, read, last = (int(part) if part.isdecimal() else 0 for part in [*numbers.split(","), "", "", ""][:3])
        return cls(mark, pid, read, last)

    def dump(self) -> str:
        return f"{self.pid},{self.read},{self.last}|{self.mark}"


@dataclass(slots=True)
class Looking:
    """One look on its way."""

    now: datetime
    known: dict[str, KnownTopic]
    posts: list[SeenPost] = field(default_factory=list)
    complete: set[str] = field(default_factory=set)
    read: int = 0
    whole: bool = False
    """The board's every topic is on the pages read."""

    @classmethod
    def begin(cls, memory: Mapping[str, str], now: datetime) -> Looking:
        return cls(now, {key[2:]: KnownTopic.load(text) for key, text in memory.items() if key.startswith("t:")})

    @property
    def clock(self) -> int:
        return int(self.now.timestamp())

    def of(self, tid: str) -> KnownTopic:
        """What is known of a topic, which may be nothing."""
        return self.known.get(tid) or KnownTopic()

    def gone(self, tid: str) -> None:
        """The topic was read, and nothing of it is left."""
        self.known.pop(tid, None)
        self.complete.add(tid)
        self.read += 1

    def result(self) -> Look:
        freshest = sorted(self.known.items(), key=lambda pair: pair[1].last, reverse=True)[:_REMEMBERED]
        memory = {f"t:{tid}": one.dump() for tid, one in freshest}
        return Look(tuple(self.posts), memory, unchanged=not self.read, containers_read=frozenset(self.complete))


def worth_reading(look: Looking, rows: Mapping[str, TopicRow]) -> list[str]:
    """Of the topics listed: all that changed, then the hot, then one cold."""
    changed = [tid for tid, row in rows.items() if tid not in look.known or look.known[tid].mark != row.mark]
    news = frozenset(changed)
    hot: list[str] = []
    cold: list[tuple[int, str]] = []
    for tid, row in rows.items():
        if tid in news or row.last_at is None:
            continue
        age, since = (look.now - row.last_at).total_seconds(), look.clock - look.known[tid].read
        if age <= _HOT and since >= max(_HOT_LEAST, age * _HOT_SHARE):
            hot.append(tid)
        elif age <= _COLD and since >= _COLD_EVERY:
            cold.append((look.known[tid].read, tid))
    stale = [tid for _, tid in sorted(cold)[:_COLD_AT_ONCE]]
    return [*changed, *hot, *stale][:_TOPICS]


def missing(look: Looking, rows: Mapping[str, TopicRow]) -> list[str]:
    """Topics that should stand in this part of the list and do not: read, to learn whether they are gone."""
    listed = [int(row.last_at.timestamp()) for row in rows.values() if row.last_at and not row.sticky]
    oldest = 0 if look.whole else min(listed, default=look.clock)
    return [tid for tid, one in look.known.items() if tid not in rows and one.last > oldest][:_MISSING_AT_ONCE]


def goes_further(look: Looking, one: KnownTopic, page: TopicPage) -> bool:
    """Whether posts may be missed before this page: all of it is new, or it is a first look and still fresh."""
    first = page.posts[0]
    fresh = one.pid > 0 or look.now - first.published_at < _FIRST_DEPTH
    return page.page > 1 and number(first.external_id) > one.pid and fresh
