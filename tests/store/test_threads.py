"""Threads in rows: every change of state, and that of many who try at once one wins."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.model import AnswerKind, ThreadStatus
from bot.domain.periods import day_of
from bot.domain.stats import QuestionRow
from bot.store import Database, questions, threads
from bot.store.threads import Answer
from tests.fakes import seen
from tests.floor import AGENT, COMMUNITIES, KYIV, LEAD, OTHER, Floor, WatchedClock

pytest_plugins = ("tests.floor",)

MINUTE = timedelta(minutes=1)


async def claim(floor: Floor, thread_id: int, agent_id: int = AGENT.user_id) -> bool:
    return await floor.store.write(lambda db: threads.claim(db, thread_id, agent_id, floor.clock.now()))


async def answer(floor: Floor, thread_id: int, kind: AnswerKind = AnswerKind.REPLY) -> bool:
    given = Answer(kind, floor.clock.now(), "Вже працює", "https://forum.example/post/9", AGENT.user_id, AGENT.name)
    return await floor.store.write(lambda db: threads.answer(db, thread_id, given, floor.clock.now()))


async def question(floor: Floor) -> QuestionRow:
    """The newest question, as the figures see it."""
    today = day_of(floor.clock.now(), KYIV)
    return (await floor.store.read(lambda db: questions.of_period(db, today, COMMUNITIES)))[-1]


async def log_of(floor: Floor, thread_id: int) -> list[str]:
    return [row[0] for row in await floor.sql("SELECT kind FROM event WHERE thread_id = ? ORDER BY id", thread_id)]


async def test_of_fifty_who_claim_at_once_one_wins(floor: Floor) -> None:
    thread_id = await floor.ask()
    won = await asyncio.gather(*(claim(floor, thread_id, 5000 + number) for number in range(50)))
    assert won.count(True) == 1
    winner = 5000 + won.index(True)
    assert (await floor.thread(thread_id)).holder == winner
    assert (await question(floor)).claimed_by == winner
    assert (await log_of(floor, thread_id)).count("claimed") == 1


async def test_fifty_claims_and_releases_at_once_end_in_one_of_both(floor: Floor) -> None:
    thread_id = await floor.ask()
    now = floor.clock.now()
    await asyncio.gather(
        *(claim(floor, thread_id, 5000 + number) for number in range(25)),
        *(floor.store.write(lambda db: threads.release(db, thread_id, now, by=1)) for _ in range(25)),
    )
    thread = await floor.thread(thread_id)
    assert thread.status is (ThreadStatus.WAITING if thread.holder is None else ThreadStatus.CLAIMED)
    assert (await question(floor)).claimed_by == thread.holder


async def test_a_claim_is_measured_from_the_question(floor: Floor, clock: WatchedClock) -> None:
    thread_id = await floor.ask()
    clock.advance(90)
    assert await claim(floor, thread_id)
    row = await question(floor)
    assert row.claimed_at is not None
    assert (row.claimed_at - row.asked_at).total_seconds() == 90


async def test_a_thread_given_back_waits_and_was_not_claimed(floor: Floor) -> None:
    thread_id = await floor.ask()
    await claim(floor, thread_id)
    assert await floor.store.write(lambda db: threads.release(db, thread_id, floor.clock.now(), by=1))
    thread = await floor.thread(thread_id)
    assert (thread.status, thread.holder, thread.agent_id) == (ThreadStatus.WAITING, None, None)
    assert (await question(floor)).claimed_at is None
    assert await claim(floor, thread_id, OTHER.user_id)
    assert (await question(floor)).claimed_by == OTHER.user_id


async def test_what_nobody_holds_cannot_be_given_back(floor: Floor) -> None:
    thread_id = await floor.ask()
    assert not await floor.store.write(lambda db: threads.release(db, thread_id, floor.clock.now(), by=1))


async def test_whoever_leaves_loses_what_they_held_and_nothing_else(floor: Floor) -> None:
    held, answered, others = [await floor.ask() for _ in range(3)]
    for thread_id in (held, answered):
        await claim(floor, thread_id)
    await claim(floor, others, OTHER.user_id)
    await answer(floor, answered)
    freed = await floor.store.write(lambda db: threads.release_all_of(db, AGENT.user_id, floor.clock.now()))
    assert freed == [held]
    assert (await floor.thread(others)).holder == OTHER.user_id
    assert (await floor.thread(answered)).status is ThreadStatus.ANSWERED


async def test_an_answer_ends_the_wait_and_credits_its_agent(floor: Floor, clock: WatchedClock) -> None:
    thread_id = await floor.ask()
    await claim(floor, thread_id)
    clock.advance(720)
    assert await answer(floor, thread_id)
    view = await floor.view(thread_id)
    assert (view.status, view.waiting_since, view.answer_seconds) == (ThreadStatus.ANSWERED, None, 720)
    assert view.agent is None
    row = await question(floor)
    assert (row.kind, row.agent_id, row.answered_at) == (AnswerKind.REPLY, AGENT.user_id, clock.now())


async def test_a_question_is_answered_once(floor: Floor, clock: WatchedClock) -> None:
    thread_id = await floor.ask()
    assert await answer(floor, thread_id)
    clock.advance(60)
    assert not await answer(floor, thread_id, AnswerKind.PAGE)
    assert (await question(floor)).kind is AnswerKind.REPLY


async def test_an_answer_never_precedes_its_question(floor: Floor, clock: WatchedClock) -> None:
    """A forum that shows whole minutes."""
    thread_id = await floor.ask()
    early = Answer(AnswerKind.PAGE, clock.now() - 30 * MINUTE, "Так", "")
    await floor.store.write(lambda db: threads.answer(db, thread_id, early, clock.now()))
    assert (await floor.view(thread_id)).answer_seconds == 0


async def test_an_answer_written_on_the_page_leaves_the_holder_named_for_the_follow_up(floor: Floor) -> None:
    thread_id = await floor.ask()
    await claim(floor, thread_id)
    page = Answer(AnswerKind.PAGE, floor.clock.now(), "Так", "")
    await floor.store.write(lambda db: threads.answer(db, thread_id, page, floor.clock.now()))
    thread = await floor.thread(thread_id)
    assert (thread.holder, thread.agent_id) == (None, AGENT.user_id)
    assert (await question(floor)).agent_id is None


async def test_dismissing_takes_a_question_out_of_the_figures_and_reopening_puts_it_back(
    floor: Floor, clock: WatchedClock
) -> None:
    thread_id = await floor.ask(ago=300)
    asked_at = clock.now() - timedelta(seconds=300)
    assert await floor.store.write(lambda db: threads.dismiss(db, thread_id, AGENT, clock.now()))
    assert (await question(floor)).dismissed
    assert (await floor.view(thread_id)).dismissed_by == AGENT.name
    clock.advance(60)
    assert await floor.store.write(lambda db: threads.reopen(db, thread_id, clock.now(), by=LEAD.user_id))
    view = await floor.view(thread_id)
    assert (view.status, view.waiting_since, view.dismissed_by) == (ThreadStatus.WAITING, asked_at, "")
    assert not (await question(floor)).dismissed


async def test_a_thread_is_dismissed_once_and_reopened_once(floor: Floor) -> None:
    thread_id = await floor.ask()
    now = floor.clock.now()

    async def both(work: object) -> list[bool]:
        return list(await asyncio.gather(*(floor.store.write(work) for _ in range(2))))  # type: ignore[arg-type]

    assert sorted(await both(lambda db: threads.dismiss(db, thread_id, AGENT, now))) == [False, True]
    assert sorted(await both(lambda db: threads.reopen(db, thread_id, now, by=1))) == [False, True]


async def test_what_is_answered_is_neither_dismissed_nor_claimed_nor_snoozed(floor: Floor) -> None:
    thread_id = await floor.ask()
    await answer(floor, thread_id)
    now = floor.clock.now()
    assert not await floor.store.write(lambda db: threads.dismiss(db, thread_id, AGENT, now))
    assert not await claim(floor, thread_id)
    assert not await floor.store.write(lambda db: threads.snooze(db, thread_id, now + MINUTE, now, by=1))
    assert not await floor.store.write(lambda db: threads.reopen(db, thread_id, now, by=1))


@pytest.mark.parametrize("held", [True, False])
async def test_a_snoozed_thread_leaves_the_queue_and_comes_back_as_it_was(
    floor: Floor, clock: WatchedClock, held: bool
) -> None:
    thread_id = await floor.ask()
    if held:
        await claim(floor, thread_id)
    before = (await floor.thread(thread_id)).status
    until = clock.now() + timedelta(hours=1)
    assert await floor.store.write(lambda db: threads.snooze(db, thread_id, until, clock.now(), by=AGENT.user_id))
    assert await floor.store.read(threads.waiting_count) == 0
    assert await floor.store.read(lambda db: threads.snoozed_over(db, until - MINUTE)) == []
    assert await floor.store.read(lambda db: threads.snoozed_over(db, until)) == [thread_id]
    assert await floor.store.write(lambda db: threads.wake(db, thread_id, until))
    assert (await floor.thread(thread_id)).status is before
    assert not await floor.store.write(lambda db: threads.wake(db, thread_id, until))


async def test_claiming_a_snoozed_thread_wakes_it(floor: Floor) -> None:
    thread_id = await floor.ask()
    now = floor.clock.now()
    await floor.store.write(lambda db: threads.snooze(db, thread_id, now + MINUTE, now, by=1))
    assert await claim(floor, thread_id)
    thread = await floor.thread(thread_id)
    assert (thread.status, thread.snoozed_until) == (ThreadStatus.CLAIMED, None)


async def test_a_follow_up_opens_a_second_question_with_its_own_figures(floor: Floor, clock: WatchedClock) -> None:
    thread_id = await floor.ask("Чому?")
    await answer(floor, thread_id)
    clock.advance(600)
    await floor.shows(
        seen("f", "А коли саме?", author="Абонент", author_id="customer-1", container="topic-1", at=clock.now())
    )
    rows = await floor.sql("SELECT answered_at IS NOT NULL, claimed_by FROM question ORDER BY id")
    assert rows == [(1, None), (0, None)]
    assert (await floor.view(thread_id)).opening.text == "А коли саме?"


async def test_a_settled_thread_closes_and_one_answered_later_does_not(floor: Floor, clock: WatchedClock) -> None:
    old = await floor.ask()
    await answer(floor, old)
    clock.advance(3600)
    new = await floor.ask()
    await answer(floor, new)
    assert await floor.store.write(lambda db: threads.settle(db, clock.now() - MINUTE)) == 1
    assert [(await floor.thread(one)).status for one in (old, new)] == [ThreadStatus.CLOSED, ThreadStatus.ANSWERED]


async def test_confirming_takes_the_newest_official_post_beside_it(floor: Floor, clock: WatchedClock) -> None:
    thread_id = await floor.ask("Чому?")
    await floor.shows(
        seen("x", "А в мене?", author="Інша", author_id="customer-9", container="topic-1", at=clock.now()),
        seen("o", "Лагодимо.", author="official", author_id="official", container="topic-1", at=clock.now()),
    )
    assert (await floor.view(thread_id)).perhaps_answered
    assert await floor.store.write(lambda db: threads.confirm_answered(db, thread_id, clock.now(), by=AGENT.user_id))
    view = await floor.view(thread_id)
    assert (view.status, view.answer_kind, view.answer_text) == (ThreadStatus.ANSWERED, AnswerKind.PAGE, "Лагодимо.")
    assert not view.perhaps_answered
    assert (await question(floor)).agent_id is None


async def test_without_an_official_post_there_is_nothing_to_confirm(floor: Floor) -> None:
    thread_id = await floor.ask()
    assert not await floor.store.write(lambda db: threads.confirm_answered(db, thread_id, floor.clock.now(), by=1))
    assert (await floor.thread(thread_id)).status is ThreadStatus.WAITING


async def test_a_thread_turns_once_and_only_if_it_opened_negative(floor: Floor) -> None:
    angry, calm = await floor.ask("Знову немає зв'язку!"), await floor.ask("Чому?")
    now = floor.clock.now()

    def turn(db: Database) -> list[bool]:
        return [threads.turned(db, one, now) for one in (angry, angry, calm)]

    assert await floor.store.write(turn) == [True, False, False]
    rows = await floor.sql("SELECT negative, turned FROM question ORDER BY id")
    assert rows == [(1, 1), (0, 0)]


async def test_the_queue_lists_the_oldest_first_and_counts_what_it_lists(floor: Floor) -> None:
    young, old, middle = [await floor.ask(ago=ago) for ago in (10, 3000, 500)]
    await claim(floor, middle)
    rows = await floor.store.read(lambda db: threads.waiting(db, limit=10))
    assert [(row["id"], row["agent_name"]) for row in rows] == [(old, None), (middle, AGENT.name), (young, None)]
    assert await floor.store.read(threads.waiting_count) == 3
    assert await floor.store.read(threads.free_count) == 2
    mine = await floor.store.read(lambda db: threads.waiting(db, limit=10, agent_id=AGENT.user_id))
    assert [row["id"] for row in mine] == [middle]
    assert await floor.store.read(lambda db: threads.waiting_count(db, AGENT.user_id)) == 1


async def test_notes_stand_in_order_and_an_edit_changes_one(floor: Floor) -> None:
    thread_id = await floor.ask()
    now = floor.clock.now()

    def write(db: Database) -> int | None:
        threads.note(db, thread_id, AGENT, "перша", now, chat_id=-1, message_id=1)
        threads.note(db, thread_id, LEAD, "друга", now, chat_id=-1, message_id=2)
        threads.note(db, thread_id, LEAD, "друга", now, chat_id=-1, message_id=2)
        return threads.edit_note(db, -1, 1, "перша, виправлена")

    assert await floor.store.write(write) == thread_id
    notes = (await floor.view(thread_id)).notes
    assert [(note.agent_name, note.text) for note in notes] == [
        (AGENT.name, "перша, виправлена"),
        (LEAD.name, "друга"),
    ]
    assert await floor.store.write(lambda db: threads.edit_note(db, -1, 99, "чуже")) is None
