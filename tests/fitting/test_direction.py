"""Sigmoids that rise or fall: bottom is the lower plateau, hill has the sign of the direction, and
the fit of one curve agrees with the batch fit.
"""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.batch import fit_series
from tricyclic.fitting.fit import FitPart, fit, predict
from tricyclic.numerics.batch.fit import HILL_BOUNDS

X = np.repeat(np.linspace(-10.0, -4.0, 9), 2)
TARGET = {"concentration_M": "log10_ec50", "competitor_M": "log10_ic50"}


def sigmoid(*, bottom=100.0, top=900.0, c=-7.2, hill=-1.3):
    return bottom + (top - bottom) / (1.0 + 10.0 ** (hill * (c - X)))


def series(column, *, seed=0, sd=15.0, **shape):
    y = sigmoid(**shape) + np.random.default_rng(seed).normal(0.0, sd, X.size)
    return Series("drug", y, "cpm", {column: 10.0**X})


def fitted(curve, column="concentration_M", *, fixed=None, intervals="all", **shape):
    return fit(series(column, **shape), CURVES[curve], fixed=fixed, intervals=intervals)


@pytest.mark.parametrize("hill", [1.3, -1.3])
@pytest.mark.parametrize(
    ("curve", "column", "model"),
    [
        ("logistic_4pl", "concentration_M", "4pl"),
        ("logistic_3pl", "concentration_M", "3pl"),
        ("one_site_competition_hill", "competitor_M", "4pl"),
        ("one_site_competition", "competitor_M", "3pl"),
    ],
)
@pytest.mark.parametrize(
    "fixed",
    [
        {},
        {"top": 900.0},
        {"bottom": 100.0},
        {"top": 900.0, "bottom": 100.0},
        {"hill": 1.0},
        {"hill": -1.0},
        {"bottom": 100.0, "hill": -1.0},
        {"bottom": 100.0, "hill": 1.0},
    ],
    ids=lambda fixed: ",".join(f"{k}={v:g}" for k, v in fixed.items()) or "free",
)
def test_a_single_fit_agrees_with_the_batch_fit(curve, column, model, hill, fixed):
    one = series(column, hill=hill)
    single = fit(one, CURVES[curve], fixed=fixed)
    batch = fit_series([one], column=column, model=model, **fixed)
    assert single.rss == pytest.approx(batch.rss[0], rel=1e-8)
    assert single.df == batch.df[0]
    # Where the readings go against a fixed direction the optimum is a flat line without an EC50.
    if batch.words[0] == "fitted":
        for name in ("top", "bottom", "hill"):
            assert single[name].value == pytest.approx(getattr(batch, name)[0], rel=1e-5)
        target = single[TARGET[column]]
        assert target.value == pytest.approx(batch.log10_ic50[0], abs=1e-6)
        assert target.low == pytest.approx(batch.log10_ic50_low[0], abs=1e-5)
        assert target.high == pytest.approx(batch.log10_ic50_high[0], abs=1e-5)
    reversed_plateaus = any(check.name == "top_below_bottom" for check in single.checks)
    assert reversed_plateaus == (batch.words[0] == "top below bottom")


@pytest.mark.parametrize("hill", [1.3, -1.3])
@pytest.mark.parametrize("curve", ["logistic_3pl", "logistic_4pl", "logistic_5pl"])
def test_bottom_is_the_lower_plateau_and_hill_has_the_sign_of_the_direction(curve, hill):
    result = fitted(curve, hill=hill)
    assert result["bottom"].value < result["top"].value
    assert result["bottom"].value == pytest.approx(100.0, abs=40.0)
    assert result["top"].value == pytest.approx(900.0, abs=40.0)
    assert np.sign(result["hill"].value) == np.sign(hill)
    assert result["hill"].fixed == (curve == "logistic_3pl")


@pytest.mark.parametrize("name", ["logistic_3pl", "logistic_4pl", "logistic_5pl"])
def test_readings_turned_upside_down_exchange_the_plateaus_and_turn_hill(name):
    up = series("concentration_M", hill=1.3)
    down = Series("turned", -up.y, "cpm", up.x)
    rising, falling = fit(up, CURVES[name]), fit(down, CURVES[name])
    assert falling.rss == pytest.approx(rising.rss, rel=1e-10)
    pairs = {"bottom": "top", "top": "bottom", "hill": "hill"}
    for one in rising.parameters:
        other = falling[pairs.get(one.name, one.name)]
        if one.name in pairs:
            assert other.value == pytest.approx(-one.value, rel=1e-6)
            assert (other.low, other.high) == pytest.approx(
                (-one.high, -one.low), rel=1e-5, nan_ok=True
            )
        else:
            assert other.value == pytest.approx(one.value, rel=1e-6)
            assert (other.low, other.high) == pytest.approx(
                (one.low, one.high), rel=1e-5, nan_ok=True
            )
        assert other.se == pytest.approx(one.se, rel=1e-4, nan_ok=True)
    names = [one.name for one in rising.free]
    turned = [names.index(pairs.get(name, name)) for name in names]
    sign = np.array([-1.0 if name in pairs else 1.0 for name in names])
    np.testing.assert_allclose(
        falling.covariance,
        (rising.covariance * np.outer(sign, sign))[np.ix_(turned, turned)],
        rtol=1e-3,
        atol=1e-9,
    )


@pytest.mark.parametrize("curve", ["logistic_3pl", "logistic_4pl", "logistic_5pl"])
def test_the_parameters_of_a_falling_curve_draw_the_fitted_curve(curve):
    result = fitted(curve, hill=-1.3, intervals="none")
    again = predict(result, CURVES[curve], {"concentration_M": 10.0**X})
    np.testing.assert_allclose(again, result.parts[0].expected, rtol=1e-12)


def test_limits_are_given_for_the_plateau_that_was_requested_whatever_its_name_in_the_search():
    result = fitted("logistic_4pl", hill=-1.3, intervals=["top"])
    every = fitted("logistic_4pl", hill=-1.3)
    assert result["top"].low == pytest.approx(every["top"].low, rel=1e-9)
    assert result["top"].low < 900.0 < result["top"].high
    assert np.isnan(result["bottom"].low)


def test_a_start_of_either_direction_leads_to_the_same_fit():
    one = series("concentration_M", hill=-1.3)
    falling = {"bottom": 90.0, "top": 950.0, "log10_ec50": -7.0, "hill": -1.0}
    rising = {**falling, "hill": 1.0}
    for fixed in ({}, {"bottom": 100.0}):
        free = [
            fit(one, CURVES["logistic_4pl"], fixed=fixed, starts=[start], intervals="none")
            for start in (falling, rising)
        ]
        assert free[0].rss == pytest.approx(free[1].rss, rel=1e-10)
        assert free[0]["hill"].value == pytest.approx(-1.3, abs=0.2)


def test_a_step_between_two_doses_has_no_slope_and_an_ec50_between_them():
    steps = {"concentration_M": 10.0**X}
    y = np.where(X > -7.1, 100.0, 900.0) + np.random.default_rng(2).normal(0.0, 1.0, X.size)
    result = fit(Series("step", y, "cpm", steps), CURVES["logistic_4pl"])
    below, above = X[X < -7.1].max(), X[X > -7.1].min()
    # Exact for a step: any dose between the two. Farther out than a dose by the noise only.
    assert below - 0.005 < result["log10_ec50"].low < below + 0.005
    assert above - 0.005 < result["log10_ec50"].high < above + 0.005
    assert result["hill"].low == -np.inf and np.isfinite(result["hill"].high)


def test_parts_with_plateaus_of_their_own_may_differ_in_direction():
    rows = (series("concentration_M", hill=1.3), series("concentration_M", hill=-1.3, seed=1))
    own = ("bottom", "top", "hill", "log10_ec50")
    parts = [
        FitPart(one, CURVES["logistic_4pl"], {name: f"{name} {k}" for name in own})
        for k, one in enumerate(rows)
    ]
    for fixed in ({}, {"bottom 0": 100.0, "bottom 1": 100.0}):
        result = fit(parts, fixed=fixed, intervals="none")
        assert result["hill 0"].value > 0 > result["hill 1"].value
        assert result["bottom 0"].value < result["top 0"].value
        assert result["bottom 1"].value < result["top 1"].value
        assert not result.checks


def test_a_bottom_shared_by_curves_with_tops_of_their_own_stays_the_lower_plateau():
    rows = (
        series("concentration_M", hill=-1.3),
        series("concentration_M", hill=-1.3, top=600.0, seed=1),
    )
    parts = [
        FitPart(one, CURVES["logistic_4pl"], {"top": f"top {k}"}, scatter="plate")
        for k, one in enumerate(rows)
    ]
    result = fit(parts, intervals="none")
    assert result["bottom"].value == pytest.approx(100.0, abs=25.0)
    assert result["top 0"].value == pytest.approx(900.0, abs=25.0)
    assert result["top 1"].value == pytest.approx(600.0, abs=25.0)
    assert result["hill"].value == pytest.approx(-1.3, abs=0.2)


def test_readings_beyond_a_fixed_plateau_give_a_warning():
    result = fitted("logistic_4pl", hill=-1.3, fixed={"bottom": 2000.0}, intervals="none")
    (check,) = (check for check in result.checks if check.name == "top_below_bottom")
    assert check.level == "warn" and check.limit == 2000.0 and check.value < 2000.0
    assert check.message == (
        f"top is {check.value:.4g} and bottom is 2000: the readings lie beyond a fixed plateau or "
        "go against a fixed direction"
    )


@pytest.mark.parametrize(
    ("curve", "fixed", "sentence"),
    [
        (
            "logistic_4pl",
            {"hill": 0.0},
            (
                "drug: hill is fixed at 0. Above 0 for curves that rise with dose, below 0 for "
                "curves that fall."
            ),
        ),
        (
            "logistic_3pl",
            {"hill": 1.2},
            (
                "drug: hill is fixed at 1.2 in the curve logistic_3pl. Its hill is 1 or -1. "
                "Use a curve with a free hill."
            ),
        ),
        (
            "logistic_4pl",
            {"top": 1.0, "bottom": 1.0},
            (
                "drug: top is fixed at 1 and bottom at 1. Top is the upper plateau and bottom the "
                "lower one, whatever the direction. Swap them, or fix the sign of hill for the "
                "direction."
            ),
        ),
    ],
)
def test_impossible_fixed_values_are_refused(curve, fixed, sentence):
    with pytest.raises(InputError) as error:
        fitted(curve, fixed=fixed)
    assert str(error.value) == sentence


def test_hill_has_the_bounds_of_the_batch_fit():
    for name in ("logistic_4pl", "logistic_5pl", "one_site_competition_hill", "gaddum_schild"):
        hill = CURVES[name].parameter("hill")
        assert (hill.min_abs, hill.high) == HILL_BOUNDS and hill.low == -hill.high
