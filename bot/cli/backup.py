"""``vidhuk backup``: a whole copy of the database, also while the bot runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.options import config_option, settings_from

if TYPE_CHECKING:
    from bot.config import Settings


@click.command("backup")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@config_option
def command(path: Path, force: bool, config: Path) -> None:
    """Copy the database to PATH."""
    settings = settings_from(config, to_run=False)
    store = settings.store.path
    if path.exists() and store.exists() and path.samefile(store):
        raise click.UsageError(f"{path} is the database itself")
    if path.exists() and not force:
        raise click.UsageError(f"{path} is there already; choose another name, or add --force")
    if not path.absolute().parent.is_dir():
        raise click.UsageError(f"there is no directory {path.parent}")
    click.echo(f"{path}: {_copy(settings, path):,} bytes")


def _copy(settings: Settings, path: Path) -> int:
    """The file at ``path`` is replaced only by a copy that is whole."""
    from bot import app

    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        size = app.backup(settings, unfinished)
        unfinished.replace(path)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror or error}") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return size
