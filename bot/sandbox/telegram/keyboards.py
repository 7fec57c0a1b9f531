"""reply_markup: inline keyboards checked as Telegram checks them, other keyboards accepted."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.spans import checked_link
from bot.sandbox.telegram.text import clean

MAX_DATA_BYTES = 64
MAX_COPY_TEXT = 256
MAX_BUTTONS = 100
MAX_ROW = 8
STYLES = ("primary", "danger", "success")


@dataclass(frozen=True)
class Markup:
    """``inline`` is shown under the message; ``other`` (force_reply, a keyboard…) is only remembered."""

    inline: Json | None = None
    other: Json | None = None


def read_markup(params: Parameters) -> Markup:
    """The ``reply_markup`` parameter. Raises ApiError 400."""
    markup = params.json("reply_markup", "reply keyboard markup")
    if markup is None:
        return Markup()
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return Markup(other=markup or None)
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    read = [[_button(button) for button in row] for row in rows]
    read = [row for row in read if row]
    if sum(map(len, read)) > MAX_BUTTONS or any(len(row) > MAX_ROW for row in read):
        raise bad_request("reply markup is too long")
    return Markup(inline={"inline_keyboard": read} if read else None)


def read_inline_only(params: Parameters) -> Json | None:
    """The markup of an edit, which may only be an inline keyboard."""
    markup = read_markup(params)
    if markup.other:
        raise bad_request("inline keyboard expected")
    return markup.inline


def _problem(text: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {text}")


def _button(button: object) -> Json:
    if not isinstance(button, dict):
        raise _problem("InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise _problem('Can\'t find field "text"' if text is None else 'Field "text" must be of type String')
    read: Json = {"text": clean(text)}
    if not read["text"]:
        raise bad_request("inline keyboard button text must be non-empty")
    style = str(button.get("style") or "").lower()
    if style and style not in (*STYLES, "default"):
        raise _problem("invalid button style specified")
    if style in STYLES:
        read["style"] = style
    return read | _action(button)


def _action(button: Json) -> Json:
    if button.get("url"):
        return {"url": _url(str(button["url"]))}
    if button.get("callback_data"):
        data = str(button["callback_data"])
        if len(data.encode("utf-8", "replace")) > MAX_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
        return {"callback_data": data}
    for name in ("switch_inline_query", "switch_inline_query_current_chat"):
        if name in button:
            return {name: str(button[name])}
    copied = button.get("copy_text")
    if isinstance(copied, dict):
        text = str(copied.get("text", ""))
        if not 0 < len(text) <= MAX_COPY_TEXT:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        return {"copy_text": {"text": text}}
    raise _problem("Text buttons are unallowed in the inline keyboard")


def _url(url: str) -> str:
    link = checked_link(url)
    if not link:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return link
