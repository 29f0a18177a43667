"""Bounded, weighted least squares with covariance: the one entry point of the optimiser.

The expected readings come from a function that takes many parameter vectors at once, so that all
central differences of a Jacobian, and all starts of a search, cost one call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tricyclic.numerics.box_least_squares import least_squares_in_box
from tricyclic.numerics.levenberg_marquardt import LMResult, Vector, levenberg_marquardt, polish

Expected = Callable[[np.ndarray], np.ndarray]

# Cube root of the machine precision: the step at which rounding and truncation of a central
# difference balance.
STEP = 6.055454e-06
# First step of a difference of four points: short, because peaks are narrow where x is large.
FINE_STEP = 3e-5
# Relative disagreement of a step and twice the step at which rounding and truncation balance.
BALANCED_CURVATURE = 1e-7
# An optimum of which a parameter would still change by this share of itself is refined.
REFINE_FROM = 1e-9
# Relative error of slopes from two points.
SLOPE_ERROR = 1e-11
# From this tolerance downwards a search that did not converge is repeated with caution, and an
# optimum is refined; starts are compared with a coarser one.
STRICT_TOLERANCE = 1e-12
# Share of the sum that a parameter has to gain by leaving its bound; below it are errors of slopes.
WORTH_LEAVING = 1e-9
HUGE = 1e150


@dataclass(frozen=True)
class LeastSquaresResult:
    """Where a search ended: parameters (p,), weighted residual sum, and whether it converged."""

    x: np.ndarray
    rss: float
    converged: bool


@dataclass(frozen=True)
class _WeightedProblem:
    """Readings and weights as one function of the parameters, with its Jacobian."""

    expected: Expected
    y: np.ndarray
    weight: np.ndarray
    low: np.ndarray
    high: np.ndarray
    typical: np.ndarray
    warm: bool

    @property
    def root_weight(self) -> np.ndarray:
        """Square root of the weights, by which residuals and slopes are multiplied."""
        return np.asarray(np.sqrt(self.weight))

    def contains(self, x: np.ndarray) -> bool:
        """Whether parameters lie within the bounds."""
        return bool(np.all(x >= self.low) and np.all(x <= self.high))


def finite(values: np.ndarray) -> np.ndarray:
    """Replace what is not finite by a very large number, so that a search turns back."""
    known = np.isfinite(values)
    return values if known.all() else np.where(known, values, HUGE)


def jacobian(
    expected: Expected, x: np.ndarray, typical: np.ndarray, *, fine: bool = False
) -> np.ndarray:
    """Central differences of the expected readings, shape (n, p).

    Parameters
    ----------
    expected : callable
        Takes parameters of shape (k, p), gives readings of shape (k, n).
    x, typical : array, shape (p,)
        Where; and the size of each parameter, which sets its step.
    fine : bool
        Take four points for each parameter instead of two: about eleven digits instead of nine. The
        step is then relative to the parameter itself, down to a thousandth of its typical size.
    """
    p = x.size
    if p == 0:
        return np.empty((expected(x[None, :]).shape[1], 0))
    if fine:
        near, far = _differences(expected, x, _first_steps(x, typical))
        return np.asarray(((4.0 * near - far) / 3.0).T)
    h = STEP * np.maximum(np.abs(x), typical)
    h = (x + h) - x
    both = np.repeat(x[None, :], 2 * p, axis=0)
    both[np.arange(p), np.arange(p)] += h
    both[np.arange(p, 2 * p), np.arange(p)] -= h
    values = expected(both)
    return np.asarray((values[:p] - values[p:]).T / (2.0 * h))


def least_squares(
    expected: Expected,
    y: np.ndarray,
    weight: np.ndarray,
    start: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    typical: np.ndarray,
    *,
    tolerance: float = STRICT_TOLERANCE,
    in_box: bool = False,
    warm: bool = False,
) -> LeastSquaresResult:
    """Find the parameters of least weighted squares, within bounds.

    Parameters
    ----------
    expected : callable
        Takes parameters of shape (k, p), gives readings of shape (k, n).
    y, weight : array, shape (n,)
        Readings, and 1 / variance of each.
    start, low, high, typical : array, shape (p,)
        Start inside the bounds, bounds, and size of each parameter.
    tolerance : float
        Relative change of sum and parameters at which the search has converged.
    in_box : bool
        Never leave the bounds on the way: for profiles along ridges, where the optimum often lies
        on a bound.
    warm : bool
        The start is the optimum under other weights: a search that fails is not repeated.

    Notes
    -----
    Levenberg-Marquardt first. Only where its optimum lies outside the bounds, the
    trust-region-reflective method of SciPy, whose optimum is then moved onto a bound that it lies
    close to. A search that moved a parameter to where the readings do not depend on it is repeated
    with more caution; at a tolerance of 1e-12 or below also one that did not converge, and an
    optimum that was still changing is refined with finer slopes. A start on bounds, such as an
    earlier optimum, stays on them where that is the optimum.
    """
    problem = _WeightedProblem(expected, y, weight, low, high, typical, warm)
    root = problem.root_weight
    if start.size == 0:
        residual = (y - expected(start[None, :])[0]) * root
        return LeastSquaresResult(start, float(residual @ residual), True)
    target = y * root

    def residuals(x: np.ndarray) -> np.ndarray:
        return np.asarray(finite(expected(x[None, :])[0]) * root - target)

    def slopes(x: np.ndarray) -> np.ndarray:
        central = jacobian(expected, x, typical)
        # Nearly always all are finite, which takes a tenth of the time to see.
        known = central if np.isfinite(central).all() else np.nan_to_num(central)
        return np.asarray(known * root[:, None])

    if in_box:
        boxed = least_squares_in_box(residuals, slopes, start, low, high, tolerance=tolerance)
        return LeastSquaresResult(boxed.x, 2.0 * boxed.cost, boxed.converged)
    if (held := _on_bounds(problem, start, tolerance)) is not None:
        return held
    if y.size >= start.size:
        free = _unbounded(problem, residuals, slopes, start, tolerance)
        if problem.contains(free.x) and np.isfinite(free.cost):
            return LeastSquaresResult(free.x, 2.0 * free.cost, free.converged)
        if warm and np.isfinite(free.x).all():
            held = _on_bounds(problem, np.clip(free.x, low, high), tolerance)
            first = residuals(start)
            if held is not None and held.rss <= float(first @ first):
                return held
    return _bounded(problem, residuals, slopes, start, tolerance)


def into_bounds(
    x: np.ndarray, low: np.ndarray, high: np.ndarray, typical: np.ndarray
) -> np.ndarray:
    """Move a start inside its bounds, a little away from them."""
    inner_low, inner_high = _inner(low, high, typical)
    return np.asarray(np.clip(x, inner_low, inner_high))


def covariance(slopes: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Unscaled covariance (J' W J)^-1, shape (p, p); infinite variance of what is not determined.

    Parameters
    ----------
    slopes : array, shape (n, p)
    weight : array, shape (n,)
    """
    weighted = slopes * np.sqrt(weight)[:, None]
    size = np.linalg.norm(weighted, axis=0)
    safe = np.where(size > 0, size, 1.0)
    _, singular, vt = np.linalg.svd(weighted / safe, full_matrices=False)
    determined = singular > singular.max(initial=0.0) * 1e-12
    scaled = vt[determined].T / singular[determined]
    cov = scaled @ scaled.T
    unknown = (np.abs(vt[~determined]) > 1e-6).any(axis=0) | (size == 0)
    cov[unknown, :] = 0.0
    cov[:, unknown] = 0.0
    cov[unknown, unknown] = np.inf
    return np.asarray(cov / np.outer(safe, safe))


def _unbounded(
    problem: _WeightedProblem,
    residuals: Vector,
    slopes: Vector,
    start: np.ndarray,
    tolerance: float,
) -> LMResult:
    """Optimum without bounds; at a strict tolerance with a second attempt and refined."""
    free = levenberg_marquardt(
        residuals,
        slopes,
        start,
        ftol=tolerance,
        xtol=tolerance,
        gtol=1e-14,
        max_evaluations=400,
    )
    # A search that has lost a parameter is repeated at any tolerance: from where it ended, a later
    # and stricter one could not return.
    if not problem.warm and (free.flat or tolerance <= STRICT_TOLERANCE):
        free = _second_attempt(free, residuals, slopes, start, tolerance)
    if tolerance > STRICT_TOLERANCE:
        return free
    if not (free.converged and problem.contains(free.x) and _still_changes(free, problem.typical)):
        return free
    steps = _best_steps(problem.expected, free.x, problem.typical)
    root = problem.root_weight

    def fine(x: np.ndarray) -> np.ndarray:
        near, far = _differences(problem.expected, x, steps)
        return np.asarray(np.nan_to_num((4.0 * near - far) / 3.0).T * root[:, None])

    return polish(residuals, fine, free)


def _second_attempt(
    free: LMResult, residuals: Vector, slopes: Vector, start: np.ndarray, tolerance: float
) -> LMResult:
    """A cautious search after one that failed; it counts only if it ends clearly lower."""
    if free.converged and not free.flat:
        return free
    again = levenberg_marquardt(
        residuals,
        slopes,
        start,
        ftol=tolerance,
        xtol=tolerance,
        gtol=1e-14,
        max_evaluations=2000,
        cautious=True,
    )
    better = again.cost < free.cost * (1.0 - 1e-9) or not np.isfinite(free.cost)
    return again if better else free


def _still_changes(free: LMResult, typical: np.ndarray) -> bool:
    """Whether a parameter would still change in a further step, or would with exact slopes.

    The latter where the readings hardly determine it, or where the steps of its slopes were made
    for a parameter far larger than it became.
    """
    sensitive = SLOPE_ERROR * free.slope_sensitivity > REFINE_FROM
    shrunk = np.any(np.abs(free.x) < 0.1 * typical)
    return bool(free.remaining_change > REFINE_FROM or sensitive or shrunk)


def _bounded(
    problem: _WeightedProblem,
    residuals: Vector,
    slopes: Vector,
    start: np.ndarray,
    tolerance: float,
) -> LeastSquaresResult:
    from scipy.optimize import least_squares as trust_region

    inside = into_bounds(start, problem.low, problem.high, problem.typical)
    result = trust_region(
        residuals,
        inside,
        slopes,
        bounds=(problem.low, problem.high),
        x_scale=np.maximum(np.abs(inside), problem.typical),
        ftol=tolerance,
        xtol=1e-10,
        gtol=1e-10,
        max_nfev=400,
    )
    return _onto_bounds(problem, result, tolerance)


def _onto_bounds(problem: _WeightedProblem, boxed: Any, tolerance: float) -> LeastSquaresResult:
    """Fix the parameters that lie close to a bound on it, and fit the others, if that is no worse.

    The reflective method approaches a bound but never reaches it.
    """
    x, rss = np.asarray(boxed.x), 2.0 * float(boxed.cost)
    low, high, typical = problem.low, problem.high, problem.typical
    near = 1e-3 * np.maximum(np.abs(x), typical)
    touching = np.where(x - low < near, low, np.where(high - x < near, high, np.nan))
    fixed = np.isfinite(touching)
    if not fixed.any():
        return LeastSquaresResult(x, rss, bool(boxed.status > 0))
    others = _with_held(problem, np.where(fixed, touching, x), fixed, tolerance)
    if not others.rss <= rss * (1 + 1e-9):
        return LeastSquaresResult(x, rss, bool(boxed.status > 0))
    return others


def _with_held(
    problem: _WeightedProblem, x: np.ndarray, held: np.ndarray, tolerance: float
) -> LeastSquaresResult:
    """Optimum of all parameters but those held at their values."""

    def of_others(others: np.ndarray) -> np.ndarray:
        full = np.repeat(x[None, :], others.shape[0], axis=0)
        full[:, ~held] = others
        return problem.expected(full)

    others = least_squares(
        of_others,
        problem.y,
        problem.weight,
        x[~held],
        problem.low[~held],
        problem.high[~held],
        problem.typical[~held],
        tolerance=tolerance,
        warm=problem.warm,
    )
    whole = x.copy()
    whole[~held] = others.x
    return LeastSquaresResult(whole, others.rss, others.converged)


def _on_bounds(
    problem: _WeightedProblem, start: np.ndarray, tolerance: float
) -> LeastSquaresResult | None:
    """Optimum with the parameters that start on a bound held there, if each would leave it only to
    where the sum is no lower; None if none starts there, or one would move inside.
    """
    below, above = start <= problem.low, start >= problem.high
    held = below | above
    if not held.any():
        return None
    best = _with_held(problem, start, held, tolerance)
    if not np.isfinite(best.rss):
        return None
    slopes = jacobian(problem.expected, best.x, problem.typical)[:, held]
    weighted = slopes * problem.root_weight[:, None]
    residual = (problem.y - problem.expected(best.x[None, :])[0]) * problem.root_weight
    inward = (weighted.T @ residual) * np.where(below[held], 1.0, -1.0)
    size = np.sum(weighted * weighted, axis=0)
    gain = inward**2 / np.where(size > 0, size, 1.0)
    leaves = (inward > 0) & (gain > WORTH_LEAVING * best.rss)
    return None if leaves.any() or not np.isfinite(gain).all() else best


def _inner(low: np.ndarray, high: np.ndarray, typical: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # The reflective method starts strictly inside its box.
    margin = np.where(np.isfinite(high - low), 1e-4 * (high - low), 1e-4 * typical)
    return low + margin, high - margin


def _first_steps(x: np.ndarray, typical: np.ndarray) -> np.ndarray:
    # Adding and subtracting x leaves a step that a double represents exactly.
    return np.asarray((x + FINE_STEP * np.maximum(np.abs(x), 1e-3 * typical)) - x)


def _best_steps(expected: Expected, x: np.ndarray, typical: np.ndarray) -> np.ndarray:
    """Steps at which rounding and truncation balance, for each parameter.

    How far a step and twice the step disagree shows the curvature in a parameter, and so how long
    a step may be.
    """
    first = _first_steps(x, typical)
    near, far = _differences(expected, x, first)
    curvature = np.linalg.norm(far - near, axis=1) / np.maximum(
        np.linalg.norm(near, axis=1), 1e-300
    )
    longer = np.clip(np.sqrt(BALANCED_CURVATURE / np.maximum(curvature, 1e-30)), 0.1, 100.0)
    best = first * longer
    near, far = _differences(expected, x, best)
    return np.where(np.isfinite(near + far).all(axis=1), (x + best) - x, first)


def _differences(expected: Expected, x: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Central differences over a step and over twice the step, each of shape (p, n)."""
    apart = np.concatenate([k * np.diag(h) for k in (1.0, -1.0, 2.0, -2.0)])
    values = expected(x + apart).reshape(4, x.size, -1)
    near = (values[0] - values[1]) / (2.0 * h[:, None])
    return near, (values[2] - values[3]) / (4.0 * h[:, None])
