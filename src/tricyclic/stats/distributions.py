"""Tails of distributions, and truncated normal random numbers by inversion."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtrc, chdtrc, nctdtr, ndtr, ndtri, stdtrit

Floats = NDArray[np.float64]


def truncated_normal(uniform: Floats, low: float = -np.inf, high: float = np.inf) -> Floats:
    """Standard normal numbers truncated at `low` and `high`, by the inverse distribution function.

    Parameters
    ----------
    uniform : array of any shape
        Uniform numbers between 0 and 1.
    low, high : float
        Limits in standard deviations; low is below high.

    Returns
    -------
    array of that shape
        Increasing with `uniform`, never outside the limits.
    """
    if low > 0:
        # Probabilities of the upper tail lose their digits near 1; those of the lower tail do not.
        return -truncated_normal(1.0 - np.asarray(uniform), -high, -low)
    below, upto = ndtr(low), ndtr(high)
    return np.asarray(np.clip(ndtri(below + np.asarray(uniform) * (upto - below)), low, high))


def more_than_probability(k: ArrayLike, n: ArrayLike, share: float) -> Floats:
    """Probability of more than k of n, each of probability `share` (binomial)."""
    return np.asarray(bdtrc(np.asarray(k, float), np.asarray(n, int), share), float)


def chi_squared_upper_tail(df: float, value: float) -> float:
    """Probability of a larger chi squared."""
    return float(chdtrc(df, value))


def t_upper_quantile(df: ArrayLike, p: float) -> Floats:
    """Value of Student's t that is exceeded with probability p."""
    return np.asarray(-stdtrit(np.asarray(df, float), p), float)


def noncentral_t_lower_tail(df: float, noncentrality: float, value: float) -> float:
    """Probability that a noncentral t is not above a value."""
    return float(nctdtr(df, noncentrality, value))
