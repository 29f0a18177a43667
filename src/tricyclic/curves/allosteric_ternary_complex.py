"""Radioligand binding beside an allosteric modulator, which binds a second site."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, settings, starts_on_grid
from tricyclic.curves._kernels import (
    BACKGROUND,
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
    radioligand_M: Values,
    modulator_M: Values,
    specific: Values,
    bmax: Values,
    log10_kb: Values,
    log10_alpha: Values,
    nonspecific: Values,
    log10_kd: Values,
    background: Values,
) -> np.ndarray:
    """Reading of a well at equilibrium, assuming that all added ligand is free."""
    occupied = modulator_M / power10(log10_kb)
    apparent = power10(log10_kd) * (1.0 + occupied) / (1.0 + power10(log10_alpha) * occupied)
    taken = specific * radioligand_M / (apparent + radioligand_M)
    return np.asarray(background + nonspecific * radioligand_M + bmax * taken)


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best affinity and cooperativity of a grid."""
    columns = settings(MODEL, series)
    hot = columns["radioligand_M"]
    grid: Grid = {
        "log10_kb": doses(columns["modulator_M"], points=25),
        # Dense around 0: without cooperativity the curve is flat, whatever the affinity.
        "log10_alpha": [
            -3.0,
            -2.0,
            -1.5,
            -1.0,
            -0.7,
            -0.4,
            -0.2,
            -0.04,
            0.04,
            0.2,
            0.4,
            0.7,
            1.0,
            2.0,
        ],
        "log10_kd": [float(np.log10(max(float(np.median(hot)), 1e-15)))],
    }
    return starts_on_grid(MODEL, series, given, grid, linear=("bmax", "nonspecific"), keep=3)


MODEL = CurveModel(
    description="allosteric modulator of radioligand binding (ternary complex)",
    equation="y = background + NS L + Bmax L / (L + Kd (1 + [M]/KB) / (1 + alpha [M]/KB))",
    when=(
        "A modulator that lowers binding to a plateau above non-specific binding, or raises it. "
        "alpha below 1 lowers the affinity of the radioligand, above 1 raises it, 1 leaves it "
        "unchanged. Where the plateau reaches the non-specific wells, alpha has only an upper "
        "limit and the modulator cannot be distinguished from a competitor. Not before the wells "
        "are at equilibrium: modulators slow the radioligand down."
    ),
    columns=(RADIOLIGAND, Column("modulator_M", "modulator [M]; 0 where there is none"), SPECIFIC),
    parameters=(
        Parameter("bmax", "y", "binding with all sites filled", low=0.0),
        log10_molar("log10_kb", "affinity of the modulator for the free receptor"),
        Parameter(
            "log10_alpha",
            "log10",
            "cooperativity: factor by which the modulator raises the radioligand's affinity",
            low=-6.0,
            high=6.0,
        ),
        NONSPECIFIC,
        KD,
        BACKGROUND,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("doi:10.1124/pr.54.2.323",),
    target="log10_kb",
    example={
        "bmax": 5200.0,
        "log10_kb": -6.8,
        "log10_alpha": -0.9,
        "nonspecific": 2.6e11,
        "log10_kd": -9.1,
        "background": 25.0,
    },
    design={
        "radioligand_M": (1e-9,) * 15,
        "modulator_M": (0.0, *np.logspace(-10, -4, 13).tolist(), 0.0),
        "specific": (*(1.0,) * 14, 0.0),
    },
)
