"""Runs a folder of SBML models as `model simulate` does: right, refused or wrong, by tag.

    python benchmarks/sbml_suite.py FOLDER                   the SBML semantic test suite
    python benchmarks/sbml_suite.py FOLDER --engine copasi   models without results: BioModels
    python benchmarks/sbml_suite.py FOLDER --exports         export each model and read it back

A case of the suite is a folder `NNNNN` with `NNNNN-settings.txt`, `NNNNN-results.csv` and the model
in one or several levels; it is right where every number is within the tolerances of its settings.
Any other `.xml` file is a model: it is right where it agrees, within 1e-4 of the largest value of
each quantity, with COPASI at a relative tolerance of 1e-10 (`--engine copasi`), or with a run at
tolerances 100 times tighter (`--engine self`). All models run in this one process, so that one that
fails would spoil the next.

The suite: github.com/sbmlteam/sbml-test-suite, LGPL. BioModels: ebi.ac.uk/biomodels, CC0.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import csv
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import libsbml
import numpy as np

from tricyclic.errors import InputError, NumericsError, TricyclicError
from tricyclic.exchange.sedml_omex import sbml_file, standalone_text
from tricyclic.ode.own_scale import run_to_scale
from tricyclic.ode.solver import antimony_to_sbml, engine
from tricyclic.ode.verification import copasi
from tricyclic.simulation.run import Simulator
from tricyclic.workflows.model.options import DosingOptions
from tricyclic.workflows.model.prepare_sbml import prepare_sbml_run

# Of two programs, and of a model and its export: share of the range of each quantity.
AGREES, EXPORT_AGREES = 1e-4, 1e-6
RIGHT, REFUSED, WRONG, ERROR, SKIPPED = (
    "right",
    "refused",
    "wrong",
    "internal error",
    "no reference",
)
STATUSES = (RIGHT, REFUSED, WRONG, ERROR, SKIPPED)


@dataclass(frozen=True)
class Case:
    """A model, the times and quantities to compare, and what is expected of them.

    `expected` has shape (times, quantities), or is None for a model without results. `amounts` and
    `concentrations` are the species that are meant as such.
    """

    name: str
    file: Path
    times: np.ndarray
    variables: tuple[str, ...] = ()
    amounts: frozenset[str] = frozenset()
    concentrations: frozenset[str] = frozenset()
    absolute: float = 0.0
    relative: float = 0.0
    expected: np.ndarray | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The status of a case, and the sentence behind it."""

    case: Case
    status: str
    reason: str = ""
    seconds: float = 0.0


def find_cases(folder: Path, level: str, end: float) -> Iterator[Case]:
    """The cases of the suite below a folder, and every other model in it."""
    cases = sorted(folder.rglob("*-settings.txt"))
    for settings in cases:
        yield read_case(settings, level)
    inside = {settings.parent for settings in cases}
    for file in sorted((*folder.rglob("*.xml"), *folder.rglob("*.sbml"))):
        if file.parent not in inside and not file.name.endswith("-sedml.xml"):
            yield Case(file.stem, file, np.linspace(0.0, end, 101), tags=("model",))


def read_case(settings: Path, level: str) -> Case:
    """A case from its settings, results and tags."""
    name = settings.name.removesuffix("-settings.txt")
    given = dict(
        (part.strip() for part in line.split(":", 1))
        for line in settings.read_text(encoding="utf-8-sig").splitlines()
        if ":" in line
    )
    # A flux-balance problem has no times.
    start, steps = float(given["start"] or 0.0), int(given["steps"] or 0)
    header, expected = read_results(settings.with_name(f"{name}-results.csv"))
    times = np.linspace(start, start + float(given["duration"] or 0.0), steps + 1)
    if header and header[0].lower() == "time":
        header, times, expected = header[1:], expected[:, 0], expected[:, 1:]
    models = sorted(settings.parent.glob(f"{name}-sbml-{level or '*'}.xml"))
    if not models:
        raise SystemExit(f"{settings.parent} has no model {name}-sbml-{level or 'lXvY'}.xml")
    return Case(
        name,
        models[-1],
        times,
        tuple(header),
        frozenset(_listed(given.get("amount", ""))),
        frozenset(_listed(given.get("concentration", ""))),
        float(given["absolute"] or 0.0),
        float(given["relative"] or 0.0),
        expected,
        read_tags(settings.parent, name),
    )


def read_results(file: Path) -> tuple[list[str], np.ndarray]:
    """Names of the columns and the numbers of a table of results."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.reader(stream) if any(cell.strip() for cell in row)]
    return [cell.strip() for cell in rows[0]], np.array(
        [[float(cell) for cell in row] for row in rows[1:]]
    )


def read_tags(folder: Path, name: str) -> tuple[str, ...]:
    """Tags of a case, from `NNNNN-model.m` (the suite) or `NNNNN-tags.txt`."""
    for suffix in ("tags.txt", "model.m"):
        file = folder / f"{name}-{suffix}"
        if file.exists():
            text = file.read_text(encoding="utf-8-sig", errors="replace")
            lines = re.findall(r"^ *(?:component|test)Tags: *(.*)$", text, re.MULTILINE)
            return tuple(tag for line in lines for tag in _listed(line))
    return ()


def run_case(case: Case, reference: str, exports: bool) -> Verdict:
    """Run a case as the commands do, and compare."""
    began = time.perf_counter()
    try:
        status, reason = _run(case, reference, exports)
    except InputError as error:
        status, reason = REFUSED, str(error)
    except TricyclicError as error:
        status, reason = ERROR, f"{type(error).__name__}: {error}"
    except Exception as error:
        status, reason = ERROR, "".join(traceback.format_exception_only(error)).strip()
    return Verdict(case, status, reason, time.perf_counter() - began)


def _run(case: Case, reference: str, exports: bool) -> tuple[str, str]:
    prepared = prepare_sbml_run(DosingOptions(scenario=str(case.file)))
    simulator = Simulator(prepared.composed)
    text = simulator.sbml
    variables = case.variables or tuple(one.quantity for one in prepared.scenario.observables)
    try:
        table = _table(simulator, case, variables)
    except NumericsError as error:
        # As the commands report it: the file with the reason.
        return REFUSED, f"{prepared.scenario.name}: {error}"
    if case.expected is not None:
        problem = _outside_tolerance(case, table)
    else:
        problem = _difference(case, simulator, variables, table, reference)
        if problem is None:
            return SKIPPED, f"{reference} cannot run it"
    if problem:
        return WRONG, problem
    if exports and (problem := _export_difference(case, simulator, text, variables)):
        return WRONG, problem
    return RIGHT, ""


def _table(simulator: Simulator, case: Case, variables: Sequence[str]) -> np.ndarray:
    """The variables as the settings mean them: amounts or concentrations of species."""
    sizes = _sizes_to_convert(simulator.sbml, case)
    names = [*variables, *dict.fromkeys(sizes[name][0] for name in variables if name in sizes)]
    columns = dict(zip(names, simulator.run(case.times, names).T, strict=True))
    return np.column_stack(
        [
            columns[name] * columns[sizes[name][0]] ** sizes[name][1]
            if name in sizes
            else columns[name]
            for name in variables
        ]
    )


def _sizes_to_convert(sbml: str, case: Case) -> dict[str, tuple[str, int]]:
    """Species whose result is in the other quantity: compartment, and the power of its size."""
    document = libsbml.readSBMLFromString(sbml)
    convert = {}
    for species in document.getModel().getListOfSpecies():
        name, compartment = species.getId(), species.getCompartment()
        sized = document.getModel().getCompartment(compartment).getSpatialDimensionsAsDouble() > 0
        if not sized:
            continue
        if species.getHasOnlySubstanceUnits() and name in case.concentrations:
            convert[name] = (compartment, -1)
        elif not species.getHasOnlySubstanceUnits() and name in case.amounts:
            convert[name] = (compartment, 1)
    return convert


def _outside_tolerance(case: Case, table: np.ndarray) -> str:
    """The first number outside the tolerances of the suite; empty where there is none."""
    wanted = case.expected
    assert wanted is not None
    with np.errstate(invalid="ignore"):
        near = np.abs(table - wanted) <= case.absolute + case.relative * np.abs(wanted)
    near |= (table == wanted) | (np.isnan(table) & np.isnan(wanted))
    if near.all():
        return ""
    row, column = np.argwhere(~near)[0]
    return (
        f"{case.variables[column]} at {case.times[row]:g} is {table[row, column]:.6g}, "
        f"expected {wanted[row, column]:.6g}"
    )


def _difference(
    case: Case, simulator: Simulator, variables: Sequence[str], table: np.ndarray, reference: str
) -> str | None:
    """The largest difference from another program; None where that cannot run the model."""
    try:
        if reference == "copasi":
            known = copasi.time_course(
                simulator.sbml, case.times, variables, rtol=1e-10, atol=1e-30
            )
        else:
            known = run_to_scale(simulator.model, case.times, variables, stricter=1e-2)
    except (TricyclicError, Exception) as error:
        print(f"  {case.name}: {reference}: {error}", file=sys.stderr)
        return None
    return _largest(variables, case.times, table, known, AGREES, reference)


def _export_difference(
    case: Case, simulator: Simulator, text: str, variables: Sequence[str]
) -> str:
    """The largest difference of the exported files, read back, from the model itself."""
    table = simulator.run(case.times, variables)
    exported = sbml_file(simulator)
    antimony = standalone_text(simulator)
    for kind, sbml in (
        (".xml", exported),
        (".ant", antimony_to_sbml(antimony, f"{case.name}.ant")),
    ):
        model = engine().load(sbml)
        known = {*model.states, *model.values()}
        # Antimony puts an underscore behind ids that are words of its language.
        names = [f"{one}_" if one not in known and f"{one}_" in known else one for one in variables]
        again = run_to_scale(model, case.times, names)
        if problem := _largest(variables, case.times, again, table, EXPORT_AGREES, "the model"):
            return f"exported {kind}: {problem}"
    return ""


def _largest(
    variables: Sequence[str],
    times: np.ndarray,
    table: np.ndarray,
    known: np.ndarray,
    allowed: float,
    name: str,
) -> str:
    scale = np.nanmax(np.abs(known), axis=0)
    share = np.abs(table - known) / np.where(scale > 0.0, scale, 1.0)
    share = np.where(np.isnan(table) & np.isnan(known), 0.0, share)
    if not (share > allowed).any() and not np.isnan(share).any():
        return ""
    row, column = np.unravel_index(int(np.nanargmax(share)), share.shape)
    return (
        f"{variables[column]} at {times[row]:g} is {table[row, column]:.6g}, "
        f"by {name} {known[row, column]:.6g}"
    )


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def report(verdicts: Sequence[Verdict]) -> str:
    """Counts by status and by tag, and the sentence of every case that is not right."""
    total = Counter(one.status for one in verdicts)
    seconds = sum(one.seconds for one in verdicts)
    counts = ", ".join(f"{total[status]} {status}" for status in STATUSES if total[status])
    lines = [f"{len(verdicts)} models in {seconds:.0f} s: {counts}", ""]
    by_tag: dict[str, Counter[str]] = {}
    for one in verdicts:
        for tag in dict.fromkeys(one.case.tags):
            by_tag.setdefault(tag, Counter())[one.status] += 1
    width = max((len(tag) for tag in by_tag), default=0)
    shown = [status for status in STATUSES if total[status]]
    lines.append("  ".join(["tag".ljust(width), *shown]))
    for tag, counted in sorted(by_tag.items()):
        cells = (str(counted[status] or "").rjust(len(status)) for status in shown)
        lines.append("  ".join([tag.ljust(width), *cells]).rstrip())
    others = [one for one in verdicts if one.status != RIGHT]
    lines += [""] if others else []
    lines += [f"{one.case.name}  {one.status}: {one.reason}" for one in others]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a folder; exit 1 where a model is wrong or an internal error."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").splitlines()[0],
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", choices=("self", "copasi"), default="self")
    parser.add_argument("--level", default="", help="such as l3v2; default: the highest of a case")
    parser.add_argument("--end", type=float, default=100.0, help="last time of a model")
    parser.add_argument("--exports", action="store_true", help="read exported files back as well")
    parser.add_argument("--only", default="", help="names to run, separated by commas")
    given = parser.parse_args(arguments)
    if not given.folder.is_dir():
        parser.error(f"{given.folder} is not a folder")
    wanted = set(_listed(given.only))
    verdicts = [
        run_case(case, given.engine, given.exports)
        for case in find_cases(given.folder, given.level, given.end)
        if not wanted or case.name in wanted
    ]
    print(report(verdicts))
    return int(any(one.status in (WRONG, ERROR) for one in verdicts))


if __name__ == "__main__":
    sys.exit(main())
