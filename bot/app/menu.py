"""Telegram's own command menu, per scope and language, from the one list of commands."""

from __future__ import annotations

import logging

import telegram
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)

from bot.texts import texts_for
from handlers import COMMANDS

SCOPES: tuple[BotCommandScope, ...] = (
    BotCommandScopeAllPrivateChats(),
    BotCommandScopeAllGroupChats(),
    BotCommandScopeAllChatAdministrators(),
)

log = logging.getLogger(__name__)


def menus(default: str) -> list[tuple[BotCommandScope, str | None, list[BotCommand]]]:
    """(scope, language code, commands): administrators also see what is theirs alone; None is every other language."""
    listed: list[tuple[BotCommandScope, str | None, list[BotCommand]]] = []
    for scope in SCOPES:
        leads = isinstance(scope, BotCommandScopeAllChatAdministrators)
        for code in (None, "uk", "en"):
            say = texts_for(code or default)
            commands = [
                BotCommand(command.name, say(f"command.{command.name}"))
                for command in COMMANDS
                if leads or not command.leads_only
            ]
            listed.append((scope, code, commands))
    return listed


async def publish(bot: telegram.Bot, default: str) -> None:
    """Tell Telegram; a menu that can't be set is worth a line in the log, no more."""
    for scope, code, commands in menus(default):
        try:
            await bot.set_my_commands(commands, scope=scope, language_code=code)
        except telegram.error.TelegramError as error:
            log.warning("command menu not set: %s", error.message)
            return
