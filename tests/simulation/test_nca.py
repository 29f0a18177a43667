"""Areas, half-lives and accumulation against closed forms, and against published results of other
programs.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tricyclic.core.dosing import Dosing
from tricyclic.errors import InputError
from tricyclic.simulation.nca import (
    analyse_exposure,
    analyse_exposure_of_doses,
    fit_terminal_phase,
    integrate_area,
)

# Theophylline, 12 people (Theoph of R's datasets); subjects 1 and 2.
THEOPH = {
    1: (
        [0, 0.25, 0.57, 1.12, 2.02, 3.82, 5.10, 7.03, 9.05, 12.12, 24.37],
        [0.74, 2.84, 6.57, 10.50, 9.66, 8.58, 8.36, 7.47, 6.89, 5.94, 3.28],
    ),
    2: (
        [0, 0.27, 0.52, 1.00, 1.92, 3.50, 5.02, 7.03, 9.00, 12.00, 24.30],
        [0, 1.72, 7.91, 8.31, 8.33, 6.85, 6.08, 5.40, 4.55, 3.01, 0.90],
    ),
}


@pytest.mark.parametrize(
    ("subject", "auc_last", "auc_inf", "half_life", "tmax"),
    [(1, 147.234748, 214.923632, 14.3044, 1.12), (2, 88.731275, 97.377935, 6.6593, 1.92)],
)
def test_theophylline_has_the_exposure_of_pknca_and_phoenix(
    subject, auc_last, auc_inf, half_life, tmax
):
    result = analyse_exposure(*THEOPH[subject])
    assert result.auc_last == pytest.approx(auc_last, rel=1e-7)
    assert result.auc_inf == pytest.approx(auc_inf, rel=1e-7)
    assert result.half_life_h == pytest.approx(half_life, abs=5e-5)
    assert result.tmax_h == tmax
    assert result.points == (3 if subject == 1 else 4)


def test_an_intravenous_bolus_has_the_area_half_life_and_residence_time_of_its_exponential():
    k, c0 = 0.0868, 120.0
    time = np.linspace(0, 24, 13)
    result = analyse_exposure(time, c0 * np.exp(-k * time))
    assert result.auc_inf == pytest.approx(c0 / k, rel=1e-9)
    assert result.half_life_h == pytest.approx(math.log(2) / k, rel=1e-9)
    assert result.mrt_h == pytest.approx(1 / k, rel=1e-9)
    assert result.cmax == c0 and result.tmax_h == 0


def bateman(time, ka, k, dose_over_volume=100.0):
    return dose_over_volume * ka / (ka - k) * (np.exp(-k * time) - np.exp(-ka * time))


def test_an_absorbed_dose_has_the_peak_and_area_of_the_bateman_function():
    ka, k = 2.0, 0.1
    time = np.linspace(0, 72, 1441)
    result = analyse_exposure(time, bateman(time, ka, k))
    assert result.tmax_h == pytest.approx(math.log(ka / k) / (ka - k), abs=0.03)
    assert result.auc_inf == pytest.approx(100 / k, rel=1e-3)
    assert result.half_life_h == pytest.approx(math.log(2) / k, rel=1e-3)
    assert result.mrt_h == pytest.approx(1 / k + 1 / ka, rel=1e-3)


def test_accumulation_of_repeated_boluses_is_that_of_the_superposed_exponentials():
    k, tau, n = 0.0868, 12.0, 28
    # Each dose is there twice: the trough just before it, and the peak.
    time = np.sort(np.concatenate([np.linspace(0, n * tau, 6721), tau * np.arange(1, n) - 1e-9]))
    level = sum(np.where(time >= i * tau, np.exp(-k * (time - i * tau)), 0.0) for i in range(n))
    result = analyse_exposure(time, level, first_h=0, last_h=(n - 1) * tau, tau_h=tau)
    reached = (1 - math.exp(-n * k * tau)) / (1 - math.exp(-k * tau))
    assert result.accumulation == pytest.approx(reached, rel=1e-4)
    # At steady state the area over an interval is the area of one dose to infinity.
    assert result.auc_tau_last == pytest.approx(1 / k, rel=1e-4)
    assert result.cmax_last / result.cmin_last == pytest.approx(math.exp(k * tau), rel=1e-3)
    assert result.half_life_h == pytest.approx(math.log(2) / k, rel=1e-6)


def test_the_duration_of_an_infusion_is_not_residence_time():
    k, lasts = 0.2, 6.0
    time = np.linspace(0, 60, 6001)
    level = np.where(
        time < lasts, 1 - np.exp(-k * time), (math.exp(k * lasts) - 1) * np.exp(-k * time)
    )
    result = analyse_exposure(time, level, infused_h=lasts)
    assert result.mrt_h == pytest.approx(1 / k, rel=1e-4)
    assert result.tmax_h == pytest.approx(lasts)
    assert result.half_life_h == pytest.approx(math.log(2) / k, rel=1e-6)


def test_the_levels_of_a_pump_are_those_of_its_last_day():
    time = np.linspace(0, 336, 3361)
    result = analyse_exposure(time, 50 * (1 - np.exp(-0.1 * time)), infused_h=336)
    assert result.cavg_last == pytest.approx(50, rel=1e-6)
    assert math.isnan(result.half_life_h) and math.isnan(result.accumulation)


def test_a_course_that_still_rises_has_no_half_life():
    time = np.linspace(0, 10, 50)
    result = analyse_exposure(time, time)
    assert math.isnan(result.half_life_h) and math.isnan(result.auc_inf)
    assert result.auc_last == pytest.approx(50)


def test_the_dosing_interval_of_a_metabolite_is_that_of_its_parent():
    time = np.linspace(0, 48, 481)
    level = bateman(time, 0.5, 0.1)
    dosing = (Dosing("imipramine", "ip", 1.0, 0.0, 12.0, 4),)
    result = analyse_exposure_of_doses(dosing, time, level)
    assert (result.tau_h, result.auc_tau_first) == (
        12.0,
        pytest.approx(integrate_area(time, level, 0, 12)[0]),
    )


@given(
    st.floats(0.01, 3.0),
    st.floats(0.5, 1e4),
    st.integers(5, 40),
    st.floats(0.1, 100.0),
    st.floats(0.1, 50.0),
)
@settings(max_examples=60, deadline=None)
def test_exposure_scales_with_the_units_of_time_and_concentration(rate, top, points, hours, fold):
    time = np.linspace(0, 4 / rate, points)
    level = top * np.exp(-rate * time)
    one, other = analyse_exposure(time, level), analyse_exposure(time * hours, level * fold)
    assert other.half_life_h == pytest.approx(one.half_life_h * hours, rel=1e-6)
    assert other.auc_inf == pytest.approx(one.auc_inf * hours * fold, rel=1e-6)


def test_noise_of_the_solver_far_below_the_peak_is_not_a_terminal_phase():
    time = np.linspace(0, 200, 401)
    level = 100 * np.exp(-0.5 * time) + 1e-12 * np.cos(time) ** 2
    rate, _, _, _ = fit_terminal_phase(time, level)
    assert rate == pytest.approx(0.5, rel=1e-6)


def test_times_that_decrease_are_refused():
    with pytest.raises(InputError, match="do not decrease"):
        analyse_exposure(np.array([0.0, 2.0, 1.0]), np.ones(3))


def test_the_peak_after_the_last_dose_is_timed_from_that_dose():
    ka, k, tau = 2.0, 0.1, 12.0
    time = np.linspace(0, 5 * tau, 6001)
    level = sum(
        np.where(time >= i * tau, bateman(np.maximum(time - i * tau, 0), ka, k), 0.0)
        for i in range(5)
    )
    result = analyse_exposure(time, level, last_h=4 * tau, tau_h=tau)
    steady = math.log(ka * (1 - math.exp(-k * tau)) / (k * (1 - math.exp(-ka * tau)))) / (ka - k)
    assert result.tmax_last_h == pytest.approx(steady, abs=0.02)
    doses = tau * np.arange(5)
    every_dose = analyse_exposure(time, level, last_h=4 * tau, tau_h=tau, doses_h=doses)
    assert every_dose.cmax == level.max()
    assert every_dose.tmax_h == pytest.approx(steady, abs=0.02)
    assert analyse_exposure(time, bateman(time, ka, k)).tmax_last_h == pytest.approx(
        math.log(ka / k) / (ka - k), abs=0.01
    )


def test_tmax_is_the_time_after_a_dose_that_is_not_given_at_the_start():
    ka, k = 2.0, 0.1
    time = np.linspace(0, 72, 7201)
    level = np.where(time >= 6.0, bateman(np.maximum(time - 6.0, 0), ka, k), 0.0)
    result = analyse_exposure_of_doses((Dosing("a", "ip", 1.0, 6.0),), time, level)
    assert result.tmax_h == result.tmax_last_h
    assert result.tmax_h == pytest.approx(math.log(ka / k) / (ka - k), abs=0.02)


def test_an_interval_that_is_cut_short_has_no_mean_and_the_peak_is_that_of_the_course():
    k, tau = 0.1, 24.0
    time = np.linspace(0, 60, 6001)
    level = sum(np.where(time >= i * tau, np.exp(-k * (time - i * tau)), 0.0) for i in range(3))
    cut = analyse_exposure_of_doses((Dosing("a", "iv", 1.0, 0.0, tau, 3),), time, level)
    assert cut.tau_h == tau
    assert all(
        math.isnan(value)
        for value in (cut.cavg_last, cut.cmax_last, cut.cmin_last, cut.accumulation)
    )
    assert cut.cmax == level.max() and cut.tmax_last_h == 0.0
    whole = analyse_exposure_of_doses(
        (Dosing("a", "iv", 1.0, 0.0, tau, 2),), time[:4801], level[:4801]
    )
    assert whole.cavg_last == pytest.approx((1 - math.exp(-2 * tau * k)) / (k * tau), rel=1e-3)


def test_a_loading_dose_breaks_the_interval_and_the_peak_is_timed_from_the_dose_before_it():
    ka, k = 2.0, 0.1
    time = np.linspace(0, 72, 7201)
    loaded = (Dosing("a", "ip", 3.0, 0.0), Dosing("a", "ip", 1.0, 24.0, 24.0, 2))
    level = sum(
        size * np.where(time >= start, bateman(np.maximum(time - start, 0), ka, k), 0.0)
        for size, start in ((3.0, 0.0), (1.0, 24.0), (1.0, 48.0))
    )
    result = analyse_exposure_of_doses(loaded, time, level)
    assert (
        math.isnan(result.tau_h)
        and math.isnan(result.accumulation)
        and math.isnan(result.cavg_last)
    )
    assert result.tmax_last_h == pytest.approx(math.log(ka / k) / (ka - k), abs=0.02)
    late = analyse_exposure_of_doses(
        (Dosing("a", "ip", 1.0, 0.0), Dosing("a", "ip", 3.0, 30.0)), time, level
    )
    assert late.tmax_last_h == pytest.approx(result.tmax_h)


def test_equal_and_equally_spaced_doses_are_one_schedule():
    time = np.linspace(0, 48, 481)
    level = bateman(time, 0.5, 0.1)
    apart = (Dosing("a", "ip", 1.0, 0.0, 24.0, 2), Dosing("a", "ip", 1.0, 12.0, 24.0, 2))
    assert analyse_exposure_of_doses(apart, time, level) == analyse_exposure_of_doses(
        (Dosing("a", "ip", 1.0, 0.0, 12.0, 4),), time, level
    )
    uneven = (
        Dosing("a", "ip", 1.0, 0.0),
        Dosing("a", "ip", 1.0, 8.0),
        Dosing("a", "ip", 1.0, 24.0),
    )
    assert math.isnan(analyse_exposure_of_doses(uneven, time, level).tau_h)
    other = (Dosing("a", "ip", 1.0, 0.0), Dosing("b", "ip", 1.0, 12.0))
    assert math.isnan(analyse_exposure_of_doses(other, time, level).tau_h)


@pytest.mark.parametrize("hours", [0.2, 3.0, 6.5])
def test_less_than_one_half_life_of_fall_gives_no_half_life(hours):
    k = math.log(2) / 7.0
    time = np.linspace(0, hours, 60)
    result = analyse_exposure(time, 100 * np.exp(-k * time))
    for name in ("half_life_h", "lambda_z_per_h", "auc_inf", "extrapolated", "mrt_h"):
        assert math.isnan(getattr(result, name)), name
    assert result.auc_last == pytest.approx(100 / k * (1 - math.exp(-k * hours)), rel=1e-6)


def test_a_short_interval_gives_no_half_life_and_a_washout_gives_the_true_one():
    ka, k, tau = 0.6, math.log(2) / 92.7, 24.0
    time = np.linspace(0, 5 * tau + 400, 10401)
    level = sum(
        np.where(time >= i * tau, bateman(np.maximum(time - i * tau, 0), ka, k), 0.0)
        for i in range(5)
    )
    treated = time <= 5 * tau
    assert math.isnan(
        analyse_exposure(time[treated], level[treated], last_h=4 * tau, tau_h=tau).half_life_h
    )
    washed = analyse_exposure(time, level, last_h=4 * tau, tau_h=tau)
    assert washed.half_life_h == pytest.approx(92.7, rel=0.01)
