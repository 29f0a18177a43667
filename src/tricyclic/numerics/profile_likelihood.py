"""Profile-likelihood limits: how far a parameter may move before refitting the other parameters no
longer compensates for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Profile = Callable[[float, np.ndarray], tuple[float, np.ndarray]]


@dataclass(frozen=True)
class ProfileLimit:
    """One end of an interval.

    `closed` is False where the limit lies beyond the bound; `better` is a lower optimum that was
    met on the way (the parameter, the other parameters), else None.
    """

    value: float
    closed: bool
    better: tuple[float, np.ndarray] | None = None


def profile_limit(
    profile: Profile,
    best: float,
    others: np.ndarray,
    others_slope: np.ndarray,
    rss: float,
    scale: float,
    critical: float,
    first_step: float,
    bound: float,
    *,
    tolerance: float = 1e-7,
    max_evaluations: int = 60,
) -> ProfileLimit:
    """Move outward from the optimum until the profile has risen by critical^2 * scale.

    Parameters
    ----------
    profile : callable
        `profile(value, start) -> (least weighted residual sum, others)` with the parameter fixed at
        value and the other parameters fitted from a start.
    best : float
        Optimum of the parameter.
    others, others_slope : array, shape (p - 1,)
        The other parameters at the optimum, and how they change with this one (their conditional
        slope).
    rss, scale, critical : float
        Residual sum at the optimum, variance of a reading of weight one, and the critical t.
    first_step : float
        Signed first guess of the distance (critical * standard error).
    bound : float
        Where to stop; a limit not met by then is open.

    Notes
    -----
    The signed root of the rise is nearly linear in the parameter, so regula falsi on it needs three
    to six evaluations [Bates & Watts 1988, Nonlinear Regression Analysis].
    """
    if not scale > 0:
        # Readings without scatter leave the parameter no range.
        return ProfileLimit(best, True)
    direction = 1.0 if first_step > 0 else -1.0
    inner, inner_root, at_inner = best, 0.0, others
    outer = outer_root = np.nan
    step = first_step
    evaluations = 0
    while evaluations < max_evaluations:
        x = best + step
        if direction * (x - bound) >= 0:
            x = bound
        value, at_x = profile(x, at_inner + others_slope * (x - inner))
        evaluations += 1
        if value < rss * (1 - 1e-6) - 1e-300:
            return ProfileLimit(x, False, (x, at_x))
        root = np.sqrt(max(value - rss, 0.0) / scale)
        if root >= critical:
            outer, outer_root = x, root
            break
        if x == bound:
            return ProfileLimit(direction * np.inf, False)
        inner, inner_root, at_inner = x, root, at_x
        # Extrapolate the root, a little beyond the limit so that it is bracketed.
        grow = critical / root if root > 0 else 4.0
        step = (x - best) * float(np.clip(1.05 * grow, 1.1, 4.0))
    else:
        return ProfileLimit(direction * np.inf, False)
    # Method of Illinois: regula falsi that halves the weight of an end that stays for two steps.
    side = 0
    low_root, high_root = inner_root - critical, outer_root - critical
    while evaluations < max_evaluations and abs(outer - inner) > tolerance * max(
        abs(best - outer), 1e-12
    ):
        x = (inner * high_root - outer * low_root) / (high_root - low_root)
        value, at_x = profile(x, at_inner + others_slope * (x - inner))
        evaluations += 1
        gap = np.sqrt(max(value - rss, 0.0) / scale) - critical
        if abs(gap) < tolerance * critical:
            return ProfileLimit(float(x), True)
        if gap < 0:
            inner, low_root, at_inner = x, gap, at_x
            high_root *= 0.5 if side == -1 else 1.0
            side = -1
        else:
            outer, high_root = x, gap
            low_root *= 0.5 if side == 1 else 1.0
            side = 1
    return ProfileLimit(float(outer if abs(high_root) < abs(low_root) else inner), True)
