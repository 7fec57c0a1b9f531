"""The YouTube source reading, over real HTTP, against a small Data API: new, edited, late, removed."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.domain.errors import PageUnreadable
from bot.domain.model import Look, SeenPost
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from bot.sources.youtube import YouTube
from tests.sources.stand_ins.youtube import CHANNEL, TOKEN, SmallYouTube

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tube() -> SmallYouTube:
    return SmallYouTube(NOW)


async def opened(tube: SmallYouTube, serve: Serve, http: Http, **options: Any) -> YouTube:
    origin = await serve({"/youtube/v3/{resource}": tube.answer})
    given = {"key": "yt", "page": CHANNEL, "token": TOKEN, "api_url": f"{origin}/youtube/v3"} | options
    return YouTube(SourceOptions(**given), http)


class Watch:
    """Looks again and again with the memory of the last look, as the scheduler does."""

    def __init__(self, source: YouTube, tube: SmallYouTube) -> None:
        self.source, self.tube, self.now = source, tube, NOW
        self.memory: dict[str, str] = {}

    async def look(self, later: timedelta = MINUTE) -> Look:
        self.now += later
        look = await self.source.fetch(memory=self.memory, now=self.now)
        self.memory = look.memory
        return look


def texts(look: Look) -> set[str]:
    return {post.text for post in look.posts}


def of(look: Look, external_id: str) -> SeenPost:
    return next(post for post in look.posts if post.external_id == external_id)


# --- reading --------------------------------------------------------------------------------------------------


async def test_a_comment_becomes_a_post_of_its_own_thread(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    own = tube.comment("Коли буде 5G?\nДякую 😡", "@abonent-1")
    (post,) = (await (await opened(tube, serve, http)).fetch(memory={}, now=NOW)).posts
    assert (post.external_id, post.container_id, post.parent_id) == (own, own, None)
    assert (post.author_id, post.author_name, post.text) == ("UC@abonent-1", "@abonent-1", "Коли буде 5G?\nДякую 😡")
    assert post.url == f"https://www.youtube.com/watch?v=vid00000001&lc={own}"
    assert (post.published_at, post.published_guess) == (NOW - HOUR, False)


async def test_plain_text_is_asked_for_and_nothing_else_than_needed(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    tube.comment("2 < 3 & <b>не жирне</b>")
    look = await (await opened(tube, serve, http)).fetch(memory={}, now=NOW)
    assert texts(look) == {"2 < 3 & <b>не жирне</b>"}
    assert [resource for _, resource, _ in tube.asked] == ["commentThreads"]


async def test_a_second_look_at_the_same_comments_is_unchanged(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    tube.reply(tube.comment("питання"), "відповідь")
    watch = Watch(await opened(tube, serve, http), tube)
    assert not (await watch.look()).unchanged
    again = await watch.look()
    assert (again.unchanged, again.posts, tube.calls("commentThreads"), tube.calls("comments")) == (True, (), 2, 0)


async def test_hidden_replies_are_read_page_by_page_and_the_thread_is_whole(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    top = tube.comment("питання", ago=3 * HOUR)
    for number in range(7):
        tube.reply(top, f"репліка {number}", f"@author{number}", ago=HOUR - number * MINUTE)
    tube.largest = 3
    watch = Watch(await opened(tube, serve, http), tube)
    look = await watch.look()
    assert texts(look) == {"питання", *(f"репліка {number}" for number in range(7))}
    assert tube.calls("comments") == 3
    assert look.containers_read == {top}
    assert {post.container_id for post in look.posts} == {top}
    assert (await watch.look()).unchanged
    assert tube.calls("comments") == 3


async def test_a_count_with_no_reply_shown_is_read_too(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    tube.shown = 0
    top = tube.comment("питання")
    tube.reply(top, "раз")
    tube.reply(top, "два")
    assert texts(await (await opened(tube, serve, http)).fetch(memory={}, now=NOW)) == {"питання", "раз", "два"}


async def test_a_new_comment_an_edit_and_a_new_reply_are_each_noticed(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    one, two = tube.comment("перше"), tube.comment("друге")
    watch = Watch(await opened(tube, serve, http), tube)
    await watch.look()
    tube.comment("третє", ago=timedelta())
    assert texts(await watch.look()) == {"третє"}
    tube.edit(one, "перше, виправлене")
    assert texts(await watch.look()) == {"перше, виправлене"}
    tube.reply(two, "і я теж")
    assert texts(await watch.look()) == {"друге", "і я теж"}


async def test_a_reply_says_whom_it_answers_by_its_first_name(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    tube.shown = 9
    top = tube.comment("питання", "@oksana", ago=9 * HOUR)
    ivan = tube.reply(top, "а в мене так", "@ivan", ago=4 * HOUR)
    second = tube.reply(top, "теж", "@ivan-2", ago=3 * HOUR)
    to_second = tube.reply(top, "@ivan-2\u00a0Перевіряємо", "@operator", ago=2 * HOUR)
    to_ivan = tube.reply(top, "@Ivan, дякуємо", "@operator", ago=HOUR)
    stranger = tube.reply(top, "@nobody хто це", "@operator", ago=MINUTE)
    look = await (await opened(tube, serve, http)).fetch(memory={}, now=NOW)
    parents = {post.external_id: post.parent_id for post in look.posts}
    assert parents == {top: None, ivan: top, second: top, to_second: second, to_ivan: ivan, stranger: top}


async def test_a_hidden_author_and_a_picture_alone_are_read_the_same_at_each_look(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    own = tube.comment("", picture="https://img.example/p.png")
    tube.comments[own].author = None
    source = await opened(tube, serve, http)
    first = of(await source.fetch(memory={}, now=NOW), own)
    assert (first.author_id, first.text) == (None, "📎")
    assert of(await source.fetch(memory={}, now=NOW), own) == first


async def test_an_empty_channel_is_quiet_and_held_comments_are_not_shown(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    tube.comment("на перевірці", held=True)
    look = await (await opened(tube, serve, http)).fetch(memory={}, now=NOW)
    assert (look.posts, look.unchanged) == ((), False)


# --- many threads, late replies, removals ---------------------------------------------------------------------


async def test_new_threads_are_listed_until_a_known_one_is_met(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    tube.largest = 2
    for number in range(4):
        tube.comment(f"давнє {number}", ago=DAY + number * HOUR)
    watch = Watch(await opened(tube, serve, http), tube)
    assert len((await watch.look()).posts) == 4
    for number in range(5):
        tube.comment(f"нове {number}", ago=timedelta(seconds=number))
    before = tube.calls("commentThreads")
    assert texts(await watch.look()) == {f"нове {number}" for number in range(5)}
    assert tube.calls("commentThreads") - before == 3


async def test_listing_is_bounded(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    tube.largest = 1
    for number in range(9):
        tube.comment(f"питання {number}", ago=number * MINUTE)
    look = await (await opened(tube, serve, http)).fetch(memory={}, now=NOW)
    assert texts(look) == {f"питання {number}" for number in range(5)}


async def test_a_late_reply_in_a_thread_no_longer_listed_is_found_by_the_sweep(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    old = tube.comment("давнє питання", ago=9 * DAY)
    watch = Watch(await opened(tube, serve, http), tube)
    await watch.look()
    tube.largest = 2
    for number in range(3):
        tube.comment(f"нове {number}", ago=number * MINUTE)
    await watch.look()
    tube.reply(old, "досі чекаю!", "@abonent")
    assert (await watch.look()).unchanged
    assert texts(await watch.look(10 * MINUTE)) == {"давнє питання", "досі чекаю!"}


async def test_what_was_removed_is_known_to_be_gone(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    tube.shown = 9
    kept, gone = tube.comment("лишиться", ago=2 * HOUR), tube.comment("зникне")
    reply = tube.reply(kept, "репліка зникне")
    watch = Watch(await opened(tube, serve, http), tube)
    await watch.look()
    tube.remove(gone)
    look = await watch.look()
    assert (set(look.containers_read), texts(look)) == ({gone}, set())
    tube.remove(reply)
    look = await watch.look()
    assert (set(look.containers_read), texts(look)) == ({kept}, {"лишиться"})
    assert (await watch.look()).unchanged


@pytest.mark.parametrize("strict_ids", [False, True])
async def test_of_many_threads_by_id_only_the_absent_ones_are_gone(
    tube: SmallYouTube, serve: Serve, http: Http, strict_ids: bool
) -> None:
    old = [tube.comment(f"давнє {number}", ago=9 * DAY + number * HOUR) for number in range(8)]
    watch = Watch(await opened(tube, serve, http), tube)
    await watch.look()
    tube.largest, tube.strict_ids = 2, strict_ids
    for number in range(3):
        tube.comment(f"нове {number}", ago=number * MINUTE)
    await watch.look()
    tube.remove(old[5])
    swept = await watch.look(10 * MINUTE)
    assert not swept.containers_read
    confirmed = await watch.look()
    assert confirmed.containers_read == {old[5]}
    assert (await watch.look()).unchanged


async def test_a_list_that_suddenly_shows_nothing_is_no_silence(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    tube.comment("питання")
    watch = Watch(await opened(tube, serve, http), tube)
    await watch.look()
    empty = {"kind": "youtube#commentThreadListResponse", "pageInfo": {"totalResults": 0}}
    plain = tube._threads
    tube._threads = lambda query, request: (  # type: ignore[method-assign]
        plain(query, request) if "id" in query else web.json_response(empty)
    )
    with pytest.raises(PageUnreadable, match="where there were some"):
        await watch.look()


async def test_when_every_comment_is_gone_they_are_gone(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    own = tube.comment("питання")
    watch = Watch(await opened(tube, serve, http), tube)
    await watch.look()
    tube.remove(own)
    assert (await watch.look()).containers_read == {own}


async def test_a_thread_with_hidden_replies_is_read_again_after_hours(
    tube: SmallYouTube, serve: Serve, http: Http
) -> None:
    tube.shown = 1
    top = tube.comment("питання", ago=2 * HOUR)
    deep = tube.reply(top, "глибоко", ago=HOUR)
    tube.reply(top, "зверху")
    watch = Watch(await opened(tube, serve, http), tube)
    await watch.look()
    tube.edit(deep, "глибоко, виправлено")
    assert (await watch.look()).unchanged
    assert "глибоко, виправлено" in texts(await watch.look(6 * HOUR))


async def test_old_replies_never_seen_do_not_come_up_with_a_new_one(
    tube: SmallYouTube, serve: Serve, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sources.youtube._FIRST_READS", 0)
    tube.shown = 1
    top = tube.comment("торішнє", ago=300 * DAY)
    tube.reply(top, "торішня репліка", ago=299 * DAY)
    tube.reply(top, "остання торішня", ago=298 * DAY)
    watch = Watch(await opened(tube, serve, http), tube)
    assert texts(await watch.look()) == {"торішнє", "остання торішня"}
    tube.reply(top, "а зараз?", "@abonent")
    look = await watch.look()
    assert texts(look) == {"торішнє", "а зараз?"}
    assert not look.containers_read


async def test_only_so_many_threads_are_read_in_one_look_and_the_rest_in_the_next(
    tube: SmallYouTube, serve: Serve, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sources.youtube._READS", 2)
    tube.shown, tops = 0, [tube.comment(f"питання {number}") for number in range(5)]
    watch = Watch(await opened(tube, serve, http), tube)
    await watch.look()
    for top in tops:
        tube.reply(top, f"під {top}")
    seen: set[str] = set()
    for reads in (2, 4, 5):
        seen |= {post.text for post in (await watch.look()).posts if post.parent_id}
        assert tube.calls("comments") == reads
    assert seen == {f"під {top}" for top in tops}
    assert (await watch.look()).unchanged


async def test_memory_is_strings_without_secrets_and_stays_small(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    for number in range(120):
        tube.comment(f"питання {number}", ago=number * MINUTE)
    look = await (await opened(tube, serve, http)).fetch(memory={}, now=NOW)
    stored = json.dumps(look.memory)
    assert all(isinstance(value, str) for value in look.memory.values())
    assert "SECRET" not in stored
    assert len(stored) < 120 * 110
    fresh = await opened(tube, serve, http)
    assert (await fresh.fetch(memory=json.loads(stored), now=NOW + MINUTE)).unchanged


async def test_a_damaged_memory_costs_a_reading_and_nothing_else(tube: SmallYouTube, serve: Serve, http: Http) -> None:
    own = tube.comment("питання")
    memory = {f"t:{own}": "???", "since": "x", "swept": "", "quota": "никакої"}
    look = await (await opened(tube, serve, http)).fetch(memory=memory, now=NOW)
    assert texts(look) == {"питання"}
