"""What agents do with threads: every use case, every refusal, and what each leaves to be shown."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.desk import Desk
from bot.domain.model import Agent, AnswerKind, ThreadStatus
from bot.domain.told import Told
from bot.sandbox.telegram import GROUP_ID, MARIA
from bot.store import Database, Store, deliveries
from bot.store.deliveries import Kind
from tests.day import Day
from tests.fakes import seen
from tests.floor import AGENT, LEAD, OTHER, Floor, WatchedClock

pytest_plugins = ("tests.floor",)

CARD_MESSAGE, DRAFT_MESSAGE = 500, 700
HOUR = timedelta(hours=1)
NO_THREAD = 999


@pytest.fixture
def day(desk: Desk, floor: Floor) -> Day:
    return Day(desk, floor)


async def test_a_claim_shows_on_the_card_and_the_board(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.floor.all_said()
    assert await day.desk.claim(thread_id, AGENT, now=day.now) == Told("claim.won")
    assert await day.floor.pending() == [str(thread_id)]
    assert await day.floor.pending(Kind.BOARD) == [""]
    view = await day.floor.view(thread_id)
    assert (view.status, view.agent) == (ThreadStatus.CLAIMED, AGENT)


async def test_of_fifty_who_tap_at_once_one_is_told_that_they_won(day: Day) -> None:
    thread_id = await day.floor.ask()
    crowd = [Agent(5000 + number, f"Агент {number}") for number in range(50)]
    told = await asyncio.gather(*(day.desk.claim(thread_id, agent, now=day.now) for agent in crowd))
    assert [one.text for one in told].count("claim.won") == 1
    assert [one.text for one in told].count("claim.taken") == 49
    assert await day.holder(thread_id) == crowd[[one.text for one in told].index("claim.won")].user_id


async def test_the_loser_of_a_claim_hears_who_won_and_since_when(day: Day, clock: WatchedClock) -> None:
    thread_id = await day.claimed()
    since = day.now
    clock.advance(180)
    told = await day.desk.claim(thread_id, OTHER, now=day.now)
    assert told == Told("claim.taken", {"agent": AGENT.name, "since": since}, alert=True)


async def test_tapping_twice_is_no_refusal(day: Day) -> None:
    thread_id = await day.claimed()
    assert await day.desk.claim(thread_id, AGENT, now=day.now) == Told("claim.yours")
    assert await day.floor.pending() == []


async def test_what_is_answered_cannot_be_claimed(day: Day) -> None:
    thread_id = await day.answered()
    assert await day.desk.claim(thread_id, OTHER, now=day.now) == Told("answered_already", alert=True)


async def test_a_claim_and_a_reply_wait_for_the_disk(day: Day, store: Store) -> None:
    thread_id = await day.floor.ask()
    seen: list[bool] = []
    write = store.write

    async def watched(work, *, durable=False, ring=False):  # type: ignore[no-untyped-def]
        seen.append(durable)
        return await write(work, durable=durable, ring=ring)

    store.write = watched  # type: ignore[method-assign]
    await day.desk.claim(thread_id, AGENT, now=day.now)
    await day.reply(thread_id)
    await day.desk.send_now(1, AGENT, now=day.now)
    assert seen == [True, True, True]


async def test_giving_back_is_for_whoever_holds_it_and_for_leads(day: Day) -> None:
    thread_id = await day.claimed()
    refused = await day.desk.release(thread_id, OTHER, now=day.now)
    assert (refused.text, refused.alert) == ("claim.taken", True)
    assert await day.desk.release(thread_id, AGENT, now=day.now) == Told("release.done")
    assert await day.holder(thread_id) is None
    assert await day.desk.release(thread_id, AGENT, now=day.now) == Told("release.not_yours", alert=True)


async def test_a_lead_may_do_anything_with_what_others_hold(day: Day) -> None:
    for act, done in (
        (day.desk.release, "release.done"),
        (day.desk.dismiss, "dismiss.done"),
    ):
        thread_id = await day.claimed()
        assert (await act(thread_id, OTHER, now=day.now)).text == "claim.taken"
        assert (await act(thread_id, LEAD, now=day.now)).text == done
    thread_id = await day.claimed()
    assert (await day.desk.snooze(thread_id, OTHER, HOUR, now=day.now)).text == "claim.taken"
    assert (await day.desk.snooze(thread_id, LEAD, HOUR, now=day.now)).text == "snooze.done"
    assert await day.holder(thread_id) == AGENT.user_id


@pytest.mark.parametrize("verb", ["claim", "release", "dismiss", "confirm", "retry"])
async def test_a_thread_that_is_not_there_is_refused(day: Day, verb: str) -> None:
    told = await getattr(day.desk, verb)(NO_THREAD, AGENT, now=day.now)
    assert told == Told("no_such_thread", alert=True)


async def test_nothing_happens_to_what_is_answered(day: Day) -> None:
    thread_id = await day.answered()
    assert await day.desk.dismiss(thread_id, AGENT, now=day.now) == Told("answered_already", alert=True)
    assert await day.desk.snooze(thread_id, AGENT, HOUR, now=day.now) == Told("answered_already", alert=True)
    for verb in ("reopen", "wake", "confirm"):
        assert await getattr(day.desk, verb)(thread_id, AGENT, now=day.now) == Told("stale_card", alert=True)
    assert (await day.floor.thread(thread_id)).status is ThreadStatus.ANSWERED


async def test_dismissing_names_who_did_it_and_anybody_may_undo_it(day: Day) -> None:
    thread_id = await day.claimed()
    assert await day.desk.dismiss(thread_id, AGENT, now=day.now) == Told("dismiss.done")
    assert (await day.floor.view(thread_id)).dismissed_by == AGENT.name
    assert await day.desk.dismiss(thread_id, AGENT, now=day.now) == Told("answered_already", alert=True)
    assert await day.desk.reopen(thread_id, OTHER, now=day.now) == Told("reopen.done")
    assert (await day.floor.thread(thread_id)).status is ThreadStatus.WAITING
    assert await day.desk.claim(thread_id, OTHER, now=day.now) == Told("claim.won")


async def test_snoozing_says_until_when(day: Day) -> None:
    thread_id = await day.floor.ask()
    assert await day.desk.snooze(thread_id, AGENT, HOUR, now=day.now) == Told("snooze.done", {"until": day.now + HOUR})
    assert (await day.floor.view(thread_id)).snoozed_until == day.now + HOUR
    assert await day.desk.wake(thread_id, OTHER, now=day.now) == Told("wake.done")
    assert (await day.floor.thread(thread_id)).status is ThreadStatus.WAITING


async def test_snoozing_until_the_morning_means_nine_by_the_teams_clock(day: Day) -> None:
    thread_id = await day.floor.ask()
    told = await day.desk.snooze(thread_id, AGENT, None, now=day.now)
    assert told.values["until"] == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


async def test_confirming_an_answer_on_the_page_credits_nobody(day: Day) -> None:
    thread_id = await day.floor.ask("Чому?")
    await day.floor.shows(
        seen("x", "А в мене?", author="Інша", author_id="customer-9", container="topic-1", at=day.now),
        seen("o", "Лагодимо.", author="official", author_id="official", container="topic-1", at=day.now),
    )
    assert await day.desk.confirm(thread_id, AGENT, now=day.now) == Told("confirm.done")
    assert (await day.floor.view(thread_id)).answer_kind is AnswerKind.PAGE
    assert (await day.floor.view(thread_id)).answer_agent == ""


async def test_the_digest_gives_out_the_oldest_and_says_how_many(day: Day) -> None:
    asked = [await day.floor.ask(ago=1000 - 10 * number) for number in range(7)]
    await day.floor.store.write(lambda db: deliveries.fold(db, asked))
    await day.floor.all_said()
    assert await day.desk.more(5, now=day.now) == Told("more.done", {"n": 5})
    assert await day.floor.pending() == [str(one) for one in asked[:5]]
    assert await day.desk.more(5, now=day.now) == Told("more.done", {"n": 2})
    assert await day.desk.more(5, now=day.now) == Told("more.none")


async def test_a_card_a_ping_and_a_draft_lead_to_their_thread_and_nothing_else_does(day: Day) -> None:
    thread_id = await day.floor.ask()
    await day.reply(thread_id)

    def work(db: Database) -> None:
        deliveries.posted(db, GROUP_ID, CARD_MESSAGE, Kind.CARD, str(thread_id), "x")
        deliveries.posted(db, GROUP_ID, CARD_MESSAGE + 1, Kind.PING, str(thread_id), "x")
        deliveries.posted(db, GROUP_ID, DRAFT_MESSAGE, Kind.DRAFT, "1", "x")
        deliveries.posted(db, GROUP_ID, 800, Kind.BOARD, "", "x")

    await day.floor.store.write(work)
    found = [
        await day.desk.thread_of(GROUP_ID, one) for one in (CARD_MESSAGE, CARD_MESSAGE + 1, DRAFT_MESSAGE, 800, 4040)
    ]
    assert found == [thread_id, thread_id, thread_id, None, None]
    assert await day.desk.thread_of(-1, CARD_MESSAGE) is None


async def test_a_button_passes_only_where_it_stands(day: Day) -> None:
    first, second = await day.floor.ask(), await day.floor.ask()
    await day.reply(first)

    def work(db: Database) -> None:
        deliveries.posted(db, GROUP_ID, CARD_MESSAGE, Kind.CARD, str(first), "x")
        deliveries.posted(db, GROUP_ID, CARD_MESSAGE + 1, Kind.CARD, str(second), "x")
        deliveries.posted(db, GROUP_ID, DRAFT_MESSAGE, Kind.DRAFT, "1", "x")

    await day.floor.store.write(work)
    stands = day.desk.stands
    assert await stands(GROUP_ID, CARD_MESSAGE, "claim", str(first))
    assert await stands(GROUP_ID, DRAFT_MESSAGE, "send", "1")
    assert await stands(GROUP_ID, DRAFT_MESSAGE, "retry", str(first))
    assert not await stands(GROUP_ID, CARD_MESSAGE, "claim", str(second))
    assert not await stands(-1, CARD_MESSAGE, "claim", str(first))
    assert not await stands(GROUP_ID, CARD_MESSAGE, "send", "1")
    assert not await stands(GROUP_ID, DRAFT_MESSAGE, "cancel", "2")
    assert not await stands(GROUP_ID, 4040, "claim", str(first))
    assert not await stands(GROUP_ID, CARD_MESSAGE, "claim", f"{first} OR 1")
    assert await stands(GROUP_ID, 4040, "queue", "2")


async def test_a_button_on_a_card_that_was_posted_anew_passes_no_more(day: Day) -> None:
    thread_id = await day.floor.ask()
    for message_id in (CARD_MESSAGE, CARD_MESSAGE + 1):
        await day.floor.store.write(
            lambda db, one=message_id: deliveries.posted(db, GROUP_ID, one, Kind.CARD, str(thread_id), "x")  # type: ignore[misc]
        )
    assert not await day.desk.stands(GROUP_ID, CARD_MESSAGE, "claim", str(thread_id))
    assert await day.desk.stands(GROUP_ID, CARD_MESSAGE + 1, "claim", str(thread_id))


async def test_somebody_who_never_was_on_the_roster_is_still_named_when_they_hold_a_thread(day: Day) -> None:
    """A name is known from the moment of the first action; without it the refusal must not fail."""
    thread_id = await day.claimed(Agent(MARIA, "Марія Показова"))
    told = await day.desk.claim(thread_id, OTHER, now=day.now)
    assert told.text == "claim.taken"
    assert told.values["agent"]
