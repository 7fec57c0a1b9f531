"""Outgoing Telegram: cards become messages, Telegram's errors become ours, and each chat is written to at its pace.

python-telegram-bot's own rate limiter is not used: it does not keep one message a second, gives up on a 429 unless told
otherwise, and lets a 429 of one chat stop all the others. See docs/adr/0003.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import telegram
from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ChatMemberStatus, ParseMode

from bot.cards import Button, Card
from bot.domain.errors import (
    ChatDown,
    ChatError,
    ChatFlood,
    ChatGone,
    ChatMoved,
    ChatRefused,
    ChatTokenRefused,
    MessageGone,
)
from bot.domain.model import Agent

GROUP_PER_MINUTE = 20
"""Telegram's limit of messages and edits a minute to a group."""
MINUTE = 60.5
"""Seconds the limit is counted over: Telegram's minute and what the network may shift."""
GAP = 1.0
"""Seconds between two messages to one chat."""

_PRESENT = (
    ChatMemberStatus.OWNER,
    ChatMemberStatus.ADMINISTRATOR,
    ChatMemberStatus.MEMBER,
    ChatMemberStatus.RESTRICTED,
)
_SHUT_OUT = ("chat not found", "rights to send", "chat_write_forbidden")
_NO_SUCH_MESSAGE = ("message to edit not found", "can't be edited", "message_id_invalid")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Pace:
    """When the next message to one chat may go: one a second, and to a group 20 a minute. Time in monotonic seconds."""

    def __init__(self, *, group: bool) -> None:
        self._group = group
        self._sent: deque[float] = deque(maxlen=GROUP_PER_MINUTE)
        self._frozen_until = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next message may be sent; 0 when it may go at once."""
        earliest = self._frozen_until
        if self._sent:
            earliest = max(earliest, self._sent[-1] + GAP)
        if self._group and len(self._sent) == GROUP_PER_MINUTE:
            earliest = max(earliest, self._sent[0] + MINUTE)
        return max(0.0, earliest - now)

    def sent(self, now: float) -> None:
        self._sent.append(now)

    def freeze(self, now: float, seconds: float) -> None:
        """Telegram answered 429: this chat alone rests."""
        self._frozen_until = max(self._frozen_until, now + seconds)


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own account."""

    user_id: int
    username: str


@dataclass(frozen=True, slots=True)
class Rights:
    """What the bot may do in a group."""

    present: bool
    admin: bool
    """Only an administrator is told at once of those who leave."""
    can_pin: bool


class Chat:
    """Every method raises `bot.domain.errors.ChatError` kinds and nothing else."""

    def __init__(self, bot: telegram.Bot) -> None:
        self._bot = bot

    async def send(self, chat_id: int, card: Card, *, reply_to: int | None = None, silent: bool = True) -> int:
        """Post a message; returns its id. ``reply_to`` is dropped by Telegram when that message is gone."""
        with _errors():
            message = await self._bot.send_message(
                chat_id,
                card.html,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(card.buttons),
                reply_parameters=ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
                disable_notification=silent,
                link_preview_options=_NO_PREVIEW,
            )
            return message.message_id

    async def send_photo(
        self, chat_id: int, photo: bytes, card: Card, *, reply_to: int | None = None, silent: bool = True
    ) -> int:
        """Post a picture (PNG) with the card's text beneath it, 1024 units at most; returns the message's id."""
        with _errors():
            message = await self._bot.send_photo(
                chat_id,
                photo,
                card.html,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard(card.buttons),
                reply_parameters=ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
                disable_notification=silent,
            )
            return message.message_id

    async def edit(self, chat_id: int, message_id: int, card: Card) -> None:
        """Show ``card`` in a message that stands already; showing the same again is success."""
        with _errors():
            try:
                await self._bot.edit_message_text(
                    card.html,
                    chat_id,
                    message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard(card.buttons),
                    link_preview_options=_NO_PREVIEW,
                )
            except telegram.error.BadRequest as error:
                if "message is not modified" not in error.message.lower():
                    raise

    async def pin(self, chat_id: int, message_id: int) -> None:
        with _errors():
            await self._bot.pin_chat_message(chat_id, message_id, disable_notification=True)

    async def react(self, chat_id: int, message_id: int, emoji: str) -> None:
        with _errors():
            await self._bot.set_message_reaction(chat_id, message_id, emoji)

    async def member(self, chat_id: int, user_id: int) -> Agent:
        """What Telegram says of a person's place in the group, at this moment."""
        with _errors():
            try:
                found = await self._bot.get_chat_member(chat_id, user_id)
            except telegram.error.BadRequest as error:
                if "user not found" in error.message.lower() or "participant" in error.message.lower():
                    return Agent(user_id, str(user_id), present=False)
                raise
        return agent_of(found)

    async def rights(self, chat_id: int) -> Rights:
        """The bot's own rights in a group."""
        with _errors():
            found = await self._bot.get_chat_member(chat_id, self._bot.id)
        ours = agent_of(found)
        can_pin = isinstance(found, telegram.ChatMemberAdministrator) and bool(found.can_pin_messages)
        return Rights(ours.present, ours.lead, can_pin)

    async def leads(self, chat_id: int) -> list[Agent]:
        """The group's administrators, bots left out."""
        with _errors():
            found = await self._bot.get_chat_administrators(chat_id)
        return [agent_of(one) for one in found if not one.user.is_bot]

    async def me(self) -> Me:
        with _errors():
            user = await self._bot.get_me()
        return Me(user.id, user.username or "")


def agent_of(member: telegram.ChatMember) -> Agent:
    """A member of the group as an agent; administrators are leads."""
    present = member.status in _PRESENT and getattr(member, "is_member", True)
    return Agent(
        user_id=member.user.id,
        name=member.user.full_name,
        username=member.user.username,
        lead=member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR),
        present=bool(present),
    )


def keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """Buttons as Telegram wants them; None where there are none."""
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows])


def _button(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    if button.copy:
        return InlineKeyboardButton(button.label, copy_text=CopyTextButton(button.copy))
    return InlineKeyboardButton(button.label, callback_data=button.action, style=button.style or None)


class _errors:  # noqa: N801
    """Telegram's errors, as ours: what is worth trying again, and what a person has to mend."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, telegram.error.TelegramError):
            raise mapped(error) from error


def mapped(error: telegram.error.TelegramError) -> ChatError:  # noqa: PLR0911
    """Our kind of error for one of python-telegram-bot's."""
    text = error.message.lower()
    match error:
        case telegram.error.RetryAfter():
            return ChatFlood(error.message, retry_after=_seconds(error))
        case telegram.error.ChatMigrated():
            return ChatMoved(error.new_chat_id)
        case telegram.error.InvalidToken():
            # Its message holds the token itself.
            return ChatTokenRefused("401 Unauthorized")
        case telegram.error.Forbidden():
            return ChatGone(error.message)
        case telegram.error.BadRequest() if any(words in text for words in _SHUT_OUT):
            return ChatGone(error.message)
        case telegram.error.BadRequest() if any(words in text for words in _NO_SUCH_MESSAGE):
            return MessageGone(error.message)
        case telegram.error.BadRequest():
            return ChatRefused(error.message)
        case _:
            return ChatDown(error.message)


def _seconds(error: telegram.error.RetryAfter) -> float:
    # An int in python-telegram-bot's default, a timedelta when PTB_TIMEDELTA is set.
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
