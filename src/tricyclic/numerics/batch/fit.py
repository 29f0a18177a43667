"""Fit many curves: log10 IC50, hill, plateaus and limits of each, about a million per second and
core.

y = bottom + (top - bottom) / (1 + 10^(-hill * (log10_molar - log10_ic50))). Top is the upper and
bottom the lower plateau whatever the direction; hill is above 0 for a curve that rises with dose
and below 0 for one that falls, as in GraphPad Prism.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.errors import InputError
from tricyclic.numerics.batch.block import fit_blocks
from tricyclic.numerics.batch.compiler import announce_compilation
from tricyclic.numerics.batch.direction import (
    ROW_BOTTOM,
    ROW_TOP,
    Fixed,
    Run,
    combine,
    fixed_values,
)
from tricyclic.numerics.batch.inputs import (
    Arrays,
    by_series,
    check_arrays,
    check_bounds,
    check_fixed,
    criteria,
    group_readings,
    plateau_mode,
    pooled_readings,
    start_grid,
    unit_grid,
)
from tricyclic.numerics.batch.layout import (
    BLOCK,
    OUT_C,
    OUT_DF,
    OUT_DF_PURE,
    OUT_F,
    OUT_HIGH,
    OUT_HILL,
    OUT_LOW,
    OUT_N,
    OUT_PURE,
    OUT_ROWS,
    OUT_RSS,
    OUT_SD,
    OUT_SE,
    Criteria,
    Model,
    Readings,
    StartGrid,
)
from tricyclic.numerics.batch.likely_direction import DirectionFit, fit_directions
from tricyclic.numerics.batch.many_verdicts import ManySettings, assess_many
from tricyclic.numerics.batch.quick_checks import Findings
from tricyclic.numerics.batch.verdict import REACH, SigmoidFacts, check_names

# Words of the status codes of `layout`.
STATUS: tuple[str, ...] = (
    "fitted",
    "flat",
    "lower CI unbounded",
    "upper CI unbounded",
    "CI unbounded",
    "parameter at bound",
    "too few points",
    "no finite readings",
    "constant readings",
    "infinite readings",
    "not converged",
    "top below bottom",
    "not distinguishable from flat",
    "not monotone",
)

# A hill of 1000 is a step between any two doses; see `MAX_HILL` of the declared curves.
HILL_BOUNDS = (0.05, 1000.0)
# Blocks that a thread takes at a time.
BLOCKS_PER_TASK = 8


@dataclass(frozen=True)
class BatchFits:
    """Fits of many curves; all arrays have shape (curves,).

    Parameters
    ----------
    log10_ic50, hill, top, bottom : array
        Estimates; nan where the status is one without a fit. A fixed parameter has its fixed value;
        where the readings lie beyond a fixed plateau, or go against a fixed direction, the status
        is "top below bottom".
    log10_ic50_low, log10_ic50_high : array
        Profile-likelihood limits; -inf or inf where a side does not close within the bounds, nan
        where not requested.
    rss, pure_error_rss : array
        Weighted residual sum of squares, and its part among replicates. Inf or 0 where the square
        overflows or underflows.
    sd : array
        Standard deviation of a reading of weight 1: sqrt(rss / df).
    n, df, df_pure : array of int
        Readings used; less fitted parameters; less different doses.
    se_log10_ic50 : array
        Standard error from the curvature; nan where the estimate, or hill, is at a bound.
    f_flat : array
        F of the curve against a flat line (one constant, or the fixed plateau); it does not
        have the nominal distribution, see `fitting.batch.null_f`.
    status : array of uint8
        Index into STATUS.
    at_bound : array of int8
        -1 or 1 where log10_ic50 is the lower or upper bound of the search and no estimate.
    checks : array of int
        Checks that warn or fail, as bits of `numerics.batch.verdict.CHECKS`.
    log10_lowest_dose, log10_highest_dose : array
        Lowest and highest finite dose of the readings that were used.
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
    at_bound: np.ndarray
    checks: np.ndarray
    log10_lowest_dose: np.ndarray
    log10_highest_dose: np.ndarray

    def __len__(self) -> int:
        return int(self.status.size)

    @property
    def words(self) -> np.ndarray:
        """Status of every curve in words."""
        return np.asarray(np.array(STATUS)[self.status])

    @property
    def check_names(self) -> np.ndarray:
        """Names of the checks of every curve that warn or fail, separated by commas."""
        return check_names(self.checks)


def fit_batch(
    log10_molar: ArrayLike,
    y: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    model: Literal["4pl", "3pl"] = "4pl",
    hill: ArrayLike | None = None,
    top: ArrayLike | None = None,
    bottom: ArrayLike | None = None,
    confidence: float | None = 0.95,
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
        Dose of each point as log10 of molar; -inf is a well without compound, inf one with
        saturating compound, nan a missing point. Points with equal dose are replicates.
    y : array, shape (curves, points) or (curves, points, replicates)
        Readings in any unit; nan is missing.
    weight : array, shape of y, or broadcasting to it, optional
        1 / variance of each reading up to a common factor; a reading of weight nan or 0 is not
        used.
    model : {"4pl", "3pl"}
        3pl fixes the absolute hill at 1.
    hill, top, bottom : float or array, shape (curves,), optional
        Values at which these are fixed; the sign of a fixed hill fixes the direction. With one
        fixed plateau and a fitted direction every curve is fitted in both, and the better fit is
        returned; with two, only where either could be the better one.
    confidence : float or None
        Confidence level of the limits of log10 IC50; None omits them, which is faster.
    bounds : (low, high), optional
        Of log10 IC50; by default `reach` decades beyond the curve's own doses.
    hill_bounds : (low, high)
        Of the absolute hill.
    reach : float
        Decades beyond the doses within which log10 IC50 is searched.
    flat_level : float
        A curve whose F against a flat line lies below the nominal point of this level is called
        flat.
    workers : int
        Threads, of the fits and of the checks. The result does not depend on it.

    Returns
    -------
    BatchFits

    Raises
    ------
    InputError
        If shapes do not fit together, fixed values contradict each other, or a bound is not
        possible.

    Notes
    -----
    Separable least squares with exact second derivatives from the best node of a grid [Golub &
    Pereyra 2003]; limits where the profile has risen by s2 * F(confidence; 1, df) [Bates & Watts
    1988].
    """
    arrays = check_arrays(log10_molar, y, weight)
    return _fit_arrays(
        arrays,
        _Settings(model, hill, top, bottom, confidence, bounds, hill_bounds, reach, flat_level),
        workers,
        _fit_groups,
    )


def fit_series_batch(
    series: np.ndarray,
    of_curve: np.ndarray,
    y: np.ndarray,
    *,
    x: np.ndarray | None = None,
    weight: np.ndarray | None = None,
    model: Literal["4pl", "3pl"] = "4pl",
    hill: float | None = None,
    top: float | None = None,
    bottom: float | None = None,
    confidence: float | None = 0.95,
    workers: int = 1,
) -> BatchFits:
    """Fit curves of known series of doses, those of all series together.

    Parameters
    ----------
    series : array, shape (series, points)
        Doses of each series as log10 of molar, as in `fit_batch`.
    of_curve : array of int, shape (curves,)
        Series of each curve.
    y, x, weight : array, shape (curves, points)
        x is `series[of_curve]`, where that is at hand.
    model, hill, top, bottom, confidence, workers
        As in `fit_batch`.

    Returns
    -------
    BatchFits
        The same as those of `fit_batch` for each series alone, where it has a complete curve of
        equal weights.
    """
    arrays = check_arrays(series[of_curve] if x is None else x, y, weight)

    def fit_pooled(
        arrays: Arrays, model: Model, critical: Criteria, workers: int
    ) -> tuple[np.ndarray, np.ndarray]:
        out = np.full((OUT_ROWS, arrays.n_curves), np.nan)
        status = np.zeros(arrays.n_curves, np.uint8)
        for curves, readings in pooled_readings(arrays, series, of_curve):
            own_out = np.full((OUT_ROWS, curves.size), np.nan)
            own_status = np.zeros(curves.size, np.uint8)
            grid = unit_grid(readings, model)
            own = model._replace(wanted=_of_group(model.wanted, curves))
            _fit_readings(readings, own, grid, critical, workers, own_out, own_status)
            out[:, curves], status[curves] = own_out, own_status
        return out, status

    settings = _Settings(model, hill, top, bottom, confidence)
    return _fit_arrays(arrays, settings, workers, fit_pooled)


class _Settings(NamedTuple):
    """Settings of `fit_batch`, which describes them."""

    model: str
    hill: ArrayLike | None
    top: ArrayLike | None
    bottom: ArrayLike | None
    confidence: float | None
    bounds: tuple[float, float] | None = None
    hill_bounds: tuple[float, float] = HILL_BOUNDS
    reach: float = REACH
    flat_level: float = 0.05


def _fit_arrays(
    arrays: Arrays,
    given: _Settings,
    workers: int,
    fit_curves: Callable[[Arrays, Model, Criteria, int], tuple[np.ndarray, np.ndarray]],
) -> BatchFits:
    """Fit all curves in one direction or both, and assess them."""
    curves, points, replicates = arrays.y.shape
    if given.model not in ("3pl", "4pl"):
        raise InputError(f"the model is '{given.model}'", allowed="'4pl' or '3pl'")
    fixed = fixed_values(
        given.model,
        check_fixed("hill", given.hill, curves),
        check_fixed("top", given.top, curves),
        check_fixed("bottom", given.bottom, curves),
    )
    check_bounds(given.bounds, given.hill_bounds, given.reach, given.confidence)
    announce_compilation()

    free_hill = bool(np.isnan(fixed.steepness).all())
    is_known = [bool(np.isfinite(values).all()) for values in (fixed.top, fixed.bottom)]
    more = 1 + free_hill + (not all(is_known))
    critical = criteria(points * replicates, given.confidence, more, given.flat_level)

    def fit_run(run: Run, wanted: np.ndarray, with_limits: bool) -> DirectionFit:
        own = critical if with_limits else critical._replace(want_limits=False)
        return run, wanted, *fit_curves(arrays, _model(run, fixed, given, wanted), own, workers)

    out, status = combine(fixed, fit_directions(arrays, fixed, fit_run))
    rule = ManySettings(
        more, given.flat_level, given.reach, given.bounds, given.hill_bounds, free_hill, *is_known
    )
    findings = assess_many(
        out,
        status,
        arrays,
        rule,
        lambda rows: _facts(out[:, rows], status[rows], rule),
        lambda check, n, step: _in_threads(check, n, step, workers),
    )
    # At a bound of hill the curvature is that of the bound.
    out[OUT_SE][at_hill_bound(out[OUT_HILL], given.hill_bounds) & free_hill] = np.nan
    return _results(out, findings)


def _model(run: Run, fixed: Fixed, given: _Settings, wanted: np.ndarray) -> Model:
    """What is fitted in one direction."""
    mode, side = plateau_mode(run.low_dose, run.high_dose)
    return Model(
        mode,
        side,
        bool(np.isnan(fixed.steepness).all()),
        fixed.steepness,
        run.low_dose,
        run.high_dose,
        np.array(given.bounds if given.bounds is not None else (np.nan, np.nan), float),
        float(given.reach),
        np.array(given.hill_bounds, float),
        wanted,
    )


def at_hill_bound(hill: np.ndarray, hill_bounds: tuple[float, float] = HILL_BOUNDS) -> np.ndarray:
    """Whether a fitted hill is a bound of the search and no estimate; of the steepest kind where
    the readings show a step between two doses.
    """
    steepness = np.abs(hill)
    low, high = hill_bounds
    with np.errstate(invalid="ignore"):
        return np.asarray((steepness <= low * (1 + 1e-9)) | (steepness >= high * (1 - 1e-9)))


def _fit_groups(
    arrays: Arrays, model: Model, critical: Criteria, workers: int
) -> tuple[np.ndarray, np.ndarray]:
    """Fit the groups of curves that share their doses, one after the other."""
    out = np.full((OUT_ROWS, arrays.n_curves), np.nan)
    status = np.zeros(arrays.n_curves, np.uint8)
    for group, series in by_series(arrays.x, arrays.n_curves):
        if group is None:
            _fit_group(arrays, model, critical, workers, None, series, out, status)
            continue
        own_out = np.full((OUT_ROWS, group.size), np.nan)
        own_status = np.zeros(group.size, np.uint8)
        _fit_group(arrays, model, critical, workers, group, series, own_out, own_status)
        out[:, group], status[group] = own_out, own_status
    return out, status


def _fit_group(
    arrays: Arrays,
    model: Model,
    critical: Criteria,
    workers: int,
    group: np.ndarray | None,
    series: np.ndarray | None,
    out: np.ndarray,
    status: np.ndarray,
) -> None:
    readings = group_readings(arrays, group, series)
    if group is not None:
        model = model._replace(
            fixed_hill=_of_group(model.fixed_hill, group),
            fixed_low_dose=_of_group(model.fixed_low_dose, group),
            fixed_high_dose=_of_group(model.fixed_high_dose, group),
            wanted=_of_group(model.wanted, group),
        )
    _fit_readings(readings, model, start_grid(readings, model), critical, workers, out, status)


def _fit_readings(
    readings: Readings,
    model: Model,
    grid: StartGrid,
    critical: Criteria,
    workers: int,
    out: np.ndarray,
    status: np.ndarray,
) -> None:
    """Fill `out` and `status`, in threads."""

    def fit_span(first: int, end: int) -> None:
        fit_blocks(first, end, readings, model, grid, critical, out, status)

    _in_threads(fit_span, readings.y.shape[0], BLOCKS_PER_TASK * BLOCK, workers)


def _in_threads(
    function: Callable[[int, int], None], curves: int, per_task: int, workers: int
) -> None:
    """Call a function of the first curve and the one after the last for parts of the curves."""
    if workers <= 1 or curves <= BLOCK:
        function(0, curves)
        return
    with ThreadPoolExecutor(workers) as pool:
        starts = range(0, curves, per_task)
        ends = [min(first + per_task, curves) for first in starts]
        for _ in pool.map(function, starts, ends):
            pass


def _of_group(fixed: np.ndarray, group: np.ndarray) -> np.ndarray:
    return fixed if fixed.size == 1 else fixed[group]


def _facts(out: np.ndarray, status: np.ndarray, rule: ManySettings) -> SigmoidFacts:
    """What the verdict needs of the fits."""
    top, bottom = out[ROW_TOP], out[ROW_BOTTOM]
    rises = out[OUT_HILL] > 0
    steepness = np.abs(out[OUT_HILL])
    with np.errstate(invalid="ignore"):
        reversed_plateaus = top < bottom
    return SigmoidFacts(
        status=status,
        log10_ic50=out[OUT_C],
        log10_ic50_low=out[OUT_LOW],
        log10_ic50_high=out[OUT_HIGH],
        steepness=steepness,
        low_dose=np.where(rises, bottom, top),
        high_dose=np.where(rises, top, bottom),
        low_is_known=np.where(rises, rule.bottom_is_known, rule.top_is_known),
        high_is_known=np.where(rises, rule.top_is_known, rule.bottom_is_known),
        top_below_bottom=reversed_plateaus,
        hill_at_bound=at_hill_bound(steepness, rule.hill_bounds) & rule.free_hill,
        f_flat=out[OUT_F],
        rss=out[OUT_RSS],
        pure=out[OUT_PURE],
        df=out[OUT_DF],
        df_pure=out[OUT_DF_PURE],
        more=rule.more,
        flat_level=rule.flat_level,
        reach=rule.reach,
        bounds=rule.bounds,
    )


def _results(out: np.ndarray, findings: Findings) -> BatchFits:
    return BatchFits(
        log10_ic50=out[OUT_C],
        log10_ic50_low=out[OUT_LOW],
        log10_ic50_high=out[OUT_HIGH],
        hill=out[OUT_HILL],
        top=out[ROW_TOP],
        bottom=out[ROW_BOTTOM],
        rss=out[OUT_RSS],
        pure_error_rss=out[OUT_PURE],
        sd=out[OUT_SD],
        n=out[OUT_N].astype(np.int64),
        df=out[OUT_DF].astype(np.int64),
        df_pure=out[OUT_DF_PURE].astype(np.int64),
        se_log10_ic50=out[OUT_SE],
        f_flat=out[OUT_F],
        status=findings.status,
        at_bound=findings.at_bound,
        checks=findings.checks,
        log10_lowest_dose=findings.lowest,
        log10_highest_dose=findings.highest,
    )
