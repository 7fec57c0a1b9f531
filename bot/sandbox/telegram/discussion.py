"""A channel of the company with its discussion group: what is published, forwarded, commented."""

from __future__ import annotations

from bot.sandbox.telegram import cast
from bot.sandbox.telegram.entities import Formatted
from bot.sandbox.telegram.model import Chat, Json, Message, Person
from bot.sandbox.telegram.views import chat_json, message_json
from bot.sandbox.telegram.world import World

CHANNEL_ID = -1_001_000_000_002
DISCUSSION_ID = -1_001_000_000_003
HALYNA = 1006

_TELEGRAM = Person(777000, "Telegram", language_code="")
_ANONYMOUS = Person(1087968824, "Group", "", "GroupAnonymousBot", "", is_bot=True)


class Discussion:
    """The channel and its group in one world. ``bot_role`` is the bot's place in the group; "" for none."""

    def __init__(self, world: World, *, bot_role: str = "administrator") -> None:
        self._world = world
        world.people[HALYNA] = Person(HALYNA, "Галина", "Вигадана", color="#00838f")
        self.channel = Chat(CHANNEL_ID, "channel", "Оператор · новини", {cast.OKSANA: "creator"}, linked=DISCUSSION_ID)
        members = {cast.OKSANA: "creator", HALYNA: "member", cast.STRANGER: "member"}
        self.group = Chat(DISCUSSION_ID, "supergroup", "Оператор · обговорення", members, linked=CHANNEL_ID)
        if bot_role:
            self.group.members[world.bot.id] = bot_role
        world.chats |= {CHANNEL_ID: self.channel, DISCUSSION_ID: self.group}

    def publish(self, text: str) -> int:
        """A post of the channel, which Telegram forwards into the group; gives the forwarded message's id."""
        world, channel = self._world, self.channel
        channel.last_message_id += 1
        shown = chat_json(world, channel)
        origin = {"type": "channel", "date": world.now(), "chat": shown, "message_id": channel.last_message_id}
        forwarded: Json = {"sender_chat": shown, "forward_origin": origin, "is_automatic_forward": True}
        return self._post(_TELEGRAM, text, forwarded).id

    def comment(self, text: str, under: int = 0, *, by: int = HALYNA) -> int:
        """What a customer writes, under a post or another comment or by itself; gives the message's id."""
        said = self._world.say(by, DISCUSSION_ID, text, under or None)
        return int(said["message_id"])

    def edit(self, number: int, text: str, *, by: int = HALYNA) -> None:
        """A customer changes a comment of theirs."""
        self._world.edit(by, DISCUSSION_ID, number, text)

    def say_as_group(self, text: str, under: int = 0) -> int:
        """An anonymous administrator writes in the group's name; gives the message's id."""
        speaks = {"sender_chat": chat_json(self._world, self.group)}
        return self._post(_ANONYMOUS, text, speaks, under, heard=True).id

    def delete(self, number: int) -> None:
        """Somebody deletes a message; the bot hears nothing of it."""
        self._world.remove(self.group.messages[number])

    def said(self) -> list[str]:
        """What the bot wrote in the group, as it stands."""
        ours = [one for one in self.group.messages.values() if one.sender is self._world.bot]
        return [one.text.text for one in ours]

    def answers(self, number: int) -> list[Json]:
        """The Messages that reply to this one."""
        found = [one for one in self.group.messages.values() if one.reply_to == number]
        return [message_json(self._world, one) for one in found]

    def _post(self, by: Person, text: str, origin: Json, under: int = 0, *, heard: bool = False) -> Message:
        message = self._world.post(self.group, by, text=Formatted(text), origin=origin, reply_to=under)
        if heard and self.group.has(self._world.bot.id):
            # Other bots are not heard, but this account only stands for a person.
            self._world.queue.push("message", message_json(self._world, message))
        return message
