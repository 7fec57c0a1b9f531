"""What the shipped model says: of ordinary and hard posts, and of whatever else may come."""

from __future__ import annotations

import base64
import csv
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import Lang, Sentiment, Topic, Verdict
from bot.domain.triage import judge
from bot.language import REASON_CODES, Classifier, classify

PRODUCTS = ("Супер 3D",)
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def opens(verdict: Verdict) -> bool:
    day = timedelta(days=1)
    return judge(verdict, official=False, published_at=NOW, now=NOW, lookback=day, first_look=False).opens


def posts(name: str) -> list[tuple[dict[str, str], Verdict]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row, classify(row["text"] or "", products=PRODUCTS)) for row in rows]


@pytest.mark.parametrize("name", ["posts.tsv", "posts_unseen.tsv"])
def test_no_post_that_needs_a_reply_is_quietly_dropped(name: str) -> None:
    assert [row["text"] for row, verdict in posts(name) if row["reply"] == "yes" and not opens(verdict)] == []


@pytest.mark.parametrize(("label", "share"), [("lang", 0.95), ("sentiment", 0.9), ("reply", 0.92), ("topic", 0.85)])
def test_the_model_agrees_with_posts_it_never_saw(label: str, share: float) -> None:
    said = {"lang": "lang", "sentiment": "sentiment", "topic": "topic", "reply": "needs_reply"}[label]
    wrong = []
    for row, verdict in posts("posts.tsv"):
        answer = getattr(verdict, said)
        if (("yes" if answer else "no") if label == "reply" else answer) != row[label]:
            wrong.append(f"{row['text']}: {answer}")
    assert len(wrong) <= (1 - share) * len(posts("posts.tsv")), wrong


@pytest.mark.parametrize(
    ("text", "sentiment", "needs_reply"),
    [
        ("Третій день без інтернету, дуже дякую за таку роботу", "negative", None),
        ("Підкажіть як налаштувати пошту", "neutral", True),
        ("Скільки можна?!", "negative", None),
        ("Супер 3D — це який тариф?", "neutral", True),
        ("Другу неділю немає інтернету", "negative", True),
        ("Водафон набагато кращий", "negative", False),
        ("Дякую!", "positive", False),
        ("Вже розібралася, дякую", "positive", False),
        ("Доброго дня!", "neutral", False),
        ("Казино! Бонус за реєстрацію https://spam.example", "neutral", False),
        ("дебіли, коли ви полагодите інтернет, не працює з понеділка", "negative", True),
        ("Вибачте, що турбую, але інтернет зник. Дякую за роботу", "negative", True),
        ("gjxtve yt hf,jnftn bynthytn", "negative", True),
        ("internet ne pracyue, dopomozhit", "negative", True),
        ("My internet is down since Monday, please help", "negative", True),
    ],
)
def test_hard_posts(text: str, sentiment: str, needs_reply: bool | None) -> None:
    verdict = classify(text, products=PRODUCTS)
    assert verdict.sentiment == sentiment, verdict
    assert needs_reply in (None, verdict.needs_reply), verdict


def test_probabilities_are_shares_and_belong_to_what_is_said() -> None:
    verdict = classify("Дякую за чудову роботу!")
    assert verdict.probabilities is not None
    assert verdict.sentiment is Sentiment.POSITIVE
    assert verdict.probabilities.sentiment > 0.5
    assert verdict.probabilities.needs_reply < 0.5
    assert not verdict.needs_reply


def test_a_name_of_a_product_is_no_praise() -> None:
    assert classify("Чудовий", products=("Чудовий",)).sentiment is Sentiment.NEUTRAL
    assert classify("Чудовий").sentiment is Sentiment.POSITIVE


def test_the_margin_decides_what_is_shown_as_doubtful() -> None:
    text = "ну таке собі"
    verdict = classify(text)
    assert verdict.probabilities is not None
    chance = verdict.probabilities.needs_reply
    below, above = chance / 2, (chance + 0.5) / 2
    assert chance < 0.5
    assert not Classifier(margin=below)(text).sure
    assert Classifier(margin=above)(text).sure
    assert opens(Classifier(margin=below)(text))
    assert not opens(Classifier(margin=above)(text))


def test_a_leads_cues_count_and_are_quoted() -> None:
    text = "у нас знову бубабу вдома"
    plain = Classifier()(text)
    taught = Classifier(cues=["[cues]\nproblem = '''\nзнову бубабу  # so they call an outage\n'''"])(text)
    assert not any("бубабу" in reason.quote for reason in plain.why if reason.code == "problem")
    assert ("problem", "знову бубабу") in [(reason.code, reason.quote) for reason in taught.why]
    assert taught.sentiment is Sentiment.NEGATIVE


@pytest.mark.parametrize(
    ("cues", "says"),
    [
        ("[cues", "Expected"),
        ("[words]\na = 'b'", "unknown table"),
        ("[cues]\nmood = 'b'", "unknown group mood"),
        ("[cues]\npraise = ['b']", "expected text"),
        ("[cues]\npraise = '_ b'", "begins and ends"),
        ("[cues]\npraise = 'a*b'", "a star stands at the end"),
        ("[topics]\nweather = 'b'", "unknown group weather"),
    ],
)
def test_cues_that_are_badly_written_are_refused(cues: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("[", r"\[")):
        Classifier(cues=[cues])


def test_our_own_name_in_front_is_no_neighbour() -> None:
    text = "@vidhuk_page наберіть 111 і все"
    stranger, ours = Classifier()(text), Classifier(own=["vidhuk_page"])(text)
    assert stranger.probabilities != ours.probabilities


@pytest.mark.parametrize(
    ("text", "needs_card"),
    [
        ("Dlaczego internet nie działa? Proszę o pomoc", True),
        ("De ce nu merge internetul? Vă rog ajutați-mă", True),
        ("İnternet neden çalışmıyor? Lütfen yardım edin", True),
    ],
)
def test_a_language_we_do_not_speak_is_other_and_its_questions_become_cards(text: str, needs_card: bool) -> None:
    verdict = classify(text)
    assert verdict.lang is Lang.OTHER
    assert opens(verdict) is needs_card


@pytest.mark.parametrize("text", ["", " ", "\x00", "\u200b\u200e\u202e", "я", "?", "😡", "🙏❤️", "\ud83d", "...", "5"])
def test_almost_nothing_has_a_verdict(text: str) -> None:
    verdict = classify(text)
    assert verdict.why
    assert verdict.topic is Topic.OTHER


def test_code_is_no_question_of_a_known_kind() -> None:
    verdict = classify(base64.b64encode(bytes(range(256))).decode())
    assert verdict.why
    assert verdict.lang in (Lang.OTHER, Lang.EN)


def test_hidden_and_foreign_letters_inside_words_change_nothing() -> None:
    expected = classify("дуже погано працює інтернет")
    for disguised in (
        "дууууже погаааано працює інтернет",
        "дуже пoгaнo працює iнтeрнет",
        "дуже по\u200bгано \u202eпрацює\u202c інтернет\x00",
    ):
        verdict = classify(disguised)
        assert (verdict.sentiment, verdict.needs_reply, verdict.lang) == (
            expected.sentiment, expected.needs_reply, Lang.UK,
        )  # fmt: skip


ODD = st.text(st.one_of(st.characters(), st.sampled_from(" ?!.@'’іыaа\u0301\u200d\ud800\x00[];,😡")), max_size=200)
WORDS = (
    "не дякую чому працює інтернет супер ? третій день вже водафон ап привіт підкажіть . скільки можна "
    "no internet https://a.example @b ghbdtn pidkazhit 3D )))"
)
PHRASES = st.lists(st.sampled_from(WORDS.split()), max_size=20).map(" ".join)


@given(st.one_of(ODD, PHRASES))
def test_whatever_comes_there_is_a_verdict_with_known_reasons_and_doubt_is_never_quiet(text: str) -> None:
    verdict = classify(text, products=PRODUCTS)
    assert verdict.why
    assert {reason.code for reason in verdict.why} <= REASON_CODES
    assert verdict.sure or opens(verdict)
    for reason in verdict.why:
        reason.quote.encode()
        assert len(reason.quote) <= 60
    if verdict.probabilities:
        told = verdict.probabilities
        assert all(0 <= chance <= 1 for chance in (told.lang, told.sentiment, told.needs_reply, told.topic))


NONSENSE = " ".join(chr(0x430 + at % 32) * (at % 7) for at in range(25_000))


@pytest.mark.parametrize(
    "heavy",
    ["не " * 33_000, "?" * 100_000, "я" * 100_000, "дякую не " * 11_000, "@a" * 50_000, "a.b/" * 25_000,
     "інтернет " * 11_000, "QUJD" * 25_000, "\u0301" * 100_000, NONSENSE],
)  # fmt: skip
def test_a_huge_post_costs_little(heavy: str) -> None:
    assert classify(heavy).why
    taken = []
    for _ in range(5):
        began = time.process_time()
        classify(heavy)
        taken.append(time.process_time() - began)
    assert min(taken) < 0.025  # the goal is 5 ms; a fivefold reserve for a busy machine


def test_what_cues_plainly_take_for_a_question_is_never_quiet() -> None:
    verdict = classify("Родина: чому? " + "👨‍👩‍👧‍👦" * 400)
    assert opens(verdict)
