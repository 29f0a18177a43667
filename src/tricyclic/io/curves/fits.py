"""The file of the fits of many curves: written piece by piece as Parquet, CSV or XLSX, and read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from tricyclic.errors import InputError
from tricyclic.io.curves.arrays import numpy_numbers
from tricyclic.io.frames import Columns
from tricyclic.io.write_xlsx import MAX_ROWS, WorkbookWriter

# Sheet of a workbook with the fits.
SHEET = "fits"
# A number that no name would lose as one: without zeros in front, and short.
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")


class FitsWriter:
    """Writes tables of fits to one file; the base of the three formats.

    Parameters
    ----------
    place : path
    about : mapping of str to str
        Metadata of a Parquet file.
    """

    def __init__(self, place: Path, about: Mapping[str, str]) -> None:
        self.place = place
        self.about = {f"tricyclic_{name}": value for name, value in about.items()}
        self.writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.writer is not None:
            self.writer.close()


class ParquetFits(FitsWriter):
    """Writes Parquet."""

    def write(self, table: Any) -> None:
        """Append an Arrow table as one row group."""
        if self.writer is None:
            # Fitted numbers hardly compress: 7 % of the file for half of the time.
            compression = {
                field.name: "none" if pa.types.is_floating(field.type) else "zstd"
                for field in table.schema
            }
            self.writer = pq.ParquetWriter(
                self.place,
                table.schema.with_metadata(self.about),
                compression=compression,
                use_dictionary=list(_repeated(table.schema.names)),
                write_statistics=[table.schema.names[0], "log10_ic50"],
            )
        self.writer.write_table(table.replace_schema_metadata(self.about))


class CsvFits(FitsWriter):
    """Writes CSV."""

    def write(self, table: Any) -> None:
        """Append the rows of an Arrow table."""
        if self.writer is None:
            self.writer = arrow_csv.CSVWriter(
                self.place,
                table.schema,
                write_options=arrow_csv.WriteOptions(quoting_style="needed"),
            )
        self.writer.write_table(table)


class WorkbookFits(FitsWriter):
    """Writes a workbook with one sheet."""

    def write(self, table: Any) -> None:
        """Append the rows of an Arrow table.

        Raises
        ------
        InputError
            If there are more rows than a sheet can have.
        """
        if self.writer is None:
            self.writer = WorkbookWriter(self.place, SHEET, table.schema.names)
        if self.writer.rows + table.num_rows > MAX_ROWS:
            raise InputError(
                f"has more than {MAX_ROWS:,} curves",
                where="out",
                allowed="A sheet of a workbook has no more rows",
                do="Name the result fits.parquet or fits.csv",
            )
        self.writer.write(zip(*(column.to_pylist() for column in table.columns), strict=True))


def read_fits(path: str | Path) -> Columns:
    """The columns of a file of fits, by name; of text as lists, of numbers as arrays.

    Raises
    ------
    InputError
        If the file does not exist any more or is a workbook.
    """
    place = Path(path)
    if place.suffix.lower() == ".xlsx":
        raise InputError(
            "is a workbook", where=place.name, do="Name the result fits.parquet to read it again"
        )
    try:
        is_csv = place.suffix.lower() == ".csv"
        table = arrow_csv.read_csv(place) if is_csv else pq.read_table(place)
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            "the file of the fits cannot be read", where=str(place), do="Fit the curves again"
        ) from error
    return table_columns(table)


def with_numbers(columns: Columns, names: Sequence[str]) -> Columns:
    """The same columns, with those of the names as whole numbers where all their texts are such.

    Parameters
    ----------
    columns : mapping
    names : sequence of str
        Columns that came from a file of text.
    """
    changed: dict[str, Any] = dict(columns)
    for name in names:
        cells = changed.get(name)
        if (
            isinstance(cells, list)
            and cells
            and all(_WHOLE.fullmatch(cell or "") for cell in cells)
        ):
            changed[name] = np.array([int(cell) for cell in cells])
    return changed


def table_columns(table: Any) -> Columns:
    """The columns of an Arrow table; of text as lists, of numbers as arrays."""
    columns: dict[str, Any] = {}
    for name in table.schema.names:
        column = table.column(name)
        if pa.types.is_floating(column.type) or (
            pa.types.is_integer(column.type) and not column.null_count
        ):
            columns[name] = np.array(numpy_numbers(column))
        else:
            columns[name] = column.to_pylist()
    return columns


def _repeated(names: list[str]) -> Iterator[str]:
    """Columns in which many curves have the same value: kept ones, printed values, words."""
    first = next((k for k, name in enumerate(names) if name.startswith("ic50")), 1)
    yield from names[1:first]
    yield from (name for name in names if name.endswith("_text"))
    yield from ("status", "checks", "n")
