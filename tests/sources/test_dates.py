"""Forum dates, as printed in Ukrainian, Russian and English → moments in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.dates import ORDERS, Dates, page_dates

KYIV = ZoneInfo("Europe/Kyiv")
NOW = datetime(2026, 11, 23, 1, 20, tzinfo=KYIV).astimezone(UTC)
"""A Monday, twenty past one at night in Kyiv."""


def kyiv(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=KYIV)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11-22-2026, 01:55 PM", kyiv(2026, 11, 22, 13, 55)),
        ("11-22-2026, 12:05 AM", kyiv(2026, 11, 22, 0, 5)),
        ("11-22-2026, 12:05 PM", kyiv(2026, 11, 22, 12, 5)),
        ("22-11-2026, 13:55", kyiv(2026, 11, 22, 13, 55)),
        ("05.06.2026 14:05", kyiv(2026, 6, 5, 14, 5)),
        ("22.11.26 14:05", kyiv(2026, 11, 22, 14, 5)),
        ("2026-11-22 14:05:11", datetime(2026, 11, 22, 14, 5, 11, tzinfo=KYIV)),
        ("Дата: Вт, 12.02.2013, 14:05", kyiv(2013, 2, 12, 14, 5)),
        ("4 січ 2013 у 12:30", kyiv(2013, 1, 4, 12, 30)),
        ("12 лист. о 14:05", kyiv(2026, 11, 12, 14, 5)),
        ("24 грудня", kyiv(2025, 12, 24)),
        ("Нояб. 22, 2026, 05:00 AM", kyiv(2026, 11, 22, 5)),
        ("3 мая 2026, 10:00", kyiv(2026, 5, 3, 10)),
        ("November 20th, 2026, 09:57 PM", kyiv(2026, 11, 20, 21, 57)),
        ("Friday, 20th November, 2026, 09:57", kyiv(2026, 11, 20, 9, 57)),
        ("Вчора у 14:05", kyiv(2026, 11, 22, 14, 5)),
        ("Yesterday, 12:13 AM", kyiv(2026, 11, 22, 0, 13)),
        ("Сегодня в 00:52", kyiv(2026, 11, 23, 0, 52)),
        ("Понедельник в 14:05", kyiv(2026, 11, 16, 14, 5)),
        ("П’ятниця о 09:00", kyiv(2026, 11, 20, 9)),
        (", 09:27 AM", kyiv(2026, 11, 22, 9, 27)),
        ("11 часов назад", NOW - timedelta(hours=11)),
        ("5 годин тому", NOW - timedelta(hours=5)),
        ("годину тому", NOW - timedelta(hours=1)),
        ("1 минуты назад", NOW - timedelta(minutes=1)),
        ("34 хвилини тому", NOW - timedelta(minutes=34)),
        ("Less than 1 minute ago", NOW),
        ("Менше хвилини тому", NOW),
        ("щойно", NOW),
        ("2 дні тому", NOW - timedelta(days=2)),
        ("3 тижні тому", NOW - timedelta(weeks=3)),
    ],
)
def test_each_shape_is_read_in_the_forums_zone(text: str, expected: datetime) -> None:
    found = Dates(NOW, KYIV).read(text)
    assert found == expected
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["", "ніколи", "31-31-2026, 10:00", "11-22-2027, 10:00", "99-99-99", ", 00:27", "12:60", "9" * 500, "тому"]
)
def test_what_cannot_be_read_is_none(text: str) -> None:
    assert Dates(NOW, KYIV).read(text) is None


@pytest.mark.parametrize("text", ["11-23-2026, 01:25 AM", "In 3 minutes", "Сьогодні, 23:59"])
def test_a_date_a_little_ahead_is_now(text: str) -> None:
    assert Dates(NOW, KYIV).read(text) == NOW


@given(st.text(max_size=90))
def test_no_text_raises_or_lies_in_the_future(text: str) -> None:
    found = Dates(NOW, KYIV).read(text)
    assert found is None or found <= NOW


@given(
    st.datetimes(min_value=datetime(2010, 1, 1), max_value=datetime(2026, 11, 22)),  # noqa: DTZ001 - local time
    st.sampled_from(["%m-%d-%Y, %I:%M %p", "%d-%m-%Y, %H:%M", "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"]),
)
def test_what_a_forum_prints_is_read_back(at: datetime, shape: str) -> None:
    order = {"%m": "MDY", "%d": "DMY", "%Y": "YMD"}[shape[:2]]
    found = Dates(NOW, KYIV, order).read(at.strftime(shape))
    assert found == at.replace(second=0, microsecond=0, tzinfo=KYIV, fold=0).astimezone(UTC)


# --- one page at a time ---------------------------------------------------------------------------------------


def test_the_pages_clock_settles_the_order() -> None:
    assert page_dates([], clock="11-23-2026, 01:20 AM", now=NOW, zone=KYIV).order == "MDY"
    assert page_dates([], clock="23-11-2026, 01:20", now=NOW, zone=KYIV).order == "DMY"


def test_a_number_above_twelve_settles_the_order() -> None:
    assert page_dates(["05-06-2026", "25-06-2026"], now=NOW, zone=KYIV).read("05-06-2026") == kyiv(2026, 6, 5)
    assert page_dates(["05-06-2026", "06-25-2026"], now=NOW, zone=KYIV).read("05-06-2026") == kyiv(2026, 5, 6)


def test_the_settings_order_wins() -> None:
    dates = page_dates(["06-25-2026"], clock="11-23-2026, 01:20 AM", now=NOW, zone=KYIV, order="DMY")
    assert dates.read("05-06-2026") == kyiv(2026, 6, 5)


def test_an_open_order_is_mybbs_own_for_dashes_and_ours_for_dots() -> None:
    dates = page_dates(["05-06-2026"], now=NOW, zone=KYIV)
    assert dates.order not in ORDERS
    assert dates.read("05-06-2026") == kyiv(2026, 5, 6)
    assert dates.read("05.06.2026") == kyiv(2026, 6, 5)


def test_the_pages_clock_shows_its_own_zone() -> None:
    dates = page_dates([], clock="11-22-2026, 11:20 PM", now=NOW, zone=KYIV)
    assert dates.zone == timezone(timedelta(0))
    assert dates.read("11-22-2026, 11:00 PM") == NOW - timedelta(minutes=20)


@pytest.mark.parametrize("clock", ["11-23-2026, 01:20 AM", "11-23-2026, 01:12 AM", "", "колись"])
def test_a_clock_that_agrees_or_cannot_be_trusted_changes_nothing(clock: str) -> None:
    assert page_dates([], clock=clock, now=NOW, zone=KYIV).zone is KYIV
