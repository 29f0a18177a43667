"""Competition at one site with the Ki as parameter, without depletion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, starts_on_grid
from tricyclic.curves._kernels import (
    BACKGROUND,
    COMPETITOR,
    DISPLACER,
    KD,
    NONSPECIFIC,
    RADIOLIGAND,
    SPECIFIC,
    Values,
    log10_molar,
    power10,
)


def bound(
    *,
    competitor_M: Values,
    radioligand_M: Values,
    specific: Values,
    displacer_M: Values = 0.0,
    bmax: Values,
    log10_ki: Values,
    nonspecific: Values,
    log10_kd: Values,
    background: Values,
) -> np.ndarray:
    """Reading of a well, assuming that all added ligand is free."""
    apparent = power10(log10_kd) * (1.0 + (competitor_M + displacer_M) / power10(log10_ki))
    taken = (
        np.where(np.asarray(displacer_M) > 0, 1.0, specific)
        * radioligand_M
        / (apparent + radioligand_M)
    )
    return np.asarray(background + nonspecific * radioligand_M + bmax * taken)


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best Ki of a grid."""
    grid: Grid = {
        "log10_ki": doses(series.x["competitor_M"], points=61, beyond=2.0),
        "log10_kd": [float(np.log10(max(float(np.median(series.x["radioligand_M"])), 1e-15)))],
    }
    return starts_on_grid(MODEL, series, given, grid, linear=("bmax", "nonspecific"))


MODEL = CurveModel(
    description="one site, Ki fitted directly, no depletion",
    equation="y = background + NS L + Bmax L / (L + Kd (1 + [competitor] / Ki))",
    when=(
        "Competition at one site where less than a tenth of radioligand and of competitor is "
        "bound. It is the correction of Cheng and Prusoff inside the fit, so that wells with "
        "several radioligand concentrations share one Ki. Not where more is bound: the Ki is then "
        "overestimated; use competition_with_depletion."
    ),
    columns=(COMPETITOR, RADIOLIGAND, SPECIFIC, DISPLACER),
    parameters=(
        Parameter("bmax", "y", "binding with all sites filled", low=0.0),
        log10_molar("log10_ki", "Ki of the competitor"),
        # Below 0 where a little too much was subtracted from the readings; a lower bound of 0 would
        # bias the Ki of such a table.
        replace(NONSPECIFIC, low=-np.inf),
        KD,
        BACKGROUND,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("cheng_1973", "hulme_2010"),
    target="log10_ki",
    example={
        "bmax": 5200.0,
        "log10_ki": -8.7,
        "nonspecific": 2.6e11,
        "log10_kd": -9.1,
        "background": 25.0,
    },
    design={
        "competitor_M": (0.0, *np.logspace(-11, -5, 13).tolist(), 0.0),
        "radioligand_M": (1e-9,) * 15,
        "specific": (*(1.0,) * 14, 0.0),
    },
)
