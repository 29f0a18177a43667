"""Stated errors of specific activity, efficiency, volume, protein, Kd and radioligand enter every
estimate that depends on them.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.analysis import analyse_plate
from tricyclic.assays.binding.error_budget import pooled_budget, shares_of
from tricyclic.assays.binding.runs import analyse_runs
from tricyclic.assays.binding.simulate_plate import one_run, simulate_plate
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.estimate import Estimate
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Plate, Role, Well, row_letters
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.results.binding import WITH_SHARED, ErrorShare, PlateResult
from tricyclic.study.conditions import read_conditions

LN10 = math.log(10.0)
# Relative standard errors that a careful laboratory would state.
STATED = {"specific activity": 0.023, "counting efficiency": 0.027, "protein": 0.05}
TRUTH = TrueValues(kd_nM=0.8, bmax_fmol_per_mg=300.0, ki_nM={})


def measured(number: MeasuredValue | None, relative: float) -> MeasuredValue:
    assert number is not None
    return replace(number, se=relative * number.value)


@pytest.fixture(scope="module")
def stated(net: BindingConditions) -> BindingConditions:
    return replace(
        net,
        specific_activity_Ci_per_mmol=measured(net.specific_activity_Ci_per_mmol, 0.023),
        counting_efficiency=measured(net.counting_efficiency, 0.027),
        protein_ug=measured(net.protein_ug, 0.05),
    )


def saturation(
    c: BindingConditions, seed: int, truth: TrueValues = TRUTH, added: Role | None = None
) -> Plate:
    """Seven concentrations, total and non-specific; with `added`, wells of the solutions too."""
    wells: list[Well] = []
    for nM in (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4):
        roles = [Role.TOTAL] * 3 + [Role.NON_SPECIFIC] * 2 + ([added] * 3 if added else [])
        for role in roles:
            name = f"{row_letters(len(wells) // 12)}{len(wells) % 12 + 1:02d}"
            wells.append(Well(name, 0.0, role, radioligand_nM=nM))
    return simulate_plate(c, wells, truth, np.random.default_rng(seed), name=f"plate {seed}")


def analysed(plate: Plate, c: BindingConditions, kind: str = "saturation") -> PlateResult:
    return analyse_plate(plate, c, kind=kind, curves=CURVES)  # type: ignore[arg-type]


def by_name(result: PlateResult, quantity: str) -> dict[str, ErrorShare]:
    return {share.name: share for share in result.budget if share.quantity == quantity}


def test_a_bmax_of_a_saturation_has_a_budget_of_all_stated_errors(stated) -> None:
    result = analysed(saturation(stated, 1), stated)
    budget = by_name(result, "Bmax")
    assert set(budget) == {"wells and curve", *STATED}
    # Little of the radioligand is bound, so Bmax is inversely proportional to each.
    for name, relative in STATED.items():
        assert budget[name].log10_se == pytest.approx(relative / LN10, rel=0.1)
        assert budget[name].shared
    assert budget["wells and curve"].log10_se == pytest.approx(result.fit["log10_bmax"].se)
    assert sum(share.share for share in budget.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("name", "change", "power"),
    [
        ("specific activity", "specific_activity_Ci_per_mmol", 1),
        ("counting efficiency", "counting_efficiency", 1),
        ("protein", "protein_ug", 1),
        ("volume", "volume_uL", 1),
    ],
)
def test_the_leverage_is_the_change_of_the_analysis_with_another_number(
    stated, name, change, power
) -> None:
    """Under depletion (a third of the radioligand bound) no formula holds; analyse again."""
    truth = replace(TRUTH, bmax_fmol_per_mg=3000.0)
    conditions = replace(stated, volume_se_uL=0.04 * (stated.volume_uL or 0.0))
    plate = saturation(conditions, 2, truth)
    result = analysed(plate, conditions)
    number = getattr(conditions, change)
    factor = 1.05
    other = (
        factor * number
        if isinstance(number, float)
        else replace(number, value=factor * number.value)
    )
    again = analysed(plate, replace(conditions, **{change: other}))
    relative = 0.04 if name == "volume" else STATED[name]
    for quantity in ("Kd", "Bmax"):
        slope = abs(
            math.log(again.estimate(quantity).value / result.estimate(quantity).value)
        ) / math.log(factor)
        share = by_name(result, quantity).get(name)
        error = share.log10_se if share is not None else 0.0
        assert error == pytest.approx(slope * relative / LN10, abs=0.03 * relative)


def test_the_error_of_the_radioligand_is_that_of_the_kd(stated) -> None:
    conditions = replace(stated, radioligand_nM=MeasuredValue(1.0, "nM", 0.06))
    budget = by_name(analysed(saturation(conditions, 3), conditions), "Kd")
    assert budget["radioligand added"].log10_se == pytest.approx(0.06 / LN10, rel=0.05)
    assert budget["radioligand added"].shared


def test_a_counted_radioligand_passes_the_error_of_the_counter_on_to_the_kd(stated) -> None:
    counted = analysed(saturation(stated, 4, added=Role.ADDED), stated)
    nominal = analysed(saturation(stated, 4), stated)
    # Radioligand and bound are both too high where the efficiency is too low: Kd is proportional.
    assert by_name(counted, "Kd")["counting efficiency"].log10_se == pytest.approx(
        0.027 / LN10, rel=0.1
    )
    # Otherwise it enters through depletion alone.
    assert by_name(nominal, "Kd")["counting efficiency"].log10_se < 0.1 * 0.027 / LN10


def test_a_bmax_from_competition_includes_the_error_of_the_kd(net, make_plate) -> None:
    result = analysed(make_plate(5), net, "competition")
    budget = by_name(result, "Bmax")
    # B = Bmax L / (L + Kd): a relative change of Kd changes Bmax by Kd / (L + Kd).
    kd, hot = net.radioligand_kd_nM, net.radioligand_nM
    assert kd is not None and hot is not None
    expected = kd.value / (kd.value + hot.value) * kd.se / kd.value / LN10
    assert budget["Kd of the radioligand"].log10_se == pytest.approx(expected, rel=0.15)


def test_pooled_bmax_and_kd_include_the_stated_errors_and_the_narrow_interval_stays(stated) -> None:
    plates = [
        replace(analysed(saturation(stated, k), stated), experiment=f"run {k}") for k in (6, 7, 8)
    ]
    assay = analyse_runs(plates, name="sat", title="NET", kind="saturation")
    own = next(e for e in assay.pooled if e.name == "Bmax")
    wide = next(e for e in assay.pooled if e.name == f"Bmax{WITH_SHARED}")
    assert wide.value == own.value
    stated_se = math.sqrt(sum(x**2 for x in STATED.values())) / LN10
    assert wide.log10_se == pytest.approx(math.hypot(own.log10_se, stated_se), rel=0.02)
    assert wide.low < own.low and wide.high > own.high
    assert {s.name for s in shares_of(assay.budget, "Bmax", own.subject)} == {
        "between runs",
        *STATED,
    }


def test_a_number_that_one_run_states_for_itself_is_part_of_the_scatter() -> None:
    def shares(value: str) -> list[tuple[ErrorShare, ...]]:
        return [(ErrorShare("protein", value, 0.02, 1.0, shared=True),)]

    pooled = pool_estimates([Estimate("Bmax", v, "fmol/mg") for v in (90.0, 100.0, 110.0)])

    def error(*values: str) -> float:
        budgets = {str(k): shares(value) for k, value in enumerate(values)}
        listed = {s.name: s.log10_se for s in pooled_budget(pooled, budgets)}
        return listed.get("protein", 0.0)

    assert error("30 ug", "30 ug", "30 ug") == pytest.approx(0.02)
    assert error("30 ug", "31 ug", "32 ug") == 0.0
    # Two of three runs share their error: its weight in the mean is 2/3.
    assert error("30 ug", "30 ug", "32 ug") == pytest.approx(0.02 * 2 / 3)


@pytest.mark.slow
def test_intervals_with_the_stated_errors_cover_the_truth(stated) -> None:
    """Four runs (SD 0.035 between them); the stated numbers are wrong by a draw of their errors."""
    rng = np.random.default_rng(11)
    size, covered, narrow = 40, 0, 0
    for k in range(size):
        scale = {name: math.exp(relative * rng.normal()) for name, relative in STATED.items()}
        true = replace(
            stated,
            specific_activity_Ci_per_mmol=_times(
                stated.specific_activity_Ci_per_mmol, scale["specific activity"]
            ),
            counting_efficiency=_times(stated.counting_efficiency, scale["counting efficiency"]),
            protein_ug=_times(stated.protein_ug, scale["protein"]),
        )
        plates = []
        for run in range(4):
            of_run = one_run(TRUTH, rng, sd_log10_bmax=0.035)
            plate = saturation(true, 1000 * k + run, of_run)
            plates.append(replace(analysed(plate, stated), experiment=str(run)))
        assay = analyse_runs(plates, name="sat", title="NET", kind="saturation")
        wide = next(e for e in assay.pooled if e.name == f"Bmax{WITH_SHARED}")
        own = next(e for e in assay.pooled if e.name == "Bmax")
        covered += wide.low <= TRUTH.bmax_fmol_per_mg <= wide.high
        narrow += own.low <= TRUTH.bmax_fmol_per_mg <= own.high
    assert covered / size >= 0.87
    assert narrow < covered


def _times(number: MeasuredValue | None, factor: float) -> MeasuredValue:
    assert number is not None
    return replace(number, value=number.value * factor)


def test_the_error_of_a_volume_is_read_and_other_errors_are_refused() -> None:
    read = read_conditions(BindingConditions(), {"volume_uL": "250 +/- 5 uL"}, where="study")
    assert (read.volume_uL, read.volume_se_uL) == (250.0, 5.0)
    table = {"volume_uL": {"value": 0.25, "unit": "mL", "se": 0.005}}
    assert read_conditions(BindingConditions(), table, where="study").volume_se_uL == pytest.approx(
        5.0
    )
    with pytest.raises(InputError, match="background_cpm: has a standard error, 2 cpm"):
        read_conditions(BindingConditions(), {"background_cpm": "20 +/- 2 cpm"}, where="study")
