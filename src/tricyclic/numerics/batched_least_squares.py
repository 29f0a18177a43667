"""Bounded least squares of a slow model, whose residuals are computed for many sets at a time.

For a fast model use `numerics.least_squares`, which needs fewer evaluations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Parameters of shape (k, p) to residuals of shape (k, n).
BatchedResiduals = Callable[[Floats], Floats]
# Factors of the damping that are tried in one batch, relative to the last that worked.
DAMPINGS = np.array([0.03, 0.3, 3.0, 30.0])
INITIAL_DAMPING, MAX_DAMPING = 1.0, 1e6
# A residual where the model fails: large, but finite.
FAILED = 100.0


@dataclass(frozen=True)
class BoundedMinimum:
    """A minimum: parameters (p,), residuals (n,) and slopes (n, p) there, and whether it
    converged.
    """

    x: Floats
    residuals: Floats
    slopes: Floats
    converged: bool

    @property
    def cost(self) -> float:
        """Half the sum of squares."""
        return 0.5 * float(self.residuals @ self.residuals)


def central_slopes(
    residuals: BatchedResiduals, x: Floats, low: Floats, high: Floats, step: float
) -> tuple[Floats, Floats]:
    """Residuals and their slopes at x by central differences, one-sided at a bound.

    Parameters
    ----------
    residuals : callable
        Parameters, shape (k, p), to residuals, shape (k, n).
    x, low, high : array, shape (p,)
    step : float
        Length of a step, well above the error of the solver.

    Returns
    -------
    array, shape (n,), and array, shape (n, p)
    """
    up, down = np.minimum(x + step, high), np.maximum(x - step, low)
    batch = np.concatenate(
        [
            x[None, :],
            *(np.where(np.eye(x.size, dtype=bool), end[None, :], x[None, :]) for end in (up, down)),
        ]
    )
    values = _finite(residuals(batch))
    p = x.size
    return values[0], (values[1 : p + 1] - values[p + 1 :]).T / (up - down)


def minimise(
    residuals: BatchedResiduals,
    start: Floats,
    low: Floats,
    high: Floats,
    *,
    step: float = 0.05,
    max_steps: int = 15,
    tolerance: float = 1e-3,
) -> BoundedMinimum:
    """Minimise the sum of squares within bounds, by Levenberg-Marquardt.

    Parameters
    ----------
    residuals : callable
        Parameters, shape (k, p), to residuals, shape (k, n).
    start, low, high : array, shape (p,)
    step : float
        Step of the slopes.
    max_steps : int
        Steps before it stops without convergence.
    tolerance : float
        It has converged where the sum falls by less than this share.
    """
    x, damping, converged = np.clip(start, low, high), INITIAL_DAMPING, False
    here, slopes = central_slopes(residuals, x, low, high, step)
    for _ in range(max_steps):
        gradient, curvature = slopes.T @ here, slopes.T @ slopes
        # A parameter at a bound stays there while the gradient points outward.
        at_bound = ((x <= low) & (gradient > 0)) | ((x >= high) & (gradient < 0))
        free = ~at_bound
        if not free.any():
            converged = True
            break
        trials = _trials(x, gradient, curvature, free, damping, low, high)
        values = _finite(residuals(trials))
        sums = np.einsum("ij,ij->i", values, values)
        best, before = int(np.argmin(sums)), float(here @ here)
        if sums[best] >= before:
            damping *= 100.0
            if damping > MAX_DAMPING:
                converged = True
                break
            continue
        decrease = (before - sums[best]) / before
        x, damping = trials[best], damping * DAMPINGS[best]
        here, slopes = central_slopes(residuals, x, low, high, step)
        if decrease < tolerance:
            converged = True
            break
    return BoundedMinimum(x, here, slopes, converged)


def _trials(
    x: Floats,
    gradient: Floats,
    curvature: Floats,
    free: NDArray[np.bool_],
    damping: float,
    low: Floats,
    high: Floats,
) -> Floats:
    """One trial step for each damping, shape (dampings, p)."""
    trials = []
    for factor in damping * DAMPINGS:
        damped = curvature[np.ix_(free, free)] + factor * np.diag(1e-3 + np.diag(curvature)[free])
        move = np.zeros(x.size)
        move[free] = -np.linalg.solve(damped, gradient[free])
        trials.append(np.clip(x + move, low, high))
    return np.array(trials)


def _finite(residuals: Floats) -> Floats:
    return np.where(np.isfinite(residuals), residuals, FAILED)
