"""From a Plan to what will be in its wells: how much tracer is bound, how an IC50 is shifted, how long it takes, what is counted.

All by exact mass balance or the rate equations; nothing is drawn by chance here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.assays.binding.affinity import ki_from_ic50
from tricyclic.assays.binding.checks import HALF_LIVES
from tricyclic.assays.binding.design.plan import Plan, expected_plate, sites_M
from tricyclic.assays.binding.radioactivity import counting_variance
from tricyclic.assays.binding.simulate_plate import Truth, bound_in_wells
from tricyclic.core.plate import Role, Well
from tricyclic.numerics.binding_over_time import bound_at
from tricyclic.numerics.equilibrium import one_site

ASSUMED_KON = (1e6, 1e7, 1e8)  # per M and min: what transporter and receptor ligands span
ASSUMED_KOFF = (0.01, 0.1, 1.0)  # per min, of a competitor
WITHIN = 0.5**HALF_LIVES  # what is left to bind after five half-lives


@dataclass(frozen=True)
class Depletion:
    """What is bound in total wells, and what that does to a Ki by Cheng and Prusoff.

    `bound_percent` of the added radioligand, non-specific binding included; `specific_percent` of total binding;
    `radioligand_over_kd`; `ic50_nM`, `cheng_prusoff_nM` and their ratio to the true Ki are nan in a saturation, where
    all but `bound_percent` (at the lowest concentration, where it is most) speak of the concentration nearest to the Kd.
    """

    sites_nM: float
    radioligand_nM: float
    radioligand_over_kd: float
    bound_percent: float
    specific_percent: float
    ic50_nM: float = math.nan
    cheng_prusoff_nM: float = math.nan
    cheng_prusoff_ratio: float = math.nan


@dataclass(frozen=True)
class WellCounts:
    """Expected counts of one kind of well, and how much of its scatter is counting.

    `counting_share` of the variance of the well; `counting_percent` standard error of counting over the net counts.
    """

    kind: str
    cpm: float
    counts: float
    counting_percent: float
    counting_share: float


@dataclass(frozen=True)
class TimeNeeded:
    """Minutes to five half-lives of the slowest wells, for one set of rates; `assumed` where nobody stated them.

    `alone_min`: the radioligand by itself at its lowest occupancy. `with_competitor_min`: until every well is within
    3 % of its own equilibrium, of what total wells bind; nan where no rate of the competitor is known or assumed.
    """

    kon_per_M_min: float
    koff_per_min: float
    competitor_koff_per_min: float
    alone_min: float
    with_competitor_min: float
    assumed: bool


def depletion(plan: Plan) -> Depletion:
    """Share of the radioligand that total wells bind, and what an IC50 would make of the Ki."""
    hot, lowest = _near_kd(plan), _radioligand(plan)
    wells = (
        _well(plan, Role.TOTAL, hot),
        _well(plan, Role.NON_SPECIFIC, hot),
        _well(plan, Role.TOTAL, lowest),
    )
    total, blank, least = bound_in_wells(plan.conditions, wells, plan.truth)
    told = Depletion(
        sites_nM=1e9 * sites_M(plan.conditions, plan.truth.bmax_fmol_per_mg),
        radioligand_nM=hot,
        radioligand_over_kd=hot / plan.truth.kd_nM,
        bound_percent=100 * float(least) / (lowest * 1e-9),
        specific_percent=100 * float(1 - blank / total),
    )
    if plan.kind == "saturation":
        return told
    ic50 = ic50_nM(plan)
    ki = float(ki_from_ic50(ic50, radioligand_nM=hot, radioligand_kd_nM=plan.truth.kd_nM))
    return replace(
        told, ic50_nM=ic50, cheng_prusoff_nM=ki, cheng_prusoff_ratio=ki / plan.true("Ki")
    )


def ic50_nM(plan: Plan) -> float:
    """Concentration of the compound that halves specific binding on this plate [nM], running short or not."""
    hot = _radioligand(plan)
    bare = replace(plan.truth, ki_nM={plan.compound: plan.true("Ki")})
    top, bottom = bound_in_wells(
        replace(plan.conditions, nsb_drug=""),
        (_well(plan, Role.TOTAL, hot), _well(plan, Role.NON_SPECIFIC, hot)),
        bare,
    )
    low, high = math.log10(plan.true("Ki")) - 9 - 3, math.log10(plan.true("Ki")) - 9 + 6
    for _ in range(80):
        middle = 0.5 * (low + high)
        well = replace(_well(plan, Role.COMPETITION, hot), concentration_M=10**middle)
        left = float(bound_in_wells(plan.conditions, (well,), bare)[0])
        low, high = (middle, high) if left > 0.5 * (top + bottom) else (low, middle)
    return float(10 ** (0.5 * (low + high) + 9))


def counts_in_wells(plan: Plan) -> tuple[WellCounts, ...]:
    """Expected readings of total, half-displaced and non-specific wells; of a saturation near the Kd, lowest and highest.

    The first is the total well that checks judge.
    """
    asked: list[tuple[str, Well]] = []
    if plan.kind == "competition":
        hot = _radioligand(plan)
        half = replace(_well(plan, Role.COMPETITION, hot), concentration_M=ic50_nM(plan) * 1e-9)
        asked = [
            ("total", _well(plan, Role.TOTAL, hot)),
            ("at the IC50", half),
            ("non-specific", _well(plan, Role.NON_SPECIFIC, hot)),
        ]
    else:
        levels = sorted({w.radioligand_nM for w in plan.wells if w.radioligand_nM})
        chosen = dict.fromkeys((_near_kd(plan), levels[0], levels[-1]))
        for role, word in ((Role.TOTAL, "total"), (Role.NON_SPECIFIC, "non-specific")):
            asked += [(f"{word}, {hot:.3g} nM", _well(plan, role, hot)) for hot in chosen]
    plate = expected_plate(
        plan, [replace(well, name=f"A{k:02d}") for k, (_, well) in enumerate(asked, 1)]
    )
    background = plan.conditions.background_cpm or 0.0
    slope, offset = counting_variance(plan.conditions, "cpm") or (0.0, 0.0)
    told = []
    for (kind, _), well in zip(asked, plate.wells, strict=True):
        net = well.value - background
        counting = slope * well.value + offset
        whole = counting + (plan.cv * net) ** 2
        told.append(
            WellCounts(
                kind,
                well.value,
                well.value * (plan.conditions.counting_time_min or 0.0),
                100 * math.sqrt(counting) / net if net > 0 else math.inf,
                counting / whole,
            )
        )
    return tuple(told)


def time_needed(plan: Plan, competitor_koff_per_min: float | None = None) -> tuple[TimeNeeded, ...]:
    """Minutes to equilibrium: one row where the rates are known, a row per assumed rate where they are not."""
    c = plan.conditions
    kd = plan.truth.kd_nM * 1e-9
    known = plan.truth.kon_per_M_min
    own = competitor_koff_per_min
    if plan.kind == "saturation":
        rows = [(kon, math.nan) for kon in ([known] if known else ASSUMED_KON)]
    else:
        rows = [
            (kon, off)
            for kon in ([known] if known else ASSUMED_KON)
            for off in ([own] if own else ASSUMED_KOFF)
        ]
    guessed = known is None or (own is None and plan.kind == "competition")
    lowest = _lowest_free_M(plan)
    site = sites_M(c, plan.truth.bmax_fmol_per_mg)
    told = []
    for kon, off in rows:
        alone = HALF_LIVES * math.log(2.0) / (kon * lowest + kon * kd)
        slowest = math.nan if math.isnan(off) else _slowest(plan, kon, kon * kd, off, site)
        told.append(TimeNeeded(float(kon), float(kon * kd), off, alone, slowest, guessed))
    return tuple(told)


def _slowest(plan: Plan, kon: float, koff: float, competitor_koff: float, site: float) -> float:
    """When the last well comes within 3 % (of what totals bind) of its equilibrium, and stays [min]."""
    hot = _radioligand(plan) * 1e-9
    ki = plan.true("Ki") * 1e-9
    cold = np.unique([0.0, *(w.concentration_M for w in plan.wells if w.role is Role.COMPETITION)])
    times = np.geomspace(0.02, 5000.0, 280) / min(koff, competitor_koff, 1.0)
    held = bound_at(
        times[:, None],
        site,
        hot,
        kon,
        koff,
        competitor=cold,
        competitor_kon=competitor_koff / ki,
        competitor_koff=competitor_koff,
        sink=plan.truth.nonspecific,
        steps=120,
    )
    off = np.abs(held - held[-1]).max(axis=1) > WITHIN * held[-1].max()
    last = int(np.flatnonzero(off).max(initial=-1)) + 1
    return float(times[min(last, times.size - 1)])


def _lowest_free_M(plan: Plan) -> float:
    """Free radioligand of the wells that hold least of it [M], by mass balance."""
    levels = [w.radioligand_nM for w in plan.wells if w.radioligand_nM] or [_radioligand(plan)]
    site = sites_M(plan.conditions, plan.truth.bmax_fmol_per_mg)
    found = one_site(
        site, (min(levels) * 1e-9,), (plan.truth.kd_nM * 1e-9,), (plan.truth.nonspecific,)
    )
    return float(found.free[0])


def _radioligand(plan: Plan) -> float:
    """Added radioligand of a competition, or the lowest of a saturation [nM]."""
    levels = [w.radioligand_nM for w in plan.wells if w.radioligand_nM]
    stated = plan.conditions.radioligand_nM
    return min(levels) if levels else (stated.value if stated is not None else math.nan)


def _near_kd(plan: Plan) -> float:
    """Added radioligand nearest to the Kd, where checks look [nM]."""
    levels = [w.radioligand_nM for w in plan.wells if w.radioligand_nM] or [_radioligand(plan)]
    return min(levels, key=lambda hot: abs(math.log(hot / plan.truth.kd_nM)))


def _well(plan: Plan, role: Role, radioligand_nM: float) -> Well:
    compound = plan.compound if role is Role.COMPETITION else ""
    return Well("A01", math.nan, role, compound=compound, radioligand_nM=radioligand_nM)


def expected_truth(plan: Plan, ki_nM: float) -> Truth:
    """The truth of a plan with another Ki of its compound."""
    return replace(plan.truth, ki_nM={**plan.truth.ki_nM, plan.compound: ki_nM})
