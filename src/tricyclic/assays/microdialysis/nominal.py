"""Nominal levels in the tissue: those of the dialysate over the recovery of the probes in vitro.

A bath has neither the diffusion nor the uptake of tissue. Percent of baseline does not need them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tricyclic.results.microdialysis import MicrodialysisResult
from tricyclic.stats.statistics import (
    MeanEstimate,
    mean_with_interval,
    satterthwaite,
    with_t_interval,
)


@dataclass(frozen=True)
class NominalLevel:
    """Nominal baseline of an animal [nM].

    `se` is the part of the recovery in its standard error: relative errors are equal.
    """

    animal: str
    group: str
    value: float
    se: float
    recovery: MeanEstimate


def nominal_levels(result: MicrodialysisResult) -> tuple[NominalLevel, ...]:
    """Of each animal, by its own recovery where it has one, else by that of the study; empty where
    no recovery is known, or values are no concentrations.
    """
    if result.unit != "nM" or result.recovery is None:
        return ()
    own = dict(result.recoveries)
    levels = []
    for one in result.responses:
        recovery = own.get(one.course.animal, result.recovery)
        value = one.baseline.mean / recovery.value
        se = value * recovery.se / recovery.value
        levels.append(NominalLevel(one.course.animal, one.course.group, value, se, recovery))
    return tuple(levels)


def nominal_groups(result: MicrodialysisResult) -> dict[str, MeanEstimate]:
    """Mean of each group with its interval, by group.

    Notes
    -----
    Animals of one common recovery share its error, which is added to that of the mean. The errors
    of animals with a recovery of their own are in the scatter between the animals.
    """
    own = dict(result.recoveries)
    levels = nominal_levels(result)
    means: dict[str, MeanEstimate] = {}
    for group in dict.fromkeys(one.group for one in levels):
        of = [one for one in levels if one.group == group]
        between = mean_with_interval([one.value for one in of], confidence=result.confidence)
        # The sum of what the common recovery contributes to the mean, which does not average out.
        shared = sum(one.se for one in of if one.animal not in own) / len(of)
        common = result.recovery
        if common is None or not shared > 0 or math.isnan(between.se):
            means[group] = between
            continue
        variances = (between.se**2, shared**2)
        means[group] = with_t_interval(
            between.value,
            float(np.sqrt(sum(variances))),
            satterthwaite(variances, (between.df, common.df)),
            result.confidence,
        )
    return means
