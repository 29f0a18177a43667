"""From the standardised residuals of a fit to whether something systematic is left in them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, stdtr

Floats = NDArray[np.float64]

# A pattern of which the fit leaves less than this share free cannot be told from the curve itself.
FREE_SHARE = 0.05


class Effect(NamedTuple):
    """How much of a pattern is in the residuals: its size in the pattern's own measure, standard error, and two-sided p.

    `free` is the share of the pattern that the fitted parameters could not have taken up; size, error and p are nan where it
    is too small to judge.
    """

    size: float
    se: float
    p: float
    free: float


def added_effect(residuals: Floats, gradient: Floats, pattern: Floats) -> Effect:
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
    Added-variable regression: what of the pattern is orthogonal to the gradient is regressed on the residuals. t has n - p - 1
    degrees of freedom [Cook and Weisberg 1982, section 2.3.2]. Exact for a curve linear in its parameters.
    """
    n, p = gradient.shape
    basis = (
        np.linalg.qr(gradient / np.maximum(np.linalg.norm(gradient, axis=0), 1e-300))[0]
        if p
        else np.zeros((n, 0))
    )
    clear = pattern - basis @ (basis.T @ pattern)
    whole, left = float(pattern @ pattern), float(clear @ clear)
    free = left / whole if whole > 0 else 0.0
    df = n - p - 1
    if free < FREE_SHARE or df < 1:
        return Effect(math.nan, math.nan, math.nan, free)
    remaining = residuals - basis @ (basis.T @ residuals)
    size = float(clear @ remaining) / left
    rest = max(float(remaining @ remaining) - size * size * left, 1e-300)
    se = math.sqrt(rest / df / left)
    return Effect(size, se, float(2.0 * stdtr(df, -abs(size / se))), free)


def f_test_p(statistic: float, df_above: float, df_below: float) -> float:
    """Probability of an F as large or larger by chance."""
    if not statistic > 0:
        return 1.0
    return float(
        betainc(df_below / 2.0, df_above / 2.0, df_below / (df_below + df_above * statistic))
    )


def few_runs_p(signs: NDArray[np.bool_]) -> float:
    """Probability of as few or fewer runs of equal signs by chance, exact; 1 where all are equal.

    Notes
    -----
    Wald and Wolfowitz (1940): with a pluses and b minuses, 2k runs arise in 2 C(a-1, k-1) C(b-1, k-1) orders, 2k + 1 in
    C(a-1, k-1) C(b-1, k) + C(a-1, k) C(b-1, k-1), of C(a+b, a).
    """
    a, b = int(signs.sum()), int((~signs).sum())
    if a == 0 or b == 0:
        return 1.0
    runs = 1 + int((signs[1:] != signs[:-1]).sum())
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
