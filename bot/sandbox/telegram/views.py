"""State → the Bot API's JSON objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.telegram.files import document_json, photo_sizes
from bot.sandbox.telegram.model import Chat, Json, Message, Person

if TYPE_CHECKING:
    from bot.sandbox.telegram.state import State

RIGHTS = (
    "can_manage_chat",
    "can_change_info",
    "can_delete_messages",
    "can_invite_users",
    "can_restrict_members",
    "can_pin_messages",
    "can_manage_topics",
    "can_promote_members",
    "can_manage_video_chats",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_manage_tags",
    "can_send_welcome_messages",
)
PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_invite_users",
)
_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def person_json(person: Person) -> Json:
    """User."""
    user: Json = {"id": person.id, "is_bot": person.is_bot, "first_name": person.first_name}
    if person.last_name:
        user["last_name"] = person.last_name
    if person.username:
        user["username"] = person.username
    if person.language_code and not person.is_bot:
        user["language_code"] = person.language_code
    return user


def me_json(bot: Person, *, privacy_mode: bool = True) -> Json:
    """User, as getMe gives it."""
    return person_json(bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not privacy_mode,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def chat_json(state: State, chat: Chat) -> Json:
    """Chat."""
    if chat.is_private:
        person = person_json(state.people[chat.id])
        names: Json = {name: person[name] for name in ("first_name", "last_name", "username") if name in person}
        return {"id": chat.id} | names | {"type": "private"}
    group: Json = {"id": chat.id, "title": chat.title, "type": chat.kind}
    return group | ({"is_forum": True} if chat.is_forum else {})


def full_chat_json(state: State, chat: Chat) -> Json:
    """ChatFullInfo."""
    full = chat_json(state, chat) | {
        "accent_color_id": 2,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    if not chat.is_private:
        full["permissions"] = dict.fromkeys(PERMISSIONS, True)
    if chat.linked:
        full["linked_chat_id"] = chat.linked
    if chat.is_private and state.people[chat.id].username:
        full["active_usernames"] = [state.people[chat.id].username]
    if chat.pinned:
        full["pinned_message"] = message_json(state, chat.messages[chat.pinned[-1]], nested=True)
    return full


def member_json(state: State, chat: Chat, person: Person) -> Json:
    """ChatMember."""
    status = "member" if chat.is_private else chat.status(person.id)
    member: Json = {"user": person_json(person), "status": status}
    if status == "creator":
        member["is_anonymous"] = False
    if status == "administrator":
        rights = state.bot_rights if person is state.bot else frozenset(RIGHTS)
        member |= {"can_be_edited": False, "is_anonymous": False}
        member |= {right: right in rights for right in RIGHTS}
    if status == "kicked":
        member["until_date"] = 0
    return member


def message_json(state: State, message: Message, *, nested: bool = False) -> Json:
    """Message; ``nested`` (inside reply_to_message, pinned_message) leaves out what it replies to itself."""
    body: Json = {
        "message_id": message.id,
        "from": person_json(message.sender),
        "chat": chat_json(state, message.chat),
        "date": message.date,
    }
    if message.edit_date:
        body["edit_date"] = message.edit_date
    if message.topic_id:
        body |= {"message_thread_id": message.topic_id, "is_topic_message": True}
    elif message.thread_id:
        body["message_thread_id"] = message.thread_id
    body |= message.origin
    answered = message.chat.messages.get(message.reply_to)
    if answered is not None and not nested:
        body["reply_to_message"] = message_json(state, answered, nested=True)
    if message.media_group_id:
        body["media_group_id"] = message.media_group_id
    if message.protected:
        body["has_protected_content"] = True
    body |= message.service or _content_json(state, message)
    if message.markup:
        body["reply_markup"] = message.markup
    return body


def _content_json(state: State, message: Message) -> Json:
    entities = message.text.as_json(state.known_person_json)
    if not message.has_media:
        content: Json = {"text": message.text.text}
        if entities:
            content["entities"] = entities
        if message.link_preview:
            content["link_preview_options"] = message.link_preview
        return content
    content = {"photo": photo_sizes(message.photo)} if message.photo else {}
    if message.document:
        content["document"] = document_json(message.document)
    if message.text.text:
        content["caption"] = message.text.text
    if entities:
        content["caption_entities"] = entities
    if message.caption_above:
        content["show_caption_above_media"] = True
    if message.has_spoiler:
        content["has_media_spoiler"] = True
    return content


def page_message(state: State, message: Message) -> Json:
    """Message for the chat page: the Bot API's object and links to its files."""
    body = message_json(state, message)
    if message.photo:
        body["photo_url"] = f"/chat/file/{message.photo.unique_id}"
    if message.document:
        body["document_url"] = f"/chat/file/{message.document.unique_id}"
    if message.reactions:
        body["reactions"] = [{"person": who, "emoji": emoji} for who, emoji in sorted(message.reactions.items())]
    return body
