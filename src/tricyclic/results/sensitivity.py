"""Sensitivity: how much each endpoint hangs on each parameter, near the typical subject and over the whole ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.population import Endpoint
from tricyclic.core.series import frozen_array
from tricyclic.errors import InputError

Floats = NDArray[np.float64]
Scale = Literal["log", "linear"]


@dataclass(frozen=True)
class Varied:
    """A parameter whose influence is asked for.

    Parameters
    ----------
    name, unit, says : str
        Its name in the model, its unit as people write it, words.
    value : float
        In the typical subject.
    low, high : float
        Range over which it may lie; nan where none is stated.
    scale : {"log", "linear"}
        On which the range is covered evenly.
    """

    name: str
    unit: str
    says: str
    value: float
    low: float
    high: float
    scale: Scale


@dataclass(frozen=True)
class Elasticities:
    """Percent by which an endpoint moves when a parameter moves by one percent, near the typical subject.

    Parameters
    ----------
    parameters : tuple of Varied
    endpoints : tuple of Endpoint
    typical : array, shape (endpoints,)
        Each endpoint of the typical subject.
    table : array, shape (parameters, endpoints)
        d ln endpoint / d ln parameter; nan where the endpoint is 0 or a run failed.
    failed : tuple of str
        Parameters of which a run failed, and why.
    """

    parameters: tuple[Varied, ...]
    endpoints: tuple[Endpoint, ...]
    typical: Floats
    table: Floats
    failed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _freeze(self, ("typical", "table"))
        _shaped(self.table, self.parameters, self.endpoints, "elasticities")


@dataclass(frozen=True)
class SobolTable:
    """Share of the variance of each endpoint that each parameter explains, when all move over their ranges.

    Parameters
    ----------
    parameters : tuple of Varied
    endpoints : tuple of Endpoint
    first, total : array, shape (parameters, endpoints)
        Alone; with all interactions. nan where the endpoint does not vary.
    first_low, first_high, total_low, total_high : array, shape (parameters, endpoints)
        Limits by the bootstrap.
    confidence : float
        Their coverage.
    n : int
        Base points of the design.
    runs, failed : int
        Simulations, and how many of them failed; their base points were left out.
    """

    parameters: tuple[Varied, ...]
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
        keys = ("first", "first_low", "first_high", "total", "total_low", "total_high")
        _freeze(self, keys)
        for key in keys:
            _shaped(getattr(self, key), self.parameters, self.endpoints, key)


def _freeze(record: object, keys: tuple[str, ...]) -> None:
    for key in keys:
        object.__setattr__(record, key, frozen_array(getattr(record, key)))


def _shaped(
    table: Floats, parameters: tuple[Varied, ...], endpoints: tuple[Endpoint, ...], what: str
) -> None:
    if table.shape != (len(parameters), len(endpoints)):
        raise InputError(
            f"is a table of {table.shape} for {len(parameters)} parameters and {len(endpoints)} endpoints",
            where=what,
        )
