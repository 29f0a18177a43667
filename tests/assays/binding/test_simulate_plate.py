"""Simulated plates follow their true values, scatter by pipetting and counting, and are marked
synthetic.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.simulate_plate import (
    PlateFaults,
    bound_in_wells,
    one_run,
    simulate_plate,
)
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Role, Well
from tricyclic.errors import InputError

NET = BindingConditions(
    target="NET",
    radioligand="[3H]nisoxetine",
    isotope="3H",
    radioligand_nM=MeasuredValue(1.0, "nM"),
    specific_activity_Ci_per_mmol=MeasuredValue(80, "Ci/mmol"),
    counting_efficiency=MeasuredValue(0.45, ""),
    counting_time_min=2.0,
    background_cpm=25.0,
    volume_uL=250.0,
    protein_ug=MeasuredValue(30.0, "ug"),
    nsb_drug="desipramine",
    nsb_drug_M=10e-6,
    incubation_min=180.0,
)
TRUTH = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=500.0, ki_nM={"citalopram": 40.0}, nonspecific=0.01)
CPM_PER_M = 250e-6 * 1e15 * 80 * 2.22 * 0.45


def wells(*specs) -> list[Well]:
    return [
        Well(f"{'ABCDEFGH'[i // 12]}{i % 12 + 1:02d}", math.nan, **spec)
        for i, spec in enumerate(specs)
    ]


def totals(n: int) -> list[Well]:
    return wells(*[{"role": Role.TOTAL}] * n)


def test_a_total_well_binds_the_root_of_the_quadratic():
    # 500 fmol/mg in 30 ug and 250 uL are 60 pM of sites.
    site, tracer, kd = 60e-12, 1e-9, 0.8e-9 * 1.01
    b = site + tracer + kd
    held = (b - math.sqrt(b * b - 4 * site * tracer)) / 2
    expected = held + 0.01 * (tracer - held) / 1.01
    assert bound_in_wells(NET, totals(1), TRUTH)[0] == pytest.approx(expected, rel=1e-9)


def test_wells_contain_what_their_role_implies():
    plan = wells(
        {"role": Role.TOTAL},
        {"role": Role.NON_SPECIFIC},
        {"role": Role.BACKGROUND},
        {"role": Role.ADDED},
        {"role": Role.COMPETITION, "compound": "citalopram", "concentration_M": 1e-3},
        {"role": Role.COMPETITION, "compound": "citalopram", "concentration_M": 1e-15},
    )
    total, nonspecific, background, added, all_displaced, none_displaced = bound_in_wells(
        NET, plan, TRUTH
    )
    assert (
        nonspecific == pytest.approx(0.01 / 1.01 * 1e-9)
        and background == 0
        and added == pytest.approx(1e-9)
    )
    assert all_displaced == pytest.approx(
        nonspecific, rel=2e-3
    ) and none_displaced == pytest.approx(total, rel=1e-6)


def test_an_nsb_drug_with_a_ki_leaves_some_specific_binding():
    weak = replace(TRUTH, ki_nM={"desipramine": 1000.0})
    plan = wells({"role": Role.TOTAL}, {"role": Role.NON_SPECIFIC})
    total, nonspecific = bound_in_wells(NET, plan, weak)
    blank = bound_in_wells(NET, plan, TRUTH)[1]
    # With 10 uM of Ki 1 uM: free sites fall by 1 + L/Kd to 1 + L/Kd + 10.
    left = (nonspecific - blank) / (total - blank)
    assert left == pytest.approx((1 + 1 / 0.8) / (1 + 1 / 0.8 + 10), rel=0.03)


def test_unlabelled_radioligand_binds_like_the_labelled_one():
    """Homologous: at equal total amounts of hot and cold, half of what is bound is hot."""
    plan = wells({"role": Role.COMPETITION, "compound": "nisoxetine", "concentration_M": 1e-9})
    both = bound_in_wells(
        replace(NET, radioligand_nM=MeasuredValue(2.0, "nM")),
        totals(1),
        replace(TRUTH, nonspecific=0.0),
    )
    assert bound_in_wells(NET, plan, replace(TRUTH, nonspecific=0.0))[0] == pytest.approx(
        both[0] / 2, rel=1e-9
    )


def test_saturation_wells_use_their_own_radioligand_and_group():
    plan = wells(
        {"role": Role.TOTAL, "radioligand_nM": 500.0, "group": "vehicle"},
        {"role": Role.TOTAL, "radioligand_nM": 500.0, "group": "treated"},
    )
    truth = replace(TRUTH, nonspecific=0.0, group_bmax_fmol_per_mg={"treated": 250.0})
    vehicle, treated = bound_in_wells(NET, plan, truth)
    assert vehicle == pytest.approx(
        60e-12 / (1 + 0.8 / 500), rel=1e-3
    ) and treated == pytest.approx(vehicle / 2, rel=1e-3)


def test_a_mask_takes_its_share_of_both_sites():
    masked = replace(
        NET,
        mask="(+)-pentazocine",
        mask_M=2e-7,
        mask_kd_masked_nM=MeasuredValue(4.0, "nM"),
        mask_kd_wanted_nM=MeasuredValue(1400.0, "nM"),
        radioligand_kd_masked_nM=MeasuredValue(74.0, "nM"),
        masked_bmax_ratio=MeasuredValue(1.0, ""),
        radioligand_nM=MeasuredValue(5.0, "nM"),
    )
    truth = TrueValues(kd_nM=30.0, bmax_fmol_per_mg=5.0, nonspecific=0.0)
    sites = 5 * 0.03 / 250e-6 * 1e-15
    wanted = sites * (5 / 30) / (1 + 5 / 30 + 200 / 1400)
    other = sites * (5 / 74) / (1 + 5 / 74 + 200 / 4)
    assert bound_in_wells(masked, totals(1), truth)[0] == pytest.approx(wanted + other, rel=1e-3)


def test_kinetic_wells_rise_and_fall_with_the_stated_rates():
    truth = replace(TRUTH, bmax_fmol_per_mg=0.5, nonspecific=0.0, kon_per_M_min=5e7)
    off = 5e7 * 0.8e-9
    plan = wells(*({"role": Role.TOTAL, "time_min": t} for t in (5.0, 20.0, 60.0)))
    full = bound_in_wells(NET, totals(1), truth)[0]
    rise = bound_in_wells(NET, plan, truth, design="association")
    assert rise == pytest.approx(
        full * -np.expm1(-(5e7 * 1e-9 + off) * np.array([5, 20, 60])), rel=1e-3
    )
    fall = bound_in_wells(replace(NET, incubation_min=2000.0), plan, truth, design="dissociation")
    assert fall == pytest.approx(full * np.exp(-off * np.array([5, 20, 60])), rel=1e-3)
    both = bound_in_wells(NET, plan, truth, design="association_then_dissociation", switch_min=20.0)
    assert both[:2] == pytest.approx(rise[:2]) and both[2] == pytest.approx(
        rise[1] * math.exp(-off * 40), rel=1e-6
    )


@pytest.mark.parametrize("unit", ["cpm", "dpm", "counts"])
def test_readings_have_the_mean_and_the_variance_of_pipetting_and_counting(unit):
    plate = simulate_plate(NET, totals(96), TRUTH, np.random.default_rng(3), cv=0.05, unit=unit)
    many = [
        simulate_plate(NET, totals(96), TRUTH, np.random.default_rng(s), cv=0.05, unit=unit).grid()
        for s in range(60)
    ]
    values = np.concatenate([g.ravel() for g in many])
    net = CPM_PER_M * bound_in_wells(NET, totals(1), TRUTH)[0]
    scale = {"cpm": 1.0, "dpm": 1 / 0.45, "counts": 2.0}[unit]
    assert values.mean() == pytest.approx((net + 25) * scale, rel=0.005)
    assert values.var() == pytest.approx(
        ((net + 25) / 2.0 + (0.05 * net) ** 2) * scale**2, rel=0.06
    )
    assert plate.unit == unit and plate.counting_time_min == 2.0


def test_the_notes_state_that_the_plate_is_synthetic_and_its_true_values():
    plate = simulate_plate(
        NET, totals(4), TRUTH, np.random.default_rng(1), cv=0.05, faults=PlateFaults(edge=-0.2)
    )
    (note,) = plate.notes
    assert note.startswith(
        "synthetic data made by the plate simulator of tricyclic, true values: Kd 0.800 nM"
    )
    assert "Ki of citalopram 40.0 nM" in note and "CV 5 %" in note and "edge -20 %" in note


def test_the_same_generator_gives_the_same_plate():
    first, second = (
        simulate_plate(NET, totals(96), TRUTH, np.random.default_rng(9)) for _ in range(2)
    )
    assert first == second


def test_faults_affect_their_wells():
    quiet = {"cv": 0.0, "counting_time_min": 1e6}

    def grid(faults):
        return (
            simulate_plate(
                NET, totals(96), TRUTH, np.random.default_rng(1), faults=faults, **quiet
            ).grid()
            - 25
        )

    clean = grid(PlateFaults())
    edge = grid(PlateFaults(edge=-0.2)) / clean
    assert edge[0, 5] == pytest.approx(0.8, abs=1e-3) and edge[3, 11] == pytest.approx(
        0.8, abs=1e-3
    )
    assert edge[3, 5] == pytest.approx(1.0, abs=1e-3)
    drift = grid(PlateFaults(row_drift=0.3)) / clean
    assert drift[0].mean() == pytest.approx(0.85, abs=1e-3) and drift[7].mean() == pytest.approx(
        1.15, abs=1e-3
    )
    assert (grid(PlateFaults(controls=0.5)) / clean).mean() == pytest.approx(1.5, abs=1e-3)


def test_runs_differ_by_the_given_standard_deviation():
    rng = np.random.default_rng(2)
    truth = replace(TRUTH, group_bmax_fmol_per_mg={"treated": 250.0})
    runs = [one_run(truth, rng, sd_log10_ki=0.1, sd_log10_bmax=0.05) for _ in range(2000)]
    ki = np.log10([run.ki_nM["citalopram"] / 40.0 for run in runs])
    bmax = np.log10([run.bmax_fmol_per_mg / 500.0 for run in runs])
    assert abs(ki.mean()) < 0.01 and ki.std() == pytest.approx(0.1, rel=0.08)
    assert bmax.std() == pytest.approx(0.05, rel=0.08)
    assert all(
        run.group_bmax_fmol_per_mg["treated"] / run.bmax_fmol_per_mg == pytest.approx(0.5)
        for run in runs
    )


@pytest.mark.parametrize(
    ("change", "plan", "sentence"),
    [
        (
            {"counting_efficiency": None},
            totals(2),
            (
                "simulated: the counts cannot be simulated. "
                "Provide counting time, efficiency, specific activity, volume and protein."
            ),
        ),
        (
            {"radioligand_nM": None},
            totals(2),
            "well A01: the added radioligand is missing. Provide radioligand_nM.",
        ),
        (
            {},
            wells({"role": Role.COMPETITION, "compound": "unknown", "concentration_M": 1e-9}),
            "well A01: the true Ki of 'unknown' is missing. Add it to ki_nM.",
        ),
        (
            {},
            wells({"role": Role.RESPONSE}),
            "Well A01 is a functional response. The simulator makes binding plates only.",
        ),
        ({}, wells({"role": Role.EMPTY}), "simulated: the layout has no wells."),
        (
            {"mask": "x", "mask_M": 1e-7},
            totals(2),
            (
                "An affinity of the mask or the radioligand at the masked site, or the density of "
                "that site, is missing."
            ),
        ),
    ],
)
def test_a_missing_condition_is_refused(change, plan, sentence):
    with pytest.raises(InputError) as error:
        simulate_plate(replace(NET, **change), plan, TRUTH, np.random.default_rng(1))
    assert str(error.value) == sentence


def test_time_needs_rates():
    with pytest.raises(
        InputError,
        match=r"^The true kon is missing, and this design depends on time\. Add kon_per_M_min\.$",
    ):
        bound_in_wells(NET, totals(1), TRUTH, design="as_incubated")
