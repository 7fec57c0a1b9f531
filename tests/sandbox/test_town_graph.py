"""The Graph API stand-in answers as the real one does: fields, lists, tokens, publishing, errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.town import Facebook, Forum, add_to

Client = TestClient[web.Request, web.Application]
START = 1_795_404_855.0  # 2026-11-23T03:34:15Z


class Clock:
    now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def facebook(clock: Clock) -> Facebook:
    return Facebook(clock=clock)


@pytest.fixture
async def client(facebook: Facebook, clock: Clock) -> AsyncIterator[Client]:
    app = web.Application()
    add_to(app, facebook, Forum(clock=clock))
    async with TestClient(TestServer(app)) as client:
        yield client


class Graph:
    """Calls with the page's token unless told otherwise; returns status and JSON."""

    def __init__(self, client: Client, facebook: Facebook) -> None:
        self.client = client
        self.token = facebook.page_token

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        return (await self.ask("GET", path, **query))[1]

    async def ask(self, method: str, path: str, **query: str) -> tuple[int, dict[str, Any]]:
        query = {"access_token": self.token} | query
        kept = {name: value for name, value in query.items() if value}
        answer = await self.client.request(method, f"/graph/v26.0/{path}", params=kept)
        return answer.status, await answer.json()

    async def error(self, method: str, path: str, **query: str) -> dict[str, Any]:
        status, body = await self.ask(method, path, **query)
        assert status >= 400, body
        error: dict[str, Any] = body["error"]
        assert error["message"]
        assert error["fbtrace_id"]
        return error

    async def say(self, parent: str, message: str) -> tuple[int, dict[str, Any]]:
        form = {"access_token": self.token, "message": message}
        answer = await self.client.post(f"/graph/v26.0/{parent}/comments", data=form)
        return answer.status, await answer.json()


@pytest.fixture
def graph(client: Client, facebook: Facebook) -> Graph:
    return Graph(client, facebook)


# --- reading ----------------------------------------------------------------------------------------------------


async def test_a_post_has_only_the_asked_fields_and_its_id(facebook: Facebook, graph: Graph) -> None:
    post = facebook.visitor_post("Ганна Вигадана", "Де мій інтернет?")
    shown = await graph.get(post.id, fields="message,created_time,from")
    assert shown == {
        "id": post.id,
        "message": "Де мій інтернет?",
        "created_time": "2026-11-23T03:34:15+0000",
        "from": {"name": "Ганна Вигадана", "id": post.author.id},
    }


async def test_the_page_answers_to_its_id_and_to_me(facebook: Facebook, graph: Graph) -> None:
    for name in ("me", facebook.page_id):
        page = await graph.get(name, fields="name,followers_count")
        assert page == {"id": facebook.page_id, "name": facebook.page_name, "followers_count": 12345}


async def test_a_comment_links_to_itself_on_the_human_page(facebook: Facebook, graph: Graph, client: Client) -> None:
    post = facebook.visitor_post("Ганна Вигадана", "Питання")
    comment = facebook.comment(post.id, "Петро Уявний", "І в мене")
    link = (await graph.get(comment.id, fields="permalink_url"))["permalink_url"]
    assert link.endswith(f"/fb/posts/{post.id}#comment-{comment.id}")
    assert (await client.get(urlsplit(link).path)).status == 200


async def test_a_picture_without_words_has_no_message(facebook: Facebook, graph: Graph) -> None:
    post = facebook.visitor_post("Леся Пробна", "", picture=True)
    shown = await graph.get(post.id, fields="message,attachments")
    assert "message" not in shown
    assert shown["attachments"]["data"][0]["type"] == "photo"


async def test_a_mention_of_the_page_is_a_tag(facebook: Facebook, graph: Graph) -> None:
    post = facebook.visitor_post("Леся Пробна", f"{facebook.page_name}, відгукніться")
    tags = (await graph.get(post.id, fields="message_tags"))["message_tags"]
    assert tags[0]["id"] == facebook.page_id
    assert tags[0]["length"] == len(facebook.page_name)


async def test_hostile_text_comes_back_as_it_was_written(facebook: Facebook, graph: Graph) -> None:
    hostile = "<script>alert(1)</script> \u202e &amp; 👨‍👩‍👧"
    post = facebook.visitor_post("Ганна Вигадана", hostile)
    assert (await graph.get(post.id, fields="message"))["message"] == hostile


# --- lists ------------------------------------------------------------------------------------------------------


async def test_the_feed_is_newest_first_and_pages_by_cursor(facebook: Facebook, graph: Graph, client: Client) -> None:
    posts = [facebook.visitor_post("Ганна Вигадана", f"Допис {n}", at=START + n) for n in range(5)]
    page = await graph.get(f"{facebook.page_id}/feed", limit="2", fields="message")
    seen = [one["message"] for one in page["data"]]
    while "next" in page.get("paging", {}):
        page = await (await client.get(urlsplit(page["paging"]["next"])._replace(scheme="", netloc="").geturl())).json()
        seen += [one["message"] for one in page["data"]]
    assert seen == [post.text for post in reversed(posts)]


async def test_the_next_link_carries_the_access_token(facebook: Facebook, client: Client) -> None:
    for n in range(3):
        facebook.visitor_post("Ганна Вигадана", f"Допис {n}")
    headers = {"Authorization": f"Bearer {facebook.page_token}"}
    answer = await client.get("/graph/v26.0/me/feed", params={"limit": "1"}, headers=headers)
    following = (await answer.json())["paging"]["next"]
    assert parse_qs(urlsplit(following).query)["access_token"] == [facebook.page_token]


async def test_a_full_feed_promises_a_next_page_that_may_be_empty(facebook: Facebook, graph: Graph) -> None:
    facebook.visitor_post("Ганна Вигадана", "Єдиний")
    page = await graph.get("me/feed", limit="1")
    assert "next" in page["paging"]
    assert await graph.get("me/feed", limit="1", after=page["paging"]["cursors"]["after"]) == {"data": []}


async def test_since_and_until_bound_the_feed(facebook: Facebook, graph: Graph) -> None:
    for n in range(4):
        facebook.visitor_post("Ганна Вигадана", str(n), at=START + n * 60)
    page = await graph.get("me/feed", since=str(int(START) + 60), until="2026-11-23T03:36:15+0000", fields="message")
    assert [one["message"] for one in page["data"]] == ["2", "1"]


@pytest.fixture
def talk(facebook: Facebook) -> str:
    """A post with two top-level comments and an answer under the first; the post's id."""
    post = facebook.visitor_post("Ганна Вигадана", "Питання")
    first = facebook.comment(post.id, "Петро Уявний", "перший", at=START + 10)
    facebook.comment(post.id, "Леся Пробна", "другий", at=START + 20)
    facebook.official_comment(first.id, "відповідь першому", at=START + 30)
    return post.id


async def test_nested_answers_are_hidden_unless_the_stream_is_asked(graph: Graph, talk: str) -> None:
    top = await graph.get(f"{talk}/comments", fields="message")
    assert [one["message"] for one in top["data"]] == ["перший", "другий"]
    stream = await graph.get(f"{talk}/comments", fields="message", filter="stream")
    assert [one["message"] for one in stream["data"]] == ["перший", "другий", "відповідь першому"]


async def test_the_stream_runs_backwards_on_demand_and_from_a_moment(graph: Graph, talk: str) -> None:
    back = await graph.get(f"{talk}/comments", filter="stream", order="reverse_chronological", fields="message")
    assert [one["message"] for one in back["data"]] == ["відповідь першому", "другий", "перший"]
    late = await graph.get(f"{talk}/comments", filter="stream", since=str(int(START) + 15), fields="message")
    assert [one["message"] for one in late["data"]] == ["другий", "відповідь першому"]


async def test_an_answer_names_its_parent_and_a_comment_counts_its_answers(graph: Graph, talk: str) -> None:
    stream = await graph.get(f"{talk}/comments", filter="stream", fields="parent,comment_count")
    first, _, answer = stream["data"]
    assert answer["parent"]["id"] == first["id"]
    assert first["comment_count"] == 1
    assert "parent" not in first


async def test_comments_can_be_asked_as_a_field_of_the_feed(graph: Graph, talk: str) -> None:
    fields = "message,comments.filter(stream).limit(2).summary(true){message,parent{id}}"
    page = await graph.get("me/feed", fields=fields)
    comments = page["data"][0]["comments"]
    assert [one["message"] for one in comments["data"]] == ["перший", "другий"]
    assert comments["summary"]["total_count"] == 3
    assert f"/graph/v26.0/{talk}/comments?" in comments["paging"]["next"]


async def test_comments_page_by_cursor_without_a_promise(graph: Graph, talk: str) -> None:
    page = await graph.get(f"{talk}/comments", filter="stream", limit="2")
    assert "next" in page["paging"]
    rest = await graph.get(f"{talk}/comments", filter="stream", limit="2", after=page["paging"]["cursors"]["after"])
    assert len(rest["data"]) == 1
    assert "next" not in rest["paging"]


# --- tokens -----------------------------------------------------------------------------------------------------


async def test_a_public_token_sees_no_names_and_publishes_nothing(facebook: Facebook, graph: Graph, talk: str) -> None:
    graph.token = facebook.public_token
    comments = await graph.get(f"{talk}/comments", filter="stream", fields="from,message")
    assert all("from" not in one and one["message"] for one in comments["data"])
    status, body = await graph.say(talk, "Вітаю")
    assert (status, body["error"]["code"]) == (403, 200)


async def test_a_reader_token_sees_names_but_publishes_nothing(facebook: Facebook, graph: Graph, talk: str) -> None:
    graph.token = facebook.reader_token
    assert "from" in await graph.get(talk, fields="from")
    assert (await graph.say(talk, "Вітаю"))[1]["error"]["code"] == 200


async def test_missing_broken_and_expired_tokens_are_told_apart(facebook: Facebook, graph: Graph) -> None:
    assert (await graph.error("GET", "me", access_token=""))["code"] == 2500
    assert (await graph.error("GET", facebook.page_id, access_token=""))["code"] == 104
    assert (await graph.error("GET", "me", access_token="nonsense"))["code"] == 190
    expired = await graph.error("GET", "me", access_token=facebook.expired_token)
    assert (expired["code"], expired["error_subcode"], expired["type"]) == (190, 463, "OAuthException")


# --- publishing -------------------------------------------------------------------------------------------------


async def test_the_page_answers_a_comment_and_the_answer_can_be_read_back(
    facebook: Facebook, graph: Graph, talk: str
) -> None:
    first = facebook.comments(talk)[0]
    status, made = await graph.say(first.id, "Вітаємо! Розбираємося.")
    assert status == 200
    assert set(made) == {"id"}
    back = await graph.get(made["id"], fields="message,from,parent,created_time")
    assert back["from"]["id"] == facebook.page_id
    assert back["parent"]["id"] == first.id


async def test_a_message_may_come_as_json_or_in_parts(
    facebook: Facebook, graph: Graph, client: Client, talk: str
) -> None:
    query, path = {"access_token": facebook.page_token}, f"/graph/v26.0/{talk}/comments"
    parts = FormData({"message": "Частинами 😊"}, default_to_multipart=True)
    assert (await client.post(path, params=query, data=parts)).status == 200
    assert (await client.post(path, params=query, json={"message": "Словником"})).status == 200
    assert [entry.text for entry in facebook.comments(talk)][:2] == ["Частинами 😊", "Словником"]


async def test_an_answer_to_an_answer_moves_under_the_top_level_comment(
    facebook: Facebook, graph: Graph, talk: str
) -> None:
    first, _, nested = facebook.comments(talk)
    _, made = await graph.say(nested.id, "Ще одне уточнення")
    assert (await graph.get(made["id"], fields="parent"))["parent"]["id"] == first.id


async def test_the_same_words_twice_in_one_place_are_a_duplicate(
    facebook: Facebook, graph: Graph, talk: str, clock: Clock
) -> None:
    first, second, _ = facebook.comments(talk)
    assert (await graph.say(first.id, "Дякуємо!"))[0] == 200
    assert (await graph.say(first.id, "Дякуємо!"))[1]["error"]["code"] == 506
    assert (await graph.say(second.id, "Дякуємо!"))[0] == 200
    clock.now += 601
    assert (await graph.say(first.id, "Дякуємо!"))[0] == 200


async def test_what_cannot_be_published_is_refused_with_code_100(facebook: Facebook, graph: Graph, talk: str) -> None:
    assert (await graph.say(talk, " "))[1]["error"]["code"] == 100
    assert (await graph.say(talk, "я" * 8001))[1]["error"]["code"] == 100
    assert (await graph.say("999_999", "Вітаю"))[1]["error"]["error_subcode"] == 33
    facebook.close(talk)
    assert (await graph.say(talk, "Вітаю"))[1]["error"]["code"] == 100
    assert (await graph.get(facebook.comments(talk)[0].id, fields="can_comment"))["can_comment"] is False


async def test_nothing_can_be_deleted(graph: Graph, talk: str) -> None:
    error = await graph.error("DELETE", talk)
    assert (error["code"], error["type"]) == (100, "GraphMethodException")


# --- errors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("me", {"fields": "page_fans"}, 100),
        ("me/insights", {}, 100),
        ("123_456", {}, 100),
        ("me/feed", {"fields": "message,nonsense"}, 100),
        ("me/feed", {"limit": "500"}, 100),
        ("me/feed", {"limit": "many"}, 100),
        ("me/feed", {"since": "yesterday-ish"}, 100),
        ("me/feed", {"after": "!!!"}, 100),
        ("me/feed", {"fields": "message,comments{id"}, 2500),
        ("me/feed", {"fields": "a(b)"}, 2500),
    ],
)
async def test_wrong_questions_get_the_real_codes(
    facebook: Facebook, graph: Graph, path: str, query: dict[str, str], code: int
) -> None:
    facebook.visitor_post("Ганна Вигадана", "Питання")
    assert (await graph.error("GET", path, **query))["code"] == code


async def test_old_versions_are_refused_and_living_ones_served(client: Client, facebook: Facebook) -> None:
    async def code(version: str) -> int:
        answer = await client.get(f"/graph/{version}/me", params={"access_token": facebook.page_token})
        body = await answer.json()
        return int(body["error"]["code"]) if "error" in body else 0

    assert [await code(version) for version in ("v21.0", "v22.0", "v26.0", "v27.0", "me")] == [2635, 0, 0, 2500, 2500]


async def test_an_unchanged_answer_is_304_and_a_changed_one_is_not(client: Client, facebook: Facebook) -> None:
    post = facebook.visitor_post("Ганна Вигадана", "Питання")
    query = {"access_token": facebook.page_token, "fields": "message"}
    first = await client.get("/graph/v26.0/me/feed", params=query)
    again = await client.get("/graph/v26.0/me/feed", params=query, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304
    assert await again.read() == b""
    facebook.edit(post.id, "Питання з правкою")
    changed = await client.get("/graph/v26.0/me/feed", params=query, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status == 200


async def test_every_answer_says_how_much_of_the_limit_is_spent(client: Client, facebook: Facebook) -> None:
    answer = await client.get("/graph/v26.0/me", params={"access_token": facebook.page_token})
    assert facebook.page_id in answer.headers["X-Business-Use-Case-Usage"]
    assert answer.headers["facebook-api-version"] == "v26.0"
