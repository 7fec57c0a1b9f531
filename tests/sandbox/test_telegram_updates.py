"""How the bot gets its updates: long polling with its conflicts, restarts, and the webhook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.telegram import BOT_ID, GROUP_ID, OKSANA, STRANGER, TARAS, TOKEN, World, add_to

Client = TestClient[web.Request, web.Application]
PATIENCE = 5


class Clock:
    now = 1_780_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    return World(clock=clock)


@pytest.fixture
async def client(world: World) -> AsyncIterator[Client]:
    app = web.Application()
    add_to(app, world)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client


async def ask(client: Client, method: str, /, **params: Any) -> dict[str, Any]:
    async with client.post(f"/bot{TOKEN}/{method}", json=params) as answer:
        body: dict[str, Any] = await answer.json()
        return body


async def updates(client: Client, /, **params: Any) -> list[dict[str, Any]]:
    body = await ask(client, "getUpdates", **params)
    assert body["ok"], body
    result: list[dict[str, Any]] = body["result"]
    return result


async def texts(client: Client, /, **params: Any) -> list[str]:
    return [update["message"]["text"] for update in await updates(client, **params)]


async def waiting_poll(client: Client, world: World, /, **params: Any) -> asyncio.Task[dict[str, Any]]:
    """A long poll that has surely arrived at the server."""
    arrived = asyncio.create_task(world.queue.next_poll())
    task = asyncio.create_task(ask(client, "getUpdates", timeout=50, **params))
    async with asyncio.timeout(PATIENCE):
        await arrived
    return task


async def test_updates_stay_until_their_offset_is_confirmed(client: Client, world: World) -> None:
    for text in ("один", "два", "три"):
        world.say(TARAS, GROUP_ID, text)
    first = await updates(client, limit=2)
    assert [update["message"]["text"] for update in first] == ["один", "два"]
    assert await texts(client) == ["один", "два", "три"]
    assert await texts(client, offset=first[1]["update_id"] + 1) == ["три"]
    assert await texts(client) == ["три"]


async def test_after_a_restart_the_unconfirmed_come_again(client: Client, world: World) -> None:
    world.say(TARAS, GROUP_ID, "не загубіть")
    [first] = await updates(client)
    [again] = await updates(client, offset=0)
    assert again == first


async def test_a_negative_offset_keeps_only_the_last_ones(client: Client, world: World) -> None:
    for text in ("один", "два", "три"):
        world.say(TARAS, GROUP_ID, text)
    assert await texts(client, offset=-1) == ["три"]
    assert await texts(client) == ["три"]


async def test_a_long_poll_returns_as_soon_as_something_happens(client: Client, world: World) -> None:
    poll = await waiting_poll(client, world)
    world.say(TARAS, GROUP_ID, "привіт")
    async with asyncio.timeout(PATIENCE):
        body = await poll
    assert [update["message"]["text"] for update in body["result"]] == ["привіт"]


async def test_the_older_of_two_polls_is_killed(client: Client, world: World) -> None:
    older = await waiting_poll(client, world)
    newer = await waiting_poll(client, world)
    async with asyncio.timeout(PATIENCE):
        body = await older
    assert (body["error_code"], body["description"]) == (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    world.say(TARAS, GROUP_ID, "кому?")
    async with asyncio.timeout(PATIENCE):
        assert (await newer)["ok"]


async def test_a_server_that_stops_ends_its_polls(world: World) -> None:
    app = web.Application()
    add_to(app, world)
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        poll = await waiting_poll(client, world)
        async with asyncio.timeout(PATIENCE):
            await client.server.runner.cleanup()  # type: ignore[union-attr]
            assert (await poll)["result"] == []


async def test_some_kinds_come_only_when_asked_for_and_the_wish_is_remembered(client: Client, world: World) -> None:
    said = world.say(TARAS, GROUP_ID, "привіт")
    world.react(TARAS, GROUP_ID, said["message_id"], "👍")
    world.promote(TARAS, "administrator")
    assert [set(update) - {"update_id"} for update in await updates(client)] == [{"message"}]
    await updates(client, allowed_updates=["chat_member", "message_reaction", "telepathy"])
    world.react(TARAS, GROUP_ID, said["message_id"], None)
    world.promote(TARAS, "member")
    world.say(TARAS, GROUP_ID, "цього не просили")
    kinds = [next(iter(set(update) - {"update_id"})) for update in await updates(client)]
    assert kinds == ["message", "message_reaction", "chat_member"]
    assert (await ask(client, "getWebhookInfo"))["result"]["allowed_updates"] == ["chat_member", "message_reaction"]
    await updates(client, allowed_updates=[])
    world.say(TARAS, GROUP_ID, "знову чути")
    assert (await updates(client))[-1]["message"]["text"] == "знову чути"


async def test_a_plain_member_hears_only_what_is_meant_for_it(client: Client, world: World) -> None:
    world.group.members[BOT_ID] = "member"
    own = world.post(world.group, world.bot, text=world.format("Картка"))
    world.say(TARAS, GROUP_ID, "між нами")
    world.say(TARAS, GROUP_ID, "/queue")
    world.say(TARAS, GROUP_ID, "/queue@other_bot")
    world.say(TARAS, GROUP_ID, "відповідь", reply_to=own.id)
    assert await texts(client) == ["/queue", "відповідь"]


async def test_updates_are_kept_for_a_day(client: Client, world: World, clock: Clock) -> None:
    world.say(TARAS, GROUP_ID, "учора")
    clock.now += 24 * 3600 + 1
    world.say(TARAS, GROUP_ID, "сьогодні")
    assert await texts(client) == ["сьогодні"]


async def test_pinning_is_told_to_the_bot_and_its_messages_are_not(client: Client, world: World) -> None:
    sent = await ask(client, "sendMessage", chat_id=GROUP_ID, text="Дошка")
    await ask(client, "pinChatMessage", chat_id=GROUP_ID, message_id=sent["result"]["message_id"])
    [update] = await updates(client)
    assert update["message"]["pinned_message"]["text"] == "Дошка"
    assert update["message"]["from"]["id"] == BOT_ID


async def test_migration_is_told_in_both_chats(client: Client, world: World) -> None:
    new_id = world.migrate()
    old, new = await updates(client)
    assert (old["message"]["chat"]["id"], old["message"]["migrate_to_chat_id"]) == (GROUP_ID, new_id)
    assert (new["message"]["chat"]["id"], new["message"]["migrate_from_chat_id"]) == (new_id, GROUP_ID)


async def test_coming_and_going(client: Client, world: World) -> None:
    await updates(client, allowed_updates=["message", "my_chat_member", "chat_member"])
    world.join(STRANGER)
    world.leave(STRANGER)
    world.kick_bot(by=OKSANA)
    seen = await updates(client)
    kinds = [next(iter(set(update) - {"update_id"})) for update in seen]
    assert kinds == ["chat_member", "message", "message", "chat_member", "my_chat_member"]
    change = seen[-1]["my_chat_member"]
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("administrator", "kicked")


class Hook:
    """The bot's side of a webhook: answers with the given statuses, then 200."""

    def __init__(self, *statuses: int, reply: dict[str, Any] | None = None) -> None:
        self.statuses = list(statuses)
        self.reply = reply or {}
        self.got: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def receive(self, request: web.Request) -> web.Response:
        update = await request.json()
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        await self.got.put((update["message"]["text"], secret))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.json_response(self.reply, status=status)

    async def next(self) -> tuple[str, str]:
        async with asyncio.timeout(PATIENCE):
            return await self.got.get()


async def served(hook: Hook) -> TestServer:
    app = web.Application()
    app.router.add_post("/hook", hook.receive)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    return server


async def test_the_webhook_gets_updates_with_the_secret_and_polling_is_refused(client: Client, world: World) -> None:
    hook = Hook()
    server = await served(hook)
    world.say(TARAS, GROUP_ID, "раніше")
    poll = await waiting_poll(client, world, offset=10**12)
    await ask(client, "setWebhook", url=str(server.make_url("/hook")), secret_token="s3cret")
    async with asyncio.timeout(PATIENCE):
        assert (await poll)["description"] == "Conflict: terminated by setWebhook request"
    world.say(TARAS, GROUP_ID, "тепер")
    assert await hook.next() == ("тепер", "s3cret")
    body = await ask(client, "getUpdates")
    assert body["error_code"] == 409
    assert body["description"].startswith("Conflict: can't use getUpdates method while webhook is active")
    await ask(client, "deleteWebhook")
    assert (await ask(client, "getUpdates"))["ok"]
    await server.close()


async def test_the_webhook_is_tried_again_until_it_takes_the_update(client: Client, world: World) -> None:
    hook = Hook(500, 404)
    server = await served(hook)
    world.webhook.retry_delay = 0.001
    await ask(client, "setWebhook", url=str(server.make_url("/hook")))
    world.say(TARAS, GROUP_ID, "перше")
    world.say(TARAS, GROUP_ID, "друге")
    assert [(await hook.next())[0] for _ in range(4)] == ["перше", "перше", "перше", "друге"]
    info = (await ask(client, "getWebhookInfo"))["result"]
    assert info["last_error_message"] == "Wrong response from the webhook: 404 Not Found"
    await server.close()


async def test_the_webhook_may_answer_with_a_method(client: Client, world: World) -> None:
    hook = Hook(reply={"method": "sendMessage", "chat_id": GROUP_ID, "text": "луна"})
    server = await served(hook)
    await ask(client, "setWebhook", url=str(server.make_url("/hook")))
    page = world.watch(TARAS)
    world.say(TARAS, GROUP_ID, "ау")
    async with asyncio.timeout(PATIENCE):
        shown = [(await page.events.get())["message"]["text"] for _ in range(2)]
    assert shown == ["ау", "луна"]
    await server.close()


async def test_pending_updates_can_be_dropped(client: Client, world: World) -> None:
    world.say(TARAS, GROUP_ID, "старе")
    assert (await ask(client, "getWebhookInfo"))["result"]["pending_update_count"] == 1
    await ask(client, "deleteWebhook", drop_pending_updates=True)
    assert await updates(client) == []
