"""Association of a radioligand at one site, followed by its dissociation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, rates, settings, starts_on_grid
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
    switch_min: Values,
    background: Values,
) -> np.ndarray:
    """Reading at a time; the radioligand is kept from rebinding after `switch_min`."""
    entering, leaving = power10(log10_kon) * radioligand_M, power10(log10_koff)
    filled = entering * mean_over(entering + leaving, np.minimum(time_min, switch_min))
    left = np.exp(-leaving * np.maximum(time_min - np.asarray(switch_min), 0.0))
    return np.asarray(background + nonspecific * radioligand_M + bmax * specific * filled * left)


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best pairs of rates of a grid."""
    columns = settings(MODEL, series)
    axis = rates(columns["time_min"], points=25)
    hot = columns["radioligand_M"]
    typical = float(np.log10(np.median(hot[hot > 0]))) if (hot > 0).any() else -9.0
    grid: Grid = {"log10_kon": axis - typical, "log10_koff": axis}
    common = {"switch_min": float(np.median(columns["time_min"]))}
    return starts_on_grid(
        MODEL, series, given, grid, linear=("bmax", "nonspecific"), common=common, keep=3
    )


MODEL = CurveModel(
    description="association, then dissociation",
    equation=(
        "until t_s: y = background + NS L + Bmax L / (L + koff/kon) (1 - exp(-(kon L + koff) t)); "
        "then the specific part at t_s times exp(-koff (t - t_s))"
    ),
    when=(
        "kon, koff and so Kd = koff/kon of a radioligand from one experiment with both phases. One "
        "radioligand concentration is sufficient. Not where free radioligand rebinds in the second "
        "phase."
    ),
    columns=(TIME, RADIOLIGAND, SPECIFIC),
    parameters=(
        Parameter("bmax", "y", "binding with all sites filled", low=0.0),
        Parameter("log10_kon", "log10 1/(M min)", "association rate constant", low=0.0, high=14.0),
        Parameter("log10_koff", "log10 1/min", "dissociation rate constant", low=-8.0, high=4.0),
        NONSPECIFIC,
        Parameter(
            "switch_min",
            "min",
            "time at which dissociation was started",
            low=0.0,
            fixed_by_default=True,
        ),
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
        "switch_min": 60.0,
        "background": 25.0,
    },
    design={
        "time_min": (
            0.0,
            2.0,
            5.0,
            10.0,
            20.0,
            30.0,
            45.0,
            60.0,
            62.0,
            65.0,
            70.0,
            80.0,
            100.0,
            120.0,
            160.0,
            160.0,
        ),
        "radioligand_M": (1e-9,) * 16,
        "specific": (*(1.0,) * 15, 0.0),
    },
    nests=("association",),
)
