"""Scenarios: connected mechanisms, the sites where ligands act, and the observables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from tricyclic.errors import InputError, UnknownNameError

Species = Literal["rat", "human"]
System = Literal["animal", "culture"]
Holds = Literal["brain", "plasma", "bath"]
SPECIES: tuple[str, ...] = get_args(Species)
SYSTEMS: tuple[str, ...] = get_args(System)
FLUIDS: tuple[str, ...] = get_args(Holds)


@dataclass(frozen=True)
class Compartment:
    """A compartment of the model and a cluster of its diagrams."""

    name: str
    description: str


@dataclass(frozen=True)
class Fluid:
    """Compartment whose free drug acts: unbound brain, plasma, or the medium of a culture."""

    name: str
    drug_source: Holds
    description: str = ""


@dataclass(frozen=True)
class BindingSite:
    """A target in a fluid: ligands compete there by free concentration over Ki."""

    name: str
    target: str
    fluid: str
    compartment: str
    description: str


@dataclass(frozen=True)
class Component:
    """One use of a mechanism.

    Parameters
    ----------
    name, mechanism, compartment : str
    wires : mapping of str to str
        Input port to the quantity, or expression of quantities, that it gets.
    identifiers : mapping of str to tuple of str
        Identifiers of a symbol in public databases in this use ("uniprot:Q9WTR4"), where the
        mechanism serves several molecules.
    labels, symbol_compartments : mapping of str to str
        Label and compartment of a symbol in a diagram, where they differ from those of the
        mechanism and the component.
    """

    name: str
    mechanism: str
    compartment: str
    wires: Mapping[str, str] = field(default_factory=dict)
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    symbol_compartments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Observable:
    """A quantity that is reported; with `relative_to_baseline` also in percent of the baseline."""

    name: str
    quantity: str
    unit: str
    description: str
    relative_to_baseline: bool = False


@dataclass(frozen=True)
class Pathway:
    """A diagram and the components and sites in it; "cortex.NE" is one symbol of a component."""

    name: str
    title: str
    components: tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """Connected mechanisms; species and system select the rows of tables and the routes."""

    name: str
    title: str
    description: str
    species: Species
    system: System
    routes: tuple[str, ...]
    compartments: tuple[Compartment, ...]
    fluids: tuple[Fluid, ...]
    binding_sites: tuple[BindingSite, ...]
    components: tuple[Component, ...]
    observables: tuple[Observable, ...]
    pathways: tuple[Pathway, ...] = ()
    ensemble: str = ""

    def __post_init__(self) -> None:
        compartments = {one.name for one in self.compartments}
        fluids = {fluid.name for fluid in self.fluids}
        placed: tuple[Component | BindingSite, ...] = (*self.components, *self.binding_sites)
        names = [item.name for item in placed]
        for name in names:
            if names.count(name) > 1:
                raise InputError(
                    f"names '{name}' twice",
                    where=self.name,
                    allowed="Each component and site has its own name",
                )
        for part in placed:
            if part.compartment not in compartments:
                raise UnknownNameError.among(
                    "compartment", part.compartment, compartments, where=f"{self.name}, {part.name}"
                )
        drawn_in = {
            place: one.name for one in self.components for place in one.symbol_compartments.values()
        }
        for place, where in drawn_in.items():
            if place not in compartments:
                raise UnknownNameError.among(
                    "compartment", place, compartments, where=f"{self.name}, {where}"
                )
        for site in self.binding_sites:
            if site.fluid not in fluids:
                raise UnknownNameError.among(
                    "fluid", site.fluid, fluids, where=f"{self.name}, {site.name}"
                )
        for pathway in self.pathways:
            for name in pathway.components:
                if name.partition(".")[0] not in names:
                    raise UnknownNameError.among(
                        "component", name, names, where=f"{self.name}, pathway {pathway.name}"
                    )

    def observable(self, name: str) -> Observable:
        """The observable of that name.

        Raises
        ------
        UnknownNameError
            If there is none.
        """
        for one in self.observables:
            if one.name == name:
                return one
        known = [one.name for one in self.observables]
        raise UnknownNameError.among("observable", name, known, where=self.name)
