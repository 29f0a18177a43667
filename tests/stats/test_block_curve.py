"""The EC50 that cultures share: exact without error, and covered by its limits."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.stats.block_curve import fit_ec50, hill_shape

CONCENTRATIONS = np.array([0.1, 0.3, 1.0, 3.0, 10.0])


def study(rng, n, ec50, *, hill=1.0, sd=0.0, range_sd=0.3):
    """Cultures with a level and a range of their own, on the curve at one EC50."""
    level = np.exp(rng.normal(0, 0.4, (n, 1)))
    span = np.exp(rng.normal(0, range_sd, (n, 1)))
    share = np.concatenate([[0.0], 1 / (1 + (ec50 / CONCENTRATIONS) ** hill)])
    values = level * (1 + span * share) * np.exp(rng.normal(0, sd, (n, 6)))
    return values / values.mean(axis=1, keepdims=True)


@pytest.mark.parametrize("hill", [1.0, 1.7])
@pytest.mark.parametrize("ec50", [0.25, 1.0, 4.0])
def test_without_error_the_ec50_is_recovered(ec50, hill):
    values = study(np.random.default_rng(1), 4, ec50, hill=hill)
    fitted = fit_ec50(values, CONCENTRATIONS, hill=hill)
    assert 10**fitted.log10_ec50 == pytest.approx(ec50, rel=1e-4)
    shape = hill_shape(np.log10(ec50), np.log10(CONCENTRATIONS), hill)
    expected = fitted.bottom[:, None] + fitted.span[:, None] * shape
    np.testing.assert_allclose(expected, values, rtol=1e-4)


def test_the_estimate_lies_within_its_limits_and_a_common_factor_changes_nothing():
    values = study(np.random.default_rng(2), 6, 1.0, sd=0.1)
    one, two = fit_ec50(values, CONCENTRATIONS), fit_ec50(7 * values, CONCENTRATIONS)
    assert one.low < one.log10_ec50 < one.high
    assert (one.log10_ec50, one.low, one.high) == pytest.approx(
        (two.log10_ec50, two.low, two.high), abs=1e-6
    )


def test_concentrations_far_below_the_ec50_leave_it_without_an_upper_limit():
    rng = np.random.default_rng(3)
    fitted = fit_ec50(study(rng, 3, 200.0, sd=0.05), CONCENTRATIONS)
    assert fitted is None or np.isinf(fitted.high)


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 6])
def test_limits_cover_the_ec50_in_95_percent(n):
    rng = np.random.default_rng(n)
    runs, hits = 1500, 0
    for _ in range(runs):
        fitted = fit_ec50(study(rng, n, 1.0, sd=0.1), CONCENTRATIONS)
        hits += fitted is not None and fitted.low <= 0.0 <= fitted.high
    assert hits / runs == pytest.approx(0.95, abs=0.02)
