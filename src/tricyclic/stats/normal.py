"""The normal distribution function, for curves; scipy.stats is slow to import."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def normal_cdf(z: ArrayLike) -> np.ndarray:
    """Share of a standard normal distribution below z, the shape of z."""
    from scipy.special import ndtr

    return np.asarray(ndtr(np.asarray(z, float)))
