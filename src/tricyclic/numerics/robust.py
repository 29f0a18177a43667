"""A curve that outliers do not pull, and which residuals stand out from it (Motulsky & Brown 2006)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.numerics.least_squares import Expected, minimise
from tricyclic.stats.statistics import t_probability

ONE_SD = 0.6827
OUTER = 0.70


@dataclass(frozen=True)
class RobustOptimum:
    """Parameters (p,), the robust standard deviation of the scaled residuals, and sum ln(1 + (r / scale)^2)."""

    x: np.ndarray
    scale: float
    merit: float


def robust_sd(residuals: np.ndarray, parameters: int) -> float:
    """68.27th percentile of the absolute residuals, times n / (n - parameters)."""
    n = residuals.size
    return float(np.quantile(np.abs(residuals), ONE_SD) * n / max(n - parameters, 1))


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
    rounds: int = 60,
) -> RobustOptimum:
    """Find the parameters of least sum ln(1 + (r / scale)^2), r = (y - expected) / sd.

    Parameters
    ----------
    expected : callable
        Takes parameters of shape (k, p), gives readings of shape (k, n).
    y, sd : array, shape (n,)
    starts : sequence of array, shape (p,)
        The best end of them is kept.
    scale : float, optional
        Robust standard deviation to hold; learnt along with the curve where left out.

    Notes
    -----
    Least squares with weights 1 / (1 + (r / scale)^2), repeated: its fixed points are those of the Lorentzian sum.
    """
    ends = [_descend(expected, y, sd, start, low, high, typical, scale, rounds) for start in starts]
    # With the scale learnt, the sums of different ends are on different scales; the smaller scale is the better curve.
    return min(ends, key=lambda end: end.merit if scale is not None else end.scale)


def _descend(
    expected: Expected,
    y: np.ndarray,
    sd: np.ndarray,
    start: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    typical: np.ndarray,
    held: float | None,
    rounds: int,
) -> RobustOptimum:
    x = start
    # A spread that is nothing to speak of beside the readings: all of them lie on the curve.
    least = 1e-12 * float(np.abs(y / sd).max()) + 1e-300

    def measured(at: np.ndarray) -> tuple[np.ndarray, float]:
        r = (y - expected(at[None, :])[0]) / sd
        return r, max(held if held is not None else robust_sd(r, x.size), least)

    residual, scale = measured(x)
    for _ in range(rounds):
        weight = 1.0 / (sd**2 * (1.0 + (residual / scale) ** 2))
        before, x = x, minimise(expected, y, weight, x, low, high, typical, tolerance=1e-10).x
        residual, scale = measured(x)
        if np.all(np.abs(x - before) <= 1e-7 * np.maximum(np.abs(x), typical)):
            break
    return RobustOptimum(x, scale, float(np.log1p((residual / scale) ** 2).sum()))


def discordant(scores: np.ndarray, df: float, q: float) -> np.ndarray:
    """Which residuals in robust standard deviations stand out, shape (n,) of bool.

    Only the outer 30 % are tested, from the inside out: the first whose p falls below q (n - i) / n, i of them lying
    nearer, is marked with all that lie farther.
    """
    n = scores.size
    order = np.argsort(np.abs(scores), kind="stable")
    out = np.zeros(n, bool)
    for i in range(int(OUTER * n), n):
        if t_probability(float(scores[order[i]]), df) < q * (n - i) / n:
            out[order[i:]] = True
            break
    return out
