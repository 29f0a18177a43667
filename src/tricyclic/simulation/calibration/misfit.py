"""From predicted numbers to how far they are from what was observed.

A number counts by its distance on the log scale, over its sd_log. A limit counts only where it is not well
kept: half the square of its residual is minus the logarithm of the chance that it holds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.ensemble import Misfit
from tricyclic.core.observation import Observation
from tricyclic.numerics.importance import weighted_quantiles
from tricyclic.stats.one_sided import one_sided_residual

Floats = NDArray[np.float64]
BAND = np.array([0.05, 0.5, 0.95])


class Distance:
    """Residuals of predictions against observations; those that are not fitted count nothing."""

    def __init__(self, observations: Sequence[Observation]) -> None:
        self.observations = tuple(observations)
        numbers = {
            key: np.array([getattr(item, key) for item in observations], dtype=float)
            for key in ("value", "low", "high", "sd_log")
        }
        self._sd = numbers["sd_log"]
        self._is = np.array([item.relation == "is" for item in observations])
        self._above = np.array([item.relation in ("above", "between") for item in observations])
        self._below = np.array([item.relation in ("below", "between") for item in observations])
        with np.errstate(invalid="ignore"):
            self._log = {key: np.log(numbers[key]) for key in ("value", "low", "high")}
        self.fitted = np.array([item.fitted for item in observations])

    def residuals(self, log_predicted: Floats) -> Floats:
        """Residuals of shape (k, observations) for logarithms of predictions of that shape; their half squares add up to -log likelihood."""
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

    def kept(self, predicted: Floats, which: Sequence[bool]) -> NDArray[np.bool_]:
        """Whether each row of predictions keeps all of the limits `which`, shape (k,)."""
        held = np.ones(len(predicted), dtype=bool)
        for column, item, wanted in zip(predicted.T, self.observations, which, strict=True):
            if wanted:
                held &= np.array([item.holds(float(number)) for number in column])
        return held


def misfit_table(
    observations: Sequence[Observation],
    best: Floats,
    predicted: Floats,
    weights: Floats | None = None,
) -> tuple[Misfit, ...]:
    """One Misfit per observation.

    Parameters
    ----------
    best : array, shape (observations,)
        Prediction of the best member.
    predicted : array, shape (members, observations)
    weights : array, shape (members,), optional
    """
    w = np.full(len(predicted), 1.0) if weights is None else weights
    found = []
    for k, item in enumerate(observations):
        low, middle, high = weighted_quantiles(predicted[:, k], w, BAND)
        holds = np.array([item.holds(float(number)) for number in predicted[:, k]])
        share = float(np.sum(w * holds) / w.sum())
        found.append(
            Misfit(
                item.id,
                float(best[k]),
                float(middle),
                float(low),
                float(high),
                _distance(item, float(best[k])),
                share,
            )
        )
    return tuple(found)


def _distance(item: Observation, number: float) -> float:
    """How far a number lies from a value, or outside a limit, in standard deviations of the observation."""
    log = np.log(number)
    if item.relation == "is":
        return float((log - np.log(item.value)) / item.sd_log)
    if item.relation != "below" and number < item.low:
        return float((log - np.log(item.low)) / item.sd_log)
    if item.relation != "above" and number > item.high:
        return float((log - np.log(item.high)) / item.sd_log)
    return 0.0
