"""The state of the sandbox's Telegram, and the few things that happen in it: a message appears, changes, goes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram import cast
from bot.sandbox.telegram.entities import Formatted, format_text
from bot.sandbox.telegram.files import FileStore
from bot.sandbox.telegram.limits import RateLimits
from bot.sandbox.telegram.model import (
    ADMINISTRATORS,
    Call,
    CallbackQuery,
    Chat,
    Failure,
    Json,
    Message,
    Person,
    Toast,
)
from bot.sandbox.telegram.updates import UpdateQueue
from bot.sandbox.telegram.views import RIGHTS, message_json, page_message, person_json
from bot.sandbox.telegram.webhook import Webhook

KEPT_CALLS = 20_000
_OWN_SERVICE_SEEN = ("pinned_message", "left_chat_member", "forum_topic_")
"""The bot's own service messages that Telegram still sends it as updates."""


@dataclass(eq=False)
class Watcher:
    """An open chat page: events for one person, in order."""

    person_id: int
    events: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)


class State:
    """Everything one sandbox Telegram knows. ``clock`` gives unix seconds; ``token`` is the one the API accepts."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        token: str = cast.TOKEN,
        basic_group: bool = False,
        bot_in_group: bool = True,
    ) -> None:
        self.clock = clock
        self.token = token
        self.people = cast.people()
        self.bot = cast.bot()
        self.group = cast.group(basic=basic_group, with_bot=bot_in_group)
        self.chats: dict[int, Chat] = {self.group.id: self.group}
        self.queue = UpdateQueue(clock)
        self.limits = RateLimits(clock)
        self.files = FileStore()
        self.webhook = Webhook(self.queue, clock)
        self.privacy_mode = True
        """Of the bot, as BotFather sets it: without administrator's rights it hears only what is meant for it."""
        self.bot_rights: frozenset[str] = frozenset(RIGHTS)
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.queries: dict[str, CallbackQuery] = {}
        self.inline_queries: dict[str, Json] = {}
        self.calls: list[Call] = []
        self.failures: list[Failure] = []
        self.watchers: set[Watcher] = set()
        self._toasts: dict[int, list[Toast]] = {}
        self._last_query = 0

    def now(self) -> int:
        """Unix seconds, whole, as the Bot API gives dates."""
        return int(self.clock())

    def known_person_json(self, person_id: int) -> Json | None:
        """User of an id the bot can know, or None."""
        person = self.bot if person_id == self.bot.id else self.people.get(person_id)
        return None if person is None else person_json(person)

    def format(self, text: str, parse_mode: str = "", entities: object = None) -> Formatted:
        """Text of a request → stored text, or ApiError 400."""
        return format_text(text, parse_mode, entities, person=self.known_person_json)

    def private_chat(self, person_id: int) -> Chat:
        """The bot's conversation with a person, made on first use; its id is the person's."""
        return self.chats.setdefault(person_id, Chat(person_id, "private"))

    def can_see(self, person_id: int, chat: Chat) -> bool:
        """Whether the chat is on the person's screen."""
        return chat.id == person_id if chat.is_private else chat.has(person_id)

    def bot_is_administrator(self, chat: Chat) -> bool:
        """Whether the bot is an administrator of the group."""
        return chat.status(self.bot.id) in ADMINISTRATORS

    def post(self, chat: Chat, sender: Person, **content: Any) -> Message:
        """A new message: stored, shown to who sees the chat, and an update if the bot receives such messages."""
        chat.last_message_id += 1
        message = Message(chat, chat.last_message_id, sender, self.now(), **content)
        chat.messages[message.id] = message
        answered = chat.messages.get(message.reply_to)
        if chat.linked and answered is not None:
            message.thread_id = answered.thread_id or answered.id
        if self.bot_receives(message):
            self.queue.push("message", message_json(self, message))
        self.show("message", message)
        return message

    def edited(self, message: Message) -> None:
        """A message changed: mark it, tell the pages, and the bot when a person did it."""
        message.edit_date = self.now()
        if not message.sender.is_bot and self.bot_receives(message):
            self.queue.push("edited_message", message_json(self, message))
        self.show("edit", message)

    def remove(self, message: Message) -> None:
        """A message goes. The bot hears nothing of it, as with Telegram."""
        chat = message.chat
        del chat.messages[message.id]
        self.tell(chat, {"type": "delete", "chat_id": chat.id, "message_id": message.id})
        if message.id in chat.pinned:
            self.unpin(chat, message.id)

    def pin(self, message: Message, by: Person, *, silent: bool = False) -> None:
        """Pin a message, with the service message that Telegram adds."""
        chat = message.chat
        if message.id in chat.pinned:
            chat.pinned.remove(message.id)
        chat.pinned.append(message.id)
        pinned = {"pinned_message": message_json(self, message, nested=True)}
        self.post(chat, by, service=pinned, silent=silent, topic_id=message.topic_id)
        self.tell(chat, {"type": "pin", "chat_id": chat.id, "message_id": message.id})

    def unpin(self, chat: Chat, message_id: int) -> None:
        """Take a message from the pinned ones; the pages learn which stays on top."""
        chat.pinned.remove(message_id)
        top = chat.pinned[-1] if chat.pinned else None
        self.tell(chat, {"type": "pin", "chat_id": chat.id, "message_id": top})

    def bot_receives(self, message: Message) -> bool:
        """Whether Telegram sends the bot an update about this message."""
        chat = message.chat
        if message.sender.is_bot:
            return any(name.startswith(_OWN_SERVICE_SEEN) for name in message.service)
        if chat.is_private:
            return True
        if not chat.has(self.bot.id):
            return False
        hears_all = not self.privacy_mode or self.bot_is_administrator(chat)
        return hears_all or bool(message.service) or self._is_meant_for_bot(message)

    def _is_meant_for_bot(self, message: Message) -> bool:
        """Privacy mode, for a bot that is no administrator: commands and replies to it only."""
        answered = message.chat.messages.get(message.reply_to)
        if answered is not None and answered.sender.is_bot:
            return True
        for span in message.text.spans:
            if span.kind == "bot_command" and span.start == 0:
                _, _, addressee = message.text.text[: span.end].partition("@")
                return addressee.lower() in ("", self.bot.username)
        return False

    def next_query_id(self) -> str:
        """A number as text, as Telegram names queries."""
        self._last_query += 1
        return f"{self.bot.id}{self._last_query:09d}"

    def answer(self, query: CallbackQuery, text: str, *, alert: bool) -> None:
        """The bot answers a tap; the person sees the toast, or with no text only that the waiting is over."""
        query.answered = True
        if text:
            toast = Toast(text, alert, query.id, self.clock())
            self._toasts.setdefault(query.person.id, []).append(toast)
        event = {"type": "toast", "text": text, "alert": alert, "query_id": query.id}
        self._tell(event, lambda watcher: watcher.person_id == query.person.id)

    def toasts(self, person_id: int) -> list[Toast]:
        """All toasts and alerts a person saw, the oldest first."""
        return list(self._toasts.get(person_id, []))

    def record(self, call: Call) -> None:
        """Remember a request of the bot; the oldest half is forgotten when there are very many."""
        self.calls.append(call)
        if len(self.calls) > KEPT_CALLS:
            del self.calls[: KEPT_CALLS // 2]

    def take_failure(self, method: str) -> Failure | None:
        """The ordered fault for this call, if any is left."""
        for failure in self.failures:
            if failure.method.lower() in ("*", method.lower()):
                failure.times -= 1
                if failure.times <= 0:
                    self.failures.remove(failure)
                return failure
        return None

    def watch(self, person_id: int) -> Watcher:
        """Open a page for a person; close it with :meth:`unwatch`."""
        watcher = Watcher(person_id)
        self.watchers.add(watcher)
        return watcher

    def unwatch(self, watcher: Watcher) -> None:
        """The page is closed."""
        self.watchers.discard(watcher)

    def show(self, kind: str, message: Message) -> None:
        """Tell the pages of a message that appeared or changed."""
        if self.watchers:
            self.tell(message.chat, {"type": kind, "message": page_message(self, message)})

    def tell(self, chat: Chat | None, event: Json) -> None:
        """An event to every page that sees the chat; None means everybody."""
        self._tell(event, lambda watcher: chat is None or self.can_see(watcher.person_id, chat))

    def _tell(self, event: Json, to: Callable[[Watcher], bool]) -> None:
        for watcher in self.watchers:
            if to(watcher):
                watcher.events.put_nowait(event)
