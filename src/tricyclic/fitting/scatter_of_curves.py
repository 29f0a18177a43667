"""Do curves that are compared scatter alike?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import chdtrc

from tricyclic.core.check import Check
from tricyclic.core.estimate import Fit
from tricyclic.core.format import format_number, format_p
from tricyclic.core.weight_formula import weight_is_of_curve
from tricyclic.errors import InputError
from tricyclic.fitting.fitted_curve import FitSettings
from tricyclic.fitting.problem import FitPart
from tricyclic.fitting.replicates import known_scatter, without_scatter
from tricyclic.fitting.variance_model import LIKELIHOODS

# Level of the test of equal scatter.
LEVEL = 0.01
# Degrees of freedom that a curve needs for a standard deviation of its own.
LEAST_DF = 2.0
# Variance models that set the standard deviation of each reading themselves.
NO_SCATTER = (*LIKELIHOODS, "counting")


def estimates_weights(settings: FitSettings) -> bool:
    """Whether the relative weights of readings are estimated, and not stated by the model."""
    return settings.own_scatter or (
        settings.variance == "power" and not weight_is_of_curve(settings.weights)
    )


def check_own_scatter(settings: FitSettings) -> None:
    """Refuse a standard deviation of each curve where the distribution sets it.

    Raises
    ------
    InputError
        If the variance model is that of counts or shares.
    """
    if settings.own_scatter and settings.variance in NO_SCATTER:
        raise InputError(
            f"the variance model '{settings.variance}' has no standard deviation of a curve",
            where="own_scatter",
            do="Omit --own-scatter, or choose another variance model",
        )


def scatter_checks(
    full: Fit, parts: Sequence[FitPart], names: Sequence[str], settings: FitSettings
) -> tuple[Check, ...]:
    """Whether the curves of a comparison have one standard deviation, as F assumes.

    Parameters
    ----------
    full : Fit
        The curves, each with its own parameters.
    parts : sequence of FitPart
        What was fitted, one for each curve.
    names : sequence of str
        Of the curves.
    settings : FitSettings

    Returns
    -------
    tuple of Check
        Empty where the standard deviations are known, or estimated for each curve, and where the
        readings lie on their curves.

    Notes
    -----
    Bartlett 1937, doi:10.1098/rspa.1937.0109, of the residuals in units of the standard deviation
    of the variance model; each curve loses its own parameters, and its part of shared ones.
    """
    if settings.own_scatter or settings.variance in NO_SCATTER or without_scatter(full):
        return ()
    sd = np.split(known_scatter(full), np.cumsum([part.series.n for part in full.parts])[:-1])
    free = {parameter.name for parameter in full.free}
    used = [free & {part.name_of(p.name) for p in part.model.parameters} for part in parts]
    curves = {name: sum(name in one for one in used) for name in free}
    sums, df, kept = [], [], []
    for name, part, own, unit in zip(names, full.parts, used, sd, strict=True):
        left = part.series.n - sum(1.0 / curves[one] for one in own)
        if left < LEAST_DF:
            continue
        sums.append(float(np.sum(((part.series.y - part.expected) / unit) ** 2)))
        df.append(left)
        kept.append(name)
    if len(kept) < 2:
        return ()
    variances = np.array(sums) / np.array(df)
    p = bartlett(variances, np.array(df))
    low, high = int(np.argmin(variances)), int(np.argmax(variances))
    ratio = math.sqrt(variances[high] / max(variances[low], 1e-300))
    differs = p < LEVEL
    return (
        Check(
            "unequal_scatter",
            "warn" if differs else "pass",
            f"the readings of {kept[high]} scatter {format_number(ratio, 2)} times as much as "
            f"those of {kept[low]} (Bartlett, {format_p(p)})"
            if differs
            else f"the curves scatter alike (Bartlett, {format_p(p)})",
            value=p,
            limit=LEVEL,
            advice="The F tests assume one standard deviation of all curves: add --own-scatter, or "
            "choose a variance model that explains the difference"
            if differs
            else "",
        ),
    )


def bartlett(variances: np.ndarray, df: np.ndarray) -> float:
    """P of equal variances of normal readings, from their estimates with degrees of freedom.

    Parameters
    ----------
    variances, df : array, shape (k,)
    """
    if (variances <= 0).any():
        return 1.0 if (variances <= 0).all() else 0.0
    total = float(df.sum())
    pooled = float(df @ variances) / total
    groups = variances.size
    statistic = total * math.log(pooled) - float(df @ np.log(variances))
    correction = 1.0 + (float(np.sum(1.0 / df)) - 1.0 / total) / (3.0 * (groups - 1))
    return float(chdtrc(groups - 1.0, max(statistic, 0.0) / correction))
