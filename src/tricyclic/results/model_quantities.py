"""What can be recorded and changed in a scenario: observables, quantities, parameters, routes and
pathways.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tricyclic.results.base import Renderable


class ObservableRow(NamedTuple):
    """An observable of a scenario."""

    name: str
    quantity: str
    unit: str
    description: str


class QuantityRow(NamedTuple):
    """A quantity of the composed model."""

    name: str
    unit: str
    description: str


class ParameterRow(NamedTuple):
    """A parameter; `range` as text, `source` the key of its source, or how certain it is."""

    name: str
    value: float
    unit: str
    range: str
    description: str
    source: str


class PathwayRow(NamedTuple):
    """A pathway diagram."""

    name: str
    title: str


@dataclass(frozen=True, repr=False)
class QuantitiesResult(Renderable):
    """The names that `--observable` and `--set` accept for a scenario with its drugs."""

    scenario: str
    title: str
    description: str
    species: str
    routes: tuple[str, ...]
    observables: tuple[ObservableRow, ...]
    quantities: tuple[QuantityRow, ...]
    parameters: tuple[ParameterRow, ...]
    pathways: tuple[PathwayRow, ...]
