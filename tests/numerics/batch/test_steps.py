"""Steps in closed form and the limits built on them, against a dense search of the profile."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from tricyclic.numerics.batch.fit import fit_batch

LN10 = np.log(10.0)
DOSES = np.linspace(-9.0, -4.0, 6)


def _shapes(c, hills, doses):
    """Shares of the plateau at low doses, shape (hills, doses), scaled to at most 1."""
    exponent = hills[:, None] * LN10 * (doses - c)
    rising = np.exp(-np.logaddexp(0.0, -exponent) + np.logaddexp(0.0, -exponent).min(1)[:, None])
    falling = np.exp(-np.logaddexp(0.0, exponent) + np.logaddexp(0.0, exponent).min(1)[:, None])
    return np.concatenate([rising, falling])


def _profile(c, means, doses=DOSES):
    """Least sum of squares of the means about a curve with that log10 IC50, over 1,600 slopes and
    200 more beside the best of them, a hundredth as far apart.
    """
    centred = means - means.mean()

    def gains(hills):
        shapes = _shapes(c, hills, doses)
        shapes = shapes - shapes.mean(1, keepdims=True)
        norm = (shapes**2).sum(1)
        return np.where(norm > 1e-200, (shapes @ centred) ** 2 / np.maximum(norm, 1e-200), 0.0)

    hills = np.geomspace(0.05, 1000.0, 800)
    step = hills[1] / hills[0]
    first = gains(hills)
    best = hills[first.argmax() % hills.size]
    beside = gains(np.clip(best * np.geomspace(1.0 / step, step, 200), hills[0], hills[-1]))
    return (centred**2).sum() - max(first.max(), beside.max())


def _steps(n, seed):
    rng = np.random.default_rng(seed)
    place = rng.integers(1, 6, n)
    y = np.where(np.arange(6) < place[:, None], 100.0, 0.0)
    turning = rng.random(n) < 0.5
    y[turning, place[turning]] = rng.uniform(0.0, 100.0, turning.sum())
    return (
        y[:, :, None] + rng.normal(0.0, 1.0, (n, 6, 2)) * rng.choice([1.0, 8.0], n)[:, None, None]
    )


def _heights(fits, y, k, at):
    """Height of the profile over the optimum, as a share of the permitted rise."""
    means = y[k].mean(1)
    pure = ((y[k] - means[:, None]) ** 2).sum()
    t = 2.3060041350333704  # Student's t, 8 degrees of freedom, 0.975
    rise = t**2 * fits.rss[k] / 8.0
    return np.array([2.0 * _profile(c, means) + pure - fits.rss[k] for c in at]) / rise


@pytest.fixture(scope="module")
def stepped():
    y = _steps(60, 11)
    return y, fit_batch(DOSES, y)


def _assert_crossings(y, fits):
    """Assert that the profile crosses the permitted rise at every limit, not before it, and stays
    below it on open sides; gives how many sides are closed and open.
    """
    closed = opened = 0
    for k in range(len(y)):
        own = fits.log10_ic50[k]
        for away, limit in ((-1.0, fits.log10_ic50_low[k]), (1.0, fits.log10_ic50_high[k])):
            if np.isinf(limit):
                opened += 1
                edge = -12.0 if away < 0.0 else -1.0
                assert _heights(fits, y, k, np.linspace(own, edge, 20)[1:]).max() < 1.0 + 5e-3
                continue
            closed += 1
            tiny = max(1e-5, 1e-4 * abs(limit - own))
            # The profile can fall again right behind a dose.
            inside, *outside = _heights(fits, y, k, limit + away * tiny * np.array([-1, 0.03, 1]))
            assert inside < 1.0 + 5e-3
            assert max(outside) > 1.0 - 5e-3
            between = np.linspace(own, limit, 12)[1:-1]
            assert _heights(fits, y, k, between).max() < 1.0 + 5e-3
    return closed, opened


@pytest.mark.parametrize("sd", [0.3, 3.0])
def test_steep_curves_a_decade_apart_have_the_limits_of_their_profile(sd):
    """A slope of 1.4 changes between two doses of these already."""
    rng = np.random.default_rng(17)
    c, hill = rng.uniform(-8.5, -4.5, 25), rng.uniform(1.2, 6.0, 25)
    mean = 100.0 / (1.0 + 10.0 ** (hill[:, None] * (DOSES - c[:, None])))
    y = mean[:, :, None] + rng.normal(0.0, sd, (25, 6, 2))
    closed, _ = _assert_crossings(y, fit_batch(DOSES, y))
    assert closed > 30


def test_curves_beyond_the_doses_are_open_where_the_profile_is():
    rng = np.random.default_rng(19)
    c, hill = rng.uniform(-4.5, -2.5, 25), rng.uniform(0.5, 1.5, 25)
    mean = 100.0 / (1.0 + 10.0 ** (hill[:, None] * (DOSES - c[:, None])))
    y = mean[:, :, None] + rng.normal(0.0, 4.0, (25, 6, 2))
    closed, opened = _assert_crossings(y, fit_batch(DOSES, y))
    assert closed > 3
    assert opened > 15


def test_limits_of_steps_lie_where_the_profile_crosses(stepped):
    y, fits = stepped
    closed = 0
    for k in range(len(y)):
        for away, limit in ((-1.0, fits.log10_ic50_low[k]), (1.0, fits.log10_ic50_high[k])):
            if not np.isfinite(limit):
                continue
            closed += 1
            tiny = max(1e-5, 1e-4 * abs(limit - fits.log10_ic50[k]))
            inside, outside = _heights(fits, y, k, (limit - away * tiny, limit + away * tiny))
            assert inside < 1.0 + 5e-3
            assert outside > 1.0 - 5e-3
    assert closed > 60


def test_open_sides_of_steps_stay_below_the_permitted_sum(stepped):
    y, fits = stepped
    opened = 0
    for k in range(len(y)):
        for edge, limit in ((-12.0, fits.log10_ic50_low[k]), (-1.0, fits.log10_ic50_high[k])):
            if np.isinf(limit):
                opened += 1
                at = np.linspace(fits.log10_ic50[k], edge, 40)[1:]
                assert _heights(fits, y, k, at).max() < 1.0 + 5e-3
    assert opened > 5


def test_curves_have_the_sum_of_squares_that_is_stated(stepped):
    y, fits = stepped
    for k in range(len(y)):
        means = y[k].mean(1)
        shape = _shapes(fits.log10_ic50[k], np.array([abs(fits.hill[k])]), DOSES)
        centred = shape - shape.mean(1, keepdims=True)
        norm = (centred**2).sum(1)
        gain = ((centred @ (means - means.mean())) ** 2 / np.where(norm > 0.0, norm, 1.0)).max()
        total = ((y[k] - means.mean()) ** 2).sum() - 2.0 * gain
        assert total == pytest.approx(fits.rss[k], rel=1e-4)


@pytest.mark.parametrize("fixed", [{}, {"bottom": 0.0}, {"top": 100.0}])
def test_every_limit_is_a_number(fixed):
    rng = np.random.default_rng(3)
    for y in (_steps(400, 5), 100.0 + rng.normal(0.0, 5.0, (400, 6, 2))):
        doses = np.sort(rng.uniform(-9.0, -4.0, (400, 6)), axis=1)
        for x in (DOSES, doses):
            fits = fit_batch(x, y, **fixed)
            assert not np.isnan(fits.log10_ic50_low).any()
            assert not np.isnan(fits.log10_ic50_high).any()


def test_limits_do_not_depend_on_workers_nor_on_cutting():
    y = _steps(1500, 7)
    whole = fit_batch(DOSES, y, workers=1)
    threads = fit_batch(DOSES, y, workers=2)
    parts = [fit_batch(DOSES, part, workers=1) for part in np.array_split(y, 7)]
    for name in ("log10_ic50_low", "log10_ic50_high", "log10_ic50", "hill", "rss"):
        own = getattr(whole, name)
        assert own.tobytes() == getattr(threads, name).tobytes()
        assert own.tobytes() == np.concatenate([getattr(p, name) for p in parts]).tobytes()


def _least_step(means):
    """Least sum of squares about two levels, with any one dose or none on the way between them."""
    least = np.inf
    for low in range(len(means)):
        for high in (low, low + 1):
            parts = [part for part in (means[:low], means[high:]) if len(part)]
            levels = [part.mean() for part in parts]
            on_way = high == low or (len(levels) == 2 and min(levels) < means[low] < max(levels))
            if on_way:
                least = min(least, sum(((part - part.mean()) ** 2).sum() for part in parts))
    return least


def test_no_step_is_better_than_the_optimum(stepped):
    y, fits = stepped
    noise = np.random.default_rng(23).normal(50.0, 8.0, (300, 6, 2))
    for readings, own in ((y, fits), (noise, fit_batch(DOSES, noise, confidence=None))):
        means = readings.mean(2)
        pure = ((readings - means[..., None]) ** 2).sum((1, 2))
        steps = pure + 2.0 * np.array([_least_step(curve) for curve in means])
        assert (own.rss <= steps * (1.0 + 1e-9)).all()
        assert (own.rss > steps * (1.0 - 1e-9)).sum() > 15


@pytest.mark.parametrize("fixed", [{}, {"bottom": 0.0}, {"bottom": 0.0, "top": 100.0}])
@pytest.mark.parametrize("decimals", [0, 12])
def test_limits_contain_the_estimate_of_readings_on_a_steep_curve(fixed, decimals):
    """Their slope is not determined, and the estimate is that of the steepest curve."""
    rng = np.random.default_rng(3)
    doses = np.linspace(-10.0, -4.0, 10)
    c, hill = rng.uniform(-9.3, -4.7, 500), rng.uniform(3.0, 60.0, 500)
    y = np.round(100.0 * expit(-LN10 * hill[:, None] * (doses - c[:, None])), decimals)
    fits = fit_batch(doses, y, **fixed)
    assert (fits.rss >= 0.0).all()
    assert (fits.log10_ic50_low <= fits.log10_ic50).all()
    assert (fits.log10_ic50 <= fits.log10_ic50_high).all()


@pytest.mark.parametrize("fixed", [{}, {"bottom": 0.0}, {"bottom": 0.0, "top": 100.0}])
@pytest.mark.parametrize("replicates", [1, 3])
def test_limits_of_a_step_without_scatter_are_the_doses_beside_it(fixed, replicates):
    """The midpoint of a step can lie anywhere between them, and no sum shows where."""
    doses = np.linspace(-10.0, -4.0, 10)
    below = np.arange(2, 9)
    y = np.where(np.arange(10) < below[:, None], 100.0, 0.0)
    fits = fit_batch(doses, np.repeat(y[:, :, None], replicates, axis=2), **fixed)
    np.testing.assert_allclose(fits.log10_ic50_low, doses[below - 1], atol=0.01)
    np.testing.assert_allclose(fits.log10_ic50_high, doses[below], atol=0.01)
