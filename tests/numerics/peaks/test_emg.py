"""The exponentially modified Gaussian against SciPy, 60-digit arithmetic and its laws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import exponnorm

from tricyclic.numerics.peaks.emg import emg, emg_with_derivatives

# time, tau, density and its derivatives by center, sigma and tau, for center 0.2 and sigma 1.3;
# computed with mpmath in 60 digits from the textbook form with exp and erfc.
EXACT = [
    (-8.0, 0.01, 6.710160498988e-10, -3.259603884997e-9, 2.006835093044e-8, -3.112040250329e-9),
    (-3.0, 0.7, 0.006080723905451, -0.01250351123071, 0.02893983260916, -0.005273243370112),
    (0.5, 1e-5, 0.2988157125741, 0.05304244118923, -0.2176180850961, 0.05304076719471),
    (2.0, 0.7, 0.1949323328119, 0.1103766937647, -0.02776588181938, 0.05691623189958),
    (50.0, 3, 2.261339516622e-8, 7.537798388741e-9, 3.266379301788e-9, 1.161742238336e-7),
    (400.0, 30, 5.439872290126e-8, 1.813290763375e-9, 7.857593307959e-11, 2.234842585277e-8),
    (1.0, 1000, 0.000729836807155, -0.000253211521837, -0.0001566007802979, -7.288250102373e-7),
    (0.5, 0.0009, 0.298862786194, 0.0528933826208, -0.2177247997891, 0.05274257556032),
]


@pytest.mark.parametrize(
    ("time", "tau", "density", "by_center", "by_sigma", "by_tau"), EXACT, ids=lambda v: f"{v:g}"
)
def test_density_and_derivatives_equal_those_of_60_digit_arithmetic(
    time, tau, density, by_center, by_sigma, by_tau
):
    got = [float(value) for value in emg_with_derivatives(time, 0.2, 1.3, tau)]
    assert got == pytest.approx([density, by_center, by_sigma, by_tau], rel=2e-9, abs=1e-300)


@pytest.mark.parametrize("ratio", [0.02, 0.3, 1.0, 5.0])
def test_density_equals_that_of_scipy_where_scipy_has_one(ratio):
    time = np.linspace(-6.0, 20.0, 501)
    expected = exponnorm.pdf(time, ratio, 0.4, 1.5)
    np.testing.assert_allclose(emg(time, 0.4, 1.5, 1.5 * ratio), expected, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("tau", [0.0, 1e-12, 1e-4, 0.05, 1.0, 200.0, -0.7])
def test_the_area_is_one_and_the_mean_is_center_plus_tau(tau):
    time = np.linspace(-40.0, 40.0 + 40.0 * max(tau, 0.0), 400001)
    density = emg(time, 0.3, 1.0, tau)
    assert np.trapezoid(density, time) == pytest.approx(1.0, abs=1e-8)
    assert np.trapezoid(density * time, time) == pytest.approx(0.3 + tau, abs=1e-6)


@pytest.mark.parametrize("tau", [0.0, 1e-300, 1e-8, 1e-3, 1.0, 1e6, -1e-3])
def test_no_time_and_no_tail_overflows_or_gives_nan(tau):
    time = np.array([-1e6, -500.0, -38.0, 0.0, 38.0, 500.0, 1e6])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        parts = emg_with_derivatives(time, 0.0, 1.0, tau)
    assert all(np.isfinite(part).all() for part in parts)
    assert (parts[0] >= 0.0).all()


def test_a_fronting_peak_is_the_mirror_of_a_tailing_one():
    time = np.linspace(-9.0, 9.0, 37)
    np.testing.assert_array_equal(emg(time, 0.0, 1.0, -0.8), emg(-time, 0.0, 1.0, 0.8))


@pytest.mark.parametrize("tau", [-0.8, 0.0, 0.0005, 0.6])
def test_derivatives_equal_differences_of_the_density(tau):
    time, at, step = np.linspace(-5.0, 9.0, 29), np.array([0.2, 1.3, tau]), 1e-6
    for k, derivative in enumerate(emg_with_derivatives(time, *at)[1:]):
        high, low = at.copy(), at.copy()
        high[k] += step
        low[k] -= step if tau != 0.0 or k != 2 else 0.0
        difference = (emg(time, *high) - emg(time, *low)) / (high[k] - low[k])
        np.testing.assert_allclose(derivative, difference, atol=2e-6)


def test_a_width_of_zero_is_refused():
    with pytest.raises(ValueError, match=r"sigma is 0\.0; it must be above 0"):
        emg(np.arange(3.0), 0.0, 0.0, 1.0)
