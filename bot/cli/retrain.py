"""``vidhuk retrain``: the model learns from the team's corrections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.ending import warn
from bot.cli.options import config_option, settings_from

if TYPE_CHECKING:
    from bot.app.retraining import Retrained
    from bot.config import Settings
    from bot.language.retraining import Outcome

_NONE = "—"


@click.command("retrain")
@click.option("--dry-run", is_flag=True, help="Train and compare, and write nothing.")
@click.option("--undo", is_flag=True, help="Put the team's weights aside: the shipped model counts again.")
@config_option
def command(dry_run: bool, undo: bool, config: Path) -> None:
    """Let the model learn from the team's corrections.

    A fifth of the labelled posts is held back to measure with. The new model is kept only if it is no worse on them
    than the one in use; either way the exit code is 0. It takes up to a minute, also beside a running bot, which uses
    the new model from its next start on.
    """
    if dry_run and undo:
        raise click.UsageError("--dry-run and --undo do not go together")
    settings = settings_from(config, to_run=False)
    try:
        lines = _undone(settings) if undo else _trained(settings, dry_run=dry_run)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror or error}") from None
    click.echo("\n".join(lines))


def _undone(settings: Settings) -> list[str]:
    from bot.app.retraining import back_to_shipped, weights_path

    aside = back_to_shipped(settings)
    if aside is None:
        return [f"There is no {weights_path(settings)}: the shipped model is in use already."]
    return [f"The team's weights were moved to {aside}.", "The shipped model counts from the bot's next start on."]


def _trained(settings: Settings, *, dry_run: bool) -> list[str]:
    from bot.app.retraining import ENOUGH, retrained

    done = retrained(settings, dry_run=dry_run)
    if done.old_broken:
        warn(f"{done.path}: {done.old_broken}; compared with the shipped model instead")
    if done.outcome is None:
        return [
            f"Labelled posts: {done.labelled}. {done.missing} more are missing: training begins at {ENOUGH}.",
            "Labels come from answers, dismissals, corrections on cards and /quiet.",
        ]
    learnt = done.labelled - done.held_back
    head = f"Labelled posts: {done.labelled}; learnt from {learnt}, measured on {done.held_back} that were held back."
    return [head, "", *table(done.outcome), "", _ending(done, done.outcome, dry_run=dry_run)]


def table(outcome: Outcome) -> list[str]:
    """Old and new scores on the team's held-back labels, 0 to 1."""
    old, new = outcome.old, outcome.new
    rows = [
        ("needs reply", old.needs_reply, new.needs_reply),
        ("sentiment", old.sentiment, new.sentiment),
        ("topic", old.topic, new.topic),
        ("mean", old.mean, new.mean),
    ]
    head = f"{'F1':<12}{'old':>8}{'new':>8}"
    return [head, *(f"{name:<12}{_figure(before):>8}{_figure(after):>8}" for name, before, after in rows)]


def _figure(score: float | None) -> str:
    return _NONE if score is None else f"{score:.3f}"


def _ending(done: Retrained, outcome: Outcome, *, dry_run: bool) -> str:
    if not outcome.better:
        return "The new model is worse, or nothing was held back: the old one stays."
    if dry_run:
        return f"The new model is no worse. A dry run: nothing was written to {done.path}."
    return f"The new model is no worse: written to {done.path}. The bot uses it from its next start on."
