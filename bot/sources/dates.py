"""Dates as forums print them, Ukrainian, Russian and English, absolute and relative → aware UTC.

Nothing here is ever in the future: a date a little ahead of ``now`` (a clock askew) becomes ``now``, one far ahead is
unreadable. Forums print local time without its zone, so the zone is an argument.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

ORDERS = ("MDY", "DMY", "YMD")

_TIME = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([ap])\.?m\b\.?)?", re.I)
_NUMERIC = re.compile(r"(?<![\d:])(\d{1,4})([-./])(\d{1,2})\2(\d{4}|\d{2})(?![\d:])")
_DAY_MONTH = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|-?го)?\s+([^\W\d_]{3,})\.?,?(?:\s+(\d{4}))?", re.I)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?!\d|:),?(?:\s+(\d{4}))?", re.I)
_AGO = re.compile(r"\b(?:ago|тому|назад)\b", re.I)
_NOW = re.compile(r"\b(?:just now|a moment ago|щойно|только что)\b", re.I)
_UNITS: tuple[tuple[re.Pattern[str], timedelta], ...] = (
    (re.compile(r"(\d+)?\s*(?:second|sec|секунд|сек)", re.I), timedelta(seconds=1)),
    (re.compile(r"(\d+)?\s*(?:minute|min|хвилин|хв|минут|мин)", re.I), timedelta(minutes=1)),
    (re.compile(r"(\d+)?\s*(?:hour|hr|годин|год(?=\b.*тому)|час)", re.I), timedelta(hours=1)),
    (re.compile(r"(\d+)?\s*(?:day|день|дн[іяе]|дней|доб)", re.I), timedelta(days=1)),
    (re.compile(r"(\d+)?\s*(?:week|тижд|тижн|недел)", re.I), timedelta(weeks=1)),
)
_DAYS_BACK = (
    (re.compile(r"\b(?:today|сьогодні|сегодня)\b", re.I), 0),
    (re.compile(r"\b(?:yesterday|[ву]чора|вчера)\b", re.I), 1),
)
_WEEKDAYS = (
    ("monday", "понеділ", "понедельн"),
    ("tuesday", "вівтор", "вторник"),
    ("wednesday", "серед", "сред"),
    ("thursday", "четвер", "четверг"),
    ("friday", "п'ятниц", "пятниц"),
    ("saturday", "субот", "суббот"),
    ("sunday", "неділ", "воскресен"),
)
_MONTHS = {
    prefix: number
    for number, names in enumerate(
        (
            ("jan", "січ", "янв"),
            ("feb", "лют", "фев"),
            ("mar", "бер", "мар"),
            ("apr", "кві", "апр"),
            ("may", "тра", "мая", "май"),
            ("jun", "чер", "июн"),
            ("jul", "лип", "июл"),
            ("aug", "сер", "авг"),
            ("sep", "вер", "сен"),
            ("oct", "жов", "окт"),
            ("nov", "лис", "ноя"),
            ("dec", "гру", "дек"),
        ),
        start=1,
    )
    for prefix in names
}
_SKEW = timedelta(hours=26)
"""Further ahead than any time zone mistake: then the reading itself is wrong."""
_CLOCK_TOLERANCE = timedelta(minutes=3)
_LONGEST_DATE = 80


@dataclass(frozen=True, slots=True)
class Dates:
    """How one page prints its dates: the moment it was read, its zone, its order of day and month."""

    now: datetime
    zone: tzinfo
    order: str = ""
    """One of `ORDERS`; empty while nothing shows it: then dots mean day.month, dashes and slashes month-day."""

    def read(self, text: str) -> datetime | None:
        """The moment ``text`` names, in UTC and never after ``now``; None when it cannot be read."""
        text = " ".join(text.split())
        if not text.isascii():
            text = text.replace("’", "'").replace("ʼ", "'")
        if not text or len(text) > _LONGEST_DATE:
            return None
        for way in _WAYS:
            found = way(text, self)
            if found is not None:
                return self._past(found)
        return None

    @property
    def local(self) -> datetime:
        return self.now.astimezone(self.zone)

    def at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, tzinfo=self.zone)

    def _past(self, found: datetime) -> datetime | None:
        try:
            found = found.astimezone(UTC)
        except OverflowError:
            return None
        if found > self.now + _SKEW:
            return None
        return min(found, self.now)


def page_dates(texts: Iterable[str], *, clock: str = "", now: datetime, zone: tzinfo, order: str = "") -> Dates:
    """The `Dates` of one page.

    ``order`` settles the order of day and month; without it, ``clock`` does (the current time as the page prints it),
    else a number above 12 among ``texts``; else it stays open. ``clock`` also shows the page's true offset
    where it differs from ``zone`` by whole half hours (an account's or board's own setting).
    """
    if order not in ORDERS:
        order = _order_by_clock(clock, now) or _order_by_numbers([*texts, clock]) or ""
    return Dates(now, _clock_zone(clock, now, zone, order), order)


def _order_by_clock(clock: str, now: datetime) -> str | None:
    """The only order in which the page's clock shows today (give or take a zone)."""
    near = [
        order
        for order in ORDERS[:2]
        if (day := _numeric_day(clock, order)) and abs(day - now.astimezone(UTC).date()) <= timedelta(days=1)
    ]
    return near[0] if len(near) == 1 else None


def _order_by_numbers(texts: Iterable[str]) -> str | None:
    for match in filter(None, map(_NUMERIC.search, texts)):
        first, second = int(match[1]), int(match[3])
        if 12 < first <= 31:
            return "DMY"
        if 12 < second <= 31:
            return "MDY"
    return None


def _clock_zone(clock: str, now: datetime, zone: tzinfo, order: str) -> tzinfo:
    day, hour = _numeric_day(clock, order), _time_of(clock)
    if day is None or hour is None:
        return zone
    shift = datetime.combine(day, hour, tzinfo=UTC) - now
    rounded = timedelta(minutes=30) * round(shift / timedelta(minutes=30))
    if abs(shift - rounded) > _CLOCK_TOLERANCE or not timedelta(hours=-12) <= rounded <= timedelta(hours=14):
        return zone
    return zone if now.astimezone(zone).utcoffset() == rounded else timezone(rounded)


def _time_of(text: str) -> time | None:
    match = _TIME.search(text)
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def _numeric_day(text: str, order: str) -> date | None:
    match = _NUMERIC.search(text)
    return _day_of(match, order) if match else None


def _day_of(match: re.Match[str], order: str) -> date | None:
    first, second, third = int(match[1]), int(match[3]), int(match[4])
    if len(match[1]) > 2 or (order == "YMD" and len(match[4]) == 2):
        return _day(first, second, third)
    year = third if len(match[4]) > 2 else 2000 + third
    day_first = order == "DMY" or (not order and match[2] == ".") or first > 12
    month, day = (second, first) if day_first else (first, second)
    return _day(year, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return None


def _numeric(text: str, dates: Dates) -> datetime | None:
    match = _NUMERIC.search(text)
    day = _day_of(match, dates.order) if match else None
    if match is None or day is None:
        return None
    return dates.at(day, _time_of(text[match.end() :]) or _time_of(text[: match.start()]) or time())


def _named_month(text: str, dates: Dates) -> datetime | None:
    for pattern, day_at, month_at in ((_DAY_MONTH, 1, 2), (_MONTH_DAY, 2, 1)):
        for match in pattern.finditer(text):
            month = _MONTHS.get(match[month_at][:3].lower())
            if month is None:
                continue
            day = _day(int(match[3] or dates.local.year), month, int(match[day_at]))
            if day is not None and match[3] is None and day > dates.local.date():
                day = _day(day.year - 1, month, day.day)
            if day is not None:
                return dates.at(day, _time_of(text) or time())
    return None


def _ago(text: str, dates: Dates) -> datetime | None:
    if _NOW.search(text):
        return dates.now
    if not _AGO.search(text):
        return None
    for pattern, unit in _UNITS:
        match = pattern.search(text)
        if match:
            count = int(match[1]) if match[1] else 1
            less = re.match(r"\s*(?:less|менш|мен[еш])", text, re.I) is not None
            return None if count > 10_000 else dates.now - (unit * 0 if less else unit * count)
    return None


def _named_day(text: str, dates: Dates) -> datetime | None:
    hour = _time_of(text)
    for pattern, back in _DAYS_BACK:
        if pattern.search(text):
            return dates.at(dates.local.date() - timedelta(days=back), hour or time())
    folded = text.lower()
    for weekday, names in enumerate(_WEEKDAYS):
        if hour is not None and any(name in folded for name in names):
            back = (dates.local.weekday() - weekday) % 7
            found = dates.at(dates.local.date() - timedelta(days=back), hour)
            return found if found <= dates.now else found - timedelta(days=7)
    return None


def _bare_time(text: str, dates: Dates) -> datetime | None:
    # Some language packs print an empty word for "yesterday": ", 09:27 AM". Sure only when today's would be ahead.
    hour = _time_of(text)
    if hour is None or _TIME.sub("", text).strip(" ,"):
        return None
    today = dates.at(dates.local.date(), hour)
    return today - timedelta(days=1) if today > dates.now else None


def _by_dateparser(text: str, dates: Dates) -> datetime | None:
    if not re.search(r"\d", text) or _bare(text):
        return None
    # Imported late: it costs a third of a second and most pages never need it.
    import dateparser  # noqa: PLC0415

    found: datetime | None = dateparser.parse(
        text,
        languages=["uk", "ru", "en"],
        settings={
            "DATE_ORDER": dates.order or "DMY",
            "RELATIVE_BASE": dates.local.replace(tzinfo=None),
            "PREFER_DATES_FROM": "past",
            "REQUIRE_PARTS": ["day", "month"],
        },
    )
    if found is None:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dates.zone)


def _bare(text: str) -> bool:
    return not re.search(r"[^\W\d_]", _TIME.sub("", text)) and _NUMERIC.search(text) is None


_WAYS: tuple[Callable[[str, Dates], datetime | None], ...] = (
    _numeric,
    _ago,
    _named_month,
    _named_day,
    _bare_time,
    _by_dateparser,
)
