"""The YouTube source getting its own access tokens, over real HTTP, from a small token endpoint."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from bot.domain.errors import ReplyUnknown, SourceBusy, SourceDown, SourceError, TokenRefused
from bot.domain.model import ReplyTarget
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.youtube import YouTube
from bot.sources.youtube_token import TOKEN_URI, Access, Grant
from tests.sources.stand_ins.youtube import CHANNEL, EXPIRED, READER, TOKEN, SmallYouTube, refused
from tests.sources.stand_ins.youtube_token import SmallTokens, oauth_error

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LIFE = timedelta(seconds=3599)


@dataclass
class Google:
    """The API and the token endpoint together."""

    tube: SmallYouTube = field(default_factory=lambda: SmallYouTube(NOW))
    tokens: SmallTokens = field(default_factory=SmallTokens)
    origin: str = ""

    def source(self, http: Http, **changed: object) -> YouTube:
        token = self.tokens.file(self.origin, **changed)
        return YouTube(SourceOptions(key="yt", page=CHANNEL, token=token, api_url=f"{self.origin}/youtube/v3"), http)

    def shown(self) -> list[str]:
        """The access tokens that the API was shown, one a request."""
        return [headers["Authorization"].removeprefix("Bearer ") for headers in self.tube.headers]


@pytest.fixture
async def google(serve: Serve) -> Google:
    google = Google()
    google.origin = await serve({"/youtube/v3/{resource}": google.tube.answer, "/token": google.tokens.answer})
    return google


def target(top: str) -> ReplyTarget:
    return ReplyTarget(top, top, "@abonent", "UC@abonent", "питання", f"https://www.youtube.com/watch?v=vid1&lc={top}")


def keeps_quiet(error: BaseException) -> bool:
    return "SECRET" not in "".join(traceback.format_exception(error)) + repr(error)


# --- getting and renewing ---------------------------------------------------------------------------------------


async def test_the_first_look_gets_a_token_and_the_next_one_uses_it_again(google: Google, http: Http) -> None:
    google.tube.comment("питання")
    source = google.source(http)
    assert google.tokens.asked == 0
    look = await source.fetch(memory={}, now=NOW)
    assert [post.text for post in look.posts] == ["питання"]
    await source.fetch(memory=look.memory, now=NOW + MINUTE)
    assert google.tokens.asked == 1
    assert set(google.shown()) == {TOKEN}


async def test_nothing_of_it_is_remembered_beyond_the_process(google: Google, http: Http) -> None:
    google.tube.comment("питання")
    source = google.source(http)
    look = await source.fetch(memory={}, now=NOW)
    assert "SECRET" not in json.dumps(look.memory)
    assert "SECRET" not in repr(google.tube.asked)
    await google.source(http).fetch(memory=look.memory, now=NOW + MINUTE)
    assert google.tokens.asked == 2


async def test_a_token_is_renewed_a_minute_before_it_ends(google: Google, http: Http) -> None:
    google.tokens.gives = [TOKEN, READER]
    source = google.source(http)
    for now in (NOW, NOW + LIFE - MINUTE - SECOND, NOW + LIFE - MINUTE):
        await source.fetch(memory={}, now=now)
    assert google.shown() == [TOKEN, TOKEN, READER]
    assert google.tokens.asked == 2


@pytest.mark.parametrize(
    ("life", "lasts"),
    [(None, 3540), ("3599", 3540), (True, 3540), (-5, 3540), (600.5, 540.5), (40, 20), (10**12, 86340)],
)
async def test_an_odd_length_of_life_is_survived(google: Google, http: Http, life: object, lasts: float) -> None:
    google.tokens.life = life
    source = google.source(http)
    for later in (0, lasts - 1):
        await source.fetch(memory={}, now=NOW + later * SECOND)
    assert google.tokens.asked == 1
    await source.fetch(memory={}, now=NOW + lasts * SECOND)
    assert google.tokens.asked == 2


async def test_two_at_once_ask_for_one_token(google: Google, http: Http) -> None:
    source = google.source(http)
    await asyncio.gather(source.fetch(memory={}, now=NOW), source.check(now=NOW))
    assert google.tokens.asked == 1


async def test_after_a_401_the_token_is_renewed_and_the_request_repeated(google: Google, http: Http) -> None:
    google.tokens.gives = [EXPIRED, TOKEN]
    google.tube.comment("питання")
    look = await google.source(http).fetch(memory={}, now=NOW)
    assert [post.text for post in look.posts] == ["питання"]
    assert google.shown() == [EXPIRED, TOKEN]
    assert look.memory["quota"] == "2026-11-23 2/10000"


async def test_a_second_401_is_a_refusal_and_no_loop(google: Google, http: Http) -> None:
    google.tokens.gives = [EXPIRED]
    with pytest.raises(TokenRefused, match="authError"):
        await google.source(http).fetch(memory={}, now=NOW)
    assert (google.tokens.asked, len(google.tube.asked)) == (2, 2)


async def test_a_403_is_no_reason_to_renew(google: Google, http: Http) -> None:
    google.tube.failure = refused(403, "forbidden")
    with pytest.raises(TokenRefused):
        await google.source(http).fetch(memory={}, now=NOW)
    assert (google.tokens.asked, len(google.tube.asked)) == (1, 1)


async def test_a_401_for_an_older_token_leaves_the_newer_one_alone(google: Google, http: Http) -> None:
    google.tokens.gives = [EXPIRED, TOKEN]
    access = Access(google.tokens.file(google.origin), http)
    old = await access.headers(NOW)
    assert access.forget(old)
    new = await access.headers(NOW)
    assert access.forget(old)
    assert await access.headers(NOW) == new
    assert google.tokens.asked == 2


async def test_a_ready_token_has_nothing_to_renew_it_and_check_says_so(google: Google, http: Http) -> None:
    api = f"{google.origin}/youtube/v3"
    ready = YouTube(SourceOptions(key="yt", page=CHANNEL, token=TOKEN, api_url=api), http)
    assert "ends within the hour" in (await ready.check(now=NOW)).detail
    assert "ends within the hour" not in (await google.source(http).check(now=NOW)).detail
    expired = YouTube(SourceOptions(key="yt", page=CHANNEL, token=EXPIRED, api_url=api), http)
    before = len(google.tube.asked)
    with pytest.raises(TokenRefused):
        await expired.fetch(memory={}, now=NOW)
    assert (len(google.tube.asked) - before, google.tokens.asked) == (1, 1)


# --- writing ----------------------------------------------------------------------------------------------------


async def test_an_answer_refused_with_401_goes_out_once_with_a_new_token(google: Google, http: Http) -> None:
    google.tokens.gives = [EXPIRED, TOKEN]
    asked = google.tube.comment("питання")
    published = await google.source(http).publish(target(asked), "Відповідь", now=NOW)
    assert [one.id for one in google.tube.written()] == [published.external_id]
    assert google.shown() == [EXPIRED, TOKEN]


async def test_where_no_token_can_be_had_the_answer_was_surely_not_sent(google: Google, http: Http) -> None:
    asked = google.tube.comment("питання")
    google.tokens.failure = lambda: web.Response(status=503)
    with pytest.raises(SourceDown) as caught:
        await google.source(http).publish(target(asked), "Відповідь", now=NOW)
    assert caught.type is SourceDown
    assert not google.tube.asked


async def test_an_answer_lost_after_the_renewal_is_unknown_and_not_sent_again(google: Google, http: Http) -> None:
    google.tokens.gives = [EXPIRED, TOKEN]
    asked = google.tube.comment("питання")
    google.tube.on_insert = lambda: web.Response(status=504)
    source = google.source(http)
    with pytest.raises(ReplyUnknown):
        await source.publish(target(asked), "Дійшло", now=NOW)
    assert len(google.tube.written()) == 1
    assert await source.find(target(asked), "Дійшло", now=NOW) is not None


# --- refusals ---------------------------------------------------------------------------------------------------


async def test_a_revoked_token_asks_for_a_person_and_is_not_tried_again(google: Google, http: Http) -> None:
    source = google.source(http)
    await source.fetch(memory={}, now=NOW)
    google.tokens.revoked = True
    for later in (LIFE, 2 * LIFE):
        with pytest.raises(TokenRefused, match=r"invalid_grant: .* authorise the channel anew") as caught:
            await source.fetch(memory={}, now=NOW + later)
        assert keeps_quiet(caught.value)
        assert len(caught.value.detail) < 300
    assert google.tokens.asked == 2
    google.tokens.revoked = False
    assert await google.source(http).fetch(memory={}, now=NOW)


async def test_a_client_that_google_does_not_know_is_not_tried_again_either(google: Google, http: Http) -> None:
    source = google.source(http, client_secret="SECRET-other")
    for _ in range(2):
        with pytest.raises(TokenRefused, match="invalid_client") as caught:
            await source.fetch(memory={}, now=NOW)
        assert keeps_quiet(caught.value)
    assert google.tokens.asked == 1


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (oauth_error(403, "admin_policy_enforced"), TokenRefused),
        (oauth_error(400, "invalid_scope"), TokenRefused),
        (lambda: web.Response(status=404, text="<html>", content_type="text/html"), TokenRefused),
        (oauth_error(429, "rate_limit_exceeded"), SourceBusy),
        (oauth_error(403, "rate_limit_exceeded"), SourceBusy),
        (oauth_error(400, "temporarily_unavailable"), SourceDown),
        (oauth_error(500, "internal_failure"), SourceDown),
        (oauth_error(400, {"code": 400}), SourceDown),
        (oauth_error(400, "1//0SECRET-refresh"), SourceDown),
        (lambda: web.Response(status=502, text="<html>"), SourceDown),
        (lambda: web.Response(status=302, headers={"Location": "https://portal.example/"}), SourceDown),
        (lambda: web.Response(text="<html>Увійдіть</html>", content_type="text/html"), SourceDown),
        (lambda: web.Response(text='{"access_token": "SECRET'), SourceDown),
        (lambda: web.json_response([]), SourceDown),
        (lambda: web.json_response({"access_token": ""}), SourceDown),
        (lambda: web.json_response({"access_token": "SECRET\r\nX-Evil: 1"}), SourceDown),
        (lambda: web.Response(body=b" " * 6_000_000), SourceDown),
    ],
)
async def test_each_other_failure_has_its_error_and_passes(
    google: Google, http: Http, failure: Callable[[], web.Response], error: type[SourceError]
) -> None:
    google.tokens.failure = failure
    source = google.source(http)
    with pytest.raises(error) as caught:
        await source.fetch(memory={}, now=NOW)
    assert caught.type is error
    assert keeps_quiet(caught.value)
    assert not google.tube.asked
    google.tokens.failure = None
    assert await source.fetch(memory={}, now=NOW)


async def test_the_endpoint_says_when_to_come_again(google: Google, http: Http) -> None:
    google.tokens.failure = oauth_error(429, "slow_down", Retry_After="17")
    with pytest.raises(SourceBusy) as caught:
        await google.source(http).fetch(memory={}, now=NOW)
    assert caught.value.retry_after == 17


async def test_a_silent_or_absent_endpoint_is_down(google: Google, serve: Serve, http: Http) -> None:
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.Response()

    silent = await serve({"/token": slow})
    async with Http(allow_private=True, gap=0, read_timeout=0.05) as hasty:
        for origin in (silent, "http://127.0.0.1:9"):
            with pytest.raises(SourceDown) as caught:
                await google.source(hasty, token_uri=f"{origin}/token").fetch(memory={}, now=NOW)
            assert keeps_quiet(caught.value)
    release.set()


# --- the file ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, "", " ", 5, ["SECRET"]])
@pytest.mark.parametrize("key", ["client_id", "client_secret", "refresh_token"])
async def test_a_missing_key_is_named_and_no_value_repeated(
    google: Google, http: Http, key: str, value: object
) -> None:
    with pytest.raises(TokenRefused, match=f"lacks {key};") as caught:
        await google.source(http, **{key: value}).fetch(memory={}, now=NOW)
    assert keeps_quiet(caught.value)
    assert google.tokens.asked == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"client_id": "SECRET', "is none"),
        ("{" * 5000, "is none"),
        ('{"a":' * 100_000, "is none"),
        ('{"installed": {"client_id": "SECRET"}}', "lacks client_id, client_secret, refresh_token"),
    ],
)
async def test_another_or_a_broken_file_is_told_what_is_expected(http: Http, text: str, said: str) -> None:
    source = YouTube(SourceOptions(key="yt", page=CHANNEL, token=text), http)
    with pytest.raises(TokenRefused, match=rf"{said}.*authorized user file") as caught:
        await source.check(now=NOW)
    assert keeps_quiet(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "http://token.example/SECRET",
        "SECRET",
        "https://",
        "https://[SECRET",
        "https://x:SECRET/",
        "https://SECRET@x.example/",
        "https://x.example/?key=SECRET",
        "ftp://x.example",
        ["SECRET"],
    ],
)
async def test_the_secret_goes_to_no_address_without_tls(google: Google, http: Http, address: object) -> None:
    with pytest.raises(TokenRefused, match="token_uri") as caught:
        await google.source(http, token_uri=address).fetch(memory={}, now=NOW)
    assert keeps_quiet(caught.value)


@pytest.mark.parametrize("address", [None, ""])
def test_without_a_token_uri_google_itself_is_asked_and_the_form_never_shows(address: str | None) -> None:
    grant = Grant.read(SmallTokens().file("https://x.example", token_uri=address))
    assert grant.token_uri == TOKEN_URI == "https://oauth2.googleapis.com/token"
    assert "SECRET" not in repr(grant)
