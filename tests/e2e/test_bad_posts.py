"""Whatever stands on a page becomes a card that Telegram takes; nothing of it is lost and nothing comes alive."""

from __future__ import annotations

import pytest

from tests.e2e.desk import Desk, Setup
from tests.e2e.stage import scene

pytestmark = pytest.mark.process

FAMILY = "👨‍👩‍👧‍👦"
LONGEST = 4096


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@scene(Setup(forum=False))
async def test_hostile_posts_on_the_page_all_become_cards(desk: Desk) -> None:
    posts = {
        "Розмітка": "Розмітка: чому <b>не</b> працює </blockquote><script>alert(1)</script> &amp; &#60;?",
        "Довжелезне": "Довжелезне питання: чому? " + "дуже " * 20_000,
        "Нульовий": "Нульовий \x00байт: чому не працює\x07?",
        "Сурогат": "Сурогат \ud83d: чому не працює?",
        "Навиворіт": "Навиворіт \u202eтекст\u202c: чому не працює?",
        "Заліго": "Заліго: чому н\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030b\u030c"
        + "\u0300" * 500
        + "е?",
    }
    for text in posts.values():
        desk.hanna.asks(text)
    for word in posts:
        card = await desk.card(word)
        assert utf16(card.now["text"]) <= LONGEST
        assert not {"\x00", "\x07", "\u202e"} & set(card.now["text"]), word
        assert {"bold", "blockquote", "text_link", "italic", "expandable_blockquote"} >= {
            entity["type"] for entity in card.entities
        }
    assert "<b>не</" in (await desk.card("Розмітка")).text
    families = FAMILY * (LONGEST // utf16(FAMILY)) + " Чому родина не влазить?"
    desk.petro.asks("Чому? " + families)
    card = await desk.card("Чому? " + FAMILY)
    shown = card.text[card.text.index(FAMILY) :].split("…")[0]
    assert shown.replace(FAMILY, "").strip() == "", "cut between families, never inside one"
    await desk.taras.taps(card, "claim")
    await card.shows("🙋 Взято: Тарас Зразковий")


@scene(Setup(facebook=False))
async def test_hostile_posts_on_the_forum_all_become_cards(desk: Desk) -> None:
    posts = {
        "Розмітка": "Розмітка: чому <b>не</b> працює [b]це[/b] &lt;i&gt;?",
        "Довжелезне": "Довжелезне питання: чому? " + "дуже " * 20_000,
        "Нульовий": "Нульовий \x00байт: чому не працює?",
        "Навиворіт": "Навиворіт \u202eтекст\u202c: чому не працює?",
        "Родина": "Родина: чому? " + FAMILY * 400,
    }
    for number, (word, text) in enumerate(posts.items()):
        author = ("shukach_4g", "nichna_sova", "sample_ivan", "hanna_vyhadana", "petro_uyavnyi")[number]
        desk.forum.new_topic(author, f"{word} </a><b>", text)
    for word in posts:
        card = await desk.card(f"Тема: {word}")
        assert utf16(card.now["text"]) <= LONGEST
        assert not {"\x00", "\u202e"} & set(card.now["text"]), word
    card = await desk.card("Тема: Розмітка")
    desk.maria.replies(card, 'Дякуємо! Так і є: 5 < 6 & "лапки" 8) 👍')
    await card.shows("✅ Відповідь: Марія Показова")


@scene(Setup(facebook=False))
async def test_a_reply_with_anything_in_it_stands_on_the_page_letter_for_letter(desk: Desk) -> None:
    asked = desk.shukach.opens("Символи", "Які символи можна в паролі?")
    card = await desk.card("Які символи")
    text = f"Будь-які: <b>&amp;</b> @taras_demo /start 'лапки' “інші” {FAMILY} — та № 5"
    desk.taras.replies(card, text)
    await card.shows("✅ Відповідь: Тарас Зразковий")
    assert desk.forum.posts(asked.tid)[-1].text.endswith(text)
    desk.shukach.writes(asked, "А якщо дужки квадратні, то як?")
    await card.shows("дужки квадратні")
    desk.taras.replies(card, "Теж можна: [b]жирно[/b], [1] і [url=http://127.0.0.1/]ось[/url].")
    await card.shows("✅ Відповідь: Тарас Зразковий", "[b]жирно[/")


@scene(Setup(forum=False, language="en"))
async def test_an_author_without_a_fair_name_and_a_post_without_words(desk: Desk) -> None:
    desk.facebook.visitor_post("<b>Ім'я</b> @oksana_demo", "When will 5G come?")
    card = await desk.card("When will 5G")
    assert "<b>Ім'я</" in card.text
    assert not {"mention", "bot_command", "text_mention"} & {entity["type"] for entity in card.entities}
    desk.facebook.visitor_post("Фотограф", "", picture=True)
    desk.facebook.visitor_post("Крапка", "???")
    await desk.card("???")
    await desk.looks(2)
    assert desk.bot.running
