"""A post as it is read: its words after repair, the cues found in them, and the pieces of text they rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from bot.domain.clean import clean
from bot.language.cuebook import GAP, Cue, Fork, plain
from bot.language.repair import (
    RUSSIAN_KEYS,
    TO_LATIN,
    TO_RUSSIAN,
    TO_UKRAINIAN,
    mistyped_cyrillic,
    mistyped_latin,
)
from bot.language.words import Lexicon, Word, lexicon

HEAD, TAIL = 2_000, 1_000
"""Of a longer post only so many characters at its beginning and at its end are read."""

_WORD = re.compile(r"(?:https?://|www\.)\S+|@[\w.]+|[^\W_]+(?:['’ʼ`*\"][^\W_]+)*")
_MENTION = re.compile(r"@[\w.]*\w")
_SENTENCE = re.compile(r"[.!?;\n…|]|\s[-–—]\s")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\bt\.me/\S+", re.IGNORECASE)
_KEYS = re.compile("[ыэъЫЭЪ]")
SHIELDS = ("shield", "greeting", "polite", "product", "own")
"""Groups whose words are no sign of anything else: greetings, politeness, names."""
QUOTE = 60
LONGEST_TYPED = 40
"""Longer "words" are codes that nobody typed."""


class Hit(NamedTuple):
    """A cue that was found: its group, and the first and one-past-last of its words."""

    group: str
    first: int
    end: int


@dataclass(slots=True)
class Reading:
    """What is known of a post before it is judged."""

    text: str
    """What was read: cleaned, cut to the head and the tail of a long post."""
    words: list[Word]
    spans: list[tuple[int, int]]
    links: list[str]
    starts: list[bool]
    """Whether a sentence begins with the word."""
    mention_first: bool = False
    """The post begins with an @name."""
    repair: str = ""
    """"wrong_layout" or "translit" where the letters were not those that were meant."""
    meant: str = ""
    """The text in the letters that were meant, where the layout was wrong."""
    hits: dict[str, list[Hit]] = field(default_factory=dict)

    def quote(self, hit: Hit) -> str:
        """The piece of the post that a hit rests on, as it was written or, on a wrong layout, as it was meant."""
        return self.piece(hit.first, hit.end)

    def piece(self, first: int, end: int) -> str:
        piece = (self.meant or self.text)[self.spans[first][0] : self.spans[end - 1][1]]
        return piece if len(piece) <= QUOTE else piece[: QUOTE - 1] + "…"


def read(text: str, products: Sequence[str] = (), own: Sequence[str] = (), book: Lexicon | None = None) -> Reading:
    """The post cleaned, split into words, its letters repaired, and searched for cues. Never fails.

    ``products`` are names of products and tariffs, ``own`` names of the company and its pages; ``book`` holds the cues,
    the shipped ones where None.
    """
    text = clean(_both_ends(text))
    words = book or lexicon()
    reading = _split(text, words)
    if own and reading.mention_first:
        reading.mention_first = _mentioned(text) not in {plain(name.lstrip("@")) for name in own}
    _repair(reading, words)
    _find(reading, _names(tuple(products), tuple(own)))
    return reading


def _mentioned(text: str) -> str:
    """The name that the post's first @ mentions."""
    found = _MENTION.search(text)
    return plain(found[0].lstrip("@")) if found else ""


def _both_ends(text: str) -> str:
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"


def _split(text: str, book: Lexicon) -> Reading:
    reading = Reading(text, [], [], [], [])
    last = 0
    for found in _WORD.finditer(text):
        written = found[0]
        if written[0] == "@" or "/" in written or written.startswith("www."):
            if written[0] == "@":
                reading.mention_first = reading.mention_first or not reading.words
            else:
                reading.links.append(written)
            continue
        first, end = found.span()
        gap = text[last:first]
        reading.starts.append(gap != " " and (not last or bool(_SENTENCE.search(gap))))
        reading.words.append(book.word(written))
        reading.spans.append((first, end))
        last = end
    return reading


def _repair(reading: Reading, book: Lexicon) -> None:
    """Reads the words anew where they make more sense in another layout or as translit."""
    if not reading.words:
        return
    cyrillic = sum(word.cyrillic for word in reading.words)
    if cyrillic * 3 >= len(reading.words):
        mistyped = mistyped_cyrillic(reading.text) and not any(word.forks for word in reading.words)
        if mistyped or not any(word.ukrainian or word.russian or word.mixed or word.forks for word in reading.words):
            _try_layouts(reading, book, (TO_LATIN,), mistyped=mistyped)
        elif any(word.mixed or word.russian for word in reading.words):
            _try_russian_keys(reading, book)
        return
    english = sum(word.english > 0 for word in reading.words)
    foreign = sum(word.foreign > 0 for word in reading.words)
    latin = [book.translit(reading.text[first:end]) for first, end in reading.spans]
    if sum(word.english > 0 for word in latin) > max(english, foreign, len(latin) // 4):
        reading.words, reading.repair = latin, "translit"
    elif not foreign and english * 3 < len(latin):
        _try_layouts(reading, book, (TO_UKRAINIAN, TO_RUSSIAN), mistyped=mistyped_latin(reading.text))


def _sense(words: list[Word]) -> int:
    """How many of the words are known."""
    return sum(bool(word.forks or word.english or word.ukrainian > 1 or word.russian > 1) for word in words)


def _try_layouts(
    reading: Reading, book: Lexicon, layouts: tuple[dict[int, str], ...], *, mistyped: bool = False
) -> None:
    """Takes the layout in which most words are known, if that is at least half and more than before.

    Where the letters are ``mistyped`` by their mixture, one known word is enough, and for Cyrillic none is needed.
    """
    if max(end - first for first, end in reading.spans) > LONGEST_TYPED:
        return
    before = _sense(reading.words)
    best, best_sense = None, (-1, 0)
    for layout in layouts:
        other = _split(reading.text.translate(layout), book)
        sense = _sense(other.words)
        known = sum(word.known for word in other.words)
        better = sense > before
        enough = (better or layout is not TO_LATIN) if mistyped else (better and sense * 2 >= len(other.words))
        if other.words and enough and (known, sense) > best_sense:
            best, best_sense = other, (known, sense)
    if best is not None:
        reading.repair, reading.meant = "wrong_layout", best.text
        reading.words, reading.spans, reading.starts = best.words, best.spans, best.starts


def _try_russian_keys(reading: Reading, book: Lexicon) -> None:
    """«нэма ынтернету»: Ukrainian on a Russian layout has ы, э, ъ where no Russian word has them."""
    plainly_russian = any(word.russian > 1 and not _KEYS.search(word.plain) for word in reading.words)
    if plainly_russian or not _KEYS.search(reading.text):
        return
    other = _split(reading.text.translate(RUSSIAN_KEYS), book)
    before = sum(word.ukrainian > 1 or bool(word.forks) for word in reading.words)
    russian = sum(word.russian > 1 and bool(word.forks) for word in reading.words)
    after = sum(word.ukrainian > 1 and bool(word.forks) for word in other.words)
    if not russian and after > before:
        reading.repair, reading.meant, reading.words = "wrong_layout", other.text, other.words


Names = dict[str, list[tuple[str, tuple[str, ...]]]]


@lru_cache(maxsize=64)
def _names(products: tuple[str, ...], own: tuple[str, ...]) -> Names:
    """The names as (group, words), filed by their first word."""
    names: Names = {}
    for group, listed in (("product", products), ("own", own)):
        for name in listed:
            words = tuple(plain(found[0].lstrip("@")) for found in _WORD.finditer(clean(name)))
            if words:
                names.setdefault(words[0], []).append((group, words))
    return names


def _find(reading: Reading, names: Names) -> None:
    """Fills in the hits; a cue wholly inside a shield (a greeting, a product's name) does not count."""
    found: list[Hit] = []
    for place, word in enumerate(reading.words):
        for fork in word.forks:
            found += _cues_at(reading, fork, place)
        for group, name in names.get(word.plain, ()):
            if tuple(near.plain for near in reading.words[place : place + len(name)]) == name:
                found.append(Hit(group, place, place + len(name)))
    shielded: dict[int, int] = {}
    for hit in found:
        if hit.group in SHIELDS:
            for place in range(hit.first, hit.end):
                shielded[place] = max(hit.end, shielded.get(place, 0))
    for hit in found:
        free = hit.group in SHIELDS or hit.group.startswith("topic.")
        if free or shielded.get(hit.first, 0) < hit.end:
            reading.hits.setdefault(hit.group, []).append(hit)


def _cues_at(reading: Reading, fork: Fork, place: int) -> Iterator[Hit]:
    for cue in fork.alone:
        if not cue.opens or _opens(reading, place):
            yield Hit(cue.group, place, place + 1)
    reach = GAP + 1 if fork.far else 1 if fork.near else 0
    for at in range(place + 1, min(place + 1 + reach, len(reading.words))):
        if reading.starts[at]:
            return
        word = reading.words[at].plain
        cues = fork.far.find(word) if fork.far else ()
        if at == place + 1 and fork.near:
            cues = cues + fork.near.find(word)
        for cue in cues:
            end = _follow(reading, cue, at) if cue.rest else at + 1
            if end and (not cue.opens or _opens(reading, place)):
                yield Hit(cue.group, place, end)


def _follow(reading: Reading, cue: Cue, at: int) -> int:
    """One past the last word of a cue whose second place is a word; 0 where it does not go on so."""
    for step in cue.rest:
        reach = GAP if step.far else 0
        for ahead in range(at + 1, min(at + 2 + reach, len(reading.words))):
            if reading.starts[ahead]:
                return 0
            if step.fits(reading.words[ahead].plain):
                at = ahead
                break
        else:
            return 0
    return at + 1


def _opens(reading: Reading, place: int) -> bool:
    """Whether a word begins its sentence, greetings and «а», «ну» before it aside."""
    while place:
        if reading.starts[place]:
            return True
        if not reading.words[place - 1].lead:
            return False
        place -= 1
    return True
