"""Stand-ins for what lies outside: time that moves when told to, and builders of the posts that a page would show."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.domain.model import Lang, Look, Reason, SeenPost, Sentiment, Topic, Verdict

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class MovableClock:
    """A clock that stands still until `advance`; whoever waits on it is woken when their time has come."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._start = now
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    async def wait(self, event: asyncio.Event, seconds: float | None) -> bool:
        until = None if seconds is None else self._now + timedelta(seconds=seconds)
        while not event.is_set():
            if until is not None and self._now >= until:
                return False
            moved = asyncio.create_task(self._moved.wait())
            rung = asyncio.create_task(event.wait())
            try:
                await asyncio.wait((moved, rung), return_when=asyncio.FIRST_COMPLETED)
            finally:
                moved.cancel()
                rung.cancel()
        return True

    def advance(self, seconds: float) -> datetime:
        self._now += timedelta(seconds=seconds)
        self._moved.set()
        self._moved = asyncio.Event()
        return self._now


def seen(
    external_id: str,
    text: str,
    *,
    author: str = "Тестовий Абонент",
    author_id: str | None = "customer-1",
    container: str = "topic-1",
    at: datetime = NOON,
    parent: str | None = None,
    quoted: tuple[str, ...] = (),
) -> SeenPost:
    """A post as a source would have read it."""
    return SeenPost(
        external_id=external_id,
        container_id=container,
        author_id=author_id,
        author_name=author,
        text=text,
        url=f"https://forum.example/post/{external_id}",
        published_at=at,
        parent_id=parent,
        quoted_authors=quoted,
    )


def look(*posts: SeenPost, read_whole: tuple[str, ...] = ()) -> Look:
    return Look(
        posts=posts, memory={"newest": posts[-1].external_id if posts else ""}, containers_read=frozenset(read_whole)
    )


def verdict(text: str) -> Verdict:
    """A triage so plain that a test's text says itself what it is: "?" asks, "!" complains, anything else is thanks."""
    if "?" in text:
        return Verdict(Lang.UK, Sentiment.NEUTRAL, True, Topic.OTHER, (Reason("question_mark", "?"),))
    if "!" in text:
        return Verdict(Lang.UK, Sentiment.NEGATIVE, True, Topic.COVERAGE, (Reason("complaint", "!"),))
    return Verdict(Lang.UK, Sentiment.POSITIVE, False, Topic.OTHER, (Reason("thanks"),))
