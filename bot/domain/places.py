"""Which Ukrainian places a post names. Pure and quick: every form of every name is a key, a post is read word by word.

Names that are words too (Суми and «суми», Рівне and «рівне») need a capital letter inside a sentence, or after a word
that places follow, such as «у» or «місто»; the worst (Бар, Щастя, surnames) always need that word. Other names do with
any letters: people write «харків».
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.domain.place_names import OBLASTS, PLACES, forms, lines

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`-][^\W\d_]+)*")
_APOSTROPHES = str.maketrans("’ʼ`", "'''")
_BEFORE_PLACES = frozenset(
    {"в", "у", "во", "на", "з", "із", "зі", "с", "из", "до", "від", "от", "під", "под", "біля", "возле", "через", "по"}
    | {"коло", "м", "місто", "місті", "міста", "г", "город", "городе", "города", "in", "at", "near", "from"}
)
_BEFORE_STREETS = frozenset(
    {"вул", "вулиця", "вулиці", "вулицю", "ул", "улица", "улице", "улицу", "просп", "проспект", "проспекті"}
    | {"проспекте", "пр-т", "пл", "площа", "площі", "площадь", "площади", "пров", "провулок", "бульвар", "бул"}
    | {"метро", "станція", "станции", "станції", "богдан", "богдана", "богдану"}
)
_REGION = re.compile(r"обл(?:аст[іьиюей]+)?")
_SENTENCE_ENDS = ".!?…\n"


def places_in(text: str) -> tuple[str, ...]:
    """The places named, by their Ukrainian names, each once, in the order of the text: «Харків», «Сумська область»."""
    return tuple(dict.fromkeys(_named(text)))


def _named(text: str) -> Iterator[str]:
    cities, regions = _cities(), _regions()
    shouting = text.isupper()
    words = list(_WORD.finditer(text))
    lowered = [word.group().translate(_APOSTROPHES).casefold() for word in words]
    skip = -1
    for at, word in enumerate(lowered):
        following = lowered[at + 1] if at + 1 < len(lowered) else ""
        if at <= skip:
            continue
        alone, region = regions.get(word, (False, ""))
        if region and (alone or _REGION.fullmatch(following)):
            yield region
            continue
        if found := cities.get(f"{word} {following}"):
            skip = at + 1
            yield found[1]
        elif at == 0 or lowered[at - 1] not in _BEFORE_STREETS:
            yield from _named_by(word, text, words[at], lowered[at - 1] if at else "", shouting)


def _named_by(word: str, text: str, where: re.Match[str], before: str, shouting: bool) -> Iterator[str]:
    """One word: a place, or several joined by hyphens that are all places, as trains have."""
    found = [_cities().get(word)]
    if found == [None] and "-" in word:
        found = [_cities().get(part) for part in word.split("-")]
    if None in found:
        return
    for one in found:
        if one is not None and (not one[0] or _is_proven(one[0], text, where, before, shouting)):
            yield one[1]


def _is_proven(doubt: int, text: str, where: re.Match[str], before: str, shouting: bool) -> bool:
    """Is a word that may mean something else written as a name is? ``doubt`` is how many marks it has."""
    if shouting or not where.group()[0].isupper():
        return False
    if doubt > 1 or before in _BEFORE_PLACES:
        return before in _BEFORE_PLACES
    ahead = text[: where.start()].rstrip(" \t\"'«„“(*—–-:")
    return bool(ahead) and ahead[-1] not in _SENTENCE_ENDS


@cache
def _cities() -> dict[str, tuple[int, str]]:
    """Each form, one word or two, with how doubtful it is and the name."""
    known: dict[str, tuple[int, str]] = {}
    for name, spellings in lines(PLACES):
        for spelt in spellings:
            doubt = name.count("!") + 2 * spelt.count("!")
            for form in forms(spelt.lstrip("!")):
                known.setdefault(" ".join(form), (doubt, name.lstrip("!")))
    return known


@cache
def _regions() -> dict[str, tuple[bool, str]]:
    """Each form, with whether it stands alone (Харківщина) and the name."""
    known: dict[str, tuple[bool, str]] = {}
    for name, stems in lines(OBLASTS):
        for stem in stems:
            alone = stem.endswith("ин") and not stem.endswith("инськ")
            for form in forms(f"{stem}/f") if alone else forms(f"{stem}/a"):
                known.setdefault(form[0], (alone, f"{name} область"))
    return known
