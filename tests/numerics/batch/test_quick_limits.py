"""Limits of plain curves against roots of the profile by scipy, which share no code."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import t as student

from tricyclic.numerics.batch import likely_direction
from tricyclic.numerics.batch.fit import fit_batch

DOSES = np.linspace(-10.0, -4.0, 10)
REPLICATES = 3


def readings(n, seed=11, scatter=4.0):
    """Falling curves whose limits lie within the doses, shape (n, doses, replicates)."""
    rng = np.random.default_rng(seed)
    c, hill = rng.uniform(-8.2, -5.8, n), rng.uniform(0.7, 1.3, n)
    mean = 5 + 95 / (1 + 10 ** (hill[:, None] * (DOSES - c[:, None])))
    return rng.normal(mean[..., None], scatter, (n, DOSES.size, REPLICATES))


def least_sum(x, y, weight, c, ln_hill, known):
    """Residual sum of the best plateaus that are not known, by lstsq."""
    s = 1 / (1 + 10 ** (np.exp(ln_hill) * (x - c)))
    columns, remainder = [], y.copy()
    for shape, level in ((s, known.get("top")), (1 - s, known.get("bottom"))):
        if level is None:
            columns.append(shape)
        else:
            remainder = remainder - level * shape
    root = np.sqrt(weight)
    if columns:
        design = np.transpose(columns) * root[:, None]
        remainder = (
            remainder
            - np.transpose(columns) @ np.linalg.lstsq(design, remainder * root, rcond=None)[0]
        )
    return float(weight @ remainder**2)


def limit_by_root(x, y, weight, fit, row, side, known):
    """Where the profile of the residual sum has risen by rss * t^2 / df."""
    highest = fit.rss[row] * (1 + student.ppf(0.975, fit.df[row]) ** 2 / fit.df[row])
    ln_hill = np.log(abs(fit.hill[row]))

    def above(c):
        if "hill" in known:
            return least_sum(x, y, weight, c, ln_hill, known) - highest
        least = minimize_scalar(
            lambda own: least_sum(x, y, weight, c, own, known),
            bounds=(ln_hill - 1.5, ln_hill + 1.5),
            method="bounded",
            options={"xatol": 1e-9},
        )
        return least.fun - highest

    c = fit.log10_ic50[row]
    return brentq(above, c, c + 1.5 * side, xtol=1e-11)


@pytest.mark.parametrize(
    ("known", "weighted"),
    [
        ({}, False),
        ({}, True),
        ({"bottom": 5.0}, False),
        ({"top": 100.0, "bottom": 5.0}, False),
        ({"hill": -1.0}, False),
        ({"hill": -1.0, "top": 100.0}, True),
    ],
)
def test_limits_are_the_roots_of_the_profile(known, weighted):
    y = readings(40)
    weight = 1 / np.maximum(y, 10.0) if weighted else None
    fit = fit_batch(DOSES, y, weight=weight, **known)
    x = np.repeat(DOSES, REPLICATES)
    for row in range(0, len(y), 5):
        own = np.ones(x.size) if weight is None else weight[row].ravel()
        for end, side in ((fit.log10_ic50_low[row], -1), (fit.log10_ic50_high[row], 1)):
            root = limit_by_root(x, y[row].ravel(), own, fit, row, side, known)
            assert end == pytest.approx(root, abs=1e-6)


def test_limits_do_not_depend_on_the_curves_beside():
    y = np.concatenate([readings(50), readings(50, scatter=30.0), readings(30, scatter=0.01)])
    order = np.random.default_rng(3).permutation(len(y))
    together, mixed = fit_batch(DOSES, y), fit_batch(DOSES, y[order])
    assert np.isinf(together.log10_ic50_low).any()
    for name in ("log10_ic50_low", "log10_ic50_high"):
        np.testing.assert_array_equal(getattr(mixed, name), getattr(together, name)[order])
        alone = [getattr(fit_batch(DOSES, y[row : row + 1]), name)[0] for row in range(0, 130, 9)]
        np.testing.assert_array_equal(alone, getattr(together, name)[::9])


def test_readings_without_scatter_have_limits_at_the_estimate():
    y = 5 + 95 / (1 + 10 ** (DOSES - np.array([[-7.0], [-6.5]])))
    fit = fit_batch(DOSES, y)
    np.testing.assert_allclose(fit.log10_ic50_low, [-7.0, -6.5], atol=1e-6)
    np.testing.assert_allclose(fit.log10_ic50_high, [-7.0, -6.5], atol=1e-6)


def test_limits_of_the_worse_direction_are_omitted_without_effect(monkeypatch):
    y = np.concatenate([readings(60), readings(60, scatter=25.0)])
    y[::3] = y[::3, ::-1]
    quick = [fit_batch(DOSES, y, bottom=5.0), fit_batch(DOSES, y, top=80.0, model="3pl")]
    monkeypatch.setattr(likely_direction, "_MUCH_WORSE", np.inf)
    for fit, known in zip(quick, ({"bottom": 5.0}, {"top": 80.0, "model": "3pl"}), strict=True):
        full = fit_batch(DOSES, y, **known)
        assert np.unique(np.sign(full.hill[np.isfinite(full.hill)])).tolist() == [-1.0, 1.0]
        for name in ("log10_ic50", "log10_ic50_low", "log10_ic50_high", "hill", "rss", "status"):
            np.testing.assert_array_equal(getattr(fit, name), getattr(full, name))
