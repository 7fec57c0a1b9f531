"""Methods that send: text, pictures, documents, albums, and the "typing…" sign."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.access import chat_of, find_chat, find_topic, require_right
from bot.sandbox.telegram.entities import Formatted
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.keyboards import Markup, read_markup
from bot.sandbox.telegram.model import Chat, Json, Message, StoredFile
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.state import State
from bot.sandbox.telegram.text import MAX_CAPTION, MAX_TEXT, utf16_length
from bot.sandbox.telegram.views import message_json

_ACTION_TEXT = (
    "typing upload_photo record_video upload_video record_voice upload_voice record_audio upload_audio upload_document"
    " choose_sticker find_location record_video_note upload_video_note"
)
ACTIONS = frozenset(_ACTION_TEXT.split())
MAX_ALBUM = 10
_PREVIEW_FIELDS = ("is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text")


def send_message(state: State, params: Parameters) -> Json:
    """sendMessage."""
    text, preview = read_text(state, params), read_link_preview(params)
    return message_json(state, _send(state, params, read_markup(params), text=text, link_preview=preview))


def send_photo(state: State, params: Parameters) -> Json:
    """sendPhoto: an upload or a known file_id."""
    photo, caption = read_photo(state, params, "photo"), read_caption(state, params)
    content = {"caption_above": params.flag("show_caption_above_media"), "has_spoiler": params.flag("has_spoiler")}
    return message_json(state, _send(state, params, read_markup(params), photo=photo, text=caption, **content))


def send_document(state: State, params: Parameters) -> Json:
    """sendDocument: an upload or a known file_id."""
    document, caption = read_document(state, params, "document"), read_caption(state, params)
    return message_json(state, _send(state, params, read_markup(params), document=document, text=caption))


def send_media_group(state: State, params: Parameters) -> list[Json]:
    """sendMediaGroup: photos or documents, not mixed."""
    media = params.json("media", "media")
    if not isinstance(media, list):
        raise bad_request("expected an Array of InputMedia")
    if not media:
        raise bad_request("there are no messages to send")
    if len(media) > MAX_ALBUM:
        raise bad_request("too many messages to send as an album")
    contents = [read_media(state, params, one) for one in media]
    if len({content.keys() & {"photo", "document"} == {"photo"} for content in contents}) > 1:
        raise bad_request("document can't be mixed with other media types")
    chat, topic_id, reply_to = _destination(state, params)
    state.limits.spend(chat.id, is_group=not chat.is_private, count=len(contents))
    common = _options(params) | {"topic_id": topic_id, "reply_to": reply_to}
    group_id = f"{chat.last_message_id + 1:012d}"
    sent = [state.post(chat, state.bot, media_group_id=group_id, **common, **content) for content in contents]
    return [message_json(state, message) for message in sent]


def send_chat_action(state: State, params: Parameters) -> bool:
    """sendChatAction: shown on the chat page."""
    chat = find_chat(state, params)
    find_topic(chat, params.number("message_thread_id"))
    if params.text("action").lower() not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    state.tell(chat, {"type": "typing", "chat_id": chat.id})
    return True


def read_text(state: State, params: Parameters) -> Formatted:
    """text, parse_mode, entities → a text that fits into a message."""
    text = params.text("text")
    if not text:
        raise bad_request("message text is empty")
    formatted = state.format(text, params.text("parse_mode"), _entities(params, "entities"))
    if utf16_length(formatted.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return formatted


def read_caption(state: State, params: Parameters) -> Formatted:
    """caption, parse_mode, caption_entities → a caption that fits; may be empty."""
    return caption_of(state, params.text("caption"), params.text("parse_mode"), _entities(params, "caption_entities"))


def caption_of(state: State, caption: str, parse_mode: str, entities: object) -> Formatted:
    """The same for values read elsewhere."""
    if not caption.strip(" \n"):
        return Formatted("")
    formatted = state.format(caption, parse_mode, entities)
    if utf16_length(formatted.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return formatted


def read_link_preview(params: Parameters) -> Json | None:
    """link_preview_options, or the older disable_web_page_preview."""
    options = params.json("link_preview_options", "link preview options")
    if options is None:
        return {"is_disabled": True} if params.flag("disable_web_page_preview") else None
    if not isinstance(options, dict):
        raise bad_request("object expected as link preview options")
    return {name: options[name] for name in _PREVIEW_FIELDS if options.get(name)} or None


def read_photo(state: State, params: Parameters, name: str, reference: str | None = None) -> StoredFile:
    """A picture from an upload, an attach:// reference or a file_id."""
    upload = params.upload(name, reference)
    if upload is not None:
        return state.files.add_photo(upload.content)
    file = _known_file(state, params.text(name) if reference is None else reference, "photo")
    if not file.width:
        raise bad_request("can't use file of type Document as Photo")
    return file


def read_document(state: State, params: Parameters, name: str, reference: str | None = None) -> StoredFile:
    """A document from an upload, an attach:// reference or a file_id."""
    upload = params.upload(name, reference)
    if upload is not None:
        return state.files.add_document(upload.content, upload.name, upload.mime)
    return _known_file(state, params.text(name) if reference is None else reference, "document")


def read_media(state: State, params: Parameters, media: object) -> Json:
    """One InputMedia → the fields of a Message."""
    if not isinstance(media, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    kind, reference = media.get("type"), str(media.get("media") or "")
    if not reference:
        raise bad_request("can't parse InputMedia: media not found")
    text = caption_of(
        state, str(media.get("caption") or ""), str(media.get("parse_mode") or ""), media.get("caption_entities")
    )
    if kind == "photo":
        return {"photo": read_photo(state, params, "", reference), "text": text}
    if kind == "document":
        return {"document": read_document(state, params, "", reference), "text": text}
    raise bad_request(f'can\'t parse InputMedia: type "{kind}" is unsupported')


def _known_file(state: State, reference: str, what: str) -> StoredFile:
    if not reference:
        raise bad_request(f"there is no {what} in the request")
    if reference.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file = state.files.find(reference)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return file


def _entities(params: Parameters, name: str) -> object:
    return None if params.text("parse_mode") else params.json(name, "entities")


def _options(params: Parameters) -> Json:
    return {"silent": params.flag("disable_notification"), "protected": params.flag("protect_content")}


def _send(state: State, params: Parameters, markup: Markup, **content: Any) -> Message:
    chat, topic_id, reply_to = _destination(state, params)
    state.limits.spend(chat.id, is_group=not chat.is_private)
    where = {"topic_id": topic_id, "reply_to": reply_to, "markup": markup.inline, "other_markup": markup.other}
    return state.post(chat, state.bot, **_options(params), **where, **content)


def _destination(state: State, params: Parameters) -> tuple[Chat, int, int]:
    """Chat, topic id and the message replied to, all checked."""
    reply = _read_reply(params)
    chat = find_chat(state, params)
    topic = find_topic(chat, params.number("message_thread_id"))
    reply_to = _replied(state, chat, reply)
    answered = chat.messages.get(reply_to)
    topic_id = topic.id if topic else (answered.topic_id if answered else 0)
    if topic_id in chat.topics and chat.topics[topic_id].closed:
        require_right(state, chat, "can_manage_topics", "TOPIC_CLOSED")
    return chat, topic_id, reply_to


def _read_reply(params: Parameters) -> Json:
    reply = params.json("reply_parameters", "reply parameters")
    if reply is None:
        older = {"message_id": params.number("reply_to_message_id")}
        return older | {"allow_sending_without_reply": params.flag("allow_sending_without_reply")}
    if not isinstance(reply, dict):
        raise bad_request("object expected as reply parameters")
    if reply and not str(reply.get("message_id", "")).lstrip("-").isdigit():
        raise bad_request('can\'t find field "message_id"')
    return reply


def _replied(state: State, chat: Chat, reply: Json) -> int:
    message_id = int(reply.get("message_id") or 0)
    if message_id <= 0:
        return 0
    elsewhere = str(reply.get("chat_id") or chat.id)
    if elsewhere != str(chat.id):
        chat_of(state, elsewhere, write=False)
        raise bad_request("the sandbox has no replies across chats")
    if message_id in chat.messages:
        return message_id
    if reply.get("allow_sending_without_reply"):
        return 0
    raise bad_request("message to be replied not found")
