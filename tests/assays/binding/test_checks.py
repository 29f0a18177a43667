"""Checks agree with calculations by hand, and each limit separates pass, warn and fail."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tricyclic.assays.binding.checks import (
    about_what_is_there,
    has_specific_binding,
    plate_checks,
)
from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.plate import Plate
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import fit

PER_MOLAR = 250e-6 * 1e15 * 80 * 2.22 * 0.45
CONDITIONS = BindingConditions(
    radioligand="[3H]nisoxetine",
    isotope="3H",
    radioligand_nM=MeasuredValue(1.0, "nM"),
    radioligand_kd_nM=MeasuredValue(0.8, "nM"),
    specific_activity_Ci_per_mmol=MeasuredValue(80, "Ci/mmol"),
    counting_efficiency=MeasuredValue(0.45, ""),
    counting_time_min=2.0,
    volume_uL=250.0,
    protein_ug=MeasuredValue(30.0, "ug"),
    kon_per_M_min=1e8,
    koff_per_min=0.08,
    incubation_min=180.0,
)
TOTALS = (1010.0, 990.0, 1030.0, 970.0)
BLANKS = (100.0, 104.0, 96.0, 100.0)


def competition(
    totals=TOTALS,
    blanks=BLANKS,
    *,
    doses_M=None,
    ic50_M: float = 2e-9,
    scale: float = 1.0,
    rows: int = 3,
    labels: bool = True,
    radioligand_M: float = 1e-9,
    scatter: float = 0.01,
) -> Series:
    """Wells whose curve runs from the mean of the totals to the mean of the blanks, with a little
    even scatter.
    """
    doses_M = np.logspace(-11.5, -6, 12) if doses_M is None else np.asarray(doses_M)
    top, bottom = np.mean(totals), np.mean(blanks)
    curve = bottom + (top - bottom) / (1 + doses_M / ic50_M)
    wobble = np.array([1.0, 1 + scatter, 1 - scatter])[:rows, None] * np.where(
        np.arange(doses_M.size) % 2, 1.004, 0.996
    )
    y = np.concatenate([totals, blanks, (curve * wobble).ravel()])
    cold = np.concatenate([np.zeros(len(totals) + len(blanks)), np.tile(doses_M, rows)])
    specific = np.concatenate(
        [np.ones(len(totals)), np.zeros(len(blanks)), np.ones(rows * doses_M.size)]
    )
    names = [f"run {'ABCDEFGH'[i // 12]}{i % 12 + 1:02d}" for i in range(y.size)]
    return Series(
        "net",
        y * scale,
        "cpm",
        {
            "competitor_M": cold,
            "specific": specific,
            "radioligand_M": np.full(y.size, radioligand_M),
        },
        labels=tuple(names) if labels else (),
        counting_slope=np.full(y.size, 0.5),
        counting_offset=np.zeros(y.size),
    )


def checks(
    series: Series,
    conditions: BindingConditions = CONDITIONS,
    *,
    curve="competition_with_depletion",
    plate=True,
) -> dict[str, Check]:
    model = CURVES[curve]
    values: dict[str, Any] = {
        "log10_kd": math.log10(0.8e-9),
        "signal_per_M": PER_MOLAR,
        "background": 0.0,
    }
    known = {p.name for p in model.parameters if p.fixed_by_default}
    given = {k: v for k, v in values.items() if k in known}
    result = fit(series, model, fixed=given, variance="counting", intervals="none")
    assert result.ok
    made = plate_checks(
        Plate("run", 96, ()) if plate else None, (series,), result, model, conditions, ()
    )
    assert all(check.message and check.where for check in made)
    return {check.name: check for check in made}


def test_control_wells_give_the_numbers_of_a_calculation_by_hand():
    made = checks(competition())
    # Totals: mean 1000, SD 25.82; blanks: mean 100, SD 3.266.
    assert made["nsb_percent"].value == pytest.approx(10.0) and made[
        "specific_percent"
    ].value == pytest.approx(90.0)
    assert made["z_prime"].value == pytest.approx(1 - 3 * (25.820 + 3.266) / 900, abs=1e-4)
    assert made["signal_window"].value == pytest.approx(
        (900 - 3 * (25.820 + 3.266)) / 25.820, abs=1e-3
    )
    assert made["few_control_wells"].value == 4 and made["few_control_wells"].level == "pass"


def test_bound_tracer_is_a_share_of_the_added_radioligand():
    # 1 nM in the well reads 1e-9 * PER_MOLAR = 19980 cpm; totals read about 1000.
    made = checks(competition())
    assert made["tracer_bound"].value == pytest.approx(100 * 1000 / 19980, rel=0.03)
    heavy = checks(competition(scale=4.0))
    assert heavy["tracer_bound"].value == pytest.approx(100 * 4000 / 19980, rel=0.03)
    assert heavy["tracer_bound"].level == "warn"


def alternating(distance: float) -> tuple[float, ...]:
    """Four totals around 1000 at a distance from it."""
    return tuple(1000.0 + sign * distance for sign in (1, -1, 1, -1))


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("few_control_wells", {"totals": TOTALS[:3]}, {"totals": TOTALS[:2]}),
        # Z' = 1 - 3 (SD of totals + 3.266) / 900 is 0.4 at a distance of 153.0.
        ("z_prime", {"totals": alternating(150)}, {"totals": alternating(156)}),
        # The window (900 - 3 (SD of totals + 3.266)) / SD of totals is 2 at a distance of 154.2.
        ("signal_window", {"totals": alternating(153)}, {"totals": alternating(156)}),
        # The Kd is 0.8 nM.
        ("radioligand_over_kd", {"radioligand_M": 1.03e-9}, {"radioligand_M": 1.05e-9}),
        # 1 nM reads 19980 cpm, and totals read 1000 times the scale.
        ("tracer_bound", {"scale": 1.9}, {"scale": 2.1}),
        # The counting error of a total well is 5 % of its specific reading at a scale of 0.247.
        ("counting_error_share", {"scale": 0.26}, {"scale": 0.23}),
        ("replicate_scatter", {"scatter": 0.14}, {"scatter": 0.2}),
    ],
)
def test_each_limit_separates_pass_from_warn(name, inside, outside):
    assert checks(competition(**inside))[name].level == "pass"
    assert checks(competition(**outside))[name].level == "warn"


@pytest.mark.parametrize(("scale", "level"), [(5.7, "warn"), (6.3, "fail")])
def test_a_curve_without_depletion_fails_above_30_percent_bound(scale, level):
    assert checks(competition(scale=scale), curve="competition_ki")["tracer_bound"].level == level


@pytest.mark.parametrize(("blank", "level"), [(190.0, "pass"), (210.0, "warn")])
def test_non_specific_binding_above_20_percent_of_total_gives_a_warning(blank, level):
    blanks = tuple(blank + x for x in (0.0, 4.0, -4.0, 0.0))
    conditions = replace(CONDITIONS, volume_uL=None)
    result = checks(competition(blanks=blanks), conditions, curve="competition_ki")
    assert result["nsb_percent"].level == level


def test_depletion_fails_only_a_curve_without_depletion():
    wells = competition(scale=8.0)
    assert checks(wells)["tracer_bound"].level == "warn"
    assert checks(wells, curve="competition_ki")["tracer_bound"].level == "fail"


def test_radioligand_is_compared_with_its_kd():
    made = checks(competition())["radioligand_over_kd"]
    assert made.value == pytest.approx(1 / 0.8) and made.level == "pass"


@pytest.mark.parametrize(("radioligand_nM", "level"), [(7.9, "warn"), (8.1, "fail"), (800, "fail")])
def test_radioligand_above_ten_times_its_kd_fails(radioligand_nM, level):
    # The Kd is 0.8 nM.
    series = competition(radioligand_M=radioligand_nM * 1e-9)
    made = checks(series)["radioligand_over_kd"]
    assert made.level == level
    assert made.value == pytest.approx(radioligand_nM / 0.8)
    assert made.advice == (
        "Use less radioligand: the larger the ratio, the more the Ki depends on the exact [L] "
        "and Kd"
    )


def test_the_half_lives_that_passed_are_counted():
    # kon L + koff = 0.1 + 0.08 per min; 180 min are 180 * 0.18 / ln 2 = 46.7 half-lives.
    assert checks(competition())["incubation_long_enough"].value == pytest.approx(46.74, abs=0.01)
    for minutes, level in ((20.0, "pass"), (15.0, "warn"), (5.0, "fail")):
        assert (
            checks(competition(), replace(CONDITIONS, incubation_min=minutes))[
                "incubation_long_enough"
            ].level
            == level
        )


def test_a_missing_koff_follows_from_the_kd_and_a_missing_kon_is_zero():
    only_kon = checks(competition(), replace(CONDITIONS, koff_per_min=None))[
        "incubation_long_enough"
    ]
    assert only_kon.value == pytest.approx(180 * 0.18 / math.log(2))
    only_koff = checks(competition(), replace(CONDITIONS, kon_per_M_min=None))[
        "incubation_long_enough"
    ]
    assert only_koff.value == pytest.approx(180 * 0.08 / math.log(2))


@pytest.mark.parametrize(
    "missing", [{"kon_per_M_min": None, "koff_per_min": None}, {"incubation_min": None}]
)
def test_an_unknown_equilibrium_is_reported_as_unknown(missing):
    made = checks(competition(), replace(CONDITIONS, **missing))["incubation_long_enough"]
    assert made.level == "warn" and "unknown" in made.message and made.value is None


@pytest.mark.parametrize(
    ("doses", "name", "level", "word"),
    [
        (np.logspace(-9.0, -5, 12), "plateau_missing", "warn", "top plateau is not reached"),
        (np.logspace(-12, -8.4, 12), "plateau_missing", "warn", "bottom plateau is not reached"),
        (
            np.logspace(-8, -5, 12),
            "ic50_outside_range",
            "fail",
            "below the tested 10.0 nM to 10.0 uM",
        ),
        (
            np.logspace(-12, -9.5, 12),
            "ic50_outside_range",
            "fail",
            "above the tested 1.00 pM to 316 pM",
        ),
    ],
)
def test_a_curve_must_cross_its_middle_and_reach_its_plateaus(doses, name, level, word):
    made = checks(competition(doses_M=doses))[name]
    assert made.level == level and word in made.message


def test_an_ic50_above_the_range_is_reported_as_a_bound():
    assert (
        "> 316 pM"
        in checks(competition(doses_M=np.logspace(-12, -9.5, 12)))["ic50_outside_range"].advice
    )


def test_absent_specific_binding_fails():
    made = checks(competition(totals=(101.0, 99.0, 104.0, 97.0), blanks=(100.0, 98.0, 103.0, 96.0)))
    assert made["specific_percent"].level == "fail"


def test_a_small_window_is_attributed_to_the_filter_or_to_few_sites():
    blanks = (400.0, 404.0, 396.0, 400.0)
    # 400 cpm are 2.0 % of 19980 added; a tenth more is above the limit, a tenth less below.
    sticky = checks(competition(blanks=tuple(1.1 * b for b in blanks)))
    few = checks(competition(blanks=tuple(0.9 * b for b in blanks)))
    assert sticky["nsb_percent"].level == "warn" and "specific_percent" not in sticky
    assert few["specific_percent"].level == "warn" and "nsb_percent" not in few


def test_missing_conditions_are_reported_and_their_checks_omitted():
    made = checks(
        competition(),
        replace(CONDITIONS, counting_efficiency=None, volume_uL=None),
        curve="competition_ki",
    )
    assert made["conversion"].level == "warn" and "z_prime" in made


def test_a_table_without_positions_has_no_positional_checks():
    assert not {"edge_effect", "row_drift", "column_drift"} & set(
        checks(competition(), plate=False)
    )
    assert not {"edge_effect", "row_drift", "column_drift"} & set(checks(competition(labels=False)))


def test_the_order_of_the_wells_changes_no_check():
    series = competition()
    order = np.random.default_rng(8).permutation(series.n)
    shuffled = Series(
        series.name,
        series.y[order],
        series.y_unit,
        {k: v[order] for k, v in series.x.items()},
        labels=tuple(series.labels[i] for i in order),
        counting_slope=np.full(series.n, 0.5),
        counting_offset=np.zeros(series.n),
    )
    first, second = checks(series), checks(shuffled)
    for name, check in first.items():
        assert second[name].level == check.level
        assert (second[name].value is None) == (check.value is None)
        assert (second[name].value or 0.0) == pytest.approx(check.value or 0.0, rel=1e-4, abs=1e-6)


def test_a_curve_of_the_wrong_shape_leaves_runs_in_the_residuals():
    doses = np.tile(np.logspace(-11, -5, 16), 3)
    y = 100 + 900 / (1 + (doses / 1e-8) ** 0.45)
    wells = competition(totals=(1000.0,) * 4, blanks=(100.0,) * 4, doses_M=doses[:16])
    series = Series(
        "net",
        np.concatenate([wells.y[:8] + np.tile([1.0, -1.0], 4), y]),
        "cpm",
        wells.x,
        counting_slope=np.full(wells.n, 0.5),
        counting_offset=np.zeros(wells.n),
    )
    assert checks(series, plate=False)["residual_runs"].level == "warn"


def test_a_failed_fit_gets_no_checks_of_its_wells():
    series = competition()
    flat = replace(series, y=np.full(series.n, 5.0))
    result = fit(flat, CURVES["competition_ki"], fixed={"log10_kd": -9.0}, variance="constant")
    assert not result.ok
    assert plate_checks(None, (flat,), result, CURVES["competition_ki"], CONDITIONS, ()) == ()


def test_a_time_course_needs_no_control_wells_and_no_equilibrium():
    time = np.tile([1.0, 2.0, 4.0, 8.0, 16.0, 32.0], 4)
    specific = np.repeat([1.0, 1.0, 1.0, 0.0], 6)
    hot = np.repeat([5e-10, 1e-9, 2e-9, 1e-9], 6)
    rise = 40.0 + 900.0 * specific * hot / (hot + 0.8e-9) * -np.expm1(-(1e8 * hot + 0.08) * time)
    series = Series(
        "course",
        rise * (1 + 0.01 * np.cos(np.arange(24.0) ** 2)),
        "cpm",
        {"time_min": time, "specific": specific, "radioligand_M": hot},
        counting_slope=np.full(24, 0.5),
        counting_offset=np.zeros(24),
    )
    model = CURVES["association"]
    result = fit(series, model, variance="counting", intervals="none")
    assert result.ok
    made = {check.name for check in plate_checks(None, (series,), result, model, CONDITIONS, ())}
    assert not made & {
        "few_control_wells",
        "incubation_long_enough",
        "plateau_missing",
        "radioligand_over_kd",
    }
    assert {"tracer_bound", "specific_percent", "residual_runs"} <= made


def test_replicate_scatter_agrees_with_a_calculation_by_hand():
    # Three wells at 1000, 1100 and 900 (SD 100) of each of four controls, nothing counted off.
    totals = (1000.0, 1100.0, 900.0)
    made = checks(
        replace(
            competition(totals=totals, blanks=(0.0, 0.0, 0.0)),
            counting_slope=np.zeros(42),
            counting_offset=np.full(42, 1e-9),
        )
    )
    doses = competition(totals=totals, blanks=(0.0, 0.0, 0.0))
    means = np.array(
        [
            doses.y[doses.x["competitor_M"] == d].mean()
            for d in np.unique(doses.x["competitor_M"])[1:]
        ]
    )
    spread = np.array(
        [
            ((doses.y[doses.x["competitor_M"] == d] - m) ** 2).sum()
            for d, m in zip(np.unique(doses.x["competitor_M"])[1:], means, strict=True)
        ]
    )
    expected = 100 * math.sqrt((20000 + spread.sum()) / (2 * 1000**2 + 2 * (means**2).sum()))
    assert made["replicate_scatter"].value == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(("radioligand_nM", "kd_nM"), [(0.1, 1.0), (1.0, 1.0), (9.0, 1.0)])
def test_the_effect_of_an_unknown_kd_is_that_of_cheng_and_prusoff(radioligand_nM, kd_nM):
    made = checks(
        competition(),
        replace(
            CONDITIONS,
            radioligand_nM=MeasuredValue(radioligand_nM, "nM"),
            radioligand_kd_nM=MeasuredValue(kd_nM, "nM"),
        ),
    )["kd_error"]
    ki, ki_higher = (1 / (1 + radioligand_nM / kd) for kd in (kd_nM, 1.3 * kd_nM))
    percent = float(made.message.split("about ")[1].split(" %")[0])
    assert percent == pytest.approx(100 * (ki_higher / ki - 1), rel=0.06)
    assert made.level == "warn"


def test_without_specific_binding_no_check_is_about_its_curve():
    made = checks(competition(totals=(100.0, 101.0, 99.0, 100.0), ic50_M=1e-3))
    listed = tuple(made.values())
    assert not has_specific_binding(listed)
    left = {check.name for check in about_what_is_there(listed)}
    assert "specific_percent" in left
    assert not left & {"ic50_outside_range", "parameter_at_bound", "counting_error_share"}
    good = tuple(checks(competition()).values())
    assert about_what_is_there(good) == good
