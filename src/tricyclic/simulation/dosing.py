"""Reads dosing schedules: "desipramine 10 mg/kg ip every 12 h for 14 d" becomes nmol/kg at times.

What is not given is taken from the drug's own table (its usual dose and route) or refused, never
guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from tricyclic.core.dosing import Dosing, is_sustained
from tricyclic.core.drug import Drug
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerals import NUMBER
from tricyclic.simulation.dose_units import parse_amount, parse_hours

ROUTES = {
    "i.p.": "ip",
    "intraperitoneal": "ip",
    "s.c.": "sc",
    "subcutaneous": "sc",
    "p.o.": "po",
    "oral": "po",
    "i.v.": "iv",
    "intravenous": "iv",
    "minipump": "pump",
    "medium": "bath",
}
_TIME = rf"{NUMBER}\s*(?:[A-Za-z]+)?"
_CLAUSES = {
    "start": re.compile(rf"\b(?:at|from|after)\s+({_TIME})(?=\s|$)"),
    "every": re.compile(rf"\bevery\s+({_TIME})(?=\s|$)"),
    "duration": re.compile(rf"\bfor\s+({_TIME})(?=\s|$)"),
    "n": re.compile(r"(?:\bx\s*([0-9]+)\b|\b([0-9]+)\s+(?:doses|times)\b)"),
}
_DOSE = re.compile(rf"^(?P<name>.*?\S)(?:\s+(?P<number>{NUMBER})\s*(?P<after>.*))?$")


def build_dosing(
    name: str,
    scenario: Scenario,
    drugs: Mapping[str, Drug],
    *,
    dose: str = "",
    route: str = "",
    start: str | float = 0.0,
    every: str | float = "",
    n: int | None = None,
    duration: str | float = "",
    until_h: float | None = None,
    weight_kg: float | None = None,
) -> Dosing:
    """Make a dosing schedule of its parts.

    Parameters
    ----------
    name : str
        The drug; "BDNF" and "(+)-pentazocine" match as well as "bdnf" and "pentazocine".
    scenario : Scenario
        For its routes and species.
    drugs : mapping of str to Drug
    dose, route : str
        As in `parse_amount`; where both are missing, the usual dose of the drug's table.
    start, every, duration : str or float
        Times; empty where not given. A bolus that is repeated "for" a time is repeated as often as
        fits in it; each dose of a pump, infusion, probe or bath lasts that time, and where that is
        the interval they are one.
    n : int, optional
        Number of doses.
    until_h : float, optional
        End of the treatment [h]: a repeated dose is repeated, and a sustained one lasts, until then
        where nothing else is given.
    weight_kg : float, optional
        Body weight, for doses that are not per kg.

    Raises
    ------
    UnknownNameError
        If the drug or the route is not known; the nearest are suggested.
    InputError
        If a dose, a unit, a time or a number of doses is missing or impossible.
    """
    drug = _find_drug(name, drugs)
    where = f"dosing of {drug.name}"
    if not dose:
        dose, usual = _usual_dose(drug, scenario, route)
        route = route or usual
    route = _route(route, dose, scenario, where)
    amount = parse_amount(dose, route, drug, weight_kg=weight_kg)
    start_h = parse_hours(start, where=f"{where}, start")
    every_h = parse_hours(every, where=f"{where}, interval") if every != "" else 0.0
    lasts_h = parse_hours(duration, where=f"{where}, duration") if duration != "" else None
    if every != "" and not every_h > 0:
        raise InputError("the interval is 0 h", where=where, allowed="It is above 0")
    left_h = until_h - start_h if until_h is not None else 0.0
    if is_sustained(route):
        schedule = _sustained_schedule(route, every_h, lasts_h, n, left_h, until_h, where)
    else:
        schedule = _bolus_schedule(route, every_h, lasts_h, n, left_h, where)
    n_doses, duration_h = schedule
    shown_h = duration_h if lasts_h is not None else 0.0
    label = drug.identifier("name") or drug.name
    description = _describe(label, dose, route, start_h, every_h, n_doses, shown_h)
    return Dosing(
        drug.name,
        route,
        amount,
        start_h,
        every_h if n_doses > 1 else 0.0,
        n_doses,
        duration_h,
        description,
    )


def parse_dosing(
    text: str,
    scenario: Scenario,
    drugs: Mapping[str, Drug],
    *,
    start: str | float = 0.0,
    until_h: float | None = None,
    weight_kg: float | None = None,
) -> Dosing:
    """Read a dosing schedule such as "desipramine 10 mg/kg ip every 12 h for 14 d" or "BDNF 50
    ng/mL bath from 48 h for 0.25 h".

    The form is NAME [DOSE] [ROUTE] [at T | from T] [every T] [x N | for T]; `start` applies where
    the text gives no start, and everything else is as in `build_dosing`.
    """
    where = f"dosing '{text}'"
    head, clauses = _take_clauses(" ".join(text.split()), where)
    match = _DOSE.match(head)
    if not match:
        raise InputError(
            "names no drug", where=where, allowed='Write it like "idazoxan 1 mg/kg sc at 24 h"'
        )
    name, dose, route = match["name"], "", ""
    if match["number"] is not None:
        words = match["after"].split()
        if len(words) == 1 and _plain_route(words[0]) in scenario.routes:
            words = ["", words[0]]
        if len(words) > 2:
            raise InputError(
                f"'{' '.join(words[2:])}' is not understood",
                where=where,
                allowed="NAME DOSE ROUTE, then: at T, from T, every T, for T, x N",
            )
        dose = f"{match['number']} {words[0] if words else ''}".strip()
        route = words[1] if len(words) > 1 else ""
    elif " " in name and _plain_route(name.split()[-1]) in scenario.routes:
        name, route = name.rsplit(" ", 1)
    return build_dosing(
        name,
        scenario,
        drugs,
        dose=dose,
        route=route,
        start=clauses.get("start", start),
        every=clauses.get("every", ""),
        n=int(clauses["n"]) if "n" in clauses else None,
        duration=clauses.get("duration", ""),
        until_h=until_h,
        weight_kg=weight_kg,
    )


def parse_all_dosing(
    text: str,
    scenario: Scenario,
    drugs: Mapping[str, Drug],
    *,
    until_h: float | None = None,
    weight_kg: float | None = None,
) -> tuple[Dosing, ...]:
    """Read several dosing schedules, separated by ";"; none from empty text."""
    return tuple(
        parse_dosing(part, scenario, drugs, until_h=until_h, weight_kg=weight_kg)
        for part in text.split(";")
        if part.strip()
    )


def check_within_horizon(dosing: Sequence[Dosing], horizon_h: float) -> None:
    """Refuse doses after the end of the simulation.

    Raises
    ------
    InputError
        If a dose starts at the end or later, or a sustained one lasts beyond it.
    """
    for one in dosing:
        late = one.last_h > horizon_h * (1 + 1e-9)
        if late or one.start_h + (one.n_doses - 1) * one.every_h >= horizon_h:
            what = "lasts until" if is_sustained(one.route) else "has its last dose at"
            raise InputError(
                f"{what} {one.last_h:g} h, and the simulation ends at {horizon_h:g} h",
                where=f"dosing of {one.drug}",
                do="Simulate longer, or give fewer or earlier doses",
            )


def _bolus_schedule(
    route: str, every_h: float, repeat_h: float | None, n: int | None, left_h: float, where: str
) -> tuple[int, float]:
    """Number of doses and their duration, 0; `repeat_h` is for how long the dose is repeated."""
    if repeat_h is not None and not every_h:
        raise InputError(
            f"is given for {repeat_h:g} h, but a dose by '{route}' is given at once",
            where=where,
            do='Add the interval: "every 12 h"; or leave "for" out',
        )
    if repeat_h is not None and n is not None:
        raise InputError(
            f"has both a duration, {repeat_h:g} h, and a number of doses, {n}",
            where=where,
            do="Give one of them",
        )
    return _number_of_doses(every_h, n, left_h if repeat_h is None else repeat_h, where), 0.0


def _sustained_schedule(
    route: str,
    every_h: float,
    lasts_h: float | None,
    n: int | None,
    left_h: float,
    until_h: float | None,
    where: str,
) -> tuple[int, float]:
    """Number of doses and the duration of each; the whole treatment where there is one."""
    if every_h and lasts_h is None:
        raise InputError(
            f"repeats a dose by '{route}' without the duration of each",
            where=where,
            do='Add "for 1 h"',
        )
    if every_h and lasts_h is not None and lasts_h > every_h * (1 + 1e-9):
        raise InputError(
            f"lasts {lasts_h:g} h and starts again every {every_h:g} h",
            where=where,
            allowed="A sustained dose ends before the next begins",
        )
    repeat_h = n * every_h if n is not None and every_h else left_h
    n_doses = _number_of_doses(every_h, n, repeat_h, where)
    if lasts_h is None:
        if until_h is None or not left_h > 0:
            raise InputError(f"'{route}' needs a duration", where=where, do='Add it: "for 24 h"')
        return n_doses, left_h
    if n_doses > 1 and math.isclose(lasts_h, every_h, rel_tol=1e-9):
        # Each ends as the next begins: they are one dose, which ends with the treatment.
        return 1, repeat_h
    return n_doses, lasts_h


def _number_of_doses(every_h: float, n: int | None, repeat_h: float, where: str) -> int:
    if n is None and not every_h:
        return 1
    if n is None:
        if not repeat_h > 0:
            raise InputError(
                "is repeated, without a duration of the treatment",
                where=where,
                do="Give the days, or the number of doses",
            )
        return max(1, math.ceil(repeat_h / every_h - 1e-9))
    if n > 1 and not every_h:
        raise InputError(
            f"gives {n} doses and no interval", where=where, do='Add the interval: "every 12 h"'
        )
    return n


def _take_clauses(text: str, where: str) -> tuple[str, dict[str, str]]:
    """The text without its clauses ("every 12 h"), and the clauses by name."""
    clauses: dict[str, str] = {}
    for key, pattern in _CLAUSES.items():
        matches = list(pattern.finditer(text))
        if len(matches) > 1:
            raise InputError(f"gives {_CLAUSE_NAMES[key]} twice", where=where)
        if matches:
            clauses[key] = next(group for group in matches[0].groups() if group is not None)
            text = " ".join((text[: matches[0].start()] + text[matches[0].end() :]).split())
    return text, clauses


_CLAUSE_NAMES = {
    "start": "the start",
    "every": "the interval",
    "duration": "the duration",
    "n": "the number of doses",
}


def _find_drug(name: str, drugs: Mapping[str, Drug]) -> Drug:
    plain = re.sub(r"^\([+-]\)-?", "", name.strip())
    for spelling in (
        name,
        plain,
        plain.lower(),
        plain.lower().replace("-", "_").replace(" ", "_"),
        plain.lower().replace("-", ""),
    ):
        if spelling in drugs:
            return drugs[spelling]
    raise UnknownNameError.among("drug", name, drugs)


def _usual_dose(drug: Drug, scenario: Scenario, route: str) -> tuple[str, str]:
    """The usual dose of a drug's table and its route: an amount per kg whose description names the
    route, or the concentration of a bath.
    """
    culture = scenario.system == "culture"
    wanted = _plain_route(route) if route else ""
    units = {"nM": "nM"} if culture else {"mg_per_kg": "mg/kg", "nmol_per_kg": "nmol/kg"}
    for species in (scenario.species, ""):
        for row in (one for first in drug.constants for one in (first, *first.alternatives)):
            if row.name != "usual_dose" or row.applies_to != species or row.unit not in units:
                continue
            text = row.description.replace("by mouth", "po").replace(",", " ").replace(";", " ")
            named = [_plain_route(word.rstrip(":")) for word in text.split()]
            usual = next((name for name in named if name in scenario.routes), wanted)
            if not wanted or usual == wanted:
                return f"{row.value:g} {units[row.unit]}", usual
    by_route = f" by {wanted!r}" if wanted else ""
    raise InputError(
        f"has no usual dose here{by_route}, and none is given",
        where=drug.name,
        do=f'Give a dose: "{drug.name} {_example(scenario)}"',
    )


def _plain_route(route: str) -> str:
    return ROUTES.get(route.lower(), route.lower())


def _route(route: str, dose: str, scenario: Scenario, where: str) -> str:
    if route:
        plain = _plain_route(route)
        if plain not in scenario.routes:
            raise UnknownNameError.among(
                "route", route, scenario.routes, where=f"{where}, {scenario.name}"
            )
        return plain
    likely = list(scenario.routes)
    if re.search(r"/(d|day|h|hour|hr|min)$", dose.replace(" ", "")):
        likely = [known for known in likely if known in ("pump", "infusion")]
    if len(likely) == 1:
        return likely[0]
    raise InputError(
        "names no route",
        where=where,
        allowed=f"Routes of {scenario.name} are {', '.join(scenario.routes)}",
        do="Add --route, or the route to the dosing schedule",
    )


def _example(scenario: Scenario) -> str:
    return "1 uM bath" if scenario.system == "culture" else f"1 mg/kg {scenario.routes[0]}"


def _describe(
    name: str, dose: str, route: str, start_h: float, every_h: float, n: int, lasts_h: float
) -> str:
    """The schedule in one line, as `parse_dosing` reads it."""
    parts = [name, dose, route]
    parts += [f"at {start_h:g} h"] if start_h else []
    parts += [f"every {every_h:g} h x {n}"] if n > 1 else []
    parts += [f"for {lasts_h:g} h"] if lasts_h else []
    return " ".join(parts)
