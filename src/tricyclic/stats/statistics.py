"""Intervals, differences, ratios and tests of means with standard errors.

Arrays and numbers in, small frozen results out. Whether the numbers are logarithms is up to the
caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc, ndtr, ndtri, stdtr, stdtrit

from tricyclic.errors import InputError


@dataclass(frozen=True)
class MeanEstimate:
    """A number with its standard error, degrees of freedom and limits; `p`, if any, tests it
    against zero.
    """

    value: float
    se: float
    df: float
    low: float
    high: float
    p: float = float("nan")


@dataclass(frozen=True)
class TestResult:
    """A test statistic with its degrees of freedom and p."""

    statistic: float
    df: tuple[float, ...]
    p: float


def t_quantile(df: float, confidence: float) -> float:
    """Two-sided quantile of Student's t; of the normal for infinite df, infinite for df 0."""
    if not df > 0:
        return float("inf")
    return float(
        ndtri(0.5 + 0.5 * confidence) if np.isinf(df) else stdtrit(df, 0.5 + 0.5 * confidence)
    )


def t_probability(t: float, df: float) -> float:
    """Two-sided p of Student's t; nan where df is 0."""
    if not df > 0 or np.isnan(t):
        return float("nan")
    return float(2.0 * (ndtr(-abs(t)) if np.isinf(df) else stdtr(df, -abs(t))))


def df_from_half_width(half_width: float, confidence: float) -> float:
    """Degrees of freedom of a t interval of a given half width; inf where it is no wider than that
    of the normal.

    Parameters
    ----------
    half_width : float
        Half the width of an interval over the standard error.
    confidence : float
        Confidence level of the interval.
    """
    from scipy.optimize import brentq

    if np.isnan(half_width) or half_width <= t_quantile(1e6, confidence):
        return float("inf")
    if half_width >= t_quantile(0.5, confidence):
        return 0.5

    def excess(log_df: float) -> float:
        return t_quantile(float(np.exp(log_df)), confidence) - half_width

    return float(np.exp(brentq(excess, np.log(0.5), np.log(1e6))))


def with_t_interval(value: float, se: float, df: float, confidence: float) -> MeanEstimate:
    """A number with its t interval and its test against zero."""
    half_width = t_quantile(df, confidence) * se if se > 0 else 0.0
    p = t_probability(value / se, df) if se > 0 else float("nan")
    return MeanEstimate(value, se, df, value - half_width, value + half_width, p)


def mean_with_interval(values: ArrayLike, *, confidence: float = 0.95) -> MeanEstimate:
    """Mean of independent values with its t interval; unbounded for one value.

    Parameters
    ----------
    values : array, shape (n,)
        One or more.
    """
    x = _finite(values)
    n = x.size
    if n == 1:
        return MeanEstimate(float(x[0]), float("nan"), 0.0, float("-inf"), float("inf"))
    return with_t_interval(float(x.mean()), float(x.std(ddof=1) / np.sqrt(n)), n - 1.0, confidence)


def satterthwaite(variances: Sequence[float], dfs: Sequence[float]) -> float:
    """Degrees of freedom of a sum of independent variance estimates [Welch 1947,
    doi:10.1093/biomet/34.1-2.28].

    If a term has no degrees of freedom, the sum has none.
    """
    total = float(sum(variances))
    if total <= 0 or any(v > 0 and not df > 0 for v, df in zip(variances, dfs, strict=True)):
        return float("inf") if total <= 0 else 0.0
    share = sum((v / total) ** 2 / df for v, df in zip(variances, dfs, strict=True) if v > 0)
    return 1.0 / share if share > 0 else float("inf")


def difference(a: MeanEstimate, b: MeanEstimate, *, confidence: float = 0.95) -> MeanEstimate:
    """a - b of two independent numbers, with Welch-Satterthwaite degrees of freedom and p against
    0.
    """
    variances = (a.se**2, b.se**2)
    if any(np.isnan(v) for v in variances):
        return MeanEstimate(a.value - b.value, float("nan"), 0.0, float("-inf"), float("inf"))
    return with_t_interval(
        a.value - b.value,
        float(np.sqrt(sum(variances))),
        satterthwaite(variances, (a.df, b.df)),
        confidence,
    )


def welch(a: ArrayLike, b: ArrayLike, *, confidence: float = 0.95) -> MeanEstimate:
    """Mean of a less mean of b for two independent groups with unequal variances.

    Parameters
    ----------
    a, b : array, shape (n,), (m,)
        With one value in a group the difference has no interval.
    """
    return difference(mean_with_interval(a), mean_with_interval(b), confidence=confidence)


def paired(a: ArrayLike, b: ArrayLike, *, confidence: float = 0.95) -> MeanEstimate:
    """Mean of a - b over pairs.

    Parameters
    ----------
    a, b : array, shape (n,)
    """
    x, y = _finite(a), _finite(b)
    if x.size != y.size:
        raise InputError(
            f"{x.size} values cannot be paired with {y.size}",
            allowed="Both groups of a paired comparison have the same number of values",
        )
    return mean_with_interval(x - y, confidence=confidence)


def summarised(mean: float, sem: float, n: float) -> MeanEstimate:
    """A published mean with its standard error and n (inf where n is not known), without limits."""
    return MeanEstimate(mean, sem, n - 1.0, float("nan"), float("nan"))


def ratio_by_logarithm(
    a: MeanEstimate, b: MeanEstimate, *, confidence: float = 0.95
) -> MeanEstimate:
    """a / b of two positive numbers with linear standard errors; limits are symmetric on the log
    scale.

    Returns
    -------
    MeanEstimate
        `value`, `low`, `high` of the ratio; `se` of its natural logarithm; `p` against a ratio of
        1.

    Notes
    -----
    First-order: the standard error of ln a is se/a. Valid where a and b are several standard errors
    above zero.
    """
    if not (a.value > 0 and b.value > 0):
        raise InputError(
            f"a ratio of {a.value:g} and {b.value:g} has no logarithm", allowed="Both are above 0"
        )
    log = difference(
        MeanEstimate(float(np.log(a.value)), a.se / a.value, a.df, 0.0, 0.0),
        MeanEstimate(float(np.log(b.value)), b.se / b.value, b.df, 0.0, 0.0),
        confidence=confidence,
    )
    return MeanEstimate(
        a.value / b.value, log.se, log.df, float(np.exp(log.low)), float(np.exp(log.high)), log.p
    )


def ratio_by_fieller(
    a: MeanEstimate,
    b: MeanEstimate,
    *,
    covariance: float = 0.0,
    df: float | None = None,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Limits of a / b by Fieller's theorem; (-inf, inf) where b does not differ from zero.

    Parameters
    ----------
    a, b : MeanEstimate
        Numerator and denominator with linear standard errors.
    covariance : float
        Of the two estimates; 0 where they are independent.
    df : float, optional
        Degrees of freedom of the scatter that both are computed from, as the coefficients of one
        line are; default: those of two scatters by Satterthwaite's rule.

    Notes
    -----
    The ratios R for which |a - R b| <= t * SE(a - R b) [Fieller 1954,
    doi:10.1111/j.2517-6161.1954.tb00159.x]; t has the degrees of freedom of a - (a/b) b.
    """
    if df is None:
        ratio = a.value / b.value
        df = satterthwaite((a.se**2, (ratio * b.se) ** 2), (a.df, b.df))
    t = t_quantile(df, confidence)
    quadratic = b.value**2 - (t * b.se) ** 2
    if not quadratic > 0:
        return float("-inf"), float("inf")
    linear = a.value * b.value - t**2 * covariance
    root = float(np.sqrt(max(linear**2 - quadratic * (a.value**2 - (t * a.se) ** 2), 0.0)))
    return (linear - root) / quadratic, (linear + root) / quadratic


def equal_variances_p(a: ArrayLike, b: ArrayLike) -> tuple[float, float]:
    """Two-sided p of equal variances of two normal samples, and the ratio of their SDs, a over b.

    Parameters
    ----------
    a, b : array-like
        Each of two values or more; nan and nan where one does not scatter.

    Returns
    -------
    tuple of float and float

    Notes
    -----
    The F test of two variances; it is sensitive to outliers, which are a cause of unequal scatter.
    """
    first, second = (np.asarray(one, float) for one in (a, b))
    if min(first.size, second.size) < 2:
        return float("nan"), float("nan")
    variances = float(first.var(ddof=1)), float(second.var(ddof=1))
    # Equal values differ by rounding alone.
    least = min((1e-12 * float(np.abs(one).max())) ** 2 for one in (first, second))
    if min(variances) <= least:
        return float("nan"), float("nan")
    f = variances[0] / variances[1]
    upper = float(fdtrc(first.size - 1, second.size - 1, f))
    return min(1.0, 2.0 * min(upper, 1.0 - upper)), f**0.5


def extra_sum_of_squares(
    rss_simple: float, df_simple: float, rss_full: float, df_full: float
) -> TestResult:
    """Extra-sum-of-squares F test of a full model against a simple one.

    Raises
    ------
    InputError
        If the full model has no fewer degrees of freedom, or none left.
    """
    extra = df_simple - df_full
    if extra <= 0 or df_full <= 0:
        raise InputError(
            f"the simple model has {df_simple:g} degrees of freedom and the full one {df_full:g}",
            allowed="The full model has more parameters, but fewer than there are readings",
        )
    if rss_full <= 0:
        return TestResult(
            float("inf") if rss_simple > 0 else 0.0,
            (extra, df_full),
            0.0 if rss_simple > 0 else 1.0,
        )
    f = max(rss_simple - rss_full, 0.0) / extra / (rss_full / df_full)
    return TestResult(f, (extra, df_full), float(fdtrc(extra, df_full, f)))


def combined_probability(probabilities: Sequence[float]) -> float:
    """P of several independent tests of one hypothesis together; nan where there is none.

    Notes
    -----
    Fisher 1932, Statistical Methods for Research Workers, section 21.1: -2 sum ln p has a
    chi-squared distribution on twice as many degrees of freedom as there are tests.
    """
    known = [p for p in probabilities if not np.isnan(p)]
    if not known:
        return float("nan")
    # A p that has underflowed to 0 is at least as small as the least number.
    statistic = -2.0 * float(np.log(np.maximum(known, np.finfo(float).tiny)).sum())
    return float(chdtrc(2.0 * len(known), statistic))


def aicc(log_likelihood: float, parameters: int, n: int) -> float:
    """Akaike's criterion corrected for few readings; inf where n does not exceed parameters + 1.

    `parameters` includes the estimated scatter [Hurvich & Tsai 1989, doi:10.1093/biomet/76.2.297].
    """
    spare = n - parameters - 1
    return (
        2.0 * parameters
        - 2.0 * log_likelihood
        + (2.0 * parameters * (parameters + 1) / spare if spare > 0 else float("inf"))
    )


def _finite(values: ArrayLike) -> np.ndarray:
    x = np.asarray(values, float).reshape(-1)
    if x.size == 0:
        raise InputError("there are no values", allowed="One or more are needed")
    if not np.isfinite(x).all():
        raise InputError(
            f"value {int(np.flatnonzero(~np.isfinite(x))[0]) + 1} is not a number",
            do="Leave out values that were not measured",
        )
    return x
