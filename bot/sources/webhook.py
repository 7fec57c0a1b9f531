"""Contact forms and self-service systems: signed JSON comes in through `bot.web`, answers go out signed to one address.

Nothing is fetched. An answer is sent once, under an idempotency key that follows from it; the receiver's receipt, or
what it says of that key afterwards, proves that it stands. The format is in docs/webhook.md.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

from bot.domain.clean import clean
from bot.domain.errors import (
    MessageBad,
    PageGone,
    PageUnreadable,
    ReplyForbidden,
    ReplyRejected,
    ReplyUnknown,
    SourceBusy,
    SourceDown,
    TokenRefused,
)
from bot.domain.model import Health, Look, Published, ReplyTarget, SeenPost
from bot.sources.answer import Answer, refuse_status
from bot.sources.http import Http
from bot.sources.json_page import Node, inner, json_object, word
from bot.sources.options import SourceOptions
from bot.sources.signing import IDEMPOTENCY, sign

__all__ = ["Webhook", "parse_message"]

SIZE_CAP = 64 * 1024
"""Bytes of a message at most."""
COMPANY = "company"
"""The author of answers."""
_SHORT, _LONG = 200, 20_000
_KNOWN = frozenset({"id", "text", "thread", "parent", "title", "url", "author", "published_at", "stars"})


class Webhook:
    """One form or system: ``options.token`` is the shared secret, ``options.url`` where answers go."""

    def __init__(self, options: SourceOptions, http: Http) -> None:
        self._options = options
        self._http = http

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """Nothing: what customers write is brought, not fetched."""
        return Look((), memory, unchanged=True)

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """Hand the answer over. The receiver takes a key once, and answers with its own id for what it took."""
        if not self._options.url:
            raise ReplyForbidden("no url is given: there is nowhere to send answers to")
        key = answer_key(target, text)
        said = {"id": key, "in_reply_to": target.external_id, "thread": target.container_id, "text": text}
        body = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
        headers = {**sign(self._options.token, body, now), IDEMPOTENCY: key, "Accept": "application/json"}
        answer = await self._http.post(
            self._options.url, body=body, content_type="application/json", headers=headers, any_status=True
        )
        _refuse(answer)
        try:
            return _receipt(json_object(answer.body))
        except PageUnreadable as error:
            raise ReplyUnknown(f"taken with HTTP {answer.status}, but without a receipt: {error.detail}") from error

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """What the receiver says of the answer's key; None while it does not know it."""
        node = await self._asked(answer_key(target, text), now)
        if node is None:
            return None
        published = _receipt(node)
        return SeenPost(
            external_id=published.external_id or "",
            container_id=target.container_id,
            author_id=COMPANY,
            author_name=COMPANY,
            text=text,
            url=published.url or target.url,
            published_at=min(published.published_at or now, now),
            parent_id=target.external_id,
        )

    async def check(self, *, now: datetime) -> Health:
        """Where answers go, the receiver is asked for a key that it can't know."""
        if not self._options.write:
            return Health(True, f"messages come in at POST /in/{self._options.key}")
        if not self._options.url:
            return Health(False, "no url is given: there is nowhere to send answers to (or set write = false)")
        await self._asked("check", now)
        return Health(True, f"messages come in at POST /in/{self._options.key}; the receiver of answers answers")

    async def _asked(self, key: str, now: datetime) -> Node | None:
        query = urlencode({"key": key})
        mark = "&" if "?" in self._options.url else "?"
        headers = {**sign(self._options.token, query.encode(), now), "Accept": "application/json"}
        answer = await self._http.get(f"{self._options.url}{mark}{query}", headers=headers, any_status=True)
        if answer.status == 404:
            return None
        return json_object(refuse_status(answer).body)


def parse_message(raw: bytes, *, now: datetime) -> SeenPost:
    """A message as docs/webhook.md describes it → a post. Raises `MessageBad`, which names the field."""
    node = _message(raw)
    if unknown := sorted(set(node) - _KNOWN):
        raise MessageBad(f"{unknown[0]}: unknown; known are {', '.join(sorted(_KNOWN))}")
    own_id, text = _text(node, "id", _SHORT, needed=True), _text(node, "text", _LONG, needed=True)
    author = inner(node, "author")
    at = _moment(node, now)
    return SeenPost(
        external_id=own_id,
        container_id=_text(node, "thread", _SHORT) or own_id,
        author_id=_text(author, "id", _SHORT) or None,
        author_name=_text(author, "name", _SHORT),
        text=text,
        url=_address(node),
        published_at=at,
        parent_id=_text(node, "parent", _SHORT) or None,
        title=_text(node, "title", _SHORT),
        stars=_stars(node),
    )


def answer_key(target: ReplyTarget, text: str) -> str:
    """The idempotency key of an answer: the same words to the same post have the same."""
    return hashlib.sha256(f"{target.external_id}\n{text}".encode("utf-8", "replace")).hexdigest()[:32]


def _message(raw: bytes) -> Node:
    try:
        return json_object(raw)
    except PageUnreadable as error:
        raise MessageBad(f"body: {error.detail}") from error


def _text(node: Node, name: str, most: int, *, needed: bool = False) -> str:
    value = node.get(name, "")
    if not isinstance(value, str):
        raise MessageBad(f"{name}: expected text")
    kept = clean(value)
    if needed and not kept:
        raise MessageBad(f"{name}: is missing")
    if len(value) > most:
        raise MessageBad(f"{name}: at most {most} characters")
    return kept


def _address(node: Node) -> str:
    url = _text(node, "url", 1000)
    if url and not url.startswith(("https://", "http://")):
        raise MessageBad("url: expected an address that begins with https://")
    return url


def _stars(node: Node) -> int | None:
    stars = node.get("stars")
    if stars is None:
        return None
    if isinstance(stars, bool) or not isinstance(stars, int) or not 1 <= stars <= 5:
        raise MessageBad("stars: expected a whole number from 1 to 5")
    return stars


def _moment(node: Node, now: datetime) -> datetime:
    said = node.get("published_at")
    if said is None:
        return now
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise MessageBad("published_at: expected a time with its zone, as 2026-11-23T10:00:00+02:00")
    return min(at.astimezone(UTC), now)


def _receipt(node: Node) -> Published:
    own_id = word(node, "id")
    if not own_id:
        raise PageUnreadable("the receipt has no id")
    said = word(node, "published_at")
    try:
        at = datetime.fromisoformat(said) if said else None
    except ValueError:
        at = None
    return Published(own_id[:_SHORT], word(node, "url") or None, at.astimezone(UTC) if at and at.tzinfo else None)


def _refuse(answer: Answer) -> None:
    """Raise what the receiver's status means; silence where it took the answer."""
    if 200 <= answer.status < 300:
        return
    said = f"the receiver answers HTTP {answer.status}"
    if answer.status in {401, 403}:
        raise TokenRefused(f"{said}: it does not accept our signature")
    if answer.status in {404, 410}:
        raise PageGone(said)
    if answer.status == 429:
        raise SourceBusy(said, retry_after=answer.retry_after)
    if answer.status >= 500:
        raise ReplyUnknown(said)
    if answer.status in {408, 425}:
        raise SourceDown(said)
    raise ReplyRejected(f"{said}: {clean(answer.text)[:200]}")
