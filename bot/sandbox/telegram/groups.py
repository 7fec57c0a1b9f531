"""Methods about chats: what they are, who is in them, pins, reactions, topics."""

from __future__ import annotations

from bot.sandbox.telegram.access import (
    GENERAL_TOPIC,
    find_chat,
    find_message,
    find_person,
    require_right,
)
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.model import ADMINISTRATORS, PRESENT, Chat, Json, Topic
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.state import State
from bot.sandbox.telegram.text import clean, utf16_length
from bot.sandbox.telegram.views import chat_json, full_chat_json, member_json, person_json

_REACTION_TEXT = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 "
    "🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
)
REACTIONS = frozenset(_REACTION_TEXT.split())
ICON_COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)
MAX_TOPIC_NAME = 128
_PIN_REFUSAL = "not enough rights to manage pinned messages in the chat"
_TOPIC_REFUSAL = "not enough rights to create a topic"


def get_chat(state: State, params: Parameters) -> Json:
    """getChat."""
    return full_chat_json(state, find_chat(state, params, write=False))


def get_chat_member(state: State, params: Parameters) -> Json:
    """getChatMember: creator, administrator, member, left or kicked."""
    person = find_person(state, params)
    return member_json(state, find_chat(state, params, write=False), person)


def get_chat_administrators(state: State, params: Parameters) -> list[Json]:
    """getChatAdministrators: people, and this bot if it is one."""
    chat = find_chat(state, params, write=False)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    chosen = [who for who, status in chat.members.items() if status in ADMINISTRATORS]
    return [member_json(state, chat, state.people.get(who, state.bot)) for who in chosen]


def get_chat_member_count(state: State, params: Parameters) -> int:
    """getChatMemberCount."""
    chat = find_chat(state, params, write=False)
    return 2 if chat.is_private else sum(status in PRESENT for status in chat.members.values())


def leave_chat(state: State, params: Parameters) -> bool:
    """leaveChat: the bot hears of it as my_chat_member."""
    chat = find_chat(state, params)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    old = member_json(state, chat, state.bot)
    state.post(chat, state.bot, service={"left_chat_member": person_json(state.bot)})
    chat.members[state.bot.id] = "left"
    new = member_json(state, chat, state.bot)
    change = {"chat": chat_json(state, chat), "from": person_json(state.bot), "date": state.now()}
    state.queue.push("my_chat_member", change | {"old_chat_member": old, "new_chat_member": new})
    state.tell(None, {"type": "membership"})
    return True


def pin_chat_message(state: State, params: Parameters) -> bool:
    """pinChatMessage: with the service message, which the bot receives too."""
    chat = find_chat(state, params)
    message = find_message(chat, params, "pin")
    require_right(state, chat, "can_pin_messages", _PIN_REFUSAL)
    if message.service:
        raise bad_request("message can't be pinned")
    if message.id not in chat.pinned:
        state.pin(message, state.bot, silent=params.flag("disable_notification"))
    return True


def unpin_chat_message(state: State, params: Parameters) -> bool:
    """unpinChatMessage: the newest one when no message is named."""
    chat = find_chat(state, params)
    require_right(state, chat, "can_pin_messages", _PIN_REFUSAL)
    if not params.text("message_id"):
        if not chat.pinned:
            raise bad_request("message to unpin not found")
        state.unpin(chat, chat.pinned[-1])
        return True
    message = find_message(chat, params, "unpin")
    if message.id in chat.pinned:
        state.unpin(chat, message.id)
    return True


def unpin_all_chat_messages(state: State, params: Parameters) -> bool:
    """unpinAllChatMessages."""
    chat = find_chat(state, params)
    require_right(state, chat, "can_pin_messages", _PIN_REFUSAL)
    for message_id in list(chat.pinned):
        state.unpin(chat, message_id)
    return True


def set_message_reaction(state: State, params: Parameters) -> bool:
    """setMessageReaction: a bot has at most one; an empty list takes it back."""
    reactions = params.json("reaction", "reaction types")
    if reactions is not None and not isinstance(reactions, list):
        raise bad_request("expected an Array of ReactionType")
    chat = find_chat(state, params, write=False)
    message = find_message(chat, params, "react")
    emoji = [_emoji(reaction) for reaction in reactions or []]
    if len(emoji) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    message.reactions.pop(state.bot.id, None)
    if emoji:
        message.reactions[state.bot.id] = emoji[0]
    event: Json = {"type": "reaction", "chat_id": chat.id, "message_id": message.id}
    state.tell(chat, event | {"emoji": emoji[0] if emoji else None})
    return True


def _emoji(reaction: object) -> str:
    if not isinstance(reaction, dict) or "type" not in reaction:
        raise bad_request("can't parse ReactionType: expected an Object")
    if reaction["type"] != "emoji":
        raise bad_request("invalid reaction type specified")
    emoji = str(reaction.get("emoji", "")).replace("\ufe0f", "")
    if emoji not in REACTIONS:
        raise bad_request("REACTION_INVALID")
    return emoji


def create_forum_topic(state: State, params: Parameters) -> Json:
    """createForumTopic: counts as a message."""
    chat = _forum(state, params)
    name = _topic_name(params)
    color = params.number("icon_color", ICON_COLORS[0])
    if color not in ICON_COLORS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    state.limits.spend(chat.id, is_group=True)
    created = {"forum_topic_created": {"name": name, "icon_color": color}}
    topic_id = chat.last_message_id + 1
    state.post(chat, state.bot, service=created, topic_id=topic_id)
    chat.topics[topic_id] = Topic(topic_id, name, color)
    return {"message_thread_id": topic_id, "name": name, "icon_color": color}


def edit_forum_topic(state: State, params: Parameters) -> bool:
    """editForumTopic: another name."""
    chat = _forum(state, params)
    topic = _topic(chat, params)
    if params.text("name"):
        name = _topic_name(params)
        if name == topic.name:
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic.name = name
        state.post(chat, state.bot, service={"forum_topic_edited": {"name": name}}, topic_id=topic.id)
    return True


def close_forum_topic(state: State, params: Parameters) -> bool:
    """closeForumTopic."""
    return _set_closed(state, params, closed=True)


def reopen_forum_topic(state: State, params: Parameters) -> bool:
    """reopenForumTopic."""
    return _set_closed(state, params, closed=False)


def delete_forum_topic(state: State, params: Parameters) -> bool:
    """deleteForumTopic: its messages go with it."""
    chat = _forum(state, params)
    topic = _topic(chat, params)
    for message in [message for message in chat.messages.values() if message.topic_id == topic.id]:
        state.remove(message)
    del chat.topics[topic.id]
    return True


def _set_closed(state: State, params: Parameters, *, closed: bool) -> bool:
    chat = _forum(state, params)
    topic = _topic(chat, params)
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    service: Json = {"forum_topic_closed" if closed else "forum_topic_reopened": {}}
    state.post(chat, state.bot, service=service, topic_id=topic.id)
    return True


def _forum(state: State, params: Parameters) -> Chat:
    chat = find_chat(state, params)
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    require_right(state, chat, "can_manage_topics", _TOPIC_REFUSAL)
    return chat


def _topic(chat: Chat, params: Parameters) -> Topic:
    topic_id = params.number("message_thread_id")
    if topic_id == GENERAL_TOPIC or topic_id not in chat.topics:
        raise bad_request("TOPIC_ID_INVALID")
    return chat.topics[topic_id]


def _topic_name(params: Parameters) -> str:
    name = clean(params.text("name"))
    if not name:
        raise bad_request("TOPIC_TITLE_EMPTY")
    if utf16_length(name) > MAX_TOPIC_NAME:
        raise bad_request("TOPIC_TITLE_TOO_LONG")
    return name
