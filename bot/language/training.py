"""From posts with labels to weights: one softmax regression over all four questions, in NumPy alone.

Nothing is random and every sum has a fixed order: the same examples give the same bytes. Whole numbers come out, so the
last bit of a sum rarely matters even where a processor rounds otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.language import exact, grams
from bot.language.descent import least
from bot.language.exact import Matrix
from bot.language.examples import Example
from bot.language.features import NAMES
from bot.language.material import Group, Material, Pieces, Words
from bot.language.weights import (
    HEADS,
    LANGS,
    MEANINGS,
    NEEDS,
    OUTPUTS,
    SENTIMENTS,
    TOPICS,
    Table,
    Weights,
    table,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What was found by cross-validation over the writers of the training part, and frozen before the test."""

    rounds: int = 60
    hold_pieces: float = 1.5e-4
    hold_words: float = 1.5e-4
    hold_letters: float = 3e-4
    hold_figures: float = 6e-4
    """How strongly each group of weights is held near zero."""
    smooth: float = 0.05
    """The share of each label that is spread over the other answers."""
    balance: tuple[float, float, float, float] = (1.0, 0.5, 0.5, 0.0)
    """By head, in the order of ``HEADS``. 0: every post weighs alike; 1: every answer of the question weighs alike."""
    rare: int = 2
    """Pieces and words in fewer posts are left out."""
    heat: tuple[float, float, float, float] = (0.95, 1.0, 0.9, 0.75)
    """By head, in the order of ``HEADS``: what the outputs are divided by to become probabilities."""
    needs_bias: float = 0.0
    margin: float = 0.1


ANSWERS: dict[str, tuple[object, ...]] = {
    "sentiment": SENTIMENTS, "needs_reply": NEEDS, "topic": TOPICS, "lang": LANGS,
}  # fmt: skip


def train(examples: Sequence[Example], settings: Settings | None = None, *, products: Sequence[str] = ()) -> Weights:
    """The weights that examples teach; those without words teach nothing. Takes seconds for thousands of them."""
    return fit(Material(examples, products), settings or Settings())


def _targets(examples: Sequence[Example], settings: Settings) -> tuple[Matrix, Matrix]:
    """What the softmax of each head should be, and what each post weighs there: [posts, 20] and [posts, 4]."""
    wanted, weigh = np.zeros((len(examples), OUTPUTS)), np.zeros((len(examples), len(HEADS)))
    for at, (name, head) in enumerate(HEADS.items()):
        answers = ANSWERS[name]
        said = [getattr(example, name) for example in examples]
        places = np.array([-1 if one is None else answers.index(one) for one in said])
        known = np.flatnonzero(places >= 0)
        if not len(known):
            continue
        spread = settings.smooth / len(answers)
        wanted[known, head] = spread
        wanted[known, head.start + places[known]] += 1 - settings.smooth
        heavy = np.array([example.weight for example in examples])[known]
        total = np.bincount(places[known], weights=heavy, minlength=len(answers))
        fair = heavy.sum() / (np.maximum(total, 1) * max(1, int((total > 0).sum())))
        fair = exact.exp(exact.log(fair) * settings.balance[at])
        weigh[known, at] = heavy * fair[places[known]]
        weigh[:, at] /= weigh[:, at].sum()
    return wanted, weigh


def fit(material: Material, settings: Settings) -> Weights:
    """The weights for material that is read already."""
    task = _Task(material, settings)
    pieces, words, letters, figures, bias = task.split(least(np.zeros(task.size), task, settings.rounds))
    bias = bias[0].copy()
    bias[HEADS["needs_reply"].start + 1] += settings.needs_bias
    heat = np.ones(OUTPUTS)
    for one, head in zip(settings.heat, HEADS.values(), strict=True):
        heat[head] = one
    return Weights(
        _spread(task.groups[0], pieces, grams.BITS),
        _spread(task.groups[1], words, grams.BITS),
        _spread(task.groups[2], letters, grams.LANG_BITS),
        np.round(figures, 4).astype(np.float32),
        np.round(bias, 4).astype(np.float32),
        heat.astype(np.float32),
        settings.margin,
    )


class _Task:
    """The function that training makes least, over all weights laid in one row."""

    def __init__(self, material: Material, settings: Settings) -> None:
        self.groups: tuple[Group, ...] = (
            Pieces(material, material.pieces, settings.rare),
            Words(material, settings.rare),
            Pieces(material, material.letters, settings.rare),
        )
        self._outputs = (slice(0, MEANINGS), slice(0, MEANINGS), slice(MEANINGS, OUTPUTS))
        self._shapes = [
            (len(group.rows), columns.stop - columns.start)
            for group, columns in zip(self.groups, self._outputs, strict=True)
        ]
        self._shapes += [(len(NAMES), OUTPUTS), (1, OUTPUTS)]
        self._ends = np.cumsum([0, *(rows * columns for rows, columns in self._shapes)])
        self.size = int(self._ends[-1])
        self._holds = (
            settings.hold_pieces, settings.hold_words, settings.hold_letters, settings.hold_figures, 0.0,
        )  # fmt: skip
        self._figures = material.figures
        self._wanted, self._weigh = _targets(material.examples, settings)

    def split(self, flat: Matrix) -> list[Matrix]:
        """The row of all weights as pieces, words, letters, figures and bias."""
        return [flat[self._ends[at] : self._ends[at + 1]].reshape(shape) for at, shape in enumerate(self._shapes)]

    def __call__(self, flat: Matrix) -> tuple[float, Matrix]:
        parts = self.split(flat)
        sums = exact.product(self._figures, parts[3]) + parts[4]
        for group, columns, part in zip(self.groups, self._outputs, parts[:3], strict=True):
            sums[:, columns] += group.times(part)
        value, rest = _loss(sums, self._wanted, self._weigh)
        slopes = [
            group.turned_times(np.ascontiguousarray(rest[:, columns]))
            for group, columns in zip(self.groups, self._outputs, strict=True)
        ]
        slopes += [exact.turned_product(self._figures, rest), rest.sum(axis=0, keepdims=True)]
        value += sum(0.5 * hold * exact.dot(part, part) for hold, part in zip(self._holds, parts, strict=True))
        held = [slope + hold * part for hold, part, slope in zip(self._holds, parts, slopes, strict=True)]
        return value, np.concatenate([slope.ravel() for slope in held])


def _loss(sums: Matrix, wanted: Matrix, weigh: Matrix) -> tuple[float, Matrix]:
    """The cross-entropy summed over heads, and its slope by the sums."""
    value, rest = 0.0, np.zeros_like(sums)
    for at, head in enumerate(HEADS.values()):
        part = sums[:, head] - sums[:, head].max(axis=1, keepdims=True)
        powers = exact.exp(np.maximum(part, -500))
        total, heavy = powers.sum(axis=1, keepdims=True), weigh[:, at : at + 1]
        value -= exact.dot(heavy * wanted[:, head], part - exact.log(total))
        rest[:, head] = heavy * (powers / total - wanted[:, head])
    return value, rest


def _spread(group: Group, weights: Matrix, bits: int) -> Table:
    """What was learned for some rows, as a table of all."""
    whole = np.zeros((2**bits, weights.shape[1]))
    whole[group.rows] = weights * group.rarity
    return table(whole)
