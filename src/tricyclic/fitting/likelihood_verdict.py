"""Checks of Poisson and binomial fits: dispersion, and the likelihood ratio against a flat line."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.core.check import Check, Level
from tricyclic.core.estimate import Fit
from tricyclic.core.format import format_number, format_p
from tricyclic.fitting.deviance import deviance_residuals
from tricyclic.fitting.problem import FitPart

# Level of the test against a flat line, as for other curves.
FLAT_LEVEL = 0.05
DISPERSION_LEVEL = 0.01
INDISTINCT = "not distinguishable from flat"


def likelihood_checks(fit: Fit, parts: Sequence[FitPart]) -> list[Check]:
    """Checks of a fit of counts or shares.

    Parameters
    ----------
    fit : Fit
        With a deviance.
    parts : sequence of FitPart
        What was fitted.
    """
    where = parts[0].series.name
    checks = [_flat(fit, parts, where)]
    if fit.df > 0:
        checks.append(_dispersion(fit, where))
    return [check for check in checks if check is not None]


def _flat(fit: Fit, parts: Sequence[FitPart], where: str) -> Check | None:
    """Whether the deviance of one level per series is hardly above that of the curve."""
    from scipy.special import chdtrc, fdtrc

    more = len(fit.free) - len(parts)
    if more < 1:
        return None
    binomial = fit.variance.endswith("binomial")
    level = 0.0
    for part in parts:
        series = part.series
        trials = series.trials if binomial else None
        mean = float(np.average(series.y, weights=trials))
        residuals = deviance_residuals(series.y, np.full(series.n, mean), trials)
        level += float(residuals @ residuals)
    gain = max(level - fit.deviance, 0.0)
    if fit.variance.startswith("quasi"):
        f = gain / more / max(fit.dispersion, 1.0)
        p = float(fdtrc(more, fit.df, f))
        text = f"F({more}, {fit.df}) = {format_number(f, 2)}, {format_p(p)}"
    else:
        p = float(chdtrc(more, gain))
        text = f"chi-squared({more}) = {format_number(gain, 2)}, {format_p(p)}"
    if p < FLAT_LEVEL:
        return None
    return Check(
        "flat",
        "fail",
        f"not distinguishable from a flat line (likelihood ratio {text})",
        where=where,
        value=gain,
        advice="Add doses or subjects; this is no evidence that there is no effect",
        source="likelihood ratio at 5 %",
    )


def _dispersion(fit: Fit, where: str) -> Check:
    """Pearson's sum of squares against chi-squared: Finney's test of heterogeneity."""
    from scipy.special import chdtrc

    family = "binomial" if fit.variance.endswith("binomial") else "Poisson"
    pearson = fit.dispersion * fit.df
    p = float(chdtrc(fit.df, pearson))
    quasi = fit.variance.startswith("quasi")
    above = p < DISPERSION_LEVEL
    used = "; the limits contain it" if quasi and fit.dispersion > 1 else ""
    level: Level = "warn" if above and not quasi else "pass"
    return Check(
        "overdispersion",
        level,
        f"the readings scatter by {format_number(fit.dispersion, 2)} times the {family} variance "
        f"(chi-squared({fit.df}) = {format_number(pearson, 2)}, {format_p(p)}){used}",
        where=where,
        value=fit.dispersion,
        limit=1.0,
        unit=f"x {family} variance",
        advice=""
        if level == "pass"
        else f"Use the variance model quasi{family.lower()}, and look for a wrong curve or for "
        "subjects that were not independent",
        source="Pearson's chi-squared at 1 %",
    )


def status_of_counts(fit: Fit, checks: Sequence[Check], status: str) -> str:
    """The status of a fit, or that it cannot be distinguished from a flat line."""
    is_flat = any(check.name == "flat" for check in checks)
    return INDISTINCT if is_flat and math.isfinite(fit.deviance) else status


def counts_dispersion(fit: Fit) -> list[Check]:
    """Scatter of counts about the curve over the counting error, where that is the variance."""
    if fit.variance != "poisson" or not fit.parts:
        return []
    from scipy.special import chdtr, chdtrc

    # `sd` contains the scale, which is at least 1; counting alone is the variance without it.
    chi2 = fit.rss
    ratio, over, under = chi2 / fit.df, float(chdtrc(fit.df, chi2)), float(chdtr(fit.df, chi2))
    low = under < DISPERSION_LEVEL
    p = under if low else over
    level: Level = "warn" if p < DISPERSION_LEVEL else "pass"
    too_even = "They are no counts: check unit and counting time"
    too_wide = "Pipetting adds to the counting error: use the variance model counting"
    return [
        Check(
            "counts_dispersion",
            level,
            f"the readings scatter by {format_number(ratio, 2)} times the counting variance "
            f"({format_p(p)})",
            where=fit.parts[0].series.name,
            value=ratio,
            limit=1.0,
            unit="x counting variance",
            advice="" if level == "pass" else too_even if low else too_wide,
            source="chi-squared of Poisson counts",
        )
    ]
