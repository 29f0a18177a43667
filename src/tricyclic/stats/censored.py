"""Mean and standard deviation of normal values of which some are censored (Tobit).

The limits of the mean follow its profile likelihood, scaled so that without censoring they are
exactly those of Student's t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr

from tricyclic.errors import InputError
from tricyclic.stats.statistics import t_quantile


@dataclass(frozen=True)
class CensoredMean:
    """Mean and standard deviation (maximum likelihood) of n values, of which `exact` are known and
    the others are bounds.
    """

    value: float
    sd: float
    se: float
    low: float
    high: float
    n: int
    exact: int
    log_likelihood: float


def censored_mean(low: ArrayLike, high: ArrayLike, *, confidence: float = 0.95) -> CensoredMean:
    """Mean of normal values of which some are only bounds.

    Parameters
    ----------
    low, high : array, shape (n,)
        Limits of each value: equal where it is known, low = -inf where it is only known to be below
        `high`, high = inf where it is only known to be above `low`. At least two different values
        must be known.

    Returns
    -------
    CensoredMean
        `sd` is the maximum-likelihood one (divisor n); `se` of the mean is from the curvature,
        scaled like the limits.

    Raises
    ------
    InputError
        If fewer than two values are known, or all known ones are equal: the standard deviation is
        then not determined.

    Notes
    -----
    Tobin 1958, doi:10.2307/1907382. Limits are where twice the profile log-likelihood has fallen by
    m ln(1 + t^2 / (m - 1)), with m the number of known values and t Student's quantile on m - 1
    degrees of freedom. Without censoring this is exactly the t interval; a bound changes the mean
    but adds no degree of freedom.
    """
    a, b = np.asarray(low, float).reshape(-1), np.asarray(high, float).reshape(-1)
    if a.size != b.size or np.isnan(a).any() or np.isnan(b).any() or (a > b).any():
        raise InputError(
            "the limits of a censored value are not in order",
            allowed="low is at most high, and neither is missing",
        )
    seen = a == b
    m = int(seen.sum())
    if m < 2 or np.ptp(a[seen]) == 0:
        raise InputError(
            f"{m} of {a.size} values are known, the others are bounds",
            allowed="A standard deviation needs two different values",
        )
    centre, unit = float(a[seen].mean()), float(a[seen].std())
    a, b = (a - centre) / unit, (b - centre) / unit
    mean, log_sd, best = _optimum(a, b, seen)
    drop = m * float(np.log1p(t_quantile(m - 1.0, confidence) ** 2 / (m - 1.0)))

    def excess(at: float) -> float:
        return 2.0 * (best - _profile(at, log_sd, a, b, seen)) - drop

    ends = [_limit(excess, mean, direction * float(np.exp(log_sd))) for direction in (-1.0, 1.0)]
    se = _curvature_se(mean, log_sd, a, b, seen) * np.sqrt(m / (m - 1.0))
    return CensoredMean(
        centre + unit * mean,
        unit * float(np.exp(log_sd)),
        unit * se,
        centre + unit * ends[0],
        centre + unit * ends[1],
        int(a.size),
        m,
        best - m * float(np.log(unit)),
    )


def _log_likelihood(
    mean: float, log_sd: float, a: np.ndarray, b: np.ndarray, seen: np.ndarray
) -> float:

    sd = np.exp(log_sd)
    z = (a[seen] - mean) / sd
    total = float(-0.5 * z @ z - seen.sum() * (log_sd + 0.5 * np.log(2.0 * np.pi)))
    if seen.all():
        return total
    upper, lower = (b[~seen] - mean) / sd, (a[~seen] - mean) / sd
    # In the lower tail the difference of two probabilities near 1 does not cancel.
    flip = lower > 0
    upper, lower = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
    top, bottom = log_ndtr(upper), log_ndtr(lower)
    gap = np.minimum(bottom - top, 0.0)
    return total + float(
        np.sum(
            top + np.log(-np.expm1(np.where(np.isneginf(lower), -np.inf, np.minimum(gap, -1e-300))))
        )
    )


def _optimum(a: np.ndarray, b: np.ndarray, seen: np.ndarray) -> tuple[float, float, float]:

    from scipy.optimize import minimize

    ends = np.concatenate([a[np.isfinite(a)], b[np.isfinite(b)]])
    start = np.array([float(ends.mean()), float(np.log(max(ends.std(), 1e-3)))])

    def misfit(x: np.ndarray) -> float:
        return -_log_likelihood(float(x[0]), float(x[1]), a, b, seen)

    optimum = minimize(
        misfit,
        start,
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 4000},
    )
    return float(optimum.x[0]), float(optimum.x[1]), -float(optimum.fun)


def _profile(mean: float, near: float, a: np.ndarray, b: np.ndarray, seen: np.ndarray) -> float:

    # For a mean far from the values, the best standard deviation is at least their distance.
    from scipy.optimize import minimize_scalar

    far = float(np.log(np.exp(near) + np.abs(mean) + np.abs(_ends(a, b) - mean).max()))
    optimum = minimize_scalar(
        lambda log_sd: -_log_likelihood(mean, float(log_sd), a, b, seen),
        bounds=(near - 6.0, far + 3.0),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return -float(optimum.fun)


def _ends(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """All finite limits of the values."""
    return np.concatenate([a[np.isfinite(a)], b[np.isfinite(b)]])


def _limit(excess: Callable[[float], float], mean: float, step: float) -> float:

    from scipy.optimize import brentq

    inner, outer = mean, mean + step
    for _ in range(80):
        if excess(outer) > 0:
            return float(brentq(excess, inner, outer, xtol=1e-10, rtol=1e-12))
        inner, outer = outer, outer + 1.6 * (outer - mean)
    return float(np.copysign(np.inf, step))


def _curvature_se(
    mean: float, log_sd: float, a: np.ndarray, b: np.ndarray, seen: np.ndarray
) -> float:
    h = 1e-3
    x = np.array([mean, log_sd])
    steps = np.array([h * np.exp(log_sd), h])

    def f(dx: tuple[float, float]) -> float:
        at = x + steps * dx
        return _log_likelihood(float(at[0]), float(at[1]), a, b, seen)

    middle = f((0, 0))
    d11 = (f((1, 0)) - 2 * middle + f((-1, 0))) / steps[0] ** 2
    d22 = (f((0, 1)) - 2 * middle + f((0, -1))) / steps[1] ** 2
    d12 = (f((1, 1)) - f((1, -1)) - f((-1, 1)) + f((-1, -1))) / (4 * steps[0] * steps[1])
    information = -(d11 - d12**2 / d22)
    return float(1.0 / np.sqrt(information)) if information > 0 else float("nan")
