"""Fits of many curves, stored in parts, so that an interrupted run can be continued.

The folder NAME.part contains one file per block of the input, with the hash of that input; a part
with another hash is computed again. The finished file is the same for any division into parts.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from tricyclic.errors import InputError
from tricyclic.io.atomic import UNFINISHED, clear_unfinished, only_one, write_file

ROWS_PER_GROUP = 131_072
SPOOL_CELLS = 1_500_000
COLUMNS = (
    "curve",
    "log10_ic50",
    "log10_ic50_low",
    "log10_ic50_high",
    "hill",
    "top",
    "bottom",
    "residual_sd",
    "p_replicates",
    "status",
    "n",
    "checks",
)
_KEY = b"made_from"


class CurveStore:
    """The parts of one result; only one run works on them at a time.

    Parameters
    ----------
    out : path
        File of the result: .parquet or .csv.
    """

    def __init__(self, out: str | Path) -> None:
        self.out = Path(out)
        self.folder = self.out.with_name(self.out.name + ".part")
        self.spooled = self.folder / "input.parquet"
        if self.out.suffix.lower() not in (".parquet", ".pq", ".csv"):
            raise InputError(
                f"'{self.out.name}' is neither .parquet nor .csv",
                where="out",
                do="Name the result fits.parquet or fits.csv",
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

    def put(self, number: int, part: bytes) -> None:
        """Store a part."""
        write_file(self._part(number), part)

    def finished_blocks(self) -> list[int]:
        """Numbers of the parts that exist, with any key."""
        return sorted(int(path.stem) for path in self.folder.glob("*.arrow"))

    def finish(self, numbers: Iterable[int], about: Mapping[str, str]) -> dict[str, int]:
        """Write the result from its parts in one step, remove them, and count each status.

        Parameters
        ----------
        numbers : iterable of int
            Numbers of the parts in their order.
        about : mapping
            Metadata of a Parquet file.
        """

        counts: dict[str, int] = {}
        unfinished = self.out.with_name(UNFINISHED + self.out.name)
        try:
            with _Writer(
                unfinished, parquet=self.out.suffix.lower() != ".csv", about=about
            ) as writer:
                waiting: list[Any] = []
                rows = 0
                for number in numbers:
                    with pa.OSFile(str(self._part(number))) as file:
                        part = pa.ipc.open_file(file).read_all().replace_schema_metadata(None)
                    for status in part.column("status").value_counts():
                        word = status["values"].as_py()
                        counts[word] = counts.get(word, 0) + status["counts"].as_py()
                    waiting.append(part)
                    rows += part.num_rows
                    while rows >= ROWS_PER_GROUP:
                        whole = pa.concat_tables(waiting)
                        writer.write(whole.slice(0, ROWS_PER_GROUP).combine_chunks())
                        rows -= ROWS_PER_GROUP
                        waiting = [whole.slice(ROWS_PER_GROUP)]
                if rows:
                    writer.write(pa.concat_tables(waiting).combine_chunks())
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
        return counts

    def spool(self, batches: Iterable[Any], key: str) -> Iterator[int]:
        """Convert the rows of a text file to Parquet, once; yields the number of rows so far."""

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
                        compression="lz4",
                        use_dictionary=True,
                    )
                waiting.append(batch)
                if sum(b.num_rows for b in waiting) * batch.num_columns >= SPOOL_CELLS:
                    writer.write_table(pa.Table.from_batches(waiting), row_group_size=1 << 30)
                    waiting = []
                rows += batch.num_rows
                yield rows
            if writer is not None and waiting:
                writer.write_table(pa.Table.from_batches(waiting), row_group_size=1 << 30)
        finally:
            if writer is not None:
                writer.close()
        if writer is None:
            raise InputError("the file has columns but no rows")
        os.replace(unfinished, place)

    def _part(self, number: int) -> Path:
        return self.folder / f"{number:07d}.arrow"


def encode_part(names: Any, columns: Mapping[str, np.ndarray], key: str) -> bytes:
    """Fits of some curves as the bytes of a part.

    Parameters
    ----------
    names : sequence
        Names of the curves, of the type in their file.
    columns : mapping of arrays, shape (curves,)
        The other columns; nan is written as missing.
    key : str
        Hash of the input.
    """

    arrays = {"curve": pa.array(names) if not isinstance(names, pa.Array) else names}
    for name in COLUMNS[1:]:
        arrays[name] = pa.array(columns[name], from_pandas=True)
    table = pa.table(arrays).replace_schema_metadata({_KEY: key.encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


class _Writer:
    """Writes tables to Parquet or CSV."""

    def __init__(self, place: Path, *, parquet: bool, about: Mapping[str, str]) -> None:
        self.place, self.parquet = place, parquet
        self.about = {f"tricyclic_{name}": value for name, value in about.items()}
        self.writer: Any = None

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        if self.writer is not None:
            self.writer.close()

    def write(self, table: Any) -> None:
        if self.writer is None:
            self.writer = (
                pq.ParquetWriter(
                    self.place,
                    table.schema.with_metadata(self.about),
                    compression="zstd",
                    use_dictionary=["status", "checks", "n"],
                    write_statistics=["curve", "log10_ic50"],
                )
                if self.parquet
                else arrow_csv.CSVWriter(
                    self.place,
                    table.schema,
                    write_options=arrow_csv.WriteOptions(quoting_style="needed"),
                )
            )
        self.writer.write_table(
            table.replace_schema_metadata(self.about) if self.parquet else table
        )
