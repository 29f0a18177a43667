"""Plans a binding experiment: what the wells will contain, how wide the confidence interval will
be, and what to change first.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np

from tricyclic.assays.binding.design.advice import (
    advise,
    design_warnings,
    reach_target_precision,
)
from tricyclic.assays.binding.design.chemistry import counts_in_wells, depletion, time_needed
from tricyclic.assays.binding.design.dilutions import propose
from tricyclic.assays.binding.design.information import expected_precision, pooled_width
from tricyclic.assays.binding.design.trial import SimulatedTrials, performance
from tricyclic.core.experiment_plan import ExperimentPlan
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.scattered_layout import scattered_layout
from tricyclic.curves import CURVES
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.results.design import (
    DesignResult,
    ExpectedPrecision,
    RunsRow,
    TargetPrecision,
    TrialPerformance,
)
from tricyclic.workflows.base import available_cores, check_range
from tricyclic.workflows.binding.design_plan import resolve_design
from tricyclic.workflows.binding.design_trials import simulate_trials
from tricyclic.workflows.binding.options import DesignOptions
from tricyclic.workflows.output import check_output_folder

MAX_SIMULATIONS = 1_000_000
# Numbers of runs of the table "replicates and runs".
RUNS = (2, 3, 4, 5, 6, 8, 10)


def run(options: DesignOptions, on_progress: ProgressCallback | None = None) -> DesignResult:
    """Plan a plate, predict its precision, simulate its analysis and advise on changes."""
    _check_options(options)
    design = resolve_design(options, Library(options.library))
    proposal, series, optima = propose(
        design.plan, CURVES, replicates=options.replicates, within=options.within
    )
    if options.scattered:
        rng = np.random.default_rng(options.seed)
        proposal = replace(proposal, layout=scattered_layout(proposal.layout, rng))
    plan = design.plan if design.has_layout else proposal
    target = _target(plan, options.target_width)
    precision = expected_precision(plan, CURVES)
    trials = _trials(plan, options, on_progress)
    return DesignResult(
        title=_title(plan),
        plan=plan,
        proposed=not design.has_layout,
        protocol=design.protocol,
        provided=design.provided,
        assumptions=design.assumptions,
        depletion=depletion(plan),
        times=time_needed(plan, design.competitor_koff_per_min),
        counts=counts_in_wells(plan),
        precision=precision,
        series=series,
        optima=optima,
        warnings=design_warnings(plan),
        advice=advise(plan, CURVES, other_series=(proposal,) if design.has_layout else ()),
        target_precision=target,
        runs_table=_runs_table(plan, precision),
        performance=_performance(plan, trials),
        check_rates=_check_rates(trials),
        seed=options.seed,
    )


def _check_options(options: DesignOptions) -> None:
    """Refuse numbers outside their range before anything is computed."""
    width = options.target_width
    if width is not None and not width > 1:
        raise InputError(
            f"the target width is {width:g} fold",
            where="target_width",
            allowed="Upper over lower limit, above 1: 2 means from 0.7 to 1.4 times the value",
        )
    check_range("simulations", options.simulations, 0, MAX_SIMULATIONS)
    check_range("replicates", options.replicates, 1, 24)
    check_range("runs", options.runs, 1, 100)
    if options.scattered and options.layout:
        raise InputError(
            "a plate map is given, which is evaluated as it is",
            where="scattered",
            do="Remove layout, or scattered",
        )
    check_range("seed", options.seed, 0, 2**63)
    check_range("workers", 1 if options.workers is None else options.workers, 1, 1024)
    check_output_folder(options.out, empty=True)


def _target(plan: ExperimentPlan, width: float | None) -> TargetPrecision | None:
    return None if width is None else reach_target_precision(plan, CURVES, width)


def _trials(
    plan: ExperimentPlan, options: DesignOptions, on_progress: ProgressCallback | None
) -> SimulatedTrials | None:
    if not options.simulations:
        return None
    workers = available_cores() if options.workers is None else options.workers
    return simulate_trials(
        plan, options.simulations, seed=options.seed, workers=workers, on_progress=on_progress
    )


def _performance(
    plan: ExperimentPlan, trials: SimulatedTrials | None
) -> tuple[TrialPerformance, ...]:
    return () if trials is None else performance(plan, trials)


def _check_rates(trials: SimulatedTrials | None) -> tuple[tuple[str, float], ...]:
    """Share of plates on which each check is raised, the most frequent first."""
    if trials is None:
        return ()
    counts: Counter[str] = Counter(trials.checks)
    plates = trials.plates.shape[0] * trials.plates.shape[1]
    rates = ((name, count / plates) for name, count in counts.items())
    return tuple(sorted(rates, key=lambda rate: (-rate[1], rate[0])))


def _runs_table(
    plan: ExperimentPlan, precision: tuple[ExpectedPrecision, ...]
) -> tuple[RunsRow, ...]:
    """Width of the pooled interval of the least precise target, by number of runs."""
    se, sd = max(target.se_log10 for target in precision), plan.between_run_sd
    return tuple(
        RunsRow(
            runs,
            pooled_width(se, sd, runs),
            pooled_width(se / math.sqrt(2.0), sd, runs),
            pooled_width(0.0, sd, runs),
        )
        for runs in RUNS
    )


def _title(plan: ExperimentPlan) -> str:
    competition = plan.kind == "competition"
    subject = plan.compound if competition else plan.conditions.radioligand
    where = f" at {plan.conditions.target}" if plan.conditions.target else ""
    verb = "Competition of" if competition else "Saturation with"
    return f"{verb} {subject or 'the radioligand'}{where}"
