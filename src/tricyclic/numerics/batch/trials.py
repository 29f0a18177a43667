"""Residual sums of one curve at 32 pairs of log10 IC50 and slope, without derivatives.

The points of the curve are the same in all lanes, so that nothing is copied. This costs a fraction
of a sweep of kernels.py and shows where one is needed.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

import numpy as np

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.kernels import exponential
from tricyclic.numerics.batch.layout import BOTH_FREE, FARTHEST, LANES, LN10, ONE_FREE

_FUSED = {"contract"}
# Rows: log10 IC50, ln hill and side of each trial, which the caller writes; its residual sum; and
# what only this module needs.
TRIED_C, TRIED_LN_HILL, TRIED_SIDE, TRIED_SUM, _KAPPA, _S0, _SS, _SM = (
    row * LANES for row in range(8)
)


@compiled(entry=True)
def new_trials():
    """Space for 32 trials."""
    return np.zeros(8 * LANES)


@compiled(entry=True, fastmath=_FUSED)
def try_curve(points, problem, slope, rows):
    """Residual sums of a curve, `points` of shape (3, points), at the trials in `rows`; gives
    its sum of squares without a curve.
    """
    top = problem.ln_hill_high
    highest = LN10 * math.exp(top)
    for lane in range(LANES):
        hill = highest * exponential(rows[TRIED_LN_HILL + lane] - top)
        rows[_KAPPA + lane] = rows[TRIED_SIDE + lane] * hill
        rows[_S0 + lane] = rows[_SS + lane] = rows[_SM + lane] = 0.0
    base = 0.0
    for i in range(problem.n_points):
        x, w, m = points[0, i], points[1, i], points[2, i]
        base += w * m * m
        if w > 0.0:
            _add_point(x, w, m, rows)
    if problem.mode == BOTH_FREE:
        for lane in range(LANES):
            s0, sm = rows[_S0 + lane], rows[_SM + lane]
            spread = rows[_SS + lane] - s0 * s0
            spread = spread if spread > 1e-290 else 1e-290
            rows[TRIED_SUM + lane] = base - sm * sm / spread
    elif problem.mode == ONE_FREE:
        for lane in range(LANES):
            sm, spread = rows[_SM + lane], rows[_SS + lane]
            spread = spread if spread > 1e-290 else 1e-290
            rows[TRIED_SUM + lane] = base - sm * sm / spread
    else:
        for lane in range(LANES):
            fall = slope * (2.0 * rows[_SM + lane] - slope * rows[_SS + lane])
            rows[TRIED_SUM + lane] = base - fall
    return base


@compiled(fastmath=_FUSED)
def _add_point(x, w, m, rows):
    """Add a point to the sums of all trials."""
    for lane in range(LANES):
        tau = (x - rows[TRIED_C + lane]) * rows[_KAPPA + lane]
        tau = tau if tau < FARTHEST else FARTHEST
        tau = tau if tau > -FARTHEST else -FARTHEST
        z = exponential(-abs(tau))
        most = 1.0 / (1.0 + z)
        s = z * most if tau > 0.0 else most
        ws = w * s
        rows[_S0 + lane] += ws
        rows[_SS + lane] += ws * s
        rows[_SM + lane] += ws * m
