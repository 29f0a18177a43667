"""The observations of a scenario become the sets of parameters that they admit: an ensemble, its misfit, and what was learnt."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.errors import InputError
from tricyclic.jobs._folder import folder_for
from tricyclic.jobs._job import Job, Progress, asked

if TYPE_CHECKING:
    import numpy as np

    from tricyclic.core.ensemble import Ensemble
    from tricyclic.core.observation import Observation
    from tricyclic.jobs._calibrated import Calibrated
    from tricyclic.simulation.calibration.calibrate import Calibration
    from tricyclic.simulation.calibration.parameters import Space

# The row name of limits that every member has to keep, where the draws allow it.
HELD = "band"


@dataclass(frozen=True)
class Request:
    """Calibrate a scenario against the observations of the library.

    `tricyclic calibrate noradrenergic_synapse --to my-library/ensembles`

    Moves what the tables call free, between its limits, and gives all sets that the observations admit instead of the
    one that fits best. Takes a quarter of an hour on two cores; --quick takes two minutes and is for trying out.
    """

    scenario: str = asked(
        "Name of a scenario; those that share its ensemble are calibrated together", place=True
    )
    quick: bool = asked("A rough calibration, to see whether it works", default=False)
    members: int | None = asked(
        "Sets of parameters in the ensemble; 100, or 50 where quick, where left out", default=None
    )
    seed: int = asked("Of the random numbers", default=1)
    workers: int | None = asked(
        "Processes; as many as there are cores where left out", default=None
    )
    folder: str = asked(
        "A library folder of your own, whose files win over ours", default="", path=True
    )
    to: str = asked("Folder for the ensemble, the tables and the figures", default="", path=True)


def run(request: Request) -> Generator[Progress, None, Calibrated]:
    """Compose all arms, search, sample, weigh, tell."""
    from tricyclic.io.library.mechanisms import drugs, mechanisms
    from tricyclic.io.library.observations import hash_of, observations
    from tricyclic.jobs._calibrate_pool import Predictors
    from tricyclic.jobs._ensemble_group import group_of
    from tricyclic.jobs._many import cores, in_range
    from tricyclic.simulation.calibration.calibrate import QUICK, Budget, calibration
    from tricyclic.simulation.calibration.parameters import Space, priors_of
    from tricyclic.simulation.calibration.predict import panel_of
    from tricyclic.simulation.model_hash import model_hash

    in_range("members", request.members or 2, 2, 2000)
    in_range("seed", request.seed, 0, 2**31)
    in_range("workers", request.workers or 1, 1, 1024)
    folder_for(request.to, "to")
    folder = request.folder or None
    name, sharing = group_of(request.scenario, request.folder)
    rows = tuple(row for scenario in sharing for row in observations(scenario.name, folder=folder))
    scenarios = tuple(one for one in sharing if any(row.scenario == one.name for row in rows))
    if not any(row.fitted for row in rows):
        raise InputError(
            "has no observations to be calibrated against",
            where=request.scenario,
            do="Add rows to evidence/observations.csv of your library folder",
        )
    known_mechanisms, known_drugs = mechanisms(folder), drugs(folder)
    panel = panel_of(rows, {one.name: one for one in scenarios}, known_mechanisms, known_drugs)
    priors = priors_of(panel.composed.values())
    if not priors:
        raise InputError(
            "has no free parameter",
            where=request.scenario,
            do="Mark rows of its tables as free, with low and high",
        )
    space, budget = Space(priors), QUICK if request.quick else Budget()
    if request.members is not None:
        budget = replace(budget, members=request.members)
    workers = request.workers if request.workers is not None else cores()
    work = calibration(
        rows, space, [row.row == HELD for row in rows], budget=budget, seed=request.seed
    )
    with Predictors(panel, space.names, workers) as predictors:
        wanted, told = next(work), -1
        while True:
            answers = predictors.predict(wanted.values)
            try:
                while True:
                    done = wanted.done + next(answers)
                    if done - told >= wanted.total / 100 or told < 0:
                        told = done
                        yield Progress(done, wanted.total, wanted.says)
            except StopIteration as stop:
                predicted = stop.value
            try:
                wanted = work.send(predicted)
            except StopIteration as stop:
                found = stop.value
                break
    drug_names = sorted({drug for composed in panel.composed.values() for drug in composed.drugs})
    ensemble = _ensemble(request, name, rows, space, found)
    ensemble = replace(
        ensemble,
        drugs=tuple(drug_names),
        observations_hash=hash_of(rows),
        model_hash=model_hash(
            scenarios,
            known_mechanisms,
            known_drugs,
            drug_names,
            {name for row in rows for name in row.quantities},
        ),
    )
    return _told(request, ensemble, tuple(one.name for one in scenarios), rows, space, found)


def _ensemble(
    request: Request, name: str, rows: tuple[Observation, ...], space: Space, found: Calibration
) -> Ensemble:
    from tricyclic.core.ensemble import Ensemble
    from tricyclic.io.library.ensembles import ensemble, ensemble_names
    from tricyclic.jobs._calibrated import doubts_of
    from tricyclic.simulation.calibration.identifiability import identified
    from tricyclic.simulation.calibration.misfit import misfit_table

    folder = request.folder or None
    before = ensemble(name, folder=folder).version if name in ensemble_names(folder) else 0
    misfit = misfit_table(rows, found.member_predictions[0], found.member_predictions)
    quick = ("A rough calibration: for trying out, not for use.",) if request.quick else ()
    return Ensemble(
        name=name,
        scenario=request.scenario,
        priors=space.priors,
        members=space.natural(found.members),
        version=before + 1,
        seed=request.seed,
        misfit=misfit,
        identified=identified(
            space, found.draws, found.weights, found.slopes, [row.id for row in rows]
        ),
        sampling=found.sampling,
        notes=(*quick, *found.notes, *doubts_of(rows, misfit)),
    )


def _told(
    request: Request,
    ensemble: Ensemble,
    scenarios: tuple[str, ...],
    rows: tuple[Observation, ...],
    space: Space,
    found: Calibration,
) -> Calibrated:
    from tricyclic.jobs._calibrated import Calibrated
    from tricyclic.simulation.calibration.identifiability import (
        information_shares,
        widening_without,
    )

    def by_name(table: np.ndarray) -> dict[str, dict[str, float]]:
        return {
            row.id: {name: float(value) for name, value in zip(space.names, line, strict=True)}
            for row, line in zip(rows, table, strict=True)
        }

    ids = {row.id for row in rows} | {row.row for row in rows}
    conflicts = dict.fromkeys(
        (min(row.id, other), max(row.id, other))
        for row in rows
        for other in row.conflicts_with
        if other in ids
    )
    result = Calibrated(
        ensemble=ensemble,
        scenarios=scenarios,
        observations=rows,
        conflicts=tuple(conflicts),
        shares=by_name(information_shares(found.slopes)),
        needed=by_name(widening_without(found.slopes)),
    )
    if not request.to:
        return result
    from tricyclic.jobs._calibrated_files import files_of

    return replace(
        result,
        to_write={str(Path(request.to) / name): data for name, data in files_of(result).items()},
    )


JOB = Job("calibrate", "Find the parameter sets that observations admit", Request, run)
