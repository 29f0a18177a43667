"""The estimate beside the figure of a fitted curve, as the table of the fit prints it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.plot_data import AxisMark
from tricyclic.fitting.curve_plot import named_marks
from tricyclic.fitting.curve_tables import is_log_dose, printable, shown_unit
from tricyclic.fitting.fitted_curve import GroupFit
from tricyclic.fitting.potency import NOT_DETERMINED


def shown_marks(
    marks: Sequence[AxisMark], curve: GroupFit, letters: str = "EC"
) -> tuple[AxisMark, ...]:
    """Marks of a curve; one that the readings do not determine is text without a place.

    Parameters
    ----------
    marks
        Of the plot of the fit: the half-way dose.
    curve
        The curve that they belong to.
    letters
        What effective doses are called: "EC", "LD".
    """
    target = curve.part.model.target
    one = next((one for one in curve.parameters if one.name == target), None)
    if one is None or not is_log_dose(one):
        return named_marks(marks, letters)
    text = printable(curve)
    if text[:1] not in "<>" and text != NOT_DETERMINED:
        return named_marks(marks, letters)
    unit = shown_unit(one.unit.removeprefix("log10 "))[0]
    words = "not determined" if text == NOT_DETERMINED else f"{text} {unit}"
    nan = math.nan
    undetermined = [AxisMark(mark.name, nan, nan, nan, f"{mark.name} {words}") for mark in marks]
    return named_marks(undetermined, letters)
