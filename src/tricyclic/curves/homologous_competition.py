"""Competition of a radioligand with its unlabelled self: Kd and Bmax."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, settings, starts_on_grid, well_bound
from tricyclic.curves._kernels import (
    BACKGROUND,
    COMPETITOR,
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
    competitor_M: Values,
    radioligand_M: Values,
    specific: Values,
    log10_kd: Values,
    log10_bmax: Values,
    nonspecific: Values,
    signal_per_M: Values,
    background: Values,
) -> np.ndarray:
    """Reading of a well; both forms of the ligand bind the site, the labelled one is read."""
    total = np.asarray(radioligand_M) + np.asarray(competitor_M)
    well = solve_one_site(
        specific * power10(log10_bmax), (total,), (power10(log10_kd),), (nonspecific,)
    )
    hot = radioligand_M / np.where(total > 0, total, 1.0)
    return np.asarray(
        background + signal_per_M * hot * (well.bound[0] + nonspecific * well.free[0])
    )


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Sink from the wells with most unlabelled ligand, then the best Kd and Bmax of a grid."""
    columns = settings(MODEL, series)
    sink, _, _ = well_bound(series, columns, given)
    axis = doses(columns["competitor_M"] + columns["radioligand_M"], points=25, beyond=2.0)
    grid: Grid = {
        "log10_kd": axis,
        "log10_bmax": axis,
        "nonspecific": [0.0, 0.5 * sink, 0.9 * sink, sink],
    }
    return starts_on_grid(MODEL, series, given, grid, keep=3)


MODEL = CurveModel(
    description="homologous competition: a ligand against itself",
    equation=(
        "y = background + s hot / (hot + cold) (B + ns F), with F (1 + ns) + B = hot + cold, B = "
        "Bmax F / (Kd + F)"
    ),
    when=(
        "Kd and Bmax of a radioligand from its own unlabelled form, best with two radioligand "
        "concentrations in one fit. Labelled and unlabelled ligand must have the same affinity "
        "(not so for many iodinated ligands), and the radioligand concentration must not be far "
        "above Kd. With one radioligand concentration below Kd, only the lower half of the curve "
        "determines Bmax and Kd."
    ),
    columns=(COMPETITOR, RADIOLIGAND, SPECIFIC),
    parameters=(
        log10_molar("log10_kd", "Kd of the ligand, hot or cold"),
        log10_sites("log10_bmax", "sites in the well"),
        SINK,
        SIGNAL,
        BACKGROUND,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("doi:10.1016/0165-6147(89)90266-6", "hulme_2010"),
    target="log10_kd",
    example={
        "log10_kd": -8.9,
        "log10_bmax": -9.6,
        "nonspecific": 0.02,
        "signal_per_M": 1.1e13,
        "background": 25.0,
    },
    design={
        "competitor_M": (0.0, *np.logspace(-11, -5, 13).tolist()) * 2,
        "radioligand_M": (*(5e-10,) * 14, *(4e-9,) * 14),
    },
)
