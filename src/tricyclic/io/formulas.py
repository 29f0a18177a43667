"""Formulas of a workbook without their results, as programs write them that do not calculate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from tricyclic.core.format import pluralize
from tricyclic.core.formulas import LONGEST_QUOTED
from tricyclic.io.merged_cells import column_letters, column_number, parts_of_sheets

# Cells that a remark lists.
MAX_LISTED = 6
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^>/])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)<)")
_RESULT = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]*)<|<(?:\w+:)?is\b")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_TEXT = re.compile(rb'\bt="(?:str|s|inlineStr)"')
_NOT_CALCULATED = re.compile(rb'\bfullCalcOnLoad="(?:1|true)"')


def formulas_without_result(parts: Mapping[str, bytes]) -> dict[str, dict[tuple[int, int], str]]:
    """Text of each formula without its result ("=B2/3"), by sheet, and by row and column from 0.

    Parameters
    ----------
    parts : mapping of str to bytes
        XML parts of the workbook, by their names in the archive.

    Notes
    -----
    An empty text is a result. Programs that leave it to the spreadsheet program to calculate
    everything when it opens the file (fullCalcOnLoad) write 0 for each result, so that 0 is none
    there.
    """
    not_calculated = _NOT_CALCULATED.search(parts.get("xl/workbook.xml", b"")) is not None
    formulas: dict[str, dict[tuple[int, int], str]] = {}
    for sheet, part in parts_of_sheets(parts).items():
        content = parts.get(part, b"")
        if b"<f" not in content and b":f" not in content:
            continue
        cells: dict[tuple[int, int], str] = {}
        for cell in _CELL.finditer(content):
            formula, place = _FORMULA.search(cell[2]), _PLACE.search(cell[1])
            if formula is None or place is None or _has_result(cell, not_calculated):
                continue
            text = unescape((formula[1] or b"").decode("utf-8", "replace")).strip()
            row, column = int(place[2]) - 1, column_number(place[1].decode()) - 1
            cells[row, column] = f"={text or '…'}"
        if cells:
            formulas[sheet] = cells
    return formulas


def remark_of_formulas(sheet: str, formulas: Mapping[tuple[int, int], str]) -> tuple[str, ...]:
    """A remark that names the formulas of a sheet without their results; none without any."""
    if not formulas:
        return ()
    names = [f"{column_letters(column + 1)}{row + 1}" for row, column in formulas]
    listed = f"{next(iter(formulas.values()))[:LONGEST_QUOTED]} in "
    listed += ", ".join(names[:MAX_LISTED]) + (", …" if len(names) > MAX_LISTED else "")
    have = "has" if len(names) == 1 else "have"
    number = pluralize(len(names), "formula")
    return (f"sheet '{sheet}': {number} {have} no result in the file ({listed})",)


def _has_result(cell: re.Match[bytes], not_calculated: bool) -> bool:
    result = _RESULT.search(cell[2])
    if _TEXT.search(cell[1]):
        return result is not None
    value = (result[1] or b"").strip() if result is not None else b""
    return bool(value) and not (not_calculated and value == b"0")
