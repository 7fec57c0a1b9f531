"""A day at the desk: the use cases of `bot.desk` with the time and the group filled in."""

from __future__ import annotations

from datetime import datetime

from bot.desk import Desk, Taken
from bot.domain.model import Agent, ReplyStatus
from bot.domain.told import Told
from bot.sandbox.telegram import GROUP_ID
from bot.store import settle
from tests.floor import AGENT, Floor

AGENTS_MESSAGE = 600
TEXT = "Вже лагодимо вежу, завтра запрацює."


class Day:
    """The desk with the time and the group filled in."""

    def __init__(self, desk: Desk, floor: Floor) -> None:
        self.desk = desk
        self.floor = floor

    @property
    def now(self) -> datetime:
        return self.floor.clock.now()

    async def reply(
        self, thread_id: int, agent: Agent = AGENT, text: str = TEXT, message_id: int = AGENTS_MESSAGE
    ) -> Told | Taken | None:
        return await self.desk.reply(thread_id, agent, text, chat_id=GROUP_ID, message_id=message_id, now=self.now)

    async def note(self, thread_id: int, text: str, message_id: int = AGENTS_MESSAGE) -> Told | None:
        return await self.desk.note(thread_id, AGENT, text, chat_id=GROUP_ID, message_id=message_id, now=self.now)

    async def edit(self, text: str, agent: Agent = AGENT, message_id: int = AGENTS_MESSAGE) -> Told | None:
        return await self.desk.edited(agent, text, chat_id=GROUP_ID, message_id=message_id, now=self.now)

    async def claimed(self, agent: Agent = AGENT) -> int:
        thread_id = await self.floor.ask()
        assert (await self.desk.claim(thread_id, agent, now=self.now)).text == "claim.won"
        await self.floor.all_said()
        return thread_id

    async def answered(self) -> int:
        """A thread whose reply by AGENT was read back."""
        thread_id = await self.floor.ask()
        await self.reply(thread_id)
        await self.floor.change("UPDATE reply SET status = 'published', sent_at = created_at")
        await self.floor.store.write(lambda db: settle.verified(db, 1, "9", "", self.now, self.now))
        return thread_id

    async def status(self, reply_id: int, status: ReplyStatus) -> None:
        await self.floor.change("UPDATE reply SET status = ? WHERE id = ?", status, reply_id)

    async def holder(self, thread_id: int) -> int | None:
        return (await self.floor.thread(thread_id)).holder

    async def notes(self, thread_id: int) -> list[str]:
        return [note.text for note in (await self.floor.view(thread_id)).notes]
