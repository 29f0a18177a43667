"""Starts of the search: the best node of a grid over log10 IC50 and slope, 32 curves at a time."""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

import numpy as np

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.kernels import grid_by_shapes, grid_by_sweep, grid_by_table
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    C_HIGH,
    C_LOW,
    FIELDS,
    FIXED_SLOPE,
    HIGH_X,
    LANES,
    LN_HILL,
    LOW_X,
    RESULT_ROWS,
    TRIAL_ROWS,
    C,
    Lanes,
)
from tricyclic.numerics.batch.search import load, set_trial

# Decades beyond the doses that the grid of starts reaches.
GRID_MARGIN = 1.5


@compiled()
def find_starts(curves, problem, grid, series, order, tabled):
    """Write the best node of the grid into the state of the curves named in `order`.

    Parameters
    ----------
    curves : Curves
    problem : Problem
    grid : StartGrid
    series : int
        Series of doses of these curves.
    order : array of int, shape (curves to start,)
    tabled : bool
        Whether their weights are the pattern of the table.
    """
    count = problem.n_points
    lanes = Lanes(
        np.zeros(count * FIELDS * LANES),
        np.zeros(TRIAL_ROWS * LANES),
        np.zeros(RESULT_ROWS * LANES),
    )
    slope, best, node = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    first, width = np.zeros(LANES), np.ones(LANES)
    for begin in range(0, order.size, LANES):
        some = order[begin : min(begin + LANES, order.size)]
        for lane in range(some.size):
            b = some[lane]
            load(lanes.points, lane, curves.points, b, count)
            slope[lane] = curves.facts[b, FIXED_SLOPE]
            first[lane] = curves.facts[b, LOW_X] - GRID_MARGIN
            width[lane] = curves.facts[b, HIGH_X] - curves.facts[b, LOW_X] + 2.0 * GRID_MARGIN
        if tabled:
            grid_by_table(
                lanes.points, count, grid.table[series], grid.gain[series], slope, best, node
            )
        elif grid.shapes.shape[2] == count:
            grid_by_shapes(
                lanes.points, count, problem.mode, grid.shapes[series], slope, best, node
            )
        else:
            _try_nodes(curves, problem, grid, some, lanes, (slope, first, width), best, node)
        for lane in range(some.size):
            b, j = some[lane], int(node[lane])
            c = first[lane] + grid.shares[series, j] * width[lane]
            curves.state[b, C] = min(max(c, curves.facts[b, C_LOW]), curves.facts[b, C_HIGH])
            if not math.isnan(grid.hills[j]):
                curves.state[b, LN_HILL] = math.log(grid.hills[j])


@compiled(allocates=False)
def _try_nodes(curves, problem, grid, some, lanes, ranges, best, node):
    """Evaluate every node for curves with doses of their own."""
    slope, first, width = ranges
    best[:] = -1e300
    for j in range(grid.shares.shape[1]):
        for lane in range(some.size):
            c = first[lane] + grid.shares[0, j] * width[lane]
            fixed = math.isnan(grid.hills[j])
            ln_hill = curves.state[some[lane], LN_HILL] if fixed else math.log(grid.hills[j])
            side = problem.fixed_side
            if problem.mode == BOTH_FREE:
                side = 1.0 if grid.shares[0, j] < 0.5 else -1.0
            set_trial(lanes.trial, lane, c, ln_hill, side, slope[lane])
        grid_by_sweep(
            lanes.points,
            problem.n_points,
            problem.mode,
            lanes.trial,
            lanes.out,
            float(j),
            best,
            node,
        )
