"""Residuals for soft limits: numbers that should be on one side of a limit, with normal error."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr

Floats = NDArray[np.float64]


def one_sided_residual(inside: ArrayLike) -> Floats:
    """Residual whose half square is -log of the probability that a limit with normal error is kept.

    Parameters
    ----------
    inside : array
        Distance of the number from the limit, in standard deviations; negative outside.

    Returns
    -------
    array
        Near 0 well inside, 1.18 at the limit, growing with the distance outside.
    """
    return np.asarray(np.sqrt(-2.0 * log_ndtr(np.asarray(inside, dtype=float))))


def truncated_normal_sd(low: float, high: float) -> float:
    """Standard deviation of a standard normal truncated at low and high."""

    def density(x: float) -> float:
        return math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)

    mass = 0.5 * (math.erf(high / math.sqrt(2)) - math.erf(low / math.sqrt(2)))
    first = (density(low) - density(high)) / mass
    second = 1.0 + (low * density(low) - high * density(high)) / mass
    return math.sqrt(second - first**2)
