"""The App Store source over real HTTP against a strict local store: by App Store Connect, and by the public RSS."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.domain.errors import (
    NothingFound,
    PageGone,
    PageTooLarge,
    PageUnreadable,
    ReplyForbidden,
    ReplyOverwrites,
    ReplyRejected,
    ReplyTooLong,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import Look, Measure, Metric, ReplyTarget, SeenPost
from bot.sources import Http, SourceOptions
from bot.sources.appstore import REPLY_LIMIT, AppStore
from bot.sources.appstore_json import parse_rss
from tests.sources.stand_ins.appstore import APP, ISSUER, KEY_ID, PEM, SmallStore, refused

Serve = Callable[[Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]], Awaitable[str]]
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store() -> SmallStore:
    return SmallStore(NOW)


async def opened(store: SmallStore, serve: Serve, http: Http, **changes: Any) -> AppStore:
    routes = {"/v1/{rest:.*}": store.api}
    rss = "/{country}/rss/customerreviews/page={page}/id={app}/sortby=mostrecent/json"
    store.origin = await serve({**routes, rss: store.rss})
    options = SourceOptions("ios", page=APP, api_url=store.origin, token=PEM, key_id=KEY_ID, issuer=ISSUER)
    return AppStore(replace(options, **changes), http)


def target(own_id: str, **changes: Any) -> ReplyTarget:
    return replace(ReplyTarget(own_id, own_id, "sample_abonent", None, "текст", "https://apps.example/x"), **changes)


def of(look: Look) -> dict[str, SeenPost]:
    return {post.external_id: post for post in look.posts}


async def test_a_review_has_its_title_words_and_stars(store: SmallStore, serve: Serve, http: Http) -> None:
    own_id = store.review("Не входить 😡", 2, title="Біда")
    (post,) = (await (await opened(store, serve, http)).fetch(memory={}, now=NOW)).posts
    assert (post.external_id, post.container_id, post.author_id) == (own_id, own_id, None)
    assert (post.title, post.text, post.stars, post.author_name) == ("Біда", "Не входить 😡", 2, "sample_abonent")
    assert (post.published_at, post.published_guess) == (NOW - HOUR, False)


async def test_an_answer_that_customers_see_is_a_post_of_the_company_and_one_held_back_is_not(
    store: SmallStore, serve: Serve, http: Http
) -> None:
    seen, held = store.review("раз"), store.review("два")
    store.answer(seen, "Видно")
    store.answer(held, "Ще ні", "PENDING_PUBLISH")
    look = of(await (await opened(store, serve, http)).fetch(memory={}, now=NOW))
    assert set(look) == {seen, held, f"r-{seen}"}
    assert (look[f"r-{seen}"].parent_id, look[f"r-{seen}"].author_id) == (seen, "developer")


async def test_an_unchanged_store_is_said_to_be_and_what_changed_comes_alone(
    store: SmallStore, serve: Serve, http: Http
) -> None:
    own_id = store.review("раз")
    store.review("два")
    source = await opened(store, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    again = await source.fetch(memory=look.memory, now=NOW)
    assert (again.unchanged, again.posts) == (True, ())
    store.reviews[own_id].body, store.reviews[own_id].stars = "виправлено", 5
    changed = of(await source.fetch(memory=again.memory, now=NOW))
    assert {key: (post.text, post.stars) for key, post in changed.items()} == {own_id: ("виправлено", 5)}


async def test_older_pages_are_read_twice_an_hour(store: SmallStore, serve: Serve, http: Http) -> None:
    store.largest = 2
    for number in range(5):
        store.review(f"відгук {number}", ago=number * HOUR)
    source = await opened(store, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    assert len(look.posts) == 5
    pages = len(store.asked)
    await source.fetch(memory=look.memory, now=NOW + timedelta(minutes=5))
    assert len(store.asked) - pages == 1


async def test_a_removed_review_is_gone(store: SmallStore, serve: Serve, http: Http) -> None:
    store.review("старіший", ago=DAY)
    removed = store.review("зникне")
    source = await opened(store, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    del store.reviews[removed]
    later = await source.fetch(memory=look.memory, now=NOW)
    assert (set(later.containers_read), later.posts) == ({removed}, ())


async def test_an_empty_list_where_reviews_were_is_no_silence(store: SmallStore, serve: Serve, http: Http) -> None:
    store.review("є")
    source = await opened(store, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    store.reviews.clear()
    with pytest.raises(NothingFound):
        await source.fetch(memory=look.memory, now=NOW)


async def test_a_next_page_on_another_host_is_refused(store: SmallStore, serve: Serve, http: Http) -> None:
    store.largest, store.elsewhere = 1, "https://evil.example/v1/apps"
    store.review("раз")
    store.review("два")
    with pytest.raises(PageUnreadable, match="another host"):
        await (await opened(store, serve, http)).fetch(memory={}, now=NOW)


# --- answering --------------------------------------------------------------------------------------------------


async def test_an_answer_is_accepted_first_and_read_back_once_apple_shows_it(
    store: SmallStore, serve: Serve, http: Http
) -> None:
    own_id = store.review("Не входить")
    source = await opened(store, serve, http)
    published = await source.publish(target(own_id), "Оновіть застосунок.", now=NOW)
    assert (published.external_id, published.published_at) == (f"r-{own_id}", None)
    assert await source.find(target(own_id), "Оновіть застосунок.", now=NOW) is None
    store.release(own_id)
    found = await source.find(target(own_id), "Оновіть застосунок.", now=NOW)
    assert found is not None
    assert (found.external_id, found.parent_id, found.author_id) == (f"r-{own_id}", own_id, "developer")


@pytest.mark.parametrize("state", ["PUBLISHED", "PENDING_PUBLISH"])
async def test_a_second_answer_is_refused_until_the_agent_wants_it_in_the_firsts_place(
    store: SmallStore, serve: Serve, http: Http, state: str
) -> None:
    own_id = store.review("Не входить")
    store.answer(own_id, "Перша", state)
    source = await opened(store, serve, http)
    with pytest.raises(ReplyOverwrites, match="Перша"):
        await source.publish(target(own_id), "Друга", now=NOW)
    assert store.reviews[own_id].text == "Перша"
    await source.publish(target(own_id, replaces=True), "Друга", now=NOW)
    assert store.reviews[own_id].text == "Друга"


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_lost_answer_is_unknown_and_never_sent_again(
    store: SmallStore, serve: Serve, http: Http, keeps: bool
) -> None:
    own_id = store.review("?")
    store.keeps, store.on_reply = keeps, lambda: web.Response(status=502, text="<html>")
    source = await opened(store, serve, http)
    with pytest.raises(ReplyUnknown):
        await source.publish(target(own_id), "Відповідь", now=NOW)
    assert [method for method, _ in store.asked].count("POST") == 1
    if keeps:
        store.release(own_id)
    assert (await source.find(target(own_id), "Відповідь", now=NOW) is not None) is keeps


async def test_too_long_an_answer_does_not_leave(store: SmallStore, serve: Serve, http: Http) -> None:
    with pytest.raises(ReplyTooLong):
        await (await opened(store, serve, http)).publish(target(store.review("?")), "я" * (REPLY_LIMIT + 1), now=NOW)
    assert store.asked == []


async def test_a_review_that_is_gone_and_a_role_that_may_not_answer_are_told_apart(
    store: SmallStore, serve: Serve, http: Http
) -> None:
    source = await opened(store, serve, http)
    with pytest.raises(PageGone):
        await source.publish(target("gone"), "Відповідь", now=NOW)
    store.role_may_reply = False
    with pytest.raises(ReplyForbidden):
        await source.publish(target(store.review("?")), "Відповідь", now=NOW)


async def test_what_apple_calls_bad_is_rejected(store: SmallStore, serve: Serve, http: Http) -> None:
    store.on_reply, store.keeps = refused(409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "Bad words"), False
    with pytest.raises(ReplyRejected, match="Bad words"):
        await (await opened(store, serve, http)).publish(target(store.review("?")), "Відповідь", now=NOW)


# --- what goes wrong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (refused(429, "RATE_LIMIT_EXCEEDED", Retry_After="30"), SourceBusy),
        (refused(403, "FORBIDDEN_ERROR"), TokenRefused),
        (refused(404, "NOT_FOUND"), PageGone),
        (refused(500, "UNEXPECTED_ERROR"), SourceDown),
        (lambda: web.Response(status=503, text="<html>"), SourceDown),
        (lambda: web.Response(text="<html>Sign in</html>", content_type="text/html"), PageUnreadable),
        (lambda: web.Response(body=b'{"data": [{"id"', content_type="application/json"), PageUnreadable),
        (lambda: web.json_response({"data": {}}), PageUnreadable),
        (lambda: web.json_response({"data": [{"no": "id"}]}), PageUnreadable),
        (lambda: web.Response(body=b"x" * 6_000_000), PageTooLarge),
    ],
    ids=["429", "403", "404", "500", "503", "html", "cut", "other", "nameless", "large"],
)
async def test_each_fault_has_its_name(
    store: SmallStore, serve: Serve, http: Http, fault: Callable[[], web.StreamResponse], kind: type[SourceError]
) -> None:
    source = await opened(store, serve, http)
    store.failure = fault
    with pytest.raises(kind):
        await source.fetch(memory={}, now=NOW)


async def test_a_key_of_another_account_or_kind_is_refused_and_not_repeated(
    store: SmallStore, serve: Serve, http: Http
) -> None:
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for changes in ({"issuer": "another"}, {"key_id": "another"}, {"token": other.decode()}):
        with pytest.raises(TokenRefused):
            await (await opened(store, serve, http, **changes)).fetch(memory={}, now=NOW)
    with pytest.raises(TokenRefused, match="cut off") as refusal:
        await (await opened(store, serve, http, token=PEM[:80])).fetch(memory={}, now=NOW)
    assert PEM[30:60] not in str(refusal.value)


async def test_a_key_written_on_one_line_as_environments_want_it_signs_too(
    store: SmallStore, serve: Serve, http: Http
) -> None:
    store.review("є")
    source = await opened(store, serve, http, token=PEM.strip().replace("\n", "\\n"))
    assert len((await source.fetch(memory={}, now=NOW)).posts) == 1


# --- the public RSS -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [0, 1, 2, 5])
async def test_the_rss_is_read_whether_it_lists_none_one_or_many(
    store: SmallStore, serve: Serve, http: Http, many: int
) -> None:
    store.largest = 2
    own = [store.review(f"відгук {number}", 4, ago=number * HOUR) for number in range(many)]
    source = await opened(store, serve, http, token="", write=False)
    look = await source.fetch(memory={}, now=NOW)
    assert set(of(look)) == set(own)
    assert all(post.stars == 4 and post.author_id is None for post in look.posts)
    assert "/ua/rss/customerreviews/page=1/id=123456789/" in store.asked[0][1]


async def test_by_the_rss_nobody_answers(store: SmallStore, serve: Serve, http: Http) -> None:
    own_id = store.review("є")
    source = await opened(store, serve, http, token="")
    with pytest.raises(ReplyForbidden, match="key"):
        await source.publish(target(own_id), "Відповідь", now=NOW)
    health = await source.check(now=NOW)
    assert not health.ok
    assert "write = false" in health.detail
    assert (await (await opened(store, serve, http, token="", write=False)).check(now=NOW)).ok


def test_what_is_no_feed_is_refused() -> None:
    for raw in (b"<html>", b"{}", b'{"feed": []}', b'{"feed": {"entry": 5}}'):
        with pytest.raises(PageUnreadable):
            parse_rss(raw, app=APP, now=NOW)


async def test_check_and_the_rating(store: SmallStore, serve: Serve, http: Http) -> None:
    source = await opened(store, serve, http)
    assert await source.measure(now=NOW) == (Measure(Metric.RATING, None), Measure(Metric.RATINGS, None))
    store.review("раз", 2, ago=DAY)
    newest = store.review("два", 5)
    assert await source.measure(now=NOW) == (Measure(Metric.RATING, 3.5), Measure(Metric.RATINGS, 2.0))
    health = await source.check(now=NOW)
    assert health.ok
    assert health.newest is not None
    assert health.newest.external_id == newest
