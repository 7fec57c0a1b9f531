"""The Google Play source over real HTTP against a strict local store: reviews, answers, and what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import pytest
from aiohttp import web

from bot.domain.errors import (
    NothingFound,
    PageGone,
    PageTooLarge,
    PageUnreadable,
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
from bot.sources.googleplay import GooglePlay
from bot.sources.googleplay_json import parse_reviews
from tests.sources.stand_ins.googleplay import PACKAGE, ROOT, SmallPlay, refused

Serve = Callable[[Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]], Awaitable[str]]
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def play() -> SmallPlay:
    return SmallPlay(NOW)


async def opened(play: SmallPlay, serve: Serve, http: Http, **key: str) -> GooglePlay:
    origin = await serve({"/token": play.token, ROOT + "/{rest:.*}": play.api})
    options = SourceOptions("play", page=PACKAGE, api_url=f"{origin}{ROOT}", token=play.key(origin, **key))
    return GooglePlay(options, http)


def target(own_id: str, **changes: Any) -> ReplyTarget:
    return replace(ReplyTarget(own_id, own_id, "Ганна Вигадана", None, "текст", "https://play.example/x"), **changes)


def of(look: Look) -> dict[str, SeenPost]:
    return {post.external_id: post for post in look.posts}


async def test_a_review_has_its_words_stars_and_the_moment_of_its_last_change(
    play: SmallPlay, serve: Serve, http: Http
) -> None:
    own_id = play.review("Постійно вилітає 😡", 1)
    look = await (await opened(play, serve, http)).fetch(memory={}, now=NOW)
    (post,) = look.posts
    assert (post.external_id, post.container_id, post.author_id) == (own_id, own_id, None)
    assert (post.text, post.title, post.stars) == ("Постійно вилітає 😡", "", 1)
    assert (post.author_name, post.published_at, post.published_guess) == ("Ганна Вигадана", NOW - HOUR, False)
    assert PACKAGE in post.url


async def test_the_developers_answer_is_a_post_of_the_company_beneath_the_review(
    play: SmallPlay, serve: Serve, http: Http
) -> None:
    own_id = play.review("Не відкривається")
    play.answer(own_id, "Оновіть до 1.1")
    answer = of(await (await opened(play, serve, http)).fetch(memory={}, now=NOW))[f"{own_id}/reply"]
    assert (answer.parent_id, answer.author_id, answer.text) == (own_id, "developer", "Оновіть до 1.1")


async def test_all_pages_are_read_and_an_unchanged_store_is_said_to_be(
    play: SmallPlay, serve: Serve, http: Http
) -> None:
    play.largest = 2
    for number in range(5):
        play.review(f"відгук {number}", 5)
    source = await opened(play, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    assert len(look.posts) == 5
    again = await source.fetch(memory=look.memory, now=NOW + timedelta(minutes=1))
    assert again.unchanged
    assert again.posts == ()


async def test_an_edited_review_comes_again_with_its_new_words_and_stars(
    play: SmallPlay, serve: Serve, http: Http
) -> None:
    own_id = play.review("Жах", 1)
    other = play.review("Нормально", 4)
    source = await opened(play, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    play.edit(own_id, "Уже краще", 4)
    again = of(await source.fetch(memory=look.memory, now=NOW))
    assert set(again) == {own_id}
    assert other not in again
    assert (again[own_id].text, again[own_id].stars) == ("Уже краще", 4)


async def test_stars_that_change_alone_are_an_edit_too(play: SmallPlay, serve: Serve, http: Http) -> None:
    own_id = play.review("Так собі", 2)
    source = await opened(play, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    play.edit(own_id, "Так собі", 5)
    assert of(await source.fetch(memory=look.memory, now=NOW))[own_id].stars == 5


async def test_a_removed_review_is_gone_and_one_that_only_aged_is_not(
    play: SmallPlay, serve: Serve, http: Http
) -> None:
    removed, aged, stays = play.review("зникне"), play.review("давній", ago=6 * DAY), play.review("лишиться")
    source = await opened(play, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    del play.reviews[removed]
    play.clock = NOW + 2 * DAY
    later = await source.fetch(memory=look.memory, now=NOW + 2 * DAY)
    assert later.containers_read == {removed}
    assert later.posts == ()
    assert f"r:{removed}" not in later.memory
    assert f"r:{aged}" not in later.memory
    assert f"r:{stays}" in later.memory


async def test_an_empty_list_where_reviews_were_is_no_silence(play: SmallPlay, serve: Serve, http: Http) -> None:
    play.review("є")
    source = await opened(play, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    play.reviews.clear()
    play.clock = NOW + HOUR
    with pytest.raises(NothingFound):
        await source.fetch(memory=look.memory, now=NOW + HOUR)


async def test_a_store_without_reviews_is_empty(play: SmallPlay, serve: Serve, http: Http) -> None:
    assert (await (await opened(play, serve, http)).fetch(memory={}, now=NOW)).posts == ()


# --- answering --------------------------------------------------------------------------------------------------


async def test_an_answer_is_published_and_read_back(play: SmallPlay, serve: Serve, http: Http) -> None:
    own_id = play.review("Не працює")
    source = await opened(play, serve, http)
    published = await source.publish(target(own_id), "Оновіть застосунок.", now=NOW)
    assert published.published_at == NOW
    found = await source.find(target(own_id), "Оновіть застосунок.", now=NOW)
    assert found is not None
    assert (found.external_id, found.parent_id) == (published.external_id, own_id)


async def test_tags_that_the_store_takes_out_do_not_hide_the_answer(play: SmallPlay, serve: Serve, http: Http) -> None:
    own_id = play.review("Не працює")
    source = await opened(play, serve, http)
    await source.publish(target(own_id), "Натисніть <b>Оновити</b>.", now=NOW)
    assert await source.find(target(own_id), "Натисніть <b>Оновити</b>.", now=NOW) is not None


async def test_a_second_answer_is_refused_until_the_agent_wants_it_in_the_firsts_place(
    play: SmallPlay, serve: Serve, http: Http
) -> None:
    own_id = play.review("Не працює")
    play.answer(own_id, "Перша відповідь")
    source = await opened(play, serve, http)
    with pytest.raises(ReplyOverwrites) as refusal:
        await source.publish(target(own_id), "Друга відповідь", now=NOW)
    assert "Перша відповідь" in refusal.value.detail
    assert play.reviews[own_id].answer == "Перша відповідь"
    await source.publish(target(own_id, replaces=True), "Друга відповідь", now=NOW)
    assert play.reviews[own_id].answer == "Друга відповідь"


async def test_an_answer_that_stands_already_word_for_word_is_not_sent_again(
    play: SmallPlay, serve: Serve, http: Http
) -> None:
    own_id = play.review("Не працює")
    play.answer(own_id, "Оновіть.")
    source = await opened(play, serve, http)
    assert (await source.publish(target(own_id), "Оновіть.", now=NOW)).external_id == f"{own_id}/reply"
    assert [method for method, _ in play.asked] == ["GET"]


async def test_too_long_an_answer_does_not_leave(play: SmallPlay, serve: Serve, http: Http) -> None:
    source = await opened(play, serve, http)
    with pytest.raises(ReplyTooLong, match="351"):
        await source.publish(target(play.review("?")), "я" * 351, now=NOW)
    assert play.asked == []


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_lost_answer_is_unknown_and_found_only_where_it_stands(
    play: SmallPlay, serve: Serve, http: Http, keeps: bool
) -> None:
    own_id = play.review("?")
    play.keeps, play.on_reply = keeps, lambda: web.Response(status=502, text="<html>")
    source = await opened(play, serve, http)
    with pytest.raises(ReplyUnknown):
        await source.publish(target(own_id), "Відповідь", now=NOW)
    assert (await source.find(target(own_id), "Відповідь", now=NOW) is not None) is keeps


async def test_a_review_that_is_gone_takes_no_answer(play: SmallPlay, serve: Serve, http: Http) -> None:
    with pytest.raises(PageGone):
        await (await opened(play, serve, http)).publish(target("gp:gone"), "Відповідь", now=NOW)


async def test_an_account_that_may_not_reply_is_told_so(play: SmallPlay, serve: Serve, http: Http) -> None:
    play.may_reply = False
    with pytest.raises(TokenRefused):
        await (await opened(play, serve, http)).publish(target(play.review("?")), "Відповідь", now=NOW)


async def test_what_the_store_calls_bad_is_rejected(play: SmallPlay, serve: Serve, http: Http) -> None:
    play.on_reply, play.keeps = refused(400, "Bad words."), False
    with pytest.raises(ReplyRejected, match="Bad words"):
        await (await opened(play, serve, http)).publish(target(play.review("?")), "Відповідь", now=NOW)


# --- what goes wrong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (refused(429, "Quota exceeded for quota metric", Retry_After="30"), SourceBusy),
        (refused(403, "Quota exceeded."), SourceBusy),
        (refused(403, "The caller does not have permission"), TokenRefused),
        (refused(404, "Package not found: x."), PageGone),
        (refused(500, "Internal error"), SourceDown),
        (lambda: web.Response(status=503, text="<html>"), SourceDown),
        (lambda: web.Response(text="<html>Sign in</html>", content_type="text/html"), PageUnreadable),
        (lambda: web.Response(body=b'{"reviews": [{"reviewId"', content_type="application/json"), PageUnreadable),
        (lambda: web.json_response({"hello": "world"}), PageUnreadable),
        (lambda: web.json_response({"reviews": [{"no": "id"}]}), PageUnreadable),
        (lambda: web.Response(body=b"x" * 6_000_000), PageTooLarge),
    ],
    ids=["429", "quota", "403", "404", "500", "503", "html", "cut", "other", "nameless", "large"],
)
async def test_each_fault_has_its_name(
    play: SmallPlay, serve: Serve, http: Http, fault: Callable[[], web.StreamResponse], kind: type[SourceError]
) -> None:
    source = await opened(play, serve, http)
    play.failure = fault
    with pytest.raises(kind) as refusal:
        await source.fetch(memory={}, now=NOW)
    assert "SECRET" not in str(refusal.value)


async def test_a_token_that_ended_early_is_renewed_once(play: SmallPlay, serve: Serve, http: Http) -> None:
    play.review("є")
    source = await opened(play, serve, http)
    await source.fetch(memory={}, now=NOW)
    play.valid = "ended"
    assert len((await source.fetch(memory={}, now=NOW)).posts) == 1
    assert play.tokens == 2
    play.clock = NOW + timedelta(minutes=59, seconds=30)
    await source.fetch(memory={}, now=play.clock)
    assert play.tokens == 3


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"private_key": "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"}, "cannot sign"),
        ({"client_email": ""}, "lacks client_email"),
        ({"client_email": "stranger@sample.example"}, "invalid_grant"),
        ({"token_uri": "http://elsewhere.example/token"}, "no https"),
    ],
)
async def test_a_key_that_is_no_good_is_named_and_not_repeated(
    play: SmallPlay, serve: Serve, http: Http, changes: dict[str, str], says: str
) -> None:
    source = await opened(play, serve, http, **changes)
    with pytest.raises(TokenRefused, match=says) as refusal:
        await source.fetch(memory={}, now=NOW)
    assert "MIIB" not in str(refusal.value)
    assert "PRIVATE KEY" not in str(refusal.value)


async def test_check_shows_the_newest_review(play: SmallPlay, serve: Serve, http: Http) -> None:
    play.review("старіший", ago=DAY)
    newest = play.review("новіший")
    health = await (await opened(play, serve, http)).check(now=NOW)
    assert health.ok
    assert health.newest is not None
    assert health.newest.external_id == newest


async def test_the_rating_is_the_mean_of_what_is_listed_and_none_where_nothing_is(
    play: SmallPlay, serve: Serve, http: Http
) -> None:
    source = await opened(play, serve, http)
    assert await source.measure(now=NOW) == (Measure(Metric.RATING, None), Measure(Metric.RATINGS, None))
    play.review("а", 1)
    play.review("б", 4)
    assert await source.measure(now=NOW) == (Measure(Metric.RATING, 2.5), Measure(Metric.RATINGS, 2.0))


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "\x00нуль", "a" * 100_000, "\u202eобернено", "👨‍👩‍👧‍👦" * 50]
)
def test_hostile_words_are_only_words(text: str) -> None:
    comment = {"userComment": {"text": text, "lastModified": {"seconds": "1764576000"}, "starRating": 99}}
    raw = json.dumps({"reviews": [{"reviewId": "r", "authorName": text, "comments": [comment]}]}).encode()
    (review,) = parse_reviews(raw, package=PACKAGE, now=NOW).reviews
    assert review.post.stars is None
    assert "\x00" not in review.post.text


def test_a_title_before_the_tab_is_the_title() -> None:
    comment = {"userComment": {"text": "Жах\tНе працює", "starRating": 1}}
    raw = json.dumps({"reviews": [{"reviewId": "r", "comments": [comment]}]}).encode()
    (review,) = parse_reviews(raw, package=PACKAGE, now=NOW).reviews
    assert (review.post.title, review.post.text) == ("Жах", "Не працює")
    assert (review.post.published_at, review.post.published_guess) == (NOW, True)


# --- the vendor's own description ---------------------------------------------------------------------------


def departures(value: object, shape: dict[str, Any], schemas: dict[str, Any], where: str) -> Iterator[str]:
    """Where ``value`` is not as Google's ``shape`` says."""
    shape = schemas[shape["$ref"]] if "$ref" in shape else shape
    kinds: dict[str, type] = {"string": str, "boolean": bool, "integer": int, "object": dict, "array": list}
    if not isinstance(value, kinds[shape["type"]]):
        yield f"{where}: {value!r} is no {shape['type']}"
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from departures(one, shape["items"], schemas, f"{where}[{number}]")
    elif isinstance(value, dict):
        for name, one in value.items():
            if name not in shape["properties"]:
                yield f"{where}.{name} is unknown"
            else:
                yield from departures(one, shape["properties"][name], schemas, f"{where}.{name}")


async def test_the_stand_in_answers_as_google_describes_it(play: SmallPlay, serve: Serve, http: Http) -> None:
    file = resources.files("googleapiclient") / "discovery_cache" / "documents" / "androidpublisher.v3.json"
    described = json.loads(file.read_text(encoding="utf-8"))
    play.largest = 1
    own_id = play.review("один")
    play.review("два")
    source = await opened(play, serve, http)
    await source.fetch(memory={}, now=NOW)
    await source.publish(target(own_id), "Відповідь", now=NOW)
    assert {name for name, _ in play.answers} == {"ReviewsListResponse", "Review", "ReviewsReplyResponse"}
    schemas = described["schemas"]
    found = [line for name, body in play.answers for line in departures(body, {"$ref": name}, schemas, name)]
    assert found == []
    methods = described["resources"]["reviews"]["methods"]
    assert methods["reply"]["path"].endswith("/reviews/{reviewId}:reply")
    assert methods["list"]["path"].endswith("applications/{packageName}/reviews")
    assert set(methods["list"]["parameters"]) >= {"maxResults", "token"}
    assert "https://www.googleapis.com/auth/androidpublisher" in methods["reply"]["scopes"]
