"""The CSV that Kaleido writes for an EnSight plate reader -> one plate per result; the plate map is no plate."""

from __future__ import annotations

import re

from tricyclic.io.base import Options, Raw, Reader, Reading
from tricyclic.io.delimited_text import text_sheet
from tricyclic.io.grids import Grid, find_grids
from tricyclic.io.instruments.plate_grid import plate_of_grid

_RESULT = re.compile(r"Result for\s+(.+)", re.IGNORECASE)


def sniff(raw: Raw) -> float:
    """Whether the file says that it holds EnSight results or was exported with Kaleido."""
    text = raw.text
    said = (
        text[:2000].lstrip("\ufeff\n ,;").startswith("EnSight Results")
        or "Exported with Kaleido" in text[-2000:]
    )
    return 1.0 if said and re.search(r"^Result for ", text, re.MULTILINE) else 0.0


def read(raw: Raw, options: Options) -> Reading:
    """One plate per result."""
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    blocks = [(grid, result) for grid in find_grids(sheet) if (result := _result(grid))]
    return Reading(
        plates=tuple(
            plate_of_grid(
                Grid(grid.sheet, grid.cells, grid.shape, (), grid.first),
                f"{raw.stem} {number} {result}" if len(blocks) > 1 else raw.stem,
                options,
                notes=(f"result '{result}'",),
            )
            for number, (grid, result) in enumerate(blocks, 1)
        )
    )


def _result(grid: Grid) -> str:
    return next(
        (match[1] for text in reversed(grid.headings) if (match := _RESULT.fullmatch(text))), ""
    )


READER = Reader(says="CSV of Kaleido (EnSight plate reader)", sniff=sniff, read=read)
