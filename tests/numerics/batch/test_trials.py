"""Residual sums without derivatives, against a linear least-squares fit of each curve."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.batch.layout import BOTH_FREE, LANES, NONE_FREE, ONE_FREE, Problem
from tricyclic.numerics.batch.trials import (
    TRIED_C,
    TRIED_LN_HILL,
    TRIED_SIDE,
    TRIED_SUM,
    new_trials,
    try_curve,
)

RNG = np.random.default_rng(8)
DOSES = np.linspace(-9.0, -5.0, 7)
WEIGHT = RNG.dirichlet(np.ones(7))
READING = RNG.normal(0.0, 1.0, 7)


@pytest.mark.parametrize("mode", [BOTH_FREE, ONE_FREE, NONE_FREE])
def test_residual_sums_are_those_of_a_linear_fit(mode):
    reading = READING - (WEIGHT @ READING if mode == BOTH_FREE else 0.0)
    trials = new_trials()
    c, ln_hill = RNG.uniform(-9.5, -4.5, LANES), RNG.uniform(-1.0, 2.0, LANES)
    side = np.where(RNG.random(LANES) < 0.5, 1.0, -1.0)
    for row, values in ((TRIED_C, c), (TRIED_LN_HILL, ln_hill), (TRIED_SIDE, side)):
        trials[row : row + LANES] = values
    problem = Problem(7, mode, 1.0, True, np.log(0.05), np.log(1000.0))
    points = np.array([DOSES, WEIGHT, reading])

    base = try_curve(points, problem, 0.7, trials)

    assert base == pytest.approx(WEIGHT @ reading**2, rel=1e-12)
    root = np.sqrt(WEIGHT)
    for lane in range(LANES):
        exponent = side[lane] * np.exp(ln_hill[lane]) * np.log(10.0) * (DOSES - c[lane])
        shape = 1.0 / (1.0 + np.exp(exponent))
        if mode == NONE_FREE:
            residual = root * (reading - 0.7 * shape)
        else:
            terms = [shape, np.ones(7)] if mode == BOTH_FREE else [shape]
            design = np.column_stack(terms) * root[:, None]
            residual = root * reading - design @ np.linalg.lstsq(design, root * reading)[0]
        assert trials[TRIED_SUM + lane] == pytest.approx(residual @ residual, rel=1e-9)
