"""Units of the amounts in a sample list."""

from __future__ import annotations

from tricyclic.errors import InputError, UnitError
from tricyclic.units import dimension

# Kinds of units that no amount, mass or concentration has.
_NO_AMOUNT = frozenset(
    {"time", "rate", "volume", "temperature", "absorbance", "fluorescence", "luminescence", "count"}
)


def is_amount(unit: str) -> bool:
    """Whether a unit is one of amounts or concentrations."""
    try:
        return dimension(unit) in ("concentration", "mass concentration", "amount", "mass")
    except UnitError:
        return False


def check_amount_unit(unit: str, where: str) -> None:
    """Refuse a unit that is known to be none of amounts; an unknown one is kept as written.

    Raises
    ------
    InputError
        If it is one of times, volumes, counts and the like.
    """
    try:
        kind = dimension(unit) if unit else ""
    except UnitError:
        return
    if kind in _NO_AMOUNT:
        raise InputError(
            f"the unit of the amounts is '{unit}', a unit of {kind}",
            where=where,
            allowed="Amounts are in units such as fmol, pg, nM or pg/uL",
            do='Add --unit fmol, or write it in the heading: "amount_fmol"',
        )
