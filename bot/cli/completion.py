"""``vidhuk completion``: the script that teaches a shell our commands."""

from __future__ import annotations

import click

_HOW = {
    "bash": 'eval "$(vidhuk completion bash)"  in ~/.bashrc',
    "zsh": 'eval "$(vidhuk completion zsh)"  in ~/.zshrc',
    "fish": "vidhuk completion fish > ~/.config/fish/completions/vidhuk.fish",
}


@click.command("completion", epilog="\b\n" + "\n".join(f"{shell:6}{how}" for shell, how in _HOW.items()))
@click.argument("shell", type=click.Choice(list(_HOW)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(found(ctx.find_root().command, {}, "vidhuk", "_VIDHUK_COMPLETE").source())
