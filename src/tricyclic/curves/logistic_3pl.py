"""Three-parameter logistic: a dose-response curve with the slope of one site."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, starts_on_grid
from tricyclic.curves._kernels import (
    BOTTOM,
    TOP,
    Values,
    log10_molar,
    power10,
    unit_hill,
    upper_fraction_of_one_site,
)


def response(
    *, concentration_M: Values, bottom: Values, top: Values, log10_ec50: Values, hill: Values
) -> np.ndarray:
    """Reading at a concentration; half-way between bottom and top at the EC50."""
    share = upper_fraction_of_one_site(concentration_M, power10(log10_ec50), hill)
    return np.asarray(bottom + (top - bottom) * share)


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best half-way doses of a grid."""
    grid: Grid = {"log10_ec50": doses(series.x["concentration_M"], points=49)}
    return starts_on_grid(MODEL, series, given, grid, linear=("bottom", "top"))


MODEL = CurveModel(
    description="logistic with slope 1 (3PL)",
    equation="y = bottom + (top - bottom) / (1 + (EC50/x)^hill), hill = 1 or -1",
    when=(
        "A rising or falling dose-response curve that follows the law of mass action at one site, "
        "or one with too few doses to estimate a slope. Not where the replicates show another "
        "slope: compare with logistic_4pl."
    ),
    columns=(Column("concentration_M", "concentration of the drug [M]; 0 allowed"),),
    parameters=(
        BOTTOM,
        TOP,
        log10_molar(
            "log10_ec50",
            "concentration of the half-way reading (EC50 or IC50)",
            along="concentration_M",
        ),
        unit_hill(1.0),
    ),
    curve=response,
    first_guess=first_guess,
    sources=("doi:10.1111/j.1472-8206.2008.00633.x",),
    target="log10_ec50",
    example={"bottom": 120.0, "top": 2400.0, "log10_ec50": -7.3, "hill": 1.0},
    design={"concentration_M": (0.0, *np.logspace(-10, -4, 13).tolist())},
    sigmoid="rising",
)
