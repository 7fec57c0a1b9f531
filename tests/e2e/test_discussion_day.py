"""A day in the discussion group of the company's channel: asked under a post, answered under the question."""

from __future__ import annotations

import pytest

from bot.sandbox.telegram import CHANNEL_ID, DISCUSSION_ID, OKSANA, Discussion
from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene

pytestmark = pytest.mark.process

ALONE = Setup(facebook=False, forum=False, starts=False)


async def opened(desk: Desk) -> Discussion:
    """The channel's group with the bot in it, and the bot started on it."""
    desk.forgive("message is not modified")  # how the answer is read back
    talk = Discussion(desk.world)
    table = (
        '\n[[community]]\nkey = "tg-news"\nname = "Канал новин"\nplatform = "telegram"\npoll_every = "1s"\n'
        f'page = "{DISCUSSION_ID}"\nofficial = ["{CHANNEL_ID}"]\n'
    )
    desk.bot.config.write_text(desk.bot.config.read_text("utf-8") + table, "utf-8")
    await desk.bot.start()
    await desk.until(lambda: "watching communities=1" in desk.bot.log, "the bot watches")
    return talk


@scene(ALONE)
async def test_a_question_under_a_post_is_answered_there(desk: Desk) -> None:
    talk = await opened(desk)
    news = talk.publish("Запускаємо новий тариф «Супер 3D»\nЧи є питання?")
    asked = talk.comment("А чому в Полтаві третій день немає мережі?", news)
    card = await desk.card("немає мережі")
    assert "✈️" in card.text
    assert "Запускаємо новий тариф" in card.text
    assert not desk.card_now("Чи є питання")
    talk.edit(asked, "А чому в Полтаві та Лубнах третій день немає мережі?")
    await card.shows("Лубнах")
    desk.taras.replies(card, "Лагодимо вежу, до вечора буде.")
    await card.shows("✅ Відповідь: Тарас")
    (answer,) = talk.answers(asked)
    assert answer["text"] == "Лагодимо вежу, до вечора буде."
    again = talk.comment("А інтернет теж буде?", answer["message_id"])
    await desk.posted("А інтернет теж буде?")
    assert talk.answers(again) == []


@scene(ALONE)
async def test_an_anonymous_administrator_answers_by_hand(desk: Desk) -> None:
    talk = await opened(desk)
    asked = talk.comment("Як перенести номер до вас?")
    card = await desk.card("перенести номер")
    talk.say_as_group("Зайдіть у «Мій оператор», розділ «Перенесення».", asked)
    await card.shows("на сторінці")


@scene(ALONE)
async def test_nothing_said_there_is_a_command_or_an_agents_word(desk: Desk) -> None:
    talk = await opened(desk)
    asked = talk.comment("Чому не працює інтернет?")
    card = await desk.card("не працює інтернет")
    desk.taras.replies(card, "Перевіряємо вузол.")
    await card.shows("✅ Відповідь: Тарас")
    talk.comment("/queue")
    talk.comment("/setup", by=OKSANA)
    await desk.until(lambda: any("Тут пишуть клієнти" in said for said in talk.said()), "the refusal")
    talk.comment("/setup")
    # An agent who answers there as a person answers as a customer would: it is no reply of the company.
    talk.comment("Чому ж так довго?", int(talk.answers(asked)[0]["message_id"]))
    await desk.posted("Чому ж так довго?")
    assert len(talk.said()) == 2
    assert desk.group != DISCUSSION_ID
