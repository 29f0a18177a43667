"""Competition at one site, described by an IC50."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, starts_on_grid
from tricyclic.curves._kernels import (
    BOTTOM,
    COMPETITOR,
    SPECIFIC,
    TOP,
    Values,
    log10_molar,
    power10,
    unit_hill,
)


def bound(
    *,
    competitor_M: Values,
    specific: Values,
    top: Values,
    bottom: Values,
    log10_ic50: Values,
    hill: Values,
) -> np.ndarray:
    """Reading at a concentration of competitor.

    Non-specific wells read as at a saturating concentration: `bottom` of a falling curve.
    """
    half = power10(log10_ic50)
    left = specific * (half / (half + competitor_M))
    return np.asarray(bottom + (top - bottom) * np.where(np.asarray(hill) > 0, 1.0 - left, left))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best IC50 of a grid."""
    grid: Grid = {"log10_ic50": doses(series.x["competitor_M"], points=49)}
    return starts_on_grid(MODEL, series, given, grid, linear=("top", "bottom"))


MODEL = CurveModel(
    description="one site, one competitor",
    equation="y = bottom + (top - bottom) / (1 + [competitor] / IC50)",
    when=(
        "Competition at one site where only the IC50 is needed, or Kd and concentration of the "
        "radioligand are not known. Not for a Ki: an IC50 depends on the conditions of the plate; "
        "use competition_with_depletion, or competition_ki where less than a tenth of the "
        "radioligand is bound."
    ),
    columns=(COMPETITOR, SPECIFIC),
    parameters=(
        TOP,
        BOTTOM,
        log10_molar(
            "log10_ic50",
            "competitor that halves specific binding",
            along="competitor_M",
        ),
        unit_hill(-1.0),
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("cheng_1973", "hulme_2010"),
    target="log10_ic50",
    example={"top": 2600.0, "bottom": 310.0, "log10_ic50": -8.4, "hill": -1.0},
    design={
        "competitor_M": (0.0, *np.logspace(-11, -5, 13).tolist(), 0.0),
        "specific": (*(1.0,) * 14, 0.0),
    },
    sigmoid="falling",
)
