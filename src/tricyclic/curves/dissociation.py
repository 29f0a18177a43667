"""Dissociation of a radioligand over time after rebinding was stopped."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, rates, starts_on_grid
from tricyclic.curves._kernels import SPECIFIC, Values, power10


def bound(
    *, time_min: Values, specific: Values, start: Values, bottom: Values, log10_koff: Values
) -> np.ndarray:
    """Reading at a time after rebinding was stopped; `bottom` in non-specific wells."""
    return np.asarray(
        bottom + (start - bottom) * specific * np.exp(-power10(log10_koff) * time_min)
    )


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best rate of a grid."""
    grid: Grid = {"log10_koff": rates(series.x["time_min"], points=49)}
    return starts_on_grid(MODEL, series, given, grid, linear=("start", "bottom"))


MODEL = CurveModel(
    description="dissociation of a radioligand",
    equation="y = bottom + (start - bottom) exp(-koff t)",
    when=(
        "koff after rebinding is stopped by a large excess of unlabelled ligand or by dilution. "
        "One site gives the same rate with both methods, and one phase; two phases point to two "
        "sites or to states that this curve does not have. Not for them."
    ),
    columns=(Column("time_min", "time since dissociation was started [min]"), SPECIFIC),
    parameters=(
        Parameter("start", "y", "reading when dissociation starts"),
        Parameter("bottom", "y", "reading when all has left; the non-specific wells"),
        Parameter("log10_koff", "log10 1/min", "dissociation rate constant", low=-8.0, high=4.0),
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("hulme_2010",),
    target="log10_koff",
    example={"start": 2600.0, "bottom": 310.0, "log10_koff": -1.4},
    design={
        "time_min": (0.0, 2.0, 4.0, 8.0, 12.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 120.0),
        "specific": (*(1.0,) * 11, 0.0),
    },
)
