"""Beta-binomial counts against R (tests/golden/r/beta_binomial.R), SciPy and moments."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import betabinom, binom, chi2_contingency

from tricyclic.errors import InputError
from tricyclic.stats.beta_binomial import (
    beta_binomial_log_probability,
    excess_scatter,
    fit_beta_binomial,
    moment_correlation,
    proportion_limits,
)

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "r" / "beta_binomial.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", ["wide", "three"])
def test_estimates_and_profile_limits_are_those_of_r(case):
    row = GOLDEN[case]
    fit = fit_beta_binomial(row["y"], row["n"], [str(g) for g in row["g"]])
    own = [*fit.proportions, fit.correlation]
    assert [one.value for one in own] == pytest.approx(row["estimates"], abs=2e-6)
    assert [(one.low, one.high) for one in own] == [
        pytest.approx(ends, abs=2e-6) for ends in row["limits"]
    ]
    assert fit.log_likelihood == pytest.approx(row["log_likelihood"], abs=1e-9)
    assert fit.binomial_log_likelihood == pytest.approx(row["binomial"], abs=1e-9)


@pytest.mark.parametrize("rho", [1e-9, 1e-7, 1e-5, 0.01, 0.5])
def test_the_probabilities_are_those_of_scipy_and_add_to_one(rho):
    n = 24
    y = np.arange(n + 1)
    own = np.exp(beta_binomial_log_probability(y, np.full(n + 1, n), 0.3, rho))
    theta = rho / (1.0 - rho)
    # SciPy's betaln loses digits where its arguments are large.
    assert own == pytest.approx(betabinom.pmf(y, n, 0.3 / theta, 0.7 / theta), rel=2e-5)
    assert own.sum() == pytest.approx(1.0, abs=1e-8)


def test_without_correlation_the_probabilities_are_binomial_and_join_smoothly():
    y = np.arange(13)
    exact = binom.logpmf(y, 12, 0.4)
    assert beta_binomial_log_probability(y, [12] * 13, 0.4, 0.0) == pytest.approx(exact, abs=1e-12)
    assert beta_binomial_log_probability(y, [12] * 13, 0.4, 1e-10) == pytest.approx(exact, abs=1e-7)


def test_the_moment_correlation_is_not_small_with_two_fields_in_each_of_many_wells():
    rng = np.random.default_rng(5)
    wells, rho, p = 400, 0.05, 0.3
    q = rng.beta(p * (1 - rho) / rho, (1 - p) * (1 - rho) / rho, 2 * wells)
    n = rng.integers(40, 90, 2 * wells)
    y = rng.binomial(n, q)
    group = [str(k // 2) for k in range(2 * wells)]
    assert moment_correlation(y, n, group) == pytest.approx(rho, abs=0.006)
    # The maximum-likelihood one halves the variance, as a divisor of n does for pairs.
    few = slice(0, 60)
    fit = fit_beta_binomial(y[few], n[few], group[few], limits=False)
    assert fit.correlation.value < 0.6 * rho
    assert np.isnan(fit.proportions[0].high)


def test_zeros_everywhere_have_an_upper_limit_and_no_infinity():
    fit = fit_beta_binomial([0, 0, 0, 0], [60, 50, 70, 80])
    assert fit.proportions[0].value == 0.0
    assert fit.proportions[0].low == 0.0
    assert 0.003 < fit.proportions[0].high < 1.0
    assert np.isnan(moment_correlation([0, 0, 0], [60, 50, 70]))


def test_counts_above_their_total_are_refused():
    with pytest.raises(InputError) as error:
        fit_beta_binomial([3, 12], [10, 10])
    assert str(error.value) == "Count 2 is 12 of 10. A count is 0 up to its total."


def test_limits_at_a_known_correlation_are_those_of_the_likelihood():
    y, n, rho = np.array([4, 9, 12, 3]), np.array([80, 95, 77, 90]), 0.02
    own = proportion_limits(y, n, rho)
    theta = rho / (1.0 - rho)

    def likelihood(p):
        return betabinom.logpmf(y, n, p / theta, (1.0 - p) / theta).sum()

    assert likelihood(own.value) > max(likelihood(own.value * s) for s in (0.999, 1.001))
    for end in (own.low, own.high):
        drop = 2.0 * (likelihood(own.value) - likelihood(end))
        assert drop == pytest.approx(3.841458820694124, rel=1e-5)
    # Without correlation: the likelihood limits of a binomial proportion.
    whole = proportion_limits(y, n, 0.0)
    assert whole.value == pytest.approx(28 / 342, rel=1e-12)
    assert whole.high - whole.low < own.high - own.low
    assert proportion_limits([0, 0], [50, 50], 0.0).high == pytest.approx(
        1.0 - np.exp(-3.841458820694124 / 200.0), abs=1e-8
    )


def test_the_excess_of_scatter_is_pearsons_statistic():
    y, n = np.array([4, 9, 12, 3]), np.array([80, 95, 77, 90])
    wanted = chi2_contingency(np.array([y, n - y]))
    own = excess_scatter(y, n, ["a"] * 4)
    assert (own.statistic, own.df, own.p) == (
        pytest.approx(wanted.statistic),
        (3.0,),
        pytest.approx(wanted.pvalue),
    )
    assert np.isnan(excess_scatter([0, 0], [50, 50], ["a", "a"]).p)
