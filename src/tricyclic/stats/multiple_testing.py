"""Multiple testing: p values adjusted for a family of tests, or at a false discovery rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

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


def adjust_by_holm(probabilities: Sequence[float]) -> list[float]:
    """P values of several tests, adjusted by Holm's step-down procedure.

    The k-th smallest of m times m - k + 1, never below one before it: the chance of any false
    positive is that of a single test. Missing ones stay missing and do not count.
    """
    known = sorted((p, k) for k, p in enumerate(probabilities) if not math.isnan(p))
    adjusted, largest = [math.nan] * len(probabilities), 0.0
    for rank, (p, k) in enumerate(known):
        largest = max(largest, min(1.0, p * (len(known) - rank)))
        adjusted[k] = largest
    return adjusted
