"""What the web server's tests stand on: a real store, a real server, and a client that signs as forms do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp.test_utils import TestClient

from bot.sources.signing import IDEMPOTENCY, sign
from tests.fakes import MovableClock

SECRET = "SECRET-of-the-form"


@dataclass
class Form:
    """A contact form that sends what customers write."""

    client: TestClient[Any, Any]
    clock: MovableClock
    woken: list[str] = field(default_factory=list)

    async def sends(
        self,
        message: object,
        *,
        key: str = "key-000001",
        secret: str = SECRET,
        at: datetime | None = None,
        to: str = "site",
        **headers: str,
    ) -> tuple[int, dict[str, Any]]:
        """POST a message (an object, or bytes as they are); the status and the answer."""
        body = message if isinstance(message, bytes) else json.dumps(message, ensure_ascii=False).encode()
        given = {**sign(secret, body, at or self.clock.now()), "Content-Type": "application/json"}
        given |= {IDEMPOTENCY: key} | headers
        given = {name: value for name, value in given.items() if value}
        async with self.client.post(f"/in/{to}", data=body, headers=given) as response:
            return response.status, await response.json()


MINUTE = timedelta(minutes=1)
