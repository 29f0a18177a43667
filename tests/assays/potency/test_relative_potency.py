"""Relative potency against R and against its own laws."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tricyclic.assays.potency.relative_potency import relative_potency
from tricyclic.core.series import Series
from tricyclic.curves import SHELF
from tricyclic.curves.logistic_4pl import response
from tricyclic.errors import InputError

MODEL = SHELF["logistic_4pl"]
DOSES = np.repeat(np.logspace(-9, -5, 9), 3)
GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden" / "r" / "relative_potency.json").read_text()
)


def curve(name, *, ratio=1.0, sd=0.0, seed=0, hill=1.2, plateau=1000.0, unit="y"):
    y = response(
        concentration_M=DOSES * ratio, baseline=100.0, plateau=plateau, log10_ec50=-7.0, hill=hill
    )
    return Series(
        name,
        y + np.random.default_rng(seed).normal(0, sd, y.size),
        unit,
        {"concentration_M": DOSES},
    )


def run_of_dnase(run):
    keep = np.array(GOLDEN["run"]) == run
    dose = np.array(GOLDEN["concentration_ng_per_mL"])[keep] * 1e-9
    return Series(f"run {run}", np.array(GOLDEN["density"])[keep], "OD", {"concentration_M": dose})


def test_two_runs_of_an_elisa_have_the_potency_limits_and_f_of_r():
    found = relative_potency(run_of_dnase(1), run_of_dnase(8), MODEL)
    assert np.log10([found.potency, found.low, found.high]) == pytest.approx(
        [GOLDEN["log10_potency"], GOLDEN["log10_low"], GOLDEN["log10_high"]], abs=2e-6
    )
    assert np.log10(found.ec50_reference_M) + 9 == pytest.approx(GOLDEN["log10_ec50"], abs=2e-6)
    assert found.test.statistic == pytest.approx(GOLDEN["f"], rel=1e-5)
    assert found.test.p == pytest.approx(GOLDEN["p"], rel=1e-5)
    slope = next(item for item in found.shape if item.name == "hill ratio")
    assert slope.difference == pytest.approx(GOLDEN["hill"][1] / GOLDEN["hill"][0], rel=1e-4)


@pytest.mark.parametrize("ratio", [0.02, 0.5, 1.0, 3.7, 40.0])
def test_a_curve_against_itself_moved_by_a_known_ratio_gives_that_ratio(ratio):
    found = relative_potency(curve("reference"), curve("sample", ratio=ratio), MODEL)
    assert found.potency == pytest.approx(ratio, rel=1e-6)
    assert found.ratio_at_own_shape == pytest.approx(ratio, rel=1e-5)


def test_exchanging_sample_and_reference_turns_the_potency_over():
    a, b = curve("a", sd=20, seed=1), curve("b", ratio=2.5, sd=20, seed=2)
    there, back = relative_potency(a, b, MODEL), relative_potency(b, a, MODEL)
    assert there.potency == pytest.approx(1 / back.potency, rel=1e-5)
    assert (there.low, there.high) == pytest.approx((1 / back.high, 1 / back.low), rel=1e-4)


def test_limits_hold_the_true_potency_in_nineteen_of_twenty_assays():
    held = []
    for seed in range(60):
        found = relative_potency(
            curve("a", sd=30, seed=2 * seed), curve("b", ratio=2.0, sd=30, seed=2 * seed + 1), MODEL
        )
        held.append(found.low <= 2.0 <= found.high)
    # 60 assays: 95 % with two binomial standard errors and one assay
    assert 0.87 <= np.mean(held) <= 1.0


def test_curves_of_one_shape_are_shown_to_be_parallel():
    found = relative_potency(curve("a", sd=5, seed=1), curve("b", ratio=2, sd=5, seed=2), MODEL)
    assert found.parallel
    assert all(check.level == "fine" for check in found.checks)


def test_curves_of_different_shape_get_no_potency():
    found = relative_potency(
        curve("a", sd=10, seed=1), curve("b", sd=10, seed=2, hill=2.4, plateau=700.0), MODEL
    )
    assert not found.parallel
    assert found.test.p < 1e-6
    assert any(check.name == "not_parallel" and check.level == "stop" for check in found.checks)


def test_few_noisy_readings_hide_a_difference_but_do_not_show_equivalence():
    found = relative_potency(curve("a", sd=150, seed=1), curve("b", sd=150, seed=2), MODEL)
    assert found.test.p > 0.05
    assert not found.parallel
    assert not any(check.level == "stop" for check in found.checks)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 2.0, float("nan")])
def test_a_confidence_that_is_no_share_is_refused(confidence):
    with pytest.raises(InputError, match="confidence"):
        relative_potency(curve("a"), curve("b"), SHELF["logistic_4pl"], confidence=confidence)


def test_different_units_are_refused():
    with pytest.raises(InputError, match="the reference is in y, the sample in cpm"):
        relative_potency(curve("a"), curve("b", unit="cpm"), MODEL)


def test_a_curve_without_slope_is_refused():
    with pytest.raises(InputError, match="cannot be compared so"):
        relative_potency(curve("a"), curve("b"), SHELF["saturation"])
