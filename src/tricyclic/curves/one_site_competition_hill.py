"""Competition described by an IC50 and a slope."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, signed, starts_on_grid
from tricyclic.curves._kernels import (
    BOTTOM,
    COMPETITOR,
    HILL,
    SPECIFIC,
    TOP,
    Values,
    log10_molar,
    power,
    power10,
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
    ratio = power(competitor_M / power10(log10_ic50), np.abs(hill))
    share = np.where(np.asarray(hill) > 0, 1.0 + ratio - specific, specific)
    return np.asarray(bottom + (top - bottom) * share / (1.0 + ratio))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best IC50 and slope of a grid."""
    grid: Grid = {
        "log10_ic50": doses(series.x["competitor_M"]),
        "hill": signed([0.4, 0.7, 1.0, 1.4, 2.5], MODEL, given),
    }
    return starts_on_grid(MODEL, series, given, grid, linear=("top", "bottom"))


MODEL = CurveModel(
    description="one competitor, slope free",
    equation="y = bottom + (top - bottom) / (1 + (IC50 / [competitor])^hill)",
    when=(
        "To test whether the slope is that of one site (hill = -1). A shallower slope points to "
        "several sites or states, a steeper one to depletion, to wells short of equilibrium or to "
        "an artefact. Not for a Ki: no conversion is valid when the slope differs from that of one "
        "site."
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
        HILL,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("doi:10.1111/j.1472-8206.2008.00633.x", "hulme_2010"),
    target="log10_ic50",
    example={"top": 2600.0, "bottom": 310.0, "log10_ic50": -8.4, "hill": -0.75},
    design={
        "competitor_M": (0.0, *np.logspace(-11, -5, 13).tolist(), 0.0),
        "specific": (*(1.0,) * 14, 0.0),
    },
    nests=("one_site_competition",),
    sigmoid="falling",
)
