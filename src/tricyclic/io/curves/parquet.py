"""Read a Parquet file of many curves block by block, so that it need not fit into memory.

A block is one or several row groups; a curve belongs to the block in which it begins and may
continue in the next one.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tricyclic.core.curve_batch import CurveBatch
from tricyclic.errors import InputError
from tricyclic.io.curves.columns import ColumnNames, CurveColumns, find_columns
from tricyclic.io.curves.pieces import GroupedPiece, PieceReader
from tricyclic.io.curves.plan import BlockScan, ReadPlan, RowBlock
from tricyclic.io.files import existing_file

ROWS_PER_BLOCK = 500_000
# Stored bytes, and rows of a column of numbers, that are read at once.
BYTES_AT_ONCE, ROWS_AT_ONCE = 1 << 20, 1 << 16
_UNREADABLE = "Write the file again, or copy it again from its source"


@dataclass(frozen=True)
class CurveFile:
    """A Parquet file of curves; `of` opens it.

    Parameters
    ----------
    path : str
    layout : CurveColumns
    named : str
        Name of the file, for messages.
    """

    path: str
    layout: CurveColumns
    named: str

    @classmethod
    def of(
        cls, path: str | Path, *, named: str = "", chosen: ColumnNames | None = None
    ) -> CurveFile:
        """Read the names of the columns.

        Raises
        ------
        InputError
            If the file cannot be read or is empty, or a column is missing.
        """
        place = existing_file(path)
        name = named or place.name
        if place.stat().st_size == 0:
            raise InputError("the file is empty", where=name)
        file = cls(str(place), CurveColumns(), name)
        schema = file.schema
        layout = find_columns(
            {field.name: _kind(field.type) for field in schema},
            names=[field.name for field in schema],
            where=name,
            chosen=chosen,
        )
        if not file.metadata.num_rows:
            raise InputError("has columns but no rows", where=name)
        return replace(file, layout=layout)

    def __reduce__(self) -> tuple[type[CurveFile], tuple[str, CurveColumns, str]]:
        # A process on another machine opens the file itself.
        return CurveFile, (self.path, self.layout, self.named)

    @cached_property
    def metadata(self) -> Any:
        """Metadata of the file."""

        try:
            return pq.read_metadata(self.path)
        except (OSError, pa.ArrowException) as error:
            raise InputError(
                "is not a Parquet file, or its end is missing",
                where=self.named,
                do=_UNREADABLE,
            ) from error

    @property
    def schema(self) -> Any:
        """Names and types of the columns."""
        return self.metadata.schema.to_arrow_schema()

    @cached_property
    def reader(self) -> PieceReader:
        """Makes curves of the rows."""
        return PieceReader(self.layout, self.named, Path(self.named).stem)

    def plan(self, rows_per_block: int = ROWS_PER_BLOCK) -> ReadPlan:
        """Scan names and doses once, for curves that continue in the next block and shared doses.

        Raises
        ------
        InputError
            If the rows of one curve are far apart, or doses are not log10 molar.
        """
        blocks = tuple(self.cut(max(int(rows_per_block), 1)))
        scan = BlockScan(self.named, self.names, blocks, apart=not self.names_are_in_order(blocks))
        closed = []
        left_out: Counter[str] = Counter()
        for block, read in self._scanned(blocks):
            left_out.update(dict(read.piece.left_out))
            closed.append(scan.add(block, read.names, read.series_keys()))
        closed.append(scan.close())
        of_blocks = tuple(one for one in closed if one is not None)
        return ReadPlan(of_blocks, scan.series.shared(), left_out)

    def rows(self, block: RowBlock) -> CurveBatch:
        """Read one block; readings that are missing are nan.

        Raises
        ------
        InputError
            If the file is damaged, or a curve is on two plates.
        """
        following = None
        if block.continued:
            following = self.read(block.next_groups)
        return self.reader.curves(self.read(block.groups), block, following)

    def names(self, block: RowBlock) -> Any:
        """Names of the curves of a block, those that begin before it among them."""
        return self.read(block.groups, readings=False).names

    def names_are_in_order(self, blocks: Sequence[RowBlock]) -> bool:
        """Whether the ranges of names in the statistics exclude that the rows of a curve are apart.

        Parameters
        ----------
        blocks : sequence of RowBlock
        """
        if len(self.layout.keys) != 1:
            return False
        number = self.schema.names.index(self.layout.keys[0])
        ranges = []
        for block in blocks:
            about = [
                self.metadata.row_group(group).column(number).statistics for group in block.groups
            ]
            if any(s is None or not s.has_min_max for s in about):
                return False
            ranges.append((min(s.min for s in about), max(s.max for s in about), block.number))
        ranges.sort()
        return all(
            a[1] < b[0] or (a[1] == b[0] and abs(a[2] - b[2]) == 1) for a, b in pairwise(ranges)
        )

    def digest(self, block: RowBlock) -> str:
        """SHA-256 of the stored bytes of a block, with those that it reads of the next one."""
        sha = hashlib.sha256(repr((block.begun_before, block.continued)).encode())
        with open(self.path, "rb") as file:
            for group in (*block.groups, *block.next_groups):
                about = self.metadata.row_group(group)
                for number in range(about.num_columns):
                    column = about.column(number)
                    begin = min(
                        filter(None, (column.dictionary_page_offset, column.data_page_offset))
                    )
                    file.seek(begin)
                    for size in _pieces(column.total_compressed_size):
                        sha.update(file.read(size))
        return sha.hexdigest()

    def cut(self, rows_per_block: int) -> Iterator[RowBlock]:
        """Blocks of at least so many readings, of whole row groups."""
        groups: list[int] = []
        first = rows = number = 0
        for group in range(self.metadata.num_row_groups):
            groups.append(group)
            rows += self.metadata.row_group(group).num_rows
            last = group == self.metadata.num_row_groups - 1
            if rows >= rows_per_block / self.layout.readings_per_row or (last and rows):
                yield RowBlock(number, first, rows, tuple(groups))
                first, rows, number, groups = first + rows, 0, number + 1, []

    def _scanned(self, blocks: tuple[RowBlock, ...]) -> Iterator[tuple[RowBlock, GroupedPiece]]:
        """Names and doses of each block, read a few blocks ahead."""
        with ThreadPoolExecutor(2) as pool:
            waiting: deque[Any] = deque()
            for block in blocks:
                waiting.append((block, pool.submit(self.read, block.groups, readings=False)))
                if len(waiting) > 3:
                    first, read = waiting.popleft()
                    yield first, read.result()
            for first, read in waiting:
                yield first, read.result()

    def read(self, groups: tuple[int, ...], *, readings: bool = True) -> GroupedPiece:
        """The rows of some row groups by curve; without readings only names and doses.

        Raises
        ------
        InputError
            If the file is damaged, no row has a name, or doses are not log10 molar.
        """
        layout, reader = self.layout, self.reader
        labels = reader.extra if readings else []
        text = [
            name
            for name in dict.fromkeys([*layout.keys, *labels])
            if _kind(self.schema.field(name).type) == "text"
        ]
        try:
            # Column by column, and the stored bytes of a column piece by piece: all at once take
            # twice the memory, and no less time.
            with pq.ParquetFile(
                self.path,
                metadata=self.metadata,
                read_dictionary=text,
                buffer_size=BYTES_AT_ONCE,
                pre_buffer=False,
            ) as file:

                def column(name: str) -> Any:
                    read = file.read_row_groups(groups, columns=[name], use_threads=False)
                    return read.column(name)

                def parts(name: str) -> Iterator[Any]:
                    batches = file.iter_batches(
                        ROWS_AT_ONCE, groups, columns=[name], use_threads=False
                    )
                    return (batch.column(0) for batch in batches)

                rows = sum(self.metadata.row_group(group).num_rows for group in groups)
                piece = reader.piece(column, rows, readings=readings, parts=parts)
        except (OSError, pa.ArrowException) as error:
            which = (
                f"row group {groups[0]}"
                if len(groups) == 1
                else f"row groups {groups[0]} to {groups[-1]}"
            )
            raise InputError(
                "the data are damaged and cannot be read",
                where=f"{self.named}, {which}",
                do=_UNREADABLE,
            ) from error
        return reader.grouped(piece, readings=readings)


def _pieces(size: int) -> Iterator[int]:
    """Sizes of the pieces in which so many bytes are read."""
    while size > 0:
        yield min(size, BYTES_AT_ONCE)
        size -= BYTES_AT_ONCE


def _kind(kind: Any) -> str:
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    if pa.types.is_integer(kind):
        return "whole numbers"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "numbers"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
        return "text"
    return "dates" if pa.types.is_temporal(kind) else str(kind)
