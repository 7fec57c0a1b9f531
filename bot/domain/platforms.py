"""What each platform needs to know of a community, and how cards show it: one line a platform.

The settings, `vidhuk init` and the cards read this table; `bot.sources.SOURCES` says who reads the platform itself.
"""

from __future__ import annotations

from dataclasses import dataclass

PAGE, URL = "page", "url"


@dataclass(frozen=True, slots=True)
class Platform:
    """``address`` is the key that says where the community is (`PAGE` or `URL`), ``expects`` what stands there.

    ``token``: nothing can be read without one. ``account``: writing takes a user name and the secret ``writes_with``.
    ``write_token``: reading takes none, writing does. ``address_to_write``:
    the address is needed only where we answer. ``beside_token`` are the keys that must stand beside a token.
    ``number``: the address is a number; ``group``: that of
    a Telegram group, below zero. ``own`` is how the company's own posts are known there, put together from the
    community's keys; empty where they can't be. ``read_only``: nobody can answer there. ``api_url`` is where the
    platform's interface is unless the settings say otherwise. ``prefix`` begins the keys that `vidhuk init` suggests.
    """

    icon: str
    address: str = URL
    expects: str = 'the address of the board or topic, as in url = "https://…"'
    token: bool = False
    account: bool = False
    writes_with: str = "password"
    number: bool = False
    group: bool = False
    own: str = "{username}"
    read_only: bool = False
    write_token: bool = False
    address_to_write: bool = False
    beside_token: tuple[str, ...] = ()
    api_url: str = ""
    prefix: str = ""


PLATFORMS = {
    "facebook": Platform(
        "📘",
        PAGE,
        'the number of the page, as in page = "123456789"',
        token=True,
        number=True,
        own="{page}",
        api_url="https://graph.facebook.com/v26.0",
        prefix="fb",
    ),
    "instagram": Platform(
        "📸",
        PAGE,
        'the number of the professional account, as in page = "178414…"',
        token=True,
        number=True,
        own="{page}",
        api_url="https://graph.facebook.com/v26.0",
        prefix="ig",
    ),
    "vk": Platform(
        "🟦",
        PAGE,
        'the number of the community, as in page = "123456789"',
        token=True,
        number=True,
        own="-{page}",
        api_url="https://api.vk.com/method",
        prefix="vk",
    ),
    "youtube": Platform(
        "▶️",
        PAGE,
        'the id of the channel, as in page = "UC…"',
        token=True,
        own="{page}",
        api_url="https://youtube.googleapis.com/youtube/v3",
        prefix="yt",
    ),
    "mybb": Platform("💬", account=True),
    "phpbb": Platform("💬", account=True),
    "smf": Platform("💬", account=True),
    "vbulletin": Platform("💬", account=True),
    "xenforo": Platform("💬", account=True),
    "forum": Platform("💬", account=True),
    "ucoz": Platform("💬", account=True),
    "ips": Platform("💬", account=True),
    "discourse": Platform(
        "💬",
        expects='the address of the site, a category or a topic, as in url = "https://…"',
        account=True,
        writes_with="token",
    ),
    "nodebb": Platform(
        "🗨️", expects='the address of the category or topic, as in url = "https://…/category/5"', account=True
    ),
    "googleplay": Platform(
        "🤖",
        PAGE,
        'the package name of the app, as in page = "ua.example.app"',
        token=True,
        own="developer",
        api_url="https://androidpublisher.googleapis.com/androidpublisher/v3",
        prefix="play",
    ),
    "appstore": Platform(
        "🍏",
        PAGE,
        'the number of the app, as in page = "123456789"',
        number=True,
        own="developer",
        write_token=True,
        beside_token=("key_id", "issuer"),
        api_url="https://api.appstoreconnect.apple.com",
        prefix="ios",
    ),
    "telegram": Platform(
        "✈️",
        PAGE,
        'the number of the discussion group, as in page = "-1001234567890"',
        number=True,
        group=True,
        own="{page}",
        prefix="tg",
    ),
    "webhook": Platform(
        "📨",
        expects="the address that answers are sent to",
        token=True,
        own="company",
        address_to_write=True,
    ),
    "feed": Platform("📰", expects='the address of the feed, as in url = "https://…"', own="", read_only=True),
}
OTHER = Platform("🌐", account=True)
"""What is taken for granted of a platform that is not in the table: a forum with log-in."""


def platform_of(name: str) -> Platform:
    return PLATFORMS.get(name, OTHER)
