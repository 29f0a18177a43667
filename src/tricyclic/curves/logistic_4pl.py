"""From a dose to a reading: the four-parameter logistic."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, starts_on_grid
from tricyclic.curves._kernels import Values, log10_molar, power, power10


def response(
    *, concentration_M: Values, baseline: Values, plateau: Values, log10_ec50: Values, hill: Values
) -> np.ndarray:
    """Reading at a concentration; `baseline` at 0, half-way to `plateau` at the EC50."""
    share = power(concentration_M / power10(log10_ec50), hill)
    return np.asarray(baseline + (plateau - baseline) * (share / (1.0 + share)))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best half-way doses and slopes of a grid."""
    grid: Grid = {
        "log10_ec50": doses(series.x["concentration_M"]),
        "hill": [0.4, 0.7, 1.0, 1.5, 3.0],
    }
    return starts_on_grid(MODEL, series, given, grid, linear=("baseline", "plateau"))


MODEL = CurveModel(
    says="logistic with a slope (4PL)",
    equation="y = baseline + (plateau - baseline) x^hill / (EC50^hill + x^hill)",
    when=(
        "Any monotonic dose-response curve, rising or falling, that is to be described and not explained. "
        "Not for a Ki: a slope other than 1 has no single conversion to an affinity."
    ),
    columns=(Column("concentration_M", "concentration of the drug [M]; 0 allowed"),),
    parameters=(
        Parameter("baseline", "y", "reading without drug"),
        Parameter("plateau", "y", "reading at saturating drug"),
        log10_molar("log10_ec50", "drug that takes the reading half-way (EC50 or IC50)"),
        Parameter(
            "hill",
            "",
            "slope factor, above 0; the curve falls where the plateau is below the baseline",
            low=0.05,
            high=10.0,
        ),
    ),
    curve=response,
    first_guess=first_guess,
    sources=("doi:10.1111/j.1472-8206.2008.00633.x",),
    target="log10_ec50",
    example={"baseline": 120.0, "plateau": 2400.0, "log10_ec50": -7.3, "hill": 1.4},
    design={"concentration_M": (0.0, *np.logspace(-10, -4, 13).tolist())},
    nests=("logistic_3pl",),
)
