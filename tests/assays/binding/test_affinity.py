"""IC50 to Ki, runs pooled, the budget of errors, selectivity."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tricyclic.assays.binding.affinity import (
    ic50_from_ki,
    ki_from_ic50,
    paired_selectivity,
    selectivity,
)
from tricyclic.assays.binding.error_budget import error_budget, pooled_budget, with_shared_errors
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.estimate import Estimate, Fit, FittedParameter
from tricyclic.errors import InputError
from tricyclic.results.binding import ErrorShare
from tricyclic.stats.random_effects import mean_over_groups
from tricyclic.stats.statistics import t_quantile


def ki(value, unit="nM", **more):
    return Estimate("Ki", value, unit, **more)


def fitted(name, value, se):
    return Fit(
        True,
        "fits",
        (FittedParameter(name, value, "", "", se=se),),
        (),
        np.array([[se**2]]),
        1.0,
        20,
        0.0,
        0.0,
        "constant",
    )


CONDITIONS = BindingConditions(
    radioligand_nM=MeasuredValue(1.0, "nM", 0.05),
    radioligand_kd_nM=MeasuredValue(0.5, "nM", 0.1),
    specific_activity_Ci_per_mmol=MeasuredValue(80.0, "Ci/mmol", 4.0),
    counting_efficiency=MeasuredValue(0.5, ""),
    protein_ug=MeasuredValue(50.0, "ug", 5.0),
)


def test_ki_approaches_ic50_as_the_radioligand_vanishes():
    assert ki_from_ic50(4.2, radioligand_nM=1e-9, radioligand_kd_nM=0.8) == pytest.approx(4.2)


def test_ki_is_half_the_ic50_where_the_radioligand_is_at_its_kd():
    assert ki_from_ic50(4.2, radioligand_nM=0.8, radioligand_kd_nM=0.8) == pytest.approx(2.1)


@given(st.floats(1e-6, 1e6), st.floats(0, 1e4), st.floats(1e-3, 1e4))
def test_ki_is_never_above_the_ic50_and_converts_back(ic50, radioligand, kd):
    result = ki_from_ic50(ic50, radioligand_nM=radioligand, radioligand_kd_nM=kd)
    assert result <= ic50
    assert ic50_from_ki(result, radioligand_nM=radioligand, radioligand_kd_nM=kd) == pytest.approx(
        ic50
    )


def test_an_array_of_ic50_gives_an_array_of_ki():
    assert ki_from_ic50([2.0, 4.0], radioligand_nM=1, radioligand_kd_nM=1) == pytest.approx(
        [1.0, 2.0]
    )


@pytest.mark.parametrize(
    ("ic50", "radioligand", "kd", "word"),
    [
        (0.0, 1, 1, "IC50"),
        (-1.0, 1, 1, "IC50"),
        (math.nan, 1, 1, "IC50"),
        (1, -1, 1, "radioligand_nM"),
        (1, 1, 0, "radioligand_kd_nM"),
    ],
)
def test_an_impossible_concentration_is_named(ic50, radioligand, kd, word):
    with pytest.raises(InputError, match=word):
        ki_from_ic50(ic50, radioligand_nM=radioligand, radioligand_kd_nM=kd)


def test_three_runs_give_the_geometric_mean_and_t_limits_and_count_runs():
    result = pool_estimates([ki(0.5), ki(1.0), ki(2.0)])
    reach = t_quantile(2, 0.95) * math.log10(2.0) / math.sqrt(3)
    assert (result.value, result.n_experiments) == (pytest.approx(1.0), 3)
    assert (result.low, result.high) == pytest.approx((10**-reach, 10**reach))
    assert result.method == "mean of log10, t on 3 runs"


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=6), st.sampled_from([1e3, 1e-3, 1.0]))
def test_pooling_does_not_depend_on_the_unit(values, factor):
    units = {1e3: "pM", 1e-3: "uM", 1.0: "nM"}
    one, other = (
        pool_estimates([ki(v) for v in values]),
        pool_estimates([ki(v * factor, units[factor]) for v in values]),
    )
    assert (other.value, other.low, other.high) == pytest.approx(
        (one.value * factor, one.low * factor, one.high * factor), rel=1e-6
    )


def test_mixed_units_are_converted_to_the_first():
    result = pool_estimates([ki(1.0), ki(1000.0, "pM"), ki(0.001, "uM")])
    assert (result.value, result.unit) == (pytest.approx(1.0), "nM")


def test_plates_of_one_run_do_not_count_as_runs():
    result = pool_estimates([ki(1), ki(1.1), ki(2), ki(2.2), ki(4), ki(4.4)], runs=list("aabbcc"))
    plain = pool_estimates([ki(math.sqrt(1.1)), ki(2 * math.sqrt(1.1)), ki(4 * math.sqrt(1.1))])
    assert (result.value, result.low, result.high, result.n_experiments) == pytest.approx(
        (plain.value, plain.low, plain.high, 3)
    )


@pytest.mark.parametrize("runs", ["aabcdeff", "aabcdeee"])
def test_unequal_numbers_of_plates_are_averaged_by_run_and_the_result_states_it(runs):
    values = [1.0, 1.1, 2.0, 0.7, 0.75, 0.8, 1.5, 1.2]
    result = pool_estimates([ki(v) for v in values], runs=list(runs))
    of_run = {run: [v for v, r in zip(values, runs, strict=True) if r == run] for run in runs}
    plain = pool_estimates([ki(math.prod(v) ** (1 / len(v))) for v in of_run.values()])
    assert (result.value, result.low, result.high) == pytest.approx(
        (plain.value, plain.low, plain.high)
    )
    n = len(of_run)
    assert result.method == f"mean of log10, t on {n} runs, means of 8 plates"
    assert result.n_experiments == n


@pytest.mark.parametrize(
    ("counts", "between", "within"),
    [((1, 1, 1, 1, 1, 6), 0.02, 0.1), ((1, 1, 2, 2, 3, 4, 5), 0.15, 0.05), ((1, 4), 0.1, 0.1)],
)
def test_run_means_cover_the_truth_and_are_no_wider_than_a_mixed_model(counts, between, within):
    rng = np.random.default_rng(9)
    runs = np.repeat(np.arange(len(counts)), counts)
    covered, widths, mixed_widths = 0, [], []
    for _ in range(400):
        logs = rng.normal(0, between, len(counts))[runs] + rng.normal(0, within, runs.size)
        listed = [ki(10**v) for v in logs]
        pooled = pool_estimates(listed, runs=runs.astype(str).tolist())
        covered += pooled.low <= 1.0 <= pooled.high
        widths.append(math.log10(pooled.high / pooled.low))
        mixed = mean_over_groups(logs, runs)
        mixed_widths.append(mixed.high - mixed.low)
    assert 0.92 <= covered / 400 <= 0.98
    assert np.median(widths) <= 1.05 * np.median(mixed_widths)


def test_unequal_plates_can_use_the_mixed_model():
    values, runs = [1.0, 1.1, 2.0, 0.7, 0.75, 0.8, 1.5], list("aabcccd")
    result = pool_estimates([ki(v) for v in values], runs=runs, unequal="mixed")
    mixed = mean_over_groups(np.log10(values), [ord(r) for r in runs])
    assert (math.log10(result.value), result.log10_se) == pytest.approx((mixed.value, mixed.se))
    assert result.n_experiments == 4 and "Kenward-Roger" in result.method


def test_one_run_keeps_its_own_interval():
    result = pool_estimates(
        [ki(1.0, low=0.8, high=1.3, log10_se=0.05, method="profile likelihood")]
    )
    assert (result.low, result.high, result.n_experiments) == (0.8, 1.3, 1)
    assert result.method == "one run: profile likelihood"


def test_two_plates_of_one_run_have_a_mean_and_no_interval():
    result = pool_estimates([ki(1.0), ki(4.0)], runs=["a", "a"])
    assert (result.value, result.low, result.high, result.n_experiments) == (
        pytest.approx(2.0),
        0.0,
        math.inf,
        1,
    )


def test_a_lower_bound_raises_the_mean():
    result = pool_estimates([ki(5.0, "uM"), ki(8.0, "uM"), ki(10.0, "uM", qualifier=">")])
    assert result.value > 8.0 and result.qualifier == "=" and result.n_experiments == 3
    assert "Tobit" in result.method
    # Leaving that run out, or reading it as 10, would both be lower.
    assert result.value > pool_estimates([ki(5.0), ki(8.0), ki(10.0)]).value


def test_runs_that_are_all_bounds_give_the_bound_that_holds_for_each_without_a_confidence_level():
    result = pool_estimates([ki(v, "uM", qualifier=">", low=v, high=math.inf) for v in (12, 9, 10)])
    assert (result.qualifier, result.value, result.n_experiments) == (">", pytest.approx(9.0), 3)
    assert math.isnan(result.low) and math.isnan(result.high)
    assert result.method == (
        "lowest bound or limit of 3 runs, 0 with a value and 3 bounds; too few values for a "
        "confidence interval"
    )
    assert "CI" not in str(result)
    below = pool_estimates([ki(v, qualifier="<", low=0.0, high=v) for v in (0.1, 0.3)])
    assert (below.qualifier, below.value) == ("<", pytest.approx(0.3))
    assert "CI" not in str(below)


def test_a_run_with_a_value_lowers_the_common_bound_to_its_own_limit():
    bounds = [ki(1.0, qualifier=">", low=1.0, high=math.inf)] * 2
    with_limit = pool_estimates([ki(0.5, low=0.4, high=0.62), *bounds])
    assert (with_limit.qualifier, with_limit.value) == (">", pytest.approx(0.4))
    assert with_limit.method.startswith("lowest bound or limit of 3 runs, 1 with a value")
    # Without limits of its own, its value.
    assert pool_estimates([ki(0.5), *bounds]).value == pytest.approx(0.5)
    # A value above the bounds does not raise them.
    assert pool_estimates([ki(8.0, low=6.0, high=11.0), *bounds]).value == pytest.approx(1.0)
    upper = [ki(2.0, qualifier="<", low=0.0, high=2.0)] * 2
    assert pool_estimates([ki(5.0, low=3.0, high=7.0), *upper]).value == pytest.approx(7.0)
    # A run that is open below does not limit the pooled value from below.
    assert math.isnan(pool_estimates([ki(0.5, low=0.0, high=0.9), *bounds]).value)


def test_a_single_bound_keeps_the_limit_of_its_own_fit():
    alone = pool_estimates([ki(90.0, qualifier=">", low=90.0, high=math.inf, method="profile")])
    assert (alone.low, alone.high, alone.method) == (90.0, math.inf, "one run: profile")


def test_what_is_printed_about_compounds_near_the_top_dose_is_right():
    rng = np.random.default_rng(70)
    size, false_bounds, right = 250, 0, 0
    for _ in range(size):
        # The true Ki is a factor of 1.26 below the bound of each plate, 1 nM.
        logs = rng.normal(-0.1, 0.1, 3) + 0.0
        runs = [
            ki(10**x, low=10 ** (x - 0.1), high=10 ** (x + 0.1))
            if x < 0
            else ki(1.0, qualifier=">", low=1.0, high=math.inf)
            for x in logs
        ]
        pooled = pool_estimates(runs)
        if pooled.qualifier == ">":
            false_bounds += pooled.value > 10**-0.1
            right += pooled.value <= 10**-0.1
        else:
            right += pooled.low <= 10**-0.1 <= pooled.high
    assert false_bounds / size <= 0.02
    assert right / size >= 0.92


def test_bounds_on_either_side_give_no_value():
    result = pool_estimates([ki(0.1, qualifier="<"), ki(10.0, qualifier=">")])
    assert math.isnan(result.value) and (result.low, result.high) == (0.0, math.inf)


def test_a_slope_is_averaged_on_the_natural_scale():
    result = pool_estimates([Estimate("Hill slope", v, "") for v in (0.9, 1.0, 1.1)])
    assert (
        result.value == pytest.approx(1.0)
        and math.isnan(result.log10_se)
        and result.se == pytest.approx(0.1 / math.sqrt(3))
    )


@pytest.mark.parametrize(
    ("estimates", "sentence"),
    [
        ([], "There is nothing to pool. Provide at least one run."),
        ([ki(1.0), Estimate("Kd", 1.0, "nM")], "Kd cannot be pooled with Ki."),
        ([ki(1.0), ki(math.nan)], "Ki has no value. Exclude the run with a reason."),
        (
            [ki(1.0), ki(1.0, "fmol/mg")],
            (
                "'fmol/mg' is a density and cannot be converted to 'nM', a concentration. "
                "Give a concentration, in nM for example."
            ),
        ),
    ],
)
def test_what_cannot_be_pooled_is_refused(estimates, sentence):
    with pytest.raises(InputError) as error:
        pool_estimates(estimates)
    assert str(error.value) == sentence


def test_the_budget_of_a_ki_scales_kd_and_radioligand_by_their_leverage():
    budget = {s.name: s for s in error_budget(ki(1.0, log10_se=0.02), CONDITIONS)}
    leverage = 2.0 / 3.0
    assert budget["Kd of the radioligand"].log10_se == pytest.approx(leverage * 0.2 / math.log(10))
    assert budget["radioligand added"].log10_se == pytest.approx(leverage * 0.05 / math.log(10))
    assert budget["wells and curve"].log10_se == 0.02
    assert sum(s.share for s in budget.values()) == pytest.approx(1.0)
    assert budget["protein"].log10_se == 0.0
    # A concentration that was stated once is wrong alike in all runs; one counted in each run is
    # not.
    assert {s.name for s in budget.values() if s.log10_se > 0 and s.shared} == {
        "Kd of the radioligand",
        "radioligand added",
    }
    assert CONDITIONS.radioligand_nM is not None
    counted = replace(CONDITIONS, radioligand_nM=replace(CONDITIONS.radioligand_nM, per_run=True))
    again = {s.name: s for s in error_budget(ki(1.0, log10_se=0.02), counted)}
    assert not again["radioligand added"].shared


def test_the_leverage_is_the_slope_of_cheng_prusoff():
    def log_ki(kd, radioligand):
        return math.log(ki_from_ic50(3.0, radioligand_nM=radioligand, radioligand_kd_nM=kd))

    by_kd = (log_ki(0.5 * 1.0001, 1.0) - log_ki(0.5 / 1.0001, 1.0)) / (2 * math.log(1.0001))
    by_radioligand = (log_ki(0.5, 1.0001) - log_ki(0.5, 1 / 1.0001)) / (2 * math.log(1.0001))
    assert (by_kd, by_radioligand) == pytest.approx((2 / 3, -2 / 3), rel=1e-6)


def test_the_budget_of_a_bmax_includes_the_conversion_of_counts():
    budget = {
        s.name: s
        for s in error_budget(Estimate("Bmax", 70.0, "fmol/mg", log10_se=0.01), CONDITIONS)
    }
    assert set(budget) == {"wells and curve", "specific activity", "counting efficiency", "protein"}
    assert budget["protein"].log10_se == pytest.approx(0.1 / math.log(10))
    assert (
        budget["counting efficiency"].share == 0
        and "treated as exact" in budget["counting efficiency"].value
    )
    on_its_own_scale = error_budget(Estimate("Bmax", 70.0, "fmol/mg", se=7.0), CONDITIONS)
    assert {s.name: s.log10_se for s in on_its_own_scale}["wells and curve"] == pytest.approx(
        0.1 / math.log(10)
    )


def test_more_runs_reduce_their_scatter_but_not_the_error_of_the_kd():
    budget = error_budget(ki(1.0, log10_se=0.02), CONDITIONS)
    shares = []
    for n in (3, 30):
        values = [10 ** (0.1 * (-1) ** i) for i in range(n)]
        pooled = pool_estimates([ki(v) for v in values])
        whole = {
            s.name: s.share for s in pooled_budget(pooled, {str(i): [budget] for i in range(n)})
        }
        shares.append(whole["Kd of the radioligand"])
        total = with_shared_errors(pooled, budget)
        assert total.low < pooled.low and total.high > pooled.high
        assert total.log10_se == pytest.approx(
            math.hypot(pooled.log10_se, (2 / 3) * 0.2 / math.log(10), (2 / 3) * 0.05 / math.log(10))
        )
    assert shares[1] > shares[0]


def test_without_shared_errors_the_interval_stays():
    pooled = pool_estimates([ki(1.0), ki(1.2), ki(0.9)])
    assert with_shared_errors(pooled, (ErrorShare("wells and curve", "", 0.1, 1.0),)) == pooled


def test_selectivity_is_the_ratio_of_the_affinities():
    net = pool_estimates([ki(v, target="NET", subject="desipramine") for v in (0.8, 0.9, 0.7)])
    sert = pool_estimates([ki(v, target="SERT", subject="desipramine") for v in (17.0, 18.0, 16.0)])
    result = selectivity(net, sert)
    assert result.value == pytest.approx(sert.value / net.value)
    assert (result.subject, result.target) == ("desipramine", "NET over SERT")
    back = selectivity(sert, net)
    assert (back.low, back.high) == pytest.approx((1 / result.high, 1 / result.low))


def test_selectivity_has_welch_limits():
    a, b = [0.8, 0.9, 0.7], [17.0, 22.0, 14.0, 19.0]
    result = selectivity(pool_estimates([ki(v) for v in a]), pool_estimates([ki(v) for v in b]))
    x, y = np.log10(a), np.log10(b)
    va, vb = x.var(ddof=1) / 3, y.var(ddof=1) / 4
    df = (va + vb) ** 2 / (va**2 / 2 + vb**2 / 3)
    reach = t_quantile(df, 0.95) * math.sqrt(va + vb)
    assert (result.low, result.high) == pytest.approx(
        (result.value * 10**-reach, result.value * 10**reach), rel=1e-6
    )


def test_selectivity_against_a_bound_is_a_bound():
    a, b = ki(1.0), ki(10.0, "uM", qualifier=">")
    assert (selectivity(a, b).qualifier, selectivity(a, b).value) == (">", pytest.approx(1e4))
    assert (selectivity(b, a).qualifier, selectivity(b, a).value) == ("<", pytest.approx(1e-4))
    assert math.isnan(selectivity(b, b).value)


@pytest.mark.parametrize(
    ("correlation", "narrower"), [(0.9, (0.35, 0.7)), (0.0, (1.05, 1.5)), (-0.5, (1.4, 2.0))]
)
def test_a_paired_selectivity_covers_the_truth_whatever_the_correlation(correlation, narrower):
    rng = np.random.default_rng(40)
    covariance = 0.1**2 * np.array([[1.0, correlation], [correlation, 1.0]])
    covered, widths, unpaired = 0, [], []
    for _ in range(800):
        logs = rng.multivariate_normal([0.0, 1.0], covariance, 3)
        a = {
            str(k): ki(10**x, low=10 ** (x - 0.1), high=10 ** (x + 0.1), log10_se=0.05)
            for k, x in enumerate(logs[:, 0])
        }
        b = {
            str(k): ki(10**x, low=10 ** (x - 0.1), high=10 ** (x + 0.1), log10_se=0.05)
            for k, x in enumerate(logs[:, 1])
        }
        result = paired_selectivity(a, b)
        covered += result.low <= 10.0 <= result.high
        widths.append(math.log10(result.high / result.low))
        welch = selectivity(pool_estimates([*a.values()]), pool_estimates([*b.values()]))
        unpaired.append(math.log10(welch.high / welch.low))
    assert 0.93 <= covered / 800 <= 0.97
    # The paired t interval against Welch's on the same runs.
    assert narrower[0] < np.median(widths) / np.median(unpaired) < narrower[1]


def test_a_bound_in_one_run_is_a_bound_in_the_paired_selectivity():
    a = {k: ki(1.0, low=0.8, high=1.25, log10_se=0.05) for k in "xyz"}
    b = {
        "x": ki(10.0, low=8.0, high=12.5, log10_se=0.05),
        "y": ki(15.0, low=12.0, high=18.0, log10_se=0.05),
        "z": ki(20.0, qualifier=">", low=20.0, high=math.inf),
    }
    result = paired_selectivity(a, b)
    assert result.n_experiments == 3 and "1 of them bounds (Tobit)" in result.method
    assert result.value > 15.0
    assert (
        paired_selectivity({"z": a["z"], "x": a["x"]}, dict.fromkeys("xz", b["z"])).qualifier == ">"
    )
