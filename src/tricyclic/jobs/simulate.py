"""A scenario is dosed: what the drug reaches, what it holds, and what follows, over hours or weeks, with bands."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.jobs._folder import folder_for
from tricyclic.jobs._job import Job, Progress, asked
from tricyclic.jobs._simulate_ask import Dosing

if TYPE_CHECKING:
    from tricyclic.core.dosing import Regimen
    from tricyclic.core.measured_course import MeasuredCourse
    from tricyclic.jobs._simulate_ask import Asked
    from tricyclic.jobs._simulate_list import Listed
    from tricyclic.jobs._simulated import Simulated

SHARE = 0.9


@dataclass(frozen=True)
class Request(Dosing):
    """Dose a scenario and see plasma, brain, occupancy and what follows.

    `tricyclic simulate noradrenergic_synapse --drug desipramine --dose "10 mg/kg" --route ip --every 12h --days 14`

    Each subject starts at its own drug-free rest. Bands are those of the scenario's calibrated ensemble.
    """

    watch: tuple[str, ...] = asked(
        "What to tell; all watches where left out; any PART.symbol too", default=()
    )
    members: int | None = asked(
        "Members of the ensemble to run; 0: one run at the library's values; up to 100 where left out",
        default=None,
    )
    compare: str = asked(
        "Measured table to lay beside it: columns time_h, watch, value, unit, error",
        default="",
        path=True,
    )
    to: str = asked("Folder for tables (CSV, Parquet, JSON) and figures", default="", path=True)
    list: bool = asked("List what can be watched and set, and run nothing", default=False)


def run(request: Request) -> Listed | Generator[Progress, None, Simulated]:
    """Compose, run all members, tell the key numbers."""
    if request.list:
        from tricyclic.jobs._simulate_list import listed

        return listed(request)
    return _simulate(request)


def _simulate(request: Request) -> Generator[Progress, None, Simulated]:
    import numpy as np

    from tricyclic.jobs._simulate_ask import ask, watches_of
    from tricyclic.jobs._simulate_compare import check_times, compare
    from tricyclic.jobs._simulate_ensemble import members_of
    from tricyclic.jobs._simulate_keys import (
        drug_places,
        exposures_of,
        is_occupancy,
        key_of,
        occupancy_watches,
        occupied_of,
        unseen_half_lives,
    )
    from tricyclic.jobs._simulate_run import run_members
    from tricyclic.jobs._simulated import Simulated
    from tricyclic.simulation.sampling import times_of

    folder_for(request.to, "to")
    ready = ask(request)
    measured: tuple[MeasuredCourse, ...] = ()
    if request.compare:
        from tricyclic.io.library.time_courses import read_measured_courses

        measured = read_measured_courses(request.compare)
        check_times(measured, ready.horizon_h * _hours(ready))
    watches = watches_of(ready, request.watch)
    if measured:
        known = {name for watch in watches for name in (watch.name, watch.quantity)}
        if more := [one.name for one in measured if one.name not in known]:
            watches = tuple(dict.fromkeys((*watches, *watches_of(ready, more))))
    occupancies = (
        occupancy_watches(ready, watches)
        if not request.watch
        else tuple(w for w in watches if is_occupancy(w))
    )
    places = drug_places(ready)
    members, ensemble, remarks = members_of(ready, request.members, request.folder)
    times = times_of(ready.regimens, ready.horizon_h)
    if measured:
        times = np.unique(
            np.concatenate([times, *(one.time_h / _hours(ready) for one in measured)])
        )
    names = [watch.quantity for watch in (*watches, *occupancies)] + [
        quantity for _, _, quantity in places
    ]
    runs = yield from run_members(ready, names, times, members)
    plain = [watch for watch in watches if not is_occupancy(watch)]
    courses = tuple(
        runs.course(w.name, w.quantity, w.says, w.unit, relative=w.relative) for w in plain
    )
    occupied = tuple(
        runs.course(w.name, w.quantity, w.says, "percent", relative=False, factor=100.0)
        for w in occupancies
    )
    levels = tuple(
        runs.course(f"{drug}, {place}", quantity, f"{drug}, {place}", "nM", relative=False)
        for drug, place, quantity in places
    )
    exposures = exposures_of(ready, runs, SHARE)
    found = Simulated(
        scenario=ready.scenario.name,
        title=ready.scenario.title,
        species=ready.scenario.species,
        regimens=_in_hours(ready),
        horizon_h=ready.horizon_h * _hours(ready),
        time_unit="" if math.isnan(ready.hours_per_time) else "h",
        members=runs.members,
        ensemble=ensemble,
        share=SHARE,
        values=ready.values,
        keys=tuple(key_of(course) for course in courses),
        occupancies=tuple(occupied_of(course) for course in occupied),
        exposures=exposures,
        courses=courses,
        occupied=occupied,
        levels=levels,
        compared=compare(ready, watches, (*courses, *occupied), measured) if measured else (),
        remarks=(*ready.remarks, *remarks, *unseen_half_lives(exposures)),
    )
    if not request.to:
        return found
    from tricyclic.jobs._simulate_files import files_of

    yield Progress(runs.members + 1, runs.members + 2, "drawing and writing")
    files = files_of(found)
    return replace(
        found, to_write={str(Path(request.to) / name): data for name, data in files.items()}
    )


def _hours(ready: Asked) -> float:
    """Hours of one unit of the model's time; 1 where a user's own file does not say, and times are numbers of it."""
    return 1.0 if math.isnan(ready.hours_per_time) else ready.hours_per_time


def _in_hours(ready: Asked) -> tuple[Regimen, ...]:
    factor = _hours(ready)
    return tuple(
        replace(
            one,
            start_h=one.start_h * factor,
            every_h=one.every_h * factor,
            duration_h=one.duration_h * factor,
        )
        for one in ready.regimens
    )


JOB = Job("simulate", "Dose a scenario; see plasma, brain, occupancy, effects", Request, run)
