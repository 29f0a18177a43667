"""Fits of many curves, stored in parts, so that an interrupted run can be continued.

The folder NAME.part contains one file per block of the input, with the hash of that input; a part
with another hash is computed again. The finished file is the same for any division into parts.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tricyclic.core.coded_text import CodedText
from tricyclic.errors import InputError
from tricyclic.io.atomic import UNFINISHED, clear_unfinished, only_one, write_file
from tricyclic.io.curves.arrays import arrow_numbers, arrow_text
from tricyclic.io.curves.fits import CsvFits, ParquetFits, WorkbookFits, table_columns
from tricyclic.io.frames import Columns

ROWS_PER_GROUP = 65_536
SPOOL_CELLS = 1_500_000
# Columns of numbers of a long file: doses, readings, weights.
MOST_NUMBERS = 4
# Curves whose rows and readings stay at hand for figures.
FIRST_CURVES = 2000
# Formats of the result.
FORMATS = (".parquet", ".pq", ".csv", ".xlsx")
_KEY, _REMARKS = b"made_from", b"remarks"


class CurveStore:
    """The parts of one result; only one run works on them at a time.

    Parameters
    ----------
    out : path
        File of the result: .parquet, .csv or .xlsx.
    """

    def __init__(self, out: str | Path) -> None:
        self.out = Path(out)
        self.folder = self.out.with_name(self.out.name + ".part")
        self.spooled = self.folder / "input.parquet"
        if self.out.suffix.lower() not in FORMATS:
            raise InputError(
                f"'{self.out.name}' is none of {', '.join(FORMATS)}",
                where="out",
                do="Name the result fits.parquet, fits.csv or fits.xlsx",
            )
        if self.out.is_dir():
            raise InputError("is a folder", where=str(self.out), do="Name a file in this folder")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lock the folder of parts; it is removed only after the result has been written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"cannot be made ({error.strerror})",
                where=str(self.folder),
                do="Choose another location with --out",
            ) from error
        lock = only_one(self.folder)
        try:
            lock.__enter__()
        except InputError as error:
            raise InputError(
                "another run is writing this file",
                where=str(self.out),
                do="Wait until it has finished",
            ) from error
        try:
            clear_unfinished(self.folder)
            yield
        finally:
            lock.__exit__(None, None, None)

    def has(self, number: int, key: str) -> bool:
        """Whether the part of a block exists and has this key."""

        try:
            with pa.memory_map(str(self._part(number))) as file, pa.ipc.open_file(file) as part:
                return bool((part.schema.metadata or {}).get(_KEY) == key.encode())
        except (OSError, pa.ArrowException):
            return False

    def put(self, number: int, part: Any) -> None:
        """Store a part."""
        write_file(self._part(number), part)

    def finished_blocks(self) -> list[int]:
        """Numbers of the parts that exist, with any key."""
        return sorted(int(path.stem) for path in self.folder.glob("*.arrow"))

    @contextmanager
    def result(
        self, about: Mapping[str, str], collect: Sequence[str] = ()
    ) -> Iterator[ResultWriter]:
        """Write the result from its parts, in one step at the end; then the parts are removed.

        Parameters
        ----------
        about : mapping
            Metadata of a Parquet file.
        collect : sequence of str
            Columns to return.

        Yields
        ------
        ResultWriter
            Takes the parts in their order. Without an error inside the file is complete afterwards.
        """
        unfinished = self.out.with_name(UNFINISHED + self.out.name)
        writers = {".csv": CsvFits, ".xlsx": WorkbookFits}
        make: Any = writers.get(self.out.suffix.lower(), ParquetFits)
        try:
            with make(unfinished, about) as file:
                writer = ResultWriter(self, file, collect)
                yield writer
                writer.write_remaining()
            with unfinished.open("rb") as written:
                os.fsync(written.fileno())
            os.replace(unfinished, self.out)
        except OSError as error:
            raise InputError(
                f"cannot be written ({error.strerror or error})",
                where=str(self.out),
                do="Choose another location with --out",
            ) from error
        finally:
            with suppress(OSError):
                unfinished.unlink()
        shutil.rmtree(self.folder, ignore_errors=True)

    def keep_rows(self, number: int, table: Any) -> None:
        """Store the rows of a block of a source that cannot be read again."""
        place = self._rows(number)
        unfinished = place.with_name(UNFINISHED + place.name)
        # Such a file has one list of names for each column of them.
        table = table.unify_dictionaries()
        with pa.OSFile(str(unfinished), "wb") as file, pa.ipc.new_file(file, table.schema) as out:
            out.write_table(table)
        os.replace(unfinished, place)

    def kept_rows(self, number: int) -> Any:
        """The rows of a block that was kept, as an Arrow table."""
        with pa.OSFile(str(self._rows(number))) as file:
            return pa.ipc.open_file(file).read_all()

    def part(self, number: int) -> Any:
        """The fits of a finished block, as an Arrow table."""
        with pa.OSFile(str(self._part(number))) as file:
            return pa.ipc.open_file(file).read_all().replace_schema_metadata(None)

    def spool(
        self, batches: Iterable[Any], key: str, remarks: Callable[[], Sequence[str]] = tuple
    ) -> Iterator[int]:
        """Convert the rows of another format to Parquet, once; yields the number of rows so far.

        Parameters
        ----------
        batches : iterable of Arrow record batches
        key : str
            Hash of the input; a table of the same key is used again.
        remarks : function
            Called after the last batch: what to state about the rows, see `spool_remarks`.
        """

        place = self.spooled
        with suppress(OSError, pa.ArrowException):
            about = pq.read_metadata(place)
            if (about.metadata or {}).get(_KEY) == key.encode():
                yield about.num_rows
                return
        unfinished = place.with_name(UNFINISHED + place.name)
        writer, rows = None, 0
        waiting: list[Any] = []
        try:
            for batch in batches:
                if writer is None:
                    writer = pq.ParquetWriter(
                        unfinished,
                        batch.schema.with_metadata({_KEY: key.encode()}),
                        **_encoding(batch.schema),
                    )
                waiting.append(batch)
                if sum(b.num_rows for b in waiting) * batch.num_columns >= SPOOL_CELLS:
                    writer.write_table(pa.Table.from_batches(waiting), row_group_size=1 << 30)
                    waiting = []
                rows += batch.num_rows
                yield rows
            if writer is not None and waiting:
                writer.write_table(pa.Table.from_batches(waiting), row_group_size=1 << 30)
            if writer is not None:
                writer.add_key_value_metadata({_REMARKS: json.dumps(list(remarks())).encode()})
        finally:
            if writer is not None:
                writer.close()
        if writer is None:
            raise InputError("the file has columns but no rows")
        os.replace(unfinished, place)

    def spool_remarks(self) -> tuple[str, ...]:
        """What was stated about the rows when they were converted."""
        about = pq.read_metadata(self.spooled).metadata or {}
        return tuple(json.loads(about.get(_REMARKS, b"[]")))

    def _rows(self, number: int) -> Path:
        return self.folder / f"{number:07d}.rows"

    def _part(self, number: int) -> Path:
        return self.folder / f"{number:07d}.arrow"


class ResultWriter:
    """Joins parts to row groups of one size, so that the file does not depend on the parts.

    Parameters
    ----------
    store : CurveStore
    file : FitsWriter
    collect : sequence of str
        Columns that `collected` returns.

    Attributes
    ----------
    status : dict
        Number of curves by status so far.
    """

    def __init__(self, store: CurveStore, file: Any, collect: Sequence[str] = ()) -> None:
        self.status: dict[str, int] = {}
        self._store, self._file, self._collect = store, file, list(collect)
        self._waiting: list[Any] = []
        self._rows = 0
        self._first: list[Any] = []
        self._collected: list[Any] = []

    def add(self, number: int, table: Any = None) -> None:
        """Append the part of a block; parts are added in the order of their numbers.

        Parameters
        ----------
        number : int
        table : Arrow table, optional
            The part, where it is at hand; else it is read.
        """
        part = self._store.part(number) if table is None else table.replace_schema_metadata(None)
        for status in part.column("status").value_counts():
            word = status["values"].as_py()
            self.status[word] = self.status.get(word, 0) + status["counts"].as_py()
        missing = FIRST_CURVES - sum(one.num_rows for one in self._first)
        if missing > 0:
            self._first.append(part.slice(0, missing))
        if self._collect:
            self._collected.append(part.select(self._collect))
        self._waiting.append(part)
        self._rows += part.num_rows
        while self._rows >= ROWS_PER_GROUP:
            whole = pa.concat_tables(self._waiting)
            self._file.write(whole.slice(0, ROWS_PER_GROUP).combine_chunks())
            self._rows -= ROWS_PER_GROUP
            self._waiting = [whole.slice(ROWS_PER_GROUP)]

    def write_remaining(self) -> None:
        """Write the rows after the last full row group."""
        if self._rows:
            self._file.write(pa.concat_tables(self._waiting).combine_chunks())

    @property
    def first(self) -> Columns:
        """The first rows of the result."""
        return table_columns(pa.concat_tables(self._first))

    @property
    def collected(self) -> Columns:
        """The columns named at the beginning."""
        return table_columns(pa.concat_tables(self._collected)) if self._collected else {}


def _encoding(schema: Any) -> dict[str, Any]:
    """Encoding of converted rows: readings hardly repeat, so that neither a dictionary nor a
    compression makes them smaller; names and doses repeat.
    """
    numbers = [field.name for field in schema if pa.types.is_floating(field.type)]
    # The doses of a long file are its first numbers.
    once = set(numbers[1:] if len(numbers) < MOST_NUMBERS else numbers)
    return {
        "compression": {name: "none" if name in once else "lz4" for name in schema.names},
        "use_dictionary": [name for name in schema.names if name not in once],
        "write_statistics": [name for name in schema.names if name not in numbers],
    }


def part_table(labels: Mapping[str, Any], columns: Mapping[str, Any], key: str) -> Any:
    """Fits of some curves as an Arrow table.

    Parameters
    ----------
    labels : mapping of sequences, length curves
        Columns that name the curves, of the type in their file, and others that are kept.
    columns : mapping of arrays, shape (curves,)
        The fits, by the names of their columns; nan is written as missing.
    key : str
        Hash of the input.
    """

    arrays = {}
    for name, values in labels.items():
        # A column of the file that is called like one of the fit keeps its name with a remark.
        free = f"{name} (file)" if name in columns else name
        arrays[free] = values if isinstance(values, pa.Array) else pa.array(values)
    for name, values in columns.items():
        arrays[name] = _as_arrow(values)
    return pa.table(arrays).replace_schema_metadata({_KEY: key.encode()})


def encoded(table: Any) -> Any:
    """A part as bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _as_arrow(values: Any) -> Any:
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, CodedText):
        # Each word is converted once, not once for each row.
        few = values.compact()
        return arrow_text(few.words).take(arrow_numbers(few.codes))
    return arrow_numbers(np.asarray(values))
