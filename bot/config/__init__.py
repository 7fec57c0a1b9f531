"""Settings: ``config.toml`` → frozen, checked models. Secrets come from the environment or from files, never from it.

`load` reports every mistake at once, each with its line, what was expected and what was probably meant. Paths in the
file are relative to the file. Nothing here knows the platforms: their names are an argument.
"""

from __future__ import annotations

from pathlib import Path

from bot.config.models import (
    CommunitySettings,
    HttpSettings,
    LanguageSettings,
    ReplySettings,
    Settings,
    StoreSettings,
    TeamSettings,
    TelegramSettings,
)
from bot.config.reading import load

__all__ = [
    "CommunitySettings",
    "HttpSettings",
    "LanguageSettings",
    "ReplySettings",
    "Settings",
    "StoreSettings",
    "TeamSettings",
    "TelegramSettings",
    "example",
    "load",
]


def example() -> Path:
    """The commented example: a wheel carries it inside the package, a checkout at its top level."""
    package = Path(__file__).parent.parent
    shipped = package / "config.example.toml"
    return shipped if shipped.exists() else package.parent / "config.toml"
