"""Customers in the discussion groups of the company's channels: what they write and edit becomes posts.

Nothing that is said there is a command or an agent's action. The update is kept in the store before Telegram is told
that it arrived, so a message that came while the bot stopped is taken at the next start.
"""

from __future__ import annotations

from telegram import Message

from bot.cards.said import plain_text
from bot.domain.model import Look
from bot.sources.telegram_posts import parse_post
from handlers.parts import Parts
from handlers.setup import leads


async def heard(parts: Parts, message: Message) -> None:
    """Take a new or edited message of a discussion group. While the community is paused it waits, stored."""
    key, now = parts.discussions[message.chat_id], parts.clock.now()
    if _is_setup(message) and await leads(message):
        await _refuse(parts, message, key)
        return
    post = parse_post(message.to_dict(), group=str(message.chat_id))
    if post is None:
        return
    take = parts.intake.store_posts if parts.health.is_paused(key) else parts.intake.take
    await take(key, Look((post,)), now=now)


def _is_setup(message: Message) -> bool:
    return (message.text or "").split("@", 1)[0].strip() == "/setup"


async def _refuse(parts: Parts, message: Message, key: str) -> None:
    """Customers read here: an administrator who binds this group by mistake is told, nobody else."""
    say = await parts.texts()
    words = plain_text(say("setup.discussion", community=parts.communities[key].name))
    await parts.speaker.say(message.chat_id, words, key=f"answer:{message.message_id}", reply_to=message.message_id)
