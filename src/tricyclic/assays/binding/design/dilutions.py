"""Proposes the dilution series that determines an expected Ki or Kd best, in steps that can be
pipetted.

Optimal design gives the bound. The proposal is the practical series nearest to it over the whole
range in which the value may lie; the usual series is compared with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.check_limits import PLATEAU_TOLERANCE
from tricyclic.assays.binding.design.chemistry import expected_truth, ic50_nM
from tricyclic.assays.binding.design.information import Curves
from tricyclic.assays.binding.design.plan import (
    HALF_LOG,
    competition_layout,
    half_log_tops,
    saturation_layout,
    steps_down,
)
from tricyclic.assays.binding.design.well_pool import SeriesShape, WellPool, rounded
from tricyclic.core.experiment_plan import ExperimentPlan
from tricyclic.core.plate import PLATE_SHAPES, Role, Well
from tricyclic.errors import InputError
from tricyclic.fitting.check_texts import MIN_HIGHEST_OVER_KD
from tricyclic.results.design import DilutionSeries, OptimalDesign

Floats = np.ndarray
Proposal = tuple[ExperimentPlan, tuple[DilutionSeries, ...], tuple[OptimalDesign, ...]]

# The series of common practice: highest concentration [M], points, total and non-specific wells.
USUAL_TOP, USUAL_POINTS, USUAL_CONTROLS = 10e-6, 10, 6
# What the search varies: concentrations, control wells, levels of radioligand.
POINTS = range(7, 13)
CONTROLS = (3, 4, 6, 8, 9, 12)
LEVELS = (6, 8, 10, 12)
# Values over the range in which the target may lie, for which a series is evaluated.
TRUTHS = 5


def propose(
    plan: ExperimentPlan, curves: Curves, *, replicates: int, within: float = 3.0
) -> Proposal:
    """Choose the concentrations of a plan, for no more wells than the usual series has.

    Parameters
    ----------
    plan : ExperimentPlan
    curves : mapping of str to CurveModel
    replicates : int
        Wells of each concentration.
    within : float
        Fold by which the expected value may be wrong, either way, above 1; the series has to serve
        all of that range.

    Returns
    -------
    plan : ExperimentPlan
        With the proposed layout.
    series : tuple of DilutionSeries
        The proposed one, the usual one, and the one that the plan had, compared.
    optima : tuple of OptimalDesign
        The c-optimal and D-optimal shares for the expected value; a bound, not a practical series.

    Raises
    ------
    InputError
        If no series of practical steps fits the plate.

    Notes
    -----
    The proposal is the series of practical steps that has the least mean of the log variance over
    the range, that reaches both plateaus (within 20 % of the span; a saturation: three Kd) over all
    of it, and that fits the plate.
    """
    if not 1 < within <= 1000:
        raise InputError(
            f"the range around the expected value is {within:g} fold",
            where="within",
            allowed="Above 1, such as 3",
        )
    if replicates < 1:
        raise InputError(f"{replicates} replicates", where="replicates", allowed="1 or more")
    folds = np.geomspace(1.0 / within, within, TRUTHS)
    if plan.kind == "competition":
        return _propose_competition(plan, curves, replicates, folds)
    return _propose_saturation(plan, curves, replicates, folds)


def _propose_competition(
    plan: ExperimentPlan, curves: Curves, replicates: int, folds: Floats
) -> Proposal:
    plans = [replace(plan, truth=expected_truth(plan, plan.true("Ki") * fold)) for fold in folds]
    ic50s = np.array([ic50_nM(one) * 1e-9 for one in plans])
    candidates = _competition_candidates(plan.compound, ic50s, plan.wells)
    pool = WellPool(plans, curves, candidates, float(ic50s[TRUTHS // 2]))
    target = "log10_ki"
    best: tuple[float, float, SeriesShape] | None = None
    for top, shape in _competition_series(plan.layout.size, replicates, ic50s):
        loss = pool.loss(pool.competition(top, shape), target)
        if best is None or loss < best[0] - 1e-9:
            best = (loss, top, shape)
    if best is None:
        raise InputError(
            f"no half-log series in {replicates} replicates fits a plate of {plan.layout.size} "
            "wells and reaches both plateaus",
            where="plate_size",
            do="Take a larger plate, fewer replicates, or a narrower range with --within",
        )
    _, top, shape = best
    layout = competition_layout(
        plan.layout.size,
        plan.compound,
        top,
        shape.points,
        replicates,
        shape.totals,
        shape.nonspecific,
    )
    usual = SeriesShape(USUAL_POINTS, replicates, USUAL_CONTROLS, USUAL_CONTROLS)
    series = [
        pool.series("proposed", pool.competition(top, shape), target, shape),
        pool.series("usual", pool.competition(USUAL_TOP, usual), target, usual),
    ]
    own = [well for well in plan.wells if well.role is Role.COMPETITION]
    if own:
        levels = len({well.concentration_M for well in own})
        totals, nonspecific = _controls(plan.wells)
        own_shape = SeriesShape(levels, len(own) // levels, totals, nonspecific)
        counts = pool.of_wells(plan.wells)
        series.append(pool.series("of the protocol", counts, target, own_shape))
    return replace(plan, layout=layout), tuple(series), pool.optima((target,))


def _competition_series(
    size: int, replicates: int, ic50s: Floats
) -> Iterator[tuple[float, SeriesShape]]:
    """Practical series that reach both plateaus over the range, on no more wells than the usual
    series.
    """
    budget = USUAL_POINTS * replicates + 2 * USUAL_CONTROLS
    share = PLATEAU_TOLERANCE / 100.0
    for top in half_log_tops(float(ic50s[0]), float(ic50s[-1]) * 3e3):
        for points in POINTS:
            doses = steps_down(top, points)
            # 1 / (1 + dose / IC50) of specific binding is left; both ends of the series have to
            # reach their plateau at either end of the range.
            if (
                doses[-1] / ic50s[0] > share / (1 - share)
                or doses[0] / ic50s[-1] < (1 - share) / share
            ):
                continue
            for totals in CONTROLS:
                for nonspecific in CONTROLS:
                    controls = totals + nonspecific
                    if points * replicates + controls <= budget and _fits(
                        size, points, replicates, controls
                    ):
                        yield top, SeriesShape(points, replicates, totals, nonspecific)


def _propose_saturation(
    plan: ExperimentPlan, curves: Curves, replicates: int, folds: Floats
) -> Proposal:
    kd = plan.truth.kd_nM
    plans = [replace(plan, truth=replace(plan.truth, kd_nM=kd * fold)) for fold in folds]
    levels = _practical_levels(0.03 * kd, 30.0 * kd)
    candidates = _saturation_wells(levels)
    pool = WellPool(plans, curves, (*candidates, *plan.wells))
    targets = ("log10_kd", "log10_bmax")
    best: tuple[float, tuple[float, ...], int] | None = None
    for chosen, nonspecific in _saturation_series(plan, levels, replicates, folds):
        counts = pool.saturation(chosen, replicates, nonspecific)
        loss = max(pool.loss(counts, name) for name in targets)
        if best is None or loss < best[0] - 1e-9:
            best = (loss, chosen, nonspecific)
    if best is None:
        raise InputError(
            f"no series of radioligand in {replicates} replicates fits a plate of "
            f"{plan.layout.size} wells",
            where="plate_size",
            do="Take a larger plate or fewer replicates",
        )
    _, chosen, nonspecific = best
    layout = saturation_layout(plan.layout.size, chosen, replicates, nonspecific)
    usual = tuple(float(f"{kd * 10.0 / 2**k:.2g}") for k in range(7, -1, -1))
    pool = WellPool(plans, curves, (*candidates, *_saturation_wells(usual), *plan.wells))
    series = [
        pool.series(
            "proposed",
            pool.saturation(chosen, replicates, nonspecific),
            targets[0],
            SeriesShape(len(chosen), replicates, 0, nonspecific),
        ),
        pool.series(
            "usual",
            pool.saturation(usual, replicates, replicates),
            targets[0],
            SeriesShape(len(usual), replicates, 0, replicates),
        ),
    ]
    own = {well.radioligand_nM for well in plan.wells if well.radioligand_nM}
    if own:
        totals, blanks = (wells // len(own) for wells in _controls(plan.wells))
        own_shape = SeriesShape(len(own), totals, 0, blanks)
        counts = pool.of_wells(plan.wells)
        series.append(pool.series("of the protocol", counts, targets[0], own_shape))
    return replace(plan, layout=layout), tuple(series), pool.optima(targets)


def _saturation_series(
    plan: ExperimentPlan, levels: Sequence[float], replicates: int, folds: Floats
) -> Iterator[tuple[tuple[float, ...], int]]:
    """Sets of levels, and non-specific wells of each, that fit the plate and reach saturation."""
    kd = plan.truth.kd_nM
    rows, columns = PLATE_SHAPES[plan.layout.size]
    # Above ten Kd a level needs much radioligand and adds little information; below three Kd the
    # Bmax is extrapolated.
    least = MIN_HIGHEST_OVER_KD * folds[-1]
    most = max(10.0, MIN_HIGHEST_OVER_KD * folds[-1] * 1.6)
    for lowest in range(len(levels) - 4):
        for highest in range(lowest + 4, len(levels)):
            if not least <= levels[highest] / kd <= most or levels[lowest] > 0.35 * kd * folds[0]:
                continue
            for points in LEVELS:
                if points > columns:
                    continue
                steps = np.unique(np.linspace(lowest, highest, points).round().astype(int))
                chosen = tuple(levels[i] for i in steps)
                for nonspecific in range(1, replicates + 1):
                    each = replicates + nonspecific
                    # No more wells than eight levels have in so many replicates of both kinds.
                    too_many = len(chosen) * each > 16 * replicates or each > rows
                    if len(chosen) >= min(points, 6) and not too_many:
                        yield chosen, nonspecific


def _controls(wells: Sequence[Well]) -> tuple[int, int]:
    """Number of total and of non-specific wells."""
    totals = sum(well.role is Role.TOTAL for well in wells)
    return totals, sum(well.role is Role.NON_SPECIFIC for well in wells)


def _saturation_wells(levels: Sequence[float]) -> list[Well]:
    return [
        Well("", math.nan, role, radioligand_nM=level)
        for level in levels
        for role in (Role.TOTAL, Role.NON_SPECIFIC)
    ]


def _practical_levels(low: float, high: float) -> tuple[float, ...]:
    """Concentrations as they are usually chosen, six per decade, within a range."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    every = (float(f"{digit}e{decade}") for decade in decades for digit in (1, 1.5, 2, 3, 5, 7))
    return tuple(level for level in every if low <= level <= high)


def _competition_candidates(compound: str, ic50s: Floats, own: Sequence[Well]) -> list[Well]:
    """Controls, and every concentration of a half-log series from a practical top."""
    doses = {rounded(USUAL_TOP / HALF_LOG**k) for k in range(USUAL_POINTS)}
    for top in half_log_tops(float(ic50s[0]), float(ic50s[-1]) * 3e3):
        doses |= {rounded(dose) for dose in steps_down(top, max(POINTS))}
    doses |= {rounded(float(ic50)) for ic50 in ic50s}
    wells = [Well("", math.nan, Role.TOTAL), Well("", math.nan, Role.NON_SPECIFIC)]
    wells += [
        Well("", math.nan, Role.COMPETITION, compound=compound, concentration_M=dose)
        for dose in sorted(doses)
    ]
    return [*wells, *own]


def _fits(size: int, points: int, replicates: int, controls: int) -> bool:
    rows, columns = PLATE_SHAPES[size]
    lines = math.ceil(points / columns)
    return lines * replicates + math.ceil(controls / columns) <= rows
