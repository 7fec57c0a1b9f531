"""What the web server works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from bot.domain.clock import Clock
from bot.domain.model import Community
from bot.intake import Intake
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Push:
    """What proves that a platform sent an event: its ``secret``, and the ``code`` that its handshake asks for."""

    secret: str = field(default="", repr=False)
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the server works with. ``secrets`` are those of webhook communities by key, ``push`` those of platforms
    that send events; ``wake`` has a community looked at soon; ``polled_s`` tells the age of the last Telegram poll in
    seconds, ``ticks`` when each job last ran well."""

    store: Store
    intake: Intake
    clock: Clock
    communities: Mapping[str, Community]
    secrets: Mapping[str, str]
    push: Mapping[str, Push]
    wake: Callable[[str], None]
    polled_s: Callable[[], float]
    ticks: Mapping[str, datetime]


PARTS = web.AppKey("parts", Parts)
