"""Quality of one plate of a screen: control statistics, Z', window, patterns and checks.

High controls are the `total` wells (no effect), low controls the `non_specific` wells (full
effect). Patterns are computed from compound wells after subtraction of the compound's own effect.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from tricyclic.assays.screening.patterns import patterns
from tricyclic.assays.screening.plate_arrays import MAD_TO_SD, Floats, PlateArrays
from tricyclic.assays.screening.plate_checks import MIN_CONTROLS, plate_checks
from tricyclic.results.screening import ControlWells, PlateQuality

NO_WELLS = ControlWells(0, math.nan, math.nan, math.nan, math.nan)


def plate_quality(
    wells: PlateArrays, *, order: int = 1, expected: Floats | None = None
) -> PlateQuality:
    """Statistics and checks of one plate.

    Parameters
    ----------
    wells : PlateArrays
    order : int
        Place in the screen, from 1.
    expected : array, shape (wells,), optional
        Effect that a fitted curve predicts for each well [%], nan where there is none; by default
        the median of the compound wells.

    Returns
    -------
    PlateQuality
        With a check for every number that could be computed.
    """
    high, low, tested = (
        control_wells(wells.value[mask]) for mask in (wells.high, wells.low, wells.tested)
    )
    edge, row, column = patterns(wells, expected)
    quality = PlateQuality(
        name=wells.plate.name,
        order=order,
        size=wells.plate.size,
        high=high,
        low=low,
        z_prime=_z_prime(high, low),
        robust_z_prime=_robust_z_prime(high, low),
        signal_window=_signal_window(high, low),
        signal_to_background=_signal_to_background(high, low),
        edge=edge,
        row=row,
        column=column,
        compounds=tested,
        activity=_grid(wells, np.ones(wells.value.size, bool), wells.activity),
        residual=_grid(wells, wells.tested, _residuals(wells, expected)),
        file=wells.plate.file,
    )
    return replace(quality, checks=plate_checks(quality, wells))


def control_wells(values: Floats) -> ControlWells:
    """Number, mean, standard deviation, median and robust standard deviation of readings."""
    if not values.size:
        return NO_WELLS
    median = float(np.median(values))
    several = values.size > 1
    return ControlWells(
        values.size,
        float(values.mean()),
        float(values.std(ddof=1)) if several else math.nan,
        median,
        MAD_TO_SD * float(np.median(np.abs(values - median))) if several else math.nan,
    )


def _z_prime(high: ControlWells, low: ControlWells) -> float:
    """1 - 3 (SD high + SD low) / |window| [Zhang et al. 1999, doi:10.1177/108705719900400206]."""
    if not _enough(high, low):
        return math.nan
    return 1.0 - 3.0 * (high.sd + low.sd) / abs(high.mean - low.mean)


def _robust_z_prime(high: ControlWells, low: ControlWells) -> float:
    """Z' from medians and robust standard deviations."""
    window = abs(high.median - low.median)
    if not _enough(high, low) or not window > 0:
        return math.nan
    return 1.0 - 3.0 * (high.robust_sd + low.robust_sd) / window


def _signal_window(high: ControlWells, low: ControlWells) -> float:
    """(|window| - 3 (SD high + SD low)) / SD high [Assay Guidance Manual]."""
    if not _enough(high, low) or not high.sd > 0:
        return math.nan
    return (abs(high.mean - low.mean) - 3.0 * (high.sd + low.sd)) / high.sd


def _signal_to_background(high: ControlWells, low: ControlWells) -> float:
    smaller = min(high.mean, low.mean)
    return max(high.mean, low.mean) / smaller if smaller > 0 else math.nan


def _enough(high: ControlWells, low: ControlWells) -> bool:
    return min(high.n, low.n) >= MIN_CONTROLS


def _residuals(wells: PlateArrays, expected: Floats | None) -> Floats:
    """Effect of each well minus its expected effect, or minus the median of the compound wells."""
    if expected is not None:
        return np.asarray(wells.activity - expected)
    tested = wells.activity[wells.tested]
    return np.asarray(wells.activity - (np.median(tested) if tested.size else 0.0))


def _grid(wells: PlateArrays, mask: np.ndarray, values: Floats) -> np.ndarray:
    """Values by row and column of the plate, read-only; nan elsewhere."""
    grid = np.full(wells.plate.shape, np.nan)
    grid[wells.row[mask], wells.column[mask]] = values[mask]
    grid.setflags(write=False)
    return grid
