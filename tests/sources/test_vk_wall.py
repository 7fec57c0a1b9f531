"""The VK source reading a wall, over real HTTP, against a strict local VK."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.domain.errors import PageUnreadable, TokenRefused
from bot.sources import Http
from tests.sources.stand_ins.vk import COMPANY, CUSTOMER, GROUP, NOW, OTHER, SmallVk, VkError, photo
from tests.sources.stand_ins.vk_source import Serve, opened, texts

MINUTE = timedelta(minutes=1)


@pytest.fixture
def vk() -> SmallVk:
    return SmallVk()


async def test_the_wall_and_all_comments_with_their_threads_are_read(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("Новий тариф", attachments=[photo(3)])
    asked = vk.post("Чому немає 4G? 😡", CUSTOMER)
    top = vk.comment(own, "Дорого!")
    nested = vk.comment(top, f"[id{CUSTOMER}|Тестовий], є й дешевші", COMPANY)
    deeper = vk.comment(nested, f"[club{GROUP}|Вигаданий Оператор], які саме?", OTHER)
    look = await (await opened(vk, serve, http)).fetch(memory={}, now=NOW)
    seen = {post.external_id: post for post in look.posts}
    assert set(seen) == {own, asked, top, nested, deeper}
    assert (seen[own].author_id, seen[own].author_name) == (str(COMPANY), "Вигаданий Оператор")
    assert (seen[own].container_id, seen[own].parent_id) == (own, None)
    assert seen[own].text == f"Новий тариф\n📎 photo https://vk.com/photo{CUSTOMER}_3"
    assert (seen[asked].author_id, seen[asked].author_name) == (str(CUSTOMER), "Тестовий Абонент")
    assert (seen[top].container_id, seen[top].parent_id, seen[top].published_at) == (own, own, NOW - 5 * MINUTE)
    assert (seen[nested].parent_id, seen[nested].text) == (top, "Тестовий, є й дешевші")
    assert seen[nested].quoted_authors == ("Тестовий Абонент",)
    assert (seen[deeper].parent_id, seen[deeper].quoted_authors) == (nested, ())
    number = deeper.rpartition("_r")[2]
    assert seen[deeper].url == f"https://vk.com/{own}?reply={number}&thread={top.rpartition('_r')[2]}"
    assert look.containers_read == {own, asked}


async def test_a_thread_longer_than_vk_sends_along_is_read_to_its_end(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("допис")
    top = vk.comment(own, "питання")
    answers = [vk.comment(top, f"відповідь {number}", OTHER) for number in range(130)]
    look = await (await opened(vk, serve, http)).fetch(memory={}, now=NOW)
    assert set(texts(look)) == {own, top, *answers}
    assert len(look.posts) == 132
    assert vk.asked == ["wall.get", "wall.getComments", "wall.getComments", "wall.getComments"]
    assert look.containers_read == {own}


async def test_many_comments_come_page_by_page_newest_first(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("допис")
    made = [vk.comment(own, f"коментар {number}") for number in range(250)]
    look = await (await opened(vk, serve, http)).fetch(memory={}, now=NOW)
    assert [post.external_id for post in look.posts] == [own, *reversed(made)]
    assert [call["offset"] for _, call in vk.calls if "offset" in call] == ["100", "200"]


async def test_the_first_look_at_a_very_long_list_is_bounded(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("допис")
    made = [vk.comment(own, f"коментар {number}") for number in range(900)]
    source = await opened(vk, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    assert [post.external_id for post in look.posts][1:] == made[:-401:-1]
    assert not look.containers_read
    assert (await source.fetch(memory=look.memory, now=NOW + MINUTE)).unchanged


async def test_a_quiet_wall_costs_one_call(vk: SmallVk, serve: Serve, http: Http) -> None:
    vk.comment(vk.post("допис"), "коментар")
    source = await opened(vk, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    vk.asked.clear()
    look = await source.fetch(memory=memory, now=NOW + MINUTE)
    assert (look.unchanged, look.posts) == (True, ())
    assert vk.asked == ["wall.get"]
    again = await source.fetch(memory=json.loads(json.dumps(look.memory)), now=NOW + 2 * MINUTE)
    assert again.unchanged


async def test_only_the_post_with_news_is_read_again(vk: SmallVk, serve: Serve, http: Http) -> None:
    quiet, busy = vk.post("тихо"), vk.post("гамірно")
    for own in (quiet, busy):
        vk.comment(own, "давнє", ago=timedelta(hours=3))
    source = await opened(vk, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    vk.calls.clear()
    new = vk.comment(busy, "нове", ago=MINUTE)
    look = await source.fetch(memory=memory, now=NOW + MINUTE)
    assert texts(look)[new] == "нове"
    assert [call.get("post_id") for _, call in vk.calls] == [None, busy.rpartition("_")[2]]


async def test_a_late_answer_in_an_old_thread_is_noticed_at_once(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("допис", ago=timedelta(days=9))
    first = vk.comment(own, "перше", ago=timedelta(days=8))
    for number in range(220):
        vk.comment(own, f"коментар {number}", ago=timedelta(days=7))
    source = await opened(vk, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    late = vk.comment(first, "а мені так і не відповіли", ago=MINUTE)
    look = await source.fetch(memory=memory, now=NOW + MINUTE)
    assert texts(look)[late] == "а мені так і не відповіли"


async def test_a_late_answer_in_a_long_thread_costs_its_newest_page_alone(
    vk: SmallVk, serve: Serve, http: Http
) -> None:
    own = vk.post("допис")
    long, other = vk.comment(own, "довга"), vk.comment(own, "інша довга")
    for number in range(150):
        vk.comment(long, f"відповідь {number}", OTHER)
    for number in range(20):
        vk.comment(other, f"відповідь {number}", OTHER)
    source = await opened(vk, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    late = vk.comment(long, "пізня", ago=MINUTE)
    vk.calls.clear()
    look = await source.fetch(memory=memory, now=NOW + MINUTE)
    assert late in texts(look)
    assert [call.get("comment_id") for _, call in vk.calls] == [None, None, long.rpartition("_r")[2]]
    assert not look.containers_read


async def test_a_removed_comment_is_known_to_be_gone(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("допис")
    stays, goes = vk.comment(own, "лишиться"), vk.comment(own, "зникне")
    source = await opened(vk, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    vk.remove(goes)
    look = await source.fetch(memory=memory, now=NOW + MINUTE)
    assert look.containers_read == {own}
    assert set(texts(look)) == {own, stays}


async def test_a_comment_removed_from_a_later_page_is_known_to_be_gone(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("допис")
    made = [vk.comment(own, f"коментар {number}") for number in range(150)]
    source = await opened(vk, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    vk.remove(made[0])
    look = await source.fetch(memory=memory, now=NOW + MINUTE)
    assert look.containers_read == {own}
    assert set(texts(look)) == {own, *made[1:]}


async def test_a_removed_comment_with_answers_is_gone_and_its_answers_are_not(
    vk: SmallVk, serve: Serve, http: Http
) -> None:
    own = vk.post("допис")
    top = vk.comment(own, "зникне")
    answer = vk.comment(top, "лишиться", OTHER)
    vk.remove(top)
    look = await (await opened(vk, serve, http)).fetch(memory={}, now=NOW)
    assert set(texts(look)) == {own, answer}
    assert look.containers_read == {own}
    assert look.posts[-1].parent_id == top


async def test_an_edited_post_is_read_again_with_the_list(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("було", CUSTOMER)
    source = await opened(vk, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    vk.entry(own).text = "стало"
    assert texts(await source.fetch(memory=memory, now=NOW + MINUTE))[own] == "стало"


async def test_an_edited_comment_is_found_by_the_sweep(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("допис")
    asked = vk.comment(own, "було")
    source = await opened(vk, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    vk.said(asked).text = "стало"
    assert (await source.fetch(memory=memory, now=NOW + 4 * MINUTE)).unchanged
    assert texts(await source.fetch(memory=memory, now=NOW + 6 * MINUTE))[asked] == "стало"


async def test_a_removed_post_is_gone_once_vk_does_not_know_it_by_its_number(
    vk: SmallVk, serve: Serve, http: Http
) -> None:
    kept, gone = vk.post("лишиться", ago=timedelta(hours=5)), vk.post("зникне", CUSTOMER)
    vk.comment(kept, "коментар")
    vk.comment(gone, "коментар")
    source = await opened(vk, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    vk.remove(gone)
    vk.asked.clear()
    look = await source.fetch(memory=memory, now=NOW + MINUTE)
    assert look.containers_read == {gone}
    assert set(texts(look)) == {kept}
    assert vk.asked == ["wall.get", "wall.getById"]
    vk.asked.clear()
    assert (await source.fetch(memory=look.memory, now=NOW + 2 * MINUTE)).unchanged
    assert vk.asked == ["wall.get"]


async def test_an_empty_list_where_posts_still_are_is_no_silence(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("допис")
    vk.comment(own, "коментар")
    source = await opened(vk, serve, http)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    vk._wall = lambda asked: {"count": 0, "items": [], "profiles": [], "groups": []}  # type: ignore[method-assign]
    with pytest.raises(PageUnreadable, match="list is empty"):
        await source.fetch(memory=memory, now=NOW + MINUTE)
    vk.posts.clear()
    assert (await source.fetch(memory=memory, now=NOW + MINUTE)).containers_read == {own}


async def test_an_empty_wall_is_empty(vk: SmallVk, serve: Serve, http: Http) -> None:
    look = await (await opened(vk, serve, http)).fetch(memory={}, now=NOW)
    assert (look.posts, look.unchanged) == ((), False)


async def test_a_pinned_post_stands_first_and_harms_nothing(vk: SmallVk, serve: Serve, http: Http) -> None:
    pinned = vk.post("Закріплено", ago=timedelta(days=300), pinned=True)
    vk.comment(pinned, "давнє", ago=timedelta(days=299))
    fresh = [vk.post(f"допис {number}", ago=number * timedelta(hours=1)) for number in range(40)]
    source = await opened(vk, serve, http)
    first = await source.fetch(memory={}, now=NOW)
    assert set(fresh) < set(texts(first))
    vk.asked.clear()
    assert (await source.fetch(memory=first.memory, now=NOW + MINUTE)).unchanged
    assert vk.asked == ["wall.get"]


async def test_a_comment_that_arrives_while_pages_are_read_comes_once(vk: SmallVk, serve: Serve, http: Http) -> None:
    own = vk.post("допис")
    for number in range(150):
        vk.comment(own, f"коментар {number}")
    plain, pages = vk._wall_comments, []

    def arriving(asked: dict[str, object]) -> dict[str, object]:
        pages.append(plain(asked))
        vk.comment(own, "щойно")
        return pages[-1]

    vk._wall_comments = arriving  # type: ignore[method-assign]
    look = await (await opened(vk, serve, http)).fetch(memory={}, now=NOW)
    assert len(pages) == 2
    assert len({post.external_id for post in look.posts}) == len(look.posts) == 151
    assert not look.containers_read


async def test_comments_closed_on_one_post_do_not_hide_the_others(vk: SmallVk, serve: Serve, http: Http) -> None:
    hidden, plain = vk.post("закрито"), vk.post("відкрито")
    vk.comment(hidden, "невидиме")
    seen = vk.comment(plain, "видиме")
    vk.hidden_posts = {int(hidden.rpartition("_")[2])}
    source = await opened(vk, serve, http)
    look = await source.fetch(memory={}, now=NOW)
    assert set(texts(look)) == {hidden, plain, seen}
    assert look.containers_read == {plain}
    assert (await source.fetch(memory=look.memory, now=NOW + MINUTE)).unchanged


async def test_a_wall_whose_every_comment_is_hidden_is_an_alarm(vk: SmallVk, serve: Serve, http: Http) -> None:
    hidden = vk.post("закрито")
    vk.comment(hidden, "невидиме")
    vk.hidden_posts = {int(hidden.rpartition("_")[2])}
    with pytest.raises(TokenRefused, match="212"):
        await (await opened(vk, serve, http)).fetch(memory={}, now=NOW)


async def test_progress_is_kept_when_vk_loses_patience(vk: SmallVk, serve: Serve, http: Http) -> None:
    first, second = vk.post("раз", ago=timedelta(hours=2)), vk.post("два")
    unread, read = vk.comment(first, "коментар"), vk.comment(second, "коментар")
    plain = vk._wall_comments

    def tired(asked: dict[str, str]) -> dict[str, object]:
        if asked["post_id"] == first.rpartition("_")[2]:
            raise VkError(6, "Too many requests per second")
        return plain(asked)

    source = await opened(vk, serve, http)
    vk._wall_comments = tired  # type: ignore[method-assign]
    look = await source.fetch(memory={}, now=NOW)
    assert (set(texts(look)), set(look.containers_read)) == ({first, second, read}, {second})
    vk._wall_comments = plain  # type: ignore[method-assign]
    look = await source.fetch(memory=look.memory, now=NOW)
    assert (set(texts(look)), set(look.containers_read)) == ({first, second, unread}, {first})
