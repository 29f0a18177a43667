"""Curves of proportions against R (tests/golden/r/beta_binomial.R) and against laws."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit, logit

from tricyclic.errors import InputError
from tricyclic.numerics.binomial_curve import fit_binomial_curve

CASE = json.loads(
    (Path(__file__).parents[1] / "golden" / "r" / "beta_binomial.json").read_text(encoding="utf-8")
)["curve"]
C, Y, N = (np.array(CASE[key], float) for key in ("concentration", "y", "n"))
BLOCK = [str(b) for b in CASE["block"]]


@pytest.fixture(scope="module")
def fit():
    return fit_binomial_curve(C, Y, N, BLOCK)


def test_the_parameters_are_those_of_r(fit):
    own = (fit.bottom.value, fit.top.value, fit.log10_ec50, fit.hill)
    wanted = [CASE[key] for key in ("bottom", "top", "log10_ec50", "hill")]
    assert own == pytest.approx(wanted, abs=1e-5)
    assert fit.shifts == pytest.approx(CASE["shifts"], abs=1e-5)
    assert fit.correlation == pytest.approx(CASE["correlation"], rel=1e-6)
    assert fit.df == CASE["df"]
    assert fit.deviance == pytest.approx(CASE["deviance"], rel=1e-6)


def test_the_profile_of_the_ec50_is_that_of_r(fit):
    assert fit.log10_ec50_profile == pytest.approx(CASE["ec50_limits"], abs=2e-5)


def test_limits_come_from_the_jackknife_over_blocks(fit):
    without = np.array(
        [
            fit_binomial_curve(
                *(one[keep] for one in (C, Y, N)),
                [b for b, k in zip(BLOCK, keep, strict=True) if k],
            ).log10_ec50
            for keep in (np.array([b != out for b in BLOCK]) for out in "1234")
        ]
    )
    # The weights of the whole are held there, so that the estimates differ a little.
    assert fit.without_block[:, 2] == pytest.approx(without, abs=0.02)
    own = fit.without_block[:, 2]
    se = np.sqrt(3.0 / 4.0 * ((own - own.mean()) ** 2).sum())
    t = 3.182446305284263
    assert fit.log10_ec50_high - fit.log10_ec50 == pytest.approx(t * se, rel=1e-9)
    assert fit.log10_ec50 - fit.log10_ec50_low == pytest.approx(t * se, rel=1e-9)
    assert fit.limits_from == "blocks"


def test_a_band_contains_its_curve_and_ends_at_the_limits_of_the_bottom(fit):
    low, high = fit.band([0.0, 0.3, 100.0])
    middle = fit.proportion([0.0, 0.3, 100.0])
    assert (low < middle).all() and (middle < high).all()
    assert (low[0], high[0]) == pytest.approx((fit.bottom.low, fit.bottom.high), rel=1e-9)


def test_changed_units_move_the_ec50_alone(fit):
    other = fit_binomial_curve(1000.0 * C, Y, N, BLOCK)
    assert other.log10_ec50 == pytest.approx(fit.log10_ec50 + 3.0, abs=1e-4)
    assert other.log10_ec50_high == pytest.approx(fit.log10_ec50_high + 3.0, abs=2e-3)
    assert other.top.value == pytest.approx(fit.top.value, abs=1e-5)


def test_positive_and_negative_cells_give_one_curve(fit):
    other = fit_binomial_curve(C, N - Y, N, BLOCK)
    assert other.bottom.value == pytest.approx(1.0 - fit.bottom.value, abs=1e-5)
    # The shift is on the logit and the curve on the proportion: both change their sign together.
    assert other.log10_ec50 == pytest.approx(fit.log10_ec50, abs=1e-4)


def test_an_exact_curve_is_recovered():
    truth = 0.1 + 0.6 * expit(1.5 * np.log(10) * (np.log10(np.maximum(C, 1e-30)) + 0.3))
    shift = np.array([0.5, -0.1, -0.6, 0.2])[np.array(CASE["block"]) - 1]
    p = expit(logit(truth) + shift)
    fit = fit_binomial_curve(C, 1000.0 * p, np.full(C.size, 1000.0), BLOCK)
    assert fit.bottom.value == pytest.approx(0.1, abs=1e-4)
    assert fit.top.value == pytest.approx(0.7, abs=1e-4)
    assert fit.log10_ec50 == pytest.approx(-0.3, abs=1e-4)
    assert fit.hill == pytest.approx(1.5, abs=1e-3)
    assert fit.correlation == 0.0


def test_concentrations_that_end_below_the_ec50_leave_it_unbounded_above():
    rising = np.tile([0.0, 0.01, 0.02, 0.04, 0.08, 0.16], 3)
    n = np.full(18, 100.0)
    counts = n * (0.1 + 0.3 * rising / 0.5)
    fit = fit_binomial_curve(rising, np.round(counts), n, [k for k in "abc" for _ in range(6)])
    assert np.isinf(fit.log10_ec50_high)


def test_two_concentrations_are_no_curve():
    low = C < 0.2
    with pytest.raises(InputError) as error:
        fit_binomial_curve(
            C[low], Y[low], N[low], [b for b, k in zip(BLOCK, low, strict=True) if k]
        )
    assert str(error.value) == "2 concentrations above 0. A curve needs four or more."


def test_counts_of_zero_everywhere_are_a_flat_curve():
    fit = fit_binomial_curve(
        [0, 0.1, 0.3, 1, 3, 10] * 3, [0] * 18, [100] * 18, [k for k in "abc" for _ in range(6)]
    )
    assert fit.improvement_p == 1.0
    assert (fit.log10_ec50_low, fit.log10_ec50_high) == (-np.inf, np.inf)


def test_a_fixed_slope_is_held():
    fit = fit_binomial_curve(C, Y, N, BLOCK, hill=1.0)
    assert (fit.hill, fit.hill_low, fit.hill_high, fit.hill_fixed) == (1.0, 1.0, 1.0, True)
