"""Intake: what a source saw becomes stored posts, threads, questions and cards. One look is taken in two steps.

First the posts: each stored once, edits noticed by a hash, in batches. Then triage: every post that is not judged yet,
oldest first, moves its thread. The second step works from stored rows alone, so a crash between the two loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from rapidfuzz import fuzz

from bot.domain.alike import SAME, WAVE, comparable, sketch
from bot.domain.clean import clean, text_hash
from bot.domain.model import AnswerKind, ClosedWhy, Community, Look, Post, SeenPost, Sentiment, ThreadStatus, Verdict
from bot.domain.threads import CLOCK_SLACK, Customer, OfficialPost, Tie, whom_it_answers
from bot.domain.triage import Becomes, Decision, judge
from bot.store import Database, Store, agents, communities, deliveries, incidents, posts, quiet, settle, threads, waves
from bot.store.threads import Answer, Thread

BATCH = 100
Classify = Callable[[str], Verdict]


class Intake:
    """Takes looks of all communities into the store."""

    def __init__(
        self,
        store: Store,
        watched: Mapping[str, Community],
        lookbacks: Mapping[str, timedelta],
        classify: Classify,
    ) -> None:
        self._store = store
        self._watched = watched
        self._lookbacks = lookbacks
        self._classify = classify
        # A look and a message that was brought must not judge the same post at the same time.
        self._turns = {key: asyncio.Lock() for key in watched}

    async def memory(self, key: str) -> dict[str, str]:
        """What the source wanted to remember from the community's last look."""
        return (await self._store.read(partial(communities.state, key=key))).memory

    async def take(self, key: str, look: Look, *, now: datetime) -> posts.Taken:
        """Store a look and triage what is new in it; returns how many posts were new, edited and known."""
        async with self._turns[key]:
            taken = await self.store_posts(key, look, now=now)
            await self._store.write(lambda db: communities.looked(db, key, look.memory, now))
            await self.triage(key, now=now)
            return taken

    async def store_posts(self, key: str, look: Look, *, now: datetime) -> posts.Taken:
        """The first step: posts into rows, a transaction for each hundred."""
        official = self._watched[key].official
        total = posts.Taken(0, 0, 0)
        cleaned = sorted((_cleaned(post) for post in look.posts), key=_as_written)
        for start in range(0, len(cleaned), BATCH):
            batch = [(post, _mark(post)) for post in cleaned[start : start + BATCH]]
            taken = await self._store.write(
                lambda db, batch=batch: posts.take(db, key, batch, official, now)  # type: ignore[misc]
            )
            total = posts.Taken(total.new + taken.new, total.edited + taken.edited, total.known + taken.known)
        if look.containers_read or cleaned:
            await self._store.write(lambda db: _presence(db, key, look, now), ring=True)
        return total

    async def triage(self, key: str, *, now: datetime) -> int:
        """The second step: judge every stored post that is not judged yet; returns how many."""
        judged = 0
        while batch := await self._store.read(partial(posts.untriaged, community=key, limit=BATCH)):
            verdicts = [(post, old, self._verdict(post, old)) for post, old in batch]
            await self._store.write(lambda db, verdicts=verdicts: self._judge(db, key, verdicts, now), ring=True)  # type: ignore[misc]
            judged += len(batch)
            await asyncio.sleep(0)
        return judged

    def _verdict(self, post: Post, old: str | None) -> tuple[Verdict, Verdict]:
        """The verdict of the whole post, and of what is new in it (an edit or a merged follow-up)."""
        whole = self._classify(post.text)
        if old is None:
            return whole, whole
        added = post.text[len(old) :] if post.text.startswith(old) else post.text
        return whole, self._classify(added)

    def _judge(
        self, db: Database, key: str, batch: list[tuple[Post, str | None, tuple[Verdict, Verdict]]], now: datetime
    ) -> None:
        first_look_at = communities.state(db, key).first_look_at
        for post, old, (verdict, added) in batch:
            if post.official:
                thread_id = _official(db, post, now)
            else:
                first = first_look_at is not None and post.seen_at <= first_look_at
                decision = judge(
                    added,
                    official=False,
                    published_at=post.published_at,
                    now=post.seen_at,
                    lookback=self._lookbacks[key],
                    first_look=first,
                )
                thread_id = _customer(db, post, edited=old is not None, verdict=verdict, decision=decision, now=now)
                if verdict.sentiment is Sentiment.NEGATIVE and not first:
                    incidents.complain(db, post.id, key, verdict.topic, post.text, post.published_at)
            posts.judged(db, post.id, thread_id)


def _cleaned(post: SeenPost) -> SeenPost:
    return replace(
        post, text=clean(post.text), author_name=clean(post.author_name)[:200], title=clean(post.title)[:300]
    )


def _mark(post: SeenPost) -> str:
    """What tells an edit: the words, and of a review the stars too."""
    return text_hash(post.text if post.stars is None else f"{post.stars} {post.text}")


def _as_written(post: SeenPost) -> tuple[datetime, int]:
    """Sort key: the order of writing. Forums list the newest first and show whole minutes, but their numbers grow."""
    return post.published_at, int(post.external_id) if post.external_id.isdecimal() else 0


def _presence(db: Database, key: str, look: Look, now: datetime) -> None:
    """Posts that vanished from containers read whole are marked, those that are back are unmarked."""
    seen = {post.external_id for post in look.posts}
    touched = posts.back(db, key, seen)
    if look.containers_read:
        missing = posts.known_in(db, key, look.containers_read) - seen
        touched += posts.gone(db, key, missing, now)
    for thread_id in touched:
        deliveries.card(db, thread_id, now)


def _author_key(post: Post) -> str:
    """One thread per customer and container; an author whom the platform hides gets a thread per post."""
    return f"a:{post.author_id}" if post.author_id is not None else f"p:{post.external_id}"


def _customer(db: Database, post: Post, *, edited: bool, verdict: Verdict, decision: Decision, now: datetime) -> int:
    thread = threads.find(db, post.community, post.container_id, _author_key(post))
    unseen = decision.becomes is Becomes.QUIET and not (thread and thread.open)
    quiet.mark(db, post.id, verdict if unseen else None, now)
    if thread is None:
        return _first_post(db, post, verdict, decision, now)
    if thread.open:
        _joins(db, thread, post, edited=edited, verdict=verdict, now=now)
    elif decision.opens:
        _asks_again(db, thread, post, edited=edited, verdict=verdict, now=now)
    elif verdict.sentiment is Sentiment.POSITIVE and thread.status in (ThreadStatus.ANSWERED, ThreadStatus.CLOSED):
        _thanked(db, thread, now)
    return thread.id


def _thanked(db: Database, thread: Thread, now: datetime) -> None:
    """A thread that opened negative has turned."""
    if threads.turned(db, thread.id, now):
        deliveries.card(db, thread.id, now)


def _first_post(db: Database, post: Post, verdict: Verdict, decision: Decision, now: datetime) -> int:
    status = ThreadStatus.WAITING if decision.opens else ThreadStatus.CLOSED
    thread_id = threads.create(db, post, _author_key(post), verdict, status, decision.closed_why)
    if decision.opens:
        threads.ask(db, thread_id, post, verdict, post.published_at, now)
        _folded_if_alike(db, thread_id, post, now)
        deliveries.card(db, thread_id, now, deliveries.Priority.NEW)
    return thread_id


def _folded_if_alike(db: Database, thread_id: int, post: Post, now: datetime) -> None:
    """A copy of a question that waits already is folded beneath that one's card."""
    letters = comparable(post.text)
    marks = sketch(letters)
    if not marks:
        return
    for first_id, text in waves.candidates(db, marks, now - WAVE):
        if fuzz.ratio(letters, comparable(text), score_cutoff=SAME):
            waves.fold(db, thread_id, first_id, now)
            return
    waves.begin(db, thread_id, marks, now)


def _joins(db: Database, thread: Thread, post: Post, *, edited: bool, verdict: Verdict, now: datetime) -> None:
    """The customer writes on while they wait: it belongs to the same question, and wakes a snoozed one."""
    if edited and post.id == thread.opening_id:
        threads.rejudge(db, thread.id, verdict)
    threads.wake(db, thread.id, now)
    # Who says something of their own has a card of their own.
    own = waves.unfold(db, thread.id)
    deliveries.card(db, thread.id, now, deliveries.Priority.NEW if own else deliveries.Priority.EDIT)


def _asks_again(db: Database, thread: Thread, post: Post, *, edited: bool, verdict: Verdict, now: datetime) -> None:
    """A follow-up after the answer: the thread waits again, and the agent who answered is told."""
    # An edit keeps its post's first date: the new question was asked when we noticed it.
    asked_at = now if edited else post.published_at
    threads.ask(db, thread.id, post, verdict, asked_at, now)
    has_card = not waves.unfold(db, thread.id) and thread.closed_why not in (ClosedWhy.QUIET, ClosedWhy.BASELINE)
    deliveries.card(db, thread.id, now, deliveries.Priority.EDIT if has_card else deliveries.Priority.NEW)
    listed = agents.get(db, thread.agent_id) if thread.agent_id is not None else None
    if listed and listed.agent.present:
        deliveries.put(db, None, deliveries.Kind.PING, str(thread.id), {}, deliveries.Priority.ALARM, now)


def _official(db: Database, post: Post, now: datetime) -> int | None:
    """An official post: tie it to the threads it answers and close their questions."""
    customers = _customers(db, post)
    seen = OfficialPost(post.external_id, post.parent_id, post.quoted_authors, post.text, post.published_at)
    answered = whom_it_answers(seen, customers, settle.ours(db, post.community, post.container_id))
    if answered.tie is Tie.UNKNOWN:
        for thread_id in _waiting_at(db, [customer.thread_id for customer in customers], post):
            if threads.perhaps_answered(db, thread_id):
                deliveries.card(db, thread_id, now)
        return None
    for reply_id in answered.replies:
        settle.verified(db, reply_id, post.external_id, post.url, post.published_at, now)
    if answered.tie is not Tie.OWN:
        reply = Answer(AnswerKind.PAGE, post.published_at, post.text, post.url)
        for thread_id in _waiting_at(db, answered.thread_ids, post):
            threads.answer(db, thread_id, reply, now)
            deliveries.card(db, thread_id, now)
    return answered.thread_ids[0]


def _waiting_at(db: Database, thread_ids: Iterable[int], post: Post) -> list[int]:
    """Those of the threads whose question is older than ``post``: an older post answered an earlier question."""
    found = (threads.get(db, thread_id) for thread_id in thread_ids)
    return [
        one.id for one in found if one and one.waiting_since and one.waiting_since <= post.published_at + CLOCK_SLACK
    ]


def _customers(db: Database, post: Post) -> list[Customer]:
    found = []
    for thread in threads.in_container(db, post.community, post.container_id):
        written = posts.of_thread(db, thread.id)
        found.append(
            Customer(
                thread.id,
                thread.author_name,
                frozenset(one.external_id for one in written),
                min((one.published_at for one in written), default=post.published_at),
            )
        )
    return found
