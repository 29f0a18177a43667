"""Agonist curves beside a competitive antagonist: the shift that gives pA2."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, settings, signed, starts_on_grid
from tricyclic.curves._kernels import (
    BOTTOM,
    HILL,
    TOP,
    Values,
    log10_molar,
    power,
    power10,
    upper_fraction,
)


def response(
    *,
    agonist_M: Values,
    antagonist_M: Values,
    top: Values,
    bottom: Values,
    log10_ec50: Values,
    hill: Values,
    pa2: Values,
    schild_slope: Values,
) -> np.ndarray:
    """Response at a concentration of agonist beside one of antagonist."""
    shift = 1.0 + power(antagonist_M * power10(pa2), schild_slope)
    share = upper_fraction(agonist_M, power10(log10_ec50) * shift, hill)
    return np.asarray(bottom + (top - bottom) * share)


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best EC50, slope and pA2 of a grid."""
    columns = settings(MODEL, series)
    grid: Grid = {
        "log10_ec50": doses(columns["agonist_M"], points=21),
        "hill": signed([0.7, 1.0, 1.5], MODEL, given),
        "pa2": -doses(columns["antagonist_M"], points=17, beyond=2.0),
    }
    return starts_on_grid(
        MODEL, series, given, grid, linear=("top", "bottom"), common={"schild_slope": 1.0}
    )


MODEL = CurveModel(
    description="agonist shifted by a competitive antagonist (Gaddum-Schild)",
    equation=(
        "y = bottom + (top - bottom) / (1 + (EC50 (1 + ([antagonist] 10^pA2)^S) / [agonist])^hill)"
    ),
    when=(
        "pA2 of an antagonist from agonist curves at several of its concentrations, in one fit. "
        "Free schild_slope to test that it is 1: only then is pA2 the pKB. Not where the "
        "antagonist lowers the maximum."
    ),
    columns=(
        Column("agonist_M", "agonist [M]; 0 allowed"),
        Column("antagonist_M", "antagonist [M]; 0 where there is none"),
    ),
    parameters=(
        TOP,
        BOTTOM,
        log10_molar("log10_ec50", "agonist that gives half of the response, without antagonist"),
        HILL,
        Parameter(
            "pa2",
            "-log10 M",
            "minus log10 of the antagonist that doubles the EC50",
            low=-1.0,
            high=15.0,
        ),
        Parameter(
            "schild_slope",
            "",
            "slope of the Schild line; 1 when competitive",
            low=0.1,
            high=5.0,
            fixed_by_default=True,
            default=1.0,
        ),
    ),
    curve=response,
    first_guess=first_guess,
    sources=("doi:10.1111/j.1476-5381.1959.tb00928.x", "doi:10.1111/j.1476-5381.1993.tb13737.x"),
    target="pa2",
    example={
        "top": 100.0,
        "bottom": 4.0,
        "log10_ec50": -7.5,
        "hill": 1.2,
        "pa2": 8.3,
        "schild_slope": 1.0,
    },
    design={
        "agonist_M": (0.0, *np.logspace(-9, -4, 11).tolist()) * 4,
        "antagonist_M": (*(0.0,) * 12, *(1e-8,) * 12, *(1e-7,) * 12, *(1e-6,) * 12),
    },
    sigmoid="rising",
)
