"""A table in memory as the CSV file that it would be, for the readers of files."""

from __future__ import annotations

import csv
import io

import numpy as np

from tricyclic.core.table import DataTable

# Rows whose cells are in memory as text at the same time.
_ROWS_AT_ONCE = 50_000


def table_as_csv(table: DataTable) -> bytes:
    """The cells of a table as CSV in UTF-8: a row of names, then the rows, all digits kept.

    Parameters
    ----------
    table
        Its missing numbers are empty cells.
    """
    written = io.BytesIO()
    text = io.TextIOWrapper(written, "utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    for first in range(0, len(table), _ROWS_AT_ONCE):
        rows = slice(first, first + _ROWS_AT_ONCE)
        columns = [
            _cells(np.asarray(table.values[name][rows], float))
            if name in table.values
            else table.text[name][rows]
            for name in table.columns
        ]
        writer.writerows(zip(*columns, strict=True))
    text.flush()
    return written.getvalue()


def _cells(values: np.ndarray) -> list[str]:
    """Numbers as text: whole ones without a decimal point, missing ones empty."""
    cells = list(map(repr, values.tolist()))
    with np.errstate(invalid="ignore"):
        whole = (np.abs(values) < 1e15) & (values == np.rint(values))
    for k in np.flatnonzero(whole).tolist():
        cells[k] = str(int(values[k]))
    for k in np.flatnonzero(np.isnan(values)).tolist():
        cells[k] = ""
    return cells
