"""A scenario for other programs: pathway diagrams, SBML with a COMBINE archive, PEtab problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tricyclic.core.network import Network
from tricyclic.results.base import Renderable


@dataclass(frozen=True, repr=False)
class DiagramResult(Renderable):
    """Pathway diagrams of a scenario; with a drug, each node has its fold change from baseline."""

    scenario: str
    diagrams: tuple[Network, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class ExportResult(Renderable):
    """A dosed scenario as SBML, Antimony, SED-ML, a table of values and a COMBINE archive.

    Parameters
    ----------
    scenario : str
    n_states, n_parameters : int
        Size of the model with these doses.
    problems : tuple of str
        Errors and unit problems that libSBML reports; empty for none.
    contents : mapping of str to bytes
        Name of each file and its bytes.
    remarks : tuple of str
    """

    scenario: str
    n_states: int
    n_parameters: int
    problems: tuple[str, ...]
    contents: Mapping[str, bytes]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class PetabProblemSummary:
    """One PEtab problem: ids of its observations, and (id, reason) of those that PEtab cannot
    express.
    """

    scenario: str
    observations: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, repr=False)
class PetabResult(Renderable):
    """PEtab problems; `contents` maps "SCENARIO/FILE" to the bytes of each file."""

    problems: tuple[PetabProblemSummary, ...]
    contents: Mapping[str, bytes]
