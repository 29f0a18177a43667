"""Effects of drugs, of the stimulus and of antagonists on neurites, within cultures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tricyclic.assays.neurites.cultures import arm_key, block_table
from tricyclic.core.culture_arms import CultureArm
from tricyclic.results.neurites import (
    SCALES,
    CultureValue,
    Measure,
    NeuriteAntagonism,
    NeuriteEffect,
    NeuriteFamily,
)
from tricyclic.stats.blocks import (
    BlockContrast,
    BlockError,
    block_contrast,
    compare_within_blocks,
)


@dataclass(frozen=True)
class EffectSettings:
    """How effects are tested.

    Parameters
    ----------
    stimulus : str
        The usual one.
    primary : {"percent", "odds", "longest", "total"}
        Measure of the primary result.
    primary_arm : CultureArm or None
        The one comparison of the primary result; None: all drug arms, adjusted together.
    error : {"own", "pooled"}
        As of `compare_within_blocks`.
    confidence : float
    """

    stimulus: str = "NGF"
    primary: Measure = "percent"
    primary_arm: CultureArm | None = None
    error: BlockError = "own"
    confidence: float = 0.95


def measured(values: Sequence[CultureValue]) -> tuple[Measure, ...]:
    """Measures that the values have."""
    lengths: list[Measure] = []
    if any(math.isfinite(value.longest) for value in values):
        lengths.append("longest")
    if any(math.isfinite(value.total) for value in values):
        lengths.append("total")
    return ("percent", "odds", *lengths)


def drug_arms(values: Sequence[CultureValue], vehicle: CultureArm) -> tuple[CultureArm, ...]:
    """Arms that differ from a vehicle by their drug alone."""
    arms = dict.fromkeys(value.arm for value in values)
    return tuple(arm for arm in arms if arm.drug and arm.vehicle == vehicle)


def effect_families(
    values: Sequence[CultureValue], settings: EffectSettings
) -> tuple[NeuriteFamily, ...]:
    """Drugs against the vehicle, with the stimulus for each measure, the primary one first; and
    without the stimulus for the percentage.
    """
    families: list[NeuriteFamily] = []
    vehicle = CultureArm(stimulus=settings.stimulus)
    ordered = sorted(measured(values), key=lambda measure: measure != settings.primary)
    for measure in ordered:
        question = f"drugs against the vehicle, with {settings.stimulus}"
        is_primary = measure == settings.primary
        if is_primary and settings.primary_arm is not None:
            one = _family(values, vehicle, measure, settings, question, (settings.primary_arm,))
            families += [_as_primary(one)] if one else []
            is_primary = False
        family = _family(values, vehicle, measure, settings, question)
        if family:
            families.append(_as_primary(family) if is_primary else family)
    alone = _family(
        values,
        CultureArm(),
        "percent",
        settings,
        f"drugs against the vehicle, without {settings.stimulus}",
    )
    return (*families, *([alone] if alone else []))


def _as_primary(family: NeuriteFamily) -> NeuriteFamily:
    return replace(family, primary=True)


def _family(
    values: Sequence[CultureValue],
    vehicle: CultureArm,
    measure: Measure,
    settings: EffectSettings,
    question: str,
    arms: tuple[CultureArm, ...] = (),
) -> NeuriteFamily | None:
    present = {value.arm for value in values}
    arms = arms or drug_arms(values, vehicle)
    if vehicle not in present or not arms:
        return None
    table = block_table(values, measure)
    compared = compare_within_blocks(
        table,
        arm_key(vehicle),
        [arm_key(arm) for arm in arms],
        error=settings.error,
        confidence=settings.confidence,
    )
    effects = tuple(
        as_effect(
            contrast,
            f"{_short(arm)} {_sign(measure)} {_short(vehicle)}",
            measure,
            values,
            (arm, vehicle),
        )
        for arm, contrast in zip(arms, compared.contrasts, strict=True)
    )
    return NeuriteFamily(
        question,
        measure,
        arms,
        effects,
        compared.test,
        compared.reason.replace("blocks", "cultures"),
        compared.adjustment,
    )


def stimulus_effects(
    values: Sequence[CultureValue], settings: EffectSettings
) -> tuple[NeuriteEffect, ...]:
    """The stimulus against its absence, in cells without drug, for each measure."""
    present = {value.arm for value in values}
    with_it, without = CultureArm(stimulus=settings.stimulus), CultureArm()
    if not {with_it, without} <= present:
        return ()
    return tuple(
        contrast_effect(
            values,
            {with_it: 1.0, without: -1.0},
            f"{settings.stimulus} {_sign(measure)} no {settings.stimulus}",
            measure,
            settings.confidence,
        )
        for measure in measured(values)
    )


def antagonist_effects(
    values: Sequence[CultureValue], settings: EffectSettings
) -> tuple[NeuriteAntagonism, ...]:
    """What each antagonist does to each drug arm that has its counterpart, for each measure."""
    arms = list(dict.fromkeys(value.arm for value in values))
    vehicle = CultureArm(stimulus=settings.stimulus)
    out = []
    for both in arms:
        if not (both.antagonist and both.drug and both.stimulus == settings.stimulus):
            continue
        drug = CultureArm(both.drug, both.concentration, both.unit, both.stimulus)
        blocked = both.vehicle
        if not {drug, blocked, vehicle} <= set(arms):
            continue
        for measure in measured(values):
            names = (drug.treatment, both.antagonist)
            signs = _sign(measure)

            def effect(
                weights: Mapping[CultureArm, float], name: str, measure: Measure = measure
            ) -> NeuriteEffect:
                return contrast_effect(values, weights, name, measure, settings.confidence)

            out.append(
                NeuriteAntagonism(
                    *names,
                    measure,
                    effect({drug: 1.0, vehicle: -1.0}, f"{names[0]} {signs} vehicle"),
                    effect(
                        {both: 1.0, blocked: -1.0},
                        f"{names[0]} {signs} vehicle, both with {names[1]}",
                    ),
                    effect(
                        {both: 1.0, blocked: -1.0, drug: -1.0, vehicle: 1.0},
                        f"change of the effect of {names[0]} by {names[1]}",
                    ),
                    effect({blocked: 1.0, vehicle: -1.0}, f"{names[1]} {signs} vehicle"),
                )
            )
    return tuple(out)


def contrast_effect(
    values: Sequence[CultureValue],
    weights: Mapping[CultureArm, float],
    name: str,
    measure: Measure,
    confidence: float,
) -> NeuriteEffect:
    """A contrast of arms over cultures as an effect.

    Parameters
    ----------
    values : sequence of CultureValue
    weights : mapping of CultureArm to float
    name : str
    measure : {"percent", "odds", "longest", "total"}
    confidence : float
    """
    table = block_table(values, measure)
    contrast = block_contrast(
        table, {arm_key(arm): weight for arm, weight in weights.items()}, confidence=confidence
    )
    return as_effect(contrast, name, measure, values, tuple(weights))


def as_effect(
    contrast: BlockContrast,
    name: str,
    measure: Measure,
    values: Sequence[CultureValue],
    arms: Sequence[CultureArm],
) -> NeuriteEffect:
    """A contrast on the scale on which it is reported."""
    estimate = contrast.estimate
    show = _identity if measure == "percent" else _exp
    undefined = "" if math.isfinite(estimate.value) else _why_undefined(values, measure, arms)
    return NeuriteEffect(
        name,
        measure,
        SCALES[measure],
        show(estimate.value),
        show(estimate.low),
        show(estimate.high),
        show(contrast.low_joint),
        show(contrast.high_joint),
        estimate.p,
        contrast.p_adjusted,
        estimate.df,
        contrast.n,
        contrast.lacking,
        tuple(show(float(one)) for one in contrast.of_blocks),
        undefined,
    )


def zeros_in_odds(values: Sequence[CultureValue], arms: Sequence[CultureArm]) -> int:
    """Cultures and arms of which no cell, or every cell, has a neurite."""
    return sum(value.positive in (0, value.cells) for value in values if value.arm in arms)


def _why_undefined(
    values: Sequence[CultureValue], measure: Measure, arms: Sequence[CultureArm]
) -> str:
    if measure in ("longest", "total"):
        lacking = [
            _short(arm)
            for arm in arms
            if not any(v.arm == arm and _length(v, measure) > 0 for v in values)
        ]
        if lacking:
            return f"no neurite to measure in {' and '.join(lacking)}"
    return "no culture has all arms"


def _length(value: CultureValue, measure: Measure) -> float:
    return value.longest if measure == "longest" else value.total


def _identity(value: float) -> float:
    return value


def _exp(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def _sign(measure: Measure) -> str:
    return "-" if measure == "percent" else "/"


def _short(arm: CultureArm) -> str:
    return " + ".join(filter(None, (arm.treatment, arm.antagonist)))
