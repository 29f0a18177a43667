"""Edge, row and column patterns among the compound wells of a plate."""

from __future__ import annotations

import math

import numpy as np

from tricyclic.assays.screening.plate_arrays import MAD_TO_SD, Floats, PlateArrays
from tricyclic.results.screening import PlatePattern
from tricyclic.stats.control_rules import range_constants
from tricyclic.stats.patterns import f_test_p
from tricyclic.stats.statistics import t_probability

NO_PATTERN = PlatePattern(math.nan, math.nan)
MIN_WELLS = 12
MIN_EDGE_WELLS = 3
MIN_DF = 4
# Outliers (hits) are moved to this many robust standard deviations, so that hits make no pattern.
CLIP = 3.0
SWEEPS = 30


def patterns(
    wells: PlateArrays, expected: Floats | None = None
) -> tuple[PlatePattern, PlatePattern, PlatePattern]:
    """Edge, row and column patterns among the compound wells.

    Parameters
    ----------
    wells : PlateArrays
    expected : array, shape (wells,), optional
        Effect that a fitted curve predicts for each well [%], nan where there is none; by default
        the median of the compound wells.

    Notes
    -----
    Residuals (effect minus expected, or minus the median) are clipped to three robust standard
    deviations of their median. The edge is the mean of the outer wells minus that of the inner
    ones, t test; rows and columns are an additive two-way model by alternating means, each tested
    with the F of its own sum of squares against the residuals of both. The size of a row or column
    pattern is the range of the effects, corrected for the range that chance alone gives.
    """
    used = wells.tested & np.isfinite(wells.activity)
    if expected is not None:
        used &= np.isfinite(expected)
    if used.sum() < MIN_WELLS:
        return NO_PATTERN, NO_PATTERN, NO_PATTERN
    residual = wells.activity[used] - (expected[used] if expected is not None else 0.0)
    median = float(np.median(residual))
    sd = MAD_TO_SD * float(np.median(np.abs(residual - median)))
    if not sd > 0:
        return NO_PATTERN, NO_PATTERN, NO_PATTERN
    residual = np.clip(residual - median, -CLIP * sd, CLIP * sd)
    rows, columns = wells.plate.shape
    row, column = wells.row[used], wells.column[used]
    outer = (row == 0) | (column == 0) | (row == rows - 1) | (column == columns - 1)
    return _edge(residual, outer), *_two_way(residual, row, column, rows, columns)


def _edge(residual: Floats, outer: np.ndarray) -> PlatePattern:
    n, m = int(outer.sum()), int((~outer).sum())
    if min(n, m) < MIN_EDGE_WELLS:
        return NO_PATTERN
    a, b = residual[outer], residual[~outer]
    size = float(a.mean() - b.mean())
    pooled = (float(((a - a.mean()) ** 2).sum()) + float(((b - b.mean()) ** 2).sum())) / (n + m - 2)
    se = math.sqrt(pooled * (1 / n + 1 / m))
    p = t_probability(size / se, n + m - 2.0) if se > 0 else math.nan
    return PlatePattern(size, p, (size,))


def _two_way(
    residual: Floats, row: np.ndarray, column: np.ndarray, rows: int, columns: int
) -> tuple[PlatePattern, PlatePattern]:
    """Row and column effects of an additive model, and their F tests."""
    n_row, n_column = np.bincount(row, minlength=rows), np.bincount(column, minlength=columns)
    by_row, by_column = np.zeros(rows), np.zeros(columns)
    for _ in range(SWEEPS):
        by_row = np.bincount(row, residual - by_column[column], rows) / np.maximum(n_row, 1)
        by_column = np.bincount(column, residual - by_row[row], columns) / np.maximum(n_column, 1)
    unexplained = float(((residual - by_row[row] - by_column[column]) ** 2).sum())
    df = residual.size - int((n_row > 0).sum()) - int((n_column > 0).sum()) + 1
    if df < MIN_DF or not unexplained > 0:
        return NO_PATTERN, NO_PATTERN
    return (
        _pattern(by_row, n_row, _sum_without(residual, column, columns), unexplained, df),
        _pattern(by_column, n_column, _sum_without(residual, row, rows), unexplained, df),
    )


def _sum_without(residual: Floats, group: np.ndarray, groups: int) -> float:
    """Residual sum of squares of the model with the other effect alone."""
    counts = np.bincount(group, minlength=groups)
    means = np.bincount(group, residual, groups) / np.maximum(counts, 1)
    return float(((residual - means[group]) ** 2).sum())


def _pattern(
    effects: Floats, counts: np.ndarray, without: float, unexplained: float, df: int
) -> PlatePattern:
    present = counts > 0
    levels = int(present.sum())
    if levels < 2:
        return NO_PATTERN
    variance = unexplained / df
    f = max(without - unexplained, 0.0) / (levels - 1) / variance
    centred = np.where(present, effects - effects[present].mean(), math.nan)
    # The range of so many means that scatter alone gives is subtracted, in squares.
    chance = range_constants(levels)[0] * math.sqrt(variance / float(np.median(counts[present])))
    size = math.sqrt(max(float(np.ptp(centred[present])) ** 2 - chance**2, 0.0))
    return PlatePattern(size, f_test_p(f, levels - 1, df), tuple(float(v) for v in centred))
