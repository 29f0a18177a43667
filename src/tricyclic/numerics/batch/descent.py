"""Least squares of a slow model, asked in batches: whoever holds many cores answers each batch as a whole.

Two generators yield parameters and are sent the residuals there. They know nothing of cores or progress.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Damping that is tried at once, relative to the last that worked.
DAMPINGS = np.array([0.03, 0.3, 3.0, 30.0])
FIRST_DAMPING, MOST_DAMPING = 1.0, 1e6
# A residual where the model fails: far away, yet finite.
FAILED = 100.0


@dataclass(frozen=True)
class Valley:
    """Where a descent ended: parameters (p,), residuals (n,) and slopes (n, p) there, and whether it came to rest."""

    x: Floats
    residuals: Floats
    slopes: Floats
    converged: bool

    @property
    def cost(self) -> float:
        """Half the sum of squares."""
        return 0.5 * float(self.residuals @ self.residuals)


def slopes_at(
    x: Floats, low: Floats, high: Floats, step: float
) -> Generator[Floats, Floats, tuple[Floats, Floats]]:
    """Residuals and their slopes at x by central differences, one-sided at a bound.

    Parameters
    ----------
    x, low, high : array, shape (p,)
    step : float
        Length of a step, well above what the solver's error makes of it.

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
    found = _finite((yield batch))
    p = x.size
    return found[0], (found[1 : p + 1] - found[p + 1 :]).T / (up - down)


def descend(
    start: Floats,
    low: Floats,
    high: Floats,
    *,
    step: float = 0.05,
    most: int = 15,
    tolerance: float = 1e-3,
) -> Generator[Floats, Floats, Valley]:
    """Go down from a start, within bounds (Levenberg-Marquardt, a parameter at a bound held there).

    Parameters
    ----------
    start, low, high : array, shape (p,)
    step : float
        Of the slopes.
    most : int
        Slopes that are taken before it gives up.
    tolerance : float
        It has come to rest where the sum falls by less than this share.

    Notes
    -----
    Yields parameters of shape (k, p) and is sent residuals of shape (k, n).
    """
    x, damping, converged = np.clip(start, low, high), FIRST_DAMPING, False
    residuals, slopes = yield from slopes_at(x, low, high, step)
    for _ in range(most):
        gradient, curvature = slopes.T @ residuals, slopes.T @ slopes
        held = ((x <= low) & (gradient > 0)) | ((x >= high) & (gradient < 0))
        free = ~held
        if not free.any():
            converged = True
            break
        trials = []
        for factor in damping * DAMPINGS:
            damped = curvature[np.ix_(free, free)] + factor * np.diag(
                1e-3 + np.diag(curvature)[free]
            )
            move = np.zeros(x.size)
            move[free] = -np.linalg.solve(damped, gradient[free])
            trials.append(np.clip(x + move, low, high))
        found = _finite((yield np.array(trials)))
        sums = np.einsum("ij,ij->i", found, found)
        best, before = int(np.argmin(sums)), float(residuals @ residuals)
        if sums[best] >= before:
            damping *= 100.0
            if damping > MOST_DAMPING:
                converged = True
                break
            continue
        fell = (before - sums[best]) / before
        x, damping = trials[best], damping * DAMPINGS[best]
        residuals, slopes = yield from slopes_at(x, low, high, step)
        if fell < tolerance:
            converged = True
            break
    return Valley(x, residuals, slopes, converged)


def _finite(residuals: Floats) -> Floats:
    return np.where(np.isfinite(residuals), residuals, FAILED)
