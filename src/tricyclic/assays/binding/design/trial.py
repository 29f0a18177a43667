"""Simulates a planned experiment many times and analyses each as real data are analysed.

Simulated plates are fitted, checked and pooled by the functions that analyse real plates. The
summary counts how often the intervals contain the true value.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.assays.binding.checks import plate_checks
from tricyclic.assays.binding.competition import CompetitionPlate
from tricyclic.assays.binding.design.information import Curves
from tricyclic.assays.binding.readings import plate_readings
from tricyclic.assays.binding.saturation import SaturationPlate
from tricyclic.assays.binding.simulate_plate import Design, one_run, simulate_plate
from tricyclic.assays.pooling import pool_estimates
from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.estimate import Estimate
from tricyclic.core.experiment_plan import ExperimentPlan, TrueValues
from tricyclic.errors import InputError
from tricyclic.results.design import TrialPerformance

Floats = np.ndarray

METHOD = AnalysisOptions(classical=False)


@dataclass(frozen=True)
class SimulatedTrials:
    """Simulated experiments, one row each.

    Parameters
    ----------
    plates : array, shape (experiments, runs, targets, 4)
        log10 of the estimate, of its lower and upper limit, and of the true value of that run; nan
        where the fit failed, -inf and inf where a limit is unbounded.
    pooled : array, shape (experiments, targets, 3)
        log10 of the pooled estimate and its limits; nan limits for a single run.
    checks : mapping of str to int
        Plates on which a check of that name gave a warning or failed.
    """

    plates: Floats
    pooled: Floats
    checks: dict[str, int]


def simulate_experiments(
    plan: ExperimentPlan, curves: Curves, experiments: int, rng: np.random.Generator
) -> SimulatedTrials:
    """Simulate and analyse a number of experiments of `plan.runs` plates each.

    Parameters
    ----------
    plan : ExperimentPlan
    curves : mapping of str to CurveModel
        The registry of curve models.
    experiments : int
    rng : Generator
    """
    targets = plan.targets
    plates = np.full((experiments, plan.runs, len(targets), 4), np.nan)
    pooled = np.full((experiments, len(targets), 3), np.nan)
    checks: Counter[str] = Counter()
    for experiment in range(experiments):
        estimates: list[list[Estimate]] = []
        for run in range(plan.runs):
            truth = _true_values_of_run(plan, rng)
            of_plate, raised = _analyse_plate(plan, truth, curves, rng)
            checks.update(raised)
            run_plan = replace(plan, truth=truth)
            for k, estimate in enumerate(of_plate):
                true = math.log10(run_plan.true(estimate.name))
                plates[experiment, run, k] = (*_logs(estimate), true)
            estimates.append(of_plate)
        for k in range(len(targets)):
            # As in the analysis of a study, a plate that does not determine the number is left out.
            usable = [of[k] for of in estimates if of and not math.isnan(of[k].value)]
            if usable:
                pooled[experiment, k] = _logs(_with_open_side(pool_estimates(usable)))
    return SimulatedTrials(plates, pooled, dict(checks))


def concatenate_trials(trials: Sequence[SimulatedTrials]) -> SimulatedTrials:
    """Several sets of experiments as one, in their order."""
    checks: Counter[str] = Counter()
    for one in trials:
        checks.update(one.checks)
    return SimulatedTrials(
        np.concatenate([one.plates for one in trials]),
        np.concatenate([one.pooled for one in trials]),
        dict(sorted(checks.items())),
    )


def performance(plan: ExperimentPlan, trials: SimulatedTrials) -> tuple[TrialPerformance, ...]:
    """Bias, width and coverage of the simulated analyses, for each target of the plan."""
    return tuple(_performance(plan, trials, k, name) for k, (name, _) in enumerate(plan.targets))


def _performance(
    plan: ExperimentPlan, trials: SimulatedTrials, k: int, name: str
) -> TrialPerformance:
    value, low, high, own = np.moveaxis(trials.plates[:, :, k, :].reshape(-1, 4), 1, 0)
    true = math.log10(plan.true(name))
    fitted = np.isfinite(value)
    closed = fitted & np.isfinite(low) & np.isfinite(high)
    coverage = _share((low <= own) & (own <= high), fitted)
    middle, p_low, p_high = np.moveaxis(trials.pooled[:, k, :], 1, 0)
    has_interval = (
        np.isfinite(middle) & ~np.isnan(p_low) if plan.runs > 1 else np.zeros(middle.shape, bool)
    )
    pooled_coverage = _share((p_low <= true) & (true <= p_high), has_interval)
    error = (value - own)[fitted]
    return TrialPerformance(
        name=name,
        unit="fmol/mg" if name == "Bmax" else "nM",
        true=plan.true(name),
        plates=value.size,
        experiments=middle.size,
        failed=1.0 - float(fitted.mean()),
        open_ended=float((fitted & ~closed).mean()),
        bias=float(10 ** np.mean(error)) if fitted.any() else math.nan,
        sd_log10=float(np.std(error, ddof=1)) if fitted.sum() > 1 else math.nan,
        width=_fold(high - low, fitted, 0.5),
        width_90=_fold(high - low, fitted, 0.9),
        coverage_own_run=coverage,
        coverage_overall=_share((low <= true) & (true <= high), fitted),
        coverage_se=_share_se(coverage, int(fitted.sum())),
        pooled_width=_fold(p_high - p_low, has_interval, 0.5),
        pooled_width_90=_fold(p_high - p_low, has_interval, 0.9),
        pooled_coverage=pooled_coverage,
        pooled_coverage_se=_share_se(pooled_coverage, int(has_interval.sum())),
    )


def _analyse_plate(
    plan: ExperimentPlan, truth: TrueValues, curves: Curves, rng: np.random.Generator
) -> tuple[list[Estimate], list[str]]:
    """Estimates of the targets from one simulated plate (none where the fit failed), and the names
    of the checks that warn.
    """
    design: Design = "as_incubated" if plan.as_incubated else "equilibrium"
    plate = simulate_plate(plan.conditions, plan.layout, truth, rng, cv=plan.cv, design=design)
    analysis: CompetitionPlate | SaturationPlate
    try:
        readings = plate_readings(plate, plan.conditions, plan.kind)
        if plan.kind == "competition":
            analysis = CompetitionPlate(readings, curves, METHOD, plate.name)
        else:
            analysis = SaturationPlate(readings, curves, METHOD, plate.name, plan.kind)
    except InputError:
        # A plate without counts is refused before it is fitted.
        return [], ["plate_refused"]
    fit = analysis.fit()
    estimates = analysis.estimates(fit)
    series = tuple(one for _, one in readings.series)
    checks = fit.checks + plate_checks(
        plate, series, fit, analysis.model, readings.conditions, estimates
    )
    raised = list(dict.fromkeys(check.name for check in checks if check.level != "pass"))
    by_name = {estimate.name: estimate for estimate in estimates}
    if any(name not in by_name for name, _ in plan.targets):
        return [], raised
    return [by_name[name] for name, _ in plan.targets], raised


def _true_values_of_run(plan: ExperimentPlan, rng: np.random.Generator) -> TrueValues:
    if plan.kind == "competition":
        return one_run(plan.truth, rng, sd_log10_ki=plan.between_run_sd)
    moved = one_run(plan.truth, rng, sd_log10_bmax=plan.between_run_sd)
    kd_nM = float(plan.truth.kd_nM * 10 ** rng.normal(0.0, plan.between_run_sd))
    return replace(moved, kd_nM=kd_nM)


def _with_open_side(pooled: Estimate) -> Estimate:
    """A pooled bound as an interval that is open on one side, so that it counts as infinitely wide
    and as right or wrong; leaving it out would keep the favourable experiments only.
    """
    if pooled.qualifier == ">":
        return replace(pooled, low=pooled.value, high=math.inf)
    if pooled.qualifier == "<":
        return replace(pooled, low=0.0, high=pooled.value)
    return pooled


def _logs(estimate: Estimate) -> tuple[float, float, float]:
    return _log10(estimate.value), _log10(estimate.low), _log10(estimate.high)


def _log10(value: float) -> float:
    return math.log10(value) if value > 0 else math.nan if math.isnan(value) else -math.inf


def _share(flags: np.ndarray, among: np.ndarray) -> float:
    return float(flags[among].mean()) if among.any() else math.nan


def _share_se(share: float, n: int) -> float:
    """Standard error of a share with two successes and two failures added, so that it is never 0.

    Source: Agresti and Coull 1998, doi:10.1080/00031305.1998.10480550.
    """
    if n == 0:
        return math.nan
    adjusted = (share * n + 2.0) / (n + 4.0)
    return math.sqrt(adjusted * (1.0 - adjusted) / (n + 4.0))


def _fold(log_width: Floats, among: np.ndarray, quantile: float) -> float:
    """Quantile of widths, upper over lower limit; unbounded ones count as infinitely wide."""
    if not among.any():
        return math.nan
    ordered = np.sort(log_width[among])
    chosen = float(ordered[min(int(quantile * ordered.size), ordered.size - 1)])
    return 10**chosen if chosen < 300 else math.inf
