"""From a dose to a reading: the logistic that may be steeper at one end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, starts_on_grid
from tricyclic.curves._kernels import Values, log10_molar, power, power10


def response(
    *,
    concentration_M: Values,
    baseline: Values,
    plateau: Values,
    log10_ec50: Values,
    hill: Values,
    log10_asymmetry: Values,
) -> np.ndarray:
    """Reading at a concentration; exactly half-way at the EC50 whatever the asymmetry."""
    asymmetry = power10(log10_asymmetry)
    share = power(concentration_M / power10(log10_ec50), hill)
    # (1 + (2^(1/s) - 1) (EC50/x)^hill)^-s, written so that x = 0 and x = infinity are both plain.
    lag = np.expm1(np.minimum(np.log(2.0) / asymmetry, 600.0))
    return np.asarray(baseline + (plateau - baseline) * power(share / (share + lag), asymmetry))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best half-way doses, slopes and asymmetries of a grid."""
    grid: Grid = {
        "log10_ec50": doses(series.x["concentration_M"]),
        "hill": [0.5, 1.0, 2.0],
        "log10_asymmetry": [-0.6, 0.0, 0.6],
    }
    return starts_on_grid(MODEL, series, given, grid, linear=("baseline", "plateau"), keep=3)


MODEL = CurveModel(
    says="asymmetric logistic (5PL)",
    equation="y = baseline + (plateau - baseline) / (1 + (2^(1/s) - 1) (EC50/x)^hill)^s",
    when=(
        "A dose-response curve that is visibly steeper at one end, with at least eight doses over both plateaus "
        "(immunoassays, calibration). Not with fewer: slope and asymmetry then stand in for each other."
    ),
    columns=(Column("concentration_M", "concentration of the drug [M]; 0 allowed"),),
    parameters=(
        Parameter("baseline", "y", "reading without drug"),
        Parameter("plateau", "y", "reading at saturating drug"),
        log10_molar("log10_ec50", "drug that takes the reading half-way (EC50 or IC50)"),
        Parameter("hill", "", "slope factor, above 0", low=0.05, high=10.0),
        Parameter("log10_asymmetry", "log10", "0 is symmetrical; s = 10^this", low=-1.5, high=1.5),
    ),
    curve=response,
    first_guess=first_guess,
    sources=("doi:10.1016/j.ab.2005.04.035", "doi:10.1093/jxb/10.2.290"),
    target="log10_ec50",
    example={
        "baseline": 120.0,
        "plateau": 2400.0,
        "log10_ec50": -7.3,
        "hill": 1.2,
        "log10_asymmetry": -0.4,
    },
    design={"concentration_M": (0.0, *np.logspace(-10, -4, 19).tolist())},
    nests=("logistic_4pl", "logistic_3pl"),
)
