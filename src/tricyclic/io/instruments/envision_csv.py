"""CSV of an EnVision plate reader: one plate per block of results, not for the plate map.

A block begins with "Plate information". Its grid has row letters and column numbers, of which rows
may be left out, or neither. Channels, calculated results and repeats of a plate are readings of
that plate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tricyclic.core.plate import PLATE_SHAPES, row_letters
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, is_number_like, text_sheet
from tricyclic.io.headings import unit_in_heading
from tricyclic.io.readings import (
    Cells,
    LetteredGrid,
    PlateReading,
    end_notes,
    lettered_grids,
    plates_of_readings,
    read_cells,
    with_decimal_mark_of,
)

_RESULTS = re.compile(r"(?:Calculated results|Results for)\b:?\s*(.+)", re.IGNORECASE)
_FORMULA = re.compile(r"(Calc [0-9]+)\b.*", re.IGNORECASE)
_BLOCK = "plate information"
# Titles of the parts of the file after its last block.
_AFTER = ("basic assay information", "protocol information", "platemap")


@dataclass(frozen=True)
class _EnvisionBlock:
    """One block of results: what its first table states, and the cells of its grid."""

    facts: Mapping[str, str]
    result: str
    cells: Cells
    size: int | None = None

    @property
    def plate(self) -> str:
        """Number of the plate, with its barcode where it has one."""
        barcode = self.facts.get("barcode", "").strip('="')
        return " ".join(part for part in (self.facts.get("plate", ""), barcode) if part)

    @property
    def title(self) -> str:
        """Text above the grid, or else label and detector of the block."""
        facts = self.facts
        return self.result or facts.get("formula", "") or facts.get("label", "") or "result"

    @property
    def moment(self) -> str:
        """Repeat, kinetic point and scan of the block, where they are not the only ones."""
        named = {"repeat": "repeat", "kinetics": "kinetic point", "scanx": "x", "scany": "y"}
        first = {"repeat": "1"}
        return " ".join(
            f"{text} {self.facts[key]}"
            for key, text in named.items()
            if self.facts.get(key, "") not in ("", first.get(key, "0"))
        )

    @property
    def unit(self) -> str:
        """Unit in the title."""
        if _FORMULA.match(self.title):
            return ""
        detector = self.facts.get("measinfo", "")
        return unit_in_heading(self.title) or ("OD" if "De=Abs" in detector else "")


def sniff(raw: RawFile) -> float:
    """Whether the file begins with plate information and contains results of an EnVision."""
    head = raw.text[:20_000].lstrip('\ufeff\n ,;\t"')
    if not head.lower().startswith(_BLOCK):
        return 0.0
    results = re.search(r"^\"?(Results for|Calculated results)", head, re.MULTILINE)
    columns = re.search(r"^\"?Plate\"?[,;\t]\"?Repeat\"?[,;\t]\"?Barcode", head, re.MULTILINE)
    return 1.0 if results or columns else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per block of results."""
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    starts = [k for k, row in enumerate(sheet.rows) if _first(row).lower() == _BLOCK]
    if not starts:
        raise InputError("has no block 'Plate information'", do="Export the file again")
    end = next(
        (
            k
            for k in range(starts[-1], len(sheet.rows))
            if _first(sheet.rows[k]).lower().rstrip(":") in _AFTER
        ),
        len(sheet.rows),
    )
    size = _plate_size(sheet, end)
    bounds = zip(starts, [*starts[1:], end], strict=True)
    grids = lettered_grids(sheet)
    blocks = [_block(sheet, grids, start, stop, size) for start, stop in bounds]
    readings = []
    for block in blocks:
        numbers = with_decimal_mark_of(sheet, [block.cells])
        readings.append(
            PlateReading(
                block.plate,
                (block.title, block.moment),
                read_cells(block.cells, numbers),
                block.unit,
                size,
                (*numbers.all_notes, *end_notes(sheet, block.cells, size or block.size)),
            )
        )
    return FileContent(
        plates=plates_of_readings(readings, raw.stem, options, unused=_maps(sheet, grids, end))
    )


def _first(row: Sequence[str]) -> str:
    return next((cell for cell in row if cell), "").strip()


def _block(
    sheet: Sheet, grids: Sequence[LetteredGrid], start: int, end: int, size: int | None
) -> _EnvisionBlock:
    names = [cell.lower() for cell in sheet.rows[start + 1]] if start + 1 < end else []
    values = sheet.rows[start + 2] if start + 2 < end else ()
    facts = {name: value for name, value in zip(names, values, strict=False) if name}
    result = next(
        (
            match[1]
            for row in sheet.rows[start + 2 : end]
            if (match := _RESULTS.fullmatch(",".join(cell for cell in row if cell)))
        ),
        "",
    )
    inside = [grid for grid in grids if start < grid.header < end]
    if inside:
        return _EnvisionBlock(facts, result, inside[0].cells, inside[0].size)
    cells = _bare(sheet, start + 3, end, size)
    if not cells:
        raise InputError(
            "a block has no grid of results",
            where=sheet.where(start),
            do="Export the file again",
        )
    return _EnvisionBlock(facts, result, cells)


def _bare(sheet: Sheet, start: int, end: int, size: int | None) -> Cells:
    """Cells of a grid without letters and numbers, whose rows end with an empty cell.

    Raises
    ------
    InputError
        If rows were left out, so that their letters are not known.
    """
    rows: list[int] = []
    for index in range(start, end):
        row = sheet.rows[index]
        # A row of empty wells has its separators; the line between blocks has none.
        if len(row) > 1 and all(not cell or is_number_like(cell) for cell in row):
            rows.append(index)
    if not rows:
        return {}
    columns = max(len(sheet.rows[at]) for at in rows)
    columns -= all(not sheet.rows[at][-1] for at in rows if len(sheet.rows[at]) == columns)
    known = [shape for shape in PLATE_SHAPES.values() if shape == (len(rows), columns)]
    wanted = PLATE_SHAPES[size] if size else (known[0] if known else None)
    if wanted != (len(rows), columns):
        stated = f"a plate of {size} wells" if size else "every plate"
        raise InputError(
            f"a block without row letters has {len(rows)} rows and {columns} columns, "
            f"unlike {stated}",
            where=sheet.where(rows[0]),
            do="Export with row letters and column numbers (format Plate2 of the EnVision)",
        )
    return {
        (r, c): (cell, at)
        for r, at in enumerate(rows)
        for c, cell in enumerate(sheet.rows[at][:columns])
        if cell
    }


def _plate_size(sheet: Sheet, end: int) -> int | None:
    """Number of wells of the plate type at the end of the file."""
    for row in sheet.rows[end:]:
        filled = [cell for cell in row if cell]
        if len(filled) > 1 and filled[0].lower() == "number of the wells in the plate":
            number = filled[-1]
            return int(number) if number.isdigit() and int(number) in PLATE_SHAPES else None
    return None


def _maps(sheet: Sheet, grids: Sequence[LetteredGrid], end: int) -> tuple[str, ...]:
    """Phrases for the plate maps after the results, whose cells are words or marks."""
    maps = [grid for grid in grids if grid.header >= end]
    return tuple(
        f"block 'Platemap' of rows {row_letters(min(grid.rows))} to {row_letters(max(grid.rows))} "
        f"({sheet.where(grid.header)})"
        for grid in maps
    )


READER = Reader(
    description="CSV of an EnVision plate reader",
    sniff=sniff,
    read=read,
    seen="EnVision Workstation, Plate2 format",
    words=("EnVision",),
)
