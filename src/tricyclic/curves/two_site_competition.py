"""Competition at two sites for which the competitor has different affinities, as two IC50s."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Start, doses, starts_on_grid
from tricyclic.curves._kernels import COMPETITOR, SPECIFIC, Values, log10_molar, power10


def bound(
    *,
    competitor_M: Values,
    specific: Values,
    top: Values,
    bottom: Values,
    log10_ic50_high: Values,
    log10_ic50_low: Values,
    fraction_high: Values,
) -> np.ndarray:
    """Reading at a concentration of competitor; `bottom` in non-specific wells."""
    high, low = power10(log10_ic50_high), power10(log10_ic50_low)
    left = fraction_high * (high / (high + competitor_M)) + (1.0 - fraction_high) * (
        low / (low + competitor_M)
    )
    return np.asarray(bottom + (top - bottom) * specific * left)


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best ordered pairs of IC50 of a grid, and their shares."""
    axis = doses(series.x["competitor_M"], points=21, beyond=0.5)
    return starts_on_grid(
        MODEL,
        series,
        given,
        {"log10_ic50_high": axis, "log10_ic50_low": axis, "fraction_high": [0.2, 0.4, 0.6, 0.8]},
        linear=("top", "bottom"),
        only=lambda node: node["log10_ic50_low"] - node["log10_ic50_high"] > 0.3,
        keep=3,
    )


MODEL = CurveModel(
    description="two sites, one competitor",
    equation=(
        "y = bottom + (top - bottom) (f / (1 + [competitor] / IC50_high) + (1 - f) / (1 + "
        "[competitor] / IC50_low))"
    ),
    when=(
        "When an F test or AICc prefers it to one_site_competition and the two IC50s differ more "
        "than tenfold. Not for a shallow curve alone: with fewer than a dozen concentrations the "
        "share and the two IC50s cannot be estimated separately."
    ),
    columns=(COMPETITOR, SPECIFIC),
    parameters=(
        Parameter("top", "y", "binding without competitor"),
        Parameter("bottom", "y", "binding that no competitor displaces; the non-specific wells"),
        log10_molar("log10_ic50_high", "IC50 at the site of high affinity"),
        log10_molar("log10_ic50_low", "IC50 at the site of low affinity"),
        Parameter(
            "fraction_high",
            "",
            "share of specific binding at the site of high affinity",
            low=0.0,
            high=1.0,
        ),
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("hulme_2010",),
    target="log10_ic50_high",
    example={
        "top": 2600.0,
        "bottom": 310.0,
        "log10_ic50_high": -8.9,
        "log10_ic50_low": -6.4,
        "fraction_high": 0.6,
    },
    design={
        "competitor_M": (0.0, *np.logspace(-11, -4, 22).tolist(), 0.0),
        "specific": (*(1.0,) * 23, 0.0),
    },
    nests=("one_site_competition",),
)
