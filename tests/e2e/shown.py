"""A message as people see it: always as it stands at the moment of asking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.desk import Desk

THREAD_VERBS = frozenset({"claim", "release", "dismiss", "reopen", "confirm", "snooze", "snooze3", "snooze9", "wake"})

BESIDE = frozenset({"label", "why"})
"""Verbs with which one says something of the post: they come with those that act on it, and have tests of their own."""


class Shown:
    """One message of a chat."""

    def __init__(self, desk: Desk, chat_id: int, message_id: int) -> None:
        self._desk, self.chat_id, self.message_id = desk, chat_id, message_id

    @property
    def now(self) -> dict[str, Any]:
        """The Bot API's Message."""
        found = self._desk.world.message(self.chat_id, self.message_id)
        assert found is not None, "the message is gone"
        return found

    @property
    def text(self) -> str:
        """Its words, with every kind of space as a plain one."""
        return str(self.now.get("text", "")).replace("\xa0", " ").replace("\u202f", " ")

    @property
    def replies_to(self) -> int | None:
        answered = self.now.get("reply_to_message")
        return int(answered["message_id"]) if answered else None

    @property
    def entities(self) -> list[dict[str, Any]]:
        return list(self.now.get("entities", []))

    @property
    def buttons(self) -> list[dict[str, Any]]:
        rows = self.now.get("reply_markup", {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    @property
    def labels(self) -> list[str]:
        return [button["text"] for button in self.buttons]

    @property
    def actions(self) -> dict[str, str]:
        """Verb → callback data."""
        data = [button["callback_data"] for button in self.buttons if "callback_data" in button]
        return {one.partition(":")[0]: one for one in data}

    @property
    def verbs(self) -> set[str]:
        return set(self.actions)

    @property
    def links(self) -> list[str]:
        """Where its buttons and words lead."""
        spoken = [one["url"] for one in self.entities if one["type"] == "text_link"]
        return [button["url"] for button in self.buttons if "url" in button] + spoken

    @property
    def is_card(self) -> bool:
        """A thread's card answers nobody and lets people act on the thread, or shows that it is over."""
        if self.replies_to is not None:
            return False
        return bool(self.verbs & THREAD_VERBS) or self.text.startswith("✅ ")

    async def shows(self, *words: str) -> Shown:
        """Wait until all of ``words`` stand in it."""
        await self._desk.until(lambda: all(one in self.text for one in words), f"«{'», «'.join(words)}» in {self}")
        return self

    async def offers(self, *verbs: str) -> Shown:
        """Wait until these are the things one can do with the thread by its buttons."""
        await self._desk.until(lambda: self.verbs - BESIDE == set(verbs), f"the buttons {', '.join(verbs)} on {self}")
        return self

    def __str__(self) -> str:
        return f"message {self.message_id} «{self.text[:200]}» {self.labels}"
