"""Table with named columns in CSV, TSV or XLSX; a column is numbers if all its cells are numbers.

The unit of a column is read from its name ("conc_nM", "total_fmol_mg", "time (min)").
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from tricyclic.core.table import DataTable
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, is_not_counted, is_number_like, shortened
from tricyclic.io.grids import find_grids
from tricyclic.io.headings import unit_in_column_name
from tricyclic.io.instruments.plate_list import is_list


def sniff(raw: RawFile) -> float:
    """Whether every sheet is a header of names over rows with a column of numbers, and none is a
    plate.
    """
    sheets = raw.sheets_to_sniff
    if not sheets or any(is_list(sheet) or find_grids(sheet) for sheet in sheets):
        return 0.0
    return 0.7 if all(_header(sheet) is not None for sheet in sheets) else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One table per sheet."""
    return FileContent(
        tables=tuple(
            _table(sheet, f"{raw.stem} {sheet.name}" if len(raw.sheets) > 1 else raw.stem)
            for sheet in raw.sheets
        )
    )


def _header(sheet: Sheet) -> int | None:
    """Index of the row of names: the first row that is not empty, with numbers below it."""
    index = next((k for k, row in enumerate(sheet.rows) if any(row)), None)
    if index is None:
        return None
    names = [cell for cell in sheet.rows[index] if cell]
    if any(is_number_like(name) for name in names) or len(names) < 2:
        return None
    below = [row for row in sheet.rows[index + 1 :] if any(row)]
    numbers = any(sum(is_number_like(cell) for cell in row) > 0 for row in below)
    return index if below and numbers else None


def _table(sheet: Sheet, name: str) -> DataTable:
    header = _header(sheet)
    if header is None:
        raise InputError(
            "has no row of column names over rows of numbers",
            where=f"sheet '{sheet.name}'" if sheet.name else "",
            do="Name the columns in the first line",
        )
    names = sheet.rows[header]
    width = max(k + 1 for k, cell in enumerate(names) if cell)
    rows = _rows(sheet, header, width)
    numbered = not names[0] and _is_row_number([row[0] for _, row in rows])
    first = 1 if numbered else 0
    if not all(names[first:width]):
        raise InputError(
            f"column {names.index('', first) + 1} has no name",
            where=sheet.where(header),
            allowed=""
            if names[0]
            else "Only a first column of row numbers, from 0 or 1, may have no name",
            do="Name every column",
        )
    values: dict[str, list[float]] = {}
    text: dict[str, tuple[str, ...]] = {}
    for k, column in enumerate(names[first:width], first):
        cells = [row[k] for _, row in rows]
        # Cells repeat, so each text is read once, at its first place.
        first_at = dict(zip(reversed(cells), reversed(rows), strict=True))
        if _is_numeric(first_at):
            read = {
                cell: math.nan
                if not cell or is_not_counted(cell)
                else sheet.number(cell, f"{sheet.where(index)}, column '{shortened(column)}'")
                for cell, (index, _) in reversed(first_at.items())
            }
            values[column] = [read[cell] for cell in cells]
        else:
            text[column] = tuple(cells)
    return DataTable(
        name=name,
        columns=tuple(names[first:width]),
        values=values,  # type: ignore[arg-type]  # lists become arrays when the record is made
        text=text,
        units={column: unit_in_column_name(column) for column in values},
        notes=(
            *sheet.all_notes,
            *(["column 1 has no name and contains row numbers; not read"] if numbered else []),
        ),
        lines=tuple(sheet.where(index) for index, _ in rows),
        merged=tuple(
            tuple(
                (row, column)
                for row, (index, _) in enumerate(rows)
                for k, column in enumerate(names[first:width], first)
                if area.covers(index, k)
            )
            for area in sheet.merged
        ),
    )


def _rows(sheet: Sheet, header: int, width: int) -> list[tuple[int, tuple[str, ...]]]:
    """Index and cells of the rows below the header that are not empty."""
    rows: list[tuple[int, tuple[str, ...]]] = []
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if any(row[width:]):
            raise InputError(
                f"has {len(row)} cells under {width} column names",
                where=sheet.where(index),
                do="Name every column",
            )
        if any(row):
            rows.append((index, (*row, *[""] * width)[:width]))
    return rows


def _is_row_number(cells: list[str]) -> bool:
    """Whether cells count the rows from 0 or from 1, as pandas and R write them."""
    return any(cells == [str(row) for row in range(start, start + len(cells))] for start in (0, 1))


def _is_numeric(cells: Iterable[str]) -> bool:
    """Whether a column has numbers, and otherwise only empty cells and marks of missing values."""
    filled = [cell for cell in cells if cell]
    return any(is_number_like(cell) for cell in filled) and all(
        is_number_like(cell) or is_not_counted(cell) for cell in filled
    )


READER = Reader(
    description="a table with named columns, in CSV, TSV or XLSX",
    sniff=sniff,
    read=read,
    generic=True,
)
