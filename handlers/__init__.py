"""Handlers: one file per thing a person does in Telegram. Parse the update, make one use-case call, answer.

`COMMANDS` and `BUTTONS` are the only lists: registration, /help and Telegram's own menu all come from them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from telegram import Message, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from handlers import (
    claim,
    discussion,
    dismiss,
    draft,
    gate,
    help,  # noqa: A004
    incident,
    label,
    lang,
    membership,
    oncall,
    queue,
    quiet,
    reply,
    snooze,
    sources,
    stats,
)
from handlers import errors as failures
from handlers import setup as binding
from handlers.gate import Button, agents_only
from handlers.parts import Parts


@dataclass(frozen=True, slots=True)
class Command:
    """One slash command; its description is the text ``command.<name>``."""

    name: str
    run: gate.Command
    leads_only: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("queue", agents_only(queue.queue)),
    Command("mine", agents_only(queue.mine)),
    Command("quiet", agents_only(quiet.quiet)),
    Command("stats", agents_only(stats.stats)),
    Command("week", agents_only(stats.week)),
    Command("top", agents_only(stats.top)),
    Command("sources", agents_only(sources.sources)),
    Command("oncall", agents_only(oncall.oncall)),
    Command("lang", agents_only(lang.lang)),
    Command("help", agents_only(help.help_)),
    Command("start", agents_only(help.start)),
    Command("setup", binding.setup, leads_only=True),
)

BUTTONS: dict[str, Button] = {
    "claim": claim.claim,
    "release": claim.release,
    "dismiss": dismiss.dismiss,
    "reopen": dismiss.reopen,
    "confirm": dismiss.confirm,
    "why": label.why,
    "label": label.label,
    "topic": label.topic,
    "sentiment": label.sentiment,
    "leave": label.leave,
    "snooze": snooze.an_hour,
    "snooze3": snooze.three_hours,
    "snooze9": snooze.until_morning,
    "wake": snooze.wake,
    "send": draft.send_now,
    "cancel": draft.cancel,
    "retry": draft.retry,
    "replace": draft.replace,
    "queue": queue.turn_queue,
    "mine": queue.turn_mine,
    "more": queue.more,
    "copies": queue.copies,
    "quiet": quiet.turn,
    "ask": quiet.ask,
    "unask": quiet.unask,
    "sources": sources.turn,
    "hold": incident.take,
    "deny": incident.deny,
    "over": incident.close,
    "pause": sources.pause,
    "resume": sources.resume,
    "give_back": oncall.give_back,
}

ANSWERS_AT_ONCE = 4
"""Answers to taps on their way to Telegram at a time."""

App = Application[Any, Any, Any, Any, Any, Any]
Context = ContextTypes.DEFAULT_TYPE
Callback = Callable[[Update, Context], Coroutine[Any, Any, None]]


def register(application: App, parts: Parts) -> None:
    """Attach everything a person can do to the application."""
    # First of all: what customers write in a discussion group is never a command or an agent's reply.
    application.add_handler(MessageHandler(filters.Chat(list(parts.discussions)), _heard(parts)))
    for command in COMMANDS:
        application.add_handler(CommandHandler(command.name, _command(parts, command), filters.UpdateType.MESSAGE))
    application.add_handler(CallbackQueryHandler(_button(parts)))
    written = filters.REPLY & filters.ChatType.GROUPS
    application.add_handler(MessageHandler(filters.UpdateType.MESSAGE & written, _reply(parts)))
    application.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE & written, _edit(parts)))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, _migration(parts)))
    application.add_handler(ChatMemberHandler(_membership(parts), ChatMemberHandler.ANY_CHAT_MEMBER))
    application.add_error_handler(_failure(parts))


def _heard(parts: Parts) -> Callback:
    async def handle(update: Update, context: Context) -> None:
        message = update.message or update.edited_message
        if message is not None:
            await discussion.heard(parts, message)

    return handle


def _command(parts: Parts, command: Command) -> Callback:
    async def handle(update: Update, context: Context) -> None:
        if update.effective_message is not None:
            await command.run(parts, update.effective_message)

    return handle


def _button(parts: Parts) -> Callback:
    turns = asyncio.Semaphore(ANSWERS_AT_ONCE)

    async def handle(update: Update, context: Context) -> None:
        query = update.callback_query
        if query is None:
            return
        toast = await gate.button(parts, query, BUTTONS)
        answer = gate.answer(query, toast)
        if context.application.update_queue.empty():
            await answer
            return
        # In a rush the next tap need not wait until this one's answer has arrived.
        await turns.acquire()
        context.application.create_task(answer, update).add_done_callback(lambda _: turns.release())

    return handle


def _reply(parts: Parts) -> Callback:
    async def handle(update: Update, context: Context) -> None:
        message = update.effective_message
        if message is None or not _to_us(message, context.bot.id):
            return
        await _from_agent(parts, message, reply.reply)

    return handle


def _edit(parts: Parts) -> Callback:
    async def handle(update: Update, context: Context) -> None:
        message = update.edited_message
        if message is not None and _to_us(message, context.bot.id):
            await _from_agent(parts, message, reply.edited)

    return handle


async def _from_agent(parts: Parts, message: Message, run: Callable[..., Awaitable[None]]) -> None:
    """A message in the bound group by somebody who is an agent at this moment."""
    if message.from_user is None or message.chat_id != await parts.team.group():
        return
    agent = await parts.team.agent(message.from_user.id, now=parts.clock.now())
    if agent is not None:
        await run(parts, agent, message, await parts.texts())


def _to_us(message: Message, bot_id: int) -> bool:
    answered = message.reply_to_message
    return answered is not None and answered.from_user is not None and answered.from_user.id == bot_id


def _migration(parts: Parts) -> Callback:
    async def handle(update: Update, context: Context) -> None:
        if update.effective_message is not None:
            await membership.migrated(parts, update.effective_message)

    return handle


def _membership(parts: Parts) -> Callback:
    async def handle(update: Update, context: Context) -> None:
        if update.my_chat_member is not None:
            await membership.ourselves(parts, update.my_chat_member)
        elif update.chat_member is not None:
            await membership.member(parts, update.chat_member)

    return handle


def _failure(parts: Parts) -> Callable[[object, Context], Coroutine[Any, Any, None]]:
    async def handle(update: object, context: Context) -> None:
        if not failures.refused_answer(context.error):
            await failures.failed(parts, update, context.error)

    return handle
