"""A calibration: the ensemble, the misfit of each observation, and the information of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tricyclic.core.ensemble import Ensemble
from tricyclic.core.observation import Observation
from tricyclic.results.base import Renderable

# An observation farther from the best set than this many standard deviations is missed.
MISSED_SD = 2.0
# A parameter wider than this share of its prior is not identified.
NOT_IDENTIFIED = 0.9


@dataclass(frozen=True, repr=False)
class CalibrationResult(Renderable):
    """A calibration.

    Parameters
    ----------
    ensemble : Ensemble
        With the misfit of each observation and the identifiability of each parameter.
    scenarios : tuple of str
        All scenarios that share it.
    observations : tuple of Observation
    conflicts : tuple of (str, str)
        Pairs of observations that exclude each other, as their table states.
    information_shares : mapping of observation to mapping of parameter to float
        Share of each observation in the information about a parameter.
    widening_without : mapping of observation to mapping of parameter to float
        How many times wider the parameter would be without the observation.
    """

    ensemble: Ensemble
    scenarios: tuple[str, ...]
    observations: tuple[Observation, ...]
    conflicts: tuple[tuple[str, str], ...]
    information_shares: Mapping[str, Mapping[str, float]]
    widening_without: Mapping[str, Mapping[str, float]]
