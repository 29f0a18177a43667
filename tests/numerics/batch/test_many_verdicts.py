"""Status and checks of many curves against those of one curve after the other."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tricyclic.numerics.batch.fit import fit_batch
from tricyclic.numerics.batch.many_verdicts import MIN_CURVES
from tricyclic.numerics.batch.rules import CHECKS
from tricyclic.stats.patterns import few_runs_limits, few_runs_probability

N = 2 * MIN_CURVES
DOSES = np.linspace(-10.0, -4.0, 9)
WITH_ENDS = np.array([-np.inf, -9.0, -8.0, -7.0, -6.0, -5.0, np.inf])


def curves(x=DOSES, replicates=2, n=N, seed=1):
    """Rising and falling curves, bells, valleys and flat lines, with little and much scatter."""
    rng = np.random.default_rng(seed)
    at = np.clip(x, -100.0, 100.0)

    def rise(c, hill):
        return 1.0 / (1.0 + 10.0 ** np.clip(-hill * (at - c), -300.0, 300.0))

    c, hill = rng.uniform(-11.5, -3.0, (n, 1)), np.exp(rng.uniform(-1.0, 1.5, (n, 1)))
    up, down = rise(c, hill), 1.0 - rise(c + rng.uniform(0.5, 3.0, (n, 1)), hill)
    kind = rng.integers(0, 7, (n, 1))
    shape = np.select([kind < 2, kind < 4, kind == 4, kind == 5], [up, 1 - up, up * down, 0.5], 0.3)
    shape = np.where(kind == 6, 1.0 - up * down, shape)
    sd = np.exp(rng.uniform(np.log(0.3), np.log(15.0), (n, 1, 1)))
    return 100.0 * shape[:, :, None] + sd * rng.standard_normal((n, x.size, replicates))


def with_gaps(y, share=0.15, seed=2):
    y = y.copy()
    y[np.random.default_rng(seed).random(y.shape) < share] = np.nan
    return y


def weights(y, seed=3):
    rng = np.random.default_rng(seed)
    weight = rng.uniform(0.2, 3.0, y.shape)
    return np.where(rng.random(y.shape) < 0.03, 0.0, weight)


def own(x=DOSES, n=N):
    """Doses of each curve, in another order, some missing, some equal."""
    rng = np.random.default_rng(4)
    doses = np.round(x + rng.uniform(-0.4, 0.4, (n, x.size)), 1)
    doses[rng.random(doses.shape) < 0.03] = np.nan
    return doses[:, rng.permutation(x.size)]


def same_one_by_one(x, y, **settings):
    """The fits; every array of theirs is that of fewer curves, which are assessed with numbers."""
    together = fit_batch(x, y, **settings)
    half = MIN_CURVES - 1
    for first in range(0, len(y), half):
        rows = slice(first, first + half)
        some = {k: v[rows] if isinstance(v, np.ndarray) else v for k, v in settings.items()}
        few = fit_batch(x if np.ndim(x) == 1 else x[rows], y[rows], **some)
        for field in dataclasses.fields(few):
            if field.name in {"status", "checks", "at_bound"} or field.name.startswith("log10_"):
                of_many, of_few = getattr(together, field.name)[rows], getattr(few, field.name)
                np.testing.assert_array_equal(of_many, of_few, field.name)
    return together


@pytest.mark.parametrize("replicates", [1, 2, 3, 4])
@pytest.mark.parametrize("x", [DOSES, WITH_ENDS])
def test_many_curves_get_the_verdict_of_each(x, replicates):
    y = curves(x, replicates)
    same_one_by_one(x, y)
    same_one_by_one(x, with_gaps(y), confidence=None)
    same_one_by_one(x, y, weight=weights(y), confidence=None)


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "3pl", "bounds": (-9.0, -5.0)},
        {"bottom": 0.0},
        {"top": 100.0},
        {"top": 100.0, "bottom": 0.0},
        {"top": 100.0, "bottom": 0.0, "hill": -1.0},
        {"hill": 2.0, "flat_level": 0.2, "reach": 1.0},
    ],
)
def test_settings_of_the_fit_are_those_of_its_verdict(settings):
    same_one_by_one(DOSES, with_gaps(curves()), confidence=None, **settings)


def test_doses_of_their_own():
    y = with_gaps(curves())
    same_one_by_one(own(), y, confidence=None)
    same_one_by_one(own(), y, weight=weights(y), confidence=None)
    long = np.repeat(DOSES, 2)[np.random.default_rng(5).permutation(18)]
    same_one_by_one(long, curves(long, 1), confidence=None)
    shared = long.copy()
    shared[3] = np.nan
    same_one_by_one(shared, curves(long, 1), confidence=None)


def test_readings_without_scatter_of_whole_numbers_or_of_extreme_size():
    y = curves()
    for some in (
        np.round(y),
        np.clip(np.round(y), 0.0, 100.0),
        np.round(y / 50.0),
        y * 1e200,
        y * 1e-200,
        y + 1e9,
        np.repeat(curves(replicates=1), 2, axis=2),
        np.where(np.random.default_rng(6).random(y.shape) < 0.01, np.inf, y),
    ):
        same_one_by_one(DOSES, some, confidence=None)
        same_one_by_one(DOSES, some, confidence=None, top=100.0, bottom=0.0)
    exact = 100.0 / (1.0 + 10.0 ** (DOSES + np.linspace(5.0, 9.0, N)[:, None]))
    same_one_by_one(DOSES, exact, confidence=None)


def test_long_curves_and_more_doses_than_the_turns_are_looked_for_at():
    x = np.linspace(-10.0, -4.0, 40)
    same_one_by_one(x, curves(x, 1, n=300), confidence=None)
    same_one_by_one(x, curves(x, 3, n=300), confidence=None)
    x = np.linspace(-10.0, -4.0, 300)
    same_one_by_one(x, curves(x, 1, n=300), confidence=None)


def test_every_check_is_raised_by_some_of_these_curves_and_not_by_others():
    y = with_gaps(curves(replicates=3, n=3000), share=0.5)
    y[:9] = np.nan
    free, fixed = fit_batch(DOSES, y), fit_batch(DOSES, curves(replicates=3), top=40.0)
    bits = np.concatenate([free.checks, fixed.checks])
    for bit, name in enumerate(CHECKS):
        if name != "converged":
            assert 0 < (bits >> bit & 1).sum() < bits.size, name


def test_threads_do_not_change_the_verdict():
    y = curves(n=5000)
    one, three = fit_batch(DOSES, y), fit_batch(DOSES, y, workers=3)
    for field in dataclasses.fields(one):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(three, field.name))


@pytest.mark.parametrize("n", [8, 13, 30, 61])
def test_the_limits_of_runs_are_those_of_their_probability(n):
    level = 0.002
    for plus, runs in enumerate(few_runs_limits(n, level)):
        if runs:
            assert few_runs_probability(plus, n - plus, int(runs)) < level
        if 0 < plus < n:
            assert not few_runs_probability(plus, n - plus, max(int(runs), 1) + 1) < level


@pytest.mark.parametrize("weighted", [False, True])
def test_no_direction_that_fits_better_is_left_out_where_both_plateaus_are_fixed(weighted):
    y = with_gaps(curves(WITH_ENDS, replicates=3))
    settings = {"top": 90.0, "bottom": 10.0, "confidence": None}
    settings |= {"weight": weights(y)} if weighted else {}
    settings["model"] = "3pl"
    free = fit_batch(WITH_ENDS, y, **settings)
    falling, rising = (fit_batch(WITH_ENDS, y, hill=hill, **settings) for hill in (-1.0, 1.0))
    np.testing.assert_allclose(free.rss, np.minimum(falling.rss, rising.rss), rtol=1e-12)
    np.testing.assert_array_equal(free.hill > 0, rising.rss < falling.rss)
    direction = np.where(np.arange(N) % 2 == 0, -1.0, 1.0)
    mixed = fit_batch(WITH_ENDS, y, hill=direction, **settings)
    for sign, alone in ((-1.0, falling), (1.0, rising)):
        rows = direction == sign
        np.testing.assert_allclose(mixed.rss[rows], alone.rss[rows], rtol=1e-12)
        np.testing.assert_array_equal(mixed.status[rows], alone.status[rows])
