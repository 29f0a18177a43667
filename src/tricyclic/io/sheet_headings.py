"""Headings and lists around a plate in a sheet: roles and compounds, concentrations, times.

A heading is used only where a layout is made of it (`io.sheet_layout`); what is not used is named
by `parts_beside`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

import numpy as np

from tricyclic.core.concentrations import is_molar_unit, to_molar_values
from tricyclic.core.plate import ListBeside, SheetHeadings
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import Sheet, is_number_like, shortened
from tricyclic.io.grids import PlateGrid
from tricyclic.io.headings import unit_in_column_name
from tricyclic.unit_table import UNKNOWN
from tricyclic.units import concentration_M, convert, dimension, known_unit

# Rows above a grid in which its headings are looked for.
MAX_ABOVE = 4
_ROLE = re.compile(
    r"\s*(totals?|tot|tb|t|b0|controls?|nsb|ns|non[- _]?specific|blanks?|bg|bkg|background"
    r"|added)\b",
    re.IGNORECASE,
)
_LONGEST = 80


def headings_around(grid: PlateGrid) -> SheetHeadings:
    """Headings of the columns and rows of a grid, and the lists beside and above it."""
    rows, place = _row_headings(grid)
    lists = (*_lists_of_rows(grid), *_lists_above(grid))
    return SheetHeadings(_column_headings(grid), rows, lists, place)


def parts_beside(grid: PlateGrid) -> tuple[str, ...]:
    """Phrases for the cells in the rows of a grid that are no wells, by their column."""
    by_column: dict[int, list[str]] = {}
    for at, column in grid.beside:
        by_column.setdefault(column, []).append(grid.sheet.rows[at][column])
    return tuple(_place(grid, column, texts) for column, texts in sorted(by_column.items()))


def _place(grid: PlateGrid, column: int, texts: Sequence[str]) -> str:
    """ "column O beside the plate ('conc (uM)', 8 cells)"."""
    quoted = shortened(_heading_of_column(grid, column) or texts[0])
    number = f", {len(texts)} cells" if len(texts) > 1 else ""
    return f"{_column_name(grid.sheet, column)} beside the plate ('{quoted}'{number})"


def _column_name(sheet: Sheet, column: int) -> str:
    """A column as a spreadsheet names it, or by its number in a text file."""
    if not sheet.name:
        return f"column {column + 1}"
    letters, number = "", column + 1
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"column {letters}"


def _heading_of_column(grid: PlateGrid, column: int) -> str:
    """The nearest text above the rows of a grid in a column outside of it, with the unit from a
    cell of its own above it.
    """
    rows = (grid.sheet.rows[at] for at in _rows_above(grid))
    cells = [row[column] for row in rows if column < len(row)]
    texts = [cell[:_LONGEST] for cell in cells if cell and not is_number_like(cell)]
    if not texts or _unit(texts[0]):
        return texts[0] if texts else ""
    unit = next((text for text in texts[1:] if is_molar_unit(text) or _is_time(text)), "")
    return f"{texts[0]} ({unit})" if unit else texts[0]


def _rows_above(grid: PlateGrid) -> Iterable[int]:
    """Rows above the first row of wells, the nearest first."""
    first = grid.rows[0]
    return range(first - 1, max(grid.above, first - 1 - MAX_ABOVE) - 1, -1)


def _column_headings(grid: PlateGrid) -> tuple[str, ...]:
    """The nearest row above the grid in which a cell is a role; a text also counts for the empty
    cells after it, unless the sheet has merged cells there.
    """
    rows, columns = grid.sheet.rows, grid.shape[1]
    filled = {column for _, column in grid.cells}
    for at in _rows_above(grid):
        cells = [*rows[at][grid.offset : grid.offset + columns]]
        cells += [""] * (columns - len(cells))
        if sum(bool(cell) for cell in cells) > 1 and _states_roles(cells):
            merged = any(
                area.covers(at, grid.offset + k)
                for area in grid.sheet.merged
                for k in range(columns)
            )
            return _carried_on(cells, filled, merged)
    return ()


def _row_headings(grid: PlateGrid) -> tuple[tuple[str, ...], str]:
    """The nearest column beside the grid in which a cell is a role, the left side first, and its
    place.
    """
    beside = sorted({column for _, column in grid.beside})
    left = [column for column in reversed(beside) if column < grid.offset]
    filled = {row for row, _ in grid.cells}
    for column in (*left, *(column for column in beside if column >= grid.offset)):
        cells = [
            grid.sheet.rows[at][column] if column < len(grid.sheet.rows[at]) else ""
            for at in grid.rows
        ]
        if sum(bool(cell) for cell in cells) > 1 and _states_roles(cells):
            merged = any(area.covers(at, column) for area in grid.sheet.merged for at in grid.rows)
            place = _place(grid, column, [cell for cell in cells if cell])
            return _carried_on(cells, filled, merged), place
    return (), ""


def _states_roles(cells: Iterable[str]) -> bool:
    return any(_ROLE.match(cell) and not is_number_like(cell) for cell in cells)


def _carried_on(cells: Sequence[str], filled: set[int], merged: bool) -> tuple[str, ...]:
    texts = ["" if is_number_like(cell) else cell for cell in cells]
    if not merged:
        for k in range(1, len(texts)):
            if not texts[k] and k in filled:
                texts[k] = texts[k - 1]
    return tuple(texts)


def _lists_of_rows(grid: PlateGrid) -> Iterable[ListBeside]:
    for column in sorted({column for _, column in grid.beside}):
        cells = [
            grid.sheet.rows[at][column] if column < len(grid.sheet.rows[at]) else ""
            for at in grid.rows
        ]
        heading = _heading_of_column(grid, column)
        place = _place(grid, column, [cell for cell in cells if cell])
        if one := _list(grid.sheet, heading, place, cells, of_rows=True):
            yield one


def _lists_above(grid: PlateGrid) -> Iterable[ListBeside]:
    """Rows of numbers above the column numbers, with a label and its unit at the left."""
    columns = grid.shape[1]
    for at in _rows_above(grid):
        row = grid.sheet.rows[at]
        cells = [*row[grid.offset : grid.offset + columns]]
        cells += [""] * (columns - len(cells))
        heading = next((cell for cell in reversed(row[: grid.offset]) if cell), "")
        place = f"{grid.sheet.where(at)} above the plate ('{shortened(heading)}')"
        if one := _list(grid.sheet, heading, place, cells, of_rows=False):
            yield one


def _list(
    sheet: Sheet, heading: str, place: str, cells: Sequence[str], *, of_rows: bool
) -> ListBeside | None:
    """Concentrations or times of cells; None where they are none, or their unit is not stated."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2:
        return None
    if all(is_number_like(cell) for cell in filled):
        unit = _unit(heading)
        if not unit:
            return None
        try:
            numbers = np.array([sheet.number(c, place) if c else math.nan for c in cells])
            if is_molar_unit(unit):
                values = [float(f"{v:.14g}") for v in to_molar_values(numbers, unit, where=place)]
                return ListBeside(heading, place, of_rows, tuple(values), "M")
            minutes = [convert(1.0, unit, "min") * number for number in numbers]
            return ListBeside(heading, place, of_rows, tuple(minutes), "min")
        except InputError:
            return None
    try:
        molar = [float(f"{concentration_M(c):.14g}") if c else math.nan for c in cells]
    except InputError:
        return None
    return ListBeside(heading, place, of_rows, tuple(molar), "M")


def _unit(heading: str) -> str:
    """Unit of concentration or time in a heading: "conc (uM)", "DMI, nM", "[DMI] / uM"."""
    unit = unit_in_column_name(heading)
    if unit != UNKNOWN and (is_molar_unit(unit) or _is_time(unit)):
        return unit
    words = re.split(r"[\s,;/()\[\]:]+", heading)
    return next((word for word in reversed(words) if word and is_molar_unit(word)), "")


def _is_time(unit: str) -> bool:
    try:
        return dimension(known_unit(unit)) == "time"
    except InputError:
        return False
