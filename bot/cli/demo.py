"""``vidhuk demo``: the whole loop on this machine, without a token."""

from __future__ import annotations

import click

from bot.cli.ending import port_taken
from bot.cli.options import language_option, port_option


@click.command("demo")
@port_option
@click.option("--no-browser", is_flag=True, help="Print the address and open nothing.")
@language_option
def command(port: int | None, no_browser: bool, lang: str) -> None:
    """Show it all in a browser, without a token.

    A customer asks on a page, a card appears, an agent answers. Everything runs on this machine.
    """
    import asyncio

    from bot.sandbox import demo

    try:
        asyncio.run(demo.run(port, not no_browser, lang))
    except KeyboardInterrupt:
        return
    except OSError as error:
        raise port_taken(error, port, "demo") or error from None
