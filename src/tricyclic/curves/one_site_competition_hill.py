"""From a competitor's dose to bound radioligand: one IC50, with a slope of its own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, starts_on_grid
from tricyclic.curves._kernels import COMPETITOR, SPECIFIC, Values, log10_molar, power, power10


def bound(
    *,
    competitor_M: Values,
    specific: Values,
    top: Values,
    bottom: Values,
    log10_ic50: Values,
    hill: Values,
) -> np.ndarray:
    """Reading at a concentration of competitor; `bottom` in non-specific wells."""
    displaced = power(competitor_M / power10(log10_ic50), hill)
    return np.asarray(bottom + (top - bottom) * specific / (1.0 + displaced))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best IC50 and slope of a grid."""
    grid: Grid = {"log10_ic50": doses(series.x["competitor_M"]), "hill": [0.4, 0.7, 1.0, 1.4, 2.5]}
    return starts_on_grid(MODEL, series, given, grid, linear=("top", "bottom"))


MODEL = CurveModel(
    says="one competitor, slope free",
    equation="y = bottom + (top - bottom) / (1 + ([competitor] / IC50)^hill)",
    when=(
        "To test whether the slope is 1, as one site asks for. A slope below 1 points to several sites or states, one above 1 "
        "to depletion, to wells short of equilibrium or to an artefact. Not for a Ki: no conversion holds when the slope differs from 1."
    ),
    columns=(COMPETITOR, SPECIFIC),
    parameters=(
        Parameter("top", "y", "binding without competitor"),
        Parameter("bottom", "y", "binding that no competitor displaces; the non-specific wells"),
        log10_molar("log10_ic50", "competitor that halves specific binding"),
        Parameter("hill", "", "slope factor; 1 for one site", low=0.05, high=10.0),
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("doi:10.1111/j.1472-8206.2008.00633.x", "hulme_2010"),
    target="log10_ic50",
    example={"top": 2600.0, "bottom": 310.0, "log10_ic50": -8.4, "hill": 0.75},
    design={
        "competitor_M": (0.0, *np.logspace(-11, -5, 13).tolist(), 0.0),
        "specific": (*(1.0,) * 14, 0.0),
    },
    nests=("one_site_competition",),
)
