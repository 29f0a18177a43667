"""Limits of quantities calculated from parameters."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
from scipy.special import expit

from tricyclic.core.curve_model import Parameter
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.derived import derived_estimate
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.fitting.restate import restated

LOGISTIC = CURVES["logistic_4pl"]
DOSE = np.repeat(np.logspace(-9, -5, 9), 2)
LOG9 = math.log10(9.0)
LN10 = math.log(10.0)


def series(seed: int, noise: float = 150.0, dose=DOSE) -> Series:
    mean = 200 + 4800 / (1 + (10**-7.2 / dose) ** 1.1)
    y = mean + noise * np.random.default_rng(seed).normal(size=dose.size)
    return Series("d", y, "dpm", {"concentration_M": dose})


def log10_ec90(values):
    return values["log10_ec50"] + LOG9 / values["hill"]


EC90_CURVE = restated(
    LOGISTIC,
    "log10_ec50",
    (Parameter("log10_ec90", "log10 M", "EC90", -15, 1, along="concentration_M"),),
    forward=lambda log10_ec90, hill, **_: log10_ec90 - LOG9 / hill,
    back={"log10_ec90": lambda log10_ec50, hill, **_: log10_ec50 + LOG9 / hill},
)


@pytest.mark.parametrize(
    ("seed", "how"),
    [
        (1, {}),
        (2, {"variance": "proportional"}),
        (3, {"weights": "1/y"}),
        (4, {"fixed": {"top": 5000.0}}),
    ],
)
def test_an_ec90_has_the_limits_of_a_curve_that_has_it_as_a_parameter(seed, how) -> None:
    data = series(seed)
    result = fit(data, LOGISTIC, **how)
    direct = fit(data, EC90_CURVE, **how)["log10_ec90"]
    one = derived_estimate(result, (FitPart(data, LOGISTIC),), log10_ec90)
    assert one.value == pytest.approx(direct.value, abs=1e-5)
    assert one.se == pytest.approx(direct.se, rel=1e-3)
    assert (one.low, one.high) == pytest.approx((direct.low, direct.high), abs=2e-4)


def test_a_parameter_itself_has_its_own_limits() -> None:
    data = series(5)
    result = fit(data, LOGISTIC)
    for name in ("log10_ec50", "hill", "top", "bottom"):
        one = derived_estimate(result, (FitPart(data, LOGISTIC),), lambda v, name=name: v[name])
        own = result[name]
        size = own.high - own.low
        assert one.low == pytest.approx(own.low, abs=1e-3 * size)
        assert one.high == pytest.approx(own.high, abs=1e-3 * size)


def test_a_linear_function_of_a_line_has_its_t_limits() -> None:
    rng = np.random.default_rng(6)
    x = np.arange(12.0)
    y = 3 + 2 * x + rng.normal(size=12)
    line = CURVES["straight_line"]
    data = Series("l", y, "u", {"concentration_M": x})
    result = fit(data, line)
    one = derived_estimate(
        result, (FitPart(data, line),), lambda v: v["intercept"] + 5 * v["slope"]
    )
    design = np.column_stack([np.ones(12), x])
    best, rss = np.linalg.lstsq(design, y, rcond=None)[:2]
    at = np.array([1.0, 5.0])
    se = float(np.sqrt(rss[0] / 10 * at @ np.linalg.inv(design.T @ design) @ at))
    assert one.value == pytest.approx(at @ best)
    assert one.se == pytest.approx(se, rel=1e-6)
    assert one.high - one.value == pytest.approx(2.2281388519 * se, rel=1e-5)
    assert one.value - one.low == pytest.approx(2.2281388519 * se, rel=1e-5)


def test_the_ld90_of_shares_has_the_limits_of_the_direct_likelihood() -> None:
    dose = np.array([1.0, 2, 4, 8, 16, 32]) * 1e-6
    data = Series(
        "b",
        np.array([1, 4, 9, 13, 18, 20]) / 20,
        "",
        {"concentration_M": dose},
        trials=np.full(6, 20),
    )
    how = {"fixed": {"bottom": 0.0, "top": 1.0}, "variance": "binomial"}
    one = derived_estimate(fit(data, LOGISTIC, **how), (FitPart(data, LOGISTIC),), log10_ec90)
    direct = fit(data, EC90_CURVE, **how)["log10_ec90"]
    assert (one.low, one.high) == pytest.approx((direct.low, direct.high), abs=2e-4)
    b0, b1 = -2.818555, 1.816280
    ld90 = (math.log(9) - b0) / b1
    assert one.value == pytest.approx(ld90 / math.log(10) - 6, abs=1e-5)
    assert expit(b0 + b1 * ld90) == pytest.approx(0.9)


def test_an_end_of_the_curve_that_was_not_reached_is_open() -> None:
    dose = np.repeat(np.logspace(-9, -7.4, 6), 2)
    data = series(7, dose=dose)
    result = fit(data, LOGISTIC)
    bounds = (-12.0, -4.4)
    one = derived_estimate(result, (FitPart(data, LOGISTIC),), log10_ec90, bounds=bounds)
    assert result["log10_ec50"].high == np.inf
    assert one.high == np.inf
    half = derived_estimate(
        result, (FitPart(data, LOGISTIC),), lambda v: v["log10_ec50"], bounds=bounds
    )
    assert half.high == np.inf
    assert half.low == pytest.approx(result["log10_ec50"].low, abs=2e-3)


def test_a_quantity_that_the_parameters_do_not_give_is_not_a_number() -> None:
    data = series(8)
    one = derived_estimate(
        fit(data, LOGISTIC), (FitPart(data, LOGISTIC),), lambda v: np.log(v["bottom"] - 9e9)
    )
    assert math.isnan(one.value) and math.isnan(one.low) and math.isnan(one.high)


@pytest.mark.slow
def test_limits_of_a_span_include_the_truth_as_often_as_they_state() -> None:
    inside = 0
    for seed in range(100):
        data = series(100 + seed, noise=400.0)
        one = derived_estimate(
            fit(data, LOGISTIC, intervals="none"),
            (FitPart(data, LOGISTIC),),
            lambda v: v["top"] - v["bottom"],
        )
        inside += one.low <= 4800 <= one.high
    assert inside >= 89


def test_a_fit_that_failed_has_no_derived_quantity() -> None:
    data = Series("f", [1.0, 1.0, 1.0], "u", {"concentration_M": [1e-9, 1e-8, 1e-7]})
    with pytest.raises(InputError, match="fit failed"):
        derived_estimate(fit(data, LOGISTIC), (FitPart(data, LOGISTIC),), log10_ec90)


def least_sum(log10_dose: np.ndarray, y: np.ndarray, dose: float, level: float) -> float:
    """Least residual sum of a logistic that has `level` at a dose, from many starts."""
    best = math.inf
    for bottom in (-20.0, 0.0, 10.0):
        for top in (90.0, 105.0, 150.0):
            for log_slope in (0.0, 0.4, 1.0, 2.0, 2.9):

                def residuals(p):
                    slope = 10 ** p[2]
                    way = (level - p[0]) / (p[1] - p[0])
                    middle = dose - math.log10(way / (1 - way)) / slope
                    return p[0] + (p[1] - p[0]) * expit(LN10 * (log10_dose - middle) * slope) - y

                end = scipy.optimize.least_squares(
                    residuals,
                    [bottom, top, log_slope],
                    bounds=([-500, level + 0.01, -1], [level - 0.01, 1000, 3]),
                )
                best = min(best, 2 * end.cost)
    return best


def test_a_limit_where_the_curve_may_be_a_step_is_where_the_constrained_fit_is_rejected() -> None:
    # Six readings, one of them on the slope: the curve may be a step left of it, and no farther.
    log10_dose = np.linspace(-9, -5.25564617, 6)
    y = np.array([0.572, 0.0476, 2.670, 68.712, 103.231, 101.628])
    data = Series("d", y, "%", {"concentration_M": 10**log10_dose})
    result = fit(data, LOGISTIC)

    def dose(v):
        way = (40.0 - v["bottom"]) / (v["top"] - v["bottom"])
        return v["log10_ec50"] + np.log10(way / (1 - way)) / v["hill"]

    one = derived_estimate(result, (FitPart(data, LOGISTIC),), dose)
    assert one.method == "profile likelihood"
    t = scipy.stats.t.ppf(0.975, 2)
    allowed = result.rss * (1 + t**2 / 2)
    for limit, outwards in ((one.low, -1), (one.high, 1)):
        assert least_sum(log10_dose, y, limit - outwards * 0.002, 40.0) < allowed
        assert least_sum(log10_dose, y, limit + outwards * 0.002, 40.0) > allowed


def test_a_limit_that_is_not_found_is_stated_as_one_of_first_order(monkeypatch) -> None:
    monkeypatch.setattr("tricyclic.fitting.derived.REFINEMENTS", 1)
    data = series(3)
    result = fit(data, LOGISTIC)
    one = derived_estimate(result, (FitPart(data, LOGISTIC),), log10_ec90)
    reach = scipy.stats.t.ppf(0.975, result.df) * one.se
    assert one.method == "delta method"
    assert (one.low, one.high) == pytest.approx((one.value - reach, one.value + reach))
