"""Rows and columns of the arrays that the kernels share, and the structures that contain them.

numba compiles a named tuple like separate variables, so a structure costs no time.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeVar

import numpy as np

Array = np.ndarray
# A named tuple; typing has no name for all of them.
Fields = TypeVar("Fields", bound=Any)

# Curves that are treated side by side, one per lane of a vector instruction.
LANES = 32
LN10 = math.log(10.0)
# Decades beyond the doses that the grid of starts reaches.
GRID_MARGIN = 1.5
# Where s is 1e-152 and counts as 0: a spread of such values is below the least one, 1e-290, so that
# no fitted plateau makes up for it, and the squares do not yet underflow.
FARTHEST = 350.0
# Slopes of the grid: the least and its multiples, which are powers of its exponentials.
GRID_HILL, GRID_POWERS = 0.45, (1, 2, 4, 10)
# Curves that one pass prepares, searches and writes.
BLOCK = 1024

# What is fitted beside log10 IC50 and the slope: both plateaus, one, or none.
BOTH_FREE, ONE_FREE, NONE_FREE = range(3)

# Rows of a point in the block of readings: dose, weight, mean reading, and scratch of a sweep.
FIELDS = 5
ROW_X, ROW_W, ROW_M, ROW_TAU, ROW_S = range(FIELDS)

# Rows of the trial block: log10 IC50, side * hill * ln 10, fixed slope.
TRIAL_ROWS = 3
TRIAL_C, TRIAL_KAPPA, TRIAL_SLOPE = range(TRIAL_ROWS)

# Rows of what a sweep gives: residual sum, half its gradient, half its Hessian, Gauss-Newton
# matrix, the linear parameters and their derivatives by log10 IC50 and by ln hill; then sums that
# only the sweep needs.
F, GC, GL, HCC, HCL, HLL, MCC, MCL, MLL, INTERCEPT, SLOPE, DB_C, DB_L, DA_C, DA_L = range(15)
RESULT_SUMS = 15
RESULT_ROWS = RESULT_SUMS + 16

# Columns of the facts about a curve before the search.
(
    LOW_X,
    HIGH_X,
    C_LOW,
    C_HIGH,
    FIXED_SLOPE,
    CENTER,
    SCALE,
    PURE,
    WEIGHT,
    READINGS,
    DOSES,
    NULL,
) = range(12)
FACT_COLUMNS = 12

# Columns of what the search determines; C and LN_HILL are the start before it.
(
    C,
    LN_HILL,
    RSS,
    AT_INTERCEPT,
    AT_SLOPE,
    SIDE,
    INFO_CC,
    INFO_CL,
    INFO_LL,
    CONVERGED,
    # Half the second derivative of the profile of the residual sum over log10 IC50, and the slope
    # of ln hill by log10 IC50 along it, both exact; nan where the optimum lies at a bound.
    CURVATURE,
    L_BY_C,
) = range(12)
STATE_COLUMNS = 12

# Status of a curve; `fit.STATUS` has the words.
(
    FITTED,
    FLAT,
    OPEN_BELOW,
    OPEN_ABOVE,
    OPEN_BOTH,
    AT_BOUND,
    TOO_FEW,
    NONE_FINITE,
    CONSTANT,
    INFINITE,
    NOT_CONVERGED,
    TOP_BELOW_BOTTOM,
    NOT_DISTINGUISHABLE,
    NOT_MONOTONE,
) = range(14)

# Rows of the result.
(
    OUT_C,
    OUT_LOW,
    OUT_HIGH,
    OUT_HILL,
    OUT_LOW_DOSE,
    OUT_HIGH_DOSE,
    OUT_RSS,
    OUT_PURE,
    OUT_N,
    OUT_DF,
    OUT_DF_PURE,
    OUT_SE,
    OUT_F,
    OUT_SD,
) = range(14)
OUT_ROWS = 14


def read_only(array: Array) -> Array:
    """The same array as one that cannot be written to.

    numba compiles a kernel a second time for an array that cannot be written to, as pandas and
    Arrow give them; so a kernel gets all arrays of its caller in this form.
    """
    view = array.view()
    view.flags.writeable = False
    return view


def read_only_fields(group: Fields) -> Fields:
    """The named tuple with its arrays as `read_only` gives them."""
    made: Fields = group._make(read_only(v) if isinstance(v, np.ndarray) else v for v in group)
    return made


class Readings(NamedTuple):
    """Readings of many curves.

    `y` and `weight` (1 / variance up to a factor, used where `weighted`) have shape (curves,
    points, replicates); nan is missing. With `own_doses` each curve has its row in `rows`, shape
    (curves, points), of log10 M. Otherwise curve k has the series `series[k]` (`series[0]` where
    there is one for all) of `doses`, shape (series, doses), and `dose_index`, shape (series,
    points), gives the dose of each point, -1 for none. Curves of one series stand together. `most`
    is the largest number of different doses of a curve.
    """

    y: Array
    weight: Array
    weighted: bool
    own_doses: bool
    rows: Array
    series: Array
    dose_index: Array
    doses: Array
    most: int


class Model(NamedTuple):
    """What is fitted, and its bounds.

    `fixed_hill` (above 0) and the fixed plateaus at low and high doses have shape (curves,) or
    (1,), nan where fitted; `c_bounds` are nan where they follow the doses, `reach` decades beyond
    them; `fixed_side` is the plateau that the slope starts from where one is fixed. `wanted`, shape
    (curves,) or (1,), is whether a curve is fitted; the others count as without readings.
    """

    mode: int
    fixed_side: float
    free_hill: bool
    fixed_hill: Array
    fixed_low_dose: Array
    fixed_high_dose: Array
    c_bounds: Array
    reach: float
    hill_bounds: Array
    wanted: Array


class StartGrid(NamedTuple):
    """Nodes of the grid of starts of each series of doses.

    `shares`, shape (series, nodes), is how far along the doses a node lies, `hills`, shape
    (nodes,), its slope, nan where it is fixed. `table`, shape (series, nodes, doses), and `gain`,
    shape (series, nodes, 3), apply to curves whose weights are `pattern`, shape (series, doses);
    `shapes`, shape (series, nodes, doses), to curves of other weights, (1, 1, 0) where doses or
    slopes are their own. The last three are in single precision.
    """

    shares: Array
    hills: Array
    pattern: Array
    table: Array
    gain: Array
    shapes: Array


class Criteria(NamedTuple):
    """Critical values by degrees of freedom, shape (readings + 1,), and whether limits are
    computed.
    """

    t: Array
    f: Array
    want_limits: bool


class Curves(NamedTuple):
    """Prepared curves: `points` of shape (curves, 3, count): dose, weight, mean reading; `facts`
    and `state` by the columns above.
    """

    points: Array
    facts: Array
    state: Array


class Problem(NamedTuple):
    """What a search needs beside the curves."""

    n_points: int
    mode: int
    fixed_side: float
    free_hill: bool
    ln_hill_low: float
    ln_hill_high: float


class Lanes(NamedTuple):
    """The block that a sweep reads and fills: points, trial parameters, result."""

    points: Array
    trial: Array
    out: Array
