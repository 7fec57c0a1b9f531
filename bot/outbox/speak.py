"""Messages that answer a person: rows like everything else, so they keep their place in the chat's pace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.cards import Card
from bot.domain.clock import Clock
from bot.store import Database, Store, deliveries, settings


class Speaker:
    """Puts finished messages into the outbox."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def say(
        self, chat_id: int, card: Card, *, key: str, reply_to: int | None = None, edit: int | None = None
    ) -> None:
        """Send ``card`` to a chat, or show it in the standing message ``edit``; ``key`` makes a repeat one message."""

        def work(db: Database) -> None:
            # The group goes by its role: one worker, one pace, and the row follows the group when it moves.
            address = None if chat_id == settings.group(db) else chat_id
            deliveries.text(db, address, card, self._clock.now(), key=key, reply_to=reply_to, edit=edit)

        await self._store.write(work, ring=True)

    async def show(
        self,
        chat_id: int,
        picture: str,
        values: Mapping[str, Any],
        *,
        key: str,
        lang: str | None = None,
        reply_to: int | None = None,
    ) -> None:
        """Send the picture that the painter ``picture`` draws of ``values``."""

        def work(db: Database) -> None:
            address = None if chat_id == settings.group(db) else chat_id
            now = self._clock.now()
            deliveries.photo(db, address, picture, values, now, key=key, lang=lang, reply_to=reply_to)

        await self._store.write(work, ring=True)
