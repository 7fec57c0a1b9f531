"""The sandbox refuses what Telegram refuses, with its status codes and its words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.telegram import BOT_ID, GROUP_ID, OKSANA, TARAS, TOKEN, World, add_to
from bot.sandbox.telegram.files import sample_picture

Client = TestClient[web.Request, web.Application]
GROUP = {"chat_id": GROUP_ID}


class Clock:
    now = 1_780_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    world = World(clock=clock)
    world.limits.enabled = False
    world.say(OKSANA, OKSANA, "/start")
    return world


@pytest.fixture
async def client(world: World) -> AsyncIterator[Client]:
    app = web.Application()
    add_to(app, world)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client


async def ask(client: Client, method: str, /, **params: Any) -> dict[str, Any]:
    """The whole body of the answer; its error_code is the HTTP status."""
    async with client.post(f"/bot{TOKEN}/{method}", json=params) as answer:
        body: dict[str, Any] = await answer.json()
        assert answer.status == body.get("error_code", 200)
        return body


async def refusal(client: Client, method: str, /, **params: Any) -> str:
    body = await ask(client, method, **params)
    assert not body["ok"]
    assert body["description"].startswith({400: "Bad Request: ", 403: "Forbidden: "}[body["error_code"]])
    return str(body["description"].partition(": ")[2])


async def sent(client: Client, /, **params: Any) -> dict[str, Any]:
    body = await ask(client, "sendMessage", **(GROUP | {"text": "Картка"} | params))
    assert body["ok"], body
    result: dict[str, Any] = body["result"]
    return result | {"where": {"chat_id": result["chat"]["id"], "message_id": result["message_id"]}}


def button(**action: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Кнопка"} | action]]}


@pytest.mark.parametrize("path", ["1:abc/getMe", "7000000001:WRONG/getMe"])
async def test_a_wrong_token_is_unauthorized(client: Client, path: str) -> None:
    async with client.get(f"/bot{path}") as answer:
        assert answer.status == 401
        assert await answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_no_token_and_no_method_are_not_found(client: Client) -> None:
    async with client.get("/botnonsense/getMe") as answer:
        assert answer.status == 404
    body = await ask(client, "sendTelepathy")
    assert body == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}


@pytest.mark.parametrize("name", ["getme", "GETME", "getMe"])
async def test_method_names_ignore_case(client: Client, name: str) -> None:
    assert (await ask(client, name))["result"]["id"] == BOT_ID


async def test_every_way_to_send_parameters_means_the_same(client: Client, world: World) -> None:
    params = {"chat_id": str(GROUP_ID), "text": "ї&+=", "reply_markup": json.dumps(button(callback_data="1"))}
    form = FormData(params)
    form.add_field("nothing", b"", filename="empty")
    url = f"/bot{TOKEN}/sendMessage"
    ways: list[Any] = [{"params": params}, {"data": params}, {"data": form}, {"json": params}]
    ways.append({"json": GROUP | {"text": "ї&+=", "reply_markup": button(callback_data="1")}})
    for way in ways:
        async with client.post(url, **way) as answer:
            assert answer.status == 200
    shown = world.messages(GROUP_ID)
    assert [message["text"] for message in shown] == ["ї&+="] * 5
    assert [message["reply_markup"] for message in shown] == [button(callback_data="1")] * 5


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"'])
async def test_a_body_that_is_no_json_object_is_refused(client: Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with client.post(f"/bot{TOKEN}/sendMessage", data=body, headers=headers) as answer:
        assert answer.status == 400


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        (
            {"text": "<b>x", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"chat_id": ""}, "chat_id is empty"),
        ({"chat_id": 42}, "chat not found"),
        ({"chat_id": "@nowhere"}, "chat not found"),
        ({"reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"reply_parameters": "x"}, "can't parse reply parameters JSON object"),
        ({"reply_parameters": []}, "object expected as reply parameters"),
        ({"reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"reply_markup": []}, "object expected as reply markup"),
        ({"reply_markup": button(callback_data="ї" * 33)}, "BUTTON_DATA_INVALID"),
        (
            {"reply_markup": button(callback_data="")},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"reply_markup": button(callback_data="1", text="")}, "inline keyboard button text must be non-empty"),
        (
            {"reply_markup": button(callback_data="1", style="pink")},
            "can't parse inline keyboard button: invalid button style specified",
        ),
        (
            {"reply_markup": button(url="http://localhost:8000/")},
            "inline keyboard button URL 'http://localhost:8000/' is invalid: Wrong HTTP URL",
        ),
        ({"reply_markup": button(copy_text={"text": "x" * 257})}, "BUTTON_COPY_TEXT_INVALID"),
        (
            {"reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "1"}] * 9]}},
            "reply markup is too long",
        ),
        ({"link_preview_options": "no"}, "can't parse link preview options JSON object"),
        ({"parse_mode": "Neon"}, "unsupported parse_mode"),
    ],
)
async def test_send_message_refuses(client: Client, params: dict[str, Any], words: str) -> None:
    assert await refusal(client, "sendMessage", **(GROUP | {"text": "Картка"} | params)) == words


async def test_text_up_to_the_limit_passes_and_tags_do_not_count(client: Client) -> None:
    message = await sent(client, text="<b>" + "😀" * 2048 + "</b>", parse_mode="HTML")
    assert len(message["text"]) == 2048


async def test_callback_data_takes_sixty_four_bytes(client: Client) -> None:
    message = await sent(client, reply_markup=button(callback_data="ї" * 32))
    assert message["reply_markup"] == button(callback_data="ї" * 32)


async def test_force_reply_is_accepted_and_not_shown(client: Client) -> None:
    assert "reply_markup" not in await sent(client, reply_markup={"force_reply": True, "selective": True})


async def test_a_reply_to_nothing_can_be_allowed(client: Client) -> None:
    message = await sent(client, reply_parameters={"message_id": 999, "allow_sending_without_reply": True})
    assert "reply_to_message" not in message


async def test_a_forum_topic_must_exist(client: Client, world: World) -> None:
    assert "message_thread_id" not in await sent(client, message_thread_id=5)
    assert await refusal(client, "createForumTopic", **GROUP, name="Черга") == "the chat is not a forum"
    world.group.is_forum = True
    for topic_id in (1, 999):
        words = await refusal(client, "sendMessage", **GROUP, text="x", message_thread_id=topic_id)
        assert words == "message thread not found"
    topic = (await ask(client, "createForumTopic", **GROUP, name="Черга"))["result"]["message_thread_id"]
    first = await sent(client, message_thread_id=topic)
    assert first["is_topic_message"] is True
    answer = await sent(client, reply_parameters={"message_id": first["message_id"]})
    assert answer["message_thread_id"] == topic
    await ask(client, "deleteForumTopic", **GROUP, message_thread_id=topic)
    words = await refusal(client, "sendMessage", **GROUP, text="x", message_thread_id=topic)
    assert words == "message thread not found"


async def test_a_closed_topic_needs_an_administrator(client: Client, world: World) -> None:
    world.group.is_forum = True
    topic = (await ask(client, "createForumTopic", **GROUP, name="Черга"))["result"]["message_thread_id"]
    await ask(client, "closeForumTopic", **GROUP, message_thread_id=topic)
    await sent(client, message_thread_id=topic)
    world.promote(TARAS, "administrator")
    world.group.members[BOT_ID] = "member"
    assert await refusal(client, "sendMessage", **GROUP, text="x", message_thread_id=topic) == "TOPIC_CLOSED"


async def test_captions_have_their_own_limit(client: Client) -> None:
    form = FormData({"chat_id": str(GROUP_ID), "caption": "x" * 1025})
    form.add_field("photo", sample_picture(), filename="a.png")
    async with client.post(f"/bot{TOKEN}/sendPhoto", data=form) as answer:
        assert (await answer.json())["description"] == "Bad Request: message caption is too long"


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("sendPhoto", {}, "there is no photo in the request"),
        ("sendDocument", {}, "there is no document in the request"),
        ("sendPhoto", {"photo": "nonsense"}, "wrong file identifier/HTTP URL specified"),
        ("sendPhoto", {"photo": "https://example.com/a.png"}, "failed to get HTTP URL content"),
        ("sendMediaGroup", {"media": []}, "there are no messages to send"),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": "x"}] * 11}, "too many messages to send as an album"),
        (
            "sendMediaGroup",
            {"media": [{"type": "hologram", "media": "x"}]},
            'can\'t parse InputMedia: type "hologram" is unsupported',
        ),
        ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
        ("getFile", {"file_id": "x"}, "wrong file_id or the file is temporarily unavailable"),
        ("editMessageText", {"text": "x", "message_id": 999}, "message to edit not found"),
        ("deleteMessage", {"message_id": 999}, "message to delete not found"),
        ("deleteMessage", {}, "message identifier is not specified"),
        ("pinChatMessage", {"message_id": 999}, "message to pin not found"),
        ("unpinChatMessage", {}, "message to unpin not found"),
        ("setMessageReaction", {"message_id": 999, "reaction": []}, "message to react not found"),
        ("getChatMember", {"user_id": 0}, "invalid user_id specified"),
        ("getChatMember", {"user_id": 999}, "user not found"),
        ("getChatAdministrators", {"chat_id": OKSANA}, "there are no administrators in the private chat"),
        (
            "answerCallbackQuery",
            {"callback_query_id": "1"},
            "query is too old and response timeout expired or query ID is invalid",
        ),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
        (
            "answerInlineQuery",
            {"inline_query_id": "1", "results": []},
            "query is too old and response timeout expired or query ID is invalid",
        ),
        ("setMyCommands", {"commands": [{"command": "Queue", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        (
            "setMyCommands",
            {"commands": [{"command": "queue", "description": ""}]},
            "command description must be non-empty",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "q" * 33, "description": "x"}]},
            "command length must not exceed 32",
        ),
        ("setMyCommands", {"scope": {"type": "galaxy"}}, "can't parse BotCommandScope: Unsupported type specified"),
        ("setMyCommands", {"language_code": "ukr"}, "invalid language code specified"),
        ("setWebhook", {"url": "ftp://x"}, "invalid webhook URL specified"),
        ("setWebhook", {"url": "http://example.com/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            "setWebhook",
            {"url": "http://127.0.0.1:1/", "secret_token": "a b"},
            "secret token contains unallowed characters",
        ),
    ],
)
async def test_other_methods_refuse(client: Client, method: str, params: dict[str, Any], words: str) -> None:
    assert await refusal(client, method, **(GROUP | params)) == words


async def test_what_is_no_picture_is_refused(client: Client) -> None:
    form = FormData({"chat_id": str(GROUP_ID)})
    form.add_field("photo", b"GIF89a", filename="a.gif")
    async with client.post(f"/bot{TOKEN}/sendPhoto", data=form) as answer:
        assert (await answer.json())["description"] == "Bad Request: IMAGE_PROCESS_FAILED"


async def test_an_edit_that_changes_nothing_is_refused(client: Client) -> None:
    message = await sent(client, text="Картка", reply_markup=button(callback_data="1"))
    same = {"text": "<b></b>Картка ", "parse_mode": "HTML", "reply_markup": button(callback_data="1")}
    assert await refusal(client, "editMessageText", **message["where"], **same) == (
        "message is not modified: specified new message content and reply markup are exactly the same as a current "
        "content and reply markup of the message"
    )
    markup = {"reply_markup": button(callback_data="1")}
    assert "not modified" in await refusal(client, "editMessageReplyMarkup", **message["where"], **markup)


async def test_an_edit_without_a_keyboard_takes_it_away(client: Client) -> None:
    message = await sent(client, reply_markup=button(callback_data="1"))
    body = await ask(client, "editMessageText", **message["where"], text="Інша")
    assert "reply_markup" not in body["result"]
    assert body["result"]["edit_date"]


async def test_an_edit_after_days_still_works(client: Client, clock: Clock) -> None:
    message = await sent(client)
    clock.now += 30 * 24 * 3600
    assert (await ask(client, "editMessageText", **message["where"], text="Інша"))["ok"]


async def test_only_the_bots_own_text_messages_can_be_edited_as_text(client: Client, world: World) -> None:
    said = world.say(TARAS, GROUP_ID, "моє")
    words = await refusal(client, "editMessageText", **GROUP, message_id=said["message_id"], text="x")
    assert words == "message can't be edited"
    photo = world.post(world.group, world.bot, photo=world.files.add_photo(sample_picture()))
    words = await refusal(client, "editMessageText", **GROUP, message_id=photo.id, text="x")
    assert words == "there is no text in the message to edit"
    message = await sent(client)
    words = await refusal(client, "editMessageCaption", **message["where"], caption="x")
    assert words == "there is no caption in the message to edit"


async def test_what_only_an_administrator_may_do(client: Client, world: World) -> None:
    said = world.say(TARAS, GROUP_ID, "моє")
    where = GROUP | {"message_id": said["message_id"]}
    world.group.members[BOT_ID] = "member"
    assert await refusal(client, "deleteMessage", **where) == "message can't be deleted"
    words = await refusal(client, "pinChatMessage", **where)
    assert words == "not enough rights to manage pinned messages in the chat"
    world.add_bot()
    assert (await ask(client, "pinChatMessage", **where))["ok"]
    assert (await ask(client, "deleteMessage", **where))["ok"]
    assert world.message(GROUP_ID, said["message_id"]) is None


async def test_a_tap_is_answered_once_and_in_time(client: Client, world: World, clock: Clock) -> None:
    too_old = "query is too old and response timeout expired or query ID is invalid"
    message = await sent(client, reply_markup=button(callback_data="1"))
    query = {"callback_query_id": world.press(TARAS, message, "1")}
    assert (await ask(client, "answerCallbackQuery", **query, text="Є", show_alert=True))["ok"]
    assert [(toast.text, toast.alert) for toast in world.toasts(TARAS)] == [("Є", True)]
    assert await refusal(client, "answerCallbackQuery", **query) == too_old
    query = {"callback_query_id": world.press(TARAS, message, "1")}
    clock.now += 15 * 60 + 1
    assert await refusal(client, "answerCallbackQuery", **query) == too_old
    assert len(world.toasts(TARAS)) == 1
