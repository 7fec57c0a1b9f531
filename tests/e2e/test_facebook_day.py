"""A day on the company's Facebook page: from a visitor's question to the answer that stands beneath it."""

from __future__ import annotations

import pytest

from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene

pytestmark = pytest.mark.process

WORD_JOINER = "\u2060"
"""Stands invisibly where an @name or a /command of a stranger would otherwise come alive."""


@scene(Setup(undo="1s", signature="— {agent}, Компанія"))
async def test_a_question_is_claimed_by_one_answered_once_and_counted(desk: Desk) -> None:
    asked = desk.hanna.asks("Чому третій день немає інтернету? Мій номер 067 123 45 67")
    card = await desk.card("третій день")
    assert card.text.startswith("🆕 Нове питання")
    assert "📘 Сторінка · Ганна Вигадана" in card.text
    assert "Чому тут:" in card.text
    assert "123 45" not in card.text, "a phone number is masked before it reaches the group"
    assert card.labels == ["🙋 Беру", "🚫 Не потребує", "💤 Відкласти", "🏷", "🔗 Відкрити"]
    assert card.links == [desk.facebook.link(asked, desk.sandbox.address)]
    await desk.until(lambda: "Чекають: 1" in desk.board, "the board counts the question")

    assert (await desk.taras.taps(card, "claim")).text == "Питання ваше. Відповідайте на цю картку."
    refused = await desk.maria.taps(card, "claim")
    assert refused.alert
    assert refused.text == "Уже взято: Тарас Зразковий, щойно."
    await card.shows("🙋 Взято: Тарас Зразковий")
    assert card.labels[0] == "↩️ Віддати"

    written = desk.taras.replies(card, "Пані Ганно, перепрошуємо. Бригада вже працює, буде до 18:00.")
    draft = await desk.answer(written)
    assert draft.text.startswith("✍️ Чернетка · Ганна Вигадана")
    assert draft.labels == ["Надіслати зараз", "Скасувати"]
    assert not desk.facebook.comments(asked.id), "nothing is published inside the undo window"

    await card.shows("✅ Відповідь: Тарас Зразковий за ", "дивитися")
    (answer,) = desk.facebook.comments(asked.id)
    assert answer.author.id == desk.facebook.page_id
    assert answer.text == "Пані Ганно, перепрошуємо. Бригада вже працює, буде до 18:00.\n— Тарас, Компанія"
    assert desk.facebook.link(answer, desk.sandbox.address) in card.links
    assert not card.verbs, "an answered card has nothing left to tap but the link"
    await draft.shows("✅ Відповідь на сторінці")

    top = await desk.oksana.asks("/top")
    assert "1 відповідь на 1 питання (100 %)" in top.text
    await desk.until(lambda: "Ніхто не чекає" in desk.board, "the board is empty again")
    await desk.looks(2)
    assert len(desk.facebook.comments(asked.id)) == 1
    assert len(desk.requests("graph", "POST")) == 1


@scene()
async def test_what_a_stranger_writes_pings_nobody_and_changes_no_markup(desk: Desk) -> None:
    desk.hanna.asks(
        "Коли полагодите? @taras_demo @oksana_demo /release /top@vidhuk_demo_bot <b>жирно</b> "
        '<a href="tg://user?id=1002">Тарас</a> &lt;i&gt; #тег $UAH'
    )
    card = await desk.card("Коли полагодите?")
    assert "<b>жирно</b>" in card.text.replace(WORD_JOINER, ""), "markup of a stranger is shown, never obeyed"
    assert "&lt;i&gt;" in card.text
    kinds = {entity["type"] for entity in card.entities}
    assert not kinds & {"mention", "text_mention", "bot_command"}, kinds
    await desk.until(lambda: "Коли полагодите?" in desk.board, "the question on the board")
    on_board = {entity["type"] for entity in desk.pinned.entities}
    assert not on_board & {"mention", "text_mention", "bot_command"}, on_board


@scene()
async def test_a_follow_up_reopens_the_card_and_pings_the_same_agent(desk: Desk) -> None:
    asked = desk.hanna.asks("Коли буде 4G у Крячках?")
    card = await desk.card("4G у Крячках")
    desk.taras.replies(card, "Плануємо до кінця місяця.")
    await card.shows("✅ Відповідь: Тарас Зразковий")

    desk.hanna.comments(asked, "А чому так довго? Обіцяли ще влітку!")
    ping = await desk.posted("🔔 Тарас Зразковий: Ганна Вигадана пише знову")
    mentioned = [entity["user"]["id"] for entity in ping.entities if entity["type"] == "text_mention"]
    assert mentioned == [desk.taras.id], "a mention that makes the agent's own telephone ring"
    assert ping.replies_to == card.message_id
    await card.shows("Обіцяли ще влітку", "Плануємо до кінця місяця.", "Попередня відповідь (Тарас Зразковий)")
    await card.offers("claim", "dismiss", "snooze")

    second = desk.taras.replies(ping, "Затримало обладнання, тепер воно на місці.")
    assert (await desk.answer(second)).text.startswith("✍️ Чернетка")
    await card.shows("✅ Відповідь: Тарас Зразковий", "Затримало обладнання")
    await desk.looks(2)
    ours = [one.text for one in desk.facebook.comments(asked.id) if one.author.id == desk.facebook.page_id]
    assert ours == ["Плануємо до кінця місяця.", "Затримало обладнання, тепер воно на місці."]
    assert len([one for one in desk.said() if "🔔" in one.text]) == 1


@scene()
async def test_an_angry_customer_who_thanks_in_the_end_has_turned(desk: Desk) -> None:
    asked = desk.petro.asks("Жахливий зв'язок, третій день нічого не працює! Скільки можна?!")
    card = await desk.card("Жахливий зв'язок")
    assert "🔴 негатив" in card.text
    desk.maria.replies(card, "Перепрошуємо! Щойно полагодили, перевірте, будь ласка.")
    await card.shows("✅ Відповідь: Марія Показова")
    desk.petro.comments(asked, "Дякую, все працює, дуже швидко!")
    await card.shows("✅ Відповідь: Марія Показова", "💚 Негатив став позитивом.")
    assert not card.verbs, "thanks reopen nothing"
    stats = await desk.oksana.asks_privately("/stats day")
    assert "Негатив став позитивом: 1 з 1" in stats.text


@scene()
async def test_an_answer_written_on_the_page_itself_closes_the_card_and_credits_nobody(desk: Desk) -> None:
    asked = desk.hanna.asks("Як підключити eSIM?")
    card = await desk.card("підключити eSIM")
    await desk.ivan.taps(card, "claim")
    desk.facebook.official_comment(asked.id, "Вітаємо! Відкрийте застосунок, розділ «Моя SIM».")
    await card.shows("✅ Відповіли на сторінці за ", "розділ «Моя SIM»")
    assert "Ivan" not in card.text
    await card.offers()
    top = await desk.oksana.asks("/top")
    assert "Команда: 1 відповідь на 1 питання (100 %)" in top.text
    assert "Хто відповідав" not in top.text
    assert "Ще 1 людина" not in top.text, "nobody of the team is credited"


@scene()
async def test_who_writes_on_and_edits_while_waiting_has_one_card(desk: Desk) -> None:
    asked = desk.hanna.asks("Чому зникли хвилини?")
    card = await desk.card("зникли хвилини")
    desk.hanna.comments(asked, "І гроші теж зняли, поясніть!")
    await card.shows("💬 Пише знову", "2 дописи без відповіді", "гроші теж зняли")
    desk.facebook.edit(asked.id, "Чому зникли хвилини та гігабайти?")
    await card.shows("✏️ змінено", "хвилини та гігабайти")
    desk.petro.comments(asked, "У мене так само, коли повернете?")
    other = await desk.card("У мене так само")
    assert other.message_id != card.message_id, "each customer waits on a card of their own"
    assert len(desk.cards()) == 2


@scene()
async def test_what_needs_no_answer_makes_no_noise(desk: Desk) -> None:
    desk.lesia.asks("Дякую команді, швидко допомогли!")
    desk.facebook.page_post("Доброго ранку! Питайте нас про що завгодно?")
    desk.hanna.asks("Скільки коштує роумінг у Польщі?")
    await desk.card("роумінг у Польщі")
    await desk.looks(2)
    assert len(desk.cards()) == 1
