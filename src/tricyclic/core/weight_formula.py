"""Weights that are a formula of the readings, the doses or their scatter, such as 1/y^2."""

from __future__ import annotations

import re

from tricyclic.errors import InputError
from tricyclic.numerals import parse_number

# "1/y", "1/y^2", "1/x^1.5", "1/sd^2": one over a quantity, to a power.
_FORMULA = re.compile(r"1\s*/\s*(?P<of>.+?)\s*(?:(?:\^|\*\*)\s*(?P<power>[^\s^*]+))?")
_RAISED = str.maketrans({"²": "^2", "³": "^3", "ŷ": "y", "Ŷ": "y"})
# "1/Y2" is how Prism's 1/Y² is typed; of another name the number is a part.
_TYPED_POWER = re.compile(r"(1\s*/\s*(?:y|x|sd))\s*([23])", re.IGNORECASE)
FORMULAS = "1/y, 1/y^2, 1/x, 1/x^2, 1/sd^2, or another power"
LARGEST_POWER = 10.0


def weight_formula(text: str) -> tuple[str, float] | None:
    """Quantity and power of "1/y^2", also written 1/y², 1/y**2 or 1/Y2; None for a text that is no
    such formula.

    Raises
    ------
    InputError
        If the power is no number above 0.
    """
    plain = text.strip().translate(_RAISED)
    match = _FORMULA.fullmatch(_TYPED_POWER.sub(r"\1^\2", plain))
    if match is None:
        return None
    power = 1.0 if match["power"] is None else parse_number(match["power"])
    if power is None or not 0 < power <= LARGEST_POWER:
        raise InputError(
            f"'{text}' has no power that can be read",
            where="weights",
            allowed=f"A power is a number above 0, at most {LARGEST_POWER:g}, such as 1/y^2",
        )
    return match["of"].strip(), power


def weight_is_of_curve(weights: str) -> bool:
    """Whether weights change with the curve, and are not part of the readings."""
    formula = weight_formula(weights) if weights else None
    return formula is not None and formula[0].lower() == "y"
