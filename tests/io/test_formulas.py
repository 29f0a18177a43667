"""Formulas of a workbook without their results, as programs write them that do not calculate."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

import tricyclic as tca
from tricyclic.core.formulas import is_formula
from tricyclic.core.unused import split_remarks
from tricyclic.errors import InputError
from tricyclic.io.open import read_plates, read_tables

DOSES = np.array([0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000])
KI_nM = 2.5


def sheet(path: Path, change: Callable[[Worksheet], None]) -> Path:
    """Exact competition of Ki 2.5 nM at a radioligand of its Kd, in duplicate."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "S"
    page.append(["Desipramine nM", "cpm 1", "cpm 2"])
    for dose in DOSES:
        y = 300 + 2700 / (1 + dose / (2 * KI_nM))
        page.append([float(dose), round(y * 1.01, 1), round(y / 1.01, 1)])
    change(page)
    book.save(path)
    return path


def ki(path: Path) -> tca.BindingResult:
    return tca.affinity(path, radioligand_nM=1, kd_nM=1, unit="cpm")


def message(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        ki(path)
    return str(caught.value)


def means(page: Worksheet) -> None:
    page["D1"] = "mean"
    for row in range(2, 11):
        page[f"D{row}"] = f"=AVERAGE(B{row}:C{row})"


def test_a_column_of_formulas_that_is_not_used_is_named_and_left(tmp_path):
    result = ki(sheet(tmp_path / "s.xlsx", means))
    plain = ki(sheet(tmp_path / "plain.xlsx", lambda page: None))
    assert result.estimates[0].value == plain.estimates[0].value == pytest.approx(KI_nM, rel=0.01)
    parts, remarks = split_remarks(result.study.unused)
    assert any("column 'mean'" in part for part in parts)
    assert any(
        "9 formulas have no result in the file (=AVERAGE(B2:C2) in D2, D3, D4, D5, D6, D7, …)"
        in remark
        for remark in remarks
    )


def test_a_formula_among_readings_doses_or_names_is_refused(tmp_path):
    def reading(page: Worksheet) -> None:
        page["B4"] = "=3000-12"

    def dose(page: Worksheet) -> None:
        page["A4"] = "=A3*3"

    def run(page: Worksheet) -> None:
        page["D1"] = "Run"
        for row in range(2, 11):
            page[f"D{row}"] = "=D2" if row > 2 else "r1"

    end = "has no result in the file. Open the file in a spreadsheet program and save it."
    for change, place, formula in (
        (reading, "row 4, column 'cpm 1'", "=3000-12"),
        (dose, "row 4, column 'Desipramine nM'", "=A3*3"),
        (run, "row 3, column 'Run'", "=D2"),
    ):
        text = message(sheet(tmp_path / "s.xlsx", change))
        assert text.endswith(f"sheet 'S', {place}: the formula {formula} {end}")


def test_a_result_that_is_an_empty_text_is_a_result(tmp_path):
    """=IF(B2="","",B2/2) has the result "", which is no missing result."""
    path = sheet(tmp_path / "s.xlsx", means)
    changed = tmp_path / "saved.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for info in old.infolist():
            part = old.read(info)
            if info.filename.endswith("sheet1.xml"):
                part = re.sub(
                    rb'<c r="(D[0-9]+)"><f>([^<]*)</f>(?:<v ?/>|<v></v>)</c>',
                    rb'<c r="\1" t="str"><f>\2</f><v></v></c>',
                    part,
                )
            new.writestr(info, part)
    (table,) = read_tables(changed)
    assert split_remarks(table.unused)[1] == ()
    assert set(table.text["mean"]) == {""}


def test_a_result_of_0_of_a_workbook_that_was_never_calculated_is_none(tmp_path):
    """XlsxWriter stores 0 for each formula, and leaves it to Excel to calculate at opening."""
    path, zeros = sheet(tmp_path / "s.xlsx", means), tmp_path / "zeros.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(zeros, "w") as new:
        for info in old.infolist():
            part = old.read(info)
            if info.filename.endswith("sheet1.xml"):
                part = re.sub(rb"</f>(?:<v ?/>|<v></v>)", b"</f><v>0</v>", part)
                assert part.count(b"<v>0</v>") == 9
            new.writestr(info, part)
    with zipfile.ZipFile(zeros) as archive:
        assert b'fullCalcOnLoad="1"' in archive.read("xl/workbook.xml")
    (table,) = read_tables(zeros)
    assert table.text["mean"][0] == "=AVERAGE(B2:C2)"


def test_a_formula_in_a_well_is_no_word_for_a_missing_reading(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page.append([None, *range(1, 13)])
    for k, letter in enumerate("ABCDEFGH"):
        page.append([letter, *[1000 + 12 * k + c for c in range(12)]])
    page["N2"] = "=SUM(B2:M2)"
    book.save(tmp_path / "plate.xlsx")
    (plate,) = read_plates(tmp_path / "plate.xlsx")
    assert len([well for well in plate.wells if well.counted]) == 96
    page["C4"] = "=C3+1"
    book.save(tmp_path / "plate.xlsx")
    with pytest.raises(InputError, match="the formula =C3\\+1 has no result in the file"):
        read_plates(tmp_path / "plate.xlsx")


def test_a_formula_on_another_sheet_changes_nothing(tmp_path):
    path = sheet(
        tmp_path / "t.xlsx",
        lambda page: page.parent.create_sheet("Sums").__setitem__("A1", "=1+1"),
    )
    assert ki(path).estimates[0].value == pytest.approx(KI_nM, rel=0.01)


def test_what_a_formula_is():
    assert all(map(is_formula, ("=A1", "=-B2", '="x"&A1', "=(1+2)/3")))
    assert not any(map(is_formula, ("", "=", "==", "=>10", "= ", "a=b", "5")))
