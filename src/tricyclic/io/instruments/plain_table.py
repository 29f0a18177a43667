"""Table with named columns in CSV, TSV or XLSX; a column is numbers if all its cells are numbers.

The unit of a column is read from its name ("conc_nM", "total_fmol_mg", "time (min)"). Titles above,
remarks below, replicates under one heading and a row of units are read as `io.table_blocks` states.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from tricyclic.core.table import DataTable
from tricyclic.core.text_column import other_mark_error
from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.cells_with_units import ColumnWithUnit, column_with_unit, number_of
from tricyclic.io.delimited_text import Sheet, is_not_counted, is_number_like, shortened
from tricyclic.io.grids import find_grids
from tricyclic.io.headings import unit_in_column_name
from tricyclic.io.instruments.plate_list import is_list
from tricyclic.io.table_across import turned
from tricyclic.io.table_blocks import TableBlock, find_tables, header_of
from tricyclic.numerals import (
    column_mark,
    decimal_of,
    has_other_mark,
    is_whole_number,
    parse_number,
)
from tricyclic.unit_table import UNKNOWN

_DOCUMENT = re.compile(r"\s*(?:[{<]|\[\s*[\[{\"])")


def sniff(raw: RawFile) -> float:
    """Whether a sheet has a row of names over rows of numbers, and none is a plate."""
    sheets = raw.sheets_to_sniff
    # A document in JSON or XML is no table, whatever its commas separate.
    if (
        not sheets
        or _DOCUMENT.match(raw.text)
        or any(is_list(sheet) or find_grids(sheet) for sheet in sheets)
    ):
        return 0.0
    return 0.7 if any(header_of(turned(sheet)) is not None for sheet in sheets) else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """The tables of all sheets; sheets without one are named as not used."""
    of_sheets = [(sheet, find_tables(sheet)) for sheet in map(turned, raw.sheets)]
    if not any(blocks for _, blocks in of_sheets):
        sheet = of_sheets[0][0]
        raise InputError(
            "has no row of column names over rows of numbers",
            where=f"sheet '{sheet.name}'" if sheet.name else "",
            do="Name the columns in the first line",
        )
    without = [f"{sheet.name} (no table)" for sheet, blocks in of_sheets if not blocks]
    tables = []
    for sheet, blocks in of_sheets:
        name = f"{raw.stem} {sheet.name}" if sum(bool(b) for _, b in of_sheets) > 1 else raw.stem
        for block in blocks:
            number = f" ({sheet.where(block.header)})" if block is not blocks[0] else ""
            tables.append(_table(sheet, block, f"{name}{number}", quoted("sheet", without)))
    return FileContent(tables=tuple(tables))


def _table(sheet: Sheet, block: TableBlock, name: str, without: tuple[str, ...]) -> DataTable:
    values: dict[str, list[float]] = {}
    text: dict[str, tuple[str, ...]] = {}
    units: dict[str, str] = {}
    percent: list[str] = []
    marks: dict[str, str] = {}
    for k, column in block.columns:
        cells = [sheet.rows[at][k] if k < len(sheet.rows[at]) else "" for at in block.rows]
        own, marks[column] = _of_column(sheet, cells)
        # Cells repeat, so each text is read once, at its first place.
        first_at = dict(zip(reversed(cells), reversed(block.rows), strict=True))
        shown = shortened(column)
        if _is_numeric(first_at):
            read = {
                cell: _number(cell, own, marks[column], f"{sheet.where(index)}, column '{shown}'")
                for cell, index in reversed(first_at.items())
            }
            values[column] = [read[cell] for cell in cells]
            units[column] = unit_in_column_name(_without_number(column))
            filled = [index for index, v in zip(block.rows, values[column], strict=True) if v == v]
            if _is_percent(sheet, filled, k) and units[column] in (UNKNOWN, "", "%"):
                values[column] = [_hundredfold(v) for v in values[column]]
                units[column] = "%"
                percent.append(column)
        elif (with_units := _with_units(cells, column, own)) is not None:
            values[column], units[column] = [*with_units.values], with_units.unit
        else:
            numbers = {at for at, cell in zip(block.rows, cells, strict=True) if _is_point(cell)}
            if numbers and _is_percent(sheet, numbers, k):
                # Words among readings that are shown as percent do not change what the others are.
                cells = [
                    f"{_hundredfold(float(cell)):.12g}" if at in numbers else cell
                    for at, cell in zip(block.rows, cells, strict=True)
                ]
                percent.append(column)
            text[column] = tuple(cells)
    return DataTable(
        name=name,
        columns=tuple(column for _, column in block.columns),
        values=values,  # type: ignore[arg-type]  # lists become arrays when the record is made
        text=text,
        units=units,
        notes=(*_notes(sheet, marks), *block.notes, *_percent_note(percent)),
        unused=(*block.unused, *without),
        sheet=sheet.name,
        titles=block.titles,
        lines=tuple(sheet.where(index) for index in block.rows),
        merged=tuple(
            tuple(
                (row, column)
                for row, index in enumerate(block.rows)
                for k, column in block.columns
                if area.covers(index, k)
            )
            for area in sheet.merged
        ),
    )


def _of_column(sheet: Sheet, cells: list[str]) -> tuple[Sheet, str]:
    """The sheet with the decimal mark that a column shows, and the mark; a text may have columns of
    two programs.
    """
    if sheet.decimal is not None:
        return sheet, ""
    if mark := column_mark(cells):
        return replace(sheet, decimal=mark), mark
    # What may be a decimal mark or group digits has the meaning that it has in the whole file.
    is_sure = not any(decimal_of(cell)[1] for cell in cells)
    return (replace(sheet, decimal=".") if is_sure else sheet), ""


def _number(cell: str, sheet: Sheet, mark: str, where: str) -> float:
    if not cell or is_not_counted(cell):
        return math.nan
    if mark and has_other_mark(cell, mark):
        raise other_mark_error(cell, mark, where)
    return sheet.number(cell, where)


def _notes(sheet: Sheet, marks: dict[str, str]) -> tuple[str, ...]:
    """Decisions about the file, with the decimal marks where its columns have different ones."""
    different = {mark for mark in marks.values() if mark}
    if sheet.decimal is not None or not different:
        return sheet.all_notes
    if len(different) == 1:
        return replace(sheet, decimal=different.pop()).all_notes
    named = [
        f"decimal {word} in "
        + ", ".join(f"'{shortened(column)}'" for column, own in marks.items() if own == mark)
        for mark, word in ((",", "comma"), (".", "point"))
    ]
    return (*sheet.notes, *named)


def _is_percent(sheet: Sheet, rows: Collection[int], column: int) -> bool:
    """Whether a workbook shows the numbers of a column as percent."""
    return bool(sheet.percent) and all((row, column) in sheet.percent for row in rows)


def _hundredfold(share: float) -> float:
    return float(f"{share * 100:.12g}")


def _is_point(cell: str) -> bool:
    """Whether a cell is a number as a workbook stores it."""
    return parse_number(cell) is not None


def _percent_note(columns: list[str]) -> tuple[str, ...]:
    """The decision to read numbers as the percent as which they are shown."""
    listed = ", ".join(f"'{shortened(name)}'" for name in columns)
    return (f"columns shown as percent, 0.45 read as 45 %: {listed}",) if columns else ()


def _with_units(cells: list[str], column: str, sheet: Sheet) -> ColumnWithUnit | None:
    """Numbers of a column whose cells have their unit, which the name does not contradict."""
    mark = column_mark(map(number_of, cells))
    read = column_with_unit(cells, mark or sheet.numbers.decimal)
    if read is None or read.words:
        return None
    named = unit_in_column_name(_without_number(column))
    return read if named in (UNKNOWN, "", read.unit) else None


def _without_number(column: str) -> str:
    """A name without the number of a replicate: "total (cpm) 2" is "total (cpm)"."""
    head, _, last = column.rpartition(" ")
    return head if head and is_whole_number(last) else column


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
