"""Truncated normal random numbers by inversion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

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
