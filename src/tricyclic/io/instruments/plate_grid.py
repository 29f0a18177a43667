"""A grid of readings in CSV, TSV or XLSX, with or without row letters and column numbers -> one plate per grid.

The unit is read where a heading or the corner cell states it ("cpm", "Plate 1 (dpm)", "unit: cps"); a
heading that names the plate gives it its name.
"""

from __future__ import annotations

import re

from tricyclic.core.plate import Plate
from tricyclic.errors import InputError
from tricyclic.io.base import Options, Raw, Reader, Reading
from tricyclic.io.grids import Grid, find_grids
from tricyclic.io.plates import Found, found_in, make_plate
from tricyclic.io.stated import unit_in_heading

_PLATE_NAME = re.compile(r"\s*(?:plate|platte|barcode)\b\s*[:#=]?\s*([\w.-]{1,24})", re.IGNORECASE)


def sniff(raw: Raw) -> float:
    """Whether a sheet holds a grid of readings."""
    return (
        0.9
        if any(_holds_readings(grid) for sheet in raw.looked_at for grid in find_grids(sheet))
        else 0.0
    )


def read(raw: Raw, options: Options) -> Reading:
    """One plate per grid."""
    grids = [grid for sheet in raw.sheets for grid in find_grids(sheet)]
    plates: list[Plate] = []
    for number, grid in enumerate(grids, 1):
        plates.append(
            plate_of_grid(
                grid, _name(raw, grid, number, len(grids), [p.name for p in plates]), options
            )
        )
    silent = [sheet.name for sheet in raw.sheets if all(grid.sheet is not sheet for grid in grids)]
    if silent and plates:
        raise InputError(
            f"sheet '{silent[0]}' holds no grid of readings", do="Say which sheet to read: sheet=…"
        )
    return Reading(plates=tuple(plates))


def plate_of_grid(
    grid: Grid, name: str, options: Options, *, unit: str = "", notes: tuple[str, ...] = ()
) -> Plate:
    """Make a plate of one grid.

    Raises
    ------
    InputError
        If a cell holds no reading, or the grid states two units.
    """
    found: dict[tuple[int, int], Found] = {}
    for position in grid.cells:
        reading = found_in(grid.cells[position][0], grid.sheet, grid.where(position))
        if reading is not None:
            found[position] = reading
    # The heading next to the grid speaks for it; one far above may speak of another.
    stated = unit or next(
        (said for text in reversed(grid.headings[-6:]) if (said := unit_in_heading(text))), ""
    )
    return make_plate(
        name,
        found,
        shape=grid.shape,
        unit=stated,
        options=options,
        notes=(*grid.sheet.said, *notes),
    )


def _holds_readings(grid: Grid) -> bool:
    texts = [text for text, _ in grid.cells.values()]
    readings = sum(
        1
        for text in texts
        if any(character.isdigit() for character in text) and not text[0].isalpha()
    )
    return bool(texts) and (
        readings > 0.5 * len(texts) or 0 < readings == sum(1 for t in texts if t != "-")
    )


def _name(raw: Raw, grid: Grid, number: int, many: int, taken: list[str]) -> str:
    if many == 1:
        return raw.stem
    said = next(
        (
            match[1]
            for text in reversed(grid.headings)
            if (match := _PLATE_NAME.fullmatch(text.split("(")[0].strip()))
        ),
        "",
    )
    name = f"{raw.stem} {said or grid.sheet.name or number}"
    return name if name not in taken else f"{name} {number}"


READER = Reader(says="a plate as a grid, in CSV, TSV or XLSX", sniff=sniff, read=read, generic=True)
