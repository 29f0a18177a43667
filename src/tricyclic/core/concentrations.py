"""Columns of concentrations in mol/L, from any unit that is written, logarithms included."""

from __future__ import annotations

import re

import numpy as np

from tricyclic.errors import InputError
from tricyclic.units import MAX_MOLAR, convert, dimension, is_dose, known_unit

_LOG = re.compile(r"\s*log(?:10)?(?![A-Za-z0-9])[\s_]*[(\[]?\s*(.+?)\s*[)\]]?\s*", re.IGNORECASE)


def log10_of(unit: str) -> str:
    """The unit of which another one is the logarithm: nM for "log10 nM", "log nM", "log10(nM)"; ""
    for a unit that is no logarithm.
    """
    match = _LOG.fullmatch(unit)
    return known_unit(match[1]) if match else ""


def is_dose_unit(unit: str) -> bool:
    """Whether a text is a unit of a dose (nM, mg/L, g/ha, IU/mL), or the logarithm of one."""
    try:
        return is_dose(log10_of(unit) or unit)
    except InputError:
        return False


def is_molar_unit(unit: str) -> bool:
    """Whether a text is a unit of molar concentration, or the logarithm of one."""
    try:
        return dimension(log10_of(unit) or unit) == "concentration"
    except InputError:
        return False


def own_unit(unit: str, *, molar_mass_g_per_mol: float | None = None) -> str:
    """The unit in which doses are fitted that are not converted to mol/L: "g/ha" for "log10 g/ha".

    "" for a molar unit, for a mass per volume with a molar mass, and for what is no dose.
    """
    if not is_dose_unit(unit):
        return ""
    base = known_unit(log10_of(unit) or unit)
    kind = dimension(base)
    converted = kind == "mass concentration" and molar_mass_g_per_mol is not None
    return "" if kind == "concentration" or converted else base


def dose_values(values: np.ndarray, unit: str, *, where: str = "") -> np.ndarray:
    """Doses in their own unit, which needs no molar mass; logarithms are raised.

    Parameters
    ----------
    values : array, shape (n,)
        In `unit`; nan stays nan, and -inf is 0 in a column of logarithms.
    unit : str
        "g/ha", "IU/mL", "log10 mg/L".
    where : str
        Location for the error.

    Raises
    ------
    InputError
        If a dose is negative or too large to be a number.
    """
    with np.errstate(over="ignore"):
        doses = np.asarray(10.0**values if log10_of(unit) else values, float)
    wrong = ~np.isnan(doses) & ((doses < 0) | np.isinf(doses))
    if wrong.any():
        raise InputError(
            f"contains {values[wrong][0]:g} {unit}",
            where=where,
            allowed="Doses are 0 or more",
            do=f'If these are logarithms, their unit is "log10 {unit}"',
        )
    return doses


def is_mass_concentration(unit: str) -> bool:
    """Whether a text is a unit of mass per volume, or the logarithm of one."""
    try:
        return dimension(log10_of(unit) or unit) == "mass concentration"
    except InputError:
        return False


def same_unit(one: str, other: str, *, where: str = "") -> bool:
    """Whether two spellings mean the same unit: "log nM" and "log10 nM", "µM" and "uM"."""
    if bool(log10_of(one)) != bool(log10_of(other)):
        return False
    return known_unit(log10_of(one) or one, where=where) == known_unit(
        log10_of(other) or other, where=where
    )


def to_molar_values(
    values: np.ndarray, unit: str, *, molar_mass_g_per_mol: float | None = None, where: str = ""
) -> np.ndarray:
    """Concentrations in mol/L.

    Parameters
    ----------
    values : array, shape (n,)
        In `unit`; nan stays nan, and -inf is 0 in a column of logarithms.
    unit : str
        "nM", "mg/L", "log10 M", "log nM".
    molar_mass_g_per_mol : float, optional
        Needed for a mass per volume.
    where : str
        Location for the error.

    Raises
    ------
    InputError
        If the unit is none of a concentration, a molar mass is missing, or a value is negative or
        above 10 mol/L.
    """
    logarithm_of = log10_of(unit)
    base = logarithm_of or known_unit(unit, where=where)
    if dimension(base) == "mass concentration" and molar_mass_g_per_mol is None:
        raise InputError(
            f"'{base}' cannot be converted to mol/L without a molar mass",
            where=where,
            do="Add --molar-mass in g/mol",
        )
    factor = convert(1.0, base, "M", molar_mass_g_per_mol=molar_mass_g_per_mol, where=where)
    with np.errstate(over="ignore"):
        molar = np.asarray((10.0**values if logarithm_of else values) * factor)
    wrong = ~np.isnan(molar) & (molar < 0)
    if wrong.any():
        raise InputError(
            f"contains {values[wrong][0]:g} {unit}",
            where=where,
            allowed="Concentrations are 0 or more",
            do=f'If these are logarithms, their unit is "log10 {base}"',
        )
    if np.isposinf(values).any():
        raise InputError(
            "contains inf",
            where=where,
            allowed="A concentration is a number; an empty cell is a missing one",
        )
    wrong = molar > MAX_MOLAR * (1 + 1e-9)
    if wrong.any():
        raise InputError(
            f"contains {values[wrong][0]:g} {unit}, which is {molar[wrong][0]:.3g} mol/L",
            where=where,
            allowed=f"A concentration is at most {MAX_MOLAR:g} mol/L",
            do=f'State the unit in which the column is, such as "{_smaller(unit, base)}"',
        )
    return molar


def _smaller(unit: str, base: str) -> str:
    """A smaller unit of the same kind."""
    smaller = "pM" if base in ("nM", "pM") else "nM"
    return f"log10 {smaller}" if log10_of(unit) else smaller
