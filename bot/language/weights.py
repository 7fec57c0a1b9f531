"""The weights of a model: what a file of them holds, read and written.

The file: a magic line, a line of JSON with the names of the figures and the scales, then for each table a bitmap of the
rows that are not empty and those rows as whole numbers from -127 to 127. Nothing is compressed, so the same weights
are the same bytes with every zlib.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.domain.model import Lang, Sentiment, Topic
from bot.language.features import NAMES
from bot.language.grams import BITS, LANG_BITS

Floats: TypeAlias = NDArray[np.float32]
Small: TypeAlias = NDArray[np.int8]

MAGIC = b"vidhuk weights 1\n"
SENTIMENTS, NEEDS, TOPICS, LANGS = tuple(Sentiment), (False, True), tuple(Topic), tuple(Lang)
HEADS: dict[str, slice] = {
    "sentiment": slice(0, 3),
    "needs_reply": slice(3, 5),
    "topic": slice(5, 15),
    "lang": slice(15, 20),
}
"""Which of the twenty outputs belong to which question; the first fifteen tell meaning."""
MEANINGS, OUTPUTS = 15, 20


class BadWeights(ValueError):
    """The bytes are no weights, or weights of another build."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows of small whole numbers; a weight is the number times the scale of its column."""

    rows: Small
    scales: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """``pieces`` and ``words`` are [2 ** BITS, 15], ``letters`` [2 ** LANG_BITS, 5], ``figures`` [len(NAMES), 20].

    ``bias`` is [20], ``heat`` [20]: the outputs are divided by it, so that their softmax is a probability.
    ``margin`` is the probability of needing a reply under which a post is surely quiet.
    """

    pieces: Table
    words: Table
    letters: Table
    figures: Floats
    bias: Floats
    heat: Floats
    margin: float


SHAPES = {"pieces": (2**BITS, MEANINGS), "words": (2**BITS, MEANINGS), "letters": (2**LANG_BITS, OUTPUTS - MEANINGS)}


def table(weights: NDArray[np.float64]) -> Table:
    """Weights as a table: each column scaled so that its largest is 127."""
    most = np.abs(weights).max(axis=0)
    scales = np.where(most > 0, most / 127, 1.0).astype(np.float32)
    return Table(np.rint(weights / scales.astype(np.float64)).clip(-127, 127).astype(np.int8), scales)


def dump(weights: Weights) -> bytes:
    """The file. The same weights give the same bytes."""
    head: dict[str, Any] = {
        "figures": list(NAMES),
        "scales": {name: _written(getattr(weights, name).scales) for name in SHAPES},
        "bias": _written(weights.bias),
        "heat": _written(weights.heat),
        "margin": round(weights.margin, 4),
        "weights": [_written(row) for row in weights.figures],
    }
    parts = [MAGIC, json.dumps(head, separators=(",", ":")).encode(), b"\n"]
    for name in SHAPES:
        rows: Small = getattr(weights, name).rows
        full = rows.any(axis=1)
        parts += [np.packbits(full).tobytes(), rows[full].tobytes()]
    return b"".join(parts)


def load(raw: bytes) -> Weights:
    """The weights of a file. Raises BadWeights where it is none, is cut, or has the figures of another build."""
    if not raw.startswith(MAGIC):
        raise BadWeights("not a file of weights")
    try:
        line_end = raw.index(b"\n", len(MAGIC))
        head = json.loads(raw[len(MAGIC) : line_end])
        if tuple(head["figures"]) != NAMES:
            raise BadWeights("weights of another version of the program; run vidhuk retrain")
        tables, at = {}, line_end + 1
        for name, shape in SHAPES.items():
            tables[name], at = _table(raw, at, shape, head["scales"][name])
        if at != len(raw):
            raise BadWeights("the file is longer than its weights")
        return Weights(
            tables["pieces"], tables["words"], tables["letters"],
            _floats(head["weights"], (len(NAMES), OUTPUTS)), _floats(head["bias"], (OUTPUTS,)),
            _floats(head["heat"], (OUTPUTS,)), float(head["margin"]),
        )  # fmt: skip
    except BadWeights:
        raise
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise BadWeights(f"a damaged file of weights: {error}") from None


def _table(raw: bytes, at: int, shape: tuple[int, int], scales: Sequence[float]) -> tuple[Table, int]:
    count, columns = shape
    full = np.unpackbits(np.frombuffer(raw, np.uint8, count // 8, at)).astype(bool)
    at += count // 8
    size = int(full.sum()) * columns
    rows = np.zeros(shape, np.int8)
    rows[full] = np.frombuffer(raw, np.int8, size, at).reshape(-1, columns)
    return Table(rows, _floats(scales, (columns,))), at + size


def _floats(values: Any, shape: tuple[int, ...]) -> Floats:
    found = np.array(values, np.float32)
    if found.shape != shape or not np.isfinite(found).all():
        raise BadWeights("a damaged file of weights")
    return found


def _written(values: Floats) -> list[float]:
    """Numbers in as few digits as bring the same float32 back."""
    return [float(str(value)) for value in values.astype(np.float32)]
