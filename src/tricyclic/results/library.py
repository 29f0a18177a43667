"""Descriptions of the drugs, protocols and scenarios of the library."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.results.base import Renderable


@dataclass(frozen=True)
class DrugValue:
    """One published, derived or assumed value; `used` is False for values that are only listed."""

    name: str
    applies_to: str
    value: str
    unit: str
    range: str
    description: str
    source: str
    certainty: str
    used: bool


@dataclass(frozen=True)
class DrugDescription:
    """One drug: identity, strongest targets (name, Ki [nM]), values and their conflicts."""

    name: str
    description: str
    chebi: str
    molar_mass: float | None
    strongest: tuple[tuple[str, float], ...]
    rows: tuple[DrugValue, ...]
    conflicts: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class DrugsResult(Renderable):
    """Drugs; `full` where one was named, with its sources as (key, citation)."""

    drugs: tuple[DrugDescription, ...]
    full: bool
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ProtocolDescription:
    """One protocol; `conditions` are (name, value, source), `steps` are (name, instruction)."""

    name: str
    title: str
    kind: str
    description: str
    conditions: tuple[tuple[str, str, str], ...]
    steps: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    assumed: tuple[str, ...]
    layout: str


@dataclass(frozen=True, repr=False)
class ProtocolsResult(Renderable):
    """Protocols; `full` where one was named."""

    protocols: tuple[ProtocolDescription, ...]
    full: bool


@dataclass(frozen=True)
class ScenarioDescription:
    """One scenario.

    `components` are (name, mechanism); `observables` and `pathways` are (name, description);
    `targets` are the binding sites of drugs.
    """

    name: str
    title: str
    description: str
    species: str
    system: str
    routes: tuple[str, ...]
    targets: tuple[str, ...]
    components: tuple[tuple[str, str], ...]
    observables: tuple[tuple[str, str], ...]
    pathways: tuple[tuple[str, str], ...]


@dataclass(frozen=True, repr=False)
class ScenariosResult(Renderable):
    """Scenarios; `full` where one was named."""

    scenarios: tuple[ScenarioDescription, ...]
    full: bool
