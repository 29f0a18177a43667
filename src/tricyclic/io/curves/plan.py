"""Blocks of a file of curves: curves that continue in the next block, and dose series that many
curves share.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tricyclic.core.curve_batch import MIN_CURVES_PER_SERIES
from tricyclic.errors import InputError
from tricyclic.io.curves.columns import CurveColumns
from tricyclic.io.curves.doses import shown_name


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


class ScannedFile(Protocol):
    """What the scan needs of a file."""

    @property
    def named(self) -> str:
        """Name of the file, for messages."""

    @property
    def layout(self) -> CurveColumns:
        """Columns by their role."""

    @property
    def metadata(self) -> Any:
        """Metadata of the Parquet file."""

    def scan(self, block: RowBlock) -> tuple[RowBlock, Any, np.ndarray]:
        """Names of the curves of a block, and keys of their doses."""


class BlockScan:
    """Curves that continue in the next block, curves whose rows are far apart, and shared doses."""

    def __init__(self, file: ScannedFile, blocks: tuple[RowBlock, ...]) -> None:
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
            names = [self.file.scan(self.blocks[number])[1] for number in (first, second)]
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
            where=f"{self.file.named}, curve '{shown_name(name)}'",
            allowed="The rows of one curve are in one row group or in two successive ones",
            do="Sort the file by curve, and check that no two curves have the same name",
        )


def _ranges_in_order(file: ScannedFile, blocks: tuple[RowBlock, ...]) -> bool:
    """Whether the ranges of names in the statistics exclude that the rows of a curve are apart."""
    if len(file.layout.keys) != 1:
        return False
    number = file.metadata.schema.to_arrow_schema().names.index(file.layout.keys[0])
    ranges = []
    for block in blocks:
        about = [file.metadata.row_group(group).column(number).statistics for group in block.groups]
        if any(s is None or not s.has_min_max for s in about):
            return False
        ranges.append((min(s.min for s in about), max(s.max for s in about), block.number))
    ranges.sort()
    return all(a[1] < b[0] or (a[1] == b[0] and abs(a[2] - b[2]) == 1) for a, b in pairwise(ranges))


def _mask(which: np.ndarray) -> Any:

    return pa.array(which)


def _hashes(names: Any) -> np.ndarray:

    if pa.types.is_integer(names.type):
        return np.asarray(names.to_numpy(zero_copy_only=False)).astype(np.int64)
    return np.fromiter(map(hash, names.to_pylist()), np.int64, len(names))
