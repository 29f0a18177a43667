"""A simulated population: subjects, percentiles, bands, responders and failures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tricyclic.core.population import PERCENTILES, PercentileBand, Population
from tricyclic.results.base import OutputMapping, Renderable


@dataclass(frozen=True)
class ResponderShare:
    """Share of subjects that fulfil a rule, with its 95 % confidence interval (Wilson).

    `n_subjects` counts those that could be computed and have the endpoint.
    """

    rule: str
    count: int
    n_subjects: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Fraction of the subjects that could be computed."""
        return self.count / self.n_subjects if self.n_subjects else math.nan


@dataclass(frozen=True, repr=False)
class PopulationResult(OutputMapping[PercentileBand], Renderable):
    """A simulated population.

    It contains the bands of its quantities by name: `list(result)`, `result["cortex_NE"]`,
    `result.items()`.

    Parameters
    ----------
    title, species : str
        Of the scenario.
    horizon_h : float
    population_table : str
        Table of phenotypes; empty where none are modelled.
    ensemble : str
        Ensemble whose parameter sets the subjects vary around; empty for none.
    varied : tuple of str
        Parameters that differ between subjects.
    values : mapping of str to float
        Typical values that the options set.
    population : Population
    responders : tuple of ResponderShare
    remarks : tuple of str
        What to know before using the numbers.
    """

    title: str
    species: str
    horizon_h: float
    population_table: str
    ensemble: str
    varied: tuple[str, ...]
    values: Mapping[str, float]
    population: Population
    responders: tuple[ResponderShare, ...]
    remarks: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether no subject could be computed."""
        return len(self.population.failed) == len(self.population)

    def _outputs(self) -> Mapping[str, PercentileBand]:
        return {band.name: band for band in self.population.bands}

    def percentiles(self) -> dict[str, tuple[float, ...]]:
        """Percentiles of every endpoint over the subjects that have it, by name; nan where none
        has.
        """
        rows = {}
        for k, endpoint in enumerate(self.population.endpoints):
            known = self.population.values[:, k]
            known = known[np.isfinite(known)]
            row = (
                np.percentile(known, PERCENTILES)
                if known.size
                else np.full(len(PERCENTILES), np.nan)
            )
            rows[endpoint.name] = tuple(float(value) for value in row)
        return rows
