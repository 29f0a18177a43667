"""From a Parquet file of many curves to blocks of readings, each read on its own, the file never whole.

Two layouts are known. Long: columns `curve`, `log10_molar` (or `molar`), `response`, optional `weight` and `plate`, one row per
reading, replicates as further rows. Wide: `curve` and one column per dose, named by its log10 molar. A block is one row
group, or several small ones; a curve belongs to the block in which it begins and may reach into the next. CSV comes in by
`curve_text`. This is the one door by which Parquet is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tricyclic.core.curve_batch import KEPT_BY_MANY, CurveRows, dose_keys
from tricyclic.errors import InputError
from tricyclic.io.curves.columns import Layout, checked_doses, layout_of
from tricyclic.io.curves.runs import (
    Runs,
    as_dictionary,
    as_index,
    joined,
    put_together,
    runs_of,
)

ROWS_A_BLOCK = 500_000
_UNREADABLE = "Write the file again, or copy it again from where it came"


@dataclass(frozen=True)
class Block:
    """Rows of a file that are read together.

    Parameters
    ----------
    number, first_row, rows : int
        Place among the blocks; first row, from 0, and how many.
    groups, next_groups : tuple of int
        Row groups that it holds; those of the next block, where curves of this one reach into it.
    begun_before, reaching_on : tuple
        Names of curves that belong to the block before; of curves whose rest stands in the next.
    curves : int
        Curves that begin in it.
    """

    number: int
    first_row: int
    rows: int
    groups: tuple[int, ...]
    next_groups: tuple[int, ...] = ()
    begun_before: tuple[Any, ...] = ()
    reaching_on: tuple[Any, ...] = ()
    curves: int = 0

    @property
    def said(self) -> str:
        """Its rows in words, counted from 1."""
        return f"rows {self.first_row + 1:,} to {self.first_row + self.rows:,}"


@dataclass(frozen=True)
class Plan:
    """How a file will be read: its blocks, and the keys of the series of doses that many of its curves share."""

    blocks: tuple[Block, ...]
    shared: np.ndarray

    @property
    def curves(self) -> int:
        """Curves of the file."""
        return sum(block.curves for block in self.blocks)


@dataclass(frozen=True)
class CurveFile:
    """A Parquet file of curves; `of` opens it.

    Parameters
    ----------
    path : str
    layout : Layout
    named : str
        What sentences call it.
    """

    path: str
    layout: Layout
    named: str

    @classmethod
    def of(cls, path: str | Path, *, named: str = "") -> CurveFile:
        """Look at the columns of a Parquet file.

        Raises
        ------
        InputError
            If it cannot be read, is empty, or lacks a column.
        """
        place, name = Path(path), named or Path(path).name
        if place.is_dir() or not place.is_file():
            raise InputError(
                "is a folder" if place.is_dir() else "there is no such file",
                where=str(path),
                do="Name one file in it" if place.is_dir() else "Check the name and the folder",
            )
        if place.stat().st_size == 0:
            raise InputError("the file is empty", where=name)
        file = cls(str(place), Layout(), name)
        schema = file.schema
        layout = layout_of(
            {field.name: _kind(field.type) for field in schema},
            names=[field.name for field in schema],
            where=name,
        )
        if not file.metadata.num_rows:
            raise InputError("holds columns and no rows", where=name)
        return replace(file, layout=layout)

    def __reduce__(self) -> tuple[type[CurveFile], tuple[str, Layout, str]]:
        # What travels to another machine opens the file there.
        return CurveFile, (self.path, self.layout, self.named)

    @cached_property
    def metadata(self) -> Any:
        """What stands at the end of a Parquet file."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.read_metadata(self.path)
        except (OSError, pa.ArrowException) as error:
            raise InputError(
                "is no Parquet file, or was cut short on its way: its end is missing",
                where=self.named,
                do=_UNREADABLE,
            ) from error

    @property
    def schema(self) -> Any:
        """Names and types of the columns."""
        return self.metadata.schema.to_arrow_schema()

    def plan(self, rows_a_block: int = ROWS_A_BLOCK) -> Plan:
        """Look through names and doses once: which curves reach on, which series are shared, whether the doses can be.

        Raises
        ------
        InputError
            If the rows of one curve lie far apart, or doses are not log10 molar.
        """
        blocks = tuple(self._cut(max(int(rows_a_block), 1)))
        found = _Census(self, blocks)
        for looked in self._looked_at(blocks):
            found.add(*looked)
        return found.plan()

    def rows(self, block: Block) -> CurveRows:
        """Read one block; readings that are missing are nan.

        Raises
        ------
        InputError
            If the file is damaged there, or a curve stands on two plates.
        """
        layout = self.layout
        columns = [*layout.doses, *layout.wanted]
        runs, values, plates = self._read(block.groups, columns, plate=True)
        if block.begun_before:
            runs, kept = runs.only(block.begun_before, keep=False)
            values, plates = (
                [v[kept] for v in values],
                None if plates is None else plates.take(as_index(kept)),
            )
        if block.reaching_on:
            more, others, more_plates = self._read(block.next_groups, columns, plate=True)
            more, kept = more.only(block.reaching_on, keep=True)
            runs = joined(runs, more)
            values = [np.concatenate([a, b[kept]]) for a, b in zip(values, others, strict=True)]
            plates = (
                None if plates is None else put_together([plates, more_plates.take(as_index(kept))])
            )
        codes, starts, order = runs.grouped()
        if order is not None:
            values, plates = (
                [v[order] for v in values],
                None if plates is None else plates.take(as_index(order)),
            )
        names = runs.names.take(as_index(codes))
        if plates is not None:
            self._one_plate_each(names, starts, plates)
        if layout.wide:
            return CurveRows(names, starts, np.array(layout.log10_molar), np.stack(values, axis=1))
        x = checked_doses(values[0], starts, names, molar=layout.molar, where=self.named)
        weight = values[2] if layout.weight else None
        if weight is not None and (bad := np.flatnonzero(weight < 0)).size:
            raise InputError(
                f"has a weight of {weight[bad[0]]:g}",
                where=f"{self.named}, curve '{_name_at(names, starts, bad[0])}'",
                allowed="Weights are 0 or more",
            )
        return CurveRows(names, starts, x, values[1], weight)

    def digest(self, block: Block) -> str:
        """SHA-256 of the stored bytes of a block and of what it reads of the next."""
        sha = hashlib.sha256(repr((block.begun_before, block.reaching_on)).encode())
        with open(self.path, "rb") as file:
            for group in (*block.groups, *block.next_groups):
                about = self.metadata.row_group(group)
                for number in range(about.num_columns):
                    column = about.column(number)
                    begin = min(
                        filter(None, (column.dictionary_page_offset, column.data_page_offset))
                    )
                    file.seek(begin)
                    sha.update(file.read(column.total_compressed_size))
        return sha.hexdigest()

    def _cut(self, rows_a_block: int) -> Iterator[Block]:
        groups: list[int] = []
        first = rows = number = 0
        for group in range(self.metadata.num_row_groups):
            groups.append(group)
            rows += self.metadata.row_group(group).num_rows
            last = group == self.metadata.num_row_groups - 1
            if rows >= rows_a_block / self.layout.readings_a_row or (last and rows):
                yield Block(number, first, rows, tuple(groups))
                first, rows, number, groups = first + rows, 0, number + 1, []

    def _looked_at(self, blocks: tuple[Block, ...]) -> Iterator[tuple[Block, Any, np.ndarray]]:
        """Names of the curves of each block and the key of the doses that each has there, ahead by a few blocks."""
        from collections import deque
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(2) as pool:
            waiting: deque[Any] = deque()
            for block in blocks:
                waiting.append(pool.submit(self._look, block))
                if len(waiting) > 3:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _look(self, block: Block) -> tuple[Block, Any, np.ndarray]:
        runs, values, _ = self._read(block.groups, list(self.layout.doses))
        codes, starts, order = runs.grouped()
        names = runs.names.take(as_index(codes))
        if not values:
            return block, names, np.zeros(codes.size, np.uint64)
        x = values[0] if order is None else values[0][order]
        return (
            block,
            names,
            dose_keys(
                checked_doses(x, starts, names, molar=self.layout.molar, where=self.named), starts
            ),
        )

    def _read(
        self, groups: tuple[int, ...], columns: list[str], *, plate: bool = False
    ) -> tuple[Runs, list[np.ndarray], Any]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        layout = self.layout
        extra = [layout.plate] if plate and layout.plate else []
        text = [
            name for name in (layout.curve, *extra) if _kind(self.schema.field(name).type) == "text"
        ]
        try:
            with pq.ParquetFile(self.path, metadata=self.metadata, read_dictionary=text) as file:
                table = file.read_row_groups(
                    groups, columns=[layout.curve, *columns, *extra], use_threads=False
                )
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
        curve = table.column(layout.curve)
        if curve.null_count:
            raise InputError(
                f"{curve.null_count:,} rows name no curve",
                where=f"{self.named}, column '{layout.curve}'",
            )
        values = [_numbers(table.column(name)) for name in columns]
        return runs_of(curve), values, as_dictionary(table.column(layout.plate)) if extra else None

    def _one_plate_each(self, names: Any, starts: np.ndarray, plates: Any) -> None:
        codes = plates.indices.to_numpy(zero_copy_only=False)
        low, high = np.minimum.reduceat(codes, starts[:-1]), np.maximum.reduceat(codes, starts[:-1])
        for k in np.flatnonzero(low != high)[:1]:
            two = [plates.dictionary[int(code)].as_py() for code in (low[k], high[k])]
            raise InputError(
                f"stands on two plates, '{two[0]}' and '{two[1]}'",
                where=f"{self.named}, curve '{names[int(k)].as_py()}'",
                do="Give each its own name, such as compound and plate; one curve is fitted to the readings of one plate",
            )


class _Census:
    """Goes through the blocks in order and learns which curves reach on, which lie apart and which series are shared."""

    def __init__(self, file: CurveFile, blocks: tuple[Block, ...]) -> None:
        self.file, self.blocks = file, list(blocks)
        self.before: tuple[Any, np.ndarray] | None = None
        self.reached: Any = None
        self.hashes: list[np.ndarray] = []
        self.series: tuple[np.ndarray, np.ndarray] = (np.zeros(0, np.uint64), np.zeros(0, np.int64))
        self.apart = not _ranges_in_order(file, blocks)

    def add(self, block: Block, names: Any, keys: np.ndarray) -> None:
        import pyarrow.compute as pc

        number = block.number
        fresh = np.ones(len(names), bool)
        reached = None
        if self.reached is not None and len(
            far := names.filter(pc.is_in(names, value_set=self.reached))
        ):
            raise self._too_far(far[0].as_py(), number - 2, number)
        if self.before is not None:
            names_before, keys_before = self.before
            both = np.asarray(pc.is_in(names, value_set=names_before))
            fresh = ~both
            if both.any():
                reached = names.filter(pc.is_in(names, value_set=names_before))
                place = np.asarray(pc.index_in(reached, value_set=names_before)).astype(np.int64)
                keys_before[place] += keys[both]
                wanted = tuple(reached.to_pylist())
                self.blocks[number - 1] = replace(
                    self.blocks[number - 1], reaching_on=wanted, next_groups=block.groups
                )
                self.blocks[number] = replace(self.blocks[number], begun_before=wanted)
            self._count(keys_before)
        self.blocks[number] = replace(self.blocks[number], curves=int(fresh.sum()))
        if self.apart:
            self.hashes.append(_hashes(names)[fresh])
        # What began before is counted there.
        self.before, self.reached = (names.filter(_mask(fresh)), keys[fresh]), reached

    def plan(self) -> Plan:
        if self.before is not None:
            self._count(self.before[1])
        if self.apart:
            self._look_for_curves_that_lie_apart()
        keys, counts = self.series
        return Plan(
            tuple(block for block in self.blocks if block.curves), keys[counts >= KEPT_BY_MANY]
        )

    def _count(self, keys: np.ndarray) -> None:
        found, many = np.unique(keys, return_counts=True)
        both, place = np.unique(np.concatenate([self.series[0], found]), return_inverse=True)
        counts = np.bincount(
            place.reshape(-1), np.concatenate([self.series[1], many]), minlength=both.size
        )
        self.series = (both, counts.astype(np.int64))

    def _look_for_curves_that_lie_apart(self) -> None:
        sizes = [part.size for part in self.hashes]
        order = np.argsort(whole := np.concatenate(self.hashes), kind="stable")
        block_of = np.repeat(np.arange(len(sizes)), sizes)
        again = np.flatnonzero(np.diff(whole[order]) == 0)
        for k in again:
            first, second = int(block_of[order[k]]), int(block_of[order[k + 1]])
            names = [self.file._look(self.blocks[number])[1] for number in (first, second)]
            common = sorted(
                set(names[0].to_pylist())
                & set(names[1].to_pylist()) - set(self.blocks[first].begun_before)
            )
            if common:
                raise self._too_far(common[0], first, second)

    def _too_far(self, name: Any, first: int, second: int) -> InputError:
        return InputError(
            f"has rows far apart: among {self.blocks[first].said} and among {self.blocks[second].said}",
            where=f"{self.file.named}, curve '{name}'",
            allowed="The rows of one curve stand near each other, in one row group or two that follow each other",
            do="Sort the file by curve, and see that no two curves share a name",
        )


def _ranges_in_order(file: CurveFile, blocks: tuple[Block, ...]) -> bool:
    """Whether the ranges of names that Parquet keeps of every row group prove that no curve lies apart."""
    number = file.metadata.schema.to_arrow_schema().names.index(file.layout.curve)
    ranges = []
    for block in blocks:
        about = [file.metadata.row_group(group).column(number).statistics for group in block.groups]
        if any(s is None or not s.has_min_max for s in about):
            return False
        ranges.append((min(s.min for s in about), max(s.max for s in about), block.number))
    ranges.sort()
    return all(a[1] < b[0] or (a[1] == b[0] and abs(a[2] - b[2]) == 1) for a, b in pairwise(ranges))


def _numbers(column: Any) -> np.ndarray:
    import pyarrow as pa

    return np.asarray(column.cast(pa.float64()).to_numpy())


def _mask(which: np.ndarray) -> Any:
    import pyarrow as pa

    return pa.array(which)


def _hashes(names: Any) -> np.ndarray:
    import pyarrow as pa

    if pa.types.is_integer(names.type):
        return np.asarray(names.to_numpy(zero_copy_only=False)).astype(np.int64)
    return np.fromiter(map(hash, names.to_pylist()), np.int64, len(names))


def _name_at(names: Any, starts: np.ndarray, row: int) -> Any:
    return names[int(np.searchsorted(starts, row, "right")) - 1].as_py()


def _kind(kind: Any) -> str:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    if pa.types.is_integer(kind):
        return "whole"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
        return "text"
    return str(kind)
