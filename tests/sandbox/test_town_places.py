"""The further places of the town, by the product's own sources and as people use them: VK-like, old forum, app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.errors import LoginRefused, ReplyFlood, ReplyOverwrites, SourceBusy, SourceDown, TokenRefused
from bot.domain.model import Metric, ReplyTarget, SeenPost
from bot.sandbox.town import Facebook, Forum, Town, add_to
from bot.sandbox.town.faults import Fault
from bot.sandbox.town.people import OFFICIAL_ACCOUNT, OFFICIAL_SECRET
from bot.sandbox.town.reviews_api import ROOT
from bot.sandbox.town.vk import USER_TOKEN
from bot.sources import Http, Measured, Source, SourceOptions, make_source

ANSWER = "Лагодимо, до вечора буде."


@dataclass
class Place:
    """The town, served, and the product's client."""

    town: Town
    address: str
    http: Http

    def source(self, platform: str, **options: Any) -> Source:
        return make_source(platform, options=replace(SourceOptions("here"), **options), http=self.http)

    def vk(self, token: str = USER_TOKEN) -> Source:
        return self.source("vk", page=self.town.vk.page_id, api_url=f"{self.address}/vk/method", token=token)

    def play(self) -> Source:
        token = self.town.play.key_file(self.address)
        return self.source("googleplay", page=self.town.reviews.package, api_url=self.address + ROOT, token=token)

    def board(self, password: str = OFFICIAL_SECRET) -> Source:
        return self.source(
            "vbulletin",
            url=f"{self.address}/vb/forumdisplay.php?f=2",
            charset="windows-1251",
            username=OFFICIAL_ACCOUNT,
            password=password,
            official=frozenset({OFFICIAL_ACCOUNT}),
            timezone="Europe/Kyiv",
        )


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    app = web.Application()
    town = add_to(app, Facebook(), Forum(flood_seconds=0))
    town.old_forum.flood_seconds = 0
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    async with Http(allow_private=True, gap=0) as http:
        yield Place(town, str(server.make_url("")).rstrip("/"), http)
    await server.close()


async def seen(source: Source, words: str) -> SeenPost:
    look = await source.fetch(memory={}, now=now())
    return next(post for post in look.posts if words in post.text)


def now() -> datetime:
    return datetime.now(UTC)


def target(post: SeenPost) -> ReplyTarget:
    return ReplyTarget(post.container_id, post.external_id, post.author_name, post.author_id, post.text, post.url)


async def answered(source: Source, words: str) -> SeenPost:
    """The post with these words, answered, and the answer read back."""
    post = await seen(source, words)
    assert await source.find(target(post), ANSWER, now=now()) is None
    await source.publish(target(post), ANSWER, now=now())
    found = await source.find(target(post), ANSWER, now=now())
    assert found is not None
    return post


async def test_a_comment_on_the_wall_is_read_and_answered_by_vks_interface(place: Place) -> None:
    wall = place.town.vk
    news = wall.page_post("Новий тариф")
    asked = wall.comment(news.id, "Микола Незадоволений", "Почему сняли деньги?")
    under = wall.comment(asked.id, "Ганна Вигадана", "Теж зняли!")
    post = await answered(place.vk(), "Почему сняли")
    assert post.author_name == "Микола Незадоволений"
    assert (await seen(place.vk(), "Теж зняли")).parent_id == post.external_id
    (_, answer) = [one for one in wall.comments(asked.id) if one.id != asked.id]
    assert (answer.text, answer.author.id, answer.parent_id) == (ANSWER, wall.page_id, asked.id)
    assert under.parent_id == asked.id
    assert (await place.vk().check(now=now())).ok


async def test_visitors_write_on_the_walls_page_and_see_the_answer(place: Place) -> None:
    async with aiohttp.ClientSession() as session:
        said = {"author": "Леся Пробна", "text": "Чому немає 4G у Лубнах?"}
        async with session.post(f"{place.address}/vk/write", json=said) as answer:
            assert answer.status == 200
        await answered(place.vk(), "4G у Лубнах")
        async with session.get(f"{place.address}/vk/state") as answer:
            (post,) = (await answer.json())["posts"]
        async with session.get(f"{place.address}{post['link']}") as page:
            assert 'data-base="/vk"' in await page.text()
    assert [one["text"] for one in post["comments"]] == [ANSWER]
    assert post["comments"][0]["official"] is True


async def test_the_page_counts_as_the_graph_does_and_what_it_lacks_is_no_zero(place: Place) -> None:
    page = place.town.facebook
    post = page.page_post("Новий тариф")
    api_url = f"{place.address}/graph/v26.0"
    source = place.source("facebook", page=page.page_id, api_url=api_url, token=page.page_token)
    assert isinstance(source, Measured)
    figures = {(one.metric, one.container_id): one.value for one in await source.measure(now=now())}
    assert figures[Metric.FOLLOWERS, ""] == 12_345
    assert figures[Metric.SHARES, post.id] is None
    assert figures[Metric.REACTIONS, post.id] == 0


async def test_vks_refusals_have_their_names(place: Place) -> None:
    place.town.vk.page_post("Новий тариф")
    with pytest.raises(TokenRefused):
        await place.vk("another").fetch(memory={}, now=now())
    place.town.order("vk", Fault("429"))
    with pytest.raises(SourceBusy):
        await place.vk().fetch(memory={}, now=now())


async def test_a_review_is_read_with_its_stars_and_answered_once(place: Place) -> None:
    place.town.reviews.write("Петро Уявний", "Не можу увійти, що робити?", 1)
    source = place.play()
    post = await answered(source, "Не можу увійти")
    assert (post.stars, post.author_name) == (1, "Петро Уявний")
    (review,) = place.town.reviews.newest()
    assert review.answer == ANSWER
    with pytest.raises(ReplyOverwrites):
        await source.publish(target(post), "Інше", now=now())
    place.town.order("play", Fault("500", times=9))
    with pytest.raises(SourceDown):
        await place.play().fetch(memory={}, now=now())


async def test_a_customer_reviews_and_changes_their_mind_on_the_apps_page(place: Place) -> None:
    async with aiohttp.ClientSession() as session:

        async def says(path: str, **said: object) -> tuple[int, dict[str, object]]:
            async with session.post(f"{place.address}/play/{path}", json=said) as answer:
                return answer.status, await answer.json()

        assert await says("write", author="Леся Пробна", text="Добре", stars="") == (422, {"refused": "stars"})
        assert await says("write", author="Леся Пробна", text=" ", stars="5") == (422, {"refused": "empty"})
        status, review = await says("write", author="Леся Пробна", text="Добре", stars="5")
        assert status == 200
        edit = {"id": review["id"], "text": "Уже ні", "stars": "2"}
        assert (await says("edit", **edit, author="Петро Уявний"))[0] == 403
        assert (await says("edit", **edit, author="Леся Пробна"))[0] == 200
        async with session.get(f"{place.address}/play/state") as answer:
            state = await answer.json()
    assert state["app"]["mean"] == 2
    assert [(one["text"], one["stars"], one["edited"]) for one in state["reviews"]] == [("Уже ні", 2, True)]


async def test_the_old_forum_is_read_in_its_charset_and_answered_through_its_form(place: Place) -> None:
    forum = place.town.old_forum
    asked = forum.new_topic("дядько Приклад", "Не ловить", "Ґанок є, їжак є, а зв’язку — нема! Ціна < 5 грн?")
    forum.reply(asked.tid, "nichna_sova", "[QUOTE=дядько Приклад;1]зв’язку нема[/QUOTE]\nІ в мене")
    post = await answered(place.board(), "Ґанок є, їжак є")
    assert post.text == "Ґанок є, їжак є, а зв’язку — нема! Ціна < 5 грн?"
    assert (post.author_name, post.title) == ("дядько Приклад", "Не ловить")
    neighbour = await seen(place.board(), "І в мене")
    assert neighbour.text == "І в мене"
    assert neighbour.quoted_authors == ("дядько Приклад",)
    answer = forum.topics[asked.tid].last
    assert answer.account is forum.official
    assert answer.text.endswith(ANSWER)


async def test_the_old_forums_refusals_have_their_names(place: Place) -> None:
    forum = place.town.old_forum
    asked = forum.new_topic("sample_ivan", "Питання", "Чому немає 4G?")
    other = forum.new_topic("sample_ivan", "Питання ще", "Чому немає 3G?")
    with pytest.raises(LoginRefused):
        await place.board("wrong").publish(target(await seen(place.board(), "4G")), ANSWER, now=now())
    forum.flood_seconds = 60
    source = place.board()
    await source.publish(target(await seen(source, "4G")), ANSWER, now=now())
    with pytest.raises(ReplyFlood) as flood:
        await source.publish(target(await seen(source, "3G")), ANSWER, now=now())
    assert flood.value.retry_after is not None
    assert 50 < flood.value.retry_after <= 62
    assert [len(forum.topics[tid].posts) for tid in (asked.tid, other.tid)] == [2, 1]


async def test_a_member_logs_in_and_opens_a_thread_by_hand(place: Place) -> None:
    address = f"{place.address}/vb"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get(f"{address}/newthread.php?do=newthread&f=2") as page:
            assert "не маєте прав" in await page.text()
        form = {"vb_login_username": "nichna_sova", "vb_login_password": "sandbox-sova"}
        form |= {"do": "login", "securitytoken": "guest"}
        async with session.post(f"{address}/login.php?do=login", data=form) as page:
            assert "Дякуємо, що зайшли" in await page.text()
        async with session.get(f"{address}/newthread.php?do=newthread&f=2") as page:
            token = (await page.text()).partition('name="securitytoken" value="')[2].partition('"')[0]
        words = {"subject": "Ще питання", "message": "Як повернути гроші?", "do": "postthread"}
        body = "&".join(f"{name}={_encoded(value)}" for name, value in {**words, "securitytoken": token}.items())
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        async with session.post(f"{address}/newthread.php?do=postthread&f=2", data=body, headers=headers) as page:
            assert "Дякуємо за повідомлення" in await page.text()
    assert (await seen(place.board(), "Як повернути гроші?")).author_name == "nichna_sova"


def _encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("windows-1251"))
