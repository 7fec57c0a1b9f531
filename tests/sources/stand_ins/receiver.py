"""A system that takes signed answers: each key once, with a receipt, and tells afterwards what it took."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.sources.signing import IDEMPOTENCY, SIGNATURE, TIMESTAMP, in_time, signed

Fault = Callable[[], web.StreamResponse]


@dataclass
class Receiver:
    """``failure`` answers everything, ``on_take`` only what is handed over (``keeps``: whether it is taken then)."""

    clock: datetime
    secret: str = "SECRET-form"
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    failure: Fault | None = None
    on_take: Fault | None = None
    keeps: bool = True
    posts: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if self.failure is not None:
            return self.failure()
        body = await request.read() if request.method == "POST" else request.query_string.encode()
        stamp = request.headers.get(TIMESTAMP, "")
        if not signed(self.secret, body, stamp, request.headers.get(SIGNATURE, "")) or not in_time(stamp, self.clock):
            return web.json_response({"error": "wrong signature"}, status=401)
        if request.method == "GET":
            found = self.taken.get(request.query["key"])
            return web.json_response(self._receipt(found)) if found else web.json_response({}, status=404)
        return self._take(request.headers[IDEMPOTENCY], json.loads(body))

    def _take(self, key: str, said: dict[str, Any]) -> web.StreamResponse:
        self.posts += 1
        assert set(said) == {"id", "in_reply_to", "thread", "text"}
        assert said["id"] == key
        if self.on_take is not None and not self.keeps:
            return self.on_take()
        self.taken.setdefault(key, said)
        return self.on_take() if self.on_take is not None else web.json_response(self._receipt(said), status=201)

    def _receipt(self, said: dict[str, Any]) -> dict[str, str]:
        return {"id": f"answer-{said['in_reply_to']}", "published_at": self.clock.isoformat()}
