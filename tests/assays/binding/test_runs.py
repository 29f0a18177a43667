"""Runs are pooled, wells are not; more runs do not reduce the errors that all runs share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tricyclic.assays.binding.analysis import analyse_plate
from tricyclic.assays.binding.error_budget import shares_of
from tricyclic.assays.binding.runs import analyse_runs
from tricyclic.assays.binding.selectivity import assay_selectivity, compare_evidence, compare_groups
from tricyclic.assays.binding.simulate_plate import one_run
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.evidence import Evidence
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.io.library.protocols import protocol
from tricyclic.results.binding import AssayResult

TRUTH = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"desipramine": 0.9})


@pytest.fixture(scope="module")
def assay(net: BindingConditions, make_plate) -> AssayResult:
    rng = np.random.default_rng(4)
    plates = [
        analyse_plate(
            make_plate(k, truth=one_run(TRUTH, rng, sd_log10_ki=0.1), name=f"run {k}"),
            net,
            kind="competition",
            curves=CURVES,
            experiment=f"run {k}",
            group="vehicle" if k % 2 else "treated",
        )
        for k in range(6)
    ]
    return analyse_runs(
        plates,
        name="net",
        title="NET",
        kind="competition",
        protocol=protocol("net-nisoxetine"),
        curves=CURVES,
    )


def test_the_pooled_ki_is_the_geometric_mean_of_the_runs_with_a_t_interval(
    assay: AssayResult,
) -> None:
    logs = np.log10([p.estimate("Ki").value for p in assay.plates if p.group == "vehicle"])
    pooled = next(e for e in assay.pooled if e.name == "Ki" and e.where == "vehicle")
    reach = stats.t.ppf(0.975, 2) * logs.std(ddof=1) / np.sqrt(3)
    assert pooled.value == pytest.approx(10 ** logs.mean(), rel=1e-9)
    assert (pooled.low, pooled.high) == pytest.approx(
        (10 ** (logs.mean() - reach), 10 ** (logs.mean() + reach)), rel=1e-9
    )
    assert pooled.n_experiments == 3


def test_an_error_that_all_runs_share_never_narrows_the_interval(assay: AssayResult) -> None:
    own = next(e for e in assay.pooled if e.name == "Ki" and e.where == "vehicle")
    total = next(e for e in assay.pooled if e.name.startswith("Ki, with") and e.where == "vehicle")
    assert total.low < own.low and total.high > own.high
    assert total.value == own.value


@pytest.mark.parametrize("n", [1, 3])
def test_the_methods_mention_the_second_interval_where_there_is_one(
    assay: AssayResult, n: int
) -> None:
    plates = [p for p in assay.plates if p.group == "vehicle"][:n]
    for shown in (plates, [replace(p, budget=()) for p in plates]):
        again = analyse_runs(shown, name="net", title="NET", kind="competition", curves=CURVES)
        second = any(e.name.endswith("with the errors all runs share") for e in again.pooled)
        assert second == ("A second interval also includes" in again.methods)
        assert second == bool(shown[0].budget)


def test_groups_are_compared_over_runs_by_welch(assay: AssayResult) -> None:
    result = compare_groups(assay, "Bmax", reference="vehicle", other="treated")
    logs = {
        group: np.log10([p.estimate("Bmax").value for p in assay.plates if p.group == group])
        for group in ("vehicle", "treated")
    }
    exact = stats.ttest_ind(logs["treated"], logs["vehicle"], equal_var=False)
    assert result.p == pytest.approx(exact.pvalue, rel=1e-6)
    assert result.ratio is not None
    assert result.ratio.value == pytest.approx(
        10 ** (logs["treated"].mean() - logs["vehicle"].mean()), rel=1e-9
    )


def test_runs_made_together_are_compared_pair_by_pair(assay: AssayResult) -> None:
    together = replace(
        assay,
        plates=tuple(replace(p, experiment=f"day {k // 2}") for k, p in enumerate(assay.plates)),
    )
    result = compare_groups(together, "Ki", reference="vehicle", other="treated", paired=True)
    logs = {
        g: np.log10([p.estimate("Ki").value for p in together.plates if p.group == g])
        for g in ("vehicle", "treated")
    }
    exact = stats.ttest_rel(logs["treated"], logs["vehicle"])
    assert result.p == pytest.approx(exact.pvalue, rel=1e-6)


def test_one_plate_each_is_compared_in_one_fit_and_for_these_plates_only(
    net: BindingConditions, make_plate
) -> None:
    less = replace(TRUTH, bmax_fmol_per_mg=400.0)
    plates = [
        analyse_plate(
            make_plate(k, truth=truth, name=group),
            net,
            kind="competition",
            curves=CURVES,
            experiment="day",
            group=group,
        )
        for k, (group, truth) in enumerate([("vehicle", TRUTH), ("treated", less)])
    ]
    two = analyse_runs(plates, name="net", title="NET", kind="competition")
    result = compare_groups(two, "Bmax", reference="vehicle", other="treated", curves=CURVES)
    assert result.ratio is not None
    assert result.ratio.low < 0.5 < result.ratio.high
    assert result.p < 1e-6
    assert "these plates" in result.statement


def test_a_selectivity_over_targets_includes_the_error_of_both_kds(assay: AssayResult) -> None:
    vehicle = replace(assay, pooled=tuple(e for e in assay.pooled if e.where == "vehicle"))
    ratio = assay_selectivity(vehicle, vehicle)
    assert ratio.value == pytest.approx(1.0)
    own = next(e for e in vehicle.pooled if e.name == "Ki")
    assert ratio.log10_se > np.sqrt(2) * own.log10_se


def by_days(assay: AssayResult, group: str, days: list[str]) -> AssayResult:
    """One group as an assay of its own, its runs named after days."""
    plates = [p for p in assay.plates if p.group == group][: len(days)]
    return replace(
        assay,
        name=group,
        plates=tuple(replace(p, experiment=d) for p, d in zip(plates, days, strict=True)),
        pooled=tuple(e for e in assay.pooled if e.where == group),
    )


def test_a_paired_selectivity_is_the_mean_of_the_ratios_of_runs(assay: AssayResult) -> None:
    days = ["mon", "tue", "wed"]
    of, over = by_days(assay, "vehicle", days), by_days(assay, "treated", days[::-1])
    result = assay_selectivity(of, over, paired=True)
    a, b = (np.log10([p.estimate("Ki").value for p in x.plates]) for x in (of, over))
    exact = stats.ttest_rel(b[::-1], a).confidence_interval(0.95)
    budget = [
        *shares_of(of.budget, "Ki", "desipramine", "vehicle"),
        *shares_of(over.budget, "Ki", "desipramine", "treated"),
    ]
    shared = np.sqrt(sum(s.log10_se**2 for s in budget if s.shared))
    middle = np.log10(result.value)
    assert middle == pytest.approx((b - a).mean(), abs=1e-12)
    # Half widths add as squares: that of the pairs, and that of the errors that all runs share.
    half = np.hypot((exact.high - exact.low) / 2, stats.norm.ppf(0.975) * shared)
    assert (np.log10(result.low), np.log10(result.high)) == pytest.approx(
        (middle - half, middle + half)
    )
    assert result.n_experiments == 3
    assert result.method.startswith("paired: mean of the differences of log10, t on 3 runs")


def test_a_run_of_one_target_is_left_out_of_a_paired_selectivity_and_named(
    assay: AssayResult,
) -> None:
    of, over = by_days(assay, "vehicle", ["1", "2", "3"]), by_days(assay, "treated", ["2", "3"])
    result = assay_selectivity(of, over, paired=True)
    assert result.n_experiments == 2
    assert "; 1 excluded, because only one target was measured there" in result.method
    with pytest.raises(InputError) as caught:
        assay_selectivity(of, by_days(assay, "treated", ["4", "5"]), paired=True)
    assert str(caught.value) == (
        "No run has both targets, NET and NET. Give assays of one day the same name of the run, "
        "or remove paired."
    )
    with pytest.raises(InputError) as caught:
        assay_selectivity(of, by_days(assay, "treated", ["3", "5"]), paired=True)
    assert str(caught.value) == (
        "Only run 3 has both targets, NET and NET. Paired differences need two runs or more that "
        "have both. Give assays of one day the same name of the run, or remove paired."
    )


def test_a_selectivity_of_an_assay_with_groups_is_refused(assay: AssayResult) -> None:
    with pytest.raises(InputError, match="for each of its 2 groups"):
        assay_selectivity(assay, assay)


def test_groups_of_several_compounds_are_compared_for_the_named_one(assay: AssayResult) -> None:
    plates = [
        replace(
            p, estimates=(*p.estimates, replace(p.estimate("Ki"), subject="other", value=1000.0))
        )
        for p in assay.plates
    ]
    two = replace(assay, plates=tuple(plates))
    with pytest.raises(InputError) as caught:
        compare_groups(two, "Ki", reference="vehicle", other="treated")
    assert str(caught.value) == (
        'net: has a Ki for each of 2 compounds. Add compound = "desipramine" to the comparison.'
    )
    named = compare_groups(two, "Ki", reference="vehicle", other="treated", compound="desipramine")
    plain = compare_groups(assay, "Ki", reference="vehicle", other="treated")
    assert named.p == plain.p


def test_the_published_bmax_is_compared_as_printed(assay: AssayResult) -> None:
    """73.3 +/- 4.6 and 40.7 +/- 3.4 fmol/mg: the difference is 32.6, its error sqrt(4.6^2 + 3.4^2)
    = 5.72.
    """
    printed = tuple(
        Evidence(
            group,
            "beta1",
            "Bmax",
            value,
            "fmol/mg",
            value - error,
            value + error,
            source="zhao_2008",
        )
        for group, value, error in (("vehicle", 73.3, 4.6), ("treated", 40.7, 3.4))
    )
    result = compare_evidence(
        replace(assay, evidence=printed), "Bmax", reference="vehicle", other="treated"
    )
    assert result is not None and result.difference is not None and result.ratio is not None
    assert result.difference.value == pytest.approx(-32.6)
    assert result.difference.se == pytest.approx(5.72, abs=0.005)
    assert result.ratio.value == pytest.approx(40.7 / 73.3)
    assert "n is not stated" in result.statement
    assert [(e.where, e.value, e.low, e.high, e.unit) for e in result.published] == [
        ("vehicle", 73.3, pytest.approx(68.7), pytest.approx(77.9), "fmol/mg"),
        ("treated", 40.7, pytest.approx(37.3), pytest.approx(44.1), "fmol/mg"),
    ]
    assert (result.parameter, result.assay, result.groups) == (
        "Bmax",
        "net",
        ("vehicle", "treated"),
    )
    assert compare_evidence(assay, "Bmax", reference="vehicle", other="treated") is None


def test_unknown_names_are_refused(assay: AssayResult) -> None:
    with pytest.raises(InputError, match="no group is called 'placebo'"):
        compare_groups(assay, "Bmax", reference="vehicle", other="placebo")
    with pytest.raises(InputError, match="no parameter is called 'Kmax'"):
        compare_groups(assay, "Kmax", reference="vehicle", other="treated")
    with pytest.raises(InputError, match="no compound is called 'imipramine'"):
        assay_selectivity(assay, assay, compound="imipramine")


def test_the_methods_describe_conditions_and_analysis(assay: AssayResult) -> None:
    for part in (
        "[3H]nisoxetine",
        "desipramine [protocol default: confirm] (10 uM [protocol default: confirm])",
        "competition_with_depletion",
        "3 in treated",
        "45 %",
    ):
        assert part in assay.methods
