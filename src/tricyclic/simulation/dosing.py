"""From the words of a person to Regimens: "desipramine 10 mg/kg ip every 12 h for 14 d" becomes nmol/kg at times.

A dose is a mass or an amount per kg of body weight (or for a whole person, whose weight is then needed), a rate for
a pump, a concentration for a bath or a probe. Every number needs its unit; mass needs the molar mass. What is not
said is taken from the drug's own table (its usual dose and route) or refused, never guessed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from tricyclic.core.dosing import Regimen, is_sustained
from tricyclic.core.drug import Drug
from tricyclic.core.scenario import Scenario
from tricyclic.errors import InputError, UnitError, UnknownNameError
from tricyclic.units import convert, dimension, known_unit

HOURS = {
    "s": 1 / 3600,
    "sec": 1 / 3600,
    "second": 1 / 3600,
    "seconds": 1 / 3600,
    "min": 1 / 60,
    "minute": 1 / 60,
    "minutes": 1 / 60,
    "h": 1.0,
    "hr": 1.0,
    "hour": 1.0,
    "hours": 1.0,
    "d": 24.0,
    "day": 24.0,
    "days": 24.0,
    "w": 168.0,
    "week": 168.0,
    "weeks": 168.0,
}
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
_GRAM = {"kg": 1e3, "g": 1.0, "mg": 1e-3, "ug": 1e-6, "ng": 1e-9}
_MOLE = {"mol": 1.0, "mmol": 1e-3, "umol": 1e-6, "nmol": 1e-9, "pmol": 1e-12}
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TIME = rf"{_NUMBER}\s*(?:[A-Za-z]+)?"
_CLAUSES = {
    "start": re.compile(rf"\b(?:at|from|after)\s+({_TIME})(?=\s|$)"),
    "every": re.compile(rf"\bevery\s+({_TIME})(?=\s|$)"),
    "duration": re.compile(rf"\bfor\s+({_TIME})(?=\s|$)"),
    "n": re.compile(r"(?:\bx\s*(\d+)\b|\b(\d+)\s+(?:doses|times)\b)"),
}
_DOSE = re.compile(rf"^(?P<name>.*?\S)(?:\s+(?P<number>{_NUMBER})\s*(?P<rest>.*))?$")


def hours(text: str | float, *, where: str = "time") -> float:
    """Read a time such as "12 h", "14 d", "30 min"; a bare number is hours.

    Raises
    ------
    UnitError
        If it is no time.
    InputError
        If it is negative.
    """
    match = re.fullmatch(rf"\s*({_NUMBER})\s*([A-Za-z]*)\s*", str(text))
    if not match or (match[2] and match[2] not in HOURS):
        raise UnitError(
            f"'{text}' is no time", where=where, allowed='Write it like "12 h", "14 d", "30 min"'
        )
    value = float(match[1]) * HOURS[match[2] or "h"]
    if not (math.isfinite(value) and value >= 0):
        raise InputError(
            f"the time is {str(text).strip()}", where=where, allowed="A time is 0 or more"
        )
    return value


def amount_of(dose: str, route: str, drug: Drug, *, weight_kg: float | None = None) -> float:
    """Turn a dose in words into what a Regimen holds.

    Parameters
    ----------
    dose : str
        "10 mg/kg", "37 umol/kg", "50 mg" (with a weight), "15 mg/kg/d" for a pump, "1 uM" or "50 ng/mL" for a bath
        or probe.
    route : str
        As in a Regimen.
    drug : Drug
        For its molar mass, where the dose is a mass.
    weight_kg : float, optional
        Body weight, where the dose is not per kg.

    Returns
    -------
    float
        nmol/kg; nmol/(kg h) for a pump or infusion; nM for a bath or probe.

    Raises
    ------
    UnitError
        If the unit is missing, unknown or of another kind than the route needs.
    InputError
        If the dose is negative, or the molar mass or the weight is needed and not known.
    """
    where = f"dose of {drug.name}"
    match = re.fullmatch(rf"\s*({_NUMBER})\s*(.*?)\s*", dose)
    if not match:
        raise UnitError(f"'{dose}' is no dose", where=where, allowed=_like(route))
    if not match[2]:
        raise UnitError(f"'{dose.strip()}' has no unit", where=where, allowed=_like(route))
    value = float(match[1])
    if not (math.isfinite(value) and value >= 0):
        raise InputError(f"is {dose.strip()}", where=where, allowed="A dose is 0 or more")
    if _holds_level(route):
        return _level(value, match[2], drug, where, route)
    unit = match[2].replace("µ", "u").replace("μ", "u").replace(" ", "")
    head, *below = re.sub(r"/\((\w+)\)", r"/\1", unit).split("/")
    per_kg = below.count("kg") == 1
    times = [part for part in below if part in HOURS]
    known = head in _GRAM or head in _MOLE
    if not known or len(below) != per_kg + len(times) or len(times) > 1:
        raise UnitError(
            f"'{match[2]}' is no unit of a dose by '{route}'", where=where, allowed=_like(route)
        )
    if bool(times) != (route in ("pump", "infusion")):
        what = "a rate" if times else "no rate"
        raise UnitError(
            f"'{dose.strip()}' is {what}, and the route is '{route}'",
            where=where,
            allowed=_like(route),
        )
    nmol = value * _MOLE[head] * 1e9 if head in _MOLE else _nmol(value * _GRAM[head], drug)
    if not per_kg:
        if weight_kg is None or not weight_kg > 0:
            raise InputError(
                f"'{dose.strip()}' is not per kg, and the body weight is not known",
                where=where,
                do="Write it per kg, or state the weight",
            )
        nmol /= weight_kg
    return nmol / HOURS[times[0]] if times else nmol


def regimen(
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
) -> Regimen:
    """Make a Regimen of what was stated.

    Parameters
    ----------
    name : str
        The drug; "BDNF" and "(+)-pentazocine" are found as well as "bdnf" and "pentazocine".
    scenario : Scenario
        For its routes and species.
    drugs : mapping of str to Drug
    dose, route : str
        As in `amount_of`; where both are missing, the usual dose of the drug's table.
    start, every, duration : str or float
        Times; empty where not stated. A bolus that is repeated "for" a time is repeated as often as fits in it; each
        dose of a pump, infusion, probe or bath lasts that time, and where that is the interval they are one.
    n : int, optional
        Number of doses.
    until_h : float, optional
        End of the treatment [h]: a repeated dose is repeated, and a sustained one lasts, until then where
        nothing else is stated.
    weight_kg : float, optional
        Body weight, for doses that are not per kg.

    Raises
    ------
    UnknownNameError
        If the drug or the route is not known; the nearest are suggested.
    InputError
        If a dose, a unit, a time or a number of doses is missing or impossible.
    """
    drug = _found(name, drugs)
    where = f"regimen of {drug.name}"
    if not dose:
        dose, usual = _usual(drug, scenario, route)
        route = route or usual
    route = _route(route, dose, scenario, where)
    amount = amount_of(dose, route, drug, weight_kg=weight_kg)
    start_h = hours(start, where=f"{where}, start")
    every_h = hours(every, where=f"{where}, interval") if every != "" else 0.0
    lasts_h = hours(duration, where=f"{where}, duration") if duration != "" else 0.0
    left = lasts_h if duration != "" else (until_h - start_h if until_h is not None else 0.0)
    sustained = is_sustained(route)
    if every != "" and not every_h > 0:
        raise InputError("the interval is 0 h", where=where, allowed="It is above 0")
    if duration != "" and not sustained and not every_h:
        raise InputError(
            f"says for {lasts_h:g} h, and a dose by '{route}' is given at once",
            where=where,
            do='Say how often: "every 12 h"; or leave "for" out',
        )
    if duration != "" and not sustained and n is not None:
        raise InputError(
            f"says both for {lasts_h:g} h and {n} doses", where=where, do="State one of them"
        )
    if sustained and every_h and duration == "":
        raise InputError(
            f"repeats a dose by '{route}' and does not say how long each lasts",
            where=where,
            do='Add "for 1 h"',
        )
    if sustained and every_h and lasts_h > every_h * (1 + 1e-9):
        raise InputError(
            f"lasts {lasts_h:g} h and starts again every {every_h:g} h",
            where=where,
            allowed="A sustained dose ends before the next begins",
        )
    repeated_h = (until_h - start_h if until_h is not None else 0.0) if sustained else left
    if n is not None and every_h:
        repeated_h = n * every_h
    if n is None:
        n = 1
        if every_h:
            if not repeated_h > 0:
                raise InputError(
                    "is repeated, and nothing says for how long",
                    where=where,
                    do="State the days, or the number of doses",
                )
            n = max(1, math.ceil(repeated_h / every_h - 1e-9))
    if n > 1 and not every_h:
        raise InputError(
            f"gives {n} doses and no interval", where=where, do='Add the interval: "every 12 h"'
        )
    if sustained and duration == "" and (until_h is None or not left > 0):
        raise InputError(
            f"'{route}' needs a duration", where=where, do="State for how long it is given"
        )
    if sustained and n > 1 and math.isclose(lasts_h, every_h, rel_tol=1e-9):
        # One ends as the next begins: they are one, and it ends with the treatment.
        n, left = 1, repeated_h
    return Regimen(
        drug.name,
        route,
        amount,
        start_h,
        every_h if n > 1 else 0.0,
        n,
        left if sustained else 0.0,
        _said(
            drug.identifier("name") or drug.name,
            dose,
            route,
            start_h,
            every_h,
            n,
            left if sustained and duration != "" else 0.0,
        ),
    )


def regimen_of(
    text: str,
    scenario: Scenario,
    drugs: Mapping[str, Drug],
    *,
    start: str | float = 0.0,
    until_h: float | None = None,
    weight_kg: float | None = None,
) -> Regimen:
    """Read a regimen such as "desipramine 10 mg/kg ip every 12 h for 14 d" or "BDNF 50 ng/mL bath from 48 h for 0.25 h".

    The form is NAME [DOSE] [ROUTE] [at T | from T] [every T] [x N | for T]; `start` holds where none is said, and the rest is as
    in `regimen`.
    """
    rest = " ".join(text.split())
    found: dict[str, str] = {}
    for key, pattern in _CLAUSES.items():
        matches = list(pattern.finditer(rest))
        if len(matches) > 1:
            raise InputError(f"says {key} twice", where=f"regimen '{text}'")
        if matches:
            found[key] = next(group for group in matches[0].groups() if group is not None)
            rest = " ".join((rest[: matches[0].start()] + rest[matches[0].end() :]).split())
    match = _DOSE.match(rest)
    if not match:
        raise InputError(
            "names no drug",
            where=f"regimen '{text}'",
            allowed='Write it like "idazoxan 1 mg/kg sc at 24 h"',
        )
    name, dose, route = match["name"], "", ""
    if match["number"] is not None:
        words = match["rest"].split()
        if len(words) == 1 and _plain_route(words[0]) in scenario.routes:
            words = ["", words[0]]
        if len(words) > 2:
            raise InputError(
                f"'{' '.join(words[2:])}' is not understood",
                where=f"regimen '{text}'",
                allowed="NAME DOSE ROUTE, then: at T, from T, every T, for T, x N",
            )
        dose = f"{match['number']} {words[0] if words else ''}".strip()
        route = words[1] if len(words) > 1 else ""
    elif " " in name and _plain_route(name.split()[-1]) in scenario.routes:
        name, route = name.rsplit(" ", 1)
    return regimen(
        name,
        scenario,
        drugs,
        dose=dose,
        route=route,
        start=found.get("start", start),
        every=found.get("every", ""),
        n=int(found["n"]) if "n" in found else None,
        duration=found.get("duration", ""),
        until_h=until_h,
        weight_kg=weight_kg,
    )


def regimens_of(
    text: str,
    scenario: Scenario,
    drugs: Mapping[str, Drug],
    *,
    until_h: float | None = None,
    weight_kg: float | None = None,
) -> tuple[Regimen, ...]:
    """Read several regimens, parted by ";"; none from empty text. As `regimen_of` for each."""
    return tuple(
        regimen_of(part, scenario, drugs, until_h=until_h, weight_kg=weight_kg)
        for part in text.split(";")
        if part.strip()
    )


def within(regimens: Sequence[Regimen], horizon_h: float) -> None:
    """Refuse what would be given after the end of the simulation.

    Raises
    ------
    InputError
        If a dose starts at the end or later, or a sustained one lasts beyond it.
    """
    for given in regimens:
        late = given.last_h > horizon_h * (1 + 1e-9)
        if late or given.start_h + (given.n - 1) * given.every_h >= horizon_h:
            what = "lasts until" if is_sustained(given.route) else "has its last dose at"
            raise InputError(
                f"{what} {given.last_h:g} h, and the simulation ends at {horizon_h:g} h",
                where=f"regimen of {given.drug}",
                do="Simulate longer, or give less",
            )


def _found(name: str, drugs: Mapping[str, Drug]) -> Drug:
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


def _usual(drug: Drug, scenario: Scenario, route: str) -> tuple[str, str]:
    """The usual dose of a drug's table: an amount per kg whose words name the route, or a level of a bath."""
    culture = scenario.system == "culture"
    wanted = _plain_route(route) if route else ""
    units = {"nM": "nM"} if culture else {"mg_per_kg": "mg/kg", "nmol_per_kg": "nmol/kg"}
    for holds_for in (scenario.species, ""):
        for row in (one for first in drug.constants for one in (first, *first.also)):
            if row.name != "usual_dose" or row.holds_for != holds_for or row.unit not in units:
                continue
            words = row.says.replace("by mouth", "po").replace(",", " ").replace(";", " ").split()
            named = [_plain_route(word.rstrip(":")) for word in words]
            usual = next((name for name in named if name in scenario.routes), wanted)
            if not wanted or usual == wanted:
                return f"{row.value:g} {units[row.unit]}", usual
    raise InputError(
        f"has no usual dose here{f' by {wanted!r}' if wanted else ''}, and none is stated",
        where=drug.name,
        do=f'State it: "{drug.name} {_example(scenario)}"',
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
    )


def _holds_level(route: str) -> bool:
    return route == "bath" or route.startswith("probe_")


def _level(value: float, unit: str, drug: Drug, where: str, route: str) -> float:
    plain = known_unit(unit, where=where)
    kind = dimension(plain)
    if kind not in ("concentration", "mass concentration"):
        raise UnitError(f"'{unit}' is no concentration", where=where, allowed=_like(route))
    mass = drug.constant("molar_mass")
    if kind == "mass concentration" and mass is None:
        _nmol(value, drug)
    return convert(
        value,
        plain,
        "nM",
        molar_mass_g_per_mol=mass.value if mass is not None else None,
        where=where,
    )


def _nmol(gram: float, drug: Drug) -> float:
    return drug.nmol_per_kg(gram * 1e3)


def _like(route: str) -> str:
    if _holds_level(route):
        return 'Write it like "1 uM" or "50 ng/mL"'
    if route in ("pump", "infusion"):
        return 'Write it as a rate, like "15 mg/kg/d"'
    return 'Write it like "10 mg/kg" or "37 umol/kg"'


def _example(scenario: Scenario) -> str:
    return "1 uM bath" if scenario.system == "culture" else f"1 mg/kg {scenario.routes[0]}"


def _said(
    name: str, dose: str, route: str, start_h: float, every_h: float, n: int, lasts_h: float
) -> str:
    parts = [name, dose, route]
    parts += [f"at {start_h:g} h"] if start_h else []
    parts += [f"every {every_h:g} h x {n}"] if n > 1 else []
    parts += [f"for {lasts_h:g} h"] if lasts_h else []
    return " ".join(parts)
