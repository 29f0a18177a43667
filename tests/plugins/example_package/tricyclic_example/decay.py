"""Loss of radioligand from a filter: a curve model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series


def remaining(*, time_min: np.ndarray, start: float, log10_rate: float) -> np.ndarray:
    """Reading after a time."""
    return np.asarray(start * np.exp(-np.power(10.0, log10_rate) * time_min))


def first_guess(series: Series, given: Mapping[str, float]) -> list[dict[str, float]]:
    """The largest reading, and one half-life at the middle of the times."""
    middle = float(np.median(series.x["time_min"]))
    guess = {"start": float(series.y.max()), "log10_rate": float(np.log10(np.log(2) / middle))}
    return [{name: value for name, value in guess.items() if name not in given}]


MODEL = CurveModel(
    description="first-order loss from a filter",
    equation="y = start exp(-rate t)",
    when="Readings of one filter, counted repeatedly.",
    columns=(Column("time_min", "time since the first count [min]"),),
    parameters=(
        Parameter("start", "y", "reading at time 0"),
        Parameter("log10_rate", "log10 1/min", "rate of loss", low=-8.0, high=4.0),
    ),
    curve=remaining,
    first_guess=first_guess,
    sources=("example_2024",),
    target="log10_rate",
    example={"start": 1000.0, "log10_rate": -1.0},
    design={"time_min": (0.0, 5.0, 10.0, 15.0, 20.0, 30.0)},
)
