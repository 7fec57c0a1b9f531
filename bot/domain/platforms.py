"""What each platform needs to know of a community, and how cards show it: one line a platform.

The settings, `vidhuk init` and the cards read this table; `bot.sources.SOURCES` says who reads the platform itself.
"""

from __future__ import annotations

from dataclasses import dataclass

PAGE, URL = "page", "url"


@dataclass(frozen=True, slots=True)
class Platform:
    """``address`` is the key that says where the community is (`PAGE` or `URL`), ``expects`` what stands there.

    ``token``: nothing can be read without one. ``account``: writing takes a user name and a password.
    ``number``: the address is a number, by which the company's own posts are known. ``api_url`` is where the platform's
    interface is unless the settings say otherwise. ``prefix`` begins the keys that `vidhuk init` suggests.
    """

    icon: str
    address: str = URL
    expects: str = 'the address of the board or topic, as in url = "https://…"'
    token: bool = False
    account: bool = False
    number: bool = False
    api_url: str = ""
    prefix: str = ""


PLATFORMS = {
    "facebook": Platform(
        "📘",
        PAGE,
        'the number of the page, as in page = "123456789"',
        token=True,
        number=True,
        api_url="https://graph.facebook.com/v26.0",
        prefix="fb",
    ),
    "mybb": Platform("💬", account=True),
}
OTHER = Platform("🌐", account=True)
"""What is taken for granted of a platform that is not in the table: a forum with log-in."""


def platform_of(name: str) -> Platform:
    return PLATFORMS.get(name, OTHER)
