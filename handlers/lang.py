"""/lang uk|en: in private one's own language, in the group (a lead) the group's."""

from __future__ import annotations

from bot.cards.said import plain_text
from bot.texts import texts_for
from handlers.parts import Asked

_LANGUAGES = {"uk": "uk", "укр": "uk", "ua": "uk", "українська": "uk", "en": "en", "eng": "en", "english": "en"}


async def lang(asked: Asked) -> None:
    chosen = _LANGUAGES.get(asked.words[0].casefold()) if asked.words else None
    if chosen is None:
        await asked.answer(plain_text(asked.say("lang.choose")))
        return
    if not asked.private and not asked.agent.lead:
        await asked.answer(plain_text(asked.say("lang.lead_only")))
        return
    agent = asked.agent if asked.private else None
    await asked.parts.team.set_language(chosen, agent, now=asked.parts.clock.now())
    await asked.answer(plain_text(texts_for(chosen).say("lang.set")))
