"""Parameters of a fit, told as the quantities a pharmacologist asks for."""

from __future__ import annotations

import math
from dataclasses import replace

from tricyclic.core.conditions import BindingConditions
from tricyclic.core.estimate import Estimate, Fit, FittedParameter, Relation

NANOMOLAR = 1e9


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
    """Tell a parameter that was fitted as a logarithm on its natural scale.

    Parameters
    ----------
    fit : Fit
    parameter : str
        Its name in the fit ("log10_ki").
    name, unit : str
        What it is told as ("Ki", "nM").
    factor : float
        Multiplies 10**parameter to give `unit`.

    Returns
    -------
    Estimate
        Where one limit is open, or the value ran onto its bound, the closed limit stands as the value, with ">" or "<".
    """
    found = fit[parameter]
    relation, value = _seen_from(found)
    return Estimate(
        name=name,
        value=natural(value) * factor,
        unit=unit,
        low=natural(found.low) * factor,
        high=natural(found.high) * factor,
        confidence=fit.confidence,
        relation=relation,
        log10_se=found.se,
        method=_method(found),
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
    """Tell a parameter that was fitted on its own scale."""
    found = fit[parameter]
    return Estimate(
        name=name,
        value=found.value * factor,
        unit=unit,
        low=found.low * factor,
        high=found.high * factor,
        confidence=fit.confidence,
        se=found.se * factor,
        method=_method(found),
        subject=subject,
        target=target,
        where=where,
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


def bmax_unit(conditions: BindingConditions) -> tuple[str, float]:
    """Unit in which a density of sites can be told, and its factor from molar sites in the well.

    fmol/mg where volume and protein are stated, fmol per well with the volume alone, else pM.
    """
    if conditions.volume_uL is None:
        return "pM", 1e12
    fmol_per_molar = conditions.volume_uL * 1e-6 * 1e15
    if conditions.protein_ug is None:
        return "fmol", fmol_per_molar
    return "fmol/mg", fmol_per_molar / (conditions.protein_ug.value * 1e-3)


def natural(exponent: float) -> float:
    """10 to the exponent; 0 and inf at the ends of an open interval, nan stays."""
    if math.isinf(exponent):
        return math.inf if exponent > 0 else 0.0
    return 10.0 ** min(max(exponent, -300.0), 300.0) if not math.isnan(exponent) else math.nan


def _seen_from(found: FittedParameter) -> tuple[Relation, float]:
    """Relation and value of a parameter that the readings may know from one side only."""
    above = found.at_bound == "high" or (found.high == math.inf and math.isfinite(found.low))
    below = found.at_bound == "low" or (found.low == -math.inf and math.isfinite(found.high))
    if above:
        return ">", found.low if math.isfinite(found.low) else found.value
    if below:
        return "<", found.high if math.isfinite(found.high) else found.value
    return "=", found.value


def _method(found: FittedParameter) -> str:
    return "profile likelihood" if not (math.isnan(found.low) and math.isnan(found.high)) else "fit"
