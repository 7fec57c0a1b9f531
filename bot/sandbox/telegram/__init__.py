"""A strict local Telegram: the Bot API, its people, and the chat page's API, on any aiohttp app."""

from bot.sandbox.telegram.cast import AGENTS, BOT_ID, GROUP_ID, IVAN, MARIA, OKSANA, STRANGER, TARAS, TOKEN
from bot.sandbox.telegram.server import add_to
from bot.sandbox.telegram.world import RefusedError, World

__all__ = [
    "AGENTS",
    "BOT_ID",
    "GROUP_ID",
    "IVAN",
    "MARIA",
    "OKSANA",
    "STRANGER",
    "TARAS",
    "TOKEN",
    "RefusedError",
    "World",
    "add_to",
]
