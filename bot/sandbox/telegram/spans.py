"""One stretch of a text that means something."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_PERSON_LINK = re.compile(r"tg:(?://)?user\?id=(\d+)$", re.IGNORECASE)
_SCHEMES = ("http", "https", "ftp", "tg", "ton", "tonsite")
_LAST_PORT = 65535


@dataclass(frozen=True)
class Span:
    """``text[start:end]`` is of this kind (the Bot API's entity type). ``person_id`` 0 means nobody."""

    kind: str
    start: int
    end: int
    url: str = ""
    person_id: int = 0
    language: str = ""


def person_of_link(url: str) -> int:
    """The person behind ``tg://user?id=…``, or 0."""
    found = _PERSON_LINK.match(url)
    return int(found[1]) if found else 0


def checked_link(url: str) -> str:
    """The link as Telegram would keep it, or "" when it is none: needs a known scheme and a dotted host."""
    url = url.strip()
    if "://" not in url and not url.startswith("tg:"):
        url = "http://" + url
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or 0 < parts.port <= _LAST_PORT
    except ValueError:
        return ""
    if parts.scheme.lower() not in _SCHEMES or not port_is_fine or re.search(r"\s", url):
        return ""
    if parts.scheme.lower() in ("tg", "ton", "tonsite"):
        return url
    host = parts.hostname or ""
    if "." not in host.strip("."):
        return ""
    return url if parts.path or parts.query or parts.fragment else url + "/"
