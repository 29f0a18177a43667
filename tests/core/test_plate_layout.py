"""Plate maps fill every well, note each one that is left over, and refuse contradictions."""

from __future__ import annotations

import math

import pytest

from tricyclic.core.plate import Plate, Role, Well
from tricyclic.core.plate_layout import PlateLayout, WellBlock
from tricyclic.core.well_names import dilution_series, wells_named
from tricyclic.errors import InputError

TOTAL = WellBlock("A1:A3", Role.TOTAL)


def competition(**more):
    given = {
        "wells": "B1:H3",
        "role": Role.COMPETITION,
        "compound": "desipramine",
        "top_M": 1e-5,
        "dilution": 10.0,
    } | more
    return WellBlock(**given)


def counted(size=96, value=500.0, names=()):
    return Plate(
        "net_07", size, tuple(Well(name, value) for name in names), unit="cpm", file="net_07.csv"
    )


def test_a_dilution_series_runs_down_with_its_replicates_across():
    wells = PlateLayout(96, (competition(),)).planned_wells
    assert [wells[f"{row}01"].concentration_M for row in "BCDEFGH"] == [
        1e-5,
        1e-6,
        1e-7,
        1e-8,
        1e-9,
        1e-10,
        1e-11,
    ]
    assert {wells[f"C{column:02d}"].concentration_M for column in (1, 2, 3)} == {1e-6}


def test_the_direction_turns_the_series():
    wells = PlateLayout(96, (competition(wells="A1:C7", direction="across"),)).planned_wells
    assert [wells[f"B{column:02d}"].concentration_M for column in range(1, 8)] == [
        10.0**-k for k in range(5, 12)
    ]


def test_replicates_may_lie_along_the_series():
    block = competition(
        wells="A1:A6",
        top_M=None,
        dilution=None,
        concentrations_M=(1e-6, 1e-7, 1e-8),
        direction="across",
        replicates="across",
    )
    wells = PlateLayout(96, (block,)).planned_wells
    assert [wells[f"A{k:02d}"].concentration_M for k in range(1, 7)] == [
        1e-6,
        1e-6,
        1e-7,
        1e-7,
        1e-8,
        1e-8,
    ]


def test_one_value_for_each_well_follows_the_wells_as_written():
    block = competition(
        wells="B5, A1, H12", top_M=None, dilution=None, concentrations_M=(1e-6, 1e-7, 1e-8)
    )
    wells = PlateLayout(96, (block,)).planned_wells
    assert [wells[name].concentration_M for name in ("B05", "A01", "H12")] == [1e-6, 1e-7, 1e-8]


def test_decimal_dilutions_stay_exact():
    assert dilution_series(1e-5, 10.0, 4) == (1e-5, 1e-6, 1e-7, 1e-8)
    assert dilution_series(3e-6, 2.0, 3) == (3e-6, 1.5e-6, 7.5e-7)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A1:B2", ("A01", "A02", "B01", "B02")),
        ("b2:a1", ("A01", "A02", "B01", "B02")),
        ("A1-A2, D6", ("A01", "A02", "D06")),
        ("column 3", ("A03", "B03", "C03", "D03")),
        ("row B", tuple(f"B0{k}" for k in range(1, 7))),
        ("Rows C-D", tuple(f"{r}0{k}" for r in "CD" for k in range(1, 7))),
        ("columns 5-6", tuple(f"{r}0{k}" for r in "ABCD" for k in (5, 6))),
    ],
)
def test_wells_can_be_listed_in_several_ways(text, names):
    assert wells_named(text, 24) == names


@pytest.mark.parametrize(
    ("blocks", "sentence"),
    [
        (
            lambda: (competition(top_M=None, dilution=None, concentrations_M=(1e-6, 0.0)),),
            (
                "block 'competition, desipramine' (B1:H3): a competition has concentration 0, "
                "which has no logarithm. Mark the wells as total."
            ),
        ),
        (
            lambda: (competition(compound=""),),
            "block 'competition' (B1:H3): a competition needs a compound and its concentrations.",
        ),
        (
            lambda: (competition(top_M=None, dilution=None),),
            (
                "block 'competition, desipramine' (B1:H3): a competition needs a compound and its "
                "concentrations."
            ),
        ),
        (
            lambda: (competition(dilution=None),),
            (
                "block 'competition, desipramine' (B1:H3): a dilution series needs both top and "
                "dilution."
            ),
        ),
        (
            lambda: (competition(dilution=0.1),),
            (
                "block 'competition, desipramine' (B1:H3): dilution is 0.1. It is the factor "
                "between "
                "steps, above 1 and at most 1e6: 10, or 3.1623 for half a log."
            ),
        ),
        (
            lambda: (competition(points=5),),
            (
                "block 'competition, desipramine' (B1:H3): 5 concentrations do not fit 21 wells in "
                "7 "
                "rows. Give one for each of the 7 rows, or change the direction (down)."
            ),
        ),
        (
            lambda: (competition(concentrations_M=(1e-6,)),),
            (
                "block 'competition, desipramine' (B1:H3): both a list of concentrations and a "
                "dilution "
                "series are given. Keep one."
            ),
        ),
        (
            lambda: (competition(top_M=-1e-6),),
            "block 'competition, desipramine' (B1:H3): a concentration is -1e-06. It is 0 or more.",
        ),
        (
            lambda: (competition(top_M=math.nan),),
            "block 'competition, desipramine' (B1:H3): a concentration is nan. It is 0 or more.",
        ),
        (
            lambda: (WellBlock("A1", Role.TOTAL, concentrations_M=(1e-6,)),),
            (
                "block 'total' (A1): total wells contain no competitor. Mark them as competition "
                "or "
                "non_specific, or leave out the concentration."
            ),
        ),
        (
            lambda: (WellBlock("A1:Z9", Role.TOTAL),),
            (
                "block 'total' (A1:Z9): 'A1:Z9' is outside a plate of 96 wells. Rows A to H, "
                "columns 1 "
                "to 12."
            ),
        ),
        (
            lambda: (WellBlock("row 3", Role.TOTAL),),
            "block 'total' (row 3): 'row 3' names no wells. Rows have letters, columns numbers.",
        ),
        (
            lambda: (WellBlock("elephant", Role.TOTAL),),
            (
                "block 'total' (elephant): 'elephant' is not a well. A well is a row letter and a "
                "column "
                "number, such as B7."
            ),
        ),
        (
            lambda: (WellBlock("A1, A1:A3", Role.TOTAL),),
            "block 'total' (A1, A1:A3): well A01 is named twice in 'A1, A1:A3'.",
        ),
        (
            lambda: (TOTAL, WellBlock("B7", None, excluded="spilt")),
            "block 'excluded' (B7): well B07 is excluded but in no block.",
        ),
        (
            lambda: (WellBlock("A1", None),),
            (
                "block 'excluded' (A1): no role is given. Roles are total, non_specific, "
                "competition, "
                "background, added, response, empty."
            ),
        ),
        (lambda: (), "No block has a role."),
    ],
)
def test_a_contradiction_is_refused_with_one_sentence(blocks, sentence):
    with pytest.raises(InputError) as error:
        PlateLayout(96, blocks())
    assert str(error.value) == sentence


def test_zero_competitor_is_allowed_in_totals_and_responses():
    wells = PlateLayout(
        96,
        (
            WellBlock("A1", Role.TOTAL, concentrations_M=(0.0,)),
            WellBlock(
                "A2:A3", Role.RESPONSE, compound="isoprenaline", concentrations_M=(0.0, 1e-9)
            ),
        ),
    ).planned_wells
    assert [well.concentration_M for well in wells.values()] == [0.0, 0.0, 1e-9]


def test_wells_outside_the_layout_become_empty_with_a_note():
    plate = PlateLayout(96, (TOTAL,)).apply(counted(names=("A01", "A02", "A03", "D07")))
    assert [well.role for well in plate.wells] == [Role.TOTAL] * 3 + [Role.EMPTY]
    assert [well.value for well in plate.wells] == [500.0] * 4
    assert "1 well (D07): counted, but not in the layout; treated as empty" in plate.notes


def test_wells_that_the_plate_does_not_have_are_missing_with_a_note():
    plate = PlateLayout(96, (TOTAL,)).apply(counted(names=("A01", "A02")))
    assert [(well.name, well.role, well.counted) for well in plate.wells] == [
        ("A01", Role.TOTAL, True),
        ("A02", Role.TOTAL, True),
        ("A03", Role.TOTAL, False),
    ]
    assert "1 well (A03): in the layout, but not counted" in plate.notes


def test_a_layout_without_any_well_of_the_plate_is_refused():
    with pytest.raises(
        InputError,
        match=r"^net_07\.csv: the layout has 3 wells \(A01, A02, A03\) that the file does not "
        r"have, and none that it has\. Check that file and layout belong together\.$",
    ):
        PlateLayout(96, (TOTAL,)).apply(counted(names=("D01", "D02")))


def test_a_later_block_replaces_an_earlier_one_with_a_note():
    layout = PlateLayout(
        96, (competition(), WellBlock("D2", Role.EMPTY), WellBlock("H1:H3", Role.TOTAL))
    )
    wells = layout.planned_wells
    assert wells["D02"].role is Role.EMPTY and wells["D01"].role is Role.COMPETITION
    assert [wells[name].role for name in ("H01", "H02", "H03")] == [Role.TOTAL] * 3
    names = [name for name in wells if name != "D02"]
    plate = layout.apply(counted(names=names))
    assert "D02" not in {well.name for well in plate.wells}
    assert "1 well (D02): block 'empty' (D2) replaces block 'competition, desipramine' (B1:H3)" in (
        plate.notes
    )


@pytest.mark.parametrize("role", [None, Role.COMPETITION])
def test_an_exclusion_keeps_the_contents_of_an_earlier_block(role):
    layout = PlateLayout(96, (competition(), WellBlock("D2", role, excluded="spilled")))
    well = layout.planned_wells["D02"]
    assert (well.role, well.compound, well.excluded) == (
        Role.COMPETITION,
        "desipramine",
        "spilled",
    )
    assert well.concentration_M == layout.planned_wells["D01"].concentration_M
    assert not layout.replaced


def test_an_exclusion_with_another_role_gives_the_well_that_role():
    layout = PlateLayout(96, (TOTAL, WellBlock("A2", Role.NON_SPECIFIC, excluded="wrong drug")))
    well = layout.planned_wells["A02"]
    assert (well.role, well.excluded) == (Role.NON_SPECIFIC, "wrong drug")


def test_a_well_that_was_not_counted_is_noted():
    plate = Plate("p", 96, (Well("A01", 5.0), Well("A02", math.nan), Well("A03", 7.0)))
    assert (
        "1 well (A02): in the layout, but not counted"
        in PlateLayout(96, (TOTAL,)).apply(plate).notes
    )


def test_plate_and_layout_must_be_of_one_size():
    with pytest.raises(InputError, match="the plate has 24 wells, the layout 96"):
        PlateLayout(96, (TOTAL,)).apply(counted(24, names=("A01", "A02", "A03")))


def test_negative_counts_are_refused_unless_the_layout_excludes_the_well():
    plate = Plate(
        "p",
        96,
        (Well("A01", 5.0), Well("A02", -3.0), Well("A03", 7.0)),
        unit="cpm",
        file="net_07.csv",
    )
    with pytest.raises(
        InputError,
        match=r"^net_07\.csv, well A02: counts are -3\. Counts are 0 or more\. "
        r"Mark a failed well as excluded in the layout\.$",
    ):
        PlateLayout(96, (TOTAL,)).apply(plate)
    filled = PlateLayout(96, (TOTAL, WellBlock("A2", None, excluded="spilt"))).apply(plate)
    assert filled.wells[1].excluded == "spilt" and not filled.wells[1].used
    assert (
        PlateLayout(96, (TOTAL,)).apply(plate.excluding({"A2": "spilt"})).wells[1].excluded
        == "spilt"
    )


def test_time_and_group_of_the_file_stay_where_the_layout_has_none():
    plate = Plate(
        "p",
        96,
        tuple(
            Well(name, 5.0, time_min=3.0, group="vehicle", flag="I")
            for name in ("A01", "A02", "A03")
        ),
    )
    (well, *_) = PlateLayout(96, (TOTAL,)).apply(plate).wells
    assert (well.time_min, well.group, well.flag) == (3.0, "vehicle", "I")
    (well, *_) = (
        PlateLayout(96, (WellBlock("A1:A3", Role.TOTAL, times_min=(9.0,), group="treated"),))
        .apply(plate)
        .wells
    )
    assert (well.time_min, well.group) == (9.0, "treated")
