"""The VK source when something is wrong: VK's codes, answers that are not VK's, secrets; and what check says."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.domain.errors import (
    CaptchaAsked,
    PageGone,
    PageTooLarge,
    PageUnreadable,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.sources import Http
from tests.sources.stand_ins.vk import CUSTOMER, GROUP_TOKEN, NOW, SERVICE_TOKEN, USER_TOKEN, Fault, SmallVk
from tests.sources.stand_ins.vk_source import BOARD, Serve, opened, texts

MINUTE = timedelta(minutes=1)


@pytest.fixture
def vk() -> SmallVk:
    return SmallVk()


# --- what goes wrong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words", "error"),
    [
        (5, "User authorization failed: access_token has expired.", TokenRefused),
        (1117, "Access token has expired", TokenRefused),
        (27, "Group authorization failed: method is unavailable with group auth.", TokenRefused),
        (7, "Permission to perform this action is denied", TokenRefused),
        (15, "Access denied: this wall available only for community members", TokenRefused),
        (15, "Access denied: post was not found check post_id param", PageGone),
        (30, "This profile is private", TokenRefused),
        (203, "Access to group denied", TokenRefused),
        (6, "Too many requests per second", SourceBusy),
        (9, "Flood control", SourceBusy),
        (29, "Rate limit reached", SourceBusy),
        (14, "Captcha needed", CaptchaAsked),
        (17, "Validation required", CaptchaAsked),
        (3300, "Recaptcha needed", CaptchaAsked),
        (1, "Unknown error occurred", SourceDown),
        (10, "Internal server error", SourceDown),
        (3, "Unknown method passed", PageGone),
        (8, "Invalid request: versions below 5.81 are deprecated", PageGone),
        (8, "Invalid request", PageUnreadable),
        (23, "This method was disabled", PageGone),
        (100, "One of the parameters specified was missing or invalid: count", PageUnreadable),
        (125, "Invalid group id", PageGone),
        (777777, "a code of tomorrow", PageUnreadable),
    ],
)
async def test_each_code_of_vk_has_its_error(
    vk: SmallVk, serve: Serve, http: Http, code: int, words: str, error: type[SourceError]
) -> None:
    vk.faults = [Fault(code, words=words)]
    with pytest.raises(error, match=f"VK error {code}") as caught:
        await (await opened(vk, serve, http)).fetch(memory={}, now=NOW)
    assert isinstance(caught.value, error)


@pytest.mark.parametrize(("code", "seconds"), [(6, 1), (29, 3600), (9, None)])
async def test_how_long_vk_wants_to_be_left_alone(
    vk: SmallVk, serve: Serve, http: Http, code: int, seconds: float | None
) -> None:
    vk.faults = [Fault(code)]
    with pytest.raises(SourceBusy) as caught:
        await (await opened(vk, serve, http)).fetch(memory={}, now=NOW)
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("500", SourceDown),
        ("429", SourceBusy),
        ("html", PageUnreadable),
        ("cut", PageUnreadable),
        ("slow", SourceDown),
        ("lost", SourceDown),
        ("too_large", PageTooLarge),
    ],
)
async def test_answers_that_are_not_vks_have_their_errors(
    vk: SmallVk, serve: Serve, http: Http, what: str, error: type[SourceError]
) -> None:
    vk.comment(vk.post("допис"), "коментар")
    source = await opened(vk, serve, http)
    # An answer lost on a kept connection is asked for once more, as browsers do.
    vk.faults = [Fault(what, times=2)]
    with pytest.raises(error) as caught:
        await source.fetch(memory={}, now=NOW)
    assert caught.value.retry_after == (7 if what == "429" else None)


async def test_no_secret_shows_in_memory_errors_or_addresses(vk: SmallVk, serve: Serve, http: Http) -> None:
    vk.comment(vk.post("допис"), "коментар")
    source = await opened(vk, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    assert "SECRET" not in json.dumps(look.memory)
    assert all(isinstance(value, str) for value in look.memory.values())
    assert "SECRET" not in json.dumps([call for _, call in vk.calls])
    vk.faults = [Fault(5, words=f"User authorization failed: access_token={USER_TOKEN} is bad")]
    with pytest.raises(TokenRefused) as caught:
        await source.fetch(memory={}, now=NOW)
    assert "SECRET" not in str(caught.value)


async def test_without_a_token_nothing_is_asked(vk: SmallVk, serve: Serve, http: Http) -> None:
    with pytest.raises(TokenRefused):
        await (await opened(vk, serve, http, token="")).fetch(memory={}, now=NOW)
    assert not vk.asked


@pytest.mark.parametrize(
    "memory", [{"p:wall-777_1": "broken"}, {"p:x": "1", "deep": "soon"}, {"p:wall-777_1": "a,b,c,d,e,f|g=h"}]
)
async def test_a_memory_that_is_not_ours_is_forgotten(
    vk: SmallVk, serve: Serve, http: Http, memory: dict[str, str]
) -> None:
    own = vk.post("допис")
    look = await (await opened(vk, serve, http)).fetch(memory=memory, now=NOW)
    assert own in texts(look)


# --- check ------------------------------------------------------------------------------------------------------


async def test_check_names_the_community_and_its_newest_post(vk: SmallVk, serve: Serve, http: Http) -> None:
    vk.post("давній", ago=timedelta(days=1), pinned=True)
    vk.post("новий", CUSTOMER, ago=MINUTE)
    health = await (await opened(vk, serve, http)).check(now=NOW)
    assert (health.ok, health.newest and health.newest.text) == (True, "новий")
    assert "Вигаданий Оператор" in health.detail
    assert not vk.written


async def test_check_of_a_board_shows_the_newest_post_of_its_newest_topic(
    vk: SmallVk, serve: Serve, http: Http
) -> None:
    old, fresh = vk.topic("Давня", ago=timedelta(days=2), pinned=True), vk.topic("Свіжа")
    vk.comment(old, "давнє", ago=timedelta(days=1))
    vk.comment(fresh, "новіше", ago=2 * MINUTE)
    newest = vk.comment(fresh, "найновіше", ago=MINUTE)
    health = await (await opened(vk, serve, http, url=BOARD)).check(now=NOW)
    assert (health.newest and health.newest.external_id) == newest
    vk.topics.clear()
    assert (await (await opened(vk, serve, http, url=BOARD)).check(now=NOW)).newest is None


async def test_check_says_when_the_account_cannot_answer_for_the_community(
    vk: SmallVk, serve: Serve, http: Http
) -> None:
    vk.post("допис")
    vk.runs_it = False
    health = await (await opened(vk, serve, http)).check(now=NOW)
    assert (health.ok, "does not run the community" in health.detail) == (False, True)
    assert (await (await opened(vk, serve, http, write=False, token=SERVICE_TOKEN)).check(now=NOW)).ok


async def test_check_says_when_the_community_is_blocked_or_unknown(vk: SmallVk, serve: Serve, http: Http) -> None:
    vk.deactivated = "banned"
    assert not (await (await opened(vk, serve, http)).check(now=NOW)).ok
    with pytest.raises(PageGone, match="no community"):
        await (await opened(vk, serve, http, page="404")).check(now=NOW)


async def test_a_communitys_own_token_cannot_read_and_vk_says_so(vk: SmallVk, serve: Serve, http: Http) -> None:
    with pytest.raises(TokenRefused, match="unavailable with group auth"):
        await (await opened(vk, serve, http, token=GROUP_TOKEN)).check(now=NOW)
