"""A layout says what every well holds, drops none in silence, and refuses what cannot be."""

from __future__ import annotations

import math

import pytest

from tricyclic.core.plate import Plate, Role, Well
from tricyclic.core.plate_layout import Block, Layout, dilution_series, wells_named
from tricyclic.errors import InputError

TOTAL = Block("A1:A3", Role.TOTAL)


def competition(**more):
    given = {
        "wells": "B1:H3",
        "role": Role.COMPETITION,
        "compound": "desipramine",
        "top_M": 1e-5,
        "dilution": 10.0,
    } | more
    return Block(**given)


def counted(size=96, value=500.0, names=()):
    return Plate(
        "net_07", size, tuple(Well(name, value) for name in names), unit="cpm", file="net_07.csv"
    )


def test_a_dilution_series_runs_down_with_its_replicates_across():
    held = Layout(96, (competition(),)).held
    assert [held[f"{row}01"].concentration_M for row in "BCDEFGH"] == [
        1e-5,
        1e-6,
        1e-7,
        1e-8,
        1e-9,
        1e-10,
        1e-11,
    ]
    assert {held[f"C{column:02d}"].concentration_M for column in (1, 2, 3)} == {1e-6}


def test_turning_the_direction_turns_the_series():
    held = Layout(96, (competition(wells="A1:C7", direction="across"),)).held
    assert [held[f"B{column:02d}"].concentration_M for column in range(1, 8)] == [
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
    held = Layout(96, (block,)).held
    assert [held[f"A{k:02d}"].concentration_M for k in range(1, 7)] == [
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
    held = Layout(96, (block,)).held
    assert [held[name].concentration_M for name in ("B05", "A01", "H12")] == [1e-6, 1e-7, 1e-8]


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
def test_wells_are_named_as_one_would_say_them(text, names):
    assert wells_named(text, 24) == names


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        (
            lambda: (TOTAL, competition(wells="A3:H3")),
            "well A03 is in two blocks: block 'total' (A1:A3) and block 'competition, desipramine' (A3:H3)",
        ),
        (
            lambda: (competition(top_M=None, dilution=None, concentrations_M=(1e-6, 0.0)),),
            "log of 0). Mark the wells as total",
        ),
        (lambda: (competition(compound=""),), "a competition needs a compound"),
        (
            lambda: (competition(top_M=None, dilution=None),),
            "a competition needs a compound and its concentrations",
        ),
        (lambda: (competition(dilution=None),), "needs both top and dilution"),
        (lambda: (competition(dilution=0.1),), "dilution is 0.1"),
        (lambda: (competition(points=5),), "5 concentrations do not fit 21 wells in 7 rows"),
        (
            lambda: (competition(concentrations_M=(1e-6,)),),
            "both a list of concentrations and a dilution series",
        ),
        (lambda: (competition(top_M=-1e-6),), "a concentration is -1e-06"),
        (lambda: (competition(top_M=math.nan),), "a concentration is nan"),
        (
            lambda: (Block("A1", Role.TOTAL, concentrations_M=(1e-6,)),),
            "total wells hold no competitor",
        ),
        (lambda: (Block("A1:Z9", Role.TOTAL),), "'A1:Z9' is outside a plate of 96 wells"),
        (lambda: (Block("row 3", Role.TOTAL),), "Rows have letters, columns numbers"),
        (lambda: (Block("elephant", Role.TOTAL),), "'elephant' is no well"),
        (lambda: (Block("A1, A1:A3", Role.TOTAL),), "well A01 is named twice"),
        (
            lambda: (TOTAL, Block("B7", None, excluded="spilt")),
            "well B07 is excluded but in no block",
        ),
        (lambda: (Block("A1", None),), "no role is given"),
        (lambda: (), "no block says what a well holds"),
    ],
)
def test_what_cannot_be_is_one_sentence(blocks, said):
    with pytest.raises(InputError) as caught:
        Layout(96, blocks())
    assert said.lower() in str(caught.value).lower()


def test_zero_competitor_is_welcome_in_totals_and_responses():
    held = Layout(
        96,
        (
            Block("A1", Role.TOTAL, concentrations_M=(0.0,)),
            Block("A2:A3", Role.RESPONSE, compound="isoprenaline", concentrations_M=(0.0, 1e-9)),
        ),
    ).held
    assert [well.concentration_M for well in held.values()] == [0.0, 0.0, 1e-9]


def test_wells_outside_the_layout_become_empty_with_a_note():
    plate = Layout(96, (TOTAL,)).apply(counted(names=("A01", "A02", "A03", "D07")))
    assert [well.role for well in plate.wells] == [Role.TOTAL] * 3 + [Role.EMPTY]
    assert [well.value for well in plate.wells] == [500.0] * 4
    assert "1 well (D07): counted, but not in the layout; taken as empty" in plate.notes


def test_wells_that_the_plate_lacks_are_refused():
    with pytest.raises(
        InputError,
        match=r"net_07\.csv: the layout names 1 well \(A03\), which the file does not have",
    ):
        Layout(96, (TOTAL,)).apply(counted(names=("A01", "A02")))


def test_a_well_that_was_not_counted_is_noted():
    plate = Plate("p", 96, (Well("A01", 5.0), Well("A02", math.nan), Well("A03", 7.0)))
    assert "1 well (A02): in the layout, but not counted" in Layout(96, (TOTAL,)).apply(plate).notes


def test_plate_and_layout_must_be_of_one_size():
    with pytest.raises(InputError, match="the plate has 24 wells, the layout 96"):
        Layout(96, (TOTAL,)).apply(counted(24, names=("A01", "A02", "A03")))


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
        match=r"net_07\.csv, well A02: counts are -3\. Counts are 0 or more\. Mark a failed well as excluded",
    ):
        Layout(96, (TOTAL,)).apply(plate)
    filled = Layout(96, (TOTAL, Block("A2", None, excluded="spilt"))).apply(plate)
    assert filled.wells[1].excluded == "spilt" and not filled.wells[1].used
    assert Layout(96, (TOTAL,)).apply(plate.excluding({"A2": "spilt"})).wells[1].excluded == "spilt"


def test_what_the_file_said_of_time_and_group_stays_where_the_layout_is_silent():
    plate = Plate(
        "p",
        96,
        tuple(
            Well(name, 5.0, time_min=3.0, group="vehicle", flag="I")
            for name in ("A01", "A02", "A03")
        ),
    )
    (well, *_) = Layout(96, (TOTAL,)).apply(plate).wells
    assert (well.time_min, well.group, well.flag) == (3.0, "vehicle", "I")
    (well, *_) = (
        Layout(96, (Block("A1:A3", Role.TOTAL, times_min=(9.0,), group="treated"),))
        .apply(plate)
        .wells
    )
    assert (well.time_min, well.group) == (9.0, "treated")
