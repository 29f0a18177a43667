"""Residual sums without derivatives, against a linear least-squares fit of each curve."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.numerics.batch.layout import BOTH_FREE, LANES, NONE_FREE, ONE_FREE, Problem
from tricyclic.numerics.batch.trials import (
    TRIED_BASE,
    TRIED_C,
    TRIED_LN_HILL,
    TRIED_SIDE,
    TRIED_SLOPE,
    TRIED_SUM,
    TRIES,
    new_trials,
    try_curves,
)

RNG = np.random.default_rng(8)
COUNT = 7


def _points(mode, doses):
    weight, reading = RNG.dirichlet(np.ones(COUNT)), RNG.normal(0.0, 1.0, COUNT)
    return np.array([doses, weight, reading - (weight @ reading if mode == BOTH_FREE else 0.0)])


@pytest.mark.parametrize("mode", [BOTH_FREE, ONE_FREE, NONE_FREE])
def test_residual_sums_of_two_curves_are_those_of_a_linear_fit(mode):
    curves = [_points(mode, np.linspace(-9.0, -5.0, 7)), _points(mode, np.linspace(-8.0, -3.5, 7))]
    trials = new_trials()
    c, ln_hill = RNG.uniform(-9.5, -4.5, LANES), RNG.uniform(-1.0, 2.0, LANES)
    side = np.where(RNG.random(LANES) < 0.5, 1.0, -1.0)
    fixed = np.repeat([0.7, -0.4], TRIES)
    for row, values in (
        (TRIED_C, c),
        (TRIED_LN_HILL, ln_hill),
        (TRIED_SIDE, side),
        (TRIED_SLOPE, fixed),
    ):
        trials[row : row + LANES] = values

    try_curves(*curves, Problem(COUNT, mode, 1.0, True, np.log(0.05), np.log(1000.0)), trials)

    for lane in range(LANES):
        doses, weight, reading = curves[lane // TRIES]
        root = np.sqrt(weight)
        assert trials[TRIED_BASE + lane] == pytest.approx(weight @ reading**2, rel=1e-12)
        exponent = side[lane] * np.exp(ln_hill[lane]) * np.log(10.0) * (doses - c[lane])
        shape = 1.0 / (1.0 + np.exp(exponent))
        if mode == NONE_FREE:
            residual = root * (reading - fixed[lane] * shape)
        else:
            terms = [shape, np.ones(COUNT)] if mode == BOTH_FREE else [shape]
            design = np.column_stack(terms) * root[:, None]
            residual = root * reading - design @ np.linalg.lstsq(design, root * reading)[0]
        assert trials[TRIED_SUM + lane] == pytest.approx(residual @ residual, rel=1e-8)
