"""Power of the paired t test from the scatter of a difference between blocks."""

from __future__ import annotations

import math

from tricyclic.stats.distributions import noncentral_t_lower_tail
from tricyclic.stats.statistics import t_quantile

# Standard errors beyond the limit at which a test is sure to reject.
CERTAIN = 12.0
# Shift beyond which a significant result in the other direction has a probability below 1e-6.
ONE_SIDED = 5.0


def paired_power(difference: float, sd: float, blocks: int, *, level: float = 0.05) -> float:
    """Power of a two-sided paired t test, from 0 to 1.

    Parameters
    ----------
    difference : float
        Mean difference of two arms.
    sd : float
        Of the difference between blocks, above 0.
    blocks : int
        2 or more.
    level : float
    """
    df = blocks - 1.0
    limit = t_quantile(df, 1.0 - level)
    shift = abs(difference) / (sd / math.sqrt(blocks))
    if shift > limit + CERTAIN:
        return 1.0
    below = noncentral_t_lower_tail(df, shift, -limit) if shift < ONE_SIDED else 0.0
    return min(1.0, 1.0 - noncentral_t_lower_tail(df, shift, limit) + below)
