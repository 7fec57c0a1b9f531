"""How fast the usual bends: soon on a busy page, hardly on a quiet one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import LIMITS, Pace, restlessness

OLD = restlessness(84)


def after(quarters: int, posts: int, usual: float) -> Pace:
    pace = Pace(1.0, OLD)
    for _ in range(quarters):
        pace = pace.told(posts, usual, 1.2, OLD)
    return pace


def test_a_busy_page_that_runs_half_again_as_high_bends_within_the_hour() -> None:
    assert after(4, 75, 50.0).times == pytest.approx(1.45, abs=0.06)


def test_a_quiet_page_hardly_bends_by_one_post() -> None:
    assert 1 < after(1, 2, 0.5).times < 1.15


def test_what_was_known_is_forgotten_in_silence() -> None:
    pace = after(4, 75, 50.0)
    for _ in range(400):
        pace = pace.later(OLD)
    assert pace.times == pytest.approx(1, abs=0.01)
    assert pace.doubt == pytest.approx(OLD, rel=0.01)


def test_a_longer_time_ahead_is_known_less_well() -> None:
    pace = after(8, 50, 50.0)
    assert pace.precision(5, OLD) > pace.precision(60, OLD) > pace.precision(240, OLD) > 0


@given(st.lists(st.integers(0, 5000), max_size=40), st.floats(0.005, 500), st.floats(1.05, 5), st.floats(0, 400))
def test_it_stays_within_its_limits(counts: list[int], usual: float, dispersion: float, days: float) -> None:
    restless = restlessness(days)
    pace = Pace(1.0, restless)
    for posts in counts:
        pace = pace.told(posts, usual, dispersion, restless)
        assert LIMITS[0] <= pace.times <= LIMITS[1]
        assert 0 < pace.doubt <= restless + 1e-9
