"""Every reply and update of the sandbox is one Telegram could have sent: two independent libraries agree.

aiogram's types refuse a missing or mistyped field, and the walk below refuses a field aiogram does not know.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiogram.types as aiogram
import pytest
import telegram
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel, TypeAdapter

from bot.sandbox.telegram import (
    BOT_ID,
    DISCUSSION_ID,
    GROUP_ID,
    IVAN,
    MARIA,
    OKSANA,
    STRANGER,
    TARAS,
    TOKEN,
    Discussion,
    World,
    add_to,
)
from bot.sandbox.telegram.files import sample_picture
from bot.sandbox.telegram.methods import NAMES

KEYBOARD = {
    "inline_keyboard": [
        [{"text": "🙋 Беру", "callback_data": "claim:1", "style": "success"}],
        [
            {"text": "🔗 Відкрити", "url": "https://example.com/t/1"},
            {"text": "Копія", "copy_text": {"text": "текст"}},
        ],
    ]
}
HTML = '<b>Нове</b> від <a href="tg://user?id=1001">Оксани</a>: <blockquote expandable>довго</blockquote> @oksana_demo'

Client = TestClient[web.Request, web.Application]
Replies = AsyncIterator[tuple[str, Any, Any]]
GROUP = {"chat_id": GROUP_ID}


@pytest.fixture
def world() -> World:
    world = World()
    world.limits.enabled = False
    world.queue.ask_for(["message", "edited_message", "callback_query", "inline_query", "my_chat_member"])
    world.queue.allowed |= {"chat_member", "message_reaction"}
    world.group.is_forum = True
    return world


@pytest.fixture
async def client(world: World) -> AsyncIterator[Client]:
    app = web.Application()
    add_to(app, world)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client


async def call(client: Client, method: str, /, **params: Any) -> Any:
    async with client.post(f"/bot{TOKEN}/{method}", json=params) as answer:
        body = await answer.json()
    assert body["ok"], body
    return body["result"]


async def upload(client: Client, method: str, name: str, file: bytes, **params: str) -> Any:
    form = FormData(params)
    form.add_field(name, file, filename="picture.png", content_type="image/png")
    async with client.post(f"/bot{TOKEN}/{method}", data=form) as answer:
        body = await answer.json()
    assert body["ok"], body
    return body["result"]


def unknown_fields(model: object, path: str = "") -> Iterator[str]:
    """Fields of a validated model that the library does not know."""
    if isinstance(model, BaseModel):
        yield from (f"{path}.{name}" for name in model.model_extra or {})
        for name in type(model).model_fields:
            yield from unknown_fields(getattr(model, name), f"{path}.{name}")
    elif isinstance(model, list):
        for element in model:
            yield from unknown_fields(element, f"{path}[]")


def strict(kind: Any, reply: object) -> None:
    """The reply is exactly of this aiogram type."""
    validated = TypeAdapter(kind).validate_python(reply)
    assert list(unknown_fields(validated)) == []


async def replies_about_the_bot(client: Client, world: World) -> Replies:
    """Methods with the types of their replies and real replies: the bot itself, its taps and updates."""
    world.say(OKSANA, OKSANA, "/start")
    yield "getMe", aiogram.User, await call(client, "getMe")
    yield "getWebhookInfo", aiogram.WebhookInfo, await call(client, "getWebhookInfo")
    yield "deleteWebhook", bool, await call(client, "deleteWebhook")
    yield "setWebhook", bool, await call(client, "setWebhook", url="")
    commands = [{"command": "queue", "description": "Черга"}]
    scope = {"type": "chat_administrators", "chat_id": GROUP_ID}
    yield "setMyCommands", bool, await call(client, "setMyCommands", commands=commands, scope=scope)
    yield "getMyCommands", list[aiogram.BotCommand], await call(client, "getMyCommands", scope=scope)
    yield "deleteMyCommands", bool, await call(client, "deleteMyCommands", scope=scope)
    yield "sendChatAction", bool, await call(client, "sendChatAction", chat_id=GROUP_ID, action="typing")
    tapped = await call(client, "sendMessage", chat_id=GROUP_ID, text="Тиць", reply_markup=KEYBOARD)
    query_id = world.press(TARAS, tapped, "claim:1")
    yield "answerCallbackQuery", bool, await call(client, "answerCallbackQuery", callback_query_id=query_id, text="Є")
    article = {"type": "article", "id": "1", "title": "Шаблон", "input_message_content": {"message_text": "Вітаємо"}}
    inline = {"inline_query_id": world.ask_inline(TARAS, "тариф"), "results": [article]}
    yield "answerInlineQuery", bool, await call(client, "answerInlineQuery", **inline)
    yield "getUpdates", list[aiogram.Update], await call(client, "getUpdates")


async def replies_about_messages(client: Client, world: World) -> Replies:
    """Topics, cards, pins, reactions."""
    topic = await call(client, "createForumTopic", **GROUP, name="Черга")
    yield "createForumTopic", aiogram.ForumTopic, topic
    thread = {"message_thread_id": topic["message_thread_id"]}
    yield "editForumTopic", bool, await call(client, "editForumTopic", **GROUP, **thread, name="Питання")
    text = {"text": HTML, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    card = await call(client, "sendMessage", **GROUP, **thread, **text, reply_markup=KEYBOARD, protect_content=True)
    yield "sendMessage", aiogram.Message, card
    where = {"chat_id": GROUP_ID, "message_id": card["message_id"]}
    yield (
        "sendMessage",
        aiogram.Message,
        await call(client, "sendMessage", **GROUP, text="і ще", reply_parameters={"message_id": card["message_id"]}),
    )
    yield "editMessageReplyMarkup", aiogram.Message, await call(client, "editMessageReplyMarkup", **where)
    yield "editMessageText", aiogram.Message, await call(client, "editMessageText", **where, text="Готово")
    yield "pinChatMessage", bool, await call(client, "pinChatMessage", **where)
    yield "getChat", aiogram.ChatFullInfo, await call(client, "getChat", **GROUP)
    yield "getChat", aiogram.ChatFullInfo, await call(client, "getChat", chat_id=OKSANA)
    yield "unpinChatMessage", bool, await call(client, "unpinChatMessage", **GROUP)
    yield "unpinAllChatMessages", bool, await call(client, "unpinAllChatMessages", **GROUP)
    reaction = [{"type": "emoji", "emoji": "👍"}]
    yield "setMessageReaction", bool, await call(client, "setMessageReaction", **where, reaction=reaction)
    yield "closeForumTopic", bool, await call(client, "closeForumTopic", **GROUP, **thread)
    yield "reopenForumTopic", bool, await call(client, "reopenForumTopic", **GROUP, **thread)
    yield "deleteForumTopic", bool, await call(client, "deleteForumTopic", **GROUP, **thread)


async def replies_about_files_and_members(client: Client, world: World) -> Replies:
    """Pictures, documents, albums, who is in the group."""
    photo = await upload(client, "sendPhoto", "photo", sample_picture(), chat_id=str(GROUP_ID), caption="Знімок")
    yield "sendPhoto", aiogram.Message, photo
    where = {"chat_id": GROUP_ID, "message_id": photo["message_id"]}
    yield "editMessageCaption", aiogram.Message, await call(client, "editMessageCaption", **where, caption="Інший")
    media = {"type": "document", "media": photo["photo"][-1]["file_id"], "caption": "файл"}
    yield "editMessageMedia", aiogram.Message, await call(client, "editMessageMedia", **where, media=media)
    yield "deleteMessage", bool, await call(client, "deleteMessage", **where)
    document = await upload(client, "sendDocument", "document", b"a;b", chat_id=str(OKSANA))
    yield "sendDocument", aiogram.Message, document
    yield "getFile", aiogram.File, await call(client, "getFile", file_id=document["document"]["file_id"])
    album = [{"type": "photo", "media": photo["photo"][0]["file_id"], "caption": str(n)} for n in range(2)]
    yield "sendMediaGroup", list[aiogram.Message], await call(client, "sendMediaGroup", **GROUP, media=album)
    for person_id in (OKSANA, TARAS, STRANGER, BOT_ID):
        member = await call(client, "getChatMember", **GROUP, user_id=person_id)
        yield "getChatMember", aiogram.ResultChatMemberUnion, member
    admins = await call(client, "getChatAdministrators", **GROUP)
    yield "getChatAdministrators", list[aiogram.ResultChatMemberUnion], admins
    yield "getChatMemberCount", int, await call(client, "getChatMemberCount", **GROUP)
    yield "leaveChat", bool, await call(client, "leaveChat", **GROUP)


async def test_every_method_replies_as_telegram_does(client: Client, world: World) -> None:
    seen = set()
    for replies in (replies_about_the_bot, replies_about_messages, replies_about_files_and_members):
        async for method, kind, reply in replies(client, world):
            strict(kind, reply)
            seen.add(method)
    assert seen == set(NAMES)


def everything_people_do(world: World) -> None:
    """One of each thing that makes an update."""
    world.say(STRANGER, STRANGER, "/start thread_1")
    said = world.say(TARAS, GROUP_ID, "@oksana_demo /queue@vidhuk_demo_bot https://example.com +380671234567")
    world.say(IVAN, GROUP_ID, "ok", reply_to=said["message_id"])
    world.edit(TARAS, GROUP_ID, said["message_id"], "інакше")
    world.send_photo(MARIA, GROUP_ID, "знімок #екран", reply_to=said["message_id"])
    world.react(TARAS, GROUP_ID, said["message_id"], "👍")
    world.react(TARAS, GROUP_ID, said["message_id"], None)
    world.ask_inline(TARAS, "тариф")
    card = world.post(world.group, world.bot, text=world.format("Картка"), markup=KEYBOARD)
    shown = world.messages(GROUP_ID)[-1]
    world.press(TARAS, shown, "claim:1")
    world.pin(card, world.bot)
    world.delete(OKSANA, GROUP_ID, card.id)
    world.press(TARAS, shown, "claim:1", forge=True)
    world.join(STRANGER)
    world.promote(STRANGER, "administrator")
    world.leave(STRANGER)
    world.kick(MARIA)
    world.block(STRANGER)
    world.unblock(STRANGER)
    world.migrate()
    world.kick_bot()
    world.add_bot()


async def test_every_update_is_one_telegram_could_send(client: Client, world: World) -> None:
    everything_people_do(world)
    updates = await call(client, "getUpdates")
    for update in updates:
        strict(aiogram.Update, update)
    kinds = {kind for update in updates for kind in update if kind != "update_id"}
    assert kinds == {
        "message",
        "edited_message",
        "callback_query",
        "inline_query",
        "my_chat_member",
        "chat_member",
        "message_reaction",
    }
    assert [update["update_id"] for update in updates] == list(
        range(updates[0]["update_id"], updates[0]["update_id"] + len(updates))
    )


async def test_a_discussion_is_one_telegram_could_send(client: Client, world: World) -> None:
    talk = Discussion(world)
    news = talk.publish("Новий тариф")
    asked = talk.comment("А скільки?", news)
    talk.edit(asked, "А скільки коштує?")
    talk.say_as_group("Сто гривень", asked)
    answer = await call(
        client, "sendMessage", chat_id=DISCUSSION_ID, text="Сто", reply_parameters={"message_id": asked}
    )
    strict(aiogram.Message, answer)
    assert answer["message_thread_id"] == news
    strict(aiogram.ChatFullInfo, await call(client, "getChat", chat_id=DISCUSSION_ID))
    updates = await call(client, "getUpdates")
    for update in updates:
        strict(aiogram.Update, update)
    assert [next(iter(update.keys() - {"update_id"})) for update in updates] == [
        "message",
        "message",
        "edited_message",
        "message",
    ]
    assert updates[0]["message"]["is_automatic_forward"] is True


async def test_without_rights_and_in_privacy_mode_comments_are_not_heard(client: Client, world: World) -> None:
    talk = Discussion(world, bot_role="member")
    talk.comment("Чому немає 4G?", talk.publish("Новий тариф"))
    assert await call(client, "getUpdates") == []
    world.privacy_mode = False
    talk.comment("Чому немає 4G?")
    (update,) = await call(client, "getUpdates")
    assert update["message"]["text"] == "Чому немає 4G?"
    assert (await call(client, "getMe"))["can_read_all_group_messages"] is True


async def test_python_telegram_bot_reads_every_update_without_leftovers(client: Client, world: World) -> None:
    everything_people_do(world)
    bot = telegram.Bot(TOKEN)
    for update in await call(client, "getUpdates"):
        parsed = telegram.Update.de_json(update, bot)
        assert parsed.update_id == update["update_id"]
        assert not parsed.api_kwargs
        assert parsed.effective_user is not None or parsed.inline_query is not None
        if parsed.message:
            assert not parsed.message.api_kwargs


async def test_a_tap_on_a_message_that_is_gone_is_inaccessible(client: Client, world: World) -> None:
    everything_people_do(world)
    taps = [update["callback_query"] for update in await call(client, "getUpdates") if "callback_query" in update]
    parsed = telegram.CallbackQuery.de_json(taps[1], telegram.Bot(TOKEN))
    assert parsed.message is not None
    assert not parsed.message.is_accessible
