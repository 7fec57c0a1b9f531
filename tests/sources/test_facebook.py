"""The Facebook source at work, over real HTTP, against a small Graph API; and its parsing of hostile answers."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import (
    NothingFound,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyRejected,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import Measure, Metric, ReplyTarget
from bot.sources import Http, SourceOptions, make_source
from bot.sources.facebook import Facebook, parse_comments, parse_feed

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]
Node = dict[str, Any]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PAGE, TOKEN = "777", "SECRET-page-token"
CUSTOMER = {"id": "5001", "name": "Тестовий Абонент"}
COMPANY = {"id": PAGE, "name": "Вигаданий Оператор"}


def at(ago: timedelta) -> str:
    return (NOW - ago).strftime("%Y-%m-%dT%H:%M:%S+0000")


@dataclass
class SmallGraph:
    """Posts and comments as nodes; ``failure`` answers everything, ``on_reply`` only what is written."""

    posts: list[Node] = field(default_factory=list)
    comments: dict[str, list[Node]] = field(default_factory=dict)
    failure: Callable[[], web.StreamResponse] | None = None
    on_reply: Callable[[], web.StreamResponse] | None = None
    keep_reply: bool = True
    largest: int = 100
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    written: list[tuple[str, str]] = field(default_factory=list)
    numbers: int = 1000
    insights: dict[str, int] = field(default_factory=dict)
    followers: int | None = 5000

    def post(self, text: str, author: Node | None = None, ago: timedelta = timedelta(hours=1)) -> str:
        self.numbers += 1
        own_id = f"{PAGE}_{self.numbers}"
        node = {"id": own_id, "message": text, "created_time": at(ago), "updated_time": at(ago), "from": author}
        self.posts.insert(0, {name: value for name, value in node.items() if value is not None})
        self.comments[own_id] = []
        return own_id

    def comment(
        self,
        post_id: str,
        text: str,
        author: Node | None = None,
        parent: str = "",
        ago: timedelta = timedelta(minutes=5),
    ) -> str:
        self.numbers += 1
        own_id = f"{post_id.rpartition('_')[2]}_{self.numbers}"
        node: Node = {"id": own_id, "message": text, "created_time": at(ago), "from": author or CUSTOMER}
        if parent:
            node["parent"] = {"id": parent}
        self.comments[post_id].append(node)
        next(post for post in self.posts if post["id"] == post_id)["updated_time"] = at(ago)
        return own_id

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/v26.0/")
        self.asked.append(f"{request.method} {path}")
        self.tokens.add(request.headers.get("Authorization", "-") + request.query.get("access_token", ""))
        if self.failure is not None:
            return self.failure()
        if request.method == "POST":
            return await self.take(request, path.removesuffix("/comments"))
        return self.shown(request, path)

    def shown(self, request: web.Request, path: str) -> web.StreamResponse:
        own_id, _, edge = path.partition("/")
        if edge == "feed":
            return self.listed([self.counted(post) for post in self.posts], request)
        if edge == "comments" and own_id in self.comments:
            wanted = self.comments[own_id]
            if since := int(request.query.get("since", "0")):
                wanted = [one for one in wanted if datetime.fromisoformat(one["created_time"]).timestamp() >= since]
            if request.query.get("order") == "reverse_chronological":
                wanted = wanted[::-1]
            assert request.query["filter"] == "stream"
            return self.listed(wanted, request)
        if edge == "insights":
            return self.insight(request.query["metric"])
        if own_id in {PAGE, "me"}:
            counted = {"followers_count": self.followers} if "followers_count" in request.query["fields"] else {}
            return web.json_response(COMPANY | {name: value for name, value in counted.items() if value is not None})
        nodes = [*self.posts, *(one for of in self.comments.values() for one in of)]
        found = [one for one in nodes if one["id"] == own_id]
        return web.json_response(found[0]) if found else graph_error(100, "does not exist", 33)()

    def insight(self, metric: str) -> web.StreamResponse:
        """One metric that is not valid fails the whole call, as Graph does it."""
        if "," in metric or metric not in self.insights:
            return graph_error(100, "(#100) The value must be a valid insights metric")()
        days = ((1, timedelta(days=1)), (self.insights[metric], timedelta()))
        values = [{"value": value, "end_time": at(ago)} for value, ago in days]
        return web.json_response({"data": [{"name": metric, "period": "day", "values": values, "id": "x"}]})

    def counted(self, post: Node) -> Node:
        return {**post, "comments": {"data": [], "summary": {"total_count": len(self.comments[post["id"]])}}}

    def listed(self, nodes: list[Node], request: web.Request) -> web.StreamResponse:
        start, limit = int(request.query.get("after", "0")), min(int(request.query["limit"]), self.largest)
        shown: Node = {"data": nodes[start : start + limit]}
        if start + limit < len(nodes):
            after = str(start + limit)
            shown["paging"] = {"cursors": {"after": after}, "next": f"https://graph.example/?access_token={TOKEN}"}
        return web.json_response(shown)

    async def take(self, request: web.Request, place: str) -> web.StreamResponse:
        message = str((await request.post())["message"])
        self.written.append((place, message))
        if self.on_reply is not None and not self.keep_reply:
            return self.on_reply()
        nested = next((one for of in self.comments.values() for one in of if one["id"] == place), None)
        parent = "" if nested is None else nested.get("parent", nested)["id"]
        container = (
            place if place in self.comments else next(post for post, of in self.comments.items() if nested in of)
        )
        own_id = self.comment(container, message, COMPANY, parent, timedelta())
        if self.on_reply is not None:
            return self.on_reply()
        return web.json_response(
            {"id": own_id, "created_time": at(timedelta()), "permalink_url": "https://fb.example/1"}
        )


def graph_error(
    code: int, message: str = "words", subcode: int = 0, status: int = 400, **headers: str
) -> Callable[[], web.Response]:
    error: Node = {"message": message, "type": "OAuthException", "code": code}
    if subcode:
        error["error_subcode"] = subcode
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: web.json_response({"error": error}, status=status, headers=given)


@pytest.fixture
def graph() -> SmallGraph:
    return SmallGraph()


async def opened(graph: SmallGraph, serve: Serve, http: Http, **changes: object) -> Facebook:
    origin = await serve({"/v26.0/{path:.*}": graph.answer})
    options = SourceOptions("fb-sample", page=PAGE, api_url=f"{origin}/v26.0", token=TOKEN, official=frozenset({PAGE}))
    source = make_source("facebook", options=replace(options, **changes), http=http)  # type: ignore[arg-type]
    assert isinstance(source, Facebook)
    return source


def target(container: str, own_id: str = "") -> ReplyTarget:
    return ReplyTarget(container, own_id or container, "Тестовий Абонент", "5001", "питання", "")


# --- reading --------------------------------------------------------------------------------------------------


async def test_the_feed_and_all_comments_are_read(graph: SmallGraph, serve: Serve, http: Http) -> None:
    own = graph.post("Новий тариф", COMPANY)
    asked = graph.post("Чому немає 4G? 😡", CUSTOMER)
    top = graph.comment(own, "Дорого!")
    nested = graph.comment(own, "Чому дорого?", COMPANY, parent=top)
    look = await (await opened(graph, serve, http)).fetch(memory={}, now=NOW)
    seen = {post.external_id: post for post in look.posts}
    assert set(seen) == {own, asked, top, nested}
    assert (seen[own].author_id, seen[own].container_id, seen[own].parent_id) == (PAGE, own, None)
    assert (seen[asked].author_name, seen[asked].text) == ("Тестовий Абонент", "Чому немає 4G? 😡")
    assert (seen[top].container_id, seen[top].parent_id) == (own, own)
    assert (seen[nested].container_id, seen[nested].parent_id, seen[nested].author_id) == (own, top, PAGE)
    assert seen[top].published_at == NOW - timedelta(minutes=5)
    assert look.containers_read == {own, asked}


async def test_the_token_travels_in_the_header_alone_and_stays_out_of_memory(
    graph: SmallGraph, serve: Serve, http: Http
) -> None:
    graph.largest = 2
    own = graph.post("допис", COMPANY)
    for number in range(5):
        graph.comment(own, f"коментар {number}")
    look = await (await opened(graph, serve, http)).fetch(memory={}, now=NOW)
    assert len(look.posts) == 6
    assert graph.tokens == {f"Bearer {TOKEN}"}
    assert "SECRET" not in json.dumps(look.memory)


async def test_a_quiet_page_costs_one_call(graph: SmallGraph, serve: Serve, http: Http) -> None:
    graph.comment(graph.post("допис", COMPANY), "коментар")
    source = await opened(graph, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    graph.asked.clear()
    look = await source.fetch(memory=memory, now=NOW + timedelta(minutes=1))
    assert (look.unchanged, look.posts) == (True, ())
    assert graph.asked == [f"GET {PAGE}/feed"]


async def test_only_the_post_with_news_is_read_again_and_only_its_end(
    graph: SmallGraph, serve: Serve, http: Http
) -> None:
    quiet, busy = graph.post("тихо", COMPANY), graph.post("гамірно", COMPANY)
    graph.comment(quiet, "давнє", ago=timedelta(hours=3))
    graph.comment(busy, "давнє", ago=timedelta(hours=3))
    source = await opened(graph, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    graph.asked.clear()
    graph.comment(busy, "перше нове", ago=timedelta(minutes=2))
    memory = (await source.fetch(memory=memory, now=NOW)).memory
    new = graph.comment(busy, "друге нове", ago=timedelta(minutes=1))
    look = await source.fetch(memory=memory, now=NOW)
    comments = [post for post in look.posts if post.external_id != post.container_id]
    assert [post.text for post in comments] == ["перше нове", "друге нове"]
    assert comments[-1].external_id == new
    assert graph.asked == [f"GET {PAGE}/feed", f"GET {busy}/comments"] * 2
    assert not look.containers_read


async def test_a_removed_comment_is_known_to_be_gone(graph: SmallGraph, serve: Serve, http: Http) -> None:
    own = graph.post("допис", COMPANY)
    graph.comment(own, "лишиться")
    graph.comment(own, "зникне")
    source = await opened(graph, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    graph.comments[own].pop()
    look = await source.fetch(memory=memory, now=NOW + timedelta(minutes=1))
    assert look.containers_read == {own}
    assert [post.text for post in look.posts] == ["допис", "лишиться"]


async def test_an_edit_that_the_feed_does_not_show_is_found_by_the_slow_sweep(
    graph: SmallGraph, serve: Serve, http: Http
) -> None:
    own = graph.post("допис", COMPANY)
    graph.comment(own, "було")
    source = await opened(graph, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    graph.comments[own][0]["message"] = "стало"
    assert (await source.fetch(memory=memory, now=NOW + timedelta(minutes=20))).unchanged
    look = await source.fetch(memory=memory, now=NOW + timedelta(minutes=31))
    assert [post.text for post in look.posts] == ["допис", "стало"]


async def test_a_removed_post_is_gone_once_it_is_not_there_by_itself_either(
    graph: SmallGraph, serve: Serve, http: Http
) -> None:
    graph.comment(graph.post("давній", COMPANY, timedelta(hours=5)), "к")
    gone, hidden = graph.post("зникне", CUSTOMER), graph.post("сховається", CUSTOMER)
    for post_id in (gone, hidden):
        graph.comment(post_id, "коментар")
    source = await opened(graph, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    left_out = next(post for post in graph.posts if post["id"] == hidden)
    graph.posts = [post for post in graph.posts if post["id"] not in {gone, hidden}]
    graph.comments["elsewhere"] = [left_out]
    look = await source.fetch(memory=memory, now=NOW)
    assert look.containers_read == {gone}


async def test_progress_is_kept_when_graph_loses_patience(graph: SmallGraph, serve: Serve, http: Http) -> None:
    first, second = graph.post("раз", COMPANY), graph.post("два", COMPANY)
    for post_id in (first, second):
        graph.comment(post_id, "коментар")
    source = await opened(graph, serve, http)
    plain = graph.shown

    def tired(request: web.Request, path: str) -> web.StreamResponse:
        return graph_error(80001)() if path == f"{first}/comments" else plain(request, path)

    graph.shown = tired  # type: ignore[method-assign]
    look = await source.fetch(memory={}, now=NOW)
    assert look.containers_read == {second}
    graph.shown = plain  # type: ignore[method-assign]
    look = await source.fetch(memory=look.memory, now=NOW)
    assert look.containers_read == {first}


async def test_a_token_that_sees_no_authors_still_reads(graph: SmallGraph, serve: Serve, http: Http) -> None:
    graph.post("хто це?")
    (post,) = (await (await opened(graph, serve, http)).fetch(memory={}, now=NOW)).posts
    assert (post.author_id, post.author_name) == (None, "")


def test_ids_hidden_from_a_weak_token_are_read_from_the_permalink() -> None:
    link = "https://fb.example/777/posts/9/?comment_id=11&reply_comment_id=12"
    raw = json.dumps({"data": [{"message": "x", "created_time": at(timedelta()), "permalink_url": link}]}).encode()
    (post,) = parse_comments(raw, container_id="777_9", now=NOW).posts
    assert (post.external_id, post.parent_id, post.author_id) == ("9_12", "9_11", None)


def test_a_wordless_post_shows_what_is_attached() -> None:
    node = {
        "id": "1_2",
        "created_time": at(timedelta()),
        "attachment": {"type": "photo", "url": "https://fb.example/p"},
    }
    (post,) = parse_comments(json.dumps({"data": [node]}).encode(), container_id="1", now=NOW).posts
    assert post.text == "📎 photo https://fb.example/p"


def test_dates_that_cannot_be_read_or_lie_ahead_become_now() -> None:
    nodes = [{"id": "1", "created_time": "коли-небудь"}, {"id": "2", "created_time": "2027-01-01T00:00:00+0000"}]
    posts = parse_feed(json.dumps({"data": nodes}).encode(), now=NOW).posts
    assert [(post.published_at, post.published_guess) for post in posts] == [(NOW, True), (NOW, False)]


def test_surrogates_and_nul_are_cleaned_on_the_way_in() -> None:
    raw = b'{"data":[{"id":"1","message":"a\\ud83d\\u0000b \\ud83d\\ude21","from":{"id":"5","name":"\\ud800"}}]}'
    (post,) = parse_feed(raw, now=NOW).posts
    assert post.text == "ab 😡"
    assert post.author_name == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"<!DOCTYPE html><html>Facebook</html>",
        b'{"data":[{"id":"1","mess',
        b"",
        b"[]",
        b"null",
        b'{"data":{}}',
        b'{"data":[{"message":"no id"}]}',
        b"[" * 100_000,
        b"\xff\xfe\xfa",
    ],
)
def test_what_is_no_graph_answer_is_unreadable(raw: bytes) -> None:
    with pytest.raises(PageUnreadable):
        parse_feed(raw, now=NOW)
    with pytest.raises(PageUnreadable):
        parse_comments(raw, container_id="1", now=NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "id", "from", "message", "paging", "cursors", "comments", "summary", "parent", "next"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(JSON, st.integers(0, 30))
def test_mangled_answers_raise_source_errors_and_nothing_else(value: object, cut: int) -> None:
    whole = json.dumps({"data": [value]}).encode()
    for raw in (whole, json.dumps(value).encode(), whole[: len(whole) - cut]):
        with contextlib.suppress(SourceError):
            parse_feed(raw, now=NOW)
        with contextlib.suppress(SourceError):
            parse_comments(raw, container_id="1", now=NOW)


# --- errors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "subcode", "message", "error"),
    [
        (190, 463, "Session has expired", TokenRefused),
        (104, 0, "An access token is required", TokenRefused),
        (10, 0, "requires the 'pages_read_engagement' permission", TokenRefused),
        (200, 0, "requires pages_manage_engagement permission", TokenRefused),
        (100, 0, "requires either app secret proof or an app token", TokenRefused),
        (4, 0, "", SourceBusy),
        (17, 0, "", SourceBusy),
        (32, 0, "", SourceBusy),
        (341, 0, "", SourceBusy),
        (80001, 0, "", SourceBusy),
        (100, 33, "Unsupported get request", PageGone),
        (100, 0, "Object does not exist", PageGone),
        (803, 0, "", PageGone),
        (2635, 0, "deprecated version", PageGone),
        (2500, 0, "Unknown path components: /v9", PageGone),
        (100, 0, "Tried accessing nonexisting field", PageUnreadable),
        (1, 0, "An unknown error", SourceDown),
        (2, 0, "Service temporarily unavailable", SourceDown),
    ],
)
async def test_each_graph_code_has_its_error(
    graph: SmallGraph, serve: Serve, http: Http, code: int, subcode: int, message: str, error: type[SourceError]
) -> None:
    graph.failure = graph_error(code, message, subcode)
    with pytest.raises(error, match=str(code)) as caught:
        await (await opened(graph, serve, http)).fetch(memory={}, now=NOW)
    assert caught.type is error


async def test_a_missing_permission_is_named(graph: SmallGraph, serve: Serve, http: Http) -> None:
    graph.failure = graph_error(10, "(#10) requires the 'pages_read_engagement' permission", status=403)
    with pytest.raises(TokenRefused, match="missing permission pages_read_engagement"):
        await (await opened(graph, serve, http)).fetch(memory={}, now=NOW)


async def test_graph_says_when_it_regains_patience(graph: SmallGraph, serve: Serve, http: Http) -> None:
    usage = json.dumps({PAGE: [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 19}]})
    graph.failure = graph_error(80001, X_Business_Use_Case_Usage=usage)
    with pytest.raises(SourceBusy) as caught:
        await (await opened(graph, serve, http)).fetch(memory={}, now=NOW)
    assert caught.value.retry_after == 19 * 60


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (lambda: web.Response(text="<html>Увійдіть</html>", content_type="text/html"), PageUnreadable),
        (lambda: web.Response(text='{"data":[{"id"', content_type="application/json"), PageUnreadable),
        (lambda: web.Response(status=500), SourceDown),
        (lambda: web.Response(status=404), PageGone),
        (lambda: web.Response(status=429, headers={"Retry-After": "5"}), SourceBusy),
    ],
)
async def test_answers_that_are_not_graphs_have_their_errors(
    graph: SmallGraph, serve: Serve, http: Http, failure: Callable[[], web.Response], error: type[SourceError]
) -> None:
    graph.failure = failure
    with pytest.raises(error):
        await (await opened(graph, serve, http)).fetch(memory={}, now=NOW)


async def test_without_a_token_nothing_is_asked(graph: SmallGraph, serve: Serve, http: Http) -> None:
    with pytest.raises(TokenRefused):
        await (await opened(graph, serve, http, token="")).fetch(memory={}, now=NOW)
    assert not graph.asked


# --- writing --------------------------------------------------------------------------------------------------


async def test_a_reply_is_published_under_its_post_and_found_again(graph: SmallGraph, serve: Serve, http: Http) -> None:
    asked = graph.post("Чому немає 4G?", CUSTOMER)
    source = await opened(graph, serve, http)
    published = await source.publish(target(asked), "Перевіряємо ₴ 👨‍👩‍👧", now=NOW)
    assert (published.url, published.published_at) == ("https://fb.example/1", NOW)
    assert graph.written == [(asked, "Перевіряємо ₴ 👨‍👩‍👧")]
    found = await source.find(target(asked), "Перевіряємо  ₴ 👨‍👩‍👧 ", now=NOW)
    assert found is not None
    assert (found.external_id, found.parent_id, found.author_id) == (published.external_id, asked, PAGE)
    assert await source.find(target(asked), "Інше", now=NOW) is None


async def test_a_reply_to_a_nested_comment_is_found_beside_it(graph: SmallGraph, serve: Serve, http: Http) -> None:
    own = graph.post("допис", COMPANY)
    top, other = graph.comment(own, "питання"), graph.comment(own, "інше питання")
    nested = graph.comment(own, "ще питання", parent=top)
    source = await opened(graph, serve, http)
    published = await source.publish(target(own, nested), "Відповідь", now=NOW)
    found = await source.find(target(own, nested), "Відповідь", now=NOW)
    assert found is not None
    assert (found.external_id, found.parent_id) == (published.external_id, top)
    assert await source.find(target(own, other), "Відповідь", now=NOW) is None


async def test_a_customers_same_words_are_not_our_reply(graph: SmallGraph, serve: Serve, http: Http) -> None:
    asked = graph.post("питання", CUSTOMER)
    graph.comment(asked, "Дякуємо!")
    assert await (await opened(graph, serve, http)).find(target(asked), "Дякуємо!", now=NOW) is None


async def test_a_repetition_that_stands_already_counts_as_published(
    graph: SmallGraph, serve: Serve, http: Http
) -> None:
    asked = graph.post("питання", CUSTOMER)
    stands = graph.comment(asked, "Відповідь", COMPANY)
    graph.on_reply, graph.keep_reply = graph_error(506, "Duplicate"), False
    source = await opened(graph, serve, http)
    assert (await source.publish(target(asked), "Відповідь", now=NOW)).external_id == stands
    with pytest.raises(ReplyRejected, match="506"):
        await source.publish(target(asked), "Відповідь, якої немає", now=NOW)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (graph_error(368, "deemed abusive", status=403), ReplyRejected),
        (graph_error(100, "Param message must be shorter"), ReplyRejected),
        (graph_error(200, "pages_manage_engagement", status=403), TokenRefused),
        (graph_error(32, "Page request limit reached", status=403), SourceBusy),
        (graph_error(100, "does not exist", 33), ReplyClosed),
        (graph_error(1, "unknown", status=500), ReplyUnknown),
        (lambda: web.Response(status=502), ReplyUnknown),
        (lambda: web.Response(text="<html>"), ReplyUnknown),
    ],
)
async def test_a_refused_reply_says_why_and_is_sent_once(
    graph: SmallGraph, serve: Serve, http: Http, answer: Callable[[], web.Response], error: type[SourceError]
) -> None:
    asked = graph.post("питання", CUSTOMER)
    graph.on_reply, graph.keep_reply = answer, False
    with pytest.raises(error) as caught:
        await (await opened(graph, serve, http)).publish(target(asked), "Відповідь", now=NOW)
    assert caught.type is error
    assert len(graph.written) == 1


async def test_a_post_that_is_gone_takes_no_reply(graph: SmallGraph, serve: Serve, http: Http) -> None:
    graph.on_reply, graph.keep_reply = graph_error(100, "does not exist", 33), False
    with pytest.raises(PageGone):
        await (await opened(graph, serve, http)).publish(target(f"{PAGE}_404"), "Відповідь", now=NOW)


async def test_a_lost_answer_is_unknown_and_the_reply_is_found(graph: SmallGraph, serve: Serve, http: Http) -> None:
    asked = graph.post("питання", CUSTOMER)
    graph.on_reply = lambda: web.Response(status=504)
    source = await opened(graph, serve, http)
    with pytest.raises(ReplyUnknown):
        await source.publish(target(asked), "Дійшло", now=NOW)
    assert await source.find(target(asked), "Дійшло", now=NOW) is not None


# --- check ----------------------------------------------------------------------------------------------------


async def test_check_names_the_page_and_publishes_nothing(graph: SmallGraph, serve: Serve, http: Http) -> None:
    newest = graph.post("питання", CUSTOMER)
    health = await (await opened(graph, serve, http)).check(now=NOW)
    assert health.ok
    assert "Вигаданий Оператор" in health.detail
    assert health.newest is not None
    assert health.newest.external_id == newest
    assert not graph.written


async def test_check_notices_a_token_that_cannot_publish(graph: SmallGraph, serve: Serve, http: Http) -> None:
    graph.post("питання", CUSTOMER)
    source = await opened(graph, serve, http, page="888")
    plain = graph.shown

    def other_page(request: web.Request, path: str) -> web.StreamResponse:
        if path == "888":
            return web.json_response({"id": "888", "name": "Чужа"})
        return plain(request, path)

    graph.shown = other_page  # type: ignore[method-assign]
    health = await source.check(now=NOW)
    assert not health.ok
    assert "token" in health.detail


async def test_check_notices_a_token_that_sees_no_authors(graph: SmallGraph, serve: Serve, http: Http) -> None:
    graph.post("питання")
    assert not (await (await opened(graph, serve, http)).check(now=NOW)).ok
    assert (await (await opened(graph, serve, http, write=False)).check(now=NOW)).ok


# --- figures --------------------------------------------------------------------------------------------------


async def test_followers_insights_and_each_posts_figures_are_measured(
    graph: SmallGraph, serve: Serve, http: Http
) -> None:
    own = graph.post("Новий тариф", COMPANY)
    graph.comment(own, "Дорого!")
    graph.posts[0] |= {"shares": {"count": 3}, "reactions": {"data": [], "summary": {"total_count": 40}}}
    graph.insights = {"page_total_media_view_unique": 700, "page_media_view": 900}
    measured = await (await opened(graph, serve, http)).measure(now=NOW)
    assert set(measured) == {
        Measure(Metric.FOLLOWERS, 5000.0),
        Measure(Metric.REACH, 700.0),
        Measure(Metric.DAY_VIEWS, 900.0),
        Measure(Metric.SHARES, 3.0, own),
        Measure(Metric.REACTIONS, 40.0, own),
        Measure(Metric.COMMENTS, 1.0, own),
    }


async def test_one_insight_that_is_not_valid_leaves_the_others_standing(
    graph: SmallGraph, serve: Serve, http: Http
) -> None:
    graph.post("допис", COMPANY)
    graph.insights, graph.followers = {"page_media_view": 900}, None
    measured = {one.metric: one.value for one in await (await opened(graph, serve, http)).measure(now=NOW)}
    assert (measured[Metric.REACH], measured[Metric.DAY_VIEWS]) == (None, 900.0)
    assert (measured[Metric.FOLLOWERS], measured[Metric.SHARES]) == (None, None)
    asked = [path for path in graph.asked if path.endswith("/insights")]
    assert len(asked) == 2


async def test_an_expired_token_is_no_figure_that_is_missing(graph: SmallGraph, serve: Serve, http: Http) -> None:
    graph.failure = graph_error(190, "expired", 463, 401)
    with pytest.raises(TokenRefused):
        await (await opened(graph, serve, http)).measure(now=NOW)


async def test_an_empty_feed_where_posts_were_is_no_silence(graph: SmallGraph, serve: Serve, http: Http) -> None:
    graph.post("Чому?", CUSTOMER)
    source = await opened(graph, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    kept, graph.posts = graph.posts, []
    graph.comments[kept[0]["id"]] = kept  # known by its id, and listed nowhere
    with pytest.raises(NothingFound):
        await source.fetch(memory=look.memory, now=NOW)
