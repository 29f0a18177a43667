"""Association of a radioligand over time at one site."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, rates, starts_on_grid
from tricyclic.curves._kernels import (
    BACKGROUND,
    NONSPECIFIC,
    RADIOLIGAND,
    SPECIFIC,
    TIME,
    Values,
    mean_over,
    power10,
)


def bound(
    *,
    time_min: Values,
    radioligand_M: Values,
    specific: Values,
    bmax: Values,
    log10_kon: Values,
    log10_koff: Values,
    nonspecific: Values,
    background: Values,
) -> np.ndarray:
    """Reading of a well after a time with the radioligand."""
    entering = power10(log10_kon) * radioligand_M
    filled = entering * mean_over(entering + power10(log10_koff), time_min)
    return np.asarray(background + nonspecific * radioligand_M + bmax * specific * filled)


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best pairs of rates of a grid."""
    axis = rates(series.x["time_min"], points=25)
    hot = series.x["radioligand_M"]
    typical = float(np.log10(np.median(hot[hot > 0]))) if (hot > 0).any() else -9.0
    grid: Grid = {"log10_kon": axis - typical, "log10_koff": axis}
    return starts_on_grid(MODEL, series, given, grid, linear=("bmax", "nonspecific"), keep=3)


MODEL = CurveModel(
    description="association of a radioligand",
    equation="y = background + NS L + Bmax L / (L + koff/kon) (1 - exp(-(kon L + koff) t))",
    when=(
        "kon (and koff) from the time course at two or more radioligand concentrations in one fit, "
        "without depletion. Not with one concentration alone, which determines only kon L + koff: "
        "give log10_koff from a dissociation experiment."
    ),
    columns=(TIME, RADIOLIGAND, SPECIFIC),
    parameters=(
        Parameter("bmax", "y", "binding with all sites filled", low=0.0),
        Parameter("log10_kon", "log10 1/(M min)", "association rate constant", low=0.0, high=14.0),
        Parameter("log10_koff", "log10 1/min", "dissociation rate constant", low=-8.0, high=4.0),
        NONSPECIFIC,
        BACKGROUND,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("hulme_2010",),
    target="log10_kon",
    example={
        "bmax": 5200.0,
        "log10_kon": 7.7,
        "log10_koff": -1.4,
        "nonspecific": 2.6e11,
        "background": 25.0,
    },
    design={
        "time_min": (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 90.0) * 3 + (0.0, 60.0),
        "radioligand_M": (*(4e-10,) * 9, *(1e-9,) * 9, *(4e-9,) * 9, 4e-9, 4e-9),
        "specific": (*(1.0,) * 27, 0.0, 0.0),
    },
)
