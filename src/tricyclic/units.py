"""The units of the house: converted on the way in, labelled on the way out.

A unit belongs to one dimension and has one factor to that dimension's base unit. `unknown` is a unit:
it is carried, shown, and refuses every conversion and comparison.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tricyclic.errors import UnitError

UNKNOWN = "unknown"

# Half-lives as the nuclear data sheets give them; 12.32 years of 365.25 days.
HALF_LIFE_DAYS = {
    "3H": 12.32 * 365.25,
    "125I": 59.407,
    "35S": 87.37,
    "14C": 5700 * 365.25,
    "32P": 14.268,
    "18F": 109.77 / 1440.0,
    "11C": 20.364 / 1440.0,
}

BQ_PER_CI = 3.7e10
DPM_PER_CI = 2.22e12

_PREFIX = {
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
}


def _table() -> dict[str, tuple[str, float]]:
    table: dict[str, tuple[str, float]] = {
        UNKNOWN: ("unknown", math.nan),
        "": ("number", 1.0),
        "%": ("number", 0.01),
    }
    for prefix in ("f", "p", "n", "u", "m", ""):
        factor = _PREFIX[prefix]
        table[f"{prefix}M"] = ("concentration", factor)
        table[f"{prefix}mol/L"] = ("concentration", factor)
        table[f"{prefix}mol"] = ("amount", factor)
        table[f"{prefix}g"] = ("mass", factor)
        table[f"{prefix}L"] = ("volume", factor)
        table[f"{prefix}Ci"] = ("activity", factor * BQ_PER_CI)
        table[f"{prefix}g/L"] = ("mass concentration", factor)
        table[f"{prefix}g/mL"] = ("mass concentration", factor * 1e3)
    for prefix in ("f", "p", "n", "u", "m"):
        table[f"{prefix}mol/mg"] = ("density", _PREFIX[prefix] * 1e3)
        table[f"{prefix}mol/g"] = ("density", _PREFIX[prefix])
    for prefix in ("", "k", "M", "G"):
        table[f"{prefix}Bq"] = ("activity", _PREFIX[prefix])
        table[f"{prefix}Bq/mmol"] = ("specific activity", _PREFIX[prefix] * 1e3)
        table[f"{prefix}Bq/nmol"] = ("specific activity", _PREFIX[prefix] * 1e9)
        table[f"{prefix}Bq/fmol"] = ("specific activity", _PREFIX[prefix] * 1e15)
    table |= {
        "dpm": ("activity", 1 / 60.0),
        "dps": ("activity", 1.0),
        "cpm": ("count rate", 1.0),
        "cps": ("count rate", 60.0),
        "counts": ("counts", 1.0),
        "Ci/mmol": ("specific activity", BQ_PER_CI * 1e3),
        "mCi/mmol": ("specific activity", BQ_PER_CI),
        "Ci/mol": ("specific activity", BQ_PER_CI),
        "dpm/fmol": ("specific activity", 1e15 / 60.0),
        "s": ("time", 1 / 60.0),
        "min": ("time", 1.0),
        "h": ("time", 60.0),
        "d": ("time", 1440.0),
        "1/s": ("rate", 60.0),
        "1/min": ("rate", 1.0),
        "1/h": ("rate", 1 / 60.0),
        "1/(M s)": ("association rate", 60.0),
        "1/(M min)": ("association rate", 1.0),
        "1/(nM min)": ("association rate", 1e9),
        "1/(nM s)": ("association rate", 6e10),
        "mg/kg": ("dose", 1.0),
        "ug/kg": ("dose", 1e-3),
        "g/kg": ("dose", 1e3),
        "mg/mL": ("mass concentration", 1.0),
        "degC": ("temperature", 1.0),
    }
    return table


_UNITS = _table()
_SPELLINGS = {
    "micromolar": "uM",
    "nanomolar": "nM",
    "picomolar": "pM",
    "molar": "M",
    "millimolar": "mM",
    "mol/l": "M",
    "minutes": "min",
    "minute": "min",
    "hours": "h",
    "hour": "h",
    "hr": "h",
    "seconds": "s",
    "sec": "s",
    "days": "d",
    "day": "d",
    "CPM": "cpm",
    "DPM": "dpm",
    "CCPM": "cpm",
    "Counts": "counts",
    "count": "counts",
    "percent": "%",
    "ul": "uL",
    "ml": "mL",
    "l": "L",
    "nl": "nL",
    "1/M/min": "1/(M min)",
    "M-1 min-1": "1/(M min)",
    "M^-1 min^-1": "1/(M min)",
    "min-1": "1/min",
    "min^-1": "1/min",
    "s-1": "1/s",
    "ug/ml": "ug/mL",
    "mg/ml": "mg/mL",
    "°C": "degC",
    "C": "degC",
}


@dataclass(frozen=True)
class Quantity:
    """A number and its unit, as read from text."""

    value: float
    unit: str

    def to(self, unit: str, *, molar_mass_g_per_mol: float | None = None) -> float:
        """Value in another unit."""
        return convert(self.value, self.unit, unit, molar_mass_g_per_mol=molar_mass_g_per_mol)


def known_unit(text: str, *, where: str = "") -> str:
    """Give the house's spelling of a unit.

    Both micro signs become u; common spellings are understood. Case is kept: mM is not MM.

    Raises
    ------
    UnitError
        If no such unit is known.
    """
    plain = text.strip().replace("µ", "u").replace("μ", "u").replace("⁻¹", "-1").replace("·", " ")
    plain = _SPELLINGS.get(plain, plain)
    if plain in _UNITS:
        return plain
    lower = {name.lower(): name for name in _UNITS if name}
    hint = f"Did you mean '{lower[plain.lower()]}'?" if plain.lower() in lower else ""
    raise UnitError(
        f"'{text}' is no unit that tricyclic knows",
        where=where,
        allowed=hint or "Units are written like nM, pM, dpm, cpm, fmol/mg, Ci/mmol, min, h, mg/kg",
    )


def dimension(unit: str) -> str:
    """What a unit measures ("concentration")."""
    return _UNITS[known_unit(unit)][0]


def is_concentration(unit: str) -> bool:
    """Whether a unit is a molar concentration; False for text that is no unit."""
    return _UNITS.get(_SPELLINGS.get(unit, unit), ("", 0.0))[0] == "concentration"


def convert(
    value: float, unit: str, to: str, *, molar_mass_g_per_mol: float | None = None, where: str = ""
) -> float:
    """Turn a value of one unit into another of the same dimension.

    Parameters
    ----------
    value : float
        In `unit`.
    unit, to : str
        Units; mass concentrations become molar ones with a molar mass.
    molar_mass_g_per_mol : float, optional
        Above 0.

    Raises
    ------
    UnitError
        If a unit is unknown, the dimensions differ, or a molar mass is missing.
    """
    source, wanted = known_unit(unit, where=where), known_unit(to, where=where)
    if UNKNOWN in (source, wanted):
        raise UnitError(
            "the unit is unknown, so it cannot be converted or compared",
            where=where,
            do="State the unit",
        )
    (kind, factor), (wanted_kind, wanted_factor) = _UNITS[source], _UNITS[wanted]
    if {kind, wanted_kind} == {"mass concentration", "concentration"}:
        if molar_mass_g_per_mol is None or not molar_mass_g_per_mol > 0:
            raise UnitError(
                f"{source} cannot become {wanted} without a molar mass",
                where=where,
                do="Add molar_mass_g_per_mol",
            )
        per = 1.0 / molar_mass_g_per_mol if kind == "mass concentration" else molar_mass_g_per_mol
        return _exactly(value, factor, wanted_factor) * per
    if kind != wanted_kind:
        raise UnitError(
            f"{source} is a {kind} and cannot become {wanted}, a {wanted_kind}",
            where=where,
            do=f"State a {wanted_kind}, such as in {wanted}",
        )
    return _exactly(value, factor, wanted_factor)


def _exactly(value: float, factor: float, wanted: float) -> float:
    # 0.5e-6 / 1e-9 in binary is 499.99999999999994; in decimal it is 500.
    if not math.isfinite(value):
        return value
    return float(Fraction(repr(float(value))) * Fraction(repr(factor)) / Fraction(repr(wanted)))


def to_molar(value: float, unit: str, *, where: str = "") -> float:
    """A concentration in mol/L."""
    return convert(value, unit, "M", where=where)


_QUANTITY = re.compile(r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*$")


def quantity(text: str, *, where: str = "") -> Quantity:
    """Read a number with its unit from text such as "10 nM" or "0.5 uM".

    Raises
    ------
    UnitError
        If there is no number, or the unit is not known; a bare number has the unit "".
    """
    match = _QUANTITY.match(text)
    if not match:
        raise UnitError(
            f"'{text}' is no number with a unit", where=where, allowed="Write it like 10 nM"
        )
    return Quantity(float(match[1]), known_unit(match[2], where=where))


def concentration_M(text: str, *, where: str = "") -> float:
    """Read a molar concentration from text, in M; 0 needs no unit.

    Raises
    ------
    UnitError
        If the unit is missing or is no concentration, or the value is negative.
    """
    read = quantity(text, where=where)
    if read.value == 0 and read.unit == "":
        return 0.0
    if read.unit == "":
        raise UnitError(f"'{text}' has no unit", where=where, allowed="Write it like 10 nM")
    value = to_molar(read.value, read.unit, where=where)
    if not math.isfinite(value) or value < 0:
        raise UnitError(
            f"'{text}' is no concentration", where=where, allowed="Concentrations are 0 or more"
        )
    return value


def decay_factor(isotope: str, start: date, end: date) -> float:
    """Share of the activity that is left at `end` of what was there at `start`; above 1 if end is before start.

    Raises
    ------
    UnitError
        If the isotope is not known.
    """
    name = isotope.strip().strip("[]")
    if name not in HALF_LIFE_DAYS:
        raise UnitError(
            f"no half-life is known for '{isotope}'",
            allowed=f"Isotopes are {', '.join(HALF_LIFE_DAYS)}",
        )
    return float(0.5 ** ((end - start).days / HALF_LIFE_DAYS[name]))


def dpm_per_fmol(specific_activity_Ci_per_mmol: float) -> float:
    """Decays per minute of one fmol: 1 Ci/mmol is 2.22 dpm/fmol."""
    return specific_activity_Ci_per_mmol * DPM_PER_CI * 1e-12
