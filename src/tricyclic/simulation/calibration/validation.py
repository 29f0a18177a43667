"""From predicted numbers to a judgement of how well they foretold experiments that no calibration has seen.

A number is judged by its fold error, a limit by whether it is kept. Folds are symmetric: half and double are both 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tricyclic.core.ensemble import Misfit
from tricyclic.core.observation import Observation

# Within this factor a prediction is called good, as is usual for concentrations and effects in animals.
GOOD = 2.0


@dataclass(frozen=True)
class Judgement:
    """How well predictions hold.

    Parameters
    ----------
    numbers, limits : int
        Experiments with a published number; those with a direction or a limit.
    fold : float
        Geometric mean of the fold errors of the numbers; nan where there are none.
    bias : float
        Geometric mean of predicted over observed: below 1 is too low throughout.
    good, kept, inside : int
        Numbers within twofold; limits that are kept; numbers inside the members' 5 to 95 % (0 without members).
    """

    numbers: int
    limits: int
    fold: float
    bias: float
    good: int
    kept: int
    inside: int


def off_by(observation: Observation, number: float) -> float:
    """Predicted over observed; for a limit predicted over the limit where it is broken, else 1."""
    if observation.relation == "is":
        return number / observation.value
    if observation.relation != "below" and number < observation.low:
        return number / observation.low
    if observation.relation != "above" and number > observation.high:
        return number / observation.high
    return 1.0


def judged(observations: Sequence[Observation], predicted: Sequence[Misfit]) -> Judgement:
    """Judge the medians of predictions that stand in the order of the observations."""
    numbers = [
        (row, found)
        for row, found in zip(observations, predicted, strict=True)
        if row.is_quantitative
    ]
    limits = [
        (row, found)
        for row, found in zip(observations, predicted, strict=True)
        if not row.is_quantitative
    ]
    logs = [math.log(off_by(row, found.middle)) for row, found in numbers]
    return Judgement(
        numbers=len(numbers),
        limits=len(limits),
        fold=math.exp(sum(map(abs, logs)) / len(logs)) if logs else math.nan,
        bias=math.exp(sum(logs) / len(logs)) if logs else math.nan,
        good=sum(abs(log) <= math.log(GOOD) for log in logs),
        kept=sum(row.holds(found.middle) for row, found in limits),
        inside=sum(
            found.low < found.high and found.low <= row.value <= found.high
            for row, found in numbers
        ),
    )
