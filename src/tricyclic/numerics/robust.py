"""Robust fits, which outliers hardly influence, and the residuals that are outliers (ROUT, Motulsky
& Brown 2006, doi:10.1186/1471-2105-7-123).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.numerics.least_squares import Expected, least_squares
from tricyclic.stats.statistics import t_probability

# Share of a normal distribution within one standard deviation.
WITHIN_ONE_SD = 0.6827
# Share of the residuals, the inner ones, that are never tested.
UNTESTED_SHARE = 0.70


@dataclass(frozen=True)
class RobustFitResult:
    """Parameters (p,), the robust standard deviation of the scaled residuals, and the merit sum
    ln(1 + (r / scale)^2).
    """

    x: np.ndarray
    scale: float
    merit: float


def robust_sd(residuals: np.ndarray, parameters: int) -> float:
    """68.27th percentile of the absolute residuals, times n / (n - parameters)."""
    n = residuals.size
    return float(np.quantile(np.abs(residuals), WITHIN_ONE_SD) * n / max(n - parameters, 1))


def robust_fit(
    expected: Expected,
    y: np.ndarray,
    sd: np.ndarray,
    starts: Sequence[np.ndarray],
    low: np.ndarray,
    high: np.ndarray,
    typical: np.ndarray,
    *,
    scale: float | None = None,
    max_rounds: int = 60,
) -> RobustFitResult:
    """Find the parameters of least sum ln(1 + (r / scale)^2), r = (y - expected) / sd.

    Parameters
    ----------
    expected : callable
        Takes parameters of shape (k, p), gives readings of shape (k, n).
    y, sd : array, shape (n,)
    starts : sequence of array, shape (p,)
        The best optimum is kept.
    scale : float, optional
        Fixed robust standard deviation; by default it is estimated together with the curve.

    Notes
    -----
    Least squares with weights 1 / (1 + (r / scale)^2), repeated: its fixed points are those of the
    Lorentzian sum.
    """
    optima = [
        _fit_from(expected, y, sd, start, low, high, typical, scale, max_rounds) for start in starts
    ]
    # With an estimated scale, the sums of different optima are on different scales; the smaller
    # scale is the better curve.
    return min(optima, key=lambda one: one.merit if scale is not None else one.scale)


def _fit_from(
    expected: Expected,
    y: np.ndarray,
    sd: np.ndarray,
    start: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    typical: np.ndarray,
    fixed_scale: float | None,
    max_rounds: int,
) -> RobustFitResult:
    x = start
    # Keeps the scale above rounding where all readings lie on the curve.
    least = 1e-12 * float(np.abs(y / sd).max()) + 1e-300

    def residual_and_scale(at: np.ndarray) -> tuple[np.ndarray, float]:
        r = (y - expected(at[None, :])[0]) / sd
        return r, max(fixed_scale if fixed_scale is not None else robust_sd(r, x.size), least)

    residual, scale = residual_and_scale(x)
    for _ in range(max_rounds):
        weight = 1.0 / (sd**2 * (1.0 + (residual / scale) ** 2))
        before, x = x, least_squares(expected, y, weight, x, low, high, typical, tolerance=1e-10).x
        residual, scale = residual_and_scale(x)
        if np.all(np.abs(x - before) <= 1e-7 * np.maximum(np.abs(x), typical)):
            break
    return RobustFitResult(x, scale, float(np.log1p((residual / scale) ** 2).sum()))


def flag_outliers(scores: np.ndarray, df: float, q: float) -> np.ndarray:
    """Which residuals in robust standard deviations are outliers, shape (n,) of bool.

    Only the outer 30 % are tested, from the inside out: the first whose p falls below q (n - i) /
    n, where i residuals are nearer, is flagged together with all that are farther.
    """
    n = scores.size
    order = np.argsort(np.abs(scores), kind="stable")
    out = np.zeros(n, bool)
    for i in range(int(UNTESTED_SHARE * n), n):
        if t_probability(float(scores[order[i]]), df) < q * (n - i) / n:
            out[order[i:]] = True
            break
    return out
