"""Who acts in a scene: people in Telegram, visitors of the company's page, members of the forum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.telegram.model import Toast
from bot.sandbox.town.facebook import Entry
from bot.sandbox.town.forum import ForumPost
from tests.e2e.shown import Shown

if TYPE_CHECKING:
    from tests.e2e.desk import Desk


class Person:
    """Somebody in Telegram: an agent, or the stranger."""

    def __init__(self, desk: Desk, person_id: int) -> None:
        self._desk, self.id = desk, person_id

    @property
    def name(self) -> str:
        return self._desk.world.person(self.id).name

    async def taps(self, shown: Shown, verb: str) -> Toast:
        """Tap the button of this verb and wait for what the bot answers; the toast's text may be empty."""
        return await self._answered(self._desk.world.press(self.id, shown.now, shown.actions[verb]))

    async def forges(self, data: str, *, on: Shown) -> Toast:
        """Send callback data that no button has, as a hostile client can."""
        return await self._answered(
            self._desk.world.tap(self.id, on.chat_id, on.message_id, data, forge=True),
        )

    def taps_without_waiting(self, shown: Shown, verb: str) -> str:
        return self._desk.world.press(self.id, shown.now, shown.actions[verb])

    def presses(self, shown: Shown, data: str) -> str:
        """Tap the button with these callback data, without waiting; returns the query's id."""
        return self._desk.world.press(self.id, shown.now, data)

    async def _answered(self, query_id: str) -> Toast:
        world = self._desk.world
        await self._desk.until(lambda: world.queries[query_id].answered, f"an answer to a tap of {self.name}")
        found = [toast for toast in world.toasts(self.id) if toast.query_id == query_id]
        return found[0] if found else Toast("", False, query_id, 0.0)

    async def sees_toast(self, query_id: str) -> Toast:
        """What the tap with this query's id brought."""
        return await self._answered(query_id)

    def replies(self, to: Shown, text: str) -> Shown:
        """Reply to a message with words."""
        return self._mine(self._desk.world.say(self.id, to.chat_id, text, to.message_id)["message_id"], to.chat_id)

    def replies_with_a_photo(self, to: Shown, caption: str = "") -> Shown:
        sent = self._desk.world.send_photo(self.id, to.chat_id, caption, to.message_id)
        return self._mine(sent["message_id"], to.chat_id)

    def edits(self, said: Shown, text: str) -> None:
        self._desk.world.edit(self.id, said.chat_id, said.message_id, text)

    def says(self, text: str) -> Shown:
        """Write in the group."""
        return self._mine(self._desk.world.say(self.id, self._desk.group, text)["message_id"], self._desk.group)

    async def asks(self, command: str) -> Shown:
        """Send a command in the group and wait for the answer beneath it."""
        return await self._desk.answer(self.says(command))

    async def asks_privately(self, command: str) -> Shown:
        """Send a command to the bot in private and wait for the answer."""
        sent = self._desk.world.say(self.id, self.id, command)["message_id"]

        def answer() -> Shown | None:
            return next((one for one in self._desk.said(self.id) if one.message_id > sent), None)

        return await self._desk.until(answer, f"the answer to {command} of {self.name}")

    def _mine(self, message_id: int, chat_id: int) -> Shown:
        return Shown(self._desk, chat_id, message_id)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A customer on the company's page."""

    _desk: Desk
    name: str

    def asks(self, text: str) -> Entry:
        """Write on the page."""
        return self._desk.facebook.visitor_post(self.name, text)

    def comments(self, under: Entry, text: str) -> Entry:
        return self._desk.facebook.comment(under.id, self.name, text)


@dataclass(frozen=True, slots=True)
class Member:
    """A customer on the forum."""

    _desk: Desk
    name: str

    def opens(self, subject: str, text: str) -> ForumPost:
        """Open a topic."""
        return self._desk.forum.new_topic(self.name, subject, text)

    def writes(self, topic: ForumPost, text: str) -> ForumPost:
        """Answer in a topic."""
        return self._desk.forum.reply(topic.tid, self.name, text)
