"""🚫 A thread needs no reply; ↩️ it does after all; ✅ it was answered on the page."""

from __future__ import annotations

from bot.domain.told import Told
from handlers.parts import Pressed


async def dismiss(pressed: Pressed) -> Told:
    return await pressed.parts.desk.dismiss(pressed.number, pressed.agent, now=pressed.parts.clock.now())


async def reopen(pressed: Pressed) -> Told:
    return await pressed.parts.desk.reopen(pressed.number, pressed.agent, now=pressed.parts.clock.now())


async def confirm(pressed: Pressed) -> Told:
    return await pressed.parts.desk.confirm(pressed.number, pressed.agent, now=pressed.parts.clock.now())
