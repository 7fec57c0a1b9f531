"""Nine in the morning by the team's own clock, on the nights too when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.hours import next_morning

KYIV = ZoneInfo("Europe/Kyiv")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        (utc(2026, 11, 23, 4, 0), utc(2026, 11, 23, 7, 0)),
        (utc(2026, 11, 23, 6, 59, 59), utc(2026, 11, 23, 7, 0)),
        (utc(2026, 11, 23, 22, 30), utc(2026, 11, 24, 7, 0)),
        (utc(2026, 12, 31, 12, 0), utc(2027, 1, 1, 7, 0)),
        (utc(2026, 7, 1, 12, 0), utc(2026, 7, 2, 6, 0)),
    ],
)
def test_the_next_nine_in_the_morning_is_local(now: datetime, morning: datetime) -> None:
    assert next_morning(now, KYIV) == morning


def test_at_nine_sharp_the_next_morning_is_tomorrow() -> None:
    assert next_morning(utc(2026, 11, 23, 7, 0), KYIV) == utc(2026, 11, 24, 7, 0)


def test_a_night_of_23_hours_ends_an_hour_sooner() -> None:
    evening = utc(2027, 3, 27, 19, 0)
    assert evening.astimezone(KYIV).hour == 21
    assert next_morning(evening, KYIV) - evening == timedelta(hours=11)


def test_a_night_of_25_hours_ends_an_hour_later() -> None:
    evening = utc(2026, 10, 24, 18, 0)
    assert evening.astimezone(KYIV).hour == 21
    assert next_morning(evening, KYIV) - evening == timedelta(hours=13)


@pytest.mark.parametrize("minutes", [0, 30, 60, 90, 119])
def test_the_hour_that_comes_twice_leads_to_the_same_morning(minutes: int) -> None:
    now = utc(2026, 10, 25, 0, 0) + timedelta(minutes=minutes)
    assert now.astimezone(KYIV).hour == 3
    assert next_morning(now, KYIV) == utc(2026, 10, 25, 7, 0)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)), st.sampled_from(["Europe/Kyiv", "America/New_York"]))  # noqa: DTZ001
def test_the_next_morning_is_nine_and_at_most_25_hours_away(naive: datetime, zone: str) -> None:
    now, home = naive.replace(tzinfo=UTC), ZoneInfo(zone)
    morning = next_morning(now, home)
    local = morning.astimezone(home)
    assert (local.hour, local.minute, local.second) == (9, 0, 0)
    assert timedelta() < morning - now <= timedelta(hours=25)
