"""95 % intervals of fits include the truth in 93 to 97 of 100 simulated experiments."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.stats

import tricyclic as tca
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import fit

pytestmark = pytest.mark.slow


def is_stated(covered: int, n: int) -> bool:
    """Whether a share of intervals may come from a coverage of 93 to 97 %, with an error of 1 in
    1000 on each side.
    """
    low, high = scipy.stats.binom.ppf(0.001, n, 0.93), scipy.stats.binom.ppf(0.999, n, 0.97)
    return bool(low <= covered <= high)


def test_limits_of_both_rates_of_a_decay_in_two_phases_include_them() -> None:
    model = CURVES["two_phase_decay"]
    time = np.repeat(np.geomspace(0.3, 240.0, 14), 2)
    truth = {name: value for name, value in model.example.items() if name != "lag_min"}
    mean = model.curve(time_min=time, **model.example)
    rng = np.random.default_rng(21)
    n, covered = 300, dict.fromkeys(truth, 0)
    for _ in range(n):
        series = Series("d", mean + 60 * rng.normal(size=time.size), "dpm", {"time_min": time})
        result = fit(series, model, intervals=["log10_rate_fast", "log10_rate_slow"])
        for name, value in truth.items():
            covered[name] += result[name].low <= value <= result[name].high
    assert is_stated(covered["log10_rate_fast"], n), covered
    assert is_stated(covered["log10_rate_slow"], n), covered


@pytest.mark.parametrize("own_scatter", [True, False])
def test_limits_of_curves_with_a_scatter_of_their_own_include_their_ec50(own_scatter) -> None:
    """With one scatter for both, the precise curve gets limits that are too wide and the other one
    limits that are too close.
    """
    dose = np.repeat(np.geomspace(1e-9, 1e-5, 9), 2)
    rng = np.random.default_rng(22)
    n, covered = 150, {"a": 0, "b": 0}
    for _ in range(n):
        table = pd.concat(
            pd.DataFrame(
                {
                    "drug": name,
                    "conc_M": dose,
                    "y": 20 + 400 / (1 + half / dose) + sd * rng.normal(size=dose.size),
                }
            )
            for name, half, sd in (("a", 1e-7, 4.0), ("b", 3e-7, 24.0))
        )
        both = tca.fit(
            table, x="conc_M", y="y", by="drug", share=["bottom"], own_scatter=own_scatter
        )
        rows = both.ec(50.0).set_index("drug")
        for name, half in (("a", 1e-7), ("b", 3e-7)):
            covered[name] += rows.ec_low_nM[name] <= half * 1e9 <= rows.ec_high_nM[name]
    if own_scatter:
        assert is_stated(covered["a"], n) and is_stated(covered["b"], n), covered
    else:
        assert covered["a"] >= 0.98 * n and covered["b"] <= 0.9 * n, covered


def test_limits_of_a_dose_at_a_reading_include_it() -> None:
    model = CURVES["logistic_4pl"]
    dose = np.geomspace(1e-9, 1e-6, 10)
    truth = -7.0 + np.log10(30.0 / 70.0) / 1.2
    rng = np.random.default_rng(23)
    n, covered = 150, 0
    for _ in range(n):
        y = 100 / (1 + (1e-7 / dose) ** 1.2) + 4 * rng.normal(size=dose.size)
        table = {"conc_M": dose, "y": y}
        one = tca.fit(table, model.name, x="conc_M", y="y", intervals="none")
        at = one.ec(30.0, absolute=True)
        covered += np.log10(at.low) - 9 <= truth <= np.log10(at.high) - 9
    assert is_stated(covered, n), covered
