"""Curves in which the readings of a replicate are exactly those of another: one curve or millions.

Two rounded readings of scatter s are equal with a probability of about 0.28 step / s (that of a
normal difference at 0); the product over the equal settings is the chance of the whole block.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np

# Replicates of a setting of which all pairs are compared.
MAX_REPLICATES = 12
# Equal settings from which on a replicate may be a copy, and their share of those of both.
MIN_EQUAL, MIN_SHARE = 5, 0.8
# Replicates of a good laboratory scatter by this; the smaller, the more readings are equal by
# chance, so that a less careful one is not accused.
LEAST_CV = 0.01
# Probability of as many equal readings, by chance, from which on they are no chance.
MAX_CHANCE = 1e-7
# Residuals below this share of the largest reading are errors of computing: no copies are looked
# for in calculated curves.
NO_SCATTER = 1e-9
_MAX_DECIMALS = 12


def copied_replicate(
    settings: Collection[Sequence[int]], y: np.ndarray
) -> tuple[list[int], list[int]] | None:
    """Positions of the readings of a replicate and of the one that it repeats; None where none is.

    Parameters
    ----------
    settings : collection of sequences of int
        Positions of the readings at each setting, in their order.
    y : array, shape (readings,)
    """
    most = min(max(map(len, settings), default=0), MAX_REPLICATES)
    for first, second in combinations(range(most), 2):
        both = [(own[first], own[second]) for own in settings if len(own) > second]
        equal = [(a, b) for a, b in both if y[a] == y[b]]
        if len(equal) < max(MIN_EQUAL, MIN_SHARE * len(both)):
            continue
        values = np.abs(np.unique([y[a] for a, _ in equal]))
        if values.size >= MIN_EQUAL and _log10_chance(values, _step(y)) < math.log10(MAX_CHANCE):
            return [b for _, b in equal], [a for a, _ in equal]
    return None


def copied_rows(x: np.ndarray, y: np.ndarray, complete: np.ndarray) -> np.ndarray:
    """Numbers of the curves in which a replicate repeats another, ascending.

    Parameters
    ----------
    x : array, shape (1, points) or (curves, points)
        Doses, ascending in each row; equal ones are replicates. nan in no row that is complete.
    y : array, shape (curves, points)
        Readings; nan where one is missing.
    complete : array of bool, shape (curves,)
        Whether no reading of a curve is missing.
    """
    replicates = _replicates_of_all(x)
    if replicates == 1:
        return np.zeros(0, np.int64)
    if replicates == 0:
        return _one_by_one(x, y, np.flatnonzero(_may_be_copies(x, y)))
    others = np.flatnonzero(~complete)
    rows = [others[_may_be_copies(_of(x, others), y[others])]]
    rows[0] = _one_by_one(x, y, rows[0])
    doses = y.shape[1] // replicates
    if doses >= MIN_EQUAL:
        # Of a copy at most so many doses differ: among one dose more, one is equal.
        looked_at = doses - math.ceil(max(MIN_EQUAL, MIN_SHARE * doses)) + 1
        few = y[:, : looked_at * replicates]
        suspect = complete & _equal_pairs(few, replicates).any(axis=(1, 2))
        rows.append(_regular_copies(y, np.flatnonzero(suspect), replicates))
    return np.sort(np.concatenate(rows))


def _replicates_of_all(x: np.ndarray) -> int:
    """Replicates at each dose where all curves have as many at every dose; else 0."""
    points = x.shape[1]
    if not points:
        return 0
    first = np.flatnonzero(np.concatenate([[True], x[0, 1:] != x[0, :-1], [True]]))
    sizes = np.diff(first)
    if (sizes != sizes[0]).any() or sizes[0] > MAX_REPLICATES:
        return 0
    if len(x) > 1:
        fresh = x[:, 1:] != x[:, :-1]
        if (fresh != fresh[0]).any():
            return 0
    return int(sizes[0])


def _equal_pairs(y: np.ndarray, replicates: int) -> np.ndarray:
    """Whether two replicates are equal, shape (curves, pairs, doses)."""
    at = y.reshape(len(y), y.shape[1] // replicates, replicates)
    pairs = [at[:, :, a] == at[:, :, b] for a, b in combinations(range(replicates), 2)]
    return np.stack(pairs, axis=1)


def _regular_copies(y: np.ndarray, rows: np.ndarray, replicates: int) -> np.ndarray:
    """Those of some complete curves in which a replicate is a copy."""
    copied = np.zeros(rows.size, bool)
    doses = y.shape[1] // replicates
    least = max(MIN_EQUAL, MIN_SHARE * doses)
    equal = _equal_pairs(y[rows], replicates)
    enough = equal.sum(axis=2) >= least
    for pair, (first, _) in enumerate(combinations(range(replicates), 2)):
        some = np.flatnonzero(enough[:, pair] & ~copied)
        if not some.size:
            continue
        own = y[rows[some]]
        values = np.where(equal[some, pair], own[:, first::replicates], np.nan)
        values.sort(axis=1)
        # What repeats counts once; nan stands at the end and is none.
        values[:, 1:][values[:, 1:] == values[:, :-1]] = np.nan
        chance = _log10_chance(np.abs(values), _steps(own)[:, None])
        different = np.isfinite(values).sum(axis=1)
        copied[some] = (different >= MIN_EQUAL) & (chance < math.log10(MAX_CHANCE))
    return np.asarray(rows[copied])


def _may_be_copies(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Whether a curve has as many pairs of equal readings at a dose as a copy has, shape
    (curves,).
    """
    pairs = np.zeros(len(y), np.int64)
    for lag in range(1, y.shape[1]):
        at_one_dose = x[:, lag:] == x[:, :-lag]
        if not at_one_dose.any():
            break
        pairs += ((y[:, lag:] == y[:, :-lag]) & at_one_dose).sum(axis=1)
    return np.asarray(pairs >= MIN_EQUAL)


def _one_by_one(x: np.ndarray, y: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Those of some curves in which a replicate is a copy."""
    copied = []
    for k in rows.tolist():
        doses, own = x[0 if len(x) == 1 else k], y[k]
        used = np.isfinite(own) & ~np.isnan(doses)
        settings: dict[float, list[int]] = {}
        for at, dose in enumerate(doses[used].tolist()):
            settings.setdefault(dose, []).append(at)
        if settings and copied_replicate(settings.values(), own[used]) is not None:
            copied.append(k)
    return np.array(copied, np.int64)


def _of(x: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return x if len(x) == 1 else x[rows]


def _log10_chance(values: np.ndarray, step: np.ndarray | float) -> np.ndarray:
    """Log10 of the chance that readings of these absolute values are equal, over the last axis."""
    with np.errstate(divide="ignore", invalid="ignore"):
        chances = np.minimum(1.0, 0.28 * step / (LEAST_CV * values))
        return np.asarray(np.nansum(np.log10(chances), axis=-1))


def _step(y: np.ndarray) -> float:
    """The step to which the readings are rounded, from their decimals."""
    return float(_steps(y[None])[0])


def _steps(y: np.ndarray) -> np.ndarray:
    """The step of the readings of each curve, shape (curves,)."""
    decimals = np.full(len(y), _MAX_DECIMALS)
    open_rows = np.arange(len(y))
    for number in range(_MAX_DECIMALS):
        rounded = (np.round(y[open_rows], number) == y[open_rows]).all(axis=1)
        decimals[open_rows[rounded]] = number
        open_rows = open_rows[~rounded]
        if not open_rows.size:
            break
    return np.asarray(10.0**-decimals)
