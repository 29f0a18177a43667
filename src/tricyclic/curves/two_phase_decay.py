"""Two-phase exponential decay to a plateau."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Start
from tricyclic.curves._phases import (
    ELAPSED,
    FRACTION_FAST,
    LAG,
    SOURCE,
    log10_rate,
    two_phase_starts,
    two_phases,
)


def first_guess(series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best pairs of rates and shares of a grid."""
    return two_phase_starts(MODEL, series, given)


MODEL = CurveModel(
    description="two-phase exponential decay",
    equation=(
        "y = plateau + (y0 - plateau) (f exp(-k_fast (t - lag)) + (1 - f) exp(-k_slow (t - lag))); "
        "y0 until the lag is over"
    ),
    when=(
        "Loss with two rates, such as distribution and elimination. Needs readings over both "
        "phases and "
        "rates that differ by a factor of about 5 or more. Not where one phase fits as well: "
        "compare "
        "with one_phase_decay."
    ),
    columns=(ELAPSED,),
    parameters=(
        Parameter("y0", "y", "reading at the start"),
        Parameter("plateau", "y", "reading at infinite time"),
        FRACTION_FAST,
        log10_rate("log10_rate_fast", "rate constant of the fast phase"),
        log10_rate("log10_rate_slow", "rate constant of the slow phase"),
        LAG,
    ),
    curve=two_phases,
    first_guess=first_guess,
    sources=(SOURCE,),
    target="log10_rate_slow",
    example={
        "y0": 2600.0,
        "plateau": 310.0,
        "fraction_fast": 0.55,
        "log10_rate_fast": -0.3,
        "log10_rate_slow": -1.7,
        "lag_min": 0.0,
    },
    design={
        "time_min": tuple(
            np.round(np.concatenate([[0.0], np.geomspace(0.5, 300.0, 30)]), 3).tolist()
        )
    },
    nests=("one_phase_decay",),
)
