"""What a source is told about its community: plain values, so that sources know nothing of the configuration file."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """One community as its source sees it.

    ``url`` is a forum's board or topic, ``page`` a Facebook page's id, ``api_url`` the Graph API with its version.
    ``timezone`` is the forum's (an IANA name). ``official`` holds author ids (on forums: names) that speak for the
    company. ``charset`` is what a forum's pages are written in where they do not say. ``date_order`` is "MDY", "DMY",
    "YMD" or empty: found out from the page. ``key_id`` and ``issuer`` belong to an App Store Connect key,
    ``country`` is the store of the public RSS. Secrets never show in ``repr``.
    """

    key: str
    url: str = ""
    page: str = ""
    api_url: str = "https://graph.facebook.com/v26.0"
    token: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    timezone: str = "UTC"
    official: frozenset[str] = frozenset()
    write: bool = True
    charset: str = "utf-8"
    date_order: str = ""
    key_id: str = ""
    issuer: str = ""
    country: str = "ua"
