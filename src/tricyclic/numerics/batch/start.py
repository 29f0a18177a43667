"""Starts of the search: the best node of a grid over log10 IC50 and slope, 32 curves at a time."""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

import numpy as np

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.layout import (
    C_HIGH,
    C_LOW,
    GRID_MARGIN,
    HIGH_X,
    LANES,
    LN_HILL,
    LOW_X,
    C,
)
from tricyclic.numerics.batch.nodes import (
    begin_lanes,
    best_node,
    exact_best_node,
    make_lanes,
    nodes_by_doses,
    nodes_by_shapes,
    nodes_by_table,
)


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
    lanes = make_lanes(problem.n_points, grid.hills.size)
    close = np.empty(order.size, np.int64)
    n_close = 0
    # Typed values: numba compiles a kernel once more for each constant that it is called with.
    keep_none, keep_all = np.bool_(False), np.bool_(True)
    for begin in range(0, order.size, LANES):
        some = order[begin : min(begin + LANES, order.size)]
        begin_lanes(lanes, curves, some, problem)
        _try_nodes(lanes, problem, grid, series, tabled, keep_none)
        for lane in range(some.size):
            node, is_close = best_node(lanes, lane)
            _write_start(curves, some[lane], grid, series, node)
            close[n_close] = some[lane]
            n_close += is_close
    for begin in range(0, n_close, LANES):
        some = close[begin : min(begin + LANES, n_close)]
        begin_lanes(lanes, curves, some, problem)
        _try_nodes(lanes, problem, grid, series, tabled, keep_all)
        for lane in range(some.size):
            b = some[lane]
            node = exact_best_node(lanes, lane, grid.shares[series], grid.hills, curves, problem, b)
            _write_start(curves, b, grid, series, node)


@compiled(allocates=False, inline=True)
def _try_nodes(lanes, problem, grid, series, tabled, keep):
    """Find the best node of each lane by the cheapest way that its doses and weights allow."""
    count = problem.n_points
    if tabled:
        nodes_by_table(lanes, count, grid.table[series], grid.gain[series], keep)
    elif grid.shapes.shape[2] == count:
        nodes_by_shapes(lanes, count, problem.mode, grid.shapes[series], keep)
    else:
        nodes_by_doses(lanes, problem, grid, keep)


@compiled(allocates=False, inline=True)
def _write_start(curves, b, grid, series, j):
    """Write node j as the start of curve b."""
    facts = curves.facts[b]
    width = facts[HIGH_X] - facts[LOW_X] + 2.0 * GRID_MARGIN
    c = facts[LOW_X] - GRID_MARGIN + grid.shares[series, j] * width
    curves.state[b, C] = min(max(c, facts[C_LOW]), facts[C_HIGH])
    if not math.isnan(grid.hills[j]):
        curves.state[b, LN_HILL] = math.log(grid.hills[j])
