"""A weighted straight line."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import linregress

from tricyclic.stats.statistics import MeanEstimate, ratio_by_fieller, t_quantile
from tricyclic.stats.straight_line import fit_straight_line


def test_a_line_without_weights_is_that_of_scipy():
    rng = np.random.default_rng(1)
    x = rng.uniform(0.0, 10.0, 12)
    y = 2.0 + 0.7 * x + rng.normal(size=12)
    line, other = fit_straight_line(x, y), linregress(x, y)
    assert (line.slope, line.intercept) == pytest.approx((other.slope, other.intercept))
    assert line.slope_se == pytest.approx(other.stderr)
    assert line.intercept_se == pytest.approx(other.intercept_stderr)
    assert line.df == 10.0


def test_a_weight_of_two_counts_a_reading_twice():
    x, y = np.array([1.0, 2.0, 4.0, 7.0]), np.array([1.2, 1.9, 4.3, 6.6])
    weighted = fit_straight_line(x, y, [1.0, 2.0, 1.0, 2.0])
    twice = [0, 1, 1, 2, 3, 3]
    repeated = fit_straight_line(x[twice], y[twice])
    assert weighted.slope == pytest.approx(repeated.slope)
    assert weighted.intercept == pytest.approx(repeated.intercept)
    # The sum of squares is the same, and the degrees of freedom are those of four readings.
    assert weighted.residual_sd**2 * 2.0 == pytest.approx(repeated.residual_sd**2 * 4.0)
    scale = weighted.residual_sd**2 / repeated.residual_sd**2
    assert weighted.covariance == pytest.approx(scale * repeated.covariance)


def test_fieller_limits_of_one_line_have_its_degrees_of_freedom():
    a, b = MeanEstimate(4.0, 0.5, 5.0, 0.0, 0.0), MeanEstimate(2.0, 0.2, 5.0, 0.0, 0.0)
    t = t_quantile(5.0, 0.95)
    for ratio in ratio_by_fieller(a, b, covariance=0.03, df=5.0):
        variance = 0.5**2 + ratio**2 * 0.2**2 - 2.0 * ratio * 0.03
        assert abs(4.0 - ratio * 2.0) == pytest.approx(t * variance**0.5)
