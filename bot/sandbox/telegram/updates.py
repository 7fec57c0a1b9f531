"""The bot's queue of updates: kept until confirmed, handed out by long polling or to a webhook."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice

from bot.sandbox.telegram.errors import CONFLICT_POLL, ApiError
from bot.sandbox.telegram.model import Json, Update

KINDS = (
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "chosen_inline_result",
    "my_chat_member",
    "chat_member",
    "message_reaction",
)
ONLY_WHEN_ASKED = frozenset({"chat_member", "message_reaction"})
DEFAULT_KINDS = frozenset(KINDS) - ONLY_WHEN_ASKED
KEPT_FOR = 24 * 3600.0
MAX_POLL = 50
FIRST_ID = 700_000_001


class UpdateQueue:
    """Updates in order. Only kinds allowed when they happen are kept; unconfirmed ones live for a day."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._next_id = FIRST_ID
        self._updates: deque[Update] = deque()
        self._poll: asyncio.Future[None] | None = None
        self._waiters: set[asyncio.Future[None]] = set()
        self._polled = asyncio.Event()
        self.allowed: frozenset[str] = DEFAULT_KINDS
        self.asked: list[str] = []
        """``allowed_updates`` as last given by the bot; empty means the default kinds."""
        self.last_poll_at: float | None = None

    def __len__(self) -> int:
        self._forget_old()
        return len(self._updates)

    def ask_for(self, kinds: Iterable[object]) -> None:
        """Remember ``allowed_updates``; an empty list means the default, unknown kinds are ignored."""
        self.asked = [kind for kind in kinds if isinstance(kind, str) and kind in KINDS]
        self.allowed = frozenset(self.asked) or DEFAULT_KINDS

    def push(self, kind: str, content: Json) -> None:
        """Something happened: keep it if the bot asks for such updates, and wake who waits."""
        if kind not in self.allowed:
            return
        self._updates.append(Update(self._next_id, kind, content, self._clock()))
        self._next_id += 1
        self._wake()

    def take(self, offset: int, limit: int = 100) -> list[Update]:
        """The next updates from ``offset`` on; everything before it is confirmed and gone.

        A negative offset counts from the end of the queue and forgets what is before, as Telegram does.
        """
        self._forget_old()
        if offset < 0:
            self.confirm_before(self._updates[offset].id if -offset <= len(self._updates) else 0)
        elif offset > 0:
            self.confirm_before(offset)
        return list(islice(self._updates, max(1, min(limit, 100))))

    def confirm_before(self, update_id: int) -> None:
        """Drop the updates with smaller ids."""
        while self._updates and self._updates[0].id < update_id:
            self._updates.popleft()

    def drop_all(self) -> None:
        """drop_pending_updates."""
        self._updates.clear()

    async def poll(self, offset: int, limit: int, seconds: int) -> list[Update]:
        """Long polling, for at most ``seconds``. Raises ApiError 409 when another request takes over."""
        self.interrupt(CONFLICT_POLL)
        self.last_poll_at = self._clock()
        self._polled.set()
        ready = self.take(offset, limit)
        if ready or seconds <= 0:
            return ready
        poll = self._poll = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(min(seconds, MAX_POLL)):
                await poll
        except TimeoutError:
            return []
        finally:
            if self._poll is poll:
                self._poll = None
        return self.take(offset, limit)

    async def next_poll(self) -> None:
        """Wait until the bot asks for updates again."""
        self._polled.clear()
        await self._polled.wait()

    def interrupt(self, reason: str) -> None:
        """Kill the poll that waits, with 409 and this reason."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(ApiError(409, reason))
        self._poll = None

    async def wait_for_first(self) -> Update:
        """The oldest update; waits until there is one (for the webhook)."""
        while not len(self):
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            try:
                await waiter
            finally:
                self._waiters.discard(waiter)
        return self._updates[0]

    def close(self) -> None:
        """Answer the waiting poll with nothing, so that a server can stop at once."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def _wake(self) -> None:
        for waiter in (self._poll, *self._waiters):
            if waiter is not None and not waiter.done():
                waiter.set_result(None)

    def _forget_old(self) -> None:
        oldest = self._clock() - KEPT_FOR
        while self._updates and self._updates[0].at < oldest:
            self._updates.popleft()
