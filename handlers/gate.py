"""The gate: every command, tap and message passes here. Agents go on; anyone else gets a polite no and sees nothing."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import telegram
from telegram import CallbackQuery, Message

from bot import cards
from bot.domain.told import Told
from handlers.parts import Asked, Parts, Pressed, spoken, words_of

Answer = Callable[[Asked], Awaitable[None]]
Command = Callable[[Parts, Message], Awaitable[None]]
Button = Callable[[Pressed], Awaitable[Told | None]]


def agents_only(answer: Answer) -> Command:
    """A command for agents, in the bound group or in private; anywhere else it is not heard."""

    async def command(parts: Parts, message: Message) -> None:
        private = message.chat.type == "private"
        person = message.from_user
        if person is None or not (private or message.chat_id == await parts.team.group()):
            return
        agent = await parts.team.agent(person.id, now=parts.clock.now())
        say = await parts.texts(agent, private=private)
        if agent is None:
            card = cards.not_a_member(say=say)
            await parts.speaker.say(message.chat_id, card, key=f"answer:{message.message_id}")
        else:
            await answer(Asked(parts, agent, message, words_of(message), say))

    return command


async def recognised(parts: Parts, message: Message) -> int | None:
    """The thread of a card of which we did not know; a double of another then says where that one is."""
    if message.chat_id != await parts.team.group():
        return None
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    actions = [str(one.callback_data) for row in rows for one in row if one.callback_data]
    found = await parts.desk.recognise(message.chat_id, message.message_id, actions, now=parts.clock.now())
    if found is not None and found.double:
        card = cards.double(found.link, say=await parts.texts())
        await parts.speaker.say(message.chat_id, card, key=f"double:{message.message_id}", edit=message.message_id)
    return found.thread_id if found else None


log = logging.getLogger(__name__)
_ON_INCIDENTS = frozenset({"hold", "deny", "over"})


@dataclass(frozen=True, slots=True)
class Toast:
    """The answer to a tap: a word in passing, or an alert to be closed; "" only ends the waiting."""

    text: str
    alert: bool = False


async def button(parts: Parts, query: CallbackQuery, buttons: dict[str, Button]) -> Toast:
    """Let an agent's tap through, if that button stands where it was tapped; says how to answer it."""
    agent = await parts.team.agent(query.from_user.id, now=parts.clock.now())
    say = await parts.texts(agent)
    if agent is None:
        return Toast(say("not_member"), alert=True)
    verb, _, argument = (query.data or "").partition(":")
    run, message = buttons.get(verb), query.message
    if run is None or not isinstance(message, Message):
        return Toast(say("no_such_thread"), alert=True)
    if not await _stands(parts, message, verb, argument):
        return Toast(say("stale_card"), alert=True)
    told = await run(Pressed(parts, agent, message, argument, say))
    return Toast(cards.toast(spoken(told, say, parts)), told.alert) if told else Toast("")


async def answer(query: CallbackQuery, toast: Toast) -> None:
    """Show the toast. One that can't be shown any more is lost alone: what the tap asked for is done already."""
    try:
        await query.answer(toast.text, show_alert=toast.alert)
    except telegram.error.NetworkError as error:
        # Among them "query is too old", which python-telegram-bot counts as a network error too.
        log.warning("toast not shown: %s", error.message)


async def _stands(parts: Parts, message: Message, verb: str, argument: str) -> bool:
    where = (message.chat_id, message.message_id)
    if verb in _ON_INCIDENTS:
        return await parts.incidents.stands(*where, argument)
    if await parts.desk.stands(*where, verb, argument):
        return True
    return await recognised(parts, message) is not None and await parts.desk.stands(*where, verb, argument)
