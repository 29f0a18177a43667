"""Estimates from the parameters of a fit: on the natural scale and with the unit of the report."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.radioactivity import dimension_of
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.estimate import Estimate, Fit, FittedParameter, Qualifier
from tricyclic.units import convert

NANOMOLAR = 1e9
# A parameter at the bound of the search that has no limit of its own: the bound is no value.
UNDETERMINED: tuple[Qualifier, float] = ("=", math.nan)


def from_log10(
    fit: Fit,
    parameter: str,
    name: str,
    unit: str,
    factor: float,
    *,
    subject: str = "",
    target: str = "",
    where: str = "",
) -> Estimate:
    """The estimate of a parameter that was fitted as a logarithm, on its natural scale.

    Parameters
    ----------
    fit : Fit
    parameter : str
        Its name in the fit ("log10_ki").
    name, unit : str
        Name and unit of the estimate ("Ki", "nM").
    factor : float
        Multiplies 10**parameter to give `unit`.

    Returns
    -------
    Estimate
        Where one limit is unbounded, or the parameter is at a bound, the value is the other limit,
        with the qualifier ">" or "<"; nan where a parameter at a bound has no other limit.
    """
    fitted = fit[parameter]
    qualifier, value = _qualified(fitted)
    return Estimate(
        name=name,
        value=natural(value) * factor,
        unit=unit,
        low=natural(fitted.low) * factor,
        high=natural(fitted.high) * factor,
        confidence=fit.confidence,
        qualifier=qualifier,
        log10_se=fitted.se,
        method=_method(fitted),
        subject=subject,
        target=target,
        where=where,
    )


def from_linear(
    fit: Fit,
    parameter: str,
    name: str,
    unit: str,
    factor: float = 1.0,
    *,
    subject: str = "",
    target: str = "",
    where: str = "",
) -> Estimate:
    """The estimate of a parameter that was fitted on its natural scale; at a bound, its limit."""
    fitted = fit[parameter]
    qualifier, value = _qualified(fitted) if fitted.at_bound else ("=", fitted.value)
    return Estimate(
        name=name,
        value=value * factor,
        qualifier=qualifier,
        unit=unit,
        low=fitted.low * factor,
        high=fitted.high * factor,
        confidence=fit.confidence,
        se=fitted.se * factor,
        method=_method(fitted),
        subject=subject,
        target=target,
        where=where,
    )


def magnitude(estimate: Estimate) -> Estimate:
    """An estimate without its sign: a Hill slope of a falling curve as it is printed."""
    if not estimate.value < 0:
        return estimate
    mirrored: dict[Qualifier, Qualifier] = {"=": "=", ">": "<", "<": ">"}
    return replace(
        estimate,
        value=-estimate.value,
        low=-estimate.high,
        high=-estimate.low,
        qualifier=mirrored[estimate.qualifier],
    )


def scaled(estimate: Estimate, factor: float, *, name: str, unit: str, method: str) -> Estimate:
    """The same estimate times a constant, under another name."""
    return replace(
        estimate,
        name=name,
        unit=unit,
        method=method,
        value=estimate.value * factor,
        low=estimate.low * factor,
        high=estimate.high * factor,
        se=estimate.se * factor,
    )


def within_doses(estimate: Estimate, doses: np.ndarray) -> Estimate:
    """The estimate, or a bound where half of the binding was not displaced within the doses.

    Parameters
    ----------
    estimate : Estimate
        An affinity.
    doses : array
        The tested doses, in the unit of the estimate and on its scale (for a Ki, over 1 + L / Kd);
        zeros are left out.
    """
    least, most = float(doses[doses > 0].min()), float(doses.max())
    # A bound beyond the doses too comes from the shape of a curve that no reading shows there.
    if estimate.qualifier in "=>" and estimate.value > most:
        value = min(most, estimate.low) if estimate.low > 0 else most
        return replace(
            estimate,
            value=value,
            low=value,
            high=math.inf,
            qualifier=">",
            method=f"{estimate.method}; half displaced beyond the highest dose",
        )
    if estimate.qualifier in "=<" and estimate.value < least:
        value = max(least, estimate.high) if math.isfinite(estimate.high) else least
        return replace(
            estimate,
            value=value,
            low=0.0,
            high=value,
            qualifier="<",
            method=f"{estimate.method}; half displaced below the lowest dose",
        )
    return estimate


def bmax_unit(conditions: BindingConditions) -> tuple[str, float]:
    """Unit of a density of sites, and its factor from molar sites in the well.

    fmol/mg where volume and protein are known, fmol per well with the volume alone, else pM.
    """
    if conditions.volume_uL is None:
        return "pM", 1e12
    fmol_per_molar = conditions.volume_uL * 1e-6 * 1e15
    if conditions.protein_ug is None:
        return "fmol", fmol_per_molar
    return "fmol/mg", fmol_per_molar / (conditions.protein_ug.value * 1e-3)


def density_unit(unit: str, conditions: BindingConditions) -> tuple[str, float]:
    """Unit of a density of sites that was fitted in the unit of the readings, and its factor: an
    amount per well is divided by the protein, where that is known.
    """
    if conditions.protein_ug is None or dimension_of(unit) != "amount":
        return unit, 1.0
    return "fmol/mg", convert(1.0, unit, "fmol") / (conditions.protein_ug.value * 1e-3)


def natural(exponent: float) -> float:
    """10 to the exponent; 0 and inf for unbounded limits, nan stays."""
    if math.isinf(exponent):
        return math.inf if exponent > 0 else 0.0
    return 10.0 ** min(max(exponent, -300.0), 300.0) if not math.isnan(exponent) else math.nan


def _qualified(fitted: FittedParameter) -> tuple[Qualifier, float]:
    """Qualifier and value of a parameter that the readings may limit from one side only."""
    low, high = fitted.low, fitted.high
    if fitted.at_bound == "high" or (high == math.inf and math.isfinite(low)):
        return (">", low) if math.isfinite(low) else UNDETERMINED
    if fitted.at_bound == "low" or (low == -math.inf and math.isfinite(high)):
        return ("<", high) if math.isfinite(high) else UNDETERMINED
    return "=", fitted.value


def _method(fitted: FittedParameter) -> str:
    has_limits = not (math.isnan(fitted.low) and math.isnan(fitted.high))
    return "profile likelihood" if has_limits else "fit"
