"""Ratios, intervals and tests of two measurements agree with scipy and cover the truth."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tricyclic.assays.compare_measurements import compare_measurements
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.estimate import Estimate
from tricyclic.errors import InputError
from tricyclic.results.comparison import MeasuredQuantity
from tricyclic.stats.multiple_testing import adjust_by_holm

NAMES = ("A", "B")


def measured(
    values, runs=None, *, source="s", name="Ki", unit="nM", compound="x", qualifiers=None
) -> MeasuredQuantity:
    names = runs or [f"r{k}" for k in range(len(values))]
    signs = qualifiers or ["="] * len(values)
    of_runs = tuple(
        (
            run,
            Estimate(
                name,
                float(v),
                unit,
                qualifier=sign,
                low=float(v) if sign == ">" else math.nan,
                high=math.inf if sign == ">" else math.nan,
            ),
        )
        for run, v, sign in zip(names, values, signs, strict=True)
    )
    pooled = pool_estimates([e for _, e in of_runs], runs=names)
    return MeasuredQuantity(name, pooled, of_runs, compound, source=source)


X = np.array([0.81, 0.95, 1.10, 0.88])
Y = np.array([38.0, 47.0, 52.0, 40.0])


def test_runs_of_one_source_are_paired_as_scipy_does():
    outcome = compare_measurements(measured(X), measured(Y), NAMES)
    test = stats.ttest_rel(np.log10(Y), np.log10(X))
    interval = test.confidence_interval(0.95)
    assert outcome.p == pytest.approx(test.pvalue, rel=1e-9)
    assert outcome.statistic == pytest.approx(test.statistic, rel=1e-9)
    assert outcome.df == (3.0,)
    assert outcome.ratio.value == pytest.approx(10 ** np.mean(np.log10(Y / X)))
    assert outcome.ratio.low == pytest.approx(10**interval.low, rel=1e-9)
    assert outcome.ratio.high == pytest.approx(10**interval.high, rel=1e-9)
    assert outcome.difference.value == pytest.approx(-np.mean(np.log10(Y / X)))
    assert outcome.difference.low == pytest.approx(-interval.high, rel=1e-9)
    assert [pair[0] for pair in outcome.pairs] == ["r0", "r1", "r2", "r3"]
    assert "paired" in outcome.test


@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_runs_of_two_sources_are_compared_by_welch(confidence):
    b = measured(Y[:3], source="other")
    outcome = compare_measurements(measured(X), b, NAMES, confidence=confidence)
    test = stats.ttest_ind(np.log10(Y[:3]), np.log10(X), equal_var=False)
    interval = test.confidence_interval(confidence)
    assert outcome.p == pytest.approx(test.pvalue, rel=1e-9)
    assert outcome.df[0] == pytest.approx(test.df, rel=1e-9)
    assert math.log10(outcome.ratio.low) == pytest.approx(interval.low, rel=1e-9)
    assert math.log10(outcome.ratio.high) == pytest.approx(interval.high, rel=1e-9)
    assert "Welch" in outcome.test and not outcome.pairs


def test_pairing_can_be_stated():
    a, b = measured(X), measured(Y)
    assert "Welch" in compare_measurements(a, b, NAMES, pairing="no").test
    other = replace(b, source="other")
    assert "paired" in compare_measurements(a, other, NAMES, pairing="yes").test
    with pytest.raises(InputError, match=r"0 runs of A and B have the same name"):
        compare_measurements(a, measured(Y, list("wxyz")), NAMES, pairing="yes")


def test_a_run_without_a_partner_is_left_out_by_name():
    outcome = compare_measurements(measured(X), measured(Y[:3]), NAMES)
    assert len(outcome.pairs) == 3
    assert outcome.remarks == ("not paired and left out of the test: r3",)


def test_slopes_are_compared_as_differences():
    a = measured([1.0, 0.95, 1.1], name="nH", unit="")
    b = measured([0.8, 0.7, 0.85], name="nH", unit="", source="other")
    outcome = compare_measurements(a, b, NAMES)
    test = stats.ttest_ind([0.8, 0.7, 0.85], [1.0, 0.95, 1.1], equal_var=False)
    assert outcome.ratio is None
    assert outcome.difference.value == pytest.approx(-0.2333, abs=1e-4)
    assert outcome.p == pytest.approx(test.pvalue, rel=1e-9)


def test_one_run_against_several_uses_their_scatter():
    """The t test with equal variances, which scipy computes for groups of 1 and n."""
    outcome = compare_measurements(measured(X), measured(Y[:1], source="other"), NAMES)
    test = stats.ttest_ind(np.log10(Y[:1]), np.log10(X), equal_var=True)
    assert outcome.p == pytest.approx(test.pvalue, rel=1e-9)
    assert outcome.df == (3.0,)
    assert outcome.remarks == ("one run of B: it is assumed to scatter as the 4 runs of A do",)


def test_a_table_with_errors_and_n_alone_gives_the_test_of_its_runs():
    def without_runs(m: MeasuredQuantity) -> MeasuredQuantity:
        return replace(m, runs=())

    a, b = measured(X), measured(Y, source="other")
    from_runs = compare_measurements(a, b, NAMES)
    from_table = compare_measurements(without_runs(a), without_runs(b), NAMES)
    assert from_table.p == pytest.approx(from_runs.p, rel=1e-6)
    assert from_table.ratio.low == pytest.approx(from_runs.ratio.low, rel=1e-6)
    # With the interval instead of the standard error the same.
    plain = replace(without_runs(b), pooled=replace(b.pooled, log10_se=math.nan))
    again = compare_measurements(without_runs(a), plain, NAMES)
    assert again.ratio.high == pytest.approx(from_runs.ratio.high, rel=1e-6)


def test_a_bound_makes_the_ratio_a_bound():
    weak = measured([100, 90, 120], qualifiers=[">", ">", ">"])
    outcome = compare_measurements(measured(X[:3]), weak, NAMES)
    assert outcome.ratio.qualifier == ">" and math.isnan(outcome.p)
    # The bound that holds for every run, over the mean of the other side.
    assert outcome.ratio.value == pytest.approx(90 / 10 ** np.log10(X[:3]).mean())
    other = compare_measurements(weak, measured(X[:3]), NAMES)
    assert other.ratio.qualifier == "<"
    assert other.ratio.value == pytest.approx(1 / outcome.ratio.value)
    both = compare_measurements(weak, weak, NAMES)
    assert math.isnan(both.ratio.value) and "do not limit" in both.statement


def test_units_are_converted():
    a, b = measured(X), measured(Y / 1000, unit="uM")
    assert compare_measurements(a, b, NAMES).ratio.value == pytest.approx(
        compare_measurements(a, measured(Y), NAMES).ratio.value
    )


def test_exchanging_the_sides_inverts_the_ratio():
    one = compare_measurements(measured(X), measured(Y), NAMES)
    other = compare_measurements(measured(Y), measured(X), NAMES)
    assert one.p == pytest.approx(other.p)
    assert one.ratio.low == pytest.approx(1 / other.ratio.high)


def test_the_statement_is_complete():
    outcome = compare_measurements(measured(X), measured(Y), NAMES)
    limits = f"{outcome.ratio.low:.1f}–{outcome.ratio.high:.1f}"
    value = f"{outcome.ratio.value:.1f}"
    assert outcome.statement == (
        f"Ki of B is {value} times that of A (95 % CI {limits}, p below 0.0001)"
    )
    same = compare_measurements(measured(X), measured(X[::-1]), NAMES)
    assert same.statement.endswith(": the interval includes a ratio of 1")


def test_holm_adjusts_as_defined():
    assert adjust_by_holm([0.01, math.nan, 0.04, 0.03]) == pytest.approx(
        [0.03, math.nan, 0.06, 0.06], nan_ok=True
    )
    assert adjust_by_holm([0.9, 0.8]) == [1.0, 1.0]
    assert adjust_by_holm([]) == []


@pytest.mark.parametrize(
    ("n", "paired", "day"),
    [((3, 3), True, 0.2), ((4, 4), False, 0.0), ((3, 6), False, 0.0), ((1, 4), False, 0.0)],
)
@pytest.mark.slow
def test_intervals_contain_the_true_ratio_as_often_as_they_state(n, paired, day):
    """1,500 simulated pairs of compounds with a true ratio of 3; days shift both sides of a run."""
    rng = np.random.default_rng(20261129)
    hits, total = 0, 1500
    for _ in range(total):
        shift = rng.normal(0, day, max(n))
        a = 10 ** (rng.normal(0.0, 0.08, n[0]) + shift[: n[0]])
        b = 10 ** (rng.normal(math.log10(3), 0.08, n[1]) + shift[: n[1]])
        outcome = compare_measurements(
            measured(a), measured(b, source="s" if paired else "other"), NAMES
        )
        assert bool(outcome.pairs) == paired
        hits += outcome.ratio.low <= 3.0 <= outcome.ratio.high
    # Four standard errors of a share of 0.95; Welch is within a point or two of its level.
    assert abs(hits / total - 0.95) < 4 * math.sqrt(0.95 * 0.05 / total) + 0.01
