"""A draft under its undo window: send it now, cancel it; try a refused one again, or in the earlier answer's place."""

from __future__ import annotations

from bot.domain.told import Told
from handlers.parts import Pressed


async def send_now(pressed: Pressed) -> Told:
    return await pressed.parts.desk.send_now(pressed.number, pressed.agent, now=pressed.parts.clock.now())


async def cancel(pressed: Pressed) -> Told:
    return await pressed.parts.desk.cancel(pressed.number, pressed.agent, now=pressed.parts.clock.now())


async def replace(pressed: Pressed) -> Told:
    now = pressed.parts.clock.now()
    return await pressed.parts.desk.retry(pressed.number, pressed.agent, replaces=True, now=now)


async def retry(pressed: Pressed) -> Told:
    return await pressed.parts.desk.retry(pressed.number, pressed.agent, now=pressed.parts.clock.now())
