"""What the team can ask the bot, in the group and in private, in both languages."""

from __future__ import annotations

import asyncio

import pytest

from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene

pytestmark = pytest.mark.process


@scene(Setup(forum=False))
async def test_each_command_answers_in_the_group_in_ukrainian(desk: Desk) -> None:
    desk.hanna.asks("Як поповнити рахунок?")
    await desk.card("поповнити рахунок")
    expected = {
        "/queue": "⏳ Чекають на відповідь: 1",
        "/mine": "За вами зараз нічого немає",
        "/stats": "📊 Тиждень",
        "/stats month": "📊 Місяць",
        "/stats century": "За який час?",
        "/week": "підсумок",
        "/top": "відповідей ще немає",
        "/help": "Як ми працюємо",
        "/help figures": "Як ми рахуємо",
        "/start@vidhuk_demo_bot": "Як ми працюємо",
        "/oncall": "Графіка чергувань немає",
        "/oncall take 2h": "Ви чергуєте до",
        "/lang": "/lang uk або /lang en",
        "/sources": "✅ 📘 Сторінка: погляд о",
        "/sources pause fb": "лише адміністратори",
    }
    for command, words in expected.items():
        answer = await desk.maria.asks(command)
        assert words in answer.text, command
        assert answer.replies_to, "in the group the answer stands beneath the command"
    assert "/setup" not in (await desk.maria.asks_privately("/help")).text
    assert "/setup" in (await desk.oksana.asks_privately("/help")).text


@scene(Setup(forum=False, language="en"))
async def test_each_command_answers_in_private_in_english(desk: Desk) -> None:
    desk.hanna.asks("How do I top up my number?")
    card = await desk.card("top up my number")
    assert card.labels[0].startswith("🙋")
    assert (await desk.ivan.taps(card, "claim")).text.startswith("It is yours")
    expected = {
        "/start": "Команда проби",
        "/queue": "top up my number",
        "/mine": "top up my number",
        "/stats day": "Questions: 1",
        "/week": "Questions: 1",
        "/top": "no answers yet",
        "/sources": "All can be read",
        "/help": "How we work",
        "/help figures": "How we count",
    }
    for command, words in expected.items():
        assert words in (await desk.ivan.asks_privately(command)).text, command


@scene(Setup(forum=False))
async def test_languages_are_chosen_for_oneself_in_private_and_for_the_group_by_a_lead(desk: Desk) -> None:
    desk.hanna.asks("Як змінити тариф?")
    card = await desk.card("змінити тариф")
    assert (await desk.ivan.asks_privately("/lang en")).text.startswith("I speak English")
    assert "How we work" in (await desk.ivan.asks_privately("/help")).text
    assert "Як ми працюємо" in (await desk.maria.asks_privately("/help")).text
    assert "Мову групи змінює її адміністратор" in (await desk.ivan.asks("/lang en")).text
    await desk.oksana.asks("/lang en")
    await card.shows("New question")
    await desk.until(lambda: "Waiting: 1" in desk.board, "the board in English")
    toast = await desk.taras.taps(card, "claim")
    assert "It is yours" in toast.text
    await desk.oksana.asks("/lang uk")
    await card.shows("🙋 Взято: Тарас Зразковий")


@scene(Setup(forum=False))
async def test_telegram_itself_offers_the_commands_by_scope_and_language(desk: Desk) -> None:
    await desk.until(lambda: len(desk.calls("setMyCommands")) == 9, "the menus")
    menus = {
        (call.params["scope"]["type"], call.params.get("language_code", "")): [
            command["command"] for command in call.params["commands"]
        ]
        for call in desk.calls("setMyCommands")
    }
    scopes = {"all_private_chats", "all_group_chats", "all_chat_administrators"}
    assert set(menus) == {(scope, language) for scope in scopes for language in ("", "uk", "en")}
    assert "setup" in menus["all_chat_administrators", "uk"]
    assert "setup" not in menus["all_group_chats", "uk"]


@scene(Setup(forum=False))
async def test_a_long_queue_is_paged_oldest_first(desk: Desk) -> None:
    for number in range(1, 24):
        desk.facebook.visitor_post(
            f"Питальник {number}", f"Питання номер {number:02}: коли буде мережа?", at=_past(desk, 100 - number)
        )
    await desk.posted("📥 Ще")
    queue = await desk.maria.asks_privately("/queue")
    assert queue.text.startswith("⏳ Чекають на відповідь: 23")
    assert [f"номер {n:02}" in queue.text for n in (1, 10, 11)] == [True, True, False]
    assert queue.labels == ["🔄 1 з 3", "▶️"]
    await desk.maria.taps(queue, "queue")
    onward = queue.buttons[-1]["callback_data"]
    await desk.maria.forges(onward, on=queue)
    await queue.shows("номер 11", "номер 20")
    assert queue.labels == ["◀️", "🔄 2 з 3", "▶️"]
    await desk.maria.forges("queue:3", on=queue)
    await queue.shows("номер 23")
    assert queue.labels == ["◀️", "🔄 3 з 3"]
    second = await desk.taras.asks_privately("/queue 2")
    assert "номер 11" in second.text


@scene(Setup(forum=False))
async def test_private_answers_do_not_wait_for_a_busy_group(desk: Desk) -> None:
    for number in range(6):
        desk.facebook.visitor_post(f"Абонент {number}", f"Коли буде зв'язок у селі {number}?")
    await desk.card("у селі")
    answers = await asyncio.gather(
        *(person.asks_privately("/queue") for person in (desk.oksana, desk.taras, desk.ivan, desk.maria))
    )
    assert len(desk.cards()) < 6, "the group still gets its cards, one a second"
    assert all("Чекають" in answer.text for answer in answers)
    await desk.until(lambda: len(desk.cards()) == 6, "all six cards")


def _past(desk: Desk, seconds: float) -> float:
    return desk.facebook.clock() - seconds


@scene(Setup(forum=False))
async def test_a_lead_pauses_a_page_and_an_answer_comes_back_until_it_is_resumed(desk: Desk) -> None:
    desk.hanna.asks("Чому немає мережі?")
    card = await desk.card("немає мережі")
    assert "на паузі. Не читаю й не публікую" in (await desk.oksana.asks("/sources pause fb")).text
    seen = len(desk.requests("graph"))
    desk.taras.replies(card, "Уже лагодимо.")
    refused = await desk.posted("на паузу")
    assert "Уже лагодимо." in refused.text
    assert len(desk.requests("graph")) - seen <= 1, "a look that was under way may end; none begins"
    listed = await desk.oksana.asks("/sources")
    assert "⏸ 📘 Сторінка: на паузі" in listed.text
    told = await desk.oksana.taps(listed, "resume")
    assert told.text.startswith("▶️ Сторінка: знову читаю")
    await desk.taras.taps(refused, "retry")
    await card.shows("✅ Відповідь: Тарас")
