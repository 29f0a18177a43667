"""From the rows of a table of curves to runs of rows that belong to the same curve.

Names of curves stand once, in Arrow's dictionaries; all that is sorted or compared are numbers, one per run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Runs:
    """Rows of a table in runs of the same curve: where each run starts, how long it is, which name it has."""

    names: Any
    starts: np.ndarray
    lengths: np.ndarray
    codes: np.ndarray

    def only(self, wanted: tuple[Any, ...], *, keep: bool) -> tuple[Runs, np.ndarray]:
        """The runs of the curves named (or of all others), and their rows."""
        import pyarrow as pa
        import pyarrow.compute as pc

        which = np.asarray(pc.is_in(self.names, value_set=pa.array(wanted, self.names.type)))
        kept = which[self.codes] == keep
        rows = _rows_of(self.starts[kept], self.lengths[kept])
        starts = np.concatenate([[0], np.cumsum(self.lengths[kept])[:-1]]).astype(np.int64)
        return Runs(self.names, starts[: kept.sum()], self.lengths[kept], self.codes[kept]), rows

    def grouped(self) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Curves in the order in which they begin: their codes, starts (one more than curves), rows in that order or None."""
        codes, first, place = np.unique(self.codes, return_index=True, return_inverse=True)
        if codes.size == self.codes.size:
            return (
                self.codes,
                np.concatenate([self.starts, [self.starts[-1] + self.lengths[-1]]]),
                None,
            )
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


def runs_of(column: Any) -> Runs:
    """Find the runs in a column of names, whole numbers or text."""
    import pyarrow as pa

    if pa.types.is_integer(column.type):
        values = column.to_numpy()
        starts = _changes(values)
        found = pa.array(values[starts]).dictionary_encode()
        codes = found.indices.to_numpy()
    else:
        found = as_dictionary(column)
        every = found.indices.to_numpy()
        starts = _changes(every)
        codes = every[starts]
    lengths = np.diff(np.concatenate([starts, [len(column)]]))
    return Runs(found.dictionary, starts, lengths, codes.astype(np.int64))


def _changes(values: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1]).astype(np.int64)


def joined(first: Runs, second: Runs) -> Runs:
    """Two lists of runs, one after the other, under one list of names."""
    import pyarrow.compute as pc

    codes = np.asarray(pc.index_in(second.names, value_set=first.names).fill_null(-1)).astype(
        np.int64
    )
    end = int(first.starts[-1] + first.lengths[-1])
    return Runs(
        first.names,
        np.concatenate([first.starts, second.starts + end]),
        np.concatenate([first.lengths, second.lengths]),
        np.concatenate([first.codes, codes[second.codes]]),
    )


def _rows_of(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Every row of the runs, one run after the other."""
    ends = np.cumsum(lengths)
    return np.asarray(np.arange(int(lengths.sum())) + np.repeat(starts - (ends - lengths), lengths))


def as_dictionary(column: Any) -> Any:
    """Give a column as one array of codes into one list of names."""
    import pyarrow as pa

    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    return put_together(encoded.unify_dictionaries().chunks)


def put_together(arrays: list[Any]) -> Any:
    """Put arrays of codes behind each other, under one list of names."""
    import pyarrow as pa

    if len(arrays) == 1:
        return arrays[0]
    whole = pa.chunked_array(arrays).unify_dictionaries()
    return pa.concat_arrays(whole.chunks)


def as_index(rows: np.ndarray) -> Any:
    """Give row numbers as Arrow takes them."""
    import pyarrow as pa

    return pa.array(rows)
