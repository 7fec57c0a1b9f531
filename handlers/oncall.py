"""/oncall: who is on call. /oncall take 2h: I am, from now on; one tap gives it back. /oncall week: a picture."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.cards.oncall import oncall_text, shift_taken
from bot.cards.said import plain_text
from bot.domain.told import Told
from bot.rota import LONGEST
from handlers.parts import Asked, Pressed

_TAKE = frozenset({"take", "беру"})
_WEEK = frozenset({"week", "тиждень"})
_LENGTH = re.compile(r"(\d{1,3})\s*(h|m|d|г|год|хв|д|дн)?", re.IGNORECASE)
_MINUTES = {"m": 1, "хв": 1, "h": 60, "г": 60, "год": 60, "d": 24 * 60, "д": 24 * 60, "дн": 24 * 60}


async def oncall(asked: Asked) -> None:
    verb = asked.words[0].casefold() if asked.words else ""
    if verb in _TAKE:
        await _take(asked)
        return
    now = asked.parts.clock.now()
    if verb in _WEEK:
        message = asked.message
        await asked.parts.speaker.show(
            message.chat_id,
            "rota_week",
            {"from": now.astimezone(asked.parts.zone).date().isoformat()},
            key=f"answer:{message.message_id}",
            lang=asked.say.lang,
            reply_to=None if asked.private else message.message_id,
        )
        return
    standing = await asked.parts.oncall.standing(now=now)
    shown = (standing.now, standing.next, standing.gaps, standing.overlaps)
    await asked.answer(oncall_text(*shown, say=asked.say, now=now, zone=asked.parts.zone))


async def give_back(pressed: Pressed) -> Told:
    return await pressed.parts.oncall.give_back(pressed.number, pressed.agent, now=pressed.parts.clock.now())


async def _take(asked: Asked) -> None:
    length = length_of("".join(asked.words[1:]))
    if length is None:
        await asked.answer(plain_text(asked.say("oncall.how_long")))
        return
    now = asked.parts.clock.now()
    taken = await asked.parts.oncall.take(asked.agent, length, now=now)
    await asked.answer(shift_taken(taken.override_id, taken.until, say=asked.say, now=now, zone=asked.parts.zone))


def length_of(word: str) -> timedelta | None:
    """``2h``, ``90m``, ``1d``, ``2 год``, or hours without a unit; None for what is no length, none or above a week."""
    match = _LENGTH.fullmatch(word)
    if match is None:
        return None
    length = timedelta(minutes=int(match[1]) * _MINUTES[(match[2] or "h").casefold()])
    return length if timedelta() < length <= LONGEST else None
