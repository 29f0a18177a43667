"""Status and checks of curves with a known fault."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import ncf

from tricyclic.numerics.batch.fit import STATUS, fit_batch
from tricyclic.numerics.batch.rules import CHECKS
from tricyclic.numerics.batch.verdict import FAILS, check_names
from tricyclic.stats.patterns import few_runs_p, few_runs_probability

DOSES = np.linspace(-10.0, -5.0, 11)


def curve(c=-7.5, hill=1.0, top=100.0, bottom=0.0, x=DOSES):
    return bottom + (top - bottom) / (1 + 10 ** (hill * (x - c)))


def noisy(mean, sd=2.0, replicates=3, curves=1, seed=0):
    rng = np.random.default_rng(seed)
    shape = (curves, mean.size, replicates)
    return mean[None, :, None] + sd * rng.standard_normal(shape)


def verdict(y, x=DOSES, **settings):
    fits = fit_batch(x, y, **settings)
    return fits.words[0], set(filter(None, fits.check_names[0].split(", ")))


def test_a_complete_curve_has_no_remark():
    assert verdict(noisy(curve())) == ("fitted", set())


def test_a_curve_that_begins_at_the_last_doses_has_its_ic50_outside_the_range():
    assert verdict(noisy(curve(c=-4.2), sd=0.1))[1] == {"ic50_outside_range"}
    status, checks = verdict(noisy(curve(c=-4.5), sd=1.0))
    assert status == "upper CI unbounded"
    assert {"ic50_outside_range", "ci_unbounded"} <= checks


def test_a_plateau_that_is_not_reached_is_missing_unless_it_is_fixed_or_measured():
    y = noisy(curve(c=-5.4), sd=0.5)
    assert "plateau_missing" in verdict(y)[1]
    assert "plateau_missing" not in verdict(y, bottom=0.0)[1]
    saturated = np.concatenate([y, np.array([[[-0.5, 0, 0.5]]])], axis=1)
    assert "plateau_missing" not in verdict(saturated, x=np.append(DOSES, np.inf))[1]
    left = noisy(curve(c=-9.6), sd=0.5)
    assert "plateau_missing" in verdict(left)[1]
    vehicle = np.concatenate([np.array([[[99.5, 100, 100.5]]]), left], axis=1)
    assert "plateau_missing" not in verdict(vehicle, x=np.append(-np.inf, DOSES))[1]


def test_a_bell_is_not_monotone_and_not_flat():
    y = noisy(curve(c=-6) - curve(c=-8.5), sd=5, replicates=1)
    assert verdict(y) == ("not monotone", {"not_monotone"})


def test_flat_readings_are_flat_where_the_design_has_power_and_indistinct_where_it_has_none():
    assert verdict(noisy(np.full(11, 50.0))) == ("flat", {"flat"})
    x = np.linspace(-9, -5, 5)
    y = noisy(np.full(5, 50.0), replicates=1, curves=200, seed=2)
    assert set(fit_batch(x, y).words[:200]) <= {
        "not distinguishable from flat",
        "CI unbounded",
        "fitted",
        "lower CI unbounded",
        "upper CI unbounded",
        "parameter at bound",
    }
    assert (fit_batch(x, y).words == "not distinguishable from flat").mean() > 0.5


@pytest.mark.parametrize(("points", "replicates"), [(5, 1), (6, 1), (8, 1), (5, 2)])
def test_the_word_for_flat_follows_from_the_power_of_f(points, replicates):
    x = np.linspace(-9, -5, points)
    shape = 1 / (1 + 10 ** (-(x - x.mean())))
    size = 100 * replicates * ((shape - shape.mean()) ** 2).sum()
    df = points * replicates - 4
    power = ncf.sf(f_limit(3, df), 3, df, size)
    words = fit_batch(x, noisy(np.zeros(points), replicates=replicates, curves=300)).words
    expected = "flat" if power >= 0.8 else "not distinguishable from flat"
    other = {"flat", "not distinguishable from flat"} - {expected}
    assert expected in words and not other & set(words)


def f_limit(more, df):
    from scipy.stats import f

    return f.ppf(0.95, more, df)


def test_a_curve_between_replicates_of_a_wrong_shape_lacks_fit():
    steps = curve(c=-8.8, top=50, hill=1.5) + curve(c=-6.2, top=50, hill=1.5)
    assert "lack_of_fit" in verdict(noisy(steps, sd=0.5))[1]


def test_as_many_doses_as_parameters_leave_the_shape_untested():
    x = np.array([-8.5, -7.5, -7.0, -6.0])
    assert "few_doses" in verdict(noisy(curve(x=x), replicates=3), x=x)[1]
    status, checks = verdict(noisy(curve(x=x[:3]), replicates=4), x=x[:3])
    assert (status, checks) == ("too few points", {"fit_failed"})


def test_an_ic50_at_the_bound_of_the_search_is_marked():
    y = noisy(1e-2 * 10 ** (DOSES + 6.0), sd=1e-5)
    fits = fit_batch(DOSES, y)
    assert fits.at_bound[0] == 1
    assert fits.log10_ic50[0] == pytest.approx(-2.0)
    assert fit_batch(DOSES, noisy(curve())).at_bound[0] == 0


def test_the_probability_of_few_runs_is_that_of_all_orders():
    for plus, minus in ((2, 3), (4, 4), (1, 6)):
        orders = set(itertools.permutations([True] * plus + [False] * minus))
        runs = np.array([1 + sum(a != b for a, b in itertools.pairwise(o)) for o in orders])
        for most in range(2, plus + minus + 1):
            exact = (runs <= most).mean()
            assert few_runs_probability(plus, minus, most) == pytest.approx(exact)
    assert few_runs_p(np.array([True, True, False])) == pytest.approx(2 / 3)


def test_long_runs_of_residuals_are_reported():
    x = np.linspace(-10, -4, 40)
    y = curve(c=-8.4, top=50, x=x) + curve(c=-5.7, top=50, x=x)
    assert "residual_runs" in verdict(noisy(y, sd=0.7, replicates=1), x=x)[1]


def test_every_status_and_check_has_a_name_of_its_own():
    assert len(set(STATUS)) == len(STATUS)
    assert len(set(CHECKS)) == len(CHECKS)
    assert set(CHECKS) > FAILS
    assert check_names(np.array([0, 1, 5])).tolist() == ["", "fit_failed", "fit_failed, flat"]


def test_the_verdict_of_a_curve_does_not_depend_on_its_neighbours_or_on_weights_of_one():
    rng = np.random.default_rng(7)
    c = rng.uniform(-11, -4, 60)
    y = np.stack([noisy(curve(c=one), sd=6, seed=k)[0] for k, one in enumerate(c)])
    y[3, 2] = np.nan
    together = fit_batch(DOSES, y)
    weighted = fit_batch(DOSES, y, weight=np.ones(y.shape))
    for k in range(60):
        alone = fit_batch(np.tile(DOSES, (1, 1)), y[k : k + 1])
        assert alone.words[0] == together.words[k]
        assert alone.check_names[0] == together.check_names[k]
    assert (weighted.words == together.words).all()
