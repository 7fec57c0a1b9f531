"""Which language a post is written in."""

from __future__ import annotations

from bot.domain.model import Lang
from bot.language.reading import Reading

MIXED_SHARE = 5
"""One vote in so many for the weaker of Ukrainian and Russian makes a mix."""

PLAIN_LETTERS = 15
"""So many Cyrillic letters without і, ї, є and without any vote are rather Russian than Ukrainian."""


def language(reading: Reading) -> Lang:
    """By the words' votes; no letters, or a tongue that we do not know, is OTHER.

    Cyrillic that votes for nothing («Тариф 3D») counts as Ukrainian if short, else as Russian; Latin that votes
    for nothing as English if short, else as OTHER.
    """
    words = [word for word in reading.words if not word.plain.isdecimal()]
    cyrillic = sum(word.cyrillic for word in words)
    foreign = sum(word.foreign for word in words)
    if not words:
        return Lang.OTHER
    if cyrillic * 3 < len(words):
        return _latin(sum(word.english for word in words), foreign, len(words))
    votes = [(word.ukrainian, word.russian, word.mixed) for word in words]
    ukrainian, russian, mixed = (sum(column) for column in zip(*votes, strict=True))
    if foreign > ukrainian + russian + mixed:
        return Lang.OTHER
    if not (ukrainian or russian or mixed):
        return Lang.RU if sum(len(word.plain) for word in words if word.cyrillic) >= PLAIN_LETTERS else Lang.UK
    return _cyrillic(ukrainian, russian, mixed)


def _latin(english: int, foreign: int, words: int) -> Lang:
    if foreign >= english and foreign:
        return Lang.OTHER
    return Lang.EN if english or words <= 3 else Lang.OTHER


def _cyrillic(ukrainian: int, russian: int, mixed: int) -> Lang:
    weaker, total = min(ukrainian, russian), ukrainian + russian + mixed
    if (mixed and mixed * MIXED_SHARE >= total) or (weaker > 1 and (weaker + mixed) * MIXED_SHARE >= total):
        return Lang.SURZHYK
    return Lang.RU if russian > ukrainian else Lang.UK
