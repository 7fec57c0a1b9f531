"""Cues: the phrases that verdicts rest on, read from ``cues/*.toml`` and found in the words of a post.

How a cue is written stands at the head of ``cues/uk.toml``. Finding costs one dictionary look-up per word length,
whatever the number of cues, because each cue is filed under its first word.
"""

from __future__ import annotations

import tomllib
from bisect import insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

Filed = TypeVar("Filed")

FILES = ("uk", "ru", "surzhyk", "en", "other")
GAP = 3
"""How many other words ``_`` in a cue may stand for."""

_APOSTROPHES = str.maketrans(dict.fromkeys("'’ʼ`*\"") | {"ґ": "г", "ё": "е"})


def plain(word: str) -> str:
    """A word as cues compare it: lower case, no apostrophe, г for ґ and е for ё."""
    return word.lower().translate(_APOSTROPHES)


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a cue: the words that may stand there."""

    exact: frozenset[str]
    stems: tuple[str, ...]
    far: bool = False
    """Up to ``GAP`` other words of the same sentence may stand before it."""

    def fits(self, word: str) -> bool:
        return word in self.exact or word.startswith(self.stems)


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase of one group; ``rest`` are its places after the second."""

    group: str
    rest: tuple[Step, ...]
    opens: bool = False
    """Counts only at the beginning of a sentence."""


class Index(Generic[Filed]):
    """Things filed under words and stems, found again by a word."""

    # There are thousands of these: slots and tuples halve what they weigh.
    __slots__ = ("_exact", "_lengths", "_stems")

    def __init__(self) -> None:
        self._exact: dict[str, tuple[Filed, ...]] = {}
        self._stems: dict[str, tuple[Filed, ...]] = {}
        self._lengths: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._exact or self._stems)

    def file(self, step: Step, thing: Filed) -> None:
        for word in step.exact:
            self._exact[word] = (*self._exact.get(word, ()), thing)
        for stem in step.stems:
            self._stems[stem] = (*self._stems.get(stem, ()), thing)
            if len(stem) not in self._lengths:
                insort(self._lengths, len(stem))

    def find(self, word: str) -> tuple[Filed, ...]:
        found = self._exact.get(word, ())
        size = len(word)
        for length in self._lengths:
            if length > size:
                break
            stem = self._stems.get(word[:length])
            if stem:
                found = found + stem
        return found


@dataclass(slots=True, eq=False)
class Fork:
    """The cues that begin alike: those of one word, and the others by their second place, where there are any."""

    alone: tuple[Cue, ...] = ()
    near: Index[Cue] | None = None
    far: Index[Cue] | None = None

    def file(self, second: Step, cue: Cue) -> None:
        index = self.far if second.far else self.near
        if index is None:
            index = Index()
            if second.far:
                self.far = index
            else:
                self.near = index
        index.file(second, cue)


@dataclass(frozen=True, slots=True)
class Tongue:
    """What tells one language: its own words and endings, the words that may lead to a question, careless spellings."""

    words: frozenset[str]
    endings: tuple[str, ...]
    lead: frozenset[str]
    slang: frozenset[str]


class CueBook:
    """All cues, filed by first word. ``spell`` rewrites words and stems (a translit book is filed by skeletons)."""

    def __init__(self, cues: Iterable[tuple[str, str]], spell: Callable[[str], str] = plain) -> None:
        self._first: Index[Fork] = Index()
        self._forks: dict[str, Fork] = {}
        self._cues: dict[Cue, Cue] = {}
        self._places: dict[str, Step] = {}
        for group, written in cues:
            self._file(group, written, spell)
        # Only filing needs them.
        self._forks, self._cues, self._places = {}, {}, {}

    def starting(self, word: str) -> tuple[Fork, ...]:
        """The forks whose first place fits the word, already ``spell``-ed."""
        return self._first.find(word)

    def _file(self, group: str, written: str, spell: Callable[[str], str]) -> None:
        opens = written[0] == "^"
        places = written.lstrip("^").split()
        steps = self._steps(places, spell)
        fork = self._forks.get(places[0])
        if fork is None:
            fork = self._forks[places[0]] = Fork()
            self._first.file(steps[0], fork)
        cue = Cue(group, tuple(steps[2:]), opens)
        cue = self._cues.setdefault(cue, cue)
        if len(steps) == 1:
            fork.alone = (*fork.alone, cue)
        else:
            fork.file(steps[1], cue)

    def _steps(self, places: list[str], spell: Callable[[str], str]) -> list[Step]:
        """The places of a cue; the same place, written in many cues, is made once."""
        steps, gap = [], ""
        for place in places:
            if place == "_":
                gap = "_ "
                continue
            known = self._places.get(gap + place)
            if known is None:
                known = self._places[gap + place] = _step(place, bool(gap), spell)
            steps.append(known)
            gap = ""
        return steps


def _step(place: str, far: bool, spell: Callable[[str], str]) -> Step:
    choices = place.split("|")
    exact = frozenset([spell(choice) for choice in choices if choice[-1:] != "*"])
    return Step(exact, tuple([spell(choice[:-1]) for choice in choices if choice[-1:] == "*"]), far)


@dataclass(frozen=True, slots=True)
class Cues:
    """The content of the cue files: (group, cue) pairs, and each language's signs by its name."""

    pairs: tuple[tuple[str, str], ...]
    tongues: Mapping[str, Tongue]


@lru_cache(maxsize=1)
def shipped() -> Cues:
    """The cue files that ship with the package; a group of ``[topics]`` is named ``topic.billing`` and so on."""
    folder = Path(__file__).parent / "cues"
    pairs: list[tuple[str, str]] = []
    tongues = {}
    for name in FILES:
        table = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        pairs += _pairs(table.get("cues", {}), "") + _pairs(table.get("topics", {}), "topic.")
        tongues[name] = _tongue(table["language"])
    return Cues(tuple(pairs), tongues)


def extended(texts: Iterable[str]) -> Cues:
    """The shipped cues with those of a lead's own files."""
    base = shipped()
    return Cues((*base.pairs, *(pair for text in texts for pair in own_cues(text))), base.tongues)


def own_cues(text: str) -> list[tuple[str, str]]:
    """The (group, cue) pairs of a lead's file, which has groups of the shipped files under [cues] and [topics].

    Raises ValueError that says what is wrong: not TOML, an unknown table or group, a cue that is badly written.
    """
    table = tomllib.loads(text)
    known = {group for group, _ in shipped().pairs}
    for name in table:
        if name not in ("cues", "topics"):
            raise ValueError(f"unknown table [{name}]; expected [cues] or [topics]")
    pairs: list[tuple[str, str]] = []
    for name, prefix in (("cues", ""), ("topics", "topic.")):
        for group, written in table.get(name, {}).items():
            if prefix + group not in known:
                raise ValueError(f"unknown group {group} in [{name}]; the shipped files name the groups")
            if not isinstance(written, str):
                raise ValueError(f"{name}.{group}: expected text, as in {group} = '''…'''")
        pairs += _pairs(table.get(name, {}), prefix)
    for group, cue in pairs:
        _check(group, cue)
    return pairs


def _check(group: str, cue: str) -> None:
    places = cue.lstrip("^").split()
    choices = "|".join(places).split("|")
    if not places or "_" in (places[0], places[-1]):
        raise ValueError(f"{group}: a cue begins and ends with a word (got '{cue}')")
    if any(not plain(choice.rstrip("*")) or "*" in choice[:-1] for choice in choices):
        raise ValueError(f"{group}: a star stands at the end of a word only (got '{cue}')")


def _pairs(groups: Mapping[str, str], prefix: str) -> list[tuple[str, str]]:
    pairs = []
    for group, written in groups.items():
        for line in written.splitlines():
            cues = line.partition("#")[0].split("/")
            pairs += [(prefix + group, cue.strip()) for cue in cues if cue.strip()]
    return pairs


def _tongue(signs: Mapping[str, Any]) -> Tongue:
    words, endings, lead, slang = (signs.get(name, "").split() for name in ("words", "endings", "lead", "slang"))
    return Tongue(frozenset(map(plain, words)), tuple(endings), frozenset(map(plain, lead)), frozenset(slang))
