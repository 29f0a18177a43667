"""Competition at one site with the Ki as parameter, by exact mass balance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, settings, starts_on_grid, well_bound
from tricyclic.curves._kernels import (
    BACKGROUND,
    COMPETITOR,
    COMPETITOR_SINK,
    DISPLACER,
    KD,
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
    displacer_M: Values = 0.0,
    log10_bmax: Values,
    log10_ki: Values,
    nonspecific: Values,
    log10_kd: Values,
    signal_per_M: Values,
    background: Values,
    competitor_nonspecific: Values,
) -> np.ndarray:
    """Reading of a well from the totals in it; ligands and sites may be depleted."""
    present = np.where(np.asarray(displacer_M) > 0, 1.0, specific)
    well = solve_one_site(
        present * power10(log10_bmax),
        (radioligand_M, competitor_M + displacer_M),
        (power10(log10_kd), power10(log10_ki)),
        (nonspecific, competitor_nonspecific),
    )
    return np.asarray(background + signal_per_M * (well.bound[0] + nonspecific * well.free[0]))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Sink and sites from the control wells, then the best Ki of a grid."""
    columns = settings(MODEL, series)
    sink, sites, kd = well_bound(series, columns, given)
    middle = np.log10(max(sites, 1e-17))
    grid: Grid = {
        "log10_ki": doses(columns["competitor_M"], points=41, beyond=3.0),
        "log10_bmax": middle + np.array([-0.6, -0.3, 0.0, 0.3, 0.6]),
        "nonspecific": [sink]
        if (columns["specific"] <= 0).any()
        else [0.2 * sink, 0.6 * sink, sink],
    }
    return starts_on_grid(MODEL, series, given, grid, common={"log10_kd": float(np.log10(kd))})


MODEL = CurveModel(
    description="one site, Ki by exact mass balance",
    equation=(
        "y = background + s (B + ns F), with F (1 + ns) + B = L_total, C_free (1 + ns_C) + B_C = "
        "C_total, r + B + B_C = Bmax, B = r F / Kd, B_C = r C_free / Ki"
    ),
    when=(
        "The Ki of a competitor at one site, whatever share of radioligand or competitor is bound. "
        "Needs the Kd of the radioligand, the added radioligand, and the reading per molar bound "
        "(efficiency, specific activity, volume). Not for two sites, nor for wells before "
        "equilibrium."
    ),
    columns=(COMPETITOR, RADIOLIGAND, SPECIFIC, DISPLACER),
    parameters=(
        log10_sites("log10_bmax", "sites in the well"),
        log10_molar("log10_ki", "Ki of the competitor"),
        SINK,
        KD,
        SIGNAL,
        BACKGROUND,
        COMPETITOR_SINK,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=(
        "doi:10.1016/0014-5793(95)00062-E",
        "doi:10.3109/10799898809049010",
        "doi:10.1016/j.ab.2004.05.055",
        "hulme_2010",
    ),
    target="log10_ki",
    example={
        "log10_bmax": -9.4,
        "log10_ki": -8.7,
        "nonspecific": 0.03,
        "log10_kd": -9.1,
        "signal_per_M": 1.1e13,
        "background": 25.0,
        "competitor_nonspecific": 0.0,
    },
    design={
        "competitor_M": (0.0, *np.logspace(-11, -5, 13).tolist(), 0.0),
        "radioligand_M": (1e-9,) * 15,
        "specific": (*(1.0,) * 14, 0.0),
    },
)
