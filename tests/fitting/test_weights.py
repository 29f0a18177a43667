"""Weights of readings, and scatter that is a power of the mean."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit, minimize
from scipy.special import stdtrit

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.fitting.outliers import detect_outliers_rout
from tricyclic.fitting.verdict import with_verdict

LINE = CurveModel(
    "line",
    (Column("dose_M", "x"),),
    (Parameter("a", "y", "intercept"), Parameter("b", "y/M", "slope")),
    lambda dose_M, a, b: a + b * dose_M,
    lambda series, given: [{"a": 0.0, "b": 1.0}],
    ("doi:10.1000/x",),
    name="line",
)
LOGISTIC = CURVES["logistic_4pl"]
DOSE = np.repeat(np.logspace(-9, -5, 9), 2)
FREE = ("bottom", "top", "log10_ec50", "hill")


def logistic(x, bottom, top, log10_ec50, hill):
    return bottom + (top - bottom) / (1.0 + (10.0**log10_ec50 / x) ** hill)


def readings(seed: int, power: float = 1.0, factor: float = 0.05) -> Series:
    rng = np.random.default_rng(seed)
    mean = logistic(DOSE, 200.0, 5000.0, -7.2, 1.1)
    return Series(
        "r",
        mean + factor * mean**power * rng.normal(size=mean.size),
        "dpm",
        {"concentration_M": DOSE},
    )


def weighted(series: Series, weight) -> Series:
    return Series(series.name, series.y, series.y_unit, series.x, weight=weight)


def values(result) -> np.ndarray:
    return np.array([result[name].value for name in FREE])


def test_a_weighted_line_is_the_solution_of_the_weighted_normal_equations() -> None:
    rng = np.random.default_rng(2)
    x, w = np.arange(1.0, 13.0), rng.uniform(0.1, 9.0, 12)
    y = 3.0 + 2.0 * x + rng.normal(size=12) / np.sqrt(w)
    design = np.column_stack([np.ones(12), x])
    normal = design.T @ (w[:, None] * design)
    best = np.linalg.solve(normal, design.T @ (w * y))
    s2 = float(w @ (y - design @ best) ** 2) / 10
    se = np.sqrt(np.diag(np.linalg.inv(normal)) * s2)
    result = fit(Series("w", y, "u", {"dose_M": x}, weight=w), LINE)
    for name, value, error in zip(("a", "b"), best, se, strict=True):
        one = result[name]
        assert one.value == pytest.approx(value, rel=1e-8)
        assert one.se == pytest.approx(error, rel=1e-7)
        reach = float(stdtrit(10, 0.975)) * error
        assert (one.low, one.high) == pytest.approx((value - reach, value + reach), rel=1e-6)
    assert result.parts[0].sd == pytest.approx(np.sqrt(s2 / w), rel=1e-7)
    likely = float(w @ (y - design @ best) ** 2) / 12 / w
    normal_density = -0.5 * np.sum(np.log(2 * np.pi * likely) + (y - design @ best) ** 2 / likely)
    assert result.log_likelihood == pytest.approx(normal_density, rel=1e-9)


def test_a_weighted_logistic_is_that_of_scipy_with_its_standard_errors() -> None:
    series = readings(3)
    w = 1.0 / (0.05 * series.y) ** 2
    expected, cov = curve_fit(
        logistic, DOSE, series.y, p0=[200, 5000, -7.2, 1.1], sigma=1 / np.sqrt(w), xtol=1e-14
    )
    result = fit(weighted(series, w), LOGISTIC)
    assert values(result) == pytest.approx(expected, rel=1e-5)
    own = np.array([result[name].se for name in FREE])
    assert own == pytest.approx(np.sqrt(np.diag(cov)), rel=1e-4)


def test_a_common_factor_of_the_weights_changes_nothing_but_their_unit() -> None:
    series, rng = readings(4), np.random.default_rng(4)
    w = rng.uniform(0.5, 2.0, series.n)
    one, other = fit(weighted(series, w), LOGISTIC), fit(weighted(series, 1e4 * w), LOGISTIC)
    for name in FREE:
        a, b = one[name], other[name]
        assert (a.value, a.se, a.low, a.high) == pytest.approx(
            (b.value, b.se, b.low, b.high), rel=1e-5
        )
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-9)


def test_a_weight_of_two_is_the_reading_twice_apart_from_degrees_of_freedom() -> None:
    series = readings(5)
    w = np.ones(series.n)
    w[::3] = 2.0
    twice = np.repeat(np.arange(series.n), w.astype(int))
    result = fit(weighted(series, w), LOGISTIC, intervals="none")
    both = fit(
        Series("t", series.y[twice], "dpm", {"concentration_M": DOSE[twice]}),
        LOGISTIC,
        intervals="none",
    )
    assert values(result) == pytest.approx(values(both), rel=1e-6)
    assert result.rss == pytest.approx(both.rss, rel=1e-8)


@pytest.mark.parametrize("power", [1.0, 2.0, 1.4])
def test_weights_by_the_curve_are_where_reweighting_by_the_fitted_curve_ends(power) -> None:
    series = readings(6)
    best = np.array([200.0, 5000.0, -7.2, 1.1])
    for _ in range(60):
        sigma = logistic(DOSE, *best) ** (power / 2)
        best, cov = curve_fit(logistic, DOSE, series.y, p0=best, sigma=sigma, xtol=1e-13)
    result = fit(series, LOGISTIC, weights=f"1/y^{power}")
    assert values(result) == pytest.approx(best, rel=1e-5)
    assert result["hill"].se == pytest.approx(np.sqrt(cov[3, 3]), rel=1e-3)
    assert result.variance == ("proportional" if power == 2 else "power")
    assert result.power == pytest.approx(power / 2, nan_ok=True) or power == 2


def test_one_over_y_squared_is_the_proportional_variance() -> None:
    series = readings(7)
    one, other = (
        fit(series, LOGISTIC, weights="1/y^2"),
        fit(series, LOGISTIC, variance="proportional"),
    )
    assert one.values == other.values
    assert one.aicc == other.aicc


@pytest.mark.parametrize(("text", "power"), [("1/x", 1.0), ("1/x^2", 2.0), ("1 / X ^ 0.5", 0.5)])
def test_weights_by_dose_are_weights_of_the_readings(text, power) -> None:
    series = readings(8)
    result = fit(series, LOGISTIC, weights=text)
    column = fit(weighted(series, DOSE**-power), LOGISTIC)
    for name in FREE:
        assert result[name].value == pytest.approx(column[name].value, rel=1e-6)
        assert result[name].se == pytest.approx(column[name].se, rel=1e-5)


def test_weights_by_replicates_are_one_over_their_variance() -> None:
    series = readings(9)
    sd = np.repeat(series.y.reshape(-1, 2).std(axis=1, ddof=1), 2)
    result = fit(series, LOGISTIC, weights="1/sd^2", intervals="none")
    column = fit(weighted(series, sd**-2.0), LOGISTIC, intervals="none")
    assert values(result) == pytest.approx(values(column), rel=1e-6)


def test_weights_of_a_column_and_by_the_curve_multiply() -> None:
    series, rng = readings(10), np.random.default_rng(10)
    w = rng.uniform(0.5, 2.0, series.n)
    best = np.array([200.0, 5000.0, -7.2, 1.1])
    for _ in range(60):
        sigma = logistic(DOSE, *best) / np.sqrt(w)
        best, _ = curve_fit(logistic, DOSE, series.y, p0=best, sigma=sigma, xtol=1e-13)
    result = fit(weighted(series, w), LOGISTIC, weights="1/y^2", intervals="none")
    assert values(result) == pytest.approx(best, rel=1e-5)


@pytest.mark.parametrize("truth", [0.0, 0.5, 1.0, 1.5])
def test_the_power_of_the_mean_is_recovered(truth) -> None:
    dose = np.repeat(np.logspace(-9, -5, 9), 30)
    mean = logistic(dose, 200.0, 5000.0, -7.2, 1.1)
    results = []
    for seed in range(4):
        noise = np.random.default_rng(seed).normal(size=mean.size)
        y = mean + 30.0 * (mean / 1000.0) ** truth * noise
        series = Series("p", y, "dpm", {"concentration_M": dose})
        results.append(fit(series, LOGISTIC, variance="power", intervals="none").power)
    assert np.mean(results) == pytest.approx(truth, abs=0.06)


def test_the_power_of_the_mean_is_that_of_highest_restricted_likelihood() -> None:
    series = readings(11, power=0.8, factor=0.4)
    result = fit(series, LOGISTIC, variance="power", intervals="none")
    best = values(result)
    mean = logistic(DOSE, *best)
    steps = 1e-6 * np.maximum(np.abs(best), 1e-3)
    slopes = np.column_stack(
        [
            (logistic(DOSE, *(best + step)) - logistic(DOSE, *(best - step))) / (2 * step.sum())
            for step in np.diag(steps)
        ]
    )

    def restricted(log_factor_and_power):
        log_factor, power = log_factor_and_power
        variance = np.exp(2 * log_factor) * mean ** (2 * power)
        information = slopes.T @ (slopes / variance[:, None])
        return float(
            np.sum(np.log(variance) + (series.y - mean) ** 2 / variance)
            + np.linalg.slogdet(information)[1]
        )

    optimum = minimize(restricted, [0.0, 0.8], method="Nelder-Mead", options={"xatol": 1e-7})
    assert result.power == pytest.approx(optimum.x[1], abs=1e-3)


def test_the_power_does_not_depend_on_the_unit_of_the_readings() -> None:
    series = readings(12, power=0.7, factor=0.6)
    larger = Series("l", 1000 * series.y, "dpm", series.x)
    one = fit(series, LOGISTIC, variance="power", intervals="none")
    other = fit(larger, LOGISTIC, variance="power", intervals="none")
    assert one.power == pytest.approx(other.power, abs=1e-4)
    assert one["log10_ec50"].value == pytest.approx(other["log10_ec50"].value, abs=1e-6)


def test_the_verdict_uses_the_weights() -> None:
    series, w = readings(13), np.ones(DOSE.size)
    spoiled = series.y.copy()
    spoiled[5] += 3000.0
    w[5] = 1e-6
    clean = with_verdict(fit(series, LOGISTIC), (FitPart(series, LOGISTIC),))
    down = Series("r", spoiled, "dpm", series.x, weight=w)
    result = with_verdict(fit(down, LOGISTIC), (FitPart(down, LOGISTIC),))
    assert result.status == clean.status == "fitted"
    assert result["log10_ec50"].value == pytest.approx(clean["log10_ec50"].value, abs=0.02)


def test_a_reading_of_low_weight_is_no_outlier_and_one_of_high_weight_is() -> None:
    series = readings(14, power=0.0, factor=60.0)
    y = series.y.copy()
    y[6] += 900.0
    w = np.ones(series.n)
    w[6] = 0.005
    doubted = Series("o", y, "dpm", series.x, weight=w)
    assert [s.index for s in detect_outliers_rout(Series("o", y, "dpm", series.x), LOGISTIC)] == [6]
    assert detect_outliers_rout(doubted, LOGISTIC) == ()


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        (
            {"weights": "1/z"},
            "weights: is '1/z'. It is 1/y, 1/y^2, 1/x, 1/x^2, 1/sd^2, or another power.",
        ),
        (
            {"weights": "1/y^two"},
            (
                "weights: '1/y^two' has no power that can be read. A power is a number above 0, at "
                "most 10, such as 1/y^2."
            ),
        ),
        (
            {"weights": "1/y", "variance": "power"},
            (
                "weights: is '1/y', and the variance model is 'power'. Weights by the curve go "
                "with "
                "the variance model 'constant'. Omit one of the two."
            ),
        ),
    ],
)
def test_weights_that_cannot_be_used_are_refused_with_one_sentence(how, sentence) -> None:
    with pytest.raises(InputError) as error:
        fit(readings(1), LOGISTIC, **how)
    assert str(error.value) == sentence


def test_weights_by_a_dose_of_zero_are_refused() -> None:
    series = Series(
        "z", [1.0, 2.0, 4.0, 5.0, 5.1], "u", {"concentration_M": [0, 1e-9, 1e-8, 1e-7, 1e-6]}
    )
    with pytest.raises(InputError) as error:
        fit(series, LOGISTIC, weights="1/x")
    assert str(error.value) == (
        "weights: 1 reading of z is at 0, where one over x is infinite. Leave out readings at 0, "
        "or weight by 1/y^2."
    )


def test_a_weight_of_zero_is_refused() -> None:
    with pytest.raises(InputError) as error:
        Series("s", [1.0, 2.0], "u", {"dose_M": [1.0, 2.0]}, weight=[1.0, 0.0])
    assert str(error.value) == (
        "s: a weight is 0. Weights are finite and above 0. Leave out a reading that should not "
        "count."
    )


def test_kept_readings_keep_their_weights_and_trials() -> None:
    series = Series(
        "k", [0.5, 0.25, 1.0], "", {"dose_M": [1.0, 2.0, 3.0]}, weight=[1, 2, 3], trials=[2, 4, 6]
    )
    kept = series.keep([True, False, True])
    assert kept.weight.tolist() == [1.0, 3.0]
    assert kept.trials.tolist() == [2.0, 6.0]
