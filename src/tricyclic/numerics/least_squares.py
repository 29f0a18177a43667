"""Bounded, weighted least squares with covariance: the one door to the optimiser.

The expected readings come from a function that takes many parameter vectors at once, so that all
central differences of a Jacobian, and all starts of a search, cost one call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tricyclic.numerics.levenberg_marquardt import Descent, Vector, descend, settle

Expected = Callable[[np.ndarray], np.ndarray]

# Cube root of the machine's precision: the step at which rounding and truncation of a central difference balance.
_STEP = 6.055454e-06
# First step of a difference of four points: short, because peaks are narrow where x is large; and how far
# its halves may disagree when rounding and truncation balance.
_FINE_STEP = 3e-5
_BENT = 1e-7
# An optimum of which a parameter would still move by this share of itself is brought to rest by finer slopes.
_AT_REST = 1e-9
# Error of slopes from two points, as a share of the slopes.
_SLOPES_OFF = 1e-11
_HUGE = 1e150


@dataclass(frozen=True)
class Optimum:
    """Where a search ended: parameters (p,), weighted residual sum, and whether it converged."""

    x: np.ndarray
    rss: float
    converged: bool


def finite(values: np.ndarray) -> np.ndarray:
    """Replace what is not finite by something hopelessly large, so that a search turns back."""
    return np.where(np.isfinite(values), values, _HUGE)


def jacobian(
    expected: Expected, x: np.ndarray, typical: np.ndarray, *, fine: bool = False
) -> np.ndarray:
    """Central differences of the expected readings, shape (n, p).

    Parameters
    ----------
    expected : callable
        Takes parameters of shape (k, p), gives readings of shape (k, n).
    x, typical : array, shape (p,)
        Where; and the size of each parameter that a step is measured by.
    fine : bool
        Take four points for each parameter instead of two: about eleven digits instead of nine. The step is
        then measured by the parameter itself, down to a thousandth of its typical size.
    """
    p = x.size
    if p == 0:
        return np.empty((expected(x[None, :]).shape[1], 0))
    if fine:
        near, far = _differences(expected, x, _first_steps(x, typical))
        return np.asarray(((4.0 * near - far) / 3.0).T)
    h = _STEP * np.maximum(np.abs(x), typical)
    h = (x + h) - x
    both = np.repeat(x[None, :], 2 * p, axis=0)
    both[np.arange(p), np.arange(p)] += h
    both[np.arange(p, 2 * p), np.arange(p)] -= h
    values = expected(both)
    return np.asarray((values[:p] - values[p:]).T / (2.0 * h))


def _first_steps(x: np.ndarray, typical: np.ndarray) -> np.ndarray:
    return np.asarray((x + _FINE_STEP * np.maximum(np.abs(x), 1e-3 * typical)) - x)


def _best_steps(expected: Expected, x: np.ndarray, typical: np.ndarray) -> np.ndarray:
    # How far two steps disagree tells how bent the readings are in a parameter, and so how long a step may be.
    first = _first_steps(x, typical)
    near, far = _differences(expected, x, first)
    bent = np.linalg.norm(far - near, axis=1) / np.maximum(np.linalg.norm(near, axis=1), 1e-300)
    best = first * np.clip(np.sqrt(_BENT / np.maximum(bent, 1e-30)), 0.1, 100.0)
    near, far = _differences(expected, x, best)
    return np.where(np.isfinite(near + far).all(axis=1), (x + best) - x, first)


def _differences(expected: Expected, x: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Central differences over a step and over twice the step, each of shape (p, n).
    apart = np.concatenate([k * np.diag(h) for k in (1.0, -1.0, 2.0, -2.0)])
    values = expected(x + apart).reshape(4, x.size, -1)
    return (values[0] - values[1]) / (2.0 * h[:, None]), (values[2] - values[3]) / (
        4.0 * h[:, None]
    )


def minimise(
    expected: Expected,
    y: np.ndarray,
    weight: np.ndarray,
    start: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    typical: np.ndarray,
    *,
    tolerance: float = 1e-12,
) -> Optimum:
    """Find the parameters of least weighted squares, within bounds.

    Parameters
    ----------
    expected : callable
        Takes parameters of shape (k, p), gives readings of shape (k, n).
    y, weight : array, shape (n,)
        Readings, and 1 / variance of each.
    start, low, high, typical : array, shape (p,)
        Start inside the bounds, bounds, and size of each parameter.

    Notes
    -----
    Levenberg-Marquardt first; only where its optimum lies outside the bounds, the
    trust-region-reflective method, whose optimum is then moved onto a bound that it hugs.
    At a tolerance of 1e-12 or below, a descent that found no rest, or that lost a parameter where the
    readings do not feel it, is tried again with more caution, and an optimum that was still moving is
    brought to rest by finer slopes.
    """
    if start.size == 0:
        residual = (y - expected(start[None, :])[0]) * np.sqrt(weight)
        return Optimum(start, float(residual @ residual), True)
    root = np.sqrt(weight)
    target = y * root

    def residuals(x: np.ndarray) -> np.ndarray:
        return np.asarray(finite(expected(x[None, :])[0]) * root - target)

    def slopes(x: np.ndarray) -> np.ndarray:
        return np.asarray(np.nan_to_num(jacobian(expected, x, typical)) * root[:, None])

    if y.size >= start.size:
        free = descend(
            residuals, slopes, start, ftol=tolerance, xtol=tolerance, gtol=1e-14, most=400
        )
        if tolerance <= 1e-12:
            free = _second_try(free, residuals, slopes, start, tolerance)
            if free.converged and _inside(free, low, high) and _moving(free, typical):
                steps = _best_steps(expected, free.x, typical)

                def fine(x: np.ndarray) -> np.ndarray:
                    near, far = _differences(expected, x, steps)
                    return np.asarray(np.nan_to_num((4.0 * near - far) / 3.0).T * root[:, None])

                free = settle(residuals, fine, free)
        if _inside(free, low, high) and np.isfinite(free.cost):
            return Optimum(free.x, 2.0 * free.cost, free.converged)
    from scipy.optimize import least_squares

    inside = np.clip(start, _inner(low, high, typical)[0], _inner(low, high, typical)[1])
    boxed = least_squares(
        residuals,
        inside,
        slopes,
        bounds=(low, high),
        x_scale=np.maximum(np.abs(inside), typical),
        ftol=tolerance,
        xtol=1e-10,
        gtol=1e-10,
        max_nfev=400,
    )
    return _onto_bounds(expected, y, weight, boxed, low, high, typical, tolerance)


def _inside(free: Descent, low: np.ndarray, high: np.ndarray) -> bool:
    return bool(np.all(free.x >= low) and np.all(free.x <= high))


def _moving(free: Descent, typical: np.ndarray) -> bool:
    # A parameter would still move by itself, or would with exact slopes: where the readings hold it loosely, or
    # where steps were made for one far larger than it became.
    loose = _SLOPES_OFF * free.loose > _AT_REST
    return bool(free.left > _AT_REST or loose or np.any(np.abs(free.x) < 0.1 * typical))


def _second_try(
    free: Descent, residuals: Vector, slopes: Vector, start: np.ndarray, tolerance: float
) -> Descent:
    # Where a first descent went astray, a wary one; it counts only if it ends clearly lower.
    if free.converged and not free.flat:
        return free
    again = descend(
        residuals, slopes, start, ftol=tolerance, xtol=tolerance, gtol=1e-14, most=2000, wary=True
    )
    better = again.cost < free.cost * (1.0 - 1e-9) or not np.isfinite(free.cost)
    return again if better else free


def _onto_bounds(
    expected: Expected,
    y: np.ndarray,
    weight: np.ndarray,
    boxed: object,
    low: np.ndarray,
    high: np.ndarray,
    typical: np.ndarray,
    tolerance: float,
) -> Optimum:
    x, rss = np.asarray(boxed.x), 2.0 * float(boxed.cost)  # type: ignore[attr-defined]
    found = Optimum(x, rss, bool(boxed.status > 0))  # type: ignore[attr-defined]
    near = 1e-3 * np.maximum(np.abs(x), typical)
    touching = np.where(x - low < near, low, np.where(high - x < near, high, np.nan))
    held = np.isfinite(touching)
    if not held.any():
        return found

    def of_rest(rest: np.ndarray) -> np.ndarray:
        full = np.repeat(np.where(held, touching, x)[None, :], rest.shape[0], axis=0)
        full[:, ~held] = rest
        return expected(full)

    rest = minimise(
        of_rest, y, weight, x[~held], low[~held], high[~held], typical[~held], tolerance=tolerance
    )
    if rest.rss <= rss * (1 + 1e-9):
        on_bound = np.where(held, touching, x)
        on_bound[~held] = rest.x
        return Optimum(on_bound, rest.rss, rest.converged)
    return found


def _inner(low: np.ndarray, high: np.ndarray, typical: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # The reflective method starts strictly inside its box.
    room = np.where(np.isfinite(high - low), 1e-4 * (high - low), 1e-4 * typical)
    return low + room, high - room


def into_bounds(
    x: np.ndarray, low: np.ndarray, high: np.ndarray, typical: np.ndarray
) -> np.ndarray:
    """Move a start inside its bounds, a little off them."""
    inner_low, inner_high = _inner(low, high, typical)
    return np.asarray(np.clip(x, inner_low, inner_high))


def covariance_of(slopes: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Unscaled covariance (J' W J)^-1, shape (p, p); infinite variance where the data say nothing.

    Parameters
    ----------
    slopes : array, shape (n, p)
    weight : array, shape (n,)
    """
    weighted = slopes * np.sqrt(weight)[:, None]
    size = np.linalg.norm(weighted, axis=0)
    safe = np.where(size > 0, size, 1.0)
    _, singular, vt = np.linalg.svd(weighted / safe, full_matrices=False)
    seen = singular > singular.max(initial=0.0) * 1e-12
    scaled = vt[seen].T / singular[seen]
    cov = scaled @ scaled.T
    unseen = (np.abs(vt[~seen]) > 1e-6).any(axis=0) | (size == 0)
    cov[unseen, :] = 0.0
    cov[:, unseen] = 0.0
    cov[unseen, unseen] = np.inf
    return np.asarray(cov / np.outer(safe, safe))
