"""Sensitivity of endpoints to parameters: elasticities near the typical subject, and Sobol indices
over the ranges of the parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.population import Endpoint
from tricyclic.core.series import frozen_array
from tricyclic.errors import InputError
from tricyclic.results.base import OutputMapping, Renderable

Floats = NDArray[np.float64]
Scale = Literal["log", "linear"]
SOBOL_COLUMNS = ("first", "first_low", "first_high", "total", "total_low", "total_high")


@dataclass(frozen=True)
class VariedParameter:
    """A parameter that a sensitivity analysis varies.

    Parameters
    ----------
    name, unit, description : str
        Name in the model; unit as printed; what it is.
    value : float
        In the typical subject.
    low, high : float
        Range over which it may lie; nan where none is stated.
    scale : {"log", "linear"}
        Scale on which the range is covered uniformly.
    """

    name: str
    unit: str
    description: str
    value: float
    low: float
    high: float
    scale: Scale


@dataclass(frozen=True)
class ElasticityTable:
    """Percent change of an endpoint per percent change of a parameter, near the typical subject.

    Parameters
    ----------
    parameters : tuple of VariedParameter
    endpoints : tuple of Endpoint
    typical : array, shape (endpoints,)
        Each endpoint of the typical subject.
    table : array, shape (parameters, endpoints)
        d ln endpoint / d ln parameter; nan where the endpoint is 0 or a run failed.
    failed : tuple of str
        Parameters for which a run failed, and the reason.
    """

    parameters: tuple[VariedParameter, ...]
    endpoints: tuple[Endpoint, ...]
    typical: Floats
    table: Floats
    failed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _freeze(self, ("typical", "table"))
        _check_shape(self.table, self.parameters, self.endpoints, "elasticities")


@dataclass(frozen=True)
class SobolTable:
    """Share of the variance of each endpoint that each parameter explains, when all vary over their
    ranges.

    Parameters
    ----------
    parameters : tuple of VariedParameter
    endpoints : tuple of Endpoint
    first, total : array, shape (parameters, endpoints)
        Share explained alone; with all interactions. nan where the endpoint does not vary.
    first_low, first_high, total_low, total_high : array, shape (parameters, endpoints)
        Bootstrap intervals.
    confidence : float
        Confidence level of the intervals.
    n : int
        Base points of the design.
    runs, failed : int
        Simulations, and how many of them failed; their base points were left out.
    """

    parameters: tuple[VariedParameter, ...]
    endpoints: tuple[Endpoint, ...]
    first: Floats
    first_low: Floats
    first_high: Floats
    total: Floats
    total_low: Floats
    total_high: Floats
    confidence: float
    n: int
    runs: int
    failed: int

    def __post_init__(self) -> None:
        _freeze(self, SOBOL_COLUMNS)
        for column in SOBOL_COLUMNS:
            _check_shape(getattr(self, column), self.parameters, self.endpoints, column)


@dataclass(frozen=True, repr=False)
class SensitivityResult(OutputMapping[Mapping[str, float]], Renderable):
    """A sensitivity analysis.

    It contains the elasticities of each endpoint by the name of the parameter:
    `result["NET_occupancy.last_day"]["desipramine.CL"]`.

    Parameters
    ----------
    scenario, title, species, treatment : str
        The scenario, and the doses in words.
    horizon_h : float
    values : mapping of str to float
        Typical values that the options set.
    plotted_endpoints : tuple of str
        Endpoints that are printed and plotted; the tables have all.
    elasticities : ElasticityTable
    sobol : SobolTable or None
    remarks : tuple of str
        What to know before using the numbers.
    """

    scenario: str
    title: str
    species: str
    treatment: str
    horizon_h: float
    values: Mapping[str, float]
    plotted_endpoints: tuple[str, ...]
    elasticities: ElasticityTable
    sobol: SobolTable | None = None
    remarks: tuple[str, ...] = ()

    def _outputs(self) -> Mapping[str, Mapping[str, float]]:
        names = [parameter.name for parameter in self.elasticities.parameters]
        return {
            endpoint.name: dict(zip(names, self.elasticities.table[:, k].tolist(), strict=True))
            for k, endpoint in enumerate(self.elasticities.endpoints)
        }


def _freeze(record: object, names: tuple[str, ...]) -> None:
    for name in names:
        object.__setattr__(record, name, frozen_array(getattr(record, name)))


def _check_shape(
    table: Floats,
    parameters: tuple[VariedParameter, ...],
    endpoints: tuple[Endpoint, ...],
    name: str,
) -> None:
    if table.shape != (len(parameters), len(endpoints)):
        raise InputError(
            f"is a table of {table.shape} for {len(parameters)} parameters and "
            f"{len(endpoints)} endpoints",
            where=name,
        )
