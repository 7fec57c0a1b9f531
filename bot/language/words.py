"""One word of a post, looked up once and remembered: what it votes for and which cues begin with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.language.cuebook import CueBook, Cues, Fork, plain, shipped
from bot.language.repair import one_script, skeleton, unstretched

REMEMBERED = 20_000
"""How many words are kept in memory; then remembering starts anew (about 6 MB)."""

FORMED = 4
"""Shorter words show nothing by their form."""

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_UKRAINIAN = re.compile("[іїєґ]|[а-я]['’ʼ][яюєїа-я]")
_RUSSIAN = re.compile("[ыэъё]")
_UKRAINIAN_FORM = re.compile("[бвгджзклмнпрстфхц]ьо|[бвдзлмпрстц]ий$|дж|дз|[аиоу]ти$|[аиу]в$")
_RUSSIAN_FORM = re.compile(
    "(?<!пр)(?<!^в)и[аеоуяю]|[еиаоу]тся$|[шчжщрвбмп]ь|[аоеу]е$|[аеиуюя]т$|[бвглмнт]ой$|ья|ье|счи|сча"
)
"""Spellings of one language that the other hardly has: и before a vowel, ь after ч ш р; ьо, -тий, -ити."""

_FOREIGN = re.compile("[ўјљњћђџ]|[^\x00-\x7f\u0400-\u04ff'’ʼ]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, with its votes for a language and where cues begin with it."""

    plain: str
    forks: tuple[Fork, ...]
    cyrillic: bool
    ukrainian: int = 0
    russian: int = 0
    mixed: int = 0
    english: int = 0
    foreign: int = 0
    known: bool = False
    """A word of the lists, or one that a cue begins with."""
    lead: bool = False
    """May stand before the first word of a question."""


class Lexicon:
    """Looks words up in cues, the shipped ones where None, in their own letters or as translit."""

    def __init__(self, cues: Cues | None = None) -> None:
        self._cues = cues or shipped()
        self._book = CueBook(self._cues.pairs)
        self._skeletons: tuple[CueBook, frozenset[str], frozenset[str]] | None = None
        self._cyrillic = [self._cues.tongues[name] for name in ("uk", "ru", "surzhyk")]
        self._known: dict[str, Word] = {}
        self._latin: dict[str, Word] = {}
        self._lead = frozenset[str]().union(*(tongue.lead for tongue in self._cues.tongues.values()))

    def word(self, written: str) -> Word:
        """The word as it is written."""
        known = self._known.get(written)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[written] = self._look_up(written)
        return known

    def translit(self, written: str) -> Word:
        """A Latin word read as Ukrainian or Russian written in Latin letters."""
        known = self._latin.get(written)
        if known is None:
            if len(self._latin) >= REMEMBERED:
                self._latin.clear()
            known = self._latin[written] = self._look_up_skeleton(written)
        return known

    def _look_up(self, written: str) -> Word:
        lower = unstretched(one_script(written)).lower()
        bare = plain(lower)
        forks = self._book.starting(bare)
        lead = bare in self._lead
        if not _CYRILLIC.search(lower):
            tongue = self._cues.tongues["en"]
            foreign = 2 * bool(_FOREIGN.search(lower)) or 2 * (bare in self._cues.tongues["other"].words)
            english = bare in tongue.words
            return Word(
                bare, forks, False, english=2 * english, foreign=foreign, known=bool(forks) or english, lead=lead
            )
        ukrainian, russian, mixed = self._votes(lower, bare)
        foreign = 2 * bool(_FOREIGN.search(lower))
        known = bool(forks) or lead or any(bare in tongue.words for tongue in self._cyrillic)
        return Word(bare, forks, True, ukrainian, russian, mixed, foreign=foreign, known=known, lead=lead)

    def _votes(self, lower: str, bare: str) -> tuple[int, int, int]:
        """Votes for Ukrainian, Russian and surzhyk: two by a letter or a known word, one by the form of a word."""
        uk, ru, mix = (self._cues.tongues[name] for name in ("uk", "ru", "surzhyk"))
        ukrainian, russian = bool(_UKRAINIAN.search(lower)), bool(_RUSSIAN.search(lower))
        if bare in mix.words or (ukrainian and russian):
            return 0, 0, 2
        if not (ukrainian or russian):
            ukrainian, russian = bare in uk.words, bare in ru.words
        if ukrainian or russian:
            return 2 * (ukrainian and not russian), 2 * (russian and not ukrainian), 0
        if bare in mix.slang or len(bare) < FORMED:
            return 0, int(bare in mix.slang), 0
        ukrainian = bool(_UKRAINIAN_FORM.search(lower)) or lower.endswith(uk.endings)
        russian = bool(_RUSSIAN_FORM.search(lower)) or lower.endswith(ru.endings)
        return int(ukrainian and not russian), int(russian and not ukrainian), 0

    def _look_up_skeleton(self, written: str) -> Word:
        bare = skeleton(written)
        if self._skeletons is None:
            self._skeletons = _skeletons(self._cues)
        book, uk, ru = self._skeletons
        forks = book.starting(bare)
        known = 2 * (bare in uk or bare in ru)
        both = bare in uk and bare in ru
        return Word(
            bare,
            forks,
            True,
            ukrainian=2 * (bare in uk and not both),
            russian=2 * (bare in ru and not both),
            english=known or 2 * any(len(bare) > FORMED for _ in forks[:1]),
            lead=bare in {"a", "i", "nu", "ta", "no", "privit", "privet", "dobrii", "den", "dna"},
        )


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The one lexicon of the process, loaded at first use."""
    return Lexicon()


def _skeletons(cues: Cues) -> tuple[CueBook, frozenset[str], frozenset[str]]:
    """The Cyrillic cues filed by skeletons, and the skeletons of Ukrainian and Russian words."""
    cyrillic = (pair for pair in cues.pairs if _CYRILLIC.search(pair[1]))
    uk, ru = (frozenset(map(skeleton, cues.tongues[name].words)) for name in ("uk", "ru"))
    return CueBook(cyrillic, skeleton), uk, ru
