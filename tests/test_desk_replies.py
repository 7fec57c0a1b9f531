"""Drafts, notes and what becomes of them: what an agent writes is kept, changed, taken back or sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.desk import Desk, Taken
from bot.domain.model import AnswerKind, ReplyStatus, ThreadStatus
from bot.domain.told import Told
from bot.sandbox.telegram import GROUP_ID
from bot.store import Store, deliveries, replies, threads
from bot.store.deliveries import Kind
from tests.day import AGENTS_MESSAGE, TEXT, Day
from tests.floor import AGENT, COMMUNITIES, KYIV, LEAD, OTHER, UNDO, Floor

pytest_plugins = ("tests.floor",)

DRAFT_MESSAGE = 700
HOUR = timedelta(hours=1)
NO_THREAD = 999


@pytest.fixture
def day(desk: Desk, floor: Floor) -> Day:
    return Day(desk, floor)


async def test_a_reply_takes_a_free_thread_and_keeps_a_draft(day: Day) -> None:
    thread_id = await day.floor.ask()
    assert await day.reply(thread_id, text=f"  {TEXT}\n") is None
    assert await day.holder(thread_id) == AGENT.user_id
    kept = await day.floor.reply()
    assert (kept.reply.text, kept.reply.status, kept.reply.due_at) == (TEXT, ReplyStatus.DRAFT, day.now + UNDO)
    assert await day.floor.pending(Kind.DRAFT) == ["1"]


async def test_the_same_reply_received_twice_is_one_draft(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.reply(thread_id)
    assert await day.reply(thread_id) is None
    assert len(await day.floor.sql("SELECT 1 FROM reply")) == 1


async def test_a_reply_to_somebody_elses_thread_is_refused_and_its_text_kept(day: Day) -> None:
    thread_id = await day.claimed()
    told = await day.reply(thread_id, OTHER)
    assert isinstance(told, Taken)
    assert told.text == TEXT
    assert told.view.agent == AGENT
    assert await day.floor.sql("SELECT 1 FROM reply") == []


async def test_not_even_a_lead_answers_in_anothers_name(day: Day) -> None:
    """One voice, once: a lead takes the thread first."""
    thread_id = await day.claimed()
    assert isinstance(await day.reply(thread_id, LEAD), Taken)
    await day.desk.release(thread_id, LEAD, now=day.now)
    assert await day.reply(thread_id, LEAD) is None


async def test_a_reply_to_a_thread_that_is_not_there_is_refused(day: Day) -> None:
    assert await day.reply(NO_THREAD) == Told("no_such_thread", alert=True)


async def test_a_reply_to_a_dismissed_thread_reopens_it(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.desk.dismiss(thread_id, OTHER, now=day.now)
    assert await day.reply(thread_id) is None
    thread = await day.floor.thread(thread_id)
    assert (thread.status, thread.holder) == (ThreadStatus.CLAIMED, AGENT.user_id)


async def test_a_reply_to_a_snoozed_thread_wakes_it(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.desk.snooze(thread_id, OTHER, HOUR, now=day.now)
    assert await day.reply(thread_id) is None
    assert (await day.floor.thread(thread_id)).status is ThreadStatus.CLAIMED


async def test_what_was_answered_may_be_added_to_by_anybody(day: Day) -> None:
    thread_id = await day.answered()
    assert await day.reply(thread_id, OTHER, "І ще одне: перезавантажте роутер.", message_id=601) is None
    assert (await day.floor.thread(thread_id)).status is ThreadStatus.ANSWERED


async def test_while_an_answer_is_on_its_way_nobody_else_adds_one(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.reply(thread_id)
    page = threads.Answer(AnswerKind.PAGE, day.now, "Лагодимо", "")
    await day.floor.store.write(lambda db: threads.answer(db, thread_id, page, day.now))
    assert isinstance(await day.reply(thread_id, OTHER, message_id=601), Taken)
    await day.status(1, ReplyStatus.REFUSED)
    assert await day.reply(thread_id, OTHER, message_id=601) is None


async def test_where_the_bot_may_not_write_the_text_is_handed_back(day: Day) -> None:
    thread_id = await day.floor.ask(community="aside")
    await day.reply(thread_id)
    assert (await day.floor.reply()).reply.status is ReplyStatus.HANDED
    assert await day.floor.pending(Kind.DRAFT) == ["1"]


async def test_the_signature_is_published_and_not_shown_as_the_agents_words(store: Store, floor: Floor) -> None:
    desk = Desk(store, COMMUNITIES, undo_window=UNDO, signature="— {agent}, Київстар", zone=KYIV)
    day = Day(desk, floor)
    thread_id = await floor.ask()
    await day.reply(thread_id)
    kept = await floor.reply()
    assert kept.published_text == f"{TEXT}\n— Тарас, Київстар"
    assert kept.reply.text == TEXT
    await day.edit("Інакше.")
    assert (await floor.reply()).published_text == "Інакше.\n— Тарас, Київстар"


async def test_a_signature_with_braces_of_its_own_is_left_alone(store: Store, floor: Floor) -> None:
    desk = Desk(store, COMMUNITIES, undo_window=UNDO, signature="{agent} {0} {name}", zone=KYIV)
    thread_id = await floor.ask()
    await Day(desk, floor).reply(thread_id)
    assert (await floor.reply()).published_text.endswith("\nТарас {0} {name}")


async def test_editing_ones_message_edits_the_draft(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.reply(thread_id)
    await day.floor.all_said()
    assert await day.edit("  Інакше. ") is None
    assert (await day.floor.reply()).reply.text == "Інакше."
    assert await day.floor.pending(Kind.DRAFT) == ["1"]


@pytest.mark.parametrize("status", [ReplyStatus.SENDING, ReplyStatus.VERIFIED, ReplyStatus.CANCELLED])
async def test_an_edit_after_the_undo_window_is_refused(day: Day, status: ReplyStatus) -> None:
    await day.reply(await day.floor.ask())
    await day.status(1, status)
    assert await day.edit("Інакше.") == Told("draft.too_late_to_edit")
    assert (await day.floor.reply()).published_text == TEXT


async def test_an_edit_to_nothing_does_not_empty_a_draft(day: Day) -> None:
    await day.reply(await day.floor.ask())
    assert await day.edit("  ") == Told("draft.too_late_to_edit")
    assert (await day.floor.reply()).reply.text == TEXT


async def test_an_edit_of_a_message_that_became_nothing_is_passed_over(day: Day) -> None:
    assert await day.edit("Просто так", message_id=12345) is None


async def test_an_edit_by_somebody_else_changes_no_draft(day: Day) -> None:
    await day.reply(await day.floor.ask())
    assert await day.edit("Чуже", OTHER) is None
    assert (await day.floor.reply()).reply.text == TEXT


async def test_a_draft_that_is_given_the_mark_becomes_a_note_and_goes_nowhere(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.reply(thread_id)
    assert await day.edit("// Спитаю в інженерів") is None
    assert (await day.floor.reply()).reply.status is ReplyStatus.CANCELLED
    assert await day.notes(thread_id) == ["Спитаю в інженерів"]


async def test_what_became_a_note_is_edited_as_a_note(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.reply(thread_id)
    await day.edit("// Спитаю в інженерів")
    assert await day.edit("// Спитав: завтра") is None
    assert await day.edit("Спитав: післязавтра") is None
    assert await day.notes(thread_id) == ["Спитав: післязавтра"]
    assert (await day.floor.reply()).reply.status is ReplyStatus.CANCELLED


async def test_what_is_on_its_way_cannot_become_a_note(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.reply(thread_id)
    await day.status(1, ReplyStatus.SENDING)
    assert await day.edit("// Ой") == Told("draft.too_late_to_edit")
    assert await day.notes(thread_id) == []


async def test_a_note_is_kept_shown_and_acknowledged_and_claims_nothing(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.floor.all_said()
    assert await day.note(thread_id, "//  Клієнт із Садової ") is None
    assert await day.notes(thread_id) == ["Клієнт із Садової"]
    assert await day.holder(thread_id) is None
    assert await day.floor.pending() == [str(thread_id)]
    assert await day.floor.pending(Kind.NOTED) == [str(AGENTS_MESSAGE)]
    assert await day.floor.sql("SELECT 1 FROM reply") == []


async def test_an_empty_note_is_refused(day: Day) -> None:
    thread_id = await day.floor.ask()
    assert await day.note(thread_id, "//  ") == Told("reply.empty", alert=True)
    assert await day.notes(thread_id) == []


async def test_a_note_is_edited_and_never_becomes_a_reply(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.note(thread_id, "// перша")
    assert await day.edit("друга, без позначки") is None
    assert await day.notes(thread_id) == ["друга, без позначки"]
    assert await day.floor.sql("SELECT 1 FROM reply") == []


async def test_sending_now_ends_the_undo_window(day: Day) -> None:
    await day.reply(await day.floor.ask())
    await shown(day)
    assert await day.desk.send_now(1, AGENT, now=day.now) == Told("draft.sent_now")
    assert [kept.reply.id for kept in await day.floor.store.read(lambda db: replies.due(db, day.now))] == [1]


async def shown(day: Day) -> None:
    """The draft's message stands in the group."""
    await day.floor.store.write(lambda db: deliveries.posted(db, GROUP_ID, DRAFT_MESSAGE, Kind.DRAFT, "1", "x"))


async def test_cancelling_takes_the_draft_back_and_keeps_the_thread(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.reply(thread_id)
    assert await day.desk.cancel(1, AGENT, now=day.now) == Told("draft.cancelled")
    assert (await day.floor.reply()).reply.status is ReplyStatus.CANCELLED
    assert await day.holder(thread_id) == AGENT.user_id
    assert await day.desk.cancel(1, AGENT, now=day.now) == Told("draft.too_late", alert=True)


@pytest.mark.parametrize("verb", ["send_now", "cancel"])
async def test_a_draft_belongs_to_its_agent_and_to_leads(day: Day, verb: str) -> None:
    await day.reply(await day.floor.ask())
    refused = await getattr(day.desk, verb)(1, OTHER, now=day.now)
    assert refused == Told("draft.not_yours", {"agent": AGENT.name}, alert=True)
    assert not (await getattr(day.desk, verb)(1, LEAD, now=day.now)).alert


@pytest.mark.parametrize("verb", ["send_now", "cancel"])
async def test_a_draft_that_is_not_there_or_on_its_way_is_refused(day: Day, verb: str) -> None:
    assert await getattr(day.desk, verb)(77, AGENT, now=day.now) == Told("no_such_thread", alert=True)
    await day.reply(await day.floor.ask())
    await day.status(1, ReplyStatus.SENDING)
    assert await getattr(day.desk, verb)(1, AGENT, now=day.now) == Told("draft.too_late", alert=True)


@pytest.mark.parametrize("status", [ReplyStatus.REFUSED, ReplyStatus.UNKNOWN])
async def test_a_person_may_decide_to_publish_again(day: Day, status: ReplyStatus) -> None:
    thread_id = await day.floor.ask()
    await day.reply(thread_id)
    await day.status(1, status)
    assert (await day.desk.retry(thread_id, OTHER, now=day.now)).text == "claim.taken"
    assert await day.desk.retry(thread_id, AGENT, now=day.now) == Told("retry.done")
    assert (await day.floor.reply()).reply.status is ReplyStatus.QUEUED


@pytest.mark.parametrize("status", [ReplyStatus.SENDING, ReplyStatus.PUBLISHED, ReplyStatus.VERIFIED])
async def test_what_may_stand_on_the_page_is_not_published_again(day: Day, status: ReplyStatus) -> None:
    thread_id = await day.floor.ask()
    await day.reply(thread_id)
    await day.status(1, status)
    assert await day.desk.retry(thread_id, AGENT, now=day.now) == Told("draft.too_late", alert=True)
    assert (await day.floor.reply()).reply.status is status


async def test_a_thread_is_neither_given_back_nor_dismissed_while_its_answer_is_on_its_way(day: Day) -> None:
    """A stale card still has the buttons; a second person would write a second answer."""
    thread_id = await day.claimed()
    await day.reply(thread_id)
    refusal = Told("release.under_way", alert=True)
    assert await day.desk.release(thread_id, AGENT, now=day.now) == refusal
    assert await day.desk.dismiss(thread_id, AGENT, now=day.now) == refusal
    assert await day.desk.cancel((await day.floor.reply()).reply.id, AGENT, now=day.now) == Told("draft.cancelled")
    assert await day.desk.release(thread_id, AGENT, now=day.now) == Told("release.done")
