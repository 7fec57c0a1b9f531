"""What a post is: language, sentiment, whether it needs a reply, and its topic, each with probability and reasons.

Pure and offline. A linear model weighs the words of a post together with what the cue files in ``cues/`` find in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain import triage
from bot.domain.model import Verdict
from bot.language import verdicts
from bot.language.classifier import Classifier
from bot.language.reading import Reading, read
from bot.language.verdicts import by_cues
from bot.language.weighing import by_model

__all__ = ["REASON_CODES", "Classifier", "Reading", "Scorer", "by_cues", "by_model", "classify"]

REASON_CODES: frozenset[str] = verdicts.CODES | triage.CODES
"""Every code that a reason of a verdict or of a triage decision can have: the texts explain each of them."""


class Scorer(Protocol):
    """Judges a post that has been read: repaired, split into words, its cues found. Never fails."""

    def __call__(self, reading: Reading, /) -> Verdict: ...


def classify(text: str, *, products: Sequence[str] = (), scorer: Scorer = by_model) -> Verdict:
    """The verdict over one post, whatever stands in it; at most 3,000 characters of it are read.

    ``products`` are names of the company's own products and tariffs: a word inside such a name is no praise.
    ``sure`` is False where a person should look: such a post becomes a card whatever ``needs_reply`` says.
    """
    return scorer(read(text, products))
