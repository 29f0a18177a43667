"""Scenario: mechanisms wired together, the sites where ligands act, and what is watched."""

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
class Place:
    """A compartment of the model and a cluster of its diagrams."""

    name: str
    says: str


@dataclass(frozen=True)
class Fluid:
    """Where free drug acts: unbound brain, plasma, or the medium of a culture."""

    name: str
    holds: Holds
    says: str = ""


@dataclass(frozen=True)
class Site:
    """A target in a fluid: ligands compete there by free concentration over Ki."""

    name: str
    target: str
    fluid: str
    place: str
    says: str


@dataclass(frozen=True)
class Part:
    """One use of a mechanism.

    Parameters
    ----------
    name, mechanism, place : str
    wires : mapping of str to str
        Port to the quantity, or expression of quantities, that feeds it.
    identifiers : mapping of str to tuple of str
        What a symbol is in public databases in this use ("uniprot:Q9WTR4"), where the mechanism serves several molecules.
    labels, places : mapping of str to str
        What a diagram calls a symbol, and where it draws it, where that differs from the mechanism and the part.
    """

    name: str
    mechanism: str
    place: str
    wires: Mapping[str, str] = field(default_factory=dict)
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Watch:
    """A quantity that is told; `relative` also tells it as percent of the drug-free rest."""

    name: str
    quantity: str
    unit: str
    says: str
    relative: bool = False


@dataclass(frozen=True)
class Pathway:
    """A diagram: the parts and sites that it shows; "cortex.NE" is one symbol of a part."""

    name: str
    title: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """Mechanisms wired together; species and system say which rows and routes hold."""

    name: str
    title: str
    says: str
    species: Species
    system: System
    routes: tuple[str, ...]
    places: tuple[Place, ...]
    fluids: tuple[Fluid, ...]
    sites: tuple[Site, ...]
    parts: tuple[Part, ...]
    watches: tuple[Watch, ...]
    pathways: tuple[Pathway, ...] = ()
    ensemble: str = ""

    def __post_init__(self) -> None:
        places = {place.name for place in self.places}
        fluids = {fluid.name for fluid in self.fluids}
        placed: tuple[Part | Site, ...] = (*self.parts, *self.sites)
        names = [item.name for item in placed]
        for name in names:
            if names.count(name) > 1:
                raise InputError(
                    f"names '{name}' twice",
                    where=self.name,
                    allowed="A part or site has a name of its own",
                )
        for part in placed:
            if part.place not in places:
                raise UnknownNameError.among(
                    "place", part.place, places, where=f"{self.name}, {part.name}"
                )
        drawn_in = {place: one.name for one in self.parts for place in one.places.values()}
        for place, where in drawn_in.items():
            if place not in places:
                raise UnknownNameError.among("place", place, places, where=f"{self.name}, {where}")
        for site in self.sites:
            if site.fluid not in fluids:
                raise UnknownNameError.among(
                    "fluid", site.fluid, fluids, where=f"{self.name}, {site.name}"
                )
        for pathway in self.pathways:
            for name in pathway.parts:
                if name.partition(".")[0] not in names:
                    raise UnknownNameError.among(
                        "part", name, names, where=f"{self.name}, pathway {pathway.name}"
                    )

    def watch(self, name: str) -> Watch:
        """The watch of that name.

        Raises
        ------
        UnknownNameError
            If there is none.
        """
        found = next((watch for watch in self.watches if watch.name == name), None)
        if found is None:
            raise UnknownNameError.among(
                "watch", name, [watch.name for watch in self.watches], where=self.name
            )
        return found
