"""A table in memory as the CSV file that it would be, for the readers of files."""

from __future__ import annotations

import csv
import io
import math

from tricyclic.core.table import DataTable


def table_as_csv(table: DataTable) -> bytes:
    """The cells of a table as CSV in UTF-8: a row of names, then the rows, all digits kept.

    Parameters
    ----------
    table
        Its missing numbers are empty cells.
    """
    columns = [
        [_cell(value) for value in table.values[name].tolist()]
        if name in table.values
        else list(table.text[name])
        for name in table.columns
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode("utf-8")


def _cell(value: float) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
