"""Doses of many curves as log10 molar, checked for their unit; names of curves in messages."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tricyclic.core.concentrations import is_molar_unit, log10_of
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import shortened
from tricyclic.units import MAX_MOLAR, convert

# Joins the names of a curve that has several; no file has it in a name.
JOINT = "\x1f"
LOWEST, WIDEST = -18.0, 12.0  # log10 M; decades of doses in one curve


def checked_doses(
    x: np.ndarray,
    starts: np.ndarray,
    names: Any,
    *,
    where: str,
    name: str,
    unit: str,
    molar_mass_g_per_mol: float | None = None,
) -> np.ndarray:
    """Doses as log10 molar, or as the logarithm of a unit that has no molar equivalent.

    Parameters
    ----------
    x : array, shape (rows,)
        Doses as in the file; none is missing.
    starts : array of int, shape (curves + 1,)
    names : sequence
        Names of the curves.
    name : str
        Column of the doses; "" where they are the names of the columns.
    unit : str
        Unit of the doses ("log10 M", "M", "nM", "log10 nM", "mg/L").
    molar_mass_g_per_mol : float, optional
        Converts masses per volume to molar.

    Raises
    ------
    InputError
        If one is not a concentration, or seems to be in another unit.
    """
    column = f"{where}, column '{name}'" if name else f"{where}, names of the columns"
    is_molar = is_molar_unit(unit) or molar_mass_g_per_mol is not None
    logarithm_of = log10_of(unit)
    factor = 1.0
    if is_molar:
        mass = molar_mass_g_per_mol
        factor = convert(1.0, logarithm_of or unit, "M", molar_mass_g_per_mol=mass, where=column)
    if logarithm_of:
        x = x if factor == 1.0 else x + math.log10(factor)
    else:
        x = x * factor
        _check_amounts(x, starts, names, column, "mol/L" if is_molar else unit)
        x = np.log10(x, out=np.full(x.shape, -np.inf), where=x > 0)
    if not is_molar:
        return x
    lone_zero = unit == "log10 M" and float(x.max()) == 0.0 and (x < 0).any()
    if lone_zero and float(x[x < 0].max()) < -2.0:
        raise InputError(
            f"curve '{_of(x == 0.0, starts, names)}' has a dose of 0, which is 1 mol/L, "
            "and no other dose is above 0.01 mol/L",
            where=column,
            do="Write -inf for a well without compound",
        )
    _check_plausible(x, starts, names, column)
    return x


def _check_amounts(x: np.ndarray, starts: np.ndarray, names: Any, column: str, unit: str) -> None:
    """Refuse doses below 0, and above the concentration of any solution."""
    if (x < 0).any():
        at = x < 0
        raise InputError(
            f"curve '{_of(at, starts, names)}' has a concentration of {x[np.argmax(at)]:g}",
            where=column,
            allowed=f"A concentration in {unit} is 0 or more; 0 is a well without compound",
            do="Name the column log10_molar if these are logarithms",
        )
    if unit == "mol/L" and (x[np.isfinite(x)] > MAX_MOLAR).any():
        at = np.isfinite(x) & (x > MAX_MOLAR)
        raise InputError(
            f"curve '{_of(at, starts, names)}' has {x[np.argmax(at)]:g} mol/L",
            where=column,
            allowed=f"A dose is at most {MAX_MOLAR:g} mol/L",
            do="Name the column by its unit, conc_nM or conc_uM",
        )


def _check_plausible(x: np.ndarray, starts: np.ndarray, names: Any, column: str) -> None:
    """Refuse doses that cannot be log10 molar, with what they look like instead."""
    low, high = float(x.min()), float(x.max())
    if -np.inf < low and high <= 0 and low >= LOWEST and high - low <= WIDEST:
        return
    finite = x[np.isfinite(x)]
    if not finite.size:
        return
    low, high = float(finite.min()), float(finite.max())
    owner = "" if names is None else f" (curve '{_of(x == high, starts, names)}')"
    if high > 0:
        raise InputError(
            f"values run from {low:g} to {high:g}{owner}", where=column, allowed=_instead(low, high)
        )
    if low < LOWEST:
        owner = "" if names is None else f" (curve '{_of(x == low, starts, names)}')"
        raise InputError(
            f"the lowest dose is {low:g}{owner}, fewer than a million molecules in a litre",
            where=column,
            do="Write log10 of mol/L",
        )
    if high - low > WIDEST:
        clipped = np.where(np.isfinite(x), x, high)
        span = np.maximum.reduceat(clipped, starts[:-1]) - np.minimum.reduceat(clipped, starts[:-1])
        if span.max() > WIDEST:
            owner = "" if names is None else f"curve '{names[int(np.argmax(span))].as_py()}': "
            raise InputError(
                f"{owner}doses span {span.max():.0f} decades",
                where=column,
                allowed="Are units mixed?",
                do="Write log10 of mol/L throughout",
            )


def _instead(low: float, high: float) -> str:
    if low < -3:
        return "Some are log10 molar and some are in another unit; write log10 of mol/L throughout"
    if low > 0 and high < 0.2:
        return "These look like mol/L; name the column molar, or write log10 of mol/L"
    if low > 2 and high < 16:
        return "These look like -log10 molar; change the sign"
    if low < 0:
        return "These look like log10 of nM or µM; subtract 9 or 6"
    return "These look like nM or µM; write log10 of mol/L, so 10 nM is -8"


def _of(where: np.ndarray, starts: np.ndarray, names: Any) -> str:
    if names is None:
        return "of every row"
    k = int(np.searchsorted(starts, int(np.argmax(where)), "right")) - 1
    return shown_name(names[k].as_py())


def shown_name(name: Any) -> str:
    """Name of a curve for a message; those of several columns separated by a comma."""
    return shortened(str(name).replace(JOINT, ", "))
