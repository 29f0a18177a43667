"""Read a CSV file of many curves in batches, compressed or not.

Delimiter and decimal mark are detected from the first lines. Columns of the same name are
replicates, which are numbered.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from tricyclic.errors import InputError
from tricyclic.io.curves.columns import CurveColumns, find_columns
from tricyclic.io.delimited_text import shortened
from tricyclic.io.files import at_file, csv_of, existing_file

_HEAD, _BATCH = 1 << 20, 1 << 22
_MISSING = [
    "",
    "-",
    "NA",
    "N/A",
    "n.a.",
    "n/a",
    "na",
    "nan",
    "NaN",
    "NAN",
    "NULL",
    "null",
    "None",
    "#N/A",
    "n.d.",
]
_BAD_NUMBER = re.compile(r"column #([0-9]+):.*?invalid value '(.*)'", re.DOTALL)
_BAD_COUNT = re.compile(r"Expected ([0-9]+) columns, got ([0-9]+)(?:: (.*))?", re.DOTALL)


@dataclass(frozen=True)
class CurveText:
    """A CSV file of curves; `of` reads its first lines."""

    path: str
    names: tuple[str, ...]
    layout: CurveColumns
    delimiter: str
    decimal: str

    @classmethod
    def of(cls, path: str | Path) -> CurveText:
        """Detect columns, delimiter and decimal mark.

        Raises
        ------
        InputError
            If the file is missing, empty or not text, or has no column of a role.
        """
        name = existing_file(path).name
        with _as_input_errors(name, ()), _opened(path) as stream:
            head = stream.read(_HEAD)
        if not head.strip():
            raise InputError("the file is empty", where=name)
        try:
            text = head.decode("utf-8-sig", errors="strict" if len(head) < _HEAD else "ignore")
        except UnicodeDecodeError as error:
            raise InputError(
                "is not text in UTF-8", where=name, do="Save it again as CSV in UTF-8"
            ) from error
        lines = text.splitlines()
        delimiter = max(",;\t", key=lines[0].count)
        with csv_of(name):
            first = list(csv.reader(lines[:20], delimiter=delimiter))
        cells = [[cell.strip() for cell in row] for row in first]
        names = _numbered(cells[0])
        comma = delimiter != "," and any(
            re.fullmatch(r"[-+]?[0-9]+,[0-9]+", cell) for row in cells[1:] for cell in row
        )
        layout = find_columns(dict.fromkeys(names, "numbers"), names=names, where=name)
        if len(lines) < 2:
            raise InputError("has columns but no rows", where=name)
        return cls(str(path), tuple(names), layout, delimiter, "," if comma else ".")

    def batches(self) -> Iterator[Any]:
        """Read the columns that are used, some thousand rows at a time.

        Raises
        ------
        InputError
            If a cell is not a number, a line is too short or too long, or the file is damaged.
        """

        layout = self.layout
        text = [layout.curve, *([layout.plate] if layout.plate else [])]
        numbers = [*layout.doses, *layout.required]
        name = Path(self.path).name
        with _as_input_errors(name, self.names), _opened(self.path) as stream:
            reader = arrow_csv.open_csv(
                stream,
                read_options=arrow_csv.ReadOptions(
                    column_names=list(self.names), skip_rows=1, block_size=_BATCH, use_threads=False
                ),
                parse_options=arrow_csv.ParseOptions(delimiter=self.delimiter),
                convert_options=arrow_csv.ConvertOptions(
                    column_types={
                        **dict.fromkeys(text, pa.string()),
                        **dict.fromkeys(numbers, pa.float64()),
                    },
                    include_columns=[*text, *numbers],
                    null_values=_MISSING,
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                    decimal_point=self.decimal,
                ),
            )
            yield from reader

    def digest(self) -> str:
        """SHA-256 of the file."""
        with open(self.path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def is_parquet(path: str | Path) -> bool:
    """Whether a file is a Parquet file by its first bytes or its name."""
    place = Path(path)
    if place.suffix.lower() in (".parquet", ".pq"):
        return True
    if not place.is_file():
        return False
    with open(place, "rb") as file:
        return file.read(4) == b"PAR1"


@contextmanager
def _opened(path: str | Path) -> Iterator[Any]:

    packed = (
        "gzip"
        if str(path).lower().endswith(".gz")
        else "zstd"
        if str(path).lower().endswith(".zst")
        else None
    )
    with pa.input_stream(str(path), compression=packed) as stream:
        yield stream


@contextmanager
def _as_input_errors(name: str, columns: tuple[str, ...]) -> Iterator[None]:
    """Turn errors of pyarrow into messages with file, column and advice."""

    try:
        yield
    except (OSError, pa.ArrowException, EOFError) as error:
        text = str(error)
        if match := _BAD_NUMBER.search(text):
            column = columns[int(match[1])] if int(match[1]) < len(columns) else match[1]
            raise at_file(
                InputError(
                    f"'{shortened(match[2])}' is not a number",
                    where=f"column '{column}'",
                    do="Leave missing readings empty, and write all others as numbers",
                ),
                name,
            ) from error
        if match := _BAD_COUNT.search(text):
            where = f"{name}, the line '{shortened(match[3])}'" if match[3] else name
            raise InputError(
                f"has {match[2]} cells under {match[1]} column names", where=where
            ) from error
        if "utf" in text.lower():
            raise InputError(
                "is not text in UTF-8", where=name, do="Save it again as CSV in UTF-8"
            ) from error
        raise InputError(
            "is incomplete or damaged", where=name, do="Copy it again from its source"
        ) from error


def _numbered(names: list[str]) -> list[str]:
    """Names of replicates, which are columns of the same dose: -9, -9 (2), -9 (3)."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(
            f"{name} ({seen[name]})" if seen[name] > 1 and re.match(r"[-+−.0-9]", name) else name
        )
    return out
