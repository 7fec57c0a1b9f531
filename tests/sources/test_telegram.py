"""The discussion group of a channel: messages become posts, answers stand in the group, every refusal has a name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.errors import (
    AddressRefused,
    NotMember,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyFlood,
    ReplyForbidden,
    ReplyRejected,
    ReplyTooLong,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import Measure, Metric, ReplyTarget
from bot.sandbox.telegram import CHANNEL_ID, DISCUSSION_ID, TOKEN, Discussion, World, add_to
from bot.sources import Http, SourceOptions
from bot.sources.answer import redact
from bot.sources.telegram import Telegram
from bot.sources.telegram_posts import parse_post

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GROUP = str(DISCUSSION_ID)
CHANNEL = {"id": CHANNEL_ID, "type": "channel", "title": "Оператор · новини"}
HALYNA = {"id": 1006, "is_bot": False, "first_name": "Галина", "last_name": "Вигадана"}


def message(number: int = 12, **fields: Any) -> dict[str, Any]:
    """A Message of the group, as the Bot API gives it."""
    body: dict[str, Any] = {
        "message_id": number,
        "from": HALYNA,
        "chat": {"id": DISCUSSION_ID, "type": "supergroup", "title": "Оператор · обговорення"},
        "date": int(NOW.timestamp()),
    }
    return body | fields


FORWARDED = message(10, sender_chat=CHANNEL, is_automatic_forward=True, text="Новий тариф «Супер 3D»\nдеталі")


# What a message says.


def test_a_comment_stands_under_the_post_of_the_channel() -> None:
    post = parse_post(message(text="А скільки коштує?", message_thread_id=10, reply_to_message=FORWARDED), group=GROUP)
    assert post is not None
    assert (post.external_id, post.container_id, post.parent_id) == ("12", "10", "10")
    assert (post.author_id, post.author_name, post.published_at) == ("1006", "Галина Вигадана", NOW)
    assert post.title == "Новий тариф «Супер 3D»"
    assert post.url == "https://t.me/c/1000000003/12?thread=10"


def test_an_answer_to_a_comment_stays_in_its_conversation() -> None:
    answered = message(12, text="А скільки коштує?")
    post = parse_post(message(13, text="Теж цікаво", message_thread_id=10, reply_to_message=answered), group=GROUP)
    assert post is not None
    assert (post.container_id, post.parent_id, post.title) == ("10", "12", "")


def test_a_message_of_its_own_begins_a_conversation() -> None:
    post = parse_post(message(14, text="Чому немає 4G?"), group=GROUP)
    assert post is not None
    assert (post.container_id, post.parent_id, post.url) == ("14", None, "https://t.me/c/1000000003/14")


@pytest.mark.parametrize(
    "who",
    [
        {"sender_chat": CHANNEL, "is_automatic_forward": True},
        {"sender_chat": {"id": DISCUSSION_ID, "type": "supergroup", "title": "Оператор · обговорення"}},
    ],
)
def test_the_channels_post_and_an_anonymous_administrator_speak_for_the_company(who: dict[str, Any]) -> None:
    post = parse_post(message(text="Лагодимо", **who), group=GROUP)
    assert post is not None
    assert post.author_id == GROUP


def test_who_writes_as_a_channel_goes_by_the_channel() -> None:
    other = {"id": -1009, "type": "channel", "title": "Чужий канал"}
    post = parse_post(message(text="Вітаю", sender_chat=other), group=GROUP)
    assert post is not None
    assert (post.author_id, post.author_name) == ("-1009", "Чужий канал")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"photo": [{}], "caption": "Що це?"}, "Що це?"),
        ({"photo": [{}]}, "📷"),
        ({"voice": {}}, "🎤"),
        ({"sticker": {"emoji": "😡"}}, "😡"),
        ({"sticker": {}}, "🖼"),
        (
            {
                "text": "🙂 ось тут",
                "entities": [{"type": "text_link", "offset": 3, "length": 7, "url": "https://a.b/c"}],
            },
            "🙂 ось тут (https://a.b/c)",
        ),
        ({"text": "Ціна?", "entities": [{"type": "bold", "offset": 0, "length": 5}]}, "Ціна?"),
        ({"text": "Ціна?", "entities": [{"type": "text_link", "offset": 900, "length": 5}, 7]}, "Ціна? ()"),
    ],
)
def test_the_words_of_a_message(fields: dict[str, Any], text: str) -> None:
    post = parse_post(message(**fields), group=GROUP)
    assert post is not None
    assert post.text == text


@pytest.mark.parametrize(
    "fields",
    [{"new_chat_members": [HALYNA]}, {"pinned_message": {}}, {"photo": [{}], "media_group_id": "7"}, {}],
)
def test_what_nobody_wrote_is_no_post(fields: dict[str, Any]) -> None:
    assert parse_post(message(**fields), group=GROUP) is None


def test_a_public_group_has_public_addresses() -> None:
    chat = {"id": DISCUSSION_ID, "type": "supergroup", "username": "operator_talk"}
    post = parse_post(message(text="Чому?", chat=chat), group=GROUP)
    assert post is not None
    assert post.url == "https://t.me/operator_talk/12"


def test_no_error_shows_the_bots_token() -> None:
    said = redact(f"https://api.telegram.org/bot{TOKEN}/sendMessage: cut off")
    assert said == "https://api.telegram.org/bot7000000001:…/sendMessage: cut off"


# The group over HTTP.


class Place:
    """The sandbox's Telegram, the discussion in it, and the source that answers there."""

    def __init__(self, origin: str, http: Http, world: World, talk: Discussion) -> None:
        self.origin, self.http, self.world, self.talk = origin, http, world, talk

    def source(self, **changes: Any) -> Telegram:
        options = SourceOptions(
            key="tg", page=GROUP, api_url=self.origin, token=TOKEN, official=frozenset({GROUP, str(CHANNEL_ID)})
        )
        return Telegram(replace(options, **changes), self.http)

    def target(self, number: int) -> ReplyTarget:
        return ReplyTarget("10", str(number), "Галина Вигадана", "1006", "питання", "https://t.me/c/1/2")


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    world, app = World(clock=NOW.timestamp), web.Application()
    world.limits.enabled = False
    add_to(app, world)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    async with Http(allow_private=True, gap=0) as http:
        yield Place(str(server.make_url("")).rstrip("/"), http, world, Discussion(world))
    await server.close()


async def test_an_answer_replies_to_the_customer_and_is_found_again(place: Place) -> None:
    asked = place.talk.comment("Чому немає 4G?", place.talk.publish("Новий тариф"))
    source, target = place.source(), place.target(asked)
    published = await source.publish(target, "Лагодимо, <b>до вечора</b>.", now=NOW)
    (stands,) = place.talk.answers(asked)
    assert stands["text"] == "Лагодимо, <b>до вечора</b>."
    assert published.external_id == str(stands["message_id"])
    assert published.published_at == NOW
    assert published.url == f"https://t.me/c/1000000003/{published.external_id}?thread={stands['message_thread_id']}"
    found = await source.find(replace(target, published=published), "Лагодимо", now=NOW)
    assert found is not None
    assert (found.external_id, found.url, found.parent_id) == (published.external_id, published.url, str(asked))
    place.talk.delete(int(str(published.external_id)))
    assert await source.find(replace(target, published=published), "Лагодимо", now=NOW) is None


async def test_what_telegram_gave_no_number_for_cannot_be_found(place: Place) -> None:
    assert await place.source().find(place.target(1), "Лагодимо", now=NOW) is None


async def test_an_answer_whose_fate_is_unknown_is_said_to_be(place: Place) -> None:
    asked = place.talk.comment("Чому немає 4G?")
    for how in ({"after": True, "status": 502}, {"after": True, "drop": True}, {"status": 500}):
        place.world.fail("sendMessage", **how)
        with pytest.raises(ReplyUnknown):
            await place.source().publish(place.target(asked), "Лагодимо", now=NOW)


async def test_a_group_with_too_much_writing_names_the_wait(place: Place) -> None:
    asked = place.talk.comment("Чому немає 4G?")
    place.world.fail("sendMessage", status=429, retry_after=17)
    with pytest.raises(ReplyFlood) as flood:
        await place.source().publish(place.target(asked), "Лагодимо", now=NOW)
    assert flood.value.retry_after == 17
    place.world.fail("getChatMember", status=429, retry_after=3)
    with pytest.raises(SourceBusy):
        await place.source().fetch(memory={}, now=NOW)


async def test_a_deleted_question_takes_no_answer(place: Place) -> None:
    asked = place.talk.comment("Чому немає 4G?")
    place.talk.delete(asked)
    with pytest.raises(PageGone):
        await place.source().publish(place.target(asked), "Лагодимо", now=NOW)
    assert place.talk.said() == []


async def test_a_text_too_long_is_not_sent(place: Place) -> None:
    asked = place.talk.comment("Чому немає 4G?")
    with pytest.raises(ReplyTooLong):
        await place.source().publish(place.target(asked), "🙂" * 2049, now=NOW)
    assert not place.world.calls


async def test_put_out_of_the_group(place: Place) -> None:
    asked = place.talk.comment("Чому немає 4G?")
    place.talk.group.members[place.world.bot.id] = "kicked"
    with pytest.raises(NotMember):
        await place.source().publish(place.target(asked), "Лагодимо", now=NOW)
    with pytest.raises(NotMember):
        await place.source().fetch(memory={}, now=NOW)


async def test_a_token_that_telegram_does_not_know(place: Place) -> None:
    with pytest.raises(TokenRefused):
        await place.source(token="7000000001:WRONG").fetch(memory={}, now=NOW)


async def test_a_look_only_proves_that_the_bot_is_there(place: Place) -> None:
    seen = await place.source().fetch(memory={"a": "b"}, now=NOW)
    assert (seen.posts, seen.unchanged, seen.memory) == ((), True, {"a": "b"})


async def test_the_check_says_what_the_bot_may(place: Place) -> None:
    healthy = await place.source().check(now=NOW)
    assert healthy.ok
    assert f"discussion of the channel {CHANNEL_ID}" in healthy.detail
    unofficial = await place.source(official=frozenset({GROUP})).check(now=NOW)
    assert f'official = ["{CHANNEL_ID}"]' in unofficial.detail
    place.talk.group.members[place.world.bot.id] = "member"
    deaf = await place.source().check(now=NOW)
    assert not deaf.ok
    assert "privacy mode" in deaf.detail
    place.world.privacy_mode = False
    assert (await place.source().check(now=NOW)).ok
    place.talk.group.linked = 0
    assert "not linked" in (await place.source().check(now=NOW)).detail


async def test_subscribers_of_the_channel_where_it_tells_them(place: Place) -> None:
    unseen = await place.source().measure(now=NOW)
    assert unseen == (Measure(Metric.FOLLOWERS, None), Measure(Metric.VIEWS, None))
    place.talk.channel.members[place.world.bot.id] = "administrator"
    assert (await place.source().measure(now=NOW))[0] == Measure(Metric.FOLLOWERS, 2)
    place.talk.group.linked = 0
    assert (await place.source().measure(now=NOW))[0] == Measure(Metric.FOLLOWERS, 4)


# Answers that the sandbox does not give.


@pytest.mark.parametrize(
    ("status", "body", "reading", "writing"),
    [
        (200, "<html>captive portal</html>", PageUnreadable, ReplyUnknown),
        (200, '{"ok": true, "resu', PageUnreadable, ReplyUnknown),
        (200, '{"ok": true, "result": 7}', PageUnreadable, ReplyUnknown),
        (302, "", AddressRefused, AddressRefused),
        (502, "<html>bad gateway</html>", SourceDown, ReplyUnknown),
        (401, '{"ok": false, "error_code": 401, "description": "Unauthorized"}', TokenRefused, TokenRefused),
        (400, '{"ok": false, "description": "Bad Request: TOPIC_CLOSED"}', ReplyClosed, ReplyClosed),
        (400, '{"ok": false, "description": "Bad Request: message is too long"}', ReplyTooLong, ReplyTooLong),
        (400, '{"ok": false, "description": "Bad Request: CHAT_WRITE_FORBIDDEN"}', ReplyForbidden, ReplyForbidden),
        (400, '{"ok": false, "description": "Bad Request: something new"}', PageUnreadable, ReplyRejected),
        (
            400,
            '{"ok": false, "description": "Bad Request: group chat was upgraded to a supergroup chat",'
            ' "parameters": {"migrate_to_chat_id": -1007}}',
            PageGone,
            PageGone,
        ),
    ],
)
async def test_each_refusal_has_its_name(
    status: int, body: str, reading: type[SourceError], writing: type[SourceError]
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type="text/html")

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    async with Http(allow_private=True, gap=0) as http:
        options = SourceOptions(key="tg", page=GROUP, api_url=str(server.make_url("")), token=TOKEN)
        source = Telegram(options, http)
        with pytest.raises(reading):
            await source.fetch(memory={}, now=NOW)
        with pytest.raises(writing):
            await source.publish(ReplyTarget("10", "12", "", None, "", ""), "Лагодимо", now=NOW)
    await server.close()
