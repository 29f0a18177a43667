"""The noise model recovers simulated noise and whitens it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from tricyclic.numerics.peaks.noise import fit_noise


def _autocorrelated(rng, count, rho):
    noise = lfilter([1.0], [1.0, -rho], rng.standard_normal(count + 500))[500:]
    return noise * np.sqrt(1.0 - rho**2)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_standard_deviation_and_correlation_of_an_ar1_noise_are_recovered(rho):
    rng = np.random.default_rng(1)
    model = fit_noise([3.0 * _autocorrelated(rng, 5000, rho) for _ in range(3)])
    assert model.rms == pytest.approx(3.0, rel=0.06)
    assert model.lag_one == pytest.approx(rho, abs=0.03)
    assert model.innovation_sd == pytest.approx(3.0 * np.sqrt(1.0 - rho**2), rel=0.05)
    # n (1 - rho) / (1 + rho) independent readings.
    assert model.information == pytest.approx((1.0 - rho) / (1.0 + rho), rel=0.2)


def test_whitened_noise_of_a_detector_has_variance_1_and_no_correlation():
    rng = np.random.default_rng(2)
    noise = 0.7 * rng.standard_normal(9000) + 0.7 * _autocorrelated(rng, 9000, 0.9)
    model = fit_noise([noise[:3000], noise[3000:6000]])
    white = model.whiten(noise[6000:, None])[:, 0]
    assert white.var() == pytest.approx(1.0, abs=0.08)
    lags = [float(np.corrcoef(white[:-k], white[k:])[0, 1]) for k in (1, 2, 5, 10)]
    assert np.abs(lags).max() < 0.06


def test_spikes_and_a_bubble_hardly_change_the_noise():
    rng = np.random.default_rng(3)
    noise = _autocorrelated(rng, 3000, 0.8)
    spoilt = noise.copy()
    spoilt[::97] += 40.0
    clean, robust = fit_noise([noise]), fit_noise([spoilt])
    assert robust.rms == pytest.approx(clean.rms, rel=0.06)


def test_a_signal_without_noise_has_a_noise_above_zero():
    model = fit_noise([np.zeros(100)])
    assert model.rms > 0.0
    assert np.isfinite(model.whiten(np.ones((10, 1)))).all()


def test_residuals_that_alternate_exactly_have_noise_without_a_numerical_warning():
    with np.errstate(all="raise"):
        model = fit_noise([np.tile([1.0, -1.0], 50)])
    assert model.order == 0
    assert np.isfinite(model.innovation_sd)
    assert np.isfinite(model.rms)
