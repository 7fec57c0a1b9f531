"""An agent replies to a card: a draft, or with // an internal note; editing that message edits it."""

from __future__ import annotations

from telegram import Message

from bot import cards
from bot.cards.said import plain_text
from bot.desk import NOTE_MARK, Taken
from bot.domain.model import Agent
from bot.domain.told import Told
from bot.texts import Texts
from handlers.gate import recognised
from handlers.parts import Parts, spoken


async def reply(parts: Parts, agent: Agent, message: Message, say: Texts) -> None:
    """``message`` replies to a message of ours in the group."""
    thread_id = await parts.desk.thread_of(message.chat_id, _replied_to(message))
    if thread_id is None and message.reply_to_message is not None:
        thread_id = await recognised(parts, message.reply_to_message)
    if thread_id is None:
        await _refuse(parts, message, plain_text(say("reply.no_card")))
        return
    if message.text is None:
        await _refuse(parts, message, plain_text(say("reply.photo_refused")))
        return
    if message.text.startswith("/") and not message.text.startswith(NOTE_MARK):
        await _refuse(parts, message, plain_text(say("reply.command")))
        return
    told = await _keep(parts, agent, message, thread_id, message.text)
    if isinstance(told, Taken):
        card = cards.taken_text(told.view, told.text, say=say, now=parts.clock.now(), zone=parts.zone)
        await _refuse(parts, message, card)
    elif told is not None:
        await _refuse(parts, message, plain_text(spoken(told, say, parts)))


async def edited(parts: Parts, agent: Agent, message: Message, say: Texts) -> None:
    """An agent changed a message they had written."""
    told = await parts.desk.edited(
        agent, message.text or "", chat_id=message.chat_id, message_id=message.message_id, now=parts.clock.now()
    )
    if told is not None:
        await _refuse(parts, message, plain_text(spoken(told, say, parts)))


async def _keep(parts: Parts, agent: Agent, message: Message, thread_id: int, text: str) -> Told | Taken | None:
    keep = parts.desk.note if text.startswith(NOTE_MARK) else parts.desk.reply
    return await keep(
        thread_id, agent, text, chat_id=message.chat_id, message_id=message.message_id, now=parts.clock.now()
    )


async def _refuse(parts: Parts, message: Message, card: cards.Card) -> None:
    # An edit may be refused again after a first refusal: the edit's date tells them apart.
    edit = int(message.edit_date.timestamp()) if message.edit_date else 0
    key = f"refusal:{message.message_id}:{edit}"
    await parts.speaker.say(message.chat_id, card, key=key, reply_to=message.message_id)


def _replied_to(message: Message) -> int:
    return message.reply_to_message.message_id if message.reply_to_message else 0
