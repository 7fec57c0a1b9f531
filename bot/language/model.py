"""The linear model over pieces of words, words, pairs and figures: a post's features in, probabilities out.

What a word adds is looked up once and remembered as a row of sums, so an ordinary post costs a few sums of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from bot.language import grams
from bot.language.features import Features
from bot.language.weights import HEADS, MEANINGS, OUTPUTS, Floats, Weights, load

REMEMBERED = 12_000
"""How many words are kept (about 3 MB); then remembering starts anew."""

_PIECES, _LETTERS, _WORDS = slice(0, MEANINGS), slice(MEANINGS, OUTPUTS), slice(OUTPUTS, OUTPUTS + MEANINGS)
_COUNTS = slice(OUTPUTS + MEANINGS, OUTPUTS + MEANINGS + 2)
_WIDTH = OUTPUTS + MEANINGS + 2


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """``outputs`` are the twenty sums before they become probabilities; ``chances`` the probabilities, by head."""

    outputs: Floats
    chances: dict[str, Floats]


class Model:
    """Weighs features by given weights. Not for several threads at once."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._places: dict[str, int] = {}
        self._sums = np.zeros((REMEMBERED, _WIDTH), np.float32)
        self._hashes = np.zeros(REMEMBERED, np.uint64)

    def __call__(self, features: Features) -> Weighed:
        places = self._places_of(features.forms)
        sums = self._sums[places].sum(axis=0)
        pieces, letters = np.sqrt(np.maximum(sums[_COUNTS], 1.0))
        pairs, table = grams.pair_rows(self._hashes[places]), self.weights.words
        meaning = sums[_WORDS] + table.rows[pairs].sum(axis=0, dtype=np.int32) * table.scales
        outputs = self.weights.bias + np.array(features.figures, np.float32) @ self.weights.figures
        outputs[_PIECES] += sums[_PIECES] / pieces + meaning / np.float32((len(places) + len(pairs)) ** 0.5)
        outputs[_LETTERS] += sums[_LETTERS] / letters
        return Weighed(outputs, _chances(outputs / self.weights.heat))

    def of_words(self, features: Features) -> Floats:
        """What each form by itself added to the outputs of meaning: [forms, 15]."""
        places = self._places_of(features.forms)
        sums = self._sums[places]
        pieces = np.sqrt(max(float(sums[:, _COUNTS.start].sum()), 1.0))
        added: Floats = sums[:, _PIECES] / pieces + sums[:, _WORDS] / np.float32(3 * len(places)) ** np.float32(0.5)
        return added

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
        self._hashes[place] = grams.word_hash(form)
        word = grams.word_rows(self._hashes[place : place + 1])
        row[_PIECES] = weights.pieces.rows[pieces].sum(axis=0, dtype=np.int32) * weights.pieces.scales
        row[_LETTERS] = weights.letters.rows[letters].sum(axis=0, dtype=np.int32) * weights.letters.scales
        row[_WORDS] = weights.words.rows[word[0]] * weights.words.scales
        row[_COUNTS] = len(pieces), len(letters)
        return place


def _chances(outputs: Floats) -> dict[str, Floats]:
    """The softmax of each head."""
    powers = np.exp(outputs - outputs.max())
    return {name: _share(powers[head], outputs[head]) for name, head in HEADS.items()}


def _share(powers: Floats, outputs: NDArray[np.float32]) -> Floats:
    total = powers.sum()
    if total < 1e-30:  # far below another head's best: once more by itself
        powers = np.exp(outputs - outputs.max())
        total = powers.sum()
    share: Floats = powers / total
    return share


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model of the shipped weights, loaded at first use."""
    return Model(load(shipped_weights()))


def shipped_weights() -> bytes:
    return (files(__package__) / "shipped" / "vidhuk.weights").read_bytes()
