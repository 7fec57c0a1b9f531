"""Places in posts as people write them, in three languages and all cases; and words that only look like places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.place_names import PLACES, forms, lines
from bot.domain.places import places_in


@pytest.mark.parametrize(
    ("post", "places"),
    [
        ("У Харкові третю годину немає зв'язку", ["Харків"]),
        ("в харькове нет интернета", ["Харків"]),
        ("No signal in Kharkiv since morning", ["Харків"]),
        ("у києві та Одесі, а ще во Львове", ["Київ", "Одеса", "Львів"]),
        ("Київ! Київ, чуєш? у Києві", ["Київ"]),
        ("из Николаева дозвониться нельзя", ["Миколаїв"]),
        ("під Миколаєвом теж", ["Миколаїв"]),
        ("у Кривому Розі й в Кривом Роге", ["Кривий Ріг"]),
        ("Біла Церква без мережі", ["Біла Церква"]),
        ("живу у Білій Церкві", ["Біла Церква"]),
        ("из Новой Каховки", ["Нова Каховка"]),
        ("Кам’янець-Подільський", ["Кам'янець-Подільський"]),
        ("в Каменце-Подольском", ["Кам'янець-Подільський"]),
        ("в Ивано-Франковске", ["Івано-Франківськ"]),
        ("потяг Київ-Львів", ["Київ", "Львів"]),
        ("із Запоріжжя до Дніпра", ["Запоріжжя", "Дніпро"]),
        ("в Запорожье и в Днепре", ["Запоріжжя", "Дніпро"]),
        ("на Харківщині тихо", ["Харківська область"]),
        ("Сумська область, Сумской области", ["Сумська область"]),
        ("в Одесской обл. ничего", ["Одеська область"]),
        ("на Буковині", ["Чернівецька область"]),
        ("у Вінниці, в Виннице", ["Вінниця"]),
        ("Черкаси, у Черкасах, в Черкассах", ["Черкаси"]),
        ("у Хмельницькому", ["Хмельницький"]),
        ("м. Суми", ["Суми"]),
        ("у Сумах нема світла", ["Суми"]),
        ("живу в місті Рівне", ["Рівне"]),
        ("у Рівному не працює", ["Рівне"]),
        ("в Ровно нет связи", ["Рівне"]),
        ("в Ізюмі та Бучі", ["Ізюм", "Буча"]),
        ("у Бар не дозвонитись", ["Бар"]),
    ],
)
def test_places_are_named(post: str, places: list[str]) -> None:
    assert list(places_in(post)) == places


@pytest.mark.parametrize(
    "post",
    [
        "",
        "Суми не приходять на рахунок",
        "Зникли суми з рахунку, де мої суми",
        "ЗНИКЛИ СУМИ З РАХУНКУ",
        "списали дві суми",
        "місце рівне, екран рівний",
        "ровно в пять часов",
        "в рівному стані",
        "Рівне покриття де?",
        "Одеса-мама",
        "Київстар знову лежить",
        "Знову така буча",
        "купив ізюм і малини",
        "Щастя вам",
        "бажаю Щастя всім",
        "вул. Богдана Хмельницького, 5",
        "ул. Киев, дом 3",
        "сиджу, бар, пиво",
        "мене ніхто не чує",
        "розмір долини",
        "київська прописка",
        "харківська картопля",
        "роздільна здатність",
    ],
)
def test_what_only_looks_like_a_place_is_none(post: str) -> None:
    assert places_in(post) == ()


def test_more_than_a_hundred_and_fifty_places_are_known_each_once() -> None:
    names = [name.lstrip("!") for name, _ in lines(PLACES)]
    assert len(names) == len(set(names)) > 150


def test_every_plain_name_is_found_by_itself_in_its_own_sentence() -> None:
    plain = [name for name, _ in lines(PLACES) if not name.startswith("!")]
    lost = [name for name in plain if places_in(f"Місто {name}") != (name,)]
    assert lost == []


def test_a_doubtful_name_is_found_after_a_word_that_places_follow() -> None:
    doubtful = [name.lstrip("!") for name, _ in lines(PLACES) if name.startswith("!")]
    lost = [name for name in doubtful if places_in(f"я в місто {name}") != (name,)]
    assert lost == []


def test_no_spelling_means_two_places() -> None:
    meant: dict[tuple[str, ...], set[str]] = {}
    for name, spellings in lines(PLACES):
        for spelt in spellings:
            for form in forms(spelt.lstrip("!")):
                meant.setdefault(form, set()).add(name)
    assert {form: names for form, names in meant.items() if len(names) > 1} == {}


@given(st.text(max_size=400))
def test_any_text_is_read_without_harm(post: str) -> None:
    found = places_in(post)
    assert len(found) == len(set(found))
