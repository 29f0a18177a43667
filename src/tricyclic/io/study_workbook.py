"""A workbook with a plate, its layout and the conditions on three sheets: written as a template for
people who work in a spreadsheet program, and its conditions read.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tricyclic.core.plate import PLATE_SHAPES, row_letters
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.base import RawFile
from tricyclic.io.delimited_text import Sheet
from tricyclic.io.files import at_file, read_bytes
from tricyclic.io.write_workbook import fill_cell, saved_bytes
from tricyclic.io.xlsx import is_zip
from tricyclic.numerals import parse_number

CONDITIONS_SHEET = "Conditions"
_HEAD = ("condition", "value", "unit")
_DARK, _PALE, _INPUT = "1F4E79", "EEF2F6", "FFF9E5"
# Words of a layout -> colour of their cells.
_COLOURS = (("Total", "DCE9F7"), ("NSB", "E3E3E3"), ("Blank", "F4F4F4"), ("Empty", "FFFFFF"))
_COMPOUND_COLOUR = "E2F0D9"


@dataclass(frozen=True)
class ConditionRow:
    """A row of the sheet of conditions.

    Parameters
    ----------
    label : str
        As people read it ("Kd of the radioligand").
    name : str
        Field of the conditions or of the study ("radioligand_kd_nM").
    unit : str
        Unit of a number; "" for a text.
    units : tuple of str
        Units to choose from.
    choices : tuple of str
        Words to choose from.
    help : str
        One sentence.
    """

    label: str
    name: str
    unit: str = ""
    units: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    help: str = ""


_MOLAR = ("pM", "nM", "uM")
ROWS: tuple[ConditionRow, ...] = (
    ConditionRow(
        "Experiment",
        "kind",
        choices=(
            "competition",
            "saturation",
            "homologous",
            "association",
            "dissociation",
            "association_then_dissociation",
        ),
        help="What is on the plate",
    ),
    ConditionRow("Title", "title", help="Heading of the report"),
    ConditionRow("Author", "author"),
    ConditionRow("Unit of the readings", "unit", choices=("cpm", "dpm", "counts")),
    ConditionRow("Target", "target", help="Binding site, such as NET"),
    ConditionRow("Radioligand", "radioligand", help="With its isotope: [3H]nisoxetine"),
    ConditionRow(
        "Radioligand added",
        "radioligand_nM",
        "nM",
        _MOLAR,
        help="In the well; not for a saturation",
    ),
    ConditionRow(
        "Kd of the radioligand",
        "radioligand_kd_nM",
        "nM",
        _MOLAR,
        help="With its error if known: 0.8 +/- 0.1",
    ),
    ConditionRow(
        "Specific activity", "specific_activity_Ci_per_mmol", "Ci/mmol", ("Ci/mmol", "TBq/mmol")
    ),
    ConditionRow("Date of the specific activity", "reference_date", help="From the vial"),
    ConditionRow("Date of the assay", "assay_date"),
    ConditionRow(
        "Counting efficiency", "counting_efficiency", "%", ("%",), help="Counts per decay"
    ),
    ConditionRow("Counting time", "counting_time_min", "min", ("s", "min"), help="Of each well"),
    ConditionRow("Background of the counter", "background_cpm", "cpm"),
    ConditionRow("Volume of a well", "volume_uL", "uL", ("uL", "mL")),
    ConditionRow("Protein in a well", "protein_ug", "ug", ("ug", "mg")),
    ConditionRow("Drug of the non-specific wells", "nsb_drug"),
    ConditionRow("Its concentration", "nsb_drug_M", "uM", _MOLAR),
    ConditionRow("Incubation time", "incubation_min", "min", ("min", "h")),
    ConditionRow(
        "Start of the dissociation",
        "dissociation_start_min",
        "min",
        ("s", "min", "h"),
        help="Only for an association that is followed by a dissociation",
    ),
    ConditionRow("Temperature", "temperature_C", "degC"),
    ConditionRow("Tissue", "tissue", help="Such as membranes of rat cortex"),
    ConditionRow("Buffer", "buffer"),
    ConditionRow("Filter", "filter"),
    ConditionRow("Washing", "washing"),
    ConditionRow(
        "Synthetic data",
        "synthetic",
        help="Empty for your own readings; else how they were simulated",
    ),
)
_BY_LABEL = {row.label.lower(): row for row in ROWS}
# What is no condition of the assay.
_OF_STUDY = ("kind", "title", "author", "unit", "synthetic")


@dataclass(frozen=True)
class WorkbookConditions:
    """The sheet of conditions of a workbook.

    Parameters
    ----------
    conditions : mapping of str to str
        Values with their units, by the name of the condition.
    kind, title, author, unit, synthetic : str
        "" where the sheet does not state them.
    """

    conditions: Mapping[str, str]
    kind: str = ""
    title: str = ""
    author: str = ""
    unit: str = ""
    synthetic: str = ""


def is_conditions_sheet(sheet: Sheet) -> bool:
    """Whether a sheet lists conditions: called so, with the columns condition, value and unit."""
    return sheet.name.strip().lower() == CONDITIONS_SHEET.lower() and _header(sheet) is not None


def read_workbook_conditions(path: str | Path) -> WorkbookConditions | None:
    """Conditions of a workbook; None for a file without such a sheet.

    Parameters
    ----------
    path : str or Path
        Any file.

    Raises
    ------
    InputError
        If a condition is not known, or two rows state it.
    """
    data, name = read_bytes(path)
    if not is_zip(data):
        return None
    raw = RawFile(name, data)
    if not raw.is_workbook:
        return None
    try:
        sheet = next((one for one in raw.sheets if is_conditions_sheet(one)), None)
        return None if sheet is None else _conditions(sheet)
    except InputError as error:
        raise at_file(error, name) from error.__cause__


def _conditions(sheet: Sheet) -> WorkbookConditions:
    header = _header(sheet)
    assert header is not None
    values: dict[str, str] = {}
    for at in range(header + 1, len(sheet.rows)):
        label, value, unit = ([*sheet.rows[at], "", "", ""])[:3]
        if not label or not value:
            continue
        row = _BY_LABEL.get(label.lower())
        if row is None:
            known = [one.label for one in ROWS]
            raise UnknownNameError.among("condition", label, known, where=sheet.where(at))
        if row.name in values:
            raise InputError(f"'{label}' is stated twice", where=sheet.where(at), do="Keep one")
        stated = _with_unit(value, unit) if row.unit else _day(value, row)
        if row.unit == "%":
            stated = _percent(stated, label, sheet.where(at))
        elif row.unit and not _has_unit(stated):
            raise InputError(
                f"'{label}' has no unit",
                where=sheet.where(at),
                do=f"Write it into the column Unit, such as {row.unit}",
            )
        values[row.name] = stated
    own = {name: values.pop(name, "") for name in _OF_STUDY}
    return WorkbookConditions(values, **own)


def _with_unit(value: str, unit: str) -> str:
    """ "0.5" and "nM" as "0.5 nM"; a value that has its unit stays."""
    plain = value.replace("±", "+/-")
    return plain if _has_unit(plain) else f"{plain} {unit}".strip()


def _has_unit(text: str) -> bool:
    return re.search(r"[A-Za-z%µμ]", re.sub(r"[eE][-+]?[0-9]", "", text)) is not None


def _percent(stated: str, label: str, where: str) -> str:
    """A share: 45 %, or the 0.45 that a spreadsheet has behind a cell formatted as 45 %.

    Raises
    ------
    InputError
        If a number of 1 or less is called percent, or a larger one has no unit.
    """
    number = parse_number(re.split(r"[\s(%]|\+/-", stated.strip())[0].replace(",", "."))
    small = number is not None and number <= 1
    if small == ("%" in stated):
        raise InputError(
            f"'{label}' is {stated}",
            where=where,
            allowed="45 with the unit %, and 0.45 without a unit, are the same",
            do="Correct the value, or the column Unit",
        )
    return stated


def _day(value: str, row: ConditionRow) -> str:
    """A date without the time that a spreadsheet adds to it."""
    return value.split("T")[0] if row.name.endswith("_date") else value


def _header(sheet: Sheet) -> int | None:
    for at, row in enumerate(sheet.rows):
        if tuple(cell.lower() for cell in row[:3]) == _HEAD:
            return at
    return None


def study_workbook(
    title: str,
    readings: Mapping[str, float],
    layout: Mapping[str, str],
    values: Mapping[str, str | float | datetime.date],
    *,
    size: int = 96,
) -> bytes:
    """A workbook with plate, layout and conditions.

    Parameters
    ----------
    title : str
        Heading of the sheets.
    readings : mapping of str to float
        By well ("A01").
    layout : mapping of str to str
        Content of each well, as layouts state it.
    values : mapping of str to str, float or date
        Conditions by name, numbers in the unit of their row.
    size : int
        Wells of the plate.
    """
    import openpyxl

    book = openpyxl.Workbook()
    plate = book.active
    assert plate is not None
    plate.title = "Plate"
    _plate_sheet(plate, title, readings, size)
    _layout_sheet(book.create_sheet("Layout"), title, layout, size)
    _conditions_sheet(book.create_sheet(CONDITIONS_SHEET), title, values)
    return saved_bytes(book)


def _heading(page: Any, title: str, lines: Sequence[str]) -> int:
    """Title and instructions; gives the next free row."""
    from openpyxl.styles import Font

    page.sheet_view.showGridLines = False
    fill_cell(page["A1"], title)
    page["A1"].font = Font(bold=True, size=14, color=_DARK)
    for row, line in enumerate(lines, 2):
        page.cell(row, 1, line).font = Font(italic=True, color="595959")
    return len(lines) + 3


def _grid(page: Any, first: int, size: int, width: float) -> None:
    """Column numbers and row letters of a plate."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    rows, columns = PLATE_SHAPES[size]
    line = Side(style="thin", color="BFBFBF")
    page.column_dimensions["A"].width = 5
    for column in range(columns):
        cell = page.cell(first, 2 + column, column + 1)
        page.column_dimensions[get_column_letter(2 + column)].width = width
        _mark(cell, Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor=_DARK))
    for row in range(rows):
        cell = page.cell(first + 1 + row, 1, row_letters(row))
        _mark(cell, Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor=_DARK))
        for column in range(columns):
            well = page.cell(first + 1 + row, 2 + column)
            well.border = Border(left=line, right=line, top=line, bottom=line)
            well.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    page.freeze_panes = page.cell(first + 1, 2)


def _mark(cell: Any, font: Any, fill: Any) -> None:
    from openpyxl.styles import Alignment

    cell.font, cell.fill = font, fill
    cell.alignment = Alignment(horizontal="center", vertical="center")


def _plate_sheet(page: Any, title: str, readings: Mapping[str, float], size: int) -> None:
    from openpyxl.styles import PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    lines = (
        (
            "Paste the readings of the counter into the wells. Leave a well empty, or write a "
            "word, where it was not counted."
        ),
        "For another independent run, copy this sheet: every sheet with a plate is one run.",
    )
    first = _heading(page, title, lines)
    _grid(page, first, size, 9)
    rows, columns = PLATE_SHAPES[size]
    for row in range(rows):
        for column in range(columns):
            well = page.cell(first + 1 + row, 2 + column)
            well.fill = PatternFill("solid", fgColor=_INPUT)
            value = readings.get(f"{row_letters(row)}{column + 1:02d}")
            if value is not None:
                well.value = value
                well.number_format = "0"
    check = DataValidation(
        type="decimal",
        operator="greaterThanOrEqual",
        formula1="0",
        allow_blank=True,
        errorStyle="warning",
        errorTitle="No reading",
        error="A reading is a number of 0 or more. A word means that the well was not counted.",
    )
    page.add_data_validation(check)
    check.add(f"B{first + 1}:{page.cell(first + rows, 1 + columns).coordinate}")
    _print(page, landscape=True)


def _layout_sheet(page: Any, title: str, layout: Mapping[str, str], size: int) -> None:
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import Font, PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    lines = (
        (
            "What is in each well: Total, NSB, Blank, Empty, or a compound with its concentration, "
            "such as desipramine 10 nM. A time stands last: Total 5 min."
        ),
        (
            "The radioligand of a well, where it differs, stands after @: Total @ 0.5 nM. Copy and "
            "fill cells as in any sheet."
        ),
    )
    first = _heading(page, f"{title}: layout", lines)
    _grid(page, first, size, 13)
    rows, columns = PLATE_SHAPES[size]
    for row in range(rows):
        page.row_dimensions[first + 1 + row].height = 30
        for column in range(columns):
            well = page.cell(first + 1 + row, 2 + column)
            fill_cell(well, layout.get(f"{row_letters(row)}{column + 1:02d}") or None)
            well.font = Font(size=9)
    area = f"B{first + 1}:{page.cell(first + rows, 1 + columns).coordinate}"
    corner = f"B{first + 1}"
    for word, colour in _COLOURS:
        page.conditional_formatting.add(
            area,
            FormulaRule(  # type: ignore[no-untyped-call]
                formula=[f'LEFT({corner},{len(word)})="{word}"'],
                fill=PatternFill("solid", bgColor=colour),
                stopIfTrue=True,
            ),
        )
    page.conditional_formatting.add(
        area,
        FormulaRule(  # type: ignore[no-untyped-call]
            formula=[f'{corner}<>""'], fill=PatternFill("solid", bgColor=_COMPOUND_COLOUR)
        ),
    )
    # Other words are allowed: a compound with its concentration.
    choices = DataValidation(
        type="list", formula1='"Total,NSB,Blank,Empty"', allow_blank=True, showErrorMessage=False
    )
    page.add_data_validation(choices)
    choices.add(area)
    _print(page, landscape=True)


def _conditions_sheet(
    page: Any, title: str, values: Mapping[str, str | float | datetime.date]
) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.worksheet.datavalidation import DataValidation

    lines = (
        (
            "Fill in what you know; leave the value empty where you do not. Without volume, "
            "efficiency and specific activity the results stay in counts, with a warning."
        ),
    )
    first = _heading(page, f"{title}: conditions", lines)
    for column, (name, width) in enumerate(
        (("Condition", 32), ("Value", 44), ("Unit", 11), ("Remark", 58)), 1
    ):
        cell = page.cell(first, column, name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_DARK)
        page.column_dimensions["ABCD"[column - 1]].width = width
    line = Border(bottom=Side(style="thin", color="D9D9D9"))
    for at, row in enumerate(ROWS, first + 1):
        cells = (row.label, values.get(row.name), row.unit or None, row.help or None)
        for column, text in enumerate(cells, 1):
            cell = page.cell(at, column)
            fill_cell(cell, text)
            cell.border = line
            cell.alignment = Alignment(wrap_text=column != 3, vertical="center", horizontal="left")
        page.cell(at, 1).font = Font(bold=True)
        page.cell(at, 2).fill = PatternFill("solid", fgColor=_INPUT)
        page.cell(at, 4).font = Font(italic=True, color="595959")
        if row.name.endswith("_date"):
            page.cell(at, 2).number_format = "yyyy-mm-dd"
        for column, allowed in ((2, row.choices), (3, row.units)):
            if allowed:
                listed = DataValidation(
                    type="list",
                    formula1='"' + ",".join(allowed) + '"',
                    allow_blank=True,
                    errorTitle=row.label,
                    error="Choose one of: " + ", ".join(allowed),
                )
                page.add_data_validation(listed)
                listed.add(page.cell(at, column))
    page.freeze_panes = page.cell(first + 1, 1)
    _print(page, landscape=False)


def _print(page: Any, *, landscape: bool) -> None:
    """One page wide, where it is printed."""
    page.page_setup.orientation = "landscape" if landscape else "portrait"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
