"""/queue: who waits, oldest first, paged. /mine: what I hold. And the digest's and a card's "show more"."""

from __future__ import annotations

from bot import cards
from bot.cards import Card
from bot.cards.board import UNFOLD
from bot.domain.masks import mask
from bot.domain.told import Told
from bot.reports import Page
from bot.texts import Texts
from handlers.parts import Asked, Parts, Pressed


async def queue(asked: Asked) -> None:
    page = await asked.parts.reports.queue(_first_number(asked.words))
    await asked.answer(_queue_card(page, asked.parts, asked.say))


async def mine(asked: Asked) -> None:
    page = await asked.parts.reports.queue(_first_number(asked.words), agent_id=asked.agent.user_id)
    await asked.answer(_mine_card(page, asked.parts, asked.say))


async def turn_queue(pressed: Pressed) -> Told | None:
    page = await pressed.parts.reports.queue(pressed.number)
    await pressed.show(_queue_card(page, pressed.parts, pressed.say))
    return None


async def turn_mine(pressed: Pressed) -> Told | None:
    page = await pressed.parts.reports.queue(pressed.number, agent_id=pressed.agent.user_id)
    await pressed.show(_mine_card(page, pressed.parts, pressed.say))
    return None


async def more(pressed: Pressed) -> Told:
    return await pressed.parts.desk.more(UNFOLD, now=pressed.parts.clock.now())


async def copies(pressed: Pressed) -> Told:
    return await pressed.parts.desk.copies(pressed.number, UNFOLD, now=pressed.parts.clock.now())


def _first_number(words: tuple[str, ...]) -> int:
    return int(words[0]) if words and words[0].isdecimal() and len(words[0]) < 6 else 1


def _queue_card(page: Page, parts: Parts, say: Texts) -> Card:
    return cards.queue_page(
        page.rows, page.page, page.pages, page.total, mask=mask, say=say, now=parts.clock.now(), zone=parts.zone
    )


def _mine_card(page: Page, parts: Parts, say: Texts) -> Card:
    return cards.mine_page(
        page.rows, page.page, page.pages, page.total, mask=mask, say=say, now=parts.clock.now(), zone=parts.zone
    )
