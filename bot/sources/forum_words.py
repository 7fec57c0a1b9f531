"""What forums say in words, and what is said to them: refusals in three languages, quotes without live BBCode.

Engines tell the kind of a page by its structure; among refusals of one structure only the words tell, in English,
Ukrainian and Russian.
"""

from __future__ import annotations

import re

from bot.domain.clean import clean
from bot.domain.errors import (
    PageGone,
    ReplyClosed,
    ReplyFlood,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceDown,
    SourceError,
)
from bot.sources.text import excerpt

DOWN = re.compile(
    r"server load|currently (?:closed|unavailable)|maintenance|repairing"
    r"|(?:тимчасово|временно)\s+(?:закри|закры|недост)",
    re.I,
)
BANNED = re.compile(r"\bbanned\b|suspended|заблокован|заблокирован|забанен", re.I)
LOCKED_OUT = re.compile(r"failed to login|failed attempts|невдалих спроб|неудачн", re.I)
FLOOD = re.compile(
    r"too quickly|so soon|flood|wait \d|once every|less than \d+ seconds|мен(?:ше|ее),? (?:ніж |чем )?\d+ сек"
    r"|(?:швидко|часто|частіше|скоро).*(?:секунд|хвил|зачек|почек)|зачекайте|почекайте|одразу після|відразу після"
    r"|(?:быстро|часто|чаще).*(?:секунд|минут|подожд)|подождите|сразу (?:же )?после",
    re.I | re.S,
)
_CLOSED = re.compile(r"\bclosed\b|\blocked\b|закри[тв]|закры[тв]|заблоковану тему", re.I)
_REPEATED = re.compile(
    r"already (?:posted|submitted)|(?:вже|уже)\s+(?:\w+\s+)?(?:розмі|відправ|надісл|опубл|разме|отправ)", re.I
)
MISSING = re.compile(
    r"does(?: not|n't) exist|invalid (?:thread|post|forum)|missing or off limits|не існує|не знайден|не существует"
    r"|не найден|отсутству|відсутн",
    re.I,
)
_FORBIDDEN = re.compile(
    r"not have permission|not authori[sz]ed|not allowed|insufficient|не маєте (?:прав|доступу|дозвол)"
    r"|не имеете (?:прав|доступа)|нет прав|недостатн|недостаточно прав|не можете (?:відповідати|отвечать)",
    re.I,
)
_NUMBERS = re.compile(r"\d+")
_REPLY_KINDS: tuple[tuple[re.Pattern[str], type[SourceError]], ...] = (
    (_REPEATED, ReplyUnknown),
    (DOWN, SourceDown),
    (_CLOSED, ReplyClosed),
    (MISSING, PageGone),
    (_FORBIDDEN, ReplyForbidden),
)
_EXCERPT = 180
_WORD_JOINER = "\u2060"
_TAG = re.compile(r"\[/?[\w*#-]+(?:[=\s][^\[\]]*)?\]")


def reply_refusal(words: str, flood: float = 60.0) -> SourceError:
    """The error that the forum's ``words`` mean; ``flood`` seconds are waited where it does not say how many."""
    said = f"the forum says: {words}"
    if FLOOD.search(words):
        numbers = [int(digits) for digits in _NUMBERS.findall(words)]
        return ReplyFlood(said, retry_after=float(min(numbers[-1], 86_400)) + 1 if numbers else flood)
    for pattern, kind in _REPLY_KINDS:
        if pattern.search(words):
            return kind(said)
    return ReplyRejected(said)


def line(words: str) -> str:
    """A forum's message on one line, at most 300 characters, fit for an error."""
    return " ".join(clean(words).split())[:300]


def as_typed(text: str) -> str:
    """The agent's words as the draft showed them: a [tag] in them stays what it is to the eye, and no BBCode."""
    return _TAG.sub(lambda tag: f"[{_WORD_JOINER}{tag[0][1:]}", text)


def harmless(text: str) -> str:
    """The first words of a customer's text, with no BBCode alive in them; never empty, or forums drop the quote."""
    stripped = _TAG.sub("", text)
    while stripped != text:
        text, stripped = stripped, _TAG.sub("", stripped)
    return excerpt(text.replace("[", "(").replace("]", ")"), _EXCERPT) or "…"
