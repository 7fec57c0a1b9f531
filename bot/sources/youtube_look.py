"""One look at a YouTube channel on its way, and what the next look is to remember of each thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.model import SeenPost
from bot.sources.youtube_json import ThreadRow

_OLD = timedelta(days=2)
"""What was older at the first look and was not read then stays unread: nobody waits for an answer to it now."""
_REMEMBERED = 500


@dataclass(slots=True)
class Known:
    """What memory holds of one thread, times in unix seconds: the ``mark`` of its row, when it was ``created``, its
    ``last`` comment, its last ``full`` reading. ``again`` is 1 where the next look must ask for it by its id: it was
    absent where it should stand, or there was no time to read it."""

    mark: str = ""
    created: int = 0
    last: int = 0
    full: int = 0
    again: int = 0

    @classmethod
    def load(cls, text: str) -> Known:
        mark, *numbers = text.split("|")
        counted = [int(number) if number.isdecimal() else 0 for number in numbers]
        return cls(mark, *counted) if len(counted) == 4 else cls()

    def dump(self) -> str:
        return f"{self.mark}|{self.created}|{self.last}|{self.full}|{self.again}"


@dataclass(slots=True)
class Looking:
    """One look on its way. ``since`` bounds what is taken up of old threads that were never read whole."""

    now: datetime
    known: dict[str, Known]
    first: bool
    since: int
    swept: int
    rows: dict[str, ThreadRow] = field(default_factory=dict)
    posts: dict[str, SeenPost] = field(default_factory=dict)
    complete: set[str] = field(default_factory=set)
    read: int = 0

    @classmethod
    def load(cls, memory: dict[str, str], now: datetime) -> Looking:
        known = {key[2:]: Known.load(value) for key, value in memory.items() if key.startswith("t:")}
        first = "since" not in memory
        since = int((now - _OLD).timestamp()) if first else _number(memory["since"])
        return cls(now, known, first, since, _number(memory.get("swept", "")))

    @property
    def clock(self) -> int:
        return int(self.now.timestamp())

    def take(self, posts: Iterable[SeenPost]) -> None:
        self.posts.update((post.external_id, post) for post in posts)

    def settle(self, row: ThreadRow, *, whole: bool) -> None:
        """The thread is known as ``row`` shows it; ``whole`` where all its comments were taken."""
        one = self.known.setdefault(row.thread_id, Known())
        one.mark, one.again = row.mark, 0
        one.created = unix(row.top.published_at)
        one.last = max(one.last, unix(row.last_at))
        self.read += 1
        if whole:
            one.full = self.clock
            self.complete.add(row.thread_id)

    def remembered(self) -> dict[str, str]:
        liveliest = sorted(self.known.items(), key=lambda pair: pair[1].last, reverse=True)[:_REMEMBERED]
        kept = {f"t:{key}": one.dump() for key, one in liveliest}
        return kept | {"since": str(self.since), "swept": str(self.swept)}


def unix(at: datetime) -> int:
    return int(at.timestamp())


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
