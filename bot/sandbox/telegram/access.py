"""Which chat, topic and message a request means, and whether the bot may do that there."""

from __future__ import annotations

import re

from bot.sandbox.telegram.errors import bad_request, forbidden
from bot.sandbox.telegram.model import Chat, Message, Person, Topic
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.state import State

GENERAL_TOPIC = 1


def find_chat(state: State, params: Parameters, *, write: bool = True) -> Chat:
    """The chat of ``chat_id``; ``write`` False for looking only. Raises ApiError in Telegram's words."""
    return chat_of(state, params.text("chat_id"), write=write)


def chat_of(state: State, chat_id: str, *, write: bool = True) -> Chat:
    """The same for an id given as text."""
    if not chat_id:
        raise bad_request("chat_id is empty")
    if not re.fullmatch(r"-?\d{1,18}", chat_id):
        raise bad_request("chat not found")
    number = int(chat_id)
    if number == state.bot.id:
        raise forbidden("bot can't send messages to bots")
    if number in state.people:
        return _private(state, state.people[number], write=write)
    chat = state.chats.get(number)
    if chat is None:
        raise bad_request("chat not found")
    return _group(state, chat)


def _private(state: State, person: Person, *, write: bool) -> Chat:
    chat = state.private_chat(person.id)
    if not write:
        if not person.started and not state.group.has(person.id):
            raise bad_request("chat not found")
        return chat
    if person.deactivated:
        raise forbidden("user is deactivated")
    if person.blocked:
        raise forbidden("bot was blocked by the user")
    if not person.started:
        raise forbidden("bot can't initiate conversation with a user")
    return chat


def _group(state: State, chat: Chat) -> Chat:
    if chat.migrated_to:
        raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
    status = chat.status(state.bot.id)
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if status == "left":
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat


def find_message(chat: Chat, params: Parameters, what: str) -> Message:
    """The message of ``message_id``, or ApiError 400 "message to {what} not found"."""
    message = chat.messages.get(params.number("message_id"))
    if message is None:
        raise bad_request(f"message to {what} not found")
    return message


def find_topic(chat: Chat, topic_id: int) -> Topic | None:
    """The forum topic to write to; None in General and in groups without topics."""
    if topic_id == 0 or not chat.is_forum:
        return None
    if topic_id == GENERAL_TOPIC or topic_id not in chat.topics:
        raise bad_request("message thread not found")
    return chat.topics[topic_id]


def find_person(state: State, params: Parameters) -> Person:
    """The person (or the bot) of ``user_id``."""
    number = params.number("user_id")
    if number <= 0:
        raise bad_request("invalid user_id specified")
    if number == state.bot.id:
        return state.bot
    if number not in state.people:
        raise bad_request("user not found")
    return state.people[number]


def require_right(state: State, chat: Chat, right: str, refusal: str) -> None:
    """The bot needs an administrator's right in a group; ApiError 400 with ``refusal`` otherwise."""
    if chat.is_private:
        return
    if not state.bot_is_administrator(chat) or right not in state.bot_rights:
        raise bad_request(refusal)
