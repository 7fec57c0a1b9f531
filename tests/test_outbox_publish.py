"""Public replies on their way to a page: recorded first, published once, counted when they were read back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.desk import Desk
from bot.domain.errors import (
    AddressRefused,
    CaptchaAsked,
    LoginRefused,
    PageGone,
    PageTooLarge,
    PageUnreadable,
    ReplyClosed,
    ReplyFlood,
    ReplyRejected,
    ReplyStale,
    ReplyUnknown,
    ReplyUnseen,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import AnswerKind, ReplyStatus, ThreadStatus
from bot.outbox.publish import FLOOD_WAIT, LONGEST_FLOOD, LOOKS_BEFORE_ASKING, TRIES, WATCHED_FOR
from bot.sandbox.telegram import GROUP_ID
from bot.sources import Source
from bot.store import replies
from bot.store.deliveries import Kind
from tests.fakes import seen
from tests.floor import AGENT, UNDO, Floor, WatchedClock
from tests.publishing import LOST, TEXT, Scene, Script

pytest_plugins = ("tests.floor",)


def test_the_script_is_a_source(clock: WatchedClock) -> None:
    source: Source = Script(clock)
    assert source


@pytest.fixture
def scene(floor: Floor, desk: Desk, clock: WatchedClock) -> Scene:
    return Scene(floor, desk, clock)


async def test_a_draft_is_published_after_its_undo_window_and_read_back(scene: Scene) -> None:
    thread_id = await scene.floor.ask()
    await scene.draft(thread_id)
    async with scene.running():
        await scene.pass_(UNDO.total_seconds() - 1)
        assert scene.source.published == []
        await scene.pass_(1)
    assert (scene.source.published, await scene.status()) == ([TEXT], ReplyStatus.VERIFIED)
    view = await scene.floor.view(thread_id)
    assert (view.status, view.answer_kind, view.answer_agent) == (
        ThreadStatus.ANSWERED,
        AnswerKind.REPLY,
        AGENT.name,
    )
    assert view.answer_url == scene.source.page[0].url
    assert await scene.floor.pending() == [str(thread_id)]
    assert await scene.floor.pending(Kind.DRAFT) == ["1"]


async def test_sending_now_does_not_wait_for_the_window(scene: Scene) -> None:
    async with scene.running():
        await scene.draft(await scene.floor.ask())
        await scene.settle()
        assert scene.source.published == []
        await scene.desk.send_now(1, AGENT, now=scene.clock.now())
        await scene.settle()
    assert await scene.status() is ReplyStatus.VERIFIED


async def test_a_cancelled_draft_is_never_published(scene: Scene) -> None:
    async with scene.running():
        await scene.draft(await scene.floor.ask())
        await scene.pass_(10)
        await scene.desk.cancel(1, AGENT, now=scene.clock.now())
        await scene.pass_(60, step=20)
    assert scene.source.published == []


async def test_an_edited_draft_is_published_as_it_was_edited(scene: Scene) -> None:
    async with scene.running():
        await scene.draft(await scene.floor.ask())
        await scene.desk.edited(AGENT, "Інакше.", chat_id=GROUP_ID, message_id=600, now=scene.clock.now())
        await scene.pass_(20, step=20)
    assert scene.source.published == ["Інакше."]


@pytest.mark.parametrize(
    "error",
    [
        ReplyClosed("тему закрито"),
        ReplyRejected("заборонене посилання"),
        PageGone("404"),
        PageTooLarge("9 MB"),
        AddressRefused("10.0.0.1"),
        TokenRefused("190"),
        LoginRefused("wrong password"),
        CaptchaAsked("prove it"),
        ReplyFlood("wait an hour", retry_after=LONGEST_FLOOD + 1),
        SourceBusy("wait an hour", retry_after=3600),
    ],
    ids=lambda error: error.code,
)
async def test_a_refusal_that_will_not_pass_comes_back_to_its_agent_with_the_reason(
    scene: Scene, error: SourceError
) -> None:
    scene.source.answers.append(error)
    async with scene.running():
        await scene.sent()
        await scene.pass_(3600, step=600)
    kept = await scene.floor.reply()
    assert (kept.reply.status, kept.reply.refusal, kept.reply.text) == (ReplyStatus.REFUSED, error.code, TEXT)
    assert scene.source.published == [TEXT]
    assert await scene.floor.pending(Kind.DRAFT) == ["1"]
    assert (await scene.floor.thread(kept.reply.thread_id)).holder == AGENT.user_id


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (ReplyFlood("slowly", retry_after=20), 20),
        (SourceBusy("429", retry_after=45), 45),
        (ReplyFlood("slowly"), FLOOD_WAIT),
        (SourceDown("502"), 2),
        (PageUnreadable("HTML where JSON was expected"), 2),
    ],
    ids=lambda value: getattr(value, "code", str(value)),
)
async def test_what_passes_is_waited_for_and_then_published_once(
    scene: Scene, error: SourceError, seconds: float
) -> None:
    scene.source.answers.append(error)
    async with scene.running():
        await scene.sent()
        assert await scene.status() is ReplyStatus.QUEUED
        await scene.pass_(seconds - 1, step=seconds - 1)
        assert len(scene.source.published) == 1
        await scene.pass_(1)
    assert await scene.status() is ReplyStatus.VERIFIED
    assert [post.text for post in scene.source.page] == [TEXT]


async def test_a_page_that_stays_down_is_tried_a_few_times_ever_more_slowly(scene: Scene) -> None:
    scene.source.answers.extend(SourceDown("502") for _ in range(TRIES))
    async with scene.running():
        await scene.sent()
        began = scene.clock.monotonic()
        while await scene.status() is ReplyStatus.QUEUED:
            await scene.leap()
    assert (await scene.status(), len(scene.source.published)) == (ReplyStatus.REFUSED, TRIES)
    assert scene.clock.monotonic() - began == sum(2.0**attempt for attempt in range(1, TRIES))


async def test_a_lost_answer_is_read_back_and_never_published_twice(scene: Scene) -> None:
    scene.source.answers.append(LOST)
    async with scene.running():
        await scene.sent()
    assert (await scene.status(), scene.source.published) == (ReplyStatus.VERIFIED, [TEXT])


async def test_a_reply_of_unknown_fate_is_put_before_its_agent_and_not_sent_again(scene: Scene) -> None:
    scene.source.answers.append(ReplyUnknown("time-out"))
    async with scene.running():
        await scene.sent()
        assert await scene.status() is ReplyStatus.UNKNOWN
        while await scene.status() is ReplyStatus.UNKNOWN:
            await scene.leap()
        await scene.pass_(7200, step=1800)
        kept = await scene.floor.reply()
        assert (kept.reply.status, kept.reply.refusal) == (ReplyStatus.REFUSED, ReplyUnknown.code)
        assert (scene.source.published, len(scene.source.found)) == ([TEXT], LOOKS_BEFORE_ASKING)
        await scene.desk.retry(kept.reply.thread_id, AGENT, now=scene.clock.now())
        await scene.settle()
    assert (await scene.status(), scene.source.published) == (ReplyStatus.VERIFIED, [TEXT, TEXT])


async def test_after_a_crash_in_mid_sending_the_page_is_read_first(scene: Scene) -> None:
    reply_id = await scene.draft(await scene.floor.ask())
    await scene.store.write(lambda db: replies.start(db, reply_id, "1", scene.clock.now()))
    scene.source.page.append(seen("o1", TEXT, container="topic-1", at=scene.clock.now()))
    async with scene.running():
        await scene.settle()
    assert (await scene.status(), scene.source.published) == (ReplyStatus.VERIFIED, [])


async def test_after_a_crash_before_the_page_took_it_the_agent_decides(scene: Scene) -> None:
    reply_id = await scene.draft(await scene.floor.ask())
    await scene.store.write(lambda db: replies.start(db, reply_id, "1", scene.clock.now()))
    async with scene.running():
        while await scene.status() is not ReplyStatus.REFUSED:
            await scene.leap()
    assert scene.source.published == []


@pytest.mark.parametrize(("minutes", "sent"), [(9, True), (11, False)])
async def test_a_draft_long_overdue_at_the_start_is_its_agents_to_decide(
    scene: Scene, minutes: int, sent: bool
) -> None:
    """The process was down, or the database is an older copy: the text may be outdated, or stand there already."""
    await scene.draft(await scene.floor.ask())
    scene.clock.advance(UNDO.total_seconds() + minutes * 60)
    async with scene.running():
        await scene.pass_(60, step=20)
        assert scene.source.published == [TEXT] * sent
        assert await scene.status() is (ReplyStatus.VERIFIED if sent else ReplyStatus.REFUSED)
        if not sent:
            assert (await scene.floor.reply()).reply.refusal == ReplyStale.code
            await scene.desk.retry(1, AGENT, now=scene.clock.now())
            await scene.settle()
    assert await scene.status() is ReplyStatus.VERIFIED


async def test_a_crash_after_the_page_took_it_publishes_nothing_again(scene: Scene) -> None:
    scene.source.hidden = True
    async with scene.running():
        await scene.sent()
    assert await scene.status() is ReplyStatus.PUBLISHED
    scene.source.hidden = False
    async with scene.running():
        await scene.leap()
    assert (await scene.status(), scene.source.published) == (ReplyStatus.VERIFIED, [TEXT])


async def test_an_accepted_reply_nobody_sees_yet_is_looked_for_ever_less_often(scene: Scene) -> None:
    scene.source.hidden = True
    async with scene.running():
        await scene.sent()
        for _ in range(8):
            await scene.leap()
    first = scene.source.found[0]
    assert [moment - first for moment in scene.source.found] == [0, 2, 7, 22, 82, 382, 1282, 4882, 8482]
    assert await scene.status() is ReplyStatus.PUBLISHED


async def test_a_reply_held_for_moderation_counts_when_it_appears(scene: Scene) -> None:
    scene.source.hidden = True
    async with scene.running():
        reply_id = await scene.sent()
        await scene.pass_(1800, step=300)
        thread_id = (await scene.floor.reply(reply_id)).reply.thread_id
        assert (await scene.floor.thread(thread_id)).status is ThreadStatus.CLAIMED
        scene.source.hidden = False
        await scene.pass_(3600, step=600)
    assert await scene.status() is ReplyStatus.VERIFIED


async def test_what_nobody_sees_for_a_day_comes_back_to_its_agent(scene: Scene) -> None:
    scene.source.hidden = True
    async with scene.running():
        await scene.sent()
        began = scene.clock.now()
        while await scene.status() is ReplyStatus.PUBLISHED:
            await scene.leap()
    assert (await scene.floor.reply()).reply.refusal == ReplyUnseen.code
    assert WATCHED_FOR < scene.clock.now() - began < WATCHED_FOR + timedelta(hours=1, minutes=1)
    assert scene.source.published == [TEXT]


@pytest.mark.parametrize("blind", [SourceDown("502"), KeyError("a bug of the parser")], ids=["down", "a bug"])
async def test_a_page_that_cannot_be_read_back_is_not_hammered(scene: Scene, blind: Exception) -> None:
    scene.source.blind = blind
    async with scene.running():
        await scene.sent()
        await scene.pass_(90)
        assert len(scene.source.found) == 5
        scene.source.blind = None
        await scene.pass_(300, step=100)
    assert (await scene.status(), scene.source.published) == (ReplyStatus.VERIFIED, [TEXT])


async def test_a_bug_while_publishing_leaves_the_fate_unknown_and_the_page_is_read(scene: Scene) -> None:
    scene.source.answers.append(KeyError("a bug of the source"))
    async with scene.running():
        await scene.sent()
        assert await scene.status() is ReplyStatus.UNKNOWN
        while await scene.status() is ReplyStatus.UNKNOWN:
            await scene.leap()
    assert (await scene.status(), scene.source.published) == (ReplyStatus.REFUSED, [TEXT])


async def test_a_look_that_sees_our_reply_before_the_platforms_answer_settles_it(scene: Scene) -> None:
    """The platform's answer is lost after the page was read: what was seen stays seen."""
    scene.source.gate = asyncio.Event()
    scene.source.answers.append(LOST)
    async with scene.running():
        await scene.draft(await scene.floor.ask())
        await scene.desk.send_now(1, AGENT, now=scene.clock.now())
        while not scene.source.page:
            await scene.store.read(lambda db: None)
        await scene.floor.shows(scene.source.page[0])
        assert await scene.status() is ReplyStatus.VERIFIED
        scene.source.gate.set()
        await scene.settle()
        await scene.pass_(120, step=30)
    kept = await scene.floor.reply()
    assert (kept.reply.status, kept.reply.refusal, scene.source.published) == (ReplyStatus.VERIFIED, None, [TEXT])


async def test_a_reply_waiting_to_be_sent_again_is_not_sent_when_the_page_shows_it(scene: Scene) -> None:
    scene.source.answers.extend([ReplyFlood("slowly", retry_after=60)])
    async with scene.running():
        reply_id = await scene.sent()
        assert await scene.status() is ReplyStatus.QUEUED
        kept = await scene.floor.reply(reply_id)
        await scene.floor.shows(
            seen("o1", TEXT, author="official", author_id="official", container="topic-1", at=scene.clock.now())
        )
        await scene.pass_(120, step=30)
    assert await scene.status() is ReplyStatus.VERIFIED
    assert (await scene.floor.view(kept.reply.thread_id)).answer_kind is AnswerKind.REPLY
    assert scene.source.published == [TEXT]


async def test_one_community_at_a_time_and_communities_side_by_side(scene: Scene) -> None:
    scene.source.gate = asyncio.Event()
    first, second = await scene.floor.ask(), await scene.floor.ask()
    elsewhere = await scene.floor.ask(community="aside")
    async with scene.running():
        for number, thread_id in enumerate((first, second)):
            await scene.draft(thread_id, f"{TEXT} {number}", message_id=600 + number)
        await scene.draft(elsewhere, message_id=700)
        await scene.floor.change("UPDATE reply SET status = 'draft', due_at = 0")
        scene.store.bells.ring()
        while not (scene.source.published and scene.aside.published):
            await scene.store.read(lambda db: None)
        for _ in range(50):
            await scene.store.read(lambda db: None)
        assert len(scene.source.published) == 1
        scene.source.gate.set()
        await scene.settle()
        await scene.pass_(2)
    assert [post.text for post in scene.source.page] == [f"{TEXT} 0", f"{TEXT} 1"]
    assert {await scene.status(number) for number in (1, 2, 3)} == {ReplyStatus.VERIFIED}


async def test_a_community_that_is_watched_no_more_gives_the_text_back(scene: Scene) -> None:
    del scene.sources["forum"]
    async with scene.running():
        await scene.sent()
    kept = await scene.floor.reply()
    assert (kept.reply.status, kept.reply.refusal) == (ReplyStatus.REFUSED, PageGone.code)


async def test_leads_hear_once_that_a_page_takes_our_replies_no_more(scene: Scene) -> None:
    async with scene.running():
        for number in range(2):
            scene.source.answers.append(TokenRefused("190"))
            await scene.draft(await scene.floor.ask(), f"{TEXT} {number}", message_id=600 + number)
            await scene.pass_(UNDO.total_seconds(), step=15)
    alarms = await scene.floor.sql("SELECT key FROM delivery WHERE kind = 'alarm'")
    assert alarms == [("forum:write",)]


async def test_stopping_lets_what_is_being_published_finish(scene: Scene) -> None:
    scene.source.gate = asyncio.Event()
    async with scene.running() as task:
        await scene.draft(await scene.floor.ask())
        await scene.desk.send_now(1, AGENT, now=scene.clock.now())
        while not scene.source.page:
            await scene.store.read(lambda db: None)
        task.cancel()
        await scene.store.read(lambda db: None)
        scene.source.gate.set()
    assert (await scene.status(), scene.source.published) == (ReplyStatus.VERIFIED, [TEXT])
