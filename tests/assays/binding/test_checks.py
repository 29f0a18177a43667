"""Each check says its number as a calculator would find it, and where its limit lies."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tricyclic.assays.binding.checks import plate_checks
from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions, Measured
from tricyclic.core.plate import Plate
from tricyclic.core.series import Series
from tricyclic.curves import SHELF
from tricyclic.fitting.fit import fit

PER_MOLAR = 250e-6 * 1e15 * 80 * 2.22 * 0.45
STATED = BindingConditions(
    radioligand="[3H]nisoxetine",
    isotope="3H",
    radioligand_nM=Measured(1.0, "nM"),
    radioligand_kd_nM=Measured(0.8, "nM"),
    specific_activity_Ci_per_mmol=Measured(80, "Ci/mmol"),
    counting_efficiency=Measured(0.45, ""),
    counting_time_min=2.0,
    volume_uL=250.0,
    protein_ug=Measured(30.0, "ug"),
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
) -> Series:
    """Wells whose curve runs from the mean of the totals to the mean of the blanks, with a little even scatter."""
    doses_M = np.logspace(-11.5, -6, 12) if doses_M is None else np.asarray(doses_M)
    top, bottom = np.mean(totals), np.mean(blanks)
    curve = bottom + (top - bottom) / (1 + doses_M / ic50_M)
    wobble = np.array([1.0, 1.01, 0.99])[:rows, None] * np.where(
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
        {"competitor_M": cold, "specific": specific, "radioligand_M": np.full(y.size, 1e-9)},
        labels=tuple(names) if labels else (),
        counting_slope=np.full(y.size, 0.5),
        counting_offset=np.zeros(y.size),
    )


def checks(
    series: Series,
    conditions: BindingConditions = STATED,
    *,
    curve="competition_with_depletion",
    plate=True,
) -> dict[str, Check]:
    model = SHELF[curve]
    values: dict[str, Any] = {
        "log10_kd": math.log10(0.8e-9),
        "signal_per_M": PER_MOLAR,
        "background": 0.0,
    }
    known = {p.name for p in model.parameters if p.given}
    given = {k: v for k, v in values.items() if k in known}
    found = fit(series, model, given=given, variance="counting", intervals="none")
    assert found.ok
    made = plate_checks(
        Plate("run", 96, ()) if plate else None, (series,), found, model, conditions, ()
    )
    assert all(check.says and check.where for check in made)
    return {check.name: check for check in made}


def test_the_control_wells_give_the_figures_of_a_calculator():
    made = checks(competition())
    # Totals: mean 1000, SD 25.82; blanks: mean 100, SD 3.266.
    assert made["nsb_percent"].value == pytest.approx(10.0) and made[
        "specific_percent"
    ].value == pytest.approx(90.0)
    assert made["z_prime"].value == pytest.approx(1 - 3 * (25.820 + 3.266) / 900, abs=1e-4)
    assert made["signal_window"].value == pytest.approx(
        (900 - 3 * (25.820 + 3.266)) / 25.820, abs=1e-3
    )
    assert made["few_control_wells"].value == 4 and made["few_control_wells"].level == "fine"


def test_the_tracer_that_is_bound_is_reckoned_from_what_was_added():
    # 1 nM in the well reads 1e-9 * PER_MOLAR = 19980 cpm; totals read about 1000.
    made = checks(competition())
    assert made["tracer_bound"].value == pytest.approx(100 * 1000 / 19980, rel=0.03)
    heavy = checks(competition(scale=4.0))
    assert heavy["tracer_bound"].value == pytest.approx(100 * 4000 / 19980, rel=0.03)
    assert heavy["tracer_bound"].level == "look"


def test_depletion_stops_only_a_curve_that_does_not_reckon_with_it():
    wells = competition(scale=8.0)
    assert checks(wells)["tracer_bound"].level == "look"
    assert checks(wells, curve="competition_ki")["tracer_bound"].level == "stop"


def test_radioligand_is_held_against_its_kd():
    made = checks(competition())["radioligand_over_kd"]
    assert made.value == pytest.approx(1 / 0.8) and made.level == "fine"


def test_the_half_lives_that_passed_are_counted():
    # kon L + koff = 0.1 + 0.08 per min; 180 min are 180 * 0.18 / ln 2 = 46.7 half-lives.
    assert checks(competition())["incubation_long_enough"].value == pytest.approx(46.74, abs=0.01)
    for minutes, level in ((20.0, "fine"), (15.0, "look"), (5.0, "stop")):
        assert (
            checks(competition(), replace(STATED, incubation_min=minutes))[
                "incubation_long_enough"
            ].level
            == level
        )


def test_of_kon_or_koff_the_missing_one_is_taken_from_the_kd_or_as_slow_as_can_be():
    only_kon = checks(competition(), replace(STATED, koff_per_min=None))["incubation_long_enough"]
    assert only_kon.value == pytest.approx(180 * 0.18 / math.log(2))
    only_koff = checks(competition(), replace(STATED, kon_per_M_min=None))["incubation_long_enough"]
    assert only_koff.value == pytest.approx(180 * 0.08 / math.log(2))


@pytest.mark.parametrize(
    "lacks", [{"kon_per_M_min": None, "koff_per_min": None}, {"incubation_min": None}]
)
def test_an_unknown_equilibrium_is_said_to_be_unknown(lacks):
    made = checks(competition(), replace(STATED, **lacks))["incubation_long_enough"]
    assert made.level == "look" and "unknown" in made.says and made.value is None


@pytest.mark.parametrize(
    ("doses", "name", "level", "word"),
    [
        (np.logspace(-9.0, -5, 12), "plateau_missing", "look", "top plateau is not reached"),
        (np.logspace(-12, -8.4, 12), "plateau_missing", "look", "bottom plateau is not reached"),
        (
            np.logspace(-8, -5, 12),
            "ic50_outside_range",
            "stop",
            "below the tested 10.0 nM to 10.0 uM",
        ),
        (
            np.logspace(-12, -9.5, 12),
            "ic50_outside_range",
            "stop",
            "above the tested 1.00 pM to 316 pM",
        ),
    ],
)
def test_a_curve_must_cross_its_middle_and_reach_its_plateaus(doses, name, level, word):
    made = checks(competition(doses_M=doses))[name]
    assert made.level == level and word in made.says


def test_an_ic50_out_of_reach_is_reported_as_larger_than_the_highest_dose():
    assert (
        "> 316 pM"
        in checks(competition(doses_M=np.logspace(-12, -9.5, 12)))["ic50_outside_range"].advice
    )


def test_no_specific_binding_stops_everything():
    made = checks(competition(totals=(101.0, 99.0, 104.0, 97.0), blanks=(100.0, 98.0, 103.0, 96.0)))
    assert made["specific_percent"].level == "stop"


def test_the_same_low_window_is_blamed_on_the_filter_or_on_the_sites():
    blanks = (400.0, 404.0, 396.0, 400.0)
    # 400 cpm are 2.0 % of 19980 added; a tenth more is above the limit, a tenth less below.
    sticky = checks(competition(blanks=tuple(1.1 * b for b in blanks)))
    few = checks(competition(blanks=tuple(0.9 * b for b in blanks)))
    assert sticky["nsb_percent"].level == "look" and "specific_percent" not in sticky
    assert few["specific_percent"].level == "look" and "nsb_percent" not in few


def test_what_is_not_stated_is_not_judged_and_is_named():
    made = checks(
        competition(),
        replace(STATED, counting_efficiency=None, volume_uL=None),
        curve="competition_ki",
    )
    assert made["conversion"].level == "look" and "tracer_bound" not in made


def test_a_table_without_places_gets_no_remark_on_places():
    assert not {"edge_effect", "row_drift", "column_drift"} & set(
        checks(competition(), plate=False)
    )
    assert not {"edge_effect", "row_drift", "column_drift"} & set(checks(competition(labels=False)))


def test_swapping_the_order_of_the_wells_changes_no_check():
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
    assert checks(series, plate=False)["residual_runs"].level == "look"


def test_a_failed_fit_gets_no_checks_of_its_wells():
    series = competition()
    flat = replace(series, y=np.full(series.n, 5.0))
    found = fit(flat, SHELF["competition_ki"], given={"log10_kd": -9.0}, variance="constant")
    assert not found.ok
    assert plate_checks(None, (flat,), found, SHELF["competition_ki"], STATED, ()) == ()


def test_a_time_course_is_not_asked_for_control_wells_or_for_equilibrium():
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
    model = SHELF["association"]
    found = fit(series, model, variance="counting", intervals="none")
    assert found.ok
    made = {check.name for check in plate_checks(None, (series,), found, model, STATED, ())}
    assert not made & {
        "few_control_wells",
        "incubation_long_enough",
        "plateau_missing",
        "radioligand_over_kd",
    }
    assert {"tracer_bound", "specific_percent", "residual_runs"} <= made


def test_replicates_scatter_as_a_calculator_says():
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
