"""Learning from the team: a new model of the shipped corpus and the team's labels, kept only where it is no worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.model import Verdict
from bot.language.examples import Example, shipped_examples
from bot.language.model import Model, shipped_weights
from bot.language.reading import read
from bot.language.scores import Pairs, f1, macro_f1
from bot.language.training import train
from bot.language.weighing import by_model
from bot.language.weights import dump, load

TEAM_WEIGHT = 3.0
"""A label of the team counts as much as three posts of the corpus: it is from the team's own pages."""


@dataclass(frozen=True, slots=True)
class Scores:
    """How a model did on held-back labels, 0 to 1; None where no label of that kind was held back."""

    sentiment: float | None
    """Macro-F1."""
    needs_reply: float | None
    """The mean of the F1 of "needs a reply" and of "needs none", so that neither answer to everything wins."""
    topic: float | None
    """Macro-F1 over the topics that occur."""
    posts: int

    @property
    def mean(self) -> float | None:
        """Over the kinds of labels that were held back."""
        known = [score for score in (self.sentiment, self.needs_reply, self.topic) if score is not None]
        return sum(known) / len(known) if known else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """``weights`` is what a file for ``Classifier`` holds.

    ``better`` is False where the old model should stay: the new one's mean is lower, or nothing was held back.
    """

    old: Scores
    new: Scores
    better: bool
    weights: bytes


def retrain(
    team: Sequence[Example],
    held_back: Sequence[Example],
    *,
    products: Sequence[str] = (),
    old: bytes | None = None,
    corpus: Sequence[Example] | None = None,
) -> Outcome:
    """Trains on the corpus (the shipped one where None) and ``team``, and compares with the old model on ``held_back``.

    ``old`` are the weights in use, the shipped ones where None. The same labels give the same bytes. Takes up to a
    minute of one core and some 500 MB for the shipped corpus: run it in a process of its own.
    """
    ours = [replace(example, weight=example.weight * TEAM_WEIGHT) for example in team]
    base = shipped_examples() if corpus is None else list(corpus)
    weights = train([*base, *ours], products=products)
    before = score(Model(load(shipped_weights() if old is None else old)), held_back, products)
    after = score(Model(weights), held_back, products)
    better = before.mean is not None and after.mean is not None and after.mean >= before.mean
    return Outcome(before, after, better, dump(weights))


def score(model: Model, held_back: Sequence[Example], products: Sequence[str] = ()) -> Scores:
    """How a model does on labelled posts."""
    said = [(one, by_model(read(one.text, products), model)) for one in held_back]
    needs = _pairs(said, "needs_reply")
    return Scores(
        _macro(_pairs(said, "sentiment")),
        (f1(needs, True) + f1(needs, False)) / len({label for label, _ in needs}) if needs else None,
        _macro(_pairs(said, "topic")),
        len(said),
    )


def _pairs(said: Sequence[tuple[Example, Verdict]], label: str) -> Pairs:
    pairs = [(getattr(example, label), getattr(verdict, label)) for example, verdict in said]
    return [pair for pair in pairs if pair[0] is not None]


def _macro(pairs: Pairs) -> float | None:
    return macro_f1(pairs) if pairs else None
