"""Estimates with their intervals, and the result of fitting a curve."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.format import (
    align_columns,
    decimals_for_error,
    format_confidence_interval,
    format_number,
    format_quantity,
)
from tricyclic.core.series import Series
from tricyclic.units import is_concentration, to_molar

Qualifier = Literal["=", ">", "<"]
TO_NANOMOLAR = 1e9
NOT_DETERMINED = "not determined"
# Statuses of curves that have no midpoint, whatever number the search ended at.
WITHOUT_MIDPOINT = ("flat", "not distinguishable from flat", "not monotone")
# Quantities whose negative logarithm has a name of its own (IUPHAR).
P_SCALES = {
    "Ki": "pKi",
    "Ki high": "pKi",
    "Ki low": "pKi",
    "Ki (Cheng-Prusoff)": "pKi",
    "Ki (koff / kon)": "pKi",
    "Kd": "pKd",
    "Kd high": "pKd",
    "Kd low": "pKd",
    "Kd (koff / kon)": "pKd",
    "KB": "pKB",
    "KB (Cheng-Prusoff)": "pKB",
    "IC50": "pIC50",
    "EC50": "pEC50",
}
# Parameters that are logarithms of concentrations, as the concentrations are written.
NAMES_OF_CONCENTRATIONS = {"ec50": "EC50", "ic50": "IC50", "ki": "Ki", "kd": "Kd", "bmax": "Bmax"}


@dataclass(frozen=True)
class Estimate:
    """A number with its unit, its interval and its origin.

    Parameters
    ----------
    name : str
        What it is ("Ki", "Kd", "Bmax", "IC50", "Hill slope").
    value : float
        The estimate, in `unit`, on the natural scale (a Ki in nM, not its logarithm).
    unit : str
        Its unit.
    low, high : float
        Limits at `confidence`; 0 or -inf below, inf above where a limit is unbounded.
    confidence : float
        Confidence level of the interval.
    qualifier : {"=", ">", "<"}
        ">" where the data only show that it is larger.
    log10_se : float
        Standard error of log10(value); nan where it has none.
    se : float
        Standard error of the value itself, for quantities on the linear scale; nan where it has
        none.
    n_experiments : int
        Independent experiments (never wells); 0 where a publication does not state it.
    method : str
        How value and interval were computed ("profile likelihood", "t on 3 runs").
    subject, target : str
        Compound ("desipramine") and its target ("NET").
    where : str
        Run, plate or study that it comes from.
    sources : tuple of str
        Papers, for published numbers.
    """

    name: str
    value: float
    unit: str
    low: float = math.nan
    high: float = math.nan
    confidence: float = 0.95
    qualifier: Qualifier = "="
    log10_se: float = math.nan
    se: float = math.nan
    n_experiments: int = 1
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

    @property
    def p_limits(self) -> tuple[float, float]:
        """Limits of `p_value` (pKi), the lower one first; an open limit is -inf or inf."""
        if math.isnan(self.p_value) or math.isnan(self.low) or math.isnan(self.high):
            return math.nan, math.nan
        factor = to_molar(1.0, self.unit)
        upper = -math.log10(self.low * factor) if self.low > 0 else math.inf
        lower = -math.log10(self.high * factor) if math.isfinite(self.high) else -math.inf
        return lower, upper

    def __str__(self) -> str:
        return format_estimate(self)


@dataclass(frozen=True)
class FittedParameter:
    """One parameter of a fit, on the scale on which it was fitted.

    `se` is nan where it is not determined: at a bound, and where the readings do not change
    smoothly with the parameter, as with the midpoint of a step.
    `low` and `high` are the limits at the confidence level of the fit, nan where no interval was
    computed, -inf or inf where it does not close within the bounds of the parameter. `fixed`
    parameters were provided, not fitted. `determined` is False where `value` is no estimate: a
    bound of the search, a value that the readings do not depend on, or one that is open and was
    fitted with another parameter at a bound of the search.
    """

    name: str
    value: float
    unit: str
    description: str
    se: float = math.nan
    low: float = math.nan
    high: float = math.nan
    fixed: bool = False
    at_bound: Literal["", "low", "high"] = ""
    determined: bool = True

    @property
    def estimate(self) -> float:
        """The value; nan where it is not determined."""
        return self.value if self.determined else math.nan


@dataclass(frozen=True)
class FittedPart:
    """One series and its fitted curve.

    `expected` and `sd` (standard deviation of one reading by the variance model) have shape (n,);
    `names` maps the parameter names of the curve model to those of the fit; `cv` is the coefficient
    of variation from pipetting.
    """

    series: Series
    model: str
    names: Mapping[str, str]
    expected: np.ndarray
    sd: np.ndarray
    cv: float = math.nan

    @property
    def residuals(self) -> np.ndarray:
        """Standardised residuals (observed - expected) / sd, shape (n,); 0 where sd is 0, since the
        readings then lie on the curve.
        """
        difference = np.asarray(self.series.y - self.expected, float)
        out = np.zeros_like(difference)
        np.divide(difference, self.sd, out=out, where=self.sd != 0)
        return out


@dataclass(frozen=True, repr=False)
class Fit:
    """Fit of one or more series by one or more curve models.

    Parameters
    ----------
    ok : bool
        Whether the fit converged.
    message : str
        "fitted", or why not.
    parameters : tuple of FittedParameter
        Free and fixed ones.
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
        Variance model in words: "constant", "proportional", "power", "counting", "poisson",
        "binomial" and their quasi-likelihoods.
    confidence : float
        Of the intervals.
    optima : int
        Starting values that led to the best optimum, of `starts` that were tried.
    checks : tuple of Check
        Warnings of the fit itself (parameter at bound, few readings).
    status : str
        One word for the curve, the same as in files of many curves ("fitted", "flat", "upper CI
        unbounded", ...); empty where it was not derived, as in fits of several series.
    power : float
        Power of the expected reading that the standard deviation is proportional to, under the
        variance model "power"; else nan.
    deviance, dispersion : float
        Of Poisson and binomial readings: the deviance, and Pearson's sum of squares over its
        degrees of freedom, about 1 where the distribution explains the scatter; else nan.
    """

    ok: bool
    message: str
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
    status: str = ""
    power: float = math.nan
    deviance: float = math.nan
    dispersion: float = math.nan

    def __getitem__(self, name: str) -> FittedParameter:
        """A parameter by its name in the fit."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        known = ", ".join(parameter.name for parameter in self.parameters)
        raise KeyError(f"no parameter is called '{name}'; there are {known}")

    def __iter__(self) -> Iterator[str]:
        return (parameter.name for parameter in self.parameters)

    def __str__(self) -> str:
        checks = [
            f"  {check.level}   {check.message}" for check in self.checks if check.level != "pass"
        ]
        return "\n".join(
            [
                f"{self.n} readings   {self.status if self.ok and self.status else self.message}",
                *format_parameters(self),
                *checks,
            ]
        )

    __repr__ = __str__

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


def dose_name(name: str, letters: str) -> str:
    """The name of an effective dose with the letters of the user: LD50 for EC50, LC10 for EC10."""
    return re.sub(r"^[EI]C(?=[0-9])", letters, name) if letters else name


def format_parameters(fit: Fit, letters: str = "") -> list[str]:
    """One line per parameter of a fit: name, value with unit, confidence interval or "fixed".

    The logarithm of a concentration is followed by the concentration in nM, or in the unit of the
    doses, by its usual name or with other `letters` (LD). A curve that is flat or not monotone has
    none.
    """
    y_unit = fit.parts[0].series.y_unit if fit.parts else "unknown"
    rows = []
    for parameter in fit.parameters:
        unit = unit_of_parameter(parameter.unit, y_unit)
        value = format_number(parameter.value, 4)
        if math.isfinite(parameter.value):
            value = f"{value} {unit}".rstrip()
        is_dose = parameter.unit.startswith("log10 ")
        if is_dose and not parameter.fixed and fit.status in WITHOUT_MIDPOINT:
            rows.append((parameter.name, NOT_DETERMINED, ""))
            continue
        if not parameter.determined:
            rows.append(
                (parameter.name, NOT_DETERMINED, _interval_or_fixed(parameter, fit.confidence))
            )
            continue
        rows.append((parameter.name, value, _interval_or_fixed(parameter, fit.confidence)))
        if is_dose and math.isfinite(parameter.value):
            dose = natural_dose(parameter)
            value = format_quantity(dose.value, dose.unit)
            name = dose_name(dose.name, letters)
            rows.append((f"  {name}", value, _interval_or_fixed(dose, fit.confidence)))
        if parameter.name.startswith("log10_rate") and math.isfinite(parameter.value):
            half = _half_life(parameter)
            value = format_quantity(half.value, half.unit)
            rows.append((f"  {half.name}", value, _interval_or_fixed(half, fit.confidence)))
    return align_columns([*rows, *_scatter_rows(fit)]) if rows else []


def _scatter_rows(fit: Fit) -> list[tuple[str, str, str]]:
    """What the variance model of a fit has estimated."""
    if fit.variance == "power" and math.isfinite(fit.power):
        return [("scatter", f"SD ~ reading^{format_number(fit.power, 3)}", "")]
    if fit.variance.startswith("quasi") and math.isfinite(fit.dispersion):
        name = fit.variance.removeprefix("quasi").replace("poisson", "Poisson")
        return [("scatter", f"{format_number(fit.dispersion, 2)} x {name} variance", "")]
    return []


def _half_life(parameter: FittedParameter) -> FittedParameter:
    """ln 2 over the rate of which a parameter is the logarithm, in min; an open side stays open."""
    value, low, high = (
        math.log(2.0) * 10.0**-end for end in (parameter.value, parameter.high, parameter.low)
    )
    name = parameter.name.replace("log10_rate", "half_life")
    return replace(parameter, name=name, value=value, unit="min", low=low, high=high)


def _interval_or_fixed(parameter: FittedParameter, confidence: float) -> str:
    if parameter.fixed:
        return "fixed"
    return format_confidence_interval(parameter.low, parameter.high, confidence)


def natural_dose(parameter: FittedParameter) -> FittedParameter:
    """The dose of which a parameter is the logarithm, in nM or in its own unit ("g/ha").

    An open side stays open.
    """
    unit = parameter.unit.removeprefix("log10 ")
    factor = TO_NANOMOLAR if unit == "M" else 1.0
    value, low, high = (
        limit if math.isinf(limit) else factor * 10.0**limit
        for limit in (parameter.value, parameter.low, parameter.high)
    )
    name = parameter.name.removeprefix("log10_")
    name = NAMES_OF_CONCENTRATIONS.get(name, name)
    unit = "nM" if unit == "M" else unit
    return replace(parameter, name=name, value=value, unit=unit, low=low, high=high)


def unit_of_parameter(unit: str, y_unit: str) -> str:
    """The unit of a parameter with "y", the unit of the readings, written out if it is known."""
    if y_unit != "unknown":
        return re.sub(r"\by\b", y_unit, unit)
    return "" if unit == "y" else re.sub(r"\by\b", "reading", unit)


def format_interval(estimate: Estimate, digits: int = 3) -> str:
    """The limits as text: "0.71–0.97", "> 0.71", "< 4.2" or "unbounded"; empty without limits.

    Negative limits are written "-0.3 to 0.5", because a dash beside a minus sign is hard to read.
    """
    low, high = estimate.low, estimate.high
    if math.isnan(low) and math.isnan(high):
        return ""
    floor = low <= 0 or math.isinf(low) if _positive(estimate) else math.isinf(low)
    if floor and math.isinf(high):
        return "unbounded"
    if math.isinf(high):
        return f"> {format_number(low, digits)}"
    if floor:
        return f"< {format_number(high, digits)}"
    return format_range(low, high, digits)


def format_range(low: float, high: float, digits: int = 3) -> str:
    """Two limits as "0.71–0.97"; as "-0.3 to 0.5" where one is negative."""
    dash = " to " if low < 0 or high < 0 else "–"
    return f"{format_number(low, digits)}{dash}{format_number(high, digits)}"


def format_p_scale(estimate: Estimate) -> str:
    """The negative logarithm of a concentration in molar with its standard error and its limits:
    "9.08 ± 0.02 (9.03–9.13)".

    Two decimals, or as many as the second figure of the standard error needs; a bound is a bound on
    this scale too, in the other direction. Empty for other quantities.
    """
    if math.isnan(estimate.p_value) or not p_scale_name(estimate):
        return ""
    sign = {"=": "", ">": "< ", "<": "> "}[estimate.qualifier]
    decimals = decimals_for_error(estimate.log10_se, most=3)
    low, high = estimate.p_limits
    text = f"{sign}{estimate.p_value:.{decimals}f}"
    if not sign and math.isfinite(estimate.log10_se):
        text += f" ± {estimate.log10_se:.{decimals}f}"
    if sign or math.isnan(low) or (math.isinf(low) and math.isinf(high)):
        return text
    if math.isinf(low):
        return f"{text} (< {high:.{decimals}f})"
    if math.isinf(high):
        return f"{text} (> {low:.{decimals}f})"
    dash = "–" if low >= 0 else " to "
    return f"{text} ({low:.{decimals}f}{dash}{high:.{decimals}f})"


def p_scale_name(estimate: Estimate) -> str:
    """The name of the negative logarithm: pKi of a Ki, pKd, pIC50; empty for other quantities."""
    return P_SCALES.get(estimate.name.split(",")[0], "")


def format_estimate(estimate: Estimate) -> str:
    """An estimate on one line: what, value with unit, interval, n."""
    head = " ".join(
        part
        for part in (
            estimate.subject,
            "at" if estimate.subject and estimate.target else "",
            estimate.target,
        )
        if part
    )
    sign = "" if estimate.qualifier == "=" else f"{estimate.qualifier} "
    parts = [
        head,
        f"{estimate.name} {sign}{format_quantity(estimate.value, estimate.unit)}",
    ]
    limits = format_interval(estimate)
    if limits:
        parts.append(f"{estimate.confidence * 100:g} % CI {limits}")
    parts.append(f"n = {estimate.n_experiments}" if estimate.n_experiments else "n not stated")
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
