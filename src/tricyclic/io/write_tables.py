"""Columns of numbers and words as the bytes of a CSV or a Parquet file, the same for the same columns."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

Columns = Mapping[str, Sequence[str] | Sequence[float]]


def csv_bytes(columns: Columns) -> bytes:
    """Write columns as CSV; numbers to ten figures, an empty cell for nan."""
    import csv

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow([cell if isinstance(cell, str) else _number(cell) for cell in row])
    return text.getvalue().encode("utf-8")


def parquet_bytes(columns: Columns, about: Mapping[str, str]) -> bytes:
    """Write columns as Parquet; `about` is what the file says of itself, such as its units."""
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
    table = pa.table(arrays).replace_schema_metadata(dict(about))
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _number(value: float) -> str:
    return "" if value != value else f"{value:.10g}"
