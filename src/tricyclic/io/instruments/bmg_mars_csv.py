"""The CSV that MARS writes for a BMG plate reader -> one plate per block of raw data."""

from __future__ import annotations

import re

from tricyclic.io.base import Options, Raw, Reader, Reading
from tricyclic.io.delimited_text import text_sheet
from tricyclic.io.grids import Grid, find_grids
from tricyclic.io.instruments.plate_grid import plate_of_grid


def sniff(raw: Raw) -> float:
    """Whether the file begins with user, path and test as MARS writes them."""
    head = raw.text[:4000].lstrip("\ufeff\n ")
    return (
        1.0
        if re.match(r'"?User: ', head) and "Test run no" in head and "Test name: " in head
        else 0.0
    )


def read(raw: Raw, options: Options) -> Reading:
    """One plate per block of data."""
    sheet = text_sheet(raw.data, decimal=raw.decimal)
    grids = find_grids(sheet)
    return Reading(
        plates=tuple(
            plate_of_grid(
                Grid(grid.sheet, grid.cells, grid.shape, (), grid.first),
                f"{raw.stem} {number}" if len(grids) > 1 else raw.stem,
                options,
                notes=tuple(grid.headings[-2:]),
            )
            for number, grid in enumerate(grids, 1)
        )
    )


READER = Reader(says="CSV of MARS (BMG plate reader)", sniff=sniff, read=read)
