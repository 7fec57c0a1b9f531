"""Cards on their way to Telegram: a real deliverer, a real client, a strict Telegram, and a clock that tests move."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from bot.cards import Card
from bot.chat import Chat
from bot.domain.model import AnswerKind
from bot.outbox import Deliverer, Renderer, Speaker
from bot.outbox.deliver import BOARD_EVERY, BURST, GIVE_UP, GONE_REST, SHOWN_OF_BURST
from bot.sandbox.telegram import BOT_ID, GROUP_ID, IVAN, OKSANA, TARAS, World
from bot.store import Database, Store, deliveries, replies, settings, threads
from bot.store.deliveries import Kind, Priority
from bot.texts import texts_for
from tests.fakes import seen
from tests.floor import AGENT, COMMUNITIES, KYIV, UNDO, Floor, Outbox, WatchedClock, refusals, said

pytest_plugins = ("tests.floor",)
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


class Group(Outbox):
    """A deliverer at work, and the group as people see it."""

    def __init__(self, floor: Floor, chat: Chat, world: World, clock: WatchedClock) -> None:
        super().__init__(clock, floor.store)
        self.floor = floor
        self.world = world
        self.speaker = Speaker(floor.store, clock)
        self._chat = chat
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        renderer = Renderer(COMMUNITIES, language="uk", zone=KYIV)
        deliverer = Deliverer(self.store, self._chat, renderer, self.clock, undo_window=UNDO)
        self._task = asyncio.create_task(deliverer.run())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def card(self, thread_id: int) -> dict[str, object] | None:
        """The message that is the thread's card now."""
        group = await self.store.read(settings.group)
        assert group is not None
        standing = await self.store.read(lambda db: deliveries.current(db, group, Kind.CARD, str(thread_id)))
        return self.world.message(group, standing.message_id) if standing else None

    async def changed(self, thread_id: int) -> None:
        await self.store.write(lambda db: deliveries.card(db, thread_id, self.clock.now()), ring=True)

    async def claimed(self, thread_id: int) -> None:
        now = self.clock.now()
        await self.store.write(lambda db: threads.claim(db, thread_id, AGENT.user_id, now))
        await self.changed(thread_id)

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.world.calls)


@pytest.fixture
async def group(floor: Floor, chat: Chat, world: World, clock: WatchedClock) -> AsyncIterator[Group]:
    opened = Group(floor, chat, world, clock)
    opened.open()
    await opened.settle()
    yield opened
    await opened.close()


async def test_a_question_becomes_one_card_edited_all_its_life(group: Group) -> None:
    thread_id = await group.floor.ask("Чому немає мережі на Садовій?")
    await group.pass_(3)
    first = await group.card(thread_id)
    assert first is not None
    assert "Садовій" in str(first["text"])
    await group.claimed(thread_id)
    await group.pass_(30)
    second = await group.card(thread_id)
    assert second is not None
    assert second["message_id"] == first["message_id"]
    assert AGENT.name in str(second["text"])
    assert sum("Садовій" in text for text in said(group.world)) == 1


async def test_a_card_that_shows_the_same_is_not_sent_to_telegram(group: Group) -> None:
    thread_id = await group.floor.ask()
    await group.pass_(3)
    group.world.calls.clear()
    await group.changed(thread_id)
    await group.pass_(3)
    assert group.world.calls == []
    assert await group.floor.pending() == []


async def test_the_board_is_posted_and_pinned_once_and_then_edited(group: Group) -> None:
    for _ in range(3):
        await group.floor.ask()
        await group.pass_(BOARD_EVERY + 1)
    assert group.calls("pinChatMessage") == 1
    (pinned,) = group.world.chats[GROUP_ID].pinned
    board = group.world.message(GROUP_ID, pinned)
    assert board is not None
    assert "3" in str(board["text"])


async def test_the_board_rests_between_two_edits_and_then_shows_the_newest(group: Group) -> None:
    await group.floor.ask()
    await group.pass_(3)
    (pinned,) = group.world.chats[GROUP_ID].pinned
    before = group.world.message(GROUP_ID, pinned)
    for _ in range(4):
        await group.floor.ask()
        await group.pass_(2)
    assert group.world.message(GROUP_ID, pinned) == before
    await group.pass_(BOARD_EVERY)
    boards = [call for call in group.world.calls if str(call.params.get("message_id")) == str(pinned)]
    assert len([call for call in boards if call.method == "editMessageText"]) == 1
    after = group.world.message(GROUP_ID, pinned)
    assert after is not None
    assert "5" in str(after["text"])


async def test_a_group_whose_pins_the_bot_may_not_change_gets_its_board_unpinned(group: Group) -> None:
    group.world.bot_rights = frozenset()
    await group.floor.ask()
    await group.pass_(3)
    assert group.world.chats[GROUP_ID].pinned == []
    assert len(said(group.world)) == 2
    assert await group.floor.pending(Kind.BOARD) == []


async def test_a_handful_of_questions_are_all_cards(group: Group) -> None:
    asked = [await group.floor.ask() for _ in range(BURST)]
    await group.pass_(15)
    assert all([await group.card(one) for one in asked])
    assert await group.store.read(deliveries.folded) == []


async def test_a_burst_is_a_few_cards_and_a_digest_of_the_rest(group: Group) -> None:
    await group.close()
    asked = [await group.floor.ask(ago=100 - number) for number in range(30)]
    group.open()
    await group.pass_(60)
    with_card = [one for one in asked if await group.card(one)]
    assert with_card == asked[:SHOWN_OF_BURST]
    assert await group.store.read(deliveries.folded) == asked[SHOWN_OF_BURST:]
    assert refusals(group.world) == []
    (digest,) = [text for text in said(group.world) if "27" in text and "питань" in text]
    assert digest


async def test_the_digest_gives_out_cards_however_fast_one_taps(group: Group) -> None:
    await group.close()
    asked = [await group.floor.ask(ago=100 - number) for number in range(30)]
    group.open()
    await group.pass_(10)
    for _ in range(3):
        folded = await group.store.read(deliveries.folded)
        await group.store.write(lambda db, some=folded[:5]: deliveries.unfold(db, some, group.clock.now()), ring=True)  # type: ignore[misc]
    await group.pass_(90)
    assert [one for one in asked if await group.card(one)] == asked[: SHOWN_OF_BURST + 15]
    assert refusals(group.world) == []


async def test_what_was_answered_before_its_turn_gets_no_card(group: Group) -> None:
    await group.close()
    thread_id = await group.floor.ask()
    page = threads.Answer(AnswerKind.PAGE, group.clock.now(), "Лагодимо", "")
    await group.store.write(lambda db: threads.answer(db, thread_id, page, group.clock.now()))
    group.open()
    await group.pass_(5)
    assert await group.card(thread_id) is None
    assert await group.floor.pending() == []


async def test_a_card_that_somebody_deleted_is_posted_anew_at_its_next_change(group: Group) -> None:
    thread_id = await group.floor.ask()
    await group.pass_(3)
    first = await group.card(thread_id)
    assert first is not None
    group.world.delete(OKSANA, GROUP_ID, int(str(first["message_id"])))
    await group.claimed(thread_id)
    await group.pass_(5)
    second = await group.card(thread_id)
    assert second is not None
    assert second["message_id"] != first["message_id"]
    old = await group.store.read(lambda db: deliveries.message(db, GROUP_ID, int(str(first["message_id"]))))
    assert old is not None
    assert not old.current


async def test_a_group_that_shut_us_out_is_asked_rarely_and_gets_everything_when_it_lets_us_in(group: Group) -> None:
    group.world.kick_bot()
    asked = [await group.floor.ask() for _ in range(2)]
    await group.pass_(GONE_REST - 5)
    assert group.calls("sendMessage") <= 3
    assert len(await group.floor.pending()) == 2
    group.world.add_bot()
    await group.pass_(GONE_REST)
    assert all([await group.card(one) for one in asked])


async def test_a_429_is_obeyed_and_the_card_comes_after_it_once(group: Group) -> None:
    group.world.fail("sendMessage", status=429, retry_after=30)
    thread_id = await group.floor.ask()
    await group.pass_(29)
    assert (group.calls("sendMessage"), await group.card(thread_id)) == (1, None)
    await group.pass_(3)
    assert await group.card(thread_id) is not None
    assert len(said(group.world)) == 2


async def test_a_429_of_the_group_holds_up_no_private_chat(group: Group) -> None:
    group.world.say(TARAS, TARAS, "/start")
    group.world.fail("sendMessage", status=429, retry_after=300)
    await group.floor.ask()
    await group.settle()
    await group.speaker.say(TARAS, Card("Ваша черга порожня"), key="answer:1")
    await group.pass_(2)
    assert said(group.world, TARAS) == ["Ваша черга порожня"]
    assert said(group.world) == []


async def test_a_telegram_that_fails_for_a_moment_loses_nothing(group: Group) -> None:
    group.world.fail("sendMessage", times=3, status=502)
    thread_id = await group.floor.ask()
    await group.pass_(30)
    assert await group.card(thread_id) is not None
    assert await group.floor.sql("SELECT 1 FROM delivery WHERE state NOT IN ('sent', 'superseded')") == []


async def test_an_answer_lost_after_the_post_ends_in_one_card_that_lives(group: Group) -> None:
    """A second message may stand, for a duplicate is better than a miss; taps and edits reach one of them only."""
    group.world.fail("sendMessage", after=True, drop=True)
    thread_id = await group.floor.ask()
    await group.pass_(10)
    await group.claimed(thread_id)
    await group.pass_(5)
    card = await group.card(thread_id)
    assert card is not None
    assert AGENT.name in str(card["text"])


async def test_what_was_being_sent_when_the_process_died_is_sent_by_the_next_one(group: Group) -> None:
    await group.close()
    thread_id = await group.floor.ask()
    one = await group.store.read(lambda db: deliveries.next_for(db, None, group.clock.now()))
    assert one is not None
    assert one.kind is Kind.CARD
    await group.store.write(lambda db: deliveries.sending(db, one.id))
    group.open()
    await group.pass_(3)
    assert await group.card(thread_id) is not None


async def test_a_card_that_telegram_calls_bad_is_put_aside_with_the_reason_and_holds_up_nothing(group: Group) -> None:
    await group.speaker.say(GROUP_ID, Card("<b>без кінця"), key="bad")
    await group.speaker.say(GROUP_ID, Card("<b>добра</b>"), key="good")
    await group.pass_(5)
    assert said(group.world) == ["добра"]
    ((state, error),) = await group.floor.sql("SELECT state, error FROM delivery WHERE key = 'bad'")
    assert state == "failed"
    assert "parse entities" in error


async def test_a_card_that_cannot_be_drawn_is_tried_a_few_times_and_silences_nobody(group: Group) -> None:
    now = group.clock.now()
    await group.store.write(
        lambda db: deliveries.put(db, None, Kind.ALARM, "bad", {"no": "community"}, Priority.ALARM, now), ring=True
    )
    thread_id = await group.floor.ask()
    await group.pass_(60)
    assert await group.card(thread_id) is not None
    rows = await group.floor.sql("SELECT state, attempts FROM delivery WHERE key = 'bad'")
    assert rows == [("failed", GIVE_UP)]


async def test_somebody_who_blocked_the_bot_is_not_written_to_again(group: Group) -> None:
    group.world.say(TARAS, TARAS, "/start")
    group.world.block(TARAS)
    await group.speaker.say(TARAS, Card("Вітаємо"), key="answer:1")
    await group.pass_(120, step=20)
    assert group.calls("sendMessage") == 1
    assert await group.floor.sql("SELECT state FROM delivery") == [("failed",)]


async def test_the_group_that_became_a_supergroup_gets_its_cards_and_its_board_there(group: Group) -> None:
    thread_id = await group.floor.ask()
    await group.pass_(3)
    new = group.world.migrate()
    await group.claimed(thread_id)
    await group.pass_(30)
    assert await group.store.read(settings.group) == new
    card = await group.card(thread_id)
    assert card is not None
    assert AGENT.name in str(card["text"])
    assert len(group.world.chats[new].pinned) == 1
    assert await group.floor.sql("SELECT 1 FROM delivery WHERE state = 'pending'") == []


async def test_a_message_to_another_group_that_moved_follows_it_and_is_said_once(group: Group) -> None:
    old = GROUP_ID
    await group.store.write(lambda db: settings.put(db, settings.GROUP, "-100777"))
    new = group.world.migrate()
    await group.speaker.say(old, Card("Вітаємо, щоб почати: /setup"), key="hello")
    await group.pass_(10)
    assert said(group.world, new) == ["Вітаємо, щоб почати: /setup"]
    assert group.calls("sendMessage") == 2


async def test_before_a_group_is_bound_everything_waits_quietly(group: Group, store: Store) -> None:
    await store.write(lambda db: db.execute("DELETE FROM setting WHERE name = 'group'"))
    thread_id = await group.floor.ask()
    await group.pass_(120, step=30)
    assert group.calls("sendMessage") == 0
    await store.write(lambda db: settings.put(db, settings.GROUP, str(GROUP_ID)), ring=True)
    await group.pass_(3)
    assert await group.card(thread_id) is not None


async def test_answers_go_before_alarms_edits_new_cards_and_the_board(group: Group) -> None:
    await group.close()
    now = group.clock.now()
    for key, priority in (
        ("дошка", Priority.BOARD),
        ("нова", Priority.NEW),
        ("правка", Priority.EDIT),
        ("тривога", Priority.ALARM),
        ("відповідь", Priority.ANSWER),
    ):
        await group.store.write(
            lambda db, key=key, priority=priority: deliveries.text(db, None, Card(key), now, key=key, priority=priority)  # type: ignore[misc]
        )
    group.open()
    await group.pass_(8)
    assert said(group.world) == ["відповідь", "тривога", "правка", "нова", "дошка"]


async def test_a_message_a_second_and_twenty_a_minute_whatever_is_to_be_said(group: Group) -> None:
    for number in range(45):
        await group.speaker.say(GROUP_ID, Card(f"Допис {number}"), key=f"answer:{number}")
    await group.pass_(59)
    assert len(said(group.world)) == 20
    await group.pass_(90)
    assert len(said(group.world)) == 45
    assert refusals(group.world) == []


async def test_the_undo_window_begins_when_the_draft_is_shown(group: Group) -> None:
    thread_id = await group.floor.ask()
    await group.pass_(3)
    group.world.fail("sendMessage", status=429, retry_after=40)
    now = group.clock.now()
    asked = group.world.say(TARAS, GROUP_ID, "Вже лагодимо")["message_id"]

    def drafted(db: Database) -> None:
        replies.draft(db, thread_id, AGENT, "Текст", "Текст", now + UNDO, now, chat_id=GROUP_ID, message_id=asked)
        deliveries.draft(db, 1, now)

    await group.store.write(drafted, ring=True)
    await group.pass_(39)
    assert (await group.floor.reply()).reply.due_at == now + UNDO
    group.store.bells.pages.clear()
    await group.pass_(2)
    shown_at = group.clock.now()
    draft = group.world.messages(GROUP_ID)[-1]
    assert draft["reply_to_message"]["message_id"] == asked
    assert abs(((await group.floor.reply()).reply.due_at - shown_at - UNDO).total_seconds()) <= 1
    assert group.store.bells.pages.is_set()


async def test_a_note_is_acknowledged_with_a_reaction_that_costs_no_message(group: Group) -> None:
    note = group.world.say(TARAS, GROUP_ID, "// нотатка")["message_id"]
    now = group.clock.now()
    await group.store.write(
        lambda db: deliveries.put(db, None, Kind.NOTED, str(note), {"message_id": note}, Priority.ANSWER, now),
        ring=True,
    )
    await group.speaker.say(GROUP_ID, Card("Одразу ж"), key="answer:1")
    await group.settle()
    assert group.world.chats[GROUP_ID].messages[note].reactions == {BOT_ID: "✍"}
    assert said(group.world) == ["Одразу ж"]


async def test_a_follow_up_calls_its_agent_by_a_real_mention_beneath_the_card(group: Group) -> None:
    thread_id = await group.floor.ask("Чому?")
    await group.pass_(3)
    answer = threads.Answer(AnswerKind.REPLY, group.clock.now(), "Лагодимо", "", AGENT.user_id, AGENT.name)
    await group.store.write(lambda db: threads.answer(db, thread_id, answer, group.clock.now()))
    await group.floor.shows(
        seen("f", "А коли саме?", author="Абонент", author_id="customer-1", container="topic-1", at=group.clock.now())
    )
    await group.pass_(5)
    card = await group.card(thread_id)
    assert card is not None
    (ping,) = [one for one in group.world.messages(GROUP_ID) if "А коли саме?" in one.get("text", "") and one != card]
    assert ping["reply_to_message"]["message_id"] == card["message_id"]
    mentions = [one for one in ping["entities"] if one["type"] == "text_mention"]
    assert [one["user"]["id"] for one in mentions] == [AGENT.user_id]
    assert not group.world.chats[GROUP_ID].messages[ping["message_id"]].silent


async def test_the_groups_language_is_spoken(group: Group) -> None:
    await group.store.write(lambda db: settings.put(db, settings.LANGUAGE, "en"))
    await group.floor.ask()
    await group.pass_(3)
    labels = [
        button["text"]
        for message in group.world.messages(GROUP_ID)
        for row in message.get("reply_markup", {}).get("inline_keyboard", [])
        for button in row
    ]
    assert texts_for("en")("button.claim") in labels
    assert texts_for("uk")("button.claim") not in labels


async def test_a_page_is_turned_in_its_own_message(group: Group) -> None:
    group.world.say(IVAN, IVAN, "/start")
    await group.speaker.say(IVAN, Card("Сторінка 1"), key="answer:1")
    await group.pass_(2)
    message_id = group.world.messages(IVAN)[-1]["message_id"]
    await group.speaker.say(IVAN, Card("Сторінка 2"), key=f"page:{message_id}", edit=message_id)
    await group.pass_(2)
    assert said(group.world, IVAN) == ["Сторінка 2"]
