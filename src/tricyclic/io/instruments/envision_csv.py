"""CSV of an EnVision plate reader: one plate per block of results, not for the plate map."""

from __future__ import annotations

import re

from tricyclic.core.plate import Plate
from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import text_sheet
from tricyclic.io.grids import PlateGrid, find_grids
from tricyclic.io.headings import unit_in_heading
from tricyclic.io.instruments.plate_grid import other_blocks, plate_of_grid

_RESULTS = re.compile(r"(?:Calculated results|Results for)\b:?\s*(.+)", re.IGNORECASE)


def sniff(raw: RawFile) -> float:
    """Whether the file begins with plate information and contains results."""
    head = raw.text[:20_000].lstrip("\ufeff\n ,;\t")
    return (
        1.0
        if head.lower().startswith("plate information")
        and re.search(r"^(Results for|Calculated results)", head, re.MULTILINE)
        else 0.0
    )


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per block of results."""
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    grids = find_grids(sheet)
    blocks = [(grid, result) for grid in grids if (result := _result(grid))]
    unused = other_blocks(grid for grid in grids if not _result(grid))
    plates: list[Plate] = []
    for grid, result in blocks:
        name = f"{raw.stem} {result}" if len(blocks) > 1 else raw.stem
        if name in {plate.name for plate in plates}:
            name = f"{name} {len(plates) + 1}"
        unit = unit_in_heading(result)
        plates.append(
            plate_of_grid(
                _bare(grid),
                name,
                options,
                unit=unit,
                notes=(f"block '{result}'",),
                unused=unused,
            )
        )
    return FileContent(plates=tuple(plates))


def _result(grid: PlateGrid) -> str:
    return next(
        (match[1] for text in reversed(grid.headings) if (match := _RESULTS.fullmatch(text))), ""
    )


def _bare(grid: PlateGrid) -> PlateGrid:
    # Headings far above the grid describe flashes and filters, not the unit of its values.
    return PlateGrid(grid.sheet, grid.cells, grid.shape, (), grid.first)


READER = Reader(description="CSV of an EnVision plate reader", sniff=sniff, read=read)
