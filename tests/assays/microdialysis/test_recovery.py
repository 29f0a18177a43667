"""No net flux of one animal, and over time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import linregress, t

from tricyclic.assays.microdialysis.recovery import (
    dynamic_no_net_flux,
    no_net_flux,
)
from tricyclic.errors import InputError

LEVELS = np.repeat([0.0, 2.0, 5.0, 10.0], 3)


def outlet(rng, inlet, extraction=0.25, concentration=3.0, cv=0.05):
    exact = inlet - extraction * (inlet - concentration)
    return exact * (1.0 + cv * rng.normal(size=inlet.size))


def test_line_and_limits_agree_with_scipy_and_with_the_definition_of_fieller():
    rng = np.random.default_rng(4)
    y = outlet(rng, LEVELS)
    fit = no_net_flux(LEVELS, y)
    line = linregress(LEVELS, LEVELS - y)
    assert fit.extraction.value == pytest.approx(line.slope)
    assert fit.extraction.se == pytest.approx(line.stderr)
    assert fit.intercept.se == pytest.approx(line.intercept_stderr)
    assert fit.concentration == pytest.approx(-line.intercept / line.slope)
    n, df = LEVELS.size, LEVELS.size - 2
    residual = LEVELS - y - line.intercept - line.slope * LEVELS
    variance = (residual**2).sum() / df
    sxx = ((LEVELS - LEVELS.mean()) ** 2).sum()

    def beyond(c):
        se2 = variance * (1 / n + (c - LEVELS.mean()) ** 2 / sxx)
        return (line.intercept + line.slope * c) ** 2 - t.ppf(0.975, df) ** 2 * se2

    assert fit.low == pytest.approx(brentq(beyond, -50, fit.concentration))
    assert fit.high == pytest.approx(brentq(beyond, fit.concentration, 50))
    assert fit.bounded
    assert not fit.remarks


def test_a_slope_that_does_not_differ_from_zero_is_not_bounded():
    inlet = np.array([0.0, 2.0, 5.0, 10.0])
    fit = no_net_flux(inlet, inlet + np.array([0.5, -1.4, 1.5, -0.6]))
    assert not fit.bounded
    assert any("not bounded" in remark for remark in fit.remarks)
    assert any("4 points" in remark for remark in fit.remarks)


def test_limits_cover_the_concentration():
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(2000):
        fit = no_net_flux(LEVELS, outlet(rng, LEVELS, cv=0.0) + rng.normal(0, 0.3, LEVELS.size))
        covered += fit.low <= 3.0 <= fit.high
    assert covered / 2000 == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / 2000) ** 0.5)


def test_dynamic_no_net_flux_follows_an_extraction_that_falls():
    inlet = np.array([0.0, 0.0, 4.0, 4.0, 10.0, 10.0, 20.0, 20.0])
    middles = [10.0, 30.0, 50.0]
    extraction, level = np.array([0.35, 0.30, 0.25]), np.array([3.0, 6.0, 9.0])
    exact = inlet[:, None] - extraction * (inlet[:, None] - level)
    exact[2, 1] = np.nan
    fit = dynamic_no_net_flux(inlet, exact, middles)
    assert [one.extraction.value for one in fit.bins] == pytest.approx(list(extraction))
    assert [one.concentration for one in fit.bins] == pytest.approx(list(level))
    assert [one.points for one in fit.bins] == [8, 7, 8]


def test_unusable_points_have_sentences():
    with pytest.raises(InputError, match="two inlet concentrations"):
        no_net_flux([5.0, 5.0, 5.0], [4.0, 4.1, 4.2])
    with pytest.raises(InputError, match="not a number of 0 or more"):
        no_net_flux([0.0, 5.0, 10.0], [1.0, np.nan, 8.0])
    with pytest.raises(InputError, match="at 30 min"):
        dynamic_no_net_flux([0, 5, 10], [[1, np.nan], [4, 4], [8, 8]], [10, 30])
