"""Limits of effective doses, compared with constrained fits that share no code with the package."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.optimize
import scipy.stats
from scipy.special import expit

import tricyclic as tca
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.effective_dose import profile_effective_dose
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.fitting.fitted_curve import FitSettings, curve_of_fit, point_of_fit

LOGISTIC = CURVES["logistic_4pl"]
LN10 = math.log(10.0)
REACH = 3.0


def least_sum(x: np.ndarray, y: np.ndarray, dose: float, level: float) -> float:
    """Least residual sum of a rising logistic that has `level` at a log10 dose: a grid of slopes
    and shares of the way below the level, the span by least squares, the best nodes polished.
    """
    slopes = np.logspace(math.log10(0.05), 3, 60)[:, None]
    logit = (np.sinh(np.linspace(-4, 4, 121)) * 30 / math.sinh(4))[None, :]

    def of(slope: np.ndarray, logit: np.ndarray) -> np.ndarray:
        middle = dose - logit / (LN10 * slope)
        shape = expit(LN10 * slope[..., None] * (x - middle[..., None])) - expit(logit)[..., None]
        along = np.maximum(shape @ (y - level), 0.0)
        size = np.maximum((shape**2).sum(-1), 1e-300)
        return (y - level) @ (y - level) - along**2 / size

    sums = of(slopes + 0 * logit, logit + 0 * slopes)
    best = math.inf
    for node in np.argsort(sums, axis=None)[:40:8]:
        i, j = np.unravel_index(node, sums.shape)
        end = scipy.optimize.minimize(
            lambda p: (
                float(of(np.array(10 ** p[0]), np.array(p[1]))) if -1.31 < p[0] <= 3 else 1e300
            ),
            [math.log10(slopes[i, 0]), logit[0, j]],
            method="Nelder-Mead",
        )
        best = min(best, float(end.fun))
    return best


def incomplete_curve(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Log10 doses and single readings of a curve that often lacks a plateau."""
    rng = np.random.default_rng(seed + 5000)
    x = np.linspace(-9, -5, 6 + seed % 5)
    way = 1 / (1 + 10 ** (-rng.uniform(0.6, 6) * (x - rng.uniform(-8, -5))))
    return x, 100 * way + rng.normal(size=x.size) * rng.choice([2, 5, 10])


def dose_at(data: Series, level: float, **settings):
    given = FitSettings(**settings)
    part = FitPart(data, LOGISTIC)
    result = fit(data, LOGISTIC, fixed=given.fixed, variance=given.variance, weights=given.weights)
    point = point_of_fit(curve_of_fit((), part, 0, result), result)
    dose = profile_effective_dose((part,), result, point, level, absolute=True, settings=given)
    return result, dose


@pytest.mark.parametrize(
    "seed",
    [1, 2, 5, 25, 55, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(60, 90))],
)
def test_an_absolute_dose_has_the_limits_of_the_constrained_fit(seed: int) -> None:
    """Seeds 1, 25 and 55: limits that followed one valley were too close by up to a decade."""
    x, y = incomplete_curve(seed)
    data = Series("d", y, "%", {"concentration_M": 10**x})
    result, dose = dose_at(data, 40.0)
    if math.isnan(dose.low) or result["hill"].value < 0:
        pytest.skip("a curve without the dose")
    assert dose.method == "profile likelihood"
    t = scipy.stats.t.ppf(0.975, result.df)
    allowed = result.rss * (1 + t**2 / result.df)
    for limit, outwards, bound in (
        (dose.low, -1, x.min() - REACH),
        (dose.high, 1, x.max() + REACH),
    ):
        if math.isinf(limit):
            assert least_sum(x, y, bound - outwards * 0.05, 40.0) < allowed * 1.001
            continue
        assert least_sum(x, y, limit - outwards * 0.01, 40.0) < allowed * 1.001
        for beyond in (0.01, 0.05, 0.2, 0.5, 1.0):
            assert least_sum(x, y, limit + outwards * beyond, 40.0) > allowed * 0.999


@pytest.mark.parametrize("seed", [3, 7, 14])
def test_limits_of_a_dose_do_not_depend_on_the_unit_or_the_direction_of_the_readings(seed) -> None:
    x, y = incomplete_curve(seed)
    dose = {"concentration_M": 10**x}
    _, one = dose_at(Series("d", y, "%", dose), 40.0)
    _, counts = dose_at(Series("d", 57.0 * y + 300.0, "cpm", dose), 57.0 * 40.0 + 300.0)
    _, falling = dose_at(Series("d", 100.0 - y, "%", dose), 60.0)
    for other in (counts, falling):
        assert (other.value, other.low, other.high) == pytest.approx(
            (one.value, one.low, one.high), abs=2e-4
        )


@pytest.mark.parametrize("fixed", [{"bottom": 0.0, "top": 100.0}, {"bottom": 0.0}, {"top": 100.0}])
@pytest.mark.parametrize("level", [10.0, 20.0, 50.0, 80.0])
def test_relative_and_absolute_doses_of_a_fixed_range_are_the_same(fixed, level) -> None:
    """Between plateaus fixed at 0 and 100 an absolute EC50 is the relative one. With one of them
    fixed, the value agrees where the reading is the same share of the way.
    """
    rng = np.random.default_rng(11)
    conc = np.repeat(np.geomspace(1, 1e4, 8), 2)
    y = 100 / (1 + (200 / conc) ** 1.3) + rng.normal(0, 6, conc.size)
    result = tca.fit(
        pd.DataFrame({"c_nM": conc, "y": y}), "logistic_4pl", x="c_nM", y="y", fixed=fixed
    )
    bottom, top = result["bottom"].value, result["top"].value
    relative = result.ec(level)
    absolute = result.ec(bottom + (top - bottom) * level / 100, absolute=True)
    assert absolute.value == pytest.approx(relative.value, rel=1e-9)
    assert absolute.method == relative.method == "profile likelihood"
    if len(fixed) == 2:
        assert (absolute.low, absolute.high) == pytest.approx(
            (relative.low, relative.high), rel=1e-5
        )


def three_curves() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    conc = np.repeat(np.geomspace(1, 1e4, 8), 2)
    return pd.concat(
        pd.DataFrame(
            {
                "drug": name,
                "c_nM": conc,
                "y": 100 / (1 + (half / conc) ** 1.3) + rng.normal(0, 6, conc.size),
            }
        )
        for name, half in (("a", 200), ("b", 800), ("c", 3200))
    )


@pytest.mark.parametrize("share", [["bottom", "top"], ["hill"], ["bottom", "top", "hill"]])
@pytest.mark.parametrize("absolute", [False, True])
def test_doses_of_curves_fitted_together_have_the_limits_of_the_constrained_joint_fit(
    share, absolute
) -> None:
    table = three_curves()
    joint = tca.fit(table, "logistic_4pl", x="c_nM", y="y", by="drug", share=share)
    rows = joint.ec([20.0, 60.0], absolute=absolute, method="profile")
    assert set(rows.method) == {"profile likelihood"}
    t = scipy.stats.t.ppf(0.975, joint.fit.df)
    allowed = joint.fit.rss * (1 + t**2 / joint.fit.df)
    row = rows.iloc[3]
    level = row.reading if absolute else row.effect_percent
    for end in (row.ec_low_nM, row.ec_high_nM):
        least = joint_sum(table, share, row.drug, math.log10(end), level, absolute)
        assert least == pytest.approx(allowed, rel=2e-5)


def joint_sum(
    table: pd.DataFrame, share: list[str], held: str, dose: float, level: float, absolute: bool
) -> float:
    """Least residual sum with a log10 dose of one curve held, others free."""
    drugs = list(table.drug.unique())
    names = [
        name if name in share else f"{name} {drug}"
        for drug in drugs
        for name in ("bottom", "top", "hill")
    ] + [f"half {drug}" for drug in drugs if drug != held]
    names = list(dict.fromkeys(names))
    first = {"bottom": 0.0, "top": 100.0, "hill": 1.3}
    halves = {"a": 2.3, "b": 2.9, "c": 3.5}
    start = [first.get(name.split()[0], halves.get(name.split()[-1], 0.0)) for name in names]

    def residuals(vector: np.ndarray) -> np.ndarray:
        values = dict(zip(names, vector, strict=True))
        out = []
        for drug in drugs:
            own = table[table.drug == drug]
            bottom, top, hill = (
                values[name if name in share else f"{name} {drug}"]
                for name in ("bottom", "top", "hill")
            )
            way = (level - bottom) / (top - bottom) if absolute else level / 100
            half = (
                dose - math.log10(way / (1 - way)) / hill
                if drug == held
                else values[f"half {drug}"]
            )
            x = np.log10(own.c_nM.to_numpy())
            out.append(bottom + (top - bottom) * expit(LN10 * hill * (x - half)) - own.y.to_numpy())
        return np.concatenate(out)

    end = scipy.optimize.least_squares(residuals, start, xtol=1e-14, ftol=1e-14, gtol=1e-12)
    return 2 * float(end.cost)


@pytest.mark.parametrize(
    "how",
    [
        {"fixed": {"bottom": 0.0}},
        {"fixed": {"top": 100.0}},
        {"fixed": {"hill": 1.2}},
        {"variance": "proportional"},
        {"weights": "1/y"},
    ],
)
def test_a_dose_at_a_reading_keeps_the_settings_of_its_fit(how) -> None:
    """The reading at each limit, held at the level, raises the weighted sum by the criterion."""
    rng = np.random.default_rng(5)
    x = np.repeat(np.linspace(-9, -5, 9), 2)
    mean = 10 + 90 / (1 + 10 ** (-1.2 * (x + 7)))
    data = Series("d", mean * (1 + 0.06 * rng.normal(size=x.size)), "%", {"concentration_M": 10**x})
    result, dose = dose_at(data, 55.0, **how)
    assert dose.method == "profile likelihood"
    sd = np.asarray(result.parts[0].sd)
    fixed = how.get("fixed", {})

    def residuals(p, held):
        bottom, top = fixed.get("bottom", p[0]), fixed.get("top", p[1])
        hill = fixed.get("hill", p[2])
        way = (55.0 - bottom) / (top - bottom)
        half = held - math.log10(way / (1 - way)) / hill
        return (bottom + (top - bottom) * expit(LN10 * hill * (x - half)) - data.y) / sd

    start = [result[name].value for name in ("bottom", "top", "hill")]
    t = scipy.stats.t.ppf(0.975, result.df)
    least = float(np.sum(((data.y - np.asarray(result.parts[0].expected)) / sd) ** 2))
    for end in (dose.low, dose.high):
        held = scipy.optimize.least_squares(
            residuals,
            start,
            args=(end,),
            bounds=([-np.inf, 55.01, 0.05], [54.99, np.inf, 50]),
            xtol=1e-14,
            ftol=1e-14,
        )
        assert 2 * held.cost - least == pytest.approx(t**2, rel=1e-3)


def test_a_dose_at_a_reading_has_the_stated_confidence() -> None:
    x, y = incomplete_curve(3)
    data = Series("d", y, "%", {"concentration_M": 10**x})
    part = FitPart(data, LOGISTIC)
    result = fit(data, LOGISTIC)
    point = point_of_fit(curve_of_fit((), part, 0, result), result)
    given = {"absolute": True, "settings": replace(FitSettings(), confidence=0.95)}
    wide = profile_effective_dose((part,), result, point, 40.0, confidence=0.99, **given)
    narrow = profile_effective_dose((part,), result, point, 40.0, confidence=0.8, **given)
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high


def test_a_dose_at_a_reading_may_be_determined_where_the_midpoint_is_not() -> None:
    """Readings that rise to 45 % without an upper plateau: the EC50 is open above, the dose at 20 %
    lies between two doses that were tested."""
    conc = np.array([1.0, 3, 10, 30, 100, 300, 1000])
    y = np.array([0.4, 0.9, 2.8, 7.4, 14.1, 25.2, 44.6])
    result = tca.fit(pd.DataFrame({"c_nM": conc, "y": y}), "logistic_4pl", x="c_nM", y="y")
    assert math.isinf(result.ec(50).high)
    dose = result.ec(20.0, absolute=True)
    assert 100 < dose.low < dose.value < dose.high < 300
    assert dose.method == "profile likelihood"
