"""Units of an SBML model as they are printed, such as "nmol/L"; None where none is declared."""

from __future__ import annotations

import math
from typing import Any

import libsbml

from tricyclic.sbml.parts import elements, parse

# Symbol of each kind of unit, and the multiples of it that have a symbol of their own.
_PREFIXES = {
    1e3: "k",
    1.0: "",
    1e-1: "d",
    1e-2: "c",
    1e-3: "m",
    1e-6: "µ",
    1e-9: "n",
    1e-12: "p",
    1e-15: "f",
    1e-18: "a",
}
_SYMBOLS = {"mole": "mol", "litre": "L", "gram": "g", "metre": "m", "volt": "V", "hertz": "Hz"}
_TIMES = {1.0: "s", 1e-3: "ms", 60.0: "min", 3600.0: "h", 86400.0: "d"}


def units_of(text: str, where: str = "") -> dict[str, str]:
    """The unit of each species, parameter and compartment that has a declared one, by id.

    Notes
    -----
    A species has the unit of its symbol: a concentration, or an amount where the file declares it.
    Pure numbers have the unit "".
    """
    document = parse(text, where)  # a reference to the document keeps its model alive
    model = document.getModel()
    units = {
        one.getIdAttribute(): declared_unit(one)
        for kind in ("Species", "Parameter", "Compartment")
        for one in elements(model, kind)
    }
    return {name: unit for name, unit in units.items() if unit is not None}


def declared_unit(one: Any) -> str | None:
    """The unit of a species, parameter or compartment; "" of a pure number, None of an undeclared
    one.
    """
    unit = one.getDerivedUnitDefinition()
    if unit is None or unit.getNumUnits() == 0 or one.containsUndeclaredUnits():
        return None
    return unit_text(unit)


def unit_text(definition: Any) -> str:
    """A unit definition as text in SI symbols, with a factor where no symbol contains it."""
    powers: dict[str, float] = {}
    factors: dict[str, float] = {}
    for one in (definition.getUnit(position) for position in range(definition.getNumUnits())):
        kind, exponent = libsbml.UnitKind_toString(one.getKind()), one.getExponentAsDouble()
        factor = (one.getMultiplier() * 10.0 ** one.getScale()) ** exponent
        if kind == "kilogram":
            kind, factor = "gram", factor * 1e3**exponent
        powers[kind] = powers.get(kind, 0.0) + exponent
        factors[kind] = factors.get(kind, 1.0) * factor
    remaining = factors.pop("dimensionless", 1.0)
    powers.pop("dimensionless", None)
    above: list[str] = []
    below: list[str] = []
    for kind, power in powers.items():
        if power == 0.0:
            remaining *= factors[kind]
            continue
        symbol, left = _symbol(kind, factors[kind] ** (1.0 / power))
        remaining *= left**power
        symbol += "" if abs(power) == 1.0 else f"^{abs(power):g}"
        (above if power > 0.0 else below).append(symbol)
    name = " ".join(above) or ("1" if below else "")
    if below:
        name += f"/{below[0]}" if len(below) == 1 else f"/({' '.join(below)})"
    return name if math.isclose(remaining, 1.0, rel_tol=1e-9) else f"{remaining:g} {name}".rstrip()


def _symbol(kind: str, size: float) -> tuple[str, float]:
    """The symbol of a unit `size` times its kind, and the factor that is not in the symbol."""
    if kind == "second":
        symbols = _TIMES
    else:
        symbol = _SYMBOLS.get(kind, kind)
        symbols = (
            {factor: prefix + symbol for factor, prefix in _PREFIXES.items()}
            if kind in _SYMBOLS
            else {1.0: symbol}
        )
    for factor, symbol in symbols.items():
        if math.isclose(size, factor, rel_tol=1e-9):
            return symbol, 1.0
    return symbols[1.0], size
