"""Levenberg-Marquardt without bounds: parameters of least squares from residuals and their slopes.

Written here because MINPACK, as SciPy compiles it, gives results whose last bits depend on where in
memory its arrays lie; where the data hardly determine a parameter, those bits grow into digits.
Here the same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Vector = Callable[[np.ndarray], np.ndarray]

FIRST_DAMPING = 1e-3
FIRST_DAMPING_CAUTIOUS = 1e2
MAX_DAMPING = 1e18
MIN_DAMPING = 1e-15
# A step is taken where it gains more than this share of what the linear model promises.
MIN_GAIN = 1e-4

# Steps after which the optimum is assumed to lie along a narrow bent valley, where steps get a
# second-order correction; and how long the correction may be, relative to half the step.
STEPS_BEFORE_CORRECTION = 25
MAX_CORRECTION = 0.75

# A slope that has shrunk to this share of its largest no longer determines its parameter.
FLAT = 1e-8

# Relative change of a parameter below which it is final.
FINAL_CHANGE = 1e-10


@dataclass(frozen=True)
class LMResult:
    """Where a search ended.

    Parameters
    ----------
    x : array, shape (p,)
        Parameters.
    cost : float
        Half the residual sum of squares.
    converged : bool
    flat : bool
        Whether a parameter moved to where the readings no longer depend on it.
    remaining_change : float
        Relative change of a parameter in the next step, estimated from the last two.
    slope_sensitivity : float
        Relative error of a parameter per relative error of the slopes.
    """

    x: np.ndarray
    cost: float
    converged: bool
    flat: bool = False
    remaining_change: float = np.inf
    slope_sensitivity: float = np.inf


def levenberg_marquardt(
    residuals: Vector,
    slopes: Vector,
    start: np.ndarray,
    *,
    ftol: float,
    xtol: float,
    gtol: float,
    max_evaluations: int,
    cautious: bool = False,
) -> LMResult:
    """Step downhill from a start until neither sum nor parameters change any more.

    Parameters
    ----------
    residuals : callable
        Parameters, shape (p,), to weighted residuals, shape (n,).
    slopes : callable
        Parameters to the derivatives of the residuals, shape (n, p).
    start : array, shape (p,)
    ftol, xtol, gtol : float
        The search has converged where the sum falls by less than this share, where a step is
        shorter than this share of the scaled parameters, or where the cosine of the angle between
        residuals and slopes is below this.
    max_evaluations : int
        Evaluations of the residuals after which the search stops.
    cautious : bool
        Start with short steps, correct every step for curvature, and forget the slopes of earlier
        points: slower, but reaches the optimum from starts where the first long step would lead
        away from it.

    Notes
    -----
    Columns are scaled by the largest norm they have had [More 1978, The Levenberg-Marquardt
    algorithm], the damping follows the gain ratio [Nielsen 1999, Damping parameter in Marquardt's
    method]. Many steps point to a narrow bent valley; steps then follow the bend [Transtrum &
    Sethna 2012, Improvements to the Levenberg-Marquardt algorithm, doi:10.48550/arXiv.1201.5885].
    """
    x = np.array(start, float)
    r = residuals(x)
    cost = 0.5 * float(r @ r)
    scale = np.zeros(x.size)
    damping, increase = FIRST_DAMPING_CAUTIOUS if cautious else FIRST_DAMPING, 2.0
    evaluations, steps = 1, 0
    share = np.inf
    while evaluations < max_evaluations and np.isfinite(cost):
        steps += 1
        jac = slopes(x)
        norms = np.sqrt((jac * jac).sum(axis=0))
        scale = np.maximum(0.5 * scale if cautious else scale, norms)
        safe = np.where(scale > 0, scale, 1.0)
        flat = bool((norms < FLAT * scale).any())
        left, size, right = np.linalg.svd(jac / safe, full_matrices=False)
        along = left.T @ r
        length = float(np.sqrt(2.0 * cost))
        before, share = share, float(np.linalg.norm(along)) / max(length, 1e-300)
        shrinking = min(share / before, 1.0)
        cosine = np.abs(jac.T @ r) / np.where(norms > 0, norms * max(length, 1e-300), 1.0)
        if cost == 0.0 or float(np.max(cosine)) <= gtol:
            return LMResult(x, cost, True, flat)
        while True:
            filtered = size / (size * size + damping)
            step = -(right.T @ (filtered * along))
            moved = size * (right @ step)
            # What the linear model promises: |r|^2/2 - |r + J s|^2/2.
            promised = -float(along @ moved) - 0.5 * float(moved @ moved)
            new = x + step / safe
            if cautious or steps > STEPS_BEFORE_CORRECTION:
                curvature = _second_derivative(residuals, x, r, step / safe, left @ moved)
                correction = -(right.T @ (filtered * (left.T @ curvature)))
                evaluations += 1
                allowed = MAX_CORRECTION * float(np.linalg.norm(step))
                if 2.0 * float(np.linalg.norm(correction)) <= allowed:
                    new = new + 0.5 * correction / safe
            r_new = residuals(new)
            cost_new = 0.5 * float(r_new @ r_new)
            evaluations += 1
            gained = cost - cost_new if np.isfinite(cost_new) else -np.inf
            gain = gained / promised if promised > 0 else -1.0
            unchanged = abs(gained) <= ftol * cost and promised <= ftol * cost and gain <= 2.0
            short = float(np.linalg.norm(step)) <= xtol * float(np.linalg.norm(safe * x))
            if gain > MIN_GAIN:
                damping *= max(1.0 / 3.0, 1.0 - (2.0 * min(gain, 1.0) - 1.0) ** 3)
                damping, increase = max(damping, MIN_DAMPING), 2.0
                x, r, cost = new, r_new, cost_new
            if unchanged or short:
                # The next step shrinks as the share of the residuals along the slopes did, but no
                # faster than the damping allows.
                slowest = damping / (float(size[-1]) ** 2 + damping)
                rate = max(shrinking, slowest) if gain > MIN_GAIN else 1.0
                least = max(float(size[-1]) ** 2, 1e-16)
                sensitivity = _relative_size(right[-1] * length / least / safe, x)
                return LMResult(
                    x, cost, True, flat, _relative_size(step / safe, x) * rate, sensitivity
                )
            if gain > MIN_GAIN:
                break
            damping *= increase
            increase *= 2.0
            if evaluations >= max_evaluations or damping > MAX_DAMPING:
                return LMResult(x, cost, damping > MAX_DAMPING, flat)
    return LMResult(x, cost, False)


def polish(
    residuals: Vector, slopes: Vector, optimum: LMResult, *, max_steps: int = 30
) -> LMResult:
    """Refine an optimum from the precision of its sum of squares to that of its slopes.

    Parameters
    ----------
    residuals, slopes
        As in `levenberg_marquardt`, with slopes as exact as possible.
    optimum
        Where `levenberg_marquardt` ended.
    max_steps : int
        Steps before stopping.

    Notes
    -----
    Near its least value a sum of squares changes with the square of the distance, so half of the
    digits are lost before it stops changing. The part of the residuals that lies along the slopes
    vanishes linearly; undamped Gauss-Newton steps continue as long as it shrinks. Directions that
    the readings do not determine stay where they are.
    """
    x, best, least = optimum.x, optimum.x, float("inf")
    for _ in range(max_steps):
        r = residuals(x)
        if not 0.5 * float(r @ r) <= optimum.cost * (1.0 + 1e-6):
            break
        jac = slopes(x)
        norms = np.sqrt((jac * jac).sum(axis=0))
        safe = np.where(norms > 0, norms, 1.0)
        left, size, right = np.linalg.svd(jac / safe, full_matrices=False)
        determined = size > size[0] * 1e-11
        along = np.where(determined, left.T @ r, 0.0)
        remaining = float(np.linalg.norm(along))
        if not remaining < 0.9 * least:
            break
        shrinking = remaining / least if np.isfinite(least) else 1.0
        best, least = x, remaining
        step = right.T @ (along / np.where(determined, size, 1.0)) / safe
        x = x - step
        if _relative_size(step, x) * shrinking < FINAL_CHANGE:
            best = x
            break
    r = residuals(best)
    return LMResult(best, 0.5 * float(r @ r), optimum.converged, optimum.flat, 0.0)


def _relative_size(step: np.ndarray, x: np.ndarray) -> float:
    """The largest component of a step, relative to the parameter that it changes."""
    moved = np.abs(step) > 0
    return float(np.max(np.abs(step[moved]) / np.maximum(np.abs(x[moved]), 1e-300), initial=0.0))


def _second_derivative(
    residuals: Vector, x: np.ndarray, r: np.ndarray, step: np.ndarray, linear: np.ndarray
) -> np.ndarray:
    """Second derivative of the residuals along a step, whose first is `linear`, Jacobian x step."""
    # A tenth of the step: long enough for rounding, short enough for the third derivative.
    h = 0.1
    second = (2.0 / h) * ((residuals(x + h * step) - r) / h - linear)
    return np.where(np.abs(second) < 1e140, second, 1e140)
