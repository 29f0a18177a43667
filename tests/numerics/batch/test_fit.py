"""The batch engine against many starts of another optimiser, against its own profile, and on every
kind of curve that is none.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import fields

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from tricyclic.errors import InputError
from tricyclic.numerics.batch.fit import STATUS, fit_batch, fit_series_batch

X = np.linspace(-10.0, -4.0, 10)


def simulate(n, rng, kind="easy", replicates=3):
    """Counts of competition curves: `hard` ones lie anywhere in and beyond the doses, and a tenth
    of them are flat.
    """
    top = rng.uniform(1500, 6000, n)
    bottom = top * rng.uniform(0.05, 0.2, n)
    low, high, least, most = (-8, -6, 0.7, 1.3) if kind == "easy" else (-11, -3, 0.4, 2.5)
    c, hill = rng.uniform(low, high, n), rng.uniform(least, most, n)
    if kind == "hard":
        bottom = np.where(rng.random(n) < 0.1, top, bottom)
    mean = curve(X, c[:, None], -hill[:, None], top[:, None], bottom[:, None])
    sd = np.sqrt(mean + (0.05 * mean) ** 2)
    return rng.normal(mean[..., None], sd[..., None], (n, X.size, replicates)), c


def curve(x, c, hill, top, bottom):
    return bottom + (top - bottom) / (1 + 10 ** np.clip(-hill * (x - c), -300, 300))


def many_starts(x, y, weight=None):
    """Best falling curve of 27 starts of MINPACK at 1e-13: log10 IC50, hill, residual sum."""
    x, y = np.repeat(x, y.shape[1]), y.ravel()
    root = np.ones_like(y) if weight is None else np.sqrt(weight.ravel())
    size = np.abs(y).max()

    def residual(p):
        return root * (curve(x, p[2], -np.exp(np.clip(p[3], -20, 20)), p[0], p[1]) - y / size)

    best = None
    for c in np.linspace(x.min() - 0.5, x.max() + 0.5, 9):
        for hill in (0.5, 1.0, 3.0):
            shape = curve(x, c, -hill, 1.0, 0.0)
            level = np.linalg.lstsq(np.stack([shape, 1 - shape], 1), y / size, rcond=None)[0]
            with np.errstate(all="ignore"):
                end = least_squares(
                    residual,
                    [*level, c, np.log(hill)],
                    method="lm",
                    x_scale="jac",
                    ftol=1e-13,
                    xtol=1e-13,
                    gtol=1e-13,
                    max_nfev=300,
                )
            if best is None or end.cost < best.cost:
                best = end
    return best.x[2], -np.exp(best.x[3]), 2 * best.cost * size**2


def test_log_ic50_is_that_of_27_starts_of_another_optimiser():
    y, _ = simulate(16, np.random.default_rng(5))
    fits = fit_batch(X, y)
    reference = np.array([many_starts(X, one) for one in y])
    np.testing.assert_allclose(fits.log10_ic50, reference[:, 0], atol=1e-6)
    np.testing.assert_allclose(fits.hill, reference[:, 1], rtol=1e-5)
    np.testing.assert_allclose(fits.rss, reference[:, 2], rtol=1e-10)
    assert (fits.words == "fitted").all()


def test_hard_curves_are_fitted_at_least_as_well_as_by_27_starts_unless_at_a_bound():
    y, _ = simulate(25, np.random.default_rng(6), "hard")
    fits = fit_batch(X, y)
    reference = np.array([many_starts(X, one) for one in y])
    fixed = (
        (np.abs(fits.log10_ic50 - X[0] + 3) < 1e-6)
        | (np.abs(fits.log10_ic50 - X[-1] - 3) < 1e-6)
        | (np.abs(fits.hill) > 999.0)
        | (np.abs(fits.hill) < 0.05001)
    )
    assert (fits.rss[~fixed] < reference[~fixed, 2] * (1 + 1e-4)).all()
    well = (np.abs(fits.log10_ic50 + 7) < 2.7) & (fits.f_flat > 10) & ~fixed
    assert well.sum() > 9
    np.testing.assert_allclose(fits.log10_ic50[well], reference[well, 0], atol=1e-6)


@pytest.mark.parametrize("kind", ["easy", "hard"])
def test_limits_lie_where_the_profile_has_risen_by_f(kind):
    y, _ = simulate(30, np.random.default_rng(8), kind)
    fits = fit_batch(X, y, confidence=0.9)
    df = y[0].size - 4
    target = fits.rss * (1 + f_distribution.ppf(0.9, 1, df) / df)
    closed = 0
    for limit in (fits.log10_ic50_low, fits.log10_ic50_high):
        for i in np.flatnonzero(np.isfinite(limit)):
            # the profile from outside: a grid of fixed hills at a fixed log10 IC50, then a finer
            # one
            hills = np.geomspace(0.05, 1000, 800)
            for _ in range(3):
                sums = np.array([rss_at(y[i], limit[i], hill) for hill in hills])
                at = int(sums.argmin())
                hills = np.linspace(hills[max(at - 1, 0)], hills[min(at + 1, hills.size - 1)], 40)
            assert sums.min() == pytest.approx(target[i], rel=2e-5)
            closed += 1
    assert closed >= 30


def rss_at(y, c, hill):
    shape = curve(np.repeat(X, y.shape[1]), c, hill, 1.0, 0.0)
    design = np.stack([shape, 1 - shape], 1)
    level, _, _, _ = np.linalg.lstsq(design, y.ravel(), rcond=None)
    return float(np.sum((y.ravel() - design @ level) ** 2))


def test_limits_cover_the_truth_at_their_level():
    y, c = simulate(20_000, np.random.default_rng(9))
    fits = fit_batch(X, y)
    share = np.mean((fits.log10_ic50_low < c) & (c < fits.log10_ic50_high))
    # counting and pipetting scatter grow with the mean, which costs a little
    assert 0.935 < share < 0.96


def test_the_error_from_the_curvature_is_that_of_the_textbook():
    y, _ = simulate(20, np.random.default_rng(10))
    fits = fit_batch(X, y)
    x = np.repeat(X, 3)
    for i in range(20):
        best = np.array([fits.log10_ic50[i], fits.hill[i], fits.top[i], fits.bottom[i]])
        slopes = np.stack(
            [
                (at(x, best + step) - at(x, best - step)) / (2 * np.abs(step).max())
                for step in np.diag(np.maximum(np.abs(best), 1) * 1e-6)
            ],
            1,
        )
        covariance = np.linalg.inv(slopes.T @ slopes) * fits.rss[i] / fits.df[i]
        assert fits.se_log10_ic50[i] == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-4)


def at(x, p):
    return curve(x, *p)


@pytest.mark.parametrize(
    "fixed",
    [
        {"hill": -1.0},
        {"top": 100.0},
        {"bottom": 0.0},
        {"top": 100.0, "bottom": 0.0},
        {"hill": -1.0, "top": 100.0, "bottom": 0.0},
    ],
)
def test_fixed_parameters_stay_and_the_others_are_least_squares(fixed):
    rng = np.random.default_rng(11)
    y = curve(X, -7.2, -1.2, 103.0, 4.0) + rng.normal(0, 3, (8, X.size))
    fits = fit_batch(X, y, **fixed)
    names = [name for name in ("log10_ic50", "hill", "top", "bottom") if name not in fixed]

    def residual(p, one):
        v = {**fixed, **dict(zip(names, p, strict=True))}
        return curve(X, v["log10_ic50"], v["hill"], v["top"], v["bottom"]) - one

    start = {"log10_ic50": -7.0, "hill": -1.1, "top": 100.0, "bottom": 1.0}
    for i, one in enumerate(y):
        end = least_squares(
            residual, [start[n] for n in names], args=(one,), method="lm", xtol=1e-13, ftol=1e-13
        )
        for name, value in zip(names, end.x, strict=True):
            assert getattr(fits, name)[i] == pytest.approx(value, rel=1e-6, abs=1e-6)
        for name, value in fixed.items():
            assert getattr(fits, name)[i] == value
        assert fits.df[i] == X.size - len(names)
        high = fits.log10_ic50_high[i]
        at_limit = fit_batch(
            X, one[None], **fixed, bounds=(high - 1e-10, high + 1e-10), confidence=None
        ).rss[0]
        assert at_limit == pytest.approx(
            fits.rss[i] * (1 + t_distribution.ppf(0.975, fits.df[i]) ** 2 / fits.df[i]), rel=1e-6
        )


def test_3pl_is_4pl_with_an_absolute_hill_of_1():
    y, _ = simulate(10, np.random.default_rng(12))
    for sign in (-1.0, 1.0):
        three, four = fit_batch(X, -sign * y, model="3pl"), fit_batch(X, -sign * y, hill=sign)
        np.testing.assert_array_equal(three.rss, four.rss)
        assert (three.hill == sign).all() and (four.hill == sign).all()


def test_one_fixed_value_per_curve_is_used_for_its_own_curve():
    y, _ = simulate(50, np.random.default_rng(13))
    hills = np.random.default_rng(1).uniform(-1.4, -0.7, 50)
    together = fit_batch(X, y, hill=hills)
    for i in (0, 17, 49):
        alone = fit_batch(X, y[i : i + 1], hill=hills[i])
        assert together.log10_ic50[i] == pytest.approx(alone.log10_ic50[0], abs=1e-9)


def test_weights_count_as_many_readings():
    y, _ = simulate(6, np.random.default_rng(14), replicates=1)
    weight = np.tile([1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 1.0, 1.0, 2.0], (6, 1))[:, :, None]
    weighted = fit_batch(X, y, weight=weight)
    repeated = np.full((6, 10, 3), np.nan)
    for k in range(3):
        repeated[:, :, k] = np.where(weight[..., 0] > k, y[..., 0], np.nan)
    plain = fit_batch(X, repeated)
    np.testing.assert_allclose(weighted.log10_ic50, plain.log10_ic50, atol=1e-9)
    np.testing.assert_allclose(weighted.rss, plain.rss, rtol=1e-9)
    assert (weighted.df == 6).all() and (plain.df == 17 - 4).all()


def test_uneven_weights_give_what_another_optimiser_gives():
    rng = np.random.default_rng(15)
    y, _ = simulate(10, rng)
    weight = rng.uniform(0.2, 3.0, y.shape)
    fits = fit_batch(X, y, weight=weight)
    for i in range(10):
        c, _, rss = many_starts(X, y[i], weight[i])
        assert fits.log10_ic50[i] == pytest.approx(c, abs=1e-6)
        assert fits.rss[i] == pytest.approx(rss, rel=1e-9)


def test_a_missing_reading_equals_an_absent_one():
    rng = np.random.default_rng(16)
    y, _ = simulate(30, rng)
    y[rng.random(y.shape) < 0.2] = np.nan
    fits = fit_batch(X, y)
    for i in (0, 7, 29):
        kept = np.isfinite(y[i])
        alone = fit_batch(np.repeat(X, 3)[kept.ravel()], y[i][kept][None])
        assert fits.log10_ic50[i] == pytest.approx(alone.log10_ic50[0], abs=1e-8)
        assert fits.log10_ic50_high[i] == pytest.approx(alone.log10_ic50_high[0], abs=1e-6)
        assert (fits.n[i], fits.df_pure[i]) == (kept.sum(), kept.sum() - kept.any(axis=1).sum())
        assert fits.pure_error_rss[i] == pytest.approx(alone.pure_error_rss[0], rel=1e-9)


def test_curves_with_doses_of_their_own_and_several_series_agree_with_each_alone():
    rng = np.random.default_rng(17)
    series = [np.linspace(-10, -4, 10), np.linspace(-9, -5, 10), np.linspace(-11, -5, 10)]
    x = np.array(
        [series[k] for k in rng.integers(0, 3, 400)]
        + [np.sort(rng.uniform(-10, -4, 10)) for _ in range(20)]
    )
    c = x.mean(axis=1) + rng.uniform(-0.7, 0.7, len(x))
    y = curve(x, c[:, None], -1.1, 100.0, 5.0) + rng.normal(0, 3, x.shape)
    together = fit_batch(x, y)
    for i in (*range(0, 400, 57), 405, 419):
        alone = fit_batch(x[i], y[i : i + 1])
        assert together.log10_ic50[i] == pytest.approx(alone.log10_ic50[0], abs=1e-8)
        assert together.log10_ic50_low[i] == pytest.approx(alone.log10_ic50_low[0], abs=1e-6)


def test_wells_without_and_with_saturating_compound_pin_the_plateaus():
    rng = np.random.default_rng(18)
    x = np.concatenate([np.linspace(-8, -6, 6), [-np.inf] * 4, [np.inf] * 4])
    y = curve(np.clip(x, -99, 99), -7.0, -1.0, 100.0, 10.0) + rng.normal(0, 2, (50, x.size))
    free = fit_batch(x[:6], y[:, :6])
    pinned = fit_batch(x, y)
    assert np.abs(pinned.top - 100).max() < 5
    assert np.median(pinned.se_log10_ic50) < 0.7 * np.nanmedian(free.se_log10_ic50)
    as_numbers = fit_batch(np.clip(x, -40, 40), y, bounds=(-11, -3))
    np.testing.assert_allclose(pinned.log10_ic50, as_numbers.log10_ic50, atol=1e-7)


CLEAN = curve(X, -7.0, -1.0, 100.0, 0.0)
NOISE = np.random.default_rng(20).normal(0, 1, X.size)


@pytest.mark.parametrize(
    ("status", "row"),
    [
        ("fitted", CLEAN),
        ("fitted", CLEAN + NOISE),
        ("fitted", 100 - CLEAN + NOISE),
        ("fitted", -CLEAN + NOISE),
        ("fitted", (CLEAN + NOISE) * 1e300),
        ("fitted", (CLEAN + NOISE) * 1e-300),
        ("fitted", CLEAN * 1e-321),
        ("fitted", CLEAN + NOISE + 1e12),
        ("flat", NOISE),
        ("flat", np.where(np.arange(10) % 2 == 0, 1.7e308, -1.7e308)),
        ("constant readings", np.zeros(10)),
        ("constant readings", np.full(10, 5.0)),
        ("constant readings", np.full(10, 1e-310)),
        ("no finite readings", np.full(10, np.nan)),
        ("infinite readings", np.where(np.arange(10) == 3, np.inf, CLEAN)),
        ("too few points", np.where(np.arange(10) < 3, CLEAN, np.nan)),
        ("too few points", np.where(np.arange(10) < 4, CLEAN, np.nan)),
        ("parameter at bound", np.where(np.arange(10) < 5, 1.0, 0.0)),
        ("upper CI unbounded", curve(X, -3.5, -1.0, 100.0, 0.0) + NOISE),
        ("lower CI unbounded", curve(X, -10.5, -1.0, 100.0, 0.0) + NOISE),
    ],
)
def test_every_kind_of_curve_gets_its_status(status, row):
    fits = fit_batch(X, row[None])
    assert fits.words[0] == status
    refused = status in (
        "constant readings",
        "no finite readings",
        "infinite readings",
        "too few points",
    )
    assert np.isnan(fits.log10_ic50[0]) == refused
    if status == "fitted":
        assert fits.log10_ic50[0] == pytest.approx(-7.0, abs=0.1)
        assert fits.log10_ic50_low[0] <= fits.log10_ic50[0] <= fits.log10_ic50_high[0]
    if status.endswith("unbounded"):
        assert np.isfinite([fits.log10_ic50_low[0], fits.log10_ic50_high[0]]).tolist() == [
            status == "upper CI unbounded",
            status == "lower CI unbounded",
        ]


def test_a_bad_curve_changes_nothing_in_its_neighbours():
    y, _ = simulate(70, np.random.default_rng(21))
    spoilt = y.copy()
    spoilt[3], spoilt[40], spoilt[41], spoilt[42, :, 1] = np.nan, 7.0, np.inf, np.nan
    good = np.setdiff1d(np.arange(70), [3, 40, 41, 42])
    for confidence in (None, 0.95):
        one, other = (
            fit_batch(X, y, confidence=confidence),
            fit_batch(X, spoilt, confidence=confidence),
        )
        np.testing.assert_array_equal(one.log10_ic50[good], other.log10_ic50[good])
        np.testing.assert_array_equal(one.log10_ic50_low[good], other.log10_ic50_low[good])


def test_a_rising_curve_is_the_falling_one_mirrored():
    y, _ = simulate(20, np.random.default_rng(22))
    down, up = fit_batch(X, y), fit_batch(X, -y)
    np.testing.assert_allclose(up.log10_ic50, down.log10_ic50, atol=1e-9)
    np.testing.assert_allclose(up.top, -down.bottom, rtol=1e-9)
    np.testing.assert_allclose(up.bottom, -down.top, rtol=1e-9)
    np.testing.assert_allclose(up.hill, -down.hill, rtol=1e-9)
    assert (up.top > up.bottom).all() and (up.hill > 0).all() and (down.hill < 0).all()


@pytest.mark.parametrize("hill", [-1.3, 1.3])
@pytest.mark.parametrize("fixed", [{"top": 100.0}, {"bottom": 5.0}, {"top": 100.0, "bottom": 5.0}])
def test_a_fixed_plateau_is_the_upper_or_lower_one_in_either_direction(hill, fixed):
    rng = np.random.default_rng(27)
    y = curve(X, -7.2, hill, 102.0, 4.0) + rng.normal(0, 3, (8, X.size))
    fits = fit_batch(X, y, **fixed)
    assert (np.sign(fits.hill) == np.sign(hill)).all()
    signed = fit_batch(X, y, hill=fits.hill, **fixed)
    np.testing.assert_allclose(signed.rss, fits.rss, rtol=1e-9)
    for i, one in enumerate(y):

        def residual(p, one=one):
            values = {"c": p[0], "hill": p[1], "top": p[-1], "bottom": p[-1], **fixed}
            return curve(X, **values) - one

        start = [-7.0, hill, *([] if len(fixed) == 2 else [50.0])]
        best = least_squares(lambda p: residual(p), start, method="lm", xtol=1e-13, ftol=1e-13)
        assert fits.rss[i] == pytest.approx(2 * best.cost, rel=1e-9)
        assert fits.log10_ic50[i] == pytest.approx(best.x[0], abs=1e-6)
        assert fits.hill[i] == pytest.approx(best.x[1], rel=1e-5)


def test_each_curve_of_a_batch_has_its_own_direction_and_fixed_values():
    rng = np.random.default_rng(28)
    hills, tops = np.array([-1.0, 1.0, -1.0, 1.0]), np.array([100.0, 90.0, 80.0, 70.0])
    y = curve(X, -7.0, hills[:, None], tops[:, None], 3.0) + rng.normal(0, 2, (4, X.size))
    for given in ({"top": tops}, {"top": tops, "hill": hills}, {"hill": hills}):
        together = fit_batch(X, y, **given)
        assert (np.sign(together.hill) == hills).all()
        for i in range(4):
            alone = fit_batch(X, y[i : i + 1], **{name: v[i] for name, v in given.items()})
            assert together.log10_ic50[i] == pytest.approx(alone.log10_ic50[0], abs=1e-9)
            assert together.top[i] == pytest.approx(alone.top[0], rel=1e-9)


@pytest.mark.parametrize(
    ("fixed", "hill"), [({"hill": -1.0}, 1.0), ({"hill": 1.0}, -1.0), ({"top": 50.0}, -1.0)]
)
def test_readings_that_contradict_a_fixed_value_are_reported(fixed, hill):
    # the third: the curve runs from 150 down to 60, above its fixed upper plateau
    y = curve(X, -7.0, hill, 150.0, 60.0) + NOISE
    fits = fit_batch(X, y[None], **fixed)
    assert fits.words[0] == "top below bottom"
    assert fits.top[0] < fits.bottom[0]
    assert {name: getattr(fits, name)[0] for name in fixed} == fixed


@pytest.mark.parametrize("factor", [1e-250, 1e-9, 1e9, 1e250])
def test_potency_does_not_depend_on_the_unit_of_the_readings(factor):
    y, _ = simulate(50, np.random.default_rng(23), "hard")
    one, other = fit_batch(X, y), fit_batch(X, y * factor)
    np.testing.assert_array_equal(one.status, other.status)
    sure = one.status == STATUS.index("fitted")
    np.testing.assert_allclose(one.log10_ic50[sure], other.log10_ic50[sure], atol=1e-7)


def test_potency_moves_with_the_unit_of_dose():
    y, _ = simulate(50, np.random.default_rng(24))
    np.testing.assert_allclose(
        fit_batch(X + 3, y).log10_ic50, fit_batch(X, y).log10_ic50 + 3, atol=1e-8
    )


def test_threads_and_division_into_parts_change_no_bit():
    y, _ = simulate(20_000, np.random.default_rng(25), "hard")
    whole, threads = fit_batch(X, y), fit_batch(X, y, workers=3)
    pieces = [fit_batch(X, y[k : k + 777]) for k in range(0, 20_000, 777)]
    for name in ("log10_ic50", "log10_ic50_low", "log10_ic50_high", "rss", "status"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(threads, name))
        np.testing.assert_array_equal(
            getattr(whole, name), np.concatenate([getattr(p, name) for p in pieces])
        )


def test_no_curves_give_no_fits():
    assert len(fit_batch(X, np.zeros((0, 10)))) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: fit_batch(X[:5], np.zeros((3, 10))),
            (
                "Doses have shape (5,), readings (3, 10). One dose per point, shared by all curves "
                "or one row per curve."
            ),
        ),
        (
            lambda: fit_batch(X, np.zeros(10)),
            (
                "Readings have shape (10,) and doses (10,). Readings are (curves, points) or "
                "(curves, points, replicates), doses (points,) or (curves, points)."
            ),
        ),
        (
            lambda: fit_batch(X, np.zeros((3, 10)), model="5pl"),
            "The model is '5pl'. '4pl' or '3pl'.",
        ),
        (
            lambda: fit_batch(X, np.zeros((3, 10)), hill=0.0),
            (
                "Hill is fixed at 0. Above 0 for curves that rise with dose, below 0 for curves "
                "that fall."
            ),
        ),
        (
            lambda: fit_batch(X, np.zeros((3, 10)), model="3pl", hill=1.2),
            "Hill is fixed at 1.2 in the 3pl model. Its hill is 1 or -1. Use the 4pl model.",
        ),
        (
            lambda: fit_batch(X, np.zeros((3, 10)), top=1.0, bottom=1.0),
            (
                "Top is fixed at 1 and bottom at 1. Top is the upper plateau and bottom the lower "
                "one, whatever the direction. Swap them, or fix the sign of hill for the direction."
            ),
        ),
        (
            lambda: fit_batch(X, np.zeros((3, 10)), top=[1.0, 2.0]),
            "Top is fixed at 2 values for 3 curves. One value, or one per curve.",
        ),
        (
            lambda: fit_batch(X, np.zeros((3, 10)), bottom=np.nan),
            "Bottom is fixed at nan. A fixed value is a finite number.",
        ),
        (
            lambda: fit_batch(X, np.zeros((3, 10)), weight=-np.ones((3, 10))),
            "A weight is -1. Weights are 0 or more.",
        ),
        (
            lambda: fit_batch(X, np.zeros((3, 10)), weight=np.ones((2, 10))),
            "Weights have shape (2, 10), readings (3, 10, 1). One weight per reading.",
        ),
        (
            lambda: fit_batch(X, np.zeros((3, 10)), bounds=(-4, -9)),
            "The bounds of log10 IC50 are (-4, -9). Two finite numbers, the lower first.",
        ),
        (
            lambda: fit_batch(X, np.zeros((3, 10)), hill_bounds=(0.0, 3.0)),
            "The bounds of the absolute hill are (0.0, 3.0). Two numbers above 0, the lower first.",
        ),
        (
            lambda: fit_batch(X, np.zeros((3, 10)), reach=-1.0),
            "Reach is -1.0. A number of decades, 0 or more.",
        ),
        (
            lambda: fit_batch(X, np.zeros((3, 10)), confidence=95),
            "The confidence of the limits is 95. Between 0 and 1, such as 0.95.",
        ),
    ],
)
def test_input_that_cannot_be_fitted_is_refused_with_one_sentence(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == message


def test_kernels_give_the_same_without_the_compiler():
    program = textwrap.dedent("""
        import json, numpy as np
        from tricyclic.numerics.batch.fit import fit_batch
        x = np.linspace(-10, -4, 7)
        shapes = ((1.0, -7.0), (0.8, -3.0), (2.5, -9.7))
        y = [100 / (1 + 10 ** (h * (x - c))) + 3 * np.sin(7 * x + c) for h, c in shapes]
        f = fit_batch(x, np.array(y))
        numbers = (f.log10_ic50, f.log10_ic50_low, f.log10_ic50_high, f.words)
        columns = [column.tolist() for column in numbers]
        print(json.dumps(columns))
    """)
    names: dict[str, list] = {}
    exec(program, names)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )
    compiled, plain = names["columns"], json.loads(done.stdout)
    assert compiled[3] == plain[3]
    for one, other in zip(compiled[:3], plain[:3], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-7)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("settings", [{}, {"bottom": 0.0}, {"model": "3pl"}])
def test_series_fitted_together_give_what_each_gives_alone(weighted, settings):
    rng = np.random.default_rng(6)
    doses = [np.linspace(-9.0, -5.0, 9), np.linspace(-9.5, -4.5, 9), np.linspace(-9.0, -5.0, 5)]
    doses[2] = np.concatenate([doses[2], doses[2][1:]])  # four of five doses in duplicate
    series = np.stack([np.sort(one) for one in doses])
    of_curve = np.repeat([0, 1, 2], [70, 3, 40])
    truth = rng.uniform(-8.0, -6.0, (of_curve.size, 1))
    y = 1.0 / (1.0 + 10.0 ** (truth - series[of_curve])) + rng.normal(0, 0.05, (of_curve.size, 9))
    y[rng.random(y.shape) < 0.02] = np.nan
    weight = rng.uniform(0.5, 2.0, y.shape) if weighted else None
    together = fit_series_batch(series, of_curve, y, weight=weight, **settings)
    for k, x in enumerate(series):
        own = of_curve == k
        # A complete curve of equal weights in front makes the same table of starts.
        front = np.arange(9.0)[None]
        weights = None if weight is None else np.concatenate([np.ones((1, 9)), weight[own]])
        alone = fit_batch(x, np.concatenate([front, y[own]]), weight=weights, **settings)
        for field in fields(together):
            np.testing.assert_array_equal(
                getattr(together, field.name)[own], getattr(alone, field.name)[1:], field.name
            )


def test_curves_of_their_own_doses_do_not_depend_on_the_doses_of_their_neighbours():
    rng = np.random.default_rng(9)
    x = np.sort(rng.uniform(-9.0, -5.0, (30, 12)), axis=1)
    x[:, 6:] = x[:, :6]  # six doses in duplicate
    x[::3, 5] = np.nan
    truth = rng.uniform(-8.0, -6.0, (30, 1))
    y = 1.0 / (1.0 + 10.0 ** (truth - x)) + rng.normal(0, 0.05, x.shape)
    together = fit_batch(x, y)
    many = np.sort(rng.uniform(-9.0, -5.0, (1, 12)), axis=1)  # twelve different doses
    beside = fit_batch(np.concatenate([x, many]), np.concatenate([y, rng.normal(0, 1, (1, 12))]))
    for field in fields(together):
        np.testing.assert_array_equal(
            getattr(together, field.name), getattr(beside, field.name)[:-1], field.name
        )


@pytest.mark.parametrize("curves", [1, 300])
@pytest.mark.parametrize("factor", [1.0, 1e-150])
def test_replicates_that_scatter_about_equal_means_are_flat(curves, factor):
    y = np.tile([90.0, 110.0], (curves, 9, 1)) * factor
    y[-1, 3] = np.array([80.0, 120.0]) * factor
    fits = fit_batch(np.linspace(-9.0, -5.0, 9), y)
    assert set(fits.words) == {"flat"}
    assert set(fits.check_names) == {"flat"}
    assert np.isnan(fits.log10_ic50).all()
    assert (fits.f_flat == 0.0).all()
    rss = ((y - 100.0 * factor) ** 2).sum(axis=(1, 2))
    np.testing.assert_allclose(fits.rss, rss, rtol=1e-12)
    np.testing.assert_allclose(fits.sd, np.sqrt(rss / 14), rtol=1e-12)
