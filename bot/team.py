"""The team: which group is bound, who is an agent at this moment, and which language each of them reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.chat import Chat, Rights
from bot.domain.errors import ChatError
from bot.domain.model import Agent
from bot.store import Database, Store, agents, deliveries, moving, replies, settings, threads

TRUSTED = timedelta(minutes=5)
"""How long a membership that Telegram confirmed is believed while it reports every change by itself."""


class Team:
    """Members of the bound group are agents, its administrators are leads; nobody else has any power."""

    def __init__(self, store: Store, chat: Chat, *, chat_id: int | None, language: str) -> None:
        self._store = store
        self._chat = chat
        self._configured = chat_id
        self._default_language = language

    async def group(self) -> int | None:
        """The bound group, or None until the settings or /setup name one."""
        return self._store.glance(settings.group)

    @property
    def bound_by_settings(self) -> bool:
        return self._configured is not None

    async def start(self, *, now: datetime) -> None:
        """Bind the group that the settings name, unless it has moved since, and learn who leads it."""

        def work(db: Database) -> None:
            if self._configured is not None and settings.get(db, "configured_group") != str(self._configured):
                settings.put(db, "configured_group", str(self._configured))
                if settings.group(db) not in (None, self._configured):
                    moving.bind(db, self._configured, now)
                settings.put(db, settings.GROUP, str(self._configured))
            agents.forget_all_checks(db)

        await self._store.write(work)
        group = await self.group()
        if group is not None:
            await self._learn_rights(group, now=now)

    async def _learn_rights(self, group: int, *, now: datetime) -> Rights:
        """Ask Telegram who leads the group, and whether the bot does: only then it hears of those who leave."""
        me = await self._chat.me()
        try:
            leads = await self._chat.leads(group)
            ours = await self._chat.rights(group)
        except ChatError:
            leads, ours = [], Rights(present=False, admin=False, can_pin=False)

        def work(db: Database) -> None:
            settings.put(db, settings.BOT_USERNAME, me.username)
            settings.put(db, settings.BOT_IS_ADMIN, "1" if ours.admin else "")
            for lead in leads:
                agents.put(db, lead, now)

        await self._store.write(work)
        return ours

    async def bind(self, chat_id: int, *, now: datetime) -> Rights:
        """Make this group the team's; who waits gets a card there. Returns what the bot may do in it."""

        def work(db: Database) -> None:
            agents.forget_all_checks(db)
            moving.bind(db, chat_id, now)

        await self._store.write(work, ring=True)
        return await self._learn_rights(chat_id, now=now)

    async def moved(self, old: int, new: int, *, now: datetime) -> None:
        """The group became a supergroup: everything follows it in one transaction, and open cards are posted anew."""
        await self._store.write(lambda db: moving.group(db, old, new, now), ring=True)

    async def agent(self, user_id: int, *, now: datetime) -> Agent | None:
        """The person as an agent, or None for anybody else; checked on every action.

        An administrator bot is told of every leave in the same ordered stream as the taps, so a confirmed membership
        is believed for `TRUSTED`; otherwise Telegram is asked each time. Raises `ChatError` when it can't be asked.
        """

        def listed(db: Database) -> tuple[agents.Listed | None, int | None, bool]:
            return agents.get(db, user_id), settings.group(db), bool(settings.get(db, settings.BOT_IS_ADMIN))

        known, group, told_of_leaves = self._store.glance(listed)
        if group is None:
            return None
        if known and told_of_leaves and now - known.checked_at < TRUSTED:
            return known.agent if known.agent.present else None
        asked = await self._chat.member(group, user_id)
        await self.seen(asked, now=now)
        if not asked.present:
            return None
        return replace(asked, language=known.agent.language, private=known.agent.private) if known else asked

    async def seen(self, agent: Agent, *, now: datetime) -> None:
        """Telegram told us about a member: write it down; one who left loses what they held and had not sent yet."""

        def work(db: Database) -> None:
            if not agent.present and agents.get(db, agent.user_id) is None:
                return
            agents.put(db, agent, now)
            if not agent.present:
                for reply_id in replies.cancel_all_of(db, agent.user_id, now):
                    deliveries.draft(db, reply_id, now)
                for thread_id in threads.release_all_of(db, agent.user_id, now):
                    deliveries.card(db, thread_id, now)

        await self._store.write(work, ring=True)

    async def bot_rights(self, *, admin: bool, present: bool = True) -> None:
        """The bot's own place in the group changed; who left meanwhile it may not have heard."""

        def work(db: Database) -> None:
            settings.put(db, settings.BOT_IS_ADMIN, "1" if admin else "")
            agents.forget_all_checks(db)
            if present:
                deliveries.due_now(db)

        await self._store.write(work, ring=True)

    async def pressed_start(self, user_id: int) -> None:
        await self._store.write(lambda db: agents.pressed_start(db, user_id))

    async def language(self) -> str:
        """The language of the group's messages."""
        return self._store.glance(lambda db: settings.get(db, settings.LANGUAGE)) or self._default_language

    async def set_language(self, language: str, agent: Agent | None, *, now: datetime) -> None:
        """Set one agent's language, or with None the group's; open cards and the board are shown in it."""

        def work(db: Database) -> None:
            if agent is not None:
                agents.set_language(db, agent.user_id, language)
                return
            settings.put(db, settings.LANGUAGE, language)
            for row in threads.waiting(db, limit=100):
                deliveries.card(db, row["id"], now)
            deliveries.put(db, None, deliveries.Kind.BOARD, "", {}, deliveries.Priority.BOARD, now)

        await self._store.write(work, ring=True)
