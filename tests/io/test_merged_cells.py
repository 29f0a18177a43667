"""Merged cells of workbooks are read as a spreadsheet program shows them."""

from pathlib import Path

import openpyxl
import pytest

from tricyclic.errors import InputError
from tricyclic.fitting.curve_fits import CurveFitResult
from tricyclic.io.merged_cells import MergedArea, fill_merged
from tricyclic.io.open import read_plates, read_tables
from tricyclic.io.plate_layout import read_layout
from tricyclic.workflows.curves.fit import run
from tricyclic.workflows.curves.options import FitOptions


def _book(folder: Path, rows: list[list[object]], merged: list[str], name: str = "book") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(folder / f"{name}.xlsx")
    return folder / f"{name}.xlsx"


def _layout_rows() -> list[list[object]]:
    rows: list[list[object]] = [["", *range(1, 7)]]
    for letter in "AB":
        rows.append([letter, *(f"nisoxetine {10**k} nM" for k in range(5)), "T"])
    rows += [["C", "NSB", "NSB", "NSB", "T", "T", "T"], ["D", *[""] * 6]]
    return rows


def test_merged_layout_equals_the_same_layout_unmerged(tmp_path: Path) -> None:
    merged = ["B2:B3", "C2:C3", "D2:D3", "E2:E3", "F2:F3", "G2:G3", "B4:D4", "E4:G4"]
    filled = read_layout(_book(tmp_path, _layout_rows(), merged, "merged"))
    plain = read_layout(_book(tmp_path, _layout_rows(), [], "plain"))
    assert filled.planned_wells == plain.planned_wells
    assert len(filled.planned_wells) == 18


def test_merged_title_above_a_plate_stays_one_cell(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Plate 1 (dpm)", *[""] * 6], ["", *range(1, 7)]]
    rows += [[letter, *range(10, 16)] for letter in "ABCD"]
    (plate,) = read_plates(_book(tmp_path, rows, ["A1:G1"]))
    assert (plate.unit, plate.size, sum(well.counted for well in plate.wells)) == ("dpm", 24, 24)
    assert not any("merged" in note for note in plate.notes)


def test_merged_readings_of_a_plate_are_refused(tmp_path: Path) -> None:
    rows: list[list[object]] = [["", *range(1, 7)]]
    rows += [[letter, *range(10, 16)] for letter in "ABCD"]
    with pytest.raises(InputError, match="'10' is one merged cell over 3 readings"):
        read_plates(_book(tmp_path, rows, ["B2:B4"]))


def test_merged_readings_of_a_list_are_refused(tmp_path: Path) -> None:
    rows: list[list[object]] = [["well", "cpm"], ["A1", 200], ["A2", ""], ["A3", 300]]
    with pytest.raises(InputError, match="'200' is one merged cell over 2 readings"):
        read_plates(_book(tmp_path, rows, ["B2:B3"]))


def test_merged_plate_names_of_a_list_belong_to_each_well(tmp_path: Path) -> None:
    rows: list[list[object]] = [["plate", "well", "cpm"]]
    rows += [["P1", "A1", 200], ["", "A2", 210], ["P2", "A1", 300], ["", "A2", 310]]
    first, second = read_plates(_book(tmp_path, rows, ["A2:A3", "A4:A5"]))
    assert [well.value for well in first.wells] == [200, 210]
    assert [well.value for well in second.wells] == [300, 310]


def test_merged_dose_of_a_table_belongs_to_each_row(tmp_path: Path) -> None:
    rows: list[list[object]] = [["conc_nM", "response"]]
    rows += [[1, 98.5], ["", 99.5], [10, 50.5], ["", 51.5]]
    (table,) = read_tables(_book(tmp_path, rows, ["A2:A3", "A4:A5"]))
    assert table.numbers("conc_nM").tolist() == [1, 1, 10, 10]
    assert "merged areas, read with their text in each cell: 2" in table.notes


def test_huge_merged_area_is_refused() -> None:
    rows = [["conc_nM", "response"], ["1", "98.5"]]
    with pytest.raises(InputError, match="merged areas of more than 100000 cells"):
        fill_merged(rows, [MergedArea(1, 1, 40_000, 700)], "Sheet")


@pytest.mark.parametrize("area", ["B3:C3", "B3:B4", "B3:C4"])
def test_a_merged_reading_of_a_table_is_not_counted_twice(tmp_path: Path, area: str) -> None:
    rows: list[list[object]] = [["conc_nM", "a", "b"]]
    rows += [[10.0**k, 100 - 15 * k, 99 - 14 * k] for k in range(7)]
    table = str(_book(tmp_path, rows, [area]))
    options = FitOptions(table, curve="logistic_4pl", y=("a", "b"), x=("concentration_M=conc_nM",))
    with pytest.raises(InputError, match=r"is one merged cell over [24] readings") as error:
        run(options)
    assert "row 3, column 'a'" in str(error.value)


def test_a_merged_cell_of_which_one_reading_is_used_is_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [["conc_nM", "a", "note"]]
    rows += [[10.0**k, 100 - 15 * k, "x"] for k in range(7)]
    table = str(_book(tmp_path, rows, ["B3:C3", "C5:C8"]))
    options = FitOptions(table, curve="logistic_4pl", y=("a",), x=("concentration_M=conc_nM",))
    result = run(options)
    assert isinstance(result, CurveFitResult)
    assert result.fit.n == 7
