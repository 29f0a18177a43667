"""Scatter of a release study, and the cultures and wells that a planned one needs."""

from __future__ import annotations

import math

import numpy as np

from tricyclic.assays.release.effects import ArmMeans
from tricyclic.results.release import ReleaseScatter
from tricyclic.stats.distributions import noncentral_t_lower_tail
from tricyclic.stats.statistics import t_quantile

MOST_CULTURES = 200


def scatter_of(data: ArmMeans) -> ReleaseScatter | None:
    """Scatter between wells and of the effects between cultures, on natural logarithms.

    Returns
    -------
    ReleaseScatter or None
        None with fewer than two cultures, no replicate wells, or a net release of 0 or below.
    """
    by_cell = {(m.culture, m.arm): m for m in data.means}
    relative, weights, sizes = [], [], []
    for mean in data.means:
        if mean.arm.stimulus != data.stimulus or not mean.n:
            continue
        if not mean.net > 0:
            return None
        sizes.append(mean.n)
        if mean.n > 1:
            relative.append((mean.net_sd / mean.net) ** 2)
            weights.append(mean.n - 1)
    variances, used = [], 0
    for arm in data.drugs:
        logs = [
            math.log(by_cell[c, arm].net / by_cell[c, data.vehicle].net)
            for c in data.cultures
            if (c, arm) in by_cell
            and (c, data.vehicle) in by_cell
            and by_cell[c, arm].n
            and by_cell[c, data.vehicle].n
        ]
        if len(logs) > 1:
            variances.append(float(np.var(logs, ddof=1)))
            used = max(used, len(logs))
    if not variances or not relative:
        return None
    well = math.sqrt(float(np.average(relative, weights=weights)))
    wells = len(sizes) / sum(1.0 / n for n in sizes)
    total = float(np.mean(variances))
    effect = math.sqrt(max(total - 2.0 * well**2 / wells, 0.0))
    return ReleaseScatter(well, effect, math.sqrt(total), wells, used)


def log_ratio_sd(scatter: ReleaseScatter, wells: int) -> float:
    """Standard deviation between cultures of the logarithm of an effect with so many wells."""
    return math.sqrt(scatter.effect_sd**2 + 2.0 * scatter.well_sd**2 / wells)


def power_of(ratio: float, sd: float, cultures: int, *, alpha: float = 0.05) -> float:
    """Power of the paired t test over cultures to show a ratio, two-sided.

    Parameters
    ----------
    ratio : float
        Of net release, above 0.
    sd : float
        Of its logarithm between cultures.
    cultures : int
        Two or more.
    """
    df = cultures - 1.0
    shift = abs(math.log(ratio)) * math.sqrt(cultures) / sd
    critical = t_quantile(df, 1.0 - alpha)
    lower = noncentral_t_lower_tail(df, shift, -critical)
    return 1.0 - noncentral_t_lower_tail(df, shift, critical) + (lower if lower > 0 else 0.0)


def needed_cultures(ratio: float, sd: float, power: float, *, alpha: float = 0.05) -> int | None:
    """Smallest number of cultures with the wanted power; None above 200."""
    for n in range(2, MOST_CULTURES + 1):
        if power_of(ratio, sd, n, alpha=alpha) >= power:
            return n
    return None
