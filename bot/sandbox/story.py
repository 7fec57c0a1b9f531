"""A short story that the demo tells by itself, in four languages and five places: questions, thanks, an angry word."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.sandbox.server import Sandbox
from bot.sandbox.telegram import GROUP_ID, OKSANA, TARAS

PATIENCE = 60.0
"""Seconds to wait for the bot before the story goes on without it."""
BEAT = 4.0
"""Seconds between two turns of the story: time to read."""


def set_the_scene(sandbox: Sandbox, now: float) -> None:
    """What stood on the pages before the bot looked for the first time: it gets no cards."""
    hour = 3600.0
    sandbox.facebook.page_post(
        "Доброго ранку! Ми на зв'язку щодня: пишіть сюди про мережу, тарифи й рахунки.", at=now - 30 * hour
    )
    sandbox.forum.new_topic(
        "kyivstar_official",
        "Як з нами зв'язатися",
        "Вітаємо! Це офіційна тема. Пишіть свої питання на цьому форумі, відповідаємо щодня.",
        at=now - 50 * hour,
    )
    sandbox.forum.new_topic(
        "nichna_sova", "Дякую за підтримку вночі", "Учора о другій ночі допомогли з SIM. Респект!", at=now - 28 * hour
    )
    sandbox.town.vk.page_post("Доброго дня! Новини, тарифи, ваші питання: усе тут.", at=now - 40 * hour)
    sandbox.town.old_forum.new_topic(
        "sample_ivan", "Хто на якому тарифі", "Просто цікаво, хто чим користується. Я на «Лайті».", at=now - 45 * hour
    )
    sandbox.town.reviews.write("Леся Пробна", "Зручний застосунок, усе під рукою.", 5, at=now - 30 * hour)


async def tell(sandbox: Sandbox) -> None:
    """Play the story beside the visitor: customers in the town, Taras and Oksana in the group."""
    facebook, forum, world = sandbox.facebook, sandbox.forum, sandbox.world
    first = facebook.visitor_post(
        "Ганна Вигадана", "Третій день немає інтернету на Подолі, а гроші зняли. Коли це вже полагодять?"
    )
    card = await _card(sandbox, "Третій день немає")
    await asyncio.sleep(BEAT)
    forum.new_topic(
        "shukach_4g", "Роумінг у Польщі", "Підкажіть будь ласка, як підключити роумінг у Польщі і скільки коштує день?"
    )
    if card:
        world.press(TARAS, card, f"claim:{_thread_of(card)}")
        await asyncio.sleep(BEAT)
        world.say(
            TARAS,
            GROUP_ID,
            "Пані Ганно, перепрошуємо! На Подолі аварія, бригада вже працює, зв'язок буде до 18:00. "
            "Гроші за ці дні повернемо сьогодні.",
            reply_to=card["message_id"],
        )
    await asyncio.sleep(BEAT)
    facebook.comment(facebook.posts()[-1].id, "Iryna Example", "Hi! How do I turn on 5G for my number?")
    await asyncio.sleep(BEAT)
    wall = sandbox.town.vk
    charged = "Почему с меня сняли 50 гривен за услугу, которую я не заказывал?"
    wall.comment(wall.posts()[-1].id, "Микола Незадоволений", charged)
    await asyncio.sleep(BEAT)
    sandbox.town.old_forum.new_topic(
        "дядько Приклад", "Не ловить дома", "Хлопці, шо робить, третій день дома нема связі, тільки на вулиці ловить."
    )
    await asyncio.sleep(BEAT)
    sandbox.town.reviews.write("Петро Уявний", "Після оновлення не можу увійти, код не приходить. Що робити?", 1)
    await _answered(sandbox, first.id)
    await asyncio.sleep(BEAT)
    facebook.visitor_post("Леся Пробна", "Дякую команді, швидко допомогли з eSIM! 💛")
    await asyncio.sleep(BEAT)
    facebook.comment(first.id, "Ганна Вигадана", "Уже 18:30, а зв'язку так і немає! Скільки ще чекати?!")
    await asyncio.sleep(2 * BEAT)
    world.say(OKSANA, GROUP_ID, "/top")


async def _card(sandbox: Sandbox, words: str) -> dict[str, Any] | None:
    """The card that shows these words, once it is in the group."""
    for _ in range(int(PATIENCE / 0.2)):
        for message in sandbox.world.messages(GROUP_ID):
            if words in message.get("text", "") and _thread_of(message):
                return message
        await asyncio.sleep(0.2)
    return None


async def _answered(sandbox: Sandbox, post_id: str) -> None:
    """Wait until the company's answer stands beneath the post."""
    page = sandbox.facebook.page_id
    for _ in range(int(PATIENCE / 0.2)):
        if any(comment.author.id == page for comment in sandbox.facebook.comments(post_id)):
            return
        await asyncio.sleep(0.2)


def _thread_of(message: dict[str, Any]) -> str:
    """The thread's number on the card's claim button; empty where there is none."""
    for row in message.get("reply_markup", {}).get("inline_keyboard", []):
        for button in row:
            verb, _, number = button.get("callback_data", "").partition(":")
            if verb == "claim":
                return str(number)
    return ""
