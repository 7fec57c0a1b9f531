"""Buttons of an incident's card: ✋ take it in hand, 🙅 it is no outage, 🏁 it is over."""

from __future__ import annotations

from bot.domain.told import Told
from handlers.parts import Pressed


async def take(pressed: Pressed) -> Told:
    return await pressed.parts.incidents.take(pressed.number, pressed.agent, now=pressed.parts.clock.now())


async def deny(pressed: Pressed) -> Told:
    return await pressed.parts.incidents.deny(pressed.number, pressed.agent, now=pressed.parts.clock.now())


async def close(pressed: Pressed) -> Told:
    return await pressed.parts.incidents.close(pressed.number, pressed.agent, now=pressed.parts.clock.now())
