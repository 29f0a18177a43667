"""Tests for systematic patterns in the standardised residuals of a fit."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, stdtr

Floats = NDArray[np.float64]

# A pattern of which less than this share is independent of the curve cannot be separated from it.
MIN_FREE_SHARE = 0.05


class PatternEffect(NamedTuple):
    """Size of a pattern in the residuals, in units of the pattern, with standard error and
    two-sided p.

    `free` is the share of the pattern that is independent of the fitted parameters; size, error and
    p are nan where it is too small.
    """

    size: float
    se: float
    p: float
    free: float


def added_effect(residuals: Floats, gradient: Floats, pattern: Floats) -> PatternEffect:
    """Size of one more term in a fitted curve, without fitting again.

    Parameters
    ----------
    residuals : array, shape (n,)
        (observed - expected) / sd at the optimum.
    gradient : array, shape (n, p)
        d expected / d parameter, over sd.
    pattern : array, shape (n,)
        d expected / d size of the new term, over sd.

    Notes
    -----
    Added-variable regression of the residuals on the part of the pattern that is orthogonal to the
    gradient. t has n - p - 1 degrees of freedom [Cook and Weisberg 1982, section 2.3.2]. Exact for
    a curve that is linear in its parameters.
    """
    n, p = gradient.shape
    basis = (
        np.linalg.qr(gradient / np.maximum(np.linalg.norm(gradient, axis=0), 1e-300))[0]
        if p
        else np.zeros((n, 0))
    )
    orthogonal = pattern - basis @ (basis.T @ pattern)
    total, left = float(pattern @ pattern), float(orthogonal @ orthogonal)
    free = left / total if total > 0 else 0.0
    df = n - p - 1
    if free < MIN_FREE_SHARE or df < 1:
        return PatternEffect(math.nan, math.nan, math.nan, free)
    remaining = residuals - basis @ (basis.T @ residuals)
    size = float(orthogonal @ remaining) / left
    rss = max(float(remaining @ remaining) - size * size * left, 1e-300)
    se = math.sqrt(rss / df / left)
    return PatternEffect(size, se, float(2.0 * stdtr(df, -abs(size / se))), free)


def f_test_p(statistic: float, df_above: float, df_below: float) -> float:
    """Probability of a larger F under the null hypothesis."""
    if not statistic > 0:
        return 1.0
    return float(
        betainc(df_below / 2.0, df_above / 2.0, df_below / (df_below + df_above * statistic))
    )


def few_runs_p(signs: NDArray[np.bool_]) -> float:
    """Exact probability of as few or fewer runs of equal signs by chance; 1 where all are equal.

    Notes
    -----
    Wald and Wolfowitz (1940): with a pluses and b minuses, 2k runs arise in 2 C(a-1, k-1) C(b-1,
    k-1) orders, 2k + 1 in C(a-1, k-1) C(b-1, k) + C(a-1, k) C(b-1, k-1), of C(a+b, a).
    """
    runs = 1 + int((signs[1:] != signs[:-1]).sum())
    return few_runs_probability(int(signs.sum()), int((~signs).sum()), runs)


def few_runs_probability(a: int, b: int, runs: int) -> float:
    """Exact probability of as few or fewer runs among a pluses and b minuses in random order; 1
    where all are equal. See `few_runs_p`.
    """
    if a == 0 or b == 0:
        return 1.0
    ways = 0
    for r in range(2, runs + 1):
        k = r // 2
        if r % 2 == 0:
            ways += 2 * math.comb(a - 1, k - 1) * math.comb(b - 1, k - 1)
        else:
            ways += math.comb(a - 1, k - 1) * math.comb(b - 1, k) + math.comb(a - 1, k) * math.comb(
                b - 1, k - 1
            )
    return ways / math.comb(a + b, a)


@lru_cache(maxsize=1024)
def few_runs_limits(n: int, level: float) -> NDArray[np.int64]:
    """Largest number of runs of which the probability is below `level`, by the number of pluses
    among n signs, shape (n + 1,); 0 where no number of runs is that improbable. See `few_runs_p`.
    """
    limits = np.zeros(n + 1, np.int64)
    ways_of = _pascal(n)
    for a in range(1, n // 2 + 1):
        of_a, of_b, total = ways_of[a - 1], ways_of[n - a - 1], ways_of[n][a]
        ways = runs = 0
        for r in range(2, n + 1):
            k = r // 2
            if r % 2 == 0:
                ways += 2 * of_a[k - 1] * of_b[k - 1]
            else:
                ways += of_a[k - 1] * of_b[k] + of_a[k] * of_b[k - 1]
            if not ways / total < level:
                break
            runs = r
        limits[a] = limits[n - a] = runs
    return limits


@lru_cache(maxsize=1)
def _pascal_rows() -> list[list[int]]:
    return [[1, 0, 0]]


def _pascal(n: int) -> list[list[int]]:
    """Binomial coefficients of at most n, each row followed by two zeros."""
    rows = _pascal_rows()
    while len(rows) <= n:
        last = rows[-1]
        rows.append([1, *(last[k - 1] + last[k] for k in range(1, len(rows) + 1)), 0, 0])
    return rows
