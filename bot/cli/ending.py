"""How a command ends when something is wrong: what it says on stderr, and its exit code."""

from __future__ import annotations

import errno

import click

from bot.domain.errors import ConfigMistakes, StoreHeld, VidhukError

_FAILED, _MISTAKEN, _HELD = 1, 2, 3
_FIRST_FREE_PORT = 1024


def exit_code(error: VidhukError) -> int:
    """1 for what failed, 2 for mistakes in the configuration, 3 for a database that another process holds."""
    if isinstance(error, ConfigMistakes):
        return _MISTAKEN
    return _HELD if isinstance(error, StoreHeld) else _FAILED


def tell(error: VidhukError) -> None:
    """Say on stderr what happened and what to do."""
    if isinstance(error, ConfigMistakes):
        _tell_mistakes(error.mistakes)
        return
    from bot.texts import texts_for

    say = texts_for("en")
    key, hint = f"error.{error.code}", f"hint.{error.code}"
    parts = [say(key).rstrip(".") if say.knows(key) else "", error.detail]
    click.echo("vidhuk: " + (": ".join(filter(None, parts)) or error.code), err=True)
    if say.knows(hint):
        click.echo(f"  {say(hint)}", err=True)


def _tell_mistakes(mistakes: list[str]) -> None:
    if len(mistakes) == 1:
        click.echo(f"vidhuk: {mistakes[0]}", err=True)
        return
    click.echo(f"vidhuk: {len(mistakes)} mistakes in the configuration:", err=True)
    for mistake in mistakes:
        click.echo(f"  {mistake}", err=True)


def warn(text: str) -> None:
    """Say on stderr what is allowed but unwise."""
    click.echo(f"vidhuk: warning: {text}", err=True)


def port_taken(error: OSError, port: int | None, command: str) -> click.ClickException | None:
    """What to say when the port could not be had; None when the error is about something else."""
    if error.errno == errno.EADDRINUSE:
        taken, free = (f"port {port}", port + 1) if port else ("the port", 8090)
        says = f"{taken} is taken by another program; choose another: vidhuk {command} --port {free}"
        return click.ClickException(says)
    if error.errno == errno.EACCES and port and port < _FIRST_FREE_PORT:
        return click.ClickException(f"port {port} is reserved for the system; choose one from 1024 to 65535")
    return None
