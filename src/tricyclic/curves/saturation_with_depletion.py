"""Saturation of one site, by exact mass balance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, settings, starts_on_grid, well_bound
from tricyclic.curves._kernels import (
    BACKGROUND,
    RADIOLIGAND,
    SIGNAL,
    SINK,
    SPECIFIC,
    Values,
    log10_molar,
    log10_sites,
    power10,
)
from tricyclic.numerics.equilibrium import solve_one_site


def bound(
    *,
    radioligand_M: Values,
    specific: Values,
    log10_bmax: Values,
    log10_kd: Values,
    nonspecific: Values,
    signal_per_M: Values,
    background: Values,
) -> np.ndarray:
    """Reading of a well from the added radioligand, part of which is bound."""
    well = solve_one_site(
        specific * power10(log10_bmax), (radioligand_M,), (power10(log10_kd),), (nonspecific,)
    )
    return np.asarray(background + signal_per_M * (well.bound[0] + nonspecific * well.free[0]))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Sink from the non-specific wells, then the best Kd and Bmax of a grid."""
    columns = settings(MODEL, series)
    sink, _, _ = well_bound(series, columns, given)
    axis = doses(columns["radioligand_M"], points=31, beyond=2.0)
    sinks = [sink] if (columns["specific"] <= 0).any() else [0.0, 0.3 * sink, 0.7 * sink, sink]
    grid: Grid = {"log10_kd": axis, "log10_bmax": axis, "nonspecific": sinks}
    return starts_on_grid(MODEL, series, given, grid)


MODEL = CurveModel(
    description="saturation by exact mass balance",
    equation=(
        "y = background + s (B + ns F), with F (1 + ns) + B = L_total and B = Bmax F / (Kd + F)"
    ),
    when=(
        "Kd and Bmax from total and non-specific wells, whatever share of the radioligand is "
        "bound; needs the reading per molar bound. Not where the free radioligand was measured: "
        "use saturation with it."
    ),
    columns=(RADIOLIGAND, SPECIFIC),
    parameters=(
        log10_sites("log10_bmax", "sites in the well"),
        log10_molar("log10_kd", "Kd of the radioligand"),
        SINK,
        SIGNAL,
        BACKGROUND,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("hulme_2010",),
    target="log10_kd",
    example={
        "log10_bmax": -9.5,
        "log10_kd": -9.3,
        "nonspecific": 0.03,
        "signal_per_M": 1.1e13,
        "background": 25.0,
    },
    design={
        "radioligand_M": tuple(np.logspace(-10.3, -8.0, 9).tolist()) * 2,
        "specific": (*(1.0,) * 9, *(0.0,) * 9),
    },
)
