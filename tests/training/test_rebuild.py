"""The shipped weights: small enough, of this build, and where a rebuild is asked for, compared byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.language.examples import shipped_examples
from bot.language.training import Settings, train
from bot.language.weights import dump
from training import rebuild


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A rebuild of a few posts into a place of our own."""
    monkeypatch.setattr(rebuild, "shipped_examples", lambda: shipped_examples()[:60])
    monkeypatch.setattr(rebuild, "WEIGHTS", tmp_path / "few.weights")
    return tmp_path / "few.weights"


def test_make_train_twice_writes_the_same_file(few: Path) -> None:
    assert "new" in rebuild.write()
    first = few.read_bytes()
    assert "unchanged" in rebuild.write()
    assert few.read_bytes() == first


def test_weights_of_other_posts_are_told_from_the_shipped_ones(few: Path) -> None:
    said = rebuild.check()
    assert said is not None
    assert said.startswith("rebuilt ")


def test_other_settings_give_other_weights() -> None:
    some = shipped_examples()[:60]
    assert dump(train(some, Settings(rounds=5))) != dump(train(some, Settings(rounds=5, smooth=0.2)))
