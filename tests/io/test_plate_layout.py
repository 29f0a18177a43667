"""Plate layouts in TOML and as grids of words assign a role to each well, or are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tricyclic.core.plate import Role
from tricyclic.errors import InputError
from tricyclic.io import plate_layout as layout_module
from tricyclic.io.column_names import NSB, TOTAL
from tricyclic.io.layout_cells import layout_cell
from tricyclic.io.plate_layout import layout_from_toml, read_layout, write_layout_toml

LAYOUTS = Path(__file__).parents[1] / "golden" / "layouts"


def test_a_competition_layout_assigns_roles_and_concentrations():
    wells = read_layout(LAYOUTS / "competition.toml").planned_wells
    assert len(wells) == 12 + 21 + 18 + 5 + 1
    assert [wells[f"A{k:02d}"].role for k in (1, 4, 7, 10)] == [
        Role.TOTAL,
        Role.NON_SPECIFIC,
        Role.BACKGROUND,
        Role.ADDED,
    ]
    assert (wells["A05"].compound, wells["A05"].concentration_M) == ("mazindol", 1e-5)
    assert [wells[f"{row}02"].concentration_M for row in "BCDEFGH"] == [
        10.0**-k for k in range(5, 12)
    ]
    assert wells["C02"].excluded == "pipetted twice" and wells["C01"].excluded == ""
    assert [wells[f"B{k:02d}"].concentration_M for k in range(4, 13)] == [1e-6] * 3 + [1e-7] * 3 + [
        1e-8
    ] * 3
    assert [wells[f"{row}04"].concentration_M for row in "DEFGH"] == [1e-7, 3e-8, 1e-8, 3e-9, 1e-9]


def test_a_saturation_layout_gives_each_column_its_radioligand():
    wells = read_layout(LAYOUTS / "saturation.toml").planned_wells
    wanted = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0]
    for row, role in zip("ABCD", [Role.TOTAL] * 2 + [Role.NON_SPECIFIC] * 2, strict=True):
        in_row = [wells[f"{row}{k:02d}"] for k in range(1, 7)]
        assert [well.radioligand_nM for well in in_row] == pytest.approx(wanted, rel=1e-12)
        assert {(well.role, well.group) for well in in_row} == {(role, "vehicle")}


def test_a_kinetic_layout_gives_each_row_its_time():
    wells = read_layout(LAYOUTS / "kinetics.toml").planned_wells
    assert [wells[f"{row}01"].time_min for row in "ABCDEFGH"] == [1, 2, 5, 10, 20, 30, 60, 90]
    assert (wells["C01"].modulator, wells["C01"].modulator_M) == ("alcuronium", 1e-6)
    assert wells["G02"].time_min == wells["G03"].time_min == 60


def test_a_grid_of_words_assigns_roles_and_concentrations():
    layout = read_layout(LAYOUTS / "words.csv")
    assert layout.size == 24
    wells = {
        name: (well.role, well.compound, well.concentration_M, well.radioligand_nM)
        for name, well in layout.planned_wells.items()
    }
    assert wells == {
        "A01": (Role.TOTAL, "", 0.0, None),
        "A02": (Role.TOTAL, "", 0.0, None),
        "A03": (Role.NON_SPECIFIC, "", 0.0, None),
        "A04": (Role.NON_SPECIFIC, "mazindol", 1e-5, None),
        "A05": (Role.BACKGROUND, "", 0.0, None),
        "B01": (Role.COMPETITION, "desipramine", 1e-8, None),
        "B02": (Role.COMPETITION, "desipramine", 1e-8, None),
        "B03": (Role.COMPETITION, "desipramine", 1e-7, None),
        "B04": (Role.COMPETITION, "imipramine", 1e-6, None),
        "B05": (Role.ADDED, "", 0.0, None),
        "B06": (Role.EMPTY, "", 0.0, None),
        "C01": (Role.TOTAL, "", 0.0, 0.5),
        "C02": (Role.NON_SPECIFIC, "", 0.0, 0.5),
        "C03": (Role.NON_SPECIFIC, "", 0.0, None),
        "C04": (Role.BACKGROUND, "", 0.0, None),
        "C05": (Role.ADDED, "", 0.0, None),
        "C06": (Role.EMPTY, "", 0.0, None),
        "D01": (Role.COMPETITION, "(+)-pentazocine", 3e-9, None),
    }


def test_a_layout_in_a_workbook_equals_one_in_text(tmp_path):
    import csv

    import openpyxl

    book = openpyxl.Workbook()
    with (LAYOUTS / "words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            book.active.append(row)
    book.save(tmp_path / "words.xlsx")
    assert (
        read_layout(tmp_path / "words.xlsx").planned_wells
        == read_layout(LAYOUTS / "words.csv").planned_wells
    )


@pytest.mark.parametrize(
    "name", ["competition.toml", "saturation.toml", "kinetics.toml", "words.csv"]
)
def test_a_written_layout_is_read_as_the_same_layout(name):
    layout = read_layout(LAYOUTS / name)
    again = layout_from_toml(write_layout_toml(layout))
    assert (again.size, again.blocks, again.planned_wells) == (
        layout.size,
        layout.blocks,
        layout.planned_wells,
    )


def test_the_example_in_the_documentation_is_a_layout():
    text = layout_module.__doc__.split("```toml\n")[1].split("```")[0]
    wells = layout_from_toml(text).planned_wells
    assert wells["B02"].concentration_M == 1e-5 and wells["D02"].excluded
    assert wells["H12"].radioligand_nM == 30.0 and wells["F09"].time_min == 60.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'plate = 96\n[[block]]\nwels = "A1"\n',
            (
                "plan.toml, block 1: no key is called 'wels'. Did you mean 'wells'? There "
                "are: compound, concentration, concentrations, dilution, direction, "
                "excluded, group, modulator, modulator_concentration, "
                "modulator_concentrations, name, points, radioligand, radioligand_nM, "
                "radioligands, replicates, role, time, times, top, wells."
            ),
        ),
        (
            'plate = 96\n[[block]]\nwells = "A1"\nrole = "totl"\n',
            (
                "plan.toml, block 1, role: no role is called 'totl'. Did you mean 'total'? "
                "There are: added, background, competition, empty, non_specific, response, "
                "total."
            ),
        ),
        ('[[block]]\nwells = "A1"\n', "plan.toml: 'plate' is missing. Add plate = …"),
        ("plate = 96\n", "plan.toml: 'block' is missing. Add [[block]]."),
        (
            'plate = 100\n[[block]]\nwells = "A1"\nrole = "total"\n',
            "plan.toml: a plate of 100 wells. Plates have 6, 12, 24, 48, 96, 384, 1536 wells.",
        ),
        (
            (
                'plate = 96\n[[block]]\nwells = "A1"\n'
                'role = "competition"\ncompound = "x"\nconcentration = "10"\n'
            ),
            "plan.toml, block 1: '10' has no unit. Write it like 10 nM.",
        ),
        (
            (
                'plate = 96\n[[block]]\nwells = "A1"\n'
                'role = "competition"\ncompound = "x"\nconcentration = "10 kg"\n'
            ),
            (
                "plan.toml, block 1: 'kg' is a mass and cannot be converted to 'M', a "
                "concentration. Give a concentration, in M for example."
            ),
        ),
        (
            (
                'plate = 96\n[[block]]\nwells = "A1"\n'
                'role = "competition"\ncompound = "x"\nconcentration = "0 nM"\n'
            ),
            (
                "plan.toml, block 'competition, x' (A1): a competition has concentration 0, "
                "which has no logarithm. Mark the wells as total."
            ),
        ),
        (
            'plate = 96\n[[block]]\nwells = "A1"\nrole = "total"\ntime = "5"\n',
            "plan.toml, block 1: '5' has no unit. Write it like 10 min.",
        ),
        (
            "plate = \n",
            (
                "plan.toml: is not TOML (Invalid value (at line 1, column 9)). Write each "
                'line like name = "value".'
            ),
        ),
    ],
)
def test_a_wrong_layout_in_toml_is_refused_with_a_sentence(tmp_path, text, message):
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_layout(path)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            'radioligand_nM = [1]\nradioligand = "2 nM"',
            "The radioligand is given twice. Keep radioligand_nM or radioligands.",
        ),
        ('time = "1 min"\ntimes = ["2 min"]', "Both time and times are given. Keep one."),
        (
            'concentration = "1 nM"\nconcentrations = ["2 nM"]',
            "Both concentration and concentrations are given. Keep one.",
        ),
    ],
)
def test_a_value_that_is_given_twice_is_refused(keys, message):
    with pytest.raises(InputError) as caught:
        layout_from_toml(
            f'plate = 96\n[[block]]\nwells = "A1"\nrole = "total"\n{keys}\n', name="plan.toml"
        )
    first = message[0].lower() + message[1:]
    assert str(caught.value) == f"plan.toml, block 1: {first}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a,b\n1,2\n",
            (
                "plan.csv: contains no plate layouts. A layout is TOML, or one grid with "
                "rows A, B, … and columns 1, 2, …"
            ),
        ),
        (
            "\n".join([",1,2,3", *(f"{row},T,T,T" for row in "ABC")]),
            (
                "plan.csv: the layout has 3 rows and 3 columns. "
                "A layout has the shape of a plate: 2 by 3, 3 by 4, 4 by 6, 6 by 8, 8 by 12, "
                "16 by 24, 32 by 48."
            ),
        ),
        (
            "\n".join([",1,2,3,4,5,6", f"A,{'x' * 130},,,,,", "B,,,,,,", "C,,,,,,", "D,,,,,,"]),
            (
                f"plan.csv, line 2, well A01: '{'x' * 39}…' is too long for a cell of a layout. "
                "Write it like desipramine 10 nM."
            ),
        ),
    ],
)
def test_a_grid_that_is_not_a_layout_is_refused(tmp_path, text, message):
    path = tmp_path / "plan.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_layout(path)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            "tottal",
            (
                "plan.csv, line 2, well A02: 'tottal' is neither a role nor a compound with "
                "a concentration. Did you mean 'total'? Write T, NSB, blank, or a compound "
                "with its concentration, such as desipramine 10 nM."
            ),
        ),
        (
            "desipramine",
            (
                "plan.csv, line 2, well A02: 'desipramine' is neither a role nor a compound "
                "with a concentration. Write T, NSB, blank, or a compound with its "
                "concentration, such as desipramine 10 nM."
            ),
        ),
        (
            "desipramine 0 nM",
            (
                "plan.csv, line 2, well A02, block 'competition, desipramine' (): a "
                "competition has concentration 0, which has no logarithm. Mark the wells as "
                "total."
            ),
        ),
        (
            "10 nM",
            (
                "plan.csv, line 2, well A02: '10 nM' has no compound. Write it like desipramine "
                "10 nM."
            ),
        ),
        (
            "total 10 nM",
            (
                "plan.csv, line 2, well A02: 'total 10 nM' is a total with a competitor. "
                "For the radioligand, write total @ 10 nM."
            ),
        ),
        (
            "desipramine 10 @ 5",
            ("plan.csv, line 2, well A02: '5' has no unit. Write it like 10 nM."),
        ),
    ],
)
def test_a_wrong_cell_of_a_grid_is_refused_with_a_sentence(tmp_path, cell, message):
    path = tmp_path / "plan.csv"
    path.write_text(f",1,2,3,4,5,6\nA,T,{cell},,,,\nB,,,,,,\nC,,,,,,\nD,,,,,,\n")
    with pytest.raises(InputError) as caught:
        read_layout(path)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("cell", "role", "times", "radioligand"),
    [
        ("Total 5 min", Role.TOTAL, (5.0,), ()),
        ("T, 30 s", Role.TOTAL, (0.5,), ()),
        ("NSB 1.5 h @ 0.5 nM", Role.NON_SPECIFIC, (90.0,), (0.5,)),
        ("NSB @ 0.5 nM 2 min", Role.NON_SPECIFIC, (2.0,), (0.5,)),
        ("T 0,5 min", Role.TOTAL, (0.5,), ()),
    ],
)
def test_a_cell_states_the_time_of_its_well(cell, role, times, radioligand):
    block = layout_cell(cell)
    assert block is not None
    assert (block.role, block.times_min, block.radioligand_nM) == (role, times, radioligand)


def test_a_compound_with_a_time_keeps_its_dose():
    block = layout_cell("DMI 10 nM 5 min")
    assert block is not None
    assert (block.compound, block.concentrations_M, block.times_min) == ("DMI", (1e-8,), (5.0,))


@pytest.mark.parametrize(
    "word",
    [
        "T",
        "TB",
        "Tot",
        "Totals",
        "B0",
        "Total binding",
        "Total bound",
        "Control",
        "Controls",
        "NSB",
        "NS",
        "Nonspecific binding",
        "Non-specific binding",
        "non specific",
        "non-spec",
    ],
)
def test_controls_have_the_words_in_a_plate_that_they_have_in_a_table(word):
    role = Role.TOTAL if word[0] in "TBC" else Role.NON_SPECIFIC
    assert layout_cell(word).role is role
    assert (TOTAL if role is Role.TOTAL else NSB).fullmatch(word)
