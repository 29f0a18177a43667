"""Calibration of a batch: lines, weights, limits, drift, acceptance."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.chromatography.acceptance import (
    QualityControl,
    carry_over_criteria,
    control_criteria,
    standards_criteria,
)
from tricyclic.assays.chromatography.calibration import (
    fit_calibration,
    limits_of,
    sensitivity_drift,
)
from tricyclic.core.calibration_line import CalibrationStandard
from tricyclic.errors import InputError

LEVELS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)


def standards(rng, *, cv=0.04, sd=0.0, slope=3.0, intercept=0.2, replicates=2):
    return [
        CalibrationStandard(
            f"s{x:g}_{k}",
            x,
            intercept + slope * x * (1 + cv * rng.normal()) + sd * rng.normal(),
        )
        for x in LEVELS
        for k in range(replicates)
    ]


def line_of(rows, **options):
    return fit_calibration(rows, analyte="NE", unit="fmol", **options)


@pytest.mark.parametrize(("weighting", "power"), [("1", 0), ("1/x", 1), ("1/x2", 2)])
def test_weighted_lines_agree_with_the_normal_equations(weighting, power):
    rows = standards(np.random.default_rng(2))
    line = line_of(rows, weighting=weighting)
    x, y = np.array([r.amount for r in rows]), np.array([r.response for r in rows])
    root = x ** (-power / 2)
    design = np.column_stack([root, root * x])
    beta, rss, *_ = np.linalg.lstsq(design, root * y, rcond=None)
    covariance = np.linalg.inv(design.T @ design) * rss[0] / (x.size - 2)
    assert (line.intercept, line.slope) == pytest.approx(tuple(beta))
    assert line.intercept_se == pytest.approx(covariance[0, 0] ** 0.5)
    assert line.slope_se == pytest.approx(covariance[1, 1] ** 0.5)
    assert line.covariance == pytest.approx(covariance[0, 1])
    assert not line.chosen


@pytest.mark.parametrize(
    ("cv", "sd", "expected"), [(0.0, 0.05, {"1", "1/x"}), (0.05, 0.0, {"1/x", "1/x2"})]
)
def test_the_weighting_follows_the_scatter_of_the_standards(cv, sd, expected):
    chosen = [
        line_of(standards(np.random.default_rng(seed), cv=cv, sd=sd)).weighting
        for seed in range(40)
    ]
    assert sum(one in expected for one in chosen) >= 34


def test_errors_of_the_chosen_weighting_are_never_much_larger_than_of_another():
    for seed in range(20):
        line = line_of(standards(np.random.default_rng(seed)))
        errors = dict(line.mean_errors)
        assert errors[line.weighting] <= min(errors.values()) / (1 - 0.05) ** 2


def test_amounts_of_unknowns_have_standard_errors_that_cover():
    rng = np.random.default_rng(5)
    inside = []
    for _ in range(600):
        line = line_of(standards(rng), weighting="1/x2")
        response = 0.2 + 3.0 * 4.0 * (1 + 0.04 * rng.normal())
        value, se = line.amount(response), line.amount_se(response)
        inside.append(abs(value - 4.0) <= 2.179 * se)
    # Student's t on 12 degrees of freedom.
    assert np.mean(inside) == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / 600) ** 0.5)


def test_a_peak_with_a_larger_error_than_the_standards_keeps_it():
    line = line_of(standards(np.random.default_rng(5)), weighting="1/x2")
    assert line.amount_se(3.2, 1.5) > line.amount_se(3.2, 0.01) == line.amount_se(3.2)


def test_amounts_outside_of_the_standards_are_marked():
    line = line_of(standards(np.random.default_rng(5)))
    assert line.range_of(60.0) == "above the top standard"
    assert line.range_of(0.2) == "below the lowest standard"
    assert line.range_of(50.0) == line.range_of(0.5) == "within"


def test_limits_name_their_definition_and_follow_it():
    rows = standards(np.random.default_rng(7))
    line = line_of(rows, weighting="1/x2")
    limits = limits_of(line, blanks=[0.1, 0.2, 0.3], signal_to_noise=[(0.5, 25.0)])
    assert [one.definition.split(" ")[0] for one in limits] == [
        "residual",
        "standard",
        "standard",
        "signal",
    ]
    for one in limits[:3]:
        assert one.lod == pytest.approx(3.3 * one.sigma / line.slope)
        assert one.loq == pytest.approx(10.0 * one.sigma / line.slope)
    assert limits[2].sigma == pytest.approx(0.1)
    assert (limits[3].lod, limits[3].loq) == pytest.approx((0.06, 0.2))
    assert len(limits_of(line, blanks=[0.1, 0.2])) == 2


def test_excluded_standards_are_shown_and_not_fitted():
    rows = standards(np.random.default_rng(3))
    spoilt = [*rows, CalibrationStandard("bad", 5.0, 900.0, excluded="air in the loop")]
    line, plain = line_of(spoilt, weighting="1/x"), line_of(rows, weighting="1/x")
    assert line.slope == plain.slope
    assert line.standards[-1].error_percent > 1000


def test_a_series_without_error_back_calculates_exactly():
    rows = [CalibrationStandard(f"s{x}", x, 0.1 + 2.0 * x) for x in LEVELS]
    line = line_of(rows)
    assert max(abs(b.error_percent) for b in line.standards) < 1e-6


def test_drift_is_the_slope_of_the_logarithm_and_its_correction_undoes_it():
    orders = np.array([1.0, 20.0, 40.0, 60.0, 80.0])
    responses = 7.0 * np.exp(-0.003 * orders)
    drift = sensitivity_drift(orders, responses)
    assert drift.per_injection.value == pytest.approx(-0.003)
    assert drift.total_percent == pytest.approx(100 * math.expm1(-0.003 * 79))
    corrected = [7.0 * math.exp(-0.003 * order) * drift.factor(order) for order in (1, 10, 33, 80)]
    assert np.ptp(corrected) < 1e-9
    with pytest.raises(InputError, match="three places or more"):
        sensitivity_drift([1, 1, 2], [1.0, 1.0, 1.0])


def test_acceptance_counts_standards_and_controls():
    rows = standards(np.random.default_rng(3), cv=0.01)
    rows[4] = CalibrationStandard(rows[4].name, rows[4].amount, 1.4 * rows[4].response)
    within, levels = standards_criteria(line_of(rows, weighting="1/x2"))
    assert levels.meets
    assert within.meets
    assert within.names == (rows[4].name,)
    few = [row for row in rows if row.amount in (1.0, 5.0, 20.0)]
    assert standards_criteria(line_of(few))[1].meets is False
    controls = [
        QualityControl("l1", "low", 1.5, 1.6),
        QualityControl("l2", "low", 1.5, 1.9),
        QualityControl("m1", "mid", 10.0, 10.0),
        QualityControl("m2", "mid", 10.0, math.nan),
        QualityControl("h1", "high", 40.0, 41.0),
        QualityControl("h2", "high", 40.0, 39.0),
    ]
    number, overall, low, mid, high = control_criteria(controls)
    assert number.meets
    assert overall.meets
    assert overall.names == ("l2", "m2")
    assert low.meets
    assert mid.meets
    assert high.meets
    assert control_criteria(controls[:2] + controls[3:4])[1].meets is False
    assert [one.meets for one in control_criteria([])] == [False, None]


# ICH M10, 3.3.2 and 3.2.4: 75 % of the standards, and half of those of six levels or more.
@pytest.mark.parametrize(
    ("replicates", "levels", "wrong_of_level", "value", "share"),
    [
        (3, 0, 0, "7 of 7", 100),
        (3, 1, 2, "6 of 7", 90),
        (3, 2, 2, "5 of 7", 81),
        (4, 3, 2, "7 of 7", 79),
        (4, 4, 2, "7 of 7", 71),
    ],
)
def test_standards_are_counted_one_by_one_and_by_level(
    replicates, levels, wrong_of_level, value, share
):
    wrong = {f"s{x:g}_{k}" for x in LEVELS[1 : levels + 1] for k in range(wrong_of_level)}
    line = line_of(standards(np.random.default_rng(3), cv=0.01, replicates=replicates))
    spoilt = tuple(
        replace(b, amount=1.3 * b.standard.amount) if b.standard.name in wrong else b
        for b in line.standards
    )
    of_all, of_levels = standards_criteria(replace(line, standards=spoilt))
    assert (of_levels.value, of_levels.meets) == (value, int(value[0]) >= 6)
    assert of_all.value.startswith(f"{share} % of {7 * replicates}")
    assert of_all.meets is (share >= 75)
    assert set(of_all.names) == wrong


# ICH M10, 3.2.5.2: 20 % at the lower limit of quantification, which is the lowest standard.
@pytest.mark.parametrize(
    ("nominal", "measured", "meets"),
    [
        (0.5, 0.599, True),
        (0.5, 0.401, True),
        (0.5, 0.601, False),
        (0.5, 0.399, False),
        (0.5004, 0.599, True),
        (0.51, 0.599, False),
        (1.5, 1.724, True),
        (1.5, 1.726, False),
    ],
)
def test_quality_controls_at_the_lowest_standard_have_its_limit(nominal, measured, meets):
    controls = [
        QualityControl("a", "LLOQ", nominal, measured),
        QualityControl("b", "high", 40.0, 40.0),
    ]
    _, overall, lowest, high = control_criteria(controls, lowest=0.5)
    assert lowest.meets is meets
    assert lowest.name.endswith("within 20 %" if nominal < 0.505 else "within 15 %")
    assert ("lowest standard" in overall.name) is (nominal < 0.505)
    assert high.name == "quality controls of level high within 15 %"
    # One of two is below 2 of 3.
    assert overall.meets is meets
    # The limit of a control that is at no standard is 15 %.
    assert control_criteria(controls)[2].meets is (abs(measured / nominal - 1.0) <= 0.15)


# ICH M10, 3.3.1: three levels in duplicate, or 5 % of the study samples, whichever is more.
@pytest.mark.parametrize(
    ("counts", "samples", "meets"),
    [
        ((2, 2, 2), 0, True),
        ((2, 2, 2), 120, True),
        ((2, 2, 2), 121, False),
        ((3, 2, 2), 121, True),
        ((4, 2, 1), 10, False),
        ((6, 6), 10, False),
        ((2, 2, 2, 1), 10, True),
    ],
)
def test_the_number_of_quality_controls_follows_levels_and_samples(counts, samples, meets):
    controls = [
        QualityControl(f"{level}_{k}", f"level {level}", 5.0, 5.0)
        for level, count in enumerate(counts)
        for k in range(count)
    ]
    assert control_criteria(controls, samples=samples)[0].meets is meets


def test_carry_over_is_read_from_blanks_after_the_top_standard():
    within, standard = carry_over_criteria(
        10.0,
        [("b1", 1.0), ("b2", 1.9)],
        typical_internal_standard=100.0,
        internal_standard=[("b1", 6.0)],
    )
    assert within.meets
    assert standard.meets is False
    assert standard.names == ("b1",)
    assert carry_over_criteria(10.0, [])[0].meets is None


def test_unusable_standards_have_sentences():
    rows = standards(np.random.default_rng(3))
    with pytest.raises(InputError, match="three levels or more"):
        line_of(rows[:4])
    with pytest.raises(InputError, match="blank"):
        line_of([*rows, CalibrationStandard("zero", 0.0, 0.1)])
    with pytest.raises(InputError, match="does not rise"):
        line_of([CalibrationStandard(f"s{x}", x, 10 - x / 10) for x in LEVELS])
    with pytest.raises(InputError, match="has no response"):
        line_of([*rows, CalibrationStandard("lost", 5.0, math.nan)])
    with pytest.raises(InputError, match="auto, 1, 1/x or 1/x2"):
        line_of(rows, weighting="1/y2")
