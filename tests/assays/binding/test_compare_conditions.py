"""Comparison of vehicle and treated: over runs, in one fit, and from published means."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from tricyclic.assays.binding.compare_conditions import (
    compare_conditions,
    compare_in_one_fit,
    compare_published,
)
from tricyclic.core.estimate import Estimate
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.fitting.choose import shared_or_separate
from tricyclic.fitting.fit import FitPart, fit

R = json.loads((Path(__file__).parents[2] / "golden/r/groups.json").read_text(encoding="utf-8"))


def bmax(logs):
    return [Estimate("Bmax", 10**v, "fmol/mg") for v in logs]


def test_groups_are_compared_by_welch_on_the_log_scale_as_in_r():
    witness = R["welch"]
    result = compare_conditions(
        bmax(witness["b"]), bmax(witness["a"]), names=("vehicle", "treated")
    )
    assert (result.p, result.statistic, result.df[0]) == pytest.approx(
        [witness[k] for k in ("p", "t", "df")], rel=1e-8
    )
    assert (
        math.log10(result.ratio.value),
        math.log10(result.ratio.low),
        math.log10(result.ratio.high),
    ) == pytest.approx([witness[k] for k in ("difference", "low", "high")], rel=1e-8)
    assert "lower" in result.statement and "vehicle, n = 5" in result.statement


def test_runs_with_both_conditions_are_paired_as_in_r():
    witness = R["paired"]
    runs = ["1", "2", "3", "4"]
    shuffled = [2, 0, 3, 1]
    result = compare_conditions(
        bmax(witness["b"]),
        [bmax(witness["a"])[i] for i in shuffled],
        runs=(runs, [runs[i] for i in shuffled]),
        pairs=True,
    )
    assert result.p == pytest.approx(witness["p"], rel=1e-8)
    assert math.log10(result.ratio.value) == pytest.approx(witness["difference"])


def test_a_run_with_one_condition_is_excluded_from_pairs_and_named():
    result = compare_conditions(
        bmax([1.8, 1.9, 1.7]), bmax([1.6, 1.65]), runs=(["a", "b", "c"], ["a", "b"]), pairs=True
    )
    assert (
        "c excluded, because only one condition was measured there" in result.statement
        and result.ratio.n_experiments == 2
    )


def test_plates_of_one_animal_are_one_value():
    result = compare_conditions(
        bmax([1.8, 1.9, 1.7, 1.75]), bmax([1.6, 1.5]), runs=(["a", "a", "b", "c"], ["d", "e"])
    )
    plain = compare_conditions(bmax([1.85, 1.7, 1.75]), bmax([1.6, 1.5]))
    assert (result.p, result.ratio.value) == pytest.approx((plain.p, plain.ratio.value))


def test_one_run_each_gives_a_ratio_and_no_test():
    result = compare_conditions(bmax([1.8]), bmax([1.6]))
    assert math.isnan(result.p) and result.ratio.value == pytest.approx(10**-0.2)
    assert "cannot be tested" in result.statement and (result.ratio.low, result.ratio.high) == (
        0.0,
        math.inf,
    )


def test_the_published_down_regulation_is_a_ratio_of_0_56():
    # 73.3 ± 4.6 to 40.7 ± 3.4 fmol/mg; the guide does not state the number of animals.
    result = compare_published((73.3, 4.6), (40.7, 3.4), names=("vehicle", "desipramine"))
    assert result.ratio.value == pytest.approx(40.7 / 73.3)
    assert result.difference.value == pytest.approx(-32.6)
    assert "n is not stated" in result.statement and result.ratio.n_experiments == 0
    details = dict(result.details)
    assert result.p < details["p if n = 8 each"] < details["p if n = 3 each"] < 0.01
    assert (
        details["ratio low if n = 3 each"]
        < result.ratio.low
        < result.ratio.high
        < details["ratio high if n = 3 each"]
    )


def test_with_n_the_published_means_are_compared_as_in_r():
    witness = R["published"]
    groups = [(m, s) for m, s in zip(witness["mean"], witness["sem"], strict=True)]
    result = compare_published(groups[0], groups[1], n=(witness["n"], witness["n"]))
    assert (result.p, result.statistic, result.df[0]) == pytest.approx(
        [witness[k] for k in ("p", "t", "df")], rel=1e-8
    )
    details = dict(result.details)
    assert (details["Fieller low"], details["Fieller high"]) == pytest.approx(
        (witness["fieller_low"], witness["fieller_high"]), rel=1e-8
    )
    assert details["Fieller low"] == pytest.approx(result.ratio.low, rel=0.03)


def saturation(bmax_value, group, rng):
    dose = np.repeat(np.geomspace(1e-11, 3e-9, 8), 4)
    specific = np.tile([1.0, 1.0, 0.0, 0.0], 8)
    mean = 2e9 * dose + specific * bmax_value * dose / (dose + 2e-10)
    return Series(
        group,
        mean + rng.normal(0, 0.8, dose.size),
        "fmol/mg",
        {"radioligand_M": dose, "specific": specific},
        group=group,
    )


def test_two_plates_in_one_fit_give_f_and_a_ratio_whose_interval_contains_the_true_one():
    rng = np.random.default_rng(4)
    parts = [
        FitPart(saturation(73.3, "vehicle", rng), CURVES["saturation"], scatter="p"),
        FitPart(saturation(40.7, "treated", rng), CURVES["saturation"], scatter="p"),
    ]
    shared, separate = (fit(h.parts, intervals="none") for h in shared_or_separate(parts, ["bmax"]))
    result = compare_in_one_fit(
        shared, separate, "bmax[vehicle]", "bmax[treated]", names=("vehicle", "treated")
    )
    assert result.p < 1e-6 and result.test == "extra sum of squares F"
    assert result.ratio.low < 40.7 / 73.3 < result.ratio.high
    assert result.ratio.high / result.ratio.low < 1.15
    assert (
        "so this is valid for these plates and not for further animals or runs" in result.statement
    )


def test_a_bound_is_not_compared_as_a_value():
    with pytest.raises(
        InputError,
        match=r"^reference: Ki is a bound, > 10\.0 nM\. Pool each condition by itself and compare "
        r"the bounds\.$",
    ):
        compare_conditions([Estimate("Ki", 10.0, "nM", qualifier=">")], [Estimate("Ki", 1.0, "nM")])


@pytest.mark.parametrize(
    ("reference", "n", "word"),
    [
        ((0.0, 1.0), None, "above 0"),
        ((5.0, 0.0), None, "above 0"),
        ((5.0, 1.0), (1, 4), "2 or more"),
    ],
)
def test_impossible_summaries_are_refused(reference, n, word):
    with pytest.raises(InputError, match=word):
        compare_published(reference, (4.0, 1.0), n=n)
