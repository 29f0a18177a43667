"""Profile-likelihood limits: how far a parameter may move before the rest can no longer make up for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Profile = Callable[[float, np.ndarray], tuple[float, np.ndarray]]


@dataclass(frozen=True)
class Limit:
    """One end of an interval; `closed` is False where it lies beyond the bound, `better` holds a lower optimum if one was met."""

    value: float
    closed: bool
    better: tuple[float, np.ndarray] | None = None


def profile_limit(
    profile: Profile,
    best: float,
    rest: np.ndarray,
    rest_slope: np.ndarray,
    rss: float,
    scale: float,
    critical: float,
    first_step: float,
    bound: float,
    *,
    tolerance: float = 1e-7,
    most: int = 60,
) -> Limit:
    """Walk one way from the optimum until the profile rises by critical^2 * scale.

    Parameters
    ----------
    profile : callable
        `profile(value, start of the rest) -> (least weighted residual sum, rest)` with the parameter held at value.
    best : float
        Optimum of the parameter.
    rest, rest_slope : array, shape (p - 1,)
        The other parameters at the optimum, and how they move with this one (their conditional slope).
    rss, scale, critical : float
        Residual sum at the optimum, variance of a reading of weight one, and the critical t.
    first_step : float
        Signed first guess of the distance (critical * standard error).
    bound : float
        Where to stop; a limit not met by then is open.

    Notes
    -----
    The signed root of the rise is nearly straight in the parameter, so regula falsi on it needs
    three to six evaluations [Bates & Watts 1988, Nonlinear Regression Analysis].
    """
    if not scale > 0:
        # Readings without scatter leave no room to move.
        return Limit(best, True)
    direction = 1.0 if first_step > 0 else -1.0
    inner, inner_root, at_rest = best, 0.0, rest
    outer = outer_root = np.nan
    step = first_step
    spent = 0
    while spent < most:
        x = best + step
        if direction * (x - bound) >= 0:
            x = bound
        value, found = profile(x, at_rest + rest_slope * (x - inner))
        spent += 1
        if value < rss * (1 - 1e-6) - 1e-300:
            return Limit(x, False, (x, found))
        root = np.sqrt(max(value - rss, 0.0) / scale)
        if root >= critical:
            outer, outer_root = x, root
            break
        if x == bound:
            return Limit(direction * np.inf, False)
        inner, inner_root, at_rest = x, root, found
        grow = critical / root if root > 0 else 4.0
        step = (x - best) * float(np.clip(1.05 * grow, 1.1, 4.0))
    else:
        return Limit(direction * np.inf, False)
    side = 0
    low_root, high_root = inner_root - critical, outer_root - critical
    while spent < most and abs(outer - inner) > tolerance * max(abs(best - outer), 1e-12):
        x = (inner * high_root - outer * low_root) / (high_root - low_root)
        value, found = profile(x, at_rest + rest_slope * (x - inner))
        spent += 1
        gap = np.sqrt(max(value - rss, 0.0) / scale) - critical
        if abs(gap) < tolerance * critical:
            return Limit(float(x), True)
        if gap < 0:
            inner, low_root, at_rest = x, gap, found
            high_root *= 0.5 if side == -1 else 1.0
            side = -1
        else:
            outer, high_root = x, gap
            low_root *= 0.5 if side == 1 else 1.0
            side = 1
    return Limit(float(outer if abs(high_root) < abs(low_root) else inner), True)
