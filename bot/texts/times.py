"""Cuts seconds into the units that people say; the words come from the catalogue."""

from __future__ import annotations

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_WHOLE_DAYS_FROM = 3 * DAY


def units(seconds: int) -> tuple[tuple[str, int], ...]:
    """At most two units of a duration, the greater first: ("hour", 1), ("minute", 5).

    Under a minute there are seconds alone; from three days on, days alone.
    """
    if seconds < MINUTE:
        return (("second", seconds),)
    if seconds < HOUR:
        return (("minute", seconds // MINUTE),)
    if seconds < DAY:
        return _two("hour", seconds // HOUR, "minute", seconds % HOUR // MINUTE)
    if seconds < _WHOLE_DAYS_FROM:
        return _two("day", seconds // DAY, "hour", seconds % DAY // HOUR)
    return (("day", seconds // DAY),)


def _two(great: str, how_many: int, small: str, rest: int) -> tuple[tuple[str, int], ...]:
    return ((great, how_many), (small, rest)) if rest else ((great, how_many),)


def nearest_minute(seconds: float) -> int:
    """Whole seconds under a minute, whole minutes from there on, halves upwards; never negative."""
    whole = int(max(0.0, seconds) + 0.5)
    return whole if whole < MINUTE else int(whole / MINUTE + 0.5) * MINUTE
