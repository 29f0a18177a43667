"""The CSV of an EnVision plate reader -> one plate per block of results, calculated ones included; the plate map is no plate."""

from __future__ import annotations

import re

from tricyclic.core.plate import Plate
from tricyclic.io.base import Options, Raw, Reader, Reading
from tricyclic.io.delimited_text import text_sheet
from tricyclic.io.grids import Grid, find_grids
from tricyclic.io.instruments.plate_grid import plate_of_grid
from tricyclic.io.stated import unit_in_heading

_RESULTS = re.compile(r"(?:Calculated results|Results for)\b:?\s*(.+)", re.IGNORECASE)


def sniff(raw: Raw) -> float:
    """Whether the file begins with plate information and holds results."""
    head = raw.text[:20_000].lstrip("\ufeff\n ,;\t")
    return (
        1.0
        if head.lower().startswith("plate information")
        and re.search(r"^(Results for|Calculated results)", head, re.MULTILINE)
        else 0.0
    )


def read(raw: Raw, options: Options) -> Reading:
    """One plate per block of results."""
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    blocks = [(grid, result) for grid in find_grids(sheet) if (result := _result(grid))]
    plates: list[Plate] = []
    for grid, result in blocks:
        name = f"{raw.stem} {result}" if len(blocks) > 1 else raw.stem
        if name in {plate.name for plate in plates}:
            name = f"{name} {len(plates) + 1}"
        unit = unit_in_heading(result)
        plates.append(
            plate_of_grid(_bare(grid), name, options, unit=unit, notes=(f"block '{result}'",))
        )
    return Reading(plates=tuple(plates))


def _result(grid: Grid) -> str:
    return next(
        (match[1] for text in reversed(grid.headings) if (match := _RESULTS.fullmatch(text))), ""
    )


def _bare(grid: Grid) -> Grid:
    # Words far above the grid name flashes and filters, not the unit of its values.
    return Grid(grid.sheet, grid.cells, grid.shape, (), grid.first)


READER = Reader(says="CSV of an EnVision plate reader", sniff=sniff, read=read)
