"""The YouTube source writing, over real HTTP: sent once, read back, refused in plain words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.domain.errors import (
    PageGone,
    ReplyClosed,
    ReplyRejected,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.domain.model import ReplyTarget
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.youtube import YouTube
from bot.sources.youtube_quota import Quota, until_reset
from tests.sources.stand_ins.youtube import CHANNEL, KEY, READER, TOKEN, SmallYouTube, refused

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def tube() -> SmallYouTube:
    return SmallYouTube(NOW)


async def opened(tube: SmallYouTube, serve: Serve, http: Http, **options: Any) -> YouTube:
    origin = await serve({"/youtube/v3/{resource}": tube.answer})
    given = {"key": "yt", "page": CHANNEL, "token": TOKEN, "api_url": f"{origin}/youtube/v3"} | options
    return YouTube(SourceOptions(**given), http)


def target(tube: SmallYouTube, own_id: str) -> ReplyTarget:
    one = tube.comments[own_id]
    top = one.parent or one.id
    return ReplyTarget(top, own_id, one.name, one.author, one.text, f"https://www.youtube.com/watch?v=vid1&lc={own_id}")


async def test_a_reply_is_published_in_its_thread_and_found_again(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    asked = tube.comment("Чому немає 4G?")
    source = await opened(tube, serve, http)
    published = await source.publish(target(tube, asked), "Перевіряємо ₴ 👨‍👩‍👧\n<b>", now=NOW)
    (written,) = tube.written()
    assert (written.parent, written.text) == (asked, "Перевіряємо ₴ 👨‍👩‍👧\n<b>")
    assert published.external_id == written.id
    assert published.url == f"https://www.youtube.com/watch?v=vid1&lc={written.id}"
    assert published.published_at == NOW
    found = await source.find(target(tube, asked), "Перевіряємо ₴  👨‍👩‍👧\n<b> ", now=NOW)
    assert found is not None
    assert (found.external_id, found.parent_id, found.author_id) == (written.id, asked, CHANNEL)
    assert await source.find(target(tube, asked), "Інше", now=NOW) is None


async def test_an_answer_to_a_reply_goes_to_its_author_by_name(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    top = tube.comment("питання", "@ivan", ago=2 * HOUR)
    nested = tube.reply(top, "і в мене", "@oksana", ago=HOUR)
    source = await opened(tube, serve, http)
    await source.publish(target(tube, nested), "Перевіряємо", now=NOW)
    (written,) = tube.written()
    assert (written.parent, written.text) == (top, "@oksana Перевіряємо")
    found = await source.find(target(tube, nested), "Перевіряємо", now=NOW)
    assert found is not None
    assert (found.external_id, found.parent_id) == (written.id, nested)
    # The same words to the thread's opener are another answer, which nobody gave.
    assert await source.find(target(tube, top), "Перевіряємо", now=NOW) is None
    await source.publish(target(tube, nested), "@Oksana, вже працює", now=NOW)
    assert tube.written()[1].text == "@Oksana, вже працює"


async def test_neither_a_customers_same_words_nor_our_older_ones_are_our_reply(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    top = tube.comment("питання", ago=3 * HOUR)
    tube.reply(top, "@abonent Дякуємо!", "@operator", ago=2 * HOUR)
    nested = tube.reply(top, "а тепер?", "@abonent", ago=HOUR)
    tube.reply(top, "@abonent Дякуємо!", "@oksana")
    assert await (await opened(tube, serve, http)).find(target(tube, nested), "Дякуємо!", now=NOW) is None


async def test_a_reply_is_found_among_many(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    top = tube.comment("питання", ago=3 * HOUR)
    source = await opened(tube, serve, http)
    await source.publish(target(tube, top), "Відповідь", now=NOW)
    tube.largest = 4
    for number in range(8):
        tube.reply(top, f"репліка {number}", ago=number * timedelta(seconds=1) - HOUR)
    assert await source.find(target(tube, top), "Відповідь", now=NOW) is not None
    tube.largest = 2
    before = tube.calls("comments")
    assert await source.find(target(tube, top), "Відповідь", now=NOW) is None
    assert tube.calls("comments") - before == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refused(403, "commentsDisabled"), ReplyClosed),
        (refused(400, "parentCommentIsPrivate"), ReplyClosed),
        (refused(400, "operationNotSupported"), ReplyClosed),
        (refused(403, "forbidden"), TokenRefused),
        (refused(403, "insufficientPermissions"), TokenRefused),
        (refused(403, "ineligibleAccount"), TokenRefused),
        (refused(401, "authError"), TokenRefused),
        (refused(400, "processingFailure"), ReplyRejected),
        (refused(400, "commentTextTooLong"), ReplyRejected),
        (refused(400, "invalidCommentMetadata"), ReplyRejected),
        (refused(404, "parentCommentNotFound"), PageGone),
        (refused(404, "commentThreadNotFound"), PageGone),
        (refused(403, "quotaExceeded"), SourceBusy),
        (refused(403, "rateLimitExceeded"), SourceBusy),
        (refused(500, "backendError"), ReplyUnknown),
        (lambda: web.Response(status=502), ReplyUnknown),
        (lambda: web.Response(text="<html>Увійдіть</html>"), ReplyUnknown),
        (lambda: web.Response(text='{"kind": "youtube#comm'), ReplyUnknown),
        (lambda: web.json_response({}), ReplyUnknown),
    ],
)
async def test_a_refused_reply_says_why_and_is_sent_once(
    tube: SmallYouTube, serve: Serve, http: Http, answer: Callable[[], web.Response], error: type[SourceError]
) -> None:
    asked = tube.comment("питання")
    tube.on_insert, tube.keeps = answer, False
    with pytest.raises(error) as caught:
        await (await opened(tube, serve, http)).publish(target(tube, asked), "Відповідь", now=NOW)
    assert caught.type is error
    assert "SECRET" not in repr(caught.value)
    assert [method for method, _, _ in tube.asked] == ["POST"]


async def test_a_lost_answer_is_unknown_and_the_reply_is_found(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    asked = tube.comment("питання")
    tube.on_insert = lambda: web.Response(status=504)
    source = await opened(tube, serve, http)
    with pytest.raises(ReplyUnknown):
        await source.publish(target(tube, asked), "Дійшло", now=NOW)
    assert await source.find(target(tube, asked), "Дійшло", now=NOW) is not None
    assert len(tube.written()) == 1


async def test_where_nobody_listens_nothing_was_sent(tube: SmallYouTube, http: Http) -> None:
    asked = tube.comment("питання")
    options = SourceOptions(key="yt", page=CHANNEL, token=TOKEN, api_url="http://127.0.0.1:9/youtube/v3")
    with pytest.raises(SourceDown):
        await YouTube(options, http).publish(target(tube, asked), "Відповідь", now=NOW)


async def test_an_api_key_never_tries_to_write(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    asked = tube.comment("питання")
    with pytest.raises(TokenRefused, match="OAuth access token"):
        await (await opened(tube, serve, http, token=KEY)).publish(target(tube, asked), "Відповідь", now=NOW)
    assert not tube.asked


async def test_a_token_without_the_right_and_a_thread_that_is_gone(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    asked = tube.comment("питання")
    where = target(tube, asked)
    with pytest.raises(TokenRefused, match="insufficientPermissions"):
        await (await opened(tube, serve, http, token=READER)).publish(where, "Відповідь", now=NOW)
    tube.remove(asked)
    with pytest.raises(PageGone):
        await (await opened(tube, serve, http)).publish(where, "Відповідь", now=NOW)


async def test_the_next_look_sees_our_reply_and_what_it_cost(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    asked = tube.comment("питання")
    source = await opened(tube, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    await source.publish(target(tube, asked), "Відповідь", now=NOW)
    look = await source.fetch(memory=look.memory, now=NOW + timedelta(minutes=1))
    assert {post.text for post in look.posts if post.author_id == CHANNEL} == {"Відповідь"}
    assert look.memory["quota"] == "2026-11-23 52/10000"
    assert tube.units == 52


async def test_the_reserve_that_stops_reading_still_lets_answers_out(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    asked = tube.comment("питання")
    source = await opened(tube, serve, http)
    with pytest.raises(SourceBusy):
        await source.fetch(memory={"quota": "2026-11-23 9999/10000"}, now=NOW)
    await source.publish(target(tube, asked), "Відповідь", now=NOW)
    assert await source.find(target(tube, asked), "Відповідь", now=NOW) is not None


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), 1 / 60),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), 24),
        (datetime(2026, 11, 1, 7, 0, tzinfo=UTC), 25),
        (datetime(2027, 3, 14, 8, 0, tzinfo=UTC), 23),
    ],
)
def test_the_reset_is_midnight_pacific_also_on_the_days_the_clock_changes(now: datetime, hours: float) -> None:
    assert until_reset(now) == pytest.approx(hours * 3600)


def test_a_count_of_another_day_or_of_nonsense_is_not_taken_over() -> None:
    for kept in ("2026-11-22 9000/10000", "2026-11-23", "", "x 5/10000"):
        quota = Quota()
        quota.load(kept, NOW)
        assert quota.left(NOW) == 10_000
