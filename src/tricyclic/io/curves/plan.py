"""Blocks of a file of curves: curves that continue in the next block, and dose series that many
curves share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tricyclic.core.curve_batch import MIN_CURVES_PER_SERIES
from tricyclic.errors import InputError
from tricyclic.io.curves.arrays import arrow_numbers, numpy_numbers
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
class ClosedBlock:
    """A block of which it is known which curves begin in it.

    Parameters
    ----------
    block : RowBlock
    keys, counts : array, shape (series,)
        Keys of the dose series of its curves, ascending, and how many curves have each.
    """

    block: RowBlock
    keys: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class ReadPlan:
    """Blocks of a file, keys of the dose series that many of its curves share, and rows that are
    left out by the column in which nothing stands.
    """

    closed: tuple[ClosedBlock, ...]
    shared: np.ndarray
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def blocks(self) -> tuple[RowBlock, ...]:
        """Blocks in which curves begin."""
        return tuple(one.block for one in self.closed if one.block.curves)

    @property
    def curves(self) -> int:
        """Number of curves in the file."""
        return sum(block.curves for block in self.blocks)


class SeriesCounts:
    """How many curves have each dose series, in all blocks so far."""

    def __init__(self) -> None:
        # Sorted parts, each more than twice as large as the next one.
        self._parts: list[tuple[np.ndarray, np.ndarray]] = []

    def add(self, keys: np.ndarray, counts: np.ndarray) -> None:
        """Add the curves of a block; keys ascend."""
        self._parts.append((keys, counts))
        while len(self._parts) > 1 and self._parts[-2][0].size <= 2 * self._parts[-1][0].size:
            self._parts.append(_merged(self._parts.pop(), self._parts.pop()))

    def counts(self, keys: np.ndarray) -> np.ndarray:
        """Number of curves of each key so far."""
        total = np.zeros(keys.size, np.int64)
        for known, counts in self._parts:
            place = np.minimum(np.searchsorted(known, keys), known.size - 1)
            total += np.where(known[place] == keys, counts[place], 0)
        return total

    def are_shared(self, keys: np.ndarray) -> np.ndarray:
        """Whether each series is one that many curves share, by the curves so far."""
        return np.asarray(self.counts(keys) >= MIN_CURVES_PER_SERIES)

    def shared(self) -> np.ndarray:
        """Keys of all series that many curves share, ascending."""
        whole = (np.zeros(0, np.uint64), np.zeros(0, np.int64))
        for part in self._parts:
            whole = _merged(whole, part)
        return whole[0][whole[1] >= MIN_CURVES_PER_SERIES]


class BlockScan:
    """Curves that continue in the next block, curves whose rows are far apart, and dose series.

    Parameters
    ----------
    named : str
        Name of the file, for messages.
    names_of : function
        The names of the curves of a block, read again.
    blocks : sequence of RowBlock
        Blocks that are known from the start; others are added as they come.
    apart : bool
        Whether the rows of a curve may be in blocks that are not neighbours.
    """

    def __init__(
        self,
        named: str,
        names_of: Callable[[RowBlock], Any],
        blocks: Sequence[RowBlock] = (),
        *,
        apart: bool,
    ) -> None:
        self.named, self.blocks, self.apart = named, list(blocks), apart
        self.series = SeriesCounts()
        self._names_of = names_of
        self._before: tuple[Any, np.ndarray] | None = None
        self._continued: Any = None
        self._hashes: list[np.ndarray] = []

    def add(self, block: RowBlock, names: Any, keys: np.ndarray) -> ClosedBlock | None:
        """Add the names and keys of the curves of the next block; gives the block before it.

        Raises
        ------
        InputError
            If a curve began two blocks before.
        """
        number = block.number
        if number == len(self.blocks):
            self.blocks.append(block)
        fresh = np.ones(len(names), bool)
        continued = closed = None
        if self._continued is not None and len(
            far := names.filter(pc.is_in(names, value_set=self._continued))
        ):
            raise self._too_far(far[0].as_py(), number - 2, number)
        if self._before is not None:
            names_before, keys_before = self._before
            both = numpy_numbers(pc.is_in(names, value_set=names_before))
            if both.any():
                fresh = ~both
                continued = names.filter(_mask(both))
                place = numpy_numbers(pc.index_in(continued, value_set=names_before))
                keys_before[place] += keys[both]
                wanted = tuple(continued.to_pylist())
                self.blocks[number - 1] = replace(
                    self.blocks[number - 1], continued=wanted, next_groups=block.groups
                )
                self.blocks[number] = replace(self.blocks[number], begun_before=wanted)
            closed = self._closed(number - 1, keys_before)
        self.blocks[number] = replace(self.blocks[number], curves=int(fresh.sum()))
        if continued is not None:
            # Curves that began in the previous block are counted there.
            names, keys = names.filter(_mask(fresh)), keys[fresh]
        if self.apart:
            self._hashes.append(_hashes(names))
        self._before, self._continued = (names, keys), continued
        return closed

    def close(self) -> ClosedBlock | None:
        """End the scan; gives the last block.

        Raises
        ------
        InputError
            If the rows of a curve are far apart.
        """
        last = None
        if self._before is not None:
            last = self._closed(len(self.blocks) - 1, self._before[1])
        if self.apart:
            self._check_apart()
        return last

    def _closed(self, number: int, keys: np.ndarray) -> ClosedBlock:
        if keys.size and (keys == keys[0]).all():
            unique, counts = keys[:1].copy(), np.array([keys.size])
        else:
            unique, counts = np.unique(keys, return_counts=True)
        if unique.size:
            self.series.add(unique, counts)
        return ClosedBlock(self.blocks[number], unique, counts)

    def _check_apart(self) -> None:
        sizes = [part.size for part in self._hashes]
        order = np.argsort(whole := np.concatenate(self._hashes), kind="stable")
        block_of = np.repeat(np.arange(len(sizes)), sizes)
        again = np.flatnonzero(np.diff(whole[order]) == 0)
        for k in again:
            first, second = int(block_of[order[k]]), int(block_of[order[k + 1]])
            names = [self._names_of(self.blocks[number]) for number in (first, second)]
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
            where=f"{self.named}, curve '{shown_name(name)}'",
            allowed="The rows of one curve are in one row group or in two successive ones",
            do="Sort the file by curve, and check that no two curves have the same name",
        )


def _merged(
    one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    keys, place = np.unique(np.concatenate([one[0], other[0]]), return_inverse=True)
    counts = np.bincount(place.reshape(-1), np.concatenate([one[1], other[1]]), minlength=keys.size)
    return keys, counts.astype(np.int64)


def _mask(which: np.ndarray) -> Any:

    return arrow_numbers(which)


def _hashes(names: Any) -> np.ndarray:

    if pa.types.is_integer(names.type):
        return numpy_numbers(names).astype(np.int64)
    return np.fromiter(map(hash, names.to_pylist()), np.int64, len(names))
