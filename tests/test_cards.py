"""The card of a thread and the messages about a reply, state by state, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.cards import Card, draft_card, handed_card, taken_text, thread_card, wait_bucket
from bot.domain.model import AnswerKind, Note, ReplyStatus, Sentiment, ThreadStatus, ThreadView
from bot.texts import Texts
from tests.card_samples import (
    ASKED,
    KYIV,
    NOW,
    OKSANA,
    PAGE_URL,
    actions,
    claimed,
    good,
    labels,
    post,
    reply,
    same,
    view,
)

UK, EN = Texts("uk", strict=True), Texts("en", strict=True)
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def card(shown: ThreadView, say: Texts = UK, **changes: Any) -> Card:
    given: dict[str, Any] = {"mask": same, "say": say, "now": NOW, "zone": KYIV}
    return thread_card(shown, **(given | changes))


def answered(**changes: Any) -> ThreadView:
    return view(
        status=ThreadStatus.ANSWERED,
        waiting_since=None,
        **{
            "answer_agent": OKSANA.name,
            "answered_at": ASKED + timedelta(minutes=12),
            "answer_kind": AnswerKind.REPLY,
            "answer_text": "Майстер буде до 18:00.",
            "answer_url": PAGE_URL + "9",
            "answer_seconds": 12 * MINUTE,
        }
        | changes,
    )


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [
        (-7, 0),
        (299, 0),
        (300, 300),
        (899, 300),
        (15 * MINUTE, 15 * MINUTE),
        (59 * MINUTE, 30 * MINUTE),
        (HOUR, HOUR),
        (3 * HOUR, 2 * HOUR),
        (7.9 * HOUR, 4 * HOUR),
        (23.9 * HOUR, 8 * HOUR),
        (DAY, DAY),
        (2.5 * DAY, 2 * DAY),
    ],
)
def test_a_wait_is_told_by_its_bucket(seconds: float, bucket: int) -> None:
    assert wait_bucket(seconds) == bucket


@pytest.mark.parametrize(
    ("say", "pieces"),
    [
        (
            UK,
            (
                "⏳ Чекає понад 15 хв",
                "💬 Форум Одеси · Тестовий Абонент · 14:05",
                "Тема: Немає інтернету",
                "Домашній інтернет · 🔴 негатив",
                "запитання «Чому»; проблема «немає інтернету»",
            ),
        ),
        (
            EN,
            (
                "⏳ Waiting for over 15 min",
                "💬 Форум Одеси · Тестовий Абонент · 14:05",
                "Subject: Немає інтернету",
                "Home internet · 🔴 negative",
                "a question “Чому”; a problem “немає інтернету”",
            ),
        ),
    ],
)
def test_a_waiting_card_says_who_asks_where_and_why_it_is_here(say: Texts, pieces: tuple[str, ...]) -> None:
    text = good(card(view(), say))
    for piece in pieces:
        assert piece in text
    assert "<blockquote>Чому третій день немає інтернету на Садовій?</blockquote>" in card(view(), say).html


@pytest.mark.parametrize(
    ("after", "time"),
    [(timedelta(minutes=2), "щойно, 14:05"), (timedelta(minutes=20), "14:05"), (timedelta(hours=20), "вчора 14:05")],
)
def test_a_waiting_card_tells_its_time_as_people_do(after: timedelta, time: str) -> None:
    asked = view().opening.published_at
    text = good(card(view(), now=asked + after))
    assert f"Тестовий Абонент · {time}\n" in text


def test_a_waiting_card_can_be_claimed_dismissed_snoozed_and_opened() -> None:
    shown = card(view())
    assert labels(shown) == [["🙋 Беру", "🚫 Не потребує"], ["💤 Відкласти", "🏷", "🔗 Відкрити"]]
    assert actions(shown) == ["claim:5", "dismiss:5", "snooze:5", "label:5"]
    assert shown.buttons[1][2].url == PAGE_URL


def test_a_card_changes_with_the_wait_only_from_bucket_to_bucket() -> None:
    early, late, next_one = (card(view(), now=ASKED + timedelta(minutes=m)).html for m in (16, 29, 30))
    assert early == late
    assert next_one != late
    assert "Нове питання" in card(view(), now=ASKED + timedelta(seconds=100)).html


def test_a_settled_card_never_changes_by_time_alone() -> None:
    for settled in (answered(), view(status=ThreadStatus.CLOSED, waiting_since=None)):
        assert card(settled) == card(settled, now=NOW + timedelta(days=40))


def test_a_claimed_card_says_who_holds_it_since_when_and_can_be_given_back() -> None:
    shown = card(claimed())
    assert "🙋 Взято: Оксана Прикладна, 14:17 · чекає понад 15 хв" in good(shown)
    assert labels(shown) == [["↩️ Віддати", "🚫 Не потребує"], ["💤 Відкласти", "🏷", "🔗 Відкрити"]]
    assert actions(shown) == ["release:5", "dismiss:5", "snooze:5", "label:5"]
    assert "Taken by Оксана Прикладна, 14:17" in good(card(claimed(), EN))


def test_a_claim_on_another_day_is_told_with_its_date() -> None:
    shown = card(claimed(claimed_at=ASKED + timedelta(hours=19)))
    assert "Оксана Прикладна, 24.11 09:05" in good(shown)


def test_a_claimed_card_tells_what_becomes_of_the_reply() -> None:
    assert "текст піде на сторінку" in good(card(claimed()))
    assert "поверну текст, щоб його скопіювати" in good(card(claimed(can_write=False)))
    assert "I will give it back to copy" in good(card(claimed(can_write=False), EN))


def test_a_snoozed_card_says_until_when_and_can_be_woken() -> None:
    shown = card(view(status=ThreadStatus.SNOOZED, snoozed_until=ASKED + timedelta(hours=19), agent=OKSANA))
    assert "💤 Відкладено, повернеться 24.11 09:05 · 🙋 Оксана Прикладна" in good(shown)
    assert labels(shown) == [["⏰ Повернути", "+3 год", "До 9:00"], ["🔗 Відкрити"]]
    assert actions(shown) == ["wake:5", "snooze3:5", "snooze9:5"]


def test_a_dismissed_card_says_by_whom_and_can_be_reopened() -> None:
    shown = card(view(status=ThreadStatus.DISMISSED, dismissed_by="Оксана Прикладна"))
    assert "🚫 Не потребує відповіді · позначено: Оксана Прикладна" in good(shown)
    assert labels(shown) == [["↩️ Це питання", "🔗 Відкрити"]]
    assert actions(shown) == ["reopen:5"]
    assert "No reply needed · marked by" in good(card(view(status=ThreadStatus.DISMISSED, dismissed_by="О"), EN))


@pytest.mark.parametrize("kind", [AnswerKind.REPLY, AnswerKind.HANDED])
def test_an_answered_card_says_who_answered_how_fast_and_where(kind: AnswerKind) -> None:
    shown = card(answered(answer_kind=kind))
    assert "✅ Відповідь: Оксана Прикладна за 12 хв · дивитися" in good(shown)
    assert f'<a href="{PAGE_URL}9">дивитися</a>' in shown.html
    assert "<blockquote>Майстер буде до 18:00.</blockquote>" in shown.html
    assert labels(shown) == [["🔗 Відкрити"]]
    assert shown.buttons[0][0].url == PAGE_URL + "9"
    assert "✅ Answered by Оксана Прикладна in 12 min" in good(card(answered(answer_kind=kind), EN))


def test_an_answer_given_on_the_page_credits_nobody() -> None:
    text = good(card(answered(answer_kind=AnswerKind.PAGE, answer_agent="")))
    assert "✅ Відповіли на сторінці за 12 хв" in text
    assert "Оксана" not in text


def test_a_thread_that_turned_shows_it() -> None:
    assert "💚 Негатив став позитивом" in good(card(answered(turned=True)))


def test_a_thread_closed_as_quiet_is_just_closed() -> None:
    shown = card(view(status=ThreadStatus.CLOSED, waiting_since=None))
    assert "⚪ Закрито" in good(shown)
    assert labels(shown) == [["🔗 Відкрити"]]


def test_perhaps_answered_asks_a_person() -> None:
    for status in (ThreadStatus.WAITING, ThreadStatus.SNOOZED):
        shown = card(view(status=status, perhaps_answered=True))
        assert "Можливо, вже відповіли" in good(shown)
        assert "confirm:5" in actions(shown)
    assert "Можливо" not in good(card(answered(perhaps_answered=True)))


def test_a_follow_up_stands_after_our_earlier_answer() -> None:
    again = post("То де майстер?", published_at=ASKED + timedelta(hours=5))
    shown = card(
        claimed(
            latest=again,
            posts_waiting=2,
            answer_text="Майстер буде до 18:00.",
            answer_agent="Петро Зразковий",
            answered_at=ASKED + timedelta(hours=1),
            waiting_since=again.published_at,
        )
    )
    text = good(shown)
    order = [
        "Чому третій день",
        "Попередня відповідь",
        "Майстер буде",
        "Пише знову, 19:05 · 2 дописи",
        "То де майстер?",
    ]
    assert [text.index(piece) for piece in order] == sorted(text.index(piece) for piece in order)
    assert "Wrote again, 19:05" in good(card(claimed(latest=again), EN))


def test_a_question_after_our_answer_comes_with_that_answer_above_it() -> None:
    again = post("То де майстер?", published_at=ASKED + timedelta(hours=5))
    shown = view(opening=again, answer_text="Майстер буде до 18:00.", answered_at=ASKED, waiting_since=ASKED)
    text = good(card(shown))
    order = ["↪️ Попередня відповідь:", "Майстер буде", "💬 Пише знову, 19:05", "То де майстер?"]
    assert [text.index(piece) for piece in order] == sorted(text.index(piece) for piece in order)
    assert actions(card(shown))[0] == "claim:5"


def test_a_thank_you_after_the_answer_stands_after_it() -> None:
    thanks = post("Дякую!", published_at=ASKED + timedelta(hours=1))
    text = good(card(answered(latest=thanks)))
    assert text.index("Майстер буде") < text.index("Дякую!")


def test_edits_doubts_vanished_posts_and_notes_show() -> None:
    unsure = replace(view().verdict, sure=False, sentiment=Sentiment.POSITIVE)
    notes = tuple(Note("Петро Зразковий", f"нотатка {n}", NOW) for n in range(5))
    text = good(card(view(edited=True, gone=True, verdict=unsure, notes=notes)))
    for piece in ("✏️ змінено", "🤔 перевірте", "🟢 позитив", "👻 Допису на сторінці вже немає", "Зразковий: нотатка 4"):
        assert piece in text
    assert "нотатка 1" not in text


@pytest.mark.parametrize(
    ("status", "uk", "en"),
    [
        (ReplyStatus.DRAFT, "✍️ Чернетка: Оксана Прикладна", "✍️ Draft by"),
        (ReplyStatus.QUEUED, "📤 Надсилається", "📤 Being sent"),
        (ReplyStatus.SENDING, "📤 Надсилається", "📤 Being sent"),
        (ReplyStatus.PUBLISHED, "📤 Опубліковано, перевіряю", "📤 Published, checking"),
        (ReplyStatus.HANDED, "📋 Текст готовий, публікує вручну", "publishes it by hand"),
        (ReplyStatus.REFUSED, "⚠️ Не опубліковано. Тему закрито", "⚠️ Not published. The topic is closed"),
        (ReplyStatus.UNKNOWN, "❔ Невідомо, чи опубліковано", "❔ Not known whether"),
    ],
)
def test_the_card_follows_its_reply(status: ReplyStatus, uk: str, en: str) -> None:
    shown = claimed(reply=reply(status, refusal="closed"))
    assert uk in good(card(shown))
    assert en in good(card(shown, EN))


def test_while_a_reply_is_on_its_way_the_card_offers_only_the_page() -> None:
    for status in (ReplyStatus.DRAFT, ReplyStatus.QUEUED, ReplyStatus.SENDING, ReplyStatus.PUBLISHED):
        assert labels(card(claimed(reply=reply(status)))) == [["🔗 Відкрити"]]


def test_a_refused_reply_can_be_tried_again_and_an_unknown_one_confirmed_too() -> None:
    assert actions(card(claimed(reply=reply(ReplyStatus.REFUSED))))[-1] == "retry:5"
    assert actions(card(claimed(reply=reply(ReplyStatus.UNKNOWN))))[-2:] == ["confirm:5", "retry:5"]
    assert "retry:5" not in actions(card(claimed(reply=reply(ReplyStatus.CANCELLED))))


def test_a_draft_shows_what_will_be_published_and_when() -> None:
    signed = "Майстер буде до 18:00.\n— Оксана, Київстар"
    shown = draft_card(reply(ReplyStatus.DRAFT), claimed(), text=signed, say=UK, zone=KYIV)
    assert "<blockquote>Майстер буде до 18:00.\n— Оксана, Київстар</blockquote>" in shown.html
    assert "Надішлю о 14:19:32" in good(shown)
    assert labels(shown) == [["Надіслати зараз", "Скасувати"]]
    assert actions(shown) == ["send:9", "cancel:9"]
    assert "Goes out at 14:19:32" in good(draft_card(reply(ReplyStatus.DRAFT), claimed(), say=EN, zone=KYIV))


@pytest.mark.parametrize(
    ("status", "piece", "offered"),
    [
        (ReplyStatus.QUEUED, "📤 Надсилаю", [["Скасувати"]]),
        (ReplyStatus.SENDING, "📤 Надсилаю", []),
        (ReplyStatus.PUBLISHED, "📤 Опубліковано о 14:25", []),
        (ReplyStatus.VERIFIED, "✅ Відповідь на сторінці", [["🔗 Відкрити"]]),
        (ReplyStatus.CANCELLED, "↩️ Скасовано, на сторінку нічого не пішло", []),
        (ReplyStatus.REFUSED, "Зачекайте кілька хвилин", [["🔁 Ще раз"], ["🔗 Відкрити"]]),
        (ReplyStatus.UNKNOWN, "Шукаю відповідь на сторінці", [["✅ Так, відповіли", "🔁 Ще раз"], ["🔗 Відкрити"]]),
    ],
)
def test_a_draft_becomes_what_came_of_it(status: ReplyStatus, piece: str, offered: list[list[str]]) -> None:
    sent = reply(status, refusal="flood", url=PAGE_URL, published_at=NOW)
    shown = draft_card(sent, claimed(), say=UK, zone=KYIV)
    assert piece in good(shown)
    assert labels(shown) == offered
    kept = f"<pre>{sent.text}</pre>" in shown.html
    assert kept == (status in {ReplyStatus.REFUSED, ReplyStatus.UNKNOWN, ReplyStatus.CANCELLED})
    good(draft_card(sent, claimed(), say=EN, zone=KYIV))


def test_a_text_to_publish_by_hand_is_copied_with_one_tap() -> None:
    handed = reply(ReplyStatus.HANDED)
    shown = handed_card(handed, claimed(can_write=False), say=UK)
    assert f"<code>{handed.text}</code>" in shown.html
    assert labels(shown) == [["📋 Скопіювати", "🔗 Відкрити"]]
    assert shown.buttons[0][0].copy == handed.text
    assert draft_card(handed, claimed(can_write=False), say=UK, zone=KYIV) == shown
    assert "paste it there" in good(handed_card(handed, claimed(), say=EN))


def test_a_text_too_long_for_the_copy_button_has_no_button() -> None:
    shown = handed_card(reply(ReplyStatus.HANDED, text="ї" * 257), claimed(), say=UK)
    assert labels(shown) == [["🔗 Відкрити"]]
    assert "ї" * 257 in good(shown)


def test_a_text_to_copy_is_kept_letter_for_letter() -> None:
    text = "@support пише: /start <3 & «ок»\n\n\nдо 18:00"
    for shown in (
        handed_card(reply(ReplyStatus.HANDED, text=text), claimed(), say=UK),
        taken_text(claimed(), text, say=UK, now=NOW, zone=KYIV),
    ):
        assert text in good(shown)


def test_a_refusal_says_who_holds_the_thread_and_keeps_the_text() -> None:
    shown = taken_text(claimed(), "Мій текст", say=UK, now=NOW, zone=KYIV)
    assert "Не надіслано, питання вже взято: Оксана Прикладна, 8 хв тому (14:17)" in good(shown)
    assert "<pre>Мій текст</pre>" in shown.html
    assert "took this question 8 min ago" in good(taken_text(claimed(), "Мій", say=EN, now=NOW, zone=KYIV))
    assert "вже є відповідь" in good(taken_text(answered(), "Мій", say=UK, now=NOW, zone=KYIV))


def test_an_address_that_telegram_would_refuse_gives_no_button_and_no_link() -> None:
    for url in ("", "javascript:alert(1)", "https://", "https://forum.example/ a", "https://[", "x" * 3_000):
        assert all(not button.url for row in card(view(url=url)).buttons for button in row)
        assert "<a " not in card(answered(url=url, answer_url=url)).html


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (UK, "обмежує, як часто ми пишемо. Спробую ще раз о 14:"),
        (EN, "limits how often we write. I will try again at 14:"),
    ],
)
def test_a_reply_that_waits_out_a_limit_says_why_until_when_and_can_be_taken_back(say: Texts, words: str) -> None:
    waiting = reply(ReplyStatus.QUEUED, refusal="flood")
    shown = draft_card(waiting, claimed(), say=say, zone=KYIV)
    assert words in good(shown)
    assert actions(shown) == ["cancel:9"]


@pytest.mark.parametrize(("stars", "shown"), [(1, "★☆☆☆☆"), (3, "★★★☆☆"), (5, "★★★★★")])
def test_a_review_shows_its_stars(stars: int, shown: str) -> None:
    base = view()
    review = view(opening=replace(base.opening, stars=stars))
    assert f"\n{shown}\n" in card(review).html
    assert "★" not in card(base).html


def test_an_answer_that_would_take_anothers_place_waits_for_a_word_of_its_own() -> None:
    refused = claimed(reply=reply(ReplyStatus.REFUSED, refusal="overwrites"))
    made = {action.partition(":")[0] for action in actions(card(refused))}
    assert "replace" in made
    assert "retry" not in made
    assert "Там уже стоїть відповідь компанії" in card(refused).html
