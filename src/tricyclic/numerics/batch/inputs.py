"""Checked input of a batch fit: shapes, fixed values, bounds, series of doses that curves share,
and the grid of starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri, stdtrit

from tricyclic.errors import InputError
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    FARTHEST,
    GRID_HILL,
    GRID_MARGIN,
    GRID_POWERS,
    LN10,
    NONE_FREE,
    ONE_FREE,
    Criteria,
    Model,
    Readings,
    StartGrid,
    read_only_fields,
)

GRID_HILLS = tuple(GRID_HILL * power for power in GRID_POWERS)
MAX_DOSES_IN_GRID = 40
# A series of doses gets a table of starts of its own where so many curves share it.
MIN_CURVES_PER_SERIES = 64
# Rows of doses that are sorted at once.
_ROWS_AT_ONCE = 2048
# Curves that are looked through for one in which no reading is missing.
SEARCHED_FOR_COMPLETE = 1000


@dataclass(frozen=True)
class Arrays:
    """Doses [log10 M], shape (points,) or (curves, points); readings and weights, shape (curves,
    points, replicates).
    """

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray | None

    @property
    def n_curves(self) -> int:
        """Number of curves."""
        return int(self.y.shape[0])


def check_arrays(log10_molar: ArrayLike, y: ArrayLike, weight: ArrayLike | None) -> Arrays:
    """Doses, readings and weights as contiguous arrays.

    Raises
    ------
    InputError
        If their shapes do not fit together, or a weight is below 0.
    """
    readings = np.asarray(y, float)
    if readings.ndim == 2:
        readings = readings[:, :, None]
    x = np.asarray(log10_molar, float)
    if readings.ndim != 3 or x.ndim not in (1, 2):
        raise InputError(
            f"readings have shape {np.shape(y)} and doses {x.shape}",
            allowed="Readings are (curves, points) or (curves, points, replicates), "
            "doses (points,) or (curves, points)",
        )
    if x.shape[-1] != readings.shape[1] or (x.ndim == 2 and x.shape[0] != readings.shape[0]):
        raise InputError(
            f"doses have shape {x.shape}, readings {np.shape(y)}",
            allowed="One dose per point, shared by all curves or one row per curve",
        )
    weights = None if weight is None else _weights(weight, np.ndim(y), readings.shape)
    return Arrays(np.ascontiguousarray(x), np.ascontiguousarray(readings), weights)


def check_fixed(name: str, value: ArrayLike | None, curves: int) -> np.ndarray:
    """A fixed value per curve, or one for all, or nan where the parameter is fitted.

    Raises
    ------
    InputError
        If there are neither one nor as many values as curves, or one is not finite.
    """
    if value is None:
        return np.array([np.nan])
    array = np.atleast_1d(np.asarray(value, float))
    if array.shape not in ((1,), (curves,)):
        raise InputError(
            f"{name} is fixed at {array.size} values for {curves} curves",
            allowed="One value, or one per curve",
        )
    if not np.isfinite(array).all():
        raise InputError(
            f"{name} is fixed at {array[~np.isfinite(array)][0]}",
            allowed="A fixed value is a finite number",
        )
    return np.array(array)


def check_bounds(
    bounds: tuple[float, float] | None,
    hill_bounds: tuple[float, float],
    reach: float,
    confidence: float | None,
) -> None:
    """Refuse bounds and a confidence level that are not possible."""
    if bounds is not None and not (np.isfinite(bounds).all() and bounds[0] < bounds[1]):
        raise InputError(
            f"the bounds of log10 IC50 are {bounds}",
            allowed="Two finite numbers, the lower first",
        )
    if not (np.isfinite(hill_bounds).all() and 0 < hill_bounds[0] < hill_bounds[1]):
        raise InputError(
            f"the bounds of the absolute hill are {hill_bounds}",
            allowed="Two numbers above 0, the lower first",
        )
    if not 0 <= reach < 100:
        raise InputError(f"reach is {reach}", allowed="A number of decades, 0 or more")
    if confidence is not None and not 0 < confidence < 1:
        raise InputError(
            f"the confidence of the limits is {confidence}",
            allowed="Between 0 and 1, such as 0.95",
        )


def plateau_mode(low_dose: np.ndarray, high_dose: np.ndarray) -> tuple[int, float]:
    """Which plateaus are fitted, and the side from which the slope starts where one is fixed."""
    low_free, high_free = bool(np.isnan(low_dose).all()), bool(np.isnan(high_dose).all())
    mode = NONE_FREE
    if low_free and high_free:
        mode = BOTH_FREE
    elif low_free or high_free:
        mode = ONE_FREE
    return mode, -1.0 if high_free and not low_free else 1.0


def criteria(max_readings: int, confidence: float | None, more: int, flat_level: float) -> Criteria:
    """Critical t and F by degrees of freedom.

    Parameters
    ----------
    max_readings
        Readings that a curve has at most.
    confidence
        Of the limits; None where they are not wanted.
    more
        Parameters that a curve has more than a flat line.
    flat_level
        Nominal level at which a curve is called flat.
    """
    df = np.arange(1, max(max_readings, 1) + 1, dtype=float)
    t = stdtrit(df, 0.5 + 0.5 * (confidence or 0.95))
    f = fdtri(float(more), df, 1.0 - flat_level)
    none = np.array([np.nan])
    return Criteria(np.concatenate([none, t]), np.concatenate([none, f]), confidence is not None)


def by_series(x: np.ndarray, curves: int) -> Iterator[tuple[np.ndarray | None, np.ndarray | None]]:
    """Groups of curves that share their doses: indices and doses; None for all curves, and for
    doses of their own.
    """
    if x.ndim == 1:
        yield None, x
        return
    if curves == 0:
        return
    filled = np.where(np.isnan(x), 1e4, np.clip(x, -1e5, 1e5))
    if (filled == filled[0]).all():
        yield None, x[0]
        return
    # Rows of equal doses have an equal sum under any weights; whether they are equal is then
    # checked.
    key = filled @ np.sqrt(np.arange(2.0, 2.0 + x.shape[1]))
    most = curves // MIN_CURVES_PER_SERIES + 1
    if np.unique(key[: 4 * most]).size > most:
        # A few curves have more series already than all may have.
        yield None, None
        return
    _, first, which, counts = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    alone = np.ones(curves, bool)
    if first.size <= most:
        for number in np.flatnonzero(counts >= MIN_CURVES_PER_SERIES):
            group = np.flatnonzero(which == number)
            group = group[(filled[group] == filled[first[number]]).all(axis=1)]
            alone[group] = False
            yield group, x[first[number]]
    if alone.any():
        yield (None if alone.all() else np.flatnonzero(alone)), None


def group_readings(arrays: Arrays, group: np.ndarray | None, series: np.ndarray | None) -> Readings:
    """The readings of a group of curves, as the kernels take them."""
    y, weight, x = arrays.y, arrays.weight, arrays.x
    if group is not None:
        y = y[group]
        weight = None if weight is None else weight[group]
        x = x[group] if x.ndim == 2 else x
    own_doses = series is None
    doses, dose_index = np.zeros(0), np.zeros(y.shape[1], np.int64)
    if series is not None:
        doses, dose_index = _distinct(series)
    return read_only_fields(
        Readings(
            y,
            np.zeros((1, 1, 1)) if weight is None else weight,
            weight is not None,
            own_doses,
            x if own_doses else np.zeros((1, 1)),
            np.zeros(1, np.int64),
            dose_index[None],
            doses[None],
            _most_doses(x) if own_doses else doses.size,
        )
    )


def pooled_readings(
    arrays: Arrays, series: np.ndarray, of_curve: np.ndarray
) -> Iterator[tuple[np.ndarray, Readings]]:
    """Curves of several series as the kernels take them together, with their indices: those whose
    series have the same number of different doses.

    Parameters
    ----------
    arrays : Arrays
    series : array, shape (series, points)
        Doses of each series.
    of_curve : array of int, shape (curves,)
        Series of each curve.
    """
    ordered, fresh, index = _distinct_of_rows(series)
    sizes = fresh.sum(axis=1)
    finite = (fresh & np.isfinite(ordered)).sum(axis=1)
    kinds = list(zip(sizes.tolist(), finite.tolist(), strict=True))
    for kind in dict.fromkeys(kinds):
        numbers = np.flatnonzero((sizes == kind[0]) & (finite == kind[1]))
        place = np.full(len(series), -1)
        place[numbers] = np.arange(numbers.size)
        curves = np.flatnonzero(place[of_curve] >= 0)
        if (np.diff(place[of_curve[curves]]) < 0).any():
            curves = curves[np.argsort(place[of_curve[curves]], kind="stable")]
        y, weight = arrays.y, arrays.weight
        if not is_every_row(curves, len(y)):
            y, weight = y[curves], None if weight is None else weight[curves]
        yield (
            curves,
            read_only_fields(
                Readings(
                    y,
                    np.zeros((1, 1, 1)) if weight is None else weight,
                    weight is not None,
                    False,
                    np.zeros((1, 1)),
                    place[of_curve[curves]],
                    index[numbers],
                    ordered[numbers][fresh[numbers]].reshape(numbers.size, kind[0]),
                    kind[0],
                )
            ),
        )


def is_every_row(rows: np.ndarray, count: int) -> bool:
    """Whether some row numbers are those of all rows, in their order."""
    return rows.size == count and bool((rows == np.arange(count)).all())


def _distinct_of_rows(series: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Doses of each series in order, which of them are the first of their value, and the number of
    the dose of each point, -1 for none; as `_distinct` for one series.
    """
    order = np.argsort(series, axis=1, kind="stable")
    ordered = np.take_along_axis(series, order, axis=1)
    fresh = ~np.isnan(ordered)
    fresh[:, 1:] &= ordered[:, 1:] != ordered[:, :-1]
    number = np.cumsum(fresh, axis=1) - 1
    number[np.isnan(ordered)] = -1
    index = np.empty(series.shape, np.int64)
    np.put_along_axis(index, order, number, axis=1)
    return ordered, fresh, index


def start_grid(readings: Readings, model: Model) -> StartGrid:
    """Nodes of the grid of starts, and their tables where curves share doses and slope."""
    shared_slope = model.free_hill or model.fixed_hill.size == 1
    with_tables = not readings.own_doses and shared_slope
    grids = [
        _grid_of_series(doses, _pattern(readings, k), model, with_tables=with_tables)
        for k, doses in enumerate(readings.doses)
    ]
    if len(grids) == 1:
        return grids[0]
    return StartGrid(
        *(
            grids[0].hills if name == "hills" else np.concatenate([getattr(g, name) for g in grids])
            for name in StartGrid._fields
        )
    )


def unit_grid(readings: Readings, model: Model) -> StartGrid:
    """As `start_grid`, for curves of several series: with the table of a complete curve of equal
    weights, whatever their weights.
    """
    replicates = readings.y.shape[2]
    grids = [
        _cached_grid(doses.tobytes(), index.tobytes(), replicates, _GridModel.of(model))
        for doses, index in zip(readings.doses, readings.dose_index, strict=True)
    ]
    return StartGrid(
        *(
            grids[0].hills if name == "hills" else np.concatenate([getattr(g, name) for g in grids])
            for name in StartGrid._fields
        )
    )


class _GridModel(NamedTuple):
    """What the grid depends on."""

    mode: int
    fixed_side: float
    free_hill: bool
    fixed_hill: float

    @classmethod
    def of(cls, model: Model) -> _GridModel:
        """What matters of a model whose slope is free or the same for all curves."""
        hill = 1.0 if model.free_hill else float(model.fixed_hill[0])
        return cls(model.mode, model.fixed_side, model.free_hill, hill)


@lru_cache(maxsize=2048)
def _cached_grid(doses: bytes, index: bytes, replicates: int, model: _GridModel) -> StartGrid:
    """The grid of a series for curves of equal weights; plates of a file repeat their series."""
    of_point = np.frombuffer(index, np.int64)
    different = np.frombuffer(doses)
    total = np.bincount(
        of_point[of_point >= 0],
        np.full(int((of_point >= 0).sum()), float(replicates)),
        minlength=different.size,
    )
    return _grid_of_series(different, total / total.sum(), model, with_tables=True)


def _grid_of_series(
    doses: np.ndarray, pattern: np.ndarray, model: Model | _GridModel, *, with_tables: bool
) -> StartGrid:
    """The grid of one series; arrays have a first axis of one."""
    shares, hills = _nodes(doses, model.free_hill)
    none = StartGrid(
        shares[None],
        hills,
        np.zeros((1, 0)),
        np.zeros((1, 1, 1), np.float32),
        np.zeros((1, 1, 3), np.float32),
        np.zeros((1, 1, 0), np.float32),
    )
    if not with_tables or not np.isfinite(doses).any():
        return none
    shapes = _shapes(doses, none, model)
    if pattern.size == 0:
        return none._replace(shapes=_single(shapes)[None])
    both = model.mode == BOTH_FREE
    centered = shapes - (shapes @ pattern)[:, None] if both else shapes
    size = np.maximum((centered * centered) @ pattern, 1e-290)
    zero = np.zeros_like(size)
    gain = [zero, zero + 2.0, -size]
    if model.mode != NONE_FREE:
        # Shapes of equal size, because those of the smallest have no inverse in single precision.
        centered, gain = centered / np.sqrt(size)[:, None], [zero + 1.0, zero, zero]
    return StartGrid(
        shares[None],
        hills,
        np.ascontiguousarray(pattern)[None],
        _single(centered)[None],
        _single(np.stack(gain, axis=1))[None],
        _single(shapes)[None],
    )


def _single(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, np.float32)


def _weights(weight: ArrayLike, y_ndim: int, shape: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(weight, float)
    if array.ndim == y_ndim and array.ndim == 2:
        array = array[:, :, None]
    try:
        # A copy: a read-only view would be another type to the compiler, and compiled once more.
        weights = np.array(np.broadcast_to(array, shape))
    except ValueError:
        raise InputError(
            f"weights have shape {np.shape(weight)}, readings {shape}",
            allowed="One weight per reading",
        ) from None
    if (weights < 0).any():
        raise InputError(
            f"a weight is {weights[weights < 0][0]:g}", allowed="Weights are 0 or more"
        )
    return weights


def _most_doses(x: np.ndarray) -> int:
    """Largest number of different doses in a row, from 1; doses that are missing do not count."""
    most = 1
    for first in range(0, len(x), _ROWS_AT_ONCE):
        ordered = np.sort(x[first : first + _ROWS_AT_ONCE], axis=1)
        # The first of each run of equal doses; missing ones are at the end and equal nothing.
        fresh = np.ones(ordered.shape, bool)
        fresh[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
        most = max(most, int((fresh & ~np.isnan(ordered)).sum(axis=1).max()))
        if most == x.shape[1]:
            break
    return most


def _distinct(series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    doses, index = np.unique(series, return_inverse=True)
    index = np.asarray(index).reshape(-1).astype(np.int64)
    index[np.isnan(series)] = -1
    return np.ascontiguousarray(doses[~np.isnan(doses)]), index


def _nodes(doses: np.ndarray, free_hill: bool) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of the grid: how far along the doses (with a margin), and the slope, nan where it is
    fixed.
    """
    finite = doses[np.isfinite(doses)]
    if 1 < finite.size <= MAX_DOSES_IN_GRID:
        between = np.concatenate([finite, 0.5 * (finite[1:] + finite[:-1])])
        outside = [finite[0] - np.array([0.4, 1.0]), finite[-1] + np.array([0.4, 1.0])]
        c = np.sort(np.concatenate([between, *outside]))
        along = (c - (finite[0] - GRID_MARGIN)) / (finite[-1] - finite[0] + 2 * GRID_MARGIN)
    else:
        along = np.linspace(0.1, 0.9, 33)
    hills = np.array(GRID_HILLS if free_hill else (np.nan,))
    return np.repeat(along, hills.size), np.tile(hills, along.size)


def _pattern(readings: Readings, series: int) -> np.ndarray:
    """Share of each dose in the weight of a curve in which nothing is missing."""
    y, index = readings.y, readings.dose_index[series]
    used = index >= 0
    if not readings.weighted:
        each = np.full(int(used.sum()), float(y.shape[2]))
    else:
        weight = readings.weight
        head = slice(SEARCHED_FOR_COMPLETE)
        complete = np.flatnonzero((np.isfinite(y[head]) & (weight[head] > 0)).all(axis=(1, 2)))
        each = weight[complete[0] if complete.size else 0].sum(axis=1)[used]
    total = np.bincount(index[used], each, minlength=readings.doses.shape[1])
    sum_of_all = total.sum()
    possible = np.isfinite(sum_of_all) and sum_of_all > 0
    return np.asarray(total / sum_of_all if possible else np.zeros(0))


def _shapes(doses: np.ndarray, grid: StartGrid, model: Model | _GridModel) -> np.ndarray:
    """s at every dose for every node, vanishing at the nearer plateau."""
    finite = doses[np.isfinite(doses)]
    shares = grid.shares[0]
    c = finite[0] - GRID_MARGIN + shares * (finite[-1] - finite[0] + 2 * GRID_MARGIN)
    sides = np.full(shares.size, model.fixed_side)
    if model.mode == BOTH_FREE:
        sides = np.where(shares < 0.5, 1.0, -1.0)
    fixed = 1.0 if model.free_hill else float(np.atleast_1d(model.fixed_hill)[0])
    slope = np.where(np.isnan(grid.hills), fixed, grid.hills) * LN10 * sides
    tau = np.clip(slope[:, None] * (doses[None, :] - c[:, None]), -FARTHEST, FARTHEST)
    return np.ascontiguousarray(1.0 / (1.0 + np.exp(tau)))
