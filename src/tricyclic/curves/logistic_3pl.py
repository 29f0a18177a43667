"""From a dose to a reading: the logistic with the slope of one site."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, starts_on_grid
from tricyclic.curves._kernels import Values, log10_molar, power10


def response(
    *, concentration_M: Values, baseline: Values, plateau: Values, log10_ec50: Values
) -> np.ndarray:
    """Reading at a concentration; `baseline` at 0, half-way to `plateau` at the EC50."""
    half = power10(log10_ec50)
    return np.asarray(
        baseline + (plateau - baseline) * (concentration_M / (half + concentration_M))
    )


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best half-way doses of a grid."""
    grid: Grid = {"log10_ec50": doses(series.x["concentration_M"], points=49)}
    return starts_on_grid(MODEL, series, given, grid, linear=("baseline", "plateau"))


MODEL = CurveModel(
    says="logistic with slope 1 (3PL)",
    equation="y = baseline + (plateau - baseline) x / (EC50 + x)",
    when=(
        "A rising or falling dose-response curve that the law of mass action at one site would give, or with too few "
        "doses to find a slope. Not where the replicates show another slope: compare with logistic_4pl."
    ),
    columns=(Column("concentration_M", "concentration of the drug [M]; 0 allowed"),),
    parameters=(
        Parameter("baseline", "y", "reading without drug"),
        Parameter("plateau", "y", "reading at saturating drug"),
        log10_molar("log10_ec50", "drug that takes the reading half-way (EC50 or IC50)"),
    ),
    curve=response,
    first_guess=first_guess,
    sources=("doi:10.1111/j.1472-8206.2008.00633.x",),
    target="log10_ec50",
    example={"baseline": 120.0, "plateau": 2400.0, "log10_ec50": -7.3},
    design={"concentration_M": (0.0, *np.logspace(-10, -4, 13).tolist())},
)
