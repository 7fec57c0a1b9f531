"""The feed source at work, over real HTTP, against a small site; what it refuses; that it never writes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.domain.errors import PageGone, PageTooLarge, PageUnreadable, ReplyClosed, SourceBusy, SourceDown, SourceError
from bot.domain.model import ReplyTarget
from bot.sources.feed import Feed
from bot.sources.http import Http
from bot.sources.options import SourceOptions
from tests.sources.stand_ins.feed import Item, SmallSite

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Mapping[str, Handler]], Awaitable[str]]

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEWS = Item("n1", "Новий тариф", "<p>Коштує 99 ₴</p>", NOW - HOUR, link="https://site.example/n1")
LATER = Item("n2", "Ремонт мережі", "<p>Сьогодні вночі</p>", NOW - HOUR / 2, link="https://site.example/n2")


@pytest.fixture
def site() -> SmallSite:
    return SmallSite(items=[NEWS])


async def opened(site: SmallSite, serve: Serve, http: Http, **options: Any) -> Feed:
    origin = await serve({"/feed": site.answer})
    given: dict[str, Any] = {"key": "news", "url": f"{origin}/feed", "write": False} | options
    return Feed(SourceOptions(**given), http)


async def test_an_entry_becomes_a_post_by_nobody(site: SmallSite, serve: Serve, http: Http) -> None:
    (post,) = (await (await opened(site, serve, http)).fetch(memory={}, now=NOW)).posts
    assert (post.external_id, post.container_id, post.url) == ("n1", "n1", "https://site.example/n1")
    assert (post.author_id, post.author_name) == (None, "")
    assert (post.title, post.text, post.published_at) == ("Новий тариф", "Коштує 99 ₴", NOW - HOUR)


@pytest.mark.parametrize("validators", [True, False])
async def test_an_unchanged_feed_is_not_parsed_again(
    site: SmallSite, serve: Serve, http: Http, validators: bool
) -> None:
    site.validators = validators
    source = await opened(site, serve, http)
    first = await source.fetch(memory={}, now=NOW)
    again = await source.fetch(memory=json.loads(json.dumps(first.memory)), now=NOW)
    assert (again.unchanged, again.posts) == (True, ())
    assert bool(site.asked[1]) is validators
    site.items.append(LATER)
    look = await source.fetch(memory=again.memory, now=NOW)
    assert [post.external_id for post in look.posts] == ["n2", "n1"]


async def test_an_entry_that_leaves_the_feed_is_not_called_removed(site: SmallSite, serve: Serve, http: Http) -> None:
    source = await opened(site, serve, http)
    first = await source.fetch(memory={}, now=NOW)
    site.items = [LATER]
    look = await source.fetch(memory=first.memory, now=NOW)
    assert [post.external_id for post in look.posts] == ["n2"]
    assert not look.containers_read


async def test_an_edited_entry_keeps_its_id_and_a_repeated_one_counts_once(
    site: SmallSite, serve: Serve, http: Http
) -> None:
    source = await opened(site, serve, http)
    first = await source.fetch(memory={}, now=NOW)
    edited = Item("n1", "Новий тариф", "<p>Коштує 89 ₴</p>", NOW - HOUR, link="https://site.example/n1")
    site.items = [edited, edited]
    (post,) = (await source.fetch(memory=first.memory, now=NOW)).posts
    assert (post.external_id, post.text) == ("n1", "Коштує 89 ₴")


@pytest.mark.parametrize("atom", [True, False])
async def test_a_feed_in_windows_1251_is_read(serve: Serve, http: Http, atom: bool) -> None:
    site = SmallSite(atom=atom, charset="windows-1251", items=[NEWS])
    (post,) = (await (await opened(site, serve, http)).fetch(memory={}, now=NOW)).posts
    assert (post.title, post.text) == ("Новий тариф", "Коштує 99 ₴")


async def test_a_feed_that_suddenly_has_no_entry_is_no_silence(site: SmallSite, serve: Serve, http: Http) -> None:
    source = await opened(site, serve, http)
    first = await source.fetch(memory={}, now=NOW)
    site.items = []
    with pytest.raises(PageUnreadable, match="where there were some"):
        await source.fetch(memory=first.memory, now=NOW)


async def test_a_feed_that_was_always_empty_is_quiet(serve: Serve, http: Http) -> None:
    source = await opened(SmallSite(), serve, http)
    look = await source.fetch(memory={}, now=NOW)
    assert look.posts == ()
    assert (await source.fetch(memory=look.memory, now=NOW)).unchanged


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (lambda: web.Response(text="<!doctype html><html><form>Увійдіть</form></html>"), PageUnreadable),
        (lambda: web.Response(text=""), PageUnreadable),
        (lambda: web.Response(text='{"error": 1}'), PageUnreadable),
        (lambda: web.Response(text="/etc/passwd"), PageUnreadable),
        (lambda: web.Response(body=SmallSite(items=[NEWS]).body()[:-120]), PageUnreadable),
        (lambda: web.Response(status=500), SourceDown),
        (lambda: web.Response(status=404), PageGone),
        (lambda: web.Response(status=410), PageGone),
        (lambda: web.Response(status=429, headers={"Retry-After": "7"}), SourceBusy),
        (lambda: web.Response(body=b"<rss>" + b" " * 6_000_000), PageTooLarge),
    ],
)
async def test_what_is_no_feed_has_its_error(
    site: SmallSite, serve: Serve, http: Http, failure: Callable[[], web.Response], error: type[SourceError]
) -> None:
    site.failure = failure
    with pytest.raises(error) as caught:
        await (await opened(site, serve, http)).fetch(memory={}, now=NOW)
    assert caught.type is error


async def test_the_server_says_when_to_come_again(site: SmallSite, serve: Serve, http: Http) -> None:
    site.failure = lambda: web.Response(status=429, headers={"Retry-After": "7"})
    with pytest.raises(SourceBusy) as caught:
        await (await opened(site, serve, http)).fetch(memory={}, now=NOW)
    assert caught.value.retry_after == 7


async def test_a_silent_server_is_down(serve: Serve) -> None:
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.Response()

    origin = await serve({"/feed": slow})
    async with Http(allow_private=True, gap=0, read_timeout=0.05) as hasty:
        with pytest.raises(SourceDown):
            await Feed(SourceOptions(key="news", url=f"{origin}/feed"), hasty).fetch(memory={}, now=NOW)
    release.set()


async def test_a_feed_takes_no_replies_and_nothing_is_sent(site: SmallSite, serve: Serve, http: Http) -> None:
    target = ReplyTarget("n1", "n1", "", None, "", "https://site.example/n1")
    with pytest.raises(ReplyClosed, match="a feed takes no replies"):
        await (await opened(site, serve, http)).publish(target, "Відповідь", now=NOW)
    assert not site.asked


async def test_an_answer_given_by_hand_is_found_where_the_feed_carries_it(serve: Serve, http: Http) -> None:
    asked = Item("https://forum.example/viewtopic.php?p=1#p1", "Борд • 4G", "де 4G?", NOW - HOUR, "Олена К")
    answer = Item("https://forum.example/viewtopic.php?p=2#p2", "Борд • Re: 4G", "Чинимо!", NOW, "Вигаданий Оператор")
    source = await opened(
        SmallSite(atom=True, items=[answer, asked]), serve, http, official=frozenset({"Вигаданий Оператор"})
    )
    posts = (await source.fetch(memory={}, now=NOW)).posts
    target = ReplyTarget(posts[1].container_id, posts[1].external_id, "Олена К", "Олена К", "", "")
    found = await source.find(target, "Чинимо!", now=NOW)
    assert found is not None
    assert found.external_id == answer.id
    assert await source.find(target, "де 4G?", now=NOW) is None


async def test_check_names_the_feed_and_wants_it_read_only(site: SmallSite, serve: Serve, http: Http) -> None:
    site.items.append(LATER)
    health = await (await opened(site, serve, http)).check(now=NOW)
    assert (health.ok, health.detail) == (True, "Новини & акції: 2 entries")
    assert health.newest is not None
    assert health.newest.external_id == "n2"
    health = await (await opened(site, serve, http, write=True)).check(now=NOW)
    assert not health.ok
    assert "write = false" in health.detail
