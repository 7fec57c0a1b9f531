"""The VK source reading a discussion board or one topic of it, and addresses that name neither."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.errors import PageGone
from bot.sources import Http
from tests.sources.stand_ins.vk import ADMIN, COMPANY, CUSTOMER, GROUP, NOW, SmallVk, VkError
from tests.sources.stand_ins.vk_source import BOARD, Serve, opened, texts

MINUTE = timedelta(minutes=1)


@pytest.fixture
def vk() -> SmallVk:
    return SmallVk()


async def test_a_board_is_read_topic_by_topic(vk: SmallVk, serve: Serve, http: Http) -> None:
    topic, empty = vk.topic("Питання й відповіді"), vk.topic("Порожня")
    asked = vk.comment(topic, "Не працює інтернет")
    number = asked.rpartition("_r")[2]
    answer = vk.comment(topic, f"[id{CUSTOMER}:bp-{GROUP}_{number}|Тестовий], перезавантажте", COMPANY)
    look = await (await opened(vk, serve, http, url=BOARD)).fetch(memory={}, now=NOW)
    seen = {post.external_id: post for post in look.posts}
    assert set(seen) == {asked, answer}
    assert (seen[asked].container_id, seen[asked].parent_id, seen[asked].title) == (topic, None, "Питання й відповіді")
    assert seen[asked].url == f"https://vk.com/{topic}?post={number}"
    assert (seen[answer].author_id, seen[answer].parent_id) == (str(COMPANY), asked)
    assert (seen[answer].text, seen[answer].quoted_authors) == ("Тестовий, перезавантажте", ("Тестовий Абонент",))
    assert look.containers_read == {topic, empty}


async def test_a_late_post_in_an_old_long_topic_costs_one_page(vk: SmallVk, serve: Serve, http: Http) -> None:
    pinned, topic = vk.topic("Правила", pinned=True), vk.topic("Давня", ago=timedelta(days=400))
    vk.comment(pinned, "прочитайте", ADMIN)
    for number in range(600):
        vk.comment(topic, f"давнє {number}", ago=timedelta(days=200))
    source = await opened(vk, serve, http, url=BOARD)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    late = vk.comment(topic, "нове", ago=MINUTE)
    vk.asked.clear()
    look = await source.fetch(memory=memory, now=NOW + MINUTE)
    assert late in texts(look)
    assert vk.asked == ["board.getTopics", "board.getComments"]
    vk.asked.clear()
    assert (await source.fetch(memory=look.memory, now=NOW + 2 * MINUTE)).unchanged
    assert vk.asked == ["board.getTopics"]


async def test_a_reading_broken_off_between_pages_loses_nothing(vk: SmallVk, serve: Serve, http: Http) -> None:
    long, short = vk.topic("Довга"), vk.topic("Коротка")
    for topic in (long, short):
        vk.comment(topic, "давнє", ago=timedelta(hours=2))
    source = await opened(vk, serve, http, url=BOARD)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    new = {vk.comment(long, f"нове {number}") for number in range(150)}
    read = vk.comment(short, "нове", ago=MINUTE)
    plain = vk._board_comments

    def tired(asked: dict[str, str]) -> dict[str, object]:
        if "offset" in asked:
            raise VkError(10, "Internal server error")
        return plain(asked)

    vk._board_comments = tired  # type: ignore[method-assign]
    half = await source.fetch(memory=memory, now=NOW + MINUTE)
    assert read in texts(half)
    vk._board_comments = plain  # type: ignore[method-assign]
    assert new <= set(texts(await source.fetch(memory=half.memory, now=NOW + 2 * MINUTE)))


async def test_one_topic_named_in_the_settings_is_read_alone(vk: SmallVk, serve: Serve, http: Http) -> None:
    wanted, other = vk.topic("Наша"), vk.topic("Чужа")
    asked = vk.comment(wanted, "питання")
    vk.comment(other, "не нам")
    source = await opened(vk, serve, http, url=f"https://vk.com/{wanted}")
    look = await source.fetch(memory={}, now=NOW)
    assert set(texts(look)) == {asked}
    vk.remove(wanted)
    with pytest.raises(PageGone, match="not on the board"):
        await source.fetch(memory=look.memory, now=NOW)


async def test_a_removed_topic_and_a_removed_post_in_one_are_gone(vk: SmallVk, serve: Serve, http: Http) -> None:
    topic, gone = vk.topic("Лишиться"), vk.topic("Зникне")
    stays, goes = vk.comment(topic, "лишиться"), vk.comment(topic, "зникне")
    vk.comment(gone, "разом з темою")
    source = await opened(vk, serve, http, url=BOARD)
    memory = (await source.fetch(memory={}, now=NOW)).memory
    vk.remove(gone)
    vk.remove(goes)
    look = await source.fetch(memory=memory, now=NOW + MINUTE)
    assert look.containers_read == {topic, gone}
    assert set(texts(look)) == {stays}


async def test_what_is_remembered_of_the_wall_is_not_taken_for_the_board(vk: SmallVk, serve: Serve, http: Http) -> None:
    vk.comment(vk.post("допис"), "коментар")
    memory = (await (await opened(vk, serve, http)).fetch(memory={}, now=NOW)).memory
    topic = vk.topic("Тема")
    vk.comment(topic, "питання")
    look = await (await opened(vk, serve, http, url=BOARD)).fetch(memory=memory, now=NOW + MINUTE)
    assert look.containers_read == {topic}


@pytest.mark.parametrize(
    ("page", "url"),
    [
        (str(GROUP), "https://vk.com/board1"),
        (str(GROUP), f"https://vk.com/topic-{GROUP}"),
        (str(GROUP), "https://vk.com/topic-1_5"),
        (str(GROUP), f"https://vk.com/wall-{GROUP}_5"),
        (str(GROUP), "https://vk.com/some/where"),
        ("sample_operator", ""),
        ("", ""),
    ],
)
async def test_an_address_that_names_no_place_of_the_community_is_said(
    vk: SmallVk, serve: Serve, http: Http, page: str, url: str
) -> None:
    source = await opened(vk, serve, http, page=page, url=url)
    with pytest.raises(PageGone, match="is to"):
        await source.fetch(memory={}, now=NOW)
    with pytest.raises(PageGone, match="is to"):
        await source.check(now=NOW)
    assert not vk.asked


@pytest.mark.parametrize(
    "url", ["https://vk.com/sample_operator", f"https://vk.com/wall-{GROUP}", f"https://vk.ru/club{GROUP}"]
)
async def test_an_address_of_the_community_itself_means_its_wall(
    vk: SmallVk, serve: Serve, http: Http, url: str
) -> None:
    own = vk.post("допис")
    assert set(texts(await (await opened(vk, serve, http, url=url)).fetch(memory={}, now=NOW))) == {own}
