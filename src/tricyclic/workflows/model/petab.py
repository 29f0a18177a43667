"""Writes the calibration of a scenario as PEtab v2 problems, from which other programs estimate
parameters.
"""

from __future__ import annotations

from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.exchange.petab import is_expressible, petab_problem
from tricyclic.io.library.library import Library
from tricyclic.results.model_exports import PetabProblemSummary, PetabResult
from tricyclic.workflows.model.ensemble import scenarios_sharing_ensemble
from tricyclic.workflows.model.options import PetabOptions
from tricyclic.workflows.output import check_output_folder, require_output


def run(options: PetabOptions, on_progress: ProgressCallback | None = None) -> PetabResult:
    """Write a problem for the scenario, and for each other that shares its ensemble and has an
    observation which PEtab can express.

    Raises
    ------
    InputError
        If no folder is named or it is not empty, or PEtab can express none of the observations.
    """
    require_output(options.out)
    check_output_folder(options.out, empty=True)
    library = Library(options.library)
    _, scenarios = scenarios_sharing_ensemble(options.scenario, library)
    problems: list[PetabProblemSummary] = []
    contents: dict[str, bytes] = {}
    for number, scenario in enumerate(scenarios):
        report_progress(on_progress, number, len(scenarios), f"writing {scenario.name}")
        observations = library.observations(scenario.name)
        if scenario.name != options.scenario and not any(map(is_expressible, observations)):
            continue
        problem = petab_problem(scenario, observations, library.mechanisms, library.drugs)
        problems.append(PetabProblemSummary(scenario.name, problem.observations, problem.left_out))
        for name, content in problem.files.items():
            contents[f"{scenario.name}/{name}"] = content.encode("utf-8")
    return PetabResult(tuple(problems), contents)
