"""The audience's figures of a period, by values."""

from __future__ import annotations

from datetime import date, timedelta

from bot.domain.audience import Audience, DayMeasure, audiences
from bot.domain.model import Metric

MONDAY = date(2026, 11, 23)
SUNDAY = MONDAY + timedelta(days=6)


def of(metric: Metric, value: float, day: date = MONDAY, container: str = "", community: str = "fb") -> DayMeasure:
    return DayMeasure(community, container, metric, day, value)


def one(*rows: DayMeasure) -> Audience:
    (found,) = audiences(rows, MONDAY, SUNDAY)
    return found


def test_followers_are_the_last_number_and_their_change_counts_from_before_the_period() -> None:
    rows = [
        of(Metric.FOLLOWERS, 900, MONDAY - timedelta(days=3)),
        of(Metric.FOLLOWERS, 950),
        of(Metric.FOLLOWERS, 940, SUNDAY),
    ]
    assert (one(*rows).followers, one(*rows).followers_change) == (940, 40)


def test_where_nothing_was_known_before_the_change_counts_from_the_first_day_in_the_period() -> None:
    rows = [of(Metric.FOLLOWERS, 950), of(Metric.FOLLOWERS, 940, SUNDAY)]
    assert one(*rows).followers_change == -10


def test_a_single_number_has_no_change() -> None:
    found = one(of(Metric.FOLLOWERS, 950))
    assert (found.followers, found.followers_change) == (950, None)


def test_reach_is_the_sum_of_the_days_of_the_period() -> None:
    rows = [of(Metric.REACH, 70, MONDAY - timedelta(days=1)), of(Metric.REACH, 10), of(Metric.REACH, 5, SUNDAY)]
    assert one(*rows).reach == 15


def test_views_grow_by_the_channels_own_counter_or_else_by_the_sum_over_its_posts() -> None:
    before = MONDAY - timedelta(days=1)
    posts = [of(Metric.VIEWS, 10, before, "a"), of(Metric.VIEWS, 25, SUNDAY, "a"), of(Metric.VIEWS, 3, MONDAY, "b")]
    assert one(*posts, of(Metric.VIEWS, 8, SUNDAY, "b")).views == 15 + 5
    whole = [of(Metric.VIEWS, 1000, before), of(Metric.VIEWS, 1100, SUNDAY)]
    assert one(*posts, *whole).views == 100


def test_views_are_the_sum_of_the_days_where_no_counter_is_given() -> None:
    days = [
        of(Metric.DAY_VIEWS, 40, MONDAY - timedelta(days=1)),
        of(Metric.DAY_VIEWS, 7),
        of(Metric.DAY_VIEWS, 5, SUNDAY),
    ]
    assert one(*days).views == 12


def test_what_no_platform_told_is_none_and_never_zero() -> None:
    found = one(of(Metric.FOLLOWERS, 5))
    assert (found.reach, found.views, found.reactions, found.comments, found.shares, found.rating) == (None,) * 6


def test_a_rating_is_shown_as_it_last_stood() -> None:
    assert one(of(Metric.RATING, 4.1), of(Metric.RATING, 4.3, SUNDAY)).rating == 4.3


def test_communities_stand_apart_and_those_without_any_figure_are_left_out() -> None:
    rows = [
        of(Metric.FOLLOWERS, 5),
        of(Metric.FOLLOWERS, 7, community="vk"),
        of(Metric.VIEWS, 3, community="mute", container="a"),
    ]
    assert [(found.community, found.followers) for found in audiences(rows, MONDAY, SUNDAY)] == [("fb", 5), ("vk", 7)]


def test_days_after_the_period_change_nothing() -> None:
    later = of(Metric.FOLLOWERS, 99, SUNDAY + timedelta(days=1))
    assert one(of(Metric.FOLLOWERS, 5), later).followers == 5
