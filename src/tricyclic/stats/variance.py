"""Variance model of readings: known counting error plus an unknown proportional part."""

from __future__ import annotations

import numpy as np


def counting_variance(
    expected: np.ndarray, slope: np.ndarray, offset: np.ndarray, cv: float | np.ndarray
) -> np.ndarray:
    """Variance slope * expected + offset + (cv * expected)^2, shape (n,), never zero.

    Parameters
    ----------
    expected, slope, offset : array, shape (n,)
        Expected readings; Poisson variance per unit of reading; variance without signal
        (background).
    cv : float or array, shape (n,)
        Proportional standard deviation (pipetting), 0 or more.
    """
    positive = np.maximum(expected, 0.0)
    # The standard deviation of a count is at least half a count.
    floor = 0.25 * slope**2 + 1e-300
    return np.asarray(np.maximum(slope * positive + offset, floor) + (cv * positive) ** 2)


def proportional_cv(
    residual: np.ndarray,
    expected: np.ndarray,
    slope: np.ndarray,
    offset: np.ndarray,
    gradient: np.ndarray,
) -> float:
    """Proportional standard deviation by restricted likelihood, given the curve.

    Parameters
    ----------
    residual, expected, slope, offset : array, shape (n,)
    gradient : array, shape (n, p)
        Slopes of the expected readings in the fitted parameters, which account for their degrees of
        freedom.

    Returns
    -------
    float
        Between 0 (counting explains the scatter) and 2.

    Notes
    -----
    Maximises -1/2 [sum log v + sum r^2/v + log|G' V^-1 G|] [Davidian & Giltinan 1995, Nonlinear
    Models for Repeated Measurement Data, ch. 2].
    """
    from scipy.optimize import minimize_scalar

    size = np.linalg.norm(
        gradient / np.sqrt(counting_variance(expected, slope, offset, 0.05))[:, None], axis=0
    )
    scaled = gradient[:, size > 0] / size[size > 0]

    def criterion(log_cv: float) -> float:
        variance = counting_variance(expected, slope, offset, float(np.exp(log_cv)))
        information = scaled.T @ (scaled / variance[:, None])
        sign, logdet = np.linalg.slogdet(information)
        penalty = logdet if sign > 0 else 0.0
        return float(np.sum(np.log(variance)) + np.sum(residual**2 / variance) + penalty)

    optimum = minimize_scalar(
        criterion, bounds=(np.log(1e-4), np.log(2.0)), method="bounded", options={"xatol": 1e-3}
    )
    at_zero = criterion(-30.0)
    return 0.0 if at_zero <= optimum.fun + 1e-9 else float(np.exp(optimum.x))
