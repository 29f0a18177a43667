"""Doses a scenario: concentrations, occupancies and effects over hours or weeks, with bands over
the ensemble.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.dosing import Dosing
from tricyclic.core.measured_course import MeasuredTimeCourse
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.scenario import Observable
from tricyclic.io.files import file_or_table, source_name
from tricyclic.io.library.library import Library
from tricyclic.io.library.time_courses import read_measured_courses, unused_columns
from tricyclic.results.model_quantities import QuantitiesResult
from tricyclic.results.simulation import PotencyShift, SimulationResult
from tricyclic.simulation.endpoints import is_occupancy
from tricyclic.simulation.sampling import output_times
from tricyclic.workflows.base import refuse_without_effect
from tricyclic.workflows.model.compare import check_times, compare_courses
from tricyclic.workflows.model.ensemble import ENSEMBLE_ONLY, ensemble_parameter_sets
from tricyclic.workflows.model.list_quantities import list_quantities
from tricyclic.workflows.model.no_band import uncalibrated_remark
from tricyclic.workflows.model.options import SimulateOptions
from tricyclic.workflows.model.potency_shift import potency_shift
from tricyclic.workflows.model.prepare import prepare_run
from tricyclic.workflows.model.prepared import PreparedRun, select_observables
from tricyclic.workflows.model.run_ensemble import EnsembleRuns, run_ensemble
from tricyclic.workflows.model.summarise import (
    concentration_name,
    drug_compartments,
    missing_half_lives,
    occupancy_observables,
    summarise_exposures,
    summarise_observable,
    summarise_occupancy,
)
from tricyclic.workflows.output import check_output_folder

COVERAGE = 0.9
# Options of a simulation that a list of quantities does not use.
NOT_LISTED = ("observable", "ensemble_size", "point_estimate", "compare", "out")


@dataclass(frozen=True)
class _Outputs:
    """What a simulation records: observables, occupancies, and drug concentrations."""

    observables: tuple[Observable, ...]
    occupancies: tuple[Observable, ...]
    concentrations: tuple[tuple[str, str, str], ...]

    @property
    def quantities(self) -> list[str]:
        """Names of the quantities of the model."""
        listed = [one.quantity for one in (*self.observables, *self.occupancies)]
        return listed + [quantity for _, _, quantity in self.concentrations]


def run(
    options: SimulateOptions, on_progress: ProgressCallback | None = None
) -> SimulationResult | QuantitiesResult:
    """Simulate; with `options.list` only list what can be recorded and changed."""
    check_output_folder(options.out)
    if options.list:
        refuse_without_effect(options, NOT_LISTED, "simulations, and --list simulates nothing")
    if options.point_estimate:
        refuse_without_effect(options, ("ensemble_size",), ENSEMBLE_ONLY)
    library = Library(options.library)
    prepared = prepare_run(options, library)
    if options.list:
        return list_quantities(prepared)
    measured = _measured(options, prepared)
    outputs = _outputs(options, prepared, measured)
    parameter_sets, ensemble, remarks = ensemble_parameter_sets(
        prepared, library, size=options.ensemble_size, point_estimate=options.point_estimate
    )
    times = output_times(prepared.dosing, prepared.horizon_h)
    if measured:
        readings = [one.time_h / prepared.time_factor for one in measured]
        times = np.unique(np.concatenate([times, *readings]))
    runs = run_ensemble(
        prepared, outputs.quantities, times, parameter_sets, on_progress=on_progress
    )
    if options.compare:
        name, table = source_name(options.compare), file_or_table(options.compare)
        remarks += tuple(f"Not used of {name}: {part}." for part in unused_columns(table))
    shifts = [
        potency_shift(one, prepared, parameter_sets, ensemble, COVERAGE)
        for one in outputs.occupancies
    ]
    remarks = (*remarks, *uncalibrated_remark(prepared, parameter_sets))
    return _result(prepared, outputs, runs, measured, ensemble, remarks, shifts)


def _measured(options: SimulateOptions, prepared: PreparedRun) -> tuple[MeasuredTimeCourse, ...]:
    if not options.compare:
        return ()
    measured = read_measured_courses(file_or_table(options.compare))
    check_times(measured, prepared.horizon_h * prepared.time_factor)
    return measured


def _outputs(
    options: SimulateOptions, prepared: PreparedRun, measured: tuple[MeasuredTimeCourse, ...]
) -> _Outputs:
    observables = select_observables(prepared, options.observable)
    known = {name for one in observables for name in (one.name, one.quantity)}
    if missing := [one.name for one in measured if one.name not in known]:
        more = select_observables(prepared, missing)
        observables = tuple(dict.fromkeys((*observables, *more)))
    occupancies = (
        tuple(one for one in observables if is_occupancy(one))
        if options.observable
        else occupancy_observables(prepared, observables)
    )
    return _Outputs(
        tuple(one for one in observables if not is_occupancy(one)),
        occupancies,
        drug_compartments(prepared),
    )


def _result(
    prepared: PreparedRun,
    outputs: _Outputs,
    runs: EnsembleRuns,
    measured: tuple[MeasuredTimeCourse, ...],
    ensemble: str,
    remarks: tuple[str, ...],
    shifts: Sequence[PotencyShift | None],
) -> SimulationResult:
    observable_courses = tuple(
        runs.time_course(
            one.name, one.quantity, one.description, one.unit, relative=one.relative_to_baseline
        )
        for one in outputs.observables
    )
    occupancy_courses = tuple(
        runs.time_course(
            one.name, one.quantity, one.description, "percent", relative=False, factor=100.0
        )
        for one in outputs.occupancies
    )
    concentration_courses = tuple(
        runs.time_course(
            concentration_name(drug, compartment),
            quantity,
            f"{drug}, {compartment}",
            "nM",
            relative=False,
        )
        for drug, compartment, quantity in outputs.concentrations
    )
    exposures = summarise_exposures(prepared, runs, COVERAGE)
    comparisons = (
        compare_courses(
            prepared,
            (*outputs.observables, *outputs.occupancies),
            (*observable_courses, *occupancy_courses),
            measured,
        )
        if measured
        else ()
    )
    return SimulationResult(
        scenario=prepared.scenario.name,
        title=prepared.scenario.title,
        species=prepared.scenario.species,
        dosing=_in_hours(prepared),
        horizon_h=prepared.horizon_h * prepared.time_factor,
        time_unit="" if math.isnan(prepared.hours_per_time) else "h",
        ensemble_size=runs.ensemble_size,
        ensemble=ensemble,
        coverage=COVERAGE,
        values=prepared.values,
        observables=tuple(summarise_observable(course) for course in observable_courses),
        occupancies=tuple(
            summarise_occupancy(course, shift)
            for course, shift in zip(occupancy_courses, shifts, strict=True)
        ),
        exposures=exposures,
        observable_courses=observable_courses,
        occupancy_courses=occupancy_courses,
        concentration_courses=concentration_courses,
        comparisons=comparisons,
        remarks=(
            *prepared.remarks,
            *runs.remarks,
            *remarks,
            *missing_half_lives(exposures),
        ),
    )


def _in_hours(prepared: PreparedRun) -> tuple[Dosing, ...]:
    factor = prepared.time_factor
    return tuple(
        replace(
            one,
            start_h=one.start_h * factor,
            every_h=one.every_h * factor,
            duration_h=one.duration_h * factor,
        )
        for one in prepared.dosing
    )
