"""Read a Parquet file of many curves block by block, so that it need not fit into memory.

A long file has columns `curve`, `log10_molar` (or `molar`), `response`, and optionally `weight` and
`plate`, with one row per reading. A wide file has `curve` and one column per dose, named by its
log10 molar. A block is one or several row groups; a curve belongs to the block in which it begins
and may continue in the next one.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tricyclic.core.curve_batch import MIN_CURVES_PER_SERIES, CurveBatch, dose_series_keys
from tricyclic.errors import InputError
from tricyclic.io.curves.columns import CurveColumns, checked_doses, find_columns
from tricyclic.io.curves.runs import (
    CurveRuns,
    as_dictionary,
    as_index,
    concatenated,
    find_runs,
    join_runs,
)
from tricyclic.io.files import existing_file

ROWS_PER_BLOCK = 500_000
_UNREADABLE = "Write the file again, or copy it again from its source"


@dataclass(frozen=True)
class RowBlock:
    """Rows of a file that are read together.

    Parameters
    ----------
    number, first_row, rows : int
        Number of the block; its first row, from 0; number of rows.
    groups, next_groups : tuple of int
        Its row groups; those of the next block, if curves of this one continue there.
    begun_before, continued : tuple
        Names of curves that belong to the previous block; of curves that continue in the next one.
    curves : int
        Number of curves that begin in the block.
    """

    number: int
    first_row: int
    rows: int
    groups: tuple[int, ...]
    next_groups: tuple[int, ...] = ()
    begun_before: tuple[Any, ...] = ()
    continued: tuple[Any, ...] = ()
    curves: int = 0

    @property
    def description(self) -> str:
        """Its rows, counted from 1, for a message."""
        return f"rows {self.first_row + 1:,} to {self.first_row + self.rows:,}"


@dataclass(frozen=True)
class ReadPlan:
    """Blocks of a file, and keys of the dose series that many of its curves share."""

    blocks: tuple[RowBlock, ...]
    shared: np.ndarray

    @property
    def curves(self) -> int:
        """Number of curves in the file."""
        return sum(block.curves for block in self.blocks)


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
    def of(cls, path: str | Path, *, named: str = "") -> CurveFile:
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

    def plan(self, rows_per_block: int = ROWS_PER_BLOCK) -> ReadPlan:
        """Scan names and doses once, for curves that continue in the next block and shared doses.

        Raises
        ------
        InputError
            If the rows of one curve are far apart, or doses are not log10 molar.
        """
        blocks = tuple(self._cut(max(int(rows_per_block), 1)))
        scan = _Scan(self, blocks)
        for scanned in self._scanned(blocks):
            scan.add(*scanned)
        return scan.plan()

    def rows(self, block: RowBlock) -> CurveBatch:
        """Read one block; readings that are missing are nan.

        Raises
        ------
        InputError
            If the file is damaged, or a curve is on two plates.
        """
        layout = self.layout
        columns = [*layout.doses, *layout.required]
        runs, values, plates = self._read(block.groups, columns, plate=True)
        if block.begun_before:
            runs, own = runs.only(block.begun_before, keep=False)
            values, plates = (
                [v[own] for v in values],
                None if plates is None else plates.take(as_index(own)),
            )
        if block.continued:
            more, others, more_plates = self._read(block.next_groups, columns, plate=True)
            more, own = more.only(block.continued, keep=True)
            runs = join_runs(runs, more)
            values = [np.concatenate([a, b[own]]) for a, b in zip(values, others, strict=True)]
            plates = (
                None if plates is None else concatenated([plates, more_plates.take(as_index(own))])
            )
        codes, starts, order = runs.grouped()
        if order is not None:
            values, plates = (
                [v[order] for v in values],
                None if plates is None else plates.take(as_index(order)),
            )
        names = runs.names.take(as_index(codes))
        if plates is not None:
            self._check_one_plate(names, starts, plates)
        if layout.wide:
            return CurveBatch(names, starts, np.array(layout.log10_molar), np.stack(values, axis=1))
        x = checked_doses(
            values[0], starts, names, where=self.named, name=layout.dose, unit=layout.unit
        )
        weight = values[2] if layout.weight else None
        if weight is not None and (bad := np.flatnonzero(weight < 0)).size:
            raise InputError(
                f"has a weight of {weight[bad[0]]:g}",
                where=f"{self.named}, curve '{_name_at(names, starts, bad[0])}'",
                allowed="A weight is 0 or more",
            )
        return CurveBatch(names, starts, x, values[1], weight)

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
                    sha.update(file.read(column.total_compressed_size))
        return sha.hexdigest()

    def _cut(self, rows_per_block: int) -> Iterator[RowBlock]:
        groups: list[int] = []
        first = rows = number = 0
        for group in range(self.metadata.num_row_groups):
            groups.append(group)
            rows += self.metadata.row_group(group).num_rows
            last = group == self.metadata.num_row_groups - 1
            if rows >= rows_per_block / self.layout.readings_per_row or (last and rows):
                yield RowBlock(number, first, rows, tuple(groups))
                first, rows, number, groups = first + rows, 0, number + 1, []

    def _scanned(self, blocks: tuple[RowBlock, ...]) -> Iterator[tuple[RowBlock, Any, np.ndarray]]:
        """Names of the curves of each block and keys of their doses, a few blocks ahead."""
        with ThreadPoolExecutor(2) as pool:
            waiting: deque[Any] = deque()
            for block in blocks:
                waiting.append(pool.submit(self._scan, block))
                if len(waiting) > 3:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _scan(self, block: RowBlock) -> tuple[RowBlock, Any, np.ndarray]:
        runs, values, _ = self._read(block.groups, list(self.layout.doses))
        codes, starts, order = runs.grouped()
        names = runs.names.take(as_index(codes))
        if not values:
            return block, names, np.zeros(codes.size, np.uint64)
        x = values[0] if order is None else values[0][order]
        return (
            block,
            names,
            dose_series_keys(
                checked_doses(
                    x,
                    starts,
                    names,
                    where=self.named,
                    name=self.layout.dose,
                    unit=self.layout.unit,
                ),
                starts,
            ),
        )

    def _read(
        self, groups: tuple[int, ...], columns: list[str], *, plate: bool = False
    ) -> tuple[CurveRuns, list[np.ndarray], Any]:

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
            missing = curve.null_count
            raise InputError(
                "1 row has no curve" if missing == 1 else f"{missing:,} rows have no curve",
                where=f"{self.named}, column '{layout.curve}'",
            )
        values = [_numbers(table.column(name)) for name in columns]
        return (
            find_runs(curve),
            values,
            as_dictionary(table.column(layout.plate)) if extra else None,
        )

    def _check_one_plate(self, names: Any, starts: np.ndarray, plates: Any) -> None:
        codes = plates.indices.to_numpy(zero_copy_only=False)
        low, high = np.minimum.reduceat(codes, starts[:-1]), np.maximum.reduceat(codes, starts[:-1])
        for k in np.flatnonzero(low != high)[:1]:
            two = [plates.dictionary[int(code)].as_py() for code in (low[k], high[k])]
            raise InputError(
                f"is on two plates, '{two[0]}' and '{two[1]}'",
                where=f"{self.named}, curve '{names[int(k)].as_py()}'",
                allowed="One curve is fitted to the readings of one plate",
                do="Give each curve its own name, such as compound and plate",
            )


class _Scan:
    """Curves that continue in the next block, curves whose rows are far apart, and shared doses."""

    def __init__(self, file: CurveFile, blocks: tuple[RowBlock, ...]) -> None:
        self.file, self.blocks = file, list(blocks)
        self.before: tuple[Any, np.ndarray] | None = None
        self.continued: Any = None
        self.hashes: list[np.ndarray] = []
        self.series: tuple[np.ndarray, np.ndarray] = (np.zeros(0, np.uint64), np.zeros(0, np.int64))
        self.apart = not _ranges_in_order(file, blocks)

    def add(self, block: RowBlock, names: Any, keys: np.ndarray) -> None:

        number = block.number
        fresh = np.ones(len(names), bool)
        continued = None
        if self.continued is not None and len(
            far := names.filter(pc.is_in(names, value_set=self.continued))
        ):
            raise self._too_far(far[0].as_py(), number - 2, number)
        if self.before is not None:
            names_before, keys_before = self.before
            both = np.asarray(pc.is_in(names, value_set=names_before))
            fresh = ~both
            if both.any():
                continued = names.filter(pc.is_in(names, value_set=names_before))
                place = np.asarray(pc.index_in(continued, value_set=names_before)).astype(np.int64)
                keys_before[place] += keys[both]
                wanted = tuple(continued.to_pylist())
                self.blocks[number - 1] = replace(
                    self.blocks[number - 1], continued=wanted, next_groups=block.groups
                )
                self.blocks[number] = replace(self.blocks[number], begun_before=wanted)
            self._count(keys_before)
        self.blocks[number] = replace(self.blocks[number], curves=int(fresh.sum()))
        if self.apart:
            self.hashes.append(_hashes(names)[fresh])
        # Curves that began in the previous block are counted there.
        self.before, self.continued = (names.filter(_mask(fresh)), keys[fresh]), continued

    def plan(self) -> ReadPlan:
        if self.before is not None:
            self._count(self.before[1])
        if self.apart:
            self._check_apart()
        keys, counts = self.series
        return ReadPlan(
            tuple(block for block in self.blocks if block.curves),
            keys[counts >= MIN_CURVES_PER_SERIES],
        )

    def _count(self, keys: np.ndarray) -> None:
        unique, many = np.unique(keys, return_counts=True)
        both, place = np.unique(np.concatenate([self.series[0], unique]), return_inverse=True)
        counts = np.bincount(
            place.reshape(-1), np.concatenate([self.series[1], many]), minlength=both.size
        )
        self.series = (both, counts.astype(np.int64))

    def _check_apart(self) -> None:
        sizes = [part.size for part in self.hashes]
        order = np.argsort(whole := np.concatenate(self.hashes), kind="stable")
        block_of = np.repeat(np.arange(len(sizes)), sizes)
        again = np.flatnonzero(np.diff(whole[order]) == 0)
        for k in again:
            first, second = int(block_of[order[k]]), int(block_of[order[k + 1]])
            names = [self.file._scan(self.blocks[number])[1] for number in (first, second)]
            common = sorted(
                set(names[0].to_pylist())
                & set(names[1].to_pylist()) - set(self.blocks[first].begun_before)
            )
            if common:
                raise self._too_far(common[0], first, second)

    def _too_far(self, name: Any, first: int, second: int) -> InputError:
        return InputError(
            f"has rows far apart: among {self.blocks[first].description} "
            f"and among {self.blocks[second].description}",
            where=f"{self.file.named}, curve '{name}'",
            allowed="The rows of one curve are in one row group or in two successive ones",
            do="Sort the file by curve, and check that no two curves have the same name",
        )


def _ranges_in_order(file: CurveFile, blocks: tuple[RowBlock, ...]) -> bool:
    """Whether the ranges of names in the statistics exclude that the rows of a curve are apart."""
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

    return np.asarray(column.cast(pa.float64()).to_numpy())


def _mask(which: np.ndarray) -> Any:

    return pa.array(which)


def _hashes(names: Any) -> np.ndarray:

    if pa.types.is_integer(names.type):
        return np.asarray(names.to_numpy(zero_copy_only=False)).astype(np.int64)
    return np.fromiter(map(hash, names.to_pylist()), np.int64, len(names))


def _name_at(names: Any, starts: np.ndarray, row: int) -> Any:
    return names[int(np.searchsorted(starts, row, "right")) - 1].as_py()


def _kind(kind: Any) -> str:

    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    if pa.types.is_integer(kind):
        return "whole numbers"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "numbers"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
        return "text"
    return str(kind)
