"""From a few numbers and their errors to statements about them: intervals, differences, ratios, tests.

Arrays and plain numbers in, small frozen results out. What the numbers mean, and whether they are
logarithms, is the caller's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.errors import InputError


@dataclass(frozen=True)
class Located:
    """A number with its standard error, degrees of freedom and limits; `p` tests it against zero where that was asked."""

    value: float
    se: float
    df: float
    low: float
    high: float
    p: float = float("nan")


@dataclass(frozen=True)
class Tested:
    """A test statistic with its degrees of freedom and p."""

    statistic: float
    df: tuple[float, ...]
    p: float


def t_quantile(df: float, confidence: float) -> float:
    """Two-sided quantile of Student's t; of the normal where df is infinite, infinite where df is 0."""
    from scipy.special import ndtri, stdtrit

    if not df > 0:
        return float("inf")
    return float(
        ndtri(0.5 + 0.5 * confidence) if np.isinf(df) else stdtrit(df, 0.5 + 0.5 * confidence)
    )


def t_probability(t: float, df: float) -> float:
    """Two-sided p of Student's t; nan where df is 0."""
    from scipy.special import ndtr, stdtr

    if not df > 0 or np.isnan(t):
        return float("nan")
    return float(2.0 * (ndtr(-abs(t)) if np.isinf(df) else stdtr(df, -abs(t))))


def df_from_reach(reach: float, confidence: float) -> float:
    """Degrees of freedom at which limits reach so many standard errors; inf where they reach no further than the normal's.

    Parameters
    ----------
    reach : float
        Half the width of an interval over the standard error.
    """
    from scipy.optimize import brentq

    if np.isnan(reach) or reach <= t_quantile(1e6, confidence):
        return float("inf")
    if reach >= t_quantile(0.5, confidence):
        return 0.5
    return float(
        np.exp(
            brentq(
                lambda log_df: t_quantile(float(np.exp(log_df)), confidence) - reach,
                np.log(0.5),
                np.log(1e6),
            )
        )
    )


def located(value: float, se: float, df: float, confidence: float) -> Located:
    """Put t limits around a number, and test it against zero."""
    reach = t_quantile(df, confidence) * se if se > 0 else 0.0
    p = t_probability(value / se, df) if se > 0 else float("nan")
    return Located(value, se, df, value - reach, value + reach, p)


def mean_of(values: ArrayLike, *, confidence: float = 0.95) -> Located:
    """Mean of independent values with its t interval; one value has an open interval.

    Parameters
    ----------
    values : array, shape (n,)
        One or more.
    """
    x = _finite(values)
    n = x.size
    if n == 1:
        return Located(float(x[0]), float("nan"), 0.0, float("-inf"), float("inf"))
    return located(float(x.mean()), float(x.std(ddof=1) / np.sqrt(n)), n - 1.0, confidence)


def satterthwaite(variances: Sequence[float], dfs: Sequence[float]) -> float:
    """Degrees of freedom of a sum of independent variance estimates [Welch 1947, doi:10.1093/biomet/34.1-2.28].

    Terms without degrees of freedom count as unknown: the sum then has none.
    """
    total = float(sum(variances))
    if total <= 0 or any(v > 0 and not df > 0 for v, df in zip(variances, dfs, strict=True)):
        return float("inf") if total <= 0 else 0.0
    share = sum((v / total) ** 2 / df for v, df in zip(variances, dfs, strict=True) if v > 0)
    return 1.0 / share if share > 0 else float("inf")


def difference(a: Located, b: Located, *, confidence: float = 0.95) -> Located:
    """a - b of two independent numbers, with the degrees of freedom of Welch and Satterthwaite, and p against no difference."""
    variances = (a.se**2, b.se**2)
    if any(np.isnan(v) for v in variances):
        return Located(a.value - b.value, float("nan"), 0.0, float("-inf"), float("inf"))
    return located(
        a.value - b.value,
        float(np.sqrt(sum(variances))),
        satterthwaite(variances, (a.df, b.df)),
        confidence,
    )


def welch(a: ArrayLike, b: ArrayLike, *, confidence: float = 0.95) -> Located:
    """Mean of a less mean of b for two independent groups whose spread may differ.

    Parameters
    ----------
    a, b : array, shape (n,), (m,)
        With one value in a group there is a difference but no interval.
    """
    return difference(mean_of(a), mean_of(b), confidence=confidence)


def paired(a: ArrayLike, b: ArrayLike, *, confidence: float = 0.95) -> Located:
    """Mean of a - b where each a belongs to one b.

    Parameters
    ----------
    a, b : array, shape (n,)
    """
    x, y = _finite(a), _finite(b)
    if x.size != y.size:
        raise InputError(
            f"{x.size} values are to be paired with {y.size}",
            allowed="Pairs have one value on either side",
        )
    return mean_of(x - y, confidence=confidence)


def summarised(mean: float, sem: float, n: float) -> Located:
    """A published mean with its standard error and n (inf where n is not known), without limits."""
    return Located(mean, sem, n - 1.0, float("nan"), float("nan"))


def ratio_by_logarithm(a: Located, b: Located, *, confidence: float = 0.95) -> Located:
    """a / b of two positive numbers with linear standard errors: limits symmetrical on the log scale.

    Returns
    -------
    Located
        `value`, `low`, `high` of the ratio; `se` of its natural logarithm; `p` against a ratio of 1.

    Notes
    -----
    First-order: the standard error of ln a is se/a. Good while a and b stand several standard errors off zero.
    """
    if not (a.value > 0 and b.value > 0):
        raise InputError(
            f"a ratio of {a.value:g} and {b.value:g} has no logarithm", allowed="Both are above 0"
        )
    log = difference(
        Located(float(np.log(a.value)), a.se / a.value, a.df, 0.0, 0.0),
        Located(float(np.log(b.value)), b.se / b.value, b.df, 0.0, 0.0),
        confidence=confidence,
    )
    return Located(
        a.value / b.value, log.se, log.df, float(np.exp(log.low)), float(np.exp(log.high)), log.p
    )


def ratio_by_fieller(
    a: Located, b: Located, *, covariance: float = 0.0, confidence: float = 0.95
) -> tuple[float, float]:
    """Limits of a / b by Fieller's theorem; (-inf, inf) where b cannot be told from zero.

    Parameters
    ----------
    a, b : Located
        Numerator and denominator with linear standard errors.
    covariance : float
        Of the two estimates; 0 where they are independent.

    Notes
    -----
    The ratios R for which |a - R b| <= t * SE(a - R b) [Fieller 1954, doi:10.1111/j.2517-6161.1954.tb00159.x]; t has the
    degrees of freedom of a - (a/b) b by Satterthwaite's rule.
    """
    ratio = a.value / b.value
    t = t_quantile(satterthwaite((a.se**2, (ratio * b.se) ** 2), (a.df, b.df)), confidence)
    quadratic = b.value**2 - (t * b.se) ** 2
    if not quadratic > 0:
        return float("-inf"), float("inf")
    linear = a.value * b.value - t**2 * covariance
    root = float(np.sqrt(max(linear**2 - quadratic * (a.value**2 - (t * a.se) ** 2), 0.0)))
    return (linear - root) / quadratic, (linear + root) / quadratic


def extra_sum_of_squares(
    rss_simple: float, df_simple: float, rss_full: float, df_full: float
) -> Tested:
    """F test of whether a fuller model explains more than its extra parameters would by chance.

    Raises
    ------
    InputError
        If the fuller model has no fewer degrees of freedom, or none left.
    """
    from scipy.special import fdtrc

    extra = df_simple - df_full
    if extra <= 0 or df_full <= 0:
        raise InputError(
            f"the simple model leaves {df_simple:g} degrees of freedom and the full one {df_full:g}",
            allowed="The full model has more parameters, and fewer than there are readings",
        )
    if rss_full <= 0:
        return Tested(
            float("inf") if rss_simple > 0 else 0.0,
            (extra, df_full),
            0.0 if rss_simple > 0 else 1.0,
        )
    f = max(rss_simple - rss_full, 0.0) / extra / (rss_full / df_full)
    return Tested(f, (extra, df_full), float(fdtrc(extra, df_full, f)))


def aicc(log_likelihood: float, parameters: int, n: int) -> float:
    """Akaike's criterion corrected for few readings; inf where n does not exceed parameters + 1.

    `parameters` counts the scatter that was estimated too [Hurvich & Tsai 1989, doi:10.1093/biomet/76.2.297].
    """
    room = n - parameters - 1
    return (
        2.0 * parameters
        - 2.0 * log_likelihood
        + (2.0 * parameters * (parameters + 1) / room if room > 0 else float("inf"))
    )


def runs_test(residuals: ArrayLike) -> Tested:
    """Whether residuals, in the order of their settings, keep their sign for longer than chance has it.

    Parameters
    ----------
    residuals : array, shape (n,)
        Zeros are left out.

    Returns
    -------
    Tested
        `statistic` is the number of runs, `df` the numbers above and below zero, `p` the exact chance of
        that few runs or fewer.

    Notes
    -----
    Wald & Wolfowitz 1940, doi:10.1214/aoms/1177731909; one-sided, as a curve that misses its points makes few runs.
    """
    signs = np.sign(_finite(residuals))
    signs = signs[signs != 0]
    above, below = int((signs > 0).sum()), int((signs < 0).sum())
    runs = int(1 + (np.diff(signs) != 0).sum()) if signs.size else 0
    if not above or not below:
        # With all residuals on one side there is one run, and no other number was possible.
        return Tested(
            float(runs), (above, below), 1.0 if signs.size < 2 else 2.0 ** (1 - signs.size)
        )
    return Tested(
        float(runs),
        (above, below),
        min(1.0, sum(_chance_of_runs(r, above, below) for r in range(2, runs + 1))),
    )


def false_discoveries(p: ArrayLike, q: float) -> np.ndarray:
    """Which of many p values are discoveries at the false discovery rate q, shape (n,) of bool [Benjamini & Hochberg 1995]."""
    p = _finite(p)
    order = np.argsort(p, kind="stable")
    passed = np.flatnonzero(p[order] <= q * np.arange(1, p.size + 1) / p.size)
    out = np.zeros(p.size, bool)
    if passed.size:
        out[order[: passed[-1] + 1]] = True
    return out


def _chance_of_runs(runs: int, above: int, below: int) -> float:
    from math import comb

    half, odd = divmod(runs, 2)
    if odd:
        ways = comb(above - 1, half) * comb(below - 1, half - 1) + comb(above - 1, half - 1) * comb(
            below - 1, half
        )
    else:
        ways = 2 * comb(above - 1, half - 1) * comb(below - 1, half - 1)
    return ways / comb(above + below, above)


def _finite(values: ArrayLike) -> np.ndarray:
    x = np.asarray(values, float).reshape(-1)
    if x.size == 0:
        raise InputError("there are no values", allowed="One or more are needed")
    if not np.isfinite(x).all():
        raise InputError(
            f"value {int(np.flatnonzero(~np.isfinite(x))[0]) + 1} is not a number",
            do="Leave out what was not measured",
        )
    return x
