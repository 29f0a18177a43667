"""Tables of a screen."""

from __future__ import annotations

import math

from tricyclic.io.frames import Columns
from tricyclic.io.write_tables import Cell
from tricyclic.reports.files.screen_tables import screen_rows
from tricyclic.results.screening import ScreeningResult

# The table that a reader of a screen looks at first, where there are several.
FIRST = ("potencies", "curves", "wells", "plates")


def screen_frames(result: ScreeningResult) -> dict[str, Columns]:
    """Potencies of compounds, else their curves or wells, else the plates; then all other tables
    that a folder of results has.
    """
    tables = screen_rows(result)
    ordered = sorted(tables, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    return {
        name: {
            column: _column([row[k] for row in tables[name][1]])
            for k, column in enumerate(tables[name][0])
        }
        for name in ordered
    }


def _column(cells: list[Cell]) -> list[Cell]:
    """A column; missing cells of a column of numbers are nan."""
    if any(isinstance(cell, float) for cell in cells):
        return [math.nan if cell is None or cell == "" else cell for cell in cells]
    return cells
