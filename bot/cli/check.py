"""``vidhuk check``: does everything that is configured work? Publishes nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.options import config_option, settings_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app import CheckRow


@click.command("check")
@config_option
def command(config: Path) -> None:
    """Try Telegram and every community; publish nothing.

    Where the bot writes, its log-in is tried too. The exit code is 1 if anything fails.
    """
    settings = settings_from(config)
    import asyncio

    from bot import app

    rows = asyncio.run(app.check(settings))
    show(rows, table=sys.stdout.isatty())
    sys.exit(0 if all(row.ok for row in rows) else 1)


def show(rows: Sequence[CheckRow], *, table: bool) -> None:
    """Print one line per thing checked: a table for people, lines for programs."""
    if table:
        _table(rows)
        return
    for row in rows:
        click.echo(f"{'ok' if row.ok else 'FAILED'}  {_plain(row.name)}: {_plain(row.detail)}")
        if row.hint and not row.ok:
            click.echo(f"        {_plain(row.hint)}")


def _table(rows: Sequence[CheckRow]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("", "What", "Found", "What to do", box=SIMPLE_HEAD)
    for row in rows:
        mark = Text("ok", "green") if row.ok else Text("FAILED", "bold red")
        table.add_row(mark, Text(_plain(row.name)), Text(_plain(row.detail)), Text("" if row.ok else _plain(row.hint)))
    Console().print(table)


def _plain(text: str) -> str:
    """Pages write what they like, also what a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)
