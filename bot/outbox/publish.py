"""Public replies: recorded, published once, read back. Only what was seen on the page counts.

A reply whose fate is not known is never sent again by the machine: the page is read, and if the reply is not there, its
agent decides.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

from bot.domain.clock import Clock
from bot.domain.errors import (
    CaptchaAsked,
    CommunityPaused,
    LoginRefused,
    PageGone,
    ReplyFlood,
    ReplyUnknown,
    ReplyUnseen,
    SourceBusy,
    SourceError,
    TokenRefused,
)
from bot.domain.model import Published, ReplyStatus, ReplyTarget, SeenPost
from bot.sources import Source
from bot.store import Database, Store, communities, deliveries, posts, replies, settings, settle, threads
from bot.store.replies import Kept

READ_BACK = (0.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds between one look for our reply and the next; the last repeats."""
LOOKS_BEFORE_ASKING = 4
"""Looks in vain after which a reply of unknown fate is put before its agent."""
TRIES = 6
"""Attempts to reach a page that is down, before the reply comes back to its agent."""
FLOOD_WAIT = 60.0
"""Seconds to wait where a platform limits writing and does not say how long."""
PAUSE = 5.0
"""Seconds of rest after the store itself failed."""
STALE = timedelta(minutes=10)
"""A draft overdue by more when the process starts is not sent by itself any more."""
LONGEST_FLOOD = 120.0
"""Seconds of a platform's limit that are waited out here; a longer one is the agent's to know of and to decide."""
WATCHED_FOR = timedelta(days=1)
"""How long an accepted reply that nobody sees yet (held for moderation) is looked for."""

log = logging.getLogger(__name__)


class Publisher:
    """Runs until cancelled; one reply at a time per community, communities side by side."""

    def __init__(self, store: Store, sources: Mapping[str, Source], clock: Clock) -> None:
        self._store = store
        self._sources = sources
        self._clock = clock
        self._busy: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        await self._store.write(self._take_up, durable=True, ring=True)
        bell = self._store.bells.pages
        try:
            while True:
                bell.clear()
                await self._start_due()
                due = await self._store.read(replies.next_due)
                # What is due while its community is busy starts when that is done, which rings the bell.
                least = 1.0 if any(not task.done() for task in self._busy.values()) else 0.05
                wait = None if due is None else max(least, due - self._clock.now().timestamp())
                await self._clock.wait(bell, wait)
        finally:
            await self._settle_down()

    def _take_up(self, db: Database) -> None:
        """What an earlier process left: what it was sending is read back, what is long overdue is asked about."""
        now = self._clock.now()
        recovered = replies.recover(db, now)
        aside = replies.set_aside(db, now - STALE)
        for kept in filter(None, (replies.get(db, reply_id) for reply_id in [*recovered, *aside])):
            _show(db, kept, self._clock)
        if recovered or aside:
            log.warning("replies in doubt=%s overdue=%s left by the last run", recovered, aside)

    async def _settle_down(self) -> None:
        """Let what is being published finish: cutting it off would leave its fate unknown."""
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=8)
        for task in self._busy.values():
            task.cancel()

    async def _start_due(self) -> None:
        now = self._clock.now()
        work = await self._store.read(lambda db: [*replies.due(db, now), *replies.to_read_back(db, now)])
        for kept in work:
            running = self._busy.get(kept.community)
            if running is None or running.done():
                self._busy[kept.community] = asyncio.create_task(self._one(kept))

    async def _one(self, kept: Kept) -> None:
        try:
            source = self._sources.get(kept.community)
            if source is None:
                await self._refuse(kept, PageGone.code)
            elif self._store.glance(lambda db: communities.is_paused(db, kept.community)):
                await self._while_paused(kept)
            elif kept.reply.status in (ReplyStatus.PUBLISHED, ReplyStatus.UNKNOWN):
                await self._read_back(kept, source)
            else:
                await self._publish(kept, source)
        except Exception:
            log.exception("reply=%d failed unexpectedly", kept.reply.id)
            await self._doubt(kept)
        finally:
            self._store.bells.pages.set()

    async def _while_paused(self, kept: Kept) -> None:
        """What was not sent comes back to its agent; what was sent is looked for when the pause is over."""
        if kept.reply.status in (ReplyStatus.PUBLISHED, ReplyStatus.UNKNOWN):
            later = self._clock.now() + timedelta(seconds=READ_BACK[-1])
            await self._store.write(lambda db: replies.look_later(db, kept.reply.id, later))
        else:
            await self._refuse(kept, CommunityPaused.code)

    async def _doubt(self, kept: Kept) -> None:
        try:
            await self._store.write(lambda db: self._unforeseen(db, kept.reply.id), durable=True, ring=True)
        except Exception:
            # The store itself fails, on a full disk say: trying again at once would only fill the log.
            log.exception("reply=%d could not be marked; trying again in %.0f s", kept.reply.id, PAUSE)
            await self._clock.wait(asyncio.Event(), PAUSE)

    def _unforeseen(self, db: Database, reply_id: int) -> None:
        """What was being published is in doubt; what was being read back was not seen, and is looked for again."""
        kept = replies.get(db, reply_id)
        if kept is None:
            return
        if kept.reply.status in (ReplyStatus.PUBLISHED, ReplyStatus.UNKNOWN):
            self._seen_or_not(db, kept, None)
        else:
            replies.unknown(db, reply_id, ReplyUnknown.code, self._clock.now())
            _show(db, kept, self._clock)

    async def _publish(self, kept: Kept, source: Source) -> None:
        target = await self._store.read(lambda db: _target(db, kept))
        now = self._clock.now()
        mine = await self._store.write(
            lambda db: replies.start(db, kept.reply.id, target.external_id, now), durable=True
        )
        if not mine:
            return
        try:
            published = await source.publish(target, kept.published_text, now=now)
        except SourceError as error:
            await self._not_published(kept, error)
            return

        def taken(db: Database) -> None:
            replies.published(db, kept.reply.id, published, self._clock.now())
            _writes_again(db, kept.community)

        await self._store.write(taken, durable=True)
        fresh = await self._store.read(lambda db: replies.get(db, kept.reply.id))
        if fresh:
            await self._read_back(fresh, source)

    async def _not_published(self, kept: Kept, error: SourceError) -> None:
        """Back to its agent, or again later, or unknown: never twice, never lost."""
        log.warning("reply=%d community=%s code=%s: %s", kept.reply.id, kept.community, error.code, error.detail)
        if isinstance(error, ReplyUnknown):
            await self._unknown(kept, error.code)
        elif (wait := _worth_waiting(error, kept.reply.attempts + 1)) is not None:
            await self._later(kept, error, wait)
        else:
            await self._refuse(kept, error.code)
            if isinstance(error, (TokenRefused, LoginRefused, CaptchaAsked)):
                await self._tell_leads(kept, error)

    async def _tell_leads(self, kept: Kept, error: SourceError) -> None:
        """Once for each reason, until something is published there again."""
        payload = {"community": kept.community, "code": error.code, "detail": error.detail[:300], "writing": True}
        key = f"{kept.community}:write"

        def work(db: Database) -> None:
            if settings.get(db, _silenced(kept.community)) == error.code:
                return
            settings.put(db, _silenced(kept.community), error.code)
            now = self._clock.now()
            deliveries.put(db, None, deliveries.Kind.ALARM, key, payload, deliveries.Priority.ALARM, now)

        await self._store.write(work, ring=True)

    async def _read_back(self, kept: Kept, source: Source) -> None:
        target = await self._store.read(lambda db: _target(db, kept))
        try:
            found = await source.find(target, kept.published_text, now=self._clock.now())
        except SourceError as error:
            log.warning("reply=%d not read back: %s %s", kept.reply.id, error.code, error.detail)
            found = None
        await self._store.write(lambda db: self._seen_or_not(db, kept, found), durable=True, ring=True)

    def _seen_or_not(self, db: Database, kept: Kept, found: SeenPost | None) -> None:
        now = self._clock.now()
        reply = kept.reply
        if found is not None:
            settle.verified(db, reply.id, found.external_id, found.url, found.published_at, now)
            return
        looks = reply.attempts
        if reply.status is ReplyStatus.UNKNOWN and looks >= LOOKS_BEFORE_ASKING:
            replies.refused(db, reply.id, ReplyUnknown.code, now)
        elif kept.sent_at and now - kept.sent_at > WATCHED_FOR:
            replies.refused(db, reply.id, ReplyUnseen.code, now)
        else:
            replies.unseen(db, reply.id, now + timedelta(seconds=READ_BACK[min(looks, len(READ_BACK) - 1)]))
            if looks != LOOKS_BEFORE_ASKING:
                return
        _show(db, kept, self._clock)

    async def _unknown(self, kept: Kept, code: str) -> None:
        def work(db: Database) -> None:
            replies.unknown(db, kept.reply.id, code, self._clock.now())
            _show(db, kept, self._clock)

        await self._store.write(work, durable=True, ring=True)

    async def _later(self, kept: Kept, error: SourceError, seconds: float) -> None:
        def work(db: Database) -> None:
            replies.again(db, kept.reply.id, error.code, self._clock.now() + timedelta(seconds=seconds))
            _show(db, kept, self._clock)

        await self._store.write(work, durable=True, ring=True)

    async def _refuse(self, kept: Kept, code: str) -> None:
        def work(db: Database) -> None:
            replies.refused(db, kept.reply.id, code, self._clock.now())
            _show(db, kept, self._clock)

        await self._store.write(work, durable=True, ring=True)


def _worth_waiting(error: SourceError, attempts: int) -> float | None:
    """Seconds after which the machine tries again by itself; None where the agent is to decide."""
    if attempts >= TRIES:
        return None
    if isinstance(error, (ReplyFlood, SourceBusy)):
        wait = error.retry_after or FLOOD_WAIT
        return wait if wait <= LONGEST_FLOOD else None
    return None if error.permanent else 2.0**attempts


def _silenced(community: str) -> str:
    """The setting that holds the reason of which the leads know already."""
    return f"writing_refused:{community}"


def _writes_again(db: Database, community: str) -> None:
    if settings.get(db, _silenced(community)):
        settings.put(db, _silenced(community), "")


def _show(db: Database, kept: Kept, clock: Clock) -> None:
    deliveries.draft(db, kept.reply.id, clock.now())
    deliveries.card(db, kept.reply.thread_id, clock.now())


def _target(db: Database, kept: Kept) -> ReplyTarget:
    thread = threads.get(db, kept.reply.thread_id)
    assert thread is not None  # noqa: S101
    post = posts.get(db, thread.opening_id)
    reply = kept.reply
    return ReplyTarget(
        container_id=post.container_id,
        external_id=post.external_id,
        author_name=post.author_name,
        author_id=post.author_id,
        text=post.text,
        url=post.url,
        replaces=reply.replaces,
        published=Published(reply.external_id, reply.url, reply.published_at) if reply.external_id else None,
    )
