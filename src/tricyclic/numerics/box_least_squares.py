"""Least squares within bounds by projected Levenberg-Marquardt steps, which reach a bound and stay.

For the search in a box along a ridge, where a search without bounds would leave the box and a
reflective one would stop short of it. `numerics.least_squares` is the general entry point.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tricyclic.numerics.levenberg_marquardt import (
    FIRST_DAMPING,
    MAX_DAMPING,
    MIN_DAMPING,
    MIN_GAIN,
    LMResult,
)

Vector = Callable[[np.ndarray], np.ndarray]


def least_squares_in_box(
    residuals: Vector,
    slopes: Vector,
    start: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    *,
    tolerance: float,
    max_evaluations: int = 400,
) -> LMResult:
    """Step downhill from a start within bounds.

    Parameters
    ----------
    residuals : callable
        Parameters, shape (p,), to weighted residuals, shape (n,).
    slopes : callable
        Parameters to the derivatives of the residuals, shape (n, p).
    start, low, high : array, shape (p,)
        The start is clipped to the bounds.
    tolerance : float
        The search has converged where the sum falls, and is promised to fall, by less than this
        share.
    max_evaluations : int
        Evaluations of the residuals after which the search stops.

    Notes
    -----
    A parameter at a bound is fixed while the gradient points outward. A step is clipped to the box,
    and compared with what the linear model promises for the clipped step.
    """
    x = np.clip(np.array(start, float), low, high)
    r = residuals(x)
    cost = 0.5 * float(r @ r)
    scale = np.zeros(x.size)
    damping, increase, evaluations = FIRST_DAMPING, 2.0, 1
    while evaluations < max_evaluations and np.isfinite(cost):
        jac = slopes(x)
        gradient = jac.T @ r
        norms = np.sqrt(np.sum(jac * jac, axis=0))
        scale = np.maximum(scale, norms)
        safe = np.where(scale > 0, scale, 1.0)
        free = ~(((x <= low) & (gradient > 0)) | ((x >= high) & (gradient < 0)))
        if cost == 0.0 or not free.any():
            return LMResult(x, cost, True)
        left, size, right = np.linalg.svd(jac[:, free] / safe[free], full_matrices=False)
        along = left.T @ r
        while True:
            step = np.zeros(x.size)
            step[free] = -(right.T @ (size / (size * size + damping) * along)) / safe[free]
            new = np.clip(x + step, low, high)
            moved = jac @ (new - x)
            promised = -float(r @ moved) - 0.5 * float(moved @ moved)
            r_new = residuals(new)
            cost_new = 0.5 * float(r_new @ r_new)
            evaluations += 1
            gained = cost - cost_new if np.isfinite(cost_new) else -np.inf
            gain = gained / promised if promised > 0 else -1.0
            small = abs(promised) <= tolerance * cost and abs(gained) <= tolerance * cost
            if gain > MIN_GAIN:
                # From a gain of 1 on the factor is the least; more, where next to nothing was
                # promised, could overflow.
                factor = max(1 / 3, 1 - (2 * min(gain, 1.0) - 1) ** 3)
                damping = max(damping * factor, MIN_DAMPING)
                increase = 2.0
                x, r, cost = new, r_new, cost_new
            if small:
                return LMResult(x, cost, True)
            if gain > MIN_GAIN:
                break
            damping *= increase
            increase *= 2.0
            if damping > MAX_DAMPING or evaluations >= max_evaluations:
                return LMResult(x, cost, damping > MAX_DAMPING)
    return LMResult(x, cost, False)
