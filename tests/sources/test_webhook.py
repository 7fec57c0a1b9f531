"""The webhook source: answers handed over signed, once, and proved by the receiver's receipt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.domain.errors import (
    PageGone,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import ReplyTarget
from bot.sources import Http, SourceOptions
from bot.sources.signing import in_time, sign, signed
from bot.sources.webhook import Webhook, answer_key, parse_message
from tests.sources.stand_ins.receiver import Receiver

Serve = Callable[[Mapping[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]], Awaitable[str]]
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TARGET = ReplyTarget("m-1", "m-1", "Ганна Вигадана", "u1", "Чому?", "https://site.example/m-1")


@pytest.fixture
def receiver() -> Receiver:
    return Receiver(NOW)


async def opened(receiver: Receiver, serve: Serve, http: Http, **changes: Any) -> Webhook:
    origin = await serve({"/answers": receiver.answer})
    options = SourceOptions("site", url=f"{origin}/answers", token=receiver.secret)
    return Webhook(replace(options, **changes), http)


async def test_an_answer_is_handed_over_and_proved_by_its_receipt(receiver: Receiver, serve: Serve, http: Http) -> None:
    source = await opened(receiver, serve, http)
    published = await source.publish(TARGET, "Лагодимо.", now=NOW)
    assert (published.external_id, published.published_at) == ("answer-m-1", NOW)
    found = await source.find(TARGET, "Лагодимо.", now=NOW)
    assert found is not None
    assert (found.external_id, found.parent_id, found.author_id) == ("answer-m-1", "m-1", "company")
    assert (await source.find(TARGET, "Інше.", now=NOW)) is None


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_lost_answer_is_unknown_and_asked_for_by_its_key(
    receiver: Receiver, serve: Serve, http: Http, keeps: bool
) -> None:
    receiver.keeps, receiver.on_take = keeps, lambda: web.Response(status=502, text="<html>")
    source = await opened(receiver, serve, http)
    with pytest.raises(ReplyUnknown):
        await source.publish(TARGET, "Лагодимо.", now=NOW)
    assert (await source.find(TARGET, "Лагодимо.", now=NOW) is not None) is keeps
    assert receiver.posts == 1


async def test_the_same_answer_twice_is_taken_once(receiver: Receiver, serve: Serve, http: Http) -> None:
    source = await opened(receiver, serve, http)
    first = await source.publish(TARGET, "Лагодимо.", now=NOW)
    assert await source.publish(TARGET, "Лагодимо.", now=NOW + timedelta(seconds=30)) == first
    assert len(receiver.taken) == 1


async def test_taken_without_a_receipt_is_unknown(receiver: Receiver, serve: Serve, http: Http) -> None:
    receiver.on_take = lambda: web.json_response({"ok": True})
    with pytest.raises(ReplyUnknown, match="receipt"):
        await (await opened(receiver, serve, http)).publish(TARGET, "Лагодимо.", now=NOW)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (lambda: web.Response(status=401), TokenRefused),
        (lambda: web.Response(status=404), PageGone),
        (lambda: web.Response(status=429, headers={"Retry-After": "9"}), SourceBusy),
        (lambda: web.Response(status=422, text="text: forbidden word"), ReplyRejected),
        (lambda: web.Response(status=500), ReplyUnknown),
        (lambda: web.Response(status=408), SourceDown),
    ],
)
async def test_each_refusal_has_its_name(
    receiver: Receiver, serve: Serve, http: Http, fault: Callable[[], web.StreamResponse], kind: type[SourceError]
) -> None:
    receiver.failure = fault
    with pytest.raises(kind):
        await (await opened(receiver, serve, http)).publish(TARGET, "Лагодимо.", now=NOW)


async def test_a_secret_that_differs_is_refused(receiver: Receiver, serve: Serve, http: Http) -> None:
    with pytest.raises(TokenRefused, match="signature"):
        await (await opened(receiver, serve, http, token="another")).publish(TARGET, "Лагодимо.", now=NOW)


async def test_without_an_address_nothing_can_be_answered(receiver: Receiver, serve: Serve, http: Http) -> None:
    source = await opened(receiver, serve, http, url="")
    with pytest.raises(ReplyForbidden):
        await source.publish(TARGET, "Лагодимо.", now=NOW)
    assert not (await source.check(now=NOW)).ok
    assert (await (await opened(receiver, serve, http, url="", write=False)).check(now=NOW)).ok


async def test_check_asks_the_receiver_and_hands_nothing_over(receiver: Receiver, serve: Serve, http: Http) -> None:
    assert (await (await opened(receiver, serve, http)).check(now=NOW)).ok
    assert receiver.taken == {}
    look = await (await opened(receiver, serve, http)).fetch(memory={"a": "1"}, now=NOW)
    assert (look.unchanged, look.memory) == (True, {"a": "1"})


def test_a_message_keeps_what_it_says_and_is_never_in_the_future() -> None:
    raw = (
        '{"id":"m-1","text":"Чому?","thread":"t","parent":"m-0","title":"Скарга","url":"https://s.example/1",'
        '"author":{"id":"u1","name":"Ганна"},"published_at":"2027-01-01T10:00:00+02:00","stars":2}'
    )
    post = parse_message(raw.encode(), now=NOW)
    assert (post.external_id, post.container_id, post.parent_id, post.title) == ("m-1", "t", "m-0", "Скарга")
    assert (post.author_id, post.author_name, post.stars, post.published_at) == ("u1", "Ганна", 2, NOW)


def test_a_signature_holds_for_its_body_its_secret_and_its_time() -> None:
    headers = sign("s", b"body", NOW)
    stamp, signature = headers["X-Vidhuk-Timestamp"], headers["X-Vidhuk-Signature"]
    assert signed("s", b"body", stamp, signature)
    assert not signed("t", b"body", stamp, signature)
    assert not signed("s", b"other", stamp, signature)
    assert not signed("", b"body", stamp, signature)
    assert in_time(stamp, NOW + timedelta(minutes=4))
    assert not in_time(stamp, NOW + timedelta(minutes=6))
    assert not any(in_time(odd, NOW) for odd in ("", "-5", "1e9", "٣", "9" * 40))


def test_the_same_words_to_the_same_post_have_the_same_key() -> None:
    assert answer_key(TARGET, "а") == answer_key(TARGET, "а")
    assert answer_key(TARGET, "а") != answer_key(TARGET, "б")
    assert answer_key(TARGET, "а") != answer_key(replace(TARGET, external_id="m-2"), "а")
