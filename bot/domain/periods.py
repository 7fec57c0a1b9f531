"""Days, weeks and months of the team's own clock, as spans of UTC.

A day lasts from one local midnight to the next, so it has 23 or 25 hours when the clocks change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` up to but not including ``end``, both UTC; ``name`` is day, week, month or span."""

    start: datetime
    end: datetime
    name: str

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The UTC moment at which ``day`` begins in ``zone``."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def span_of(first: date, last: date, zone: ZoneInfo, name: str = "span") -> Period:
    """The period of whole local days from ``first`` to ``last``, both included."""
    return Period(midnight(first, zone), midnight(last + timedelta(days=1), zone), name)


def day_of(now: datetime, zone: ZoneInfo) -> Period:
    """The local day that ``now`` falls in."""
    today = now.astimezone(zone).date()
    return span_of(today, today, zone, "day")


def week_of(now: datetime, zone: ZoneInfo) -> Period:
    """The local week, Monday to Sunday, that ``now`` falls in."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return span_of(monday, monday + timedelta(days=6), zone, "week")


def month_of(now: datetime, zone: ZoneInfo) -> Period:
    """The local calendar month that ``now`` falls in."""
    first = now.astimezone(zone).date().replace(day=1)
    next_month = (first + timedelta(days=31)).replace(day=1)
    return span_of(first, next_month - timedelta(days=1), zone, "month")


def local_days(period: Period, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last local day of ``period``, both included."""
    last = period.end - timedelta(microseconds=1)
    return period.start.astimezone(zone).date(), last.astimezone(zone).date()


def previous(period: Period, zone: ZoneInfo) -> Period:
    """The whole period of the same kind that ends where ``period`` starts (for a span: as many days)."""
    before = period.start - timedelta(microseconds=1)
    kinds = {"day": day_of, "week": week_of, "month": month_of}
    if period.name in kinds:
        return kinds[period.name](before, zone)
    first, last = local_days(period, zone)
    return span_of(first - (last - first) - timedelta(days=1), first - timedelta(days=1), zone, period.name)


def previous_so_far(period: Period, now: datetime, zone: ZoneInfo) -> Period:
    """The previous period, cut at the local day and hour that ``now`` has in this one.

    Wednesday noon is compared with last week up to its Wednesday noon; a period that is over, with the whole one
    before it.
    """
    whole = previous(period, zone)
    if now not in period:
        return whole
    local_now, local_start = now.astimezone(zone), period.start.astimezone(zone)
    day = whole.start.astimezone(zone).date() + (local_now.date() - local_start.date())
    cut = datetime.combine(day, local_now.time(), tzinfo=zone).astimezone(UTC)
    return Period(whole.start, max(whole.start, min(cut, whole.end)), whole.name)
