"""Learning from the team: a new model of the shipped corpus and the team's labels, kept only where it is no worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.language.examples import Example


@dataclass(frozen=True, slots=True)
class Scores:
    """How a model did on held-back labels, 0 to 1; None where no label of that kind was held back."""

    sentiment: float | None
    """Macro-F1."""
    needs_reply: float | None
    """F1 of "needs a reply"."""
    topic: float | None
    """Macro-F1 over the topics that occur."""
    posts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """``weights`` is what a file for ``Classifier.load`` holds; ``better`` is False where the old model should stay."""

    old: Scores
    new: Scores
    better: bool
    weights: bytes


def retrain(
    team: Sequence[Example], held_back: Sequence[Example], *, products: Sequence[str] = (), old: bytes | None = None
) -> Outcome:
    """Trains on the shipped corpus and ``team``, and compares with the old model on ``held_back``.

    ``old`` are the weights in use, the shipped ones where None. The same labels give the same bytes. Takes about
    half a minute and 300 MB: run it in a process of its own.
    """
    raise NotImplementedError
