"""Dates as a MyBB board prints them: "25 minutes ago" with the full date in a title, Today, Yesterday, full."""

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from bot.sandbox.town.forum_words import Words

_HOUR = 3600
_HALF_DAY = 12 * _HOUR
_MINUTE = 60
_PHP: dict[str, Callable[[datetime], str]] = {
    "d": lambda at: f"{at.day:02}",
    "j": lambda at: str(at.day),
    "m": lambda at: f"{at.month:02}",
    "n": lambda at: str(at.month),
    "Y": lambda at: f"{at.year:04}",
    "y": lambda at: f"{at.year % 100:02}",
    "H": lambda at: f"{at.hour:02}",
    "G": lambda at: str(at.hour),
    "h": lambda at: f"{(at.hour % 12) or 12:02}",
    "g": lambda at: str((at.hour % 12) or 12),
    "i": lambda at: f"{at.minute:02}",
    "A": lambda at: "AM" if at.hour < _HALF_DAY // _HOUR else "PM",
    "a": lambda at: "am" if at.hour < _HALF_DAY // _HOUR else "pm",
}


def formatted(form: str, at: datetime) -> str:
    """``m-d-Y`` and such: the letters PHP's date() and MyBB's settings use."""
    return "".join(_PHP[letter](at) if letter in _PHP else letter for letter in form)


def shown(at: float, now: float, zone: tzinfo, words: Words, formats: tuple[str, str]) -> str:
    """HTML for a moment; ``at`` and ``now`` are unix seconds, ``formats`` the board's date and time formats."""
    local = datetime.fromtimestamp(int(at), zone)
    day, clock = formatted(formats[0], local), formatted(formats[1], local)
    passed = int(now) - int(at)
    if abs(passed) < _HOUR:
        return f'<span title="{day}, {clock}">{words.minutes(passed)}</span>'
    if abs(passed) < _HALF_DAY:
        return f'<span title="{day}, {clock}">{words.hours(passed)}</span>'
    today = datetime.fromtimestamp(int(now), zone).date()
    if local.date() == today:
        return f'<span title="{day}">{words["today"]}</span>, {clock}'
    if local.date() == today - timedelta(days=1):
        return f'<span title="{day}">{words["yesterday"]}</span>, {clock}'
    return f"{day}, {clock}"
