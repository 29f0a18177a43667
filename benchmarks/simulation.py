"""Simulating the whole noradrenergic rat: one run, and a population, beside SciPy and COPASI on the same model; ratios in one go.

    python benchmarks/simulation.py [--subjects 1000] [--workers 2] [--rounds 7] [--peers 5] [--docs]

The model is composed here with desipramine, 10 mg/kg i.p. twice daily for 14 days (28 doses) or by minipump. Every engine gets the
same SBML, start, relative error 1e-6 and 57 output times; its own error is told against LSODA at 1e-10. A population draws its
subjects by the tables, brings each to its own drug-free rest, doses it and reduces it to endpoints. CPU time is the best of the
rounds, so that other work counts as little as can be; seconds of the population are by the clock, and the load that was there
before is printed. What is not installed is left out and said. With --docs the table replaces the one in docs/benchmarks.md.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import math
import os
import platform
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
SCENARIO, DAYS = "noradrenergic_synapse", 14
RTOL, ATOL = 1e-6, 1e-9
INTERVALS = 56
PROMISED = {"compile": 0.5, "single": 50.0, "population": 14.0}


def composed(kind: str) -> Any:
    """The scenario with desipramine, twice daily (bid), by minipump (pump) or once (acute)."""
    from tricyclic.core.dosing import Regimen
    from tricyclic.io.library.mechanisms import drugs, mechanisms, scenario
    from tricyclic.simulation.compose import compose

    shelf = drugs()
    dose = shelf["desipramine"].nmol_per_kg(10.0)
    given = {
        "bid": Regimen(
            "desipramine", "ip", dose, 0.0, 12.0, 2 * DAYS, says="10 mg/kg i.p. every 12 h"
        ),
        "pump": Regimen(
            "desipramine",
            "pump",
            1.5 * dose / 24,
            0.0,
            0.0,
            1,
            24.0 * DAYS,
            says="15 mg/kg/d by minipump",
        ),
        "acute": Regimen("desipramine", "ip", dose, says="10 mg/kg i.p. once"),
    }[kind]
    return compose(scenario(SCENARIO), mechanisms(), shelf, [given])


def best(work: Callable[[], Any], rounds: int) -> float:
    """Least CPU time of some rounds [s]."""
    least = math.inf
    for _ in range(rounds):
        start = time.process_time()
        work()
        least = min(least, time.process_time() - start)
    return least


def compiling(rounds: int) -> tuple[float, int, int]:
    """CPU time from the library's files to a model that is ready [s], its states and characters; libraries are loaded before."""
    from tricyclic.simulation.run import Bench

    bench = Bench(composed("acute"))
    least = math.inf
    for k in range(rounds):
        start = time.process_time()
        # Another dose, so that nothing that the solver keeps of an earlier model is used.
        fresh = Bench(_other(composed("bid"), k))
        least = min(least, time.process_time() - start)
        bench = fresh
    return least, len(bench.model.states), len(bench.sbml)


def _other(found: Any, k: int) -> Any:
    from dataclasses import replace

    return replace(
        found,
        text=found.text.replace("net_cortex__Km = 400.0", f"net_cortex__Km = {400.0 + k / 8}"),
    )


class Case:
    """One treatment on every engine: the SBML with its start at rest, the times, and what is compared."""

    def __init__(self, kind: str) -> None:
        from tricyclic.exchange.sedml_omex import sbml_file
        from tricyclic.simulation.run import Bench

        self.bench = Bench(composed(kind))
        self.rest = self.bench.rest()
        self.end = 24.0 if kind == "acute" else 24.0 * DAYS
        self.times = np.linspace(0.0, self.end, INTERVALS + 1)
        self.names = [watch.quantity for watch in self.bench.composed.scenario.watches]
        self.ids = [self.bench.composed.quantity(name).id for name in self.names]
        self.given, self.start = self.bench._dosed({}, self.rest)
        self.sizes = self.bench.sizes(self.times)
        self.sbml = sbml_file(self.bench, {}, self.rest)

    def ours(
        self, rtol: float = RTOL, atol: float = ATOL, sizes: Any = None, order: int = 5
    ) -> Any:
        """Our engine."""
        return self.bench.run(
            self.times, self.names, rest=self.rest, rtol=rtol, atol=atol, sizes=sizes, order=order
        )

    def scipy(
        self, model: Any, method: str, rtol: float = RTOL, atol: float = ATOL, values: Any = None
    ) -> Any:
        """SciPy's solver, restarted at every dose."""
        start = model.start({}) if self.start is None else self._in_order_of(model)
        return model.run(
            self.times,
            self.ids,
            values={**self.given, **(values or {})},
            start=start,
            rtol=rtol,
            atol=atol,
            method=method,
        )

    def _in_order_of(self, model: Any) -> Any:
        own = dict(zip(self.bench.model.states, self.start, strict=True))
        return np.array([own[name] for name in model.states])

    def copasi(self, model: Any) -> Any:
        """COPASI's LSODA through basico."""
        import basico

        table = basico.run_time_course(
            duration=self.end,
            intervals=INTERVALS,
            r_tol=RTOL,
            a_tol=ATOL,
            method="deterministic",
            use_numbers=True,
            model=model,
            update_model=False,
        )
        return table


def scipy_models(case: Case) -> tuple[Any, Any]:
    """The model as Python functions, and the same compiled by numba."""
    from numba import njit

    from tricyclic.ode.scipy_engine import SciPyModel

    plain, compiled = SciPyModel(case.bench.sbml), SciPyModel(case.bench.sbml)
    space = compiled._rates.__globals__
    space["power"] = njit(lambda base, exponent: base**exponent)
    rates = njit(compiled._rates)

    @njit
    def as_array(time: float, y: Any, p: Any) -> Any:
        return np.array(rates(time, y, p))

    compiled._rates = as_array
    compiled.run(
        np.array([0.0, 1e-3]), case.ids[:1], values=case.given, start=case._in_order_of(compiled)
    )
    return plain, compiled


def error(y: Any, exact: Any) -> float:
    """Largest difference, relative to the most that each quantity reaches."""
    scale = np.abs(exact).max(axis=0)
    return float((np.abs(y - exact)[:, scale > 0] / scale[scale > 0]).max())


def single_runs(rounds: int) -> tuple[list[tuple[str, float, float]], Case, Any]:
    """Milliseconds and error of one 14-day run on every engine; the case and the numba model for what follows."""
    case = Case("bid")
    plain, compiled = scipy_models(case)
    exact = case.scipy(compiled, "LSODA", rtol=1e-10, atol=1e-12)
    found = [
        (
            "tricyclic, as a population runs",
            1e3 * best(lambda: case.ours(atol=1e-6, sizes=case.sizes, order=3), rounds),
            error(case.ours(atol=1e-6, sizes=case.sizes, order=3), exact),
        ),
        ("tricyclic", 1e3 * best(case.ours, rounds), error(case.ours(), exact)),
    ]
    for says, model, method, times in (
        ("SciPy LSODA, compiled by numba", compiled, "LSODA", rounds),
        ("SciPy BDF, compiled by numba", compiled, "BDF", 2),
        ("SciPy LSODA, Python", plain, "LSODA", 2),
        ("SciPy BDF, Python", plain, "BDF", 1),
    ):
        took = best(lambda: case.scipy(model, method), min(times, rounds))  # noqa: B023
        found.append((says, 1e3 * took, error(case.scipy(compiled, method), exact)))
    if importlib.util.find_spec("basico"):
        import basico

        # Without names COPASI calls each quantity by its id.
        model = basico.load_model_from_string(re.sub(r' name="[^"]*"', "", case.sbml))
        took = best(lambda: case.copasi(model), rounds)
        found.append(
            (
                f"COPASI through basico {basico.__version__}",
                1e3 * took,
                _copasi_error(case, model, exact),
            )
        )
    return found, case, compiled


def _copasi_error(case: Case, model: Any, exact: Any) -> float:
    """Over all watches, at the times between doses."""
    import basico

    basico.set_current_model(model)
    species = set(basico.get_species(model=model).index)
    shown = [f"[{name}]" if name in species else f"Values[{name}]" for name in case.ids]
    table = basico.run_time_course_with_output(
        shown,
        duration=case.end,
        intervals=INTERVALS,
        r_tol=RTOL,
        a_tol=ATOL,
        method="deterministic",
        update_model=False,
        model=model,
    )
    # At the very time of a dose the others tell what holds after it.
    between = ~np.isin(case.times, 12.0 * np.arange(1, 2 * DAYS))
    return error(np.asarray(table, dtype=float)[between], exact[between])


def population(
    subjects: int, workers: int, kind: str = "bid", seed: int = 1
) -> tuple[float, float, int]:
    """Seconds by the clock of a population from drawing to endpoints, CPU seconds of one subject here, and how many failed."""
    from tricyclic.io.library.mechanisms import mechanisms
    from tricyclic.simulation.endpoints import reduction_of
    from tricyclic.simulation.parallel import ATOL_OF_SIZE, ORDER_WHEN_DOSED, Question, respond
    from tricyclic.simulation.population import draw, spreads_of
    from tricyclic.simulation.run import Bench
    from tricyclic.simulation.sampling import times_of

    start = time.perf_counter()
    model = composed(kind)
    bench = Bench(model)
    times = times_of([dose.regimen for dose in model.doses], 24.0 * DAYS)
    kept = np.unique(np.linspace(0, times.size - 1, 300).astype(int))
    question = Question(
        model,
        times,
        reduction_of(model, model.scenario.watches),
        kept,
        atol=ATOL_OF_SIZE,
        order=ORDER_WHEN_DOSED,
        sizes=bench.sizes(times),
        sbml=bench.sbml,
    )
    drawn = draw(spreads_of(model, mechanisms()), subjects, seed)
    found = _end(respond(question, drawn.names, drawn.table, workers=workers))
    took = time.perf_counter() - start
    few = min(subjects, 25)
    _end(respond(question, drawn.names, drawn.table[:1]))
    here = best(lambda: _end(respond(question, drawn.names, drawn.table[:few])), 2) / few
    return took, here, len(found.failed)


def _end(work: Any) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def peer_members(case: Case, compiled: Any, count: int) -> float:
    """CPU seconds per member of SciPy's LSODA, compiled, over the first subjects; their rest is given and not counted."""
    from tricyclic.io.library.mechanisms import mechanisms
    from tricyclic.simulation.population import draw, spreads_of

    drawn = draw(spreads_of(case.bench.composed, mechanisms()), count, 1)
    spent = 0.0
    for k in range(count):
        values = case.bench.ids(drawn.values(k))
        case.start = case.bench._dosed(drawn.values(k), None)[1]
        begun = time.process_time()
        case.scipy(compiled, "LSODA", values=values)
        spent += time.process_time() - begun
    return spent / count


def environment() -> str:
    """Processor, cores, versions and the load before anything is timed."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(
            line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(
        f"{library} {importlib.metadata.version(library)}"
        for library in ("libroadrunner", "scipy", "numba")
    )
    return f"{name}, {cores} cores, Python {platform.python_version()}, {versions}"


def load() -> str:
    """Whether the machine is idle enough for seconds by the clock to mean anything."""
    if not hasattr(os, "getloadavg"):
        return "load unknown"
    now = os.getloadavg()[0]
    return f"load {now:.2f} before" + (
        "" if now < 0.5 else ": NOT idle, seconds by the clock are too long"
    )


def main() -> None:
    """Time, print, and fill the page where asked."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--subjects", type=int, default=1000)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--rounds", type=int, default=7)
    asked.add_argument(
        "--peers",
        type=int,
        default=5,
        help="members that a peer simulates; its population is that, scaled",
    )
    asked.add_argument("--docs", action="store_true", help="fill docs/benchmarks.md")
    given = asked.parse_args()
    idle = load()
    print(environment(), idle, sep="\n", flush=True)
    compile_s, states, characters = compiling(3)
    print(
        f"compose and compile {compile_s:.2f} s CPU ({states} states, {characters:,} characters of SBML; promised {PROMISED['compile']} s)",
        flush=True,
    )
    rows = [
        "| one run of 14 days, 28 doses, at 1e-6 | ms CPU | times ours | error |",
        "|---|---|---|---|",
    ]
    runs, case, compiled = single_runs(given.rounds)
    ours = next(ms for says, ms, _ in runs if says == "tricyclic")
    for says, ms, off in runs:
        rows.append(f"| {says} | {ms:,.1f} | {ms / ours:.2f} | {off:.0e} |")
        print(rows[-1], flush=True)
    print(f"warm single run promised {PROMISED['single']:g} ms")
    for kind in ("pump", "acute"):
        other = Case(kind)
        rows.append(
            f"| tricyclic, {'minipump 14 d' if kind == 'pump' else 'one dose, 24 h'} | {1e3 * best(other.ours, given.rounds):,.1f} | | |"
        )
        print(rows[-1], flush=True)
    rows += [
        "",
        f"| population of {given.subjects:,}, each at its own rest | seconds | CPU ms a subject | failed |",
        "|---|---|---|---|",
    ]
    for kind, says in (("bid", "twice daily, 14 d"), ("pump", "minipump, 14 d")):
        took, here, failed = population(given.subjects, given.workers, kind)
        rows.append(
            f"| tricyclic, {says}, {given.workers} processes | {took:.1f} | {1e3 * here:.1f} | {failed} |"
        )
        print(rows[-1], flush=True)
    each = peer_members(case, compiled, given.peers)
    rows.append(
        f"| SciPy LSODA, numba, twice daily, scaled from {given.peers} members on {given.workers} cores, rest not counted | {each * given.subjects / given.workers:,.0f} | {1e3 * each:.0f} | 0 |"
    )
    print(rows[-1], flush=True)
    copasi = next((ms for says, ms, _ in runs if says.startswith("COPASI")), None)
    if copasi is not None:
        rows.append(
            f"| COPASI, twice daily, scaled from one run on {given.workers} cores, rest and setting of parameters not counted | {copasi * given.subjects / given.workers / 1e3:,.0f} | {copasi:.0f} | |"
        )
        print(rows[-1], flush=True)
    left = [name for name in ("basico", "amici", "diffrax") if not importlib.util.find_spec(name)]
    notes = f"{environment()}; {idle}." + (
        f" Not installed, so not timed: {', '.join(left)}." if left else ""
    )
    print(notes)
    if given.docs:
        fill(
            "simulation",
            "\n".join(rows) + f"\n\nCompose and compile: {compile_s:.2f} s CPU. {notes}",
        )


def fill(mark: str, text: str) -> None:
    """Put text between the markers of a name in docs/benchmarks.md."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {mark}:begin -->", f"<!-- {mark}:end -->"
    before, rest = page.split(begin, 1)
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{rest.split(end, 1)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
