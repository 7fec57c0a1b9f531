"""Events that platforms push: each proves its sender and wakes a look; what it says is never believed (ADR 0013)."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from typing import Any

from aiohttp import web

from bot.sources.signing import facebook_signed, same
from bot.web.answers import said
from bot.web.parts import PARTS

_REMEMBERED = 2000


class Seen:
    """The events that came lately: platforms send one again until it is answered, and now and then after that."""

    def __init__(self) -> None:
        self._keys: OrderedDict[str, None] = OrderedDict()

    def first(self, key: str) -> bool:
        """True where this event did not come before."""
        if key in self._keys:
            return False
        self._keys[key] = None
        if len(self._keys) > _REMEMBERED:
            self._keys.popitem(last=False)
        return True


SEEN = web.AppKey("seen", Seen)


async def facebook_handshake(request: web.Request) -> web.Response:
    """Facebook asks whether this address is meant: the challenge is answered to whoever knows the code."""
    push = request.app[PARTS].push.get(request.match_info["key"])
    asked = request.query
    if push is None:
        return said(404, "no such community")
    if asked.get("hub.mode") != "subscribe" or not push.code or not same(push.code, asked.get("hub.verify_token", "")):
        return said(403, "wrong verify token", "push_code of the community is what Facebook must send")
    return web.Response(text=asked.get("hub.challenge", "")[:200])


async def facebook(request: web.Request) -> web.Response:
    """An event of a Page or an Instagram account, signed by the app's secret over the raw bytes."""
    parts, seen, key = request.app[PARTS], request.app[SEEN], request.match_info["key"]
    push = parts.push.get(key)
    if push is None:
        return said(404, "no such community")
    body = await request.read()
    if not facebook_signed(push.secret, body, request.headers.get("X-Hub-Signature-256", "")):
        return said(401, "wrong signature")
    if seen.first(f"{key} {hashlib.sha256(body).hexdigest()}"):
        parts.wake(key)
    return web.Response(text="ok")


async def vk(request: web.Request) -> web.Response:
    """An event of a VK community, proved by the secret it holds; the handshake asks for the code."""
    parts, seen, key = request.app[PARTS], request.app[SEEN], request.match_info["key"]
    push = parts.push.get(key)
    if push is None:
        return said(404, "no such community")
    event = _object(await request.read())
    if event is None:
        return said(400, "expected a JSON object")
    # VK sends the secret along with the handshake too, where one is set.
    if not push.secret or not same(push.secret, str(event.get("secret", ""))):
        return said(401, "wrong secret")
    if event.get("type") == "confirmation":
        return web.Response(text=push.code)
    if seen.first(f"{key} {event.get('event_id') or hashlib.sha256(repr(event).encode()).hexdigest()}"):
        parts.wake(key)
    return web.Response(text="ok")


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None
