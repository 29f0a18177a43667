"""Output times are dense after doses, and the same for the same doses."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.dosing import Dosing
from tricyclic.simulation.sampling import output_times

TWICE_DAILY = Dosing("desipramine", "ip", 1.0, 0.0, 12.0, 28)


def test_every_dose_and_the_time_just_before_it_are_stored():
    times = output_times([TWICE_DAILY], 336.0)
    doses = 12.0 * np.arange(28)
    assert np.isin(doses, times).all()
    assert np.isclose(times[:, None], doses[1:] - 1e-6, rtol=0, atol=1e-9).any(axis=0).all()
    assert times[0] == 0 and times[-1] == 336 and (np.diff(times) > 0).all()


def test_the_peak_of_an_absorbed_dose_is_stored_within_a_thousandth():
    times = output_times([TWICE_DAILY], 336.0)
    ka, k = 2.0, 0.0868
    level = np.exp(-k * times) - np.exp(-ka * times)
    at_peak = np.log(ka / k) / (ka - k)
    assert level.max() > 0.999 * (np.exp(-k * at_peak) - np.exp(-ka * at_peak))


def test_a_short_bath_is_sampled_densely():
    times = output_times([Dosing("bdnf", "bath", 1.0, 48.0, 0.0, 1, 0.25)], 49.0)
    assert ((times >= 48) & (times <= 48.25)).sum() >= 15


def test_a_run_of_minutes_is_sampled_in_seconds():
    times = output_times([Dosing("bdnf", "bath", 1.0, 0.0, 0.0, 1, 0.25)], 0.25)
    assert np.diff(times).max() < 4 / 3600


def test_a_long_run_has_few_times():
    assert output_times([TWICE_DAILY], 336.0).size < 1500


def test_the_order_of_doses_changes_nothing():
    other = Dosing("idazoxan", "sc", 1.0, 3.0)
    assert (
        output_times([TWICE_DAILY, other], 400.0) == output_times([other, TWICE_DAILY], 400.0)
    ).all()


@pytest.mark.parametrize("days", [200, 366])
def test_a_year_can_be_sampled(days):
    times = output_times([], 24.0 * days)
    assert times[-1] == 24.0 * days and np.isfinite(times).all() and times.size < 10000


@pytest.mark.parametrize("start", [0.0, 1e-9, 1e-7, 1e-6, 2e-6])
def test_no_time_is_before_0(start):
    times = output_times([Dosing("desipramine", "ip", 1.0, start)], 12.0)
    assert times[0] == 0.0 and (np.diff(times) > 0).all()


@pytest.mark.parametrize("horizon", [1e-12, 1e-5, 1e6, 1e12, 1e300])
def test_a_run_of_any_length_has_some_hundred_to_some_thousand_times(horizon):
    dosing = Dosing("A", "into", 1.0, 0.0, horizon / 4, 3)
    times = output_times([dosing], horizon)
    assert 300 < times.size < 100_000
    assert times[0] == 0 and times[-1] == horizon and (np.diff(times) > 0).all()
    for start in (0.25, 0.5):
        assert np.isclose(times, start * horizon, rtol=1e-12, atol=0).any()
