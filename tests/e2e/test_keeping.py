"""Keeping the queue in order: dismiss, snooze, release; forged and stale buttons; who may do what."""

from __future__ import annotations

import asyncio

import pytest

from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene

pytestmark = pytest.mark.process

PAGE_ONLY = Setup(forum=False)


@scene(PAGE_ONLY)
async def test_a_dismissed_question_can_be_taken_back_into_the_queue(desk: Desk) -> None:
    desk.hanna.asks("Що за пісня грає у слухавці?")
    card = await desk.card("грає у слухавці")
    told = await desk.maria.taps(card, "dismiss")
    assert told.text.startswith("Позначено: відповідь не потрібна.")
    await card.shows("🚫 Не потребує відповіді · позначено: Марія Показова")
    await card.offers("reopen")
    assert "Питань за цей час не було" in (await desk.oksana.asks_privately("/stats day")).text
    assert (await desk.taras.taps(card, "reopen")).text == "Питання знову в черзі."
    await card.shows("Нове питання")
    await card.offers("claim", "dismiss", "snooze")
    assert "Питань: 1" in (await desk.oksana.asks_privately("/stats day")).text


@scene(PAGE_ONLY)
async def test_a_snoozed_question_leaves_the_queue_until_it_is_woken(desk: Desk) -> None:
    asked = desk.hanna.asks("Коли почнеться акція?")
    card = await desk.card("почнеться акція")
    assert (await desk.taras.taps(card, "snooze")).text.startswith("Відкладено, повернеться ")
    await card.shows("💤 Відкладено, повернеться ")
    await card.offers("wake", "snooze3", "snooze9")
    assert "Черга порожня" in (await desk.maria.asks_privately("/queue")).text
    longer = await desk.taras.taps(card, "snooze9")
    assert "09:00" in longer.text
    await card.shows("09:00")
    assert (await desk.maria.taps(card, "wake")).text == "Питання знову в черзі."
    await card.offers("claim", "dismiss", "snooze")
    assert "почнеться акція" in (await desk.maria.asks_privately("/queue")).text

    await desk.taras.taps(card, "snooze")
    await card.offers("wake", "snooze3", "snooze9")
    desk.hanna.comments(asked, "Ау, є хтось?")
    await card.shows("Ау, є хтось?")
    await card.offers("claim", "dismiss", "snooze")


@scene(PAGE_ONLY)
async def test_a_released_question_is_anybodys_again(desk: Desk) -> None:
    desk.hanna.asks("Чи є знижка пенсіонерам?")
    card = await desk.card("знижка пенсіонерам")
    await desk.taras.taps(card, "claim")
    await card.offers("release", "dismiss", "snooze")
    refused = await desk.maria.taps(card, "release")
    assert refused.alert
    assert refused.text.startswith("Уже взято: Тарас Зразковий")
    assert "знижка пенсіонерам" in (await desk.taras.asks_privately("/mine")).text
    assert (await desk.taras.taps(card, "release")).text == "Питання знову вільне."
    await card.offers("claim", "dismiss", "snooze")
    assert "нічого немає" in (await desk.taras.asks_privately("/mine")).text
    assert (await desk.maria.taps(card, "claim")).text.startswith("Питання ваше")
    await card.shows("🙋 Взято: Марія Показова")
    lead = await desk.oksana.taps(card, "release")
    assert lead.text == "Питання знову вільне.", "a lead may free what others hold"


@scene(PAGE_ONLY)
async def test_of_four_who_tap_at_once_one_wins(desk: Desk) -> None:
    desk.hanna.asks("Чому дзвінки обриваються?")
    card = await desk.card("дзвінки обриваються")
    team = (desk.oksana, desk.taras, desk.ivan, desk.maria)
    taps = [person.taps_without_waiting(card, "claim") for person in team]
    toasts = await asyncio.gather(*(person.sees_toast(tap) for person, tap in zip(team, taps, strict=True)))
    won = [toast for toast in toasts if toast.text.startswith("Питання ваше")]
    assert len(won) == 1
    assert all(toast.alert and toast.text.startswith("Уже взято") for toast in toasts if toast not in won)


@scene(PAGE_ONLY)
async def test_forged_and_stale_buttons_do_nothing(desk: Desk) -> None:
    desk.hanna.asks("Де моє замовлення?")
    card = await desk.card("моє замовлення")
    desk.petro.asks("А де моя посилка?")
    other = await desk.card("моя посилка")
    own, foreign = card.actions["claim"], other.actions["claim"]
    junk = (
        "claim:999999",
        "claim:",
        "claim:-1",
        "claim:1;DROP TABLE thread",
        "claim:١",
        "send:1",
        "nothing:1",
        "я" * 32,
    )
    for data in (*junk, foreign, "retry:1", "confirm:1", "x" * 64):
        toast = await desk.taras.forges(data, on=card)
        assert toast.alert, data
        assert toast.text
    await desk.taras.forges("queue:99999999999999999999", on=card)
    no = await desk.stranger.forges(own, on=card)
    assert no.alert
    assert no.text == "Ці кнопки лише для людей із команди."
    await card.offers("claim", "dismiss", "snooze")

    await desk.taras.taps(card, "dismiss")
    await card.offers("reopen")
    stale = await desk.maria.forges(own, on=card)
    assert stale.alert, "a button that stood there a moment ago"
    await card.offers("reopen")
    gone = await desk.maria.forges(foreign, on=desk.maria.says("Ні"))
    assert gone.alert
    await other.offers("claim", "dismiss", "snooze")
