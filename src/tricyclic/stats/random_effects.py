"""Random-effects means of grouped values, with unequal numbers of values or unequal errors.

Two cases: several values per group with unknown scatter (plates within runs), and one value per
group with a known standard error (fits of single runs).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.errors import InputError
from tricyclic.stats.statistics import mean_with_interval, t_quantile


@dataclass(frozen=True)
class GroupedMean:
    """Mean over groups with its limits, and the standard deviations between and within groups."""

    value: float
    se: float
    df: float
    low: float
    high: float
    sd_between: float
    sd_within: float
    groups: int


def mean_over_groups(
    values: ArrayLike, group: ArrayLike, *, confidence: float = 0.95
) -> GroupedMean:
    """Mean of groups with unequal numbers of values; groups are the independent unit.

    Parameters
    ----------
    values : array, shape (n,)
    group : array, shape (n,)
        Equal entries belong to one group; two or more groups, one of them with two or more values.

    Returns
    -------
    GroupedMean

    Notes
    -----
    value_ij = mean + between_i + within_ij by restricted maximum likelihood; standard error and
    degrees of freedom by Kenward & Roger 1997, doi:10.2307/2533558. With equal counts, and groups
    that differ more than their values do, this is the t interval of the group means. Where the
    between-group variance is estimated as zero the degrees of freedom still count groups.
    """
    y = np.asarray(values, float).reshape(-1)
    _, index = np.unique(np.asarray(group).reshape(-1), return_inverse=True)
    counts = np.bincount(index).astype(float)
    if y.size != index.size or counts.size < 2 or y.size == counts.size:
        raise InputError(
            f"{y.size} values in {counts.size} groups",
            allowed="Variances between and within groups need two groups or more, one of them with "
            "two values or more",
        )
    means = np.bincount(index, y) / counts
    inner = float(((y - means[index]) ** 2).sum())
    within_df = float(y.size - counts.size)
    if inner == 0.0 and np.ptp(means) == 0.0:
        return GroupedMean(
            float(means[0]),
            0.0,
            counts.size - 1.0,
            float(means[0]),
            float(means[0]),
            0.0,
            0.0,
            counts.size,
        )
    if inner <= 1e-20 * float(np.sum((means - means.mean()) ** 2)):
        # Values within a group agree to the last digit, so only the group means vary.
        plain = mean_with_interval(means, confidence=confidence)
        return GroupedMean(
            plain.value,
            plain.se,
            plain.df,
            plain.low,
            plain.high,
            float(means.std(ddof=1)),
            0.0,
            counts.size,
        )
    ratio = _best_ratio(means, counts, inner, within_df)
    # Per group: the variance of its mean, in units of the within-group variance.
    spread = ratio + 1.0 / counts
    weight = 1.0 / spread
    mean = float(weight @ means / weight.sum())
    within = (inner + float(weight @ (means - mean) ** 2)) / (y.size - 1.0)
    se, df = _kenward_roger(counts, ratio * within, within)
    reach = t_quantile(df, confidence) * se
    return GroupedMean(
        mean,
        se,
        df,
        mean - reach,
        mean + reach,
        float(np.sqrt(ratio * within)),
        float(np.sqrt(within)),
        counts.size,
    )


def mean_with_known_errors(
    values: ArrayLike, se: ArrayLike, *, confidence: float = 0.95, never_narrower: bool = False
) -> GroupedMean:
    """Mean of one value per group, each with a known standard error, with variation between groups.

    Parameters
    ----------
    values, se : array, shape (k,)
        Two or more; errors above 0.
    never_narrower : bool
        Whether the error is at least that which the known errors imply, even where the values agree
        better by chance.

    Notes
    -----
    Between-group variance by restricted maximum likelihood; standard error by Hartung & Knapp 2001
    (doi:10.1002/sim.1009) with t on k - 1 degrees of freedom. `sd_within` is the typical known
    error.
    """
    y, s = np.asarray(values, float).reshape(-1), np.asarray(se, float).reshape(-1)
    if (
        y.size != s.size
        or y.size < 2
        or not (np.isfinite(y).all() and np.isfinite(s).all() and (s > 0).all())
    ):
        raise InputError(
            f"{y.size} values with {s.size} standard errors",
            allowed="Two values or more, each with an error above 0",
        )
    between = _best_between(y, s**2)
    weight = 1.0 / (between + s**2)
    mean = float(weight @ y / weight.sum())
    df = y.size - 1.0
    scale = float(weight @ (y - mean) ** 2) / df
    if never_narrower:
        scale = max(scale, 1.0)
    error = float(np.sqrt(scale / weight.sum()))
    reach = t_quantile(df, confidence) * error
    typical = float(np.sqrt(1.0 / np.mean(1.0 / s**2)))
    return GroupedMean(
        mean, error, df, mean - reach, mean + reach, float(np.sqrt(between)), typical, y.size
    )


def _best_ratio(means: np.ndarray, counts: np.ndarray, inner: float, within_df: float) -> float:
    # Between over within variance; the within variance is profiled out of the restricted
    # likelihood.
    n = counts.sum()

    def deviance(ratio: float) -> float:
        spread = ratio + 1.0 / counts
        weight = 1.0 / spread
        centre = weight @ means / weight.sum()
        total = inner + weight @ (means - centre) ** 2
        return float((n - 1.0) * np.log(total) + np.log(spread).sum() + np.log(weight.sum()))

    scale = float(np.var(means) / max(inner / within_df, 1e-300))
    return _least(deviance, 1.0 / counts.max(), scale)


def _best_between(y: np.ndarray, known: np.ndarray) -> float:
    def deviance(between: float) -> float:
        weight = 1.0 / (between + known)
        centre = weight @ y / weight.sum()
        return float(-np.log(weight).sum() + np.log(weight.sum()) + weight @ (y - centre) ** 2)

    return _least(deviance, float(known.min()), float(np.var(y)))


def _least(deviance: Callable[[float], float], small: float, large: float) -> float:
    # A grid first: restricted likelihoods of a few groups can have two optima, one of them at zero.
    from scipy.optimize import minimize_scalar

    low, high = np.log(1e-4 * small), np.log(1e3 * max(large, small))
    grid = np.linspace(low, high, 60)
    heights = [deviance(float(np.exp(g))) for g in grid]
    best = int(np.argmin(heights))
    optimum = minimize_scalar(
        lambda g: deviance(float(np.exp(g))),
        bounds=(grid[max(best - 1, 0)], grid[min(best + 1, 59)]),
        method="bounded",
        options={"xatol": 1e-9},
    )
    at_zero = deviance(0.0)
    return 0.0 if at_zero <= optimum.fun + 1e-10 else float(np.exp(optimum.x))


def _kenward_roger(counts: np.ndarray, between: float, within: float) -> tuple[float, float]:
    """Adjusted standard error and degrees of freedom of the mean, for one fixed effect.

    With one fixed effect the Kenward-Roger scale factor is 1 and the degrees of freedom are 2 V^2 /
    var(V), the covariance of the two variances being the inverse of their expected information.
    """
    # Eigenvalue of the covariance of a group along its mean.
    group = within + counts * between
    other = counts - 1.0
    plain = 1.0 / (counts / group).sum()
    # trace(P V_i P V_j) / 2 with P = V^-1 - V^-1 X (X'V^-1X)^-1 X'V^-1; index 0 between, 1 within.
    b, w = counts / group, 1.0 / group
    tr_bb = (
        (b**2).sum()
        - 2 * plain * (b**2 * counts / group).sum()
        + plain**2 * ((b * counts / group).sum()) ** 2
    )
    tr_bw = (
        (b * w).sum()
        - 2 * plain * (b * w * counts / group).sum()
        + plain**2 * (b * counts / group).sum() * (w * counts / group).sum()
    )
    tr_ww = (
        (other / within**2 + w**2).sum()
        - 2 * plain * (w**2 * counts / group).sum()
        + plain**2 * ((w * counts / group).sum()) ** 2
    )
    information = 0.5 * np.array([[tr_bb, tr_bw], [tr_bw, tr_ww]])
    cov = np.linalg.inv(information)
    # X'V^-1 V_i V^-1 X and X'V^-1 V_i V^-1 V_j V^-1 X.
    p_b, p_w = float((b * counts / group).sum()), float((w * counts / group).sum())
    first = np.array([p_b, p_w])
    second = np.array(
        [
            [(b * b * counts / group).sum(), (b * w * counts / group).sum()],
            [(b * w * counts / group).sum(), (w * w * counts / group).sum()],
        ]
    )
    gradient = plain**2 * first
    extra = 2.0 * plain**2 * float((cov * (second - plain * np.outer(first, first))).sum())
    df = 2.0 * plain**2 / float(gradient @ cov @ gradient)
    return float(np.sqrt(plain + max(extra, 0.0))), df
