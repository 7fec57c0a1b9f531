"""The web server over real HTTP: signed messages taken once, events that wake a look, health."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.alarms import Alarms
from bot.domain.errors import PortTaken, SourceDown
from bot.domain.model import Community
from bot.intake import Intake
from bot.store import Store, communities
from bot.web import Parts, Push, WebServer, application
from tests.fakes import NOON, MovableClock, verdict
from tests.web_desk import MINUTE, SECRET, Form

WATCHED = {
    "site": Community("site", "Сайт", "webhook", frozenset({"company"})),
    "fb": Community("fb", "Сторінка", "facebook"),
    "vk": Community("vk", "Спільнота", "vk"),
}
MESSAGE = {"id": "m-1", "text": "Чому немає мережі?", "author": {"id": "u1", "name": "Ганна Вигадана"}}
PUSH = {"fb": Push("SECRET-app", "verify-me"), "vk": Push("SECRET-vk", "c0nf1rm")}


def parts(store: Store, clock: MovableClock, woken: list[str]) -> Parts:
    intake = Intake(store, WATCHED, dict.fromkeys(WATCHED, timedelta(days=1)), verdict)
    secrets = {"site": SECRET}
    return Parts(store, intake, clock, WATCHED, secrets, PUSH, woken.append, lambda: 3.0, {"refresh": NOON})


@pytest.fixture
async def form(store: Store) -> AsyncIterator[Form]:
    clock, woken = MovableClock(), []  # type: ignore[var-annotated]
    client = TestClient(TestServer(application(parts(store, clock, woken)), host="127.0.0.1"))
    await client.start_server()
    yield Form(client, clock, woken)
    await client.close()


async def stored(store: Store) -> list[tuple[Any, ...]]:
    return await store.read(
        lambda db: db.execute("SELECT external_id, text, author_name FROM post ORDER BY id").fetchall()
    )


# --- messages ---------------------------------------------------------------------------------------------------


async def test_a_signed_message_becomes_a_post_with_a_thread_that_waits(form: Form, store: Store) -> None:
    assert await form.sends(MESSAGE) == (202, {"id": "m-1", "taken": "now"})
    assert await stored(store) == [("m-1", "Чому немає мережі?", "Ганна Вигадана")]
    waiting = await store.read(lambda db: db.execute("SELECT status FROM thread").fetchall())
    assert waiting == [("waiting",)]


async def test_the_same_key_is_answered_alike_and_makes_nothing_new(form: Form, store: Store) -> None:
    await form.sends(MESSAGE)
    form.clock.advance(600)
    assert await form.sends(MESSAGE) == (200, {"id": "m-1", "taken": "before"})
    assert len(await stored(store)) == 1


async def test_a_key_with_another_message_is_refused(form: Form, store: Store) -> None:
    await form.sends(MESSAGE)
    status, said = await form.sends({**MESSAGE, "text": "інше"})
    assert (status, said["error"]) == (409, "this key came with another message before")
    assert len(await stored(store)) == 1


async def test_whatever_the_form_sends_twice_under_other_keys_is_one_post(form: Form, store: Store) -> None:
    await form.sends(MESSAGE)
    await form.sends(MESSAGE, key="key-000002")
    assert len(await stored(store)) == 1


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"secret": "another"}, 401),
        ({"X-Vidhuk-Signature": ""}, 401),
        ({"X-Vidhuk-Timestamp": ""}, 401),
        ({"X-Vidhuk-Signature": "sha256=ґ"}, 401),
        ({"to": "nowhere"}, 404),
        ({"to": "fb"}, 404),
        ({"key": ""}, 400),
        ({"key": "short"}, 400),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
async def test_who_does_not_prove_who_they_are_is_refused(
    form: Form, store: Store, how: dict[str, Any], status: int
) -> None:
    found, said = await form.sends(MESSAGE, **how)
    assert found == status, said
    assert said["error"]
    assert SECRET not in json.dumps(said)
    assert await stored(store) == []


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24 * 400])
async def test_a_recording_is_refused(form: Form, store: Store, minutes: int) -> None:
    status, said = await form.sends(MESSAGE, at=form.clock.now() + minutes * MINUTE)
    assert (status, said["error"]) == (403, "too old or too new")
    assert await stored(store) == []


async def test_a_changed_body_is_not_what_was_signed(form: Form) -> None:
    body = json.dumps(MESSAGE).encode()
    stamp = str(int(form.clock.now().timestamp()))
    mac = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    given = {"X-Vidhuk-Timestamp": stamp, "X-Vidhuk-Signature": f"sha256={mac}", "Idempotency-Key": "key-000001"}
    headers = given | {"Content-Type": "application/json"}
    async with form.client.post("/in/site", data=body + b" ", headers=headers) as response:
        assert response.status == 401
    async with form.client.post("/in/site", data=body, headers=headers) as response:
        assert response.status == 202


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"text": "без номера"}, "id: is missing"),
        ({"id": "1", "text": "  "}, "text: is missing"),
        ({"id": "1", "text": 5}, "text: expected text"),
        ({"id": "1", "text": "a" * 20_001}, "text: at most 20000"),
        ({"id": "1", "text": "?", "colour": "red"}, "colour: unknown"),
        ({"id": "1", "text": "?", "stars": 6}, "stars: expected a whole number from 1 to 5"),
        ({"id": "1", "text": "?", "stars": True}, "stars: expected"),
        ({"id": "1", "text": "?", "url": "javascript:alert(1)"}, "url: expected an address"),
        ({"id": "1", "text": "?", "published_at": "вчора"}, "published_at: expected a time"),
        (
            {"id": "1", "text": "?", "published_at": "2026-11-23T10:00:00"},
            "published_at: expected a time with its zone",
        ),
        (b'{"id": "1", "te', "body: broken JSON"),
        (b"<html>", "body: HTML"),
        (b"[]", "body: a JSON object"),
        (b"\xff\xfe", "body: broken JSON"),
    ],
)
async def test_a_message_that_is_not_as_agreed_is_refused_by_its_field(
    form: Form, store: Store, message: object, says: str
) -> None:
    status, said = await form.sends(message)
    assert status == 422
    assert says in said["error"]
    assert await stored(store) == []


async def test_too_large_a_message_is_refused(form: Form, store: Store) -> None:
    for size in (70_000, 300_000):
        status, _ = await form.sends(b" " * size)
        assert status == 413
    assert await stored(store) == []


async def test_a_paused_form_is_told_to_come_again(form: Form, store: Store) -> None:
    await store.write(lambda db: communities.pause(db, "site", 1, NOON))
    assert (await form.sends(MESSAGE))[0] == 503
    await store.write(lambda db: communities.resume(db, "site"))
    assert (await form.sends(MESSAGE))[0] == 202


async def test_hostile_words_are_only_words(form: Form, store: Store) -> None:
    status, _ = await form.sends(b'{"id": "1", "text": "<b>\\u0000 \\ud800 @all /start \\u202e?"}')
    assert status == 202
    ((_, text, _),) = await stored(store)
    assert "\x00" not in text
    assert "\ud800" not in text


# --- events -----------------------------------------------------------------------------------------------------


def hub(body: bytes, secret: str = PUSH["fb"].secret) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


async def test_facebooks_handshake_needs_the_code(form: Form) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "verify-me"}
    async with form.client.get("/facebook/fb", params=asked) as response:
        assert (response.status, await response.text()) == (200, "1158201444")
    for wrong in ({"hub.verify_token": "x"}, {"hub.mode": "x"}):
        async with form.client.get("/facebook/fb", params=asked | wrong) as response:
            assert response.status == 403
    async with form.client.get("/facebook/nowhere", params=asked) as response:
        assert response.status == 404


async def test_an_event_of_facebook_is_proved_over_its_raw_bytes_and_wakes_one_look(form: Form) -> None:
    # Facebook escapes letters beyond ASCII: whoever parses and prints the body again gets another signature.
    body = b'{"object":"page","entry":[{"id":"777","changes":[{"value":{"message":"\\u0427\\u043e\\u043c\\u0443?"}}]}]}'
    for _ in range(3):
        async with form.client.post("/facebook/fb", data=body, headers=hub(body)) as response:
            assert response.status == 200
    assert form.woken == ["fb"]
    async with form.client.post("/facebook/fb", data=body + b" ", headers=hub(body)) as response:
        assert response.status == 401
    async with form.client.post("/facebook/fb", data=body, headers=hub(body, "another")) as response:
        assert response.status == 401
    async with form.client.post("/facebook/fb", data=body) as response:
        assert response.status == 401
    assert form.woken == ["fb"]


async def test_an_event_of_vk_is_proved_by_its_secret_and_wakes_one_look(form: Form) -> None:
    async def posts(event: object) -> tuple[int, str]:
        async with form.client.post("/vk/vk", data=json.dumps(event)) as response:
            return response.status, await response.text()

    base = {"group_id": 777, "secret": "SECRET-vk", "v": "5.199"}
    assert await posts({"type": "confirmation", **base}) == (200, "c0nf1rm")
    event = {"type": "wall_reply_new", "event_id": "e1", "object": {"text": "Чому?"}, **base}
    assert [await posts(event) for _ in range(3)] == [(200, "ok")] * 3
    assert form.woken == ["vk"]
    await posts(event | {"event_id": "e2"})
    assert form.woken == ["vk", "vk"]
    assert (await posts(event | {"secret": "x", "event_id": "e3"}))[0] == 401
    assert (await posts({"type": "confirmation", "group_id": 777}))[0] == 401
    assert (await posts([]))[0] == 400
    assert form.woken == ["vk", "vk"]


async def test_nothing_an_event_says_is_believed(form: Form, store: Store) -> None:
    body = b'{"object":"page","entry":[{"changes":[{"value":{"message":"fake","from":{"id":"777"}}}]}]}'
    async with form.client.post("/facebook/fb", data=body, headers=hub(body)) as response:
        assert response.status == 200
    assert await stored(store) == []


# --- health -----------------------------------------------------------------------------------------------------


async def test_health_tells_of_telegram_pages_and_jobs_and_of_nothing_else(form: Form, store: Store) -> None:
    await form.sends(MESSAGE)
    await Alarms(store).failed("fb", SourceDown("502 from SECRET"), now=NOON)
    async with form.client.get("/healthz") as response:
        assert response.status == 200
        text = await response.text()
    said = json.loads(text)
    assert said["telegram"] == {"last_poll_s": 3.0}
    assert said["jobs"] == {"refresh": NOON.isoformat()}
    assert said["communities"]["fb"]["error"] == "down"
    assert said["communities"]["site"]["last_post"] == NOON.isoformat()
    assert "Чому" not in text
    assert "SECRET" not in text


async def test_a_silent_telegram_makes_the_process_unhealthy(store: Store) -> None:
    clock = MovableClock()
    told = parts(store, clock, [])
    silent = replace(told, polled_s=lambda: 500.0)
    client = TestClient(TestServer(application(silent), host="127.0.0.1"))
    await client.start_server()
    async with client.get("/healthz") as response:
        assert response.status == 503
        assert (await response.json())["ok"] is False
    await client.close()


async def test_a_taken_port_is_said(store: Store) -> None:
    first = WebServer(parts(store, MovableClock(), []), "127.0.0.1", 18_481)
    await first.start()
    second = WebServer(parts(store, MovableClock(), []), "127.0.0.1", 18_481)
    with pytest.raises(PortTaken, match="18481"):
        await second.start()
    await first.stop()


async def test_other_addresses_and_methods_are_refused_in_json(form: Form) -> None:
    async with form.client.get("/in/site") as response:
        assert (response.status, (await response.json())["error"]) == (405, "method not allowed")
    async with form.client.get("/etc/passwd") as response:
        assert response.status == 404
