"""What the sandbox's Telegram is made of: people, chats with members and topics, messages, files, queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.entities import Formatted

Json = dict[str, Any]

ADMINISTRATORS = ("creator", "administrator")
NO_TEXT = Formatted("")
PRESENT = (*ADMINISTRATORS, "member")


@dataclass
class Person:
    """Somebody on Telegram; the bot itself is one too, with ``is_bot``. ``started``: the bot may write first."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "uk"
    color: str = "#607d8b"
    is_bot: bool = False
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass
class Topic:
    """A forum topic; its id is the id of the service message that opened it."""

    id: int
    name: str
    icon_color: int
    closed: bool = False


@dataclass
class Chat:
    """``kind`` is private, group, supergroup or channel; ``members`` maps a person to creator, administrator, member,
    left or kicked. ``pinned`` holds message ids, the newest last. ``migrated_to``: where the group lives now.
    ``linked`` is the channel whose discussion this group is, and of a channel its group.
    """

    id: int
    kind: str
    title: str = ""
    members: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    topics: dict[int, Topic] = field(default_factory=dict)
    is_forum: bool = False
    linked: int = 0
    migrated_to: int = 0
    last_message_id: int = 0

    @property
    def is_private(self) -> bool:
        """Whether this is the bot's conversation with one person."""
        return self.kind == "private"

    def status(self, person_id: int) -> str:
        """A person's standing here; those never seen are "left"."""
        return self.members.get(person_id, "left")

    def has(self, person_id: int) -> bool:
        """Whether the person is in the chat now."""
        return self.status(person_id) in PRESENT


@dataclass
class StoredFile:
    """An uploaded file. ``path`` is the Bot API's file_path; sizes of pictures in pixels, 0 for others."""

    file_id: str
    unique_id: str
    path: str
    content: bytes
    name: str = ""
    mime: str = "application/octet-stream"
    width: int = 0
    height: int = 0


@dataclass
class Message:
    """A message as it stands. ``text`` is the caption when there is a photo or a document.

    ``markup`` is the inline keyboard; ``service`` holds the fields of a service message; ``silent`` and
    ``reply_kind`` (force_reply…) are remembered for tests and the chat page. ``thread_id`` is the message that a
    comment stands under in a discussion, ``origin`` the fields of who speaks through a chat.
    """

    chat: Chat
    id: int
    sender: Person
    date: int
    text: Formatted = NO_TEXT
    edit_date: int = 0
    photo: StoredFile | None = None
    document: StoredFile | None = None
    markup: Json | None = None
    reply_to: int = 0
    topic_id: int = 0
    thread_id: int = 0
    origin: Json = field(default_factory=dict)
    link_preview: Json | None = None
    media_group_id: str = ""
    service: Json = field(default_factory=dict)
    silent: bool = False
    protected: bool = False
    caption_above: bool = False
    has_spoiler: bool = False
    other_markup: Json | None = None
    reactions: dict[int, str] = field(default_factory=dict)

    @property
    def has_media(self) -> bool:
        """Whether ``text`` is a caption."""
        return self.photo is not None or self.document is not None


@dataclass
class CallbackQuery:
    """A tap on a button, waiting for the bot's one answer. ``at`` in seconds of the injected clock."""

    id: str
    person: Person
    chat_id: int
    message_id: int
    at: float
    answered: bool = False


@dataclass(frozen=True)
class Toast:
    """What a tap brought: the bot's answer to a callback query, as the person saw it."""

    text: str
    alert: bool
    query_id: str
    at: float


@dataclass(frozen=True)
class Update:
    """One update of the bot's queue; ``at`` in seconds of the injected clock."""

    id: int
    kind: str
    content: Json
    at: float

    def as_json(self) -> Json:
        """The Bot API's Update."""
        return {"update_id": self.id, self.kind: self.content}


@dataclass
class Call:
    """A request the bot made. ``params`` holds strings, nested JSON decoded, files as ``<name, n bytes>``."""

    method: str
    params: Json
    at: float
    ok: bool = False
    error: str | None = None

    def as_json(self) -> Json:
        """For GET /chat/calls."""
        return {"method": self.method, "params": self.params, "at": self.at, "ok": self.ok, "error": self.error}


@dataclass
class Failure:
    """An ordered fault: the next ``times`` calls of ``method`` ("*" any) fail.

    ``after``: the work is done first and only the answer is lost. ``drop``: the connection closes without an answer.
    """

    method: str
    times: int = 1
    status: int = 502
    retry_after: int = 5
    after: bool = False
    drop: bool = False
