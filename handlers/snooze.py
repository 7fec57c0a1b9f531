"""💤 Put a thread off: an hour, three hours, until nine in the morning; ⏰ bring it back."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.told import Told
from handlers.parts import Pressed


async def an_hour(pressed: Pressed) -> Told:
    return await _snooze(pressed, timedelta(hours=1))


async def three_hours(pressed: Pressed) -> Told:
    return await _snooze(pressed, timedelta(hours=3))


async def until_morning(pressed: Pressed) -> Told:
    return await _snooze(pressed, None)


async def wake(pressed: Pressed) -> Told:
    return await pressed.parts.desk.wake(pressed.number, pressed.agent, now=pressed.parts.clock.now())


async def _snooze(pressed: Pressed, how_long: timedelta | None) -> Told:
    return await pressed.parts.desk.snooze(pressed.number, pressed.agent, how_long, now=pressed.parts.clock.now())
