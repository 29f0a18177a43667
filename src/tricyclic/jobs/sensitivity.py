"""What the endpoints of a dosed scenario hang on: local elasticities, and Sobol indices over the ranges of the parameters."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.errors import InputError
from tricyclic.jobs._folder import folder_for
from tricyclic.jobs._job import Job, Progress, asked
from tricyclic.jobs._simulate_ask import Dosing

if TYPE_CHECKING:
    from tricyclic.jobs._sensed import Sensed
    from tricyclic.jobs._simulate_ask import Asked

MOST_RUNS = 1_000_000
# With fewer free parameters than this, a scenario is asked of all that have a range.
FEW = 5


@dataclass(frozen=True)
class Request(Dosing):
    """See what the endpoints of a dosed scenario hang on.

    `tricyclic sensitivity noradrenergic_synapse --drug desipramine --dose "10 mg/kg" --route ip --every 12h --days 14`

    Elasticities: percent by which an endpoint moves when a parameter moves by 1 %, each subject at its own rest. With
    `--sobol 128` all parameters range at once, and each is told the share of the variance that it explains.
    """

    parameter: tuple[str, ...] = asked(
        "A parameter to vary: PART.symbol; the free ones where left out, all with a range where those are few",
        default=(),
    )
    all: bool = asked(
        "Vary every parameter that is not 0 (elasticities) or has a range (Sobol)", default=False
    )
    watch: tuple[str, ...] = asked(
        "Of which watches; all where left out; any PART.symbol too", default=()
    )
    endpoint: tuple[str, ...] = asked(
        "An endpoint to draw, such as cortex_NE.last_day_percent; the last day of each watch where left out",
        default=(),
    )
    member: int | None = asked(
        "Member of the calibrated ensemble whose values hold, 0 the best; the library's values where left out",
        default=None,
    )
    sobol: int | None = asked(
        "Base points of Sobol's design, a power of 2; runs are that many times the parameters + 2",
        default=None,
    )
    seed: int = asked("Of Sobol's design and its bootstrap", default=1)
    confidence: float = asked("Coverage of the limits of the Sobol indices", default=0.95)
    workers: int | None = asked(
        "Processes; as many as there are cores where left out", default=None
    )
    scheduler: str = asked("Address of a Dask scheduler, such as tcp://host:8786", default="")
    to: str = asked("Folder for tables (CSV, JSON) and figures", default="", path=True)


def run(request: Request) -> Generator[Progress, None, Sensed]:
    """Vary, run, tell what matters."""
    from tricyclic.jobs._many import cores, in_range, telling
    from tricyclic.jobs._sensed import Sensed, drawn_endpoints
    from tricyclic.jobs._simulate_ask import ask, in_hours_only, split, watches_of
    from tricyclic.jobs._simulate_ensemble import at_member
    from tricyclic.simulation.endpoints import reduction_of
    from tricyclic.simulation.parallel import ATOL_OF_SIZE, ORDER_WHEN_DOSED, Question
    from tricyclic.simulation.run import Bench
    from tricyclic.simulation.sampling import times_of
    from tricyclic.simulation.sensitivity import elasticities, sobol_table, varied_of

    in_range("workers", 1 if request.workers is None else request.workers, 1, 1024)
    in_range("seed", request.seed, 0, 2**31)
    if not 0 < request.confidence < 1:
        raise InputError(
            f"is {request.confidence:g}",
            where="confidence",
            allowed="Between 0 and 1, such as 0.95",
        )
    folder_for(request.to, "to")
    ready, at_values = at_member(
        in_hours_only(ask(request), "sensitivity"), request.member, request.folder
    )
    composed = ready.composed
    reduction = reduction_of(composed, watches_of(ready, request.watch))
    endpoints = drawn_endpoints(split(request.endpoint), reduction.endpoints)
    names = split(request.parameter)
    every, remarks = request.all, ready.remarks
    if not names and not every:
        free = [name for name, constant in composed.parameters.items() if constant.free]
        wide = _with_range(ready)
        if len(free) < FEW and len(wide) > len(free):
            names = wide
            count = {0: "no parameter is", 1: "one parameter is"}.get(
                len(free), f"{len(free)} parameters are"
            )
            remarks = (
                *remarks,
                f"{count} free in this scenario; told of all {len(wide)} that have a range",
            )
    if at_values:
        remarks = (*remarks, at_values)
    varied = varied_of(composed, ready.values, names=names, every=every)
    bench = Bench(composed)
    times = times_of(ready.regimens, ready.horizon_h)
    question = Question(composed, times, reduction, sbml=bench.sbml)
    workers = request.workers if request.workers is not None else cores()
    found = yield from telling(
        elasticities(question, varied, ready.values, workers=workers, scheduler=request.scheduler),
        1 + 2 * len(varied),
        "runs for elasticities",
    )
    table = None
    if request.sobol is not None:
        ranging = varied_of(composed, ready.values, names=names, every=every, ranges=True)
        runs = request.sobol * (len(ranging) + 2)
        in_range("runs of the Sobol design", runs, 1, MOST_RUNS)
        sized = replace(
            question,
            atol=ATOL_OF_SIZE,
            order=ORDER_WHEN_DOSED,
            sizes=bench.sizes(times, ready.values),
        )
        table = yield from telling(
            sobol_table(
                sized,
                ranging,
                request.sobol,
                request.seed,
                ready.values,
                confidence=request.confidence,
                workers=workers,
                scheduler=request.scheduler,
            ),
            runs,
            "runs for Sobol indices",
        )
    told = Sensed(
        scenario=ready.scenario.name,
        title=ready.scenario.title,
        species=ready.scenario.species,
        says="; ".join(given.says or given.drug for given in ready.regimens),
        horizon_h=ready.horizon_h,
        values=ready.values,
        drawn=endpoints,
        elasticities=found,
        sobol=table,
        remarks=remarks,
    )
    if not request.to:
        return told
    from tricyclic.jobs._sensitivity_files import files_of

    yield Progress(1, 1, "drawing and writing")
    return replace(
        told, to_write={str(Path(request.to) / name): data for name, data in files_of(told).items()}
    )


def _with_range(ready: Asked) -> list[str]:
    """Parameters with a range and a value other than 0."""
    return [
        name
        for name, constant in ready.composed.parameters.items()
        if -math.inf < constant.low < constant.high < math.inf
        and ready.values.get(name, constant.value)
    ]


JOB = Job(
    "sensitivity",
    "What endpoints hang on: elasticities, Sobol indices",
    Request,
    run,
)
