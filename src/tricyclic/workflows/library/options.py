"""Options of the library commands."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.core.scenario import SPECIES
from tricyclic.workflows.base import library_option, option


@dataclass(frozen=True)
class DrugsOptions:
    """List the drugs, or show the values of one with their sources and conflicts.

    `tricyclic library drugs desipramine`
    """

    name: str = option("A drug to show in detail", default="", positional=True)
    species: str = option("Show the kinetics of one species only", default="", choices=SPECIES)
    library: str = library_option()


@dataclass(frozen=True)
class ProtocolsOptions:
    """List the assay protocols, or show the conditions and steps of one.

    `tricyclic library protocols net-nisoxetine`
    """

    name: str = option("A protocol to show in detail", default="", positional=True)
    library: str = library_option()


@dataclass(frozen=True)
class ScenariosOptions:
    """List the scenarios that can be simulated, or describe one.

    `tricyclic library scenarios noradrenergic_synapse`
    """

    name: str = option("A scenario to show in detail", default="", positional=True)
    library: str = library_option()
