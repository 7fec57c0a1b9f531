"""🏷 Put a verdict right: topic and sentiment of a card's question, and why a dismissed one needs no reply."""

from __future__ import annotations

from bot.domain.model import LabelField
from bot.domain.told import Told
from handlers.parts import Pressed


async def label(pressed: Pressed) -> Told:
    return await pressed.parts.corrections.pick(pressed.number, now=pressed.parts.clock.now())


async def leave(pressed: Pressed) -> Told:
    return await pressed.parts.corrections.leave(pressed.number, now=pressed.parts.clock.now())


async def topic(pressed: Pressed) -> Told:
    return await _labelled(pressed, LabelField.TOPIC)


async def sentiment(pressed: Pressed) -> Told:
    return await _labelled(pressed, LabelField.SENTIMENT)


async def why(pressed: Pressed) -> Told:
    now = pressed.parts.clock.now()
    return await pressed.parts.corrections.why(pressed.number, pressed.choice, pressed.agent, now=now)


async def _labelled(pressed: Pressed, field: LabelField) -> Told:
    now = pressed.parts.clock.now()
    return await pressed.parts.corrections.label(pressed.number, field, pressed.choice, pressed.agent, now=now)
