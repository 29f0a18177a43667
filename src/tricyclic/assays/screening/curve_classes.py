"""Classes of screening curves, each with a readable rule, and the IC50 that belongs to each.

An IC50 outside the tested concentrations is a bound ("> 10 uM"), never a number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.estimate import Estimate, Qualifier
from tricyclic.core.format import format_number

Floats = np.ndarray

# Share of the span by which the outermost concentration may miss its plateau.
MAX_MISSING_SHARE = 0.2
# Percent of the control window.
FULL_EFFECT, HALF_EFFECT = 80.0, 50.0
# Hill slopes.
STEEP, SHALLOW = 3.0, 0.4
FLAT, INVERTED, NOT_FITTED = "flat", "inverted", "not fitted"
NOT_MONOTONE, NOT_DISTINGUISHED = "not monotone", "not distinguishable from flat"
# A least effect of 0 allows no curve to be called flat; percent of the control window.
LEAST_VISIBLE = 20.0
THROUGHOUT = "effect at every concentration"
ABOVE_RANGE, BELOW_RANGE = "IC50 above range", "IC50 below range"
IS_STEEP, IS_SHALLOW = "steep", "shallow"
NEITHER, NO_UPPER, NO_LOWER = "neither plateau", "upper plateau missing", "lower plateau missing"
PARTIAL, FULL = "partial effect, both plateaus", "full curve, both plateaus"
# Fit statuses without a curve.
UNFITTED_STATUS = {"too few points", "no finite readings", "infinite readings", "not converged"}
CONSTANT_STATUS = "constant readings"

_MISSING = f"{100 * MAX_MISSING_SHARE:g} % of the span"
# Class -> its rule, in the order in which they are tried; the first that applies is the class.
CLASSES: dict[str, str] = {
    NOT_FITTED: "the readings do not allow a fit; the status states why",
    NOT_MONOTONE: (
        "the effect rises and falls, both significantly, by the least effect of a hit or more: "
        "toxicity, solubility or interference at high concentrations; a sigmoid does not describe "
        "it, so there is no IC50"
    ),
    THROUGHOUT: (
        f"flat, but at {HALF_EFFECT:g} % of the control window or more: more potent than the "
        "lowest concentration, or interference; called because of its size, not of F"
    ),
    NOT_DISTINGUISHED: (
        "F against a flat line is no discovery, but the readings reach the least effect of a hit "
        f"({LEAST_VISIBLE:g} to {HALF_EFFECT:g} %): too few or too scattered to decide; no IC50"
    ),
    FLAT: (
        "F against a flat line is no discovery at the false discovery rate, or the fitted span is "
        "below the least effect of a hit"
    ),
    INVERTED: "the effect decreases with the concentration",
    ABOVE_RANGE: (
        "the IC50 lies above the highest concentration, or its upper confidence limit is unbounded"
    ),
    BELOW_RANGE: (
        "the IC50 lies below the lowest concentration, or its lower confidence limit is unbounded"
    ),
    IS_STEEP: (
        f"the slope is above {STEEP:g}: aggregation, interference, or too few concentrations on "
        "the slope"
    ),
    NEITHER: f"more than {_MISSING} is missing at both ends",
    NO_UPPER: f"at the highest concentration more than {_MISSING} is missing to the plateau",
    NO_LOWER: f"at the lowest concentration more than {_MISSING} is missing to the plateau",
    IS_SHALLOW: f"the slope is below {SHALLOW:g}: several sites, or wells not at equilibrium",
    PARTIAL: f"the fitted effect ends below {FULL_EFFECT:g} % of the control window",
    FULL: "all other curves",
}


@dataclass(frozen=True)
class FittedCurve:
    """A fitted curve of effects between its lowest and highest concentration [log10 M].

    Effects are those of the plateaus at low and at high concentration [% of the control window],
    `residual_sd` the standard deviation of a reading in the same unit.
    """

    status: str
    log10_ic50: float
    log10_ic50_low: float
    log10_ic50_high: float
    log10_ic50_se: float
    hill: float
    effect_low: float
    effect_high: float
    residual_sd: float
    lowest: float
    highest: float

    @property
    def slope(self) -> float:
        """Absolute Hill slope."""
        return abs(self.hill)

    def share(self, log10_molar: Floats) -> Floats:
        """Share of the way from the low to the high plateau at each concentration."""
        with np.errstate(over="ignore"):
            return np.asarray(1.0 / (1.0 + 10.0 ** (-self.slope * (log10_molar - self.log10_ic50))))


def curve_class(
    curve: FittedCurve,
    *,
    discovered: bool,
    median_effect: float,
    min_effect_percent: float,
    largest_effect: float = math.nan,
    turns: bool = False,
) -> str:
    """Name of the class of a curve; its rule is in `CLASSES`.

    Parameters
    ----------
    curve : FittedCurve
    discovered : bool
        Whether F against a flat line is a discovery.
    median_effect : float
        Median over the concentrations of the mean effects [%].
    min_effect_percent : float
        Least effect of a hit [%].
    largest_effect : float
        Largest mean effect of a concentration [%].
    turns : bool
        Whether it rises and falls significantly, by the least effect of a hit or more.
    """
    if curve.status in UNFITTED_STATUS:
        return NOT_FITTED
    if turns:
        return NOT_MONOTONE
    first, last = (float(v) for v in curve.share(np.array([curve.lowest, curve.highest])))
    span = curve.effect_high - curve.effect_low
    # What the tested concentrations show of the span, not what lies beyond them.
    shown = abs(span * (last - first))
    if curve.status == CONSTANT_STATUS or not discovered or not shown >= min_effect_percent:
        # F does not distinguish an effect at every concentration from none; its size does.
        is_active = median_effect >= max(HALF_EFFECT, min_effect_percent)
        if is_active:
            return THROUGHOUT
        visible = min(max(min_effect_percent, LEAST_VISIBLE), HALF_EFFECT)
        is_visible = shown >= visible or largest_effect >= visible
        return NOT_DISTINGUISHED if is_visible and not discovered else FLAT
    if span < 0:
        return INVERTED
    if curve.log10_ic50 > curve.highest or math.isinf(curve.log10_ic50_high):
        return ABOVE_RANGE
    if curve.log10_ic50 < curve.lowest or math.isinf(curve.log10_ic50_low):
        return BELOW_RANGE
    return _shape_class(curve, missing_low=first, missing_high=1.0 - last)


def curve_ic50(
    curve: FittedCurve,
    kind: str,
    confidence: float,
    *,
    subject: str = "",
    where: str = "",
    largest_effect: float = math.nan,
) -> Estimate:
    """IC50 in nM of a curve of a class; a bound where it lies outside the tested concentrations.

    Parameters
    ----------
    curve : FittedCurve
    kind : str
        Its class.
    confidence : float
        Confidence level of the limits of the fit.
    subject, where : str
        Compound and plate.
    largest_effect : float
        Largest mean effect of a concentration [%]. From half of the control window on, the highest
        concentration is no lower limit of the IC50.
    """
    fitted = Estimate(
        "IC50",
        math.nan,
        "nM",
        confidence=confidence,
        subject=subject,
        where=where,
        method="4PL, profile likelihood",
    )
    if kind in (NOT_FITTED, NOT_MONOTONE, NOT_DISTINGUISHED):
        return fitted
    qualifier = _qualifier(curve, kind)
    if qualifier == ">" and largest_effect >= HALF_EFFECT:
        return _limit_at_half(curve, kind, fitted)
    if qualifier != "=":
        bound = _nanomolar(curve.highest if qualifier == ">" else curve.lowest)
        return replace(
            fitted,
            value=bound,
            qualifier=qualifier,
            low=bound if qualifier == ">" else 0.0,
            high=math.inf if qualifier == ">" else bound,
            method="outside the tested concentrations",
        )
    return replace(
        fitted,
        value=_nanomolar(curve.log10_ic50),
        low=_nanomolar(curve.log10_ic50_low),
        high=_nanomolar(curve.log10_ic50_high),
        log10_se=curve.log10_ic50_se,
    )


def _limit_at_half(curve: FittedCurve, kind: str, fitted: Estimate) -> Estimate:
    """Lower limit of an IC50 beyond the tested range of a curve that crosses half of the window:
    where it crosses; none where the fitted curve does not.
    """
    span = curve.effect_high - curve.effect_low
    share = (HALF_EFFECT - curve.effect_low) / span if span > 0 else math.nan
    if kind == FLAT or not 0 < share < 1:
        return fitted
    crossing = curve.log10_ic50 + math.log10(share / (1.0 - share)) / curve.slope
    bound = _nanomolar(min(crossing, curve.highest))
    return replace(
        fitted,
        value=bound,
        qualifier=">",
        low=bound,
        high=math.inf,
        method="where half of the control window is crossed; the upper plateau is not reached",
    )


def describe_curve(curve: FittedCurve, kind: str, ic50: Estimate) -> str:
    """Class and remarks of a curve in one phrase."""
    if kind == NOT_FITTED:
        return f"{kind}: {curve.status}"
    if kind == NOT_MONOTONE:
        return f"{kind}: rises and falls"
    if kind == NOT_DISTINGUISHED:
        return kind
    if kind == ABOVE_RANGE and ic50.qualifier == ">" and ic50.value < _nanomolar(curve.highest):
        crossing = _concentration(math.log10(ic50.value) - 9.0)
        return f"crosses {HALF_EFFECT:g} % at {crossing}, upper plateau not reached"
    if kind == ABOVE_RANGE:
        end = _concentration(curve.highest)
        return f"IC50 above {end}" if ic50.qualifier != "=" else "upper CI of IC50 unbounded"
    if kind == BELOW_RANGE:
        end = _concentration(curve.lowest)
        return f"IC50 below {end}" if ic50.qualifier != "=" else "lower CI of IC50 unbounded"
    slope = f"slope {format_number(curve.slope, 2)}"
    if kind in (IS_STEEP, IS_SHALLOW):
        return f"{kind}, {slope}"
    return f"{kind}; steep, {slope}" if curve.slope > STEEP and kind != FLAT else kind


def _shape_class(curve: FittedCurve, *, missing_low: float, missing_high: float) -> str:
    """Class of a curve whose IC50 and its limits are known."""
    if curve.slope > STEEP:
        return IS_STEEP
    no_lower, no_upper = missing_low > MAX_MISSING_SHARE, missing_high > MAX_MISSING_SHARE
    if no_lower and no_upper:
        return NEITHER
    if no_upper:
        return NO_UPPER
    if no_lower:
        return NO_LOWER
    if curve.slope < SHALLOW:
        return IS_SHALLOW
    return PARTIAL if curve.effect_high < FULL_EFFECT else FULL


def _qualifier(curve: FittedCurve, kind: str) -> Qualifier:
    if kind == THROUGHOUT:
        return "<"
    if kind == FLAT or curve.log10_ic50 > curve.highest:
        return ">"
    return "<" if curve.log10_ic50 < curve.lowest else "="


def _nanomolar(log10_molar: float) -> float:
    exponent = log10_molar + 9.0
    if math.isnan(exponent):
        return math.nan
    if exponent > 300:
        return math.inf
    return 0.0 if exponent < -300 else float(10.0**exponent)


def _concentration(log10_molar: float) -> str:
    """A concentration in the unit that suits its size."""
    value = 10.0**log10_molar
    for unit, factor in (("mM", 1e3), ("uM", 1e6), ("nM", 1e9)):
        # The tolerance writes 999.96 nM as 1.00 uM.
        if value * factor >= 0.9995:
            return f"{format_number(value * factor)} {unit}"
    return f"{format_number(value * 1e12)} pM"
