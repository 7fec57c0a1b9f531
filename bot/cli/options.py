"""What several commands take: the settings, a port, a language."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.ending import warn

if TYPE_CHECKING:
    from bot.config import Settings


def _chosen(ctx: click.Context, _: click.Parameter, value: Path | None) -> Path:
    """``--config`` after the command, else the one before it."""
    chosen: Path = value or ctx.find_root().obj or Path("config.toml")
    return chosen


def settings_from(config: Path, *, to_run: bool = True) -> Settings:
    """Load the settings and say their warnings. Raises `ConfigMistakes`."""
    from bot.config import load
    from bot.sources import PLATFORMS

    settings = load(config, os.environ, PLATFORMS, to_run=to_run)
    for warning in settings.warnings:
        warn(warning)
    return settings


def language_of(environ: Mapping[str, str]) -> str:
    """The language that the terminal asks for: uk, or en for all others."""
    wanted = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "uk" if wanted.lower().startswith("uk") else "en"


def _language(ctx: click.Context, _: click.Parameter, value: str | None) -> str:
    return value or language_of(os.environ)


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    callback=_chosen,
    help="The settings.  [default: config.toml]",
)
port_option = click.option("--port", type=click.IntRange(1, 65535), help="The port of this machine to listen on.")
language_option = click.option(
    "--lang",
    type=click.Choice(["uk", "en"]),
    callback=_language,
    help="Ukrainian or English.  [default: the language of the terminal]",
)
