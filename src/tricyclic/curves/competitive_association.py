"""Association of a radioligand beside a competitor: the rate constants of the competitor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, rates, settings, starts_on_grid
from tricyclic.curves._kernels import (
    BACKGROUND,
    COMPETITOR,
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
    competitor_M: Values,
    specific: Values,
    bmax: Values,
    log10_kon: Values,
    log10_koff: Values,
    log10_k3: Values,
    log10_k4: Values,
    nonspecific: Values,
    background: Values,
) -> np.ndarray:
    """Reading of a well to which both ligands were added at time 0.

    Solution of Motulsky and Mahan, written with divided differences: nothing is divided by the
    difference of the two rates, so they may be equal.
    """
    entering, leaving = power10(log10_kon) * radioligand_M, power10(log10_koff)
    competitor_in, competitor_out = power10(log10_k3) * competitor_M, power10(log10_k4)
    own, other = entering + leaving, competitor_in + competitor_out
    apart = np.sqrt((own - other) ** 2 + 4.0 * entering * competitor_in)
    fast = 0.5 * (own + other + apart)
    product = entering * competitor_out + leaving * competitor_in + leaving * competitor_out
    slow = product / fast
    time = np.asarray(time_min)
    first = np.exp(-slow * time) * mean_over(apart, time)
    second = (-np.expm1(-slow * time) - slow * first) / product
    filled = entering * (first + competitor_out * second)
    return np.asarray(background + nonspecific * radioligand_M + bmax * specific * filled)


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best rates of both ligands of a grid."""
    columns = settings(MODEL, series)
    axis = rates(columns["time_min"], points=9)
    hot, cold = columns["radioligand_M"], columns["competitor_M"]
    typical = [float(np.log10(np.median(c[c > 0]))) if (c > 0).any() else -9.0 for c in (hot, cold)]
    grid: Grid = {
        "log10_kon": axis - typical[0],
        "log10_koff": axis,
        "log10_k3": axis - typical[1],
        "log10_k4": axis,
    }
    return starts_on_grid(MODEL, series, given, grid, linear=("bmax", "nonspecific"), keep=4)


MODEL = CurveModel(
    description="competitive association (Motulsky-Mahan)",
    equation=(
        "Motulsky and Mahan 1984, eq. 6: K_A = kon L + koff, K_B = k3 C + k4, K_F,S = (K_A + K_B "
        "+/- sqrt((K_A - K_B)^2 + 4 kon k3 L C)) / 2; B = Bmax kon L / (K_F - K_S) (k4 (K_F - K_S) "
        "/ (K_F K_S) + (k4 - K_F) / K_F exp(-K_F t) - (k4 - K_S) / K_S exp(-K_S t))"
    ),
    when=(
        "kon and koff of an unlabelled drug, and so its residence time, from the time course of a "
        "radioligand beside it. Fit the wells without competitor together with two or three "
        "concentrations of it, or give log10_kon and log10_koff of the radioligand. Not where "
        "ligand is depleted, nor where the drug was added before the radioligand."
    ),
    columns=(TIME, RADIOLIGAND, COMPETITOR, SPECIFIC),
    parameters=(
        Parameter("bmax", "y", "binding with all sites filled", low=0.0),
        Parameter(
            "log10_kon",
            "log10 1/(M min)",
            "association rate constant of the radioligand",
            low=0.0,
            high=14.0,
        ),
        Parameter(
            "log10_koff",
            "log10 1/min",
            "dissociation rate constant of the radioligand",
            low=-8.0,
            high=4.0,
        ),
        Parameter(
            "log10_k3",
            "log10 1/(M min)",
            "association rate constant of the competitor",
            low=0.0,
            high=14.0,
        ),
        Parameter(
            "log10_k4",
            "log10 1/min",
            "dissociation rate constant of the competitor",
            low=-8.0,
            high=4.0,
        ),
        NONSPECIFIC,
        BACKGROUND,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("motulsky_mahan_1984",),
    target="log10_k4",
    example={
        "bmax": 5200.0,
        "log10_kon": 7.7,
        "log10_koff": -1.4,
        "log10_k3": 7.2,
        "log10_k4": -2.0,
        "nonspecific": 2.6e11,
        "background": 25.0,
    },
    design={
        "time_min": (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 240.0) * 4 + (0.0, 120.0),
        "radioligand_M": (*(1e-9,) * 20, *(4e-9,) * 20, 4e-9, 4e-9),
        "competitor_M": (*(0.0,) * 10, *(3e-9,) * 10, *(0.0,) * 10, *(1e-8,) * 10, 0.0, 0.0),
        "specific": (*(1.0,) * 40, 0.0, 0.0),
    },
    nests=("association",),
)
