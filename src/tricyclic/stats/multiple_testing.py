"""Multiple testing: adjusted p values at a false discovery rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.errors import InputError


def benjamini_hochberg(p: ArrayLike) -> np.ndarray:
    """Smallest false discovery rate at which each p value is a discovery, shape (n,).

    Raises
    ------
    InputError
        If a p value is not a number from 0 to 1.

    References
    ----------
    Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    from scipy.stats import false_discovery_control

    values = np.asarray(p, float)
    if not ((values >= 0) & (values <= 1)).all():
        raise InputError("a p value is not a number from 0 to 1")
    return np.asarray(false_discovery_control(values, method="bh"))
