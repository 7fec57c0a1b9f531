"""``vidhuk run``: the bot itself, until it is told to stop."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.options import config_option, settings_from


@click.command("run")
@config_option
def command(config: Path) -> None:
    """Watch the pages and serve the team. Ctrl-C or SIGTERM stops it cleanly."""
    settings = settings_from(config)
    import asyncio

    from bot import app

    asyncio.run(app.run(settings))
