"""Who is an agent at this moment: asked of a real Telegram over HTTP, believed only as long as it is safe."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.chat import Chat, Rights
from bot.domain.errors import ChatError
from bot.domain.model import Agent, ReplyStatus, ThreadStatus
from bot.sandbox.telegram import GROUP_ID, OKSANA, STRANGER, TARAS, World
from bot.store import Store, agents, replies, settings, threads
from bot.store.deliveries import Kind
from bot.team import TRUSTED, Team
from tests.floor import AGENT, UNDO, Floor, WatchedClock, said

pytest_plugins = ("tests.floor",)

SECOND = timedelta(seconds=1)


@pytest.fixture
def team(store: Store, chat: Chat) -> Team:
    return Team(store, chat, chat_id=None, language="uk")


@pytest.fixture
async def started(team: Team, clock: WatchedClock, floor: Floor) -> Team:
    """The group is bound and the bot leads it."""
    await team.start(now=clock.now())
    return team


def asked(world: World) -> int:
    """How often Telegram was asked about a member since the last time; asking begins anew."""
    count = sum(call.method == "getChatMember" for call in world.calls)
    world.calls.clear()
    return count


async def test_the_settings_name_the_group_and_telegram_its_leads(
    store: Store, chat: Chat, clock: WatchedClock
) -> None:
    team = Team(store, chat, chat_id=GROUP_ID, language="uk")
    await team.start(now=clock.now())
    assert (await team.group(), team.bound_by_settings) == (GROUP_ID, True)
    assert [lead.user_id for lead in await store.read(agents.leads)] == [OKSANA]
    assert await store.read(lambda db: settings.get(db, settings.BOT_USERNAME)) == "vidhuk_demo_bot"
    assert await store.read(lambda db: settings.get(db, settings.BOT_IS_ADMIN)) == "1"


async def test_a_group_that_moved_is_not_forgotten_at_the_next_start(
    store: Store, chat: Chat, world: World, clock: WatchedClock
) -> None:
    team = Team(store, chat, chat_id=GROUP_ID, language="uk")
    await team.start(now=clock.now())
    new = world.migrate()
    await team.moved(GROUP_ID, new, now=clock.now())
    again = Team(store, chat, chat_id=GROUP_ID, language="uk")
    await again.start(now=clock.now())
    assert await again.group() == new


async def test_another_group_in_the_settings_gets_the_cards_of_all_who_wait(
    store: Store, chat: Chat, floor: Floor, clock: WatchedClock
) -> None:
    await Team(store, chat, chat_id=GROUP_ID, language="uk").start(now=clock.now())
    thread_id = await floor.ask()
    await floor.all_said()
    await Team(store, chat, chat_id=GROUP_ID, language="uk").start(now=clock.now())
    assert await floor.pending() == []
    await Team(store, chat, chat_id=GROUP_ID - 1, language="uk").start(now=clock.now())
    assert await store.read(settings.group) == GROUP_ID - 1
    assert await floor.pending() == [str(thread_id)]


async def test_a_bot_that_is_not_in_its_group_starts_and_trusts_nobody(
    store: Store, chat: Chat, world: World, clock: WatchedClock
) -> None:
    world.kick_bot()
    team = Team(store, chat, chat_id=GROUP_ID, language="uk")
    await team.start(now=clock.now())
    with pytest.raises(ChatError):
        await team.agent(TARAS, now=clock.now())


async def test_before_a_group_is_bound_nobody_is_an_agent(team: Team, clock: WatchedClock) -> None:
    assert await team.agent(OKSANA, now=clock.now()) is None


@pytest.mark.parametrize(("person", "lead"), [(OKSANA, True), (TARAS, False)])
async def test_members_are_agents_and_administrators_are_leads(
    started: Team, clock: WatchedClock, person: int, lead: bool
) -> None:
    agent = await started.agent(person, now=clock.now())
    assert agent is not None
    assert (agent.user_id, agent.lead, agent.present) == (person, lead, True)


async def test_a_stranger_is_nobody_and_leaves_no_trace(
    started: Team, store: Store, world: World, clock: WatchedClock
) -> None:
    asked(world)
    for _ in range(3):
        assert await started.agent(STRANGER, now=clock.now()) is None
    assert asked(world) == 3
    assert await store.read(lambda db: agents.get(db, STRANGER)) is None


async def test_somebody_telegram_does_not_know_is_nobody(started: Team, clock: WatchedClock) -> None:
    assert await started.agent(424242, now=clock.now()) is None


async def test_an_administrator_bot_believes_a_membership_for_five_minutes(
    started: Team, world: World, clock: WatchedClock
) -> None:
    await started.agent(TARAS, now=clock.now())
    asked(world)
    await started.agent(TARAS, now=clock.now() + TRUSTED - SECOND)
    assert asked(world) == 0
    await started.agent(TARAS, now=clock.now() + TRUSTED)
    assert asked(world) == 1


async def test_a_bot_that_is_no_administrator_asks_every_time(started: Team, world: World, clock: WatchedClock) -> None:
    await started.bot_rights(admin=False)
    asked(world)
    for _ in range(3):
        assert await started.agent(TARAS, now=clock.now()) is not None
    assert asked(world) == 3
    world.leave(TARAS)
    assert await started.agent(TARAS, now=clock.now()) is None


async def test_whoever_leaves_has_no_power_from_that_moment(started: Team, clock: WatchedClock) -> None:
    assert await started.agent(TARAS, now=clock.now()) is not None
    await started.seen(Agent(TARAS, "Тарас Зразковий", present=False), now=clock.now())
    assert await started.agent(TARAS, now=clock.now()) is None


async def test_who_left_while_the_bot_had_no_rights_is_not_believed_when_it_has_them_again(
    started: Team, world: World, clock: WatchedClock
) -> None:
    """Without rights the bot hears of nobody who leaves."""
    assert await started.agent(TARAS, now=clock.now()) is not None
    world.add_bot(role="member")
    await started.bot_rights(admin=False)
    world.leave(TARAS)
    world.add_bot()
    await started.bot_rights(admin=True)
    assert await started.agent(TARAS, now=clock.now()) is None


async def test_after_a_restart_everybody_is_asked_about_anew(
    started: Team, world: World, store: Store, chat: Chat, clock: WatchedClock
) -> None:
    assert await started.agent(TARAS, now=clock.now()) is not None
    world.leave(TARAS)
    again = Team(store, chat, chat_id=None, language="uk")
    await again.start(now=clock.now())
    assert await again.agent(TARAS, now=clock.now()) is None


async def test_what_somebody_held_waits_again_when_they_leave(
    started: Team, floor: Floor, store: Store, clock: WatchedClock
) -> None:
    thread_id = await floor.ask()
    await store.write(lambda db: threads.claim(db, thread_id, TARAS, clock.now()))
    await floor.all_said()
    store.bells.chat.clear()
    await started.seen(Agent(TARAS, "Тарас Зразковий", present=False), now=clock.now())
    thread = await floor.thread(thread_id)
    assert (thread.status, thread.holder) == (ThreadStatus.WAITING, None)
    assert await floor.pending() == [str(thread_id)]
    assert store.bells.chat.is_set()


@pytest.mark.parametrize(
    ("status", "after"),
    [
        (ReplyStatus.DRAFT, ReplyStatus.CANCELLED),
        (ReplyStatus.QUEUED, ReplyStatus.CANCELLED),
        (ReplyStatus.SENDING, ReplyStatus.SENDING),
        (ReplyStatus.VERIFIED, ReplyStatus.VERIFIED),
    ],
)
async def test_what_somebody_had_not_sent_yet_is_not_published_once_they_left(
    started: Team, floor: Floor, store: Store, clock: WatchedClock, status: ReplyStatus, after: ReplyStatus
) -> None:
    thread_id, now = await floor.ask(), clock.now()
    await store.write(
        lambda db: replies.draft(db, thread_id, AGENT, "Текст", "Текст", now + UNDO, now, chat_id=-1, message_id=1)
    )
    await floor.change("UPDATE reply SET status = ?", status)
    await floor.all_said()
    await started.seen(Agent(TARAS, "Тарас Зразковий", present=False), now=now)
    assert (await floor.reply()).reply.status is after
    assert await floor.pending(Kind.DRAFT) == (["1"] if after is ReplyStatus.CANCELLED else [])


async def test_who_comes_back_is_an_agent_again_with_their_language(
    started: Team, store: Store, clock: WatchedClock
) -> None:
    known = await started.agent(TARAS, now=clock.now())
    assert known is not None
    await started.set_language("en", known, now=clock.now())
    await started.pressed_start(TARAS)
    await started.seen(Agent(TARAS, "Тарас Зразковий", present=False), now=clock.now())
    await started.seen(Agent(TARAS, "Тарас Новий"), now=clock.now())
    back = await started.agent(TARAS, now=clock.now())
    assert back is not None
    assert (back.name, back.language, back.private) == ("Тарас Новий", "en", True)


async def test_a_confirmation_from_telegram_keeps_the_language_too(
    started: Team, world: World, clock: WatchedClock
) -> None:
    known = await started.agent(TARAS, now=clock.now())
    await started.set_language("en", known, now=clock.now())
    clock.advance(3600)
    asked(world)
    again = await started.agent(TARAS, now=clock.now())
    assert asked(world) == 1
    assert again is not None
    assert again.language == "en"


async def test_the_groups_language_redraws_what_stands(started: Team, floor: Floor, clock: WatchedClock) -> None:
    thread_id = await floor.ask()
    await floor.all_said()
    assert await started.language() == "uk"
    await started.set_language("en", None, now=clock.now())
    assert await started.language() == "en"
    assert await floor.pending() == [str(thread_id)]
    assert await floor.pending(Kind.BOARD) == [""]


async def test_ones_own_language_redraws_nothing(started: Team, floor: Floor, clock: WatchedClock) -> None:
    await floor.ask()
    await floor.all_said()
    await started.set_language("en", await started.agent(TARAS, now=clock.now()), now=clock.now())
    assert await started.language() == "uk"
    assert await floor.pending() == []


async def test_binding_another_group_brings_the_cards_of_all_who_wait(
    started: Team, floor: Floor, store: Store, clock: WatchedClock
) -> None:
    thread_id = await floor.ask()
    await floor.all_said()
    assert (await started.bind(GROUP_ID, now=clock.now())).admin
    assert await floor.pending() == [str(thread_id)]
    assert await floor.pending(Kind.BOARD) == [""]


async def test_binding_says_whether_the_bot_leads_the_group(started: Team, world: World, clock: WatchedClock) -> None:
    world.add_bot(role="member")
    assert await started.bind(GROUP_ID, now=clock.now()) == Rights(present=True, admin=False, can_pin=False)
    world.add_bot()
    assert await started.bind(GROUP_ID, now=clock.now()) == Rights(present=True, admin=True, can_pin=True)


async def test_telegram_that_does_not_answer_lets_nobody_in(started: Team, world: World, clock: WatchedClock) -> None:
    clock.advance(3600)
    world.fail("getChatMember", status=502)
    with pytest.raises(ChatError):
        await started.agent(TARAS, now=clock.now())


async def test_fifty_taps_of_one_agent_ask_telegram_at_most_fifty_times_and_agree(
    started: Team, world: World, clock: WatchedClock
) -> None:
    found = await asyncio.gather(*(started.agent(TARAS, now=clock.now()) for _ in range(50)))
    assert {agent.user_id for agent in found if agent} == {TARAS}
    assert None not in found
    assert said(world) == []
