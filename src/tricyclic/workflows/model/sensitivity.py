"""Sensitivity of the endpoints of a dosed scenario: local elasticities, and Sobol indices over the
ranges of the parameters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from tricyclic.core.population import Endpoint
from tricyclic.core.progress import ProgressCallback, counted
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.library import Library
from tricyclic.numerics.sobol import check_base_points
from tricyclic.results.sensitivity import SensitivityResult, SobolTable
from tricyclic.simulation.endpoints import NO_DERIVATIVE, build_reduction
from tricyclic.simulation.parallel import ATOL_OF_SIZE, ORDER_WHEN_DOSED, PopulationTask
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.sampling import output_times
from tricyclic.simulation.sensitivity import elasticities, sobol_table, varied_parameters
from tricyclic.workflows.base import available_cores, check_range, refuse_without_effect
from tricyclic.workflows.model.ensemble import at_parameter_set
from tricyclic.workflows.model.options import SensitivityOptions
from tricyclic.workflows.model.prepare import prepare_run
from tricyclic.workflows.model.prepared import (
    PreparedRun,
    require_hours,
    select_observables,
    split_list,
)
from tricyclic.workflows.output import check_output_folder

MAX_RUNS, MAX_WORKERS = 1_000_000, 1024
# With fewer free parameters than this, all parameters that have a range are varied.
MIN_FREE = 5


def run(
    options: SensitivityOptions, on_progress: ProgressCallback | None = None
) -> SensitivityResult:
    """Vary the parameters and compute the sensitivities.

    Raises
    ------
    InputError
        If a name or a number is not possible; the message names it.
    """
    _check_options(options)
    library = Library(options.library)
    prepared, parameter_set = at_parameter_set(
        require_hours(prepare_run(options, library), "model sensitivity"),
        library,
        options.parameter_set,
    )
    composed = prepared.composed
    reduction = build_reduction(composed, select_observables(prepared, options.observable))
    endpoints = select_endpoints(split_list(options.endpoint), reduction.endpoints)
    names, remarks = _parameters(options, prepared)
    varied = varied_parameters(composed, prepared.values, names=names, every=options.all)
    simulator = Simulator(composed)
    task = PopulationTask(
        composed,
        output_times(prepared.dosing, prepared.horizon_h),
        reduction,
        sbml=simulator.sbml,
    )
    elasticity_table = elasticities(
        task,
        varied,
        prepared.values,
        workers=_workers(options),
        scheduler=options.scheduler,
        on_count=counted(on_progress, 1 + 2 * len(varied), "runs for elasticities"),
    )
    sobol = None
    if options.sobol is not None:
        sobol = _sobol(options, options.sobol, prepared, names, task, simulator, on_progress)
    return SensitivityResult(
        scenario=prepared.scenario.name,
        title=prepared.scenario.title,
        species=prepared.scenario.species,
        treatment=prepared.treatment,
        horizon_h=prepared.horizon_h,
        values=prepared.values,
        plotted_endpoints=endpoints,
        elasticities=elasticity_table,
        sobol=sobol,
        remarks=(*prepared.remarks, *remarks, *((parameter_set,) if parameter_set else ())),
    )


def select_endpoints(names: Sequence[str], endpoints: Sequence[Endpoint]) -> tuple[str, ...]:
    """The endpoints of these names; by default the last day of each observable, in percent of
    baseline where it has one.

    Raises
    ------
    UnknownNameError
        If one is not known, or is a time, which has no derivative.
    """
    known = [endpoint.name for endpoint in endpoints if not endpoint.name.endswith(NO_DERIVATIVE)]
    for name in names:
        if name not in known:
            raise UnknownNameError.among("endpoint", name, known, where="endpoint")
    return tuple(names) or tuple(
        name
        for name in known
        if name.endswith(".last_day_percent")
        or (name.endswith(".last_day") and f"{name}_percent" not in known)
    )


def _check_options(options: SensitivityOptions) -> None:
    check_range("workers", 1 if options.workers is None else options.workers, 1, MAX_WORKERS)
    check_range("seed", options.seed, 0, 2**31)
    if not 0 < options.confidence < 1:
        raise InputError(
            f"is {options.confidence:g}",
            where="confidence",
            allowed="Between 0 and 1, such as 0.95",
        )
    if options.sobol is not None:
        check_base_points(options.sobol)
    else:
        refuse_without_effect(options, ("seed", "confidence"), "Sobol indices, with --sobol")
    check_output_folder(options.out)


def _workers(options: SensitivityOptions) -> int:
    return options.workers if options.workers is not None else available_cores()


def _parameters(
    options: SensitivityOptions, prepared: PreparedRun
) -> tuple[list[str], tuple[str, ...]]:
    """Names of the parameters to vary, empty for the free ones; and a remark where few are free."""
    names = split_list(options.parameter)
    if names or options.all:
        return names, ()
    parameters = prepared.composed.parameters
    free = [name for name, constant in parameters.items() if constant.free]
    ranged = _with_range(prepared)
    if len(free) >= MIN_FREE or len(ranged) <= len(free):
        return [], ()
    count = {0: "no parameter is", 1: "one parameter is"}.get(
        len(free), f"{len(free)} parameters are"
    )
    return ranged, (
        f"{count} free in this scenario; all {len(ranged)} that have a range are varied",
    )


def _with_range(prepared: PreparedRun) -> list[str]:
    """Parameters with a range and a value other than 0."""
    return [
        name
        for name, constant in prepared.composed.parameters.items()
        if -math.inf < constant.low < constant.high < math.inf
        and prepared.values.get(name, constant.value)
    ]


def _sobol(
    options: SensitivityOptions,
    n: int,
    prepared: PreparedRun,
    names: Sequence[str],
    task: PopulationTask,
    simulator: Simulator,
    on_progress: ProgressCallback | None,
) -> SobolTable:
    varied = varied_parameters(
        prepared.composed, prepared.values, names=names, every=options.all, ranges=True
    )
    runs = n * (len(varied) + 2)
    if runs > MAX_RUNS:
        raise InputError(
            f"{n} base points of {len(varied)} parameters need {runs} runs",
            where="sobol",
            allowed=f"At most {MAX_RUNS} runs",
            do="Reduce the base points, or name fewer parameters with --parameter",
        )
    sized = replace(
        task,
        atol=ATOL_OF_SIZE,
        order=ORDER_WHEN_DOSED,
        sizes=simulator.sizes(task.time_h, prepared.values),
    )
    return sobol_table(
        sized,
        varied,
        n,
        options.seed,
        prepared.values,
        confidence=options.confidence,
        workers=_workers(options),
        scheduler=options.scheduler,
        on_count=counted(on_progress, runs, "runs for Sobol indices"),
    )
