"""Wells that a layout leaves out or that were not counted, and settings that no curve uses, are
named in the result.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.analysis import analyse_plate
from tricyclic.assays.binding.readings import plates_by_group
from tricyclic.assays.binding.well_checks import well_checks
from tricyclic.core.plate import Plate, Role, Well
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.io.plate_layout import layout_from_toml

LAYOUT = """
plate = 24
[[block]]
wells = "A1:A3"
role = "total"
[[block]]
wells = "B1:B3"
role = "non_specific"
compound = "mazindol"
concentration = "10 uM"
[[block]]
wells = "C1"
role = "empty"
"""


def counted(values: dict[str, float]) -> Plate:
    return Plate("p", 24, tuple(Well(name, value) for name, value in values.items()), file="p.csv")


READ = {f"{row}{column:02d}": 100.0 + column for row in "ABC" for column in (1, 2, 3)}


def test_counted_wells_without_a_role_are_named_and_empty_ones_are_not():
    plate = layout_from_toml(LAYOUT).apply(counted(READ))
    (check,) = well_checks(plate)
    assert (check.name, check.level, check.value) == ("wells_without_role", "warn", 2.0)
    assert check.message == "counted without a role in the layout: 2 wells (C02, C03)"


def test_a_well_with_a_role_that_was_not_counted_is_named_unless_it_is_excluded():
    plate = layout_from_toml(LAYOUT).apply(counted({**READ, "A02": math.nan, "B03": math.nan}))
    plate = replace(plate.excluding({"B03": "spilt"}), unassigned=())
    (check,) = well_checks(plate)
    assert (check.name, check.level, check.value) == ("wells_not_counted", "warn", 1.0)
    assert check.message == "in the layout, but not counted: 1 well (A02)"


def test_a_plate_whose_wells_all_have_a_role_gives_no_check():
    values = {name: value for name, value in READ.items() if name not in ("C02", "C03")}
    assert not list(well_checks(layout_from_toml(LAYOUT).apply(counted(values))))


def test_wells_without_a_role_are_reported_once_for_a_plate_with_several_groups():
    wells = tuple(
        Well(f"A{k:02d}", 100.0, role=Role.TOTAL, group=group)
        for k, group in enumerate(("vehicle", "treated", "vehicle", "treated"), 1)
    )
    plate = Plate("p", 24, (*wells, Well("B01", 5.0)), unassigned=("B01",))
    first, second = (part for _, part in plates_by_group(plate))
    assert (first.unassigned, second.unassigned) == (("B01",), ())


def test_the_result_of_a_plate_has_the_check(make_plate, net):
    plate = make_plate(4)
    wells = tuple(
        replace(well, role=Role.EMPTY, compound="", concentration_M=0.0)
        if well.name in ("G01", "H01")
        else well
        for well in plate.wells
    )
    plate = replace(plate, wells=wells, unassigned=("G01", "H01"))
    result = analyse_plate(plate, net, kind="competition", curves=CURVES)
    (check,) = [check for check in result.checks if check.name == "wells_without_role"]
    assert "2 wells (G01, H01)" in check.message


def series(**x: np.ndarray) -> Series:
    hot = np.repeat(np.logspace(-10.5, -8, 8), 3)
    y = (500 * hot / (1e-9 + hot) + 2e10 * hot) * np.tile([0.98, 1.0, 1.02], 8)
    return Series("s", y, "cpm", {"radioligand_M": hot, **x})


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("competitor_M", np.tile([0.0, 1e-8, 1e-7], 8)),
        ("time_min", np.tile([10.0, 60.0, 60.0], 8)),
        ("modulator_M", np.tile([0.0, 0.0, 1e-6], 8)),
    ],
)
def test_a_setting_that_differs_but_has_no_effect_fails(column, values):
    checks = fit(series(**{column: values}), CURVES["saturation"], intervals="none").checks
    (check,) = [check for check in checks if check.name == "setting_not_used"]
    assert check.level == "fail"
    assert check.message.startswith(f"{column} differs between readings (")
    assert check.message.endswith("but the curve saturation does not depend on it")


def test_a_setting_that_is_the_same_everywhere_or_repeats_another_is_no_fault():
    readings = series()
    hot = readings.x["radioligand_M"]
    for column, values in (("time_min", np.full(hot.size, 60.0)), ("agonist_M", hot)):
        checks = fit(series(**{column: values}), CURVES["saturation"], intervals="none").checks
        assert "setting_not_used" not in {check.name for check in checks}


def test_totals_and_non_specific_wells_are_not_one_saturation_of_specific_binding():
    readings = series(specific=np.tile([1.0, 1.0, 0.0], 8))
    checks = fit(readings, CURVES["saturation_specific"], intervals="none").checks
    assert "setting_not_used" in {check.name for check in checks}


def test_non_specific_wells_of_one_part_measure_it_for_all_parts_that_share_it():
    totals, blanks = series(), series(specific=np.zeros(24))
    model = CURVES["saturation"]
    shared = fit([FitPart(totals, model), FitPart(blanks, model)], intervals="none")
    assert "nonspecific_not_measured" not in {check.name for check in shared.checks}
    own = {"nonspecific": "nonspecific of the second"}
    apart = fit([FitPart(totals, model), FitPart(blanks, model, own)], intervals="none")
    assert [c.name for c in apart.checks].count("nonspecific_not_measured") == 1
