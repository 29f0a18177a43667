"""Grid of readings in CSV, TSV or XLSX, with or without row letters and column numbers.

The unit is read from a heading or the corner cell ("cpm", "Plate 1 (dpm)", "unit: cps"), the name
of the plate from a heading such as "Plate 1".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tricyclic.core.plate import Plate
from tricyclic.errors import InputError
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import Sheet, is_number_like, shortened
from tricyclic.io.grids import PlateGrid, find_grids
from tricyclic.io.headings import unit_in_heading
from tricyclic.io.plates import CellReading, cell_reading, make_plate

_PLATE_NAME = re.compile(r"\s*(?:plate|platte|barcode)\b\s*[:#=]?\s*([\w.-]{1,24})", re.IGNORECASE)


def sniff(raw: RawFile) -> float:
    """Whether a sheet contains a grid of readings."""
    return (
        0.9
        if any(_has_readings(grid) for sheet in raw.sheets_to_sniff for grid in find_grids(sheet))
        else 0.0
    )


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per grid."""
    grids = [grid for sheet in raw.sheets for grid in find_grids(sheet)]
    for sheet in raw.sheets:
        _refuse_other_readings(sheet, [grid for grid in grids if grid.sheet is sheet])
    plates: list[Plate] = []
    for number, grid in enumerate(grids, 1):
        plates.append(
            plate_of_grid(
                grid, _name(raw, grid, number, len(grids), [p.name for p in plates]), options
            )
        )
    without = [sheet.name for sheet in raw.sheets if all(grid.sheet is not sheet for grid in grids)]
    if without and plates:
        raise InputError(
            f"sheet '{without[0]}' contains no grid of readings",
            do="Name the sheet to read: --sheet NAME",
        )
    return FileContent(plates=tuple(plates))


def plate_of_grid(
    grid: PlateGrid,
    name: str,
    options: ReadOptions,
    *,
    unit: str = "",
    notes: tuple[str, ...] = (),
    unused: tuple[str, ...] = (),
) -> Plate:
    """Make a plate of one grid.

    Raises
    ------
    InputError
        If a cell is not a reading, or the grid has two units.
    """
    grid.sheet.refuse_merged_readings(
        (at, column + grid.offset) for (_, column), (_, at) in grid.cells.items()
    )
    readings: dict[tuple[int, int], CellReading] = {}
    for position in grid.cells:
        reading = cell_reading(grid.cells[position][0], grid.sheet, grid.location(position))
        if reading is not None:
            readings[position] = reading
    # A heading far above the grid may belong to another one.
    headings = [grid.label, *reversed(grid.headings[-6:])]
    labels = (f"label at the right of the rows: {grid.label}",) if grid.label else ()
    in_heading = next((own for text in headings if (own := unit_in_heading(text))), "")
    return make_plate(
        name,
        readings,
        shape=grid.shape,
        unit=unit or in_heading,
        options=options,
        notes=(*grid.sheet.all_notes, *labels, *notes),
        unused=unused,
    )


def other_blocks(grids: Iterable[PlateGrid]) -> tuple[str, ...]:
    """Phrases for plate-shaped blocks that are not read: "block 'Plate map' (line 12)"."""
    return tuple(
        (f"block '{shortened(grid.headings[-1])}'" if grid.headings else "block")
        + f" ({grid.sheet.where(grid.first)})"
        for grid in grids
    )


def _refuse_other_readings(sheet: Sheet, grids: list[PlateGrid]) -> None:
    """Refuse a sheet with rows of numbers beside its grids, which may be the readings.

    Raises
    ------
    InputError
        If rows outside of the grids have as many numbers as a row of a grid.
    """
    if not grids:
        return
    width = max(2, min(grid.shape[1] for grid in grids))
    inside = {at for grid in grids for at in range(grid.first, grid.last + 1)}
    others = [
        index
        for index, row in enumerate(sheet.rows)
        if index not in inside and sum(is_number_like(cell) for cell in row) >= width
    ]
    if others:
        listed = ", ".join(str(sheet.lines[index]) for index in others[:20])
        read = ", ".join(sheet.where(grid.first) for grid in grids[:4])
        raise InputError(
            f"has {len(others)} rows of numbers that are not in a grid "
            f"(rows {listed}{', …' if len(others) > 20 else ''})",
            where=sheet.where(others[0]),
            allowed=f"The only plate-shaped blocks begin in {read}",
            do="Keep only the readings, as a grid with row letters and column numbers, "
            "or as a list with the columns well and value",
        )


def _has_readings(grid: PlateGrid) -> bool:
    texts = [text for text, _ in grid.cells.values()]
    readings = sum(
        1
        for text in texts
        if any(character.isdigit() for character in text) and not text[0].isalpha()
    )
    return bool(texts) and (
        readings > 0.5 * len(texts) or 0 < readings == sum(1 for t in texts if t != "-")
    )


def _name(raw: RawFile, grid: PlateGrid, number: int, many: int, taken: list[str]) -> str:
    if many == 1:
        return raw.stem
    in_heading = next(
        (
            match[1]
            for text in reversed(grid.headings)
            if (match := _PLATE_NAME.fullmatch(text.split("(")[0].strip()))
        ),
        "",
    )
    name = f"{raw.stem} {in_heading or grid.sheet.name or number}"
    return name if name not in taken else f"{name} {number}"


READER = Reader(
    description="a plate as a grid, in CSV, TSV or XLSX", sniff=sniff, read=read, generic=True
)
