"""Messages of a discussion group, as the Bot API gives them → posts. Pure.

``container_id`` is the message that its comments stand under: the channel's post as Telegram forwarded it into the
group, or the first message of a conversation of the group's own.
"""

from __future__ import annotations

from datetime import UTC, datetime

from bot.domain.model import SeenPost
from bot.sources.json_page import Node, count, inner, word

_PICTURES = {
    "photo": "📷",
    "video": "🎬",
    "video_note": "🎬",
    "animation": "🎬",
    "voice": "🎤",
    "audio": "🎵",
    "document": "📎",
    "location": "📍",
    "contact": "👤",
    "poll": "📊",
}
"""What stands for a message without words, by the field that holds its content."""
_TITLE = 120


def parse_post(message: Node, *, group: str) -> SeenPost | None:
    """A Message (new or edited) of the group with the id ``group`` → a post.

    None for what nobody wrote: service messages, and the further pictures of an album, whose words stand at the first.
    The channel's own posts and what administrators write in the group's name have ``group`` for their author.
    """
    text = _words(message)
    if not text:
        return None
    number, answered = count(message, "message_id"), inner(message, "reply_to_message")
    author_id, author_name = _author(message, group)
    root = count(message, "message_thread_id") or count(answered, "message_id") or number
    return SeenPost(
        external_id=str(number),
        container_id=str(root),
        author_id=author_id,
        author_name=author_name,
        text=text,
        url=message_url(inner(message, "chat"), number, root),
        published_at=datetime.fromtimestamp(count(message, "date"), UTC),
        parent_id=str(count(answered, "message_id")) if answered else None,
        title=_title(answered),
    )


def message_url(chat: Node, number: int, root: int = 0) -> str:
    """The address of a message; without a public name of the group it opens for the group's members alone."""
    name = word(chat, "username") or f"c/{str(count(chat, 'id')).removeprefix('-100')}"
    thread = f"?thread={root}" if root not in {0, number} else ""
    return f"https://t.me/{name}/{number}{thread}"


def _author(message: Node, group: str) -> tuple[str | None, str]:
    chat, person = inner(message, "sender_chat"), inner(message, "from")
    if chat:
        ours = message.get("is_automatic_forward") is True or str(count(chat, "id")) == group
        return (group if ours else str(count(chat, "id"))), word(chat, "title")
    name = f"{word(person, 'first_name')} {word(person, 'last_name')}".strip()
    return (str(count(person, "id")) if person else None), name


def _words(message: Node) -> str:
    if text := word(message, "text"):
        return _with_links(text, message.get("entities"))
    if caption := word(message, "caption"):
        return _with_links(caption, message.get("caption_entities"))
    if "media_group_id" in message:
        return ""
    if "sticker" in message:
        return word(inner(message, "sticker"), "emoji") or "🖼"
    return next((sign for name, sign in _PICTURES.items() if name in message), "")


def _with_links(text: str, entities: object) -> str:
    """The text with the addresses that hide behind its words. Telegram counts in units of UTF-16."""
    if not isinstance(entities, list):
        return text
    raw = text.encode("utf-16-le", "surrogatepass")
    for one in reversed(entities):
        if not isinstance(one, dict) or word(one, "type") != "text_link":
            continue
        end = 2 * (count(one, "offset") + count(one, "length"))
        raw = raw[:end] + f" ({word(one, 'url')})".encode("utf-16-le", "surrogatepass") + raw[end:]
    return raw.decode("utf-16-le", "replace")


def _title(answered: Node) -> str:
    """Under which post of the channel a comment stands, where it stands directly under it."""
    if answered.get("is_automatic_forward") is not True:
        return ""
    return (word(answered, "text") or word(answered, "caption")).split("\n", 1)[0][:_TITLE]
