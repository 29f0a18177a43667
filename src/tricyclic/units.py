"""Units of measurement: parsing, conversion, and radioactive decay.

A unit belongs to one dimension and has one factor to the base unit of that dimension. "unknown" is
a unit of its own that cannot be converted or compared.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tricyclic.errors import UnitError
from tricyclic.numerals import NUMBER
from tricyclic.unit_table import (
    DOSE_DIMENSIONS,
    DPM_PER_CI,
    SPELLINGS,
    UNITS,
    UNKNOWN,
)

# Half-lives [d] of the nuclear data sheets; a year has 365.25 days.
# 2 to this power is still a finite float; such dates are wrong in any case.
MAX_HALF_LIVES = 1000.0
HALF_LIFE_DAYS = {
    "3H": 12.32 * 365.25,
    "125I": 59.407,
    "35S": 87.37,
    "14C": 5700 * 365.25,
    "32P": 14.268,
    "18F": 109.77 / 1440.0,
    "11C": 20.364 / 1440.0,
}

# More than this is no solution: pure water is 55 mol/L.
MAX_MOLAR = 10.0

_MICRO = re.compile(r"microg(?:ram)?s?\b|mcg\b", re.IGNORECASE)
_PER = re.compile(r"\s+per\s+", re.IGNORECASE)
_LITRE = re.compile(r"\b([unpmfd]?)l\b|\b(?:litre|liter)s?\b", re.IGNORECASE)
# "nmol L-1", "pmol mg^-1", "mg·kg-1": one unit in the denominator.
_INVERSE = re.compile(r"([A-Za-z]+)[ .]*([A-Za-z]+[0-9]?) ?\^?-1")


@dataclass(frozen=True)
class Quantity:
    """A number and its unit, as read from text."""

    value: float
    unit: str

    def convert_to(self, unit: str, *, molar_mass_g_per_mol: float | None = None) -> float:
        """Value in another unit."""
        return convert(self.value, self.unit, unit, molar_mass_g_per_mol=molar_mass_g_per_mol)


def known_unit(text: str, *, where: str = "") -> str:
    """The standard spelling of a unit: "µM" and "micromolar" are uM.

    Case matters: mM is not MM.

    Raises
    ------
    UnitError
        If there is no such unit.
    """
    plain = text.strip().replace("µ", "u").replace("μ", "u").replace("⁻¹", "-1").replace("·", " ")
    plain = SPELLINGS.get(plain, plain)
    if plain not in UNITS:
        plain = _normalised(plain)
    if plain in UNITS:
        return plain
    lower = {name.lower(): name for name in UNITS if name}
    hint = f"Did you mean '{lower[plain.lower()]}'?" if plain.lower() in lower else ""
    raise UnitError(
        f"'{text}' is not a known unit",
        where=where,
        allowed=hint or "Units are written like nM, pM, dpm, cpm, fmol/mg, Ci/mmol, min, h, mg/kg",
    )


def _normalised(text: str) -> str:
    """The unit with "/" for "per" and for an exponent of -1, and "L" for a litre."""
    plain = _PER.sub("/", _MICRO.sub("ug", text))
    inverse = _INVERSE.fullmatch(plain)
    plain = f"{inverse[1]}/{inverse[2]}" if inverse else plain
    plain = re.sub(r"\s*/\s*", "/", plain)
    plain = _LITRE.sub(lambda match: f"{match[1] or ''}L", plain)
    return SPELLINGS.get(plain, plain)


def is_dose(unit: str) -> bool:
    """Whether a text is a unit of a dose: a concentration of any kind, or a dose per mass or area.

    A number without a unit is none.
    """
    try:
        name = known_unit(unit)
    except UnitError:
        return False
    return bool(name) and UNITS[name][0] in DOSE_DIMENSIONS


def dimension(unit: str) -> str:
    """The dimension of a unit ("concentration")."""
    return UNITS[known_unit(unit)][0]


def is_concentration(unit: str) -> bool:
    """Whether a text is a unit of molar concentration."""
    return UNITS.get(SPELLINGS.get(unit, unit), ("", 0.0))[0] == "concentration"


def convert(
    value: float, unit: str, to: str, *, molar_mass_g_per_mol: float | None = None, where: str = ""
) -> float:
    """Convert a value to another unit of the same dimension.

    Parameters
    ----------
    value : float
        In `unit`.
    unit, to : str
        Units; converting between mass and molar concentration needs a molar mass.
    molar_mass_g_per_mol : float, optional
        Above 0.

    Raises
    ------
    UnitError
        If a unit is unknown, the dimensions differ, or a molar mass is missing.
    """
    source, target = known_unit(unit, where=where), known_unit(to, where=where)
    if UNKNOWN in (source, target):
        raise UnitError(
            "the unit is unknown, so it cannot be converted or compared",
            where=where,
            do="Specify the unit",
        )
    (kind, factor), (target_kind, target_factor) = UNITS[source], UNITS[target]
    if {kind, target_kind} == {"mass concentration", "concentration"}:
        if molar_mass_g_per_mol is None or not molar_mass_g_per_mol > 0:
            raise UnitError(
                f"'{source}' cannot be converted to '{target}' without a molar mass",
                where=where,
                do="Provide the molar mass in g/mol",
            )
        per = 1.0 / molar_mass_g_per_mol if kind == "mass concentration" else molar_mass_g_per_mol
        return _exactly(value, factor, target_factor, where) * per
    if kind != target_kind:
        if not source:
            raise UnitError(
                f"a number without a unit cannot be converted to '{target}', "
                f"{_with_article(target_kind)}",
                where=where,
                do=f"Add its unit, {target} for example",
            )
        if not target:
            raise UnitError(
                f"'{source}' is {_with_article(kind)} and cannot be converted to a number without "
                "a unit",
                where=where,
            )
        raise UnitError(
            f"'{source}' is {_with_article(kind)} and cannot be converted to '{target}', "
            f"{_with_article(target_kind)}",
            where=where,
            do=f"Give {_with_article(target_kind)}, in {target} for example",
        )
    return _exactly(value, factor, target_factor, where)


def _with_article(noun: str) -> str:
    if noun.split()[0].endswith("s") and noun.split()[0] != "mass":
        return noun
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _exactly(value: float, factor: float, target: float, where: str) -> float:
    # 0.5e-6 / 1e-9 in binary is 499.99999999999994; in decimal it is 500.
    if not math.isfinite(value):
        return value
    exact = Fraction(repr(float(value))) * Fraction(repr(factor)) / Fraction(repr(target))
    try:
        return float(exact)
    except OverflowError:
        raise UnitError(f"{value:g} is too large to be converted", where=where) from None


def to_molar(value: float, unit: str, *, where: str = "") -> float:
    """A concentration in mol/L."""
    return convert(value, unit, "M", where=where)


_QUANTITY = re.compile(rf"^\s*({NUMBER})\s*(.*?)\s*$")

_DECIMAL_COMMA = re.compile(r",[0-9]")


def quantity(text: str, *, where: str = "", example: str = "10 nM") -> Quantity:
    """A number with its unit from text such as "10 nM" or "0.5 uM".

    Parameters
    ----------
    text
        A number, with or without its unit.
    where
        Location for the error.
    example
        What the error shows as correct.

    Raises
    ------
    UnitError
        If there is no finite number, or the unit is not known; a bare number has the unit "".
    """
    match = _QUANTITY.match(text)
    if match and _DECIMAL_COMMA.match(match[2]):
        with_point = f"{match[1]}.{match[2][1:]}"
        # What is wrong beside the comma comes first: the advice has to work.
        quantity(with_point, where=where, example=example)
        raise UnitError(
            f"'{text}' contains a decimal comma",
            where=where,
            do=f"Write it with a decimal point, like {with_point}",
        )
    if not match or not math.isfinite(float(match[1])):
        noun = "a number with a unit" if " " in example else "a number"
        finite = "a finite number" if match else noun
        raise UnitError(f"'{text}' is not {finite}", where=where, do=f"Write it like {example}")
    return Quantity(float(match[1]), known_unit(match[2], where=where))


def concentration_M(text: str, *, where: str = "") -> float:
    """A molar concentration from text [M]; 0 needs no unit.

    Raises
    ------
    UnitError
        If the unit is missing or is not a concentration, or the value is negative or above 10 M.
    """
    parsed = quantity(text, where=where)
    if parsed.value == 0 and parsed.unit == "":
        return 0.0
    if parsed.unit == "":
        raise UnitError(f"'{text}' has no unit", where=where, do="Write it like 10 nM")
    value = to_molar(parsed.value, parsed.unit, where=where)
    if not math.isfinite(value) or value < 0:
        raise UnitError(
            f"'{text}' is not a concentration", where=where, allowed="Concentrations are 0 or more"
        )
    if value > MAX_MOLAR:
        raise UnitError(
            f"'{text}' is {value:.3g} mol/L",
            where=where,
            allowed=f"A concentration is at most {MAX_MOLAR:g} mol/L",
            do="Correct its unit",
        )
    return value


def decay_factor(isotope: str, start: date, end: date) -> float:
    """Fraction of the activity at `start` that remains at `end`; above 1 if end is before start.

    Raises
    ------
    UnitError
        If the isotope is not known, or the dates are more than 1000 half-lives apart.
    """
    name = isotope.strip().strip("[]")
    if name not in HALF_LIFE_DAYS:
        raise UnitError(
            f"the half-life of '{isotope}' is not known",
            allowed=f"Known isotopes are {', '.join(HALF_LIFE_DAYS)}",
        )
    half_lives = (end - start).days / HALF_LIFE_DAYS[name]
    if abs(half_lives) > MAX_HALF_LIVES:
        raise UnitError(
            f"{start} and {end} are {abs(half_lives):.3g} half-lives of {name} apart",
            allowed="After ten half-lives less than 0.1 % of the activity is left",
            do="Correct the wrong date",
        )
    return float(0.5**half_lives)


def dpm_per_fmol(specific_activity_Ci_per_mmol: float) -> float:
    """Decays per minute of one fmol [dpm/fmol]: 1 Ci/mmol is 2.22 dpm/fmol."""
    return specific_activity_Ci_per_mmol * DPM_PER_CI * 1e-12
