"""Fits of curves in one direction or both: in both where either could be the better one."""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.direction import Fixed, Run, runs, wanted_in
from tricyclic.numerics.batch.inputs import Arrays
from tricyclic.numerics.batch.layout import OUT_PURE, OUT_RSS

# A direction, whether each curve was fitted in it, results (OUT_ROWS, curves) and status.
DirectionFit = tuple[Run, np.ndarray, np.ndarray, np.ndarray]
# Share by which the bound of a residual sum must exceed another, against rounding.
_MARGIN = 1e-9
# Factor by which the residual sum of a direction must exceed that of the other one for its limits
# to be omitted: the search for limits can lower the sum of a curve with several optima.
_MUCH_WORSE = 2.0


def fit_directions(
    arrays: Arrays, fixed: Fixed, fit_run: Callable[[Run, np.ndarray, bool], DirectionFit]
) -> list[DirectionFit]:
    """Fit the curves in the directions that are open.

    Where both plateaus are fixed, a curve is fitted first in the direction that its readings show,
    and in the other one only where that could be the better one. A fitted plateau may cross the
    fixed one, which turns the curve round, so that nothing is known of it beforehand: a curve is
    then fitted in both, and in the other direction without limits where that is much the worse.

    Parameters
    ----------
    arrays : Arrays
    fixed : Fixed
    fit_run : callable
        Fits the curves that are wanted, shape (curves,), in a direction, with limits or without.
    """
    both = runs(fixed)
    wanted = [np.broadcast_to(wanted_in(fixed, run), arrays.n_curves).copy() for run in both]
    both_fixed = not (np.isnan(fixed.top).any() or np.isnan(fixed.bottom).any())
    if len(both) == 1:
        return [fit_run(both[0], wanted[0], True)]
    contrast = np.zeros(arrays.n_curves)
    contrast_of_halves(
        arrays.x if arrays.x.ndim == 2 else arrays.x[None],
        arrays.y,
        np.ones((1, 1, 1)) if arrays.weight is None else arrays.weight,
        arrays.weight is not None,
        contrast,
    )
    is_open, rises = wanted[0] & wanted[1], contrast > 0.0
    first = [wanted[0] & ~(is_open & rises), wanted[1] & ~(is_open & ~rises)]
    fits = [fit_run(run, some, True) for run, some in zip(both, first, strict=True)]
    if not both_fixed:
        return _fit_others(fits, is_open, fit_run)
    again_in = []
    for number, (_, _, tried, _) in enumerate(fits):
        with np.errstate(invalid="ignore", over="ignore"):
            least = tried[OUT_PURE] + (1.0 - _MARGIN) * contrast**2
            is_worse = least > (1.0 + _MARGIN) * tried[OUT_RSS]
        again_in.append(is_open & first[number] & ~is_worse)
    for number, again in ((1, again_in[0]), (0, again_in[1])):
        if again.any():
            fits[number] = _with_more(fits[number], again, True, fit_run)
    return fits


def _fit_others(
    fits: list[DirectionFit],
    is_open: np.ndarray,
    fit_run: Callable[[Run, np.ndarray, bool], DirectionFit],
) -> list[DirectionFit]:
    """Fit the curves whose direction is open in the other one, too."""
    first = [done for _, done, _, _ in fits]
    sums = [out[OUT_RSS].copy() for _, _, out, _ in fits]
    for number in range(2):
        others = is_open & ~first[number]
        if not others.any():
            continue
        fits[number] = _with_more(fits[number], others, False, fit_run)
        with np.errstate(invalid="ignore", over="ignore"):
            is_worse = fits[number][2][OUT_RSS] > _MUCH_WORSE * sums[1 - number]
        close = others & ~is_worse
        if close.any():
            fits[number] = _with_more(fits[number], close, True, fit_run)
    return fits


def _with_more(
    fit: DirectionFit,
    some: np.ndarray,
    with_limits: bool,
    fit_run: Callable[[Run, np.ndarray, bool], DirectionFit],
) -> DirectionFit:
    """A fit with more curves in its direction."""
    run, done, out, status = fit
    _, _, more, more_status = fit_run(run, some, with_limits)
    out[:, some], status[some] = more[:, some], more_status[some]
    return run, done | some, out, status


@compiled(entry=True, allocates=False)
def contrast_of_halves(x, y, weight, weighted, contrast):
    """Fill `contrast`, shape (curves,): the mean at high less the mean at low doses, per standard
    deviation of a reading of weight 1.

    The residual sum of squares of a curve of the other direction, beyond that among replicates, is
    at least its square (Cauchy and Schwarz).

    Parameters
    ----------
    x : array, shape (1, points) or (curves, points)
        Doses [log10 M]; nan missing.
    y, weight : array, shape (curves, points, replicates)
        weight is used where `weighted`.
    """
    curves, points, replicates = y.shape
    middle = math.nan
    for k in range(curves):
        of_doses = k if x.shape[0] > 1 else 0
        if k == 0 or x.shape[0] > 1:
            middle = _middle(x[of_doses])
        low = low_w = high = high_w = 0.0
        for p in range(points):
            dose = x[of_doses, p]
            if math.isnan(dose) or dose == middle:
                continue
            total = total_w = 0.0
            for r in range(replicates):
                w = weight[k, p, r] if weighted else 1.0
                if not math.isnan(y[k, p, r]) and w > 0.0:
                    total += w * y[k, p, r]
                    total_w += w
            if dose > middle:
                high += total
                high_w += total_w
            else:
                low += total
                low_w += total_w
        contrast[k] = 0.0
        if low_w > 0.0 and high_w > 0.0:
            per_sd = math.sqrt(low_w * high_w / (low_w + high_w))
            contrast[k] = (high / high_w - low / low_w) * per_sd


@compiled(allocates=False)
def _middle(row):
    """Middle of the range of the finite doses."""
    low, high = math.inf, -math.inf
    for p in range(row.size):
        if abs(row[p]) < math.inf:
            low, high = min(low, row[p]), max(high, row[p])
    return 0.5 * (low + high)
