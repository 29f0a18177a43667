"""Describes the scenarios of the library: mechanisms, binding sites, observables and diagrams."""

from __future__ import annotations

from tricyclic.core.progress import ProgressCallback
from tricyclic.core.scenario import Scenario
from tricyclic.io.library.library import Library
from tricyclic.results.library import ScenarioDescription, ScenariosResult
from tricyclic.workflows.library.options import ScenariosOptions


def run(options: ScenariosOptions, on_progress: ProgressCallback | None = None) -> ScenariosResult:
    """Describe one scenario, or all."""
    library = Library(options.library)
    names = [options.name] if options.name else library.scenario_names
    return ScenariosResult(
        tuple(_describe(library.scenario(name)) for name in names), full=bool(options.name)
    )


def _describe(scenario: Scenario) -> ScenarioDescription:
    return ScenarioDescription(
        name=scenario.name,
        title=scenario.title,
        description=scenario.description,
        species=scenario.species,
        system=scenario.system,
        routes=scenario.routes,
        targets=tuple(dict.fromkeys(site.target for site in scenario.binding_sites)),
        components=tuple((one.name, one.mechanism) for one in scenario.components),
        observables=tuple((one.name, one.description) for one in scenario.observables),
        pathways=tuple((one.name, one.title) for one in scenario.pathways),
    )
