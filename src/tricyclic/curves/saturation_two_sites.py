"""Saturation of two sites, total and non-specific binding together, without depletion."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Start, doses, starts_on_grid
from tricyclic.curves._kernels import (
    BACKGROUND,
    NONSPECIFIC,
    SPECIFIC,
    Values,
    log10_molar,
    power10,
)


def bound(
    *,
    radioligand_M: Values,
    specific: Values,
    bmax_high: Values,
    log10_kd_high: Values,
    bmax_low: Values,
    log10_kd_low: Values,
    nonspecific: Values,
    background: Values,
) -> np.ndarray:
    """Reading of a total or non-specific well."""
    high = bmax_high * (radioligand_M / (power10(log10_kd_high) + radioligand_M))
    low = bmax_low * (radioligand_M / (power10(log10_kd_low) + radioligand_M))
    return np.asarray(background + nonspecific * radioligand_M + specific * (high + low))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best ordered pairs of Kd of a grid."""
    axis = doses(series.x["radioligand_M"], points=25)
    return starts_on_grid(
        MODEL,
        series,
        given,
        {"log10_kd_high": axis, "log10_kd_low": axis},
        linear=("bmax_high", "bmax_low", "nonspecific"),
        only=lambda node: node["log10_kd_low"] - node["log10_kd_high"] > 0.3,
        keep=5,
    )


MODEL = CurveModel(
    description="saturation of two sites, total and non-specific together",
    equation="y = background + NS L + Bmax_high L / (Kd_high + L) + Bmax_low L / (Kd_low + L)",
    when=(
        "When the F test or AICc prefers it to saturation, the two Kd differ more than tenfold and "
        "the doses reach well above the higher one. Not for a second site that never saturates: "
        "that is non-specific binding."
    ),
    columns=(Column("radioligand_M", "radioligand [M], free where measured, else added"), SPECIFIC),
    parameters=(
        Parameter("bmax_high", "y", "binding with all sites of high affinity filled", low=0.0),
        log10_molar("log10_kd_high", "Kd at the site of high affinity"),
        Parameter("bmax_low", "y", "binding with all sites of low affinity filled", low=0.0),
        log10_molar("log10_kd_low", "Kd at the site of low affinity"),
        NONSPECIFIC,
        BACKGROUND,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("hulme_2010",),
    target="log10_kd_high",
    example={
        "bmax_high": 73.3,
        "log10_kd_high": -9.6,
        "bmax_low": 180.0,
        "log10_kd_low": -7.9,
        "nonspecific": 1.0e9,
        "background": 0.4,
    },
    design={
        "radioligand_M": tuple(np.logspace(-10.7, -6.9, 16).tolist()) * 2,
        "specific": (*(1.0,) * 16, *(0.0,) * 16),
    },
    nests=("saturation",),
)
