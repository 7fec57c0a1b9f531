"""The tone of words: good, bad, very; a list of words and stems that has nothing to do with mobile operators.

It carries what the corpus of our own trade cannot: the everyday words of delight and disgust.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from bot.language.cuebook import plain
from bot.language.reading import SHIELDS, Reading
from bot.language.repair import has_cyrillic, skeleton
from bot.language.signs import NEGATION

REACH = 3
"""A negation turns round a word that stands at most so many words after it in one sentence."""


class ToneList:
    """Words and stems with their tone, -2 to 2; the longest stem decides."""

    def __init__(self, tones: dict[str, int]) -> None:
        self._words = {word: tone for word, tone in tones.items() if not word.endswith("*")}
        self._stems = {word[:-1]: tone for word, tone in tones.items() if word.endswith("*")}
        self._lengths = sorted({len(stem) for stem in self._stems}, reverse=True)
        self._known: dict[str, int] = {}

    def tone(self, word: str) -> int:
        known = self._known.get(word)
        if known is None:
            if len(self._known) > 20_000:
                self._known.clear()
            known = self._known[word] = self._find(word)
        return known

    def _find(self, word: str) -> int:
        if word in self._words:
            return self._words[word]
        for length in self._lengths:
            if length <= len(word) and word[:length] in self._stems:
                return self._stems[word[:length]]
        return 0


def tone_of(reading: Reading) -> tuple[list[int], list[bool]]:
    """The tone of each word, and whether a negation turns it round."""
    words = tones_translit() if reading.repair == "translit" else tones()
    shielded = {
        place for group in SHIELDS for hit in reading.hits.get(group, ()) for place in range(hit.first, hit.end)
    }
    found = [0 if at in shielded else words.tone(word.plain) for at, word in enumerate(reading.words)]
    turned = [bool(tone) and _negated(reading, at) for at, tone in enumerate(found)]
    return found, turned


def _negated(reading: Reading, place: int) -> bool:
    for at in range(place - 1, max(-1, place - 1 - REACH), -1):
        if reading.starts[at + 1]:
            return False
        if reading.words[at].plain in NEGATION:
            return True
    return False


def read_tones(text: str) -> dict[str, int]:
    """Lines of ``word TAB language TAB tone``; a star ends a stem. A word of two tones keeps the first."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        word, _, tone = [*line.split("\t"), "", ""][:3]
        if word and tone.strip().lstrip("+-").isdecimal():
            star = "*" if word.endswith("*") else ""
            found.setdefault(plain(word.rstrip("*")) + star, max(-2, min(2, int(tone))))
    return found


@lru_cache(maxsize=1)
def tones() -> ToneList:
    return ToneList(shipped_tones())


@lru_cache(maxsize=1)
def tones_translit() -> ToneList:
    """The Cyrillic words by their skeletons, as words of a post in translit are compared."""
    return ToneList(
        {skeleton(word.rstrip("*")) + "*" * word.endswith("*"): tone for word, tone in shipped_tones().items()
         if has_cyrillic(word)}
    )  # fmt: skip


def shipped_tones() -> dict[str, int]:
    """The words and stems of the shipped list."""
    return read_tones((Path(__file__).parent / "tone.tsv").read_text(encoding="utf-8"))
