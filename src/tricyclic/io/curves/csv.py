"""From a CSV file of many curves, compressed or not, to batches of columns, streamed.

Delimiter and decimal mark are found from the first lines. Replicates may be columns of the same name; they are numbered.
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

from tricyclic.errors import InputError
from tricyclic.io.curves.columns import Layout, layout_of
from tricyclic.io.delimited_text import shortened
from tricyclic.io.files import at_file

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
_BAD_NUMBER = re.compile(r"column #(\d+):.*?invalid value '(.*)'", re.DOTALL)
_BAD_COUNT = re.compile(r"Expected (\d+) columns, got (\d+)(?:: (.*))?", re.DOTALL)


@dataclass(frozen=True)
class CurveText:
    """A CSV file of curves; `of` looks at its first lines."""

    path: str
    names: tuple[str, ...]
    layout: Layout
    delimiter: str
    decimal: str

    @classmethod
    def of(cls, path: str | Path) -> CurveText:
        """Find columns, delimiter and decimal mark.

        Raises
        ------
        InputError
            If the file is missing, empty, no text, or lacks a column.
        """
        name = Path(path).name
        if Path(path).is_dir() or not Path(path).is_file():
            raise InputError(
                "is a folder" if Path(path).is_dir() else "there is no such file",
                where=str(path),
                do="Name one file in it"
                if Path(path).is_dir()
                else "Check the name and the folder",
            )
        with _told(name, ()), _opened(path) as stream:
            head = stream.read(_HEAD)
        if not head.strip():
            raise InputError("the file is empty", where=name)
        try:
            text = head.decode("utf-8-sig", errors="strict" if len(head) < _HEAD else "ignore")
        except UnicodeDecodeError as error:
            raise InputError(
                "is no text in UTF-8", where=name, do="Save it again as CSV in UTF-8"
            ) from error
        lines = text.splitlines()
        delimiter = max(",;\t", key=lines[0].count)
        cells = [
            [cell.strip() for cell in row] for row in csv.reader(lines[:20], delimiter=delimiter)
        ]
        names = _numbered(cells[0])
        comma = delimiter != "," and any(
            re.fullmatch(r"[-+]?\d+,\d+", cell) for row in cells[1:] for cell in row
        )
        layout = layout_of(dict.fromkeys(names, "number"), names=names, where=name)
        if len(lines) < 2:
            raise InputError("holds columns and no rows", where=name)
        return cls(str(path), tuple(names), layout, delimiter, "," if comma else ".")

    def batches(self) -> Iterator[Any]:
        """Read the columns that matter, some thousand rows at a time.

        Raises
        ------
        InputError
            If a cell that should be a number is none, a line is too short or too long, or the file ends too early.
        """
        import pyarrow as pa
        from pyarrow import csv as read

        layout = self.layout
        text = [layout.curve, *([layout.plate] if layout.plate else [])]
        numbers = [*layout.doses, *layout.wanted]
        name = Path(self.path).name
        with _told(name, self.names), _opened(self.path) as stream:
            reader = read.open_csv(
                stream,
                read_options=read.ReadOptions(
                    column_names=list(self.names), skip_rows=1, block_size=_BATCH, use_threads=False
                ),
                parse_options=read.ParseOptions(delimiter=self.delimiter),
                convert_options=read.ConvertOptions(
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
        """SHA-256 of the file as it lies there."""
        with open(self.path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def is_parquet(path: str | Path) -> bool:
    """Whether a file is, by its first bytes or its name, a Parquet file."""
    place = Path(path)
    if place.suffix.lower() in (".parquet", ".pq"):
        return True
    if not place.is_file():
        return False
    with open(place, "rb") as file:
        return file.read(4) == b"PAR1"


@contextmanager
def _opened(path: str | Path) -> Iterator[Any]:
    import pyarrow as pa

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
def _told(name: str, columns: tuple[str, ...]) -> Iterator[None]:
    """Turn what the library complains of into our sentences."""
    import pyarrow as pa

    try:
        yield
    except (OSError, pa.ArrowException, EOFError) as error:
        words = str(error)
        if found := _BAD_NUMBER.search(words):
            column = columns[int(found[1])] if int(found[1]) < len(columns) else found[1]
            raise at_file(
                InputError(
                    f"'{shortened(found[2])}' is no number",
                    where=f"column '{column}'",
                    do="Leave missing readings empty, and write every other as a number",
                ),
                name,
            ) from error
        if found := _BAD_COUNT.search(words):
            where = f"{name}, the line '{shortened(found[3])}'" if found[3] else name
            raise InputError(
                f"a line has {found[2]} cells where {found[1]} are named", where=where
            ) from error
        if "UTF8" in words or "utf" in words.lower():
            raise InputError(
                "is no text in UTF-8", where=name, do="Save it again as CSV in UTF-8"
            ) from error
        raise InputError(
            "ends too early or is damaged", where=name, do="Copy it again from where it came"
        ) from error


def _numbered(names: list[str]) -> list[str]:
    """Columns of one dose that carry the same name are replicates: -9, -9 (2), -9 (3)."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(
            f"{name} ({seen[name]})" if seen[name] > 1 and re.match(r"[-+−.\d]", name) else name
        )
    return out
