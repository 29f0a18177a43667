"""Plate plans in TOML and as grids of words say what each well holds; what they cannot mean is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tricyclic.core.plate import Role
from tricyclic.errors import InputError
from tricyclic.io import plate_layout as layout_module
from tricyclic.io.plate_layout import layout_from_toml, read_layout, write_layout_toml

LAYOUTS = Path(__file__).parents[1] / "golden" / "layouts"


def test_a_competition_plan_says_what_each_well_holds():
    held = read_layout(LAYOUTS / "competition.toml").held
    assert len(held) == 12 + 21 + 18 + 5 + 1
    assert [held[f"A{k:02d}"].role for k in (1, 4, 7, 10)] == [
        Role.TOTAL,
        Role.NON_SPECIFIC,
        Role.BACKGROUND,
        Role.ADDED,
    ]
    assert (held["A05"].compound, held["A05"].concentration_M) == ("mazindol", 1e-5)
    assert [held[f"{row}02"].concentration_M for row in "BCDEFGH"] == [
        10.0**-k for k in range(5, 12)
    ]
    assert held["C02"].excluded == "pipetted twice" and held["C01"].excluded == ""
    assert [held[f"B{k:02d}"].concentration_M for k in range(4, 13)] == [1e-6] * 3 + [1e-7] * 3 + [
        1e-8
    ] * 3
    assert [held[f"{row}04"].concentration_M for row in "DEFGH"] == [1e-7, 3e-8, 1e-8, 3e-9, 1e-9]


def test_a_saturation_plan_gives_each_column_its_radioligand():
    held = read_layout(LAYOUTS / "saturation.toml").held
    wanted = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0]
    for row, role in zip("ABCD", [Role.TOTAL] * 2 + [Role.NON_SPECIFIC] * 2, strict=True):
        wells = [held[f"{row}{k:02d}"] for k in range(1, 7)]
        assert [well.radioligand_nM for well in wells] == pytest.approx(wanted, rel=1e-12)
        assert {(well.role, well.group) for well in wells} == {(role, "vehicle")}


def test_a_kinetic_plan_gives_each_row_its_time():
    held = read_layout(LAYOUTS / "kinetics.toml").held
    assert [held[f"{row}01"].time_min for row in "ABCDEFGH"] == [1, 2, 5, 10, 20, 30, 60, 90]
    assert (held["C01"].modulator, held["C01"].modulator_M) == ("alcuronium", 1e-6)
    assert held["G02"].time_min == held["G03"].time_min == 60


def test_a_grid_of_words_says_what_each_well_holds():
    layout = read_layout(LAYOUTS / "words.csv")
    assert layout.size == 24
    held = {
        name: (well.role, well.compound, well.concentration_M, well.radioligand_nM)
        for name, well in layout.held.items()
    }
    assert held == {
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
        "C01": (Role.TOTAL, "", 0.0, 0.5),
        "C02": (Role.NON_SPECIFIC, "", 0.0, 0.5),
        "C03": (Role.NON_SPECIFIC, "", 0.0, None),
        "C04": (Role.BACKGROUND, "", 0.0, None),
        "C05": (Role.ADDED, "", 0.0, None),
        "D01": (Role.COMPETITION, "(+)-pentazocine", 3e-9, None),
    }


def test_a_plan_in_a_workbook_reads_like_one_in_text(tmp_path):
    import csv

    import openpyxl

    book = openpyxl.Workbook()
    with (LAYOUTS / "words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            book.active.append(row)
    book.save(tmp_path / "words.xlsx")
    assert read_layout(tmp_path / "words.xlsx").held == read_layout(LAYOUTS / "words.csv").held


@pytest.mark.parametrize(
    "name", ["competition.toml", "saturation.toml", "kinetics.toml", "words.csv"]
)
def test_a_layout_that_was_written_reads_as_it_was(name):
    layout = read_layout(LAYOUTS / name)
    again = layout_from_toml(write_layout_toml(layout))
    assert (again.size, again.blocks, again.held) == (layout.size, layout.blocks, layout.held)


def test_the_example_in_the_documentation_is_a_layout():
    text = layout_module.__doc__.split("```toml\n")[1].split("```")[0]
    held = layout_from_toml(text).held
    assert held["B02"].concentration_M == 1e-5 and held["D02"].excluded
    assert held["H12"].radioligand_nM == 30.0 and held["F09"].time_min == 60.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('plate = 96\n[[block]]\nwels = "A1"\n', "no key is called 'wels'. Did you mean 'wells'?"),
        ('plate = 96\n[[block]]\nwells = "A1"\nrole = "totl"\n', "Did you mean 'total'?"),
        ('[[block]]\nwells = "A1"\n', "'plate' is missing"),
        ("plate = 96\n", "'block' is missing"),
        ('plate = 100\n[[block]]\nwells = "A1"\nrole = "total"\n', "a plate of 100 wells"),
        (
            'plate = 96\n[[block]]\nwells = "A1"\nrole = "competition"\ncompound = "x"\nconcentration = "10"\n',
            "'10' has no unit",
        ),
        (
            'plate = 96\n[[block]]\nwells = "A1"\nrole = "competition"\ncompound = "x"\nconcentration = "10 kg"\n',
            "'kg' is no unit",
        ),
        (
            'plate = 96\n[[block]]\nwells = "A1"\nrole = "competition"\ncompound = "x"\nconcentration = "0 nM"\n',
            "log of 0",
        ),
        ('plate = 96\n[[block]]\nwells = "A1"\nrole = "total"\ntime = "5"\n', "'5' has no unit"),
        (
            'plate = 96\n[[block]]\nwells = "A1"\nrole = "total"\n[[block]]\nwells = "A1"\nrole = "background"\n',
            "well A01 is in two blocks",
        ),
        ("plate = \n", "this is not TOML"),
    ],
)
def test_what_a_plan_cannot_mean_is_one_sentence(tmp_path, text, said):
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_layout(path)
    assert str(caught.value).startswith("plan.toml") and said.lower() in str(caught.value).lower()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("tottal", "Did you mean 'total'?"),
        ("desipramine", "desipramine 10 nM"),
        ("desipramine 0 nM", "log of 0"),
        ("10 nM", "names no compound"),
        ("total 10 nM", "write total @ 10 nM"),
        ("desipramine 10 @ 5", "no unit"),
    ],
)
def test_a_word_that_a_plan_cannot_hold_is_asked_about(tmp_path, cell, said):
    path = tmp_path / "plan.csv"
    path.write_text(f",1,2,3,4,5,6\nA,T,{cell},,,,\nB,,,,,,\nC,,,,,,\nD,,,,,,\n")
    with pytest.raises(InputError) as caught:
        read_layout(path)
    assert "well A02" in str(caught.value) and said.lower() in str(caught.value).lower()
