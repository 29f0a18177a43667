"""Many subjects are dosed, each from its own drug-free rest: how far they differ, and how many respond."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.errors import InputError
from tricyclic.jobs._folder import folder_for
from tricyclic.jobs._job import Job, Progress, asked
from tricyclic.jobs._simulate_ask import Dosing

if TYPE_CHECKING:
    from tricyclic.core.population import Phenotype
    from tricyclic.jobs._populated import Populated
    from tricyclic.jobs._simulate_ask import Asked

MOST_SUBJECTS = 100_000
# Numbers of the courses that are kept for the bands, over all subjects; and fewest times at which a band is told.
MOST_KEPT, MOST_TIMES, FEWEST_TIMES = 40_000_000, 300, 60


@dataclass(frozen=True)
class Request(Dosing):
    """Dose many subjects and see how far they differ.

    `tricyclic population noradrenergic_synapse --drug desipramine --dose "10 mg/kg" --route ip --every 12h --days 14 --subjects 1000`

    What differs between subjects, and how much, is in the tables of the mechanisms and drugs (cv). Subject 7 of seed 1 is
    always the same animal, whatever it is given and whoever computes it.
    """

    subjects: int = asked("How many", default=100)
    seed: int = asked("Of the random numbers", default=1)
    population: str = asked(
        "How CYP2C19 and CYP2D6 are spread, for humans: european, japanese, one of your folder, or none",
        default="",
    )
    hold: tuple[str, ...] = asked("A parameter that all subjects share: PART.symbol", default=())
    members: int | None = asked(
        "Members of the calibrated ensemble on which the subjects rest; 0: the library's values; all where left out",
        default=None,
    )
    watch: tuple[str, ...] = asked(
        "What to tell; all watches where left out; any PART.symbol too", default=()
    )
    responder: tuple[str, ...] = asked(
        'Who counts as a responder: "cortex_NE.last_day_percent >= 200"', default=()
    )
    some: int = asked("Single subjects that are drawn beside the bands", default=5)
    workers: int | None = asked(
        "Processes; as many as there are cores where left out", default=None
    )
    scheduler: str = asked("Address of a Dask scheduler, such as tcp://host:8786", default="")
    to: str = asked("Folder for tables (CSV, Parquet, JSON) and figures", default="", path=True)


def run(request: Request) -> Generator[Progress, None, Populated]:
    """Draw subjects, run them all, tell percentiles."""
    import numpy as np

    from tricyclic.core.population import Population
    from tricyclic.jobs._many import cores, in_range, telling
    from tricyclic.jobs._populated import Populated, bands_of, responders_of
    from tricyclic.jobs._simulate_ask import ask, in_hours_only, split, watches_of
    from tricyclic.jobs._simulate_ensemble import members_of
    from tricyclic.simulation.endpoints import reduction_of
    from tricyclic.simulation.parallel import ATOL_OF_SIZE, ORDER_WHEN_DOSED, Question, respond
    from tricyclic.simulation.population import draw, spreads_of
    from tricyclic.simulation.run import Bench
    from tricyclic.simulation.sampling import times_of

    in_range("subjects", request.subjects, 1, MOST_SUBJECTS)
    in_range("seed", request.seed, 0, 2**63)
    in_range("workers", 1 if request.workers is None else request.workers, 1, 1024)
    in_range("some", request.some, 0, 100)
    folder_for(request.to, "to")
    ready = in_hours_only(ask(request), "population")
    watches = watches_of(ready, request.watch)
    reduction = reduction_of(ready.composed, watches)
    asked_of = responders_of(request.responder, reduction.endpoints)
    base, ensemble, remarks = members_of(ready, request.members, request.folder)
    kinds, of_population = _phenotypes(request, ready)
    spreads = spreads_of(ready.composed, ready.mechanisms, hold=split(request.hold))
    drawn = draw(
        spreads, request.subjects, request.seed, phenotypes=kinds, base=base, given=ready.values
    )
    bench = Bench(ready.composed)
    times = times_of(ready.regimens, ready.horizon_h)
    times_kept = int(
        np.clip(MOST_KEPT // (request.subjects * len(watches)), FEWEST_TIMES, MOST_TIMES)
    )
    kept = np.unique(np.round(np.linspace(0, times.size - 1, times_kept)).astype(np.intp))
    question = Question(
        ready.composed,
        times,
        reduction,
        kept,
        atol=ATOL_OF_SIZE,
        order=ORDER_WHEN_DOSED,
        sizes=bench.sizes(times, ready.values),
        sbml=bench.sbml,
    )
    work = respond(
        question,
        drawn.names,
        drawn.table,
        workers=request.workers if request.workers is not None else cores(),
        scheduler=request.scheduler,
    )
    found = yield from telling(work, request.subjects, "subjects simulated")
    of_rest = [
        next(
            k
            for k, endpoint in enumerate(reduction.endpoints)
            if endpoint.name == f"{watch.name}.rest"
        )
        for watch in watches
    ]
    population = Population(
        ready.scenario.name,
        "; ".join(given.says or given.drug for given in ready.regimens),
        request.seed,
        {name: drawn.table[:, k] for k, name in enumerate(drawn.names)},
        drawn.phenotypes,
        drawn.members,
        reduction.endpoints,
        found.endpoints,
        bands_of(
            watches, times[kept], found.courses, found.endpoints[:, of_rest], some=request.some
        ),
        found.failed,
    )
    told = Populated(
        title=ready.scenario.title,
        species=ready.scenario.species,
        horizon_h=ready.horizon_h,
        of_population=of_population,
        ensemble=ensemble,
        varied=tuple(dict.fromkeys([*(s.parameter for s in spreads), *drawn.phenotypes])),
        values=ready.values,
        population=population,
        responders=tuple(one.share(population) for one in asked_of),
        remarks=(*ready.remarks, *remarks),
    )
    if not request.to:
        return told
    from tricyclic.jobs._population_files import files_of

    yield Progress(request.subjects, request.subjects, "drawing and writing")
    return replace(
        told, to_write={str(Path(request.to) / name): data for name, data in files_of(told).items()}
    )


def _phenotypes(request: Request, ready: Asked) -> tuple[tuple[Phenotype, ...], str]:
    """Kinds of metabolisers, and the name of the population: European people where nothing else is asked of humans, none of rats."""
    from tricyclic.io.library.populations import population

    human = ready.scenario.species == "human"
    name = request.population or ("european" if human else "none")
    if name == "none":
        return (), ""
    if not human:
        raise InputError(
            f"'{name}' is a population of people, and the scenario is of the {ready.scenario.species}",
            where="population",
            do="Leave it out, or add --species human",
        )
    kinds = population(name, request.folder or None)
    known = ready.composed.parameters
    return tuple(kind for kind in kinds if kind.parameter in known), name


JOB = Job("population", "Dose many subjects: percentile bands and responders", Request, run)
