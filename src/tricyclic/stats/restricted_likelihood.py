"""Restricted likelihood of a mixed model: one random level per subject, and readings that are
independent or correlate over time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.errors import InputError

Floats = NDArray[np.float64]

# Largest correlation between successive readings that is tried: at 1 the serial part and the level
# of the subject are one.
MAX_CORRELATION = 0.99
MIN_CORRELATION = 1e-4
# Axes of a product that is summed over subjects and readings.
OVER_READINGS = ((0, 1), (0, 1))
# Ratios of the variance between subjects to that of the readings that the search starts from.
STARTS = (0.05, 0.5, 2.0, 10.0)
CORRELATIONS = (0.0, 0.25, 0.5, 0.75, 0.92)


@dataclass(frozen=True)
class Pattern:
    """The subjects that were read at the same times.

    `x` has shape (subjects, readings, effects), `y` (subjects, readings), `gaps` (readings,
    readings) the time between readings in units of the shortest gap.
    """

    x: Floats
    y: Floats
    gaps: Floats


def patterns_of(
    y: Floats, x: Floats, index: NDArray[np.intp], time: Floats
) -> tuple[tuple[Pattern, ...], float]:
    """Readings grouped by the times at which their subject was read, and the shortest gap."""
    by_times: dict[tuple[float, ...], list[NDArray[np.intp]]] = {}
    for one in range(int(index.max()) + 1):
        rows = np.flatnonzero(index == one)
        rows = rows[np.argsort(time[rows], kind="stable")]
        by_times.setdefault(tuple(time[rows].tolist()), []).append(rows)
    steps = [np.diff(times) for times in by_times if len(times) > 1]
    unit = min((float(step.min()) for step in steps), default=1.0)
    if unit <= 0:
        raise InputError(
            "a subject has two readings at one time",
            do="Average readings of one sample before the model is fitted",
        )
    patterns = []
    for times, rows_of in by_times.items():
        rows = np.array(rows_of)
        at = np.array(times)
        patterns.append(Pattern(x[rows], y[rows], np.abs(at[:, None] - at[None, :]) / unit))
    return tuple(patterns), unit


@dataclass(frozen=True)
class Solution:
    """Fixed effects at given variance ratios, with the profiled deviance and its gradient."""

    coefficients: Floats
    inverse: Floats
    within: float
    deviance: float
    gradient: Floats

    @classmethod
    def at(cls, patterns: Sequence[Pattern], ratio: float, correlation: float, df: int) -> Solution:
        """Solve for the fixed effects with the variance within subjects profiled out."""
        p = patterns[0].x.shape[2]
        gram, moment, square, log_det = np.zeros((p, p)), np.zeros(p), 0.0, 0.0
        solved = []
        for pattern in patterns:
            shape = pattern.y.shape[1]
            matrix = ratio * np.ones((shape, shape)) + correlation**pattern.gaps
            inverse = np.linalg.inv(matrix)
            log_det += pattern.y.shape[0] * float(np.linalg.slogdet(matrix)[1])
            weighted = inverse @ pattern.x
            gram += np.tensordot(pattern.x, weighted, axes=OVER_READINGS)
            moment += np.tensordot(weighted, pattern.y, axes=OVER_READINGS)
            square += float(((pattern.y @ inverse) * pattern.y).sum())
            solved.append((inverse, weighted))
        beta = np.linalg.solve(gram, moment)
        # Of the residuals, not square - moment @ beta, which cancels.
        rss = sum(
            float(((r @ inverse) * r).sum())
            for pattern, (inverse, _) in zip(patterns, solved, strict=True)
            for r in (pattern.y - pattern.x @ beta,)
        )
        within = max(rss / df, 1e-300)
        inverse_gram = np.linalg.inv(gram)
        deviance = df * (np.log(2.0 * np.pi * within) + 1.0) + log_det
        deviance += float(np.linalg.slogdet(gram)[1])
        gradient = np.zeros(2)
        for pattern, (inverse, weighted) in zip(patterns, solved, strict=True):
            residual = (pattern.y - pattern.x @ beta) @ inverse
            ones = np.ones_like(pattern.gaps)
            for k, change in enumerate((ones, correlation_slope(pattern.gaps, correlation))):
                gradient[k] += pattern.y.shape[0] * float((inverse * change).sum())
                bent = np.tensordot(weighted, change @ weighted, axes=OVER_READINGS)
                gradient[k] -= float((inverse_gram * bent).sum())
                gradient[k] -= float(((residual @ change) * residual).sum()) / within
        return cls(
            np.asarray(beta, float),
            np.asarray(inverse_gram, float),
            within,
            float(deviance),
            gradient,
        )


def correlation_slope(gaps: Floats, correlation: float) -> Floats:
    """Derivative of correlation^gap."""
    return np.asarray(np.where(gaps > 0, gaps * correlation ** np.maximum(gaps - 1.0, 0.0), 0.0))


def correlation_curvature(gaps: Floats, correlation: float) -> Floats:
    """Second derivative of correlation^gap."""
    factor = gaps * (gaps - 1.0)
    power = np.maximum(correlation, MIN_CORRELATION) ** np.where(factor > 0, gaps - 2.0, 0.0)
    return np.asarray(np.where(factor > 0, factor * power, 0.0))


def search(patterns: Sequence[Pattern], df: int, serial: bool) -> tuple[float, float]:
    """Ratio of the variances and correlation at the optimum of the restricted likelihood."""
    from scipy.optimize import minimize

    def objective(point: Floats) -> tuple[float, Floats]:
        # The root of the ratio is searched: the likelihood is smooth in it down to 0.
        root, correlation = float(point[0]), float(point[1])
        at = Solution.at(patterns, root**2, correlation, df)
        slope = at.gradient * (2.0 * root, 1.0)
        return at.deviance, slope if serial else slope * (1.0, 0.0)

    correlations = CORRELATIONS if serial else (0.0,)
    starts = [np.array([np.sqrt(ratio), c]) for ratio in STARTS for c in correlations]
    starts.sort(key=lambda point: objective(point)[0])
    top = (MIN_CORRELATION, MAX_CORRELATION) if serial else (0.0, 0.0)
    ends = [
        minimize(
            objective,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, 1e4), top],
            options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 500},
        )
        for start in starts[: 3 if serial else 2]
    ]
    best = min(ends, key=lambda end: float(end.fun))
    ratio, correlation = float(best.x[0]) ** 2, float(best.x[1])
    # At the edge the subjects have one level.
    edge = _edge(lambda c: objective(np.array([0.0, c]))[0], serial)
    if edge[0] <= float(best.fun) + 1e-10:
        return 0.0, edge[1]
    return ratio, correlation


def _edge(deviance: Callable[[float], float], serial: bool) -> tuple[float, float]:
    from scipy.optimize import minimize_scalar

    if not serial:
        return deviance(0.0), 0.0
    least = minimize_scalar(
        deviance,
        bounds=(MIN_CORRELATION, MAX_CORRELATION),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(least.fun), float(least.x)


def rss_slopes(
    patterns: Sequence[Pattern], ratio: float, correlation: float, df: int
) -> tuple[float, float]:
    """Derivatives of the weighted sum of squares by the ratio and the correlation."""
    beta = Solution.at(patterns, ratio, correlation, df).coefficients
    slopes = [0.0, 0.0]
    for pattern in patterns:
        matrix = ratio + correlation**pattern.gaps
        residual = (pattern.y - pattern.x @ beta) @ np.linalg.inv(matrix)
        for k, change in enumerate(
            (np.ones_like(pattern.gaps), correlation_slope(pattern.gaps, correlation))
        ):
            slopes[k] -= float(((residual @ change) * residual).sum())
    return slopes[0], slopes[1]
