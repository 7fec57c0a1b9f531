"""The desk: what agents do with threads. Every change is one transaction; the answer says what to tell the person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.hours import next_morning
from bot.domain.labels import NO
from bot.domain.model import Agent, Community, LabelField, ReplyStatus, ThreadStatus, ThreadView
from bot.domain.told import Told
from bot.store import Database, Store, agents, deliveries, labels, replies, threads, views, waves
from bot.store.listed import card_link
from bot.store.replies import Kept
from bot.store.threads import Thread

NOTE_MARK = "//"
"""A reply that begins so is an internal note."""

DRAFTED = timedelta(seconds=5)
"""How long past its undo window a reply may take before the card says that it is on its way."""

_ANYWHERE = frozenset({"queue", "mine", "more", "sources", "pause", "resume", "quiet", "ask", "unask", "give_back"})
"""Buttons that change nothing but what is shown, or whose use case asks who taps."""
_ON_DRAFTS = frozenset({"send", "cancel"})
_WITH_CHOICE = frozenset({"topic", "sentiment", "why"})
"""Buttons whose data names a choice after the thread: ``topic:12:roaming``."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A reply was refused because the thread is somebody else's."""

    view: ThreadView
    text: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """A card of ours that we did not know to stand: its thread, whether it is a double of the card that lives, and the
    address of that one ("" where there is none)."""

    thread_id: int
    double: bool
    link: str = ""


class Desk:
    """Claims, releases, snoozes, dismissals, drafts and notes."""

    def __init__(
        self,
        store: Store,
        communities: Mapping[str, Community],
        *,
        undo_window: timedelta,
        signature: str,
        zone: ZoneInfo,
    ) -> None:
        self._store = store
        self._communities = communities
        self._undo_window = undo_window
        self._signature = signature
        self._zone = zone

    async def claim(self, thread_id: int, agent: Agent, *, now: datetime) -> Told:
        """Take a thread; of many who tap at once, one wins."""

        def work(db: Database) -> Told:
            if threads.claim(db, thread_id, agent.user_id, now):
                deliveries.card(db, thread_id, now)
                return Told("claim.won")
            return _why_not(db, threads.get(db, thread_id), agent)

        told = await self._store.write(work, durable=True)
        # A claim gives the publisher nothing to do.
        self._store.bells.chat.set()
        return told

    async def release(self, thread_id: int, agent: Agent, *, now: datetime) -> Told:
        def work(db: Database) -> Told:
            thread = threads.get(db, thread_id)
            if refusal := _not_theirs(db, thread, agent) or _reply_under_way(db, thread_id):
                return refusal
            if not threads.release(db, thread_id, now, by=agent.user_id):
                return Told("release.not_yours", alert=True)
            deliveries.card(db, thread_id, now)
            return Told("release.done")

        return await self._store.write(work, ring=True)

    async def dismiss(self, thread_id: int, agent: Agent, *, now: datetime) -> Told:
        def work(db: Database) -> Told:
            thread = threads.get(db, thread_id)
            if refusal := _not_theirs(db, thread, agent) or _reply_under_way(db, thread_id):
                return refusal
            if thread is None or not threads.dismiss(db, thread_id, agent, now):
                return Told("answered_already", alert=True)
            labels.put(db, thread.opening_id, LabelField.NEEDS_REPLY, NO, now, agent_id=agent.user_id)
            copies = waves.dismiss(db, thread_id, agent, now)
            deliveries.card(db, thread_id, now)
            return Told("dismiss.done_all", {"n": copies}) if copies else Told("dismiss.done")

        return await self._store.write(work, ring=True)

    async def reopen(self, thread_id: int, agent: Agent, *, now: datetime) -> Told:
        """Undo a dismissal."""

        def work(db: Database) -> Told:
            if not _reopened(db, thread_id, agent, now):
                return Told("stale_card", alert=True)
            deliveries.card(db, thread_id, now)
            return Told("reopen.done")

        return await self._store.write(work, ring=True)

    async def snooze(self, thread_id: int, agent: Agent, until: timedelta | None, *, now: datetime) -> Told:
        """Hide a thread for ``until`` from now; None until nine in the morning."""
        moment = now + until if until else next_morning(now, self._zone)

        def work(db: Database) -> Told:
            thread = threads.get(db, thread_id)
            if refusal := _not_theirs(db, thread, agent):
                return refusal
            if not threads.snooze(db, thread_id, moment, now, by=agent.user_id):
                return Told("answered_already", alert=True)
            deliveries.card(db, thread_id, now)
            return Told("snooze.done", {"until": moment})

        return await self._store.write(work, ring=True)

    async def wake(self, thread_id: int, agent: Agent, *, now: datetime) -> Told:
        def work(db: Database) -> Told:
            if not threads.wake(db, thread_id, now, by=agent.user_id):
                return Told("stale_card", alert=True)
            deliveries.card(db, thread_id, now)
            return Told("wake.done")

        return await self._store.write(work, ring=True)

    async def confirm(self, thread_id: int, agent: Agent, *, now: datetime) -> Told:
        """A person says that the official post on the page answers this thread."""

        def work(db: Database) -> Told:
            thread = threads.get(db, thread_id)
            if refusal := _not_theirs(db, thread, agent):
                return refusal
            if not threads.confirm_answered(db, thread_id, now, by=agent.user_id):
                return Told("stale_card", alert=True)
            deliveries.card(db, thread_id, now)
            return Told("confirm.done")

        return await self._store.write(work, ring=True)

    async def reply(
        self, thread_id: int, agent: Agent, text: str, *, chat_id: int, message_id: int, now: datetime
    ) -> Told | Taken | None:
        """An agent answered a card: claim it if it is free, keep a draft. None when all is well."""
        text = text.strip()

        def work(db: Database) -> Told | Taken | None:
            thread = threads.get(db, thread_id)
            if thread is None:
                return Told("no_such_thread", alert=True)
            if thread.status is ThreadStatus.DISMISSED:
                _reopened(db, thread_id, agent, now)
            claimed = threads.claim(db, thread_id, agent.user_id, now)
            if not claimed and not _may_answer(db, thread, agent):
                view = views.view(db, thread_id, self._communities)
                return Taken(view, text) if view else None
            self._keep(db, thread, agent, text, chat_id, message_id, now)
            # The draft shows itself; the card need not say so unless the reply takes long.
            deliveries.card(db, thread_id, now, after=timedelta() if claimed else self._undo_window + DRAFTED)
            return None

        return await self._store.write(work, durable=True, ring=True)

    def _keep(
        self, db: Database, thread: Thread, agent: Agent, text: str, chat_id: int, message_id: int, now: datetime
    ) -> None:
        published = self._signed(text, agent)
        due_at = now + self._undo_window
        reply_id = replies.draft(
            db, thread.id, agent, text, published, due_at, now, chat_id=chat_id, message_id=message_id
        )
        if reply_id is None:
            return
        community = self._communities.get(thread.community)
        if community is not None and not community.write:
            replies.handed(db, reply_id, now)
        deliveries.draft(db, reply_id, now)

    def _signed(self, text: str, agent: Agent) -> str:
        signature = self._signature.replace("{agent}", agent.name.split()[0] if agent.name.split() else agent.name)
        return f"{text}\n{signature}" if signature else text

    async def note(
        self, thread_id: int, agent: Agent, text: str, *, chat_id: int, message_id: int, now: datetime
    ) -> Told | None:
        """Keep an internal note; the card shows it, the page never does."""
        text = text.strip().removeprefix(NOTE_MARK).strip()
        if not text:
            return Told("reply.empty", alert=True)

        def work(db: Database) -> None:
            threads.note(db, thread_id, agent, text, now, chat_id=chat_id, message_id=message_id)
            deliveries.card(db, thread_id, now)
            payload = {"message_id": message_id}
            deliveries.put(db, None, deliveries.Kind.NOTED, str(message_id), payload, deliveries.Priority.ANSWER, now)

        await self._store.write(work, ring=True)
        return None

    async def edited(self, agent: Agent, text: str, *, chat_id: int, message_id: int, now: datetime) -> Told | None:
        """An agent edited a message of theirs: its draft or note follows. None when there is nothing to say."""
        text = text.strip()

        def work(db: Database) -> Told | None:
            thread_id = threads.edit_note(db, chat_id, message_id, text.removeprefix(NOTE_MARK).strip())
            if thread_id is not None:
                deliveries.card(db, thread_id, now)
                return None
            kept = replies.of_message(db, chat_id, message_id)
            if kept is None or kept.reply.agent_id != agent.user_id:
                return None
            if text.startswith(NOTE_MARK):
                return _becomes_note(db, kept, agent, text, now)
            if not text or not replies.edit(db, kept.reply.id, text, self._signed(text, agent)):
                return Told("draft.too_late_to_edit")
            deliveries.draft(db, kept.reply.id, now)
            deliveries.card(db, kept.reply.thread_id, now)
            return None

        return await self._store.write(work, ring=True)

    async def send_now(self, reply_id: int, agent: Agent, *, now: datetime) -> Told:
        """End a draft's undo window at once."""

        def work(db: Database) -> Told:
            kept = replies.get(db, reply_id)
            if kept is None:
                return Told("no_such_thread", alert=True)
            if kept.reply.agent_id != agent.user_id and not agent.lead:
                return Told("draft.not_yours", {"agent": kept.reply.agent_name}, alert=True)
            if kept.reply.status is not ReplyStatus.DRAFT or not replies.send_now(db, reply_id, now):
                return Told("draft.too_late", alert=True)
            return Told("draft.sent_now")

        return await self._store.write(work, durable=True, ring=True)

    async def cancel(self, reply_id: int, agent: Agent, *, now: datetime) -> Told:
        """Take a draft back inside its undo window."""

        def work(db: Database) -> Told:
            kept = replies.get(db, reply_id)
            if kept is None:
                return Told("no_such_thread", alert=True)
            if kept.reply.agent_id != agent.user_id and not agent.lead:
                return Told("draft.not_yours", {"agent": kept.reply.agent_name}, alert=True)
            if not replies.cancel(db, reply_id, now, by=agent.user_id):
                return Told("draft.too_late", alert=True)
            deliveries.draft(db, reply_id, now)
            deliveries.card(db, kept.reply.thread_id, now)
            return Told("draft.cancelled")

        return await self._store.write(work, durable=True, ring=True)

    async def retry(self, thread_id: int, agent: Agent, *, replaces: bool = False, now: datetime) -> Told:
        """Publish a refused reply, or one of unknown fate, once more: a person's decision, never the machine's.

        ``replaces`` says that the person knows of the answer that stands there, and wants this one in its place.
        """

        def work(db: Database) -> Told:
            thread = threads.get(db, thread_id)
            if refusal := _not_theirs(db, thread, agent):
                return refusal
            reply = replies.under_way(db, thread_id)
            if reply is None or not replies.send_again(db, reply.id, now, replaces=replaces):
                return Told("draft.too_late", alert=True)
            deliveries.draft(db, reply.id, now)
            deliveries.card(db, thread_id, now)
            return Told("retry.done")

        return await self._store.write(work, durable=True, ring=True)

    async def more(self, count: int, *, now: datetime) -> Told:
        """The next ``count`` threads of the digest get cards."""

        def work(db: Database) -> Told:
            folded = deliveries.folded(db)
            if not folded:
                return Told("more.none")
            deliveries.unfold(db, folded[:count], now)
            deliveries.put(db, None, deliveries.Kind.DIGEST, "", {}, deliveries.Priority.EDIT, now)
            return Told("more.done", {"n": min(count, len(folded))})

        return await self._store.write(work, ring=True)

    async def copies(self, thread_id: int, count: int, *, now: datetime) -> Told:
        """The next ``count`` near-identical threads beneath this one's card get cards of their own."""

        def work(db: Database) -> Told:
            shown = waves.show(db, thread_id, count, now)
            deliveries.card(db, thread_id, now)
            return Told("more.done", {"n": shown}) if shown else Told("more.none")

        return await self._store.write(work, ring=True)

    async def thread_of(self, chat_id: int, message_id: int) -> int | None:
        """The thread that one of our messages is about: its card, a ping, or a draft."""
        return await self._store.read(lambda db: _thread_of(db, deliveries.message(db, chat_id, message_id)))

    async def recognise(
        self, chat_id: int, message_id: int, actions: Collection[str], *, now: datetime
    ) -> Recognised | None:
        """The card behind a message of ours that we do not know; None when it is known, or is no card.

        Telegram may take a card of which we never hear (a crash, a lost answer). If it was not posted once more yet, it
        is the card from now on. ``actions`` are the callback data that stand on the message by Telegram's own word.
        """
        told = (action.partition(":") for action in actions)
        numbers = {_thread_meant(verb, argument) for verb, _, argument in told if verb not in _ANYWHERE | _ON_DRAFTS}
        number = numbers.pop() if len(numbers) == 1 else ""
        if not number.isdecimal():
            return None

        def work(db: Database) -> Recognised | None:
            if deliveries.message(db, chat_id, message_id) or threads.get(db, int(number)) is None:
                return None
            if deliveries.current(db, chat_id, deliveries.Kind.CARD, number) is None:
                deliveries.posted(db, chat_id, message_id, deliveries.Kind.CARD, number, shown="")
                deliveries.card(db, int(number), now)
                return Recognised(int(number), double=False)
            deliveries.double(db, chat_id, message_id, deliveries.Kind.CARD, number)
            return Recognised(int(number), double=True, link=card_link(db, int(number), chat_id))

        return await self._store.write(work, ring=True)

    async def stands(self, chat_id: int, message_id: int, verb: str, argument: str) -> bool:
        """Whether that button stands on that message now; forged data and old cards do not pass."""
        if verb in _ANYWHERE:
            return True

        def work(db: Database) -> bool:
            message = deliveries.message(db, chat_id, message_id)
            if message is None or not message.current:
                return False
            if verb in _ON_DRAFTS:
                return message.kind is deliveries.Kind.DRAFT and message.key == argument
            return str(_thread_of(db, message)) == _thread_meant(verb, argument)

        return self._store.glance(work)


def _thread_meant(verb: str, argument: str) -> str:
    return argument.partition(":")[0] if verb in _WITH_CHOICE else argument


def _thread_of(db: Database, message: deliveries.Message | None) -> int | None:
    if message is None:
        return None
    if message.kind in (deliveries.Kind.CARD, deliveries.Kind.PING):
        return int(message.key)
    if message.kind is deliveries.Kind.DRAFT:
        kept = replies.get(db, int(message.key))
        return kept.reply.thread_id if kept else None
    return None


def _becomes_note(db: Database, kept: Kept, agent: Agent, text: str, now: datetime) -> Told | None:
    """The draft's text was given the mark of a note: it must not go out."""
    if not replies.cancel(db, kept.reply.id, now, by=agent.user_id):
        return Told("draft.too_late_to_edit")
    note = text.removeprefix(NOTE_MARK).strip()
    threads.note(db, kept.reply.thread_id, agent, note, now, chat_id=kept.chat_id, message_id=kept.message_id)
    deliveries.draft(db, kept.reply.id, now)
    deliveries.card(db, kept.reply.thread_id, now)
    return None


def _reopened(db: Database, thread_id: int, agent: Agent, now: datetime) -> bool:
    """Undo a dismissal, and take back what it said of the post."""
    thread = threads.get(db, thread_id)
    if thread is None or not threads.reopen(db, thread_id, now, by=agent.user_id):
        return False
    labels.put(db, thread.opening_id, LabelField.NEEDS_REPLY, None, now, agent_id=agent.user_id)
    waves.reopen(db, thread_id, now, by=agent.user_id)
    return True


def _why_not(db: Database, thread: Thread | None, agent: Agent) -> Told:
    """Why a claim did not win."""
    if thread is None:
        return Told("no_such_thread", alert=True)
    if thread.holder == agent.user_id:
        return Told("claim.yours")
    if thread.holder is None:
        return Told("answered_already", alert=True)
    holder = agents.get(db, thread.holder)
    name = holder.agent.name if holder else "?"
    return Told("claim.taken", {"agent": name, "since": thread.claimed_at}, alert=True)


def _reply_under_way(db: Database, thread_id: int) -> Told | None:
    """The refusal, where an answer goes out already: whoever took the thread next would write a second one."""
    reply = replies.under_way(db, thread_id)
    if reply is None or reply.status in (ReplyStatus.REFUSED, ReplyStatus.UNKNOWN, ReplyStatus.HANDED):
        return None
    return Told("release.under_way", alert=True)


def _not_theirs(db: Database, thread: Thread | None, agent: Agent) -> Told | None:
    """The refusal, where another agent holds the thread and this one is no lead."""
    if thread is None:
        return Told("no_such_thread", alert=True)
    if thread.holder in (None, agent.user_id) or agent.lead:
        return None
    return _why_not(db, thread, agent)


def _may_answer(db: Database, thread: Thread, agent: Agent) -> bool:
    """Whether the agent may add a reply to a thread that could not be claimed: it is theirs, or nobody's any more."""
    if thread.holder is not None:
        return thread.holder == agent.user_id
    under_way = replies.under_way(db, thread.id)
    return under_way is None or under_way.agent_id == agent.user_id or under_way.status is ReplyStatus.REFUSED
