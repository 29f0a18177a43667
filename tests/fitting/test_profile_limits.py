"""Limits of incomplete curves against profiles by brute force, which share no code with the fit."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

import tricyclic as tca
from tricyclic.core.series import Series
from tricyclic.numerics.batch.fit import fit_batch


def _module():
    path = Path(__file__).with_name("profile_reference.py")
    spec = importlib.util.spec_from_file_location("profile_reference", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


reference = _module()
REACH, WIDE = 3.0, 9.0


def allowed(fit) -> float:
    return fit.rss * (1 + student.ppf(0.5 + fit.confidence / 2, fit.df) ** 2 / fit.df)


def reference_of(x, y, **settings):
    box = reference.Box((x.min() - REACH - WIDE, x.max() + REACH + WIDE))
    return reference.Reference(x, y, np.ones_like(y), box, **settings)


def assert_limits_hold(x, y, fit, names=("bottom", "top", "log10_ec50", "hill"), **settings):
    """Every finite limit is the outermost crossing, and every open side never reaches it."""
    falling = fit["hill"].value < 0
    brute = reference_of(x, y, **settings)
    target = allowed(fit)
    plateaus = ("high", "low") if falling else ("low", "high")
    keys = dict(zip(("bottom", "top"), plateaus, strict=True)) | {
        "log10_ec50": "c",
        "log10_ic50": "c",
        "hill": "hill",
    }
    for name in names:
        parameter, key = fit[name], keys[name]
        for end, outward in ((parameter.low, -1.0), (parameter.high, 1.0)):
            far = {
                "c": x.max() + REACH if outward > 0 else x.min() - REACH,
                "hill": 1000.0 if (outward > 0) != falling else 0.05,
            }.get(key, parameter.value + outward * 1e4 * np.ptp(y))
            if np.isinf(end):
                assert brute.profile(key, far) <= target * (1 + 1e-3), (name, outward, "open")
                continue
            reach = end - parameter.value
            inside, outside = (
                abs(parameter.value + share * reach)
                if key == "hill"
                else parameter.value + share * reach
                for share in (0.98, 1.02)
            )
            assert brute.profile(key, inside) <= target * (1 + 1e-3), (name, outward, "too wide")
            if key == "c" and not x.min() - REACH <= outside <= x.max() + REACH:
                continue
            assert brute.profile(key, outside) >= target * (1 - 1e-3), (name, outward, "too narrow")


def fitted(x, y, curve="logistic_4pl", column="concentration_M", **settings):
    return tca.fit(Series("curve", y, "y", {column: 10.0**x}), tca.curve_model(curve), **settings)


def test_an_effect_at_the_last_dose_only_leaves_one_plateau_and_the_ec50_open():
    x = np.repeat([-8.0, -7.0, -6.0, -5.0, -4.0], 3)
    y = np.array([52, 49, 50, 48, 51, 51, 50, 53, 47, 46, 50, 49, 21, 25, 22], float)
    fit = fitted(x, y)
    assert fit["log10_ec50"].high == np.inf and fit["bottom"].low == -np.inf
    assert fit["hill"].low == -np.inf
    # The upper plateau is the mean of the other doses, with the scatter of all, or higher where
    # the dose before the last is on the slope: exact limits by brute force.
    assert_limits_hold(x, y, fit)


def test_a_rise_at_the_top_dose_leaves_the_upper_plateau_and_the_steep_side_open():
    x = np.log10(np.array([0.5, 1.1, 2.3, 4.6, 9.0, 18.0])) - 6
    y = np.array([0.02, 0.01, 0.05, 0.04, 0.11, 0.92])
    fit = fitted(x, y)
    assert fit["top"].high == np.inf and fit["hill"].high == np.inf
    assert fit["log10_ec50"].high == np.inf
    assert_limits_hold(x, y, fit)


def test_an_incomplete_fall_leaves_the_steep_side_of_hill_open():
    x = np.arange(-7.0, -4.2, 0.5)
    y = np.array([100.9, 101.4, 98.2, 97.9, 88.0, 43.5])
    fit = fitted(x, y)
    assert fit["hill"].low == -np.inf and fit["log10_ec50"].high == np.inf
    assert_limits_hold(x, y, fit)


def incomplete(seed: int):
    """A random curve whose doses end before its plateaus do."""
    rng = np.random.default_rng(seed)
    x = np.repeat(np.linspace(-9.0, -4.0, int(rng.integers(5, 8))), int(rng.integers(1, 3)))
    c = [x.max() - 0.5, x.max(), x.min() + 0.5, rng.uniform(-8, -5)][seed % 4]
    y = 20 + 80 / (1 + 10.0 ** (rng.lognormal(0, 0.4) * (c - x)))
    y = y if seed % 2 else 120 - y
    return x, y + rng.normal(0, rng.choice([2.0, 6.0]), x.size)


@pytest.mark.parametrize("seed", range(4))
def test_limits_of_random_incomplete_curves_hold_against_brute_force(seed):
    x, y = incomplete(seed)
    assert_limits_hold(x, y, fitted(x, y))


@pytest.mark.parametrize("seed", [11, 12])
def test_limits_of_one_site_competition_hold_against_brute_force(seed):
    x, y = incomplete(seed)
    fit = fitted(x, y, "one_site_competition", "competitor_M")
    assert_limits_hold(x, y, fit, ("bottom", "top", "log10_ic50"), fixed_hill=1.0)


@pytest.mark.parametrize("seed", range(20, 26))
def test_the_many_curve_route_gives_the_same_limits(seed):
    x, y = incomplete(seed)
    one = fitted(x, y, intervals=["log10_ec50"])["log10_ec50"]
    many = fit_batch(x, y[None])
    assert many.log10_ic50_low[0] == pytest.approx(one.low, abs=1e-3)
    assert many.log10_ic50_high[0] == pytest.approx(one.high, abs=1e-3)


def test_the_ec50_of_a_step_reaches_from_one_dose_to_the_next():
    x = np.array([-8.0, -7.5, -7.0, -6.5, -6.0, -5.5, -5.0])
    y = np.where(x > -6.2, 100.0, 0.0) + np.array([0.4, -0.7, 0.3, 0.2, -0.5, 0.6, -0.3])
    fit = fitted(x, y)
    assert fit["log10_ec50"].low == pytest.approx(-6.5, abs=0.003)
    assert fit["log10_ec50"].high == pytest.approx(-6.0, abs=0.003)
    assert fit["hill"].high == np.inf and fit["hill"].low > 3.0
    many = fit_batch(x, y[None])
    assert many.log10_ic50_low[0] == pytest.approx(fit["log10_ec50"].low, abs=1e-3)
    assert many.log10_ic50_high[0] == pytest.approx(fit["log10_ec50"].high, abs=1e-3)


def test_a_mirrored_curve_has_mirrored_limits():
    x, y = incomplete(3)
    fit, mirrored = fitted(x, y), fitted(x, -y)
    assert mirrored["top"].high == pytest.approx(-fit["bottom"].low, rel=1e-5)
    assert mirrored["bottom"].low == pytest.approx(-fit["top"].high, rel=1e-5)
    assert mirrored["hill"].low == pytest.approx(-fit["hill"].high, rel=1e-4)


def test_the_unit_of_the_dose_changes_no_side_from_open_to_closed():
    x, y = incomplete(5)
    fit, other = fitted(x, y), fitted(x + 9.0, y)
    for name in ("bottom", "top", "hill"):
        assert other[name].low == pytest.approx(fit[name].low, rel=1e-5)
        assert other[name].high == pytest.approx(fit[name].high, rel=1e-5)
    assert other["log10_ec50"].low == pytest.approx(fit["log10_ec50"].low + 9.0, abs=1e-5)
