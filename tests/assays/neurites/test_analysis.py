"""The analysis of neurites against R-like arithmetic, SciPy, and the truth of simulations."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, ttest_rel

import tricyclic as tca
from tricyclic.assays.neurites.analysis import NeuriteSettings, analyse_neurites
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.neurites import FieldCount, NeuriteTable
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.simulation.virtual.neurite_counts import (
    NeuriteTruth,
    neurite_rows,
    synthetic_cells,
    synthetic_counts,
)
from tricyclic.stats.multiple_testing import adjust_by_holm

TRUTH = NeuriteTruth()


@pytest.fixture(scope="module")
def table():
    return synthetic_counts(np.random.default_rng(11), TRUTH)


@pytest.fixture(scope="module")
def result(table):
    return analyse_neurites(table)


@pytest.fixture(scope="module")
def rows(table):
    """Percentages, cultures by arms, by pandas alone."""
    frame = pd.DataFrame(neurite_rows(table))
    frame["arm"] = frame.drug + frame.concentration_uM.map("{:g}".format) + frame.antagonist
    frame["arm"] += frame.NGF
    sums = frame.groupby(["culture", "arm"])[["cells", "positive_k1"]].sum()
    return (100.0 * sums.positive_k1 / sums.cells).unstack()


def arm(drug="vehicle", concentration=0.0, antagonist="none", ngf="yes"):
    return f"{drug}{concentration:g}{antagonist}{ngf}"


def test_differences_are_paired_t_tests_of_cultures_with_holm(result, rows):
    tests = [ttest_rel(rows[arm("imipramine", c)], rows[arm()]) for c in TRUTH.concentrations_uM]
    family = result.primary
    assert family.measure == "percent"
    assert [one.p for one in family.effects] == pytest.approx([t.pvalue for t in tests])
    assert [one.p_adjusted for one in family.effects] == pytest.approx(
        adjust_by_holm([t.pvalue for t in tests])
    )
    for one, own in zip(family.effects, tests, strict=True):
        interval = own.confidence_interval(0.95)
        assert (one.low, one.high) == pytest.approx((interval.low, interval.high))
        assert (one.n, one.df) == (6, 5.0)


def test_the_odds_ratio_is_the_mean_of_logits_with_half_a_cell(result, table):
    frame = pd.DataFrame(neurite_rows(table))
    frame = frame[(frame.NGF == "yes") & (frame.antagonist == "none")]
    sums = frame.groupby(["culture", "concentration_uM"])[["cells", "positive_k1"]].sum()
    logit = np.log((sums.positive_k1 + 0.5) / (sums.cells - sums.positive_k1 + 0.5)).unstack()
    family = next(one for one in result.families if one.measure == "odds")
    for c, one in zip(TRUTH.concentrations_uM, family.effects, strict=True):
        assert one.value == pytest.approx(np.exp((logit[c] - logit[0.0]).mean()))


def test_the_interaction_is_the_difference_of_two_differences(result, rows):
    change = (
        rows[arm("imipramine", 3.0, "NE-100")]
        - rows[arm(antagonist="NE-100")]
        - rows[arm("imipramine", 3.0)]
        + rows[arm()]
    )
    own = next(one for one in result.antagonists if one.measure == "percent")
    assert own.change.value == pytest.approx(change.mean())
    half = 2.570581835636314 * change.std() / np.sqrt(6)
    assert own.change.high - own.change.value == pytest.approx(half)
    assert own.change.value == pytest.approx(own.remaining.value - own.effect.value)
    assert (own.drug, own.antagonist) == ("imipramine 3 uM", "NE-100")


def test_the_stimulus_effect_is_the_vehicle_with_it_less_without(result, rows):
    own = result.stimulus_effects[0]
    assert own.value == pytest.approx((rows[arm()] - rows[arm(ngf="no")]).mean())


def test_the_truth_is_within_the_limits(result):
    truth = {a.label("NGF"): 100 * TRUTH.share(a) for a in TRUTH.arms}
    for one in result.summaries:
        label = result.label(one.arm)
        assert one.percent.low - 1.0 <= truth[label] <= one.percent.high + 1.0, label
    curve = next(one for one in result.responses if one.measure == "percent")
    assert curve.ec50_low < TRUTH.ec50_uM < curve.ec50_high
    assert curve.curve.bottom.low < TRUTH.bottom < curve.curve.bottom.high
    assert curve.curve.top.low < TRUTH.top < curve.curve.top.high


def test_no_neurite_anywhere_without_stimulus_gives_numbers_and_no_infinity(table):
    none = replace(
        table,
        fields=tuple(f if f.arm.stimulus else replace(f, positive=(0,)) for f in table.fields),
    )
    result = analyse_neurites(none)
    without = result.summaries[0]
    assert (without.percent.value, without.positive) == (0.0, 0)
    cells = without.cells
    assert without.most == pytest.approx(
        100 * binomtest(0, cells, alternative="less").proportion_ci(0.95).high
    )
    percent, odds = result.stimulus_effects
    assert np.isfinite([percent.value, percent.low, percent.high]).all()
    assert np.isfinite([odds.value, odds.low, odds.high]).all()
    assert any("half a cell" in one for one in result.remarks)
    json.dumps(result.to_json(), allow_nan=False)


def test_no_neurite_in_two_arms_is_a_difference_of_zero_without_a_test():
    arms = (CultureArm(stimulus="NGF"), CultureArm("x", 1.0, "uM", "NGF"))
    fields = tuple(FieldCount(c, "", "", a, 100, (0,)) for c in "123" for a in arms)
    effect = analyse_neurites(NeuriteTable(fields, (1.0,)))["x 1 uM"]
    assert effect.value == 0.0
    assert np.isnan(effect.p)


def test_lengths_are_ratios_of_geometric_means_over_cultures():
    made = synthetic_cells(np.random.default_rng(6), replace(TRUTH, cultures=4, cells=25))
    result = analyse_neurites(made)
    frame = pd.DataFrame(neurite_rows(made))
    frame = frame[(frame.NGF == "yes") & (frame.antagonist == "none")]
    own = {family.measure: family for family in result.families}
    total = frame.groupby(["culture", "concentration_uM"]).total_um.mean().unstack()
    longest = (
        frame[frame.longest_um > 0].groupby(["culture", "concentration_uM"]).longest_um.mean()
    ).unstack()
    for name, means in (("total", total), ("longest", longest)):
        ratios = np.log(means[10.0] / means[0.0])
        assert own[name].effects[-1].value == pytest.approx(np.exp(ratios.mean()))
        assert own[name].effects[-1].scale == "ratio"
    assert {one.measure for one in result.responses} == {"percent", "longest", "total"}


def test_ambiguous_cells_are_used_and_the_result_without_them_is_beside():
    made = synthetic_cells(np.random.default_rng(7), replace(TRUTH, cultures=3, cells=20))
    marked = tuple(
        replace(cell, state="ambiguous") if k % 10 == 0 else cell
        for k, cell in enumerate(made.cells)
    )
    result = analyse_neurites(replace(made, cells=marked))
    assert result.primary.effects == analyse_neurites(made).primary.effects
    assert result.without_ambiguous is not None
    assert result.without_ambiguous.effects != result.primary.effects


def test_the_primary_arm_is_one_comparison_without_adjustment(table):
    result = analyse_neurites(table, NeuriteSettings(primary_arm="imipramine 3 uM"))
    (effect,) = result.primary.effects
    assert effect.p == effect.p_adjusted
    with pytest.raises(InputError) as error:
        analyse_neurites(table, NeuriteSettings(primary_arm="imipramine 4 uM"))
    assert "Is 'imipramine 4 uM'" in str(error.value) or "is 'imipramine 4 uM'" in str(error.value)


def test_a_culture_is_left_out_with_its_reason(table):
    result = analyse_neurites(table, NeuriteSettings(exclude=(("c2", "infected"),)))
    assert "c2" not in result.cultures
    assert {reason for _, reason in result.left_out} == {"infected"}
    with pytest.raises(InputError, match="there is no 'c9'"):
        analyse_neurites(table, NeuriteSettings(exclude=(("c9", "x"),)))


def test_lengths_cannot_be_primary_in_a_table_of_counts(table):
    with pytest.raises(InputError, match="has no lengths of cells"):
        analyse_neurites(table, NeuriteSettings(primary="total"))


def test_an_unknown_arm_is_refused(result):
    with pytest.raises(UnknownNameError):
        result["imipramine 2 uM"]


def test_too_few_concentrations_have_a_trend_and_no_curve():
    few = replace(TRUTH, concentrations_uM=(0.3, 1.0, 3.0))
    result = analyse_neurites(synthetic_counts(np.random.default_rng(2), few))
    response = result.responses[0]
    assert response.curve is None
    assert response.reason == "3 concentrations: an EC50 needs 5 or more"
    assert response.trend.p < 0.01


def test_a_flat_drug_has_no_ec50():
    flat = replace(TRUTH, top=TRUTH.bottom, effect_sd=0.0)
    result = analyse_neurites(synthetic_counts(np.random.default_rng(2), flat))
    response = result.responses[0]
    assert np.isnan(response.ec50)
    assert response.reason


def test_the_plan_of_the_stated_scatter_is_that_of_the_noncentral_t():
    from scipy.stats import nct, t

    plan = tca.neurites_design(
        percent_without=30,
        difference=15,
        effect_sd=6,
        cultures=5,
        field_correlation=0.01,
        well_correlation=0.02,
        wells=2,
        fields=3,
        cells_per_field=50,
    )
    inflation = 1 + 49 * 0.01 + 149 * 0.02
    variance = 36 + sum(1e4 * p * (1 - p) * inflation / 300 for p in (0.30, 0.45))
    assert plan.plan.sd == pytest.approx(np.sqrt(variance))
    limit, shift = t.ppf(0.975, 4), 15 / np.sqrt(variance / 5)
    wanted = nct.sf(limit, 4, shift) + nct.cdf(-limit, 4, shift)
    assert plan.plan.power == pytest.approx(wanted, abs=1e-9)
    assert plan.needed.power >= 0.8


def test_the_scatter_of_experiments_is_that_of_their_truth():
    truth = replace(
        TRUTH,
        cultures=40,
        wells=4,
        fields=4,
        concentrations_uM=(1.0, 10.0),
        effect_sd=0.2,
        field_correlation=0.03,
        well_correlation=0.02,
        antagonist="",
    )
    every = [
        analyse_neurites(synthetic_counts(np.random.default_rng(seed), truth)).scatter
        for seed in range(6)
    ]
    fields, wells, effects = (
        np.mean([getattr(one, name) for one in every])
        for name in ("correlation_fields", "correlation_wells", "effect_sd")
    )
    assert fields == pytest.approx(0.03, abs=0.004)
    assert wells == pytest.approx(0.02, abs=0.004)
    # Two arms of SD 0.2 on the logit, at 28 and 50 %: 0.2 times 20 and 25 points.
    assert effects == pytest.approx(np.hypot(4.0, 5.0), rel=0.25)
    assert all(one.fields_p < 1e-6 for one in every)
