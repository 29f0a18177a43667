"""Read a CSV file of many curves in batches, compressed or not.

Delimiter and decimal mark are detected from the first lines. Columns of the same name are
replicates, which are numbered.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from tricyclic.core.text_column import is_date, other_mark_error
from tricyclic.errors import InputError
from tricyclic.io.curves.cells import CellRemarks, without_nameless_rows
from tricyclic.io.curves.columns import ColumnNames, CurveColumns, find_columns
from tricyclic.io.curves.plain_text import PlainColumns, PlainReader, can_be_plain
from tricyclic.io.delimited_text import shortened, utf16_without_mark
from tricyclic.io.files import at_file, csv_of, existing_file
from tricyclic.numerals import (
    NumberFormat,
    column_mark,
    decimal_of,
    has_other_mark,
    is_whole_number,
)

_HEAD = 1 << 20
# Lines among which the names of the columns are searched, and kinds of columns are recognised.
_FIRST_LINES = 40
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


class WordAmongReadingsError(InputError):
    """A cell of a column of readings that is not a number."""


@dataclass(frozen=True)
class CurveText:
    """A CSV file of curves; `of` reads its first lines.

    `skipped` is the number of lines above the names of the columns; with `with_words` the readings
    are read as text, in which a word counts as missing. `marks` are the decimal marks of columns
    that have another one than `decimal`. `bytes_per_row` is that of the first lines;
    0 for a compressed file.
    """

    path: str
    names: tuple[str, ...]
    layout: CurveColumns
    delimiter: str
    decimal: str
    encoding: str = "utf-8"
    skipped: int = 0
    with_words: bool = False
    bytes_per_row: float = 0.0
    marks: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, path: str | Path, chosen: ColumnNames | None = None) -> CurveText:
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
        encoding = _encoding(head)
        lines = head.decode(encoding, errors="ignore").removeprefix("\ufeff")
        # Not `splitlines`, which ends lines at form feeds too.
        lines = re.split(r"\r\n|\r|\n", lines)
        lines = lines[: -1 if len(head) == _HEAD else None]
        delimiter = max(",;\t", key="\n".join(lines[:_FIRST_LINES]).count)
        with csv_of(name):
            rows = [
                [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
                for line in lines[:_FIRST_LINES]
            ]
        skipped = _header_row(rows, chosen)
        names = _numbered(rows[skipped])
        cells = rows[skipped + 1 :]
        if delimiter == ",":
            # Quoted numbers: "12,5" shows a decimal comma, "1,000" may be either.
            comma = {decimal_of(cell)[0] for row in cells for cell in row} - {""} == {","}
        else:
            mark = column_mark(cell for row in cells for cell in row)
            either = (decimal_of(cell)[1] == "," for row in cells for cell in row)
            comma = mark == "," or (not mark and any(either))
        decimal = "," if comma else "."
        shown = {
            column: column_mark(row[k] for row in cells if len(row) > k)
            for k, column in enumerate(names)
        }
        # A file may have columns of two programs; the mark of a file with one is that of the file.
        marks = {column: mark for column, mark in shown.items() if mark and mark != decimal}
        kinds = {
            column: _kind(cells, k, marks.get(column, decimal)) for k, column in enumerate(names)
        }
        layout = find_columns(kinds, names=names, where=name, chosen=chosen, typed=False)
        if not any(any(row) for row in cells):
            raise InputError("has columns but no rows", where=name)
        bytes_per_row = 0.0 if _compression(path) else len(head) / max(len(lines), 1)
        return cls(
            str(path),
            _distinct(names),
            layout,
            delimiter,
            decimal,
            encoding,
            skipped,
            bytes_per_row=bytes_per_row,
            marks=marks,
        )

    @property
    def skipped_lines(self) -> tuple[str, ...]:
        """The lines above the names of the columns, as a phrase."""
        if not self.skipped:
            return ()
        lines = "line 1" if self.skipped == 1 else f"lines 1 to {self.skipped}"
        return (f"{lines} above the names of the columns",)

    def batches(self, remarks: CellRemarks | None = None) -> Iterator[Any]:
        """Read the columns that are used, some thousand rows at a time.

        Parameters
        ----------
        remarks : CellRemarks, optional
            What is read as missing is counted there.

        Raises
        ------
        WordAmongReadingsError
            If a reading is not a number; `replace(text, with_words=True)` reads such a file.
        InputError
            If another cell is not a number, a line is too short or too long, or the file is
            damaged.
        """
        layout = self.layout
        remarks = remarks or CellRemarks()
        texts = list(dict.fromkeys([*layout.carried, *([layout.plate] if layout.plate else [])]))
        numbers = [*layout.doses, *layout.required]
        readings = [name for name in layout.required if name != layout.weight]
        own = [column for column in numbers if column in self.marks]
        as_text = list(dict.fromkeys([*own, *(readings if self.with_words else [])]))
        types = {
            **dict.fromkeys(texts, pa.string()),
            **dict.fromkeys(numbers, pa.float64()),
            **dict.fromkeys(as_text, pa.string()),
        }
        name = Path(self.path).name
        parse = arrow_csv.ParseOptions(delimiter=self.delimiter)
        convert = arrow_csv.ConvertOptions(
            column_types=types,
            include_columns=[*texts, *numbers],
            null_values=_MISSING,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            decimal_point=self.decimal,
        )

        def otherwise(lines: bytes) -> Any:
            # A mark of UTF-8 below the first line is part of a name.
            lines = b"\n" + lines if lines.startswith(codecs.BOM_UTF8) else lines
            # One block: a cell may contain line ends.
            rows = arrow_csv.ReadOptions(
                column_names=list(self.names), block_size=len(lines), use_threads=False
            )
            return arrow_csv.read_csv(pa.py_buffer(lines), rows, parse, convert)

        columns = PlainColumns(
            self.names, tuple(texts), tuple(numbers), self.delimiter, tuple(_MISSING)
        )
        reader = PlainReader(columns, otherwise)
        with _as_input_errors(name, self.names, readings, self.decimal):
            if not as_text and can_be_plain(self.encoding, self.decimal, texts, numbers):
                with _opened(self.path) as stream:
                    plain = reader.batches(stream, self.skipped + 1)
                    if plain is not None:
                        for batch in plain:
                            yield without_nameless_rows(batch, layout, remarks)
                        return
            with _opened(self.path, self.encoding) as stream:
                for batch in reader.general(stream, self.skipped + 1):
                    for column in as_text:
                        k = batch.schema.get_field_index(column)
                        mark = self.marks.get(column, self.decimal)
                        if column in readings:
                            values = remarks.numbers(column, batch.column(k), mark)
                        else:
                            values = _numbers(batch.column(k), mark, column)
                        batch = batch.set_column(k, column, values)
                    yield without_nameless_rows(batch, layout, remarks)
        if as_text:
            marks = {column: self.marks.get(column, self.decimal) for column in as_text}
            remarks.check(name, marks)

    def share(self, rows: int) -> float:
        """Share of the file in some rows, an estimate; 0 where it is not known."""
        return min(rows * self.bytes_per_row / Path(self.path).stat().st_size, 1.0)

    def digest(self) -> str:
        """Hash of size and time of the file and of its first and last bytes.

        Whether a converted file can be used again is all that depends on it; a hash of all bytes
        would take as long as reading the file.
        """
        about = Path(self.path).stat()
        sha = hashlib.sha256(repr((about.st_size, about.st_mtime_ns)).encode())
        with open(self.path, "rb") as file:
            sha.update(file.read(_HEAD))
            file.seek(max(about.st_size - _HEAD, 0))
            sha.update(file.read(_HEAD))
        return sha.hexdigest()


def is_parquet(path: str | Path) -> bool:
    """Whether a file is a Parquet file by its first bytes or its name."""
    place = Path(path)
    if place.suffix.lower() in (".parquet", ".pq"):
        return True
    if not place.is_file():
        return False
    with open(place, "rb") as file:
        return file.read(4) == b"PAR1"


def _compression(path: str | Path) -> str | None:
    """Name of the compression by the suffix of a file."""
    suffixes = {".gz": "gzip", ".zst": "zstd"}
    return suffixes.get(Path(path).suffix.lower())


@contextmanager
def _opened(path: str | Path, encoding: str = "utf-8") -> Iterator[Any]:
    """The bytes of a text, in UTF-8 whatever the encoding of the file."""
    with pa.input_stream(str(path), compression=_compression(path)) as stream:
        yield (
            stream
            if encoding == "utf-8"
            else pa.transcoding_input_stream(stream, encoding, "utf-8")
        )


@contextmanager
def _as_input_errors(
    name: str, columns: tuple[str, ...], readings: Sequence[str] = (), decimal: str = "."
) -> Iterator[None]:
    """Turn errors of pyarrow into messages with file, column and advice."""

    try:
        yield
    except InputError as error:
        raise at_file(error, name) from error
    except (OSError, pa.ArrowException, EOFError, UnicodeDecodeError) as error:
        text = str(error)
        if match := _BAD_NUMBER.search(text):
            column = columns[int(match[1])] if int(match[1]) < len(columns) else match[1]
            kind = WordAmongReadingsError if column in readings else InputError
            raise at_file(_not_a_number(kind, match[2], column, decimal), name) from error
        if match := _BAD_COUNT.search(text):
            where = f"{name}, the line '{shortened(match[3])}'" if match[3] else name
            raise InputError(
                f"has {match[2]} cells under {match[1]} column names", where=where
            ) from error
        if "utf" in text.lower() or isinstance(error, UnicodeDecodeError):
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


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Names with a number after those that occurred before; only unused columns may repeat."""
    out: list[str] = []
    for name in names:
        number = 2
        fresh = name
        while fresh in out:
            fresh, number = f"{name} ({number})", number + 1
        out.append(fresh)
    return tuple(out)


def _encoding(head: bytes) -> str:
    """Encoding of a text: by its mark, else UTF-8, else that of spreadsheet programs of Windows."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if (codec := utf16_without_mark(head)) is not None:
        return codec
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _header_row(rows: Sequence[Sequence[str]], chosen: ColumnNames | None) -> int:
    """Number of the row with the names of the columns; title rows may stand above it."""
    wanted = set()
    if chosen is not None:
        wanted = {name for name in (chosen.x, chosen.y, chosen.weights) if name}
    for number, row in enumerate(rows):
        if wanted <= set(row) and (wanted or "curve" in row):
            return number
    return next((number for number, row in enumerate(rows) if any(row)), 0)


def _numbers(column: Any, mark: str, name: str) -> Any:
    """A column of doses or weights with a decimal mark of its own as numbers."""
    encoded = column.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    values = [NumberFormat(mark).read(text.strip()) for text in texts]
    for text, value in zip(texts, values, strict=True):
        if value is None and text.strip():
            raise _not_a_number(InputError, text, name, mark)
    return pa.array(values, pa.float64()).take(encoded.indices)


def _not_a_number(kind: type[InputError], text: str, column: str, mark: str) -> InputError:
    where = f"column '{column}'"
    if kind is InputError and has_other_mark(text, mark):
        return other_mark_error(text, mark, where)
    return kind(
        f"'{shortened(text)}' is not a number",
        where=where,
        do="Leave missing readings empty, and write all others as numbers",
    )


def _kind(rows: Sequence[Sequence[str]], column: int, decimal: str) -> str:
    """Kind of the cells of a column, from the first rows."""
    cells = [row[column] for row in rows if len(row) > column and row[column] not in _MISSING]
    number = NumberFormat(decimal)
    values = [number.read(cell) for cell in cells]
    if 2 * values.count(None) > len(cells):
        return "dates" if 2 * sum(map(is_date, cells)) > len(cells) else "text"
    whole = all(is_whole_number(cell) for cell in cells)
    return "whole numbers" if cells and whole else "numbers"
