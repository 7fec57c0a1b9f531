"""``vidhuk sandbox``: the outside world of the demo alone, for a bot that is started by hand."""

from __future__ import annotations

import click

from bot.cli.ending import port_taken
from bot.cli.options import port_option


@click.command("sandbox")
@port_option
def command(port: int | None) -> None:
    """Start only the demo's Telegram, page and forum.

    Prints the settings that lead a bot to them: `vidhuk run` with these does what the demo does, piece by piece.
    """
    import asyncio

    from bot.sandbox import server

    try:
        asyncio.run(server.serve(port))
    except KeyboardInterrupt:
        return
    except OSError as error:
        raise port_taken(error, port, "sandbox") or error from None
