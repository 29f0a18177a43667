"""From the readings of many curves to log10 IC50, hill, plateaus and limits of every one, a million a second and core.

One convention: y = bottom + (top - bottom) / (1 + 10^(hill * (log10_molar - log10_ic50))) with hill above 0. Top is the reading
without compound and bottom the reading at saturation, so a curve that rises with dose has its top below its bottom.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.errors import InputError
from tricyclic.numerics.batch.block import BLOCK, OUT_ROWS, fit_blocks
from tricyclic.numerics.batch.kernels import BOTH_FREE, LN10, NONE_FREE, ONE_FREE

STATUS: tuple[str, ...] = (
    "fits",
    "flat",
    "open below",
    "open above",
    "open both sides",
    "bound touched",
    "too few points",
    "no finite readings",
    "constant readings",
    "infinite readings",
    "search not finished",
)

HILL_BOUNDS = (0.05, 10.0)
REACH = 3.0
_GRID_BEYOND = 1.5
_GRID_HILLS = (0.45, 0.9, 1.8, 4.5)
_MOST_DOSES_IN_GRID = 40


@dataclass(frozen=True)
class BatchFits:
    """How each of many curves came out; all arrays have shape (curves,).

    Parameters
    ----------
    log10_ic50, hill, top, bottom : array
        Estimates; nan where the status says that there is no fit. A held parameter shows its held value.
    log10_ic50_low, log10_ic50_high : array
        Profile-likelihood limits; -inf or inf where a side does not close within the bounds, nan where not asked for.
    rss, pure_error_rss : array
        Weighted residual sum of squares, and its part among replicates. Inf or 0 where a double cannot hold the square.
    sd : array
        Standard deviation of a reading of weight 1: sqrt(rss / df).
    n, df, df_pure : array of int
        Readings used; less fitted parameters; less different doses.
    se_log10_ic50 : array
        Standard error from the curvature; nan where a bound holds the estimate.
    f_flat : array
        F of the curve against no curve (one constant, or the held plateau); its nominal distribution is off, see
        `fitting.batch.null_f`.
    status : array of uint8
        Index into STATUS.
    """

    log10_ic50: np.ndarray
    log10_ic50_low: np.ndarray
    log10_ic50_high: np.ndarray
    hill: np.ndarray
    top: np.ndarray
    bottom: np.ndarray
    rss: np.ndarray
    pure_error_rss: np.ndarray
    sd: np.ndarray
    n: np.ndarray
    df: np.ndarray
    df_pure: np.ndarray
    se_log10_ic50: np.ndarray
    f_flat: np.ndarray
    status: np.ndarray

    def __len__(self) -> int:
        return int(self.status.size)

    @property
    def words(self) -> np.ndarray:
        """Status of every curve in words."""
        return np.asarray(np.array(STATUS)[self.status])


def fit_batch(
    log10_molar: ArrayLike,
    y: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    model: Literal["4pl", "3pl"] = "4pl",
    hill: ArrayLike | None = None,
    top: ArrayLike | None = None,
    bottom: ArrayLike | None = None,
    limits: float | None = 0.95,
    bounds: tuple[float, float] | None = None,
    hill_bounds: tuple[float, float] = HILL_BOUNDS,
    reach: float = REACH,
    flat_level: float = 0.05,
    workers: int = 1,
) -> BatchFits:
    """Fit every row of readings on its own.

    Parameters
    ----------
    log10_molar : array, shape (points,) or (curves, points)
        Dose of each point as log10 of molar; -inf is a well without compound, inf one with saturating compound, nan a
        missing point. Points with equal dose are replicates.
    y : array, shape (curves, points) or (curves, points, replicates)
        Readings in any unit; nan is missing.
    weight : array, shape of y, or broadcasting to it, optional
        1 / variance of each reading up to a common factor; nan or 0 leaves the reading out.
    model : {"4pl", "3pl"}
        3pl holds hill at 1.
    hill, top, bottom : float or array, shape (curves,), optional
        Values to hold these at.
    limits : float or None
        Confidence of the limits of log10 IC50; None leaves them out, which is twice as fast.
    bounds : (low, high), optional
        Of log10 IC50; by default `reach` decades beyond the curve's own doses.
    hill_bounds : (low, high)
        Of hill.
    flat_level : float
        A curve whose F against no curve lies below the nominal point of this level is called flat.
    workers : int
        Threads. The result does not depend on it.

    Returns
    -------
    BatchFits

    Raises
    ------
    InputError
        If shapes do not fit together, a held hill is not above 0, or a bound is not one.

    Notes
    -----
    Separable least squares with exact second derivatives from the best node of a grid [Golub & Pereyra 2003]; limits
    where the profile has risen by s2 * F(limits; 1, df) [Bates & Watts 1988].
    """
    x, readings, weights = _shapes(log10_molar, y, weight)
    curves, points, replicates = readings.shape
    held_hill = _held("hill", 1.0 if model == "3pl" and hill is None else hill, curves)
    if model not in ("3pl", "4pl"):
        raise InputError(f"the model is '{model}'", allowed="It is '4pl' or '3pl'")
    if (held_hill <= 0).any():
        raise InputError(
            f"hill is held at {held_hill[held_hill <= 0][0]:g}",
            allowed="It is above 0",
            do="A curve that rises with dose has its top below its bottom, not a hill below 0",
        )
    held_top, held_bottom = _held("top", top, curves), _held("bottom", bottom, curves)
    _check_bounds(bounds, hill_bounds, reach, limits)
    free_hill = bool(np.isnan(held_hill).all())
    top_free, bottom_free = bool(np.isnan(held_top).all()), bool(np.isnan(held_bottom).all())
    mode = (
        BOTH_FREE
        if top_free and bottom_free
        else (ONE_FREE if top_free or bottom_free else NONE_FREE)
    )
    side = -1.0 if bottom_free and not top_free else 1.0
    parameters = 1 + free_hill + top_free + bottom_free
    t_critical, f_critical = _critical(
        points * replicates, limits or 0.95, parameters - (mode == BOTH_FREE), flat_level
    )
    box = np.array(bounds if bounds is not None else (np.nan, np.nan), float)
    hill_box = np.array(hill_bounds, float)
    out = np.full((OUT_ROWS, curves), np.nan)
    status = np.zeros(curves, np.uint8)
    for chosen, series in _by_series(x, curves):
        own = series is None
        doses, place_of = (
            (np.zeros(0), np.zeros(points, np.int64)) if series is None else _distinct(series)
        )
        y_part, w_part, rows = (
            (readings, weights, x)
            if chosen is None
            else (
                readings[chosen],
                None if weights is None else weights[chosen],
                x[chosen] if x.ndim == 2 else x,
            )
        )
        part = y_part.shape[0]
        shares, hills = _nodes(doses, free_hill)
        hill_of_table = 1.0 if free_hill else float(held_hill[0])
        pattern, table, gain_of, shapes = (
            np.zeros(0),
            np.zeros((1, 1)),
            np.zeros((1, 3)),
            np.zeros((1, 0)),
        )
        if not own and (free_hill or held_hill.size == 1) and np.isfinite(doses).any():
            pattern = _pattern(y_part, w_part, place_of, doses.size)
            table, gain_of, shapes = _table(
                doses, pattern, shares, hills, hill_of_table, mode, side
            )
        target, said = (
            (out, status)
            if chosen is None
            else (np.full((OUT_ROWS, part), np.nan), np.zeros(part, np.uint8))
        )
        arguments = (
            y_part,
            np.zeros((1, 1, 1)) if w_part is None else w_part,
            w_part is not None,
            own,
            rows if own else np.zeros((1, 1)),
            place_of,
            doses,
            mode,
            side,
            free_hill,
            _of(held_hill, chosen),
            _of(held_top, chosen),
            _of(held_bottom, chosen),
            box,
            float(reach),
            hill_box,
            shares,
            hills,
            pattern,
            table,
            gain_of,
            shapes,
            t_critical,
            f_critical,
            limits is not None,
            target,
            said,
        )
        if workers <= 1 or part <= BLOCK:
            fit_blocks(0, part, *arguments)
        else:
            with ThreadPoolExecutor(workers) as pool:
                spans = [(cut, min(cut + 8 * BLOCK, part)) for cut in range(0, part, 8 * BLOCK)]
                for done in [pool.submit(fit_blocks, *span, *arguments) for span in spans]:
                    done.result()
        if chosen is not None:
            out[:, chosen], status[chosen] = target, said
    whole = {
        name: out[row].astype(np.int64) for name, row in (("n", 8), ("df", 9), ("df_pure", 10))
    }
    return BatchFits(
        log10_ic50=out[0],
        log10_ic50_low=out[1],
        log10_ic50_high=out[2],
        hill=out[3],
        top=out[4],
        bottom=out[5],
        rss=out[6],
        pure_error_rss=out[7],
        sd=out[13],
        **whole,
        se_log10_ic50=out[11],
        f_flat=out[12],
        status=status,
    )


def _shapes(
    log10_molar: ArrayLike, y: ArrayLike, weight: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    readings = np.asarray(y, float)
    if readings.ndim == 2:
        readings = readings[:, :, None]
    x = np.asarray(log10_molar, float)
    if readings.ndim != 3 or x.ndim not in (1, 2):
        raise InputError(
            f"readings have shape {np.shape(y)} and doses {x.shape}",
            allowed="Readings are (curves, points) or (curves, points, replicates), doses (points,) or (curves, points)",
        )
    if x.shape[-1] != readings.shape[1] or (x.ndim == 2 and x.shape[0] != readings.shape[0]):
        raise InputError(
            f"there are doses of shape {x.shape} for readings of shape {np.shape(y)}",
            allowed="There is one dose per point, shared by all curves or one row per curve",
        )
    weights = None
    if weight is not None:
        given = np.asarray(weight, float)
        if given.ndim == np.ndim(y) and given.ndim == 2:
            given = given[:, :, None]
        try:
            weights = np.ascontiguousarray(np.broadcast_to(given, readings.shape))
        except ValueError:
            raise InputError(
                f"weights have shape {np.shape(weight)}, readings {np.shape(y)}",
                allowed="There is one weight per reading",
            ) from None
        if (weights < 0).any():
            raise InputError(
                f"a weight is {weights[weights < 0][0]:g}", allowed="Weights are 0 or more"
            )
    return np.ascontiguousarray(x), np.ascontiguousarray(readings), weights


def _held(name: str, value: ArrayLike | None, curves: int) -> np.ndarray:
    if value is None:
        return np.array([np.nan])
    array = np.atleast_1d(np.asarray(value, float))
    if array.shape not in ((1,), (curves,)):
        raise InputError(
            f"{name} is held at {array.size} values for {curves} curves",
            allowed="It is held at one value, or at one per curve",
        )
    if not np.isfinite(array).all():
        raise InputError(
            f"{name} is held at {array[~np.isfinite(array)][0]}",
            allowed="A held value is a finite number",
        )
    return np.ascontiguousarray(array)


def _of(held: np.ndarray, chosen: np.ndarray | None) -> np.ndarray:
    return held if chosen is None or held.size == 1 else held[chosen]


def _check_bounds(
    bounds: tuple[float, float] | None,
    hill_bounds: tuple[float, float],
    reach: float,
    limits: float | None,
) -> None:
    if bounds is not None and not (np.isfinite(bounds).all() and bounds[0] < bounds[1]):
        raise InputError(
            f"the bounds of log10 IC50 are {bounds}",
            allowed="They are two finite numbers, the lower first",
        )
    if not (np.isfinite(hill_bounds).all() and 0 < hill_bounds[0] < hill_bounds[1]):
        raise InputError(
            f"the bounds of hill are {hill_bounds}",
            allowed="They are two numbers above 0, the lower first",
        )
    if not 0 <= reach < 100:
        raise InputError(f"reach is {reach}", allowed="It is a number of decades, 0 or more")
    if limits is not None and not 0 < limits < 1:
        raise InputError(
            f"the confidence of the limits is {limits}",
            allowed="It lies between 0 and 1, such as 0.95",
        )


def _critical(
    most: int, confidence: float, more: int, level: float
) -> tuple[np.ndarray, np.ndarray]:
    from scipy.special import fdtri, stdtrit

    df = np.arange(1, max(most, 1) + 1, dtype=float)
    t = stdtrit(df, 0.5 + 0.5 * confidence)
    f = fdtri(float(more), df, 1.0 - level)
    return np.concatenate([[np.nan], t]), np.concatenate([[np.nan], f])


def _by_series(x: np.ndarray, curves: int) -> Iterator[tuple[np.ndarray | None, np.ndarray | None]]:
    """Which curves share which doses; None for all curves, and None for doses of their own."""
    if x.ndim == 1:
        yield None, x
        return
    if curves == 0:
        return
    filled = np.where(np.isnan(x), 1e4, np.clip(x, -1e5, 1e5))
    if (filled == filled[0]).all():
        yield None, x[0]
        return
    # Rows of equal doses have an equal sum under any weights; that they are equal is then looked at, not taken for granted.
    key = filled @ np.sqrt(np.arange(2.0, 2.0 + x.shape[1]))
    _, first, which, many = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    alone = np.ones(curves, bool)
    if first.size <= curves // 64 + 1:
        for number in np.flatnonzero(many >= 64):
            members = np.flatnonzero(which == number)
            members = members[(filled[members] == filled[first[number]]).all(axis=1)]
            alone[members] = False
            yield members, x[first[number]]
    if alone.any():
        yield (None if alone.all() else np.flatnonzero(alone)), None


def _distinct(series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    doses, place = np.unique(series, return_inverse=True)
    place = np.asarray(place).reshape(-1).astype(np.int64)
    place[np.isnan(series)] = -1
    return np.ascontiguousarray(doses[~np.isnan(doses)]), place


def _nodes(doses: np.ndarray, free_hill: bool) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of the grid of starts: how far along the doses (with a margin), and hill, nan where it is held."""
    finite = doses[np.isfinite(doses)]
    if 1 < finite.size <= _MOST_DOSES_IN_GRID:
        middle = np.concatenate([finite, 0.5 * (finite[1:] + finite[:-1])])
        c = np.sort(
            np.concatenate(
                [middle, finite[0] - np.array([0.4, 1.0]), finite[-1] + np.array([0.4, 1.0])]
            )
        )
        along = (c - (finite[0] - _GRID_BEYOND)) / (finite[-1] - finite[0] + 2 * _GRID_BEYOND)
    else:
        along = np.linspace(0.1, 0.9, 33)
    hills = np.array(_GRID_HILLS if free_hill else (np.nan,))
    return np.repeat(along, hills.size), np.tile(hills, along.size)


def _pattern(
    y: np.ndarray, weight: np.ndarray | None, place_of: np.ndarray, doses: int
) -> np.ndarray:
    """Share of each dose in the weight of a curve in which nothing is missing."""
    seen = place_of >= 0
    if weight is None:
        each = np.full(int(seen.sum()), float(y.shape[2]))
    else:
        complete = np.flatnonzero((np.isfinite(y[:1000]) & (weight[:1000] > 0)).all(axis=(1, 2)))
        each = weight[complete[0] if complete.size else 0].sum(axis=1)[seen]
    total = np.bincount(place_of[seen], each, minlength=doses)
    whole = total.sum()
    return np.asarray(total / whole if np.isfinite(whole) and whole > 0 else np.zeros(0))


def _table(
    doses: np.ndarray,
    pattern: np.ndarray,
    shares: np.ndarray,
    hills: np.ndarray,
    held: float,
    mode: int,
    side: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weighted shape of every node, what a node's dot product with the readings is worth, and the plain shapes."""
    finite = doses[np.isfinite(doses)]
    c = finite[0] - _GRID_BEYOND + shares * (finite[-1] - finite[0] + 2 * _GRID_BEYOND)
    sides = np.where(shares < 0.5, 1.0, -1.0) if mode == BOTH_FREE else np.full(shares.size, side)
    slope = np.where(np.isnan(hills), held, hills) * LN10 * sides
    tau = np.clip(slope[:, None] * (doses[None, :] - c[:, None]), -300.0, 300.0)
    s = np.ascontiguousarray(1.0 / (1.0 + np.exp(tau)))
    if pattern.size == 0:
        return np.zeros((1, 1)), np.zeros((1, 3)), s
    centred = s - (s @ pattern)[:, None] if mode == BOTH_FREE else s
    size = np.maximum((centred * centred) @ pattern, 1e-290)
    nothing = np.zeros_like(size)
    gain = [nothing, nothing + 2.0, -size] if mode == NONE_FREE else [1.0 / size, nothing, nothing]
    return np.ascontiguousarray(centred * pattern), np.ascontiguousarray(np.stack(gain, axis=1)), s
