"""Five-parameter logistic: a dose-response curve that may be steeper at one end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, doses, signed, starts_on_grid
from tricyclic.curves._kernels import BOTTOM, HILL, TOP, Values, log10_molar, power, power10


def response(
    *,
    concentration_M: Values,
    bottom: Values,
    top: Values,
    log10_ec50: Values,
    hill: Values,
    log10_asymmetry: Values,
    asymmetric_end: Values,
) -> np.ndarray:
    """Reading at a concentration; half-way at the EC50 whatever the asymmetry."""
    asymmetry = power10(log10_asymmetry)
    ratio = power(concentration_M / power10(log10_ec50), np.abs(hill))
    # (1 + (2^(1/s) - 1) (EC50/x)^|hill|)^-s, in a form that is finite at dose 0 and at high doses.
    lag = np.expm1(np.minimum(np.log(2.0) / asymmetry, 600.0))
    from_low = power(ratio / (ratio + lag), asymmetry)
    # The mirror image on the log scale of the dose: 1 - (1 + (2^(1/s) - 1) (x/EC50)^|hill|)^-s.
    finite = np.minimum(ratio, 1e300 / np.maximum(lag, 1.0))
    from_high = -np.expm1(-asymmetry * np.log1p(lag * finite))
    done = np.where(np.asarray(asymmetric_end) > 0, from_high, from_low)
    return np.asarray(bottom + (top - bottom) * np.where(np.asarray(hill) > 0, done, 1.0 - done))


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best half-way doses, slopes and asymmetries of a grid."""
    grid: Grid = {
        "log10_ec50": doses(series.x["concentration_M"]),
        "hill": signed([0.5, 1.0, 2.0], MODEL, given),
        "log10_asymmetry": [-0.6, 0.0, 0.6],
    }
    return starts_on_grid(MODEL, series, given, grid, linear=("bottom", "top"), keep=3)


MODEL = CurveModel(
    description="asymmetric logistic (5PL)",
    equation=(
        "y = A + (B - A) / (1 + (2^(1/s) - 1) (EC50/x)^|hill|)^s, A the plateau at dose 0, B the "
        "plateau at high doses; or its mirror image, y = B + (A - B) / (1 + (2^(1/s) - 1) "
        "(x/EC50)^|hill|)^s"
    ),
    when=(
        "A dose-response curve that is visibly steeper at one end, with at least eight doses that "
        "cover both plateaus (immunoassays, calibration). Not with fewer: slope and asymmetry "
        "cannot then be distinguished."
    ),
    columns=(Column("concentration_M", "concentration of the drug [M]; 0 allowed"),),
    parameters=(
        BOTTOM,
        TOP,
        log10_molar(
            "log10_ec50",
            "concentration of the half-way reading (EC50 or IC50)",
            along="concentration_M",
        ),
        HILL,
        Parameter("log10_asymmetry", "log10", "0 is symmetrical; s = 10^this", low=-1.5, high=1.5),
        Parameter(
            "asymmetric_end",
            "",
            "end of the curve that has the exponent s: -1 low doses, 1 high doses",
            low=-1.0,
            high=1.0,
            fixed_by_default=True,
            default=-1.0,
            choices=(-1.0, 1.0),
        ),
    ),
    curve=response,
    first_guess=first_guess,
    sources=("doi:10.1016/j.ab.2005.04.035", "doi:10.1093/jxb/10.2.290"),
    target="log10_ec50",
    example={
        "bottom": 120.0,
        "top": 2400.0,
        "log10_ec50": -7.3,
        "hill": 1.2,
        "log10_asymmetry": -0.4,
        "asymmetric_end": -1.0,
    },
    design={"concentration_M": (0.0, *np.logspace(-10, -4, 19).tolist())},
    nests=("logistic_4pl", "logistic_3pl"),
    sigmoid="rising",
)
