"""Exponential phases in time: kernels and first guesses that several curves share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tricyclic.core.curve_model import Column, CurveModel, Parameter
from tricyclic.core.series import Series
from tricyclic.curves._guesses import Grid, Start, rates, settings, starts_on_grid
from tricyclic.curves._kernels import Values, power10

SOURCE = "hulme_2010"
ELAPSED = Column("time_min", "time since the start [min]")
LAG = Parameter(
    "lag_min", "min", "time before it begins", low=0.0, fixed_by_default=True, default=0.0
)
FRACTION_FAST = Parameter(
    "fraction_fast", "", "share of the span in the fast phase", low=0.0, high=1.0
)


def log10_rate(name: str, description: str) -> Parameter:
    """A rate constant on the log scale, from a half-life of centuries to one of microseconds."""
    return Parameter(name, "log10 1/min", description, low=-8.0, high=8.0)


def remaining(time_min: Values, lag_min: Values, log10_rate: Values) -> np.ndarray:
    """exp(-k (t - lag)), 1 before the lag is over."""
    elapsed = np.maximum(np.asarray(time_min) - np.asarray(lag_min), 0.0)
    return np.asarray(np.exp(-power10(log10_rate) * elapsed))


def remaining_of_two(
    time_min: Values,
    lag_min: Values,
    fraction_fast: Values,
    log10_rate_fast: Values,
    log10_rate_slow: Values,
) -> np.ndarray:
    """The same of two phases, by their shares."""
    fast = remaining(time_min, lag_min, log10_rate_fast)
    slow = remaining(time_min, lag_min, log10_rate_slow)
    return np.asarray(slow + fraction_fast * (fast - slow))


def one_phase(
    *, time_min: Values, y0: Values, plateau: Values, log10_rate: Values, lag_min: Values
) -> np.ndarray:
    """Reading at a time on the way from y0 to the plateau; y0 until the lag is over."""
    return np.asarray(plateau + (y0 - plateau) * remaining(time_min, lag_min, log10_rate))


def two_phases(
    *,
    time_min: Values,
    y0: Values,
    plateau: Values,
    fraction_fast: Values,
    log10_rate_fast: Values,
    log10_rate_slow: Values,
    lag_min: Values,
) -> np.ndarray:
    """The same with a fast and a slow phase."""
    left = remaining_of_two(time_min, lag_min, fraction_fast, log10_rate_fast, log10_rate_slow)
    return np.asarray(plateau + (y0 - plateau) * left)


def lags(time: np.ndarray) -> np.ndarray:
    """Grid of lags, from none to half of the observed time."""
    return np.linspace(0.0, 0.5 * float(time.max()), 9)


def one_phase_starts(model: CurveModel, series: Series, given: Mapping[str, float]) -> list[Start]:
    """Best rates of a grid."""
    time = settings(model, series)["time_min"]
    grid: Grid = {"log10_rate": rates(time, points=49), "lag_min": lags(time)}
    return starts_on_grid(model, series, given, grid, linear=("y0", "plateau"))


def two_phase_starts(
    model: CurveModel,
    series: Series,
    given: Mapping[str, float],
    names: tuple[str, str] = ("log10_rate_fast", "log10_rate_slow"),
    levels: tuple[str, str] = ("y0", "plateau"),
) -> list[Start]:
    """Best pairs of rates and shares of a grid, the fast rate above the slow one."""
    time = settings(model, series)["time_min"]
    axis = rates(time, points=17)
    fast, slow = names
    grid: Grid = {fast: axis, slow: axis, "fraction_fast": np.array([0.15, 0.3, 0.5, 0.7, 0.85])}
    return starts_on_grid(
        model,
        series,
        given,
        grid,
        linear=levels,
        only=lambda nodes: nodes[fast] > nodes[slow],
        keep=5,
    )
