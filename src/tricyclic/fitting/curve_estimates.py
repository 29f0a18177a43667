"""Effective doses of a curve as estimates, and the numbers that a call of a fit was given."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.core.estimate import Estimate
from tricyclic.errors import InputError, brief
from tricyclic.fitting.curve_tables import shown_unit, unit_of_axis
from tricyclic.fitting.effective_dose import EffectiveDose, dose_column
from tricyclic.fitting.fitted_curve import GroupFit


def extrapolation_text(entry: EffectiveDose) -> str:
    """A remark on a dose beyond the tested ones; empty for others."""
    return f"extrapolated {entry.beyond} the tested doses" if entry.beyond else ""


def estimate_of(
    curve: GroupFit, entry: EffectiveDose, confidence: float, letters: str = ""
) -> Estimate:
    """An effective dose as an estimate, in nM for a concentration."""
    name = name_of_level(entry.level, letters, absolute=entry.absolute)
    column = dose_column(curve.part.model)
    unit, factor = shown_unit(unit_of_axis(curve, column))
    if not entry.is_log:
        unit = "min" if column.endswith("_min") else ""
    values = [entry.value, entry.low, entry.high]
    if entry.is_log:
        values = [factor * 10.0**v if not math.isinf(v) else v for v in values]
    return Estimate(
        name=name,
        value=values[0],
        unit=unit,
        low=values[1],
        high=values[2],
        confidence=confidence,
        log10_se=entry.se if entry.is_log else math.nan,
        se=math.nan if entry.is_log else entry.se,
        method=", ".join(part for part in (entry.method, extrapolation_text(entry)) if part),
        subject=", ".join(curve.key),
    )


def name_of_level(level: float, letters: str = "", *, absolute: bool = False) -> str:
    """The name of an effective dose: "EC10", "LD10" with other letters, or "dose at 0.2"."""
    return f"dose at {level:g}" if absolute else f"{letters or 'EC'}{level:g}"


def numbers_of(given: ArrayLike, where: str) -> np.ndarray:
    """One number or several, as an array of shape (n,).

    Raises
    ------
    InputError
        If they are not numbers.
    """
    # None would become nan; as text it is refused.
    called: Any = given
    try:
        numbers = np.atleast_1d(np.asarray("None" if called is None else called, float))
    except (TypeError, ValueError):
        raise InputError(
            f"is {brief(given)}", where=where, allowed="It is a number, or several"
        ) from None
    if numbers.ndim > 1:
        raise InputError(
            f"has the shape {numbers.shape}",
            where=where,
            allowed="It is a number, or several in one row",
            do="Select one column of a table",
        )
    return numbers


def checked_confidence(confidence: Any, where: str = "confidence") -> float:
    """A confidence level as a number; `where` is the name of the argument.

    Raises
    ------
    InputError
        If it is none from 0.5 to 1.
    """
    is_number = isinstance(confidence, Real) and not isinstance(confidence, bool)
    if not is_number or not 0.5 <= confidence < 1:
        raise InputError(
            f"is {confidence:g}" if is_number else f"is {brief(confidence)}",
            where=where,
            allowed="It lies between 0.5 and 1, such as 0.95",
        )
    return float(confidence)
