"""Between an agent's reply and the page: the undo window, edits, notes, and replies that can't go out."""

from __future__ import annotations

import pytest

from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene

pytestmark = pytest.mark.process

SLOW = Setup(undo="10m", forum=False)
QUICK = Setup(forum=False)


@scene(SLOW)
async def test_a_cancelled_draft_never_reaches_the_page(desk: Desk) -> None:
    asked = desk.hanna.asks("Як перевірити баланс?")
    card = await desk.card("перевірити баланс")
    draft = await desk.answer(desk.taras.replies(card, "Наберіть *111#"))
    assert "Наберіть *111#" in draft.text
    await card.shows("✍️ Чернетка: Тарас Зразковий")
    refused = await desk.maria.taps(draft, "cancel")
    assert refused.alert
    assert refused.text == "Це чернетка іншої людини: Тарас Зразковий."
    assert (await desk.taras.taps(draft, "cancel")).text == "Скасовано, на сторінку нічого не пішло."
    await draft.shows("↩️ Скасовано", "Наберіть *111#")
    await card.offers("release", "dismiss", "snooze")
    await desk.looks(2)
    assert not desk.facebook.comments(asked.id)

    again = await desk.answer(desk.taras.replies(card, "Наберіть *112#"))
    assert (await desk.taras.taps(again, "send")).text == "Надсилаю."
    await card.shows("✅ Відповідь: Тарас Зразковий")
    assert [one.text for one in desk.facebook.comments(asked.id)] == ["Наберіть *112#"]


@scene(SLOW)
async def test_editing_ones_message_edits_the_draft_until_it_has_gone(desk: Desk) -> None:
    asked = desk.hanna.asks("Скільки коштує тариф?")
    card = await desk.card("коштує тариф")
    written = desk.taras.replies(card, "200 грн на місіць")
    draft = await desk.answer(written)
    desk.taras.edits(written, "200 грн на місяць")
    await draft.shows("200 грн на місяць")
    await desk.taras.taps(draft, "send")
    await card.shows("✅ Відповідь")
    assert [one.text for one in desk.facebook.comments(asked.id)] == ["200 грн на місяць"]
    desk.taras.edits(written, "300 грн на місяць")
    assert "звідси її не змінити" in (await desk.posted("уже на сторінці або в дорозі")).text
    await desk.looks(2)
    assert [one.text for one in desk.facebook.comments(asked.id)] == ["200 грн на місяць"]


@scene(SLOW)
async def test_a_note_stays_with_the_team(desk: Desk) -> None:
    asked = desk.hanna.asks("Чому не працює MMS?")
    card = await desk.card("не працює MMS")
    note = desk.maria.replies(card, "// клієнтка вже дзвонила вчора")
    await card.shows("📝 Марія Показова: клієнтка вже дзвонила вчора")
    await card.offers("claim", "dismiss", "snooze")
    await desk.until(
        lambda: desk.world.group.messages[note.message_id].reactions, "a sign on the message that the note is kept"
    )
    desk.maria.edits(note, "// клієнтка дзвонила двічі")
    await card.shows("📝 Марія Показова: клієнтка дзвонила двічі")

    written = desk.taras.replies(card, "Зараз перевіримо")
    draft = await desk.answer(written)
    desk.taras.edits(written, "// спершу спитаю техніків")
    await draft.shows("↩️ Скасовано")
    await card.shows("📝 Тарас Зразковий: спершу спитаю техніків")
    empty = desk.taras.replies(card, "//")
    assert (await desk.answer(empty)).text == "У відповіді немає тексту, тож нічого не надсилаю."
    await desk.looks(2)
    assert not desk.facebook.comments(asked.id)


@scene(QUICK)
async def test_a_second_agents_reply_is_refused_and_its_text_is_kept(desk: Desk) -> None:
    asked = desk.hanna.asks("Де ваш офіс у Луцьку?")
    card = await desk.card("офіс у Луцьку")
    await desk.taras.taps(card, "claim")
    refusal = await desk.answer(desk.maria.replies(card, "Проспект Волі, 1. <Чекаємо> & раді бачити!"))
    assert refusal.text.startswith("✋ Не надіслано, питання вже взято: Тарас Зразковий, щойно")
    assert "Проспект Волі, 1. <Чекаємо> & раді бачити!" in refusal.text
    assert "pre" in {entity["type"] for entity in refusal.entities}, "a tap copies it"
    desk.taras.replies(card, "Проспект Волі, 2.")
    await card.shows("✅ Відповідь: Тарас Зразковий")
    late = await desk.answer(desk.maria.replies(card, "І ще вулиця Лесі Українки, 3."))
    await desk.looks(2)
    ours = [one.text for one in desk.facebook.comments(asked.id)]
    assert ours[0] == "Проспект Волі, 2."
    assert "І ще вулиця" in late.text


@scene(QUICK)
async def test_whoever_replies_first_to_a_free_card_has_it(desk: Desk) -> None:
    asked = desk.hanna.asks("Чи працюєте у свята?")
    card = await desk.card("у свята")
    first, second = desk.ivan.replies(card, "Так, щодня."), desk.maria.replies(card, "Ні, вихідний.")
    assert (await desk.answer(first)).text.startswith("✍️ Чернетка")
    assert "питання вже взято: Ivan Sample" in (await desk.answer(second)).text
    await card.shows("✅ Відповідь: Ivan Sample")
    await desk.looks(2)
    assert [one.text for one in desk.facebook.comments(asked.id)] == ["Так, щодня."]


@scene(QUICK)
async def test_what_can_not_be_published_is_said_at_once(desk: Desk) -> None:
    asked = desk.hanna.asks("Як скинути пароль?")
    card = await desk.card("скинути пароль")
    photo = desk.taras.replies_with_a_photo(card, "Ось так")
    told = await desk.answer(photo)
    assert told.text == "На сторінку йде лише текст. Напишіть відповідь словами, будь ласка."
    await desk.until(lambda: desk.board, "the board")
    strayed = desk.taras.replies(desk.pinned, "Скиньте в застосунку")
    assert (await desk.answer(strayed)).text.startswith("Це повідомлення — не картка питання")
    to_a_person = desk.maria.replies(photo, "Гарне фото!")
    await desk.looks(2)
    assert not [one for one in desk.said() if one.replies_to == to_a_person.message_id], "talk is left alone"
    await card.offers("claim", "dismiss", "snooze")
    assert not desk.facebook.comments(asked.id)
