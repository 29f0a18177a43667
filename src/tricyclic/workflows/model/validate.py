"""Compares predictions of scenarios with experiments that no calibration used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.ensemble import ObservationMisfit
from tricyclic.core.observation import Observation
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.errors import InputError, NumericsError
from tricyclic.io.library.library import Library
from tricyclic.results.validation import ValidationResult
from tricyclic.simulation.calibration.misfit import misfit_table
from tricyclic.simulation.calibration.parameters import Floats
from tricyclic.simulation.calibration.pool import PredictionPool
from tricyclic.simulation.calibration.predict import build_arms
from tricyclic.simulation.calibration.validation import predicted_ratio, validate
from tricyclic.workflows.base import available_cores, check_range, refuse_without_effect
from tricyclic.workflows.model.ensemble import (
    ENSEMBLE_ONLY,
    outdated_warning,
    scenarios_sharing_ensemble,
)
from tricyclic.workflows.model.options import ValidateOptions
from tricyclic.workflows.output import check_output_folder

DEFAULT_SIZE = 20


@dataclass(frozen=True)
class _ParameterSets:
    """Parameter sets that predict: names, table of shape (sets, parameters), and what they are."""

    names: tuple[str, ...]
    table: Floats
    description: str
    remarks: tuple[str, ...] = ()


def run(options: ValidateOptions, on_progress: ProgressCallback | None = None) -> ValidationResult:
    """Predict the experiments of each scenario and score the predictions.

    Raises
    ------
    InputError
        If there are no experiments, or an ensemble is requested that does not exist.
    NumericsError
        If a scenario cannot be run with any parameter set.
    """
    _check(options)
    library = Library(options.library)
    rows = _experiments(options, library)
    predictions: list[ObservationMisfit] = []
    ordered: list[Observation] = []
    predicted_by: dict[str, str] = {}
    remarks: list[str] = []
    for name in dict.fromkeys(row.scenario for row in rows):
        own = tuple(row for row in rows if row.scenario == name)
        report_progress(on_progress, len(ordered), len(rows), f"{name}: compiling")
        sets = _parameter_sets(name, options, library)
        predicted = _predict(
            name, own, sets, options, library, on_progress, done=len(ordered), total=len(rows)
        )
        good = np.asarray(np.isfinite(predicted).all(axis=1))
        if not good.any():
            raise NumericsError(f"{name} cannot be run for these experiments")
        predicted_by[name] = sets.description
        remarks += sets.remarks
        if not good.all():
            failed = f"{np.count_nonzero(~good)} of {len(good)}"
            remarks.append(f"{failed} parameter sets of {name} could not be run.")
        predictions += misfit_table(own, predicted[good][0], predicted[good])
        ordered += own
    return ValidationResult(
        scenario=options.scenario,
        observations=tuple(ordered),
        predictions=tuple(predictions),
        ratios=tuple(
            predicted_ratio(row, one.median) for row, one in zip(ordered, predictions, strict=True)
        ),
        predicted_by=predicted_by,
        score=validate(ordered, predictions),
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _check(options: ValidateOptions) -> None:
    if options.ensemble_size is not None:
        check_range("ensemble_size", options.ensemble_size, 1, 2000)
        if options.point_estimate:
            refuse_without_effect(options, ("ensemble_size",), ENSEMBLE_ONLY)
    if options.workers is not None:
        check_range("workers", options.workers, 1, 1024)
    check_output_folder(options.out)


def _experiments(options: ValidateOptions, library: Library) -> tuple[Observation, ...]:
    if options.scenario:
        library.scenario(options.scenario)
    rows = library.predictions(options.scenario)
    if not rows:
        raise InputError(
            "has no experiments for validation",
            where=options.scenario or "the library",
            do="Add rows to evidence/predictions.csv of your library folder",
        )
    return rows


def _predict(
    name: str,
    rows: Sequence[Observation],
    sets: _ParameterSets,
    options: ValidateOptions,
    library: Library,
    on_progress: ProgressCallback | None,
    *,
    done: int,
    total: int,
) -> Floats:
    """Predictions of one scenario, shape (sets, rows)."""
    panel = build_arms(rows, {name: library.scenario(name)}, library.mechanisms, library.drugs)
    workers = available_cores() if options.workers is None else options.workers
    n_sets = len(sets.table)

    def count(sets_done: int) -> None:
        at = done + len(rows) * sets_done // n_sets
        report_progress(on_progress, at, total, f"{name}: parameter set {sets_done}")

    with PredictionPool(panel, sets.names, min(workers, n_sets)) as pool:
        return pool.predict(sets.table, count)


def _parameter_sets(name: str, options: ValidateOptions, library: Library) -> _ParameterSets:
    """The sets of the scenario's ensemble; the library's values where it has none."""
    group, _ = scenarios_sharing_ensemble(name, library)
    if options.point_estimate or group not in library.ensemble_names:
        if options.ensemble_size and options.scenario and not options.point_estimate:
            raise InputError(
                "has no calibrated ensemble", where=name, do="Leave the ensemble size out"
            )
        return _ParameterSets((), np.empty((1, 0)), "the library's values")
    ensemble = library.ensemble(group)
    n = min(options.ensemble_size or DEFAULT_SIZE, len(ensemble))
    outdated = outdated_warning(ensemble, library)
    return _ParameterSets(
        ensemble.parameters,
        ensemble.parameter_sets[:n],
        f"{n} parameter sets of the ensemble '{group}', version {ensemble.version}",
        (outdated,) if outdated else (),
    )
