"""Levenberg-Marquardt without bounds: residuals and their slopes become the parameters of least squares.

Written here because MINPACK, as SciPy compiles it, gives results that depend in their last bits on where in
memory its arrays happen to lie; where the data hardly hold a parameter, those bits grow into digits. Here
the same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Vector = Callable[[np.ndarray], np.ndarray]

FIRST_DAMPING = 1e-3
LEAST_GAIN = 1e-4


@dataclass(frozen=True)
class Descent:
    """Where a descent ended: parameters, half the residual sum of squares, and whether it came to rest."""

    x: np.ndarray
    cost: float
    converged: bool


def descend(
    residuals: Vector, slopes: Vector, start: np.ndarray, *, ftol: float, xtol: float, gtol: float, most: int
) -> Descent:
    """Go down from a start until neither sum nor parameters change any more.

    Parameters
    ----------
    residuals : callable
        Parameters, shape (p,), to weighted residuals, shape (n,).
    slopes : callable
        Parameters to the derivatives of the residuals, shape (n, p).
    start : array, shape (p,)
    ftol, xtol, gtol : float
        Rest is reached where the sum falls by less than this share, where a step is shorter than this share
        of the scaled parameters, or where residuals and slopes are this close to a right angle (cosine).
    most : int
        Evaluations of the residuals before giving up.

    Notes
    -----
    Columns are scaled by the largest norm they have had [More 1978, The Levenberg-Marquardt algorithm], the
    damping follows the gain ratio [Nielsen 1999, Damping parameter in Marquardt's method].
    """
    x = np.array(start, float)
    r = residuals(x)
    cost = 0.5 * float(r @ r)
    scale = np.zeros(x.size)
    damping, worse = FIRST_DAMPING, 2.0
    used = 1
    while used < most and np.isfinite(cost):
        jac = slopes(x)
        norms = np.sqrt(np.sum(jac * jac, axis=0))
        scale = np.maximum(scale, norms)
        safe = np.where(scale > 0, scale, 1.0)
        left, size, right = np.linalg.svd(jac / safe, full_matrices=False)
        along = left.T @ r
        length = float(np.sqrt(2.0 * cost))
        cosine = np.abs(jac.T @ r) / np.where(norms > 0, norms * max(length, 1e-300), 1.0)
        if cost == 0.0 or float(np.max(cosine)) <= gtol:
            return Descent(x, cost, True)
        while True:
            step = -(right.T @ (size / (size * size + damping) * along))
            new = x + step / safe
            r_new = residuals(new)
            cost_new = 0.5 * float(r_new @ r_new)
            used += 1
            moved = size * (right @ step)
            # What the straight-line model promises: |r|^2/2 - |r + J s|^2/2.
            promised = -float(along @ moved) - 0.5 * float(moved @ moved)
            gained = cost - cost_new if np.isfinite(cost_new) else -np.inf
            gain = gained / promised if promised > 0 else -1.0
            resting = abs(gained) <= ftol * cost and promised <= ftol * cost and gain <= 2.0
            short = float(np.linalg.norm(step)) <= xtol * float(np.linalg.norm(safe * x))
            if gain > LEAST_GAIN:
                damping *= max(1.0 / 3.0, 1.0 - (2.0 * gain - 1.0) ** 3)
                damping, worse = max(damping, 1e-15), 2.0
                x, r, cost = new, r_new, cost_new
            if resting or short:
                return Descent(x, cost, True)
            if gain > LEAST_GAIN:
                break
            damping *= worse
            worse *= 2.0
            if used >= most or damping > 1e18:
                return Descent(x, cost, damping > 1e18)
    return Descent(x, cost, False)
