"""From words to rows of the model's tables: pieces of words, words, and pairs of neighbours, each by a hash.

All arithmetic is on whole numbers, so a row is the same on every machine.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.language.repair import has_cyrillic, skeleton

Rows: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]

BITS = 17
"""Both tables of meaning have 2 ** BITS rows."""
LANG_BITS = 15
MEANING_SIZES, LANG_SIZES = (2, 3, 4, 5), (1, 2, 3)
"""How long the pieces of words are, in characters, with one mark for the word's beginning and one for its end."""

LONGEST = 40
"""Of a longer word only so many characters are read."""

_STEP, _SKIP, _MIX = np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_LEAP = np.uint64(0xA24BAED4963EE407)
_HALF = np.uint64(32)
_SALTS = np.arange(10, dtype=np.uint64) * _SKIP

START = "\x00start"
"""Stands before the first word of a sentence, as if it were a word."""
PRODUCT, OWN, NUMBER = "\x00product", "\x00own", "\x00number"
"""Stand for a product's name, a name of the company's own, and any number."""
WRITTEN = "\x01"
"""In a form of translit: before it the word's skeleton, which tells the meaning, after it the letters as written."""


def _mixed(hashes: Hashes, bits: int) -> Rows:
    hashes = (hashes ^ (hashes >> _HALF)) * _MIX
    return (hashes >> np.uint64(64 - bits)).astype(np.int64)


def pieces(word: str, sizes: tuple[int, ...], bits: int) -> Rows:
    """The rows of all pieces of a word, one per occurrence."""
    raw = f"^{word[:LONGEST]}$".encode("utf-32-le", "surrogatepass")
    letters = np.frombuffer(raw, np.uint32).astype(np.uint64)
    found, hashes = [], letters
    for size in range(1, min(sizes[-1], len(letters)) + 1):
        if size > 1:
            hashes = hashes[:-1] * _STEP + letters[size - 1 :]
        if size in sizes:
            found.append(hashes + _SALTS[size : size + 1])
    return _mixed(np.concatenate(found), bits)


def folded(form: str) -> str:
    """A word as Ukrainian, Russian and translit share it: its skeleton."""
    return skeleton(form) if has_cyrillic(form) else form.partition(WRITTEN)[0]


def word_hash(form: str) -> int:
    """The hash that rows of a word and of its pairs are made of."""
    return crc32(folded(form).encode("utf-8", "surrogatepass"))


def word_rows(hashes: Hashes) -> Rows:
    """The rows of words by themselves."""
    return _mixed(hashes * _STEP + np.uint64(1), BITS)


def pair_hashes(hashes: Hashes) -> Hashes:
    """What a word is as the first of a pair, as the second, and as the first with one word between: [words, 3]."""
    return np.stack((hashes * _SKIP, hashes * _STEP, hashes * _LEAP), axis=1)


def pair_rows(hashes: Hashes) -> Rows:
    """The rows of each word with the next, and with the one after the next, of their ``pair_hashes``."""
    second = hashes[:, 1]
    return _mixed(np.concatenate((hashes[:-1, 0] + second[1:], hashes[:-2, 2] + second[2:])), BITS)


def meaning_rows(form: str) -> Rows:
    """The rows of a word's pieces that tell what is meant; a sign that is no word has none."""
    return _NONE if form[0] == "\x00" else pieces(folded(form), MEANING_SIZES, BITS)


def lang_rows(form: str) -> Rows:
    """The rows of a word's pieces that tell its language."""
    return _NONE if form[0] == "\x00" else pieces(form.rpartition(WRITTEN)[2], LANG_SIZES, LANG_BITS)


_NONE: Rows = np.zeros(0, np.int64)

_MARKS = {mark: f"\x00{mark}" for mark in '?!…)("'} | dict.fromkeys("«»“”„", '\x00"')


@lru_cache(maxsize=4_096)
def signs_between(gap: str) -> tuple[str, ...]:
    """What stands between two words, as signs: marks (two and more of one kind are another sign) and emoji."""
    signs: dict[str, int] = {}
    for char in gap.replace("...", "…")[:60]:
        if char in _MARKS:
            signs[_MARKS[char]] = signs.get(_MARKS[char], 0) + 1
        elif char > "\u2190":
            signs["\x00" + char] = 1
    return tuple(sign * 2 if count > 1 else sign for sign, count in signs.items())[:6]
