"""A classifier with what a team has set: its products, its own names, its cues, its margin, its weights."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.model import Verdict
from bot.language.cuebook import extended
from bot.language.model import Model, shipped
from bot.language.reading import read
from bot.language.weighing import by_model
from bot.language.weights import load
from bot.language.words import Lexicon


class Classifier:
    """Text in, verdict out; never fails. Not for several threads at once.

    ``own`` are names of the company and of its pages, @handles too. ``cues`` are the texts of a lead's cue files,
    found in addition to the shipped ones. ``margin`` as in ``by_model``. ``weights`` are the bytes of a weights file.
    Raises ValueError for cues that are badly written and BadWeights for bytes that are no weights.
    """

    def __init__(
        self,
        *,
        products: Sequence[str] = (),
        own: Sequence[str] = (),
        cues: Sequence[str] = (),
        margin: float | None = None,
        weights: bytes | None = None,
    ) -> None:
        self._products, self._own, self._margin = tuple(products), tuple(own), margin
        self._book = Lexicon(extended(cues)) if cues else None
        self._model = shipped() if weights is None else Model(load(weights))

    def __call__(self, text: str) -> Verdict:
        return by_model(read(text, self._products, self._own, self._book), self._model, self._margin)
