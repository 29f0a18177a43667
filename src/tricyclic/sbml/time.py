"""From a model's declared unit of time to seconds, so that "12 min" means that in a file of any unit."""

from __future__ import annotations

import math
from typing import Any

import libsbml

from tricyclic.sbml.parts import parse


def seconds_of_time(text: str, where: str = "") -> float | None:
    """How long one unit of a model's time is [s]; None where it does not declare one.

    Notes
    -----
    Until level 2, time is in seconds unless the model redefines the unit "time"; from level 3 on it has no default.

    Raises
    ------
    InputError
        If the text is no SBML.
    """
    document = parse(text, where)  # kept: a model does not outlive its document
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
    """A unit definition in seconds; None where it is no time."""
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
