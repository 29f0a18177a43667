"""Values of options that one curve and many curves have in common."""

from __future__ import annotations

import math
from typing import Literal

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerals import parse_number

# Curve models that can be fitted to every curve of a file -> name in the batch engine.
BATCH_MODELS: dict[str, Literal["4pl", "3pl"]] = {"logistic_4pl": "4pl", "logistic_3pl": "3pl"}


def fixed_value(text: str, known: tuple[str, ...]) -> tuple[str, float]:
    """Name and number of "log10_kd=-9.1"."""
    name, _, value = text.partition("=")
    if name.strip() not in known:
        raise UnknownNameError.among("parameter", name.strip(), known, where="fixed")
    number = parse_number(value)
    if number is None:
        raise InputError(
            f"'{text}' is not name=number", where="fixed", allowed="Such as log10_kd=-9.1"
        )
    return name.strip(), number


def check_molar_mass(molar_mass: float | None) -> None:
    """Refuse a molar mass that is none."""
    if molar_mass is not None and not 0 < molar_mass < math.inf:
        raise InputError(
            f"is {molar_mass:g}", where="molar_mass", allowed="A molar mass in g/mol is above 0"
        )
