"""Net release and effects against mass balance, hand calculation and simulated truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tricyclic.core.release import Sampling
from tricyclic.errors import InputError
from tricyclic.simulation.virtual.release_study import ReleaseDesign

BASAL, STIMULATED = 6, 7


def net(rows, culture, **arm):
    """Mean net release of an arm by hand, pmol."""
    keys = {"drug": 2, "concentration": 3, "stimulus": 4, "antagonist": 5}
    own = [
        (row[STIMULATED] - row[BASAL]) * 400.0
        for row in rows
        if row[0] == culture and all(row[keys[name]] == value for name, value in arm.items())
    ]
    return float(np.mean(own))


VEHICLE = {"drug": "vehicle", "stimulus": "BDNF", "antagonist": ""}


@pytest.mark.parametrize(("sample", "added"), [(0, 0), (50, 0), (250, 20), (350, 300)])
def test_net_release_is_what_the_cells_released_whatever_volume_was_taken(sample, added):
    """Amounts followed through a well: 200 pmol in 400 uL, then 70 pmol released."""
    basal = 200.0 / 400.0
    left = 200.0 * (400.0 - sample) / 400.0
    stimulated = (left + 70.0) / (400.0 - sample + added)
    sampling = Sampling(well_uL=400.0, sample_uL=sample, added_uL=added)
    assert sampling.net_amount(basal, stimulated) == pytest.approx(70.0)
    assert sampling.basal_amount(basal) == pytest.approx(200.0)
    assert sampling.fold(basal, stimulated) == pytest.approx(270.0 / 200.0)


def test_replaced_medium_compares_collections_of_unequal_length():
    sampling = Sampling(well_uL=200.0, medium="replaced", basal_min=20.0, stimulus_min=5.0)
    # 40 pmol in 20 min is 10 pmol in 5 min.
    assert sampling.net_amount(0.2, 0.35) == pytest.approx(200 * 0.35 - 10.0)
    assert sampling.fold(0.2, 0.35) == pytest.approx(7.0)


def test_without_volumes_net_release_is_a_difference_of_concentrations(rows, analyse):
    result = analyse(rows, well_volume=None, sample_volume=None)
    assert result.unit == "uM"
    assert result.wells[0].net == pytest.approx(rows[0][STIMULATED] - rows[0][BASAL])
    assert "not corrected for the volume" in result.remarks[0]


def test_the_ratio_is_the_paired_t_test_of_logarithms_of_the_means_of_wells(rows, result):
    cultures = [str(k) for k in range(1, 7)]
    arm = {"drug": "imipramine", "concentration": 3.0, "stimulus": "BDNF", "antagonist": ""}
    logs = [math.log(net(rows, c, **arm) / net(rows, c, **VEHICLE)) for c in cultures]
    test = stats.ttest_1samp(logs, 0.0)
    low, high = test.confidence_interval()
    obtained = result["imipramine 3 uM"]
    assert obtained.value == pytest.approx(math.exp(np.mean(logs)))
    assert (obtained.low, obtained.high) == pytest.approx((math.exp(low), math.exp(high)))
    assert obtained.p == pytest.approx(test.pvalue)
    assert obtained.n == 6
    assert result.unit == "pmol/well"


def test_the_difference_and_the_interaction_are_tests_of_the_cultures(rows, result):
    cultures = [str(k) for k in range(1, 7)]
    drug = {"drug": "imipramine", "concentration": 3.0, "stimulus": "BDNF"}
    other = {"drug": "vehicle", "stimulus": "BDNF"}
    differences = [net(rows, c, **drug, antagonist="") - net(rows, c, **VEHICLE) for c in cultures]
    effect = next(e for e in result.difference.effects if e.arm == "imipramine 3 uM")
    assert effect.value == pytest.approx(np.mean(differences))
    assert effect.p == pytest.approx(stats.ttest_1samp(differences, 0).pvalue)
    change = [
        math.log(
            net(rows, c, **drug, antagonist="NE-100")
            / net(rows, c, **other, antagonist="NE-100")
            / (net(rows, c, **drug, antagonist="") / net(rows, c, **VEHICLE))
        )
        for c in cultures
    ]
    (antagonist,) = result.antagonists
    assert (antagonist.drug, antagonist.antagonist) == ("imipramine 3 uM", "NE-100")
    assert antagonist.change.value == pytest.approx(math.exp(np.mean(change)))
    assert antagonist.change.p == pytest.approx(stats.ttest_1samp(change, 0).pvalue)
    assert antagonist.change.p < 0.001


def test_basal_release_is_compared_over_all_wells_of_a_drug(rows, result):
    logs = []
    for culture in map(str, range(1, 7)):
        mean = [
            np.mean([r[BASAL] for r in rows if r[0] == culture and (r[2], r[3], r[5]) == arm])
            for arm in (("imipramine", 3.0, ""), ("vehicle", 0.0, ""))
        ]
        logs.append(math.log(mean[0] / mean[1]))
    effect = next(e for e in result.basal.effects if e.arm == "imipramine 3 uM")
    assert effect.value == pytest.approx(math.exp(np.mean(logs)))


def test_the_stated_truth_lies_within_the_limits(result):
    plan = ReleaseDesign()
    for concentration in plan.concentrations_uM:
        effect = result[f"imipramine {concentration:g} uM"]
        assert effect.low < plan.true_fold(concentration) < effect.high
    (curve,) = result.curves
    assert curve.status == "ec50"
    assert curve.ec50_low < plan.ec50_uM < curve.ec50_high
    assert curve.max_low < 200.0 < curve.max_high
    assert result.evoked.low < 300 * np.exp(0.25**2 / 2) < result.evoked.high


def test_a_primary_arm_stated_in_advance_is_not_adjusted(rows, result, analyse):
    stated = analyse(rows, primary_arm="imipramine 0.1 uM")
    assert stated["imipramine 0.1 uM"].p_adjusted == stated["imipramine 0.1 uM"].p
    assert result["imipramine 0.1 uM"].p_adjusted >= result["imipramine 0.1 uM"].p
    others = [e for e in stated.ratio.effects if e.arm != "imipramine 0.1 uM"]
    p = sorted(e.p for e in others)
    assert min(e.p_adjusted for e in others) == pytest.approx(4 * p[0])
    with pytest.raises(InputError, match="no arm is called imipramine 2 uM"):
        analyse(rows, primary_arm="imipramine 2 uM")


def test_a_negative_net_release_is_kept_and_its_ratio_is_not_defined(rows, analyse):
    spoilt = [list(row) for row in rows]
    for row in spoilt:
        if row[0] == "2" and row[3] == 10.0 and row[4] == "BDNF":
            row[STIMULATED] = 0.5 * row[BASAL]
    result = analyse(spoilt)
    effect = result["imipramine 10 uM"]
    assert math.isnan(effect.value)
    assert effect.undefined == (
        "the mean net release of imipramine 10 uM is 0 or below in culture 2, which has no "
        "logarithm"
    )
    difference = next(e for e in result.difference.effects if e.arm == "imipramine 10 uM")
    assert difference.n == 6
    expected = [
        net(spoilt, str(c), drug="imipramine", concentration=10.0, stimulus="BDNF")
        - net(spoilt, str(c), **VEHICLE)
        for c in range(1, 7)
    ]
    assert difference.value == pytest.approx(np.mean(expected))
    assert min(m.net for m in result.means if m.culture == "2" and m.arm.drug) < 0
    assert result["imipramine 3 uM"].n == 6
    assert result.curves[0].trend_scale == "difference"


def test_one_negative_well_of_a_positive_mean_stays_in_the_mean(rows, analyse):
    spoilt = [list(row) for row in rows]
    well = next(r for r in spoilt if r[0] == "1" and r[3] == 10.0 and r[4] == "BDNF")
    well[STIMULATED] = 0.9 * well[BASAL]
    result = analyse(spoilt)
    mean = next(
        m for m in result.means if m.culture == "1" and m.arm.label("BDNF") == "imipramine 10 uM"
    )
    assert (mean.n, mean.negative) == (3, 1)
    assert result["imipramine 10 uM"].value < analyse(rows)["imipramine 10 uM"].value


def test_few_concentrations_have_a_trend_and_no_ec50(analyse, rows_of):
    plan = ReleaseDesign(concentrations_uM=(0.3, 1.0, 3.0))
    (curve,) = analyse(rows_of(3, plan)).curves
    assert curve.status == "too few concentrations"
    assert curve.reason == "3 concentrations, and an EC50 needs 5 that bracket it"
    assert math.isnan(curve.ec50)
    assert curve.trend > 1
    assert curve.trend_p < 0.01


def test_a_bell_has_a_downturn_and_no_ec50(rows, analyse):
    bell = [list(row) for row in rows]
    for row in bell:
        if row[3] == 10.0:
            row[STIMULATED] = row[BASAL] + (row[STIMULATED] - row[BASAL]) * 0.5
    (curve,) = analyse(bell).curves
    assert curve.status == "not bracketed"
    assert curve.downturn_p < 0.01
    assert curve.downturn_from in ("imipramine 1 uM", "imipramine 3 uM")
    assert "no plateau" in curve.reason


def test_separate_wells_subtract_the_unstimulated_wells_of_their_arm(rows, analyse):
    single = [[*row[:6], row[7]] for row in rows if row[4] != "KCl"]
    head = ("culture", "well", "drug", "concentration_uM", "stimulus", "antagonist", "value_uM")
    result = analyse(single, head, well_volume=None, sample_volume=None)
    assert "without stimulus" in result.basis
    without = [r[7] for r in rows if r[0] == "1" and r[2] == "vehicle" and r[4] == "none"]
    own = [r[7] for r in rows if r[0] == "1" and r[2] == "vehicle" and r[4:6] == ["BDNF", ""]]
    mean = next(m for m in result.means if m.culture == "1" and m.arm.label("BDNF") == "vehicle")
    assert mean.net == pytest.approx(np.mean(own) - np.mean(without))


def test_release_is_per_protein_or_per_cells(rows, analyse):
    head = ("culture", "well", "drug", "concentration_uM", "stimulus", "antagonist")
    amounts = [[*row, 50.0] for row in rows]
    per = analyse(amounts, (*head, "basal_uM", "stimulated_uM", "protein_ug"))
    plain = analyse(rows)
    assert per.unit == "pmol/mg protein"
    assert per.wells[0].net == pytest.approx(plain.wells[0].net / 0.05)
    cells = analyse(
        [[*r[:-1], 200_000] for r in amounts], (*head, "basal_uM", "stimulated_uM", "cells")
    )
    assert cells.unit == "pmol/1e6 cells"
    assert cells.wells[0].net == pytest.approx(plain.wells[0].net / 0.2)


def test_a_sample_below_its_limit_is_no_number_and_a_sensitivity_uses_half_of_it(rows, analyse):
    head = ("culture", "well", "drug", "concentration_uM", "stimulus", "antagonist")
    spoilt = [list(row) for row in rows]
    k = next(k for k, r in enumerate(spoilt) if r[3] == 1.0 and r[4] == "BDNF")
    for row in spoilt:
        row[BASAL] = f"{row[BASAL]:.6f}"
    spoilt[k][BASAL] = "<0.6"
    result = analyse(spoilt, (*head, "basal_uM", "stimulated_uM"))
    assert math.isnan(result.wells[k].net)
    assert result.left_out == ((result.wells[k].name, "the basal sample is below the range"),)
    ((label, family),) = result.sensitivity
    assert label == "1 basal sample below the range at half of its limit"
    assert family.effects[2].n == 6


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"sample_volume": 500.0},
            (
                "sample_volume: the basal sample of 500 uL takes all of the 500 uL of the well. "
                "Add --medium replaced, where fresh medium was added."
            ),
        ),
        (
            {"well_volume": None},
            (
                "well_volume: a volume is sampled or added, and that of the well is not stated. "
                "Add --well-volume."
            ),
        ),
        (
            {"medium": "replaced", "basal_min": 10.0},
            (
                "basal_min: one of the durations is stated. Add both --basal-min and "
                "--stimulus-min, or neither."
            ),
        ),
        (
            {"stimulus": "NGF"},
            "stimulus: no well has the stimulus NGF. Stimuli are BDNF, KCl.",
        ),
        (
            {"exclude": ("9=lost",)},
            (
                "exclude: nothing is called 9. Cultures are 1, 2, 3, 4, 5, 6; a well is named "
                "CULTURE/WELL or CULTURE/PLATE/WELL."
            ),
        ),
        ({"confidence": 1.0}, "confidence: is 1. It is between 0 and 1."),
    ],
)
def test_what_cannot_be_is_an_error(rows, keys, message, analyse):
    with pytest.raises(InputError) as error:
        analyse(rows, **keys)
    assert str(error.value) == message


def test_a_culture_can_be_left_out_with_its_reason(rows, analyse):
    result = analyse(rows, exclude=("3=contaminated", '1/A4="detached"'))
    assert result.cultures == ("1", "2", "4", "5", "6")
    assert ("culture 1, A4", "detached") in result.left_out
    assert result["imipramine 3 uM"].n == 5


def test_a_top_that_is_lower_by_chance_does_not_refuse_an_ec50(rows, analyse):
    factors = dict(zip("123456", (0.97, 0.85, 0.98, 0.86, 0.96, 0.87), strict=True))
    noisy = [list(row) for row in rows]
    for row in noisy:
        if row[3] == 10.0 and row[4] == "BDNF":
            row[STIMULATED] = row[BASAL] + (row[STIMULATED] - row[BASAL]) * factors[row[0]]
    (curve,) = analyse(noisy).curves
    assert 0.05 < curve.downturn_p < 0.525
    assert curve.status == "ec50"
