"""Saturation of two sites, by exact mass balance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Start, per_molar, settings, within_bounds
from tricyclic.curves._kernels import (
    BACKGROUND,
    RADIOLIGAND,
    SIGNAL,
    SINK,
    SPECIFIC,
    Values,
    log10_molar,
    log10_sites,
    power10,
)
from tricyclic.curves.saturation_two_sites import first_guess as without_depletion
from tricyclic.numerics.equilibrium import solve_sites


def bound(
    *,
    radioligand_M: Values,
    specific: Values,
    log10_bmax_high: Values,
    log10_kd_high: Values,
    log10_bmax_low: Values,
    log10_kd_low: Values,
    nonspecific: Values,
    signal_per_M: Values,
    background: Values,
) -> np.ndarray:
    """Reading of a well from the added radioligand, with two independent sites."""
    well = solve_sites(
        (specific * power10(log10_bmax_high), specific * power10(log10_bmax_low)),
        (radioligand_M,),
        ((power10(log10_kd_high), power10(log10_kd_low)),),
        (nonspecific,),
    )
    return np.asarray(
        background + signal_per_M * (well.bound[0].sum(axis=0) + nonspecific * well.free[0])
    )


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """First guess of `saturation_two_sites` against the free radioligand: added less bound."""
    columns = settings(MODEL, series)
    hot = columns["radioligand_M"]
    signal = given.get("signal_per_M", per_molar(series.y, {"radioligand_M": hot}))
    read = (series.y - given.get("background", 0.0)) / max(signal, 1e-300)
    free = np.maximum(hot - read, 1e-3 * hot)
    undepleted = Series(
        series.name, read, "M", {"radioligand_M": free, "specific": columns["specific"]}
    )
    known = {name: value for name, value in given.items() if name.startswith("log10_kd")}
    starts = []
    for start in without_depletion(undepleted, {"background": 0.0, **known}):
        for site in ("high", "low"):
            start[f"log10_bmax_{site}"] = float(np.log10(max(start.pop(f"bmax_{site}"), 1e-17)))
        starts.append(within_bounds(MODEL, {"signal_per_M": signal, **start}, given))
    return starts


MODEL = CurveModel(
    description="saturation of two sites by exact mass balance",
    equation=(
        "y = background + s (B_high + B_low + ns F), with F (1 + ns) + B_high + B_low = L_total "
        "and B_s = Bmax_s F / (Kd_s + F)"
    ),
    when=(
        "When the F test or AICc prefers it to saturation_with_depletion. Needs the reading per "
        "molar bound, and doses well above the higher Kd."
    ),
    columns=(RADIOLIGAND, SPECIFIC),
    parameters=(
        log10_sites("log10_bmax_high", "sites of high affinity in the well"),
        log10_molar("log10_kd_high", "Kd at the site of high affinity"),
        log10_sites("log10_bmax_low", "sites of low affinity in the well"),
        log10_molar("log10_kd_low", "Kd at the site of low affinity"),
        SINK,
        SIGNAL,
        BACKGROUND,
    ),
    curve=bound,
    first_guess=first_guess,
    sources=("hulme_2010",),
    target="log10_kd_high",
    example={
        "log10_bmax_high": -9.8,
        "log10_kd_high": -9.6,
        "log10_bmax_low": -9.0,
        "log10_kd_low": -7.9,
        "nonspecific": 0.01,
        "signal_per_M": 1.1e13,
        "background": 25.0,
    },
    design={
        "radioligand_M": tuple(np.logspace(-10.7, -6.9, 16).tolist()) * 2,
        "specific": (*(1.0,) * 16, *(0.0,) * 16),
    },
    nests=("saturation_with_depletion",),
)
