"""VK's error codes → our error tree. VK answers HTTP 200 with ``error``; the code alone says what happened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.clean import clean
from bot.domain.errors import (
    CaptchaAsked,
    PageGone,
    PageUnreadable,
    ReplyClosed,
    ReplyFlood,
    ReplyForbidden,
    ReplyRejected,
    SourceBusy,
    SourceDown,
    SourceError,
    TokenRefused,
)
from bot.sources.answer import Answer, redact, refuse_status


class CommentsHidden(TokenRefused):
    """15, 212: these comments are not for this token; others may be."""


_TOO_MANY_A_SECOND, _QUOTA = 6, 29
_WAITS: Mapping[int, float] = {_TOO_MANY_A_SECOND: 1.0, _QUOTA: 3600.0}
"""Seconds until VK is asked again; it says none itself, the quotas are counted by the hour and the day."""

_GONE = frozenset({3, 18, 19, 23, 34, 40, 104, 125})
_TOKEN = frozenset({2, 4, 5, 7, 16, 20, 21, 27, 28, 30, 37, 42, 101, 203, 210, 3609, 3610, *range(1114, 1119)})
_PERSON = frozenset({14, 17, 24, 25, 3300, 3301, 3302, 3303, 3304, 11500})
_PASSING = frozenset({1, 10, 13, 36, 43})
_ACCESS, _BAD_PARAMETER, _BAD_REQUEST = 15, 100, 8

_MEANINGS: Mapping[int, type[SourceError]] = {
    **dict.fromkeys(_GONE, PageGone),
    **dict.fromkeys(_TOKEN, TokenRefused),
    **dict.fromkeys(_PERSON, CaptchaAsked),
    **dict.fromkeys(_PASSING, SourceDown),
    **dict.fromkeys((_TOO_MANY_A_SECOND, 9, _QUOTA, 32, 103), SourceBusy),
    **dict.fromkeys((_ACCESS, 212), CommentsHidden),
}
_WRITING: Mapping[int, type[SourceError]] = {
    **dict.fromkeys((7, _ACCESS, 203, 211), ReplyForbidden),
    **dict.fromkeys((212, 213), ReplyClosed),
    **dict.fromkeys((9, 103, 223), ReplyFlood),
    222: ReplyRejected,
}
_NOT_FOUND = ("not found", "was deleted", "does not exist", "invalid group_id", "group_id is undefined")
_CLOSED = ("closed", "comments are disabled", "commenting is disabled")


def refuse_error(answer: Answer, *, writing: bool = False) -> Answer:
    """The same answer when it is a success; else raises what its error code means.

    ``writing`` is True for a call that publishes: there a denied access is ours to write, not the token's to read.
    """
    error = _error_of(answer)
    if error is None:
        return refuse_status(answer)
    raise _meaning(error, writing)


def _error_of(answer: Answer) -> Mapping[str, Any] | None:
    if b'"error"' not in answer.body[:4096]:
        return None
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    error = body.get("error") if isinstance(body, dict) and "response" not in body else None
    return error if isinstance(error, dict) else None


def _meaning(error: Mapping[str, Any], writing: bool) -> SourceError:
    given = error.get("error_code")
    code = given if isinstance(given, int) else -1
    # Only these words: the rest of the error repeats our parameters.
    said = redact(clean(str(error.get("error_msg") or "")))[:300]
    return _kind(code, said.lower(), writing)(f"VK error {code}: {said}", retry_after=_WAITS.get(code))


def _kind(code: int, said: str, writing: bool) -> type[SourceError]:
    found = _by_words(code, said, writing)
    if found is None and writing:
        found = _WRITING.get(code)
    return found or _MEANINGS.get(code) or (ReplyRejected if writing else PageUnreadable)


def _by_words(code: int, said: str, writing: bool) -> type[SourceError] | None:
    """15 and 100 stand for many things, and 8 for a version that is no more."""
    if code == _BAD_REQUEST and "version" in said:
        return PageGone
    if code not in {_ACCESS, _BAD_PARAMETER}:
        return None
    if any(words in said for words in _NOT_FOUND):
        return PageGone
    return ReplyClosed if writing and any(words in said for words in _CLOSED) else None
