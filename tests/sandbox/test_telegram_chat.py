"""The chat page's API: what people at the browser see and do, over HTTP and WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.telegram import GROUP_ID, IVAN, MARIA, OKSANA, STRANGER, TARAS, TOKEN, World, add_to

Client = TestClient[web.Request, web.Application]
KEYBOARD = {"inline_keyboard": [[{"text": "Беру", "callback_data": "claim:1"}]]}
PATIENCE = 5


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def client(world: World) -> AsyncIterator[Client]:
    app = web.Application()
    add_to(app, world)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client


async def act(client: Client, name: str, /, status: int = 200, **body: Any) -> dict[str, Any]:
    async with client.post(f"/chat/{name}", json={key.rstrip("_"): value for key, value in body.items()}) as answer:
        assert answer.status == status, await answer.text()
        result: dict[str, Any] = await answer.json()
        return result


async def bot(client: Client, method: str, /, **params: Any) -> Any:
    async with client.post(f"/bot{TOKEN}/{method}", json=params) as answer:
        body = await answer.json()
    assert body["ok"], body
    return body["result"]


async def state(client: Client, person_id: int) -> dict[str, Any]:
    async with client.get("/chat/state", params={"as": person_id}) as answer:
        result: dict[str, Any] = await answer.json()
        return result


async def following(page: ClientWebSocketResponse) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        event: dict[str, Any] = await page.receive_json()
        return event


async def test_state_shows_what_the_person_sees(client: Client) -> None:
    agent = await state(client, OKSANA)
    assert agent["me"]["username"] == "oksana_demo"
    assert [(person["id"], person["role"]) for person in agent["people"]] == [
        (OKSANA, "administrator"),
        (TARAS, "member"),
        (IVAN, "member"),
        (MARIA, "member"),
        (STRANGER, "stranger"),
    ]
    assert [(chat["id"], chat["type"], chat["title"]) for chat in agent["chats"]] == [
        (GROUP_ID, "supergroup", "Київстар · спільноти"),
        (OKSANA, "private", "Відгук"),
    ]
    assert [chat["id"] for chat in (await state(client, STRANGER))["chats"]] == [STRANGER]


async def test_state_needs_somebody_who_exists(client: Client) -> None:
    for who, status in (("", 400), ("x", 400), ("42", 404)):
        async with client.get("/chat/state", params={"as": who}) as answer:
            assert answer.status == status
            assert "error" in await answer.json()


async def test_send_makes_a_message_an_update_and_an_event(client: Client) -> None:
    async with client.ws_connect(f"/chat/events?as={TARAS}") as page:
        said = await act(client, "send", as_=OKSANA, chat_id=GROUP_ID, text="/queue зараз")
        assert said["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
        assert await following(page) == {"type": "message", "message": said["message"]}
    [update] = await bot(client, "getUpdates")
    assert update["message"]["text"] == "/queue зараз"
    assert (await state(client, TARAS))["messages"][str(GROUP_ID)] == [said["message"]]


async def test_a_reply_shows_what_it_answers(client: Client) -> None:
    card = await bot(client, "sendMessage", chat_id=GROUP_ID, text="Картка")
    said = await act(client, "send", as_=TARAS, chat_id=GROUP_ID, text="відповідь", reply_to=card["message_id"])
    assert said["message"]["reply_to_message"]["message_id"] == card["message_id"]
    await act(client, "send", 404, as_=TARAS, chat_id=GROUP_ID, text="x", reply_to=999)


async def test_the_stranger_writes_in_private_only(client: Client) -> None:
    assert "error" in await act(client, "send", 403, as_=STRANGER, chat_id=GROUP_ID, text="пустіть")
    await act(client, "send", 404, as_=STRANGER, chat_id=OKSANA, text="чужий чат")
    await act(client, "send", as_=STRANGER, chat_id=STRANGER, text="/start")
    await bot(client, "sendMessage", chat_id=STRANGER, text="Вибачте")
    [chat] = (await state(client, STRANGER))["chats"]
    assert chat["started"] is True


async def test_private_chats_are_nobody_elses_business(client: Client) -> None:
    async with client.ws_connect(f"/chat/events?as={TARAS}") as page:
        await act(client, "send", as_=OKSANA, chat_id=OKSANA, text="/start")
        await act(client, "send", as_=OKSANA, chat_id=GROUP_ID, text="усім")
        assert (await following(page))["message"]["text"] == "усім"


@pytest.mark.parametrize(
    "body",
    [
        {"as": "1001", "chat_id": GROUP_ID, "text": "x"},
        {"as": OKSANA, "text": "x"},
        {"as": OKSANA, "chat_id": GROUP_ID},
        {"as": OKSANA, "chat_id": GROUP_ID, "text": 5},
        {"as": OKSANA, "chat_id": GROUP_ID, "text": "  "},
        {"as": OKSANA, "chat_id": GROUP_ID, "text": "x" * 4097},
        [],
    ],
)
async def test_wrong_bodies_are_refused_with_a_reason(client: Client, body: object) -> None:
    async with client.post("/chat/send", json=body) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]


async def test_a_picture_has_a_link_that_works(client: Client) -> None:
    said = await act(client, "photo", as_=MARIA, chat_id=GROUP_ID, caption="Знімок")
    assert said["message"]["caption"] == "Знімок"
    async with client.get(said["message"]["photo_url"]) as answer:
        assert answer.content_type == "image/png"
        assert (await answer.read()).startswith(b"\x89PNG")
    async with client.get("/chat/file/none") as answer:
        assert answer.status == 404


async def test_only_ones_own_message_can_be_edited(client: Client) -> None:
    said = (await act(client, "send", as_=TARAS, chat_id=GROUP_ID, text="чернетка"))["message"]
    where = {"chat_id": GROUP_ID, "message_id": said["message_id"]}
    await act(client, "edit", 403, as_=OKSANA, **where, text="за нього")
    async with client.ws_connect(f"/chat/events?as={OKSANA}") as page:
        edited = (await act(client, "edit", as_=TARAS, **where, text="готово"))["message"]
        assert await following(page) == {"type": "edit", "message": edited}
    assert edited["edit_date"]
    last = (await bot(client, "getUpdates"))[-1]
    assert last["edited_message"]["text"] == "готово"


async def test_a_tap_brings_a_toast_to_that_person_only(client: Client, world: World) -> None:
    card = await bot(client, "sendMessage", chat_id=GROUP_ID, text="Картка", reply_markup=KEYBOARD)
    where = {"chat_id": GROUP_ID, "message_id": card["message_id"]}
    async with (
        client.ws_connect(f"/chat/events?as={TARAS}") as his,
        client.ws_connect(f"/chat/events?as={OKSANA}") as hers,
    ):
        query_id = (await act(client, "press", as_=TARAS, **where, data="claim:1"))["query_id"]
        [update] = await bot(client, "getUpdates")
        query = update["callback_query"]
        assert (query["id"], query["from"]["id"], query["data"]) == (query_id, TARAS, "claim:1")
        await bot(client, "answerCallbackQuery", callback_query_id=query_id, text="Ваша", show_alert=True)
        assert await following(his) == {"type": "toast", "text": "Ваша", "alert": True, "query_id": query_id}
        await bot(client, "editMessageText", **where, text="Картка Тараса")
        assert (await following(hers))["message"]["text"] == "Картка Тараса"
    assert [toast.text for toast in world.toasts(TARAS)] == ["Ваша"]


async def test_data_that_no_button_has_must_be_forged(client: Client) -> None:
    card = await bot(client, "sendMessage", chat_id=GROUP_ID, text="Картка", reply_markup=KEYBOARD)
    where = {"chat_id": GROUP_ID, "message_id": card["message_id"]}
    await act(client, "press", 404, as_=TARAS, **where, data="claim:2")
    await act(client, "press", 403, as_=STRANGER, **where, data="claim:1")
    await act(client, "press", as_=STRANGER, **where, data="claim:2", forge=True)
    [update] = await bot(client, "getUpdates")
    assert update["callback_query"]["data"] == "claim:2"


async def test_pins_deletions_reactions_and_typing_reach_the_page(client: Client) -> None:
    card = await bot(client, "sendMessage", chat_id=GROUP_ID, text="Дошка")
    where = {"chat_id": GROUP_ID, "message_id": card["message_id"]}
    async with client.ws_connect(f"/chat/events?as={TARAS}") as page:
        await bot(client, "pinChatMessage", **where)
        assert "pinned_message" in (await following(page))["message"]
        assert await following(page) == {"type": "pin"} | where
        assert (await state(client, TARAS))["chats"][0]["pinned_message_id"] == card["message_id"]
        await bot(client, "setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": "👍"}])
        assert await following(page) == {"type": "reaction", "emoji": "👍"} | where
        await bot(client, "sendChatAction", chat_id=GROUP_ID, action="typing")
        assert await following(page) == {"type": "typing", "chat_id": GROUP_ID}
        await act(client, "delete", 403, as_=TARAS, **where)
        await act(client, "delete", as_=OKSANA, **where)
        assert await following(page) == {"type": "delete"} | where
        assert await following(page) == {"type": "pin", "chat_id": GROUP_ID, "message_id": None}


async def test_who_left_sees_the_group_no_more(client: Client) -> None:
    async with client.ws_connect(f"/chat/events?as={IVAN}") as page:
        await act(client, "leave", as_=IVAN)
        assert "left_chat_member" in (await following(page))["message"]
        assert (await following(page))["type"] == "membership"
    assert [chat["id"] for chat in (await state(client, IVAN))["chats"]] == [IVAN]
    await act(client, "send", 403, as_=IVAN, chat_id=GROUP_ID, text="я ще тут")
    await act(client, "leave", 403, as_=IVAN)
    await act(client, "join", as_=IVAN)
    await act(client, "promote", person=IVAN, role="administrator")
    roles = {person["id"]: person["role"] for person in (await state(client, IVAN))["people"]}
    assert roles[IVAN] == "administrator"
    await act(client, "kick", person=IVAN)
    assert len((await state(client, IVAN))["chats"]) == 1


async def test_migration_gives_the_page_the_new_group(client: Client) -> None:
    new_id = (await act(client, "migrate"))["chat_id"]
    shown = await state(client, OKSANA)
    assert shown["chats"][0]["id"] == new_id
    await act(client, "send", 404, as_=OKSANA, chat_id=GROUP_ID, text="у старий")
    await act(client, "send", as_=OKSANA, chat_id=new_id, text="у новий")


async def test_the_bot_can_be_thrown_out_and_brought_back(client: Client) -> None:
    await act(client, "kick-bot")
    assert (await state(client, OKSANA))["chats"][0]["has_bot"] is False
    await act(client, "add-bot")
    assert (await bot(client, "getChatMember", chat_id=GROUP_ID, user_id=7000000001))["status"] == "administrator"
    await act(client, "block", as_=TARAS)
    await act(client, "unblock", as_=TARAS)


async def test_commands_are_offered_by_scope_and_language(client: Client) -> None:
    def one(name: str) -> dict[str, Any]:
        return {"commands": [{"command": name, "description": "Що це"}]}

    async with client.ws_connect(f"/chat/events?as={TARAS}") as page:
        await bot(client, "setMyCommands", **one("help"))
        assert await following(page) == {"type": "commands"}
    await bot(client, "setMyCommands", **one("queue"), scope={"type": "all_group_chats"})
    await bot(client, "setMyCommands", **one("queue_en"), scope={"type": "all_group_chats"}, language_code="en")
    await bot(client, "setMyCommands", **one("setup"), scope={"type": "all_chat_administrators"})
    offered = {
        person_id: {
            chat_id: commands[0]["command"]
            for chat_id, commands in (await state(client, person_id))["commands_by_chat"].items()
        }
        for person_id in (OKSANA, TARAS, IVAN, STRANGER)
    }
    assert offered == {
        OKSANA: {str(GROUP_ID): "setup", str(OKSANA): "help"},
        TARAS: {str(GROUP_ID): "queue", str(TARAS): "help"},
        IVAN: {str(GROUP_ID): "queue_en", str(IVAN): "help"},
        STRANGER: {str(STRANGER): "help"},
    }


async def test_control_orders_faults_and_calls_can_be_read(client: Client) -> None:
    await act(client, "control", fail={"method": "sendMessage", "status": 429, "retry_after": 30})
    async with client.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": GROUP_ID, "text": "x"}) as answer:
        assert answer.headers["Retry-After"] == "30"
    await bot(client, "sendMessage", chat_id=GROUP_ID, text="x")
    async with client.get("/chat/calls") as answer:
        calls = await answer.json()
    assert [(call["method"], call["ok"]) for call in calls] == [("sendMessage", False), ("sendMessage", True)]
    await act(client, "control", 400, fail={"status": 500})
    await act(client, "control", 400, fail={"method": "sendMessage", "flavour": "odd"})


async def test_the_page_is_told_when_the_server_stops(world: World) -> None:
    app = web.Application()
    add_to(app, world)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        page = await client.ws_connect(f"/chat/events?as={TARAS}")
        async with asyncio.timeout(PATIENCE):
            stopping = asyncio.create_task(client.server.runner.cleanup())  # type: ignore[union-attr]
            await page.receive()
            await stopping
        assert page.close_code == 1001
        assert not world.watchers
