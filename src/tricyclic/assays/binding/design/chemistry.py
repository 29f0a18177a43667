"""Expected contents of the wells of a plan: bound radioligand, shift of the IC50, time to
equilibrium and counts.

All by exact mass balance or the rate equations; nothing here is random.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.affinity import ki_from_ic50
from tricyclic.assays.binding.check_limits import MIN_HALF_LIVES
from tricyclic.assays.binding.design.plan import expected_plate, sites_M
from tricyclic.assays.binding.radioactivity import counting_variance
from tricyclic.assays.binding.simulate_plate import bound_in_wells
from tricyclic.core.experiment_plan import ExperimentPlan, TrueValues
from tricyclic.core.plate import Role, Well
from tricyclic.numerics.binding_over_time import bound_over_time
from tricyclic.numerics.equilibrium import solve_one_site
from tricyclic.results.design import Depletion, EquilibrationTime, WellCounts

# Range of on-rates of transporter and receptor ligands [1/(M min)], and of off-rates of a
# competitor [1/min].
ASSUMED_KON = (1e6, 1e7, 1e8)
ASSUMED_KOFF = (0.01, 0.1, 1.0)
# Share that is not yet bound after five half-lives.
WITHIN = 0.5**MIN_HALF_LIVES


def depletion(plan: ExperimentPlan) -> Depletion:
    """Share of the radioligand that total wells bind, and its effect on a Cheng-Prusoff Ki."""
    hot, lowest = _near_kd(plan), _radioligand(plan)
    wells = (
        _well(plan, Role.TOTAL, hot),
        _well(plan, Role.NON_SPECIFIC, hot),
        _well(plan, Role.TOTAL, lowest),
    )
    total, blank, least = bound_in_wells(plan.conditions, wells, plan.truth)
    binding = Depletion(
        sites_nM=1e9 * sites_M(plan.conditions, plan.truth.bmax_fmol_per_mg),
        radioligand_nM=hot,
        radioligand_over_kd=hot / plan.truth.kd_nM,
        bound_percent=100 * float(least) / (lowest * 1e-9),
        specific_percent=100 * float(1 - blank / total),
    )
    if plan.kind == "saturation":
        return binding
    ic50 = ic50_nM(plan)
    ki = float(ki_from_ic50(ic50, radioligand_nM=hot, radioligand_kd_nM=plan.truth.kd_nM))
    return replace(
        binding, ic50_nM=ic50, cheng_prusoff_nM=ki, cheng_prusoff_ratio=ki / plan.true("Ki")
    )


def ic50_nM(plan: ExperimentPlan) -> float:
    """Concentration of the compound that halves specific binding on this plate [nM], with depletion
    of either ligand.
    """
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
        bound = float(bound_in_wells(plan.conditions, (well,), bare)[0])
        low, high = (middle, high) if bound > 0.5 * (top + bottom) else (low, middle)
    return float(10 ** (0.5 * (low + high) + 9))


def counts_in_wells(plan: ExperimentPlan) -> tuple[WellCounts, ...]:
    """Expected readings of total, half-displaced and non-specific wells; in a saturation of the
    concentrations nearest to Kd, lowest and highest.

    The first is the total well that the checks use.
    """
    kinds: list[tuple[str, Well]] = []
    if plan.kind == "competition":
        hot = _radioligand(plan)
        half = replace(_well(plan, Role.COMPETITION, hot), concentration_M=ic50_nM(plan) * 1e-9)
        kinds = [
            ("total", _well(plan, Role.TOTAL, hot)),
            ("at the IC50", half),
            ("non-specific", _well(plan, Role.NON_SPECIFIC, hot)),
        ]
    else:
        levels = sorted({w.radioligand_nM for w in plan.wells if w.radioligand_nM})
        chosen = dict.fromkeys((_near_kd(plan), levels[0], levels[-1]))
        for role, word in ((Role.TOTAL, "total"), (Role.NON_SPECIFIC, "non-specific")):
            kinds += [(f"{word}, {hot:.3g} nM", _well(plan, role, hot)) for hot in chosen]
    plate = expected_plate(
        plan, [replace(well, name=f"A{k:02d}") for k, (_, well) in enumerate(kinds, 1)]
    )
    background = plan.conditions.background_cpm or 0.0
    slope, offset = counting_variance(plan.conditions, "cpm") or (0.0, 0.0)
    counts = []
    for (kind, _), well in zip(kinds, plate.wells, strict=True):
        net = well.value - background
        counting = slope * well.value + offset
        variance = counting + (plan.cv * net) ** 2
        counts.append(
            WellCounts(
                kind,
                well.value,
                well.value * (plan.conditions.counting_time_min or 0.0),
                100 * math.sqrt(counting) / net if net > 0 else math.inf,
                counting / variance,
            )
        )
    return tuple(counts)


def time_needed(
    plan: ExperimentPlan, competitor_koff_per_min: float | None = None
) -> tuple[EquilibrationTime, ...]:
    """Minutes to equilibrium: one row where the rates are known, else one per assumed rate."""
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
    assumed = known is None or (own is None and plan.kind == "competition")
    lowest = _lowest_free_M(plan)
    site = sites_M(c, plan.truth.bmax_fmol_per_mg)
    times = []
    for kon, off in rows:
        alone = MIN_HALF_LIVES * math.log(2.0) / (kon * lowest + kon * kd)
        slowest = math.nan if math.isnan(off) else _slowest(plan, kon, kon * kd, off, site)
        times.append(EquilibrationTime(float(kon), float(kon * kd), off, alone, slowest, assumed))
    return tuple(times)


def _slowest(
    plan: ExperimentPlan, kon: float, koff: float, competitor_koff: float, site: float
) -> float:
    """Time after which every well stays within 3 % of its equilibrium, relative to what total wells
    bind [min].
    """
    hot = _radioligand(plan) * 1e-9
    ki = plan.true("Ki") * 1e-9
    cold = np.unique([0.0, *(w.concentration_M for w in plan.wells if w.role is Role.COMPETITION)])
    times = np.geomspace(0.02, 5000.0, 280) / min(koff, competitor_koff, 1.0)
    bound = bound_over_time(
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
    off = np.abs(bound - bound[-1]).max(axis=1) > WITHIN * bound[-1].max()
    last = int(np.flatnonzero(off).max(initial=-1)) + 1
    return float(times[min(last, times.size - 1)])


def _lowest_free_M(plan: ExperimentPlan) -> float:
    """Free radioligand of the wells with the lowest total concentration [M], by mass balance."""
    levels = [w.radioligand_nM for w in plan.wells if w.radioligand_nM] or [_radioligand(plan)]
    site = sites_M(plan.conditions, plan.truth.bmax_fmol_per_mg)
    solution = solve_one_site(
        site, (min(levels) * 1e-9,), (plan.truth.kd_nM * 1e-9,), (plan.truth.nonspecific,)
    )
    return float(solution.free[0])


def _radioligand(plan: ExperimentPlan) -> float:
    """Added radioligand of a competition, or the lowest of a saturation [nM]."""
    levels = [w.radioligand_nM for w in plan.wells if w.radioligand_nM]
    stated = plan.conditions.radioligand_nM
    return min(levels) if levels else (stated.value if stated is not None else math.nan)


def _near_kd(plan: ExperimentPlan) -> float:
    """Added radioligand nearest to the Kd [nM], which the checks use."""
    levels = [w.radioligand_nM for w in plan.wells if w.radioligand_nM] or [_radioligand(plan)]
    return min(levels, key=lambda hot: abs(math.log(hot / plan.truth.kd_nM)))


def _well(plan: ExperimentPlan, role: Role, radioligand_nM: float) -> Well:
    compound = plan.compound if role is Role.COMPETITION else ""
    return Well("A01", math.nan, role, compound=compound, radioligand_nM=radioligand_nM)


def expected_truth(plan: ExperimentPlan, ki_nM: float) -> TrueValues:
    """The true values of a plan with another Ki of its compound."""
    return replace(plan.truth, ki_nM={**plan.truth.ki_nM, plan.compound: ki_nM})
