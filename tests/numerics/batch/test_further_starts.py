"""Optima that a search from one start misses: steps between doses, and shallow curves."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.fitting.verdict import with_verdict
from tricyclic.numerics.batch.fit import fit_batch

DOSE = np.linspace(-9.0, -4.0, 8)
FIXED = {"both free": {}, "top": {"top": 100.0}, "both": {"bottom": 0.0, "top": 100.0}}


def best_step(y: np.ndarray, weight: np.ndarray, fixed: dict[str, float]) -> float:
    """Least weighted sum of squares of two levels with at most one reading between them."""

    def about(part: slice, level: float | None) -> tuple[float, float]:
        own, w = y[part], weight[part]
        if level is None:
            level = float(w @ own / w.sum()) if own.size else np.nan
        return float(w @ (own - level) ** 2), level

    best = np.inf
    low, high = fixed.get("bottom"), fixed.get("top")
    for first, last in ((low, high), (high, low)):
        for i in range(y.size):
            below, start = about(slice(0, i), first)
            above, end = about(slice(i + 1, None), last)
            if min(start, end) < y[i] < max(start, end):
                best = min(best, below + above)
            if i:
                best = min(best, below + about(slice(i, None), last)[0])
    return best


@pytest.mark.parametrize("fixed", FIXED.values(), ids=FIXED)
@pytest.mark.parametrize("weighted", [False, True])
def test_no_curve_of_noise_is_fitted_worse_than_the_best_step(fixed, weighted) -> None:
    rng = np.random.default_rng(8)
    y = rng.choice([0.0, 50.0, 100.0], (400, 1)) + 10 * rng.normal(size=(400, DOSE.size))
    weight = rng.uniform(0.2, 3.0, y.shape) if weighted else np.ones_like(y)
    fits = fit_batch(DOSE, y, weight=weight, confidence=None, **fixed)
    steps = np.array([best_step(*row, fixed) for row in zip(y, weight, strict=True)])
    usual = np.isin(fits.words, ["top below bottom"])
    assert usual.mean() < 0.5
    assert (fits.rss[~usual] <= steps[~usual] * (1 + 1e-7)).all()


def test_a_dose_of_zero_or_of_saturation_is_on_either_side_of_a_step() -> None:
    rng = np.random.default_rng(9)
    dose = np.array([-np.inf, -8.0, -7.0, -6.0, -5.0, np.inf])
    y = rng.normal(size=(300, 6))
    fits = fit_batch(dose, y, confidence=None)
    within = [
        (row[:1].var() * 1 + row[1:].var() * 5, row[:-1].var() * 5 + row[-1:].var() * 1)
        for row in y
    ]
    assert np.isfinite(fits.rss).all()
    # A step beyond the lowest or the highest finite dose lies within the range of the search.
    assert (fits.rss <= np.min(within, axis=1) * (1 + 1e-6)).all()


@pytest.mark.parametrize("fixed", [{}, {"bottom": 0.0, "top": 100.0}])
def test_an_optimum_does_not_depend_on_whether_limits_are_wanted(fixed) -> None:
    """A search of limits meets better optima on its way."""
    y = 50 + 15 * np.random.default_rng(10).normal(size=(400, DOSE.size))
    without = fit_batch(DOSE, y, confidence=None, **fixed)
    limited = fit_batch(DOSE, y, **fixed)
    used = np.isfinite(without.rss) & np.isfinite(limited.rss)
    same = np.abs(without.rss[used] / limited.rss[used] - 1) < 1e-5
    assert same.mean() > 0.985


def hard_curve(seed: int):
    """Few, noisy, rounded or weighted readings of a curve, a part of one, or none; with settings
    of a fit."""
    rng = np.random.default_rng(seed)
    x = np.repeat(np.linspace(-9, -4, int(rng.integers(5, 13))), int(rng.integers(1, 4)))
    span = [0, rng.normal(0, 15), 60, 100][int(rng.integers(0, 4))]
    slope = 10 ** rng.uniform(-0.5, 1.2) * rng.choice([-1, 1])
    y = span / (1 + 10 ** (-slope * (x - rng.uniform(-9.5, -3.5))))
    y = y + rng.choice([0.3, 1, 5, 20]) * rng.normal(size=x.size)
    fixed = [{}, {}, {"bottom": 0.0}, {"top": 100.0}, {"bottom": 0.0, "top": 100.0}]
    weight = 1 / np.maximum(np.abs(y), 5) if rng.random() < 0.25 else np.ones_like(y)
    return x, y, weight, fixed[int(rng.integers(0, 5))]


@pytest.mark.slow
def test_a_curve_alone_and_among_many_has_the_same_optimum() -> None:
    """Hard curves: neither engine ends higher than the other in more than 1 of 100."""
    higher = {"alone": 0, "among many": 0}
    n = 600
    for seed in range(n):
        x, y, weight, fixed = hard_curve(seed)
        many = fit_batch(x, y[None], weight=weight[None], confidence=None, **fixed)
        series = Series("d", y, "%", {"concentration_M": 10**x}, weight=weight)
        alone = fit(series, CURVES["logistic_4pl"], fixed=fixed, intervals="none")
        if not alone.ok or not np.isfinite(many.rss[0]):
            continue
        one = float(weight @ (y - alone.parts[0].expected) ** 2)
        higher["alone"] += one > many.rss[0] * (1 + 1e-5)
        higher["among many"] += many.rss[0] > one * (1 + 1e-5)
    assert higher["alone"] <= n // 100, higher
    assert higher["among many"] <= n // 100, higher


@pytest.mark.parametrize(
    ("y", "weight", "fixed"),
    [
        # Both plateaus fixed: steep at the last dose, the valley ends on flat ground.
        ([1.9, -1.1, 0.4, 1.0, -0.7, 0.2, 1.4, 11.0], None, {"bottom": 0.0, "top": 100.0}),
        # Two valleys: a curve about the middle, and a step at the end.
        ([10.0, 12.0, 9.0, 11.0, 30.0, 28.0, 31.0, 29.0], None, {}),
    ],
)
def test_a_single_fit_and_one_of_many_agree_on_hard_examples(y, weight, fixed) -> None:
    y = np.array(y)
    many = fit_batch(DOSE, y[None], confidence=None, **fixed)
    alone = fit(
        Series("d", y, "%", {"concentration_M": 10**DOSE}),
        CURVES["logistic_4pl"],
        fixed=fixed,
        intervals="none",
    )
    assert many.rss[0] == pytest.approx(alone.rss, rel=1e-6)


@pytest.mark.parametrize("fixed", FIXED.values(), ids=FIXED)
@pytest.mark.parametrize("between", [0.0, 65.0])
@pytest.mark.parametrize("replicates", [1, 3])
def test_readings_exactly_on_a_step_have_one_status_alone_and_among_many(
    fixed, between, replicates
) -> None:
    """Their residuals are errors of computing, which no check may take for a deviation."""
    x = np.repeat(np.linspace(-9.0, -4.0, 12), replicates)
    step = np.select([x < -6.8, x < -6.5], [0.0, between], 100.0)
    y = step + 1e-12 * np.random.default_rng(3).normal(size=x.size)
    many = fit_batch(x, y[None], **fixed)
    part = FitPart(Series("d", y, "%", {"concentration_M": 10**x}), CURVES["logistic_4pl"])
    alone = with_verdict(fit(part.series, part.model, fixed=fixed, intervals="target"), (part,))
    assert many.words[0] == "parameter at bound" == alone.status
    assert not {"lack_of_fit", "residual_runs", "converged"} & set(
        str(many.check_names[0]).split(", ")
    )
    own = {check.name for check in alone.checks if check.level != "pass"}
    assert own - {"no_scatter"} == set(str(many.check_names[0]).split(", ")) - {""}
    midpoint = alone["log10_ec50"]
    assert not midpoint.low > midpoint.value
    assert not midpoint.high < midpoint.value


def test_a_search_along_a_ridge_is_ended_at_the_bound_of_the_midpoint() -> None:
    """A plateau far beyond the readings: midpoint and plateau compensate each other."""
    x = np.repeat([-9.0, -7.33, -5.67, -4.0], 3)
    y = np.array([59.633, 59.951, 60.015, 0.446, 0.926, 0.513])
    y = np.concatenate([y, [0.112, -0.379, 0.32, -0.005, 0.013, 0.542]])
    many = fit_batch(x, y[None], bottom=0.0)
    series = Series("d", y, "%", {"concentration_M": 10**x})
    alone = fit(series, CURVES["logistic_4pl"], fixed={"bottom": 0.0}, intervals="none")
    assert many.rss[0] <= alone.rss * (1 + 1e-6)
    assert many.words[0] != "not converged"
