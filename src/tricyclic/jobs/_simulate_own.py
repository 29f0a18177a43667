"""A user's own SBML as what is asked of a scenario: its species are watched, a dose goes into one of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.errors import InputError

if TYPE_CHECKING:
    from tricyclic.jobs._simulate_ask import Asked, Dosing
    from tricyclic.records.regimen import Regimen

ENDINGS = (".xml", ".sbml")


def is_own(scenario: str) -> bool:
    """Whether a scenario is named by the path of an SBML file."""
    return scenario.lower().endswith(ENDINGS)


def ask_own(request: Dosing) -> Asked:
    """Read the file, lay the doses beside it, and check what was asked.

    `--drug S1 --dose 100 --every 12 --days 2` adds 100 to S1 four times; all in the file's own units.

    Raises
    ------
    InputError
        If the file does not parse, or something is asked that a file of another's making cannot know.
    """
    from tricyclic.jobs._simulate_ask import Asked
    from tricyclic.jobs._simulate_values import values_of
    from tricyclic.readers.sbml_text import sbml_text
    from tricyclic.simulation.imported import imported
    from tricyclic.simulation.regimens import within

    for name in ("rate", "antagonist", "with_", "phenotype", "species", "weight"):
        if getattr(request, name):
            option = name.rstrip("_")
            raise InputError(
                f"--{option} is not for a model of your own", where=request.scenario,
                allowed="--drug ID --dose AMOUNT --every TIME --days N --set id=value, in the file's own units",
            )  # fmt: skip
    file = Path(request.scenario)
    sbml = sbml_text(file)
    end = _horizon(request)
    regimens = _regimens(request, end)
    within(regimens, end)
    name = re.sub(r"\W", "_", file.stem)
    composed = imported(sbml, name, regimens, where=file.name)
    remarks = (
        "Time and amounts are in the file's own units; the run starts at the file's own initial values.",
    )
    return Asked(composed.scenario, {}, composed, regimens, end, values_of(request.set, composed), remarks)


def _horizon(request: Dosing) -> float:
    from tricyclic.simulation.regimens import hours

    if request.days is not None and request.hours is not None:
        raise InputError("both --days and --hours are given", do="Give one")
    end = (
        24.0 * request.days
        if request.days is not None
        else request.hours
        if request.hours is not None
        else 24.0
    )
    end += hours(request.washout, where="washout") if request.washout else 0.0
    if not end > 0:
        raise InputError(f"the horizon is {end:g}", where="hours", allowed="It is above 0")
    return end


def _regimens(request: Dosing, end: float) -> tuple[Regimen, ...]:
    from tricyclic.records.regimen import Regimen
    from tricyclic.simulation.imported import INTO
    from tricyclic.simulation.regimens import hours

    if not request.drug:
        return ()
    try:
        amount = float(request.dose)
    except ValueError:
        raise InputError(
            f"the dose is '{request.dose}'",
            where=request.scenario,
            allowed="A bare number, in the unit of what it is added to",
        ) from None
    start = hours(request.start, where="start")
    every = hours(request.every, where="every") if request.every else 0.0
    n = request.doses or (max(int((end - start) / every + 1 - 1e-9), 1) if every else 1)
    return (Regimen(request.drug, INTO, amount, start, every, n, says=f"{amount:g} into {request.drug}"),)
