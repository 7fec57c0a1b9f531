"""/setup: an administrator binds the group the team works in."""

from __future__ import annotations

from telegram import Message

from bot import cards
from bot.cards.said import plain_text
from bot.chat import agent_of
from handlers.parts import Parts


async def setup(parts: Parts, message: Message) -> None:
    """Unlike every other command this one comes before there are agents, so it asks Telegram who is asking."""
    say = await parts.texts()

    async def answer(card: cards.Card) -> None:
        key = f"answer:{message.message_id}"
        await parts.speaker.say(message.chat_id, card, key=key, reply_to=message.message_id)

    if message.chat.type not in ("group", "supergroup"):
        await answer(plain_text(say("setup.in_group")))
        return
    if message.from_user is None or not await leads(message):
        await answer(plain_text(say("setup.lead_only")))
        return
    bound = await parts.team.group()
    if bound == message.chat_id:
        await parts.team.bind(message.chat_id, now=parts.clock.now())
        await answer(plain_text(say("setup.already")))
        return
    if bound is not None and parts.team.bound_by_settings:
        await answer(plain_text(say("setup.other_group")))
        return
    if bound is not None and not await _leads_the_team(parts, message.from_user.id):
        await answer(plain_text(say("setup.not_yours")))
        return
    rights = await parts.team.bind(message.chat_id, now=parts.clock.now())
    await answer(cards.setup_done(parts.team_name, parts.communities.values(), can_pin=rights.can_pin, say=say))


async def _leads_the_team(parts: Parts, user_id: int) -> bool:
    """Only a lead of the bound group may move the team: any group's administrator could add the bot to theirs."""
    agent = await parts.team.agent(user_id, now=parts.clock.now())
    return agent is not None and agent.lead


async def leads(message: Message) -> bool:
    """Whether an administrator of the chat wrote the message, by Telegram's own word."""
    if message.from_user is None:
        return False
    return agent_of(await message.chat.get_member(message.from_user.id)).lead
