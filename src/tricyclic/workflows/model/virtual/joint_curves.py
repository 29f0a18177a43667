"""EC50 and maximum fold from one fit of all cultures, with the differences between cultures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.core.analysis_options import Variance
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.simulation.virtual.common import Floats
from tricyclic.stats.statistics import t_quantile

CONFIDENCE = 0.95
# Cultures are left out in at most so many groups, because each takes a fit of all others.
MAX_GROUPS = 12
# A wider interval is not determined [log10].
MAX_DECADES = 4.0


def joint_estimates(
    fits: Sequence[Fit], model: CurveModel, drug: str, variance: Variance
) -> tuple[Estimate | None, Estimate | None]:
    """EC50 and maximum fold of the typical culture.

    Parameters
    ----------
    fits : sequence of Fit
        One per culture.
    model : CurveModel
    drug : str
    variance : str
        Scatter of the wells of a culture.

    Returns
    -------
    Estimate or None, twice
        None with fewer than two cultures, or where all of them together do not determine it.

    Notes
    -----
    One EC50 (and slope) and two plateaus per culture; the fold is the geometric mean of those of
    the cultures. Standard errors are those of the grouped jackknife over cultures, with Student's t
    [Miller 1974, doi:10.1093/biomet/61.1.1].
    """
    n = len(fits)
    if n < 2:
        return None, None
    whole = _logs(fits, model, variance)
    if whole is None:
        return None, None
    groups = np.arange(n) % min(n, MAX_GROUPS)
    without = [
        _logs([one for one, g in zip(fits, groups, strict=True) if g != group], model, variance)
        for group in range(int(groups.max()) + 1)
    ]
    known = [one for one in without if one is not None]
    if len(known) < len(without):
        # Without one culture the others do not determine the curve.
        se = np.full(2, math.inf)
    else:
        values = np.array(known)
        size = len(values)
        se = np.sqrt((size - 1) / size * ((values - values.mean(axis=0)) ** 2).sum(axis=0))
    quantile = t_quantile(len(without) - 1.0, CONFIDENCE)
    names = (("EC50", "nM", 9.0), ("maximum fold", "", 0.0))
    ec50, fold = (
        _estimate(name, unit, float(whole[k]) + shift, float(se[k]), quantile, n, drug)
        for k, (name, unit, shift) in enumerate(names)
    )
    return ec50, fold


def _logs(fits: Sequence[Fit], model: CurveModel, variance: Variance) -> Floats | None:
    """log10 EC50 [M] and log10 of the mean fold of one fit; None where it is not determined."""
    parts = [
        FitPart(one.parts[0].series, model, {name: f"{name} {k}" for name in ("bottom", "top")})
        for k, one in enumerate(fits, start=1)
    ]
    together = fit(parts, intervals="none", variance=variance)
    if not together.ok or together["log10_ec50"].at_bound:
        return None
    rises = together["hill"].value > 0
    ratios = [
        together[f"top {k}"].value / together[f"bottom {k}"].value
        if together[f"bottom {k}"].value > 0 and together[f"top {k}"].value > 0
        else math.nan
        for k in range(1, len(fits) + 1)
    ]
    fold = float(np.mean(np.log10(ratios)))
    return np.array([together["log10_ec50"].value, fold if rises else -fold])


def _estimate(
    name: str, unit: str, log10: float, se: float, quantile: float, n: int, drug: str
) -> Estimate | None:
    decades = quantile * se
    if not math.isfinite(log10):
        return None
    if not decades < MAX_DECADES:
        low, high = 0.0, math.inf
    else:
        low, high = 10 ** (log10 - decades), 10 ** (log10 + decades)
    return Estimate(
        name,
        10**log10,
        unit,
        low,
        high,
        CONFIDENCE,
        log10_se=se,
        n_experiments=n,
        method=f"one fit of {n} cultures, jackknife over cultures",
        subject=drug,
    )
