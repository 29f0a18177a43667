"""One-phase exponential decay to a plateau."""

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
    description="one-phase exponential decay",
    equation="y = plateau + (y0 - plateau) exp(-k (t - lag)); y0 until the lag is over",
    when=(
        "Loss with one rate: stability, clearance from a bath, washout, photobleaching. Free "
        "lag_min for "
        "a decay that begins later. Not for two rates: see two_phase_decay."
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
    example={"y0": 2600.0, "plateau": 310.0, "log10_rate": -1.4, "lag_min": 0.0},
    design={"time_min": (0.0, 2.0, 4.0, 8.0, 12.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 150.0)},
)
