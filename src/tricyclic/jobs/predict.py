"""The experiments that were kept apart from calibration become a judgement of what a scenario predicts."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.errors import InputError, NumericsError
from tricyclic.jobs._folder import folder_for
from tricyclic.jobs._job import Job, Progress, asked

if TYPE_CHECKING:
    import numpy as np

    from tricyclic.core.ensemble import Ensemble, Misfit
    from tricyclic.core.observation import Observation
    from tricyclic.jobs._predicted import Predicted

# The band of this many members differs little from that of a hundred, and each costs seconds.
USUAL_MEMBERS = 20


@dataclass(frozen=True)
class Request:
    """Hold what a scenario predicts against experiments that it was not calibrated on.

    `tricyclic predict noradrenergic_synapse`

    They stand in evidence/predictions.csv of the library, and of your own library folder; no calibration reads them.
    """

    scenario: str = asked(
        "Name of a scenario; all that have such experiments where left out", default="", place=True
    )
    members: int | None = asked(
        f"Members of the calibrated ensemble; {USUAL_MEMBERS} where left out, 0 for the library's values",
        default=None,
    )
    workers: int | None = asked(
        "Processes; as many as there are cores where left out", default=None
    )
    folder: str = asked(
        "A library folder of your own, whose files win over ours", default="", path=True
    )
    to: str = asked("Folder for the table (CSV, JSON) and the figure", default="", path=True)


def run(request: Request) -> Generator[Progress, None, Predicted]:
    """Compose every arm, run it with each member, tell predicted beside observed."""
    import numpy as np

    from tricyclic.io.library.mechanisms import drugs, mechanisms, scenario
    from tricyclic.io.library.observations import predictions
    from tricyclic.jobs._calibrate_pool import Predictors
    from tricyclic.jobs._many import cores, in_range
    from tricyclic.jobs._predicted import Predicted
    from tricyclic.simulation.calibration.misfit import misfit_table
    from tricyclic.simulation.calibration.predict import panel_of
    from tricyclic.simulation.calibration.validation import judged

    in_range("members", request.members or 0, 0, 2000)
    in_range("workers", request.workers or 1, 1, 1024)
    folder_for(request.to, "to")
    folder = request.folder or None
    if request.scenario:
        scenario(request.scenario, folder=folder)
    rows = predictions(request.scenario, folder=folder)
    if not rows:
        raise InputError(
            "has no experiments that were kept apart",
            where=request.scenario or "the library",
            do="Add rows to evidence/predictions.csv of your library folder",
        )
    workers = request.workers if request.workers is not None else cores()
    known = mechanisms(folder), drugs(folder)
    all_rows: list[Observation] = []
    found: list[Misfit] = []
    by: dict[str, str] = {}
    notes: list[str] = []
    for name in dict.fromkeys(row.scenario for row in rows):
        own = tuple(row for row in rows if row.scenario == name)
        yield Progress(len(all_rows), len(rows), f"{name}: compiling")
        names, table, by[name], doubts = _sets(name, request)
        notes += [note for note in doubts if note not in notes]
        panel = panel_of(own, {name: scenario(name, folder=folder)}, *known)
        with Predictors(panel, names, min(workers, len(table))) as predictors:
            answers = predictors.predict(table)
            try:
                while True:
                    done = next(answers)
                    yield Progress(
                        len(all_rows) + len(own) * done // len(table),
                        len(rows),
                        f"{name}: set {done}",
                    )
            except StopIteration as stop:
                predicted = stop.value
        good = np.isfinite(predicted).all(axis=1)
        if not good.any():
            raise NumericsError(f"{name} cannot be run for the experiments that were kept apart")
        if not good.all():
            notes.append(
                f"{np.count_nonzero(~good)} of {len(good)} sets of {name} could not be run."
            )
        found += misfit_table(own, predicted[good][0], predicted[good])
        all_rows += own
    result = Predicted(tuple(all_rows), tuple(found), by, judged(all_rows, found), tuple(notes))
    return replace(result, to_write=_files(request, result)) if request.to else result


def _sets(name: str, request: Request) -> tuple[tuple[str, ...], np.ndarray, str, tuple[str, ...]]:
    """Names and values of the sets of parameters, shape (sets, parameters); who they are; what to know of them."""
    import numpy as np

    from tricyclic.io.library.ensembles import ensemble, ensemble_names
    from tricyclic.jobs._ensemble_group import age_of, group_of

    folder = request.folder or None
    group, _ = group_of(name, request.folder)
    if request.members == 0 or group not in ensemble_names(folder):
        if request.members and request.scenario:
            raise InputError(
                "has no calibrated ensemble", where=name, do="Leave the number of members out"
            )
        return (), np.empty((1, 0)), "the library's values", ()
    found: Ensemble = ensemble(group, folder=folder)
    n = min(request.members or USUAL_MEMBERS, len(found))
    older = age_of(found, request.folder)
    says = f"{n} members of the ensemble '{group}', version {found.version}"
    return found.parameters, found.members[:n], says, ((older,) if older else ())


def _files(request: Request, result: Predicted) -> dict[str, bytes]:
    from tricyclic.jobs._json import as_json_bytes
    from tricyclic.plotting.misfit import misfit

    name = f"{request.scenario}-predictions" if request.scenario else "predictions"
    drawn = misfit(
        result.observations,
        result.found,
        name=name,
        title="Experiments kept apart from calibration",
    )
    files = {
        f"{name}.csv": result.as_csv(),
        f"{name}.json": as_json_bytes(
            {"schema": "tricyclic-predict/1", "result": result.as_json()}
        ),
        f"{name}.txt": (result.as_text() + "\n").encode("utf-8"),
        f"{name}.svg": drawn.svg.encode("utf-8"),
        f"{name}.pdf": drawn.pdf,
    }
    return {str(Path(request.to) / file): data for file, data in files.items()}


JOB = Job("predict", "Judge predictions by experiments no calibration saw", Request, run)
