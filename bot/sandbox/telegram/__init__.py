"""A strict local Telegram: the Bot API, its people, and the chat page's API, on any aiohttp app."""

from bot.sandbox.telegram.cast import AGENTS, BOT_ID, GROUP_ID, IVAN, MARIA, OKSANA, STRANGER, TARAS, TOKEN
from bot.sandbox.telegram.discussion import CHANNEL_ID, DISCUSSION_ID, HALYNA, Discussion
from bot.sandbox.telegram.server import add_to
from bot.sandbox.telegram.world import RefusedError, World

__all__ = [
    "AGENTS",
    "BOT_ID",
    "CHANNEL_ID",
    "DISCUSSION_ID",
    "GROUP_ID",
    "HALYNA",
    "IVAN",
    "MARIA",
    "OKSANA",
    "STRANGER",
    "TARAS",
    "TOKEN",
    "Discussion",
    "RefusedError",
    "World",
    "add_to",
]
