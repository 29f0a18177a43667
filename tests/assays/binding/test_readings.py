"""Readings of a plate: which plates are refused, and what does not change the readings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.readings import plate_readings, plates_by_group, radioligand_added
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.plate import Plate, Role, Well
from tricyclic.errors import InputError


def with_wells(plate: Plate, change) -> Plate:
    return replace(plate, wells=tuple(change(well) for well in plate.wells))


def test_every_used_well_is_a_reading_and_keeps_its_label(
    net: BindingConditions, make_plate
) -> None:
    plate = make_plate(1).excluding({"B05": "bubble"})
    ((compound, series),) = plate_readings(plate, net, "competition").series
    assert compound == "desipramine"
    assert series.n == len(plate.used())
    assert not any(label.endswith("B05") for label in series.labels)
    by_label = dict(zip((label.split()[-1] for label in series.labels), series.y, strict=True))
    assert all(by_label[well.name] == well.value for well in plate.used())


def test_counts_become_counts_per_minute_by_the_counting_time(
    net: BindingConditions, make_plate
) -> None:
    cpm = make_plate(1)
    counts = replace(with_wells(cpm, lambda w: replace(w, value=w.value * 2.0)), unit="counts")
    one, two = (plate_readings(p, net, "competition").series[0][1] for p in (cpm, counts))
    assert two.y == pytest.approx(one.y)
    assert two.y_unit == "cpm"
    assert two.counting_slope is not None and two.counting_slope[0] == pytest.approx(0.5)


@pytest.mark.parametrize("role", [Role.TOTAL, Role.NON_SPECIFIC, Role.COMPETITION])
def test_a_plate_without_its_control_wells_is_refused(
    net: BindingConditions, make_plate, role: Role
) -> None:
    plate = with_wells(
        make_plate(1), lambda w: replace(w, role=Role.EMPTY) if w.role is role else w
    )
    with pytest.raises(InputError) as error:
        plate_readings(plate, net, "competition")
    compounds = "" if role is Role.COMPETITION else "; compounds were read: desipramine"
    assert str(error.value) == (
        f"plate: no used well is marked {role.value}{compounds}. A competition assay needs total "
        "binding, non-specific binding, competition wells. Mark them in the layout, or undo the "
        "exclusions."
    )


def test_equal_readings_everywhere_are_refused(net: BindingConditions, make_plate) -> None:
    with pytest.raises(
        InputError,
        match=r"^plate: all 48 wells read 500\. The readings of a plate differ\. "
        "Check the file: a column of settings may have been read as counts",
    ):
        plate_readings(
            with_wells(make_plate(1), lambda w: replace(w, value=500.0)), net, "competition"
        )


def test_negative_counts_are_refused_with_the_well(net: BindingConditions, make_plate) -> None:
    plate = with_wells(make_plate(1), lambda w: replace(w, value=-3.0) if w.name == "C07" else w)
    with pytest.raises(
        InputError,
        match=r"^plate: well C07 reads -3\. Counts are 0 or more\. "
        r'Mark a failed well as "excluded"\.$',
    ):
        plate_readings(plate, net, "competition")


def test_a_competition_well_without_competitor_is_refused(
    net: BindingConditions, make_plate
) -> None:
    plate = with_wells(
        make_plate(1), lambda w: replace(w, concentration_M=0.0) if w.name == "B01" else w
    )
    with pytest.raises(
        InputError,
        match=r"^plate: competition well B01 has a concentration of 0\. Concentrations in "
        r"competition wells are above 0\. Mark wells without competitor as total\.$",
    ):
        plate_readings(plate, net, "competition")


def test_background_wells_replace_a_known_background(net: BindingConditions, make_plate) -> None:
    plate = make_plate(1)
    blanks = (Well("H11", 31.0, Role.BACKGROUND), Well("H12", 33.0, Role.BACKGROUND))
    readings = plate_readings(replace(plate, wells=(*plate.wells, *blanks)), net, "competition")
    assert readings.fixed["background"] == pytest.approx(32.0)
    assert readings.series[0][1].n == len(plate.used())


def test_the_counted_radioligand_replaces_the_nominal_concentration(
    net: BindingConditions, make_plate
) -> None:
    plate = make_plate(1)
    # 1.2 nM in 250 uL is 300 fmol; at 80 Ci/mmol, 2.22 dpm per fmol and Ci/mmol, 45 % efficiency,
    # over 20 cpm.
    reading = 300.0 * 80 * 2.22 * 0.45 + 20.0
    added = (Well("H11", reading * 0.99, Role.ADDED), Well("H12", reading * 1.01, Role.ADDED))
    with_mix = replace(plate, wells=(*plate.wells, *added))
    measured = radioligand_added(with_mix, replace(net, reference_date=None))
    assert measured is not None
    assert measured.value == pytest.approx(1.2, rel=1e-3)
    assert measured.se == pytest.approx(1.2 * 0.01, rel=0.01)
    assert np.all(
        plate_readings(with_mix, net, "competition").series[0][1].x["radioligand_M"]
        == pytest.approx(1.2e-9, rel=1e-3)
    )


def test_groups_on_one_plate_are_analysed_separately(net: BindingConditions, make_plate) -> None:
    plate = with_wells(
        make_plate(1),
        lambda w: replace(w, group={"B": "vehicle", "C": "treated"}.get(w.name[0], "")),
    )
    with pytest.raises(
        InputError,
        match=r"^plate: the wells belong to 3 groups \(none, treated, vehicle\)\. "
        r"Analyse each group by itself: plates_by_group\.$",
    ):
        plate_readings(plate, net, "competition")
    apart = plates_by_group(plate)
    assert [group for group, _ in apart] == ["treated", "vehicle"]
    for group, part in apart:
        letter = {"vehicle": "B", "treated": "C"}[group]
        doses = [well for well in part.used(Role.COMPETITION) if well.name[0] in "BC"]
        assert {well.name[0] for well in doses} == {letter}
        assert len(part.used(Role.TOTAL)) == len(plate.used(Role.TOTAL))
        plate_readings(part, net, "competition")
    assert plates_by_group(make_plate(1)) == (("", make_plate(1)),)


def test_the_counted_radioligand_of_each_level_replaces_that_level(
    net: BindingConditions, make_plate
) -> None:
    per_nM = 250.0 * 80 * 2.22 * 0.45
    wells = [
        Well(
            f"A{i + 1:02d}",
            500.0 + 10 * i,
            Role.TOTAL if i % 2 else Role.NON_SPECIFIC,
            radioligand_nM=nM,
        )
        for i, nM in enumerate([0.5, 0.5, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0])
    ]
    mix = [
        Well(f"B{i + 1:02d}", true * per_nM + 20.0, Role.ADDED, radioligand_nM=nM)
        for i, (nM, true) in enumerate([(0.5, 0.6), (4.0, 3.8)])
    ]
    plate = Plate("s", 96, (*wells, *mix), "cpm", 2.0)
    hot = (
        plate_readings(plate, replace(net, reference_date=None), "saturation")
        .series[0][1]
        .x["radioligand_M"]
    )
    assert sorted(set(np.round(hot * 1e9, 6).tolist())) == [0.6, 1.0, 2.0, 3.8]
