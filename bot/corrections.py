"""Corrections: agents put right what triage said, on the card and in the list of what was never carded.

Each correction is a label on a post (see `bot.store.labels`); the card and the figures follow it at once, the model
when `vidhuk retrain` is run. Any agent may correct, whoever holds the thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cards import QuietRow
from bot.domain.labels import NO, YES, Dismissal, allowed, said
from bot.domain.model import Agent, Community, LabelField, Sentiment, ThreadStatus
from bot.domain.told import Told
from bot.store import Database, Store, deliveries, labels, pickers, quiet, settings, threads, views
from bot.store.listed import card_link
from bot.store.quiet import Quiet
from bot.store.threads import Thread

LOOKED_BACK = timedelta(hours=24)
"""How old a judgement the list of quiet posts shows."""
PAGE = 5
_UNDER_WAY = (ThreadStatus.WAITING, ThreadStatus.CLAIMED, ThreadStatus.SNOOZED)


@dataclass(frozen=True, slots=True)
class QuietPage:
    """One page of the quiet posts, newest first; pages count from 1."""

    rows: tuple[QuietRow, ...]
    page: int
    pages: int
    total: int


class Corrections:
    """What the team says of posts."""

    def __init__(self, store: Store, communities: Mapping[str, Community]) -> None:
        self._store = store
        self._communities = communities

    async def pick(self, thread_id: int, *, now: datetime) -> Told:
        """The thread's card offers topics and sentiments in place of its buttons."""

        def work(db: Database) -> Told:
            thread = threads.get(db, thread_id)
            if thread is None or thread.status not in _UNDER_WAY:
                return Told("answered_already", alert=True)
            pickers.open_(db, thread_id, now)
            deliveries.redrawn_at_once(db, thread_id, now)
            return Told("label.pick")

        return await self._store.write(work, ring=True)

    async def leave(self, thread_id: int, *, now: datetime) -> Told:
        """The thread's card shows its own buttons again."""

        def work(db: Database) -> Told:
            pickers.close(db, thread_id)
            deliveries.redrawn_at_once(db, thread_id, now)
            return Told("label.left")

        return await self._store.write(work, ring=True)

    async def label(self, thread_id: int, field: LabelField, value: str, agent: Agent, *, now: datetime) -> Told:
        """A topic or a sentiment of the card's question; the same one once more takes it back."""

        def work(db: Database) -> Told:
            thread = threads.get(db, thread_id)
            if thread is None or not allowed(field, value):
                return Told("stale_card", alert=True)
            if thread.status not in _UNDER_WAY:
                return Told("answered_already", alert=True)
            earlier = said(labels.of_post(db, thread.opening_id), field)
            taken_back = earlier is not None and earlier.value == value
            told = None if taken_back else value
            labels.put(db, thread.opening_id, field, told, now, agent_id=agent.user_id)
            if field is LabelField.SENTIMENT:
                self._felt(db, thread, told)
            pickers.close(db, thread_id)
            deliveries.redrawn_at_once(db, thread_id, now)
            return Told("label.back" if taken_back else "label.kept")

        return await self._store.write(work, ring=True)

    def _felt(self, db: Database, thread: Thread, value: str | None) -> None:
        view = views.view(db, thread.id, self._communities)
        if view is not None:
            sentiment = value or view.verdict.sentiment
            labels.felt(db, thread.id, thread.opening_id, negative=sentiment == Sentiment.NEGATIVE)

    async def why(self, thread_id: int, reason: str, agent: Agent, *, now: datetime) -> Told:
        """Why a dismissed thread needs no reply."""

        def work(db: Database) -> Told:
            thread = threads.get(db, thread_id)
            if thread is None or thread.status is not ThreadStatus.DISMISSED or reason not in set(Dismissal):
                return Told("stale_card", alert=True)
            field = LabelField.NEEDS_REPLY
            labels.put(db, thread.opening_id, field, NO, now, agent_id=agent.user_id, why=reason)
            deliveries.redrawn_at_once(db, thread_id, now)
            return Told("label.kept")

        return await self._store.write(work, ring=True)

    async def quiet(self, page: int = 1, *, now: datetime) -> QuietPage:
        """What was judged to need nothing in the last day."""
        since = now - LOOKED_BACK

        def work(db: Database) -> QuietPage:
            total = quiet.count(db, since)
            pages = max(1, -(-total // PAGE))
            shown = min(max(1, page), pages)
            found = quiet.since(db, since, limit=PAGE, offset=(shown - 1) * PAGE)
            return QuietPage(tuple(self._row(db, one) for one in found), shown, pages, total)

        return await self._store.read(work)

    def _row(self, db: Database, one: Quiet) -> QuietRow:
        post, thread_id = one.post, one.post.thread_id
        needs = said(labels.of_post(db, post.id), LabelField.NEEDS_REPLY)
        asked_by = needs.agent_name if needs and needs.value == YES else None
        community = self._communities.get(post.community)
        link = card_link(db, thread_id, settings.group(db)) if thread_id is not None and asked_by is not None else ""
        return QuietRow(
            post.id,
            community.name if community else post.community,
            post.author_name,
            post.text,
            post.published_at,
            one.verdict.why,
            url=post.url,
            asked_by=asked_by,
            card_link=link,
        )

    async def ask(self, post_id: int, agent: Agent, *, now: datetime) -> Told:
        """A quiet post is a question after all: its thread waits, with a card."""

        def work(db: Database) -> Told:
            found = quiet.find(db, post_id)
            thread = threads.get(db, found.post.thread_id) if found and found.post.thread_id is not None else None
            if found is None or thread is None:
                return Told("no_such_thread", alert=True)
            labels.put(db, post_id, LabelField.NEEDS_REPLY, YES, now, agent_id=agent.user_id)
            if thread.open:
                return Told("quiet.waits")
            if thread.status is not ThreadStatus.DISMISSED or thread.opening_id != post_id:
                threads.ask(db, thread.id, found.post, found.verdict, found.post.published_at, now)
            else:
                threads.reopen(db, thread.id, now, by=agent.user_id)
            deliveries.card(db, thread.id, now, deliveries.Priority.NEW)
            return Told("quiet.asked")

        return await self._store.write(work, ring=True)

    async def unask(self, post_id: int, agent: Agent, *, now: datetime) -> Told:
        """Undo `ask`, as long as nobody has taken the thread."""

        def work(db: Database) -> Told:
            found = quiet.find(db, post_id)
            thread = threads.get(db, found.post.thread_id) if found and found.post.thread_id is not None else None
            if thread is None:
                return Told("no_such_thread", alert=True)
            if thread.opening_id == post_id and thread.open:
                if thread.holder is not None:
                    return Told("quiet.too_late", alert=True)
                threads.dismiss(db, thread.id, agent, now)
                deliveries.card(db, thread.id, now)
            labels.put(db, post_id, LabelField.NEEDS_REPLY, None, now, agent_id=agent.user_id)
            return Told("quiet.unasked")

        return await self._store.write(work, ring=True)
