"""What YouTube refuses the source: the quota, every kind of error, and what `check` says of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.domain.errors import (
    PageGone,
    PageTooLarge,
    PageUnreadable,
    ReplyClosed,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import Look
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.youtube import YouTube
from tests.sources.stand_ins.youtube import CHANNEL, EXPIRED, KEY, OTHERS, TITLE, TOKEN, SmallYouTube, refused

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tube() -> SmallYouTube:
    return SmallYouTube(NOW)


async def opened(tube: SmallYouTube, serve: Serve, http: Http, **options: Any) -> YouTube:
    origin = await serve({"/youtube/v3/{resource}": tube.answer})
    given = {"key": "yt", "page": CHANNEL, "token": TOKEN, "api_url": f"{origin}/youtube/v3"} | options
    return YouTube(SourceOptions(**given), http)


def texts(look: Look) -> set[str]:
    return {post.text for post in look.posts}


async def test_the_quota_is_counted_by_pacific_days_and_kept_in_memory(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    tube.comment("питання")
    source = await opened(tube, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    assert look.memory["quota"] == "2026-11-23 1/10000"
    # 07:30 in Greenwich is still yesterday in Los Angeles, and a new process goes on counting.
    early = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
    source = await opened(tube, serve, http)
    look = await source.fetch(memory=look.memory, now=early)
    assert look.memory["quota"] == "2026-11-23 2/10000"
    look = await source.fetch(memory=look.memory, now=early + HOUR)
    assert look.memory["quota"] == "2026-11-24 1/10000"


async def test_reading_stops_before_the_reserve_for_answers_and_says_until_when(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    tube.comment("питання")
    source = await opened(tube, serve, http)
    memory = {"quota": "2026-11-23 8960/10000"}
    with pytest.raises(SourceBusy, match="1040 of 10000") as caught:
        await source.fetch(memory=memory, now=NOW)
    # 10:00 UTC is 02:00 Pacific.
    assert caught.value.retry_after == 22 * 3600
    assert not tube.asked


async def test_when_the_quota_ends_in_mid_look_what_was_read_is_kept(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    tube.shown, tops = 0, [tube.comment(f"питання {number}") for number in range(3)]
    for top in tops:
        tube.reply(top, "репліка")
    source = await opened(tube, serve, http)
    look = await source.fetch(memory={"quota": "2026-11-23 8958/10000"}, now=NOW)
    assert len(look.posts) == 4
    assert len([post for post in look.posts if post.parent_id]) == 1
    tomorrow = await source.fetch(memory=look.memory, now=NOW + DAY)
    assert look.containers_read | {post.container_id for post in tomorrow.posts if post.parent_id} == set(tops)


@pytest.mark.parametrize("reason", ["quotaExceeded", "dailyLimitExceeded"])
async def test_when_google_says_the_quota_is_spent_nothing_is_asked_until_midnight_pacific(
    tube: SmallYouTube, serve: Serve, http: Http, reason: str
) -> None:
    tube.failure = refused(403, reason, 'exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.')
    source = await opened(tube, serve, http)
    with pytest.raises(SourceBusy, match=r"exceeded your quota\.") as caught:
        await source.fetch(memory={}, now=NOW)
    assert caught.value.retry_after == 22 * 3600
    tube.failure = None
    with pytest.raises(SourceBusy):
        await source.fetch(memory={}, now=NOW + HOUR)
    assert len(tube.asked) == 1
    assert await source.fetch(memory={}, now=NOW + DAY)


# --- errors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (refused(401, "authError"), TokenRefused),
        (refused(403, "forbidden"), TokenRefused),
        (refused(403, "insufficientPermissions"), TokenRefused),
        (refused(403, "accessNotConfigured"), TokenRefused),
        (refused(400, "keyInvalid"), TokenRefused),
        (refused(400, "badRequest", "API key expired. Please renew the API key."), TokenRefused),
        (refused(403, "rateLimitExceeded"), SourceBusy),
        (refused(429, "rateLimitExceeded", Retry_After="5"), SourceBusy),
        (refused(403, "commentsDisabled"), ReplyClosed),
        (refused(404, "channelNotFound"), PageGone),
        (refused(400, "invalidPageToken"), PageUnreadable),
        (refused(400, "processingFailure"), PageUnreadable),
        (refused(500, "backendError"), SourceDown),
        (refused(503, "backendError"), SourceDown),
        (lambda: web.Response(status=500), SourceDown),
        (lambda: web.Response(status=429, headers={"Retry-After": "5"}), SourceBusy),
        (lambda: web.Response(status=404, text="<html>", content_type="text/html"), PageGone),
        (lambda: web.Response(text="<html>Увійдіть</html>", content_type="text/html"), PageUnreadable),
        (lambda: web.Response(text='{"kind": "youtube#commentThreadListRes'), PageUnreadable),
        (lambda: web.Response(text="[]"), PageUnreadable),
        (lambda: web.json_response({}), PageUnreadable),
        (lambda: web.json_response({"kind": "youtube#commentThreadListResponse", "items": [{}]}), PageUnreadable),
        (lambda: web.Response(body=b" " * 6_000_000), PageTooLarge),
    ],
)
async def test_each_refusal_has_its_error(
    tube: SmallYouTube, serve: Serve, http: Http, failure: Callable[[], web.Response], error: type[SourceError]
) -> None:
    tube.failure = failure
    with pytest.raises(error) as caught:
        await (await opened(tube, serve, http)).fetch(memory={}, now=NOW)
    assert caught.type is error
    assert "SECRET" not in repr(caught.value)


async def test_google_says_when_to_come_again(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    tube.failure = refused(429, "rateLimitExceeded", Retry_After="17")
    with pytest.raises(SourceBusy) as caught:
        await (await opened(tube, serve, http)).fetch(memory={}, now=NOW)
    assert caught.value.retry_after == 17


async def test_the_newer_form_of_googles_errors_is_read(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
    error = {"code": 400, "message": "bad", "status": "INVALID_ARGUMENT", "details": [info]}
    tube.failure = lambda: web.json_response({"error": error}, status=400)
    with pytest.raises(TokenRefused, match="API_KEY_INVALID"):
        await (await opened(tube, serve, http)).fetch(memory={}, now=NOW)


async def test_a_silent_server_is_down(serve: Serve) -> None:
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.Response()

    origin = await serve({"/youtube/v3/{resource}": slow})
    async with Http(allow_private=True, gap=0, read_timeout=0.05) as hasty:
        source = YouTube(SourceOptions(key="yt", page=CHANNEL, token=TOKEN, api_url=f"{origin}/youtube/v3"), hasty)
        with pytest.raises(SourceDown):
            await source.fetch(memory={}, now=NOW)
    release.set()


async def test_an_outage_in_mid_look_keeps_what_was_read_and_hides_nothing(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    tube.shown = 1
    top = tube.comment("питання")
    tube.reply(top, "раз")
    tube.reply(top, "два")
    tube.on_replies = refused(500, "backendError")
    source = await opened(tube, serve, http)
    with pytest.raises(SourceDown):
        await source.fetch(memory={}, now=NOW)
    tube.comment("інше питання", "@oksana")
    look = await source.fetch(memory={}, now=NOW)
    assert {"інше питання", "питання"} <= texts(look)
    tube.on_replies = None
    assert {"раз", "два"} <= texts(await source.fetch(memory=look.memory, now=NOW + timedelta(minutes=1)))


async def test_the_secret_travels_as_a_header_and_a_key_as_a_key(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    tube.comment("питання")
    for token in (TOKEN, KEY):
        assert (await (await opened(tube, serve, http, token=token)).fetch(memory={}, now=NOW)).posts
    assert tube.headers[0]["Authorization"] == f"Bearer {TOKEN}"
    assert tube.headers[1]["X-Goog-Api-Key"] == KEY
    assert "SECRET" not in repr(tube.asked)


async def test_without_a_token_nothing_is_asked(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    with pytest.raises(TokenRefused):
        await (await opened(tube, serve, http, token="")).fetch(memory={}, now=NOW)
    assert not tube.asked


async def test_an_expired_token_is_refused(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    with pytest.raises(TokenRefused, match="authError"):
        await (await opened(tube, serve, http, token=EXPIRED)).fetch(memory={}, now=NOW)


# --- check ----------------------------------------------------------------------------------------------------


async def test_check_names_the_channel_the_newest_comment_and_the_budget(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    tube.comment("давнє", ago=DAY)
    newest = tube.comment("нове")
    health = await (await opened(tube, serve, http)).check(now=NOW)
    assert health.ok
    assert TITLE in health.detail
    assert "9997 of 10000 quota units left" in health.detail
    assert health.newest is not None
    assert health.newest.external_id == newest
    assert not tube.written()


@pytest.mark.parametrize(("token", "said"), [(KEY, "API key cannot answer"), (OTHERS, "speaks for Чужий канал")])
async def test_check_notices_who_cannot_answer(
    tube: SmallYouTube, serve: Serve, http: Http, token: str, said: str
) -> None:
    tube.comment("питання")
    health = await (await opened(tube, serve, http, token=token)).check(now=NOW)
    assert not health.ok
    assert said in health.detail
    assert (await (await opened(tube, serve, http, token=token, write=False)).check(now=NOW)).ok


async def test_check_of_a_channel_that_is_none_says_so(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    with pytest.raises(PageGone, match="UCnobody"):
        await (await opened(tube, serve, http, page="UCnobody")).check(now=NOW)
