"""Dissociation of a radioligand in two phases after rebinding was stopped."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Start
from tricyclic.curves._kernels import SPECIFIC, Values
from tricyclic.curves._phases import FRACTION_FAST, log10_rate, remaining_of_two, two_phase_starts


def bound(
    *,
    time_min: Values,
    specific: Values,
    start: Values,
    bottom: Values,
    fraction_fast: Values,
    log10_koff_fast: Values,
    log10_koff_slow: Values,
) -> np.ndarray:
    """Reading at a time after rebinding was stopped; `bottom` in non-specific wells."""
    left = remaining_of_two(time_min, 0.0, fraction_fast, log10_koff_fast, log10_koff_slow)
    return np.asarray(bottom + (start - bottom) * specific * left)


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best pairs of rates and shares of a grid."""
    names = ("log10_koff_fast", "log10_koff_slow")
    return two_phase_starts(MODEL, series, given, names, ("start", "bottom"))


MODEL = CurveModel(
    description="dissociation of a radioligand, two phases",
    equation="y = bottom + (start - bottom) (f exp(-koff_fast t) + (1 - f) exp(-koff_slow t))",
    when=(
        "Two sites or two states of a site that the radioligand leaves with different rates. Needs "
        "readings over both phases. Not where one phase fits as well: compare with dissociation."
    ),
    columns=(Column("time_min", "time since dissociation was started [min]"), SPECIFIC),
    parameters=(
        Parameter("start", "y", "reading when dissociation starts"),
        Parameter("bottom", "y", "reading when all has left; the non-specific wells"),
        FRACTION_FAST,
        log10_rate("log10_koff_fast", "dissociation rate constant of the fast phase"),
        log10_rate("log10_koff_slow", "dissociation rate constant of the slow phase"),
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("hulme_2010",),
    target="log10_koff_slow",
    example={
        "start": 2600.0,
        "bottom": 310.0,
        "fraction_fast": 0.5,
        "log10_koff_fast": -0.3,
        "log10_koff_slow": -1.7,
    },
    design={
        "time_min": (
            *np.round(np.concatenate([[0.0], np.geomspace(0.5, 300.0, 30)]), 3).tolist(),
            300.0,
            300.0,
        ),
        "specific": (*(1.0,) * 31, 0.0, 0.0),
    },
    nests=("dissociation",),
)
