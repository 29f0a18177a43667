"""Log-probit: a dose-response curve whose log thresholds have a normal distribution."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, signed, starts_on_grid
from tricyclic.curves._kernels import BOTTOM, MAX_HILL, TOP, Values, log10_molar
from tricyclic.stats.normal import normal_cdf


def response(
    *, concentration_M: Values, bottom: Values, top: Values, log10_ec50: Values, hill: Values
) -> np.ndarray:
    """Reading at a concentration; the share of thresholds below it, between bottom and top."""
    dose = np.asarray(concentration_M)
    logarithm = np.log10(np.where(dose > 0, dose, 1.0))
    share = normal_cdf(np.clip(hill * (logarithm - log10_ec50), -1e3, 1e3))
    without = np.where(np.asarray(hill) > 0, 0.0, 1.0)
    return np.asarray(bottom + (top - bottom) * np.where(dose > 0, share, without))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best medians and slopes of a grid."""
    grid: Grid = {
        "log10_ec50": doses(series.x["concentration_M"]),
        "hill": signed([0.5, 1.0, 1.5, 2.5, 5.0], MODEL, given),
    }
    return starts_on_grid(MODEL, series, given, grid, linear=("bottom", "top"))


MODEL = CurveModel(
    description="log-probit (log-normal thresholds)",
    equation="y = bottom + (top - bottom) Phi(hill (log10 x - log10 EC50))",
    when=(
        "Shares of subjects that respond (quantal data), with bottom 0 and top 1 and the binomial "
        "variance: an LD50 or ED50 by probit analysis. A free bottom is the natural response of "
        "Abbott's formula. Not to compare slopes with those of a logistic, which are other numbers."
    ),
    columns=(Column("concentration_M", "concentration of the drug [M]; 0 allowed"),),
    parameters=(
        BOTTOM,
        TOP,
        log10_molar(
            "log10_ec50",
            "median of the thresholds (EC50, ED50 or LD50)",
            along="concentration_M",
        ),
        Parameter(
            "hill",
            "",
            "slope in probits per decade; above 0 for a curve that rises with dose",
            low=-MAX_HILL,
            high=MAX_HILL,
            min_abs=0.05,
        ),
    ),
    curve=response,
    first_guess=first_guess,
    sources=("doi:10.1186/s40360-018-0250-1",),
    target="log10_ec50",
    example={"bottom": 0.04, "top": 0.98, "log10_ec50": -6.4, "hill": 1.6},
    design={"concentration_M": (0.0, *np.logspace(-9, -4, 13).tolist())},
    sigmoid="rising",
)
