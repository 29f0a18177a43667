"""The unit of time of an SBML model in seconds, to which a time such as "12 min" is converted."""

from __future__ import annotations

import math
from typing import Any

import libsbml

from tricyclic.sbml.parts import parse


def time_unit_s(text: str, where: str = "") -> float | None:
    """One unit of a model's time [s]; None where the model does not declare it.

    Notes
    -----
    Until level 2, time is in seconds unless the model redefines the unit "time"; from level 3 on it
    has no default.

    Raises
    ------
    InputError
        If the text is not SBML.
    """
    document = parse(text, where)  # a reference to the document keeps its model alive
    model = document.getModel()
    if document.getLevel() < 3:
        redefined = model.getUnitDefinition("time")
        return 1.0 if redefined is None else _seconds(redefined)
    name = model.getTimeUnits()
    if name == "second":
        return 1.0
    declared = model.getUnitDefinition(name) if name else None
    return None if declared is None else _seconds(declared)


def _seconds(unit: Any) -> float | None:
    """A unit definition in seconds; None where it is not a time."""
    plain = libsbml.UnitDefinition.convertToSI(unit)
    seconds, power = 1.0, 0.0
    for one in (plain.getUnit(position) for position in range(plain.getNumUnits())):
        exponent = one.getExponentAsDouble()
        if one.getKind() == libsbml.UNIT_KIND_SECOND:
            power += exponent
        elif one.getKind() != libsbml.UNIT_KIND_DIMENSIONLESS:
            return None
        seconds *= (one.getMultiplier() * 10.0 ** one.getScale()) ** exponent
    return seconds if power == 1.0 and math.isfinite(seconds) and seconds > 0 else None
