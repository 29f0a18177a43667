"""A user's own SBML as what is asked of a scenario: its species are watched, a dose goes into one of them.

Where the file declares its unit of time, stated times are converted to it and told in hours; where it does not, times are
bare numbers, in and out.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.core.format import figures
from tricyclic.errors import InputError

if TYPE_CHECKING:
    from tricyclic.core.dosing import Regimen
    from tricyclic.jobs._simulate_ask import Asked, Dosing

ENDINGS = (".xml", ".sbml")
# In the file's own unit of time, where nothing is said.
USUAL_END = 24.0


def is_own(scenario: str) -> bool:
    """Whether a scenario is named by the path of an SBML file."""
    return scenario.lower().endswith(ENDINGS)


def ask_own(request: Dosing) -> Asked:
    """Read the file, lay the doses beside it, and check what was asked.

    `--drug S1 --dose 100 --every "12 h" --days 2` adds 100, in the file's own unit, to S1 four times. A time without a unit is in
    the file's own.

    Raises
    ------
    InputError
        If the file does not parse, or something is asked that a file of another's making cannot know.
    """
    from tricyclic.io.sbml_text import sbml_text
    from tricyclic.jobs._simulate_ask import Asked
    from tricyclic.jobs._simulate_values import values_of
    from tricyclic.sbml.document import seconds_of_time
    from tricyclic.simulation.dosing import within
    from tricyclic.simulation.import_sbml import INTO, imported

    for name in ("rate", "duration", "antagonist", "with_", "phenotype", "species", "weight"):
        if getattr(request, name):
            option = name.rstrip("_")
            raise InputError(
                f"--{option} is not for a model of your own",
                where=request.scenario,
                allowed="--drug ID --dose AMOUNT --every TIME --days N --set id=value, in the file's own units",
            )
    if request.route and request.route != INTO:
        raise InputError(
            f"the route is '{request.route}'",
            where=request.scenario,
            allowed=f"A model of your own is dosed by the route '{INTO}': the amount is added to what --drug names",
        )
    file = Path(request.scenario)
    sbml = sbml_text(file)
    seconds = seconds_of_time(sbml, file.name)
    hours_per_time = math.nan if seconds is None else seconds / 3600
    end = _horizon(request, hours_per_time)
    regimens = _regimens(request, end, hours_per_time)
    within(regimens, end)
    name = re.sub(r"\W", "_", file.stem)
    composed = imported(sbml, name, regimens, where=file.name)
    own = (
        "The file does not declare its unit of time: times are numbers of it"
        if seconds is None
        else f"The file's unit of time is {figures(seconds)} s; times are told in hours"
    )
    remarks = (
        f"{own}. Amounts are in the file's own units; the run starts at the file's own initial values.",
    )
    return Asked(
        composed.scenario,
        {},
        composed,
        regimens,
        end,
        values_of(request.set, composed),
        remarks,
        hours_per_time=hours_per_time,
    )


def _horizon(request: Dosing, hours_per_time: float) -> float:
    """The end of the run in the file's unit of time."""
    if request.days is not None and request.hours is not None:
        raise InputError("both --days and --hours are given", do="Give one")
    known = not math.isnan(hours_per_time)
    if request.days is not None and not known:
        raise InputError(
            "the file does not declare its unit of time, so days mean nothing to it",
            where="days",
            do="State --hours: the number is taken in the file's own unit",
        )
    stated = 24.0 * request.days if request.days is not None else request.hours
    end = USUAL_END if stated is None else stated / hours_per_time if known else float(stated)
    end += _time(request.washout, "washout", hours_per_time) if request.washout else 0.0
    if not (math.isfinite(end) and end > 0):
        raise InputError(f"the horizon is {end:g}", where="hours", allowed="It is above 0")
    return end


def _time(text: str, where: str, hours_per_time: float) -> float:
    """A stated time in the file's unit; a bare number is in it already."""
    from tricyclic.simulation.dosing import hours

    value = hours(text, where=where)
    # "0 h" is 0 in any unit, and what is stated where nothing is.
    if value == 0 or not re.search(r"[A-Za-z]\s*$", str(text)):
        return value
    if math.isnan(hours_per_time):
        raise InputError(
            f"'{text}' has a unit, and the file does not declare its unit of time",
            where=where,
            do="Write a bare number, in the file's own unit",
        )
    return value / hours_per_time


def _regimens(request: Dosing, end: float, hours_per_time: float) -> tuple[Regimen, ...]:
    from tricyclic.core.dosing import Regimen
    from tricyclic.simulation.import_sbml import INTO

    if not request.drug:
        for name in ("dose", "every", "doses", "route"):
            if getattr(request, name):
                raise InputError(
                    "is stated, and nothing is named that it goes into",
                    where=name,
                    do="Add --drug ID",
                )
        return ()
    try:
        amount = float(request.dose)
    except ValueError:
        raise InputError(
            f"the dose is '{request.dose}'",
            where=request.scenario,
            allowed="A bare number, in the unit of what it is added to",
        ) from None
    start = _time(request.start, "start", hours_per_time)
    every = _time(request.every, "every", hours_per_time) if request.every else 0.0
    n = request.doses or (max(int((end - start) / every + 1 - 1e-9), 1) if every else 1)
    return (
        Regimen(
            request.drug, INTO, amount, start, every, n, says=f"{amount:g} into {request.drug}"
        ),
    )
