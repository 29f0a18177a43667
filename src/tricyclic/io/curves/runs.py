"""Runs of rows of the same curve in a table of curves.

Each name is stored once in an Arrow dictionary, so that only numbers, one per run, are compared and
sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tricyclic.io.curves.arrays import arrow_numbers, arrow_text, arrow_values, numpy_numbers
from tricyclic.io.curves.doses import JOINT


@dataclass(frozen=True)
class CurveRuns:
    """Runs of rows of the same curve: start and length of each run, and the code of its name."""

    names: Any
    starts: np.ndarray
    lengths: np.ndarray
    codes: np.ndarray

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.starts[-1] + self.lengths[-1]) if self.starts.size else 0

    @property
    def are_apart(self) -> bool:
        """Whether the rows of a curve are in more than one run."""
        return bool(self.codes.size) and int(np.bincount(self.codes).max()) > 1

    def names_of(self, codes: np.ndarray) -> Any:
        """The names of codes."""
        if codes.size == len(self.names) and (codes == np.arange(codes.size)).all():
            return self.names
        return self.names.take(as_index(codes))

    def only(self, wanted: Sequence[Any], *, keep: bool) -> tuple[CurveRuns, slice | np.ndarray]:
        """The runs of the curves named (or of all others), and their rows."""
        named = numpy_numbers(pc.is_in(self.names, value_set=arrow_values(wanted, self.names.type)))
        chosen = named[self.codes] == keep
        lengths, before = self.lengths[chosen], self.starts[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        runs = CurveRuns(self.names, starts[: lengths.size], lengths, self.codes[chosen])
        if not lengths.size:
            return runs, slice(0, 0)
        first, end = int(before[0]), int(before[-1] + lengths[-1])
        # Mostly one run at the beginning or the end of a block.
        rows = slice(first, end) if end - first == lengths.sum() else _rows_of(before, lengths)
        return runs, rows

    def grouped(self) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Codes and starts of the curves in order of their beginning, and the rows in that order.

        There is one more start than curves; the rows are None if they are in order already.
        """
        if not self.codes.size:
            return self.codes, np.zeros(1, np.int64), None
        if not self.are_apart:
            return self.codes, np.concatenate([self.starts, [self.rows]]), None
        codes, first, place = np.unique(self.codes, return_index=True, return_inverse=True)
        rank = np.empty(codes.size, np.int64)
        rank[np.argsort(first, kind="stable")] = np.arange(codes.size)
        of_run = rank[place.reshape(-1)]
        order = np.argsort(of_run, kind="stable")
        sizes = np.bincount(of_run, self.lengths, minlength=codes.size).astype(np.int64)
        return (
            codes[np.argsort(rank)],
            np.concatenate([[0], np.cumsum(sizes)]),
            _rows_of(self.starts[order], self.lengths[order]),
        )


def find_runs(columns: Sequence[Any], *, rows: int, alone: str) -> CurveRuns:
    """Find the runs in columns that together name a curve, whole numbers or text.

    Parameters
    ----------
    columns : sequence of Arrow columns
        None where all rows are one curve.
    rows : int
        Number of rows.
    alone : str
        Name of the curve where there is no column.
    """
    if not columns:
        return CurveRuns(
            arrow_text([alone]), np.array([0]), np.array([rows]), np.zeros(1, np.int64)
        )
    if len(columns) > 1:
        return _find_joint_runs(columns)
    (column,) = columns
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        # Neighbours are compared first: only one name of each run is then looked up.
        text = concatenated(column.chunks) if isinstance(column, pa.ChunkedArray) else column
        fresh = numpy_numbers(pc.not_equal(text[1:], text[:-1]))
        starts = np.concatenate([[0], np.flatnonzero(fresh) + 1]).astype(np.int64)
        encoded = text.take(as_index(starts)).dictionary_encode()
        codes = numpy_numbers(encoded.indices)
    elif pa.types.is_integer(column.type):
        values = numpy_numbers(column)
        starts = _changes(values)
        encoded = arrow_numbers(values[starts]).dictionary_encode()
        codes = numpy_numbers(encoded.indices)
    else:
        encoded = as_dictionary(column)
        every = numpy_numbers(encoded.indices)
        starts = _changes(every)
        codes = every[starts]
    lengths = np.diff(np.concatenate([starts, [len(column)]]))
    return CurveRuns(encoded.dictionary, starts, lengths, codes.astype(np.int64))


def _find_joint_runs(columns: Sequence[Any]) -> CurveRuns:
    """Runs of rows that agree in several columns; a curve is named by all of them."""
    encoded = [as_dictionary(column) for column in columns]
    codes = [numpy_numbers(one.indices).astype(np.int64) for one in encoded]
    joint = codes[0]
    for one, more in zip(encoded[1:], codes[1:], strict=True):
        joint = joint * len(one.dictionary) + more
    starts = _changes(joint)
    _, first, place = np.unique(joint[starts], return_index=True, return_inverse=True)
    rows = as_index(starts[first])
    parts = [pc.cast(one.take(rows).dictionary_decode(), pa.string()) for one in encoded]
    names = pc.binary_join_element_wise(*parts, JOINT)
    lengths = np.diff(np.concatenate([starts, [joint.size]]))
    return CurveRuns(names, starts, lengths, place.reshape(-1).astype(np.int64))


def _changes(values: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1]).astype(np.int64)


def join_runs(first: CurveRuns, second: CurveRuns) -> CurveRuns:
    """Two sets of runs, the second after the first, with the names of the first."""

    codes = numpy_numbers(pc.index_in(second.names, value_set=first.names), -1).astype(np.int64)
    end = first.rows
    lengths, own = second.lengths, codes[second.codes]
    starts = second.starts + end
    before = first.lengths
    if before.size and own.size and first.codes[-1] == own[0]:
        # A curve that is cut in two is one run again.
        before = before.copy()
        before[-1] += lengths[0]
        starts, lengths, own = starts[1:], lengths[1:], own[1:]
    return CurveRuns(
        first.names,
        np.concatenate([first.starts, starts]),
        np.concatenate([before, lengths]),
        np.concatenate([first.codes, own]),
    )


def rows_of_whole_curves(table: Any, keys: Sequence[str]) -> int:
    """Number of rows before those of the last curve, which may go on behind a table; all rows where
    its beginning is not found at once.

    Parameters
    ----------
    table : Arrow table
    keys : sequence of str
        Columns that together name a curve.
    """
    last = 0
    for key in keys:
        chunk = table.column(key).chunks[-1]
        coded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
        codes = numpy_numbers(coded.indices, -1)
        changes = np.flatnonzero(codes != codes[-1])
        if changes.size:
            last = max(last, int(changes[-1]) + 1)
    rows = int(table.num_rows)
    return rows - len(chunk) + last if last else rows


def _rows_of(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Every row of the runs, one run after the other."""
    ends = np.cumsum(lengths)
    return np.asarray(np.arange(int(lengths.sum())) + np.repeat(starts - (ends - lengths), lengths))


def as_dictionary(column: Any) -> Any:
    """A column as an array of codes with one dictionary of names."""

    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    chunks = encoded.unify_dictionaries().chunks
    return chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks)


def concatenated(arrays: list[Any]) -> Any:
    """Arrays one after the other; those of codes with one dictionary of names."""

    if len(arrays) == 1:
        return arrays[0]
    if pa.types.is_dictionary(arrays[0].type):
        arrays = pa.chunked_array(arrays).unify_dictionaries().chunks
    return pa.concat_arrays(arrays)


def as_index(rows: np.ndarray) -> Any:
    """Row numbers as an Arrow array."""

    return arrow_numbers(rows)
