"""Neurites over the concentrations of a drug: trend, downturn, and the curve of the percentage."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tricyclic.assays.neurites.cultures import arm_key, block_table
from tricyclic.assays.neurites.effects import EffectSettings, as_effect, drug_arms, measured
from tricyclic.core.culture_arms import CultureArm
from tricyclic.numerics.binomial_curve import BinomialCurve, fit_binomial_curve
from tricyclic.results.neurites import CultureValue, Measure, NeuriteResponse
from tricyclic.stats.blocks import block_downturn, block_trend

# Concentrations that an EC50 needs; and the level of the test of the curve against none.
LEAST_CONCENTRATIONS = 5
CURVE_LEVEL = 0.05


def dose_responses(
    values: Sequence[CultureValue], settings: EffectSettings
) -> tuple[NeuriteResponse, ...]:
    """Trend, downturn and curve of each drug with two concentrations or more, for each measure."""
    vehicle = CultureArm(stimulus=settings.stimulus)
    arms = [arm for arm in drug_arms(values, vehicle) if math.isfinite(arm.concentration)]
    if vehicle not in {value.arm for value in values}:
        return ()
    out = []
    for drug, unit in dict.fromkeys((arm.drug, arm.unit) for arm in arms):
        own = sorted(
            (arm for arm in arms if (arm.drug, arm.unit) == (drug, unit)),
            key=lambda arm: arm.concentration,
        )
        if len(own) < 2:
            continue
        for measure in measured(values):
            if measure != "odds":
                out.append(_response(values, vehicle, own, measure, settings))
    return tuple(out)


def _response(
    values: Sequence[CultureValue],
    vehicle: CultureArm,
    arms: Sequence[CultureArm],
    measure: Measure,
    settings: EffectSettings,
) -> NeuriteResponse:
    table = block_table(values, measure)
    keys = [arm_key(arm) for arm in (vehicle, *arms)]
    trend = as_effect(
        block_trend(table, keys, confidence=settings.confidence),
        f"trend of {arms[0].drug}, per step",
        measure,
        values,
        (vehicle, *arms),
    )
    downturn = block_downturn(table, keys[1:], confidence=settings.confidence)
    names = {arm_key(arm): arm.treatment for arm in arms}
    curve, ec50, reason = None, (math.nan,) * 3, ""
    if measure == "percent":
        curve, reason = _curve(values, vehicle, arms, settings.confidence)
        if curve is not None and not reason:
            ec50, reason = _ec50(curve, arms, downturn.p)
    else:
        reason = "lengths have a trend, no curve"
    return NeuriteResponse(
        arms[0].drug,
        arms[0].unit,
        measure,
        tuple(arm.concentration for arm in arms),
        trend,
        downturn.p,
        names.get(downturn.arm, ""),
        curve,
        *ec50,
        reason,
    )


def _curve(
    values: Sequence[CultureValue],
    vehicle: CultureArm,
    arms: Sequence[CultureArm],
    confidence: float,
) -> tuple[BinomialCurve | None, str]:
    if len(arms) < LEAST_CONCENTRATIONS:
        return None, (f"{len(arms)} concentrations: an EC50 needs {LEAST_CONCENTRATIONS} or more")
    used = [value for value in values if value.arm in (vehicle, *arms)]
    if len({value.culture for value in used}) < 2:
        return None, "one culture"
    curve = fit_binomial_curve(
        [value.arm.concentration if value.arm.drug else 0.0 for value in used],
        [value.positive for value in used],
        [value.cells for value in used],
        [value.culture for value in used],
        confidence=confidence,
    )
    if curve.improvement_p > CURVE_LEVEL:
        return curve, "the curve is no better than one percentage in each culture"
    return curve, ""


def _ec50(
    curve: BinomialCurve, arms: Sequence[CultureArm], downturn_p: float
) -> tuple[tuple[float, float, float], str]:
    """EC50 with its limits where the concentrations bracket it, else nan and the reason."""
    lowest, highest = arms[0].concentration, arms[-1].concentration
    ec50 = 10.0**curve.log10_ec50
    if not lowest < ec50 < highest:
        side = "above the highest" if ec50 >= highest else "below the lowest"
        bound = highest if ec50 >= highest else lowest
        return (math.nan,) * 3, (
            f"half of the effect lies {side} concentration, {bound:g} {arms[0].unit}"
        )
    if not all(map(math.isfinite, curve.log10_ec50_profile)):
        return (math.nan,) * 3, "the counts do not bound the EC50 on both sides"
    if downturn_p < CURVE_LEVEL:
        return (math.nan,) * 3, "the effect falls at the highest concentrations"
    low, high = (
        float(np.power(10.0, one)) for one in (curve.log10_ec50_low, curve.log10_ec50_high)
    )
    return (ec50, low, high), ""
