"""Time of the noradrenergic rat, one run and a population, beside SciPy and COPASI on the same
model; tables of docs/benchmarks.md.

    python benchmarks/simulation.py [--subjects 1000] [--workers 2] [--rounds 7] [--peers 5]
    [--docs]

The model is composed with desipramine, 10 mg/kg i.p. twice daily for 14 days (28 doses) or by
minipump. Every engine gets the same SBML, initial state, relative tolerance 1e-6 and 57 output
times; its error is relative to LSODA at 1e-10. In a population each subject is drawn from the
tables, brought to its own drug-free steady state, dosed, and reduced to endpoints. CPU time is the
best of the rounds; seconds of a population are wall-clock time, and the load of the machine before
is printed. Engines that are not installed are listed. With --docs the tables replace those in
docs/benchmarks.md.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import math
import os
import platform
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from shared import fill, load, machine

from tricyclic.core.dosing import Dosing
from tricyclic.exchange.sedml_omex import sbml_file
from tricyclic.io.library.library import Library
from tricyclic.ode.verification.scipy_engine import SciPyModel
from tricyclic.simulation.compose import compose
from tricyclic.simulation.endpoints import build_reduction
from tricyclic.simulation.model import ComposedModel
from tricyclic.simulation.parallel import (
    ATOL_OF_SIZE,
    ORDER_WHEN_DOSED,
    PopulationTask,
    simulate_subjects,
)
from tricyclic.simulation.population import draw_subjects, parameter_spreads
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.sampling import output_times

SCENARIO, DAYS = "noradrenergic_synapse", 14
RTOL, ATOL = 1e-6, 1e-9
INTERVALS = 56
# Times that the documentation states: to compile [s], of a run [ms].
STATED_COMPILE_S, STATED_RUN_MS = 0.5, 50.0
# Subjects whose CPU time is measured in this process, and courses that a population keeps.
TIMED_SUBJECTS, KEPT_TIMES = 25, 300
OTHER_ENGINES = ("basico", "amici", "diffrax")

Run = tuple[str, float, float]
library = Library()


def composed(treatment: str) -> ComposedModel:
    """The scenario with desipramine, twice daily (bid), by minipump (pump) or once (acute)."""
    dose = library.drugs["desipramine"].nmol_per_kg(10.0)
    dosing = {
        "bid": Dosing(
            "desipramine", "ip", dose, 0.0, 12.0, 2 * DAYS, description="10 mg/kg i.p. every 12 h"
        ),
        "pump": Dosing(
            "desipramine",
            "pump",
            1.5 * dose / 24,
            duration_h=24.0 * DAYS,
            description="15 mg/kg/d by minipump",
        ),
        "acute": Dosing("desipramine", "ip", dose, description="10 mg/kg i.p. once"),
    }[treatment]
    return compose(library.scenario(SCENARIO), library.mechanisms, library.drugs, [dosing])


def best(work: Callable[[], Any], rounds: int) -> float:
    """Least CPU time of some rounds [s]."""
    least = math.inf
    for _ in range(rounds):
        start = time.process_time()
        work()
        least = min(least, time.process_time() - start)
    return least


def compiling(rounds: int) -> tuple[float, int, int]:
    """CPU time from the files of the library to a compiled model [s], its states and characters;
    the libraries are imported before.
    """
    simulator = Simulator(composed("acute"))
    least = math.inf
    for k in range(rounds):
        start = time.process_time()
        # A different value, so that the solver cannot use an earlier model.
        simulator = Simulator(_with_other_value(composed("bid"), k))
        least = min(least, time.process_time() - start)
    return least, len(simulator.model.states), len(simulator.sbml)


def _with_other_value(model: ComposedModel, k: int) -> ComposedModel:
    text = model.text.replace("net_cortex__Km = 400.0", f"net_cortex__Km = {400.0 + k / 8}")
    return replace(model, text=text)


class Case:
    """One treatment on every engine: the SBML with its initial state, the times, and the
    quantities.
    """

    def __init__(self, treatment: str) -> None:
        self.simulator = Simulator(composed(treatment))
        self.steady_state = self.simulator.steady_state()
        self.end_h = 24.0 if treatment == "acute" else 24.0 * DAYS
        self.times = np.linspace(0.0, self.end_h, INTERVALS + 1)
        model = self.simulator.composed
        self.names = [observable.quantity for observable in model.scenario.observables]
        self.ids = [model.quantity(name).id for name in self.names]
        self.values, self.start = self.simulator._with_doses({}, self.steady_state)
        self.sizes = self.simulator.sizes(self.times)
        self.sbml = sbml_file(self.simulator, {}, self.steady_state)

    def ours(
        self, rtol: float = RTOL, atol: float = ATOL, sizes: Any = None, order: int = 5
    ) -> Any:
        """Our engine."""
        return self.simulator.run(
            self.times,
            self.names,
            start=self.steady_state,
            rtol=rtol,
            atol=atol,
            sizes=sizes,
            order=order,
        )

    def scipy(
        self,
        model: SciPyModel,
        method: str,
        rtol: float = RTOL,
        atol: float = ATOL,
        values: Mapping[str, float] = {},
    ) -> Any:
        """SciPy's solver, started again at every dose."""
        return model.run(
            self.times,
            self.ids,
            values={**self.values, **values},
            start=self.start_of(model),
            rtol=rtol,
            atol=atol,
            method=method,
        )

    def start_of(self, model: SciPyModel) -> Any:
        """The initial state in the order of another engine."""
        own = dict(zip(self.simulator.model.states, self.start, strict=True))
        return np.array([own[name] for name in model.states])

    def copasi(self, model: Any) -> Any:
        """COPASI's LSODA through basico."""
        import basico

        return basico.run_time_course(
            duration=self.end_h,
            intervals=INTERVALS,
            r_tol=RTOL,
            a_tol=ATOL,
            method="deterministic",
            use_numbers=True,
            model=model,
            update_model=False,
        )


def scipy_models(case: Case) -> tuple[SciPyModel, SciPyModel]:
    """The model as Python functions, and the same compiled by numba."""
    from numba import njit

    plain, compiled = SciPyModel(case.simulator.sbml), SciPyModel(case.simulator.sbml)
    names = compiled._code.rates.__globals__
    names["power"] = njit(lambda base, exponent: base**exponent)
    rates = njit(compiled._code.rates)

    @njit
    def as_array(time: float, y: Any, p: Any) -> Any:
        return np.array(rates(time, y, p))

    compiled._code.rates = as_array
    # The first call compiles.
    compiled.run(
        np.array([0.0, 1e-3]), case.ids[:1], values=case.values, start=case.start_of(compiled)
    )
    return plain, compiled


def error(y: Any, exact: Any) -> float:
    """Largest difference, relative to the maximum of each quantity."""
    scale = np.abs(exact).max(axis=0)
    return float((np.abs(y - exact)[:, scale > 0] / scale[scale > 0]).max())


def single_runs(rounds: int) -> tuple[list[Run], Case, SciPyModel]:
    """Name, milliseconds and error of a run of 14 days on every engine; the case, and the model
    compiled by numba.
    """
    case = Case("bid")
    plain, compiled = scipy_models(case)
    exact = case.scipy(compiled, "LSODA", rtol=1e-10, atol=1e-12)

    def population_run() -> Any:
        return case.ours(atol=1e-6, sizes=case.sizes, order=3)

    runs: list[Run] = [
        (
            "tricyclic, as a population runs",
            1e3 * best(population_run, rounds),
            error(population_run(), exact),
        ),
        ("tricyclic", 1e3 * best(case.ours, rounds), error(case.ours(), exact)),
    ]
    for name, model, method, limit in (
        ("SciPy LSODA, compiled by numba", compiled, "LSODA", rounds),
        ("SciPy BDF, compiled by numba", compiled, "BDF", 2),
        ("SciPy LSODA, Python", plain, "LSODA", 2),
        ("SciPy BDF, Python", plain, "BDF", 1),
    ):
        solve = partial(case.scipy, model, method)
        runs.append(
            (
                name,
                1e3 * best(solve, min(limit, rounds)),
                error(case.scipy(compiled, method), exact),
            )
        )
    if importlib.util.find_spec("basico"):
        runs.append(copasi_run(case, rounds, exact))
    return runs, case, compiled


def copasi_run(case: Case, rounds: int, exact: Any) -> Run:
    """The run in COPASI."""
    import basico

    # Without names COPASI uses the id of each quantity.
    model = basico.load_model_from_string(re.sub(r' name="[^"]*"', "", case.sbml))
    milliseconds = 1e3 * best(lambda: case.copasi(model), rounds)
    name = f"COPASI through basico {basico.__version__}"
    return name, milliseconds, _copasi_error(case, model, exact)


def _copasi_error(case: Case, model: Any, exact: Any) -> float:
    """Error over all observables, at the times between doses."""
    import basico

    basico.set_current_model(model)
    species = set(basico.get_species(model=model).index)
    shown = [f"[{name}]" if name in species else f"Values[{name}]" for name in case.ids]
    table = basico.run_time_course_with_output(
        shown,
        duration=case.end_h,
        intervals=INTERVALS,
        r_tol=RTOL,
        a_tol=ATOL,
        method="deterministic",
        update_model=False,
        model=model,
    )
    # At the time of a dose the other engines report the state after it.
    between = ~np.isin(case.times, 12.0 * np.arange(1, 2 * DAYS))
    return error(np.asarray(table, dtype=float)[between], exact[between])


def population(
    subjects: int, workers: int, treatment: str = "bid", seed: int = 1
) -> tuple[float, float, int]:
    """Wall-clock seconds of a population from drawing to endpoints, CPU seconds of one subject in
    this process, and the number of failed subjects.
    """
    start = time.perf_counter()
    model = composed(treatment)
    simulator = Simulator(model)
    times = output_times([dose.dosing for dose in model.doses], 24.0 * DAYS)
    task = PopulationTask(
        model,
        times,
        build_reduction(model, model.scenario.observables),
        np.unique(np.linspace(0, times.size - 1, KEPT_TIMES).astype(int)),
        atol=ATOL_OF_SIZE,
        order=ORDER_WHEN_DOSED,
        sizes=simulator.sizes(times),
        sbml=simulator.sbml,
    )
    drawn = draw_subjects(parameter_spreads(model, library.mechanisms), subjects, seed)
    responses = simulate_subjects(task, drawn.names, drawn.table, workers=workers)
    seconds = time.perf_counter() - start
    few = min(subjects, TIMED_SUBJECTS)
    simulate_subjects(task, drawn.names, drawn.table[:1])
    here = best(lambda: simulate_subjects(task, drawn.names, drawn.table[:few]), 2) / few
    return seconds, here, len(responses.failed)


def scipy_subject_s(case: Case, compiled: SciPyModel, n: int) -> float:
    """CPU seconds per subject of SciPy's LSODA, compiled, over the first subjects; the time of
    their steady states is not counted.
    """
    spreads = parameter_spreads(case.simulator.composed, library.mechanisms)
    drawn = draw_subjects(spreads, n, 1)
    spent = 0.0
    for k in range(n):
        values = case.simulator.ids(drawn.values(k))
        case.start = case.simulator._with_doses(drawn.values(k), None)[1]
        start = time.process_time()
        case.scipy(compiled, "LSODA", values=values)
        spent += time.process_time() - start
    return spent / n


def environment() -> str:
    """Processor, cores and versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("libroadrunner", "scipy", "numba")
    )
    return f"{machine()}, {cores} cores, Python {platform.python_version()}, {versions}"


def run_table(runs: list[Run], rounds: int) -> list[str]:
    """Rows of the single runs."""
    ours = next(ms for name, ms, _ in runs if name == "tricyclic")
    rows = [
        "| one run of 14 days, 28 doses, at 1e-6 | ms CPU | relative time | error |",
        "|---|---|---|---|",
    ]
    rows += [f"| {name} | {ms:,.1f} | {ms / ours:.2f} | {off:.0e} |" for name, ms, off in runs]
    for treatment, label in (("pump", "minipump 14 d"), ("acute", "one dose, 24 h")):
        milliseconds = 1e3 * best(Case(treatment).ours, rounds)
        rows.append(f"| tricyclic, {label} | {milliseconds:,.1f} | | |")
    return rows


def population_table(
    runs: list[Run], case: Case, compiled: SciPyModel, options: argparse.Namespace
) -> list[str]:
    """Rows of the populations; those of other engines are scaled from a few subjects or one run."""
    subjects, workers = options.subjects, options.workers
    rows = [
        (
            f"| population of {subjects:,}, each at its own steady state | seconds "
            "| CPU ms a subject | failed |"
        ),
        "|---|---|---|---|",
    ]
    for treatment, label in (("bid", "twice daily, 14 d"), ("pump", "minipump, 14 d")):
        seconds, here, failed = population(subjects, workers, treatment)
        rows.append(
            f"| tricyclic, {label}, {workers} processes | {seconds:.1f} | {1e3 * here:.1f} "
            f"| {failed} |"
        )
    each = scipy_subject_s(case, compiled, options.peers)
    rows.append(
        f"| SciPy LSODA, numba, twice daily, scaled from {options.peers} subjects on {workers} "
        f"cores, steady state not counted | {each * subjects / workers:,.0f} | {1e3 * each:.0f} "
        "| 0 |"
    )
    copasi = next((ms for name, ms, _ in runs if name.startswith("COPASI")), None)
    if copasi is not None:
        rows.append(
            f"| COPASI, twice daily, scaled from one run on {workers} cores, steady state and "
            f"setting of parameters not counted | {copasi * subjects / workers / 1e3:,.0f} "
            f"| {copasi:.0f} | |"
        )
    return rows


def main() -> None:
    """Time, print, and fill the page if --docs is given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--subjects", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--peers",
        type=int,
        default=5,
        help="subjects that SciPy simulates; its population is scaled from them",
    )
    parser.add_argument("--docs", action="store_true", help="fill docs/benchmarks.md")
    options = parser.parse_args()
    load_before = load()
    print(environment(), load_before, sep="\n", flush=True)
    compile_s, states, characters = compiling(3)
    print(
        f"compose and compile {compile_s:.2f} s CPU ({states} states, {characters:,} characters "
        f"of SBML; stated {STATED_COMPILE_S} s); one run stated {STATED_RUN_MS:g} ms",
        flush=True,
    )
    runs, case, compiled = single_runs(options.rounds)
    rows = run_table(runs, options.rounds)
    print("\n".join(rows), flush=True)
    populations = population_table(runs, case, compiled, options)
    print("\n".join(populations), flush=True)
    missing = [name for name in OTHER_ENGINES if not importlib.util.find_spec(name)]
    notes = f"{environment()}; {load_before}."
    notes += f" Not installed, so not timed: {', '.join(missing)}." if missing else ""
    print(notes)
    if options.docs:
        note = f"Compose and compile: {compile_s:.2f} s CPU. {notes}"
        fill("simulation", "\n".join([*rows, "", *populations, "", note]))


if __name__ == "__main__":
    main()
