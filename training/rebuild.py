"""``make train``: the shipped weights from the shipped corpus, the same bytes each time."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import bot.language
from bot.language.examples import shipped_examples
from bot.language.model import shipped_weights
from bot.language.training import train
from bot.language.weights import dump

WEIGHTS = Path(bot.language.__path__[0]) / "shipped" / "vidhuk.weights"


def rebuild() -> bytes:
    return dump(train(shipped_examples()))


def write() -> str:
    """Trains and writes the shipped file; returns a line that says what became of it."""
    began = time.perf_counter()
    raw = rebuild()
    same = WEIGHTS.exists() and WEIGHTS.read_bytes() == raw
    WEIGHTS.write_bytes(raw)
    return (
        f"{WEIGHTS.name}: {len(raw):,} bytes, {'unchanged' if same else 'new'}, sha256 {_digest(raw)}, "
        f"{time.perf_counter() - began:.0f} s"
    )


def check() -> str | None:
    """None where a rebuild gives the shipped bytes, else what is wrong."""
    ours, shipped = rebuild(), shipped_weights()
    return None if ours == shipped else f"rebuilt {_digest(ours)}, shipped {_digest(shipped)}"


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:16]
