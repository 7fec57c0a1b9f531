"""Sources: one file per platform or forum engine, registered here by hand.

A source reads posts (`fetch`) and publishes replies. There is no delete anywhere: negative is never deleted, it is
turned.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Protocol, runtime_checkable

from bot.domain.errors import ConfigMistakes
from bot.domain.model import Health, Look, Measure, Published, ReplyTarget, SeenPost
from bot.sources.any_forum import AnyForum, Engine, engine_at
from bot.sources.appstore import AppStore
from bot.sources.discourse import Discourse
from bot.sources.facebook import Facebook
from bot.sources.feed import Feed
from bot.sources.googleplay import GooglePlay
from bot.sources.http import Http
from bot.sources.instagram import Instagram
from bot.sources.ips import IPS
from bot.sources.mybb import MyBB
from bot.sources.nodebb import NodeBB
from bot.sources.options import SourceOptions
from bot.sources.phpbb import PhpBB
from bot.sources.smf import SMF
from bot.sources.telegram import Telegram
from bot.sources.ucoz import UCoz
from bot.sources.vbulletin import VBulletin
from bot.sources.vk import VK
from bot.sources.webhook import Webhook
from bot.sources.xenforo import XenForo
from bot.sources.youtube import YouTube

__all__ = [
    "FORUMS",
    "PLATFORMS",
    "SOURCES",
    "Http",
    "Measured",
    "Source",
    "SourceFactory",
    "SourceOptions",
    "engine_at",
    "make_source",
]


class Source(Protocol):
    """What Vidhuk asks of a platform. Every method raises `bot.domain.errors.SourceError` kinds and nothing else."""

    async def fetch(self, *, memory: dict[str, str], now: datetime) -> Look:
        """Read the newest posts. ``memory`` is what the last look returned (empty at the first one)."""

    async def publish(self, target: ReplyTarget, text: str, *, now: datetime) -> Published:
        """Publish ``text`` once. Raises `ReplyUnknown` when it cannot tell whether the platform took it."""

    async def find(self, target: ReplyTarget, text: str, *, now: datetime) -> SeenPost | None:
        """Read the thread again and return our reply with this text, or None while it is not there."""

    async def check(self, *, now: datetime) -> Health:
        """Read one page, and prove the log-in where the community is written to; publishes nothing."""


@runtime_checkable
class Measured(Protocol):
    """A source whose platform also counts: followers, reach, views, reactions, shares, ratings."""

    async def measure(self, *, now: datetime) -> tuple[Measure, ...]:
        """The figures as they stand now. What the platform refuses or lacks is a `Measure` of None, never 0."""


SourceFactory = Callable[[SourceOptions, Http], Source]

FORUMS: dict[str, Callable[[SourceOptions, Http], Engine]] = {
    "discourse": Discourse,
    "ips": IPS,
    "mybb": MyBB,
    "nodebb": NodeBB,
    "phpbb": PhpBB,
    "smf": SMF,
    "ucoz": UCoz,
    "vbulletin": VBulletin,
    "xenforo": XenForo,
}
"""The engines of forums; ``platform = "forum"`` finds out which of them it is."""

SOURCES: dict[str, SourceFactory] = {
    **FORUMS,
    "forum": partial(AnyForum, engines=FORUMS),
    "appstore": AppStore,
    "facebook": Facebook,
    "feed": Feed,
    "googleplay": GooglePlay,
    "instagram": Instagram,
    "telegram": Telegram,
    "vk": VK,
    "webhook": Webhook,
    "youtube": YouTube,
}
"""Every platform, by the name that ``platform`` has in the configuration."""

PLATFORMS = tuple(sorted(SOURCES))


def make_source(platform: str, *, options: SourceOptions, http: Http) -> Source:
    """The source of one community. Raises `ConfigMistakes` for a platform that is not in `SOURCES`."""
    if platform not in SOURCES:
        raise ConfigMistakes([f"{options.key}: expected a platform of {', '.join(sorted(SOURCES))}; got {platform!r}"])
    return SOURCES[platform](options, http)
