"""What a single value of ``config.toml`` may be: plain checks, shared by `load` and the questions of ``vidhuk init``.

Each takes what the file holds and returns what the program uses, or raises the ValueError that `wrong` makes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import time, timedelta
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

_DURATION = re.compile(
    r"(?=\d)(?:(?P<days>\d+)d)?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m(?!s))?"
    r"(?:(?P<seconds>\d+)s)?(?:(?P<milliseconds>\d+)ms)?",
    re.ASCII,
)


def wrong(expected: str, hint: str = "") -> ValueError:
    """A mistake in a value: what was expected (begins with "expected"), and what was meant or what to do."""
    return ValueError(expected, hint)


def meant(value: object, options: Collection[str]) -> str:
    """``did you mean 'mybb'?``, or nothing when no option is near."""
    by_folded = {option.casefold(): option for option in options}
    folded = str(value).casefold()
    near = get_close_matches(folded, by_folded, 1, 0.5 if len(folded) < 4 else 0.6)
    return f"did you mean '{by_folded[near[0]]}'?" if near else ""


def margin(value: float | None) -> float | None:
    if value is not None and not 0 <= value <= 0.5:
        raise wrong("expected a number from 0.0 to 0.5")
    return value


def duration(value: Any) -> timedelta:
    """Read "90s", "15m", "24h", "1h30m", "7d" or "500ms"."""
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 40 else None
    if match is None:
        raise wrong('expected a duration in quotes, like "90s", "15m", "1h30m" or "7d"')
    try:
        return timedelta(**{unit: int(number) for unit, number in match.groupdict("0").items()})
    except OverflowError:
        raise wrong("expected a duration that a calendar can hold") from None


def zone(value: Any) -> ZoneInfo:
    """Read the name of a time zone; the mistake names the nearest one."""
    if isinstance(value, ZoneInfo):
        return value
    expected = 'expected the name of a time zone, like "Europe/Kyiv"'
    if not isinstance(value, str):
        raise wrong(expected)
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise wrong(expected, _zone_meant(value)) from None


def _zone_meant(value: str) -> str:
    """A person knows the city and forgets the continent."""
    names = sorted(available_timezones())
    if "/" in value:
        return meant(value, names)
    by_city = {name.rpartition("/")[2].casefold(): name for name in names}
    near = get_close_matches(value.strip().casefold().replace(" ", "_"), by_city, 1, 0.6)
    return f"did you mean '{by_city[near[0]]}'?" if near else ""


def web_address(value: str) -> str:
    """Check an http(s) address; the slash at its end is dropped."""
    expected = "expected an address that begins with https:// or http://"
    try:
        parts = urlsplit(value)
        host, named, _ = parts.hostname, parts.username or parts.password, parts.port
    except ValueError:
        raise wrong(expected) from None
    if named:
        raise wrong("expected an address without a name and password in it")
    if re.search(r"[\s\x00-\x1f\x7f]", value) or (parts.scheme in ("http", "https") and not host):
        raise wrong(expected)
    if parts.scheme not in ("http", "https"):
        raise wrong(expected, "" if "://" in value or not value else f"did you mean 'https://{value}'?")
    return value.rstrip("/")


def community_key(value: str) -> str:
    """Check a community's key: it names the environment variables of its secrets."""
    if value == "telegram":
        raise wrong("expected another key: VIDHUK_TELEGRAM_TOKEN is the bot's own token")
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", value, re.ASCII):
        raise wrong("expected up to 40 small Latin letters, digits and hyphens, like fb-kyivstar")
    return value


def name_line(value: str) -> str:
    """Check a name that people read: one line of 1 to 100 characters."""
    name = value.strip()
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise wrong("expected one line of 1 to 100 characters")
    return name


def person(value: str) -> str:
    """Check how the rota names an agent: ``@username``, or a Telegram id in digits."""
    if not re.fullmatch(r"@[A-Za-z]\w{3,31}|[1-9]\d{0,15}", value, re.ASCII):
        bare = re.fullmatch(r"[A-Za-z]\w{3,31}", value, re.ASCII)
        raise wrong("expected @username or a Telegram id, in quotes", f"did you mean '@{value}'?" if bare else "")
    return value


def people(value: tuple[str, ...]) -> tuple[str, ...]:
    """Check those who take turns: at least one."""
    if not value:
        raise wrong('expected at least one of the team, like ["@oksana", "@taras"]')
    return tuple(person(one) for one in value)


def hour(value: Any) -> time:
    """Read "09:00" of the local clock."""
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value, re.ASCII) if isinstance(value, str) else None
    if isinstance(value, time):
        return value
    if match is None:
        raise wrong('expected an hour of the local clock, like "09:00"')
    return time(int(match[1]), int(match[2]))


def turn_length(value: Any) -> timedelta:
    """Read how long a turn lasts: whole hours, or the change of the clocks could leave a turn without time."""
    length = value if isinstance(value, timedelta) else duration(value)
    if length % timedelta(hours=1) or not timedelta(hours=1) <= length <= timedelta(days=366):
        raise wrong('expected whole hours, from "1h" to "366d", like "12h", "1d" or "7d"')
    return length


def page_id(value: str) -> str:
    """Check the id of a page or channel."""
    if not re.fullmatch(r"[\w.-]{1,100}", value, re.ASCII):
        raise wrong("expected the page's number, not its address")
    return value


def listen(value: str) -> str:
    """Check the address that the web server listens on; "" for none."""
    host, colon, port = value.rpartition(":")
    if value and not (colon and host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise wrong('expected a host and a port, as in listen = "127.0.0.1:8480"')
    return value


def country(value: str) -> str:
    """Check the code of a country's store."""
    if not re.fullmatch(r"[a-z]{2}", value):
        raise wrong('expected two small letters, as in country = "ua"')
    return value


def group_id(value: int | None) -> int | None:
    """Check the chat id of a Telegram group."""
    if value is not None and not -(10**15) < value < 0:
        raise wrong("expected the id of a group, a number below zero", "or leave it out: /setup in the group binds it")
    return value


def signature(value: str) -> str:
    """Check the line under each answer: ``{agent}`` is the only thing that may stand in braces."""
    if len(value) > 200 or re.search(r"[{}]", value.replace("{agent}", "")):
        raise wrong("expected up to 200 characters, with nothing but {agent} in braces")
    return value


def charset(value: str) -> str:
    """Check the name of a text encoding."""
    try:
        "".encode(value)
    except (LookupError, ValueError):
        raise wrong("expected the name of a charset, like utf-8 or windows-1251") from None
    return value
