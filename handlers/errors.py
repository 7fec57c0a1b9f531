"""The only catch-all: what nobody foresaw gets a reference for the person and the traceback for the log."""

from __future__ import annotations

import logging
import secrets

import telegram
from telegram import Update

from bot import cards
from bot.cards.said import plain_text
from bot.domain.errors import VidhukError
from handlers.parts import Parts

log = logging.getLogger(__name__)


async def failed(parts: Parts, update: object, error: BaseException | None) -> None:
    """Tell the person who acted; the text they wrote stays in their own message."""
    reference = secrets.token_hex(3)
    log.error("reference=%s update failed", reference, exc_info=error)
    if not isinstance(update, Update):
        return
    say = await parts.texts()
    known = isinstance(error, VidhukError)
    text = say(f"error.{error.code}") if known else say("errors.reference", code=reference)  # type: ignore[union-attr]
    await _tell(parts, update, text)


async def _tell(parts: Parts, update: Update, text: str) -> None:
    query, message = update.callback_query, update.effective_message
    try:
        if query is not None:
            await query.answer(cards.toast(text), show_alert=True)
        elif message is not None and message.from_user is not None and not message.from_user.is_bot:
            key = f"failed:{update.update_id}"
            await parts.speaker.say(message.chat_id, plain_text(text), key=key, reply_to=message.message_id)
    except telegram.error.TelegramError as second:
        # Telegram itself may be what failed: the log has the first error, and this one.
        log.warning("the person could not be told: %s", second)


def refused_answer(error: BaseException | None) -> bool:
    """True for an answer to a tap that came too late: the action was done, only its toast is lost."""
    return isinstance(error, telegram.error.BadRequest) and "query is too old" in str(error).lower()
