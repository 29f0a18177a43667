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
WARY_DAMPING = 1e2
LEAST_GAIN = 1e-4

# Steps after which a descent is taken to be in a bent valley; and how far the bend may turn a step.
PATIENCE = 25
MOST_BEND = 0.75

# A slope that has shrunk to this share of its largest no longer holds its parameter.
FLAT = 1e-8

# Share of itself by which a parameter may still move when it is called settled.
SETTLED = 1e-10


@dataclass(frozen=True)
class Descent:
    """Where a descent ended: parameters, half the residual sum of squares, and whether it came to rest.

    `flat` says that a parameter ran to where the readings no longer feel it; `left` is the share of itself
    by which a parameter would still move in a further step, judged from the last two; `loose` is how many
    times the relative error of the slopes comes back as relative error of a parameter.
    """

    x: np.ndarray
    cost: float
    converged: bool
    flat: bool = False
    left: float = np.inf
    loose: float = np.inf


def descend(
    residuals: Vector,
    slopes: Vector,
    start: np.ndarray,
    *,
    ftol: float,
    xtol: float,
    gtol: float,
    most: int,
    wary: bool = False,
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
    wary : bool
        Begin with short steps, follow bends from the first, and forget the steepness of places left behind:
        slower, but it comes home from starts where the first long step leads astray.

    Notes
    -----
    Columns are scaled by the largest norm they have had [More 1978, The Levenberg-Marquardt algorithm], the
    damping follows the gain ratio [Nielsen 1999, Damping parameter in Marquardt's method]. A descent that
    takes long is in a narrow bent valley, so its steps then follow the bend [Transtrum & Sethna 2012,
    Improvements to the Levenberg-Marquardt algorithm, doi:10.48550/arXiv.1201.5885].
    """
    x = np.array(start, float)
    r = residuals(x)
    cost = 0.5 * float(r @ r)
    scale = np.zeros(x.size)
    damping, worse = WARY_DAMPING if wary else FIRST_DAMPING, 2.0
    used, steps = 1, 0
    share = np.inf
    while used < most and np.isfinite(cost):
        steps += 1
        jac = slopes(x)
        norms = np.sqrt(np.sum(jac * jac, axis=0))
        scale = np.maximum(0.5 * scale if wary else scale, norms)
        safe = np.where(scale > 0, scale, 1.0)
        flat = bool(np.any(norms < FLAT * scale))
        left, size, right = np.linalg.svd(jac / safe, full_matrices=False)
        along = left.T @ r
        length = float(np.sqrt(2.0 * cost))
        before, share = share, float(np.linalg.norm(along)) / max(length, 1e-300)
        shrinking = min(share / before, 1.0)
        cosine = np.abs(jac.T @ r) / np.where(norms > 0, norms * max(length, 1e-300), 1.0)
        if cost == 0.0 or float(np.max(cosine)) <= gtol:
            return Descent(x, cost, True, flat)
        while True:
            shrink = size / (size * size + damping)
            step = -(right.T @ (shrink * along))
            moved = size * (right @ step)
            # What the straight-line model promises: |r|^2/2 - |r + J s|^2/2.
            promised = -float(along @ moved) - 0.5 * float(moved @ moved)
            new = x + step / safe
            if wary or steps > PATIENCE:
                bend = _bend(residuals, x, r, step / safe, left @ moved)
                turn = -(right.T @ (shrink * (left.T @ bend)))
                used += 1
                if 2.0 * float(np.linalg.norm(turn)) <= MOST_BEND * float(np.linalg.norm(step)):
                    new = new + 0.5 * turn / safe
            r_new = residuals(new)
            cost_new = 0.5 * float(r_new @ r_new)
            used += 1
            gained = cost - cost_new if np.isfinite(cost_new) else -np.inf
            gain = gained / promised if promised > 0 else -1.0
            resting = abs(gained) <= ftol * cost and promised <= ftol * cost and gain <= 2.0
            short = float(np.linalg.norm(step)) <= xtol * float(np.linalg.norm(safe * x))
            if gain > LEAST_GAIN:
                damping *= max(1.0 / 3.0, 1.0 - (2.0 * gain - 1.0) ** 3)
                damping, worse = max(damping, 1e-15), 2.0
                x, r, cost = new, r_new, cost_new
            if resting or short:
                # What is left shrinks as the slopes' share did, but no faster than the damping lets it.
                held_back = damping / (float(size[-1]) ** 2 + damping)
                rate = max(shrinking, held_back) if gain > LEAST_GAIN else 1.0
                least = max(float(size[-1]) ** 2, 1e-16)
                loose = _share(right[-1] * length / least / safe, x)
                return Descent(x, cost, True, flat, _share(step / safe, x) * rate, loose)
            if gain > LEAST_GAIN:
                break
            damping *= worse
            worse *= 2.0
            if used >= most or damping > 1e18:
                return Descent(x, cost, damping > 1e18, flat)
    return Descent(x, cost, False)


def _share(step: np.ndarray, x: np.ndarray) -> float:
    # The longest of a step's sides, in units of the parameter that it moves.
    moved = np.abs(step) > 0
    return float(np.max(np.abs(step[moved]) / np.maximum(np.abs(x[moved]), 1e-300), initial=0.0))


def _bend(
    residuals: Vector, x: np.ndarray, r: np.ndarray, step: np.ndarray, straight: np.ndarray
) -> np.ndarray:
    # Second derivative of the residuals along a step; `straight` is the first one, Jacobian times step.
    h = 0.1
    bend = (2.0 / h) * ((residuals(x + h * step) - r) / h - straight)
    return np.where(np.abs(bend) < 1e140, bend, 1e140)


def settle(residuals: Vector, slopes: Vector, found: Descent, *, most: int = 30) -> Descent:
    """Bring an optimum from the digits that its sum of squares can show to those that its slopes can.

    Parameters
    ----------
    residuals, slopes, found
        As in `descend`, with slopes as exact as can be had; and where it ended.
    most : int
        Steps before stopping.

    Notes
    -----
    Near its least value a sum of squares changes with the square of the distance, so half of the digits are
    gone before it stops changing. The part of the residuals that lies along the slopes vanishes linearly;
    undamped Gauss-Newton steps go on as long as it shrinks. Directions without hold stay where they are.
    """
    x, best, least = found.x, found.x, float("inf")
    for _ in range(most):
        r = residuals(x)
        if not 0.5 * float(r @ r) <= found.cost * (1.0 + 1e-6):
            break
        jac = slopes(x)
        norms = np.sqrt(np.sum(jac * jac, axis=0))
        safe = np.where(norms > 0, norms, 1.0)
        left, size, right = np.linalg.svd(jac / safe, full_matrices=False)
        held = size > size[0] * 1e-11
        along = np.where(held, left.T @ r, 0.0)
        rest = float(np.linalg.norm(along))
        if not rest < 0.9 * least:
            break
        shrinking = rest / least if np.isfinite(least) else 1.0
        best, least = x, rest
        step = right.T @ (along / np.where(held, size, 1.0)) / safe
        x = x - step
        if _share(step, x) * shrinking < SETTLED:
            best = x
            break
    r = residuals(best)
    return Descent(best, 0.5 * float(r @ r), found.converged, found.flat, 0.0)
