"""Tails of distributions are those of scipy.stats."""

from __future__ import annotations

import pytest
from scipy.stats import binom, chi2
from scipy.stats import t as student

from tricyclic.stats.distributions import (
    chi_squared_upper_tail,
    more_than_probability,
    t_upper_quantile,
)


@pytest.mark.parametrize(("k", "n", "share"), [(2, 16, 0.01), (0, 5, 0.3), (11, 12, 0.9)])
def test_probability_of_more_than_k_of_n(k, n, share):
    assert more_than_probability(k, n, share) == pytest.approx(binom.sf(k, n, share))


def test_chi_squared_and_t():
    assert chi_squared_upper_tail(3.0, 14.2) == pytest.approx(chi2.sf(14.2, 3.0))
    assert t_upper_quantile(7.5, 1e-5) == pytest.approx(student.isf(1e-5, 7.5))
