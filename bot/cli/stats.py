"""``vidhuk stats``: the team's figures for some days."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from bot.cli.options import config_option, settings_from

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("stats")
@click.option("--from", "first", type=_DAY, metavar="YYYY-MM-DD", help="The first day.  [default: Monday]")
@click.option("--to", "last", type=_DAY, metavar="YYYY-MM-DD", help="The last day, itself included.  [default: today]")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@config_option
def command(first: datetime | None, last: datetime | None, as_json: bool, config: Path) -> None:
    """Print the team's figures for some days.

    Without --from and --to these are the days of this week. Days begin at midnight in the team's time zone.
    """
    settings = settings_from(config, to_run=False)
    today = datetime.now(settings.team.timezone).date()
    start, end = span(first and first.date(), last and last.date(), today)
    from bot import app

    if as_json:
        click.echo(json.dumps(app.stats(settings, start, end), ensure_ascii=False, indent=2))
    else:
        click.echo(app.stats_text(settings, start, end))


def span(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The days meant, both included: what is left out is today, and the Monday before the last day."""
    end = last or max(today, first or today)
    start = first or end - timedelta(days=end.weekday())
    if start > end:
        raise click.UsageError(f"--from {start} is after --to {end}")
    return start, end
