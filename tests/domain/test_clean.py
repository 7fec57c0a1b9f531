import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.clean import LIMIT, MARKS, clean, squeeze, text_hash

FAMILY = "👨\u200d👩\u200d👧"
HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\ud800\udc00\x00\u200d\ufe0f\u202e\u2066\u0301\u0316\u0344\u302e \n\r\t1👨❤🏴\U000e0067ґй"),
    )
)


def longest_run_of_marks(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char)[0] == "M" else 0
        longest = max(longest, run)
    return longest


def test_an_ordinary_post_stays_as_it_is() -> None:
    post = "Добрий день! Підкажіть, чому «Супер 3D» не працює?\n\nДзвонив на 466 — тиша 😡🙏"
    assert clean(post) == post


@pytest.mark.parametrize(
    ("hostile", "stored"),
    [
        ("При\x00віт", "Привіт"),
        ("При\ud83dвіт\udc00", "Привіт"),
        ("\ud83d\ude00", "😀"),
        ("\u202eтівирП\u202c", "тівирП"),
        ("При\u2066в\u2069іт\u200e", "Привіт"),
        ("к\u200bи\u200cї\u2060в\ufeff", "київ"),
        ("не\u00adпрацює", "непрацює"),
        ("а\u200dб", "аб"),
        ("дзвоню\x1b[31m\x07\x9f", "дзвоню[31m"),
        ("a\u0301\u0302\u0303\u0304\u0305\u0306", "á\u0302\u0303"),
        ("ก" + "\u0e47" * 40, "ก\u0e47\u0e47\u0e47"),
        ("и\u0306", "й"),
        ("рядок\r\nдругий\rтретій\u2028четвертий", "рядок\nдругий\nтретій\nчетвертий"),
        ("а\n\n\n \n\n\nб", "а\n\n\nб"),
        ("\tслово\tслово  \n", "слово слово"),
        ("текст\U000e0067\U000e0062 далі", "текст далі"),
        ("ж\ufe0f", "ж"),
        ("\u2800\u3164", ""),
        ("   ", ""),
        ("", ""),
    ],
)
def test_what_breaks_a_database_or_a_screen_is_gone(hostile: str, stored: str) -> None:
    assert clean(hostile) == stored


@pytest.mark.parametrize("emoji", [FAMILY, "❤️", "1️⃣", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇺🇦", "👩🏽\u200d💻", "🏳️\u200d🌈"])
def test_an_emoji_sequence_stays_whole(emoji: str) -> None:
    assert clean(f"ох {emoji} ох") == f"ох {emoji} ох"


def test_a_joiner_held_by_a_selector_that_went_goes_too() -> None:
    assert clean("а\ufe0f\u200d👩") == "а👩"


def test_a_very_long_post_is_cut_with_an_ellipsis() -> None:
    stored = clean("слово " * 50_000)
    assert len(stored) <= LIMIT
    assert stored.endswith("…")


def test_the_cut_tears_no_emoji() -> None:
    for shift in range(8):
        stored = clean("x" * (LIMIT - 5 - shift) + FAMILY + "y" * 100)
        assert not stored.removesuffix("…").endswith("\u200d")
        assert FAMILY in stored or "👨" not in stored


@given(HOSTILE)
@example("\u0344" * 9)
@example("а" + "\u302e\u0301" * 200)
@example("\u0958\u0301\u0301\u0301")
def test_whatever_comes_is_fit_for_the_store_and_cleaning_twice_changes_nothing(hostile: str) -> None:
    stored = clean(hostile)
    stored.encode()
    assert "\x00" not in stored
    assert unicodedata.is_normalized("NFC", stored)
    assert longest_run_of_marks(stored) <= MARKS
    assert clean(stored) == stored


def test_a_page_that_changed_quotes_case_and_breaks_still_shows_our_reply() -> None:
    ours = "Добрий день, Оксано! «Супер 3D» уже\nпрацює — перевірте… ❤️"
    page = 'ДОБРИЙ ДЕНЬ, ОКСАНО! "Супер 3D" уже працює - пере вірте... ❤'
    assert squeeze(ours) == squeeze(page)
    assert text_hash(ours) == text_hash(page)


def test_an_edited_word_changes_the_hash() -> None:
    assert text_hash("не працює") != text_hash("вже працює")
    assert len(text_hash("\ud800")) == 32
