"""The sandbox's Telegram with the people in it: what they write, tap, edit, and how they come and go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.telegram import cast
from bot.sandbox.telegram.entities import tidy
from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.files import sample_picture
from bot.sandbox.telegram.model import ADMINISTRATORS, CallbackQuery, Chat, Failure, Json, Message, Person, StoredFile
from bot.sandbox.telegram.state import State
from bot.sandbox.telegram.text import MAX_TEXT, utf16_length
from bot.sandbox.telegram.views import chat_json, member_json, message_json, person_json

SUPERGROUP_STEP = 1


class RefusedError(ValueError):
    """A person may not do this; ``status`` is the HTTP status the chat page answers with."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


class World(State):
    """People act through these methods; each gives Bot API objects back and makes the updates Telegram would make."""

    _picture: StoredFile | None = None

    def say(self, person_id: int, chat_id: int, text: str, reply_to: int | None = None, *, topic_id: int = 0) -> Json:
        """A person writes; to the bot in private this is also "Start". Gives the Message."""
        person, chat = self._speaker(person_id, chat_id)
        content = self._typed(text)
        return self._post(chat, person, reply_to, text=content, topic_id=self._topic(chat, reply_to, topic_id))

    def send_photo(self, person_id: int, chat_id: int, caption: str = "", reply_to: int | None = None) -> Json:
        """A person sends the built-in picture. Gives the Message."""
        person, chat = self._speaker(person_id, chat_id)
        if self._picture is None:
            self._picture = self.files.add_photo(sample_picture())
        text = self._typed(caption, allow_empty=True)
        return self._post(
            chat, person, reply_to, text=text, photo=self._picture, topic_id=self._topic(chat, reply_to, 0)
        )

    def edit(self, person_id: int, chat_id: int, message_id: int, text: str) -> Json:
        """A person changes their own message (or its caption). Gives the Message."""
        _, chat = self._speaker(person_id, chat_id)
        message = self._message(chat, message_id)
        if message.sender.id != person_id or message.service:
            raise RefusedError("only one's own message can be edited", 403)
        content = self._typed(text, allow_empty=message.has_media)
        if content != message.text:
            message.text = content
            self.edited(message)
        return message_json(self, message)

    def delete(self, person_id: int, chat_id: int, message_id: int) -> None:
        """A person deletes their own message, or any as an administrator or in private. The bot is not told."""
        _, chat = self._speaker(person_id, chat_id)
        message = self._message(chat, message_id)
        allowed = chat.is_private or chat.status(person_id) in ADMINISTRATORS
        if not allowed and message.sender.id != person_id:
            raise RefusedError("only one's own message can be deleted", 403)
        self.remove(message)

    def press(self, person_id: int, message: Mapping[str, Any], data: str, *, forge: bool = False) -> str:
        """A person taps the button with this callback data on a Message of :meth:`messages`. Gives the query's id.

        ``forge`` sends data that no button has, or for a message that is gone, as a hostile client could.
        """
        return self.tap(person_id, message["chat"]["id"], message["message_id"], data, forge=forge)

    def tap(self, person_id: int, chat_id: int, message_id: int, data: str, *, forge: bool = False) -> str:
        """The same by ids."""
        chat = self.chats.get(chat_id)
        person = self.person(person_id)
        if chat is None or (not forge and not self.can_see(person_id, chat)):
            raise RefusedError("no such chat on this person's screen", 403)
        message = chat.messages.get(message_id)
        if not forge and (message is None or data not in _callback_data(message)):
            raise RefusedError("no such button on that message", 404)
        query = CallbackQuery(self.next_query_id(), person, chat_id, message_id, self.clock())
        self.queries[query.id] = query
        gone = {"chat": chat_json(self, chat), "message_id": message_id, "date": 0}
        content = {
            "id": query.id,
            "from": person_json(person),
            "message": gone if message is None else message_json(self, message),
            "chat_instance": str(abs(chat_id) * 7919),
            "data": data,
        }
        self.queue.push("callback_query", content)
        return query.id

    def react(self, person_id: int, chat_id: int, message_id: int, emoji: str | None) -> None:
        """A person sets or takes back (None) a reaction; the bot hears of it only as an asking administrator."""
        person, chat = self._speaker(person_id, chat_id)
        message = self._message(chat, message_id)
        old = message.reactions.pop(person_id, None)
        if emoji:
            message.reactions[person_id] = emoji
        update = {
            "chat": chat_json(self, chat),
            "message_id": message_id,
            "user": person_json(person),
            "date": self.now(),
            "old_reaction": _reactions(old),
            "new_reaction": _reactions(emoji),
        }
        if chat.is_private or self.bot_is_administrator(chat):
            self.queue.push("message_reaction", update)
        self.tell(chat, {"type": "reaction", "chat_id": chat.id, "message_id": message_id, "emoji": emoji or None})

    def ask_inline(self, person_id: int, query: str, offset: str = "") -> str:
        """A person types "@bot query" somewhere. Gives the inline query's id; answers are in ``inline_queries``."""
        query_id = self.next_query_id()
        content = {"id": query_id, "from": person_json(self.person(person_id)), "query": query, "offset": offset}
        self.inline_queries[query_id] = content | {"at": self.clock(), "results": None}
        self.queue.push("inline_query", content | {"chat_type": "supergroup"})
        return query_id

    def join(self, person_id: int) -> None:
        """A person enters the group."""
        person = self.person(person_id)
        if self.group.has(person_id):
            raise RefusedError("already in the group")
        self._set_status(person, "member", by=person)
        self.post(self.group, person, service={"new_chat_members": [person_json(person)]})

    def leave(self, person_id: int) -> None:
        """A person leaves the group."""
        person = self.person(person_id)
        self._expect_member(person_id)
        self.post(self.group, person, service={"left_chat_member": person_json(person)})
        self._set_status(person, "left", by=person)

    def kick(self, person_id: int, by: int = cast.OKSANA) -> None:
        """An administrator removes a person for good."""
        person = self.person(person_id)
        self._expect_member(person_id)
        self.post(self.group, self.person(by), service={"left_chat_member": person_json(person)})
        self._set_status(person, "kicked", by=self.person(by))

    def promote(self, person_id: int, role: str, by: int = cast.OKSANA) -> None:
        """Give a member of the group the role "administrator" or "member" (or "creator")."""
        if role not in ("creator", "administrator", "member"):
            raise RefusedError("role must be administrator or member")
        self._expect_member(person_id)
        self._set_status(self.person(person_id), role, by=self.person(by))

    def kick_bot(self, by: int = cast.OKSANA) -> None:
        """The bot is thrown out of the group: 403 from now on."""
        self._set_bot_status("kicked", self.person(by))

    def add_bot(self, by: int = cast.OKSANA, role: str = "administrator") -> None:
        """The bot is put (back) into the group, at once with this role."""
        was_in = self.group.has(self.bot.id)
        self._set_bot_status(role, self.person(by))
        if not was_in:
            self.post(self.group, self.person(by), service={"new_chat_members": [person_json(self.bot)]})

    def block(self, person_id: int) -> None:
        """A person blocks the bot in private."""
        self._set_blocked(person_id, blocked=True)

    def unblock(self, person_id: int) -> None:
        """A person lets the bot write again."""
        self._set_blocked(person_id, blocked=False)

    def migrate(self) -> int:
        """The group becomes a supergroup with a new id, which is returned; the old id answers 400 from now on."""
        old, by = self.group, self.person(cast.OKSANA)
        new_id = old.id - SUPERGROUP_STEP if old.kind == "supergroup" else cast.GROUP_ID
        new = Chat(new_id, "supergroup", old.title, dict(old.members), is_forum=old.is_forum, last_message_id=1)
        self.chats[new_id] = self.group = new
        self.post(old, by, service={"migrate_to_chat_id": new_id})
        old.migrated_to = new_id
        self.post(new, by, service={"migrate_from_chat_id": old.id})
        self.tell(None, {"type": "membership"})
        return new_id

    def fail(self, method: str, **how: Any) -> None:
        """Order faults of a method: see :class:`bot.sandbox.telegram.model.Failure` for the fields."""
        self.failures.append(Failure(method, **how))

    def person(self, person_id: int) -> Person:
        """One of the people, or RefusedError 404."""
        if person_id not in self.people:
            raise RefusedError("no such person", 404)
        return self.people[person_id]

    def message(self, chat_id: int, message_id: int) -> Json | None:
        """One message as it stands now, or None when it is gone."""
        chat = self.chats.get(chat_id)
        found = chat.messages.get(message_id) if chat else None
        return None if found is None else message_json(self, found)

    def messages(self, chat_id: int) -> list[Json]:
        """The chat's messages as they stand now, the oldest first."""
        chat = self.chats.get(chat_id)
        return [message_json(self, message) for message in chat.messages.values()] if chat else []

    def close(self) -> None:
        """Let a server stop: pending polls end, the webhook's task too."""
        self.queue.close()
        self.webhook.stop()

    def _speaker(self, person_id: int, chat_id: int) -> tuple[Person, Chat]:
        person = self.person(person_id)
        chat = self.private_chat(person_id) if chat_id == person_id else self.chats.get(chat_id)
        if chat is None or chat.migrated_to:
            raise RefusedError("no such chat", 404)
        if not self.can_see(person_id, chat):
            raise RefusedError("not a member of this chat", 403)
        return person, chat

    def _post(self, chat: Chat, person: Person, reply_to: int | None, **content: Any) -> Json:
        if chat.is_private:
            if person.blocked:
                self.unblock(person.id)
            person.started = True
        if reply_to:
            self._message(chat, reply_to)
        return message_json(self, self.post(chat, person, reply_to=reply_to or 0, **content))

    def _typed(self, text: str, *, allow_empty: bool = False) -> Any:
        try:
            content = tidy(text.encode("utf-8", "replace").decode(), [], allow_empty=allow_empty)
        except ApiError as error:
            raise RefusedError("nothing to send") from error
        if utf16_length(content.text) > MAX_TEXT:
            raise RefusedError("too long: Telegram would send this in parts")
        return content

    def _topic(self, chat: Chat, reply_to: int | None, topic_id: int) -> int:
        answered = chat.messages.get(reply_to or 0)
        return topic_id or (answered.topic_id if answered else 0)

    def _message(self, chat: Chat, message_id: int) -> Message:
        if message_id not in chat.messages:
            raise RefusedError("no such message", 404)
        return chat.messages[message_id]

    def _expect_member(self, person_id: int) -> None:
        if not self.group.has(person_id):
            raise RefusedError("not a member of the group", 403)

    def _set_status(self, person: Person, status: str, by: Person) -> None:
        change = self._change(self.group, person, status, by)
        if change and self.bot_is_administrator(self.group):
            self.queue.push("chat_member", change)
        self.tell(None, {"type": "membership"})

    def _set_bot_status(self, status: str, by: Person) -> None:
        change = self._change(self.group, self.bot, status, by)
        if change:
            self.queue.push("my_chat_member", change)
        self.tell(None, {"type": "membership"})

    def _change(self, chat: Chat, person: Person, status: str, by: Person) -> Json | None:
        """Set a standing and give the ChatMemberUpdated, or None when nothing changes."""
        old = member_json(self, chat, person)
        chat.members[person.id] = status
        new = member_json(self, chat, person)
        if old == new:
            return None
        return _member_updated(self, chat, by, old, new)

    def _set_blocked(self, person_id: int, *, blocked: bool) -> None:
        person, chat = self.person(person_id), self.private_chat(person_id)
        if person.blocked == blocked:
            return
        person.blocked = blocked
        bot = person_json(self.bot)
        states: list[Json] = [
            {"user": bot, "status": "member"},
            {"user": bot, "status": "kicked", "until_date": 0},
        ]
        old, new = states if blocked else states[::-1]
        self.queue.push("my_chat_member", _member_updated(self, chat, person, old, new))


def _member_updated(state: State, chat: Chat, by: Person, old: Json, new: Json) -> Json:
    return {
        "chat": chat_json(state, chat),
        "from": person_json(by),
        "date": state.now(),
        "old_chat_member": old,
        "new_chat_member": new,
    }


def _callback_data(message: Message) -> set[str]:
    rows = (message.markup or {}).get("inline_keyboard", [])
    return {button["callback_data"] for row in rows for button in row if "callback_data" in button}


def _reactions(emoji: str | None) -> list[Json]:
    return [{"type": "emoji", "emoji": emoji}] if emoji else []
