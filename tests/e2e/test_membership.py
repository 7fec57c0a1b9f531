"""Who is of the team at this very moment, and what everybody else sees: nothing."""

from __future__ import annotations

import pytest

from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene

pytestmark = pytest.mark.process

PAGE_ONLY = Setup(forum=False)


@scene(PAGE_ONLY)
async def test_a_stranger_gets_a_polite_no_and_sees_nothing(desk: Desk) -> None:
    desk.hanna.asks("Секретне питання: коли злиття компаній?")
    await desk.card("Секретне питання")
    for command in ("/start", "/queue", "/stats", "/mine", "/top", "/week", "/help", "/lang en"):
        answer = await desk.stranger.asks_privately(command)
        assert answer.text.startswith("Вітаю! Я допомагаю одній команді"), command
        assert not answer.buttons
    told = " ".join(one.text for one in desk.said(desk.stranger.id))
    assert "Секретне" not in told
    assert "Команда проби" not in told
    setup = await desk.stranger.asks_privately("/setup")
    assert "/setup у групі" in setup.text


@scene(PAGE_ONLY)
async def test_who_left_has_no_power_from_that_moment_and_frees_what_they_held(desk: Desk) -> None:
    asked = desk.hanna.asks("Чому не приходить SMS?")
    card = await desk.card("не приходить SMS")
    await desk.taras.taps(card, "claim")
    await card.offers("release", "dismiss", "snooze")
    release = card.actions["release"]
    desk.world.leave(desk.taras.id)
    no = await desk.taras.forges(release, on=card)
    assert no.alert
    assert no.text == "Ці кнопки лише для людей із команди."
    await card.offers("claim", "dismiss", "snooze")
    await card.shows("Нове питання")
    assert (await desk.taras.asks_privately("/queue")).text.startswith("Вітаю! Я допомагаю одній команді")
    desk.world.join(desk.taras.id)
    assert (await desk.taras.taps(card, "claim")).text.startswith("Питання ваше")
    assert not desk.facebook.comments(asked.id)


@scene(Setup(forum=False, undo="10m"))
async def test_who_was_thrown_out_publishes_nothing_any_more(desk: Desk) -> None:
    asked = desk.hanna.asks("Чи буде сервіс вночі?")
    card = await desk.card("сервіс вночі")
    draft = await desk.answer(desk.ivan.replies(card, "Мені вже байдуже."))
    send = draft.actions["send"]
    desk.world.kick(desk.ivan.id)
    assert (await desk.ivan.forges(send, on=draft)).text == "Ці кнопки лише для людей із команди."
    await draft.shows("↩️ Скасовано")
    await card.offers("claim", "dismiss", "snooze")
    second = await desk.answer(desk.maria.replies(card, "Так, цілодобово."))
    await desk.maria.taps(second, "send")
    await card.shows("✅ Відповідь: Марія Показова")
    await desk.looks(2)
    assert [one.text for one in desk.facebook.comments(asked.id)] == ["Так, цілодобово."]


@scene(Setup(forum=False, bot_role="member"))
async def test_a_bot_that_is_no_administrator_asks_telegram_each_time(desk: Desk) -> None:
    desk.forgive("pinChatMessage")
    desk.hanna.asks("Чи є вільні номери?")
    card = await desk.card("вільні номери")
    await desk.taras.taps(card, "claim")
    await card.offers("release", "dismiss", "snooze")
    desk.world.leave(desk.taras.id)
    assert (await desk.taras.forges(card.actions["release"], on=card)).text == "Ці кнопки лише для людей із команди."
    await card.offers("claim", "dismiss", "snooze")
    answer = await desk.answer(desk.maria.replies(card, "Так, оберіть у застосунку."))
    assert answer.text.startswith("✍️ Чернетка"), "in privacy mode it still hears replies to itself"
    await card.shows("✅ Відповідь: Марія Показова")


@scene(PAGE_ONLY)
async def test_leads_come_and_go(desk: Desk) -> None:
    desk.hanna.asks("Хто ваш директор?")
    card = await desk.card("Хто ваш директор")
    await desk.taras.taps(card, "claim")
    await card.offers("release", "dismiss", "snooze")
    assert (await desk.maria.taps(card, "release")).alert
    desk.world.promote(desk.maria.id, "administrator")
    assert (await desk.maria.taps(card, "release")).text == "Питання знову вільне."
    await card.offers("claim", "dismiss", "snooze")
    assert (await desk.ivan.asks("/lang en")).text.startswith("Мову групи змінює її адміністратор")
