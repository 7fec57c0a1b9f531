"""Hands the chosen scenes to the stage, and closes it at the end."""

from __future__ import annotations

import pytest

from tests.e2e.stage import STAGE


def pytest_collection_finish(session: pytest.Session) -> None:
    STAGE.choose([getattr(test, "function", None) for test in session.items])


def pytest_sessionfinish() -> None:
    STAGE.close()
