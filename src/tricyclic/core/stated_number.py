"""Numbers that are stated with their errors, and the error of what is calculated from them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

# Step on the log10 scale of the slopes of a calculated number.
STEP = 1e-4


@dataclass(frozen=True)
class StatedNumber:
    """A number above 0 with its standard error and limits on the log10 scale.

    `low` and `high` are the limits at the confidence level of the result; they are nan where the
    number is treated as exact.
    """

    value: float
    log10_se: float = 0.0
    low: float = math.nan
    high: float = math.nan
    unit: str = "nM"


@dataclass(frozen=True)
class StatedInput:
    """One number that enters a calculation, and its part in the error.

    Parameters
    ----------
    name : str
        Such as "IC50" or "Kd of the radioligand".
    value, low, high : float
        Low and high are its limits, nan where it is treated as exact.
    log10_se : float
        Standard error of its logarithm; 0 where it is treated as exact.
    leverage : float
        Change of log10 of the result per change of its logarithm.
    share : float
        Share of the variance of log10 of the result.
    unit : str
        Of value, low and high.
    """

    name: str
    value: float
    low: float
    high: float
    log10_se: float
    leverage: float
    share: float
    unit: str = "nM"


def propagate_errors(
    stated: Mapping[str, StatedNumber],
    best: float,
    log10_of: Callable[[Mapping[str, float]], float],
) -> tuple[tuple[StatedInput, ...], float, float, float]:
    """Contributions of each number, standard error of log10 of the result, and its limits.

    Parameters
    ----------
    stated : mapping of str to StatedNumber
    best : float
        log10 of the result at the values.
    log10_of : callable
        log10 of the result for values by name; nan where there is none.

    Notes
    -----
    The standard errors add as squares, each times its leverage (first order). The limits are those
    of each number moved to its own limit, the distances added as squares.
    """
    values = {name: number.value for name, number in stated.items()}

    def moved(name: str, value: float) -> float:
        return log10_of({**values, name: value})

    leverages, below, above = {}, 0.0, 0.0
    for name, number in stated.items():
        step = moved(name, number.value * 10.0**STEP) - moved(name, number.value * 10.0**-STEP)
        leverages[name] = step / (2 * STEP)
        if number.log10_se == 0:
            continue
        ends = [moved(name, end) for end in (number.low, number.high)]
        # An end at which there is no result leaves it open towards 0.
        down = min((-math.inf if math.isnan(end) else end) for end in ends)
        up = max((best if math.isnan(end) else end) for end in ends)
        below, above = math.hypot(below, best - down), math.hypot(above, up - best)
    errors = {name: abs(leverages[name]) * stated[name].log10_se for name in stated}
    se = math.hypot(*errors.values())
    inputs = tuple(
        StatedInput(
            name,
            number.value,
            number.low if number.log10_se else math.nan,
            number.high if number.log10_se else math.nan,
            number.log10_se,
            leverages[name],
            (errors[name] / se) ** 2 if se > 0 else 0.0,
            number.unit,
        )
        for name, number in stated.items()
    )
    if se == 0:
        return inputs, math.nan, math.nan, math.nan
    return inputs, se, best - below, best + above
