"""Hits among wells at a single concentration: robust z at a false discovery rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tricyclic.assays.screening.criteria import HitCriteria
from tricyclic.assays.screening.plate_arrays import MAD_TO_SD, Floats, PlateArrays
from tricyclic.core.plate import Well
from tricyclic.results.screening import WellHit
from tricyclic.stats.control_rules import t_upper_tail
from tricyclic.stats.multiple_testing import benjamini_hochberg

# Compound wells of a plate from which median and MAD are taken from them, not from the controls.
MIN_WELLS_FOR_SPREAD = 12
MIN_CONTROLS_FOR_SPREAD = 3
# The MAD of n normal readings is as precise as a standard deviation with this share of n degrees
# of freedom (asymptotic efficiency of the MAD).
MAD_EFFICIENCY = 0.367

WellEffects = Sequence[tuple[Well, float]]


class _ScoredWell(NamedTuple):
    plate: str
    well: str
    effect: float
    z: float
    df: float


def single_hits(
    plates: Sequence[PlateArrays],
    singles: Sequence[WellEffects],
    *,
    usable_plates: Sequence[bool],
    criteria: HitCriteria,
) -> tuple[WellHit, ...]:
    """Call hits among wells at a single concentration.

    Parameters
    ----------
    plates, singles : sequences of equal length
        From `plate_arrays` and `curve_hits.group_wells`.
    usable_plates : sequence of bool
        False for plates that failed: their wells are not tested.
    criteria : HitCriteria
        The false discovery rate is that of Benjamini and Hochberg.

    Notes
    -----
    z = (effect - median of the plate's compound wells) / (1.4826 MAD), one-sided in the direction
    of the low control. Because the spread is estimated, p is from Student's t with 0.37 times as
    many degrees of freedom as wells (the efficiency of the MAD). With fewer than 12 compound wells
    mean and standard deviation of the high controls are used. Wells of one compound at one
    concentration are combined: z = sum / sqrt(n) [Stouffer].
    """
    groups = _scored_wells(plates, singles, usable_plates)
    if not groups:
        return ()
    wells = list(groups.values())
    count = np.array([len(group) for group in wells], float)
    z = np.array([sum(one.z for one in group) for group in wells]) / np.sqrt(count)
    df = np.array([sum(one.df for one in group) for group in wells])
    effect = np.array([sum(one.effect for one in group) for group in wells]) / count
    p = t_upper_tail(z, df)
    q = benjamini_hochberg(p)
    hits = [
        WellHit(
            compound=compound,
            plates=tuple(dict.fromkeys(one.plate for one in group)),
            wells=tuple(one.well for one in group),
            concentration_M=concentration,
            effect_percent=float(effect[k]),
            z=float(z[k]),
            p=float(p[k]),
            q=float(q[k]),
            is_hit=bool(q[k] <= criteria.fdr and effect[k] >= criteria.min_effect_percent),
        )
        for k, ((compound, concentration), group) in enumerate(groups.items())
    ]
    return tuple(sorted(hits, key=lambda hit: (not hit.is_hit, hit.p, hit.compound)))


def _scored_wells(
    plates: Sequence[PlateArrays], singles: Sequence[WellEffects], usable: Sequence[bool]
) -> dict[tuple[str, float], list[_ScoredWell]]:
    """Wells with their z, by compound and concentration; a well without compound is its own."""
    groups: dict[tuple[str, float], list[_ScoredWell]] = {}
    for arrays, wells, is_usable in zip(plates, singles, usable, strict=True):
        if not wells or not is_usable:
            continue
        middle, sd, df = _spread(arrays, np.array([effect for _, effect in wells]))
        if not sd > 0:
            continue
        plate = arrays.plate.name
        for well, effect in wells:
            compound = well.compound or f"{plate}:{well.name}"
            groups.setdefault((compound, well.concentration_M), []).append(
                _ScoredWell(plate, well.name, effect, (effect - middle) / sd, df)
            )
    return groups


def _spread(wells: PlateArrays, effects: Floats) -> tuple[float, float, float]:
    """Middle, standard deviation and degrees of freedom of wells without effect on a plate."""
    if effects.size >= MIN_WELLS_FOR_SPREAD:
        median = float(np.median(effects))
        sd = MAD_TO_SD * float(np.median(np.abs(effects - median)))
        return median, sd, MAD_EFFICIENCY * effects.size
    # Few wells: their standard deviation is more precise than a MAD, with all degrees of freedom.
    controls = wells.activity[wells.high]
    if controls.size < MIN_CONTROLS_FOR_SPREAD:
        return math.nan, math.nan, 0.0
    # As a number of wells, so that the degrees of freedom are those of a MAD of so many wells.
    equivalent = int((controls.size - 1) / MAD_EFFICIENCY)
    return float(controls.mean()), float(controls.std(ddof=1)), MAD_EFFICIENCY * equivalent
