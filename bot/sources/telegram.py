"""Telegram: the discussion group of the company's channel, where the team's own bot stands.

What customers write there comes as updates to ``handlers/discussion.py``; here are the answers and the group's figures.
A bot hears nothing of a message that is deleted, and cannot read a group's history.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.domain.errors import NotMember, PageGone, PageUnreadable, ReplyTooLong, ReplyUnknown, SourceError
from bot.domain.model import Health, Look, Measure, Metric, Published, ReplyTarget, SeenPost
from bot.sources.http import Http
from bot.sources.json_page import Node, count, inner, word
from bot.sources.options import SourceOptions
from bot.sources.telegram_api import LONGEST, Api
from bot.sources.telegram_posts import message_url

_STANDS = "message is not modified"
_LOST = ("message to edit not found", "message_id_invalid")
_PRESENT = ("creator", "administrator", "member", "restricted")


class Telegram:
    """One discussion group: ``options.page`` is its number (-100…), ``options.token`` the team's bot."""

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self._options = options
        self._group = options.page.strip()
        self._api = Api(options.api_url, options.token, http)

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """That the bot still stands in the group; posts are brought by updates."""
        await self._ours()
        return Look((), memory, unchanged=True)

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """A reply to the customer's message, so that Telegram tells them. The Message that comes back stands there."""
        if len(text.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST:
            raise ReplyTooLong(f"at most {LONGEST} characters")
        asked = {"message_id": int(target.external_id)}
        said = await self._api.call("sendMessage", writes=True, chat_id=self._group, text=text, reply_parameters=asked)
        number = count(message := said if isinstance(said, Mapping) else {}, "message_id")
        if not number:
            raise ReplyUnknown("Telegram took the answer, but did not say under which number")
        return Published(str(number), message_url(inner(message, "chat"), number, _root(message)), _at(message))

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """Our message, if Telegram gave its number and still has it.

        A bot cannot read a message, but an edit that changes nothing tells whether it is there.
        """
        before = target.published
        if before is None or before.external_id is None:
            return None
        try:
            await self._api.call("editMessageReplyMarkup", chat_id=self._group, message_id=int(before.external_id))
        except SourceError as error:
            if any(mark in error.detail.lower() for mark in _LOST):
                return None
            if _STANDS not in error.detail.lower():
                raise
        return SeenPost(
            external_id=before.external_id,
            container_id=target.container_id,
            author_id=self._group,
            author_name="",
            text=text,
            url=before.url or target.url,
            published_at=before.published_at or now,
            parent_id=target.external_id,
        )

    async def check(self, *, now: datetime) -> Health:
        """Whether the bot hears everything in the group and may write there, and whose discussion it is."""
        me = _object(await self._api.call("getMe"))
        chat, ours = await self._chat(), await self._ours()
        name = word(chat, "title") or self._group
        hears_all = word(ours, "status") == "administrator" or me.get("can_read_all_group_messages") is True
        if not hears_all:
            says = "the bot does not hear what people write: make it an administrator, or turn its privacy mode off"
            return Health(False, f"{name}: {says}")
        if self._options.write and not _may_write(chat, ours):
            return Health(False, f"{name}: the bot hears everything, but may not write there")
        channel = count(chat, "linked_chat_id")
        if not channel:
            return Health(True, f"{name}: the bot hears everything; the group is not linked to a channel")
        known = str(channel) in self._options.official
        unknown = "" if known else f'; add official = ["{channel}"] to know what is written in the channel\'s name'
        return Health(True, f"{name}: the bot hears everything; discussion of the channel {channel}{unknown}")

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        """Subscribers of the linked channel, or the group's members where none is linked. Views are not for bots."""
        channel = count(await self._chat(), "linked_chat_id")
        try:
            many = await self._api.call("getChatMemberCount", chat_id=channel or self._group)
        except (NotMember, PageGone, PageUnreadable):
            # A private channel tells its figures to its members alone.
            many = None
        followers = many if isinstance(many, int) and not isinstance(many, bool) else None
        return (Measure(Metric.FOLLOWERS, followers), Measure(Metric.VIEWS, None))

    async def _chat(self) -> Node:
        return _object(await self._api.call("getChat", chat_id=self._group))

    async def _ours(self) -> Node:
        """The bot's own place in the group. Raises `NotMember` where it has none."""
        bot = self._options.token.partition(":")[0]
        ours = _object(await self._api.call("getChatMember", chat_id=self._group, user_id=bot))
        if word(ours, "status") not in _PRESENT:
            raise NotMember(f"the bot is not in the group {self._group}")
        return ours


def _may_write(chat: Node, ours: Node) -> bool:
    status = word(ours, "status")
    if status == "restricted":
        return ours.get("can_send_messages") is True
    return status != "member" or inner(chat, "permissions").get("can_send_messages") is not False


def _root(message: Node) -> int:
    return count(message, "message_thread_id")


def _at(message: Node) -> datetime:
    return datetime.fromtimestamp(count(message, "date"), UTC)


def _object(result: object) -> Node:
    if not isinstance(result, Mapping):
        raise PageUnreadable(f"an object was expected, not {type(result).__name__}")
    return result
