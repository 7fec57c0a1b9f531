"""Replies in rows: recorded before they are sent, sent by one, counted once they were seen."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.domain.model import AnswerKind, Published, ReplyStatus, ThreadStatus
from bot.store import Database, deliveries, replies, settle
from tests.floor import AGENT, UNDO, Floor, WatchedClock

pytest_plugins = ("tests.floor",)

SECOND = timedelta(seconds=1)
TEXT = "Вже лагодимо вежу, завтра запрацює."
ALL = tuple(ReplyStatus)


@pytest.fixture
async def thread_id(floor: Floor) -> int:
    return await floor.ask()


async def draft(floor: Floor, thread_id: int, *, message_id: int = 10, text: str = TEXT) -> int | None:
    now = floor.clock.now()
    return await floor.store.write(
        lambda db: replies.draft(db, thread_id, AGENT, text, text, now + UNDO, now, chat_id=-1, message_id=message_id)
    )


async def shown(floor: Floor, reply_id: int, message_id: int = 900) -> None:
    """The draft's message stands in the group from now on."""
    due = floor.clock.now() + UNDO

    def work(db: Database) -> None:
        deliveries.posted(db, -1, message_id, deliveries.Kind.DRAFT, str(reply_id), "")
        replies.shown(db, reply_id, due)

    await floor.store.write(work)


async def at(floor: Floor, status: ReplyStatus, thread_id: int) -> int:
    """A reply in this state."""
    reply_id = await draft(floor, thread_id, message_id=len(await floor.sql("SELECT 1 FROM reply")) + 10)
    assert reply_id is not None
    await floor.change("UPDATE reply SET status = ?, sent_at = ? WHERE id = ?", status, _seconds(floor), reply_id)
    return reply_id


def _seconds(floor: Floor) -> float:
    return floor.clock.now().timestamp()


async def allowed(floor: Floor, thread_id: int, change: object) -> set[ReplyStatus]:
    """The states in which ``change(db, reply_id, now)`` says that it did something."""
    found = set()
    for status in ALL:
        reply_id = await at(floor, status, thread_id)
        if await floor.store.write(lambda db, one=reply_id: change(db, one, floor.clock.now())):  # type: ignore[operator,misc]
            found.add(status)
    return found


async def due(floor: Floor, now: datetime | None = None) -> list[int]:
    kept = await floor.store.read(lambda db: replies.due(db, now or floor.clock.now()))
    return [one.reply.id for one in kept]


async def test_the_same_message_makes_one_draft(floor: Floor, thread_id: int) -> None:
    made = await asyncio.gather(*(draft(floor, thread_id) for _ in range(20)))
    assert [one for one in made if one is not None] == [1]
    assert (await floor.reply()).reply.text == TEXT


async def test_two_messages_make_two_drafts(floor: Floor, thread_id: int) -> None:
    assert await draft(floor, thread_id, message_id=10) != await draft(floor, thread_id, message_id=11)


async def test_a_draft_is_due_when_its_undo_window_has_passed_since_it_was_shown(
    floor: Floor, clock: WatchedClock, thread_id: int
) -> None:
    reply_id = await draft(floor, thread_id)
    assert reply_id is not None
    clock.advance(10)
    await shown(floor, reply_id)
    assert await due(floor, clock.now() + UNDO - SECOND) == []
    assert await due(floor, clock.now() + UNDO) == [reply_id]
    assert await floor.store.read(replies.next_due) == (clock.now() + UNDO).timestamp()


async def test_a_draft_that_telegram_has_not_shown_yet_waits_for_it(
    floor: Floor, clock: WatchedClock, thread_id: int
) -> None:
    reply_id = await draft(floor, thread_id)
    assert reply_id is not None
    clock.advance(40)
    assert await due(floor) == []
    await shown(floor, reply_id)
    assert await due(floor, clock.now() + UNDO - SECOND) == []
    assert await due(floor, clock.now() + UNDO) == [reply_id]


async def test_a_draft_that_telegram_cannot_show_is_published_all_the_same(
    floor: Floor, clock: WatchedClock, thread_id: int
) -> None:
    """Telegram is down; the customer waits for a text that its agent did send."""
    reply_id = await draft(floor, thread_id)
    later = clock.now() + replies.SHOWN_WITHIN
    assert await floor.store.read(replies.next_due) == later.timestamp()
    assert await due(floor, later - SECOND) == []
    assert await due(floor, later) == [reply_id]


async def test_of_twenty_who_start_a_reply_one_may_publish_it(
    floor: Floor, clock: WatchedClock, thread_id: int
) -> None:
    reply_id = await draft(floor, thread_id)
    assert reply_id is not None
    started = await asyncio.gather(
        *(floor.store.write(lambda db: replies.start(db, reply_id, "1", clock.now())) for _ in range(20))
    )
    assert started.count(True) == 1
    assert (await floor.reply(reply_id)).reply.attempts == 1


async def test_only_a_draft_can_be_hurried_and_only_what_is_not_on_its_way_be_edited(
    floor: Floor, thread_id: int
) -> None:
    assert await allowed(floor, thread_id, replies.send_now) == {ReplyStatus.DRAFT}
    can = await allowed(floor, thread_id, lambda db, one, now: replies.edit(db, one, "інше", "інше"))
    assert can == {ReplyStatus.DRAFT, ReplyStatus.HANDED}


async def test_what_is_on_its_way_cannot_be_taken_back(floor: Floor, thread_id: int) -> None:
    can = await allowed(floor, thread_id, lambda db, one, now: replies.cancel(db, one, now, by=1))
    assert can == {ReplyStatus.DRAFT, ReplyStatus.QUEUED, ReplyStatus.REFUSED, ReplyStatus.HANDED}


async def test_only_what_failed_or_is_in_doubt_can_be_sent_again(floor: Floor, thread_id: int) -> None:
    can = await allowed(floor, thread_id, replies.send_again)
    assert can == {ReplyStatus.REFUSED, ReplyStatus.UNKNOWN, ReplyStatus.QUEUED}


async def test_only_a_draft_or_a_queued_reply_is_started(floor: Floor, thread_id: int) -> None:
    can = await allowed(floor, thread_id, lambda db, one, now: replies.start(db, one, "1", now))
    assert can == {ReplyStatus.DRAFT, ReplyStatus.QUEUED}


async def test_a_reply_is_seen_once_and_never_when_it_was_not_sent(floor: Floor, thread_id: int) -> None:
    can = await allowed(floor, thread_id, lambda db, one, now: replies.verified(db, one, "9", "", now))
    assert can == set(ALL) - {ReplyStatus.DRAFT, ReplyStatus.CANCELLED, ReplyStatus.VERIFIED}


@pytest.mark.parametrize("status", [ReplyStatus.VERIFIED, ReplyStatus.CANCELLED, ReplyStatus.HANDED])
async def test_what_is_settled_is_not_unsettled_by_late_news(
    floor: Floor, clock: WatchedClock, thread_id: int, status: ReplyStatus
) -> None:
    """The page showed the reply before the platform's answer was given up on: it must not be sent a second time."""
    reply_id = await at(floor, status, thread_id)
    now = clock.now()

    def late(db: Database) -> None:
        replies.unknown(db, reply_id, "unknown_outcome", now)
        replies.refused(db, reply_id, "down", now)
        replies.again(db, reply_id, "down", now)
        replies.unseen(db, reply_id, now)
        replies.published(db, reply_id, Published("77"), now)

    await floor.store.write(late)
    kept = await floor.reply(reply_id)
    assert (kept.reply.status, kept.reply.refusal, kept.reply.external_id) == (status, None, None)


async def test_after_a_crash_what_was_being_sent_is_read_back_first(
    floor: Floor, clock: WatchedClock, thread_id: int
) -> None:
    by_status = {status: await at(floor, status, thread_id) for status in ALL}
    assert await floor.store.write(lambda db: replies.recover(db, clock.now())) == [by_status[ReplyStatus.SENDING]]
    assert (await floor.reply(by_status[ReplyStatus.SENDING])).reply.status is ReplyStatus.UNKNOWN
    assert by_status[ReplyStatus.SENDING] not in await due(floor)
    to_read = await floor.store.read(lambda db: replies.to_read_back(db, clock.now() + timedelta(hours=1)))
    assert by_status[ReplyStatus.SENDING] in [kept.reply.id for kept in to_read]
    for status in set(ALL) - {ReplyStatus.SENDING}:
        assert (await floor.reply(by_status[status])).reply.status is status
    assert await floor.store.write(lambda db: replies.recover(db, clock.now())) == []


async def test_ours_are_all_replies_that_may_stand_on_the_page(floor: Floor, thread_id: int) -> None:
    """A queued one was tried before: what looked like a failure may have arrived."""
    by_status = {await at(floor, status, thread_id): status for status in ALL}
    found = await floor.store.read(lambda db: settle.ours(db, "forum", "topic-1"))
    assert {by_status[one.reply_id] for one in found} == set(ALL) - {ReplyStatus.DRAFT, ReplyStatus.CANCELLED}
    assert [one.by_hand for one in found if by_status[one.reply_id] is ReplyStatus.HANDED] == [True]
    assert await floor.store.read(lambda db: settle.ours(db, "forum", "topic-2")) == []


async def test_a_reply_seen_on_the_page_answers_its_thread_once(
    floor: Floor, clock: WatchedClock, thread_id: int
) -> None:
    reply_id = await at(floor, ReplyStatus.PUBLISHED, thread_id)
    clock.advance(60)
    now = clock.now()
    seen = await asyncio.gather(
        *(
            floor.store.write(lambda db: settle.verified(db, reply_id, "9", "https://forum.example/post/9", now, now))
            for _ in range(10)
        )
    )
    assert seen.count(True) == 1
    view = await floor.view(thread_id)
    assert (view.status, view.answer_kind, view.answer_seconds) == (ThreadStatus.ANSWERED, AnswerKind.REPLY, 60)
    assert view.reply is None


async def test_a_reply_published_by_hand_and_seen_credits_its_agent_as_handed(
    floor: Floor, clock: WatchedClock, thread_id: int
) -> None:
    reply_id = await draft(floor, thread_id)
    assert reply_id is not None
    assert await floor.store.write(lambda db: replies.handed(db, reply_id, clock.now()))
    assert not await floor.store.write(lambda db: replies.handed(db, reply_id, clock.now()))
    await floor.store.write(lambda db: settle.verified(db, reply_id, "9", "", clock.now(), clock.now()))
    assert await floor.sql("SELECT answer_kind, answered_by FROM question") == [(AnswerKind.HANDED, AGENT.user_id)]


@pytest.mark.parametrize(("page_says", "counts"), [(-40, 0), (20, 20), (9000, 30)])
async def test_the_moment_of_an_answer_lies_between_its_sending_and_its_sighting(
    floor: Floor, clock: WatchedClock, thread_id: int, page_says: int, counts: int
) -> None:
    """Seconds after sending: a page of whole minutes runs behind, another's clock ahead."""
    reply_id = await at(floor, ReplyStatus.PUBLISHED, thread_id)
    page = clock.now() + timedelta(seconds=page_says)
    clock.advance(30)
    await floor.store.write(lambda db: settle.verified(db, reply_id, "9", "", page, clock.now()))
    assert (await floor.view(thread_id)).answer_seconds == counts


async def test_the_card_shows_the_newest_reply_until_it_is_verified_or_cancelled(floor: Floor, thread_id: int) -> None:
    async def on_card() -> ReplyStatus | None:
        reply = (await floor.view(thread_id)).reply
        return reply.status if reply else None

    await at(floor, ReplyStatus.VERIFIED, thread_id)
    assert await on_card() is None
    await at(floor, ReplyStatus.REFUSED, thread_id)
    assert await on_card() is ReplyStatus.REFUSED
    await at(floor, ReplyStatus.CANCELLED, thread_id)
    assert await on_card() is ReplyStatus.REFUSED
    await at(floor, ReplyStatus.VERIFIED, thread_id)
    assert await on_card() is None


async def test_sending_again_begins_anew(floor: Floor, clock: WatchedClock, thread_id: int) -> None:
    reply_id = await at(floor, ReplyStatus.REFUSED, thread_id)
    await floor.change("UPDATE reply SET attempts = 6, refusal = 'down' WHERE id = ?", reply_id)
    assert await floor.store.write(lambda db: replies.send_again(db, reply_id, clock.now()))
    kept = await floor.reply(reply_id)
    assert (kept.reply.attempts, kept.reply.refusal, kept.reply.due_at) == (0, None, clock.now())
    assert await due(floor) == [reply_id]


async def test_a_message_leads_to_its_reply(floor: Floor, thread_id: int) -> None:
    await draft(floor, thread_id, message_id=10)
    found = await floor.store.read(lambda db: (replies.of_message(db, -1, 10), replies.of_message(db, -2, 10)))
    assert found[0] is not None
    assert found[0].reply.thread_id == thread_id
    assert found[1] is None
