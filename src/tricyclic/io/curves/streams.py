"""Blocks of a file of many curves in their order, each read once where that is possible.

A Parquet file can be read again at any block. Text and tables are read in one pass; a block that
has to wait until the whole file is known is kept in the folder of parts.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from tricyclic.core.curve_batch import CurveBatch
from tricyclic.errors import InputError
from tricyclic.io.curves.cells import CellRemarks, rows_without
from tricyclic.io.curves.columns import CurveColumns
from tricyclic.io.curves.parquet import CurveFile
from tricyclic.io.curves.pieces import GroupedPiece, PieceReader, no_row_error
from tricyclic.io.curves.plan import RowBlock
from tricyclic.io.curves.runs import rows_of_whole_curves
from tricyclic.io.curves.store import SPOOL_CELLS, CurveStore


@dataclass(frozen=True)
class ReadBlock:
    """A block as it was read, and the share of the file that is read with it."""

    block: RowBlock
    rows: GroupedPiece
    share: float


class BlockStream(Protocol):
    """Blocks of a file in their order."""

    @property
    def named(self) -> str:
        """Name of the file, for messages."""

    @property
    def reader(self) -> PieceReader:
        """Makes curves of the rows."""

    @property
    def blocks(self) -> tuple[RowBlock, ...]:
        """Blocks that are known before they are read."""

    @property
    def apart(self) -> bool:
        """Whether the rows of a curve may be in blocks that are not neighbours."""

    @property
    def at_once(self) -> int | None:
        """Blocks that can be read at the same time; None for any number."""

    def next_block(self, *, names_only: bool) -> Callable[[], ReadBlock | None] | None:
        """What reads the next block, in any thread; it gives None after the last block. None where
        it is known that there is no more block.
        """

    def keep(self, read: ReadBlock) -> bool:
        """Make sure that a block can be read again; whether it had to be stored for that."""

    def again(self, block: RowBlock) -> CurveBatch:
        """The curves of a block that was read before."""

    def names(self, block: RowBlock) -> Any:
        """The names of the curves of a block that was read before."""

    def digest(self, block: RowBlock, rows: Callable[[], CurveBatch]) -> str:
        """SHA-256 of what a block contains; `rows` gives its curves where they are needed."""

    def phrases(self) -> tuple[str, ...]:
        """What was read as missing, as phrases for a person."""


class ParquetStream:
    """Blocks of a Parquet file.

    Parameters
    ----------
    file : CurveFile
    rows_per_block : int
        Least number of readings in a block.
    """

    at_once: int | None = None

    def __init__(self, file: CurveFile, rows_per_block: int) -> None:
        self.file, self.named, self.reader = file, file.named, file.reader
        self.blocks = tuple(file.cut(max(int(rows_per_block), 1)))
        self.apart = not file.names_are_in_order(self.blocks)
        self._following = iter(self.blocks)
        self._left_out: dict[int, Counter[str]] = {}

    def next_block(self, *, names_only: bool) -> Callable[[], ReadBlock | None] | None:
        """What reads the next block."""
        block = next(self._following, None)
        return None if block is None else lambda: self._read(block, names_only=names_only)

    def _read(self, block: RowBlock, *, names_only: bool) -> ReadBlock:
        share = (block.first_row + block.rows) / self.file.metadata.num_rows
        if not names_only:
            try:
                return self._counted(ReadBlock(block, self.file.read(block.groups), share))
            except InputError:
                # Where only the readings are damaged, the blocks before are still fitted; what is
                # wrong is stated when the block is read again.
                pass
        names = self.file.read(block.groups, readings=False)
        return self._counted(ReadBlock(block, names, share))

    def _counted(self, read: ReadBlock) -> ReadBlock:
        self._left_out[read.block.number] = Counter(dict(read.rows.piece.left_out))
        return read

    def keep(self, read: ReadBlock) -> bool:
        """False: the file itself can be read again."""
        return False

    def again(self, block: RowBlock) -> CurveBatch:
        """The curves of a block."""
        return self.file.rows(block)

    def names(self, block: RowBlock) -> Any:
        """The names of the curves of a block."""
        return self.file.names(block)

    def digest(self, block: RowBlock, rows: Callable[[], CurveBatch]) -> str:
        """SHA-256 of the stored bytes of a block."""
        return self.file.digest(block)

    def phrases(self) -> tuple[str, ...]:
        """Rows without a name or a dose; a Parquet file has no words among numbers."""
        return rows_without(sum(self._left_out.values(), Counter()))


class Batches(Protocol):
    """Text or a table of many curves that is read in one pass."""

    @property
    def layout(self) -> CurveColumns:
        """Columns by their role."""

    def batches(self, remarks: CellRemarks) -> Iterator[Any]:
        """The rows, some thousand at a time."""


class BatchStream:
    """Blocks of text or of a table, which is read once.

    Parameters
    ----------
    content : Batches
    named : str
        Name of the file.
    store : CurveStore
        Keeps blocks that are needed again.
    rows_per_block : int
        Least number of readings in a block.
    share : function
        Share of the source that is read after some rows; an estimate.
    """

    at_once: int | None = 1
    apart = True
    blocks: tuple[RowBlock, ...] = ()

    def __init__(
        self,
        content: Batches,
        named: str,
        store: CurveStore,
        rows_per_block: int,
        share: Callable[[int], float],
    ) -> None:
        self.named, self.reader = named, PieceReader(content.layout, named, Path(named).stem)
        self._content, self._store, self._share = content, store, share
        self._least = rows_per_block / content.layout.readings_per_row
        self._remarks = CellRemarks()
        self._tables = self._cut(self._remarks)
        self._kept: set[int] = set()
        self._in_hand: dict[int, Any] = {}
        self._number = self._rows = 0

    def next_block(self, *, names_only: bool) -> Callable[[], ReadBlock | None] | None:
        """What reads the next block, with its readings in any case."""
        return self._read

    def _read(self) -> ReadBlock | None:
        table = next(self._tables, None)
        if table is None:
            return None
        block = RowBlock(self._number, self._rows, table.num_rows, (self._number,))
        self._number, self._rows = self._number + 1, self._rows + table.num_rows
        self._in_hand[block.number] = table
        self._in_hand.pop(block.number - 3, None)
        return ReadBlock(block, self._grouped(table), self._share(self._rows))

    def keep(self, read: ReadBlock) -> bool:
        """Write the rows of a block into the folder of parts, once."""
        number = read.block.number
        fresh = number not in self._kept
        if fresh:
            self._store.keep_rows(number, self._in_hand[number])
            self._kept.add(number)
        return fresh

    def again(self, block: RowBlock) -> CurveBatch:
        """The curves of a block that was kept."""
        following = None
        if block.continued:
            following = self._grouped(self._store.kept_rows(block.next_groups[0]))
        own = self._grouped(self._store.kept_rows(block.number))
        return self.reader.curves(own, block, following)

    def names(self, block: RowBlock) -> Any:
        """The names of the curves of a block, for which the source is read once more."""
        for number, table in enumerate(self._cut(CellRemarks())):
            if number == block.number:
                return self._grouped(table).names
        raise InputError("has changed while it was read", where=self.named)

    def digest(self, block: RowBlock, rows: Callable[[], CurveBatch]) -> str:
        """SHA-256 of the curves of a block."""
        return batch_digest(rows())

    def phrases(self) -> tuple[str, ...]:
        """What was read as missing, as phrases for a person."""
        return self._remarks.phrases()

    def _grouped(self, table: Any) -> GroupedPiece:
        return self.reader.grouped(self.reader.piece(table.column, table.num_rows))

    def _cut(self, remarks: CellRemarks) -> Iterator[Any]:
        """Tables of at least so many cells and rows."""
        waiting: list[Any] = []
        rows = cells = 0
        for batch in self._content.batches(remarks):
            waiting.append(batch)
            cells += batch.num_rows * batch.num_columns
            if cells >= SPOOL_CELLS:
                rows, cells = sum(one.num_rows for one in waiting), 0
            if rows >= self._least and not cells:
                table = pa.Table.from_batches(waiting)
                whole = rows_of_whole_curves(table, self.reader.layout.keys)
                yield table.slice(0, whole)
                waiting = table.slice(whole).to_batches()
                rows -= whole
        if sum(one.num_rows for one in waiting):
            yield pa.Table.from_batches(waiting)
        elif not self._number and remarks.without:
            raise no_row_error(remarks.without, self.named)
        elif not self._number:
            raise InputError("the file has columns but no rows")


def batch_digest(rows: CurveBatch) -> str:
    """SHA-256 of names, doses, readings, weights and labels of curves."""
    sha = hashlib.sha256(rows.starts.tobytes())
    for values in (rows.log10_molar, rows.y, rows.weight):
        if values is not None:
            sha.update(np.ascontiguousarray(values).data)
    for name, column in rows.labels.items():
        sha.update(name.encode())
        sha.update(pa.record_batch([column], names=["label"]).serialize())
    return sha.hexdigest()
