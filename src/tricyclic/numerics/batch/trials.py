"""Residual sums of two curves at 16 pairs each of log10 IC50 and slope, without derivatives.

The points of a curve are the same in its half of the lanes, so that nothing is copied. This costs a
fraction of a sweep of kernels.py and shows where one is needed.
"""

# Kernels take arrays and numbers only; their docstrings give the shapes.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

from __future__ import annotations

import math

import numpy as np

from tricyclic.numerics.batch.compiler import compiled
from tricyclic.numerics.batch.kernels import exponential
from tricyclic.numerics.batch.layout import BOTH_FREE, FARTHEST, LANES, LN10, NONE_FREE

_FUSED = {"contract"}
# Lanes of a curve.
TRIES = LANES // 2
# Rows: log10 IC50, ln hill, side and fixed slope of each trial, which the caller writes; its
# residual sum and that without a curve; and what only this module needs.
(
    TRIED_C,
    TRIED_LN_HILL,
    TRIED_SIDE,
    TRIED_SLOPE,
    TRIED_SUM,
    TRIED_BASE,
    _KAPPA,
    _S0,
    _SS,
    _SM,
) = (row * LANES for row in range(10))


@compiled()
def new_trials():
    """Space for the trials of two curves."""
    return np.zeros(10 * LANES)


@compiled(fastmath=_FUSED)
def try_curves(one, other, problem, rows):
    """Residual sums at the trials in `rows` of two curves, whose points have shape (3, points): one
    in the first half of the lanes, the other in the second.
    """
    top = problem.ln_hill_high
    highest = LN10 * math.exp(top)
    for lane in range(LANES):
        hill = highest * exponential(rows[TRIED_LN_HILL + lane] - top)
        rows[_KAPPA + lane] = rows[TRIED_SIDE + lane] * hill
        rows[_S0 + lane] = rows[_SS + lane] = rows[_SM + lane] = 0.0
    base = other_base = 0.0
    for i in range(problem.n_points):
        x, w, m = one[0, i], one[1, i], one[2, i]
        base += w * m * m
        if w > 0.0:
            _add_point(x, w, m, rows)
        x, w, m = other[0, i], other[1, i], other[2, i]
        other_base += w * m * m
        if w > 0.0:
            _add_other_point(x, w, m, rows)
    for lane in range(TRIES):
        rows[TRIED_BASE + lane], rows[TRIED_BASE + TRIES + lane] = base, other_base
    _finish(1.0 if problem.mode == BOTH_FREE else 0.0, problem.mode == NONE_FREE, rows)


@compiled(fastmath=_FUSED)
def _finish(centred, given, rows):
    """Residual sums from the sums over all points."""
    for lane in range(LANES):
        s0, sm = rows[_S0 + lane], rows[_SM + lane]
        spread = rows[_SS + lane] - centred * s0 * s0
        spread = spread if spread > 1e-290 else 1e-290
        slope = rows[TRIED_SLOPE + lane] if given else sm / spread
        rows[TRIED_SUM + lane] = rows[TRIED_BASE + lane] - slope * (2.0 * sm - slope * spread)


@compiled(fastmath=_FUSED)
def _add_point(x, w, m, rows):
    """Add a point to the sums of the first curve."""
    for lane in range(TRIES):
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


@compiled(fastmath=_FUSED)
def _add_other_point(x, w, m, rows):
    """Add a point to the sums of the second curve.

    Its lanes are constants: with lanes from a variable on, numba makes no vector instructions.
    """
    for lane in range(TRIES, LANES):
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
