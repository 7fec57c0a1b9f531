"""Near-identical posts: spam, doubles and texts that many copy. A sketch finds candidates, a comparison decides."""

from __future__ import annotations

import heapq
import zlib
from datetime import timedelta

from bot.domain.clean import squeeze

WAVE = timedelta(hours=24)
"""How long after a post another one can still be a copy of it."""
LEAST = 40
"""Squeezed letters, some seven words: «немає інтернету» is what many people write by themselves, and is no copy."""
SAME = 92
"""Per cent of letters in common, in their order, from which on two texts are near-identical."""
COMPARED = 1_000
"""Letters of each that are compared."""
_SKETCHED = 400
_PIECE = 12
"""Bytes of a piece of text: six letters."""
_KEPT = 6


def comparable(text: str) -> str:
    """The letters that count when two texts are compared."""
    return squeeze(text)[:COMPARED]


def sketch(letters: str) -> tuple[int, ...]:
    """Six whole numbers from 0 to 2**32 - 1, at least one of which near-identical texts have in common, nearly always.

    They are the smallest hashes of the pieces of six letters (a bottom-k sketch, A. Broder, 1997). Empty for a text of
    `comparable` letters that is too short to be called a copy.
    """
    if len(letters) < LEAST:
        return ()
    raw = letters[:_SKETCHED].encode("utf-16-le", "surrogatepass")
    pieces = {zlib.crc32(raw[at : at + _PIECE]) for at in range(0, len(raw) - _PIECE + 2, 2)}
    return tuple(heapq.nsmallest(_KEPT, pieces))
