"""What cards show and offer of people's word on a verdict: choices, reasons, the list of quiet posts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import cards
from bot.cards import Card
from bot.domain.labels import Dismissal
from bot.domain.masks import mask
from bot.domain.model import (
    Label,
    LabelField,
    Probabilities,
    Reason,
    ReplyStatus,
    Sentiment,
    ThreadStatus,
    ThreadView,
    Topic,
)
from bot.texts import Texts, texts_for
from tests.card_samples import KYIV, NOW, actions, dismissed_now, good, labels, quiet_row, reply, same, view

UK, EN = texts_for("uk"), texts_for("en")
ROAMING = Label(LabelField.TOPIC, "roaming", "Тарас Зразковий")
CALM = Label(LabelField.SENTIMENT, "neutral", "Ivan Sample")
ASKED = Label(LabelField.NEEDS_REPLY, "yes", "Тарас Зразковий")


def card(shown: ThreadView, say: Texts = UK, *, picking: bool = False) -> Card:
    return cards.thread_card(shown, mask=same, say=say, now=NOW, zone=KYIV, picking=picking)


def page(*rows: cards.QuietRow, number: int = 1, pages: int = 1, say: Texts = UK) -> Card:
    return cards.quiet_page(rows, number, pages, 7, mask=mask, say=say, now=NOW, zone=KYIV)


def unsure(needs: float | None) -> ThreadView:
    chances = None if needs is None else Probabilities(0.9, 0.9, needs, 0.9)
    return view(verdict=replace(view().verdict, sure=False, probabilities=chances))


@pytest.mark.parametrize(
    ("needs", "uk", "en"),
    [
        (0.65, "🤔 перевірте: мабуть, питання", "🤔 please check: probably a question"),
        (0.5, "🤔 перевірте: чи питання, чи ні", "🤔 please check: a question or not"),
        (0.15, "🤔 перевірте: навряд чи питання", "🤔 please check: hardly a question"),
        (None, "🤔 перевірте", "🤔 please check"),
    ],
)
def test_an_unsure_card_says_in_words_how_likely_it_is_that_somebody_waits(
    needs: float | None, uk: str, en: str
) -> None:
    marks = [next(line for line in good(card(unsure(needs), say)).splitlines() if "🏷" in line) for say in (UK, EN)]
    assert [line.rpartition(" · ")[2] for line in marks] == [uk, en]
    assert "перевірте" not in good(card(view()))


def test_the_choices_stand_in_place_of_the_buttons_with_the_present_ones_marked() -> None:
    shown = card(view(labels=(ROAMING,)), picking=True)
    verbs = [action.partition(":")[0] for action in actions(shown)]
    assert verbs == ["topic"] * len(Topic) + ["sentiment"] * len(Sentiment) + ["leave"]
    assert all(action.split(":")[1] == "5" for action in actions(shown))
    marked = [label for row in labels(shown) for label in row if label[0] in "✓•"]
    assert marked == ["✓ Роумінг", "• 🔴 негатив"], "a person's word, and the bot's"
    good(shown)


def test_the_choices_go_where_nothing_waits_or_a_reply_is_on_its_way() -> None:
    moving = view(status=ThreadStatus.CLAIMED, reply=reply(ReplyStatus.QUEUED))
    for shown in (moving, view(status=ThreadStatus.ANSWERED, waiting_since=None)):
        assert actions(card(shown, picking=True)) == []


def test_a_corrected_card_shows_the_corrected_verdict_and_whose_word_it_is() -> None:
    text = good(card(view(labels=(ROAMING, CALM))))
    assert "🏷 Роумінг · ⚪ нейтрально · ✍️ виправлено: Тарас Зразковий, Ivan Sample" in text
    assert "Домашній інтернет" not in text
    assert "негатив" not in text
    assert "Roaming · ⚪ neutral · ✍️ corrected: Тарас Зразковий" in good(card(view(labels=(ROAMING, CALM)), EN))


def test_a_card_that_the_team_asked_for_says_so_and_is_sure() -> None:
    quiet = replace(unsure(0.2).verdict, needs_reply=False)
    text = good(card(view(verdict=quiet, labels=(ASKED,))))
    assert "Чому тут: питанням це назвали в команді (Тарас Зразковий)" in text
    assert "перевірте" not in text
    assert "Чому тут: запитання" in good(card(view(labels=(ASKED,)))), "triage had grounds of its own"


def test_a_card_just_dismissed_offers_the_reasons_and_then_shows_the_chosen_one() -> None:
    fresh = card(dismissed_now())
    assert actions(fresh) == [f"why:5:{one}" for one in Dismissal] + ["reopen:5"]
    assert labels(fresh)[0] == ["подяка", "уже вирішено", "реклама чи спам"]
    told = dismissed_now(labels=(Label(LabelField.NEEDS_REPLY, "no", "О", "spam"),))
    assert actions(card(told)) == ["reopen:5"]
    assert "позначено: Оксана Прикладна · реклама чи спам" in good(card(told))
    silent = dismissed_now(labels=(Label(LabelField.NEEDS_REPLY, "no", "О", "nothing"),))
    assert actions(card(silent)) == ["reopen:5"]
    assert "просто так" not in good(card(silent))


def test_quiet_posts_are_listed_with_words_reasons_place_and_a_tap_each() -> None:
    shown = page(
        quiet_row(url="https://forum.example/p/31", text="Дякую! Мій номер 067 123 45 67"),
        quiet_row(post_id=32, text="", author_name="", why=(Reason("empty"),)),
        quiet_row(post_id=33, asked_by="Тарас", card_link="https://t.me/c/1/2"),
        number=2,
        pages=3,
    )
    text = good(shown)
    assert "За добу без відповіді лишили: 7 дописів" in text
    assert "1. 14:05 · Форум Одеси · Тестовий Абонент" in text
    assert "Чому без картки: подяка «Дякую»" in text
    assert "123 45" not in text, "phone numbers are masked"
    assert "2. 14:05 · Форум Одеси · без імені\n«допис без тексту»" in text
    assert "❓ Уже питання: Тарас" in text
    assert '<a href="https://forum.example/p/31">Форум Одеси</a>' in shown.html
    assert '<a href="https://t.me/c/1/2">❓ Уже питання: Тарас</a>' in shown.html
    assert actions(shown) == ["ask:31:2", "ask:32:2", "unask:33:2", "quiet:1", "quiet:2", "quiet:3"]


def test_a_page_of_the_longest_quiet_posts_fits_into_a_message() -> None:
    long = "<&>" * 4000
    row = quiet_row(
        text=long, author_name=long, community_name=long, url="https://e.example/" + "p" * 380,
        why=(Reason("thanks", long), Reason("closed", long)),
    )  # fmt: skip
    good(page(*[row] * 5))
    good(page(*[replace(row, asked_by=long, card_link="https://t.me/c/1/2")] * 5))


def test_an_empty_list_of_quiet_posts_says_so() -> None:
    assert "немає дописів" in good(page())
    assert actions(page(say=EN)) == []
