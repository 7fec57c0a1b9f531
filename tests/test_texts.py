"""The catalogues against each other, against the code that speaks from them, and the voice itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

import bot.texts
from bot.domain import errors
from bot.domain.model import Reason, Topic
from bot.domain.periods import day_of, week_of
from bot.language.verdicts import CODES
from bot.texts import LANGS, MissingText, Texts, reason, texts_for

KYIV = ZoneInfo("Europe/Kyiv")
ROOT = Path(__file__).parents[1]
SPOKEN_TO_PEOPLE = ("b", "i", "code", "pre", "blockquote", "a")

AWAITED = frozenset({"draft.edited", "note.kept", "setup.moved"})
"""Texts of handlers that are still to be written. Take out what is in use; when it is empty, delete it."""


@cache
def messages(lang: str) -> dict[str, tuple[str, ...]]:
    """Every text of a language by id: one string, or the forms of a plural."""
    with (Path(bot.texts.__path__[0]) / f"{lang}.po").open("rb") as file:
        found: dict[str, tuple[str, ...]] = {}
        for message in read_po(file, locale=lang):
            key = message.id if isinstance(message.id, str) else message.id[0]
            text = message.string
            if key:
                found[key] = tuple(text) if isinstance(text, (tuple, list)) else (str(text),)
        return found


@pytest.fixture(params=LANGS)
def lang(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def say(lang: str) -> Texts:
    return Texts(lang, strict=True)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_texts() -> None:
    assert messages("uk").keys() == messages("en").keys()


def test_no_text_is_empty(lang: str) -> None:
    assert [key for key, forms in messages(lang).items() if not all(forms)] == []


def test_every_form_has_the_placeholders_of_the_other_language() -> None:
    english = messages("en")
    for key, forms in messages("uk").items():
        expected = placeholders(english[key][0])
        for form in (*forms, *english[key]):
            assert placeholders(form) == expected, key
        assert all(name.isidentifier() for name in expected), key


def test_plurals_have_as_many_forms_as_the_language() -> None:
    for lang, wanted in (("uk", 3), ("en", 2)):
        for key, forms in messages(lang).items():
            assert len(forms) == (wanted if key.startswith("count.") else 1), key


@pytest.mark.parametrize(
    ("n", "uk", "en"),
    [
        (0, "0 питань", "0 questions"),
        (1, "1 питання", "1 question"),
        (2, "2 питання", "2 questions"),
        (5, "5 питань", "5 questions"),
        (11, "11 питань", "11 questions"),
        (21, "21 питання", "21 questions"),
        (22, "22 питання", "22 questions"),
        (25, "25 питань", "25 questions"),
        (111, "111 питань", "111 questions"),
    ],
)
def test_a_number_puts_its_noun_into_the_right_form(n: int, uk: str, en: str) -> None:
    assert Texts("uk", strict=True).count("questions", n) == uk
    assert Texts("en", strict=True).count("questions", n) == en


@pytest.mark.parametrize(
    ("n", "form"),
    [(0, 2), (1, 0), (2, 1), (5, 2), (11, 2), (12, 2), (21, 0), (22, 1), (25, 2), (111, 2), (112, 2), (121, 0)],
)
def test_ukrainian_picks_the_same_form_for_every_noun(n: int, form: int) -> None:
    say = Texts("uk", strict=True)
    for key, forms in messages("uk").items():
        if key.startswith("count."):
            assert say.count(key.removeprefix("count."), n) == forms[form].format(n=n), key


def error_codes() -> set[str]:
    kinds = (kind for kind in vars(errors).values() if isinstance(kind, type))
    return {kind.code for kind in kinds if issubclass(kind, errors.VidhukError)}


def test_every_error_says_what_happened_and_what_to_do(lang: str) -> None:
    for code in error_codes():
        for family in ("error", "hint"):
            text = messages(lang)[f"{family}.{code}"][0]
            assert text.endswith("."), text


def test_no_error_text_outlives_its_error(lang: str) -> None:
    for family in ("error.", "hint."):
        assert {key.removeprefix(family) for key in messages(lang) if key.startswith(family)} == error_codes()


def test_every_topic_has_a_name(say: Texts) -> None:
    assert all(say(f"topic.{topic}") for topic in Topic)


def test_every_reason_of_the_triage_has_a_text_and_no_other_has(lang: str) -> None:
    known = {key.removeprefix("reason.") for key in messages(lang) if key.startswith("reason.")}
    assert known - {"other", "with_quote"} == CODES


def sources() -> Iterator[ast.Module]:
    for folder in ("bot", "handlers", "jobs"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if "sandbox" not in file.parts:
                yield ast.parse(file.read_text(encoding="utf-8"), str(file))


SPEAKING = {"say": "", "html": "", "Told": "", "count": "count.", "Reason": "reason."}


def spoken() -> Iterator[tuple[str, str]]:
    """(how, id) of each text that the code asks for with a literal."""
    for module in sources():
        for node in ast.walk(module):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0]
            if name not in SPEAKING or not isinstance(first, ast.Constant) or not isinstance(first.value, str):
                continue
            if name != "count" or first.value.isidentifier():  # not "text".count("\n")
                yield name, SPEAKING[name] + first.value


def mentioned() -> tuple[set[str], set[str]]:
    """All string literals of the code, and the beginnings of its f-strings."""
    whole, beginnings = set(), set()
    for module in sources():
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginnings.add(str(node.values[0].value))
    return whole, beginnings


def test_every_text_that_the_code_asks_for_exists() -> None:
    known = messages("uk").keys()
    assert {key for _, key in spoken() if key not in known} == set()


def test_no_text_is_unused() -> None:
    whole, beginnings = mentioned()
    families = tuple(start for start in beginnings if re.fullmatch(r"[a-z_]+\.[a-z_.]*", start))
    asked = {key for _, key in spoken()}
    left = {key for key in messages("uk") if key not in whole | asked | AWAITED and not key.startswith(families)}
    assert {key for key in left if not key.startswith("count.unit_")} == set()


class _TelegramHtml(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert tag in SPOKEN_TO_PEOPLE, tag
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_marked_up_texts_are_well_formed(lang: str) -> None:
    for key, forms in messages(lang).items():
        for form in forms:
            parser = _TelegramHtml()
            parser.feed(form)
            parser.close()
            assert parser.open == [], key
            assert "&" not in form, key


def test_what_is_said_plainly_has_no_markup(lang: str) -> None:
    plain = {key for how, key in spoken() if how != "html"} | {
        key for key in messages(lang) if key.startswith(("error.", "hint.", "button.", "command.", "topic.", "reason."))
    }
    for key in plain:
        assert not re.search("[<>&]", "".join(messages(lang)[key])), key


def test_answers_to_taps_are_short_enough(lang: str) -> None:
    for key in {key for how, key in spoken() if how == "Told"}:
        assert len(messages(lang)[key][0]) <= 150, key


def test_commands_are_described_as_telegram_wants_them(lang: str) -> None:
    for key, forms in messages(lang).items():
        if key.startswith("command."):
            assert 3 <= len(forms[0]) <= 60, key


def test_ukrainian_has_real_apostrophes_and_no_latin_letters_in_its_words() -> None:
    for key, forms in messages("uk").items():
        words = re.findall(r"[^\W\d_]+(?:['’`][^\W\d_]+)*", re.sub(r"\{\w+\}|</?\w+>", " ", " ".join(forms)))
        for word in words:
            assert "'" not in word, (key, word)
            assert "`" not in word, (key, word)
            assert not (re.search("[а-яґєіїА-ЯҐЄІЇ]", word) and re.search("[A-Za-z]", word)), (key, word)
            assert not re.search("[ыэъёЫЭЪЁ]", word), (key, word)


def test_ukrainian_guesses_nobodys_gender() -> None:
    guessing = re.compile(r"\b(взя(в|ла)|відпові(в|ла)|написа(в|ла)|зроби(в|ла)|забра(в|ла)|надісла(в|ла))\b")
    assert [key for key, forms in messages("uk").items() if guessing.search(" ".join(forms))] == []


def test_a_missing_text_is_an_error_in_tests(say: Texts) -> None:
    with pytest.raises(MissingText, match=r"claim\.absent"):
        say.say("claim.absent")
    with pytest.raises(MissingText, match="absent"):
        say.count("absent", 2)


def test_a_missing_placeholder_is_an_error_in_tests(say: Texts) -> None:
    with pytest.raises(MissingText, match="agent"):
        say.say("claim.taken", ago="")


def test_in_production_a_missing_text_is_shown_as_its_id(lang: str) -> None:
    say = Texts(lang, strict=False)
    assert say.say("claim.absent") == "claim.absent"
    assert say.count("absent", 2) == "count.absent"
    assert "{agent}" in say.say("claim.taken", ago="")


def test_the_environment_makes_texts_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDHUK_STRICT_TEXTS", "1")
    with pytest.raises(MissingText):
        texts_for("uk").say("claim.absent")
    monkeypatch.delenv("VIDHUK_STRICT_TEXTS")
    assert texts_for("uk").say("claim.absent") == "claim.absent"


def test_a_language_that_we_do_not_speak_is_answered_in_ukrainian() -> None:
    assert texts_for("de") is texts_for(None) is texts_for("uk")


def test_a_value_is_never_read_as_a_pattern(say: Texts) -> None:
    assert "{agent.__class__}" in say("claim.taken", agent="{agent.__class__}", ago="{0}")


def test_html_escapes_values_and_keeps_what_is_html_already(say: Texts) -> None:
    state = say.html("card.claimed", agent="<b>Оксана & Ко</b>")
    assert "&lt;b&gt;Оксана &amp; Ко&lt;/b&gt;" in state
    assert state in say.html("card.claimed_at", state=state, time="14:05")


@pytest.mark.parametrize(
    ("seconds", "uk", "en"),
    [
        (0, "0 с", "0 s"),
        (40.4, "40 с", "40 s"),
        (59.6, "1 хв", "1 min"),
        (89, "1 хв", "1 min"),
        (90, "2 хв", "2 min"),
        (12 * 60, "12 хв", "12 min"),
        (3_599, "1 год", "1 h"),
        (3_900, "1 год 5 хв", "1 h 5 min"),
        (86_400, "1 день", "1 day"),
        (100_800, "1 день 4 год", "1 day 4 h"),
        (3 * 86_400 + 7_200, "3 дні", "3 days"),
        (21 * 86_400, "21 день", "21 days"),
        (-5, "0 с", "0 s"),
        (None, "—", "—"),
    ],
)
def test_a_duration_is_said_to_the_minute(seconds: float | None, uk: str, en: str) -> None:
    assert (Texts("uk", strict=True).span(seconds), Texts("en", strict=True).span(seconds)) == (uk, en)


@pytest.mark.parametrize(
    ("seconds", "uk", "en"),
    [
        (-3, "щойно", "just now"),
        (59.9, "щойно", "just now"),
        (119, "1 хв тому", "1 min ago"),
        (180, "3 хв тому", "3 min ago"),
        (3 * 86_400, "3 дні тому", "3 days ago"),
    ],
)
def test_how_long_ago_counts_full_minutes(seconds: float, uk: str, en: str) -> None:
    assert (Texts("uk", strict=True).ago(seconds), Texts("en", strict=True).ago(seconds)) == (uk, en)


@pytest.mark.parametrize(
    ("moment", "uk", "en"),
    [
        (datetime(2026, 11, 23, 12, 5, tzinfo=UTC), "14:05", "14:05"),
        (datetime(2026, 11, 22, 22, 5, tzinfo=UTC), "00:05", "00:05"),
        (datetime(2026, 11, 22, 21, 5, tzinfo=UTC), "вчора 23:05", "yesterday 23:05"),
        (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), "завтра 09:00", "tomorrow 09:00"),
        (datetime(2026, 11, 21, 12, 5, tzinfo=UTC), "21.11 14:05", "21 Nov 14:05"),
        (datetime(2025, 7, 1, 12, 5, tzinfo=UTC), "01.07.2025 15:05", "01 Jul 2025 15:05"),
    ],
)
def test_the_clock_is_local_and_says_the_day_when_it_is_another(moment: datetime, uk: str, en: str) -> None:
    now = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    assert Texts("uk", strict=True).clock(moment, KYIV, now) == uk
    assert Texts("en", strict=True).clock(moment, KYIV, now) == en


def test_a_stamp_reads_the_same_on_any_day() -> None:
    say, asked = Texts("uk", strict=True), datetime(2026, 11, 23, 21, 50, tzinfo=UTC)
    assert say.stamp(asked, KYIV) == "23.11 23:50"
    assert say.stamp(datetime(2026, 11, 23, 21, 55, tzinfo=UTC), KYIV, beside=asked) == "23:55"
    assert say.stamp(datetime(2026, 11, 23, 22, 5, tzinfo=UTC), KYIV, beside=asked) == "24.11 00:05"
    assert say.to_the_second(asked, KYIV) == "23:50:00"


def test_numbers_have_the_separators_of_the_language() -> None:
    uk, en = Texts("uk", strict=True), Texts("en", strict=True)
    assert (uk.number(1_574_775), en.number(1_574_775)) == ("1\u00a0574\u00a0775", "1,574,775")
    assert (uk.number(22.65, 1), en.number(22.65, 1)) == ("22,7", "22.7")
    assert (uk.signed(89), uk.signed(-3), uk.signed(0)) == ("+89", "−3", "0")
    assert (uk.percent(477_478 / 1_574_775, 1), en.percent(477_478 / 1_574_775, 1)) == ("30,3\u00a0%", "30.3%")
    assert (uk.percent(0.885), uk.percent(1.0), uk.percent(None)) == ("89\u00a0%", "100\u00a0%", "—")
    assert uk.number(-0.2) == "0"


def test_a_period_is_said_by_its_local_days() -> None:
    say, now = Texts("uk", strict=True), datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    assert say.days(day_of(now, KYIV), KYIV) == "01.01.2027"
    assert say.days(week_of(now, KYIV), KYIV) == "28.12.2026 – 03.01.2027"


def test_a_reason_comes_with_what_it_rests_on() -> None:
    assert reason(Reason("question_word", "чому"), "uk") == "запитання «чому»"
    assert reason(Reason("question_word", "чому"), "en") == "a question “чому”"
    assert reason(Reason("problem"), "uk") == "проблема"
    assert reason(Reason("never_heard_of", "ой"), "en") == "so says the triage “ой”"
