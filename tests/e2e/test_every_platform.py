"""A question from a community of every kind becomes a card, and the answer given in Telegram stands there, once."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bot.sources import SOURCES
from tests.e2e import world_of_platforms as world
from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene
from tests.sources.stand_ins import googleplay

pytestmark = pytest.mark.process

ALONE = Setup(facebook=False, forum=False, starts=False)
ELSEWHERE = {"facebook", "mybb", "forum", "telegram"}
"""Days of their own: test_facebook_day, test_forum_day, test_operators, test_discussion_day."""


async def plays(desk: Desk, *names: str) -> None:
    """Ask in each of these communities, answer each card, and see every answer on its page."""
    kinds = {name: world.kinds()[name]() for name in names}
    async with watching(desk, kinds):
        for name, kind in kinds.items():
            asked = kind.asks(f"Чому третій день немає мережі в {name}?")
            if inspect.isawaitable(asked):
                await asked
        for name, kind in kinds.items():
            card = await desk.card(f"немає мережі в {name}")
            desk.taras.replies(card, f"Лагодимо в {name}, до вечора буде.")
            if name == "feed":
                await desk.posted("Лагодимо в feed")
                continue
            await desk.until(lambda kind=kind: kind.stands(), f"the answer on {name}")  # type: ignore[misc]
            kind.lets_through()
            await card.shows("✅ Відповідь: Тарас")
            (stands,) = kind.stands()
            assert f"Лагодимо в {name}, до вечора буде." in stands


@asynccontextmanager
async def watching(desk: Desk, kinds: Mapping[str, world.Kind]) -> AsyncIterator[None]:
    """The stand-ins served, and the bot started on them."""
    async with AsyncExitStack() as stack:
        text, secrets = desk.bot.config.read_text("utf-8"), dict[str, str]()
        for name, kind in kinds.items():
            origin = await world.opened(stack, kind)
            text = kind.extra + text
            text += f'\n[[community]]\nkey = "{name}"\nname = "Місце {name}"\npoll_every = "1s"\nlookback = "366d"\n'
            text += kind.table.replace("{origin}", origin)
            secrets |= {f"VIDHUK_{name.upper()}_{what}": value for what, value in kind.secrets(origin).items()}
        desk.bot.config.write_text(text, "utf-8")
        desk.bot.knows(secrets)
        await desk.bot.start()
        await desk.until(lambda: f"watching communities={len(kinds)}" in desk.bot.log, "the bot watches")
        yield


def test_every_platform_has_its_day() -> None:
    assert set(SOURCES) == set(world.kinds()) | ELSEWHERE & set(SOURCES)


@scene(ALONE, long=True)
async def test_networks(desk: Desk) -> None:
    await plays(desk, "vk", "youtube", "instagram")


@scene(ALONE, long=True)
async def test_reviews_and_forms(desk: Desk) -> None:
    await plays(desk, "googleplay", "appstore", "webhook")


@scene(ALONE, long=True)
async def test_forums_of_php(desk: Desk) -> None:
    await plays(desk, "phpbb", "smf", "vbulletin")


@scene(ALONE, long=True)
async def test_other_forums(desk: Desk) -> None:
    await plays(desk, "xenforo", "ucoz", "ips")


@scene(ALONE, long=True)
async def test_boards_by_json_and_feeds(desk: Desk) -> None:
    await plays(desk, "discourse", "nodebb", "feed")


@scene(ALONE, long=True)
async def test_an_answer_that_would_take_anothers_place_waits_for_a_word_of_its_own(desk: Desk) -> None:
    play = googleplay.SmallPlay(world.now())
    async with watching(desk, {"googleplay": world.play_kind(play)}):
        review = play.review("Чому не відкривається застосунок?", 1)
        card = await desk.card("не відкривається застосунок")
        assert "★☆☆☆☆" in card.text
        play.answer(review, "Оновіть до 1.1")
        await card.shows("на сторінці")
        play.edit(review, "Оновив, і все одно чому не працює?", 2)
        await card.shows("★★☆☆☆")
        desk.taras.replies(card, "Зателефонуємо вам сьогодні.")
        refused = await desk.posted("Там уже стоїть відповідь компанії")
        assert "Зателефонуємо вам сьогодні." in refused.text
        assert play.reviews[review].answer == "Оновіть до 1.1"
        await desk.taras.taps(refused, "replace")
        await card.shows("✅ Відповідь: Тарас")
        assert play.reviews[review].answer == "Зателефонуємо вам сьогодні."
