"""What a post is: language, sentiment, whether it needs a reply, and its topic, each with reasons.

Pure and offline. The verdict of today rests on the cue files in ``cues/``; a trained model can take its place as
another ``Scorer``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain import triage
from bot.domain.model import Verdict
from bot.language import verdicts
from bot.language.reading import Reading, read
from bot.language.verdicts import by_cues

__all__ = ["REASON_CODES", "Reading", "Scorer", "classify"]

REASON_CODES: frozenset[str] = verdicts.CODES | triage.CODES
"""Every code that a reason of a verdict or of a triage decision can have: the texts explain each of them."""


class Scorer(Protocol):
    """Judges a post that has been read: repaired, split into words, its cues found. Never fails."""

    def __call__(self, reading: Reading, /) -> Verdict: ...


def classify(text: str, *, products: Sequence[str] = (), scorer: Scorer = by_cues) -> Verdict:
    """The verdict over one post, whatever stands in it; at most 3,000 characters of it are read.

    ``products`` are names of the company's own products and tariffs: a word inside such a name is no praise.
    ``sure`` is False where a person should look; a doubtful post always needs a reply.
    """
    return scorer(read(text, products))
