"""From a Plan to many simulated experiments, each analysed as the binding room analyses real ones, and what they show.

A simulated plate is fitted by the very fit of `assays.competition` or `assays.saturation`, gets the very checks, and its
runs are pooled by `assays.affinity`. What comes out are arrays; a summary counts how often the intervals hold the truth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.assays.binding.checks import plate_checks
from tricyclic.assays.binding.competition import Competition
from tricyclic.assays.binding.design.information import Curves
from tricyclic.assays.binding.design.plan import Plan
from tricyclic.assays.binding.readings import readings_of
from tricyclic.assays.binding.saturation import Saturation
from tricyclic.assays.binding.simulate_plate import Design, Truth, one_run, simulate_plate
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.analysis_options import BindingMethod
from tricyclic.core.estimate import Estimate
from tricyclic.errors import InputError

Floats = np.ndarray

METHOD = BindingMethod(classical=False)


@dataclass(frozen=True)
class Tries:
    """Simulated experiments, one row each.

    Parameters
    ----------
    plates : array, shape (experiments, runs, asked, 4)
        log10 of the value, of its lower and upper limit, and of that run's own truth; nan where the fit failed, -inf and
        inf where a limit stays open.
    pooled : array, shape (experiments, asked, 3)
        log10 of the pooled value and its limits; nan limits where there is but one run.
    checks : mapping of str to int
        Plates on which a check said look or stop, by its name.
    """

    plates: Floats
    pooled: Floats
    checks: dict[str, int]


@dataclass(frozen=True)
class Performance:
    """What the simulated experiments show of one number.

    `covers_own`: share of single plates whose interval holds the Ki of their own run; `covers`: that hold the Ki of all
    runs; `pooled_covers`: share of pooled intervals that hold it, nan for a single run. Widths are high over low, in the
    middle and nine times in ten; `bias` is the mean over the truth; `sd_log10` that of single plates about their own truth.
    `error` is the Monte-Carlo standard error of `covers_own` and `pooled_error` that of `pooled_covers`.
    """

    name: str
    unit: str
    true: float
    plates: int
    experiments: int
    failed: float
    open_ended: float
    bias: float
    sd_log10: float
    width: float
    width_90: float
    covers_own: float
    covers: float
    error: float
    pooled_width: float
    pooled_width_90: float
    pooled_covers: float
    pooled_error: float


def try_experiments(
    plan: Plan, curves: Curves, experiments: int, rng: np.random.Generator
) -> Tries:
    """Simulate and analyse so many experiments of `plan.runs` plates each.

    Parameters
    ----------
    plan : Plan
    curves : mapping of str to CurveModel
        The shelf.
    experiments : int
    rng : Generator
    """
    asked = plan.asked
    plates = np.full((experiments, plan.runs, len(asked), 4), np.nan)
    pooled = np.full((experiments, len(asked), 3), np.nan)
    checks: dict[str, int] = {}
    for experiment in range(experiments):
        found: list[list[Estimate]] = []
        for run in range(plan.runs):
            truth = _truth_of_run(plan, rng)
            told, raised = _one_plate(plan, truth, curves, rng)
            for name in raised:
                checks[name] = checks.get(name, 0) + 1
            own = replace(plan, truth=truth)
            for k, estimate in enumerate(told):
                plates[experiment, run, k] = (*_logs(estimate), math.log10(own.true(estimate.name)))
            found.append(told)
        for k in range(len(asked)):
            usable = [told[k] for told in found if told]
            if usable:
                pooled[experiment, k] = _logs(pool_estimates(usable))
    return Tries(plates, pooled, checks)


def joined(tries: Sequence[Tries]) -> Tries:
    """Several sets of experiments as one, in their order."""
    checks: dict[str, int] = {}
    for item in tries:
        for name, count in item.checks.items():
            checks[name] = checks.get(name, 0) + count
    return Tries(
        np.concatenate([item.plates for item in tries]),
        np.concatenate([item.pooled for item in tries]),
        dict(sorted(checks.items())),
    )


def performance(plan: Plan, tries: Tries) -> tuple[Performance, ...]:
    """Count what the simulated experiments show, for each number that is asked."""
    return tuple(_performance(plan, tries, k, name) for k, (name, _) in enumerate(plan.asked))


def _performance(plan: Plan, tries: Tries, k: int, name: str) -> Performance:
    value, low, high, own = np.moveaxis(tries.plates[:, :, k, :].reshape(-1, 4), 1, 0)
    true = math.log10(plan.true(name))
    told = np.isfinite(value)
    closed = told & np.isfinite(low) & np.isfinite(high)
    holds = _share((low <= own) & (own <= high), told)
    middle, p_low, p_high = np.moveaxis(tries.pooled[:, k, :], 1, 0)
    several = (
        np.isfinite(middle) & ~np.isnan(p_low) if plan.runs > 1 else np.zeros(middle.shape, bool)
    )
    pooled = _share((p_low <= true) & (true <= p_high), several)
    return Performance(
        name=name,
        unit="fmol/mg" if name == "Bmax" else "nM",
        true=plan.true(name),
        plates=value.size,
        experiments=middle.size,
        failed=1.0 - float(told.mean()),
        open_ended=float((told & ~closed).mean()),
        bias=float(10 ** np.mean((value - own)[told])) if told.any() else math.nan,
        sd_log10=float(np.std((value - own)[told], ddof=1)) if told.sum() > 1 else math.nan,
        width=_fold(high - low, told, 0.5),
        width_90=_fold(high - low, told, 0.9),
        covers_own=holds,
        covers=_share((low <= true) & (true <= high), told),
        error=_error(holds, int(told.sum())),
        pooled_width=_fold(p_high - p_low, several, 0.5),
        pooled_width_90=_fold(p_high - p_low, several, 0.9),
        pooled_covers=pooled,
        pooled_error=_error(pooled, int(several.sum())),
    )


def _one_plate(
    plan: Plan, truth: Truth, curves: Curves, rng: np.random.Generator
) -> tuple[list[Estimate], list[str]]:
    """What is asked, as one simulated plate tells it (nothing where its fit failed), and the checks that doubt it."""
    design: Design = "as_incubated" if plan.as_incubated else "equilibrium"
    plate = simulate_plate(plan.conditions, plan.layout, truth, rng, cv=plan.cv, design=design)
    task: Competition | Saturation
    try:
        readings = readings_of(plate, plan.conditions, plan.kind)
        if plan.kind == "competition":
            task = Competition(readings, curves, METHOD, plate.name)
        else:
            task = Saturation(readings, curves, METHOD, plate.name, plan.kind)
    except InputError:
        # Where nothing was counted a plate is refused before it is fitted.
        return [], ["plate_refused"]
    fit = task.fit()
    estimates = task.estimates(fit)
    series = tuple(held for _, held in readings.series)
    checks = fit.checks + plate_checks(
        plate, series, fit, task.model, readings.conditions, estimates
    )
    raised = list(dict.fromkeys(check.name for check in checks if check.level != "fine"))
    by_name = {estimate.name: estimate for estimate in estimates}
    told = [by_name[name] for name, _ in plan.asked if name in by_name]
    return (told if len(told) == len(plan.asked) else []), raised


def _truth_of_run(plan: Plan, rng: np.random.Generator) -> Truth:
    if plan.kind == "competition":
        return one_run(plan.truth, rng, sd_log10_ki=plan.between_run_sd)
    moved = one_run(plan.truth, rng, sd_log10_bmax=plan.between_run_sd)
    return replace(
        moved, kd_nM=float(plan.truth.kd_nM * 10 ** rng.normal(0.0, plan.between_run_sd))
    )


def _logs(estimate: Estimate) -> tuple[float, float, float]:
    return _log10(estimate.value), _log10(estimate.low), _log10(estimate.high)


def _log10(value: float) -> float:
    return math.log10(value) if value > 0 else math.nan if math.isnan(value) else -math.inf


def _share(holds: np.ndarray, among: np.ndarray) -> float:
    return float(holds[among].mean()) if among.any() else math.nan


def _error(share: float, n: int) -> float:
    """Standard error of a share, never 0: two of each are added to what was counted [Agresti and Coull 1998]."""
    if n == 0:
        return math.nan
    moved = (share * n + 2.0) / (n + 4.0)
    return math.sqrt(moved * (1.0 - moved) / (n + 4.0))


def _fold(log_width: Floats, among: np.ndarray, quantile: float) -> float:
    """Quantile of widths, high over low; open ones count as infinitely wide."""
    if not among.any():
        return math.nan
    ordered = np.sort(log_width[among])
    chosen = float(ordered[min(int(quantile * ordered.size), ordered.size - 1)])
    return 10**chosen if chosen < 300 else math.inf
