"""CSV of MARS for a BMG plate reader: one plate per block of raw data."""

from __future__ import annotations

import re

from tricyclic.io.base import FileContent, RawFile, Reader, ReadOptions
from tricyclic.io.delimited_text import text_sheet
from tricyclic.io.grids import PlateGrid, find_grids
from tricyclic.io.instruments.plate_grid import plate_of_grid


def sniff(raw: RawFile) -> float:
    """Whether the file begins with user, path and test as MARS writes them."""
    head = raw.text[:4000].lstrip("\ufeff\n ")
    return (
        1.0
        if re.match(r'"?User: ', head) and "Test run no" in head and "Test name: " in head
        else 0.0
    )


def read(raw: RawFile, options: ReadOptions) -> FileContent:
    """One plate per block of data."""
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    grids = find_grids(sheet)
    return FileContent(
        plates=tuple(
            plate_of_grid(
                PlateGrid(grid.sheet, grid.cells, grid.shape, (), grid.first),
                f"{raw.stem} {number}" if len(grids) > 1 else raw.stem,
                options,
                notes=tuple(grid.headings[-2:]),
            )
            for number, grid in enumerate(grids, 1)
        )
    )


READER = Reader(description="CSV of MARS (BMG plate reader)", sniff=sniff, read=read)
