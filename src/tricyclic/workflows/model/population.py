"""Doses many subjects, each from its own drug-free steady state: percentile bands, endpoints and
responders.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.population import Phenotype, Population
from tricyclic.core.progress import ProgressCallback, counted
from tricyclic.errors import InputError
from tricyclic.io.library.library import Library
from tricyclic.results.population import PopulationResult
from tricyclic.simulation.bands import percentile_bands
from tricyclic.simulation.endpoints import EndpointReduction, build_reduction
from tricyclic.simulation.parallel import (
    ATOL_OF_SIZE,
    ORDER_WHEN_DOSED,
    PopulationResponses,
    PopulationTask,
    simulate_subjects,
)
from tricyclic.simulation.population import SubjectDraws, draw_subjects, parameter_spreads
from tricyclic.simulation.responders import parse_responders
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.sampling import output_times
from tricyclic.workflows.base import available_cores, check_range, refuse_without_effect
from tricyclic.workflows.model.ensemble import ENSEMBLE_ONLY, ensemble_parameter_sets
from tricyclic.workflows.model.options import PopulationOptions
from tricyclic.workflows.model.potency_shift import potency_remarks
from tricyclic.workflows.model.prepare import prepare_run
from tricyclic.workflows.model.prepared import (
    PreparedRun,
    require_hours,
    select_observables,
    split_list,
)
from tricyclic.workflows.output import check_output_folder

MAX_SUBJECTS, MAX_WORKERS, MAX_EXAMPLES = 100_000, 1024, 100
# Values of the time courses that are kept for the bands, over all subjects; and the largest and
# smallest number of times of a band.
MAX_KEPT, MAX_TIMES, MIN_TIMES = 40_000_000, 300, 60


def run(
    options: PopulationOptions, on_progress: ProgressCallback | None = None
) -> PopulationResult:
    """Draw subjects, simulate all of them, and summarise.

    Raises
    ------
    InputError
        If a name, a number or a rule is not possible; the message names it.
    """
    _check_options(options)
    library = Library(options.library)
    prepared = require_hours(prepare_run(options, library), "model population")
    observables = select_observables(prepared, options.observable)
    reduction = build_reduction(prepared.composed, observables)
    rules = parse_responders(options.responder, reduction.endpoints)
    parameter_sets, ensemble, remarks = ensemble_parameter_sets(
        prepared, library, size=options.ensemble_size, point_estimate=options.point_estimate
    )
    phenotypes, population_table = _phenotypes(options, prepared, library)
    spreads = parameter_spreads(
        prepared.composed, prepared.mechanisms, fixed=split_list(options.fixed)
    )
    draws = draw_subjects(
        spreads,
        options.subjects,
        options.seed,
        phenotypes=phenotypes,
        base=parameter_sets,
        given=prepared.values,
    )
    task = _task(prepared, reduction, options.subjects)
    responses = simulate_subjects(
        task,
        draws.names,
        draws.table,
        workers=options.workers if options.workers is not None else available_cores(),
        scheduler=options.scheduler,
        on_count=counted(on_progress, options.subjects, "subjects simulated"),
    )
    population = _population(prepared, options, task, draws, responses)
    varied = [*(spread.parameter for spread in spreads), *draws.phenotypes]
    return PopulationResult(
        title=prepared.scenario.title,
        species=prepared.scenario.species,
        horizon_h=prepared.horizon_h,
        population_table=population_table,
        ensemble=ensemble,
        varied=tuple(dict.fromkeys(varied)),
        values=prepared.values,
        population=population,
        responders=tuple(rule.share(population) for rule in rules),
        remarks=(
            *prepared.remarks,
            *remarks,
            *potency_remarks(observables, prepared, parameter_sets, ensemble),
        ),
    )


def _check_options(options: PopulationOptions) -> None:
    check_range("subjects", options.subjects, 1, MAX_SUBJECTS)
    if options.point_estimate:
        refuse_without_effect(options, ("ensemble_size",), ENSEMBLE_ONLY)
    check_range("seed", options.seed, 0, 2**63)
    check_range("workers", 1 if options.workers is None else options.workers, 1, MAX_WORKERS)
    check_range("n_examples", options.n_examples, 0, MAX_EXAMPLES)
    check_output_folder(options.out)


def _task(prepared: PreparedRun, reduction: EndpointReduction, subjects: int) -> PopulationTask:
    """What is simulated for every subject, with at most MAX_KEPT values kept for the bands."""
    simulator = Simulator(prepared.composed)
    times = output_times(prepared.dosing, prepared.horizon_h)
    affordable = MAX_KEPT // (subjects * len(reduction.observables))
    return PopulationTask(
        prepared.composed,
        times,
        reduction,
        _spaced(times.size, int(np.clip(affordable, MIN_TIMES, MAX_TIMES))),
        atol=ATOL_OF_SIZE,
        order=ORDER_WHEN_DOSED,
        sizes=simulator.sizes(times, prepared.values),
        sbml=simulator.sbml,
    )


def _spaced(size: int, count: int) -> NDArray[np.intp]:
    """Indices of about `count` of `size` times, evenly spaced, the first and the last included."""
    return np.unique(np.round(np.linspace(0, size - 1, count)).astype(np.intp))


def _population(
    prepared: PreparedRun,
    options: PopulationOptions,
    task: PopulationTask,
    draws: SubjectDraws,
    responses: PopulationResponses,
) -> Population:
    values = responses.endpoints * task.reduction.endpoint_factors
    return Population(
        prepared.scenario.name,
        prepared.treatment,
        options.seed,
        {name: draws.table[:, k] for k, name in enumerate(draws.names)},
        draws.phenotypes,
        draws.parameter_set_index,
        task.reduction.endpoints,
        values,
        percentile_bands(
            task.reduction,
            task.time_h[task.kept],
            responses.courses,
            values[:, _baseline_columns(task.reduction)],
            n_examples=options.n_examples,
        ),
        responses.failed,
    )


def _baseline_columns(reduction: EndpointReduction) -> list[int]:
    names = [endpoint.name for endpoint in reduction.endpoints]
    return [names.index(f"{observable.name}.baseline") for observable in reduction.observables]


def _phenotypes(
    options: PopulationOptions, prepared: PreparedRun, library: Library
) -> tuple[tuple[Phenotype, ...], str]:
    """Phenotypes of metabolisers, and the name of the population: by default European for humans,
    none for rats.
    """
    human = prepared.scenario.species == "human"
    name = options.population or ("european" if human else "none")
    if name == "none":
        return (), ""
    if not human:
        raise InputError(
            f"'{name}' is a population of people, and the scenario is for the "
            f"{prepared.scenario.species}",
            where="population",
            do="Leave it out, or add --species human",
        )
    known = prepared.composed.parameters
    return tuple(one for one in library.population(name) if one.parameter in known), name
