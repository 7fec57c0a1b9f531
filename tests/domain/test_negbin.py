"""The law of counts, against values worked out by hand and against the sum over all counts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.negbin import tail


@pytest.mark.parametrize(
    ("seen", "mean", "dispersion", "chance"),
    [
        (0, 4.0, 1.5, 1.0),
        (1, 1.0, 2.0, 0.5),  # size 1, p ½: the geometric law
        (3, 1.0, 2.0, 0.125),
        (20, 1.0, 2.0, 2.0**-20),
        (1, 3.0, 4.0, 1 - 0.25),
        (3, 0.0, 1.5, 0.0),
    ],
)
def test_the_tail_is_that_of_the_law(seen: int, mean: float, dispersion: float, chance: float) -> None:
    assert tail(seen, mean, dispersion) == pytest.approx(chance, rel=1e-9)


def test_near_poissons_law_it_is_poissons() -> None:
    poisson = 1 - sum(math.exp(-4) * 4**k / math.factorial(k) for k in range(12))
    assert tail(12, 4.0, 1.05) == pytest.approx(poisson, rel=0.5)


@given(st.integers(0, 300), st.floats(0.01, 150), st.floats(1.05, 6))
def test_more_posts_are_never_more_likely(seen: int, mean: float, dispersion: float) -> None:
    here, above = tail(seen, mean, dispersion), tail(seen + 1, mean, dispersion)
    assert 0 <= above <= here + 1e-12 <= 1 + 1e-12


@given(st.floats(0.5, 60), st.floats(1.05, 4))
def test_the_tails_add_up_to_the_mean(mean: float, dispersion: float) -> None:
    assert sum(tail(seen, mean, dispersion) for seen in range(1, 900)) == pytest.approx(mean, rel=1e-6)
