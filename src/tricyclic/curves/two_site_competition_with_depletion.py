"""Competition at two sites with two Ki, by exact mass balance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
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
from tricyclic.numerics.equilibrium import solve_sites


def bound(
    *,
    competitor_M: Values,
    radioligand_M: Values,
    specific: Values,
    displacer_M: Values = 0.0,
    log10_bmax: Values,
    fraction_high: Values,
    log10_ki_high: Values,
    log10_ki_low: Values,
    nonspecific: Values,
    log10_kd: Values,
    signal_per_M: Values,
    background: Values,
    competitor_nonspecific: Values,
) -> np.ndarray:
    """Reading of a well from the totals in it, with two sites of one Kd for the radioligand."""
    sites = np.where(np.asarray(displacer_M) > 0, 1.0, specific) * power10(log10_bmax)
    kd = power10(log10_kd)
    well = solve_sites(
        (sites * fraction_high, sites * (1.0 - fraction_high)),
        (radioligand_M, competitor_M + displacer_M),
        ((kd, kd), (power10(log10_ki_high), power10(log10_ki_low))),
        (nonspecific, competitor_nonspecific),
    )
    return np.asarray(
        background + signal_per_M * (well.bound[0].sum(axis=0) + nonspecific * well.free[0])
    )


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Sink and sites from the control wells, then the best ordered pairs of Ki of a grid."""
    columns = settings(MODEL, series)
    sink, sites, kd = well_bound(series, columns, given)
    axis = doses(columns["competitor_M"], points=15, beyond=1.0)
    grid: Grid = {
        "log10_ki_high": axis,
        "log10_ki_low": axis,
        "fraction_high": [0.25, 0.5, 0.75],
        "log10_bmax": [float(np.log10(max(sites, 1e-17)))],
        "nonspecific": [sink],
    }
    return starts_on_grid(
        MODEL,
        series,
        given,
        grid,
        common={"log10_kd": float(np.log10(kd))},
        keep=3,
        only=lambda node: node["log10_ki_low"] - node["log10_ki_high"] > 0.3,
    )


MODEL = CurveModel(
    description="two sites, two Ki by exact mass balance",
    equation=(
        "y = background + s (B_high + B_low + ns F); every ligand and both sites conserved, B_s = "
        "r_s F / Kd"
    ),
    when=(
        "A competitor with different affinities at two sites, for which the radioligand has one "
        "affinity, with any depletion. Use it instead of competition_with_depletion only when the "
        "F test or AICc prefers it. Not where the radioligand has two affinities as well: use "
        "competition_under_mask."
    ),
    columns=(COMPETITOR, RADIOLIGAND, SPECIFIC, DISPLACER),
    parameters=(
        log10_sites("log10_bmax", "sites in the well, both kinds together"),
        Parameter("fraction_high", "", "share of the sites with high affinity", low=0.0, high=1.0),
        log10_molar("log10_ki_high", "Ki at the site of high affinity"),
        log10_molar("log10_ki_low", "Ki at the site of low affinity"),
        SINK,
        KD,
        SIGNAL,
        BACKGROUND,
        COMPETITOR_SINK,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("doi:10.3109/10799898809049010", "hulme_2010"),
    target="log10_ki_high",
    example={
        "log10_bmax": -9.4,
        "fraction_high": 0.6,
        "log10_ki_high": -9.0,
        "log10_ki_low": -6.5,
        "nonspecific": 0.03,
        "log10_kd": -9.1,
        "signal_per_M": 1.1e13,
        "background": 25.0,
        "competitor_nonspecific": 0.0,
    },
    design={
        "competitor_M": (0.0, *np.logspace(-11, -4, 22).tolist(), 0.0),
        "radioligand_M": (1e-9,) * 24,
        "specific": (*(1.0,) * 23, 0.0),
    },
    nests=("competition_with_depletion",),
)
