"""A user's own SBML file as a run: its species are the observables, a dose is added to one of them.

Where the file declares its unit of time, times are converted to it and reported in hours; where it
does not, times are plain numbers, in and out.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from tricyclic.core.dosing import Dosing
from tricyclic.core.format import format_number
from tricyclic.errors import InputError
from tricyclic.io.sbml_text import sbml_text
from tricyclic.numerals import parse_number
from tricyclic.sbml.algebraic import solve_algebraic_rules
from tricyclic.sbml.doses import describe_dose
from tricyclic.sbml.flatten import flatten_submodels
from tricyclic.sbml.missing import find_missing_rates, find_missing_starts
from tricyclic.sbml.time import time_unit_s
from tricyclic.simulation.dose_units import parse_hours
from tricyclic.simulation.dosing import check_within_horizon
from tricyclic.simulation.import_sbml import INTO, import_sbml
from tricyclic.workflows.model.options import DosingOptions
from tricyclic.workflows.model.parameters import parse_values
from tricyclic.workflows.model.prepared import PreparedRun

SUFFIXES = (".xml", ".sbml")
# Default end of the run, in the file's own unit of time.
DEFAULT_HORIZON = 24.0
SUBMODELS = (
    "The submodels of the file are put into one model: an id of a submodel follows the id of the "
    "submodel and two underscores."
)
NOT_FOR_FILES = (
    "rate",
    "duration",
    "antagonist",
    "dose_event",
    "phenotype",
    "species",
    "weight",
)


def is_sbml_file(scenario: str) -> bool:
    """Whether a scenario is named by the path of an SBML file."""
    return scenario.lower().endswith(SUFFIXES)


def prepare_sbml_run(options: DosingOptions) -> PreparedRun:
    """Read the file, add the doses, and check the options.

    `--drug S1 --dose 100 --every "12 h" --days 2` adds 100, in the file's own unit, to S1 four
    times. A time without a unit is in the file's own.

    Raises
    ------
    InputError
        If the file does not parse, or an option does not apply to a model that tricyclic did not
        write.
    """
    _check_options(options)
    file = Path(options.scenario)
    text = sbml_text(file)
    flat = flatten_submodels(text, file.name)
    sbml, solved = solve_algebraic_rules(flat, file.name)
    seconds = time_unit_s(sbml, file.name)
    hours_per_time = math.nan if seconds is None else seconds / 3600
    end = _horizon(options, hours_per_time)
    dosing = _dosing(options, end, hours_per_time)
    check_within_horizon(dosing, end)
    name = re.sub(r"\W", "_", file.stem)
    composed = import_sbml(sbml, name, dosing, where=file.name)
    unit = (
        "The file does not declare its unit of time: times are plain numbers"
        if seconds is None
        else f"The file's unit of time is {format_number(seconds)} s; times are reported in hours"
    )
    remark = (
        f"{unit}. Amounts are in the file's own units; "
        "the run starts at the file's own initial values."
    )
    values = parse_values(options.set, composed)
    added = (f"{describe_dose(sbml, one.drug, one.amount, values, file.name)}." for one in dosing)
    changes = ((SUBMODELS,) if flat != text else ()) + tuple(
        f"The algebraic rule {one}." for one in solved
    )
    return PreparedRun(
        composed.scenario,
        {},
        composed,
        dosing,
        end,
        values,
        (remark, *added, *changes, *_missing_values(sbml, file.name)),
        hours_per_time=hours_per_time,
    )


def _missing_values(sbml: str, where: str) -> list[str]:
    """A remark on species, compartments and reactions to which the file gives no value."""
    species, compartments = find_missing_starts(sbml, where)
    return [
        f"{where} gives no {value} for {', '.join(names)}: the run takes {used}. "
        f"Give one in the file, as {attribute}."
        for names, value, used, attribute in (
            (species, "start value", "0", "initialAmount or initialConcentration"),
            (compartments, "size", "1", "size"),
            (find_missing_rates(sbml, where), "rate", "0", "kineticLaw"),
        )
        if names
    ]


def _check_options(options: DosingOptions) -> None:
    for name in NOT_FOR_FILES:
        if getattr(options, name):
            raise InputError(
                "does not apply to a model of your own",
                where=name,
                do="Use --drug, --dose, --every, --doses, --start, --days, --hours, --washout and "
                "--set, in the file's own units",
            )
    if options.route and options.route != INTO:
        raise InputError(
            f"is '{options.route}'",
            where="route",
            allowed=f"A model of your own is dosed by the route '{INTO}': "
            "the amount is added to the quantity that --drug names",
        )


def _horizon(options: DosingOptions, hours_per_time: float) -> float:
    """The end of the run in the file's unit of time."""
    if options.days is not None and options.hours is not None:
        raise InputError("both --days and --hours are given", do="Give one of them")
    declared = not math.isnan(hours_per_time)
    if options.days is not None and not declared:
        raise InputError(
            "the file does not declare its unit of time, so days cannot be converted",
            where="days",
            do="Give --hours: the number is taken in the file's own unit",
        )
    hours = 24.0 * options.days if options.days is not None else options.hours
    end = DEFAULT_HORIZON
    if hours is not None:
        end = hours / hours_per_time if declared else float(hours)
    end += _time(options.washout, "washout", hours_per_time) if options.washout else 0.0
    if not (math.isfinite(end) and end > 0):
        raise InputError(f"the horizon is {end:g}", where="hours", allowed="It is above 0")
    return end


def _time(text: str, where: str, hours_per_time: float) -> float:
    """A time in the file's unit; a plain number is in it already."""
    value = parse_hours(text, where=where)
    # "0 h" is 0 in any unit, and the default.
    if value == 0 or not re.search(r"[A-Za-z]\s*$", str(text)):
        return value
    if math.isnan(hours_per_time):
        raise InputError(
            f"'{text}' has a unit, and the file does not declare its unit of time",
            where=where,
            do="Give a plain number, in the file's own unit",
        )
    return value / hours_per_time


def _dosing(options: DosingOptions, end: float, hours_per_time: float) -> tuple[Dosing, ...]:
    if not options.drug:
        for name in ("dose", "every", "doses", "route"):
            if getattr(options, name):
                raise InputError(
                    "is given without a species to add it to", where=name, do="Add --drug ID"
                )
        return ()
    if not options.dose:
        raise InputError(
            f"no dose is given for {options.drug}",
            where="drug",
            do="Add --dose with a plain number, in the unit of the species it is added to",
        )
    amount = parse_number(options.dose)
    if amount is None or not math.isfinite(amount):
        raise InputError(
            f"is '{options.dose}'",
            where="dose",
            allowed="A plain number, in the unit of the species it is added to",
        )
    start = _time(options.start, "start", hours_per_time)
    every = _time(options.every, "every", hours_per_time) if options.every else 0.0
    if options.every and not every > 0:
        raise InputError(f"the interval is {every:g}", where="every", allowed="It is above 0")
    n = options.doses or (max(int((end - start) / every + 1 - 1e-9), 1) if every else 1)
    repeated = f" every {options.every} x {n}" if n > 1 else ""
    first = f" from {options.start}" if start else ""
    description = f"{amount:g} into {options.drug}{repeated}{first}"
    return (Dosing(options.drug, INTO, amount, start, every, n, description=description),)
