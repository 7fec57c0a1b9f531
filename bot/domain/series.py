"""How many posts there were, minute by minute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def minute_of(moment: datetime) -> int:
    """The number of whole minutes from 1970 to an aware moment."""
    return (moment - EPOCH) // MINUTE


def moment_of(minute: int) -> datetime:
    """When a minute begins, in UTC."""
    return EPOCH + minute * MINUTE


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to but not including ``end``: a time to leave out: the source was broken, or it was a feast."""

    start: datetime
    end: datetime

    @property
    def first(self) -> int:
        """The first minute that the span touches."""
        return minute_of(self.start)

    @property
    def last(self) -> int:
        """The first minute after all that it touches."""
        return -((self.end - EPOCH) // -MINUTE)


@dataclass(slots=True)
class Series:
    """Posts in consecutive buckets of ``step`` minutes (a divisor of 60), the first beginning at minute ``start``.

    ``start`` is counted from 1970 and is a multiple of ``step``. Outside of what is known there were no posts.
    """

    start: int
    counts: list[int] = field(default_factory=list)
    step: int = 1

    @classmethod
    def of(cls, moments: Iterable[datetime], start: datetime, end: datetime, step: int = 1) -> Series:
        """The posts of moments from ``start`` up to ``end``, both rounded down to whole buckets; of others, none."""
        first, last = minute_of(start) // step, minute_of(end) // step
        counts = [0] * max(0, last - first)
        for moment in moments:
            bucket = minute_of(moment) // step - first
            if 0 <= bucket < len(counts):
                counts[bucket] += 1
        return cls(first * step, counts, step)

    @property
    def end(self) -> int:
        """The first minute of which nothing is known."""
        return self.start + len(self.counts) * self.step

    def add(self, moment: datetime, posts: int = 1) -> None:
        """Count posts of a moment; later ones lengthen the series, those before its start are passed over."""
        bucket = (minute_of(moment) - self.start) // self.step
        if bucket < 0:
            return
        self.counts.extend([0] * (bucket + 1 - len(self.counts)))
        self.counts[bucket] += posts

    def at(self, minute: int) -> int:
        """The posts of the bucket that a minute lies in."""
        bucket = (minute - self.start) // self.step
        return self.counts[bucket] if 0 <= bucket < len(self.counts) else 0

    def seen(self, first: int, last: int) -> int:
        """The posts from minute ``first`` up to ``last``, both multiples of ``step``."""
        begin = max(0, (first - self.start) // self.step)
        return sum(self.counts[begin : max(begin, (last - self.start) // self.step)])
