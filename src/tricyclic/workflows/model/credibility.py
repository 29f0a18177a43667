"""Credibility of a scenario: units, sources, a second engine, calibration, sensitivity."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.check import Check
from tricyclic.core.ensemble import Ensemble
from tricyclic.core.observation import Observation
from tricyclic.core.progress import ProgressCallback, counted, report_progress
from tricyclic.core.scenario import Scenario
from tricyclic.exchange.sedml_omex import sbml_file
from tricyclic.io.library.library import Library
from tricyclic.ode.base import Floats
from tricyclic.reports.credibility import FORMATS
from tricyclic.results.credibility import (
    CredibilityResult,
    EngineAgreement,
    ParameterProvenance,
)
from tricyclic.results.sensitivity import ElasticityTable
from tricyclic.sbml.checks import find_unit_problems, find_validity_problems
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import parse_all_dosing
from tricyclic.simulation.endpoints import build_reduction
from tricyclic.simulation.model import ComposedModel
from tricyclic.simulation.network import pathway_network
from tricyclic.simulation.parallel import PopulationTask
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.sensitivity import elasticities, varied_parameters
from tricyclic.workflows.model.credibility_checks import (
    check_engines,
    check_ensemble,
    check_provenance,
    check_units,
)
from tricyclic.workflows.model.credibility_evidence import (
    annotated,
    compare_engines,
    engine_version,
    main_engine,
    provenance,
    second_engine,
)
from tricyclic.workflows.model.ensemble import outdated_warning, scenarios_sharing_ensemble
from tricyclic.workflows.model.options import CredibilityOptions
from tricyclic.workflows.output import check_report_file

# Dosing schedules of the runs: one drug, once and over a long time.
DOSING = {
    ("animal", "rat"): (
        "imipramine 10 mg/kg ip",
        "imipramine 10 mg/kg ip every 12 h for 14 d",
        "desipramine 15 mg/kg/d pump for 14 d",
    ),
    ("animal", "human"): ("imipramine 1 mg/kg po", "imipramine 1 mg/kg po every 12 h for 14 d"),
    ("culture", "rat"): ("imipramine 1 uM bath for 48 h",),
    ("culture", "human"): ("imipramine 1 uM bath for 48 h",),
}
N_TIMES = 121
# A model that oscillates within seconds is compared over its first minutes: later, phases differ.
OSCILLATING, OSCILLATING_END_H = "calcium_minutes", 0.2


@dataclass(frozen=True)
class ScenarioCalibration:
    """The part of a calibration that belongs to one scenario.

    `ensemble` has the parameters and the misfit of this scenario only, `observations` its rows;
    `n_observations` counts those of all scenarios that share the ensemble, `shared_with`.
    """

    ensemble: Ensemble | None
    observations: tuple[Observation, ...]
    outdated: str
    n_observations: int = 0
    shared_with: tuple[str, ...] = ()


def run(
    options: CredibilityOptions, on_progress: ProgressCallback | None = None
) -> CredibilityResult:
    """Collect the evidence for a scenario and check it.

    Raises
    ------
    InputError
        If the report has an unknown format, or an engine is requested that is not installed.
    """
    check_report_file(options.out, FORMATS)
    engine = second_engine(options.engine)
    library = Library(options.library)
    scenario = library.scenario(options.scenario)
    schedules = DOSING[scenario.system, scenario.species]
    simulators, agreements = _runs(scenario, schedules, library, engine, on_progress)
    # Sensitivity, provenance and units are those of the last schedule.
    simulator = simulators[-1]
    composed = simulator.composed
    calibration = calibration_of(scenario, library)
    elasticity_table = _elasticities(simulator, on_progress)
    sbml = sbml_file(simulator)
    problems = find_unit_problems(sbml), find_validity_problems(sbml)
    engines = (main_engine(), *([engine_version(engine)] if engine else []))
    values = provenance(composed)
    known, unknown = annotated(composed)
    return CredibilityResult(
        scenario=scenario.name,
        title=scenario.title,
        n_states=sum(item.kind in ("state", "species") for item in composed.quantities.values()),
        n_parameters=len(composed.parameters),
        unit_problems=problems[0],
        validation_problems=problems[1],
        annotated=known,
        not_annotated=unknown,
        values=values,
        agreements=agreements,
        engines=engines,
        dosing=schedules,
        not_calibrated=_not_calibrated(scenario, calibration.observations),
        limitations=_limitations(composed, library),
        elasticity_table=elasticity_table,
        checks=_checks(scenario.name, engines, agreements, problems, values, calibration),
        networks=tuple(
            pathway_network(composed.network, scenario, pathway.name)
            for pathway in scenario.pathways
        ),
        ensemble=calibration.ensemble,
        observations=calibration.observations,
        n_observations=calibration.n_observations,
        shared_with=calibration.shared_with,
        sources=library.sources,
    )


def _runs(
    scenario: Scenario,
    schedules: tuple[str, ...],
    library: Library,
    engine: str,
    on_progress: ProgressCallback | None,
) -> tuple[list[Simulator], tuple[EngineAgreement, ...]]:
    """A simulator for each dosing schedule, and the comparisons of the engines."""
    simulators: list[Simulator] = []
    agreements: list[EngineAgreement] = []
    for k, schedule in enumerate(schedules):
        report_progress(on_progress, k, len(schedules), f"running {schedule} in two engines")
        dosing = parse_all_dosing(schedule, scenario, library.drugs)
        simulator = Simulator(compose(scenario, library.mechanisms, library.drugs, dosing))
        simulators.append(simulator)
        quantities = _observed_quantities(simulator.composed)
        if engine and quantities:
            times = _times(simulator.composed)
            agreements += compare_engines(simulator, times, quantities, engine, schedule)
    return simulators, tuple(agreements)


def _observed_quantities(composed: ComposedModel) -> list[str]:
    """The quantities of the observables that this model has, each once."""
    quantities = dict.fromkeys(one.quantity for one in composed.scenario.observables)
    return [name for name in quantities if name in composed.quantities]


def _times(composed: ComposedModel) -> Floats:
    end = max((dose.dosing.last_h for dose in composed.doses), default=0.0) + 24.0
    is_oscillating = composed.scenario.name == OSCILLATING
    return np.linspace(0.0, OSCILLATING_END_H if is_oscillating else end, N_TIMES)


def calibration_of(scenario: Scenario, library: Library) -> ScenarioCalibration:
    """The ensemble of a scenario, reduced to its own observations and parameters."""
    name, sharing = scenarios_sharing_ensemble(scenario.name, library)
    ensemble = library.ensemble(name) if name in library.ensemble_names else None
    rows = [row for one in sharing for row in library.observations(one.name)]
    own = tuple(row for row in rows if row.scenario == scenario.name)
    others = tuple(dict.fromkeys(row.scenario for row in rows if row.scenario != scenario.name))
    if ensemble is None:
        return ScenarioCalibration(None, own, "", len(rows), others)
    return ScenarioCalibration(
        _own_part(ensemble, scenario, own, library),
        own,
        outdated_warning(ensemble, library),
        len(rows),
        others,
    )


def _own_part(
    ensemble: Ensemble, scenario: Scenario, rows: tuple[Observation, ...], library: Library
) -> Ensemble:
    """The ensemble with the misfit of a scenario's own observations, and the parameters of its
    components and of drugs.
    """
    components = {one.name for one in scenario.components} | set(library.drugs)
    components |= {f"{drug}_brain" for drug in library.drugs}
    kept = [
        k for k, name in enumerate(ensemble.parameters) if name.rpartition(".")[0] in components
    ]
    names = {ensemble.parameters[k] for k in kept}
    ids = {row.id for row in rows}
    return replace(
        ensemble,
        priors=tuple(ensemble.priors[k] for k in kept),
        parameter_sets=ensemble.parameter_sets[:, kept],
        misfit=tuple(row for row in ensemble.misfit if row.id in ids),
        identifiability=tuple(row for row in ensemble.identifiability if row.name in names),
    )


def _elasticities(simulator: Simulator, on_progress: ProgressCallback | None) -> ElasticityTable:
    """Elasticities of the observables with respect to the free parameters, at the library's
    values.
    """
    composed = simulator.composed
    observables = [
        one for one in composed.scenario.observables if one.quantity in composed.quantities
    ]
    has_free = any(constant.free for constant in composed.parameters.values())
    varied = varied_parameters(composed, every=not has_free)
    task = PopulationTask(
        composed, _times(composed), build_reduction(composed, observables), sbml=simulator.sbml
    )
    count = counted(on_progress, 1 + 2 * len(varied), "runs for elasticities")
    return elasticities(task, varied, on_count=count)


def _not_calibrated(scenario: Scenario, rows: tuple[Observation, ...]) -> tuple[str, ...]:
    observed = {row.quantity for row in rows if row.scenario == scenario.name}
    return tuple(
        one.name for one in scenario.observables if not {one.quantity, one.name} & observed
    )


def _limitations(composed: ComposedModel, library: Library) -> tuple[tuple[str, str], ...]:
    used = dict.fromkeys(item.mechanism for item in composed.quantities.values() if item.mechanism)
    return tuple((name, text) for name in used for text in library.mechanisms[name].limitations)


def _checks(
    scenario: str,
    engines: tuple[str, ...],
    agreements: tuple[EngineAgreement, ...],
    problems: tuple[tuple[str, ...], tuple[str, ...]],
    values: tuple[ParameterProvenance, ...],
    calibration: ScenarioCalibration,
) -> tuple[Check, ...]:
    return (
        check_units(scenario, [*problems[0], *problems[1]]),
        check_engines(scenario, engines[1] if len(engines) > 1 else "", agreements),
        *check_provenance(scenario, values),
        *check_ensemble(scenario, calibration.ensemble, calibration.outdated),
    )
