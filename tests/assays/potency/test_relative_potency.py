"""Relative potency agrees with R and obeys its own laws."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import f as f_distribution
from scipy.stats import t

from tricyclic.assays.potency.relative_potency import relative_potency
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.curves.logistic_4pl import response
from tricyclic.errors import InputError
from tricyclic.fitting.fit import fit
from tricyclic.fitting.problem import FitPart

MODEL = CURVES["logistic_4pl"]
DOSES = np.repeat(np.logspace(-9, -5, 9), 3)
GOLDEN = json.loads(
    (Path(__file__).parents[2] / "golden" / "r" / "relative_potency.json").read_text(
        encoding="utf-8"
    )
)


def curve(name, *, ratio=1.0, sd=0.0, seed=0, hill=1.2, top=1000.0, unit="y"):
    y = response(concentration_M=DOSES * ratio, bottom=100.0, top=top, log10_ec50=-7.0, hill=hill)
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
    result = relative_potency(run_of_dnase(1), run_of_dnase(8), MODEL)
    assert np.log10([result.potency, result.low, result.high]) == pytest.approx(
        [GOLDEN["log10_potency"], GOLDEN["log10_low"], GOLDEN["log10_high"]], abs=2e-6
    )
    assert np.log10(result.ec50_reference_M) + 9 == pytest.approx(GOLDEN["log10_ec50"], abs=2e-6)
    assert result.test.statistic == pytest.approx(GOLDEN["f"], rel=1e-5)
    assert result.test.p == pytest.approx(GOLDEN["p"], rel=1e-5)
    slope = next(item for item in result.shape if item.name == "hill ratio")
    assert slope.difference == pytest.approx(GOLDEN["hill"][1] / GOLDEN["hill"][0], rel=1e-4)


@pytest.mark.parametrize("ratio", [0.02, 0.5, 1.0, 3.7, 40.0])
def test_a_curve_against_itself_moved_by_a_known_ratio_gives_that_ratio(ratio):
    result = relative_potency(curve("reference"), curve("sample", ratio=ratio), MODEL)
    assert result.potency == pytest.approx(ratio, rel=1e-6)
    assert result.ratio_at_own_shape == pytest.approx(ratio, rel=1e-5)


def test_exchanging_sample_and_reference_inverts_the_potency():
    a, b = curve("a", sd=20, seed=1), curve("b", ratio=2.5, sd=20, seed=2)
    there, back = relative_potency(a, b, MODEL), relative_potency(b, a, MODEL)
    assert there.potency == pytest.approx(1 / back.potency, rel=1e-5)
    assert (there.low, there.high) == pytest.approx((1 / back.high, 1 / back.low), rel=1e-4)


# With 95 % of the intervals, and two binomial standard errors and one assay.
@pytest.mark.parametrize(
    ("assays", "least"), [(20, 0.8), pytest.param(60, 0.87, marks=pytest.mark.slow)]
)
def test_limits_contain_the_true_potency_in_nineteen_of_twenty_assays(assays, least):
    inside = []
    for seed in range(assays):
        result = relative_potency(
            curve("a", sd=30, seed=2 * seed), curve("b", ratio=2.0, sd=30, seed=2 * seed + 1), MODEL
        )
        inside.append(result.low <= 2.0 <= result.high)
    assert least <= np.mean(inside) <= 1.0


def test_curves_of_one_shape_are_shown_to_be_parallel():
    result = relative_potency(curve("a", sd=5, seed=1), curve("b", ratio=2, sd=5, seed=2), MODEL)
    assert result.parallel
    assert all(check.level == "pass" for check in result.checks)


def test_curves_of_different_shape_get_no_potency():
    result = relative_potency(
        curve("a", sd=10, seed=1), curve("b", sd=10, seed=2, hill=2.4, top=700.0), MODEL
    )
    assert not result.parallel
    assert result.test.p < 1e-6
    assert any(check.name == "not_parallel" and check.level == "fail" for check in result.checks)


def test_few_noisy_readings_hide_a_difference_but_do_not_show_equivalence():
    result = relative_potency(curve("a", sd=150, seed=1), curve("b", sd=150, seed=2), MODEL)
    assert result.test.p > 0.05
    assert not result.parallel
    assert not any(check.level == "fail" for check in result.checks)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 2.0, float("nan")])
def test_a_confidence_that_is_no_share_is_refused(confidence):
    with pytest.raises(InputError, match="confidence"):
        relative_potency(curve("a"), curve("b"), CURVES["logistic_4pl"], confidence=confidence)


def test_different_units_are_refused():
    with pytest.raises(InputError, match="the reference is in y, the sample in cpm"):
        relative_potency(curve("a"), curve("b", unit="cpm"), MODEL)


def test_a_curve_without_slope_is_refused():
    with pytest.raises(InputError) as caught:
        relative_potency(curve("a"), curve("b"), CURVES["saturation"])
    assert str(caught.value) == (
        "Saturation has no relative potency. The model needs the parameters bottom, hill, "
        "log10_ec50, top. Choose logistic_4pl."
    )


def test_a_curve_with_every_parameter_of_its_shape_fixed_is_refused():
    fixed = {"bottom": 100.0, "top": 1000.0, "hill": 1.2}
    with pytest.raises(InputError) as caught:
        relative_potency(curve("a"), curve("b"), MODEL, fixed=fixed)
    assert str(caught.value) == (
        "Plateaus and slope are all fixed. Leave at least one of them free, to test parallelism."
    )


def test_a_fixed_slope_is_not_among_the_tested_properties():
    result = relative_potency(
        curve("a", sd=5, seed=1), curve("b", ratio=2, sd=5, seed=2), MODEL, fixed={"hill": 1.2}
    )
    assert [item.name for item in result.shape] == ["bottom difference", "top difference"]


def test_a_falling_and_a_rising_curve_are_not_parallel():
    falling = replace(curve("b", sd=5, seed=2), y=1100.0 - curve("b", sd=5, seed=2).y)
    result = relative_potency(curve("a", sd=5, seed=1), falling, MODEL)
    slope = next(item for item in result.shape if item.name == "hill ratio")
    assert slope.difference < 0
    assert not slope.equivalent
    assert result.failed


@pytest.mark.parametrize(
    ("hill", "top", "name"),
    [
        (1.2 * 1.3, 1000.0, "hill ratio"),
        (1.2 * 0.77, 1000.0, "hill ratio"),
        (1.2, 1100.0, "top difference"),
        (1.2, 900.0, "top difference"),
    ],
)
def test_a_shape_beyond_its_margin_is_not_equivalent(hill, top, name):
    # Margins: slopes from 0.8 to 1.25 times, plateaus by 10 % of the span.
    result = relative_potency(
        curve("a", sd=1, seed=1), curve("b", sd=1, seed=2, hill=hill, top=top), MODEL
    )
    assert {item.name for item in result.shape if not item.equivalent} == {name}


@pytest.mark.parametrize(
    ("hill", "top"), [(1.2 * 1.22, 1000.0), (1.2 * 0.83, 1000.0), (1.2, 1080.0), (1.2, 920.0)]
)
def test_a_shape_inside_its_margin_is_equivalent(hill, top):
    result = relative_potency(
        curve("a", sd=1, seed=1), curve("b", sd=1, seed=2, hill=hill, top=top), MODEL
    )
    assert result.parallel


def test_separate_shapes_are_better_from_a_p_of_a_twentieth_on():
    result = relative_potency(
        curve("a", sd=20, seed=38), curve("b", ratio=2, sd=20, seed=39), MODEL
    )
    check = next(check for check in result.checks if check.name == "parallel_f")
    assert 0.05 < check.value < 0.1
    assert check.level == "pass"


def test_limits_of_a_shape_are_those_of_two_one_sided_tests_at_five_percent():
    a, b = curve("a", sd=20, seed=1), curve("b", ratio=2, sd=20, seed=2)
    result = relative_potency(a, b, MODEL)
    separate = fit(
        [
            FitPart(one, MODEL, rename={p.name: f"{p.name}[{side}]" for p in MODEL.parameters})
            for one, side in ((a, "a"), (b, "b"))
        ],
        intervals="none",
        variance="constant",
    )
    slope = next(item for item in result.shape if item.name == "hill ratio")
    errors = [separate[f"hill[{side}]"].se / separate[f"hill[{side}]"].value for side in "ab"]
    half_width = t.ppf(0.95, separate.df) * np.hypot(*errors)
    assert np.log(slope.high / slope.difference) == pytest.approx(half_width, rel=0.05)


@pytest.mark.parametrize(
    "fixed", [{}, {"bottom": 100.0}, {"top": 1000.0}, {"bottom": 100.0, "top": 1000.0}]
)
def test_falling_curves_have_the_potency_of_the_same_curves_turned_upside_down(fixed):
    rising = [curve("a", sd=10, seed=1), curve("b", ratio=2.0, sd=10, seed=2)]
    falling = [replace(one, y=1100.0 - one.y) for one in rising]
    # Turned upside down at 1100, a bottom of 100 becomes a top of 1000.
    turned = {{"bottom": "top", "top": "bottom"}[name]: 1100.0 - v for name, v in fixed.items()}
    up = relative_potency(*rising, MODEL, fixed=fixed)
    down = relative_potency(*falling, MODEL, fixed=turned)
    assert [down.potency, down.low, down.high] == pytest.approx(
        [up.potency, up.low, up.high], rel=1e-5
    )
    assert down.parallel == up.parallel


def test_a_difference_of_the_slopes_alone_is_not_diluted_by_equal_plateaus():
    # Among 40 assays of a slope ratio of 1.3 there are some in which F of the whole shape is not
    # significant at 5 % and that of the slope is.
    diluted = []
    for seed in range(25):
        result = relative_potency(
            curve("a", sd=36, seed=2 * seed),
            curve("b", sd=36, seed=2 * seed + 1, hill=1.2 * 1.3),
            MODEL,
        )
        assert result.slope_test is not None
        if result.slope_test.p < 0.025 and result.test.p > 0.025:
            diluted.append(result)
            assert result.failed
            assert not result.parallel
            if len(diluted) == 2:
                break
    assert diluted


def test_f_of_the_slopes_is_that_of_a_fit_with_one_slope():
    a, b = curve("a", sd=20, seed=1), curve("b", ratio=2, sd=20, seed=2)
    result = relative_potency(a, b, MODEL)
    names = [p.name for p in MODEL.parameters]
    rss = {}
    for shared in ((), ("hill",)):
        rename = [{n: f"{n}[{s}]" for n in names if n not in shared} for s in "ab"]
        parts = [
            FitPart(o, MODEL, rename=r, scatter="x") for o, r in zip((a, b), rename, strict=True)
        ]
        rss[shared] = fit(parts, intervals="none").rss
    df = a.n + b.n - 8
    statistic = (rss[("hill",)] - rss[()]) / (rss[()] / df)
    assert result.slope_test.statistic == pytest.approx(statistic, rel=1e-5)
    assert result.slope_test.p == pytest.approx(f_distribution.sf(statistic, 1, df), rel=1e-4)


@pytest.mark.parametrize("pairs", [12, pytest.param(30, marks=pytest.mark.slow)])
def test_most_parallel_pairs_of_a_usual_design_are_shown_to_be_parallel(pairs):
    # Nine doses in triplicate, a standard deviation of 4 % of the span.
    results = [
        relative_potency(
            curve("a", sd=36, seed=100 + 2 * seed),
            curve("b", ratio=2, sd=36, seed=101 + 2 * seed),
            MODEL,
        )
        for seed in range(pairs)
    ]
    assert np.mean([result.parallel for result in results]) >= 0.65
    assert np.mean([result.failed for result in results]) <= 0.17
    strict = [all(item.equivalent for item in result.shape) for result in results]
    assert np.mean(strict) < 0.5


@pytest.mark.parametrize("which", ["sample", "reference"])
@pytest.mark.parametrize(
    ("kind", "check"), [("flat", "flat"), ("beyond", "flat"), ("bell", "not_monotone")]
)
def test_a_curve_without_a_potency_of_its_own_has_none_in_common(which, kind, check):
    """A common fit explains a flat sample by a potency of almost 0, and a bell by its rise."""
    good = curve("good", sd=15.0, seed=1)
    y = {
        "flat": np.full(DOSES.size, 500.0),
        "beyond": response(
            concentration_M=DOSES, bottom=100.0, top=1000.0, log10_ec50=-1.0, hill=1.2
        ),
        "bell": curve("", ratio=30.0).y - curve("", ratio=0.05).y + 100.0,
    }[kind]
    y = y + np.random.default_rng(2).normal(0, 15.0, y.size)
    bad = Series("bad", y, "y", {"concentration_M": DOSES})
    pair = (good, bad) if which == "sample" else (bad, good)
    result = relative_potency(*pair, MODEL)
    assert result.failed
    assert [one.where for one in result.checks if one.name == check] == ["bad"]
    assert not relative_potency(good, curve("b", ratio=0.5, sd=15.0, seed=3), MODEL).failed
