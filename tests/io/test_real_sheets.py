"""Sheets as a laboratory writes them: titles, merged headings, remarks, lists beside the plate."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from tricyclic.core.plate import Plate, Role
from tricyclic.errors import InputError
from tricyclic.io.open import read_plates
from tricyclic.io.plate_layout import read_layout
from tricyclic.io.sheet_layout import layout_in_file

DOSES_uM = (10.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.0003)
VALUES = 100.0 + np.arange(64).reshape(8, 8)
HEADINGS = ("Total", "NSB", "DMI", "DMI", "DMI", "IMI", "IMI", "IMI")


def laboratory_sheet(
    folder: Path, change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None] | None = None
) -> Path:
    """The sheet of a bench pharmacologist: title, headings, doses beside, a word in a well."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "NET 12Nov"
    sheet["A1"] = "NET binding, 12 Nov 2026"
    sheet.merge_cells("A1:M1")
    sheet["A2"] = "Prepared by J. Smith"
    sheet["B4"], sheet["C4"], sheet["D4"], sheet["G4"] = "Total", "NSB", "DMI", "IMI"
    sheet.merge_cells("D4:F4")
    sheet.merge_cells("G4:I4")
    sheet["O4"] = "conc (uM)"
    for column in range(12):
        sheet.cell(5, 2 + column, column + 1)
    for row in range(8):
        sheet.cell(6 + row, 1, "ABCDEFGH"[row])
        sheet.cell(6 + row, 15, DOSES_uM[row])
        for column in range(8):
            sheet.cell(6 + row, 2 + column, float(VALUES[row, column]))
    sheet["H10"] = "spilled"
    sheet["A15"] = "E7 was spilled"
    other = book.create_sheet("BCA")
    for row in (["BCA protein"], ["std (ug/mL)", "A562"], [0, 0.1], [100, 0.3]):
        other.append(row)
    if change:
        change(sheet)
    path = folder / "NET_12Nov.xlsx"
    book.save(path)
    return path


def planned(plate: Plate, path: Path) -> dict[str, tuple[Role, str, float]]:
    layout = layout_in_file(path, plate)
    assert layout is not None
    return {
        name: (well.role, well.compound, well.concentration_M)
        for name, well in layout.planned_wells.items()
    }


def test_a_laboratory_sheet_is_read_and_what_is_no_well_is_named(tmp_path):
    (plate,) = read_plates(laboratory_sheet(tmp_path))
    expected = np.full((8, 12), np.nan)
    expected[:, :8] = VALUES
    expected[4, 6] = np.nan
    np.testing.assert_array_equal(plate.grid(), expected)
    assert plate.unit == "unknown"
    assert "text instead of a reading, read as missing: E07 'spilled'" in plate.notes
    assert plate.unused == (
        "column O beside the plate ('conc (uM)', 8 cells)",
        "sheet 'BCA (no plate)'",
    )


def test_headings_and_the_list_beside_the_plate_are_a_layout(tmp_path):
    path = laboratory_sheet(tmp_path)
    (plate,) = read_plates(path)
    wells = planned(plate, path)
    for row, dose in enumerate(DOSES_uM):
        name = "ABCDEFGH"[row]
        assert wells[f"{name}01"] == (Role.TOTAL, "", 0.0)
        assert wells[f"{name}02"] == (Role.NON_SPECIFIC, "", 0.0)
        for column, compound in enumerate(HEADINGS[2:], 3):
            role, drug, molar = wells[f"{name}{column:02d}"]
            assert (role, drug) == (Role.COMPETITION, compound)
            assert molar == pytest.approx(dose * 1e-6, rel=1e-12)
    assert len(wells) == 64


def _doses_in_rows(sheet):
    """The plate turned: doses above the columns, roles left of the rows."""
    for row in sheet["B4:I4"]:
        for cell in row:
            if not isinstance(cell, openpyxl.cell.cell.MergedCell):
                cell.value = None
    for area in list(sheet.merged_cells.ranges)[:]:
        if area.min_row == 4:
            sheet.unmerge_cells(str(area))
    sheet["O4"] = None
    for row in range(8):
        sheet.cell(6 + row, 15).value = HEADINGS[row]
        sheet.cell(4, 2 + row, DOSES_uM[row])
    sheet["A4"] = "conc (uM)"


def test_doses_above_the_columns_and_roles_beside_the_rows(tmp_path):
    path = laboratory_sheet(tmp_path, _doses_in_rows)
    (plate,) = read_plates(path)
    wells = planned(plate, path)
    assert wells["A01"][0] is Role.TOTAL and wells["B08"][0] is Role.NON_SPECIFIC
    assert wells["C05"][:2] == (Role.COMPETITION, "DMI")
    assert wells["H05"][1] == "IMI"
    assert wells["C05"][2] == pytest.approx(DOSES_uM[4] * 1e-6, rel=1e-12)


def _set(cell, value):
    return lambda sheet: sheet.__setitem__(cell, value)


@pytest.mark.parametrize(
    ("cell", "value", "note"),
    [
        ("B7", "bubble", "text instead of a reading, read as missing: B01 'bubble'"),
        ("B7", "x", "text instead of a reading, read as missing: B01 'x'"),
        ("B7", "#DIV/0!", "text instead of a reading, read as missing: B01 '#DIV/0!'"),
        ("B7", "see note 2", "text instead of a reading, read as missing: B01 'see note 2'"),
        ("B7", "n.a.", "not counted: 2 of 64 wells"),
    ],
)
def test_words_in_a_well_are_missing_with_a_remark(tmp_path, cell, value, note):
    (plate,) = read_plates(laboratory_sheet(tmp_path, _set(cell, value)))
    by_name = {well.name: well for well in plate.wells}
    assert not by_name["B01"].counted
    assert any(
        note.removeprefix("text instead of a reading, read as missing: ") in text
        for text in plate.notes
    )


@pytest.mark.parametrize("value", ["1O23", "12.3.4", "l234", "1234 cpm", "٣٤٥"])
def test_a_damaged_number_in_a_well_is_refused(tmp_path, value):
    with pytest.raises(InputError, match=r"well B01: '.*' is not a number"):
        read_plates(laboratory_sheet(tmp_path, _set("B7", value)))


def test_rows_of_means_below_are_named_and_bare_numbers_are_refused(tmp_path):
    def means(label):
        def change(sheet):
            sheet["A16"] = label
            for column in range(12):
                sheet.cell(16, 2 + column, 5.0 + column)

        return change

    (plate,) = read_plates(laboratory_sheet(tmp_path, means("Mean")))
    assert "'Mean' (sheet 'NET 12Nov', row 16)" in plate.unused
    with pytest.raises(InputError, match="rows of numbers that are not in a grid"):
        read_plates(laboratory_sheet(tmp_path, means(None)))


def test_a_computed_block_is_named_and_is_no_second_plate(tmp_path):
    def change(sheet):
        sheet["A20"] = "% of control"
        for column in range(8):
            sheet.cell(21, 2 + column, column + 1)
            for row in range(8):
                sheet.cell(22 + row, 1, "ABCDEFGH"[row])
                sheet.cell(22 + row, 2 + column, 50.0)

    (plate,) = read_plates(laboratory_sheet(tmp_path, change))
    assert plate.grid()[0, 0] == VALUES[0, 0]
    assert "block '% of control' (sheet 'NET 12Nov', row 21)" in plate.unused


def test_two_plates_side_by_side_are_two_plates(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["J1"] = "Plate 1 (cpm)", "Plate 2 (cpm)"
    for start, add in ((1, 0), (10, 500)):
        for column in range(6):
            sheet.cell(2, start + 1 + column, column + 1)
        for row in range(4):
            sheet.cell(3 + row, start, "ABCD"[row])
            for column in range(6):
                sheet.cell(3 + row, start + 1 + column, 100 + add + 10 * row + column)
    book.save(tmp_path / "two.xlsx")
    first, second = read_plates(tmp_path / "two.xlsx")
    assert (first.name, second.name) == ("two 1", "two 2")
    np.testing.assert_array_equal(second.grid() - first.grid(), 500.0)
    assert first.unused == second.unused == ()
    assert first.unit == "cpm"


def test_a_layout_sheet_in_the_workbook_is_the_layout(tmp_path):
    path = laboratory_sheet(tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet("Layout")
    sheet.append(["", *range(1, 13)])
    for row in range(8):
        sheet.append(["ABCDEFGH"[row], "T", "NSB mazindol 10 uM", *["DMI"] * 3, "NIS 1 nM"])
    book.save(path)
    (plate,) = read_plates(path)
    assert "block (sheet 'Layout', row 1)" in plate.unused
    wells = planned(plate, path)
    assert wells["C02"] == (Role.NON_SPECIFIC, "mazindol", 1e-5)
    assert wells["C04"][:2] == (Role.COMPETITION, "DMI")
    assert wells["C04"][2] == pytest.approx(3e-7)
    assert wells["C06"] == (Role.COMPETITION, "NIS", 1e-9)


@pytest.mark.parametrize("suffix", ["toml", "csv"])
def test_a_layout_takes_concentrations_from_the_list_beside_the_plate(tmp_path, suffix):
    (plate,) = read_plates(laboratory_sheet(tmp_path))
    path = tmp_path / f"layout.{suffix}"
    if suffix == "toml":
        path.write_text(
            'plate = 96\n[[block]]\nwells = "A3:H5"\nrole = "competition"\ncompound = "DMI"\n'
        )
    else:
        rows = [f"{row},,,DMI,DMI,DMI,,,,,,," for row in "ABCDEFGH"]
        path.write_text("\n".join(["," + ",".join(map(str, range(1, 13))), *rows]) + "\n")
    layout = read_layout(path, beside=plate.headings.lists)
    wells = layout.planned_wells
    assert len(wells) == 24
    assert wells["E04"].concentration_M == pytest.approx(3e-8)
    assert layout.notes == ("wells described by column O beside the plate ('conc (uM)', 8 cells)",)
    with pytest.raises(InputError):
        read_layout(path)


def test_lists_for_two_compounds_are_chosen_by_their_headings(tmp_path):
    def change(sheet):
        sheet["O4"] = "DMI (uM)"
        sheet["P4"] = "IMI, nM"
        for row in range(8):
            sheet.cell(6 + row, 16, 7.0 + row)

    path = laboratory_sheet(tmp_path, change)
    (plate,) = read_plates(path)
    wells = planned(plate, path)
    assert wells["C03"][2] == pytest.approx(DOSES_uM[2] * 1e-6)
    assert wells["C06"][2] == pytest.approx(9e-9)


def test_a_list_without_a_unit_is_no_layout_and_the_message_shows_how(tmp_path):
    path = laboratory_sheet(tmp_path, _set("O4", "conc"))
    (plate,) = read_plates(path)
    with pytest.raises(InputError) as caught:
        layout_in_file(path, plate)
    assert str(caught.value) == (
        "NET_12Nov: the heading 'DMI' is a compound, and no list beside the plate has its "
        "concentrations. A list has numbers and a unit of concentration, which column O beside "
        "the plate ('conc', 8 cells) has not. Write the unit into the heading of the list, such "
        "as conc (uM); or add --layout FILE."
    )


WORDS = ("spilled", "bubble", "lost", "x", "n.a.", "-", "")


def _random_sheet(path: Path, rng: random.Random) -> np.ndarray:
    """A workbook with one plate among other things; gives the readings that it contains."""
    rows, columns = rng.choice([(4, 6), (8, 12), (16, 24)])
    values = np.array(
        [
            [rng.randrange(1, 10**6) / rng.choice([1, 10]) for _ in range(columns)]
            for _ in range(rows)
        ]
    )
    top, left = rng.randrange(2, 9), rng.randrange(1, 4)
    book = openpyxl.Workbook()
    sheet = book.active
    if rng.random() < 0.7:
        sheet.cell(1, rng.randrange(1, 4), "Binding of 12 November")
        if rng.random() < 0.5:
            sheet.merge_cells(start_row=1, start_column=5, end_row=1, end_column=9)
    numbered = rng.random() < 0.8
    for column in range(columns):
        if numbered:
            sheet.cell(top, left + 1 + column, column + 1)
        if rng.random() < 0.3 and top > 2:
            sheet.cell(top - 1, left + 1 + column, rng.choice(["Total", "NSB", "DMI"]))
    for row in range(rows):
        sheet.cell(top + 1 + row, left, "ABCDEFGHIJKLMNOP"[row])
        for column in range(columns):
            cell: float | str = float(values[row, column])
            if rng.random() < 0.03 and 0 < column < columns - 1:
                cell, values[row, column] = rng.choice(WORDS), np.nan
            sheet.cell(top + 1 + row, left + 1 + column, cell if cell != "" else None)
    if rng.random() < 0.5:
        at = left + columns + rng.randrange(2, 4)
        sheet.cell(top, at, rng.choice(["conc (nM)", "dose", "uM"]))
        for row in range(rows):
            sheet.cell(top + 1 + row, at, 10.0 / 3**row)
    if rng.random() < 0.5:
        sheet.cell(top + rows + 3, 1, "note: plate 2 was lost")
    if rng.random() < 0.3:
        sheet.cell(top + rows + 4, max(left, 1), "Mean")
        for column in range(columns):
            sheet.cell(top + rows + 4, left + 1 + column, 5.0)
    if rng.random() < 0.5:
        book.create_sheet("Notes").append(["buffer", "Tris"])
    book.save(path)
    return values


@pytest.mark.parametrize("seed", range(60))
def test_every_reading_of_a_random_sheet_is_read_once(tmp_path, seed):
    path = tmp_path / "sheet.xlsx"
    values = _random_sheet(path, random.Random(f"sheet {seed}"))
    (plate,) = read_plates(path)
    np.testing.assert_array_equal(plate.grid()[: values.shape[0], : values.shape[1]], values)
    assert np.isfinite(plate.grid()).sum() == np.isfinite(values).sum()


def test_numbers_of_replicates_in_headings_are_no_names(tmp_path):
    def change(sheet):
        for area in [str(one) for one in sheet.merged_cells.ranges if one.min_row == 4]:
            sheet.unmerge_cells(area)
        names = ("Total 1", "NSB 1", "DMI 1", "DMI 2", "DMI 3", "RTI 55", "RTI 55", "RTI 55")
        for column, name in enumerate(names):
            sheet.cell(4, 2 + column, name)

    path = laboratory_sheet(tmp_path, change)
    (plate,) = read_plates(path)
    wells = planned(plate, path)
    assert wells["A01"][0] is Role.TOTAL and wells["A02"][0] is Role.NON_SPECIFIC
    assert {well[1] for well in wells.values()} == {"", "DMI", "RTI 55"}


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("conc (nM)", lambda dose: dose * 1e3),
        ("log [drug] (M)", lambda dose: float(np.log10(dose * 1e-6))),
        ("", lambda dose: f"{dose} uM"),
        ("[drug], µM", lambda dose: dose),
    ],
)
def test_units_of_the_list_beside_the_plate(tmp_path, heading, value):
    def change(sheet):
        sheet["O4"] = heading or None
        for row, dose in enumerate(DOSES_uM):
            sheet.cell(6 + row, 15, value(dose))

    path = laboratory_sheet(tmp_path, change)
    (plate,) = read_plates(path)
    wells = planned(plate, path)
    for row, dose in enumerate(DOSES_uM):
        assert wells[f"{'ABCDEFGH'[row]}03"][2] == pytest.approx(dose * 1e-6, rel=1e-9)


@pytest.mark.parametrize(
    ("heading", "field", "factor"),
    [("[3H]nisoxetine (nM)", "radioligand_nM", 1.0), ("time (h)", "time_min", 60.0)],
)
def test_radioligand_or_time_of_the_rows(tmp_path, heading, field, factor):
    def change(sheet):
        for area in [str(one) for one in sheet.merged_cells.ranges if one.min_row == 4]:
            sheet.unmerge_cells(area)
        for column in range(8):
            sheet.cell(4, 2 + column, "Total" if column < 4 else "NSB")
        sheet["O4"] = heading

    path = laboratory_sheet(tmp_path, change)
    (plate,) = read_plates(path)
    layout = layout_in_file(path, plate)
    assert layout is not None
    for row, dose in enumerate(DOSES_uM):
        well = layout.planned_wells[f"{'ABCDEFGH'[row]}01"]
        assert well.role is Role.TOTAL
        assert getattr(well, field) == pytest.approx(dose * factor)


def plate_at(sheet: openpyxl.worksheet.worksheet.Worksheet, left: int, factor: float) -> None:
    """A plate with headings, its first column `left`, and its own list 14 columns further."""
    for column, text in enumerate(HEADINGS):
        sheet.cell(1, left + 1 + column, text)
    sheet.cell(1, left + 14, "conc (nM)")
    for column in range(12):
        sheet.cell(2, left + 1 + column, column + 1)
    for row in range(8):
        sheet.cell(3 + row, left, "ABCDEFGH"[row])
        sheet.cell(3 + row, left + 14, factor * 10.0**row)
        for column in range(8):
            sheet.cell(3 + row, left + 1 + column, float(factor * VALUES[row, column]))


@pytest.mark.parametrize("at_left", [False, True])
def test_each_of_two_plates_side_by_side_has_its_own_list(tmp_path, at_left):
    book = openpyxl.Workbook()
    sheet = book.active
    plate_at(sheet, 2, 1.0)
    plate_at(sheet, 19, 2.0)
    if at_left:  # each list before its plate: in column A, and in the column before the second
        for row in (1, *range(3, 11)):
            for left in (2, 19):
                sheet.cell(row, left - 1, sheet.cell(row, left + 14).value)
                sheet.cell(row, left + 14).value = None
    book.save(tmp_path / "two.xlsx")
    plates = read_plates(tmp_path / "two.xlsx")
    assert len(plates) == 2
    for plate, factor in zip(plates, (1.0, 2.0), strict=True):
        wells = planned(plate, tmp_path / "two.xlsx")
        for row in range(8):
            expected = (Role.COMPETITION, "DMI", pytest.approx(factor * 10.0**row * 1e-9))
            assert wells[f"{'ABCDEFGH'[row]}03"] == expected
        assert sum("beside the plate" in part for part in plate.unused) == 1


def test_one_list_is_of_both_plates_beside_it(tmp_path):
    book = openpyxl.Workbook()
    plate_at(book.active, 2, 1.0)
    plate_at(book.active, 19, 2.0)
    for row in (1, *range(3, 11)):
        book.active.cell(row, 33).value = None
    book.save(tmp_path / "two.xlsx")
    for plate in read_plates(tmp_path / "two.xlsx"):
        assert planned(plate, tmp_path / "two.xlsx")["C04"][2] == pytest.approx(100e-9)


@pytest.mark.parametrize(
    ("heading", "named"),
    [
        ("conc (mg)", "which column O beside the plate ('conc (mg)', 8 cells) has not"),
        ("conc", "which column O beside the plate ('conc', 8 cells) has not"),
    ],
)
def test_a_list_without_a_concentration_is_named_in_the_refusal(tmp_path, heading, named):
    def change(sheet):
        sheet["O4"] = heading

    path = laboratory_sheet(tmp_path, change)
    (plate,) = read_plates(path)
    with pytest.raises(InputError) as error:
        layout_in_file(path, plate)
    assert named in str(error.value)
    assert "Write the unit into the heading of the list" in str(error.value)


def test_lists_of_which_none_names_the_compound_are_named_in_the_refusal(tmp_path):
    def change(sheet):
        sheet["O4"], sheet["P4"] = "dose (uM)", "other dose (uM)"
        for row in range(8):
            sheet.cell(6 + row, 16, DOSES_uM[row])

    path = laboratory_sheet(tmp_path, change)
    (plate,) = read_plates(path)
    with pytest.raises(InputError, match="neither heading names DMI") as error:
        layout_in_file(path, plate)
    assert "such as DMI (uM)" in str(error.value)


def as_text(sheet: openpyxl.worksheet.worksheet.Worksheet, write: Callable[[float], str]) -> None:
    for row in range(6, 14):
        for column in range(2, 10):
            cell = sheet.cell(row, column)
            if isinstance(cell.value, float):
                cell.value = write(cell.value)


def test_numbers_that_are_texts_with_a_decimal_comma_are_read(tmp_path):
    """The doses beside them are numbers, whose text has a point."""

    def with_comma(value: float) -> str:
        return f"{value + 0.5:.1f}".replace(".", ",")

    path = laboratory_sheet(tmp_path, lambda sheet: as_text(sheet, with_comma))
    (plate,) = read_plates(path)
    expected = VALUES + 0.5
    expected[4, 6] = np.nan
    np.testing.assert_array_equal(plate.grid()[:, :8], expected)
    assert planned(plate, path)["C03"][2] == pytest.approx(0.3e-6)


def test_a_text_that_may_be_two_numbers_is_refused_in_a_workbook_too(tmp_path):
    path = laboratory_sheet(tmp_path, lambda s: as_text(s, lambda v: f"{1000 + v:,.0f}"))
    with pytest.raises(InputError, match=r"'1,100' is a text and may be 1100 or 1\.100"):
        read_plates(path)


def test_a_date_in_a_well_is_called_a_date(tmp_path):
    def change(sheet):
        sheet["D8"] = datetime.datetime(2026, 4, 3)

    with pytest.raises(InputError, match="well C03: '2026-04-03' is a date, not a number"):
        read_plates(laboratory_sheet(tmp_path, change))


def test_a_workbook_without_cells_is_called_empty(tmp_path):
    openpyxl.Workbook().save(tmp_path / "none.xlsx")
    with pytest.raises(InputError) as error:
        read_plates(tmp_path / "none.xlsx")
    assert str(error.value) == "none.xlsx: is an empty workbook. Save it again with its data."


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("NET binding, 12 Nov 2026, CPM", "cpm"),
        ("operator: JS; read for 1 min in the counter; dpm", "dpm"),
        ("NET binding, 12 Nov 2026, 0.5 nM", "unknown"),
        ("shaken for 5 min, 37 C", "unknown"),
    ],
)
def test_a_title_above_a_plate_may_end_in_the_unit(tmp_path, title, unit):
    path = laboratory_sheet(tmp_path, lambda sheet: sheet.__setitem__("A2", title))
    (plate,) = read_plates(path)
    assert plate.unit == unit
    note = f"unit of the readings {unit}, from the text above '{title[:20]}"
    assert any(one.startswith(note) for one in plate.notes) == (unit != "unknown")
    # What the user states is never contradicted by a title.
    assert read_plates(path, unit="counts")[0].unit == "counts"
