"""Limits of incomplete curves with one fixed plateau, against a dense search of the profile.

A fitted plateau beyond the readings makes up for a slope, so that at one log10 IC50 a shallow curve
may fit where the steeper one that the search followed does not.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import t as student

from tricyclic.numerics.batch.fit import fit_batch

DOSES = np.linspace(-9.0, -5.0, 8)
LN_HILLS = np.linspace(np.log(0.05), np.log(1000.0), 3000)


def _incomplete(n, seed):
    """Curves of 0 to 100 with midpoints in and beyond the doses, one reading a dose."""
    rng = np.random.default_rng(seed)
    c, hill = rng.uniform(-10.0, -3.0, n), np.exp(rng.uniform(np.log(0.3), np.log(8.0), n))
    falling = rng.random(n) < 0.8
    shape = expit(np.log(10.0) * hill[:, None] * (DOSES - c[:, None]))
    y = 100.0 * np.where(falling[:, None], 1.0 - shape, shape)
    return y + rng.normal(0.0, 1.0, y.shape) * rng.choice([4.0, 12.0, 30.0], n)[:, None]


def _profile(c, y, fixed, *, fixed_above):
    """Least sum of squares of a curve with that log10 IC50 and a plateau fixed on one side."""
    away = -1.0 if fixed_above else 1.0
    share = expit(away * np.log(10.0) * np.exp(LN_HILLS)[:, None] * (DOSES - c))
    off = y - fixed
    square = (share**2).sum(1)
    gain = np.where(square > 1e-250, (share @ off) ** 2 / np.maximum(square, 1e-250), 0.0)
    return off @ off - gain.max()


@pytest.mark.parametrize("fixed", [{"bottom": 0.0}, {"top": 100.0}, {"bottom": 300.0}])
def test_no_curve_of_another_slope_is_within_the_permitted_sum_at_a_limit(fixed):
    ((name, value),) = fixed.items()
    y = _incomplete(400, 8)
    fits = fit_batch(DOSES, y[:, :, None], **fixed)
    rises = student.ppf(0.975, fits.df) ** 2 * fits.rss / fits.df
    checked, wrong = 0, []
    for k in range(len(y)):
        # Its direction; the fitted plateau may have crossed the fixed one.
        fixed_above = (fits.hill[k] > 0.0) == (name == "top")
        for away, limit in ((-1.0, fits.log10_ic50_low[k]), (1.0, fits.log10_ic50_high[k])):
            if np.isfinite(limit):
                checked += 1
                at = limit + 1e-3 * away
                lowest = _profile(at, y[k], value, fixed_above=fixed_above)
                if lowest - fits.rss[k] < 0.98 * rises[k]:
                    wrong.append((k, away, (lowest - fits.rss[k]) / rises[k]))
    assert checked > 100
    assert not wrong


@pytest.mark.parametrize("fixed", [{"top": 150.0}, {"bottom": -60.0}, {"bottom": 0.0}])
def test_an_open_side_stays_below_the_permitted_sum_up_to_the_bound(fixed):
    """A fitted plateau makes up for no slope that is 0 at all doses."""
    ((name, value),) = fixed.items()
    y = 50.0 + 20.0 * np.random.default_rng(12).normal(size=(400, DOSES.size))
    fits = fit_batch(DOSES, y[:, :, None], **fixed)
    rises = student.ppf(0.975, fits.df) ** 2 * fits.rss / fits.df
    checked, wrong = 0, []
    for k in range(len(y)):
        fixed_above = (fits.hill[k] > 0.0) == (name == "top")
        for edge, limit in ((-12.0, fits.log10_ic50_low[k]), (-2.0, fits.log10_ic50_high[k])):
            if np.isinf(limit):
                checked += 1
                lowest = _profile(edge, y[k], value, fixed_above=fixed_above)
                if lowest - fits.rss[k] > 1.02 * rises[k]:
                    wrong.append((k, edge, (lowest - fits.rss[k]) / rises[k]))
    assert checked > 100
    assert not wrong


@pytest.mark.parametrize("plateaus", [(10.0, 70.0), (-40.0, 140.0), (10.0, 300.0)])
def test_limits_between_two_fixed_plateaus_lie_where_the_profile_has_risen(plateaus):
    """Between plateaus too far apart, a slope on the way to a limit reaches its lower bound."""
    bottom, top = plateaus
    rng = np.random.default_rng(9)
    c, hill = rng.uniform(-9.0, -5.0, 600), np.exp(rng.uniform(np.log(0.1), np.log(4.0), 600))
    y = 100.0 * expit(-np.log(10.0) * hill[:, None] * (DOSES - c[:, None]))
    y += rng.normal(0.0, 1.2, y.shape)
    fits = fit_batch(DOSES, y[:, :, None], bottom=bottom, top=top)
    rises = student.ppf(0.975, fits.df) ** 2 * fits.rss / fits.df
    checked, wrong = 0, []
    for k in range(len(y)):
        rising = np.sign(fits.hill[k])

        def height(c, k=k, rising=rising):
            share = expit(rising * np.log(10.0) * np.exp(LN_HILLS)[:, None] * (DOSES - c))
            lowest = ((y[k] - bottom - (top - bottom) * share) ** 2).sum(1).min()
            return (lowest - fits.rss[k]) / rises[k]

        for away, limit in ((-1.0, fits.log10_ic50_low[k]), (1.0, fits.log10_ic50_high[k])):
            if np.isfinite(limit):
                checked += 1
                inside, outside = height(limit - 1e-3 * away), height(limit + 1e-3 * away)
                if inside > 1.02 or outside < 0.98:
                    wrong.append((k, away, inside, outside))
    assert checked > 100
    assert not wrong


def test_rounding_does_not_decide_in_which_direction_a_curve_without_effect_goes():
    """Readings above both plateaus are nearest to the upper one, which either direction reaches."""
    y = 100.0 + np.abs(np.random.default_rng(13).normal(0.0, 9.0, (300, DOSES.size)))
    fits = fit_batch(DOSES, y[:, :, None], bottom=0.0, top=100.0)
    level = ((y - 100.0) ** 2).sum(1)
    assert fits.rss == pytest.approx(level, rel=1e-6)
    assert np.unique(np.sign(fits.hill)).size == 1
