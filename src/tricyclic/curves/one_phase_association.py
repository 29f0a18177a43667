"""One-phase exponential rise to a plateau."""

from __future__ import annotations

from collections.abc import Mapping

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Start
from tricyclic.curves._phases import ELAPSED, LAG, SOURCE, log10_rate, one_phase, one_phase_starts


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best rates of a grid."""
    return one_phase_starts(MODEL, series, given)


MODEL = CurveModel(
    description="one-phase exponential association",
    equation="y = y0 + (plateau - y0) (1 - exp(-k (t - lag))); y0 until the lag is over",
    when=(
        "Rise with one rate: an enzyme product, uptake, a binding time course at one "
        "concentration, of "
        "which the rate is the observed one (kob). Not for kon and koff: see association."
    ),
    columns=(ELAPSED,),
    parameters=(
        Parameter("y0", "y", "reading at the start"),
        Parameter("plateau", "y", "reading at infinite time"),
        log10_rate("log10_rate", "rate constant; the half-life is ln 2 / rate"),
        LAG,
    ),
    curve=one_phase,
    first_guess=first_guess,
    sources=(SOURCE,),
    target="log10_rate",
    example={"y0": 150.0, "plateau": 4200.0, "log10_rate": -0.9, "lag_min": 0.0},
    design={"time_min": (0.0, 0.5, 1.0, 2.0, 4.0, 6.0, 9.0, 13.0, 18.0, 25.0, 35.0, 50.0)},
)
