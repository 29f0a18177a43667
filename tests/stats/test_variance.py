"""The pipetting error from residuals: recovered, and the same however the slopes are written."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.stats.variance import power_of_mean, proportional_cv

RNG = np.random.default_rng(20261130)
EXPECTED = np.repeat(np.geomspace(200.0, 20_000.0, 20), 4)
N = EXPECTED.size
SLOPE, OFFSET = np.full(N, 0.2), np.full(N, 5.0)
GRADIENT = np.vander(np.log(EXPECTED), 3) * EXPECTED[:, None]


def residuals(cv: float) -> np.ndarray:
    sd = np.sqrt(SLOPE * EXPECTED + OFFSET + (cv * EXPECTED) ** 2)
    return np.asarray(sd * RNG.standard_normal(N))


def test_the_cv_of_many_readings_is_that_of_their_simulation() -> None:
    estimates = [
        proportional_cv(residuals(0.05), EXPECTED, SLOPE, OFFSET, GRADIENT) for _ in range(40)
    ]
    # The standard error of the mean is 0.05 / sqrt(2 * 77 * 40).
    assert np.mean(estimates) == pytest.approx(0.05, abs=4 * 0.05 / np.sqrt(2 * 77 * 40))


@pytest.mark.parametrize("noise", [0.0, 1e-10, 1e-9])
def test_a_parameter_that_the_readings_do_not_determine_changes_no_estimate(noise: float) -> None:
    sum_of_others = GRADIENT @ np.array([1.0, -2.0, 0.5])
    # Slopes from differences have errors of about a billionth.
    disturbed = sum_of_others * (1.0 + noise * RNG.standard_normal(N))
    more = np.column_stack([GRADIENT, disturbed])
    for _ in range(5):
        r = residuals(0.04)
        alone = proportional_cv(r, EXPECTED, SLOPE, OFFSET, GRADIENT)
        assert proportional_cv(r, EXPECTED, SLOPE, OFFSET, more) == pytest.approx(alone, rel=3e-3)


@pytest.mark.parametrize("noise", [0.0, 1e-10])
def test_nor_the_power_of_the_mean(noise: float) -> None:
    r = EXPECTED**0.8 * RNG.standard_normal(N)
    groups = np.zeros(N, int)
    alone = power_of_mean(r, EXPECTED, GRADIENT, groups)
    assert alone == pytest.approx(0.8, abs=0.3)
    copied = np.column_stack([GRADIENT, GRADIENT[:, 0] * (1.0 + noise * RNG.standard_normal(N))])
    assert power_of_mean(r, EXPECTED, copied, groups) == pytest.approx(alone, abs=0.02)
