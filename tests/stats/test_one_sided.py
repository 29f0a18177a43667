from __future__ import annotations

import math

import numpy as np
import pytest

from tricyclic.stats.distributions import truncated_normal
from tricyclic.stats.one_sided import one_sided_residual, truncated_normal_sd


def test_half_the_square_is_minus_the_logarithm_of_the_probability_that_a_limit_is_kept():
    inside = np.array([-2.0, 0.0, 1.5])
    chance = [0.5 * math.erfc(-x / math.sqrt(2)) for x in inside]
    assert np.exp(-0.5 * one_sided_residual(inside) ** 2) == pytest.approx(chance)


def test_a_limit_that_is_kept_costs_nothing_and_one_far_missed_costs_its_distance():
    assert one_sided_residual(6.0) == pytest.approx(0.0, abs=1e-4)
    assert one_sided_residual(-50.0) == pytest.approx(50.0, rel=0.01)
    assert (np.diff(one_sided_residual(np.linspace(-8, 6, 200))) < 0).all()


@pytest.mark.parametrize(("low", "high"), [(-1.96, 1.96), (-0.5, 3.0), (0.0, 1.0)])
def test_the_sd_of_a_truncated_normal_is_that_of_its_draws(low, high):
    draws = truncated_normal((np.arange(200_000) + 0.5) / 200_000, low, high)
    assert truncated_normal_sd(low, high) == pytest.approx(draws.std(), rel=1e-3)


def test_a_normal_without_truncation_keeps_its_sd():
    assert truncated_normal_sd(-8.0, 8.0) == pytest.approx(1.0)
