"""The best node of the grid of starts against all nodes evaluated by NumPy."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tricyclic.numerics.batch import inputs
from tricyclic.numerics.batch.layout import (
    BOTH_FREE,
    C_HIGH,
    C_LOW,
    FACT_COLUMNS,
    FIXED_SLOPE,
    GRID_MARGIN,
    HIGH_X,
    LN_HILL,
    LOW_X,
    NONE_FREE,
    ONE_FREE,
    STATE_COLUMNS,
    C,
    Curves,
    Model,
    Problem,
    StartGrid,
)
from tricyclic.numerics.batch.start import find_starts

CURVES = 60


def readings_of(x, y):
    """Readings as the engine takes them; doses of shape (points,) are shared."""
    arrays = inputs.check_arrays(x, y, None)
    return inputs.group_readings(arrays, None, x if x.ndim == 1 else None)


def model_of(mode, hill=None):
    nan = np.array([np.nan])
    bounds = np.array([np.nan, np.nan])
    hills = nan if hill is None else np.atleast_1d(hill)
    hill_bounds, wanted = np.array([0.05, 1000.0]), np.array([True])
    return Model(mode, 1.0, hill is None, hills, nan, nan, bounds, 1.0, hill_bounds, wanted)


def prepared(x, weight, mean, hill, slope):
    """Curves before the search; doses of shape (curves, points), weights summing to 1."""
    finite = np.where(np.isfinite(x), x, np.nan)
    facts, state = np.zeros((len(x), FACT_COLUMNS)), np.zeros((len(x), STATE_COLUMNS))
    facts[:, LOW_X], facts[:, HIGH_X] = np.nanmin(finite, axis=1), np.nanmax(finite, axis=1)
    facts[:, C_LOW], facts[:, C_HIGH] = -1e3, 1e3
    facts[:, FIXED_SLOPE] = slope
    state[:, LN_HILL] = np.log(hill)
    return Curves(np.ascontiguousarray(np.stack([x, weight, mean], axis=1)), facts, state)


def gains(curves: Curves, grid: StartGrid, problem: Problem, hill: np.ndarray) -> np.ndarray:
    """Fall of the residual sum of every curve by every node, shape (curves, nodes)."""
    x, weight, mean = (curves.points[:, None, k] for k in range(3))
    low, high = curves.facts[:, None, LOW_X], curves.facts[:, None, HIGH_X]
    c = low - GRID_MARGIN + grid.shares[0] * (high - low + 2 * GRID_MARGIN)
    steepness = np.where(np.isnan(grid.hills), hill[:, None], grid.hills)
    with np.errstate(over="ignore"):
        s = 1.0 / (1.0 + 10.0 ** (steepness[..., None] * (x - c[..., None])))
    if problem.mode == BOTH_FREE:
        s = s - (weight * s).sum(axis=-1, keepdims=True)
    size = np.maximum((weight * s * s).sum(axis=-1), 1e-290)
    dot = (weight * s * mean).sum(axis=-1)
    if problem.mode == NONE_FREE:
        slope = curves.facts[:, None, FIXED_SLOPE]
        return (2.0 * dot - slope * size) * slope
    return dot * dot / size


@pytest.mark.parametrize("mode", [BOTH_FREE, ONE_FREE, NONE_FREE])
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("spread", [0.0, 1.0, 8.0])
@pytest.mark.parametrize("own_hill", [False, True])
def test_the_start_is_the_best_node_of_the_grid(mode, shared, spread, own_hill):
    rng = np.random.default_rng(5)
    doses = np.sort(rng.uniform(-10.0, -4.0, 9))
    x = doses if shared else rng.permuted(rng.uniform(-10.0, -4.0, (CURVES, 9)), axis=1)
    # Falling curves of any steepness; their plateau at high doses is 0 where it is fixed.
    every = np.broadcast_to(x, (CURVES, 9))
    c, hill = rng.uniform(-11.0, -3.0, (CURVES, 1)), 10 ** rng.uniform(-0.5, 1.0, (CURVES, 1))
    mean = 1.0 / (1.0 + 10.0 ** (hill * (every - c))) + rng.normal(0.0, 0.05, every.shape)
    weight = 10 ** rng.uniform(0.0, spread, every.shape)
    weight /= weight.sum(axis=1, keepdims=True)
    if mode == BOTH_FREE:
        mean -= (weight * mean).sum(axis=1, keepdims=True)
    fixed = 10 ** rng.uniform(-1.0, 1.5, CURVES) if own_hill else np.ones(CURVES)

    model = model_of(mode, fixed if own_hill else None)
    grid = inputs.start_grid(readings_of(x, np.ones((CURVES, 9))), model)
    problem = Problem(9, mode, model.fixed_side, model.free_hill, math.log(0.05), math.log(1000.0))
    curves = prepared(every, weight, mean, fixed, 1.0)
    tabled = shared and spread == 0.0 and not own_hill
    find_starts(curves, problem, grid, 0, np.arange(CURVES), tabled)

    gain = gains(curves, grid, problem, fixed)
    width = curves.facts[:, HIGH_X] - curves.facts[:, LOW_X] + 2 * GRID_MARGIN
    along = (curves.state[:, C] - curves.facts[:, LOW_X] + GRID_MARGIN) / width
    hills = np.where(np.isnan(grid.hills), np.log(fixed)[:, None], np.log(grid.hills))
    off = abs(grid.shares[0] - along[:, None]) + abs(hills - curves.state[:, [LN_HILL]])
    chosen = gain[np.arange(CURVES), off.argmin(axis=1)]
    assert off.min(axis=1).max() < 1e-9
    # Nodes whose sums agree to all digits are one and the same start.
    np.testing.assert_allclose(chosen, gain.max(axis=1), rtol=1e-9)
