"""Grids with blank rows between their rows: every row is read, or the file is refused."""

from pathlib import Path

import numpy as np
import pytest

from tricyclic.errors import InputError
from tricyclic.io.delimited_text import text_sheet
from tricyclic.io.grids import find_grids
from tricyclic.io.open import read_plates, read_tables
from tricyclic.io.plate_layout import read_layout

VALUES = 100.0 + np.arange(96).reshape(8, 12)


def _rows(values: np.ndarray, *, numbered: bool = True) -> list[str]:
    rows = ["," + ",".join(str(k + 1) for k in range(values.shape[1]))] if numbered else []
    return rows + [
        f"{chr(65 + r)}," + ",".join(f"{value:g}" for value in row) for r, row in enumerate(values)
    ]


def _save(folder: Path, text: str, name: str = "plate.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("between", ["\n\n", "\n,,,,,,,,,,,,\n", "\n\n\n\n"])
@pytest.mark.parametrize("numbered", [True, False])
def test_blank_rows_between_the_rows_of_a_grid(
    tmp_path: Path, between: str, numbered: bool
) -> None:
    path = _save(tmp_path, between.join(_rows(VALUES, numbered=numbered)) + "\n")
    (plate,) = read_plates(path)
    np.testing.assert_array_equal(plate.grid(), VALUES)


def test_blank_rows_between_two_plates(tmp_path: Path) -> None:
    path = _save(tmp_path, "\n\n".join([*_rows(VALUES), *_rows(VALUES + 500)]) + "\n")
    first, second = read_plates(path)
    np.testing.assert_array_equal(first.grid(), VALUES)
    np.testing.assert_array_equal(second.grid(), VALUES + 500)


def test_row_missing_after_a_blank_row_is_refused(tmp_path: Path) -> None:
    rows = _rows(VALUES)
    path = _save(tmp_path, "\n\n".join([*rows[:3], *rows[4:]]) + "\n")
    with pytest.raises(InputError, match="row D of the grid follows row B"):
        read_plates(path)


def test_blank_rows_in_a_layout(tmp_path: Path) -> None:
    rows = ["," + ",".join(str(k + 1) for k in range(12))]
    rows += [f"{letter}," + ",".join(["T"] * 12) for letter in "ABCDEFGH"]
    layout = read_layout(_save(tmp_path, "\n\n".join(rows) + "\n", "layout.csv"))
    assert len(layout.planned_wells) == 96


def test_readings_passed_over_above_the_grid_are_refused(tmp_path: Path) -> None:
    """A SoftMax spectrum: only the last block, of wavelengths, has the form of a plate."""
    lines = ["##BLOCKS= 1", "Plate:\tP1\t1.3\tPlateFormat\tSpectrum\tAbsorbance\tRaw"]
    lines.append("\tTemperature(C)\t1\t2\t3\t4\t5\t6\t")
    for wavelength in (410, 415):
        start = f"{wavelength}\t24.1\t"
        for row in range(4):
            lines.append(start + "\t".join(f"0.{row}{column}7" for column in range(6)))
            start = "\t\t"
        lines.append("")
    lines.append("\t\t" + "\t".join(str(k) for k in range(1, 7)))
    lines += ["\t\t" + "\t".join(["410", "415"] * 3)] * 4
    path = _save(tmp_path, "\n".join([*lines, "~End"]), "spectrum.txt")
    assert [plate.name for plate in read_plates(path)] == [
        f"spectrum P1 {wavelength} nm" for wavelength in (410, 415)
    ]
    with pytest.raises(InputError, match="9 rows of numbers that are not in a grid") as error:
        read_plates(path, reader="plate_grid")
    assert "rows 3, 4, 5, 6, 7, 9, 10, 11, 12" in str(error.value)
    assert "begin in line 14" in str(error.value)


REPORT = [
    "Count Time (min): 2.00",
    "",
    "Regions         LL      UL    ",
    "A               0.0     17.5",
    "B               1.5     17.5",
    "",
    "S#  Count Time  CPMA    A:2S%   CPMB   MESSAGES",
    *(f"{k}      2.00    {310 * k}      {9.5 - k}    {190 * k}" for k in range(1, 5)),
    "5      2.00    77      4.5    60  B",
]


def test_the_vials_of_a_report_are_read_and_its_regions_are_no_plate(tmp_path: Path) -> None:
    (plate,) = read_plates(_save(tmp_path, "\n".join(REPORT) + "\n", "report.txt"))
    assert [well.value for well in plate.wells if well.counted] == [310, 620, 930, 1240, 77]
    assert [well.flag for well in plate.wells if well.counted] == ["", "", "", "", "B"]
    assert (plate.unit, plate.counting_time_min) == ("cpm", 2.0)
    assert plate.unused == ("column 'CPMB'",)


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ([*REPORT, "", *REPORT[6:]], "report.txt, line 14: has 2 tables of vials"),
        ([*REPORT, "6   2.00"], "report.txt, line 13: '6 2.00' is not a vial with 5 columns"),
        ([*REPORT, REPORT[7]], "vial 1 of protocol 1 appears twice"),
    ],
)
def test_a_report_that_is_not_one_table_of_vials_is_refused(
    tmp_path: Path, lines: list[str], part: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_plates(_save(tmp_path, "\n".join(lines) + "\n", "report.txt"))
    assert part in str(caught.value)


def _labelled(labels: list[str]) -> str:
    lines = ["Plate Number\tPlate 7", "", "Results", "\t1\t2\t3\t4\t5\t6\t"]
    for row, label in enumerate(labels):
        values = "\t".join(str(100 * row + column) for column in range(1, 7))
        lines.append(f"{'ABCD'[row]}\t{values}\t{label}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("label", "unit"), [("Lum", "unknown"), ("CPM", "cpm")])
def test_label_at_the_right_of_every_row(tmp_path: Path, label: str, unit: str) -> None:
    (plate,) = read_plates(_save(tmp_path, _labelled([label] * 4), "gen5.txt"))
    expected = [[100 * row + column for column in range(1, 7)] for row in range(4)]
    np.testing.assert_array_equal(plate.grid(), expected)
    assert f"label at the right of the rows: {label}" in plate.notes
    assert plate.unit == unit


@pytest.mark.parametrize("labels", [["7", "", "", ""], ["", "3", "7", "8"]])
def test_a_number_beyond_the_columns_of_some_rows_is_refused(
    tmp_path: Path, labels: list[str]
) -> None:
    with pytest.raises(InputError, match="is beyond column 6 of the grid"):
        read_plates(_save(tmp_path, _labelled(labels), "gen5.txt"))


@pytest.mark.parametrize(
    ("labels", "cells"),
    [
        (["Lum", "Lum", "OD", "Lum"], "'Lum', 4 cells"),
        (["7"] * 4, "'7', 4 cells"),
        (["Lum", "", "", ""], "'Lum'"),
    ],
)
def test_other_cells_at_the_right_are_named(tmp_path: Path, labels: list[str], cells: str) -> None:
    (plate,) = read_plates(_save(tmp_path, _labelled(labels), "gen5.txt"))
    assert plate.grid()[3, 5] == 306
    assert f"column 8 beside the plate ({cells})" in plate.unused


def test_words_beyond_the_columns_of_a_layout_are_refused(tmp_path: Path) -> None:
    rows = [",1,2,3,4,5,6", *(f"{letter},T,T,T,T,T,T,NSB" for letter in "ABCD")]
    with pytest.raises(InputError, match="'NSB' is beyond column 6 of the grid"):
        read_layout(_save(tmp_path, "\n".join(rows) + "\n", "layout.csv"))


@pytest.mark.parametrize("order", ["AAABBB", "AABBCC", "BBAACC", "AAAAAB"])
def test_a_table_of_groups_that_are_called_by_letters_is_no_plate(tmp_path, order: str) -> None:
    rows = ["group,conc_nM,y", *(f"{letter},{k},{k * 1.5}" for k, letter in enumerate(order, 1))]
    (table,) = read_tables(_save(tmp_path, "\n".join(rows) + "\n", "groups.csv"))
    assert table.text["group"] == tuple(order)
    assert table.values["y"].tolist() == [k * 1.5 for k in range(1, 7)]


def _long_table(remarks: dict[int, str]) -> str:
    """Ten rows of an unnamed column and 7 readings, with remarks beyond an empty column."""
    rows = [
        ",".join(["", *(str(10 * row + column + 0.5) for column in range(7))]) for row in range(10)
    ]
    return "\n".join(f"{row},,{remarks[k]}" if k in remarks else row for k, row in enumerate(rows))


@pytest.mark.parametrize("remarks", [{}, {0: "hot 1 nM"}, {3: "mazindol"}, {0: "a", 3: "b"}])
def test_the_rows_of_a_table_between_remarks_are_no_plate(remarks: dict[int, str]) -> None:
    """Six rows as wide as a plate of 48 wells follow the last remark."""
    table = "x,a,b,c,d,e,f,g\n" + _long_table(remarks) + "\n"
    assert not find_grids(text_sheet(table.encode()))


@pytest.mark.parametrize(
    ("below", "shapes"),
    [
        ("", [(4, 6)]),
        ("kept,,,,,,,shaken", [(4, 6)]),
        ("90,91,92,93,94,95", []),
        ("90,91,92,93,,95,,shaken", []),
    ],
)
def test_a_row_with_a_remark_below_a_plate_is_one_more_row(below: str, shapes: list) -> None:
    rows = [",".join(str(100 * row + column) for column in range(10, 16)) for row in range(4)]
    sheet = text_sheet("\n".join([*rows, below, ""]).encode())
    assert [grid.shape for grid in find_grids(sheet)] == shapes
