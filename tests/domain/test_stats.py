"""Periods of the team's clock, and every figure's arithmetic."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.model import AnswerKind
from bot.domain.periods import (
    Period,
    day_of,
    local_days,
    month_of,
    previous,
    previous_so_far,
    span_of,
    week_of,
)
from bot.domain.stats import QuestionRow, counts_of, figures, median, p90

KYIV = ZoneInfo("Europe/Kyiv")
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
WEEK = week_of(NOW, KYIV)
ASKED = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MINUTE, HOUR = 60, 3_600


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def row(answer_minutes: float | None = None, **changes: Any) -> QuestionRow:
    given: dict[str, Any] = {"asked_at": ASKED, "community": "fb", "platform": "facebook"}
    if answer_minutes is not None:
        given |= {
            "answered_at": ASKED + timedelta(minutes=answer_minutes),
            "kind": AnswerKind.REPLY,
            "agent_id": 1,
            "agent_name": "Оксана",
        }
    return QuestionRow(**(given | changes))


def test_a_day_lasts_from_one_local_midnight_to_the_next() -> None:
    assert day_of(utc(2026, 11, 22, 22, 30), KYIV) == Period(utc(2026, 11, 22, 22), utc(2026, 11, 23, 22), "day")


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 10, 26), 24)])
def test_a_day_has_23_or_25_hours_when_the_clocks_change(day: tuple[int, int, int], hours: int) -> None:
    period = day_of(utc(*day, 12), KYIV)
    assert period.end - period.start == timedelta(hours=hours)


def test_a_week_begins_on_monday_and_a_month_on_its_first() -> None:
    assert week_of(utc(2026, 10, 25, 12), KYIV) == Period(utc(2026, 10, 18, 21), utc(2026, 10, 25, 22), "week")
    assert month_of(utc(2026, 12, 31, 23), KYIV) == Period(utc(2026, 12, 31, 22), utc(2027, 1, 31, 22), "month")
    assert month_of(utc(2026, 3, 5), KYIV) == Period(utc(2026, 2, 28, 22), utc(2026, 3, 31, 21), "month")


@given(st.integers(10**9, 2 * 10**9), st.sampled_from([day_of, week_of, month_of]))
def test_periods_follow_each_other_without_a_gap(moment: int, kind: Any) -> None:
    now = datetime.fromtimestamp(moment, UTC)
    period = kind(now, KYIV)
    assert now in period
    before = previous(period, KYIV)
    assert (before.end, before.name) == (period.start, period.name)
    assert before == kind(before.start, KYIV)


def test_a_span_is_preceded_by_as_many_days() -> None:
    first, last = utc(2026, 11, 10).date(), utc(2026, 11, 12).date()
    before = previous(span_of(first, last, KYIV), KYIV)
    assert [day.day for day in local_days(before, KYIV)] == [7, 9]
    assert previous(before, KYIV).end == before.start


def test_a_week_under_way_is_compared_with_the_same_part_of_the_last_one() -> None:
    cut = previous_so_far(WEEK, NOW, KYIV)
    assert cut == Period(previous(WEEK, KYIV).start, NOW - timedelta(days=7), "week")
    assert previous_so_far(WEEK, WEEK.end, KYIV) == previous(WEEK, KYIV)


def test_the_same_part_is_told_by_the_local_clock_when_the_clocks_change() -> None:
    now = utc(2026, 10, 27, 7)
    assert previous_so_far(week_of(now, KYIV), now, KYIV).end == utc(2026, 10, 20, 6)


def test_the_31st_is_compared_with_a_whole_shorter_month() -> None:
    now = utc(2026, 3, 31, 9)
    month = month_of(now, KYIV)
    assert previous_so_far(month, now, KYIV) == previous(month, KYIV)


@pytest.mark.parametrize(
    ("name", "minutes", "answered", "unanswered", "rate", "difference"),
    [
        ("Kyivstar", 387, 101, 12, 89, 89),
        ("Kyivstar, the other solution", 387, 102, 13, 89, 89),
        ("Nokia Україна", 1_839, 24, 7, 77, 17),
        ("Comfy", 99, 15, 1, 94, 14),
        ("ПУМБ", 173, 16, 2, 89, 14),
        ("modnaKasta", 537, 9, 1, 90, 8),
    ],
)
def test_the_published_socially_devoted_table_comes_out(
    name: str, minutes: float, answered: int, unanswered: int, rate: int, difference: int
) -> None:
    rows = [row(minutes) for _ in range(answered)] + [row() for _ in range(unanswered)]
    got = figures(rows, WEEK, ASKED + timedelta(days=9))
    assert (got.questions, got.answered, got.unanswered) == (answered + unanswered, answered, unanswered)
    assert got.response_rate is not None
    assert round(got.response_rate * 100) == rate
    assert got.difference == difference
    assert got.frt_median_s == minutes * MINUTE


def test_the_published_world_rate_comes_out() -> None:
    counts = counts_of(1_574_775, 477_478)
    assert counts.response_rate is not None
    assert round(counts.response_rate * 100, 1) == 30.3
    assert counts.difference == 2 * 477_478 - 1_574_775


def test_without_questions_there_is_no_rate_and_no_time() -> None:
    got = figures([], WEEK, NOW)
    assert (got.questions, got.response_rate, got.difference) == (0, None, 0)
    assert (got.frt_median_s, got.frt_p90_s, got.claim_median_s) == (None, None, None)


@pytest.mark.parametrize(
    ("values", "middle", "ninety"),
    [([5], 5, 5), ([1, 3], 2, 3), ([1, 2, 9], 2, 9), (list(range(1, 11)), 5.5, 9), (list(range(1, 12)), 6, 10)],
)
def test_median_and_p90_of_known_values(values: list[float], middle: float, ninety: float) -> None:
    assert (median(values), p90(values)) == (middle, ninety)


@given(st.lists(st.floats(0, 10**9), min_size=1))
def test_nine_of_ten_took_no_longer_than_p90(values: list[float]) -> None:
    ordered = sorted(values)
    limit = p90(ordered)
    assert limit is not None
    assert limit in ordered
    assert sum(value <= limit for value in ordered) >= 0.9 * len(ordered)


def test_a_question_belongs_to_the_period_it_was_asked_in() -> None:
    edges = [
        row(asked_at=WEEK.start),
        row(asked_at=WEEK.end),
        row(asked_at=WEEK.start - timedelta(microseconds=1)),
        row(asked_at=WEEK.end - timedelta(microseconds=1)),
    ]
    assert figures(edges, WEEK, WEEK.end).questions == 2


def test_an_answer_after_the_period_still_counts_but_not_one_after_now() -> None:
    late = row(answered_at=WEEK.end + timedelta(days=1), kind=AnswerKind.REPLY, agent_id=1)
    assert figures([late], WEEK, WEEK.end).answered == 0
    assert figures([late], WEEK, WEEK.end + timedelta(days=2)).answered == 1


def test_dismissed_questions_are_no_questions() -> None:
    dismissed = row(5, dismissed=True, claimed_at=ASKED, claimed_by=1, opened_negative=True, turned=True)
    assert figures([dismissed], WEEK, NOW) == figures([], WEEK, NOW)


def test_an_answer_on_the_page_counts_for_the_team_and_credits_nobody() -> None:
    on_page = row(30, kind=AnswerKind.PAGE, agent_id=1)
    nameless = row(30, agent_id=None)
    got = figures([on_page, nameless], WEEK, NOW)
    assert (got.answered, got.frt_median_s, got.agents) == (2, 30 * MINUTE, ())


def test_answers_given_by_hand_credit_their_agent_too() -> None:
    (agent,) = figures([row(10), row(30, kind=AnswerKind.HANDED)], WEEK, NOW).agents
    assert (agent.answered, agent.frt_median_s, agent.frt_p90_s) == (2, 20 * MINUTE, 30 * MINUTE)


def test_the_claim_is_the_claimers_and_the_answer_the_answerers() -> None:
    shared = row(30, claimed_at=ASKED + timedelta(minutes=3), claimed_by=2, claimer_name="Петро")
    got = figures([shared], WEEK, NOW)
    oksana, petro = got.agents
    assert (oksana.name, oksana.answered, oksana.claim_median_s) == ("Оксана", 1, None)
    assert (petro.name, petro.answered, petro.claim_median_s) == ("Петро", 0, 3 * MINUTE)
    assert got.claim_median_s == 3 * MINUTE


def test_negative_and_turned_are_counted_for_team_and_agent() -> None:
    rows = [
        row(5, opened_negative=True, turned=True),
        row(5, opened_negative=True),
        row(5, turned=True),
        row(opened_negative=True),
    ]
    got = figures(rows, WEEK, NOW)
    assert (got.opened_negative, got.turned) == (3, 1)
    assert (got.agents[0].opened_negative, got.agents[0].turned) == (2, 1)


def test_a_clock_that_ran_backwards_counts_as_no_time() -> None:
    assert figures([row(-5)], WEEK, NOW).frt_median_s == 0.0


def test_communities_are_ranked_by_the_difference() -> None:
    rows = [row(5), row(), row(7, community="forum", platform="mybb")]
    best, other = figures(rows, WEEK, NOW).communities
    assert (best.community, best.platform, best.counts.difference, best.frt_median_s) == ("forum", "mybb", 1, 420.0)
    assert (other.counts.questions, other.counts.response_rate, other.counts.difference) == (2, 0.5, 0)


answers = st.none() | st.floats(0, 9_000)


@given(st.lists(answers, max_size=40))
def test_the_figures_do_not_depend_on_the_order_of_the_rows(minutes: list[float | None]) -> None:
    rows = [row(m, community=f"c{n % 3}", agent_id=n % 4 if m else None) for n, m in enumerate(minutes)]
    forth, back = figures(rows, WEEK, NOW), figures(reversed(rows), WEEK, NOW)
    assert forth == back
    assert forth.answered + forth.unanswered == forth.questions == len(rows)
    assert sum(one.counts.difference for one in forth.communities) == forth.difference


def test_a_hundred_thousand_rows_take_seconds_at_most() -> None:
    rows = [
        row(n % 997, agent_id=n % 50, community=f"c{n % 9}", claimed_at=ASKED, claimed_by=n % 50) for n in range(1000)
    ]
    started = time.process_time()
    got = figures((one for _ in range(100) for one in rows), WEEK, ASKED + timedelta(days=2))
    assert got.answered == 100_000
    assert time.process_time() - started < 5
