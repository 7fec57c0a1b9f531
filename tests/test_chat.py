"""Outgoing Telegram against a strict one over HTTP: its pace is kept, and each of its errors means one of ours."""

from __future__ import annotations

import datetime as dt

import pytest
import telegram
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.cards import Button, Card
from bot.chat import GAP, GROUP_PER_MINUTE, Chat, Me, Pace, agent_of, keyboard, mapped
from bot.domain.errors import (
    ChatDown,
    ChatError,
    ChatFlood,
    ChatGone,
    ChatMoved,
    ChatRefused,
    ChatTokenRefused,
    MessageGone,
)
from bot.domain.model import Agent
from bot.sandbox.telegram import BOT_ID, GROUP_ID, OKSANA, STRANGER, TARAS, World
from tests.floor import WatchedClock, bot_at, refusals, said

pytest_plugins = ("tests.floor",)
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

HELLO = Card("Вітаємо")
MINUTES = 10


async def send_at_its_pace(chat: Chat, clock: WatchedClock, pace: Pace, chat_id: int, seconds: float) -> int:
    """Send as many messages as the pace allows in this time; returns how many."""
    end, sent = clock.monotonic() + seconds, 0
    while True:
        wait = pace.wait(clock.monotonic())
        if clock.monotonic() + wait >= end:
            clock.advance(end - clock.monotonic())
            return sent
        clock.advance(wait)
        pace.sent(clock.monotonic())
        await chat.send(chat_id, Card(f"Допис {sent}"))
        sent += 1


async def test_a_group_gets_nearly_twenty_a_minute_and_telegram_never_objects(
    chat: Chat, world: World, clock: WatchedClock
) -> None:
    sent = await send_at_its_pace(chat, clock, Pace(group=True), GROUP_ID, MINUTES * 60)
    assert refusals(world) == []
    assert 0.95 * 20 * MINUTES <= sent <= 20 * MINUTES


async def test_edits_share_the_groups_twenty_a_minute(chat: Chat, world: World, clock: WatchedClock) -> None:
    pace = Pace(group=True)
    pace.sent(clock.monotonic())
    message_id = await chat.send(GROUP_ID, HELLO)
    for number in range(40):
        clock.advance(pace.wait(clock.monotonic()))
        pace.sent(clock.monotonic())
        await chat.edit(GROUP_ID, message_id, Card(f"Правка {number}"))
    assert refusals(world) == []
    assert clock.monotonic() >= 120


async def test_a_private_chat_gets_one_a_second(chat: Chat, world: World, clock: WatchedClock) -> None:
    world.say(TARAS, TARAS, "/start")
    sent = await send_at_its_pace(chat, clock, Pace(group=False), TARAS, 60)
    assert (sent, refusals(world)) == (60, [])


def test_the_first_message_may_go_at_once_and_the_next_a_second_later() -> None:
    pace = Pace(group=True)
    assert pace.wait(100.0) == 0
    pace.sent(100.0)
    assert pace.wait(100.0) == GAP
    assert pace.wait(100.4) == pytest.approx(GAP - 0.4)
    assert pace.wait(101.0) == 0


def test_the_twenty_first_message_waits_for_the_minute_to_pass() -> None:
    pace = Pace(group=True)
    for number in range(GROUP_PER_MINUTE):
        pace.sent(float(number))
    assert pace.wait(20.0) == pytest.approx(40.5)
    assert Pace(group=False).wait(20.0) == 0


def test_a_freeze_lasts_as_long_as_telegram_said_and_is_never_shortened() -> None:
    pace = Pace(group=True)
    pace.freeze(10.0, 30)
    pace.freeze(12.0, 5)
    assert pace.wait(10.0) == 30
    assert pace.wait(40.0) == 0


async def test_a_429_freezes_that_chat_alone(chat: Chat, world: World, clock: WatchedClock) -> None:
    world.say(TARAS, TARAS, "/start")
    group, private = Pace(group=True), Pace(group=False)
    world.fail("sendMessage", status=429, retry_after=30)
    with pytest.raises(ChatFlood) as flood:
        await chat.send(GROUP_ID, HELLO)
    assert flood.value.retry_after == 30
    group.freeze(clock.monotonic(), flood.value.retry_after)
    assert group.wait(clock.monotonic()) == 30
    assert private.wait(clock.monotonic()) == 0
    assert await chat.send(TARAS, HELLO)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (ChatMigrated(-1002), ChatMoved),
        (InvalidToken("Unauthorized"), ChatTokenRefused),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), ChatGone),
        (Forbidden("Forbidden: bot was blocked by the user"), ChatGone),
        (Forbidden("Forbidden: user is deactivated"), ChatGone),
        (Forbidden("Forbidden: bot can't initiate conversation with a user"), ChatGone),
        (BadRequest("Chat not found"), ChatGone),
        (BadRequest("Message to edit not found"), MessageGone),
        (BadRequest("Message can't be edited"), MessageGone),
        (BadRequest("MESSAGE_ID_INVALID"), MessageGone),
        (BadRequest("Can't parse entities: unsupported start tag"), ChatRefused),
        (BadRequest("Message is too long"), ChatRefused),
        (BadRequest("Message text is empty"), ChatRefused),
        (BadRequest("BUTTON_DATA_INVALID"), ChatRefused),
        (BadRequest("Not enough rights to manage pinned messages in the chat"), ChatRefused),
        (BadRequest("Not enough rights to send text messages to the chat"), ChatGone),
        (BadRequest("Have no rights to send a message"), ChatGone),
        (BadRequest("CHAT_WRITE_FORBIDDEN"), ChatGone),
        (TimedOut(), ChatDown),
        (NetworkError("httpx.ConnectError"), ChatDown),
        (NetworkError("Bad Gateway"), ChatDown),
        (Conflict("terminated by other getUpdates request"), ChatDown),
        (TelegramError("something new"), ChatDown),
    ],
    ids=str,
)
def test_each_error_of_telegram_is_one_of_ours(theirs: TelegramError, ours: type[ChatError]) -> None:
    found = mapped(theirs)
    assert type(found) is ours
    assert found.permanent is ours.permanent


def test_a_flood_says_how_long_and_a_move_says_where_to() -> None:
    for wait in (7, dt.timedelta(seconds=7)):
        flood = mapped(RetryAfter(wait))
        assert isinstance(flood, ChatFlood)
        assert flood.retry_after == 7.0
    moved = mapped(ChatMigrated(-1002))
    assert isinstance(moved, ChatMoved)
    assert moved.new_chat_id == -1002


async def test_what_telegram_really_answers_is_understood(chat: Chat, world: World, bot: telegram.Bot) -> None:
    message_id = await chat.send(GROUP_ID, HELLO)
    with pytest.raises(ChatRefused, match="parse entities"):
        await chat.send(GROUP_ID, Card("<b>без кінця"))
    with pytest.raises(ChatRefused, match="too long"):
        await chat.edit(GROUP_ID, message_id, Card("я" * 4097))
    with pytest.raises(ChatGone):
        await chat.send(OKSANA, HELLO)
    with pytest.raises(ChatGone):
        await chat.send(-424242, HELLO)
    said_by_taras = world.say(TARAS, GROUP_ID, "Привіт")
    with pytest.raises(MessageGone):
        await chat.edit(GROUP_ID, said_by_taras["message_id"], HELLO)
    with pytest.raises(MessageGone):
        await chat.edit(GROUP_ID, 40404, HELLO)
    world.fail("sendMessage", status=502)
    with pytest.raises(ChatDown):
        await chat.send(GROUP_ID, HELLO)
    new = world.migrate()
    with pytest.raises(ChatMoved) as moved:
        await chat.send(GROUP_ID, HELLO)
    assert moved.value.new_chat_id == new
    world.kick_bot()
    with pytest.raises(ChatGone):
        await chat.send(new, HELLO)


async def test_a_lost_answer_says_nothing_of_whether_the_message_arrived(chat: Chat, world: World) -> None:
    world.fail("sendMessage", after=True, drop=True)
    with pytest.raises(ChatDown) as error:
        await chat.send(GROUP_ID, HELLO)
    assert not error.value.permanent
    assert said(world) == ["Вітаємо"]


async def test_a_wrong_token_is_known_as_such(bot: telegram.Bot) -> None:
    wrong = bot_at(bot.base_url.partition("/bot")[0], token="1:wrong")
    with pytest.raises(InvalidToken) as refused:
        await wrong.initialize()
    assert isinstance(mapped(refused.value), ChatTokenRefused)
    await wrong.shutdown()


async def test_showing_the_same_again_is_success(chat: Chat, world: World) -> None:
    message_id = await chat.send(GROUP_ID, HELLO)
    await chat.edit(GROUP_ID, message_id, HELLO)
    assert any("not modified" in (error or "") for error in refusals(world))


async def test_a_card_is_sent_as_html_silently_without_previews_beneath_its_question(chat: Chat, world: World) -> None:
    asked = world.say(TARAS, GROUP_ID, "/queue")
    message_id = await chat.send(GROUP_ID, Card("<b>Черга</b> https://forum.example"), reply_to=asked["message_id"])
    message = world.message(GROUP_ID, message_id)
    assert message is not None
    assert message["text"] == "Черга https://forum.example"
    assert message["entities"][0]["type"] == "bold"
    assert message["reply_to_message"]["message_id"] == asked["message_id"]
    assert message["link_preview_options"] == {"is_disabled": True}
    assert world.chats[GROUP_ID].messages[message_id].silent


async def test_an_alarm_makes_a_sound(chat: Chat, world: World) -> None:
    message_id = await chat.send(GROUP_ID, HELLO, silent=False)
    assert not world.chats[GROUP_ID].messages[message_id].silent


async def test_an_answer_whose_question_was_deleted_is_said_all_the_same(chat: Chat, world: World) -> None:
    assert await chat.send(GROUP_ID, HELLO, reply_to=40404)
    assert said(world) == ["Вітаємо"]


async def test_every_kind_of_button_reaches_the_screen(chat: Chat, world: World) -> None:
    rows = (
        (Button("Беру", action="claim:1", style="primary"), Button("Відкрити", url="https://forum.example/1")),
        (Button("Копія", copy="текст"),),
    )
    message_id = await chat.send(GROUP_ID, Card("Картка", rows))
    message = world.message(GROUP_ID, message_id)
    assert message is not None
    assert message["reply_markup"]["inline_keyboard"] == [
        [
            {"text": "Беру", "callback_data": "claim:1", "style": "primary"},
            {"text": "Відкрити", "url": "https://forum.example/1"},
        ],
        [{"text": "Копія", "copy_text": {"text": "текст"}}],
    ]


async def test_an_edit_without_buttons_takes_them_away(chat: Chat, world: World) -> None:
    message_id = await chat.send(GROUP_ID, Card("Картка", ((Button("Беру", action="claim:1"),),)))
    await chat.edit(GROUP_ID, message_id, Card("Картка"))
    message = world.message(GROUP_ID, message_id)
    assert message is not None
    assert "reply_markup" not in message


def test_no_buttons_are_no_keyboard() -> None:
    assert keyboard(()) is None


async def test_the_bot_knows_itself_its_leads_and_everybodys_place(chat: Chat, world: World) -> None:
    assert await chat.me() == Me(BOT_ID, "vidhuk_demo_bot")
    assert await chat.leads(GROUP_ID) == [Agent(OKSANA, "Оксана Прикладна", "oksana_demo", lead=True)]
    assert (await chat.member(GROUP_ID, TARAS)).present
    assert not (await chat.member(GROUP_ID, STRANGER)).present
    assert await chat.member(GROUP_ID, 424242) == Agent(424242, "424242", present=False)
    world.kick(TARAS)
    assert not (await chat.member(GROUP_ID, TARAS)).present


@pytest.mark.parametrize(("is_member", "present"), [(True, True), (False, False)])
def test_somebody_restricted_may_or_may_not_be_in_the_group(is_member: bool, present: bool) -> None:
    rights = dict.fromkeys(telegram.ChatMemberRestricted.__slots__, True)
    restricted = telegram.ChatMemberRestricted(
        telegram.User(TARAS, "Тарас", is_bot=False),
        **{**rights, "is_member": is_member, "until_date": dt.datetime.now(dt.UTC)},  # type: ignore[arg-type]
    )
    assert agent_of(restricted).present is present
    assert not agent_of(restricted).lead


async def test_pinning_and_reacting_reach_telegram_and_their_refusals_are_ours(chat: Chat, world: World) -> None:
    message_id = await chat.send(GROUP_ID, HELLO)
    await chat.pin(GROUP_ID, message_id)
    assert world.chats[GROUP_ID].pinned == [message_id]
    note = world.say(TARAS, GROUP_ID, "// нотатка")
    await chat.react(GROUP_ID, note["message_id"], "✍")
    assert world.chats[GROUP_ID].messages[note["message_id"]].reactions == {BOT_ID: "✍"}
    world.bot_rights = frozenset()
    with pytest.raises(ChatRefused):
        await chat.pin(GROUP_ID, message_id)
