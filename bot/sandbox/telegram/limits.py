"""Telegram's sending limits: per chat, per group and overall; edits count as messages.

Time is the injected clock, so a test moves it; nothing here waits.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.telegram.errors import too_many

GROUP_WINDOW = 60.0
SECOND = 1.0


@dataclass
class RateLimits:
    """Counts what the bot sends. ``enabled`` False lets everything pass (for benchmarks)."""

    clock: Callable[[], float]
    enabled: bool = True
    per_group_minute: int = 20
    per_second: int = 30
    burst: int = 3
    """Messages a chat takes at once before one per second applies."""
    _group: dict[int, deque[float]] = field(default_factory=dict)
    _tokens: dict[int, tuple[float, float]] = field(default_factory=dict)
    _overall: deque[float] = field(default_factory=deque)

    def spend(self, chat_id: int, *, is_group: bool, count: int = 1) -> None:
        """Take ``count`` messages to a chat, or raise ApiError 429 with the seconds to wait and take nothing."""
        if not self.enabled:
            return
        now = self.clock()
        tokens = self._refilled(chat_id, now)
        waits = [self._window_wait(self._overall, self.per_second, SECOND, count, now)]
        waits.append(0.0 if tokens >= min(count, self.burst) else (min(count, self.burst) - tokens) * SECOND)
        if is_group:
            sent = self._group.setdefault(chat_id, deque())
            waits.append(self._window_wait(sent, self.per_group_minute, GROUP_WINDOW, count, now))
        if max(waits) > 0:
            raise too_many(max(1, math.ceil(max(waits))))
        self._overall.extend([now] * count)
        self._tokens[chat_id] = (tokens - count, now)
        if is_group:
            self._group[chat_id].extend([now] * count)

    def _refilled(self, chat_id: int, now: float) -> float:
        tokens, at = self._tokens.get(chat_id, (float(self.burst), now))
        return min(float(self.burst), tokens + max(0.0, now - at) / SECOND)

    @staticmethod
    def _window_wait(sent: deque[float], most: int, window: float, count: int, now: float) -> float:
        while sent and sent[0] <= now - window:
            sent.popleft()
        excess = len(sent) + count - most
        if excess <= 0 or not sent:
            return 0.0
        return sent[min(excess, len(sent)) - 1] + window - now
