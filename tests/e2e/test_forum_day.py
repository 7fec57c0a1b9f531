"""A day on the forum: the same loop through log-in, quote and pages that several customers share."""

from __future__ import annotations

import pytest

from bot.sandbox.town.people import OFFICIAL_ACCOUNT
from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene

pytestmark = pytest.mark.process


def answers(desk: Desk, tid: int) -> list[str]:
    """The company's posts in a topic."""
    return [post.text for post in desk.forum.posts(tid) if post.account is desk.forum.official]


@scene(Setup(undo="1s"))
async def test_a_topic_becomes_a_card_and_the_answer_quotes_its_question(desk: Desk) -> None:
    asked = desk.shukach.opens("Роумінг", "Скільки коштує день роумінгу в Польщі? Пишіть на 0671234567")
    card = await desk.card("день роумінгу")
    assert "💬 Форум · shukach_4g" in card.text
    assert "Тема: Роумінг" in card.text
    assert "1234567" not in card.text
    assert not desk.requests("forum", "POST"), "reading needs no log-in"
    await desk.maria.taps(card, "claim")
    assert "Марія Показова" in (await desk.ivan.taps(card, "claim")).text

    desk.maria.replies(card, "День роумінгу в Польщі безкоштовний на всіх контрактах.")
    await card.shows("✅ Відповідь: Марія Показова за ")
    (answer,) = answers(desk, asked.tid)
    assert answer.startswith(f"[quote=\"shukach_4g\" pid='{asked.pid}'")
    assert answer.endswith("День роумінгу в Польщі безкоштовний на всіх контрактах.")
    assert "[/quote]" in answer
    pid = desk.forum.posts(asked.tid)[-1].pid
    assert any(f"pid={pid}" in link for link in card.links), card.links
    assert "1 відповідь на 1 питання" in (await desk.oksana.asks("/top")).text

    desk.shukach.writes(asked, "А в Чехії скільки?")
    await desk.posted("🔔 Марія Показова: shukach_4g пише знову")
    desk.maria.replies(card, "У Чехії так само.")
    await card.shows("✅ Відповідь: Марія Показова", "У Чехії так само.")
    await desk.looks(2)
    assert len(answers(desk, asked.tid)) == 2
    logins = [one for one in desk.requests("forum", "POST", "member.php") if "do_login" in one.body]
    assert len(logins) == 1, "the session is kept"


@scene(long=True)
async def test_a_follow_up_that_the_forum_merges_into_the_old_post_is_noticed(desk: Desk) -> None:
    asked = desk.shukach.opens("Тариф", "Дякую за новий тариф, класно вийшло!")
    desk.sova.opens("Покриття", "Коли буде 5G у Львові?")
    await desk.card("5G у Львові")
    merged = desk.shukach.writes(asked, "А як його підключити на другий номер?")
    assert merged.pid == asked.pid, "MyBB adds it to the post, and its list of topics shows nothing new"
    card = await desk.card("на другий номер", within=150)
    desk.taras.replies(card, "Надішліть *100# з другого номера.")
    await card.shows("✅ Відповідь: Тарас Зразковий")
    assert len(answers(desk, asked.tid)) == 1


@scene()
async def test_an_official_answer_in_the_topic_closes_the_card_and_credits_nobody(desk: Desk) -> None:
    asked = desk.shukach.opens("SIM", "Де поміняти SIM на eSIM?")
    card = await desk.card("поміняти SIM")
    desk.forum.reply(asked.tid, OFFICIAL_ACCOUNT, "У застосунку, за хвилину.")
    await card.shows("✅ Відповіли на сторінці за ", "У застосунку, за хвилину.")
    await card.offers()
    top = await desk.oksana.asks("/top")
    assert "Команда: 1 відповідь на 1 питання" in top.text
    assert "людина" not in top.text


@scene()
async def test_an_answer_to_nobody_in_particular_asks_a_person_whose_it_is(desk: Desk) -> None:
    topic = desk.shukach.opens("Аварія", "Чому немає світла на вежі у Бучі?")
    first = await desk.card("на вежі у Бучі")
    desk.sova.writes(topic, "І в Ірпені немає мережі, коли буде?")
    second = await desk.card("в Ірпені немає")
    desk.forum.reply(topic.tid, OFFICIAL_ACCOUNT, "Вітаємо! Бригада на місці, о 16:00 усе запрацює.")
    for card in (first, second):
        await card.shows("❔ Можливо, вже відповіли")
        await card.offers("claim", "dismiss", "snooze", "confirm")
    assert (await desk.maria.taps(first, "confirm")).text == "Дякую, закриваю картку."
    await first.shows("✅ Відповіли на сторінці", "о 16:00 усе запрацює")
    await desk.looks(2)
    assert "confirm" in second.verbs, "the other customer still waits"
    assert "Марія" not in first.text


@scene()
async def test_an_answer_that_names_its_customer_closes_that_card_alone(desk: Desk) -> None:
    topic = desk.shukach.opens("Рахунок", "За що зняли 50 грн?")
    mine = await desk.card("зняли 50 грн")
    desk.sova.writes(topic, "А в мене зняли 70 грн, чому?")
    other = await desk.card("зняли 70 грн")
    desk.forum.reply(topic.tid, OFFICIAL_ACCOUNT, "nichna_sova, це плата за роумінг, деталі в застосунку.")
    await other.shows("✅ Відповіли на сторінці")
    await desk.looks(2)
    await mine.offers("claim", "dismiss", "snooze")
    assert "❔" not in mine.text


@scene(Setup(forum_keys="write = false\n"))
async def test_where_the_bot_may_not_write_the_text_is_handed_over_and_its_appearance_credits_the_agent(
    desk: Desk,
) -> None:
    asked = desk.shukach.opens("Борг", "Звідки борг на рахунку?")
    card = await desk.card("Звідки борг")
    handed = await desk.answer(desk.taras.replies(card, "Це абонплата за минулий місяць, повернемо половину."))
    assert handed.text.startswith("📋 Текст готовий")
    copied = [button["copy_text"]["text"] for button in handed.buttons if "copy_text" in button]
    assert copied == ["Це абонплата за минулий місяць, повернемо половину."]
    await card.shows("📋 Текст готовий, публікує вручну: Тарас Зразковий")
    desk.forum.reply(asked.tid, OFFICIAL_ACCOUNT, "Це абонплата за минулий місяць, повернемо половину!")
    await card.shows("✅ Відповідь: Тарас Зразковий за ")
    assert not desk.requests("forum", "POST"), "the bot itself wrote nothing"
    assert "Ще 1 людина" in (await desk.oksana.asks("/top")).text
