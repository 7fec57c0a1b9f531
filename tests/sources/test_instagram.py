"""The Instagram source over real HTTP against a strict local Graph API: comments, replies, figures, mishaps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from facebook_business.adobjects.igcomment import IGComment
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser

from bot.domain.errors import (
    NothingFound,
    PageGone,
    PageTooLarge,
    PageUnreadable,
    ReplyClosed,
    ReplyRejected,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import Look, Measure, Metric, ReplyTarget, SeenPost
from bot.sources import Http, SourceOptions
from bot.sources.instagram import Instagram
from tests.sources.stand_ins.instagram import (
    ACCOUNT,
    ACCOUNT_FIELDS,
    COMMENT_FIELDS,
    MEDIA_FIELDS,
    TOKEN,
    SmallInstagram,
    refused,
)

Serve = Callable[[Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]], Awaitable[str]]
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OTHER = {"id": "9002", "username": "insha_sample"}


@pytest.fixture
def insta() -> SmallInstagram:
    return SmallInstagram(NOW)


async def opened(insta: SmallInstagram, serve: Serve, http: Http, **changes: Any) -> Instagram:
    origin = await serve({"/v26.0/{path:.*}": insta.answer})
    options = SourceOptions("ig", page=ACCOUNT, api_url=f"{origin}/v26.0", token=TOKEN)
    return Instagram(replace(options, **changes), http)


def of(look: Look) -> dict[str, SeenPost]:
    return {post.external_id: post for post in look.posts}


def target(media: str, own_id: str, name: str = "sample_abonent") -> ReplyTarget:
    return ReplyTarget(media, own_id, name, "9001", "питання", "")


async def test_media_comments_and_replies_are_read(insta: SmallInstagram, serve: Serve, http: Http) -> None:
    media = insta.post("Новий тариф")
    top = insta.comment(media, "Дорого! 😡")
    nested = insta.comment(media, "@sample_abonent згодна", OTHER, top)
    look = await (await opened(insta, serve, http)).fetch(memory={}, now=NOW)
    seen = of(look)
    assert set(seen) == {media, top, nested}
    assert (seen[media].author_id, seen[media].text, seen[media].parent_id) == (ACCOUNT, "Новий тариф", None)
    assert (seen[top].parent_id, seen[top].author_id, seen[top].author_name) == (media, "9001", "sample_abonent")
    assert (seen[nested].parent_id, seen[nested].container_id) == (top, media)
    assert seen[top].published_at == NOW - timedelta(minutes=5)
    assert look.containers_read == {media}


async def test_an_unchanged_account_costs_one_request(insta: SmallInstagram, serve: Serve, http: Http) -> None:
    insta.comment(insta.post(), "питання")
    source = await opened(insta, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    insta.asked.clear()
    again = await source.fetch(memory=look.memory, now=NOW + timedelta(minutes=1))
    assert (again.unchanged, again.posts, len(insta.asked)) == (True, (), 1)


async def test_a_late_reply_under_old_media_is_read_with_it_alone(
    insta: SmallInstagram, serve: Serve, http: Http
) -> None:
    old, new = insta.post(ago=timedelta(days=90)), insta.post()
    top = insta.comment(old, "давнє", ago=timedelta(days=80))
    insta.comment(new, "свіже")
    source = await opened(insta, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    late = insta.comment(old, "і в мене", OTHER, top, timedelta(minutes=1))
    again = await source.fetch(memory=look.memory, now=NOW)
    assert set(of(again)) == {top, late}


async def test_more_replies_than_come_along_are_read_by_themselves(
    insta: SmallInstagram, serve: Serve, http: Http
) -> None:
    insta.shown, insta.largest = 2, 3
    media = insta.post()
    top = insta.comment(media, "питання")
    replies = {insta.comment(media, f"репліка {number}", OTHER, top) for number in range(9)}
    more = {insta.comment(media, f"ще {number}") for number in range(5)}
    look = await (await opened(insta, serve, http)).fetch(memory={}, now=NOW)
    assert set(of(look)) == {media, top, *replies, *more}
    assert look.containers_read == {media}


async def test_a_removed_comment_is_missing_from_media_read_whole(
    insta: SmallInstagram, serve: Serve, http: Http
) -> None:
    media = insta.post()
    rude, stays = insta.comment(media, "грубість"), insta.comment(media, "питання")
    source = await opened(insta, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    insta.remove(rude)
    again = await source.fetch(memory=look.memory, now=NOW)
    assert (set(of(again)), set(again.containers_read)) == ({stays}, {media})
    insta.remove(stays)
    last = await source.fetch(memory=again.memory, now=NOW)
    assert (last.posts, set(last.containers_read)) == ((), {media})


async def test_one_that_came_while_another_went_is_seen_by_and_by(
    insta: SmallInstagram, serve: Serve, http: Http
) -> None:
    media = insta.post()
    gone = insta.comment(media, "зникне")
    source = await opened(insta, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    insta.remove(gone)
    came = insta.comment(media, "прийшло")
    later = await source.fetch(memory=look.memory, now=NOW + timedelta(minutes=31))
    assert set(of(later)) == {came}


async def test_an_account_without_media_where_some_was_is_no_silence(
    insta: SmallInstagram, serve: Serve, http: Http
) -> None:
    insta.comment(insta.post(), "питання")
    source = await opened(insta, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    insta.media.clear()
    with pytest.raises(NothingFound):
        await source.fetch(memory=look.memory, now=NOW)


async def test_hostile_words_and_hidden_authors_are_read_as_they_are(
    insta: SmallInstagram, serve: Serve, http: Http
) -> None:
    media = insta.post("")
    own_id = insta.comment(media, "<b>&lt;script&gt; \x00 /start @everyone", {"username": "x"})
    seen = of(await (await opened(insta, serve, http)).fetch(memory={}, now=NOW))
    assert (seen[own_id].author_id, seen[own_id].text) == (None, "<b>&lt;script&gt;  /start @everyone")
    assert seen[media].text == "📷"


# --- answering --------------------------------------------------------------------------------------------------


async def test_an_answer_stands_under_the_comment_and_is_found(insta: SmallInstagram, serve: Serve, http: Http) -> None:
    media = insta.post()
    top = insta.comment(media, "Чому?")
    source = await opened(insta, serve, http)
    published = await source.publish(target(media, top), "Перевіряємо.", now=NOW)
    found = await source.find(target(media, top), "Перевіряємо.", now=NOW)
    assert found is not None
    assert (found.external_id, found.parent_id, found.author_id) == (published.external_id, top, ACCOUNT)


async def test_an_answer_to_a_reply_hangs_on_the_top_comment_and_names_its_author(
    insta: SmallInstagram, serve: Serve, http: Http
) -> None:
    media = insta.post()
    top = insta.comment(media, "Чому?")
    nested = insta.comment(media, "І в мене", OTHER, top)
    source = await opened(insta, serve, http)
    await source.publish(target(media, nested, "insha_sample"), "Перевіряємо.", now=NOW)
    found = await source.find(target(media, nested, "insha_sample"), "Перевіряємо.", now=NOW)
    assert found is not None
    assert (found.parent_id, found.text) == (top, "@insha_sample Перевіряємо.")
    assert await source.find(target(media, top), "Інше", now=NOW) is None


async def test_a_hidden_comment_takes_no_answer(insta: SmallInstagram, serve: Serve, http: Http) -> None:
    media = insta.post()
    top = insta.comment(media, "Чому?")
    insta.comments[top].hidden = True
    with pytest.raises(ReplyClosed, match="hidden"):
        await (await opened(insta, serve, http)).publish(target(media, top), "Відповідь", now=NOW)
    assert not [method for method, _, _ in insta.asked if method == "POST"]


async def test_a_comment_that_is_gone_takes_no_answer(insta: SmallInstagram, serve: Serve, http: Http) -> None:
    with pytest.raises(PageGone):
        await (await opened(insta, serve, http)).publish(target(insta.post(), "1"), "Відповідь", now=NOW)


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_lost_answer_is_unknown_and_found_only_where_it_stands(
    insta: SmallInstagram, serve: Serve, http: Http, keeps: bool
) -> None:
    media = insta.post()
    top = insta.comment(media, "Чому?")
    insta.keeps, insta.on_reply = keeps, lambda: web.Response(status=502, text="<html>")
    source = await opened(insta, serve, http)
    with pytest.raises(ReplyUnknown):
        await source.publish(target(media, top), "Відповідь", now=NOW)
    assert (await source.find(target(media, top), "Відповідь", now=NOW) is not None) is keeps


async def test_a_refused_answer_says_why(insta: SmallInstagram, serve: Serve, http: Http) -> None:
    media = insta.post()
    insta.keeps, insta.on_reply = False, refused(100, "(#100) Too many hashtags")
    with pytest.raises(ReplyRejected, match="hashtags"):
        await (await opened(insta, serve, http)).publish(target(media, insta.comment(media, "?")), "#" * 40, now=NOW)


# --- what goes wrong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (refused(4, "Application request limit reached", status=403), SourceBusy),
        (lambda: web.Response(status=429, headers={"Retry-After": "7"}), SourceBusy),
        (refused(190, "expired", 463, 401), TokenRefused),
        (refused(10, "requires instagram_manage_comments", status=403), TokenRefused),
        (refused(2635, "You are calling a deprecated version of the API"), PageGone),
        (refused(2, "temporarily unavailable", status=503), SourceDown),
        (lambda: web.Response(status=500, text="oops"), SourceDown),
        (lambda: web.Response(text="<html>Log in</html>", content_type="text/html"), PageUnreadable),
        (lambda: web.Response(body=b'{"data": [{"id"', content_type="application/json"), PageUnreadable),
        (lambda: web.json_response({"hello": 1}), PageUnreadable),
        (lambda: web.Response(body=b"x" * 6_000_000), PageTooLarge),
    ],
    ids=["throttle", "429", "expired", "permission", "version", "busy", "500", "html", "cut", "other", "large"],
)
async def test_each_fault_has_its_name(
    insta: SmallInstagram, serve: Serve, http: Http, fault: Callable[[], web.StreamResponse], kind: type[SourceError]
) -> None:
    source = await opened(insta, serve, http)
    insta.failure = fault
    with pytest.raises(kind) as refusal:
        await source.fetch(memory={}, now=NOW)
    assert "SECRET" not in str(refusal.value)


async def test_check_names_the_account_and_its_newest_comment(insta: SmallInstagram, serve: Serve, http: Http) -> None:
    own_id = insta.comment(insta.post(), "Чому?")
    health = await (await opened(insta, serve, http)).check(now=NOW)
    assert (health.ok, health.detail) == (True, "sample_operator: readable")
    assert health.newest is not None
    assert health.newest.external_id == own_id


async def test_figures_are_measured_and_what_is_not_told_is_none(
    insta: SmallInstagram, serve: Serve, http: Http
) -> None:
    media = insta.post()
    insta.comment(media, "?")
    insta.insights = {"reach": 300}
    assert set(await (await opened(insta, serve, http)).measure(now=NOW)) == {
        Measure(Metric.FOLLOWERS, 800.0),
        Measure(Metric.REACH, 300.0),
        Measure(Metric.DAY_VIEWS, None),
        Measure(Metric.REACTIONS, 12.0, media),
        Measure(Metric.COMMENTS, 1.0, media),
    }


def test_the_fields_are_the_vendors_own() -> None:
    def names(kind: Any) -> set[str]:
        return {str(value) for name, value in vars(kind.Field).items() if not name.startswith("_")}

    assert MEDIA_FIELDS - {"comments"} <= names(IGMedia)
    assert COMMENT_FIELDS - {"replies"} <= names(IGComment)
    assert names(IGUser) >= ACCOUNT_FIELDS
