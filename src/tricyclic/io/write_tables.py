"""Write tables as CSV or Parquet; the one writer of tables. Equal tables give equal bytes."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Cell = str | float | int | bool | None
Columns = Mapping[str, Sequence[str] | Sequence[float]]
# Significant figures of a number in a CSV file by default.
DIGITS = 10


def csv_bytes(columns: Columns, *, digits: int | None = DIGITS) -> bytes:
    """Columns of equal length as CSV.

    Parameters
    ----------
    columns
        Values by column name.
    digits
        Significant figures of a number; None for all digits.
    """
    return csv_rows(list(columns), zip(*columns.values(), strict=True), digits=digits)


def csv_files(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, bytes]:
    """Tables by name as the files NAME.csv, numbers with all digits."""
    return {f"{name}.csv": csv_bytes(columns, digits=None) for name, columns in tables.items()}


def csv_rows(
    head: Sequence[str], rows: Iterable[Sequence[Cell]], *, digits: int | None = DIGITS
) -> bytes:
    """Rows as CSV; nan and None are empty cells, truth values are "yes" and "no"."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    by_type = _by_type(digits)
    writer.writerows(
        [
            by_type[type(cell)](cell) if type(cell) in by_type else _cell(cell, digits)
            for cell in row
        ]
        for row in rows
    )
    return text.getvalue().encode("utf-8")


def parquet_bytes(columns: Columns, metadata: Mapping[str, str]) -> bytes:
    """Columns as Parquet; `metadata` describes the file, such as its units."""
    # Here, because most commands write no Parquet, and Arrow takes 40 ms to import.
    import pyarrow as pa
    from pyarrow import parquet

    arrays = {
        name: pa.array(
            list(column),
            pa.string() if column and isinstance(column[0], str) else pa.float64(),
            from_pandas=True,
        )
        for name, column in columns.items()
    }
    table = pa.table(arrays).replace_schema_metadata(dict(metadata))
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def inferred_parquet_bytes(columns: Mapping[str, Sequence[Cell]]) -> bytes:
    """Columns of any plain values as Parquet: text, numbers with or without gaps, yes or no; a
    column of several kinds is text.
    """
    import pyarrow as pa
    from pyarrow import parquet

    arrays = {}
    for name, column in columns.items():
        cells = list(column)
        try:
            arrays[name] = pa.array(cells, from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            texts = [None if cell is None or cell != cell else str(cell) for cell in cells]
            arrays[name] = pa.array(texts, pa.string())
    sink = io.BytesIO()
    parquet.write_table(pa.table(arrays), sink, compression="zstd")
    return sink.getvalue()


def _by_type(digits: int | None) -> dict[type, Callable[[Any], str | float]]:
    """Cell to write by its type; tables of screens have millions of cells."""

    def number(value: float) -> str | float:
        # The csv module writes a float with all digits.
        return value if digits is None else f"{value:.{digits}g}"

    return {
        str: str,
        int: str,
        float: lambda value: number(value) if value == value else "",
        bool: lambda value: "yes" if value else "no",
        type(None): lambda _: "",
    }


def _cell(cell: Cell, digits: int | None) -> str:
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return str(cell)
    if math.isnan(cell):
        return ""
    return repr(float(cell)) if digits is None else f"{cell:.{digits}g}"
