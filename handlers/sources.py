"""/sources: how each page is doing. /sources pause <key> and /sources resume <key>: a lead's switch."""

from __future__ import annotations

from bot import cards
from bot.cards import Card
from bot.cards.said import plain_text
from bot.domain.model import Agent
from bot.domain.told import Told
from bot.texts import Texts
from handlers.parts import Asked, Parts, Pressed

_PAUSE = frozenset({"pause", "пауза"})
_RESUME = frozenset({"resume", "далі"})
_WITH_KEY = 2


async def sources(asked: Asked) -> None:
    verb = asked.words[0].casefold() if asked.words else ""
    if verb in _PAUSE | _RESUME:
        told = await _switched(asked, verb in _PAUSE)
        await asked.answer(plain_text(asked.say(told.text, **told.values)))
        return
    page = int(verb) if verb.isdecimal() and len(verb) < 6 else 1
    await asked.answer(await _card(asked.parts, asked.agent, page, asked.say))


async def turn(pressed: Pressed) -> Told | None:
    await pressed.show(await _card(pressed.parts, pressed.agent, pressed.number, pressed.say))
    return None


async def pause(pressed: Pressed) -> Told:
    return await _tapped(pressed, paused=True)


async def resume(pressed: Pressed) -> Told:
    return await _tapped(pressed, paused=False)


async def _tapped(pressed: Pressed, *, paused: bool) -> Told:
    now = pressed.parts.clock.now()
    told = await pressed.parts.health.switch(pressed.argument, pressed.agent, paused=paused, now=now)
    await pressed.show(await _card(pressed.parts, pressed.agent, 1, pressed.say))
    return told


async def _switched(asked: Asked, paused: bool) -> Told:
    if len(asked.words) < _WITH_KEY:
        return Told("sources.which")
    key = asked.words[1].casefold()
    return await asked.parts.health.switch(key, asked.agent, paused=paused, now=asked.parts.clock.now())


async def _card(parts: Parts, agent: Agent, page: int, say: Texts) -> Card:
    now = parts.clock.now()
    listed = await parts.health.listed(page, now=now)
    return cards.sources_page(
        listed.rows,
        listed.page,
        listed.pages,
        total=listed.total,
        failing=listed.failing,
        paused=listed.paused,
        lead=agent.lead,
        say=say,
        now=now,
        zone=parts.zone,
    )
