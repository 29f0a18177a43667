"""Misfit: how far predictions are from observations.

A number counts by its distance on the log scale over its sd_log. A limit is soft: half the square
of its residual is minus the log probability that it is kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.ensemble import ObservationMisfit
from tricyclic.core.observation import Observation
from tricyclic.core.time_course import are_equal
from tricyclic.numerics.importance import weighted_quantiles
from tricyclic.stats.one_sided import one_sided_residual

Floats = NDArray[np.float64]
# Shares of the 90 % band and the median.
BAND = np.array([0.05, 0.5, 0.95])


class MisfitFunction:
    """Residuals of predictions against observations; 0 for those that are not fitted."""

    def __init__(self, observations: Sequence[Observation]) -> None:
        self.observations = tuple(observations)
        numbers = {
            key: np.array([getattr(row, key) for row in observations], dtype=float)
            for key in ("value", "low", "high", "sd_log")
        }
        self._sd = numbers["sd_log"]
        self._is = np.array([row.qualifier == "is" for row in observations])
        self._above = np.array([row.qualifier in ("above", "between") for row in observations])
        self._below = np.array([row.qualifier in ("below", "between") for row in observations])
        with np.errstate(invalid="ignore"):
            self._log = {key: np.log(numbers[key]) for key in ("value", "low", "high")}
        self.fitted = np.array([row.fitted for row in observations])

    def residuals(self, log_predicted: Floats) -> Floats:
        """Residuals for logarithms of predictions, both of shape (k, observations).

        Half the sum of their squares is minus the log likelihood.
        """
        low = one_sided_residual(
            (log_predicted - np.where(self._above, self._log["low"], 0.0)) / self._sd
        )
        high = one_sided_residual(
            (np.where(self._below, self._log["high"], 0.0) - log_predicted) / self._sd
        )
        limits = np.sqrt(np.where(self._above, low**2, 0.0) + np.where(self._below, high**2, 0.0))
        numbers = (log_predicted - np.where(self._is, self._log["value"], 0.0)) / self._sd
        return np.asarray(np.where(self._is, numbers, limits) * self.fitted)

    def log_likelihood(self, log_predicted: Floats) -> Floats:
        """log likelihood of each row of predictions, shape (k,); -inf where a run failed."""
        residuals = self.residuals(log_predicted)
        return np.where(
            np.isfinite(residuals).all(axis=1), -0.5 * np.nansum(residuals**2, axis=1), -np.inf
        )

    def within_limits(self, predicted: Floats, required: Sequence[bool]) -> NDArray[np.bool_]:
        """Whether each row of predictions keeps all required limits, shape (k,)."""
        within = np.ones(len(predicted), dtype=bool)
        for column, row, is_required in zip(predicted.T, self.observations, required, strict=True):
            if is_required:
                within &= np.array([row.accepts(float(number)) for number in column])
        return within


def misfit_table(
    observations: Sequence[Observation], best: Floats, predicted: Floats
) -> tuple[ObservationMisfit, ...]:
    """One ObservationMisfit per observation.

    An observation of which all sets predict the same number has no band: its limits are nan.

    Parameters
    ----------
    best : array, shape (observations,)
        Predictions of the best parameter set.
    predicted : array, shape (sets, observations)
    """
    weights = np.full(len(predicted), 1.0)
    rows = []
    for k, observation in enumerate(observations):
        low, median, high = weighted_quantiles(predicted[:, k], weights, BAND)
        if are_equal(predicted[:, k]):
            low = high = math.nan
        accepted = np.array([observation.accepts(float(number)) for number in predicted[:, k]])
        rows.append(
            ObservationMisfit(
                observation.id,
                float(best[k]),
                float(median),
                float(low),
                float(high),
                _distance(observation, float(best[k])),
                float(np.sum(weights * accepted) / weights.sum()),
            )
        )
    return tuple(rows)


def _distance(observation: Observation, number: float) -> float:
    """Distance from the value, or beyond a limit, in standard deviations of the observation."""
    log = np.log(number)
    if observation.qualifier == "is":
        return float((log - np.log(observation.value)) / observation.sd_log)
    if observation.qualifier != "below" and number < observation.low:
        return float((log - np.log(observation.low)) / observation.sd_log)
    if observation.qualifier != "above" and number > observation.high:
        return float((log - np.log(observation.high)) / observation.sd_log)
    return 0.0
