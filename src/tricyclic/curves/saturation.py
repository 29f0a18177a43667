"""Saturation of one site, total and non-specific binding together, without depletion."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, starts_on_grid
from tricyclic.curves._kernels import (
    BACKGROUND,
    NONSPECIFIC,
    SPECIFIC,
    Values,
    log10_molar,
    power10,
)


def bound(
    *,
    radioligand_M: Values,
    specific: Values,
    bmax: Values,
    log10_kd: Values,
    nonspecific: Values,
    background: Values,
) -> np.ndarray:
    """Reading of a total or non-specific well."""
    taken = specific * radioligand_M / (power10(log10_kd) + radioligand_M)
    return np.asarray(background + nonspecific * radioligand_M + bmax * taken)


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best Kd of a grid."""
    grid: Grid = {"log10_kd": doses(series.x["radioligand_M"], points=49, beyond=2.0)}
    return starts_on_grid(MODEL, series, given, grid, linear=("bmax", "nonspecific"))


MODEL = CurveModel(
    description="saturation, total and non-specific together",
    equation=(
        "y = background + NS L + Bmax L / (Kd + L), without the last term in non-specific wells"
    ),
    when=(
        "Kd and Bmax from total and non-specific wells in one fit, where less than a tenth of the "
        "radioligand is bound, or with the measured free radioligand as its concentration. Better "
        "than subtraction before the fit, which doubles the error of Kd. Not where more is bound "
        "and only the added radioligand is known: use saturation_with_depletion."
    ),
    columns=(Column("radioligand_M", "radioligand [M], free where measured, else added"), SPECIFIC),
    parameters=(
        Parameter("bmax", "y", "specific binding with all sites filled", low=0.0),
        log10_molar("log10_kd", "Kd of the radioligand"),
        NONSPECIFIC,
        BACKGROUND,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("hulme_2010",),
    target="log10_kd",
    example={"bmax": 73.3, "log10_kd": -9.3, "nonspecific": 6.0e9, "background": 0.4},
    design={
        "radioligand_M": tuple(np.logspace(-10.5, -8.3, 9).tolist()) * 2,
        "specific": (*(1.0,) * 9, *(0.0,) * 9),
    },
)
