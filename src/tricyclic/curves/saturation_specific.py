"""Saturation of one site from specific binding that was subtracted before."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, starts_on_grid
from tricyclic.curves._kernels import Values, log10_molar, power10


def bound(*, radioligand_M: Values, bmax: Values, log10_kd: Values) -> np.ndarray:
    """Specific binding at a concentration of radioligand."""
    return np.asarray(bmax * (radioligand_M / (power10(log10_kd) + radioligand_M)))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best Kd of a grid."""
    grid: Grid = {"log10_kd": doses(series.x["radioligand_M"], points=49, beyond=2.0)}
    return starts_on_grid(MODEL, series, given, grid, linear=("bmax",))


MODEL = CurveModel(
    description="saturation, specific binding only",
    equation="y = Bmax L / (Kd + L)",
    when=(
        "Only where total and non-specific wells are no longer available (published tables). The "
        "subtraction hides an error that grows with the dose, so the interval of Kd is too narrow; "
        "with the wells themselves use saturation."
    ),
    columns=(Column("radioligand_M", "radioligand [M], free where measured, else added"),),
    parameters=(
        Parameter("bmax", "y", "specific binding with all sites filled", low=0.0),
        log10_molar("log10_kd", "Kd of the radioligand"),
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("hulme_2010",),
    target="log10_kd",
    example={"bmax": 73.3, "log10_kd": -9.3},
    design={"radioligand_M": tuple(np.logspace(-10.5, -8.3, 9).tolist())},
)
