"""Association of a radioligand over time where binding depletes the free radioligand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, rates, settings, starts_on_grid, well_bound
from tricyclic.curves._kernels import (
    BACKGROUND,
    RADIOLIGAND,
    SIGNAL,
    SINK,
    SPECIFIC,
    TIME,
    Values,
    log10_sites,
    power10,
)


def bound(
    *,
    time_min: Values,
    radioligand_M: Values,
    specific: Values,
    log10_bmax: Values,
    log10_kon: Values,
    log10_koff: Values,
    nonspecific: Values,
    signal_per_M: Values,
    background: Values,
) -> np.ndarray:
    """Reading of a well after a time with the radioligand."""
    sites = specific * power10(log10_bmax)
    # The sink is quick, so the free ligand is (L - B) / (1 + ns) at any time, and B follows a
    # Riccati equation.
    entering = power10(log10_kon) / np.maximum(1.0 + nonspecific, 1e-3)
    both = radioligand_M + sites + power10(log10_koff) / entering
    gap = np.sqrt(np.maximum(both**2 - 4.0 * radioligand_M * sites, 0.0))
    far = np.maximum(0.5 * (both + gap), 1e-300)
    final = radioligand_M * sites / far
    fading = np.exp(-np.minimum(entering * gap * time_min, 700.0))
    filled = final * (1.0 - fading) / np.maximum(1.0 - final / far * fading, 1e-12)
    free = (radioligand_M - filled) / np.maximum(1.0 + nonspecific, 1e-3)
    return np.asarray(background + signal_per_M * (filled + nonspecific * free))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Sink from the non-specific wells, then the best rates and density of a grid."""
    columns = settings(MODEL, series)
    sink, _, _ = well_bound(series, columns, given)
    axis = rates(columns["time_min"], points=17)
    hot = columns["radioligand_M"]
    typical = float(np.log10(np.median(hot[hot > 0]))) if (hot > 0).any() else -9.0
    grid: Grid = {
        "log10_kon": axis - typical,
        "log10_koff": axis,
        "log10_bmax": typical + np.linspace(-3.0, 1.5, 13),
        "nonspecific": [sink],
    }
    return starts_on_grid(MODEL, series, given, grid, keep=3)


MODEL = CurveModel(
    description="association of a radioligand, by exact mass balance",
    equation=(
        "dB/dt = kon F (Bmax - B) - koff B, with F (1 + ns) + B = L_total; y = background + s (B + "
        "ns F)"
    ),
    when=(
        "kon and koff from the time course whatever share of the radioligand is bound; needs the "
        "reading per molar bound, and two or more radioligand concentrations for both rates. Not "
        "where non-specific binding is slow: it is assumed to be immediate."
    ),
    columns=(TIME, RADIOLIGAND, SPECIFIC),
    parameters=(
        log10_sites("log10_bmax", "sites in the well"),
        Parameter("log10_kon", "log10 1/(M min)", "association rate constant", low=0.0, high=14.0),
        Parameter("log10_koff", "log10 1/min", "dissociation rate constant", low=-8.0, high=4.0),
        SINK,
        SIGNAL,
        BACKGROUND,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("hulme_2010",),
    target="log10_kon",
    example={
        "log10_bmax": -9.7,
        "log10_kon": 7.7,
        "log10_koff": -1.4,
        "nonspecific": 0.02,
        "signal_per_M": 1.1e13,
        "background": 25.0,
    },
    design={
        "time_min": (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 90.0) * 3 + (0.0, 60.0),
        "radioligand_M": (*(4e-10,) * 9, *(1e-9,) * 9, *(4e-9,) * 9, 4e-9, 4e-9),
        "specific": (*(1.0,) * 27, 0.0, 0.0),
    },
)
