"""🙋 Take a thread, ↩️ give it back."""

from __future__ import annotations

from bot.domain.told import Told
from handlers.parts import Pressed


async def claim(pressed: Pressed) -> Told:
    return await pressed.parts.desk.claim(pressed.number, pressed.agent, now=pressed.parts.clock.now())


async def release(pressed: Pressed) -> Told:
    return await pressed.parts.desk.release(pressed.number, pressed.agent, now=pressed.parts.clock.now())
