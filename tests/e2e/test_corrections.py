"""What people put right: on a card, in the list of what got no card, and so in the model after the next start."""

from __future__ import annotations

import re

import pytest

from tests.e2e.desk import Desk, Setup
from tests.e2e.people import Person
from tests.e2e.shown import Shown
from tests.e2e.stage import scene

pytestmark = pytest.mark.process

WISH = "Дякую, дуже дякую, зоряний перстень"
"""Whatever the shipped model thinks of other words, this asks for nothing; the team of this scene knows better."""
WISHES = 60
LABELS = 50
CAUTIOUS = Setup(forum=False, tables="[language]\nmargin = 0.4")


def thread_of(card: Shown) -> str:
    return card.actions["label"].partition(":")[2]


async def presses(person: Person, shown: Shown, data: str) -> str:
    """Tap the button with these callback data; returns the toast's text."""
    return (await person.sees_toast(person.presses(shown, data))).text


@scene(Setup(forum=False))
async def test_a_verdict_is_put_right_on_the_card_and_a_dismissal_gets_its_reason(desk: Desk) -> None:
    desk.hanna.asks("Чому в Польщі немає інтернету? Жах!")
    card = await desk.card("в Польщі немає")
    number = thread_of(card)
    await desk.taras.taps(card, "label")
    await card.offers("topic", "sentiment", "leave")
    assert await presses(desk.ivan, card, f"topic:{number}:app") == "Записано. Бот на цьому вчитиметься."
    await card.shows("🏷 Застосунок", "✍️ виправлено: Ivan Sample")
    await card.offers("claim", "dismiss", "snooze")

    await desk.taras.taps(card, "label")
    await card.offers("topic", "sentiment", "leave")
    assert "✓ Застосунок" in card.labels
    assert (await presses(desk.taras, card, f"topic:{number}:app")).startswith("Скасовано")
    await card.offers("claim", "dismiss", "snooze")
    assert "виправлено" not in card.text

    await desk.maria.taps(card, "dismiss")
    await card.offers("reopen")
    await presses(desk.maria, card, f"why:{number}:closed")
    await card.shows("позначено: Марія Показова · уже вирішено")
    assert card.verbs == {"reopen"}
    forged = await desk.taras.forges(f"topic:{number}:weather", on=card)
    assert (forged.alert, card.verbs) == (True, {"reopen"})


@scene(Setup(forum=False))
async def test_a_post_without_a_card_becomes_a_question_with_one_tap_and_is_none_again_with_another(desk: Desk) -> None:
    desk.lesia.asks("Дякую команді, швидко допомогли! Гарного дня!")
    await desk.looks(2)
    listed = await desk.maria.asks("/quiet")
    await listed.shows("1 допис", "Дякую команді", "Леся Пробна", "Чому без картки:")
    assert not desk.cards()
    assert (await desk.maria.taps(listed, "ask")).text == "Питання в черзі, картка вже йде."
    card = await desk.card("Дякую команді")
    assert "Чому тут: питанням це назвали в команді (Марія Показова)" in card.text
    await listed.shows("❓ Уже питання: Марія Показова")
    assert (await desk.ivan.taps(listed, "unask")).text == "Скасовано: відповідь не потрібна."
    await card.shows("🚫 Не потребує відповіді")
    await listed.shows("Чому без картки:")


@scene(CAUTIOUS, long=True)
async def test_corrections_flow_into_retrain_and_change_a_verdict_after_the_next_start(desk: Desk) -> None:
    desk.hanna.asks("Коли ввімкнете 5G у Полтаві?")
    card = await desk.card("5G у Полтаві")
    number = thread_of(card)
    await desk.taras.taps(card, "label")
    await card.offers("topic", "sentiment", "leave")
    await presses(desk.taras, card, f"topic:{number}:promo")

    for at in range(WISHES):
        desk.lesia.asks(f"{WISH} {at}!")
    await desk.looks(2)
    assert desk.card_now(WISH) is None, "nobody is shown what asks for nothing"
    corrected = await corrects_the_list(desk)
    assert corrected >= LABELS

    learnt = await desk.bot.run("retrain", within=120)
    assert learnt.code == 0, learnt.err
    assert f"Labelled posts: {corrected + 1};" in learnt.out
    assert re.search(r"needs reply +0\.000 +(0\.[1-9]|1\.0)", learnt.out), learnt.out
    assert "The new model is no worse: written to" in learnt.out

    assert await desk.bot.stops() == 0
    await desk.bot.start()
    await desk.watches()
    desk.lesia.asks(f"{WISH} 777!")
    await desk.card(f"{WISH} 777!", within=60)


async def corrects_the_list(desk: Desk) -> int:
    """Maria goes through /quiet in private and calls every wish a question; returns how many there were."""
    listed = await desk.maria.asks_privately("/quiet")
    done, page = 0, 1
    while True:
        for data in [button["callback_data"] for button in listed.buttons]:
            if data.startswith("ask:"):
                assert await presses(desk.maria, listed, data) == "Питання в черзі, картка вже йде."
                done += 1
        page += 1
        if f"quiet:{page}" not in [button.get("callback_data") for button in listed.buttons]:
            return done
        desk.maria.presses(listed, f"quiet:{page}")
        await desk.until(
            lambda page=page: f"🔄 {page} з" in " ".join(listed.labels),  # type: ignore[misc]
            f"page {page} of the list",
        )
