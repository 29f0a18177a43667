"""Units of values of dialysate, and their conversion to the unit of a course.

Concentrations become nM, amounts of a fraction fmol, amounts per time fmol/min. One becomes another
by the volume or the length of its fraction. Percentages of baseline stay what they are.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from tricyclic.core.clock_time import MINUTES_IN
from tricyclic.core.fractions import PERCENT
from tricyclic.errors import InputError, UnitError
from tricyclic.numerals import UNSIGNED
from tricyclic.unit_table import UNITS
from tricyclic.units import dimension, known_unit

Kind = Literal["concentration", "amount", "rate", "percent", "unknown"]
COURSE_UNITS: dict[Kind, str] = {
    "concentration": "nM",
    "amount": "fmol",
    "rate": "fmol/min",
    "percent": PERCENT,
    "unknown": "unknown",
}
_PERCENT = re.compile(
    r"(?:%|percent)(?:\s*(?:of\s+)?(?:baseline|basal|control|bl))?", re.IGNORECASE
)
_PER_TIME = re.compile(r"(.+?)\s*(?:/|\bper\b)\s*(min|minute|h|hour|s)")
_PER_VOLUME = re.compile(rf"(.+?)\s*/\s*({UNSIGNED})\s*(?:[uµμ][lL])")
_PER_FRACTION = re.compile(
    r"(.+?)\s*(?:/|\bper\b)\s*(?:fraction|sample|vial|injection|"
    rf"{UNSIGNED}\s*min)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DialysateUnit:
    """A unit of values of dialysate.

    Parameters
    ----------
    kind : str
        "concentration", "amount" (of a fraction), "rate", "percent" (of baseline) or "unknown".
    factor : float
        To nM, fmol or fmol/min.
    text : str
        As it was stated.
    """

    kind: Kind
    factor: float
    text: str

    @property
    def course_unit(self) -> str:
        """The unit of a course of such values."""
        return COURSE_UNITS[self.kind]


def dialysate_unit(text: str, molar_mass_g_per_mol: float = math.nan) -> DialysateUnit:
    """Read a unit: nM, uM, pg/uL, fmol, fmol/fraction, fmol/20 uL, fmol/min, % of baseline.

    Parameters
    ----------
    text : str
        "" and "unknown" are unknown.
    molar_mass_g_per_mol : float
        Of the analyte, which masses need.

    Raises
    ------
    InputError
        If the unit is none of these, or a mass has no molar mass.
    """
    plain = text.strip()
    if plain in ("", "unknown"):
        return DialysateUnit("unknown", 1.0, plain)
    if _PERCENT.fullmatch(plain):
        return DialysateUnit("percent", 1.0, plain)
    for pattern, kind in ((_PER_VOLUME, "concentration"), (_PER_TIME, "rate")):
        match = pattern.fullmatch(plain)
        if match:
            amount = _femtomoles(match[1], molar_mass_g_per_mol, plain)
            if kind == "rate":
                return DialysateUnit("rate", amount / MINUTES_IN[match[2]], plain)
            # fmol/uL is nM.
            return DialysateUnit("concentration", amount / float(match[2]), plain)
    match = _PER_FRACTION.fullmatch(plain)
    if match:
        return DialysateUnit("amount", _femtomoles(match[1], molar_mass_g_per_mol, plain), plain)
    known = known_unit(plain, where="unit")
    what = dimension(known)
    if what == "concentration":
        return DialysateUnit("concentration", UNITS[known][1] * 1e9, plain)
    if what == "mass concentration":
        grams_per_litre = UNITS[known][1]
        mass = _molar_mass(molar_mass_g_per_mol, plain)
        return DialysateUnit("concentration", grams_per_litre / mass * 1e9, plain)
    if what in ("amount", "mass"):
        return DialysateUnit("amount", _femtomoles(plain, molar_mass_g_per_mol, plain), plain)
    raise _refused(plain)


def to_course_unit(
    unit: DialysateUnit, to: str, *, length_min: float, volume_uL: float, where: str
) -> float:
    """Factor from a unit to that of the course, for one fraction.

    Parameters
    ----------
    unit : DialysateUnit
    to : {"nM", "fmol", "fmol/min", "% of baseline", "unknown"}
    length_min, volume_uL : float
        Of the fraction; the volume is nan where unknown.
    where : str
        For errors.

    Raises
    ------
    InputError
        If the volume is needed and not known, or one of both is a percentage or unknown.
    """
    if to == unit.course_unit:
        return unit.factor
    if unit.kind in ("percent", "unknown") or to not in COURSE_UNITS.values():
        raise InputError(
            f"values in {unit.text or 'an unknown unit'} cannot be shown in {to}",
            where="to_unit",
            allowed="nM, fmol and fmol/min can be converted to each other",
            do="Omit --to-unit, or state the unit of the values with --unit",
        )
    needs_volume = "concentration" in (unit.kind, _kind_of(to))
    if needs_volume and not (math.isfinite(volume_uL) and volume_uL > 0):
        raise InputError(
            f"{unit.text} to {to} needs the volume of the fractions",
            where=where,
            do="Add --flow in uL/min",
        )
    # By way of the amount of the fraction.
    amount = {"concentration": volume_uL, "amount": 1.0, "rate": length_min}[unit.kind]
    back = {"nM": volume_uL, "fmol": 1.0, "fmol/min": length_min}[to]
    return unit.factor * amount / back


def _kind_of(to: str) -> Kind:
    return next(kind for kind, unit in COURSE_UNITS.items() if unit == to)


def _femtomoles(text: str, molar_mass: float, whole: str) -> float:
    """Femtomoles in an amount or mass."""
    try:
        known = known_unit(text.strip(), where="unit")
        what, factor = dimension(known), UNITS[known][1]
    except UnitError:
        raise _refused(whole) from None
    if what == "amount":
        return factor * 1e15
    if what == "mass":
        return factor / _molar_mass(molar_mass, whole) * 1e15
    raise _refused(whole)


def _molar_mass(molar_mass: float, text: str) -> float:
    if not (math.isfinite(molar_mass) and molar_mass > 0):
        raise InputError(
            f"values in {text} need the molar mass of the analyte",
            where="unit",
            do="Add --molar-mass in g/mol, such as 169.18 for norepinephrine",
        )
    return molar_mass


def _refused(text: str) -> InputError:
    return InputError(
        f"'{text}' is no unit of dialysate",
        where="unit",
        allowed="Units are nM, uM, pg/uL, fmol (per fraction), fmol/20 uL, fmol/min and % of "
        "baseline",
    )
