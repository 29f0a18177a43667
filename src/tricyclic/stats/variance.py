"""Variance model of readings: known counting error plus an unknown proportional part."""

from __future__ import annotations

import numpy as np

# Range of the power of the mean: from scatter that falls to one that grows with the cube.
LEAST_POWER, MOST_POWER = -1.0, 3.0
# Singular value, relative to the largest, below which a direction of the slopes consists of their
# numerical errors.
UNDETERMINED = 1e-6


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

    typical = np.sqrt(counting_variance(expected, slope, offset, 0.05))
    directions = _directions(gradient, typical)

    def criterion(log_cv: float) -> float:
        variance = counting_variance(expected, slope, offset, float(np.exp(log_cv)))
        penalty = _log_determinant(directions, variance)
        return float(np.sum(np.log(variance)) + np.sum(residual**2 / variance) + penalty)

    optimum = minimize_scalar(
        criterion, bounds=(np.log(1e-4), np.log(2.0)), method="bounded", options={"xatol": 1e-3}
    )
    at_zero = criterion(-30.0)
    return 0.0 if at_zero <= optimum.fun + 1e-9 else float(np.exp(optimum.x))


def power_of_mean(
    residual: np.ndarray, size: np.ndarray, gradient: np.ndarray, groups: np.ndarray
) -> float:
    """Power of the expected reading that the standard deviation is proportional to.

    Parameters
    ----------
    residual, size : array, shape (n,)
        Residuals, and absolute expected readings, above 0.
    gradient : array, shape (n, p)
        Slopes of the expected readings in the fitted parameters.
    groups : array of int, shape (n,)
        Readings with one factor of the standard deviation, which is estimated for each group.

    Returns
    -------
    float
        Between -1 and 3; 0 where all readings are of one size.

    Notes
    -----
    Restricted pseudo-likelihood given the curve, the factors profiled out [Davidian & Giltinan
    1995, Nonlinear Models for Repeated Measurement Data, section 2.4].
    """
    from scipy.optimize import minimize_scalar

    if np.ptp(np.log(size)) < 1e-9:
        return 0.0
    directions = _directions(gradient, np.ones(residual.size))
    share = 1.0 - np.count_nonzero(np.any(gradient != 0.0, axis=0)) / residual.size

    def criterion(power: float) -> float:
        unit = size**power
        total = 0.0
        variance = np.empty_like(residual)
        for group in range(int(groups.max()) + 1):
            own = groups == group
            squares = float(np.sum((residual[own] / unit[own]) ** 2))
            factor = squares / max(own.sum() * share, 1.0)
            variance[own] = max(factor, 1e-300) * unit[own] ** 2
            total += float(np.sum(np.log(variance[own]) + residual[own] ** 2 / variance[own]))
        return total + _log_determinant(directions, variance)

    grid = np.linspace(LEAST_POWER, MOST_POWER, 33)
    best = float(grid[int(np.argmin([criterion(float(power)) for power in grid]))])
    step = float(grid[1] - grid[0])
    optimum = minimize_scalar(
        criterion,
        bounds=(max(best - step, LEAST_POWER), min(best + step, MOST_POWER)),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(optimum.x)


def _directions(gradient: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Slopes with the determinant of G, shape (n, p), or less what the readings do not determine.

    log|G' V^-1 G| changes by a constant if its columns are replaced by others that span the same.
    Where they are dependent it would consist of rounding errors: then these are the directions,
    orthogonal relative to the standard deviations, that are more than numerical errors.
    """
    size = np.linalg.norm(gradient / sd[:, None], axis=0)
    scaled = gradient[:, size > 0] / size[size > 0]
    if not scaled.size or not np.isfinite(scaled).all():
        return np.asarray(scaled)
    left, singular, _ = np.linalg.svd(scaled / sd[:, None], full_matrices=False)
    determined = singular > UNDETERMINED * singular[0]
    if determined.all():
        return np.asarray(scaled)
    return np.asarray(left[:, determined] * sd[:, None])


def _log_determinant(directions: np.ndarray, variance: np.ndarray) -> float:
    """log|Q' V^-1 Q| of directions Q and variances V."""
    sign, logdet = np.linalg.slogdet(directions.T @ (directions / variance[:, None]))
    return float(logdet) if sign > 0 else 0.0
