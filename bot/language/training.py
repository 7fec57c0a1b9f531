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
from bot.language.examples import Example
from bot.language.exact import Counts, Matrix, Whole
from bot.language.features import NAMES, Features, features
from bot.language.reading import read
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
    hold_pieces: float = 3e-5
    hold_words: float = 3e-5
    hold_letters: float = 3e-5
    hold_figures: float = 3e-5
    """How strongly each group of weights is held near zero."""
    smooth: float = 0.05
    """The share of each label that is spread over the other answers."""
    balance: float = 0.5
    """0: every post weighs alike; 1: every answer of a question weighs alike."""
    rare: int = 2
    """Pieces and words in fewer posts are left out."""
    heat: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    """By head, in the order of ``HEADS``: what the outputs are divided by to become probabilities."""
    needs_bias: float = 0.0
    margin: float = 0.2


ANSWERS: dict[str, tuple[object, ...]] = {
    "sentiment": SENTIMENTS, "needs_reply": NEEDS, "topic": TOPICS, "lang": LANGS,
}  # fmt: skip


def train(examples: Sequence[Example], settings: Settings | None = None, *, products: Sequence[str] = ()) -> Weights:
    """The weights that examples teach; those without words teach nothing. Takes seconds for thousands of them."""
    return fit(Material(examples, products), settings or Settings())


class Material:
    """Examples as numbers: what is the same whatever the settings."""

    def __init__(self, examples: Sequence[Example], products: Sequence[str] = ()) -> None:
        seen = [(example, _seen(example.text, products)) for example in examples]
        self.examples = [example for example, found in seen if found]
        self.seen = [found for _, found in seen if found]
        self.figures = np.array([found.figures for found in self.seen], np.float64)
        forms: dict[str, int] = {}
        self.forms = [np.array([forms.setdefault(form, len(forms)) for form in one.forms]) for one in self.seen]
        hashes = np.array([grams.word_hash(form) for form in forms], np.uint64)
        self.pieces = [grams.meaning_rows(form) for form in forms]
        self.letters = [grams.lang_rows(form) for form in forms]
        alone = grams.word_rows(hashes)
        self.words = [np.concatenate((alone[one], grams.pair_rows(hashes[one]))) for one in self.forms]

    def part(self, chosen: Sequence[int]) -> Material:
        """Some of the examples; the forms stay."""
        part = object.__new__(Material)
        part.examples, part.seen = [self.examples[at] for at in chosen], [self.seen[at] for at in chosen]
        part.figures = self.figures[list(chosen)]
        part.forms, part.words = [self.forms[at] for at in chosen], [self.words[at] for at in chosen]
        part.pieces, part.letters = self.pieces, self.letters
        return part


def _seen(text: str, products: Sequence[str]) -> Features | None:
    reading = read(text, products)
    return features(reading) if reading.words else None


class _Group:
    """One group of weights over forms: posts × forms × pieces, each piece weighed by how rare it is."""

    def __init__(self, material: Material, by_form: list[Whole], rare: int) -> None:
        counts = np.array([len(rows) for rows in by_form])
        sizes = np.array([max(1, int(counts[one].sum())) for one in material.forms], np.float64)
        every = np.arange(len(by_form))
        self._posts = Counts(material.forms, 1 / np.sqrt(sizes), every)
        often = np.bincount(np.concatenate([np.unique(one) for one in material.forms]), minlength=len(by_form))
        flat, owners = np.concatenate(by_form), np.repeat(every, counts)
        self.rows, rarity = _rarity(flat, often[owners], len(material.forms), rare)
        self._forms = Counts([rows if often[at] else rows[:0] for at, rows in enumerate(by_form)],
                             np.ones(len(by_form)), self.rows)  # fmt: skip
        self.rarity = rarity[:, None]

    def times(self, weights: Matrix) -> Matrix:
        return self._posts.times(self._forms.times(weights * self.rarity))

    def turned_times(self, rest: Matrix) -> Matrix:
        return self._forms.turned_times(self._posts.turned_times(rest)) * self.rarity


class _Words:
    """The group of words and pairs, which belong to posts directly."""

    def __init__(self, material: Material, rare: int) -> None:
        sizes = np.array([len(one) for one in material.words], np.float64)
        once = np.concatenate([np.unique(one) for one in material.words])
        self.rows, rarity = _rarity(once, np.ones(len(once), np.int64), len(material.words), rare)
        self._posts = Counts(material.words, 1 / np.sqrt(sizes), self.rows)
        self.rarity = rarity[:, None]

    def times(self, weights: Matrix) -> Matrix:
        return self._posts.times(weights * self.rarity)

    def turned_times(self, rest: Matrix) -> Matrix:
        return self._posts.turned_times(rest) * self.rarity


def _rarity(rows: Whole, often: Whole, posts: int, rare: int) -> tuple[Whole, Matrix]:
    """The rows that are in ``rare`` posts at least, and how rare each is: 1 for one in 150 posts, less for others."""
    found, place = np.unique(rows, return_inverse=True)
    counts = np.bincount(place, weights=often.astype(np.float64))
    found, counts = found[counts >= rare], counts[counts >= rare]
    return found, exact.log(1.0 + posts / counts) * 0.2


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
        fair = exact.exp(exact.log(fair) * settings.balance)
        weigh[known, at] = heavy * fair[places[known]]
        weigh[:, at] /= weigh[:, at].sum()
    return wanted, weigh


def fit(material: Material, settings: Settings) -> Weights:
    """The weights for material that is read already."""
    groups = (_Group(material, material.pieces, settings.rare), _Words(material, settings.rare),
              _Group(material, material.letters, settings.rare))  # fmt: skip
    outputs = (slice(0, MEANINGS), slice(0, MEANINGS), slice(MEANINGS, OUTPUTS))
    widths = (MEANINGS, MEANINGS, OUTPUTS - MEANINGS)
    shapes = [(len(group.rows), width) for group, width in zip(groups, widths, strict=True)]
    shapes += [(len(NAMES), OUTPUTS), (1, OUTPUTS)]
    ends = np.cumsum([0, *(rows * columns for rows, columns in shapes)])
    holds = (settings.hold_pieces, settings.hold_words, settings.hold_letters, settings.hold_figures, 0.0)
    wanted, weigh = _targets(material.examples, settings)

    def split(flat: Matrix) -> list[Matrix]:
        return [flat[ends[at] : ends[at + 1]].reshape(shape) for at, shape in enumerate(shapes)]

    def function(flat: Matrix) -> tuple[float, Matrix]:
        parts = split(flat)
        sums = exact.product(material.figures, parts[3]) + parts[4]
        for group, columns, part in zip(groups, outputs, parts, strict=False):
            sums[:, columns] += group.times(part)
        value, rest = _loss(sums, wanted, weigh)
        slopes = [group.turned_times(np.ascontiguousarray(rest[:, columns])) for group, columns in zip(groups, outputs, strict=True)]
        slopes += [exact.turned_product(material.figures, rest), rest.sum(axis=0, keepdims=True)]
        for hold, part, slope in zip(holds, parts, slopes, strict=True):
            value += 0.5 * hold * exact.dot(part, part)
            slope += hold * part
        return value, np.concatenate([slope.ravel() for slope in slopes])

    found = split(least(np.zeros(ends[-1]), function, settings.rounds))
    tables = [_spread(group.rows, part * group.rarity, bits)
              for group, part, bits in zip(groups, found, (grams.BITS, grams.BITS, grams.LANG_BITS), strict=False)]  # fmt: skip
    return Weights(*tables, *_plain(found[3], found[4][0], settings))


def _loss(sums: Matrix, wanted: Matrix, weigh: Matrix) -> tuple[float, Matrix]:
    """The cross-entropy summed over heads, and its slope by the sums."""
    value, rest = 0.0, np.zeros_like(sums)
    for at, head in enumerate(HEADS.values()):
        part = sums[:, head] - sums[:, head].max(axis=1, keepdims=True)
        powers = exact.exp(np.maximum(part, -500))
        total = powers.sum(axis=1, keepdims=True)
        value -= exact.dot(weigh[:, at : at + 1] * wanted[:, head], part - exact.log(total))
        rest[:, head] = weigh[:, at : at + 1] * (powers / total * wanted[:, head].sum(axis=1, keepdims=True) - wanted[:, head])
    return value, rest


def _spread(rows: Whole, weights: Matrix, bits: int) -> Table:
    whole = np.zeros((2**bits, weights.shape[1]))
    whole[rows] = weights
    return table(whole)


def _plain(figures: Matrix, bias: Matrix, settings: Settings) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    bias = bias.copy()
    bias[HEADS["needs_reply"].start + 1] += settings.needs_bias
    heat = np.ones(OUTPUTS)
    for one, head in zip(settings.heat, HEADS.values(), strict=True):
        heat[head] = one
    return (np.round(figures, 4).astype(np.float32), np.round(bias, 4).astype(np.float32), heat.astype(np.float32),
            settings.margin)  # fmt: skip
