"""Functional antagonist: Ki from the inhibition of the response to one agonist concentration."""

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


def shift(agonist_M: Values, log10_ec50: Values, agonist_hill: Values) -> np.ndarray:
    """IC50 over Ki: (2 + ([A] / EC50)^n)^(1/n) - 1."""
    ratio = power(np.asarray(agonist_M) / power10(log10_ec50), agonist_hill)
    # 2 + ratio >= 2, so the result is above 0 for any slope above 0; it is kept finite.
    return np.asarray(np.expm1(np.clip(np.log(2.0 + ratio) / agonist_hill, 1e-12, 300.0)))


def response(
    *,
    antagonist_M: Values,
    agonist_M: Values,
    bottom: Values,
    top: Values,
    log10_ki: Values,
    hill: Values,
    log10_ec50: Values,
    agonist_hill: Values,
) -> np.ndarray:
    """Response to the agonist beside a concentration of antagonist."""
    ic50 = power10(log10_ki) * shift(agonist_M, log10_ec50, agonist_hill)
    return np.asarray(bottom + (top - bottom) * upper_fraction(antagonist_M, ic50, hill))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best Ki and slopes of a grid."""
    columns = settings(MODEL, series)
    agonist = columns["agonist_M"]
    used = float(np.median(agonist[agonist > 0])) if (agonist > 0).any() else 1e-9
    # Where the EC50 is to be fitted too, it starts at the concentration of agonist.
    ec50 = given.get("log10_ec50", float(np.log10(used)))
    slope = given.get("agonist_hill", 1.0)
    over = float(np.log10(shift(used, ec50, slope)))
    grid: Grid = {
        "log10_ki": np.clip(doses(columns["antagonist_M"], points=49) - over, -15.0, 1.0),
        "hill": signed([0.5, 0.8, 1.0, 1.5, 2.5], MODEL, given),
    }
    common = {"log10_ec50": min(max(ec50, -15.0), 1.0), "agonist_hill": slope}
    return starts_on_grid(MODEL, series, given, grid, linear=("bottom", "top"), common=common)


MODEL = CurveModel(
    description="functional antagonist beside one agonist concentration (Leff-Dougall)",
    equation=(
        "y = bottom + (top - bottom) / (1 + (IC50 / [antagonist])^hill), "
        "IC50 = Ki ((2 + ([A] / EC50)^n)^(1/n) - 1)"
    ),
    when=(
        "Ki of a competitive antagonist from its inhibition of the response to one concentration "
        "of "
        "agonist, whose EC50 and slope n come from its own curve. Not for an antagonist that "
        "depresses the maximum, and not instead of gaddum_schild where there are whole agonist "
        "curves."
    ),
    columns=(
        Column("antagonist_M", "concentration of the antagonist [M]; 0 allowed"),
        Column("agonist_M", "concentration of the agonist [M]"),
    ),
    parameters=(
        BOTTOM,
        TOP,
        log10_molar("log10_ki", "affinity of the antagonist (Ki, KB)"),
        HILL,
        log10_molar("log10_ec50", "EC50 of the agonist alone", fixed_by_default=True),
        Parameter(
            "agonist_hill",
            "",
            "slope of the agonist curve",
            low=0.1,
            high=10.0,
            fixed_by_default=True,
            default=1.0,
        ),
    ),
    curve=response,
    first_guess=first_guess,
    sources=("doi:10.1016/0165-6147(93)90080-4",),
    target="log10_ki",
    example={
        "bottom": 120.0,
        "top": 2400.0,
        "log10_ki": -8.1,
        "hill": -1.1,
        "log10_ec50": -7.0,
        "agonist_hill": 1.3,
    },
    design={
        "antagonist_M": (0.0, *np.logspace(-10, -5, 13).tolist()),
        "agonist_M": (3e-7,) * 14,
    },
    sigmoid="falling",
)
