"""Fixtures that every test may ask for."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest

# Speed is measured by `make bench`: a busy machine must not fail a test of behaviour.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")
os.environ.setdefault("VIDHUK_STRICT_TEXTS", "1")
sys.path.insert(0, str(Path(__file__).parent))
pytest.register_assert_rewrite("tests.floor", "tests.day", "tests.publishing")

from bot.store import Store  # noqa: E402


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A real database file, empty."""
    opened = Store.open(tmp_path / "vidhuk.db")
    yield opened
    await opened.close()
