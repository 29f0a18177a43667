"""Series of concentrations or doses, and the drugs that are given, from text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tricyclic.core.dosing import is_sustained
from tricyclic.core.drug import Drug
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError
from tricyclic.numerals import UNSIGNED
from tricyclic.simulation.dose_units import parse_amount
from tricyclic.simulation.dosing import build_dosing

MAX_LEVELS = 24
EXAMPLE = 'Write the series like "0.1, 1, 10 uM"'


@dataclass(frozen=True)
class DoseLevel:
    """One step of a series: its text with the unit, and its amount as in a Dosing."""

    label: str
    amount: float


def parse_levels(
    text: str, drug: Drug, route: str, where: str, *, with_zero: bool = False
) -> tuple[DoseLevel, ...]:
    """A series of doses or concentrations, ascending, each once.

    Parameters
    ----------
    text : str
        "0.1, 0.3, 1 uM"; an amount without a unit has that of the next one.
    drug : Drug
    route : str
        It decides which units are possible.
    where : str
        Name of the option.
    with_zero : bool
        Whether the series may contain 0.

    Raises
    ------
    UnitError
        If a unit is missing or does not fit the route.
    InputError
        If the series is empty or too long, or contains 0 where vehicle is always an arm.
    """
    amounts = {parse_amount(part, route, drug): part for part in _with_units(text, where)}
    if len(amounts) > MAX_LEVELS:
        raise InputError(
            f"names {len(amounts)} amounts", where=where, allowed=f"At most {MAX_LEVELS}"
        )
    if not with_zero and 0.0 in amounts:
        raise InputError("contains 0", where=where, do="Leave 0 out: vehicle is always an arm")
    return tuple(DoseLevel(amounts[amount], amount) for amount in sorted(amounts))


def format_levels(levels: Sequence[DoseLevel]) -> str:
    """A series as text: "0.1, 1, 10 uM"; each with its unit where units differ."""
    units = {level.label.partition(" ")[2] for level in levels}
    if len(units) > 1:
        return ", ".join(level.label for level in levels)
    return f"{', '.join(level.label.partition(' ')[0] for level in levels)} {units.pop()}"


def format_concentration(nM: float) -> str:
    """A concentration as text: "300 nM", "1 uM"."""
    return f"{nM / 1000:g} uM" if nM >= 1000 else f"{nM:g} nM"


def find_drug(
    name: str, scenario: Scenario, drugs: Mapping[str, Drug], route: str, example_dose: str
) -> Drug:
    """The drug of a name as people write it ("NE-100"), which `route` can give.

    Raises
    ------
    UnknownNameError
        If the drug or the route is not known.
    """
    duration = "1 h" if is_sustained(route) else ""
    dosing = build_dosing(name, scenario, drugs, dose=example_dose, route=route, duration=duration)
    return drugs[dosing.drug]


def display_name(drug: Drug) -> str:
    """The name of a drug as it is written: that of its table where there is one."""
    return drug.identifier("name") or drug.name


def _with_units(text: str, where: str) -> list[str]:
    """Parts of "0.1, 0.3, 1 uM", each with its unit."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise InputError("names no amount", where=where, allowed=EXAMPLE)
    complete: list[str] = []
    unit = ""
    for part in reversed(parts):
        match = re.fullmatch(rf"({UNSIGNED})\s*(.*)", part)
        if not match:
            raise InputError(f"'{part}' is not an amount", where=where, allowed=EXAMPLE)
        unit = match[2].strip() or unit
        if not unit:
            raise InputError(f"'{text}' has no unit", where=where, allowed=EXAMPLE)
        complete.append(f"{match[1]} {unit}")
    return complete[::-1]
