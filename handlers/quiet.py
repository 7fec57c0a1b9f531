"""/quiet: what was judged to need nothing; ❓ it is a question after all, ↩️ it is none."""

from __future__ import annotations

from bot import cards
from bot.cards import Card
from bot.domain.masks import mask
from bot.domain.told import Told
from bot.texts import Texts
from handlers.parts import Asked, Parts, Pressed, page_number


async def quiet(asked: Asked) -> None:
    page = page_number(asked.words[0]) if asked.words else 1
    await asked.answer(await _card(asked.parts, page, asked.say))


async def turn(pressed: Pressed) -> Told | None:
    await _show(pressed, pressed.number)
    return None


async def ask(pressed: Pressed) -> Told:
    told = await pressed.parts.corrections.ask(pressed.number, pressed.agent, now=pressed.parts.clock.now())
    await _show(pressed, page_number(pressed.choice))
    return told


async def unask(pressed: Pressed) -> Told:
    told = await pressed.parts.corrections.unask(pressed.number, pressed.agent, now=pressed.parts.clock.now())
    await _show(pressed, page_number(pressed.choice))
    return told


async def _show(pressed: Pressed, page: int) -> None:
    await pressed.show(await _card(pressed.parts, page, pressed.say))


async def _card(parts: Parts, page: int, say: Texts) -> Card:
    now = parts.clock.now()
    listed = await parts.corrections.quiet(page, now=now)
    return cards.quiet_page(
        listed.rows, listed.page, listed.pages, listed.total, mask=mask, say=say, now=now, zone=parts.zone
    )
