"""Readings of many curves, row after row: the content of a file of curves and the input of the
batch fit.

The rows of one curve are contiguous. The key of a dose series depends on its doses and how often
each occurs, not on their order, so that curves with the same series have the same key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tricyclic.errors import InputError

# Curves of a file that share a dose series before the series gets its own table of starting values.
MIN_CURVES_PER_SERIES = 64


@dataclass(frozen=True)
class CurveBatch:
    """Readings of many curves.

    Parameters
    ----------
    names : sequence
        Name of each curve, in the type of its file.
    starts : array of int, shape (curves + 1,)
        Rows starts[k] to starts[k + 1] belong to curve k.
    log10_molar : array, shape (rows,), or (points,) where each row contains one reading per dose
        -inf is a well without compound. Those of the first curve only where `same_doses`.
    y : array, shape (rows,) or (rows, points)
        Readings in any unit; nan is missing.
    weight : array, shape of y, or None
        1 / variance of each reading up to a common factor.
    labels : mapping of str to sequence, length curves
        Columns that are written beside the fits, the names of the curves among them.
    same_doses : bool
        Whether all curves have as many rows, with the same doses in the same order.
    """

    names: Any
    starts: np.ndarray
    log10_molar: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)
    same_doses: bool = False

    def __post_init__(self) -> None:
        doses = self.y.shape[-1] if self.y.ndim == 2 else self.starts[-1]
        doses = self.starts[1] if self.same_doses else doses
        if self.log10_molar.shape != (doses,) or len(self.y) != self.starts[-1]:
            raise InputError(
                f"there are {self.log10_molar.size} doses for readings of shape {self.y.shape}"
            )
        if self.weight is not None and self.weight.shape != self.y.shape:
            raise InputError(f"there are {self.weight.size} weights for {self.y.size} readings")

    def __len__(self) -> int:
        return int(self.starts.size - 1)

    def first(self, curves: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Number of readings, doses and readings of the first curves; doses and readings in one
        row each.
        """
        curves = min(curves, len(self))
        end = int(self.starts[curves])
        y = self.y[:end]
        points = y.shape[1] if y.ndim == 2 else 1
        lengths = np.diff(self.starts[: curves + 1]) * points
        if self.same_doses:
            x = np.tile(self.log10_molar, curves)
        else:
            x = np.tile(self.log10_molar, end) if y.ndim == 2 else self.log10_molar[:end].copy()
        return lengths, x, y.ravel().copy()


def dose_series_keys(log10_molar: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The dose series of each curve as one number.

    Parameters
    ----------
    log10_molar : array, shape (rows,)
    starts : array of int, shape (curves + 1,)

    Returns
    -------
    array of uint64, shape (curves,)
        A sum over the rows, so the key of a curve cut in two is the sum of the keys of its pieces.
    """
    if starts.size < 2:
        return np.zeros(0, np.uint64)
    lengths = np.diff(starts)
    if (lengths == lengths[0]).all():
        table = log10_molar[starts[0] : starts[-1]].reshape(-1, lengths[0])
        # Curves of one plate stand together: the key of each run of equal doses is calculated once.
        heads = np.flatnonzero(np.concatenate([[True], (table[1:] != table[:-1]).any(axis=1)]))
        own = _mixed(table[heads]).sum(axis=1, dtype=np.uint64)
        return np.repeat(own, np.diff(np.append(heads, lengths.size)))
    keys: np.ndarray = np.add.reduceat(
        _mixed(log10_molar[starts[0] : starts[-1]]), starts[:-1] - starts[0]
    )
    return keys


def _mixed(x: np.ndarray) -> np.ndarray:
    # The finaliser of SplitMix64 [Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195]; adding
    # 0.0 turns -0.0 into 0.0.
    z = np.ascontiguousarray(x + 0.0).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))
