"""/start and /help: how it works, and with "/help figures" how we count."""

from __future__ import annotations

from bot import cards
from handlers.parts import Asked


async def start(asked: Asked) -> None:
    if not asked.private:
        await help_(asked)
        return
    await asked.parts.team.pressed_start(asked.agent.user_id)
    await asked.answer(cards.welcome(asked.parts.team_name, say=asked.say))


async def help_(asked: Asked) -> None:
    if asked.words and asked.words[0].casefold() in ("figures", "показники"):
        await asked.answer(cards.figures_help(say=asked.say))
        return
    from handlers import COMMANDS  # noqa: PLC0415  the list of all commands names this one too

    listed = [
        (command.name, asked.say(f"command.{command.name}"))
        for command in COMMANDS
        if asked.agent.lead or not command.leads_only
    ]
    await asked.answer(cards.help_text(listed, lead=asked.agent.lead, say=asked.say))
