"""CSV or workbook of MARS or SMART Control for a BMG plate reader: one plate per block of data.

A block is a grid under its title, or a column of a list of wells; those of raw data are read, and
of others (blank corrected, averages) the titles are named in `Plate.unused`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tricyclic.core.unused import quoted
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, is_not_counted, is_number_like
from tricyclic.io.headings import detection_unit
from tricyclic.io.readings import (
    Cells,
    PlateReading,
    Position,
    end_notes,
    lettered_grids,
    plates_of_readings,
    position_of,
    read_cells,
    size_of,
    with_decimal_mark_of,
)

_RAW = re.compile(r"raw data\b", re.IGNORECASE)
_HEAD = re.compile(r"(user|path|test run no\.?|test id|test name|date|time|id[0-9]+)\s*:", re.I)


@dataclass(frozen=True)
class _MarsBlock:
    """One reading: its title, detection and cells."""

    sheet: Sheet
    title: str
    detection: str
    cells: Cells
    size: int | None


def sniff(raw: RawFile) -> float:
    """Whether the file begins with user, path and test as MARS writes them."""
    if raw.is_workbook:
        return 1.0 if any(_begins(sheet) for sheet in raw.sheets_to_sniff) else 0.0
    head = raw.text[:4000].lstrip("\ufeff\n ")
    begins = re.match(r'"?User: ', head) and re.search(r"Test (run no|ID)", head)
    return 1.0 if begins and "Test name: " in head.replace("Test Name", "Test name") else 0.0


def _begins(sheet: Sheet) -> bool:
    cells = [cell for row in sheet.rows[:6] for cell in row if cell]
    heads = {match[1].lower().rstrip(".") for cell in cells if (match := _HEAD.match(cell))}
    return {"user", "path", "test name"} <= heads


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per block of raw data."""
    blocks = [block for sheet in raw.sheets for block in _blocks(sheet)]
    if not blocks:
        raise InputError(
            "has no grid and no list of wells", do="Export the raw data of MARS as a table"
        )
    chosen = [block for block in blocks if _RAW.search(block.title)] or blocks
    others = list(dict.fromkeys(block.title for block in blocks if block not in chosen))
    read_from = {block.sheet.name for block in blocks}
    unused = (
        *quoted("sheet", [one.name for one in raw.sheets if one.name not in read_from]),
        *quoted("block", others),
    )
    several = len({block.sheet.name for block in chosen}) > 1
    readings = []
    for block in chosen:
        numbers = with_decimal_mark_of(block.sheet, [block.cells])
        readings.append(
            PlateReading(
                block.sheet.name if several else "",
                (block.title,),
                read_cells(block.cells, numbers),
                detection_unit(block.detection),
                block.size,
                (
                    *numbers.all_notes,
                    *([block.detection] if block.detection else []),
                    *end_notes(block.sheet, block.cells, block.size),
                ),
            )
        )
    return FileContent(plates=plates_of_readings(readings, raw.stem, options, unused=unused))


def _blocks(sheet: Sheet) -> Iterator[_MarsBlock]:
    grids = {grid.header: grid for grid in lettered_grids(sheet)}
    detection = title = ""
    index = 0
    while index < len(sheet.rows):
        row = [" ".join(cell.split()) for cell in sheet.rows[index]]
        filled = [cell for cell in row if cell]
        if index in grids:
            grid = grids[index]
            yield _MarsBlock(sheet, title, detection, grid.cells, grid.size)
            index, title = grid.last + 1, ""
            continue
        if _well_columns(row) is not None:
            yield from _list(sheet, index, row, detection)
            return
        if len(filled) == 1 and not _HEAD.match(filled[0]):
            if detection_unit(filled[0]) and not _RAW.search(filled[0]):
                detection = filled[0]
            else:
                title = filled[0]
        index += 1


def _well_columns(row: Sequence[str]) -> tuple[int, int] | None:
    """Columns of row letter and column number, or twice that of the well; None without."""
    lower = [cell.lower() for cell in row]
    if "well row" in lower and "well col" in lower:
        return lower.index("well row"), lower.index("well col")
    if "well" in lower and "content" in lower:
        return lower.index("well"), lower.index("well")
    return None


def _list(sheet: Sheet, header: int, names: Sequence[str], detection: str) -> Iterator[_MarsBlock]:
    at = _well_columns(names)
    if at is None:
        return
    others = {"content", "group", "well", "well row", "well col", "sample", ""}
    columns: dict[int, dict[Position, tuple[str, int]]] = {
        k: {} for k, name in enumerate(names) if name.lower() not in others
    }
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if len(row) <= max(at):
            continue
        position = position_of(row[at[0]] if at[0] == at[1] else row[at[0]] + row[at[1]])
        for k, cells in columns.items():
            if position is not None and k < len(row) and row[k]:
                cells[position] = (row[k], index)
    for k, cells in columns.items():
        if _is_numbers(cells):
            size = size_of([r for r, _ in cells], [c for _, c in cells])
            yield _MarsBlock(sheet, names[k], detection, cells, size)


def _is_numbers(cells: Cells) -> bool:
    texts = [text for text, _ in cells.values()]
    return any(is_number_like(text) for text in texts) and all(
        is_number_like(text) or is_not_counted(text) for text in texts
    )


READER = Reader(
    description="CSV or workbook of MARS (BMG plate reader)",
    sniff=sniff,
    read=read,
    seen="MARS of a PHERAstar, CSV (workbook: not yet)",
    words=("BMG", "MARS", "CLARIOstar", "PHERAstar"),
)
