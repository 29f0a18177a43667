"""Estimate, Fit: a number with its interval; how a curve came out, or why not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.format import figures
from tricyclic.core.series import Series
from tricyclic.units import is_concentration, to_molar

Relation = Literal["=", ">", "<"]


@dataclass(frozen=True)
class Estimate:
    """A number with its unit, its interval and where it comes from.

    Parameters
    ----------
    name : str
        What it is ("Ki", "Kd", "Bmax", "IC50", "Hill slope").
    value : float
        The estimate, in `unit`, on the natural scale (a Ki in nM, not its logarithm).
    unit : str
        Its unit.
    low, high : float
        Limits at `confidence`; 0 or -inf below, inf above where the interval does not close.
    confidence : float
        Coverage of the interval, 0.95 as a rule.
    relation : {"=", ">", "<"}
        ">" where the data only say that it is larger.
    log10_se : float
        Standard error of log10(value); nan where it has none.
    se : float
        Standard error of the value itself, for quantities on the linear scale; nan where it has none.
    n : int
        Independent experiments (never wells); 0 where a publication does not state it.
    method : str
        How value and interval were found ("profile likelihood", "t on 3 runs").
    subject, target : str
        Of what ("desipramine") at what ("NET").
    where : str
        Run, plate or study that it describes.
    sources : tuple of str
        Papers, for published numbers.
    """

    name: str
    value: float
    unit: str
    low: float = math.nan
    high: float = math.nan
    confidence: float = 0.95
    relation: Relation = "="
    log10_se: float = math.nan
    se: float = math.nan
    n: int = 1
    method: str = ""
    subject: str = ""
    target: str = ""
    where: str = ""
    sources: tuple[str, ...] = ()

    @property
    def p_value(self) -> float:
        """-log10 of the value in molar (pKi, pIC50) for a concentration; nan for other units."""
        return (
            -math.log10(to_molar(self.value, self.unit))
            if is_concentration(self.unit) and self.value > 0
            else math.nan
        )

    def __str__(self) -> str:
        return told(self)


@dataclass(frozen=True)
class FittedParameter:
    """One parameter of a fit, on the scale on which it was fitted.

    `low` and `high` are the limits at the fit's confidence, nan where no interval was asked for, -inf or
    inf where it does not close within the parameter's bounds. `fixed` parameters were given, not fitted.
    """

    name: str
    value: float
    unit: str
    says: str
    se: float = math.nan
    low: float = math.nan
    high: float = math.nan
    fixed: bool = False
    at_bound: Literal["", "low", "high"] = ""


@dataclass(frozen=True)
class FittedPart:
    """One series as a fit describes it.

    `expected`, `sd` (standard deviation of one reading, as the variance model has it), both shape (n,);
    `names` maps the curve's own parameter names to those of the fit; `cv` is the pipetting share.
    """

    series: Series
    model: str
    names: Mapping[str, str]
    expected: np.ndarray
    sd: np.ndarray
    cv: float = math.nan

    @property
    def residuals(self) -> np.ndarray:
        """Standardised residuals (observed - expected) / sd, shape (n,)."""
        return np.asarray((self.series.y - self.expected) / self.sd)


@dataclass(frozen=True)
class Fit:
    """How one or more series came out under one or more curves.

    Parameters
    ----------
    ok : bool
        Whether an optimum was found.
    says : str
        "fits", or why not, in words.
    parameters : tuple of FittedParameter
        Free and given ones.
    parts : tuple of FittedPart
        One per series.
    covariance : array, shape (free, free)
        Of the free parameters, in their order.
    rss : float
        Weighted residual sum of squares.
    df : int
        Readings less free parameters.
    log_likelihood : float
        At the optimum, under the variance model.
    aicc : float
        Corrected Akaike criterion.
    variance : str
        Variance model in words: "constant", "proportional", "counting", "poisson".
    confidence : float
        Of the intervals.
    optima : int
        Starts that ended within a hair of the best one, of `starts` tried.
    checks : tuple of Check
        Doubts the engine itself has (bound touched, few readings).
    """

    ok: bool
    says: str
    parameters: tuple[FittedParameter, ...]
    parts: tuple[FittedPart, ...]
    covariance: np.ndarray
    rss: float
    df: int
    log_likelihood: float
    aicc: float
    variance: str
    confidence: float = 0.95
    optima: int = 1
    starts: int = 1
    checks: tuple[Check, ...] = field(default=())

    def __getitem__(self, name: str) -> FittedParameter:
        """Find a parameter by its name in the fit."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(parameter.name == name for parameter in self.parameters)

    @property
    def free(self) -> tuple[FittedParameter, ...]:
        """The fitted parameters, in the order of the covariance."""
        return tuple(parameter for parameter in self.parameters if not parameter.fixed)

    @property
    def values(self) -> dict[str, float]:
        """All parameters by name."""
        return {parameter.name: parameter.value for parameter in self.parameters}

    @property
    def n(self) -> int:
        """Readings in the fit."""
        return sum(part.series.n for part in self.parts)


def interval(estimate: Estimate, digits: int = 3) -> str:
    """Write the limits of an estimate: "0.71 to 0.97", "> 0.71", "< 4.2", "open"; empty where there are none."""
    low, high = estimate.low, estimate.high
    if math.isnan(low) and math.isnan(high):
        return ""
    floor = low <= 0 or math.isinf(low) if _positive(estimate) else math.isinf(low)
    if floor and math.isinf(high):
        return "open"
    if math.isinf(high):
        return f"> {figures(low, digits)}"
    if floor:
        return f"< {figures(high, digits)}"
    return f"{figures(low, digits)} to {figures(high, digits)}"


def told(estimate: Estimate) -> str:
    """Write an estimate on one line."""
    head = " ".join(
        part
        for part in (
            estimate.subject,
            "at" if estimate.subject and estimate.target else "",
            estimate.target,
        )
        if part
    )
    sign = "" if estimate.relation == "=" else f"{estimate.relation} "
    parts = [head, f"{estimate.name} {sign}{figures(estimate.value)} {estimate.unit}".rstrip()]
    limits = interval(estimate)
    if limits:
        parts.append(f"{estimate.confidence * 100:g} %: {limits}")
    parts.append(f"n = {estimate.n}" if estimate.n else "n not stated")
    return "   ".join(part for part in parts if part)


def _positive(estimate: Estimate) -> bool:
    return not math.isnan(estimate.log10_se) or estimate.name in {
        "Ki",
        "Kd",
        "Bmax",
        "IC50",
        "EC50",
        "kon",
        "koff",
    }
