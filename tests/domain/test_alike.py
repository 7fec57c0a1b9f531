"""The sketch of a text: near-identical ones share a number of it, others do not, and short ones have none."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alike import COMPARED, LEAST, comparable, sketch

SPAM = "Заробляй від 500 доларів на день без вкладень, пиши в особисті повідомлення просто зараз, місць мало!"
COMPLAINT = "Третій день немає інтернету на вулиці Прикладній, а гроші за місяць ви вже зняли. Коли це полагодять?"


def of(text: str) -> set[int]:
    return set(sketch(comparable(text)))


def test_case_spaces_and_dashes_make_no_difference() -> None:
    assert of(SPAM) == of("  " + SPAM.upper().replace(" ", "\n ")) != set()


def test_texts_that_differ_in_a_few_letters_share_a_number_nearly_always() -> None:
    chance = random.Random(5)  # noqa: S311
    shared = 0
    for _ in range(200):
        letters = list(COMPLAINT)
        for at in chance.sample(range(len(letters)), 3):
            letters[at] = chance.choice("абвгдежзиклмнопрстуфхцчшщ")
        shared += bool(of(COMPLAINT) & of("".join(letters)))
    assert shared >= 195


def test_other_texts_share_none() -> None:
    assert not of(SPAM) & of(COMPLAINT)


def test_what_many_write_by_themselves_is_too_short_to_be_a_copy() -> None:
    for text in ("", "немає інтернету", "Коли буде зв'язок у нашому селі?", "а" * (LEAST - 1)):
        assert of(text) == set()
    assert of("а" * LEAST) != set()


@given(st.text(max_size=3000))
def test_any_text_has_a_sketch_of_six_small_numbers_at_most(text: str) -> None:
    letters = comparable(text)
    assert len(letters) <= COMPARED
    found = sketch(letters)
    assert len(found) <= 6
    assert all(0 <= one < 2**32 for one in found)
    assert found == sketch(letters)
