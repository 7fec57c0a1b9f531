"""Tests can order the town's servers to go wrong, see what was asked of them, and write as anybody."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.town import Facebook, Forum, add_to

Client = TestClient[web.Request, web.Application]
HANNA = "hanna_vyhadana"


@pytest.fixture
def facebook() -> Facebook:
    return Facebook(clock=lambda: 1_795_404_855.0)


@pytest.fixture
def forum() -> Forum:
    return Forum(clock=lambda: 1_795_404_855.0)


@pytest.fixture
async def client(facebook: Facebook, forum: Forum) -> AsyncIterator[Client]:
    app = web.Application()
    add_to(app, facebook, forum)
    async with TestClient(TestServer(app), cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        yield client


async def order(client: Client, where: str, fault: str | None, **more: Any) -> None:
    answer = await client.post("/town/control", json={"where": where, "fault": fault} | more)
    assert answer.status == 200, await answer.text()


async def me(client: Client, facebook: Facebook, **more: Any) -> aiohttp.ClientResponse:
    return await client.get("/graph/v26.0/me", params={"access_token": facebook.page_token}, **more)


@pytest.mark.parametrize(
    ("fault", "more", "status", "code"),
    [
        ("500", {}, 500, 1),
        ("503", {}, 503, 2),
        ("429", {}, 400, 80001),
        ("429", {"code": 4}, 403, 4),
        ("429", {"code": 32}, 403, 32),
        ("token_expired", {}, 401, 190),
        ("permission", {}, 403, 10),
        ("captcha", {}, 403, 368),
    ],
)
async def test_the_graph_fails_as_ordered_and_then_recovers(
    client: Client, facebook: Facebook, fault: str, more: dict[str, int], status: int, code: int
) -> None:
    await order(client, "graph", fault, **more)
    answer = await me(client, facebook)
    assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)
    assert (await me(client, facebook)).status == 200


async def test_a_throttled_answer_says_when_to_come_back(client: Client, facebook: Facebook) -> None:
    await order(client, "graph", "429")
    answer = await me(client, facebook)
    assert '"estimated_time_to_regain_access": 19' in answer.headers["X-Business-Use-Case-Usage"]


async def test_a_fault_lasts_as_many_times_as_ordered_or_until_called_off(client: Client, facebook: Facebook) -> None:
    await order(client, "graph", "500", times=2)
    assert [(await me(client, facebook)).status for _ in range(3)] == [500, 500, 200]
    await order(client, "graph", "500", times=99)
    await order(client, "graph", None)
    assert (await me(client, facebook)).status == 200


async def test_a_fault_may_wait_for_one_path(client: Client, forum: Forum) -> None:
    await order(client, "forum", "500", path="newreply.php")
    assert (await client.get("/forum/index.php")).status == 200
    assert (await client.get("/forum/newreply.php")).status == 500


async def test_a_lost_reply_is_published_although_the_connection_breaks(client: Client, facebook: Facebook) -> None:
    post = facebook.visitor_post("Ганна Вигадана", "Питання")
    await order(client, "graph", "lost_reply")
    assert (await me(client, facebook)).status == 200, "only a POST is lost"
    form = {"access_token": facebook.page_token, "message": "Вітаємо"}
    with pytest.raises(aiohttp.ClientError):
        await client.post(f"/graph/v26.0/{post.id}/comments", data=form)
    assert [entry.text for entry in facebook.comments(post.id)] == ["Вітаємо"]


@pytest.mark.parametrize("where", ["graph", "forum"])
async def test_wires_can_be_spoilt_in_every_way(client: Client, facebook: Facebook, where: str) -> None:
    path = "/forum/index.php" if where == "forum" else f"/graph/v26.0/me?access_token={facebook.page_token}"
    whole = len(await (await client.get(path)).read())

    await order(client, where, "html")
    answer = await client.get(path)
    assert (answer.status, answer.content_type) == (200, "text/html")

    await order(client, where, "cut_json")
    assert len(await (await client.get(path)).read()) == whole // 2

    await order(client, where, "redirect_other_host", to="http://elsewhere.invalid/x")
    answer = await client.get(path, allow_redirects=False)
    assert answer.headers["Location"] == "http://elsewhere.invalid/x"

    await order(client, where, "redirect_loop", times=50)
    with pytest.raises(aiohttp.TooManyRedirects):
        await client.get(path)


async def test_a_small_answer_can_unpack_into_a_huge_one(client: Client) -> None:
    await order(client, "forum", "gzip_bomb")
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        answer = await session.get(client.make_url("/forum/index.php"))
        packed = await answer.read()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 2_000_000
    assert len(gzip.decompress(packed)) > 100_000_000


async def test_an_endless_answer_may_be_left_in_the_middle(client: Client) -> None:
    await order(client, "forum", "too_large")
    answer = await client.get("/forum/index.php")
    assert "Content-Length" not in answer.headers
    assert len(await answer.content.readexactly(1_000_000)) == 1_000_000
    answer.close()


async def test_a_slow_answer_outlives_a_callers_patience(client: Client) -> None:
    await order(client, "forum", "slow", seconds=30)
    with pytest.raises(asyncio.TimeoutError):
        await client.get("/forum/index.php", timeout=aiohttp.ClientTimeout(total=0.1))


@pytest.mark.parametrize(
    ("fault", "status", "sign"),
    [
        ("500", 500, "stumbled"),
        ("503", 503, "SQL Error"),
        ("429", 429, "Too many requests"),
        ("login_page", 200, 'name="password"'),
        ("captcha", 200, 'name="imagestring"'),
        ("permission", 200, "do not have permission"),
    ],
)
async def test_the_forum_fails_as_ordered(client: Client, fault: str, status: int, sign: str) -> None:
    await order(client, "forum", fault, retry_after=7)
    answer = await client.get("/forum/forumdisplay.php?fid=2")
    assert answer.status == status
    assert sign in await answer.text()
    assert answer.headers.get("Retry-After", "7") == "7"


async def test_a_forgotten_session_makes_a_member_a_guest_once(client: Client, forum: Forum) -> None:
    account = forum.official
    client.session.cookie_jar.update_cookies({"mybbuser": f"{account.uid}_{account.login_key}"})
    await order(client, "forum", "token_expired")
    assert "logoutkey" not in await (await client.get("/forum/index.php")).text()
    assert "logoutkey" in await (await client.get("/forum/index.php")).text()


async def test_a_page_that_renews_itself_is_neither_noted_nor_spoilt(client: Client) -> None:
    await order(client, "forum", "500")
    answer = await client.get("/forum/index.php", headers={"X-Sandbox-Page": "1"})
    assert answer.status == 200
    assert await (await client.get("/town/requests")).json() == []
    assert (await client.get("/forum/index.php")).status == 500


async def test_requests_are_noted_with_query_body_and_status(client: Client, facebook: Facebook) -> None:
    post = facebook.visitor_post("Ганна Вигадана", "Питання")
    await client.post(f"/graph/v26.0/{post.id}/comments", data={"access_token": "nonsense", "message": "x"})
    await order(client, "forum", "500")
    await client.get("/forum/forumdisplay.php?fid=2", headers={"User-Agent": "Vidhuk"})
    first, second = await (await client.get("/town/requests")).json()
    assert (first["where"], first["method"], first["status"]) == ("graph", "POST", 400)
    assert "message=x" in first["body"]
    assert (second["query"], second["headers"]["user-agent"]) == ({"fid": "2"}, "Vidhuk")
    assert (second["status"], second["fault"]) == (500, "500")


@pytest.mark.parametrize(
    "wish",
    [{}, {"where": "moon", "fault": "500"}, {"where": "graph", "fault": "boredom"}, {"where": "graph"}, [], "x"],
)
async def test_an_order_that_makes_no_sense_is_refused(client: Client, wish: object) -> None:
    assert (await client.post("/town/control", json=wish)).status == 422


async def test_one_writes_as_anybody_to_either_community(client: Client, facebook: Facebook, forum: Forum) -> None:
    async def write(**words: Any) -> dict[str, str]:
        answer = await client.post("/town/post", json=words)
        assert answer.status == 200, await answer.text()
        written: dict[str, str] = await answer.json()
        return written

    post = await write(where="graph", author="Нова Людина", text="Питання")
    answer = await write(where="graph", official=True, text="Вітаємо", parent=post["id"])
    assert answer["url"].endswith(f"/fb/posts/{post['id']}#comment-{answer['id']}")
    assert facebook.comments(post["id"])[0].author.id == facebook.page_id
    topic = await write(where="forum", author=HANNA, subject="Тема", text="Питання")
    reply = await write(where="forum", official=True, text="Вітаємо", topic=topic["topic"])
    assert reply["url"].endswith("/forum/showthread.php?tid=1&pid=2#pid2")
    assert [one.account.name for one in forum.posts(1)] == [HANNA, "kyivstar_official"]
    assert (await client.post("/town/control", json={"where": "forum", "topic": 1})).status == 200
    refused = await client.post("/town/post", json={"where": "forum", "author": HANNA, "text": "Ще", "topic": 1})
    assert (refused.status, await refused.json()) == (422, {"refused": "closed"})


async def test_a_form_from_another_site_cannot_write(client: Client, facebook: Facebook) -> None:
    for path in ("/town/post", "/fb/write"):
        answer = await client.post(path, data='{"author": "Хтось", "text": "Текст"}', headers={"Origin": "http://x"})
        assert answer.status == 422
    assert facebook.posts() == []
