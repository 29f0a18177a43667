"""CSV of Kaleido for an EnSight plate reader: one plate per result, not for the plate map."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, text_sheet
from tricyclic.io.headings import detection_unit
from tricyclic.io.readings import (
    LetteredGrid,
    PlateReading,
    end_notes,
    lettered_grids,
    plates_of_readings,
    read_cells,
    with_decimal_mark_of,
)

_RESULT = re.compile(r"Result for\s+(.+)", re.IGNORECASE)


def sniff(raw: RawFile) -> float:
    """Whether the file has the heading of EnSight results or the closing line of Kaleido."""
    text = raw.text
    marked = (
        text[:2000].lstrip("\ufeff\n ,;").startswith("EnSight Results")
        or "Exported with Kaleido" in text[-2000:]
    )
    return 1.0 if marked and re.search(r"^\"?Result for ", text, re.MULTILINE) else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per result; results of one barcode are readings of one plate."""
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    blocks: list[tuple[LetteredGrid, str, dict[str, str]]] = []
    unused: list[str] = []
    above = 0
    for grid in lettered_grids(sheet):
        result, facts = _result(sheet, above, grid.header)
        above = grid.last + 1
        if result:
            blocks.append((grid, result, facts))
        else:
            unused.append(f"block '{_heading(sheet, grid.header)}' ({sheet.where(grid.header)})")
    if not blocks:
        raise InputError("has no grid of results", do="Export the results as plates")
    readings = []
    for grid, result, facts in blocks:
        numbers = with_decimal_mark_of(sheet, [grid.cells])
        repeat = facts.get("repeat", "")
        readings.append(
            PlateReading(
                facts.get("barcode", ""),
                (result, f"repeat {repeat}" if repeat not in ("", "1") else ""),
                read_cells(grid.cells, numbers),
                detection_unit(result),
                grid.size,
                (*numbers.all_notes, *end_notes(sheet, grid.cells, grid.size)),
            )
        )
    return FileContent(plates=plates_of_readings(readings, raw.stem, options, unused=unused))


def _result(sheet: Sheet, start: int, end: int) -> tuple[str, dict[str, str]]:
    """Name of the result above a grid, and the table between them."""
    for index in range(end - 1, start - 1, -1):
        match = _RESULT.fullmatch(_joined(sheet.rows[index]))
        if match:
            names = sheet.rows[index + 1] if index + 1 < end else ()
            values = sheet.rows[index + 2] if index + 2 < end else ()
            return match[1], {
                name.lower(): value for name, value in zip(names, values, strict=False) if name
            }
    return "", {}


def _heading(sheet: Sheet, header: int) -> str:
    return next((text for at in range(header - 1, -1, -1) if (text := _joined(sheet.rows[at]))), "")


def _joined(row: Sequence[str]) -> str:
    return ",".join(cell for cell in row if cell)


READER = Reader(
    description="CSV of Kaleido (EnSight plate reader)",
    sniff=sniff,
    read=read,
    seen="Kaleido 3.0",
    words=("Kaleido", "EnSight"),
)
