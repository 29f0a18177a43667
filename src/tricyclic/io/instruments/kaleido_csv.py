"""CSV of Kaleido for an EnSight plate reader: one plate per result, not for the plate map."""

from __future__ import annotations

import re

from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import text_sheet
from tricyclic.io.grids import PlateGrid, find_grids
from tricyclic.io.instruments.plate_grid import other_blocks, plate_of_grid

_RESULT = re.compile(r"Result for\s+(.+)", re.IGNORECASE)


def sniff(raw: RawFile) -> float:
    """Whether the file has the heading of EnSight results or the closing line of Kaleido."""
    text = raw.text
    marked = (
        text[:2000].lstrip("\ufeff\n ,;").startswith("EnSight Results")
        or "Exported with Kaleido" in text[-2000:]
    )
    return 1.0 if marked and re.search(r"^Result for ", text, re.MULTILINE) else 0.0


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per result."""
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    grids = find_grids(sheet)
    blocks = [(grid, result) for grid in grids if (result := _result(grid))]
    unused = other_blocks(grid for grid in grids if not _result(grid))
    return FileContent(
        plates=tuple(
            plate_of_grid(
                PlateGrid(grid.sheet, grid.cells, grid.shape, (), grid.first),
                f"{raw.stem} {number} {result}" if len(blocks) > 1 else raw.stem,
                options,
                notes=(f"result '{result}'",),
                unused=unused,
            )
            for number, (grid, result) in enumerate(blocks, 1)
        )
    )


def _result(grid: PlateGrid) -> str:
    return next(
        (match[1] for text in reversed(grid.headings) if (match := _RESULT.fullmatch(text))), ""
    )


READER = Reader(description="CSV of Kaleido (EnSight plate reader)", sniff=sniff, read=read)
