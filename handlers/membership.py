"""Who comes, who goes, who leads; the bot's own rights; the group's move to a supergroup."""

from __future__ import annotations

from telegram import ChatMemberUpdated, Message

from bot.cards.said import plain_text
from bot.chat import agent_of
from handlers.parts import Parts


async def member(parts: Parts, change: ChatMemberUpdated) -> None:
    """A person's place in the bound group changed: power is gained or lost from this moment."""
    if change.chat.id == await parts.team.group() and not change.new_chat_member.user.is_bot:
        await parts.team.seen(agent_of(change.new_chat_member), now=parts.clock.now())


async def ourselves(parts: Parts, change: ChatMemberUpdated) -> None:
    """The bot was added, promoted, demoted or removed."""
    now_ours = agent_of(change.new_chat_member)
    bound = await parts.team.group()
    if change.chat.id == bound:
        await parts.team.bot_rights(admin=now_ours.lead, present=now_ours.present)
    elif bound is None and now_ours.present and _may_be_the_teams(parts, change):
        say = await parts.texts()
        key = f"hello:{change.date.timestamp()}"
        await parts.speaker.say(change.chat.id, plain_text(say("setup.hello")), key=key)


def _may_be_the_teams(parts: Parts, change: ChatMemberUpdated) -> bool:
    return change.chat.type in ("group", "supergroup") and change.chat.id not in parts.discussions


async def migrated(parts: Parts, message: Message) -> None:
    """Telegram says both "from" and "to"; whichever comes first does the work."""
    now = parts.clock.now()
    if message.migrate_to_chat_id is not None:
        await parts.team.moved(message.chat_id, message.migrate_to_chat_id, now=now)
    elif message.migrate_from_chat_id is not None:
        await parts.team.moved(message.migrate_from_chat_id, message.chat_id, now=now)
