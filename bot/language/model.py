"""The linear model over pieces of words, words, pairs and figures: a post's features in, probabilities out.

What a word adds is looked up once and remembered as a row of sums, so an ordinary post costs a few sums of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp
from pathlib import Path

import numpy as np

from bot.language import grams
from bot.language.features import Features
from bot.language.weights import HEADS, MEANINGS, OUTPUTS, Floats, Weights, load

REMEMBERED = 12_000
"""How many words are kept (about 3 MB); then remembering starts anew."""

_PIECES, _LETTERS, _WORDS = slice(0, MEANINGS), slice(MEANINGS, OUTPUTS), slice(OUTPUTS, OUTPUTS + MEANINGS)
_COUNTS = slice(OUTPUTS + MEANINGS, OUTPUTS + MEANINGS + 2)
_WIDTH = OUTPUTS + MEANINGS + 2
_AGAINST = tuple([at, OUTPUTS + at] for at in range(MEANINGS))
"""By output of meaning, the columns of a word's pieces and of the word itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """``outputs`` are the twenty sums before they become probabilities; ``chances`` the probabilities, by head."""

    outputs: list[float]
    chances: dict[str, list[float]]
    by_form: Floats
    """What is known of each form: its share in every output, before the post's length is taken into account."""

    def gains(self, answer: int, rival: int) -> list[float]:
        """What each form by itself added to one output of meaning against another."""
        differences: list[list[float]] = (self.by_form[:, _AGAINST[answer]] - self.by_form[:, _AGAINST[rival]]).tolist()
        pieces = max(float(self.by_form[:, _COUNTS.start].sum()), 1.0) ** -0.5
        words = (3 * len(differences)) ** -0.5
        return [by_pieces * pieces + by_word * words for by_pieces, by_word in differences]


class Model:
    """Weighs features by given weights. Not for several threads at once."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._places: dict[str, int] = {}
        self._sums = np.zeros((REMEMBERED, _WIDTH), np.float32)
        self._hashes = np.zeros((REMEMBERED, 3), np.uint64)
        self._heat = weights.heat.tolist()

    def __call__(self, features: Features) -> Weighed:
        places = np.array(self._places_of(features.forms))
        by_form = self._sums[places]
        sums = by_form.sum(axis=0)
        pieces, letters = sums[_COUNTS].tolist()
        pairs, table = grams.pair_rows(self._hashes[places]), self.weights.words
        words = table.rows[pairs].sum(axis=0, dtype=np.int32) * table.scales
        words += sums[_WORDS]
        words *= (len(places) + len(pairs)) ** -0.5
        outputs = np.array(features.figures, np.float32) @ self.weights.figures
        outputs += self.weights.bias
        words += sums[_PIECES] * (max(pieces, 1.0) ** -0.5)
        outputs[_PIECES] += words
        outputs[_LETTERS] += sums[_LETTERS] * (max(letters, 1.0) ** -0.5)
        told = outputs.tolist()
        return Weighed(told, _chances(told, self._heat), by_form)

    def _places_of(self, forms: list[str]) -> list[int]:
        known = self._places
        try:
            return [known[form] for form in forms]
        except KeyError:
            if len(known) + len(forms) > REMEMBERED:
                known.clear()
            return [known[form] if form in known else self._remember(form) for form in forms]

    def _remember(self, form: str) -> int:
        place = self._places[form] = len(self._places)
        row, weights = self._sums[place], self.weights
        pieces, letters = grams.meaning_rows(form), grams.lang_rows(form)
        hashes = np.array([grams.word_hash(form)], np.uint64)
        self._hashes[place] = grams.pair_hashes(hashes)[0]
        word = grams.word_rows(hashes)
        row[_PIECES] = weights.pieces.rows[pieces].sum(axis=0, dtype=np.int32) * weights.pieces.scales
        row[_LETTERS] = weights.letters.rows[letters].sum(axis=0, dtype=np.int32) * weights.letters.scales
        row[_WORDS] = weights.words.rows[word[0]] * weights.words.scales
        row[_COUNTS] = len(pieces), len(letters)
        return place


def _chances(outputs: list[float], heat: list[float]) -> dict[str, list[float]]:
    """The softmax of each head."""
    found = {}
    for name, head in HEADS.items():
        most, divisor = max(outputs[head]), heat[head.start]
        powers = [exp((output - most) / divisor) for output in outputs[head]]
        total = sum(powers)
        found[name] = [power / total for power in powers]
    return found


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model of the shipped weights, loaded at first use."""
    return Model(load(shipped_weights()))


def shipped_weights() -> bytes:
    return (Path(__file__).parent / "shipped" / "vidhuk.weights").read_bytes()
