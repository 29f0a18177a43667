"""Validation: how well predictions agree with experiments that no calibration used.

A number is scored by its fold error, a limit by whether it is kept. Folds are symmetric: half and
double are both 2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tricyclic.core.ensemble import ObservationMisfit
from tricyclic.core.observation import Observation
from tricyclic.results.validation import ValidationScore

# A prediction within this factor is good, as is usual for concentrations and effects in animals.
GOOD_FOLD = 2.0


def validate(
    observations: Sequence[Observation], misfit: Sequence[ObservationMisfit]
) -> ValidationScore:
    """Score the medians of predictions, which are in the order of the observations."""
    pairs = list(zip(observations, misfit, strict=True))
    numbers = [pair for pair in pairs if pair[0].is_quantitative]
    limits = [pair for pair in pairs if not pair[0].is_quantitative]
    logs = [math.log(predicted_ratio(row, predicted.median)) for row, predicted in numbers]
    return ValidationScore(
        n_numbers=len(numbers),
        n_limits=len(limits),
        fold_error=math.exp(sum(map(abs, logs)) / len(logs)) if logs else math.nan,
        bias=math.exp(sum(logs) / len(logs)) if logs else math.nan,
        n_within_twofold=sum(abs(log) <= math.log(GOOD_FOLD) for log in logs),
        n_limits_kept=sum(row.accepts(predicted.median) for row, predicted in limits),
        n_inside_band=sum(
            predicted.has_band and predicted.low <= row.value <= predicted.high
            for row, predicted in numbers
        ),
        n_with_band=sum(predicted.has_band for _, predicted in numbers),
    )


def predicted_ratio(observation: Observation, number: float) -> float:
    """Predicted over observed; for a limit, over the limit where it is broken, else 1."""
    if observation.qualifier == "is":
        return number / observation.value
    if observation.qualifier != "below" and number < observation.low:
        return number / observation.low
    if observation.qualifier != "above" and number > observation.high:
        return number / observation.high
    return 1.0
