"""Reads times and doses with their units: "12 h", "10 mg/kg", "15 mg/kg/d", "1 uM".

A dose is a mass or an amount per kg of body weight (or for a whole person, whose weight is then
needed), a rate for a pump, a concentration for a bath or a probe. Every number needs its unit; a
mass needs the molar mass of the drug.
"""

from __future__ import annotations

import math
import re

from tricyclic.core.drug import Drug
from tricyclic.errors import InputError, UnitError
from tricyclic.numerals import NUMBER
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
_GRAM = {"kg": 1e3, "g": 1.0, "mg": 1e-3, "ug": 1e-6, "ng": 1e-9}
_MOLE = {"mol": 1.0, "mmol": 1e-3, "umol": 1e-6, "nmol": 1e-9, "pmol": 1e-12}
_RATE_ROUTES = ("pump", "infusion")


def parse_hours(text: str | float, *, where: str = "time") -> float:
    """Read a time such as "12 h", "14 d", "30 min"; a bare number is hours.

    Raises
    ------
    UnitError
        If it is not a time.
    InputError
        If it is negative.
    """
    match = re.fullmatch(rf"\s*({NUMBER})\s*([A-Za-z]*)\s*", str(text))
    if not match or (match[2] and match[2] not in HOURS):
        raise UnitError(
            f"'{text}' is not a time", where=where, allowed='Write it like "12 h", "14 d", "30 min"'
        )
    value = float(match[1]) * HOURS[match[2] or "h"]
    if not (math.isfinite(value) and value >= 0):
        raise InputError(
            f"the time is {str(text).strip()}", where=where, allowed="A time is 0 or more"
        )
    return value


def parse_amount(dose: str, route: str, drug: Drug, *, weight_kg: float | None = None) -> float:
    """Convert a dose to the unit of a Dosing.

    Parameters
    ----------
    dose : str
        "10 mg/kg", "37 umol/kg", "50 mg" (with a weight), "15 mg/kg/d" for a pump, "1 uM" or "50
        ng/mL" for a bath or probe.
    route : str
        As in a Dosing.
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
    match = re.fullmatch(rf"\s*({NUMBER})\s*(.*?)\s*", dose)
    if not match:
        raise UnitError(f"'{dose}' is not a dose", where=where, allowed=_example(route))
    if not match[2]:
        raise UnitError(f"'{dose.strip()}' has no unit", where=where, allowed=_example(route))
    value = float(match[1])
    if not (math.isfinite(value) and value >= 0):
        raise InputError(
            f"is {dose.strip()}", where=where, allowed="A dose is a finite number, 0 or more"
        )
    if _is_concentration(route):
        return _concentration_nM(value, match[2], drug, where, route)
    head, per_kg, time = _split_unit(match[2], route, where)
    if bool(time) != (route in _RATE_ROUTES):
        kind = "a rate" if time else "not a rate"
        raise UnitError(
            f"'{dose.strip()}' is {kind}, and the route is '{route}'",
            where=where,
            allowed=_example(route),
        )
    nmol = value * _MOLE[head] * 1e9 if head in _MOLE else _nmol(value * _GRAM[head], drug)
    if not per_kg:
        if weight_kg is None or not weight_kg > 0:
            raise InputError(
                f"'{dose.strip()}' is not per kg, and the body weight is not known",
                where=where,
                do="Write it per kg, or give the weight",
            )
        nmol /= weight_kg
    return nmol / HOURS[time] if time else nmol


def _split_unit(unit: str, route: str, where: str) -> tuple[str, bool, str]:
    """Mass or amount, whether it is per kg, and the unit of time; empty where there is none."""
    plain = unit.replace("µ", "u").replace("μ", "u").replace(" ", "")
    head, *below = re.sub(r"/\((\w+)\)", r"/\1", plain).split("/")
    per_kg = below.count("kg") == 1
    times = [part for part in below if part in HOURS]
    known = head in _GRAM or head in _MOLE
    if not known or len(below) != per_kg + len(times) or len(times) > 1:
        raise UnitError(
            f"'{unit}' is not a unit of a dose by '{route}'", where=where, allowed=_example(route)
        )
    return head, per_kg, times[0] if times else ""


def _is_concentration(route: str) -> bool:
    return route == "bath" or route.startswith("probe_")


def _concentration_nM(value: float, unit: str, drug: Drug, where: str, route: str) -> float:
    plain = known_unit(unit, where=where)
    kind = dimension(plain)
    if kind not in ("concentration", "mass concentration"):
        raise UnitError(f"'{unit}' is not a concentration", where=where, allowed=_example(route))
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


def _example(route: str) -> str:
    if _is_concentration(route):
        return 'Write it like "1 uM" or "50 ng/mL"'
    if route in _RATE_ROUTES:
        return 'Write it as a rate, like "15 mg/kg/d"'
    return 'Write it like "10 mg/kg" or "37 umol/kg"'
