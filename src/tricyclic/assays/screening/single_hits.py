"""Hits among wells at a single concentration: robust z at a false discovery rate.

Wells that a fault explains as well as an effect does are suspect: from them alone nothing is
called.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tricyclic.assays.screening.criteria import HitCriteria
from tricyclic.assays.screening.plate_arrays import MAD_TO_SD, Floats, PlateArrays
from tricyclic.assays.screening.suspect_wells import (
    BEYOND_PERCENT,
    ScreenWells,
    SuspectWells,
    add_clusters,
    disagree,
    find_suspect_wells,
)
from tricyclic.results.screening import WellHit
from tricyclic.stats.control_rules import t_upper_tail
from tricyclic.stats.empirical_null import FAR, EmpiricalNull, fit_null, mirrored_q
from tricyclic.stats.multiple_testing import benjamini_hochberg

# Compound wells of a plate from which median and MAD are taken from them, not from the controls.
MIN_WELLS_FOR_SPREAD = 12
MIN_CONTROLS_FOR_SPREAD = 3
# The MAD of n normal readings is as precise as a standard deviation with this share of n degrees
# of freedom (asymptotic efficiency of the MAD).
MAD_EFFICIENCY = 0.367
# One-sided p at which a second well confirms the first.
CONFIRM_P = 1e-3


@dataclass(frozen=True)
class SingleHits:
    """Compounds at one concentration, and what the readings without effect look like.

    Parameters
    ----------
    hits : tuple of WellHit
        Hits first, then those that need confirmation, then by p.
    null : EmpiricalNull
        Tails of the readings without effect.
    far_on_other_side : int
        Compounds that read far on the side opposite to effects.
    suspect : int
        Wells that are suspect.
    """

    hits: tuple[WellHit, ...] = ()
    null: EmpiricalNull = field(default_factory=lambda: EmpiricalNull(math.inf, math.nan))
    far_on_other_side: int = 0
    suspect: int = 0


@dataclass(frozen=True)
class _Wells:
    """Wells to test, with their plate, their name, and the index of their compound at one dose."""

    table: ScreenWells
    plates: tuple[str, ...]
    names: tuple[str, ...]
    group: np.ndarray
    keys: tuple[tuple[str, float], ...]


def single_hits(
    plates: Sequence[PlateArrays],
    singles: Sequence[np.ndarray],
    *,
    usable_plates: Sequence[bool],
    criteria: HitCriteria,
) -> SingleHits:
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
    concentration are combined: z = sum / sqrt(n) [Stouffer]. Suspect wells are left out; a compound
    that has no others is not tested. Where the readings on the other side have heavier tails, p is
    from these (`stats.empirical_null`).
    """
    wells = _tested_wells(plates, singles, usable_plates)
    if wells is None:
        return SingleHits()
    suspect = find_suspect_wells(wells.table)
    add_clusters(suspect, criteria.min_effect_percent)
    return _called(wells, suspect, criteria)


def _called(wells: _Wells, suspect: SuspectWells, criteria: HitCriteria) -> SingleHits:
    """Combine the wells of each compound that are not suspect, and call hits among them."""
    groups, group, table = len(wells.keys), wells.group, wells.table
    bad = suspect.mask
    # A shift is subtracted from what reads as an effect; it never makes one.
    z_well = table.z - suspect.shift / table.sd
    tested = np.bincount(group, ~bad, groups) > 0
    # A compound without other wells has the numbers of the suspect ones, for the reader.
    used = ~bad | ~tested[group]
    count = np.bincount(group, used, groups)
    z = np.bincount(group, z_well * used, groups) / np.sqrt(count)
    df = np.bincount(group, table.df * used, groups)
    effect = np.bincount(group, table.effect * used, groups) / count
    wells_of = _wells_of(group, used, groups)
    alone = np.zeros(groups, bool)
    for k in np.flatnonzero((count > 1) & (np.abs(z) > FAR / 2.0)):
        alone[k] = _stands_on_one_well(z_well[wells_of[k]], table.df[wells_of[k]])
    # Effects in the other direction that a second well confirms do not show what chance does.
    confirmed_below = (count > 1) & (z < -FAR) & ~alone
    chance = ~bad & ~confirmed_below[group]
    null = fit_null(z_well[chance], table.df[chance])
    nominal = t_upper_tail(z, df)
    p = null.upper_tail(z, count.astype(float)) if null.is_heavy else nominal
    q, mirror = np.full(groups, math.nan), np.zeros(groups)
    discovered = np.zeros(groups, bool)
    if tested.any():
        q[tested] = benjamini_hochberg(p[tested])
        discovered[tested] = benjamini_hochberg(nominal[tested]) <= criteria.fdr
        # A reading beyond the full effect would itself be suspect, so its mirror image counts not.
        comparable = ~confirmed_below & (effect > -(100.0 + BEYOND_PERCENT))
        mirror[tested], far = mirrored_q(z[tested], null=comparable[tested])
    else:
        far = 0
    by_scatter = q > criteria.fdr
    q = np.maximum(q, mirror)
    least_p = max(
        float(nominal[discovered].max()) if discovered.any() else 0.0, criteria.fdr / groups
    )
    candidate = np.where(tested, discovered, nominal <= least_p)
    candidate &= effect >= criteria.min_effect_percent
    is_hit = candidate & tested & (q <= criteria.fdr) & ~alone
    remarks = _remarks(wells, suspect, groups)
    for k in np.flatnonzero(candidate & ~is_hit & tested):
        remarks[int(k)] = (
            "its wells disagree: without the one that reads highest there is no effect"
            if alone[k]
            else "wells without effect scatter as far"
            if by_scatter[k]
            else f"{far} compounds read as far on the other side, so chance reaches as far"
        )
    hits = [
        WellHit(
            compound=compound,
            plates=tuple(dict.fromkeys([wells.plates[i] for i in index])),
            wells=tuple([wells.names[i] for i in index]),
            concentration_M=concentration,
            effect_percent=float(effect[k]),
            z=float(z[k]),
            p=float(p[k]),
            q=float(q[k]),
            is_hit=bool(is_hit[k]),
            to_confirm=bool(candidate[k] and not is_hit[k]),
            remark=remarks.get(k, ""),
        )
        for k, ((compound, concentration), index) in enumerate(
            zip(wells.keys, wells_of, strict=True)
        )
    ]
    hits.sort(key=lambda hit: (not hit.is_hit, not hit.to_confirm, hit.p, hit.compound))
    return SingleHits(tuple(hits), null, far, int(bad.sum()))


def _tested_wells(
    plates: Sequence[PlateArrays], singles: Sequence[np.ndarray], usable: Sequence[bool]
) -> _Wells | None:
    """Wells of usable plates, grouped by compound and concentration; a well without compound is
    its own. None where there are none.
    """
    keys: dict[tuple[str, float], int] = {}
    compounds: dict[str, int] = {}
    names: list[str] = []
    plate_names: list[str] = []
    group: list[int] = []
    compound: list[int] = []
    parts: list[tuple[int, np.ndarray, tuple[float, float, float]]] = []
    for number, (arrays, index, is_usable) in enumerate(zip(plates, singles, usable, strict=True)):
        if not index.size or not is_usable:
            continue
        spread = _spread(arrays, arrays.activity[index])
        if not spread[1] > 0:
            continue
        parts.append((number, index, spread))
        plate, contents = arrays.plate.name, arrays.used_wells
        for k in index.tolist():
            well = contents[k]
            name = well.compound or f"{plate}:{well.name}"
            group.append(keys.setdefault((name, well.concentration_M), len(keys)))
            compound.append(compounds.setdefault(name, len(compounds)))
            names.append(well.name)
        plate_names += [plate] * index.size
    if not parts:
        return None
    sizes = [index.size for _, index, _ in parts]
    middle, sd, df = (np.repeat([spread[k] for _, _, spread in parts], sizes) for k in range(3))
    table = ScreenWells(
        np.repeat([number for number, _, _ in parts], sizes),
        np.concatenate([plates[number].row[index] for number, index, _ in parts]),
        np.concatenate([plates[number].column[index] for number, index, _ in parts]),
        np.array(compound),
        np.concatenate([plates[number].activity[index] for number, index, _ in parts]),
        middle,
        sd,
        df,
        [arrays.plate.shape for arrays in plates],
    )
    return _Wells(table, tuple(plate_names), tuple(names), np.array(group), tuple(keys))


def _wells_of(group: np.ndarray, used: np.ndarray, groups: int) -> list[list[int]]:
    """Indices of the used wells of each group."""
    of_group: list[list[int]] = [[] for _ in range(groups)]
    for k, number in zip(np.flatnonzero(used).tolist(), group[used].tolist(), strict=True):
        of_group[number].append(k)
    return of_group


def _stands_on_one_well(z: Floats, df: Floats) -> bool:
    """Whether replicates disagree, and those without the farthest show no effect."""
    if not disagree(z):
        return False
    sign = math.copysign(1.0, float(z.sum()))
    others = np.argsort(sign * z)[:-1]
    combined = sign * float(z[others].sum()) / math.sqrt(others.size)
    return bool(t_upper_tail(combined, float(df[others].sum())) > CONFIRM_P)


def _remarks(wells: _Wells, suspect: SuspectWells, groups: int) -> dict[int, str]:
    """Why wells of a compound were left out, by its group."""
    by_group: dict[int, list[int]] = {}
    for k in suspect.reason:
        by_group.setdefault(int(wells.group[k]), []).append(k)
    total = np.bincount(wells.group, minlength=groups)
    remarks = {}
    for group, left_out in by_group.items():
        reason = suspect.reason[left_out[0]]
        some = len(left_out) < total[group]
        prefix = f"{len(left_out)} of {total[group]} wells left out: " if some else ""
        remarks[group] = f"{prefix}{reason}"
    return remarks


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
