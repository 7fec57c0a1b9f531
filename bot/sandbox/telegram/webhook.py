"""Delivery of updates to a webhook: one after another, each again until the other side says 2xx."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp

from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.model import Json, Update
from bot.sandbox.telegram.updates import UpdateQueue

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)
MAX_SECRET = 256
MAX_DELAY = 60.0

Reply = Callable[[str, Json], Awaitable[None]]
"""Carries out a method that the bot put into its answer to the webhook."""


@dataclass
class Webhook:
    """The webhook in force; ``url`` "" means none. ``retry_delay`` in seconds, doubled at each failure in a row."""

    queue: UpdateQueue
    clock: Callable[[], float]
    url: str = ""
    secret: str = ""
    max_connections: int = 40
    retry_delay: float = 1.0
    last_error_at: int = 0
    last_error: str = ""
    reply: Reply | None = None
    _task: asyncio.Task[None] | None = field(default=None, repr=False)

    def set(self, url: str, secret: str, max_connections: int) -> None:
        """Start delivering to ``url``. Needs a running loop. Raises ApiError 400 for a URL or secret Telegram refuses.

        Unlike Telegram, plain http to this machine is allowed: that is where the sandbox lives.
        """
        if not re.match(r"https?://[^\s/?#]+", url):
            raise bad_request("invalid webhook URL specified")
        if url.startswith("http://") and not re.match(r"http://(127\.|localhost|\[::1\])", url):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if len(secret) > MAX_SECRET:
            raise bad_request("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_\-]*", secret):
            raise bad_request("secret token contains unallowed characters")
        self.stop()
        self.url, self.secret, self.max_connections = url, secret, max_connections
        self.last_error_at, self.last_error = 0, ""
        self._task = asyncio.get_running_loop().create_task(self._deliver_all())

    def stop(self) -> None:
        """No webhook any more; undelivered updates stay in the queue."""
        self.url = self.secret = ""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def info(self) -> Json:
        """WebhookInfo."""
        info: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.queue),
        }
        if self.url:
            info |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if self.last_error:
            info |= {"last_error_date": self.last_error_at, "last_error_message": self.last_error}
        if self.queue.asked:
            info["allowed_updates"] = self.queue.asked
        return info

    async def _deliver_all(self) -> None:
        delay = self.retry_delay
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            while True:
                update = await self.queue.wait_for_first()
                problem = await self._deliver(session, update)
                if not problem:
                    self.queue.confirm_before(update.id + 1)
                    delay = self.retry_delay
                    continue
                self.last_error_at, self.last_error = int(self.clock()), problem
                await asyncio.sleep(delay)
                delay = min(delay * 2, MAX_DELAY)

    async def _deliver(self, session: aiohttp.ClientSession, update: Update) -> str:
        """Post one update; "" on success, otherwise what went wrong in Telegram's words."""
        headers = {SECRET_HEADER: self.secret} if self.secret else {}
        try:
            async with session.post(self.url, json=update.as_json(), headers=headers) as answer:
                if not answer.ok:
                    return f"Wrong response from the webhook: {answer.status} {answer.reason}"
                await self._carry_out(answer)
        except TimeoutError:
            return "Read timeout expired"
        except aiohttp.ClientError as error:
            return f"Connection failed: {type(error).__name__}"
        return ""

    async def _carry_out(self, answer: aiohttp.ClientResponse) -> None:
        if self.reply is None or answer.content_type != "application/json":
            return
        body = await answer.json()
        method = body.pop("method", "") if isinstance(body, dict) else ""
        if method and not method.lower().startswith(("get", "setwebhook", "deletewebhook")):
            await self.reply(method, body)
