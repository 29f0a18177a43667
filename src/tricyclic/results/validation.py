"""Predictions of scenarios beside experiments that no calibration used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tricyclic.core.ensemble import ObservationMisfit
from tricyclic.core.observation import Observation
from tricyclic.results.base import Renderable


@dataclass(frozen=True)
class ValidationScore:
    """How well predictions agree with experiments.

    Parameters
    ----------
    n_numbers, n_limits : int
        Experiments with a published number; those with a direction or a limit.
    fold_error : float
        Geometric mean of the fold errors of the numbers; nan where there are none.
    bias : float
        Geometric mean of predicted over observed: below 1 where predictions are too low.
    n_within_twofold, n_limits_kept : int
        Numbers within twofold; limits that are kept.
    n_inside_band : int
        Numbers inside the ensemble's 90 % band; 0 without an ensemble.
    n_with_band : int
        Numbers whose prediction has a band: calibrated parameters change it.
    """

    n_numbers: int
    n_limits: int
    fold_error: float
    bias: float
    n_within_twofold: int
    n_limits_kept: int
    n_inside_band: int
    n_with_band: int = 0


@dataclass(frozen=True, repr=False)
class ValidationResult(Renderable):
    """Predictions of one scenario or of all.

    Parameters
    ----------
    scenario : str
        The scenario; empty for all.
    observations : tuple of Observation
        The experiments, in the order of their table.
    predictions : tuple of ObservationMisfit
        One per experiment.
    ratios : tuple of float
        Predicted over observed, of the medians; for a limit, over the limit where it is broken,
        else 1.
    predicted_by : mapping of scenario to str
        Parameter sets and ensemble that predicted, or "the library's values".
    score : ValidationScore
        Of all experiments.
    remarks : tuple of str
        What to know before using the numbers.
    """

    scenario: str
    observations: tuple[Observation, ...]
    predictions: tuple[ObservationMisfit, ...]
    ratios: tuple[float, ...]
    predicted_by: Mapping[str, str]
    score: ValidationScore
    remarks: tuple[str, ...] = ()
