"""The cue files hold what the code reads, and cues are found as their head says."""

from __future__ import annotations

import pytest

from bot.domain.model import Topic
from bot.language.cuebook import plain, shipped
from bot.language.reading import read
from bot.language.repair import TO_LATIN, one_script, skeleton, unstretched

GROUPS = {
    "advice", "before", "bump", "but", "chatter", "closed", "competitor", "complaint", "duration", "greeting", "insult",
    "leaving", "now", "polite", "praise", "problem", "question_word", "quitting", "request", "rhetorical", "sarcasm",
    "shield", "spam", "thanks",
}  # fmt: skip


def groups(text: str) -> set[str]:
    return set(read(text).hits)


def test_every_group_is_one_that_the_verdict_reads() -> None:
    topics = {f"topic.{topic}" for topic in Topic if topic is not Topic.OTHER}
    assert {group for group, _ in shipped().pairs} == GROUPS | topics


def test_every_cue_is_well_written() -> None:
    for group, cue in shipped().pairs:
        places = cue.lstrip("^").split()
        assert places, (group, cue)
        assert places[0] != "_", (group, cue)
        assert places[-1] != "_", (group, cue)
        for choice in "|".join(places).split("|"):
            assert "*" not in choice[:-1], (group, cue)
            assert plain(choice.rstrip("*")), (group, cue)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Не працює", True),
        ("не працюватиме", True),
        ("не дуже працює", False),
        ("не. Працює", False),
        ("нема вже нормального швидкого інтернету", True),
        ("нема вже дуже давно нормального швидкого інтернету", False),
        ("нема. Зате інтернет є", False),
        ("НЕМА ЗВ’ЯЗКУ", True),
        ('нема зв"язку', True),
    ],
)
def test_a_cue_is_found_as_it_is_written(text: str, found: bool) -> None:
    assert ("problem" in groups(text)) is found


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Коли зелене світло", True),
        ("Добрий день, коли зелене світло", True),
        ("Знаю, коли зелене світло", False),
        ("Все добре. Коли зелене світло", True),
    ],
)
def test_a_cue_that_opens_counts_only_at_the_beginning_of_a_sentence(text: str, asks: bool) -> None:
    assert ("question_word" in groups(text)) is asks


def test_a_cue_inside_a_greeting_does_not_count() -> None:
    assert groups("Гарного дня") == {"greeting"}


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("підкажіть", ("pidkazhit", "pidkajit")),
        ("працює", ("pracyuye", "pratsiuie", "pracue")),
        ("почему", ("pochemu", "po4emu")),
        ("пожалуйста", ("pozhaluysta",)),
        ("зв'язок", ("zvyazok", "zv'iazok")),
        ("що", ("shcho", "scho")),
    ],
)
def test_a_skeleton_is_one_for_all_spellings(cyrillic: str, latin: tuple[str, ...]) -> None:
    for spelling in latin:
        assert skeleton(spelling) == skeleton(cyrillic)


def test_letters_are_repaired() -> None:
    assert one_script("Kyіvstar") == "Kyivstar"
    assert one_script("інтeрнет") == "інтернет"
    assert unstretched("дуууже плохооо") == "дуже плохо"
    assert "руддщ".translate(TO_LATIN) == "hello"
