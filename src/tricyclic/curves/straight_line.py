"""A straight line: calibrators in the range where the reading is proportional to them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Start, starts_on_grid
from tricyclic.curves._kernels import Values


def response(*, concentration_M: Values, intercept: Values, slope: Values) -> np.ndarray:
    """Reading at a concentration."""
    return np.asarray(intercept + slope * np.asarray(concentration_M))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """The line itself, by least squares."""
    return starts_on_grid(MODEL, series, given, {}, linear=("intercept", "slope"))


MODEL = CurveModel(
    description="straight line",
    equation="y = intercept + slope x",
    when=(
        "Standard curves whose readings are proportional to the concentration, such as colours by "
        "Beer's law. Not for readings that level off at high concentrations: use quadratic or "
        "logistic_4pl."
    ),
    columns=(Column("concentration_M", "concentration [M], or in the unit of the standards"),),
    parameters=(
        Parameter("intercept", "y", "reading without analyte"),
        Parameter("slope", "y/M", "reading per concentration"),
    ),
    curve=response,
    first_guess=first_guess,
    sources=("doi:10.32614/RJ-2014-009",),
    target="slope",
    example={"intercept": 0.08, "slope": 450.0},
    design={"concentration_M": (0.0, 1e-4, 2e-4, 5e-4, 1e-3, 1.5e-3, 2e-3)},
)
