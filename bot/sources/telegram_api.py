"""The Bot API as a source needs it: one call in, its result out, every refusal a named error."""

from __future__ import annotations

import json
from typing import Any

from bot.domain.errors import (
    AddressRefused,
    NotMember,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyFlood,
    ReplyForbidden,
    ReplyRejected,
    ReplyTooLong,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.sources.answer import Answer
from bot.sources.http import Http
from bot.sources.json_page import Node, inner, json_object, json_or_nothing, word

LONGEST = 4096
"""The most a message holds, in units of UTF-16."""

_GONE = ("chat not found", "message to be replied not found", "message to reply not found", "replied message not found")
_CLOSED = ("topic_closed", "topic_deleted", "message thread not found")
_FORBIDDEN = ("not enough rights", "have no rights", "chat_write_forbidden", "need administrator rights")


class Api:
    """The methods of one bot. ``api_url`` is the server's address, ``token`` the bot's."""

    def __init__(self, api_url: str, token: str, http: Http) -> None:
        self._base = f"{api_url.rstrip('/')}/bot{token}"
        self._http = http

    async def call(self, method: str, *, writes: bool = False, **parameters: Any) -> Any:
        """The ``result`` of a method. What writes raises `ReplyUnknown` where the answer is lost."""
        body = json.dumps(parameters, ensure_ascii=False).encode("utf-8", "replace")
        answer = await self._http.post(
            f"{self._base}/{method}",
            body=body,
            content_type="application/json",
            lost=ReplyUnknown if writes else None,
            any_status=True,
        )
        if answer.status >= 500:
            raise (ReplyUnknown if writes else SourceDown)(f"{method}: HTTP {answer.status}")
        said = json_or_nothing(answer.body)
        if answer.status == 200 and said.get("ok") is True and "result" in said:
            return said["result"]
        raise refusal(answer, said, writes=writes)


def refusal(answer: Answer, said: Node, *, writes: bool) -> SourceError:
    """What a refusal means, by its status and its description."""
    what = word(said, "description")
    if not what:
        return _wordless(answer, writes=writes)
    detail, parameters = f"Telegram says: {what}", inner(said, "parameters")
    if answer.status == 429:
        wait = parameters.get("retry_after")
        kind = ReplyFlood if writes else SourceBusy
        return kind(detail, retry_after=float(wait) if isinstance(wait, int) else None)
    if isinstance(moved := parameters.get("migrate_to_chat_id"), int):
        return PageGone(f'the group has another number now: write page = "{moved}"')
    if answer.status in {401, 404}:
        return TokenRefused(detail)
    return _bad_request(answer.status, what.lower(), detail, writes=writes)


def _bad_request(status: int, what: str, detail: str, *, writes: bool) -> SourceError:
    if any(mark in what for mark in _GONE):
        return PageGone(detail)
    if any(mark in what for mark in _CLOSED):
        return ReplyClosed(detail)
    if "message is too long" in what:
        return ReplyTooLong(f"at most {LONGEST} characters")
    if status == 403:
        return NotMember(detail)
    if any(mark in what for mark in _FORBIDDEN):
        return ReplyForbidden(detail)
    return ReplyRejected(detail) if writes else PageUnreadable(detail)


def _wordless(answer: Answer, *, writes: bool) -> SourceError:
    """Not the Bot API's words: another server answers at this address, or the answer is cut off."""
    if answer.status == 429:
        return (ReplyFlood if writes else SourceBusy)("HTTP 429", retry_after=answer.retry_after)
    if 300 <= answer.status < 400:
        return AddressRefused(f"HTTP {answer.status}: the address of the Bot API redirects")
    try:
        json_object(answer.body)
        why = "not an answer of the Bot API"
    except PageUnreadable as error:
        why = error.detail
    return ReplyUnknown(why) if writes and answer.status == 200 else PageUnreadable(f"HTTP {answer.status}: {why}")
