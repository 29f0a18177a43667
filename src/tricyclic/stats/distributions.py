"""From even random numbers to normal ones that stay within limits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]


def truncated_normal(even: Floats, low: float = -np.inf, high: float = np.inf) -> Floats:
    """Turn even numbers into a standard normal cut at `low` and `high`, by its inverse distribution.

    Parameters
    ----------
    even : array of any shape
        Between 0 and 1.
    low, high : float
        Limits in standard deviations; low is below high.

    Returns
    -------
    array of that shape
        Rising with `even`, never outside the limits.
    """
    if low > 0:
        # The upper tail keeps its digits only when seen from below.
        return -truncated_normal(1.0 - np.asarray(even), -high, -low)
    below, upto = ndtr(low), ndtr(high)
    return np.asarray(np.clip(ndtri(below + np.asarray(even) * (upto - below)), low, high))
