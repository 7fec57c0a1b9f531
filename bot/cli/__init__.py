"""The command line: one file per command, imported when it is called.

Whatever a command needs beyond click it imports inside itself, so that ``vidhuk --help`` and shell completion answer
at once. Exit codes: 0 done, 1 something failed, 2 the call or the configuration is wrong, 3 another process holds the
database.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from bot import __version__
from bot.cli.ending import exit_code, tell
from bot.domain.errors import VidhukError

_COMMANDS = ("demo", "run", "check", "init", "classify", "stats", "retrain", "backup", "sandbox", "completion")
"""In the order in which a newcomer needs them; each is ``command`` in the module of its name."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        found: click.Command = import_module(f"bot.cli.{cmd_name}").command
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except VidhukError as error:
            tell(error)
            ctx.exit(exit_code(error))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="vidhuk", message="%(prog)s %(version)s")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("config.toml"),
    show_default=True,
    help="The settings; `vidhuk init` writes them. May stand after the command too.",
)
@click.pass_context
def cli(ctx: click.Context, config: Path) -> None:
    """Vidhuk: every question on your pages becomes a card in your team's Telegram, and every card an answer.

    New here? `vidhuk demo` shows it all without a token. Then: `vidhuk init`, `vidhuk check`, `vidhuk run`.
    """
    ctx.obj = config


def main() -> None:
    """Run the command line and exit."""
    cli.main(prog_name="vidhuk")
