"""A standard error is a number where the likelihood has curvature, and empty elsewhere."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import curve_fit

import tricyclic as tca
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.numerics.batch.fit import fit_batch

X = np.repeat([-9.0, -8.0, -7.0, -6.0, -5.0], 2)
RNG = np.random.default_rng(1)
NOISE = RNG.normal(0, 2, X.size)
STEP = np.select([X < -7.5, X > -6.5], [0.0, 100.0], 50.0) + NOISE
SMOOTH = 100 / (1 + 10 ** (-(X + 7.2))) + NOISE
BEYOND = 100 / (1 + 10 ** (-(X + 4.2))) + NOISE
SHALLOW = 5 * 2.0 ** (X + 9) + 0.2 * NOISE


def single(y, **how):
    series = Series("d", y, "pct", {"concentration_M": 10**X})
    return fit(series, CURVES["logistic_4pl"], **how)


def test_standard_errors_of_a_complete_curve_are_those_of_scipy():
    result = single(SMOOTH)

    def logistic(x, bottom, top, mid, hill):
        return bottom + (top - bottom) / (1 + 10 ** (-hill * (x - mid)))

    _, cov = curve_fit(logistic, X, SMOOTH, [0, 100, -7, 1], xtol=1e-14, ftol=1e-14)
    own = [result[name].se for name in ("bottom", "top", "log10_ec50", "hill")]
    np.testing.assert_allclose(own, np.sqrt(np.diag(cov)), rtol=1e-5)


@pytest.mark.parametrize("intervals", ["all", "none"])
def test_a_step_has_no_standard_error_of_its_midpoint_but_of_its_plateaus(intervals):
    result = single(STEP, intervals=intervals)
    assert math.isnan(result["log10_ec50"].se) and math.isnan(result["hill"].se)
    # The plateaus of a step are means of four readings, about one residual sum on 6 df.
    expected = math.sqrt(result.rss / result.df / 4)
    assert result["bottom"].se == pytest.approx(expected, rel=1e-3)
    if intervals == "all":
        assert -7.1 < result["log10_ec50"].low < result["log10_ec50"].high < -6.9


@pytest.mark.parametrize("y", [BEYOND, SHALLOW], ids=["steep", "shallow"])
def test_nothing_has_a_standard_error_that_belongs_to_a_bound_of_the_search(y):
    result = single(y)
    assert any(one.at_bound for one in result.parameters)
    assert all(math.isnan(one.se) for one in result.free)
    assert math.isfinite(result["bottom"].high)


def test_a_shared_plateau_keeps_its_standard_error_beside_a_curve_at_a_bound():
    parts = [
        FitPart(
            Series(name, y, "pct", {"concentration_M": 10**X}),
            CURVES["logistic_4pl"],
            {"log10_ec50": f"log10_ec50_{name}", "hill": f"hill_{name}"},
        )
        for name, y in (("a", SMOOTH), ("b", NOISE * 0.5 + 100 / (1 + 10 ** (-(X + 3.0)))))
    ]
    result = fit(parts)
    assert math.isfinite(result["top"].se) and math.isfinite(result["log10_ec50_a"].se)
    one = result["log10_ec50_b"]
    assert not one.at_bound or (math.isnan(one.se) and math.isnan(result["hill_b"].se))


def test_one_curve_and_many_leave_out_the_same_standard_errors():
    fits = fit_batch(X, np.array([STEP, SMOOTH, BEYOND, SHALLOW]))
    assert [math.isfinite(se) for se in fits.se_log10_ic50] == [False, True, False, False]
    alone = [single(y)["log10_ec50"].se for y in (STEP, SMOOTH, BEYOND, SHALLOW)]
    assert [math.isfinite(se) for se in alone] == [False, True, False, False]


def test_an_effective_dose_of_a_step_has_limits_and_no_standard_error():
    table = pd.DataFrame({"conc_M": 10**X, "y": STEP})
    dose = tca.fit(table, x="conc_M", y="y").ec(20)
    assert math.isnan(dose.log10_se)
    assert dose.low < dose.value < dose.high


def test_cells_of_bounds_are_true_or_false():
    table = pd.DataFrame({"conc_M": np.tile(10**X, 2), "y": np.append(SMOOTH, BEYOND)})
    table["compound"] = np.repeat(["a", "b"], X.size)
    rows = tca.fit(table, x="conc_M", y="y", by="compound").to_frame("parameters")
    assert rows["at_bound"].dtype == bool and rows["is_fixed"].dtype == bool
    at_bound = rows[rows["at_bound"]]
    assert list(at_bound["parameter"]) == ["log10_ec50"] and list(at_bound["bound"]) == ["high"]
    assert at_bound["se"].isna().all() and set(rows["bound"]) == {"", "high"}
