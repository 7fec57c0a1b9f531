"""The jobs that tick: cards that grow older, threads that wake, and what is tidied up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.alike import WAVE
from bot.domain.model import AnswerKind, ThreadStatus
from bot.sandbox.telegram import GROUP_ID
from bot.store import Database, deliveries, inbox, pickers, quiet, threads
from bot.store.deliveries import Kind, Priority
from bot.store.threads import Answer
from jobs import JOBS, housekeeping, refresh, wake
from jobs.housekeeping import KEPT, SETTLED
from jobs.refresh import AT_ONCE, CHOOSING
from tests.floor import AGENT, Floor, WatchedClock
from tests.jobs.at_work import At

pytest_plugins = ("tests.floor",)

COPIED = "Чому ви підняли ціну тарифу без попередження? Поверніть гроші всім абонентам!"


async def with_card(floor: Floor, bucket: int | None = 0, *, ago: float = 0) -> int:
    """A thread whose card stands in the group."""
    thread_id = await floor.ask(ago=ago)
    await floor.store.write(
        lambda db: deliveries.posted(db, GROUP_ID, 1000 + thread_id, Kind.CARD, str(thread_id), "x", bucket)
    )
    await floor.all_said()
    return thread_id


async def test_a_card_is_shown_anew_when_its_wait_has_passed_a_step(at: At, floor: Floor, clock: WatchedClock) -> None:
    thread_id = await with_card(floor)
    clock.advance(4 * 60)
    await refresh.run(at.parts, now=clock.now())
    assert await floor.pending() == []
    clock.advance(60)
    await refresh.run(at.parts, now=clock.now())
    assert await floor.pending() == [str(thread_id)]


async def test_a_card_on_which_somebody_went_on_choosing_has_its_buttons_back_after_two_minutes(
    at: At, floor: Floor, clock: WatchedClock
) -> None:
    thread_id = await with_card(floor)
    await floor.store.write(lambda db: pickers.open_(db, thread_id, clock.now()))
    clock.advance(CHOOSING.total_seconds())
    await refresh.run(at.parts, now=clock.now())
    assert await floor.pending() == []
    clock.advance(1)
    await refresh.run(at.parts, now=clock.now())
    assert await floor.pending() == [str(thread_id)]
    assert not await floor.store.read(lambda db: pickers.is_open(db, GROUP_ID, thread_id))


async def test_a_card_shown_anew_waits_behind_everything_that_happens(
    at: At, floor: Floor, clock: WatchedClock
) -> None:
    await with_card(floor)
    clock.advance(3600)
    await refresh.run(at.parts, now=clock.now())
    assert await floor.sql("SELECT priority FROM delivery WHERE state = 'pending' AND kind = 'card'") == [
        (Priority.BOARD,)
    ]


async def test_a_few_cards_a_minute_are_shown_anew_and_each_in_its_turn(
    at: At, floor: Floor, clock: WatchedClock
) -> None:
    cards = [await with_card(floor) for _ in range(AT_ONCE * 2 + 1)]
    clock.advance(3600)
    shown = []
    for _ in range(3):
        await refresh.run(at.parts, now=clock.now())
        due = await floor.pending()
        assert len(due) <= AT_ONCE
        for key in due:
            await floor.change("UPDATE message SET bucket = 3600 WHERE key = ?", key)
        await floor.all_said()
        shown += due
    assert sorted(map(int, shown)) == cards


@pytest.mark.parametrize("state", ["answered", "dismissed", "snoozed"])
async def test_a_card_of_somebody_who_does_not_wait_is_left_alone(
    at: At, floor: Floor, clock: WatchedClock, state: str
) -> None:
    thread_id = await with_card(floor)
    now = clock.now()

    def work(db: Database) -> None:
        match state:
            case "answered":
                threads.answer(db, thread_id, Answer(AnswerKind.PAGE, now, "Так", ""), now)
            case "dismissed":
                threads.dismiss(db, thread_id, AGENT, now)
            case _:
                threads.snooze(db, thread_id, now + timedelta(days=9), now, by=1)

    await floor.store.write(work)
    clock.advance(86400)
    await refresh.run(at.parts, now=clock.now())
    assert await floor.pending() == []


async def test_without_a_group_there_is_nothing_to_show_anew(at: At, floor: Floor, clock: WatchedClock) -> None:
    await with_card(floor)
    await floor.change("DELETE FROM setting WHERE name = 'group'")
    clock.advance(86400)
    await refresh.run(at.parts, now=clock.now())
    assert await floor.pending() == []


async def test_a_snoozed_thread_comes_back_when_its_time_has_come(at: At, floor: Floor, clock: WatchedClock) -> None:
    thread_id = await floor.ask()
    until = clock.now() + timedelta(hours=1)
    await floor.store.write(lambda db: threads.snooze(db, thread_id, until, clock.now(), by=1))
    await floor.all_said()
    await wake.run(at.parts, now=until - timedelta(seconds=1))
    assert (await floor.thread(thread_id)).status is ThreadStatus.SNOOZED
    floor.store.bells.chat.clear()
    await wake.run(at.parts, now=until)
    assert (await floor.thread(thread_id)).status is ThreadStatus.WAITING
    assert await floor.pending() == [str(thread_id)]
    assert floor.store.bells.chat.is_set()


async def test_waking_twice_wakes_once(at: At, floor: Floor, clock: WatchedClock) -> None:
    thread_id = await floor.ask()
    await floor.store.write(lambda db: threads.snooze(db, thread_id, clock.now(), clock.now(), by=1))
    for _ in range(2):
        await wake.run(at.parts, now=clock.now())
    assert await floor.sql("SELECT count(*) FROM event WHERE kind = 'woken'") == [(1,)]


async def test_a_snoozed_thread_answered_meanwhile_stays_answered(at: At, floor: Floor, clock: WatchedClock) -> None:
    thread_id = await floor.ask()
    now = clock.now()
    await floor.store.write(lambda db: threads.snooze(db, thread_id, now + timedelta(hours=1), now, by=1))
    await floor.store.write(lambda db: threads.answer(db, thread_id, Answer(AnswerKind.PAGE, now, "Так", ""), now))
    await wake.run(at.parts, now=now + timedelta(hours=2))
    assert (await floor.thread(thread_id)).status is ThreadStatus.ANSWERED


async def test_an_answered_thread_closes_after_three_quiet_days(at: At, floor: Floor, clock: WatchedClock) -> None:
    thread_id = await floor.ask()
    now = clock.now()
    await floor.store.write(lambda db: threads.answer(db, thread_id, Answer(AnswerKind.PAGE, now, "Так", ""), now))
    await housekeeping.run(at.parts, now=now + SETTLED)
    assert (await floor.thread(thread_id)).status is ThreadStatus.ANSWERED
    await housekeeping.run(at.parts, now=now + SETTLED + timedelta(seconds=1))
    assert (await floor.thread(thread_id)).status is ThreadStatus.CLOSED


async def test_tidying_up_forgets_what_helped_delivery_and_nothing_people_wrote(
    at: At, floor: Floor, clock: WatchedClock
) -> None:
    thread_id = await floor.ask()
    now = clock.now()

    def work(db: Database) -> None:
        threads.note(db, thread_id, AGENT, "нотатка", now, chat_id=-1, message_id=1)
        inbox.put(db, {1: "{}", 2: "{}"}, now)
        inbox.done(db, [1])

    await floor.store.write(work)
    await floor.all_said()
    kept = {"post": 1, "thread": 1, "question": 1, "note": 1}
    await housekeeping.run(at.parts, now=now + KEPT)
    assert (await floor.sql("SELECT count(*) FROM delivery"))[0][0] > 0
    await housekeeping.run(at.parts, now=now + KEPT + timedelta(seconds=1))
    assert await floor.sql("SELECT count(*) FROM delivery") == [(0,)]
    assert await floor.sql("SELECT update_id FROM inbox") == [(2,)]
    for table, rows in kept.items():
        assert await floor.sql(f"SELECT count(*) FROM {table}") == [(rows,)]  # noqa: S608


async def test_every_job_runs_on_an_empty_store(at: At, clock: WatchedClock) -> None:
    for job in JOBS:
        await job.run(at.parts, now=clock.now())


def test_jobs_have_names_of_their_own_and_tick_often_enough_for_their_hour() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(timedelta() < job.every <= timedelta(hours=1) for job in JOBS)


async def test_an_answer_to_the_first_is_none_to_the_copies_they_get_cards(at: At, floor: Floor) -> None:
    first, *rest = [await floor.ask(COPIED) for _ in range(3)]
    await wake.run(at.parts, now=floor.clock.now())
    assert await floor.pending() == [str(first)]
    page = threads.Answer(AnswerKind.PAGE, floor.clock.now(), "Повернемо", "")
    await floor.store.write(lambda db: threads.answer(db, first, page, floor.clock.now()))
    await floor.all_said()
    await wake.run(at.parts, now=floor.clock.now())
    assert sorted(map(int, await floor.pending())) == rest
    await floor.all_said()
    await wake.run(at.parts, now=floor.clock.now())
    assert await floor.pending() == []


async def test_sketches_are_forgotten_after_a_day(at: At, floor: Floor, clock: WatchedClock) -> None:
    await floor.ask(COPIED)
    clock.advance(WAVE.total_seconds() + 60)
    await housekeeping.run(at.parts, now=clock.now())
    assert await floor.sql("SELECT 1 FROM sketch") == []


async def test_why_a_post_was_quiet_is_forgotten_after_two_weeks_and_the_post_is_not(
    at: At, floor: Floor, clock: WatchedClock
) -> None:
    await floor.ask("Дякую вам")
    clock.advance(KEPT.total_seconds())
    await housekeeping.run(at.parts, now=clock.now())
    assert await floor.store.read(lambda db: quiet.find(db, 1)) is not None
    clock.advance(1)
    await housekeeping.run(at.parts, now=clock.now())
    assert await floor.sql("SELECT text, quiet, quiet_at FROM post") == [("Дякую вам", None, None)]
