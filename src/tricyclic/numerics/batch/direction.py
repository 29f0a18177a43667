"""Directions of curves: signed hill, bottom and top converted to the parameters of the kernels, and
back.

The kernels fit y = high_dose + (low_dose - high_dose) / (1 + 10^(steepness * (log10_molar -
log10_ic50))) with steepness above 0 and the plateaus at low and at high doses. The upper plateau of
a falling curve is the one at low doses.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tricyclic.errors import InputError
from tricyclic.numerics.batch.layout import (
    AT_BOUND,
    FITTED,
    OPEN_ABOVE,
    OPEN_BELOW,
    OPEN_BOTH,
    OUT_HIGH_DOSE,
    OUT_HILL,
    OUT_LOW_DOSE,
    OUT_RSS,
    TOP_BELOW_BOTTOM,
)

FALLING, RISING = -1.0, 1.0
# Rows of the result after `combine`.
ROW_TOP, ROW_BOTTOM = OUT_LOW_DOSE, OUT_HIGH_DOSE
# Share of a residual sum up to which another may be lower by rounding.
_ROUNDING = 1e-9


class Fixed(NamedTuple):
    """Fixed values by their names to the user, shape (curves,) or (1,), nan where fitted;
    `direction` is the sign of hill.
    """

    steepness: np.ndarray
    direction: np.ndarray
    top: np.ndarray
    bottom: np.ndarray


class Run(NamedTuple):
    """One fit of all curves: its direction, None where the fitted plateaus show it, and the fixed
    plateaus at low and high doses.
    """

    direction: float | None
    low_dose: np.ndarray
    high_dose: np.ndarray


def fixed_values(model: str, hill: np.ndarray, top: np.ndarray, bottom: np.ndarray) -> Fixed:
    """Fixed values with the hill separated into steepness and direction.

    Raises
    ------
    InputError
        If a fixed hill is 0, or is not 1 or -1 in the 3pl model, or a top is not above its bottom.
    """
    if (hill == 0).any():
        raise InputError(
            "hill is fixed at 0",
            allowed="Above 0 for curves that rise with dose, below 0 for curves that fall",
        )
    steepness = np.abs(hill)
    if model == "3pl":
        wrong = hill[~np.isnan(hill) & (steepness != 1.0)]
        if wrong.size:
            raise InputError(
                f"hill is fixed at {wrong[0]:g} in the 3pl model",
                allowed="Its hill is 1 or -1",
                do="Use the 4pl model",
            )
        steepness = np.ones_like(hill)
    tops, bottoms = np.broadcast_arrays(top, bottom)
    crossed = np.flatnonzero(tops <= bottoms)
    if crossed.size:
        raise InputError(
            f"top is fixed at {tops[crossed[0]]:g} and bottom at {bottoms[crossed[0]]:g}",
            allowed="Top is the upper plateau and bottom the lower one, whatever the direction",
            do="Swap them, or fix the sign of hill for the direction",
        )
    return Fixed(steepness, np.sign(hill), top, bottom)


def runs(fixed: Fixed) -> list[Run]:
    """The fits to make: one, or one per direction where a plateau is fixed and the direction is
    open or differs.
    """
    if np.isnan(fixed.top).all() and np.isnan(fixed.bottom).all():
        return [Run(None, fixed.top, fixed.bottom)]
    falling = Run(FALLING, fixed.top, fixed.bottom)
    rising = Run(RISING, fixed.bottom, fixed.top)
    if (fixed.direction == FALLING).all():
        return [falling]
    return [rising] if (fixed.direction == RISING).all() else [falling, rising]


def wanted_in(fixed: Fixed, run: Run) -> np.ndarray:
    """Whether each curve is fitted in the direction of a run, shape (curves,) or (1,)."""
    if run.direction is None:
        return np.array([True])
    return np.asarray(np.isnan(fixed.direction) | (fixed.direction == run.direction))


def combine(
    fixed: Fixed, fits: list[tuple[Run, np.ndarray, np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray]:
    """Result and status of the better direction of each curve, with top, bottom and hill in the
    user's sense.

    Parameters
    ----------
    fixed : Fixed
    fits : list of (run, wanted, result of shape (OUT_ROWS, curves), status of shape (curves,))
        One or two; results and status are changed in place. A curve has the direction in which it
        is wanted, the better one where it is wanted in both; the first where they are equal.
    """
    named = [(wanted, _name(run, fixed, out), status) for run, wanted, out, status in fits]
    wanted, out, status = named[0]
    if len(named) == 2:
        other_wanted, other, other_status = named[1]
        better = other[OUT_RSS] < out[OUT_RSS] * (1.0 - _ROUNDING)
        better = other_wanted & (better | ~wanted)
        out[:, better], status[better] = other[:, better], other_status[better]
    usable = np.isin(status, (FITTED, OPEN_BELOW, OPEN_ABOVE, OPEN_BOTH, AT_BOUND))
    status[usable & (out[ROW_TOP] < out[ROW_BOTTOM])] = TOP_BELOW_BOTTOM
    return out, status


def _name(run: Run, fixed: Fixed, out: np.ndarray) -> np.ndarray:
    """Rename the plateaus at low and high doses to bottom and top, and give the hill its sign."""
    low_dose, high_dose = out[OUT_LOW_DOSE].copy(), out[OUT_HIGH_DOSE].copy()
    if run.direction is None:
        direction = np.where(low_dose < high_dose, RISING, FALLING)
        direction = np.where(np.isnan(fixed.direction), direction, fixed.direction)
    else:
        direction = np.full(low_dose.shape, run.direction)
    falls = direction == FALLING
    out[ROW_TOP] = np.where(falls, low_dose, high_dose)
    out[ROW_BOTTOM] = np.where(falls, high_dose, low_dose)
    out[OUT_HILL] *= direction
    return out
