"""Hours of the team's own clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MORNING = time(9)


def next_morning(now: datetime, zone: ZoneInfo) -> datetime:
    """The next nine o'clock in the morning, local time, strictly after ``now``; in UTC."""
    local = now.astimezone(zone)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=zone).astimezone(UTC)
