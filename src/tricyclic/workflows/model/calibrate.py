"""Calibrates scenarios against the observations of the library: an ensemble of parameter sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.ensemble import Ensemble, ObservationMisfit
from tricyclic.core.observation import Observation
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.io.library.observations import observations_hash
from tricyclic.results.calibration import MISSED_SD, CalibrationResult
from tricyclic.simulation.calibration import calibrate
from tricyclic.simulation.calibration.calibrate import CalibrationBudget, CalibrationRun
from tricyclic.simulation.calibration.identifiability import (
    identifiability,
    information_shares,
    widening_without,
)
from tricyclic.simulation.calibration.misfit import misfit_table
from tricyclic.simulation.calibration.parameters import Floats, ParameterSpace, collect_priors
from tricyclic.simulation.calibration.pool import PredictionPool
from tricyclic.simulation.calibration.predict import ObservationPanel, build_arms
from tricyclic.simulation.model_hash import model_hash
from tricyclic.workflows.base import available_cores, check_range
from tricyclic.workflows.model.ensemble import scenarios_sharing_ensemble
from tricyclic.workflows.model.options import CalibrateOptions
from tricyclic.workflows.output import check_output_folder

# The row name of limits that every parameter set has to keep, where the draws allow it.
REQUIRED_ROW = "band"
QUICK_NOTE = "A quick calibration: for trials, not for use."


@dataclass(frozen=True)
class _Problem:
    """What is calibrated: scenarios, observations, their composed arms, free parameters."""

    ensemble_name: str
    scenarios: tuple[Scenario, ...]
    observations: tuple[Observation, ...]
    panel: ObservationPanel
    space: ParameterSpace


def run(
    options: CalibrateOptions, on_progress: ProgressCallback | None = None
) -> CalibrationResult:
    """Calibrate.

    Raises
    ------
    InputError
        If the scenario has no observations or no free parameter.
    """
    _check(options)
    library = Library(options.library)
    problem = _prepare(options, library)
    workers = available_cores() if options.workers is None else options.workers
    with PredictionPool(problem.panel, problem.space.names, workers) as pool:
        calibration = calibrate.calibrate(
            problem.observations,
            problem.space,
            [row.row == REQUIRED_ROW for row in problem.observations],
            pool.predict,
            budget=_budget(options),
            seed=options.seed,
            on_progress=on_progress,
        )
    return _result(options, library, problem, calibration)


def _check(options: CalibrateOptions) -> None:
    if options.ensemble_size is not None:
        check_range("ensemble_size", options.ensemble_size, 2, 2000)
    if options.workers is not None:
        check_range("workers", options.workers, 1, 1024)
    check_range("seed", options.seed, 0, 2**31)
    check_output_folder(options.out)


def _budget(options: CalibrateOptions) -> CalibrationBudget:
    budget = calibrate.QUICK if options.quick else CalibrationBudget()
    if options.ensemble_size is None:
        return budget
    return replace(budget, ensemble_size=options.ensemble_size)


def _prepare(options: CalibrateOptions, library: Library) -> _Problem:
    name, sharing = scenarios_sharing_ensemble(options.scenario, library)
    rows = tuple(row for scenario in sharing for row in library.observations(scenario.name))
    scenarios = tuple(one for one in sharing if any(row.scenario == one.name for row in rows))
    if not any(row.fitted for row in rows):
        raise InputError(
            "has no observations to be calibrated against",
            where=options.scenario,
            do="Add rows to evidence/observations.csv of your library folder",
        )
    panel = build_arms(
        rows, {one.name: one for one in scenarios}, library.mechanisms, library.drugs
    )
    priors = collect_priors(panel.composed.values())
    if not priors:
        raise InputError(
            "has no free parameter",
            where=options.scenario,
            do="Mark rows of its tables as free, with low and high",
        )
    return _Problem(name, scenarios, rows, panel, ParameterSpace(priors))


def _result(
    options: CalibrateOptions, library: Library, problem: _Problem, calibration: CalibrationRun
) -> CalibrationResult:
    return CalibrationResult(
        ensemble=_ensemble(options, library, problem, calibration),
        scenarios=tuple(one.name for one in problem.scenarios),
        observations=problem.observations,
        conflicts=_conflicts(problem.observations),
        information_shares=_by_name(problem, information_shares(calibration.slopes)),
        widening_without=_by_name(problem, widening_without(calibration.slopes)),
    )


def _ensemble(
    options: CalibrateOptions, library: Library, problem: _Problem, calibration: CalibrationRun
) -> Ensemble:
    name, rows, space = problem.ensemble_name, problem.observations, problem.space
    previous = library.ensemble(name).version if name in library.ensemble_names else 0
    predictions = calibration.ensemble_predictions
    misfit = misfit_table(rows, predictions[0], predictions)
    quick = (QUICK_NOTE,) if options.quick else ()
    drugs = sorted({drug for model in problem.panel.composed.values() for drug in model.drugs})
    quantities = {quantity for row in rows for quantity in row.quantities}
    return Ensemble(
        name=name,
        scenario=options.scenario,
        priors=space.priors,
        parameter_sets=space.natural(calibration.parameter_sets),
        version=previous + 1,
        model_hash=model_hash(
            problem.scenarios, library.mechanisms, library.drugs, drugs, quantities
        ),
        observations_hash=observations_hash(rows),
        seed=options.seed,
        drugs=tuple(drugs),
        misfit=misfit,
        identifiability=identifiability(
            space,
            calibration.draws,
            calibration.weights,
            calibration.slopes,
            [row.id for row in rows],
        ),
        sampling=calibration.sampling,
        notes=(*quick, *calibration.notes, *_missed(rows, misfit)),
    )


def _missed(rows: Sequence[Observation], misfit: Sequence[ObservationMisfit]) -> tuple[str, ...]:
    """A note on the fitted observations that even the best set misses."""
    far = [
        f"{row.id} ({predicted.distance:+.1f} SD)"
        for row, predicted in zip(rows, misfit, strict=True)
        if row.fitted and abs(predicted.distance) > MISSED_SD
    ]
    return (f"Even the best parameter set misses {', '.join(far)}.",) if far else ()


def _conflicts(rows: Sequence[Observation]) -> tuple[tuple[str, str], ...]:
    """Pairs of observations that exclude each other, each once."""
    known = {row.id for row in rows} | {row.row for row in rows}
    pairs = dict.fromkeys(
        (min(row.id, other), max(row.id, other))
        for row in rows
        for other in row.conflicts_with
        if other in known
    )
    return tuple(pairs)


def _by_name(problem: _Problem, table: Floats) -> dict[str, dict[str, float]]:
    """A table of shape (observations, parameters) by their names."""
    names = problem.space.names
    return {
        row.id: dict(zip(names, np.asarray(line).tolist(), strict=True))
        for row, line in zip(problem.observations, table, strict=True)
    }
