"""Effects on basal and net release, over cultures: wells are averaged first, and n is the number of
cultures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.culture_arms import CultureArm, arm_order
from tricyclic.core.format import list_names
from tricyclic.results.release import (
    AntagonistEffect,
    CultureMean,
    EffectFamily,
    EffectScale,
    ReleaseEffect,
)
from tricyclic.stats.blocks import (
    BlockContrast,
    BlockError,
    BlockTable,
    block_contrast,
    compare_within_blocks,
)

Quantity = Callable[[CultureMean], float]


def net(mean: CultureMean) -> float:
    """Net release of an arm of a culture."""
    return mean.net


def basal(mean: CultureMean) -> float:
    """Basal release of an arm of a culture."""
    return mean.basal


@dataclass(frozen=True)
class ArmMeans:
    """Means of cultures and arms, and which arms belong to the question.

    Attributes
    ----------
    means : tuple of CultureMean
    cultures : tuple of str
    stimulus : str
        The one whose release is compared.
    """

    means: tuple[CultureMean, ...]
    cultures: tuple[str, ...]
    stimulus: str

    @property
    def stimulated(self) -> tuple[CultureArm, ...]:
        """Arms with the stimulus, vehicle first, by concentration, then those with antagonists."""
        arms = {m.arm for m in self.means if m.arm.stimulus == self.stimulus}
        return tuple(sorted(arms, key=lambda arm: arm_order(arm, self.stimulus)))

    @property
    def vehicle(self) -> CultureArm:
        """The arm with the stimulus and without drug and antagonist."""
        return CultureArm(stimulus=self.stimulus)

    @property
    def drugs(self) -> tuple[CultureArm, ...]:
        """Arms with the stimulus and a drug, without antagonist."""
        return tuple(arm for arm in self.stimulated if arm.drug and not arm.antagonist)

    def label(self, arm: CultureArm) -> str:
        """Name of an arm with the usual stimulus not named."""
        return arm.label(self.stimulus)

    def table(
        self, quantity: Quantity, arms: Sequence[CultureArm], *, logarithms: bool
    ) -> tuple[BlockTable, dict[CultureArm, list[str]]]:
        """Values by culture and arm, and the cultures in which an arm has no logarithm."""
        by_cell = {(m.culture, m.arm): quantity(m) for m in self.means}
        values = np.array(
            [[by_cell.get((c, arm), math.nan) for arm in arms] for c in self.cultures], float
        )
        without: dict[CultureArm, list[str]] = {}
        if logarithms:
            for k, arm in enumerate(arms):
                bad = [c for c, v in zip(self.cultures, values[:, k], strict=True) if v <= 0]
                if bad:
                    without[arm] = bad
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.where(values > 0, np.log(np.maximum(values, 1e-300)), np.nan)
        return BlockTable(self.cultures, tuple(self.label(a) for a in arms), values), without


def family(
    data: ArmMeans,
    quantity: Quantity,
    name: str,
    scale: EffectScale,
    *,
    primary_arm: str = "",
    error: BlockError = "own",
    confidence: float = 0.95,
) -> EffectFamily | None:
    """All drug arms without antagonist against the vehicle; None where there are none.

    Parameters
    ----------
    data : ArmMeans
    quantity : function
    name : str
        "net release".
    scale : {"ratio", "difference"}
        A ratio is not defined where an arm has a mean of 0 or below in any culture: leaving this
        culture out would choose those with a large release.
    primary_arm : str
        Stated in advance: not adjusted for the others, which are adjusted among themselves.
    error : {"own", "pooled"}
    confidence : float
    """
    arms = (data.vehicle, *data.drugs)
    if len(arms) < 2:
        return None
    table, without = data.table(quantity, arms, logarithms=scale == "ratio")
    control = table.arms[0]
    bad = {data.label(arm): names for arm, names in without.items()}
    defined = [arm for arm in table.arms[1:] if arm not in bad and control not in bad]
    by_arm: dict[str, ReleaseEffect] = {}
    test = adjustment = ""
    groups = [[arm for arm in defined if arm == primary_arm]]
    groups.append([arm for arm in defined if arm != primary_arm])
    for group in filter(None, groups):
        compared = compare_within_blocks(table, control, group, error=error, confidence=confidence)
        reason = compared.reason.replace("block", "culture")
        test, adjustment = f"{compared.test}, {reason}", compared.adjustment
        by_arm |= {c.name: effect_of(c, control, scale) for c in compared.contrasts}
    if primary_arm in by_arm and len(by_arm) > 1:
        adjustment = f"{primary_arm} was stated in advance and is not adjusted; {adjustment}"
    effects = tuple(
        by_arm.get(arm) or _undefined(arm, control, _reason(name, arm, control, bad))
        for arm in table.arms[1:]
    )
    return EffectFamily(name, scale, effects, test, adjustment)


def contrast(
    data: ArmMeans,
    quantity: Quantity,
    name: str,
    weights: Mapping[CultureArm, float],
    labels: tuple[str, str],
    scale: EffectScale,
    *,
    confidence: float = 0.95,
) -> ReleaseEffect:
    """A weighted sum of arms over cultures.

    Parameters
    ----------
    weights : mapping of CultureArm to float
    labels : (str, str)
        Names of the two sides.
    """
    arms = tuple(weights)
    table, without = data.table(quantity, arms, logarithms=scale == "ratio")
    if without:
        bad = {data.label(arm): names for arm, names in without.items()}
        first = next(iter(bad))
        return _undefined(*labels, _reason(name, first, first, bad))
    by_label = {data.label(arm): weight for arm, weight in weights.items()}
    return effect_of(
        block_contrast(table, by_label, labels[0], confidence=confidence), labels[1], scale
    )


def antagonist_effects(
    data: ArmMeans, scale: EffectScale, *, confidence: float = 0.95
) -> tuple[AntagonistEffect, ...]:
    """For each antagonist with a drug: effect of the drug without and with it, and the change."""
    out = []
    for both in data.stimulated:
        if not (both.antagonist and both.drug):
            continue
        drug, other = replace(both, antagonist=""), both.vehicle
        if drug not in data.stimulated or other not in data.stimulated:
            continue

        def one(weights: dict[CultureArm, float], name: str, against: str) -> ReleaseEffect:
            return contrast(
                data,
                net,
                "net release",
                weights,
                (name, against),
                scale,
                confidence=confidence,
            )

        label, blocked = data.label(drug), data.label(both)
        vehicle, alone = data.label(data.vehicle), data.label(other)
        out.append(
            AntagonistEffect(
                drug.treatment,
                both.antagonist,
                one({drug: 1.0, data.vehicle: -1.0}, label, vehicle),
                one({both: 1.0, other: -1.0}, blocked, alone),
                one(
                    {both: 1.0, other: -1.0, drug: -1.0, data.vehicle: 1.0},
                    f"effect of {drug.treatment} with {both.antagonist}",
                    "its effect without",
                ),
                one({other: 1.0, data.vehicle: -1.0}, alone, vehicle),
            )
        )
    return tuple(out)


def effect_of(one: BlockContrast, against: str, scale: EffectScale) -> ReleaseEffect:
    """A contrast as an effect: the exponential of a difference of logarithms is a ratio."""

    def back(value: float) -> float:
        if scale == "difference" or math.isnan(value):
            return value
        return math.exp(value) if value < 700 else math.inf

    e = one.estimate
    return ReleaseEffect(
        one.name,
        against,
        scale,
        back(e.value),
        back(e.low),
        back(e.high),
        back(one.low_joint),
        back(one.high_joint),
        e.p,
        one.p_adjusted,
        e.df,
        one.n,
        one.lacking,
    )


def _undefined(arm: str, against: str, reason: str) -> ReleaseEffect:
    nan = math.nan
    return ReleaseEffect(
        arm, against, "ratio", nan, nan, nan, nan, nan, nan, nan, nan, 0, (), reason
    )


def _reason(name: str, arm: str, control: str, bad: Mapping[str, Sequence[str]]) -> str:
    which = arm if arm in bad else control
    cultures = [f"culture {one}" for one in bad.get(which, [])]
    return (
        f"the mean {name} of {which} is 0 or below in {list_names(cultures, 6)}, which has no "
        "logarithm"
    )
