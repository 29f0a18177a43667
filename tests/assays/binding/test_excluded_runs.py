"""A run without a result, or a copy of another run, is not in the pooled numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.analysis import analyse_plate
from tricyclic.assays.binding.estimates import from_linear, from_log10, magnitude
from tricyclic.assays.binding.excluded_runs import copies_across_assays
from tricyclic.assays.binding.runs import analyse_runs
from tricyclic.assays.binding.selectivity import compare_groups
from tricyclic.core.check import Check
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.estimate import Fit, FittedParameter
from tricyclic.core.plate import Plate, Role
from tricyclic.curves import CURVES
from tricyclic.results.binding import AssayResult, PlateResult


@pytest.fixture(scope="module")
def analyse(net: BindingConditions) -> Callable[..., PlateResult]:
    def analysed(plate: Plate, experiment: str, group: str = "") -> PlateResult:
        return analyse_plate(
            plate, net, kind="competition", curves=CURVES, experiment=experiment, group=group
        )

    return analysed


@pytest.fixture(scope="module")
def runs(analyse, make_plate) -> list[PlateResult]:
    """Three independent runs."""
    return [
        analyse(
            named(make_plate(seed, name=f"run{seed}"), f"r{seed}.csv", f"{seed:064x}"), f"{seed}"
        )
        for seed in (1, 2, 3)
    ]


def named(plate: Plate, file: str, sha256: str) -> Plate:
    return replace(plate, file=file, sha256=sha256)


def pool(plates: Sequence[PlateResult]) -> AssayResult:
    return analyse_runs(plates, name="NET", title="NET", kind="competition")


def pooled_ki(assay: AssayResult):
    return next(e for e in assay.pooled if e.name == "Ki")


def exclusions(assay: AssayResult) -> list[Check]:
    return [check for check in assay.checks if check.name == "runs_excluded"]


def swapped(plate: Plate) -> Plate:
    """The plate with the readings of its total and its non-specific wells exchanged."""
    totals = [w for w in plate.wells if w.role is Role.TOTAL]
    blanks = [w for w in plate.wells if w.role is Role.NON_SPECIFIC]
    readings = {a.name: b.value for a, b in zip(totals, blanks, strict=False)}
    readings |= {b.name: a.value for a, b in zip(totals, blanks, strict=False)}
    return replace(
        plate,
        wells=tuple(replace(w, value=readings.get(w.name, w.value)) for w in plate.wells),
    )


def test_independent_runs_are_all_pooled(runs):
    assay = pool(runs)
    assert pooled_ki(assay).n_experiments == 3
    assert exclusions(assay) == []


def test_a_run_without_specific_binding_is_left_out_and_the_other_keeps_its_value(
    runs, analyse, make_plate
):
    wrong = analyse(swapped(make_plate(4, name="run4")), "4")
    assay = pool([runs[0], wrong])
    ki = pooled_ki(assay)
    assert (ki.n_experiments, ki.qualifier) == (1, "=")
    assert ki.value == runs[0].estimate("Ki").value
    assert [p.excluded for p in assay.plates] == ["", "it has no specific binding"]
    (check,) = exclusions(assay)
    assert (check.level, check.where) == ("fail", "run4")
    assert check.message == "left out of the pooled numbers: it has no specific binding"
    assert check.advice == "Correct the files or the layout of this run, or remove it"
    count = next(c for c in assay.checks if c.name == "independent_runs")
    assert count.value == 1


def test_nothing_is_pooled_where_no_run_has_specific_binding(analyse, make_plate):
    assay = pool([analyse(swapped(make_plate(4, name="run4")), "4")])
    assert assay.pooled == ()
    assert len(exclusions(assay)) == 1


def test_a_run_without_specific_binding_is_not_compared_either(runs, analyse, make_plate):
    wrong = analyse(swapped(make_plate(4, name="run4")), "4", "treated")
    others = [analyse(make_plate(seed), f"{seed}", "treated") for seed in (5, 6)]
    vehicle = [replace(run, group="vehicle") for run in runs]
    with_it = pool([*vehicle, *others, wrong])
    without = pool([*vehicle, *others])
    compared = [
        compare_groups(assay, "Ki", reference="vehicle", other="treated")
        for assay in (with_it, without)
    ]
    assert compared[0].p == compared[1].p


def copy_of(run: PlateResult, file: str, sha256: str, experiment: str) -> PlateResult:
    assert run.plate is not None
    plate = replace(run.plate, name=f"copy{experiment}", file=file, sha256=sha256)
    return replace(run, name=plate.name, plate=plate, experiment=experiment)


@pytest.mark.parametrize(
    ("file", "sha256", "files"),
    [
        ("r1.csv", f"{1:064x}", "both are r1.csv"),
        ("again.csv", f"{1:064x}", "again.csv and r1.csv have the same sha256"),
        ("saved.csv", f"{9:064x}", "saved.csv against r1.csv"),
    ],
)
def test_the_same_readings_are_no_second_run(runs, file, sha256, files):
    copies = [copy_of(runs[0], file, sha256, experiment) for experiment in ("2", "3")]
    assay = pool([runs[0], *copies])
    ki = pooled_ki(assay)
    assert ki.n_experiments == 1
    assert (ki.low, ki.high) == (runs[0].estimate("Ki").low, runs[0].estimate("Ki").high)
    excluded = exclusions(assay)
    assert [(c.level, c.where) for c in excluded] == [("fail", "copy2"), ("fail", "copy3")]
    used = sum(well.used for well in runs[0].plate.wells)
    assert excluded[0].message == (
        f"left out of the pooled numbers: {used} of its {used} readings are those of run1 ({files})"
    )


def test_a_plate_that_shares_fewer_than_half_of_its_readings_is_a_run(runs):
    first, second = runs[0].plate, runs[1].plate
    used = [k for k, well in enumerate(first.wells) if well.used]
    for share, n in ((0.45, 2), (0.55, 1)):
        same = set(used[: int(share * len(used))])
        wells = tuple(
            replace(b, value=a.value) if k in same else b
            for k, (a, b) in enumerate(zip(first.wells, second.wells, strict=True))
        )
        mixed = replace(runs[1], plate=replace(second, wells=wells))
        assert pooled_ki(pool([runs[0], mixed])).n_experiments == n


def test_one_plate_under_two_names_of_a_group_is_a_copy(runs):
    treated = replace(copy_of(runs[0], "r1.csv", f"{1:064x}", "1"), group="treated")
    assay = pool([replace(runs[0], group="vehicle"), treated])
    assert [bool(p.excluded) for p in assay.plates] == [False, True]


def test_the_readings_of_a_table_are_compared_as_well(runs):
    tables = [replace(run, plate=None) for run in (runs[0], runs[1], runs[0])]
    assay = pool([replace(t, experiment=str(k)) for k, t in enumerate(tables)])
    assert [bool(p.excluded) for p in assay.plates] == [False, False, True]
    assert pooled_ki(assay).n_experiments == 2


def fit_of(parameter: FittedParameter) -> Fit:
    empty = np.zeros((0, 0))
    return Fit(True, "fitted", (parameter,), (), empty, 1.0, 1, 0.0, 0.0, "constant")


@pytest.mark.parametrize(
    ("at_bound", "low", "high", "qualifier", "expected"),
    [
        ("high", -9.0, math.inf, ">", -9.0),
        ("low", -math.inf, -7.0, "<", -7.0),
        ("high", -math.inf, math.inf, "=", math.nan),
        ("low", -math.inf, math.inf, "=", math.nan),
        ("high", math.nan, math.nan, "=", math.nan),
    ],
)
def test_the_bound_of_the_search_is_never_the_value(at_bound, low, high, qualifier, expected):
    parameter = FittedParameter("p", -2.0, "", "p", low=low, high=high, at_bound=at_bound)
    logarithm = from_log10(fit_of(parameter), "p", "Ki", "nM", 1.0)
    linear = from_linear(fit_of(parameter), "p", "Hill slope", "")
    assert logarithm.value == pytest.approx(10**expected, nan_ok=True)
    assert linear.value == pytest.approx(expected, nan_ok=True)
    assert logarithm.qualifier == linear.qualifier == qualifier


def test_a_falling_slope_at_its_bound_is_a_lower_limit_of_its_size():
    parameter = FittedParameter("hill", -10.0, "", "", low=-math.inf, high=-3.0, at_bound="low")
    slope = magnitude(from_linear(fit_of(parameter), "hill", "Hill slope", ""))
    assert (slope.qualifier, slope.value, slope.low, slope.high) == (">", 3.0, 3.0, math.inf)


def test_a_number_without_a_value_is_left_out_of_the_pool_and_named(runs):
    ki = replace(runs[1].estimate("Ki"), value=math.nan)
    others = tuple(e for e in runs[1].estimates if e.name != "Ki")
    assay = pool([runs[0], replace(runs[1], estimates=(ki, *others))])
    assert pooled_ki(assay).value == runs[0].estimate("Ki").value
    (check,) = exclusions(assay)
    assert check.level == "fail" and check.where == "run2"
    assert check.message == (
        "Ki left out of the pooled numbers: the readings do not determine it, and the fit ended "
        "at the bound of the search"
    )


def test_a_plate_that_two_assays_name_fails(runs) -> None:
    net = pool(runs)
    again = [replace(runs[1], name="plate of SERT")]
    sert = replace(pool(again), name="SERT", target="SERT")
    (check,) = copies_across_assays([net, sert])
    assert (check.name, check.level, check.where) == (
        "copied_plates",
        "fail",
        "SERT, plate of SERT",
    )
    assert check.message.startswith("all its readings are those of run2 of NET (both are r2.csv)")
    # Two analyses of one plate at one target are no second experiment, but not a mistake.
    (check,) = copies_across_assays([net, replace(sert, target="NET")])
    assert check.level == "warn"


def test_plates_of_their_own_and_joint_fits_are_no_copies(runs) -> None:
    one = replace(pool(runs[:1]), name="NET")
    other = replace(pool(runs[1:]), name="SERT", target="SERT")
    joint = replace(pool(runs[:1]), name="both", kind="joint")
    assert copies_across_assays([one, other, joint]) == ()
