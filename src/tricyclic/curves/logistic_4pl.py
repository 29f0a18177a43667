"""Four-parameter logistic: a dose-response curve with a slope of its own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, signed, starts_on_grid
from tricyclic.curves._kernels import (
    BOTTOM,
    HILL,
    TOP,
    Values,
    log10_molar,
    power10,
    upper_fraction,
)


def response(
    *, concentration_M: Values, bottom: Values, top: Values, log10_ec50: Values, hill: Values
) -> np.ndarray:
    """Reading at a concentration; half-way between bottom and top at the EC50."""
    return np.asarray(
        bottom + (top - bottom) * upper_fraction(concentration_M, power10(log10_ec50), hill)
    )


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best half-way doses and slopes of a grid."""
    grid: Grid = {
        "log10_ec50": doses(series.x["concentration_M"]),
        "hill": signed([0.4, 0.7, 1.0, 1.5, 3.0], MODEL, given),
    }
    return starts_on_grid(MODEL, series, given, grid, linear=("bottom", "top"))


MODEL = CurveModel(
    description="logistic with a slope (4PL)",
    equation="y = bottom + (top - bottom) / (1 + (EC50/x)^hill)",
    when=(
        "To describe, not explain, any monotonic dose-response curve, rising or falling. Not for a "
        "Ki: a slope other than 1 has no single conversion to an affinity."
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
        HILL,
    ),
    curve=response,
    first_guess=first_guess,
    sources=("doi:10.1111/j.1472-8206.2008.00633.x",),
    target="log10_ec50",
    example={"bottom": 120.0, "top": 2400.0, "log10_ec50": -7.3, "hill": 1.4},
    design={"concentration_M": (0.0, *np.logspace(-10, -4, 13).tolist())},
    nests=("logistic_3pl",),
    sigmoid="rising",
)
