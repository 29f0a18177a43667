"""Hidden rows, comments, colours, errors and percent of a workbook, each with its remark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

import tricyclic as tca
from tricyclic.core.unused import split_remarks
from tricyclic.io.open import read_plates, read_tables


def workbook(path: Path, mark: Callable[[Worksheet], None]) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "S"
    page.append(["nM", "A", "B"])
    for k in range(1, 11):
        page.append([k, k * 1.5, k / 4])
    mark(page)
    book.save(path)
    return path


def remarks(path: Path) -> tuple[str, ...]:
    (table,) = read_tables(path)
    assert len(table) == 10
    return split_remarks(table.unused)[1]


def hide_rows(page: Worksheet) -> None:
    for row in (5, 9):
        page.row_dimensions[row].hidden = True
    # An empty row may be hidden; it is not the next row with cells.
    page.row_dimensions[13].hidden = page.row_dimensions[40].hidden = True
    page["A14"] = "counted twice"


def hide_column(page: Worksheet) -> None:
    page.column_dimensions["C"].hidden = True
    page.column_dimensions["K"].hidden = True


def filter_rows(page: Worksheet) -> None:
    page.auto_filter.ref = "A1:C11"
    page.auto_filter.add_filter_column(0, ["1", "2"])
    page.row_dimensions[4].hidden = True


def strike(page: Worksheet) -> None:
    page["B4"].font = Font(strike=True)


def colour(page: Worksheet) -> None:
    for name in ("B4", "C6"):
        page[name].fill = PatternFill("solid", fgColor="FFFFFF00")
    # The heading is decoration, and so is white.
    page["A1"].fill = PatternFill("solid", fgColor="FF1F4E79")
    page["B9"].fill = PatternFill("solid", fgColor="FFFFFFFF")


def red(page: Worksheet) -> None:
    page["C3"].font = Font(color="FFFF0000")
    page["C4"].font = Font(color="FF000000")


def comment(page: Worksheet) -> None:
    page["B4"].comment = Comment("spilled, do not use", "JS")


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        (hide_rows, "2 rows are hidden (5, 9); they are read"),
        (hide_column, "1 column is hidden (C); it is read"),
        (filter_rows, "1 row is hidden by a filter (4); it is read"),
        (strike, "1 number is struck through (B4); it is read unless excluded"),
        (colour, "2 numbers are in coloured cells (B4, C6); they are read unless excluded"),
        (red, "1 number is in coloured letters (C3); it is read unless excluded"),
        (comment, "comment at B4: 'spilled, do not use'"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_a_spreadsheet_shows_is_named(tmp_path, mark, text):
    assert remarks(workbook(tmp_path / "t.xlsx", mark)) == (f"sheet 'S': {text}",)


def test_a_plain_sheet_and_one_in_colours_have_no_remark(tmp_path):
    def all_coloured(page: Worksheet) -> None:
        for row in page.iter_rows():
            for cell in row:
                cell.fill = PatternFill("solid", fgColor="FFFFF9E5")

    assert remarks(workbook(tmp_path / "plain.xlsx", lambda page: None)) == ()
    assert remarks(workbook(tmp_path / "colours.xlsx", all_coloured)) == ()


def test_errors_of_a_spreadsheet_are_missing_and_named(tmp_path):
    def errors(page: Worksheet) -> None:
        page["B3"], page["C5"] = "#N/A", "#DIV/0!"

    path = workbook(tmp_path / "t.xlsx", errors)
    (text,) = remarks(path)
    assert text == (
        "sheet 'S': 2 cells are errors of the spreadsheet (#N/A in B3, #DIV/0! in C5); missing"
    )


def test_many_comments_are_counted(tmp_path):
    def several(page: Worksheet) -> None:
        for k in range(2, 10):
            page[f"B{k}"].comment = Comment(f"note {k}", "JS")

    texts = remarks(workbook(tmp_path / "t.xlsx", several))
    assert len(texts) == 6
    assert texts[-1] == "sheet 'S': 3 more comments"


def test_numbers_shown_as_percent_are_percent(tmp_path):
    def percent(page: Worksheet) -> None:
        for row in range(2, 12):
            page[f"C{row}"].number_format = "0.0%"
            page[f"B{row}"].number_format = '0.0"%"'

    (table,) = read_tables(workbook(tmp_path / "t.xlsx", percent))
    # 0.25 is shown as 25.0 %, and a quoted sign in the other format changes nothing.
    assert list(table.values["B"][:3]) == [25.0, 50.0, 75.0]
    assert list(table.values["A"][:2]) == [1.5, 3.0]
    assert (table.units["B"], table.units["A"]) == ("%", "unknown")
    assert "columns shown as percent, 0.45 read as 45 %: 'B'" in table.notes


def test_remarks_reach_a_plate_and_the_result_of_a_command(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page.append([None, *range(1, 13)])
    for k, letter in enumerate("ABCDEFGH"):
        page.append([letter, *[1000 + 12 * k + c for c in range(12)]])
    page.row_dimensions[3].hidden = True
    book.save(tmp_path / "plate.xlsx")
    (plate,) = read_plates(tmp_path / "plate.xlsx")
    assert split_remarks(plate.unused)[1] == ("sheet 'Sheet': 1 row is hidden (3); it is read",)
    path = workbook(tmp_path / "t.xlsx", strike)
    result = tca.fit(path, "straight_line")
    assert "remark    sheet 'S': 1 number is struck through (B4)" in result.summary()
