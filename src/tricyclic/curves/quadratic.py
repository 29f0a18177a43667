"""A parabola: calibrators whose readings bend a little at high concentrations."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Start, starts_on_grid
from tricyclic.curves._kernels import Values


def response(
    *, concentration_M: Values, intercept: Values, slope: Values, curvature: Values
) -> np.ndarray:
    """Reading at a concentration."""
    x = np.asarray(concentration_M)
    return np.asarray(intercept + slope * x + curvature * x**2)


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """The parabola itself, by least squares."""
    return starts_on_grid(MODEL, series, given, {}, linear=("intercept", "slope", "curvature"))


MODEL = CurveModel(
    description="second-order polynomial",
    equation="y = intercept + slope x + curvature x^2",
    when=(
        "Standard curves of protein assays (BCA, Bradford) that bend a little. Not beyond the "
        "highest standard, and not for a sigmoid."
    ),
    columns=(Column("concentration_M", "concentration [M], or in the unit of the standards"),),
    parameters=(
        Parameter("intercept", "y", "reading without analyte"),
        Parameter("slope", "y/M", "reading per concentration at 0"),
        Parameter("curvature", "y/M^2", "change of the slope per concentration, halved"),
    ),
    curve=response,
    first_guess=first_guess,
    sources=("doi:10.1208/aapsj0902029",),
    target="slope",
    example={"intercept": 0.08, "slope": 1500.0, "curvature": -2.6e5},
    design={"concentration_M": (0.0, 1e-4, 2e-4, 4e-4, 6e-4, 8e-4, 1e-3, 1.5e-3, 2e-3)},
    nests=("straight_line",),
)
