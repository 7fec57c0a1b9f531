"""Who may write where, floods, ordered faults, members, files and commands of the sandbox's Bot API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.telegram import BOT_ID, GROUP_ID, OKSANA, STRANGER, TARAS, TOKEN, World, add_to

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


async def test_whom_the_bot_cannot_write_to(client: Client, world: World) -> None:
    hello = {"chat_id": STRANGER, "text": "вітаю"}
    assert await refusal(client, "sendMessage", **hello) == "bot can't initiate conversation with a user"
    world.say(STRANGER, STRANGER, "/start")
    assert (await ask(client, "sendMessage", **hello))["ok"]
    world.block(STRANGER)
    assert await refusal(client, "sendMessage", **hello) == "bot was blocked by the user"
    world.unblock(STRANGER)
    world.people[STRANGER].deactivated = True
    assert await refusal(client, "sendMessage", **hello) == "user is deactivated"


async def test_a_bot_that_was_thrown_out_or_left(client: Client, world: World) -> None:
    world.kick_bot()
    for method in ("sendMessage", "getChat", "getChatAdministrators"):
        words = await refusal(client, method, **GROUP, text="x")
        assert words == "bot was kicked from the supergroup chat"
    world.add_bot()
    assert (await ask(client, "leaveChat", **GROUP))["ok"]
    assert await refusal(client, "sendMessage", **GROUP, text="x") == "bot is not a member of the supergroup chat"


async def test_a_basic_group_has_its_own_words() -> None:
    world = World(basic_group=True)
    app = web.Application()
    add_to(app, world)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        old = {"chat_id": world.group.id}
        assert (await ask(client, "getChat", **old))["result"]["type"] == "group"
        world.kick_bot()
        assert await refusal(client, "getChat", **old) == "bot was kicked from the group chat"
        world.add_bot()
        new_id = world.migrate()
        assert (await ask(client, "getChat", chat_id=new_id))["result"]["type"] == "supergroup"


async def test_after_the_upgrade_the_old_id_names_the_new_one(client: Client, world: World) -> None:
    new_id = world.migrate()
    assert await ask(client, "sendMessage", **GROUP, text="x") == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new_id},
    }
    assert (await ask(client, "sendMessage", chat_id=new_id, text="x"))["ok"]


@pytest.mark.parametrize(
    ("person_id", "status"),
    [(OKSANA, "creator"), (TARAS, "member"), (STRANGER, "left"), (BOT_ID, "administrator")],
)
async def test_members_have_a_status(client: Client, person_id: int, status: str) -> None:
    body = await ask(client, "getChatMember", **GROUP, user_id=person_id)
    assert body["result"]["status"] == status


async def test_statuses_change(client: Client, world: World) -> None:
    world.promote(TARAS, "administrator")
    assert (await ask(client, "getChatMember", **GROUP, user_id=TARAS))["result"]["can_pin_messages"] is True
    assert (await ask(client, "getChatMemberCount", **GROUP))["result"] == 5
    world.kick(TARAS)
    assert (await ask(client, "getChatMember", **GROUP, user_id=TARAS))["result"]["status"] == "kicked"
    assert (await ask(client, "getChatMemberCount", **GROUP))["result"] == 4


async def test_a_flood_gets_429_with_the_wait_in_body_and_header(client: Client, world: World, clock: Clock) -> None:
    world.limits.enabled = True
    message = await sent(client)
    for n in range(2):
        await ask(client, "editMessageText", **message["where"], text=str(n))
    async with client.post(f"/bot{TOKEN}/sendMessage", json=GROUP | {"text": "x"}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
        body = await answer.json()
    assert body["description"] == "Too Many Requests: retry after 1"
    assert body["parameters"] == {"retry_after": 1}
    query = {"callback_query_id": world.press(TARAS, message, "x", forge=True)}
    assert (await ask(client, "answerCallbackQuery", **query))["ok"]
    clock.now += 1
    assert (await ask(client, "sendMessage", **GROUP, text="x"))["ok"]


async def test_ordered_faults(client: Client, world: World) -> None:
    world.fail("sendMessage", times=2, status=429, retry_after=137)
    for _ in range(2):
        body = await ask(client, "sendMessage", **GROUP, text="x")
        assert body["parameters"] == {"retry_after": 137}
    world.fail("sendMessage", status=500)
    assert (await ask(client, "sendMessage", **GROUP, text="x"))["error_code"] == 500
    world.fail("*", status=502)
    async with client.post(f"/bot{TOKEN}/getMe") as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
    assert world.messages(GROUP_ID) == []
    assert [(call.method, call.ok) for call in world.calls] == [("sendMessage", False)] * 3 + [("getMe", False)]


async def test_an_answer_can_be_lost_after_the_work(client: Client, world: World) -> None:
    world.fail("sendMessage", after=True, drop=True)
    with pytest.raises(aiohttp.ClientError):
        await client.post(f"/bot{TOKEN}/sendMessage", json=GROUP | {"text": "раз"})
    world.fail("sendMessage", after=True, status=502)
    async with client.post(f"/bot{TOKEN}/sendMessage", json=GROUP | {"text": "два"}) as answer:
        assert answer.status == 502
    assert [message["text"] for message in world.messages(GROUP_ID)] == ["раз", "два"]


async def test_calls_are_recorded_as_tests_like_to_read_them(client: Client, world: World) -> None:
    await sent(client, reply_markup=button(callback_data="1"))
    await ask(client, "sendMessage", **GROUP, text="")
    good, bad = world.calls
    assert good.params == {"chat_id": str(GROUP_ID), "text": "Картка", "reply_markup": button(callback_data="1")}
    assert (good.ok, bad.ok, bad.error) == (True, False, "Bad Request: message text is empty")


async def test_files_are_served_by_their_path(client: Client, world: World) -> None:
    file = world.files.add_document("ї;б".encode(), "звіт.csv", "text/csv")
    path = (await ask(client, "getFile", file_id=file.file_id))["result"]["file_path"]
    async with client.get(f"/file/bot{TOKEN}/{path}") as answer:
        assert await answer.read() == "ї;б".encode()
    async with client.get(f"/file/bot{TOKEN}/documents/none") as answer:
        assert answer.status == 404
    async with client.get(f"/file/bot1:x/{path}") as answer:
        assert answer.status == 401


async def test_commands_belong_to_a_scope_and_a_language(client: Client) -> None:
    def commands(name: str) -> dict[str, Any]:
        return {"commands": [{"command": name, "description": "Що це"}]}

    everywhere = {"scope": {"type": "all_group_chats"}}
    await ask(client, "setMyCommands", **commands("queue"), **everywhere)
    await ask(client, "setMyCommands", **commands("queue_en"), **everywhere, language_code="en")
    got = await ask(client, "getMyCommands", **everywhere, language_code="en")
    assert got["result"] == commands("queue_en")["commands"]
    assert (await ask(client, "getMyCommands"))["result"] == []
    await ask(client, "deleteMyCommands", **everywhere, language_code="en")
    assert (await ask(client, "getMyCommands", **everywhere, language_code="en"))["result"] == []
    assert (await ask(client, "getMyCommands", **everywhere))["result"] == commands("queue")["commands"]
