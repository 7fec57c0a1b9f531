"""Methods that change or remove messages."""

from __future__ import annotations

from bot.sandbox.telegram.access import find_chat, find_message, require_right
from bot.sandbox.telegram.errors import NOT_MODIFIED, bad_request
from bot.sandbox.telegram.keyboards import read_inline_only
from bot.sandbox.telegram.model import Json, Message
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.sending import read_caption, read_link_preview, read_media, read_text
from bot.sandbox.telegram.state import State
from bot.sandbox.telegram.views import message_json

PRIVATE_DELETE_WITHIN = 48 * 3600
_UNDELETABLE = ("migrate_to_chat_id", "migrate_from_chat_id", "forum_topic_created")


def edit_message_text(state: State, params: Parameters) -> Json:
    """editMessageText: the keyboard goes unless it is given again, as with Telegram."""
    text, preview = read_text(state, params), read_link_preview(params)
    markup = read_inline_only(params)
    message = _own(state, params)
    if message.has_media:
        raise bad_request("there is no text in the message to edit")
    return _change(state, message, {"text": text, "link_preview": preview, "markup": markup})


def edit_message_caption(state: State, params: Parameters) -> Json:
    """editMessageCaption: an empty caption removes it."""
    caption, markup = read_caption(state, params), read_inline_only(params)
    message = _own(state, params)
    if not message.has_media:
        raise bad_request("there is no caption in the message to edit")
    above = params.flag("show_caption_above_media")
    return _change(state, message, {"text": caption, "markup": markup, "caption_above": above})


def edit_message_media(state: State, params: Parameters) -> Json:
    """editMessageMedia: another picture or document, with its caption."""
    content = read_media(state, params, params.json("media", "input media"))
    markup = read_inline_only(params)
    message = _own(state, params)
    fields: Json = {"photo": None, "document": None, "link_preview": None, "markup": markup}
    return _change(state, message, fields | content)


def edit_message_reply_markup(state: State, params: Parameters) -> Json:
    """editMessageReplyMarkup: without a keyboard it goes."""
    markup = read_inline_only(params)
    return _change(state, _own(state, params), {"markup": markup})


def delete_message(state: State, params: Parameters) -> bool:
    """deleteMessage: the bot's own, or any where it is an administrator who may."""
    _expect_ids(params)
    chat = find_chat(state, params)
    message = find_message(chat, params, "delete")
    if any(name in message.service for name in _UNDELETABLE):
        raise bad_request("message can't be deleted")
    if chat.is_private and state.now() - message.date > PRIVATE_DELETE_WITHIN:
        raise bad_request("message can't be deleted for everyone")
    if message.sender is not state.bot:
        require_right(state, chat, "can_delete_messages", "message can't be deleted")
    state.remove(message)
    return True


def _expect_ids(params: Parameters) -> None:
    if not params.text("chat_id"):
        raise bad_request("chat identifier is not specified")
    if params.number("message_id") == 0:
        raise bad_request("message identifier is not specified")


def _own(state: State, params: Parameters) -> Message:
    """The bot's own message to edit; editing shares the sending limit."""
    if params.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    if not params.text("chat_id") and not params.text("message_id"):
        raise bad_request("message identifier is not specified")
    chat = find_chat(state, params)
    message = find_message(chat, params, "edit")
    if message.sender is not state.bot or message.service:
        raise bad_request("message can't be edited")
    state.limits.spend(chat.id, is_group=not chat.is_private)
    return message


def _change(state: State, message: Message, fields: Json) -> Json:
    if all(getattr(message, name) == content for name, content in fields.items()):
        raise bad_request(NOT_MODIFIED)
    for name, content in fields.items():
        setattr(message, name, content)
    state.edited(message)
    return message_json(state, message)
