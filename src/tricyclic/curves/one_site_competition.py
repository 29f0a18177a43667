"""From a competitor's dose to bound radioligand: one site, read as an IC50."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, starts_on_grid
from tricyclic.curves._kernels import COMPETITOR, SPECIFIC, Values, log10_molar, power10


def bound(
    *, competitor_M: Values, specific: Values, top: Values, bottom: Values, log10_ic50: Values
) -> np.ndarray:
    """Reading at a concentration of competitor; `bottom` in non-specific wells."""
    half = power10(log10_ic50)
    return np.asarray(bottom + (top - bottom) * specific * (half / (half + competitor_M)))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best IC50 of a grid."""
    grid: Grid = {"log10_ic50": doses(series.x["competitor_M"], points=49)}
    return starts_on_grid(MODEL, series, given, grid, linear=("top", "bottom"))


MODEL = CurveModel(
    says="one site, one competitor",
    equation="y = bottom + (top - bottom) / (1 + [competitor] / IC50)",
    when=(
        "Competition with one site where only the IC50 is asked for, or Kd and radioligand are not known. "
        "Not the last word on a Ki: an IC50 belongs to the plate; use competition_with_depletion, or competition_ki "
        "where under a tenth of the radioligand is bound."
    ),
    columns=(COMPETITOR, SPECIFIC),
    parameters=(
        Parameter("top", "y", "binding without competitor"),
        Parameter("bottom", "y", "binding that no competitor displaces; the non-specific wells"),
        log10_molar("log10_ic50", "competitor that halves specific binding"),
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("cheng_1973", "hulme_2010"),
    target="log10_ic50",
    example={"top": 2600.0, "bottom": 310.0, "log10_ic50": -8.4},
    design={
        "competitor_M": (0.0, *np.logspace(-11, -5, 13).tolist(), 0.0),
        "specific": (*(1.0,) * 14, 0.0),
    },
)
