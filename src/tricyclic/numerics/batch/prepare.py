"""Weighted means per dose of the readings of one curve, centred and scaled for the search."""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    CENTER,
    CONSTANT,
    DOSES,
    FITTED,
    FIXED_SLOPE,
    FLAT,
    HIGH_X,
    INFINITE,
    LOW_X,
    NONE_FINITE,
    NONE_FREE,
    NULL,
    PURE,
    READINGS,
    SCALE,
    TOO_FEW,
    WEIGHT,
)

# Readings beyond these sizes are brought near 1 before they are squared, so that no square
# overflows or vanishes.
_LARGE, _SMALL = 1e140, 1e-140
_TO_NEAR_ONE = 1e200


@compiled(allocates=False, inline=True)
def number_doses(row, dose_index, doses):
    """Number the different doses of one curve in order of appearance, -1 for a missing one; gives
    how many there are.
    """
    count = 0
    for p in range(row.size):
        dose_index[p] = -1
        if math.isnan(row[p]):
            continue
        for k in range(count):
            if doses[k] == row[p]:
                dose_index[p] = k
                break
        if dose_index[p] < 0:
            doses[count] = row[p]
            dose_index[p] = count
            count += 1
    return count


@compiled(allocates=False, inline=True)
def _extremes(y, weight, weighted, dose_index):
    """Status, largest absolute reading, largest weight, lowest and highest reading."""
    largest = heaviest = 0.0
    lowest, highest = math.inf, -math.inf
    for p in range(y.shape[0]):
        for r in range(y.shape[1]):
            value = y[p, r]
            if math.isnan(value) or dose_index[p] < 0:
                continue
            w = weight[p, r] if weighted else 1.0
            if not w > 0.0:
                continue
            if math.isinf(value) or math.isinf(w):
                return INFINITE, 0.0, 0.0, 0.0, 0.0
            largest = max(largest, abs(value))
            heaviest = max(heaviest, w)
            lowest, highest = min(lowest, value), max(highest, value)
    if highest < lowest:
        return NONE_FINITE, 0.0, 0.0, 0.0, 0.0
    return FITTED, largest, heaviest, lowest, highest


@compiled(allocates=False, inline=True)
def _sum_by_dose(y, weight, weighted, dose_index, factors, sums):
    """Sum of weights and of weighted readings of every dose; gives the number of readings.

    `factors` are the factor of a weight and of a reading.
    """
    per_heaviest, before = factors
    n = 0
    for p in range(y.shape[0]):
        k = dose_index[p]
        if k < 0:
            continue
        for r in range(y.shape[1]):
            value = y[p, r]
            w = weight[p, r] * per_heaviest if weighted else 1.0
            if not math.isnan(value) and w > 0.0:
                sums[0, k] += w
                sums[1, k] += w * (value * before)
                n += 1
    return n


@compiled(allocates=False, inline=True)
def _scatter(y, weight, weighted, dose_index, factors, sums):
    """Weighted sum of squares of readings about the mean of their dose."""
    per_heaviest, before = factors
    pure = 0.0
    for p in range(y.shape[0]):
        k = dose_index[p]
        if k < 0:
            continue
        for r in range(y.shape[1]):
            value = y[p, r]
            w = weight[p, r] * per_heaviest if weighted else 1.0
            if not math.isnan(value) and w > 0.0:
                off = value * before - sums[1, k]
                pure += w * off * off
    return pure


@compiled(allocates=False, inline=True)
def _average(sums, doses, count):
    """Turn sums into means; gives total weight, weighted sum of all, doses used, lowest and highest
    finite dose.
    """
    total = level = 0.0
    used = 0
    low_x, high_x = math.inf, -math.inf
    for k in range(count):
        if sums[0, k] > 0.0:
            total += sums[0, k]
            level += sums[1, k]
            sums[1, k] /= sums[0, k]
            used += 1
            if not math.isinf(doses[k]):
                low_x, high_x = min(low_x, doses[k]), max(high_x, doses[k])
    return total, level, used, low_x, high_x


@compiled(allocates=False, inline=True)
def _size_factor(largest):
    """Factor that brings readings of extreme size near 1."""
    if largest > _LARGE:
        return 1.0 / _TO_NEAR_ONE
    return _TO_NEAR_ONE if largest < _SMALL else 1.0


@compiled(allocates=False, inline=True)
def prepare(
    y, weight, weighted, dose_index, doses, count, mode, plateaus, parameters, points, facts, sums
):
    """Collapse one curve's replicates to weighted means about a centre, in units of their largest
    distance from it.

    Parameters
    ----------
    y, weight : array, shape (points, replicates)
    dose_index : array, shape (points,)
    doses : array, shape (count,)
    plateaus : tuple of float
        Fixed level without compound and at saturation, nan where fitted.
    parameters : int
        Fitted parameters.
    points : array, shape (3, count)
        Dose, weight and mean, filled.
    facts : array, shape (FACT_COLUMNS,)
        Filled.
    sums : array, shape (3, count)
        Scratch.

    Returns
    -------
    int
        Status.
    """
    top, bottom = plateaus
    status, largest, heaviest, lowest, highest = _extremes(y, weight, weighted, dose_index)
    if status != FITTED:
        return status
    before = _size_factor(largest)
    for k in range(count):
        sums[0, k] = sums[1, k] = sums[2, k] = 0.0
    factors = (1.0 / heaviest if heaviest > 1e-300 else 1e300, before)
    n = _sum_by_dose(y, weight, weighted, dose_index, factors, sums)
    total, level, used, low_x, high_x = _average(sums, doses, count)
    if mode == BOTH_FREE:
        center = level / total
    elif not math.isnan(top) and math.isnan(bottom):
        center = top * before
    else:
        center = bottom * before
    scale = 0.0
    for k in range(count):
        if sums[0, k] > 0.0:
            scale = max(scale, abs(sums[1, k] - center))
    pure = _scatter(y, weight, weighted, dose_index, factors, sums)
    facts[READINGS], facts[DOSES] = n, used
    facts[WEIGHT] = total * (heaviest if weighted else 1.0)
    facts[CENTER], facts[SCALE] = center / before, scale / before
    facts[PURE] = pure / total
    if (highest * before - lowest * before) <= 1e-12 * (largest * before):
        return CONSTANT
    if used < parameters or n <= parameters or not low_x <= high_x:
        return TOO_FEW
    if not scale > 1e-12 * largest * before:
        # All means are at the centre: nothing to fit, and the scatter is in units of the readings.
        facts[SCALE] = 1.0 / before
        return FLAT
    facts[PURE] /= scale * scale
    facts[LOW_X], facts[HIGH_X] = low_x, high_x
    slope = 0.0
    if mode == NONE_FREE:
        slope = (top * before - bottom * before) / scale
    facts[FIXED_SLOPE] = slope
    null = 0.0
    for k in range(count):
        w = sums[0, k] / total
        m = (sums[1, k] - center) / scale if w > 0.0 else 0.0
        points[0, k] = doses[k]
        points[1, k], points[2, k] = w, m
        null += w * (m - slope) ** 2
    facts[NULL] = null
    return FITTED
